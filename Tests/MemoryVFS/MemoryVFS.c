#include "MemoryVFS.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum { SPARE = 8, REGIONS = 64 };

/// Bytes and how many there is room for.
typedef struct {
    unsigned char *start;
    sqlite3_int64 room;
} buffer;

/// One file as every connection sees it, and who has which lock on it.
typedef struct file {
    struct file *next;
    char *path;
    buffer data;
    sqlite3_int64 size;
    int handles;
    int shared;
    void *reserved;
    void *exclusive;
    void *region[REGIONS];
    int users;
    int readers[SQLITE_SHM_NLOCK];
    void *writer[SQLITE_SHM_NLOCK];
} file;

/// SQLite's handle.
typedef struct {
    sqlite3_file base;
    file *file;
    int level;
    int uses_shm;
    int reading[SQLITE_SHM_NLOCK];
} handle;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static sqlite3_vfs *root;
static sqlite3_vfs vfs;
static const char *home;
static file *files;
// Buffers of files that are gone: what the system takes back it has to clean again.
static buffer spare[SPARE];

static file *find(const char *path) {
    file *each = files;
    while (each && strcmp(each->path, path)) each = each->next;
    return each;
}

static file *make(const char *path) {
    file *new = calloc(1, sizeof *new);
    if (!new) return NULL;
    new->path = strdup(path);
    if (!new->path) return free(new), NULL;
    for (int index = 0; index < SPARE; index++) {
        if (spare[index].room <= new->data.room) continue;
        buffer best = spare[index];
        spare[index] = new->data;
        new->data = best;
    }
    new->next = files;
    files = new;
    return new;
}

static void drop(file *file) {
    for (int index = 0; index < SPARE && file->data.start; index++) {
        if (spare[index].start) continue;
        spare[index] = file->data;
        file->data.start = NULL;
    }
    free(file->data.start);
    for (int index = 0; index < REGIONS; index++) free(file->region[index]);
    free(file->path);
    free(file);
}

/// Takes a file out of the list.
static void unlink_file(file *file) {
    struct file **place = &files;
    while (*place && *place != file) place = &(*place)->next;
    if (*place) *place = file->next;
    file->next = NULL;
    file->path[0] = 0;
    if (!file->handles) drop(file);
}

/// Makes room for what is written from an offset on; 0 where there is none.
static int reach(file *file, sqlite3_int64 offset, sqlite3_int64 size) {
    if (size > file->data.room) {
        sqlite3_int64 room = file->data.room ? file->data.room : 1 << 20;
        while (room < size) room *= 2;
        unsigned char *start = realloc(file->data.start, (size_t)room);
        if (!start) return 0;
        file->data.start = start;
        file->data.room = room;
    }
    if (offset > file->size) {
        memset(file->data.start + file->size, 0, (size_t)(offset - file->size));
    }
    if (size > file->size) file->size = size;
    return 1;
}

static int on_read(sqlite3_file *base, void *to, int length, sqlite3_int64 offset) {
    file *file = ((handle *)base)->file;
    pthread_mutex_lock(&lock);
    sqlite3_int64 there = file->size - offset;
    if (there > length) there = length;
    if (there < 0) there = 0;
    if (there) memcpy(to, file->data.start + offset, (size_t)there);
    pthread_mutex_unlock(&lock);
    if (there == length) return SQLITE_OK;
    memset((char *)to + there, 0, (size_t)(length - there));
    return SQLITE_IOERR_SHORT_READ;
}

static int on_write(sqlite3_file *base, const void *from, int length, sqlite3_int64 offset) {
    file *file = ((handle *)base)->file;
    pthread_mutex_lock(&lock);
    int has_room = reach(file, offset, offset + length);
    if (has_room) memcpy(file->data.start + offset, from, (size_t)length);
    pthread_mutex_unlock(&lock);
    return has_room ? SQLITE_OK : SQLITE_FULL;
}

static int on_truncate(sqlite3_file *base, sqlite3_int64 size) {
    file *file = ((handle *)base)->file;
    pthread_mutex_lock(&lock);
    if (size < file->size) file->size = size;
    pthread_mutex_unlock(&lock);
    return SQLITE_OK;
}

static int on_sync(sqlite3_file *base, int flags) { return (void)base, (void)flags, SQLITE_OK; }

