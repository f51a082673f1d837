/* Hand-made tables for the tests of protect and report: small, synthetic, no person behind them. */
#ifndef MLN_TESTS_PROTECT_HAND_H
#define MLN_TESTS_PROTECT_HAND_H

#include "protect/table.h"

/* A dimension whose labels are its codes; the last code is the TOTAL if `total`. */
struct mln_dimension hand_dimension(const char *name, const char *const *codes, size_t n,
                                    bool total);

/* A table over dimensions with all its texts; counts are copied. Aborts without memory. */
struct mln_table hand_table(struct mln_arena *arena, const struct mln_dimension *dimensions,
                            size_t n_dimensions, const uint64_t *counts);

/* Adds a SHARE of `dimension`'s TOTAL, named "part". */
void hand_add_share(struct mln_arena *arena, struct mln_table *table, size_t dimension);

#endif
