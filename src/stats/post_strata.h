/* Weights for the unmatched: each matched unit stands for the units of its class that were not.
 *
 * Units fall into cells by codes (force, year, court, kind). A cell whose matched units are enough
 * is a class: its matched units weigh N / n, all its units over its matched ones. The weights
 * estimate figures of all units as far as, within a class, being matched says nothing of the
 * outcome (missing at random given the cell).
 *
 * Collapsing. Variables are listed from the one kept longest to the one given up first. Cells too
 * small (fewer than min_matched, or N / n past max_weight) are pooled with the other small cells
 * that agree on all variables but the last; if the pool is still too small, it joins the class
 * among them with the fewest matched units for which the whole is large enough; if there is none,
 * it waits for the pool of the cells that agree on one variable less, and so on up to all units.
 * What is too small even then is a class all the same, marked `small`.
 *
 *     force year   court kind      N    n
 *     PN    2021   A     physical  90   70    class 1
 *     PN    2021   A     threats    9    4    \
 *     PN    2021   A     other      8    5     } pooled: 17, 9 → with min_matched 10 joins class 1
 *
 * So the weights of the matched sum to the number of units in every class, and in every group of
 * cells that kept its own classes.
 *
 * Source: Little & Rubin, "Statistical analysis with missing data" (2002), 3.3; Kalton &
 * Flores-Cervantes, J. Off. Stat. 19 (2003). */
#ifndef MLN_STATS_POST_STRATA_H
#define MLN_STATS_POST_STRATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { MLN_MAX_STRATA_VARIABLES = 8 };

struct mln_strata {
    size_t n_units;
    size_t n_variables; /* 0..8; 0: one cell */
    const uint32_t *const
        *code; /* n_variables columns of n_units; the one given up first is last */
};

/* The cells that occur, by their codes. Made once for all draws of links. */
struct mln_cells {
    size_t n_units, n_variables, n_cells;
    uint32_t *cell_of; /* n_units */
    uint64_t *size;    /* n_cells: units */
    uint8_t *common;   /* n_cells: leading variables on which a cell agrees with the one before */
};

/* Release the result. The numbers of cells do not depend on the order of units. O(n_variables ×
 * units). */
enum mln_status mln_cells_build(const struct mln_strata *strata, struct mln_cells *out,
                                struct mln_err *err) MLN_MUST_USE;
void mln_cells_release(struct mln_cells *cells);

struct mln_collapse {
    uint64_t min_matched; /* ≥ 1 */
    double max_weight;    /* > 1; infinity: no limit */
};

struct mln_weight_class {
    uint64_t n_units, n_matched;
    double weight;      /* N / n; NaN without a matched unit */
    uint32_t variables; /* how many leading variables all its cells have in common, at the least */
    bool small;         /* does not satisfy the collapse rule */
};

struct mln_weights {
    size_t n_classes; /* in the order of their first cells */
    struct mln_weight_class *classes;
    uint32_t *class_of; /* n_cells: the class of a cell */
};

/* n_matched: n_cells, how many units of each cell have a link. The weight of a matched unit is that
 * of the class of its cell; of any other, 0. Release the result. O(n_variables × cells). */
enum mln_status mln_weights_build(const struct mln_cells *cells, const uint64_t *n_matched,
                                  const struct mln_collapse *collapse, struct mln_weights *out,
                                  struct mln_err *err) MLN_MUST_USE;
void mln_weights_release(struct mln_weights *weights);

struct mln_share {
    double share, variance;
};

/* The share of all units with an outcome, Σ N_c/N p_c with p_c = n_with[c] / n_c over classes, and
 * its variance given that the matched are a random part of each class: Σ (N_c/N)² (1 − n_c/N_c) p_c
 * (1 − p_c) / (n_c − 1); p (1 − p) / (n − 1) is taken as 1/4 in a class of one matched unit.
 * n_with: n_classes, among the matched. A class without a matched unit makes both NaN.
 * O(n_classes). */
struct mln_share mln_weighted_share(const struct mln_weights *weights, const uint64_t *n_with);

#endif
