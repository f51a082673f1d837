/* Risk sets: how many spells are under observation at each time, and how they end.
 *
 * A spell is a duration: seen from `entry` on, last seen at `exit`, where it ended by a cause or
 * still ran (censored). It is at risk at the times t with entry < t ≤ exit; without an entry, at
 * every t ≤ exit. Hence the rules for ties, which are those of R survival and etm: at one time ends
 * come before censorings, and who enters at t is not at risk at t.
 *
 * A risk table lists one group's distinct times, increasing. The number at risk changes nowhere
 * else: at any t it is n_risk of the first listed time ≥ t, and 0 past the last one. With late
 * entries the times of entry are listed too.
 *
 *     time      n_risk   n_end: censored  cause 1  cause 2
 *       3          7              1          0        2
 *       5          4              0          1        0
 *
 * Counts are sums of weights, in doubles: whole numbers up to 2^53 are exact. Weights are sampling
 * weights (a weight of 2 stands for two others alike, seen once); sums of their squares are kept
 * for the variances that need them. Spells of weight 0 are as if absent.
 *
 * Times are equal when the doubles are. (R survival also merges times that differ by less
 * than 1.5e-8 of their mean: round such times first.)
 *
 * Nothing depends on the order of the rows, to the last bit: sums run over sorted values. */
#ifndef MLN_STATS_RISK_H
#define MLN_STATS_RISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { MLN_MAX_CAUSES = 31 };

/* A view: the arrays belong to a mln_risk_sets or to the caller. */
struct mln_risk {
    size_t n_times;
    size_t n_causes;       /* 1..MLN_MAX_CAUSES */
    const double *time;    /* n_times, strictly increasing */
    const double *n_risk;  /* n_times: just before the time's ends */
    const double *n_end;   /* n_times × (1 + n_causes), row-major: censored, cause 1, … */
    const double *sq_risk; /* the same two with squared weights; without weights the same arrays */
    const double *sq_end;
    bool has_late_entries; /* some spell entered at or after the first exit of its group */
};

/* Columns of n rows. */
struct mln_spells {
    size_t n;
    const double *exit;    /* ≥ 0 */
    const uint32_t *end;   /* 0: censored; 1..n_causes */
    const double *entry;   /* ≥ 0 and < exit; NULL: every spell is seen from the start */
    const uint32_t *group; /* 0..n_groups-1; NULL: one group */
    const double *weight;  /* ≥ 0; NULL: 1 */
};

struct mln_risk_sets {
    struct mln_risk *groups; /* n_groups; an empty group has n_times = 0 */
    size_t n_groups;
    double *numbers; /* what the groups look at */
};

/* Builds the tables of all groups; release them. A time or weight that is negative, infinite or not
 * a number, an entry not before its exit, an unknown group or end: MLN_BAD_INPUT with the row,
 * counted from 1. Without entries and weights, whole times below about 4 n / (n_groups × (n_causes
 * + 1)) are counted in one pass, O(n + cells); else sorted by digits, O(n). */
enum mln_status mln_risk_build(const struct mln_spells *spells, size_t n_groups, size_t n_causes,
                               struct mln_risk_sets *out, struct mln_err *err) MLN_MUST_USE;
void mln_risk_release(struct mln_risk_sets *sets); /* of a zeroed or built one; leaves it zeroed */

/* The table of a histogram: `time` strictly increasing, of any sign, and `n_end` are the caller's
 * and are looked at as long as the view is used; `n_risk` (n_times) is filled. No weights, no late
 * entries. Times at which nothing ends are allowed. O(cells). */
struct mln_risk mln_risk_of_counts(size_t n_times, size_t n_causes, const double *time,
                                   const double *n_end, double *n_risk);

/* At risk at t: n_risk of the first listed time ≥ t, else 0. O(log n_times). */
double mln_risk_at(const struct mln_risk *risk, double t);

/* Ends by any cause at listed time i. */
static inline double mln_risk_events(const struct mln_risk *risk, size_t i) {
    double sum = 0.0;
    for (size_t k = 1; k <= risk->n_causes; k++) {
        sum += risk->n_end[i * (risk->n_causes + 1) + k];
    }
    return sum;
}

#endif
