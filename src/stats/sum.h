/* A sum that loses next to nothing, in a fixed order. Internal to this room.
 *
 * A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", ZAMM 54
 * (1974): the rounding errors of the running sum are summed beside it. Whole numbers stay exact. */
#ifndef MLN_STATS_SUM_H
#define MLN_STATS_SUM_H

#include <math.h>

struct mln_sum {
    double sum, lost;
};

static inline void mln_sum_add(struct mln_sum *s, double x) {
    const double next = s->sum + x;
    s->lost += fabs(s->sum) >= fabs(x) ? (s->sum - next) + x : (x - next) + s->sum;
    s->sum = next;
}

static inline double mln_sum_of(const struct mln_sum *s) {
    return s->sum + s->lost;
}

/* What is left of n when `gone` of it goes. Sums of the same weights in two orders differ by
 * rounding: what is within 1e-14 of nothing is nothing. Exact for whole numbers below 1e14. */
static inline double mln_left_of(double n, double gone) {
    const double left = n - gone;
    return left > 1e-14 * n ? left : 0.0;
}

#endif
