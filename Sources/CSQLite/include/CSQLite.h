#pragma once

// SQLite's C interface, with those of its calls that Swift cannot make itself: variadic ones and one
// that needs a macro.

#include <sqlite3.h>

/// Turns on defensive mode and turns off trusted schema, double-quoted texts and loadable
/// extensions for one connection; returns SQLite's result code.
int till_sqlite_harden(sqlite3 *connection);

/// Binds a text of that many UTF-8 bytes, which SQLite copies; returns SQLite's result code.
int till_sqlite_bind_text(sqlite3_stmt *statement, int index, const char *text, long long bytes);

/// Binds a BLOB of that many bytes, which SQLite copies; returns SQLite's result code.
int till_sqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, long long count);
