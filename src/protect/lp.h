/* Linear programs over the hidden part of the published equations. Private to this room, and the
 * only place that knows CLP (COIN-OR; docs/decisions/0003-dependencies.md).
 *
 *     optimise   gain · y      subject to   A y = 0,   low ≤ y ≤ high
 *
 * y is what an attacker may add to the true counts without changing anything published: the rows of
 * A are lines (total 1, parts -1), y = 0 is always a solution. All bounds are finite. The answer is
 * the same for the same calls in the same order.
 *
 * CLP reports no lack of memory: it ends the process (std::bad_alloc). No table is published then,
 * and the run resumes at this stage. */
#ifndef MLN_PROTECT_LP_H
#define MLN_PROTECT_LP_H

#include "base/arena.h"
#include "base/err.h"

/* Columns of A, one after the other: rows and values of column j stand at start[j] .. start[j + 1]
 * - 1. */
struct mln_lp_matrix {
    size_t n_rows;
    size_t n_columns;
    const int *start;
    const int *row;
    const double *value;
};

struct mln_lp; /* a CLP model */

/* NULL without memory. The matrix is copied. `fresh`: every program starts anew (with CLP's
 * presolve, faster when bounds and gains change much), not from where the last one stood. */
struct mln_lp *mln_lp_new(const struct mln_lp_matrix *matrix, bool fresh);
void mln_lp_free(struct mln_lp *lp);

/* Maximises gain · y, and puts the move into y (n_columns). `feasible` is false, and y untouched,
 * when no move is within the bounds (never while they contain 0); NULL when that cannot be.
 * MLN_INTERNAL when CLP gives up. */
enum mln_status mln_lp_maximise(struct mln_lp *lp, const double *low, const double *high,
                                const double *gain, double *y, bool *feasible, struct mln_err *err)
    MLN_MUST_USE;

#endif
