#include "PowerLossVFS.h"

#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECTOR = 512 };

/// One write since the last sync, or a truncation where there is no data.
typedef struct change {
    struct change *next;
    sqlite3_int64 offset;
    int length;
    unsigned char *data;
} change;

/// One file as every connection sees it: what is on the disk, and the changes that are not.
typedef struct disk {
    struct disk *next;
    char *path;
    sqlite3_int64 size;
    change *first;
    change **last;
} disk;

/// SQLite's handle; the system's own follows it in memory.
typedef struct {
    sqlite3_file base;
    disk *disk;
    sqlite3_file *real;
} handle;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static sqlite3_vfs *root;
static sqlite3_vfs vfs;
static disk *disks;
static int deaf;
static int failed;
static int64_t left = INT64_MAX;

static disk *find(const char *path) {
    disk *each = disks;
    while (each && strcmp(each->path, path)) each = each->next;
    return each;
}

static void forget(disk *disk) {
    while (disk->first) {
        change *change = disk->first;
        disk->first = change->next;
        free(change->data);
        free(change);
    }
    disk->last = &disk->first;
}

/// Counts one operation; whether power fails at it.
static int fails(void) {
    if (!failed && --left <= 0) failed = 1;
    return failed;
}

/// Keeps one change in memory.
static int keep(disk *disk, const void *data, int length, sqlite3_int64 offset) {
    change *new = calloc(1, sizeof *new);
    if (!new) return SQLITE_IOERR_NOMEM;
    new->offset = offset;
    new->length = length;
    if (data) {
        new->data = malloc((size_t)length);
        if (!new->data) return free(new), SQLITE_IOERR_NOMEM;
        memcpy(new->data, data, (size_t)length);
    }
    *disk->last = new;
    disk->last = &new->next;
    return SQLITE_OK;
}

static int on_close(sqlite3_file *file) {
    handle *self = (handle *)file;
    return self->real->pMethods ? self->real->pMethods->xClose(self->real) : SQLITE_OK;
}

static int on_read(sqlite3_file *file, void *to, int length, sqlite3_int64 offset) {
    handle *self = (handle *)file;
    pthread_mutex_lock(&lock);
    int code = failed ? SQLITE_IOERR_READ : SQLITE_OK;
    if (!code) {
        code = self->real->pMethods->xRead(self->real, to, length, offset);
        if (code == SQLITE_IOERR_SHORT_READ) code = SQLITE_OK;
    }
    for (change *each = self->disk->first; !code && each; each = each->next) {
        sqlite3_int64 begin = each->offset > offset ? each->offset : offset;
        sqlite3_int64 end = offset + length;
        if (each->data && each->offset + each->length < end) end = each->offset + each->length;
        if (begin >= end) continue;
        unsigned char *place = (unsigned char *)to + (begin - offset);
        if (each->data) memcpy(place, each->data + (begin - each->offset), (size_t)(end - begin));
        else memset(place, 0, (size_t)(end - begin));
    }
    if (!code && offset + length > self->disk->size) code = SQLITE_IOERR_SHORT_READ;
    pthread_mutex_unlock(&lock);
    return code;
}

static int on_write(sqlite3_file *file, const void *from, int length, sqlite3_int64 offset) {
    disk *disk = ((handle *)file)->disk;
    pthread_mutex_lock(&lock);
    int code = failed ? SQLITE_IOERR_WRITE : keep(disk, from, length, offset);
    if (!code && offset + length > disk->size) disk->size = offset + length;
    if (!code && fails()) code = SQLITE_IOERR_WRITE;
    pthread_mutex_unlock(&lock);
    return code;
}

static int on_truncate(sqlite3_file *file, sqlite3_int64 size) {
    disk *disk = ((handle *)file)->disk;
    pthread_mutex_lock(&lock);
    int code = failed ? SQLITE_IOERR_TRUNCATE : keep(disk, NULL, 0, size);
    if (!code) disk->size = size;
    if (!code && fails()) code = SQLITE_IOERR_TRUNCATE;
    pthread_mutex_unlock(&lock);
    return code;
}

