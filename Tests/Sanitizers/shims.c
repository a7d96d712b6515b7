// Runs every C function of ours under AddressSanitizer and UndefinedBehaviorSanitizer: buffers of the
// exact size, freed at once, so that a byte too far or kept too long ends the program.

#include "CSQLite.h"
#include "shim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUST(holds)                                                              \
    do {                                                                         \
        if (!(holds)) {                                                          \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #holds); \
            exit(1);                                                             \
        }                                                                        \
    } while (0)

// A copy without a byte to spare, not ended by NUL.
static char *exactly(const char *bytes, size_t count) {
    char *copy = malloc(count > 0 ? count : 1);
    MUST(copy != NULL);
    memcpy(copy, bytes, count);
    return copy;
}

static void bindings(void) {
    sqlite3 *connection = NULL;
    MUST(sqlite3_open(":memory:", &connection) == SQLITE_OK);
    MUST(till_sqlite_harden(connection) == SQLITE_OK);
    MUST(sqlite3_exec(connection, "SELECT \"a text\"", NULL, NULL, NULL) == SQLITE_ERROR);
    MUST(sqlite3_exec(connection, "SELECT load_extension('x')", NULL, NULL, NULL) == SQLITE_ERROR);
    MUST(
        sqlite3_exec(connection, "PRAGMA writable_schema=1; DELETE FROM sqlite_schema", NULL, NULL, NULL)
        != SQLITE_OK);

    sqlite3_stmt *statement = NULL;
    MUST(sqlite3_prepare_v2(connection, "SELECT ?1, ?2", -1, &statement, NULL) == SQLITE_OK);
    static const char *const texts[] = {"", "a", "h\xc3\xa9llo", "a longer text that no small buffer holds"};
    for (size_t index = 0; index < sizeof texts / sizeof *texts; index++) {
        size_t count = strlen(texts[index]);
        char *copy = exactly(texts[index], count);
        MUST(till_sqlite_bind_text(statement, 1, copy, (long long)count) == SQLITE_OK);
        MUST(till_sqlite_bind_blob(statement, 2, copy, (long long)count) == SQLITE_OK);
        // SQLite must have copied both.
        free(copy);
        MUST(sqlite3_step(statement) == SQLITE_ROW);
        MUST((size_t)sqlite3_column_bytes(statement, 0) == count);
        MUST(memcmp(sqlite3_column_text(statement, 0), texts[index], count) == 0);
        MUST((size_t)sqlite3_column_bytes(statement, 1) == count);
        MUST(count == 0 || memcmp(sqlite3_column_blob(statement, 1), texts[index], count) == 0);
        MUST(sqlite3_reset(statement) == SQLITE_OK);
    }
    // Swift hands over NULL for an empty buffer: that is an empty text, and no NULL.
    MUST(till_sqlite_bind_text(statement, 1, NULL, 0) == SQLITE_OK);
    MUST(till_sqlite_bind_blob(statement, 2, NULL, 0) == SQLITE_OK);
    MUST(sqlite3_step(statement) == SQLITE_ROW);
    MUST(sqlite3_column_type(statement, 0) == SQLITE_TEXT);
    MUST(sqlite3_column_type(statement, 1) == SQLITE_BLOB);
    MUST(sqlite3_reset(statement) == SQLITE_OK);
    // Too long is refused before a byte is read.
    MUST(till_sqlite_bind_text(statement, 1, "x", 1LL << 40) == SQLITE_TOOBIG);
    MUST(till_sqlite_bind_blob(statement, 2, "x", 1LL << 40) == SQLITE_TOOBIG);
    MUST(till_sqlite_bind_text(statement, 3, "x", 1) == SQLITE_RANGE);
    sqlite3_finalize(statement);
    // A database in memory has no log, which is no failure.
    MUST(till_sqlite_sync_log(connection) == SQLITE_OK);
    MUST(sqlite3_close(connection) == SQLITE_OK);
}

static size_t swallow(char *bytes, size_t size, size_t count, void *seen) {
    (void)bytes;
    *(size_t *)seen += size * count;
    return size * count;
}

