#pragma once

// SQLite's C interface, with those of its calls that Swift cannot make itself: variadic ones and one
// that needs a macro.

#include <sqlite3.h>

/// Takes out of the library what every allocation would pay for: a count of the memory in use behind
/// one lock, and twenty pages laid out for each short-lived table. Only before the library is first
/// used; returns SQLite's result code.
int till_sqlite_tune(void);

/// Turns on defensive mode and turns off trusted schema, double-quoted texts and loadable
/// extensions for one connection; returns SQLite's result code.
int till_sqlite_harden(sqlite3 *connection);

/// Binds a text of that many UTF-8 bytes, which SQLite copies; returns SQLite's result code.
int till_sqlite_bind_text(sqlite3_stmt *statement, int index, const char *text, long long bytes);

/// Binds a BLOB of that many bytes, which SQLite copies; returns SQLite's result code.
int till_sqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, long long count);

/// Syncs the write-ahead log of a connection that has read or written before; returns SQLite's result
/// code. A sync is the file's, so that what other connections committed is on the disk too.
int till_sqlite_sync_log(sqlite3 *connection);

/// Lets the disk begin with what of an open file is not on it yet; waits for nothing.
void till_start_writing(int file);