static int on_sync(sqlite3_file *file, int flags) {
    (void)flags;
    handle *self = (handle *)file;
    pthread_mutex_lock(&lock);
    int code = fails() ? SQLITE_IOERR_FSYNC : SQLITE_OK;
    if (!deaf) {
        // The system's own sync is left out: only what is handed to the file counts as on the disk.
        const sqlite3_io_methods *real = self->real->pMethods;
        for (change *each = self->disk->first; !code && each; each = each->next) {
            code = each->data ? real->xWrite(self->real, each->data, each->length, each->offset)
                              : real->xTruncate(self->real, each->offset);
        }
        if (!code) forget(self->disk);
    }
    pthread_mutex_unlock(&lock);
    return code;
}

static int on_size(sqlite3_file *file, sqlite3_int64 *size) {
    pthread_mutex_lock(&lock);
    *size = ((handle *)file)->disk->size;
    int code = failed ? SQLITE_IOERR_FSTAT : SQLITE_OK;
    pthread_mutex_unlock(&lock);
    return code;
}

// Locks and shared memory are no business of the disk.
#define REAL(file) ((handle *)(file))->real
static int on_lock(sqlite3_file *f, int level) { return REAL(f)->pMethods->xLock(REAL(f), level); }
static int on_unlock(sqlite3_file *f, int level) { return REAL(f)->pMethods->xUnlock(REAL(f), level); }
static int on_check(sqlite3_file *f, int *out) {
    return REAL(f)->pMethods->xCheckReservedLock(REAL(f), out);
}
static int on_control(sqlite3_file *f, int op, void *argument) {
    return REAL(f)->pMethods->xFileControl(REAL(f), op, argument);
}
static int on_sector_size(sqlite3_file *f) { return REAL(f)->pMethods->xSectorSize(REAL(f)); }
static int on_characteristics(sqlite3_file *f) {
    return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f));
}
static int on_shm_map(sqlite3_file *f, int region, int size, int extend, void volatile **out) {
    return REAL(f)->pMethods->xShmMap(REAL(f), region, size, extend, out);
}
static int on_shm_lock(sqlite3_file *f, int offset, int count, int flags) {
    return REAL(f)->pMethods->xShmLock(REAL(f), offset, count, flags);
}
static void on_shm_barrier(sqlite3_file *f) { REAL(f)->pMethods->xShmBarrier(REAL(f)); }
static int on_shm_unmap(sqlite3_file *f, int remove) {
    return REAL(f)->pMethods->xShmUnmap(REAL(f), remove);
}

// Version 2: no memory mapping, which would read beside the changes.
static const sqlite3_io_methods methods = {
    2, on_close, on_read, on_write, on_truncate, on_sync, on_size, on_lock, on_unlock, on_check,
    on_control, on_sector_size, on_characteristics, on_shm_map, on_shm_lock, on_shm_barrier,
    on_shm_unmap, NULL, NULL,
};

/// The disk of an open file; NULL without memory.
static disk *attach(const char *path, sqlite3_file *real) {
    disk *disk = find(path);
    if (disk) return disk;
    disk = calloc(1, sizeof *disk);
    if (!disk || !(disk->path = strdup(path))) return free(disk), NULL;
    real->pMethods->xFileSize(real, &disk->size);
    disk->last = &disk->first;
    disk->next = disks;
    disks = disk;
    return disk;
}

static int on_open(sqlite3_vfs *v, const char *path, sqlite3_file *file, int flags, int *out) {
    (void)v;
    int kinds = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL;
    if (!path || !(flags & kinds)) return root->xOpen(root, path, file, flags, out);
    handle *self = (handle *)file;
    self->base.pMethods = NULL;
    self->real = (sqlite3_file *)(self + 1);
    pthread_mutex_lock(&lock);
    int code = failed ? SQLITE_CANTOPEN : root->xOpen(root, path, self->real, flags, out);
    if (!code && !(self->disk = attach(path, self->real))) {
        self->real->pMethods->xClose(self->real);
        code = SQLITE_NOMEM;
    }
    if (!code) self->base.pMethods = &methods;
    pthread_mutex_unlock(&lock);
    return code;
}

