/* Direct counts: what had become of each cohort by each horizon, in whole numbers.
 *
 * By horizon t a spell has ended by a cause (its exit ≤ t), still runs (it was seen after t, or
 * ended after t), or is not known: it was last seen, still running, before t. A spell last seen on
 * t itself ran at t. The three kinds sum to the cohort's size at every horizon:
 *
 *     cohort, horizon     cause 1   cause 2   still runs   not known
 *      0       30            3         2          9           0
 *      0       90            6         2          4           2
 *
 * Shares of such counts are unbiased only where nothing is unknown; elsewhere use aalen_johansen.h.
 */
#ifndef MLN_STATS_COUNTS_H
#define MLN_STATS_COUNTS_H

#include "stats/risk.h"

/* counts: n_groups × n_horizons × (n_causes + 2), row-major, the caller's, in the order above.
 * `horizon` strictly increasing, ≥ 0. Spells as for mln_risk_build, the group being the cohort;
 * weights or late entries: MLN_BAD_INPUT, as nobody is counted by halves. O(n log n_horizons +
 * cells). */
enum mln_status mln_count_ends(const struct mln_spells *spells, size_t n_groups, size_t n_causes,
                               const double *horizon, size_t n_horizons, uint64_t *counts,
                               struct mln_err *err) MLN_MUST_USE;

#endif
