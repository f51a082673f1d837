#include "fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>

static struct {
    enum fault_kind kind;
    size_t nth;
    size_t calls;
    bool happened;
} plan;

static atomic_size_t live;
static atomic_size_t syncs;

void fault_arm(enum fault_kind kind, size_t nth) {
    plan.kind = kind;
    plan.nth = nth;
    plan.calls = 0;
    plan.happened = false;
}

bool fault_disarm(void) {
    plan.kind = FAULT_NONE;
    return plan.happened;
}

size_t fault_syncs(void) {
    return atomic_load(&syncs);
}

size_t fault_live(void) {
    return atomic_load(&live);
}

static bool strikes(enum fault_kind kind, int code) {
    if (plan.kind != kind || ++plan.calls != plan.nth) {
        return false;
    }
    plan.happened = true;
    errno = code;
    return true;
}

static void *counted(void *p) {
    if (p != NULL) {
        atomic_fetch_add(&live, 1);
    }
    return p;
}

/* The linker sends calls of f to __wrap_f, and __real_f to f. */
#define WRAPPED(result, name, args) \
    result __real_##name args;      \
    result __wrap_##name args;      \
    result __wrap_##name args

WRAPPED(void *, malloc, (size_t n)) {
    return strikes(FAULT_MEMORY, ENOMEM) ? NULL : counted(__real_malloc(n));
}

WRAPPED(void *, calloc, (size_t count, size_t size)) {
    return strikes(FAULT_MEMORY, ENOMEM) ? NULL : counted(__real_calloc(count, size));
}

WRAPPED(void *, realloc, (void *p, size_t n)) {
    if (strikes(FAULT_MEMORY, ENOMEM)) {
        return NULL;
    }
    void *moved = __real_realloc(p, n);
    return p == NULL ? counted(moved) : moved;
}

WRAPPED(int, posix_memalign, (void **p, size_t alignment, size_t n)) {
    if (strikes(FAULT_MEMORY, ENOMEM)) {
        return ENOMEM;
    }
    const int failed = __real_posix_memalign(p, alignment, n);
    (void)counted(failed == 0 ? *p : NULL);
    return failed;
}

WRAPPED(char *, strdup, (const char *s)) {
    return strikes(FAULT_MEMORY, ENOMEM) ? NULL : counted(__real_strdup(s));
}

WRAPPED(void, free, (void *p)) {
    if (p != NULL) {
        atomic_fetch_sub(&live, 1);
    }
    __real_free(p);
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...) {
    va_list args;
    va_start(args, flags);
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(args, mode_t) : 0;
    va_end(args);
    return strikes(FAULT_IO, EIO) ? -1 : __real_open(path, flags, mode);
}

WRAPPED(ssize_t, read, (int fd, void *p, size_t n)) {
    return strikes(FAULT_IO, EIO) ? -1 : __real_read(fd, p, n);
}

WRAPPED(ssize_t, write, (int fd, const void *p, size_t n)) {
    if (plan.kind == FAULT_SHORT_WRITES) {
        if (++plan.calls % 2 == 0) {
            errno = EINTR;
            return -1;
        }
        return __real_write(fd, p, (n + 1) / 2);
    }
    return strikes(FAULT_IO, EIO) ? -1 : __real_write(fd, p, n);
}

WRAPPED(int, fsync, (int fd)) {
    atomic_fetch_add(&syncs, 1);
    return strikes(FAULT_IO, EIO) ? -1 : __real_fsync(fd);
}

WRAPPED(int, ftruncate, (int fd, off_t n)) {
    return strikes(FAULT_IO, EIO) ? -1 : __real_ftruncate(fd, n);
}

WRAPPED(int, flock, (int fd, int how)) {
    return strikes(FAULT_IO, EIO) ? -1 : __real_flock(fd, how);
}

WRAPPED(int, fstat, (int fd, struct stat *out)) {
    return strikes(FAULT_IO, EIO) ? -1 : __real_fstat(fd, out);
}

WRAPPED(int, rename, (const char *from, const char *to)) {
    return strikes(FAULT_IO, EIO) ? -1 : __real_rename(from, to);
}
