#pragma once

// Calls of SQLite's C API that Swift cannot make itself: variadic ones and one that needs a macro.

struct sqlite3;
struct sqlite3_stmt;

/// Turns on defensive mode and turns off trusted schema, double-quoted texts and loadable
/// extensions for one connection; returns SQLite's result code.
int till_sqlite_harden(struct sqlite3 *connection);

/// Binds a text of that many UTF-8 bytes, which SQLite copies; returns SQLite's result code.
int till_sqlite_bind_text(struct sqlite3_stmt *statement, int index, const char *text, long long bytes);

/// Binds a BLOB of that many bytes, which SQLite copies; returns SQLite's result code.
int till_sqlite_bind_blob(struct sqlite3_stmt *statement, int index, const void *bytes, long long count);
