#pragma once

#include <stdint.h>

// A SQLite VFS for tests that can lose power. It lies over the system's own: what was written since
// the last sync of a file is kept in memory, so that it can be lost, torn at sectors of 512 bytes or
// kept in another order. Deletions are taken as durable; the shared-memory file is the system's own,
// which SQLite makes anew after a crash.

/// Makes it this process's default VFS; a deaf one says that it synced and does not.
void power_loss_enter(int is_deaf);

/// Lets so many writes, truncations and syncs pass; then power fails and every call is an I/O error.
void power_loss_arm(int64_t operations);

/// Whether power has failed.
int power_loss_has_failed(void);

/// How many writes and truncations are not on the disk.
int64_t power_loss_unsynced(void);

/// Decides by a seed what of the unsynced writes is on the disk and puts that there; the system's own
/// VFS is the default again. Every connection must be closed. Returns how many sectors were lost.
int64_t power_loss_settle(uint64_t seed);
