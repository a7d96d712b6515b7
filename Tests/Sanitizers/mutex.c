// Tells ThreadSanitizer what the slow half of Swift's Mutex does.
//
// Why: the fast half is compiled into our code, with the sanitizer; the slow one, for a lock that is
// contended, lies in libswiftSynchronization, which is not. So the sanitizer would not see that one
// thread waited for the other, and report a race at every contended lock. Loaded before that library
// (LD_PRELOAD), these stand in the place of its functions.
//
// Source: swift/stdlib/public/Synchronization/Mutex/LinuxImpl.swift.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

// Of the program that was built with the sanitizer; another one, such as a peer, has none.
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT void lock_slow(uint32_t thread, SELF) __asm__(LOCK);
SWIFT bool try_slow(SELF) __asm__(TRY);
SWIFT void unlock_slow(SELF) __asm__(UNLOCK);

static void *next(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL) abort();
    return found;
}

SWIFT void lock_slow(uint32_t thread, SELF) {
    SWIFT void (*call)(uint32_t, SELF) = next(LOCK);
    call(thread, self);
    if (__tsan_acquire) __tsan_acquire(self);
}

SWIFT bool try_slow(SELF) {
    SWIFT bool (*call)(SELF) = next(TRY);
    bool held = call(self);
    if (held && __tsan_acquire) __tsan_acquire(self);
    return held;
}

SWIFT void unlock_slow(SELF) {
    SWIFT void (*call)(SELF) = next(UNLOCK);
    if (__tsan_release) __tsan_release(self);
    call(self);
}
