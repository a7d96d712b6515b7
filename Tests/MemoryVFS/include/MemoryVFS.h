#pragma once

struct sqlite3;

// SQLite's files in the memory of this process, for worlds that no disk is in: no system call, no
// sync. Several connections share a file as they do on a disk, with locks and a write-ahead log.

/// Makes it this process's default VFS for paths that begin so; call it before any other of SQLite.
void memory_vfs_enter(const char *prefix);

/// Copies a file as it is now; one that does not exist leaves none. 0 where there is no memory.
int memory_vfs_copy(const char *from, const char *to);

/// Takes a file away; who has it open keeps it until it is closed.
void memory_vfs_remove(const char *path);

/// Lets no trigger fire on that connection.
void memory_vfs_without_triggers(struct sqlite3 *connection);
