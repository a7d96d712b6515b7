#define _GNU_SOURCE
#include "CSQLite.h"

#include <fcntl.h>
#include <stddef.h>

int till_sqlite_tune(void) {
    int code = sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    if (code == SQLITE_OK)
        code = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (code == SQLITE_OK)
        code = sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
    return code;
}

int till_sqlite_harden(sqlite3 *connection) {
    int code = sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_db_config(connection, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_db_config(connection, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    return code;
}

int till_sqlite_bind_text(sqlite3_stmt *statement, int index, const char *text, long long bytes) {
    return sqlite3_bind_text64(
        statement, index, text == NULL ? "" : text, (sqlite3_uint64)bytes, SQLITE_TRANSIENT, SQLITE_UTF8);
}

int till_sqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, long long count) {
    return sqlite3_bind_blob64(
        statement, index, bytes == NULL ? "" : bytes, (sqlite3_uint64)count, SQLITE_TRANSIENT);
}

int till_sqlite_sync_log(sqlite3 *connection) {
    sqlite3_file *log = NULL;
    int code = sqlite3_file_control(connection, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (code != SQLITE_OK || !log || !log->pMethods) return code;
    return log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
}

void till_start_writing(int file) {
    sync_file_range(file, 0, 0, SYNC_FILE_RANGE_WRITE);
}
