/* A growable run of bytes for building text and files in memory.
 *
 * init → add… → (check) → release. Running out of memory is sticky: the additions after it do
 * nothing, and `mln_buf_check` says so once, so that builders need no test per line.
 * `p` is always NUL-terminated once something was added; the NUL is not counted in `n`. */
#ifndef MLN_BASE_BUF_H
#define MLN_BASE_BUF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct mln_buf {
    char *p;
    size_t n;
    size_t cap;
    bool failed;
};

#define MLN_BUF_INIT ((struct mln_buf){0})

void mln_buf_release(struct mln_buf *buf);
void mln_buf_reset(struct mln_buf *buf); /* empty, keeps capacity and forgets a failure */

/* Makes room for `extra` more bytes; false (and sticky failure) when there is no memory. */
bool mln_buf_reserve(struct mln_buf *buf, size_t extra);

void mln_buf_add(struct mln_buf *buf, const void *bytes, size_t n);
void mln_buf_add_str(struct mln_buf *buf, struct mln_str s);
void mln_buf_addz(struct mln_buf *buf, const char *z);
void mln_buf_addc(struct mln_buf *buf, char c);
void mln_buf_addf(struct mln_buf *buf, const char *fmt, ...) MLN_PRINTF(2, 3);
void mln_buf_add_u64(struct mln_buf *buf, uint64_t value); /* decimal */
void mln_buf_add_i64(struct mln_buf *buf, int64_t value);

static inline struct mln_str mln_buf_view(const struct mln_buf *buf) {
    return (struct mln_str){buf->p == NULL ? "" : buf->p, buf->n};
}

enum mln_status mln_buf_check(const struct mln_buf *buf, const char *what, struct mln_err *err)
    MLN_MUST_USE;

#endif