static curl_socket_t refuse(void *judge, curlsocktype purpose, struct curl_sockaddr *address) {
    (void)purpose;
    unsigned char bytes[16];
    *(int *)judge = till_curl_address(address, bytes);
    return CURL_SOCKET_BAD;
}

static void transfers(void) {
    MUST(till_curl_global_init() == CURLE_OK);
    CURLM *multi = curl_multi_init();
    CURL *easy = curl_easy_init();
    CURLcode result = CURLE_OK;
    size_t seen = 0;
    int count = -1;
    char body[] = "body";
    struct curl_slist *fields = curl_slist_append(NULL, "X-A: b");
    MUST(multi != NULL && easy != NULL && fields != NULL);
    MUST(till_curl_next_ended(multi, &result) == NULL);
    MUST(till_curl_set_text(easy, CURLOPT_URL, "http://127.0.0.1:9/") == CURLE_OK);
    MUST(till_curl_set_long(easy, CURLOPT_TIMEOUT_MS, 5000) == CURLE_OK);
    MUST(till_curl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, 4) == CURLE_OK);
    MUST(till_curl_set_bytes(easy, CURLOPT_COPYPOSTFIELDS, body) == CURLE_OK);
    MUST(till_curl_set_list(easy, CURLOPT_HTTPHEADER, fields) == CURLE_OK);
    MUST(till_curl_set_writer(easy, CURLOPT_WRITEFUNCTION, swallow) == CURLE_OK);
    MUST(till_curl_set_pointer(easy, CURLOPT_WRITEDATA, &seen) == CURLE_OK);
    MUST(till_curl_set_reader(easy, swallow) == CURLE_OK);
    MUST(till_curl_set_opener(easy, refuse) == CURLE_OK);
    MUST(till_curl_set_pointer(easy, CURLOPT_OPENSOCKETDATA, &count) == CURLE_OK);
    MUST(till_curl_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, 4) == CURLM_OK);
    MUST(curl_multi_add_handle(multi, easy) == CURLM_OK);
    CURL *ended = NULL;
    for (int turn = 0; ended == NULL && turn < 100; turn++) {
        int running = 0;
        MUST(curl_multi_perform(multi, &running) == CURLM_OK);
        ended = till_curl_next_ended(multi, &result);
        if (ended == NULL) MUST(curl_multi_poll(multi, NULL, 0, 100, NULL) == CURLM_OK);
    }
    MUST(ended == easy && result != CURLE_OK);
    MUST(count == 4);
    MUST(till_curl_get_long(easy, CURLINFO_RESPONSE_CODE) == 0);
    MUST(curl_multi_remove_handle(multi, easy) == CURLM_OK);
    curl_easy_cleanup(easy);
    curl_slist_free_all(fields);
    MUST(curl_multi_cleanup(multi) == CURLM_OK);
    curl_global_cleanup();
}

static void addresses(void) {
    // As libcurl has it: room for the longest address behind the head.
    struct {
        struct curl_sockaddr head;
        char room[sizeof(struct sockaddr_in6)];
    } *from = calloc(1, sizeof *from);
    MUST(from != NULL);
    unsigned char *bytes = malloc(16);
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    six.sin6_addr.s6_addr[0] = 0x20;
    six.sin6_addr.s6_addr[15] = 1;
    memcpy((void *)&from->head.addr, &six, sizeof six);
    from->head.family = AF_INET6;
    MUST(till_curl_address(&from->head, bytes) == 16 && bytes[0] == 0x20 && bytes[15] == 1);
    free(bytes);
    bytes = malloc(4);
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
    memcpy((void *)&from->head.addr, &four, sizeof four);
    from->head.family = AF_INET;
    MUST(till_curl_address(&from->head, bytes) == 4 && bytes[0] == 127 && bytes[3] == 1);
    from->head.family = AF_UNIX;
    MUST(till_curl_address(&from->head, bytes) == 0);
    free(bytes);
    free(from);
}

int main(void) {
    bindings();
    transfers();
    addresses();
    puts("every C function of ours held");
    return 0;
}
