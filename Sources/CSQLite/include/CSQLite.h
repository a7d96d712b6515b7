#pragma once

// Calls of SQLite's C API that Swift cannot make itself because they are variadic.

struct sqlite3;

/// Turns on defensive mode and turns off trusted schema, triggers by shadow tables and
/// loadable extensions for one connection; returns SQLite's result code.
int till_sqlite_harden(struct sqlite3 *connection);
