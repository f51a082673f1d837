/* Rows of text, fast: the caller reserves once a row, then the cells are put without a test.
 * Internal to the synth room. */
#ifndef MLN_SYNTH_OUT_H
#define MLN_SYNTH_OUT_H

#include "base/buf.h"
#include "base/date.h"

enum { MLN_SYNTH_ROW = 1024 }; /* no row is longer */

struct mln_synth_out {
    struct mln_buf buf;
    size_t row; /* where the current row begins */
    bool crlf;
    char separator;
};

/* False, for good, when there is no memory: the caller stops at mln_buf_check. */
static inline bool out_row(struct mln_synth_out *o) {
    o->row = o->buf.n;
    return mln_buf_reserve(&o->buf, MLN_SYNTH_ROW);
}
static inline void out_bytes(struct mln_synth_out *o, const char *p, size_t n) {
    memcpy(o->buf.p + o->buf.n, p, n);
    o->buf.n += n;
}
static inline void out_z(struct mln_synth_out *o, const char *z) {
    out_bytes(o, z, strlen(z));
}
static inline void out_c(struct mln_synth_out *o, char c) {
    o->buf.p[o->buf.n++] = c;
}
static inline void out_sep(struct mln_synth_out *o) {
    out_c(o, o->separator);
}
/* Decimal with at least `width` digits. */
static inline void out_u(struct mln_synth_out *o, uint64_t value, int width) {
    char digits[24];
    int at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
        width--;
    } while (value != 0 || width > 0);
    out_bytes(o, digits + at, sizeof digits - (size_t)at);
}
static inline void out_day(struct mln_synth_out *o, int32_t day) { /* dd/mm/yyyy */
    const struct mln_civil c = mln_civil_from_day(day);
    out_u(o, (uint64_t)c.day, 2);
    out_c(o, '/');
    out_u(o, (uint64_t)c.month, 2);
    out_c(o, '/');
    out_u(o, (uint64_t)c.year, 4);
}
static inline void out_iso(struct mln_synth_out *o, int32_t day) {
    o->buf.n += mln_day_to_iso(day, o->buf.p + o->buf.n);
}
static inline void out_end(struct mln_synth_out *o) {
    if (o->crlf) {
        out_c(o, '\r');
    }
    out_c(o, '\n');
}
/* The row just ended, once more. */
static inline void out_again(struct mln_synth_out *o) {
    const size_t n = o->buf.n - o->row;
    if (mln_buf_reserve(&o->buf, n + MLN_SYNTH_ROW)) {
        memcpy(o->buf.p + o->buf.n, o->buf.p + o->row, n);
        o->row = o->buf.n;
        o->buf.n += n;
    }
}

#endif
