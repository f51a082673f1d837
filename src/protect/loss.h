/* What protection costs the reader: the published tables beside the true ones.
 *
 *   suppressed   cells, and their counts as a share of all counts (weight)
 *   shown        mean and largest absolute difference, and mean difference relative to the count
 *   Hellinger    sqrt(½ Σ (√p - √q)²), p and q the true and published shares of the inner cells (no
 *                dimension at TOTAL) in their table; a suppressed cell counts as if its share of
 *                what its table misses were even among the suppressed (Shlomo & Young 2006; mean
 *                over tables). 0: nothing lost; 1: all
 *
 * For the statistician who chooses a method, inside the secure zone: it needs the true counts. */
#ifndef MLN_PROTECT_LOSS_H
#define MLN_PROTECT_LOSS_H

#include "protect/table.h"

struct mln_loss {
    size_t n_cells; /* a cell counts in each table that has it */
    size_t n_suppressed;
    double suppressed_weight; /* 0..1 */
    double mean_abs;          /* over shown cells; 0 without any */
    double max_abs;
    double mean_relative; /* over shown cells with a count */
    double hellinger;
};

/* `tables` and `protected` go together. Never fails; O(cells). */
struct mln_loss mln_loss_measure(const struct mln_table *tables,
                                 struct mln_protected_table *const *protected_tables, size_t n);

#endif