static int on_delete(sqlite3_vfs *v, const char *path, int sync) {
    (void)v;
    pthread_mutex_lock(&lock);
    int code = failed ? SQLITE_IOERR_DELETE : root->xDelete(root, path, sync);
    disk *disk = find(path);
    if (!code && disk) {
        forget(disk);
        disk->size = 0;
    }
    pthread_mutex_unlock(&lock);
    return code;
}

static int on_access(sqlite3_vfs *v, const char *path, int flags, int *out) {
    (void)v;
    int code = root->xAccess(root, path, flags, out);
    pthread_mutex_lock(&lock);
    disk *disk = find(path);
    // The system's own takes an empty file for none.
    if (flags == SQLITE_ACCESS_EXISTS && disk && disk->size > 0) *out = 1;
    pthread_mutex_unlock(&lock);
    return code;
}

void power_loss_enter(int is_deaf) {
    if (!root) root = sqlite3_vfs_find(NULL);
    deaf = is_deaf;
    vfs = *root;
    vfs.pNext = NULL;
    vfs.zName = "power-loss";
    vfs.szOsFile = (int)sizeof(handle) + root->szOsFile;
    vfs.xOpen = on_open;
    vfs.xDelete = on_delete;
    vfs.xAccess = on_access;
    sqlite3_vfs_register(&vfs, 1);
}

void power_loss_arm(int64_t operations) {
    pthread_mutex_lock(&lock);
    left = operations;
    pthread_mutex_unlock(&lock);
}

int64_t power_loss_unsynced(void) {
    int64_t count = 0;
    pthread_mutex_lock(&lock);
    for (disk *disk = disks; disk; disk = disk->next) {
        for (change *each = disk->first; each; each = each->next) count++;
    }
    pthread_mutex_unlock(&lock);
    return count;
}

int power_loss_has_failed(void) {
    pthread_mutex_lock(&lock);
    int answer = failed;
    pthread_mutex_unlock(&lock);
    return answer;
}

/// SplitMix64.
static uint64_t roll(uint64_t *state) {
    uint64_t z = (*state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

/// Puts sectors of one write on the disk, each with a chance of so many in 256; how many were lost.
static int64_t scatter(int file, const change *change, unsigned chance, uint64_t *dice) {
    int64_t lost = 0;
    for (int done = 0; done < change->length;) {
        sqlite3_int64 place = change->offset + done;
        int length = (int)(SECTOR - place % SECTOR);
        if (length > change->length - done) length = change->length - done;
        if (roll(dice) % 256 < chance) {
            if (pwrite(file, change->data + done, (size_t)length, place) != length) abort();
        } else {
            lost++;
        }
        done += length;
    }
    return lost;
}

/// Decides what of one file's changes is on the disk; how many sectors are not.
static int64_t settle(disk *disk, uint64_t *dice) {
    int file = open(disk->path, O_RDWR | O_CLOEXEC);
    if (file < 0) return 0;
    int64_t count = 0, lost = 0;
    for (change *each = disk->first; each; each = each->next) count++;
    // Nothing; up to some moment, the last one torn; anything in any order; everything.
    unsigned fate = (unsigned)(roll(dice) % 8);
    int64_t end = count ? (int64_t)(roll(dice) % (uint64_t)count) : 0;
    unsigned chance = (unsigned)(roll(dice) % 257);
    int64_t number = 0;
    for (change *each = disk->first; each; each = each->next, number++) {
        unsigned odds = 256;
        if (fate < 2) odds = 0;
        else if (fate < 4) odds = number < end ? 256 : number == end ? 128 : 0;
        else if (fate < 7) odds = chance;
        if (each->data) lost += scatter(file, each, odds, dice);
        else if (roll(dice) % 256 >= odds) lost++;
        else if (ftruncate(file, each->offset)) abort();
    }
    close(file);
    return lost;
}

int64_t power_loss_settle(uint64_t seed) {
    int64_t lost = 0;
    pthread_mutex_lock(&lock);
    while (disks) {
        disk *disk = disks;
        disks = disk->next;
        lost += settle(disk, &seed);
        forget(disk);
        free(disk->path);
        free(disk);
    }
    failed = 0;
    left = INT64_MAX;
    pthread_mutex_unlock(&lock);
    sqlite3_vfs_register(root, 1);
    return lost;
}
