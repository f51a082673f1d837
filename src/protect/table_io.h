/* The pieces of a table's bytes that a protected table shares. Private to this room. */
#ifndef MLN_PROTECT_TABLE_IO_H
#define MLN_PROTECT_TABLE_IO_H

#include "protect/table.h"
#include "protect/wire.h"

/* Past this a count is a fault; sums of a line and shares in integers stay far from overflow, and
 * every count is exact as a double. */
#define MLN_COUNT_MAX (UINT64_C(1) << 40)
#define MLN_QUANTILE_MAX 1e12

/* Everything but counts and values: what may be known of a table whatever its numbers. */
void mln_frame_put(struct mln_buf *out, const struct mln_table *table);
/* Measures of the frame read have NULL values and n. */
void mln_frame_get(struct mln_wire *w, struct mln_table *out);

/* Values come with the measure, and are not made from the counts. */
static inline bool mln_measure_has_values(const struct mln_measure *m) {
    return m->kind != MLN_MEASURE_COUNT && m->kind != MLN_MEASURE_SHARE &&
           m->kind != MLN_MEASURE_STD_DIFF;
}

/* The part of mln_table_check that needs no counts. */
enum mln_status mln_frame_check(const struct mln_table *table, struct mln_err *err) MLN_MUST_USE;

#endif
