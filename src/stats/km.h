/* Durations of which some are not over yet: Kaplan–Meier and Aalen–Johansen from counts.
 *
 * The input is a histogram by day: how many durations ended that day (by cause for Aalen–Johansen)
 * and how many were last seen, still running, that day (censored). Days strictly increase. A
 * duration censored on a day is at risk that day: events come before censorings (the convention of
 * R survival). Counts are integers; products run in the order of days: the bits are the same
 * whatever the order of the rows that made the histogram.
 *
 * Caveats. Censoring must not depend on the duration to come (here: the observation date, the same
 * for all). Without observations every estimate is NaN.
 *
 * Sources: Kaplan & Meier, JASA 53 (1958); Greenwood (1926); Aalen & Johansen, Scand. J. Statist. 5
 * (1978). Checked against R survival 3.x (tests/stats/test_km.c quotes the numbers). */
#ifndef MLN_STATS_KM_H
#define MLN_STATS_KM_H

#include <stddef.h>
#include <stdint.h>

struct mln_km_bin {
    int32_t day;
    uint64_t n_ended;
    uint64_t n_censored;
};

struct mln_km_point {
    int32_t day;
    uint64_t n_risk; /* running just before the day's events */
    uint64_t n_ended;
    uint64_t n_censored;
    double running; /* estimated share still running after that day's events */
    double std_err; /* Greenwood; NaN once nobody runs any more */
};

/* One point a bin, into the caller's array of n_bins. O(n_bins). */
void mln_km_fit(const struct mln_km_bin *bins, size_t n_bins, struct mln_km_point *out);

/* The day by which a share per_mille / 1000 (1..999) has ended: the first day with running ≤ 1 − p;
 * where running equals 1 − p over a stretch of days, the middle of that stretch, which goes to the
 * next end or, without one, to the last bin (as quantile() of R survival). NaN when that share is
 * not reached before the last censoring. O(n_points). */
double mln_km_quantile(const struct mln_km_point *points, size_t n_points, uint32_t per_mille);

/* Estimated share ended by `day` included: 1 − running; 0 before the first bin, NaN past the last
 * bin unless nobody runs any more (nothing is known there). */
double mln_km_ended_by(const struct mln_km_point *points, size_t n_points, int32_t day);

/* Cumulative incidence of each of n_causes competing ends.
 *   ended      n_days × n_causes, row-major: durations that ended that day by that cause
 *   censored   n_days
 *   incidence  n_days × n_causes, the caller's: probability to have ended by that cause by the end
 *              of that day
 * For each day, the incidences and the share still running sum to 1. O(n_days × n_causes). */
void mln_aalen_johansen(const uint64_t *ended, const uint64_t *censored, size_t n_days,
                        size_t n_causes, double *incidence);

#endif
