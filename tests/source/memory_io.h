/* Files in memory for the readers: given in pieces of a chosen size, failing at a chosen call. */
#ifndef MLN_TESTS_SOURCE_MEMORY_IO_H
#define MLN_TESTS_SOURCE_MEMORY_IO_H

#include <stdio.h>

#include "source/source.h"

struct memory_file {
    struct mln_str bytes;
    size_t piece;   /* most bytes a read gives; 0: all */
    size_t fail_at; /* this call (1, 2, …) to open, read or seek fails; 0: none */
    size_t calls;
    size_t at;
    int opened; /* minus closed: leaks are seen */
};

static inline enum mln_status memory_call(struct memory_file *f, struct mln_err *err) {
    return ++f->calls == f->fail_at ? mln_err_set(err, MLN_IO, "the disk is gone") : MLN_OK;
}

static inline enum mln_status memory_open(void *ctx, const char *path, void **file,
                                          struct mln_err *err) {
    struct memory_file *f = ctx;
    (void)path;
    MLN_TRY(memory_call(f, err));
    f->at = 0;
    f->opened++;
    *file = f;
    return MLN_OK;
}

static inline enum mln_status memory_read(void *file, void *into, size_t n, size_t *got,
                                          struct mln_err *err) {
    struct memory_file *f = file;
    MLN_TRY(memory_call(f, err));
    size_t left = f->bytes.n - f->at;
    left = left < n ? left : n;
    *got = f->piece != 0 && f->piece < left ? f->piece : left;
    if (*got > 0) {
        memcpy(into, f->bytes.p + f->at, *got);
    }
    f->at += *got;
    return MLN_OK;
}

static inline enum mln_status memory_seek(void *file, int64_t offset, int whence, int64_t *at,
                                          struct mln_err *err) {
    struct memory_file *f = file;
    MLN_TRY(memory_call(f, err));
    const int64_t from = whence == SEEK_SET   ? 0
                         : whence == SEEK_CUR ? (int64_t)f->at
                                              : (int64_t)f->bytes.n;
    if (from + offset < 0 || from + offset > (int64_t)f->bytes.n) {
        return mln_err_set(err, MLN_IO, "seek outside the file");
    }
    f->at = (size_t)(from + offset);
    *at = from + offset;
    return MLN_OK;
}

static inline void memory_close(void *file) {
    ((struct memory_file *)file)->opened--;
}

static inline struct mln_io memory_io(struct memory_file *f) {
    return (struct mln_io){f, memory_open, memory_read, memory_seek, memory_close};
}

#endif
