/* The name of a cell: what it counts, and how many. Private to this room.
 *
 *     population | name=code | name=code … | count        separated by the byte 1F, terms by name
 *
 * A dimension at TOTAL says nothing, so that a table's margin and another table's cell have one
 * name; a condition counts as a term; where a dimension of the same name stands at a category, that
 * says more. The part before the count is the description: the same description with another count
 * means other rows (a later vintage, another definition). */
#ifndef MLN_PROTECT_KEYS_H
#define MLN_PROTECT_KEYS_H

#include "protect/table.h"

#define MLN_KEY_BREAK '\x1F'

/* A condition, or a fixed code; or a dimension of the table (then `codes` is NULL). */
struct mln_term {
    const char *name;
    const char *codes;
    size_t dimension;
};

/* One more than dimensions and conditions: room for a parent. */
enum { MLN_TERMS_MOST = MLN_TABLE_MAX_DIMENSIONS + MLN_TABLE_MAX_CONDITIONS + 1 };

/* Dimensions and conditions in the byte order of their names, a dimension before the condition of
 * its name; returns how many. */
size_t mln_terms_of(const struct mln_table *t, struct mln_term *terms);
void mln_terms_sort(struct mln_term *terms, size_t n);

/* Into `key` (its failure is sticky: mln_buf_check). Returns the number of dimensions at TOTAL.
 * `summed` (may be NULL): bit i is set when the i-th term of the key is a dimension with a TOTAL.
 */
uint8_t mln_key_make(const struct mln_table *t, const struct mln_term *terms, size_t n_terms,
                     size_t cell, uint64_t count, struct mln_buf *key, uint32_t *summed);

#endif