static int on_size(sqlite3_file *base, sqlite3_int64 *size) {
    pthread_mutex_lock(&lock);
    *size = ((handle *)base)->file->size;
    pthread_mutex_unlock(&lock);
    return SQLITE_OK;
}

static int on_lock(sqlite3_file *base, int level) {
    handle *self = (handle *)base;
    file *file = self->file;
    if (level <= self->level) return SQLITE_OK;
    pthread_mutex_lock(&lock);
    int is_free = !file->exclusive || file->exclusive == self;
    if (level > SQLITE_LOCK_SHARED) is_free = is_free && (!file->reserved || file->reserved == self);
    if (is_free && level == SQLITE_LOCK_SHARED) file->shared++;
    if (is_free && level > SQLITE_LOCK_SHARED) file->reserved = self;
    if (is_free && level > SQLITE_LOCK_RESERVED) {
        // Whoever comes now must wait; who is there already is waited for.
        file->exclusive = self;
        self->level = SQLITE_LOCK_PENDING;
        is_free = file->shared <= 1;
    }
    if (is_free) self->level = level;
    pthread_mutex_unlock(&lock);
    return is_free ? SQLITE_OK : SQLITE_BUSY;
}

static int on_unlock(sqlite3_file *base, int level) {
    handle *self = (handle *)base;
    file *file = self->file;
    if (level >= self->level) return SQLITE_OK;
    pthread_mutex_lock(&lock);
    if (file->reserved == self) file->reserved = NULL;
    if (file->exclusive == self) file->exclusive = NULL;
    if (level == SQLITE_LOCK_NONE) file->shared--;
    self->level = level;
    pthread_mutex_unlock(&lock);
    return SQLITE_OK;
}

static int on_reserved(sqlite3_file *base, int *is_reserved) {
    pthread_mutex_lock(&lock);
    *is_reserved = ((handle *)base)->file->reserved != NULL;
    pthread_mutex_unlock(&lock);
    return SQLITE_OK;
}

static int on_control(sqlite3_file *base, int operation, void *argument) {
    return (void)base, (void)operation, (void)argument, SQLITE_NOTFOUND;
}

static int on_sector(sqlite3_file *base) { return (void)base, 4096; }

