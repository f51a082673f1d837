#include "base/buf.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

void mln_buf_release(struct mln_buf *buf) {
    free(buf->p);
    *buf = MLN_BUF_INIT;
}

void mln_buf_reset(struct mln_buf *buf) {
    buf->n = 0;
    buf->failed = false;
    if (buf->p != NULL) {
        buf->p[0] = '\0';
    }
}

bool mln_buf_reserve(struct mln_buf *buf, size_t extra) {
    if (buf->failed || extra > SIZE_MAX / 4 - buf->n) {
        buf->failed = true;
        return false;
    }
    const size_t need = buf->n + extra + 1;
    if (need <= buf->cap) {
        return true;
    }
    size_t cap = buf->cap < 64 ? 64 : buf->cap;
    while (cap < need) {
        cap += cap / 2;
    }
    char *p = realloc(buf->p, cap);
    if (p == NULL) {
        buf->failed = true;
        return false;
    }
    buf->p = p;
    buf->cap = cap;
    return true;
}

void mln_buf_add(struct mln_buf *buf, const void *bytes, size_t n) {
    if (!mln_buf_reserve(buf, n)) {
        return;
    }
    if (n > 0) {
        memcpy(buf->p + buf->n, bytes, n);
    }
    buf->n += n;
    buf->p[buf->n] = '\0';
}

void mln_buf_add_str(struct mln_buf *buf, struct mln_str s) {
    mln_buf_add(buf, s.p, s.n);
}

void mln_buf_addz(struct mln_buf *buf, const char *z) {
    mln_buf_add(buf, z, strlen(z));
}

void mln_buf_addc(struct mln_buf *buf, char c) {
    mln_buf_add(buf, &c, 1);
}

void mln_buf_addf(struct mln_buf *buf, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    const int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n < 0 || !mln_buf_reserve(buf, (size_t)n)) {
        buf->failed = true;
        return;
    }
    va_start(args, fmt);
    (void)vsnprintf(buf->p + buf->n, (size_t)n + 1, fmt, args);
    va_end(args);
    buf->n += (size_t)n;
}

void mln_buf_add_u64(struct mln_buf *buf, uint64_t value) {
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    mln_buf_add(buf, digits + at, sizeof digits - at);
}

void mln_buf_add_i64(struct mln_buf *buf, int64_t value) {
    if (value < 0) {
        mln_buf_addc(buf, '-');
        mln_buf_add_u64(buf, 0 - (uint64_t)value);
    } else {
        mln_buf_add_u64(buf, (uint64_t)value);
    }
}

enum mln_status mln_buf_check(const struct mln_buf *buf, const char *what, struct mln_err *err) {
    return buf->failed ? mln_err_nomem(err, what) : MLN_OK;
}
