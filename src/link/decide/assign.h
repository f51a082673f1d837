/* Which of the candidate links hold together: optimal assignment with bounds, exact, per component.
 *
 *   maximise Σ gain_e x_e   over x_e ∈ {0, 1}
 *   subject to Σ_{e at left i} x_e ≤ left_max,  Σ_{e at right j} x_e ≤ right_max
 *
 * `gain` is what a link is worth over no link (weight minus threshold): edges with gain ≤ 0 are never
 * taken. The graph falls into connected components, each solved by shortest augmenting paths with
 * potentials on its sparse edges (Jonker & Volgenant 1987; Ahuja, Magnanti & Orlin 1993, ch. 9, for
 * bounds above 1), large ones one to one by auction (link/decide/auction.h), so the cost is that of
 * the components, not of the whole.
 *
 * Ties. Gains are compared as integers of 2^-32 of the unit; among optimal solutions the one kept is a
 * function of the set of edges (ascending left, right), never of their order or of threads. */
#ifndef MLN_LINK_DECIDE_ASSIGN_H
#define MLN_LINK_DECIDE_ASSIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct mln_edges {
    const uint32_t *left, *right;
    const double *gain; /* finite; NaN is MLN_BAD_INPUT */
    size_t n;
};

struct mln_assign_options {
    uint32_t n_left, n_right;
    uint32_t left_max, right_max; /* 0: no bound */
    size_t n_threads;
};

struct mln_assign_result {
    double total;            /* of the gains kept, summed in order of (left, right) */
    size_t n_kept;
    size_t n_components, largest_component; /* in edges */
};

/* kept[e] tells whether edge e is kept (n, the caller's). An edge given twice: the better one counts.
 * Errors: MLN_NO_MEMORY, MLN_BAD_INPUT (a gain that is no number within ±2^24, a record out of range,
 * 2^32 - 1 edges or records). About 110 bytes an edge and record. */
enum mln_status mln_assign(const struct mln_edges *edges, const struct mln_assign_options *options,
                           bool *kept, struct mln_assign_result *result,
                           struct mln_err *err) MLN_MUST_USE;

/* Each left record's best edge above 0 (ties: the lowest right), whatever the right ones have. */
enum mln_status mln_assign_best(const struct mln_edges *edges, uint32_t n_left, bool *kept,
                                struct mln_err *err) MLN_MUST_USE;

#endif
