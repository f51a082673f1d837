/* Bytes of the sealed files: little-endian u64, doubles by their bits, strings with their length.
 * Private to this room. A reader's failure is sticky; a count is never larger than what is left
 * can hold, so that no length in the bytes makes a large allocation. */
#ifndef MLN_PROTECT_WIRE_H
#define MLN_PROTECT_WIRE_H

#include "base/arena.h"
#include "base/buf.h"

void mln_wire_put_u64(struct mln_buf *out, uint64_t value);
void mln_wire_put_f64(struct mln_buf *out, double value);   /* every NaN has the same bits */
void mln_wire_put_text(struct mln_buf *out, const char *z); /* NULL is kept */

struct mln_wire {
    struct mln_arena *arena;
    struct mln_str left;
    bool broken; /* the bytes are not what was written */
    bool no_memory;
};

uint64_t mln_wire_u64(struct mln_wire *w, uint64_t max); /* 0 when broken or past max */
double mln_wire_f64(struct mln_wire *w);
const char *mln_wire_text(struct mln_wire *w, bool may_be_null); /* a copy; "" when broken */
/* A number of things that take at least `bytes_each` bytes here, at most `max`. */
size_t mln_wire_count(struct mln_wire *w, size_t bytes_each, size_t max);
void *mln_wire_alloc(struct mln_wire *w, size_t count, size_t size); /* NULL: no_memory */
bool mln_wire_magic(struct mln_wire *w, const char *magic);

enum mln_status mln_wire_end(const struct mln_wire *w, const char *what, struct mln_err *err)
    MLN_MUST_USE; /* whole, and nothing left over */

#endif