static int on_character(sqlite3_file *base) {
    return (void)base, SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int on_shm_map(sqlite3_file *base, int index, int size, int may_extend, void volatile **to) {
    handle *self = (handle *)base;
    file *file = self->file;
    int code = SQLITE_OK;
    pthread_mutex_lock(&lock);
    if (!self->uses_shm) file->users++;
    self->uses_shm = 1;
    if (index >= REGIONS) code = SQLITE_IOERR_SHMMAP;
    else if (!file->region[index] && may_extend) {
        file->region[index] = calloc(1, (size_t)size);
        if (!file->region[index]) code = SQLITE_IOERR_NOMEM;
    }
    *to = code ? NULL : file->region[index];
    pthread_mutex_unlock(&lock);
    return code;
}

static int on_shm_lock(sqlite3_file *base, int first, int count, int flags) {
    handle *self = (handle *)base;
    file *file = self->file;
    int code = SQLITE_OK, last = first + count;
    pthread_mutex_lock(&lock);
    for (int slot = first; slot < last && flags & SQLITE_SHM_LOCK; slot++) {
        int others = file->readers[slot] - self->reading[slot];
        if (file->writer[slot] && file->writer[slot] != self) code = SQLITE_BUSY;
        if (flags & SQLITE_SHM_EXCLUSIVE && others) code = SQLITE_BUSY;
    }
    for (int slot = first; slot < last && !code; slot++) {
        int reads = flags & SQLITE_SHM_LOCK && flags & SQLITE_SHM_SHARED;
        int writes = flags & SQLITE_SHM_LOCK && flags & SQLITE_SHM_EXCLUSIVE;
        file->readers[slot] += reads - self->reading[slot];
        self->reading[slot] = reads;
        if (writes) file->writer[slot] = self;
        else if (file->writer[slot] == self) file->writer[slot] = NULL;
    }
    pthread_mutex_unlock(&lock);
    return code;
}

static void on_shm_barrier(sqlite3_file *base) {
    (void)base;
    __sync_synchronize();
}

static int on_shm_unmap(sqlite3_file *base, int is_delete) {
    handle *self = (handle *)base;
    file *file = self->file;
    (void)is_delete;
    if (!self->uses_shm) return SQLITE_OK;
    on_shm_lock(base, 0, SQLITE_SHM_NLOCK, SQLITE_SHM_UNLOCK);
    pthread_mutex_lock(&lock);
    self->uses_shm = 0;
    if (!--file->users) {
        for (int index = 0; index < REGIONS; index++) {
            free(file->region[index]);
            file->region[index] = NULL;
        }
    }
    pthread_mutex_unlock(&lock);
    return SQLITE_OK;
}

static int on_close(sqlite3_file *base) {
    handle *self = (handle *)base;
    on_unlock(base, SQLITE_LOCK_NONE);
    on_shm_unmap(base, 0);
    pthread_mutex_lock(&lock);
    if (!--self->file->handles && !self->file->path[0]) drop(self->file);
    pthread_mutex_unlock(&lock);
    return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = on_close,
    .xRead = on_read,
    .xWrite = on_write,
    .xTruncate = on_truncate,
    .xSync = on_sync,
    .xFileSize = on_size,
    .xLock = on_lock,
    .xUnlock = on_unlock,
    .xCheckReservedLock = on_reserved,
    .xFileControl = on_control,
    .xSectorSize = on_sector,
    .xDeviceCharacteristics = on_character,
    .xShmMap = on_shm_map,
    .xShmLock = on_shm_lock,
    .xShmBarrier = on_shm_barrier,
    .xShmUnmap = on_shm_unmap,
};

static int is_ours(const char *path) { return path && !strncmp(path, home, strlen(home)); }

static int on_open(sqlite3_vfs *self, const char *path, sqlite3_file *base, int flags, int *out) {
    (void)self;
    if (!is_ours(path)) return root->xOpen(root, path, base, flags, out);
    handle *handle = memset(base, 0, (size_t)vfs.szOsFile);
    pthread_mutex_lock(&lock);
    file *file = find(path);
    if (!file && flags & SQLITE_OPEN_CREATE) file = make(path);
    if (file) file->handles++;
    pthread_mutex_unlock(&lock);
    if (!file) return SQLITE_CANTOPEN;
    handle->file = file;
    handle->base.pMethods = &methods;
    if (out) *out = flags;
    return SQLITE_OK;
}

static int on_delete(sqlite3_vfs *self, const char *path, int syncs) {
    (void)self;
    if (!is_ours(path)) return root->xDelete(root, path, syncs);
    memory_vfs_remove(path);
    return SQLITE_OK;
}

static int on_access(sqlite3_vfs *self, const char *path, int flags, int *out) {
    (void)self;
    if (!is_ours(path)) return root->xAccess(root, path, flags, out);
    pthread_mutex_lock(&lock);
    file *file = find(path);
    *out = file && (flags != SQLITE_ACCESS_EXISTS || file->size > 0);
    pthread_mutex_unlock(&lock);
    return SQLITE_OK;
}

static int on_path(sqlite3_vfs *self, const char *path, int room, char *out) {
    (void)self;
    if (!is_ours(path)) return root->xFullPathname(root, path, room, out);
    if (strlen(path) >= (size_t)room) return SQLITE_CANTOPEN;
    strcpy(out, path);
    return SQLITE_OK;
}

void memory_vfs_enter(const char *prefix) {
    // Nobody asks how much memory SQLite uses.
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    home = strdup(prefix);
    root = sqlite3_vfs_find(NULL);
    vfs = *root;
    vfs.zName = "memory";
    vfs.pNext = NULL;
    if (vfs.szOsFile < (int)sizeof(handle)) vfs.szOsFile = sizeof(handle);
    vfs.xOpen = on_open;
    vfs.xDelete = on_delete;
    vfs.xAccess = on_access;
    vfs.xFullPathname = on_path;
    sqlite3_vfs_register(&vfs, 1);
}

int memory_vfs_copy(const char *from, const char *to) {
    pthread_mutex_lock(&lock);
    file *source = find(from);
    file *copy = source ? make(to) : NULL;
    int is_done = !source || (copy && reach(copy, 0, source->size));
    if (copy && is_done) memcpy(copy->data.start, source->data.start, (size_t)source->size);
    pthread_mutex_unlock(&lock);
    return is_done;
}

void memory_vfs_remove(const char *path) {
    pthread_mutex_lock(&lock);
    file *file = find(path);
    if (file) unlink_file(file);
    pthread_mutex_unlock(&lock);
}

void memory_vfs_without_triggers(sqlite3 *connection) {
    sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, 0);
}
