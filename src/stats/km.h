/* Kaplan–Meier: the share still running at each time, when some spells are not over yet.
 *
 * With n at risk and d ends (of any cause) at the listed time t of a risk table (risk.h):
 *
 *     S(t)  = Π_{s ≤ t} (n − d) / n
 *     Greenwood   se(t) = S(t) √ Σ_{s ≤ t} d / (n (n − d))
 *     robust      se(t) = √ Σ_i w_i² (∂S(t) / ∂w_i)²      the infinitesimal jackknife
 *
 * Without weights and late entries the two are equal. With sampling weights Greenwood's is not
 * valid (weights that only count identical spells are what it takes them for); use the robust one.
 * Spells that belong together (several of one person) need mln_multistate_fit, which sums over
 * clusters.
 *
 * Caveats. Censoring must not depend on the duration to come (here: the observation date, the same
 * for all). With late entries the risk set may be small, or empty, early on: S falls to 0 there and
 * stays; start later (multistate.h) or condition on a landmark.
 *
 * Sources: Kaplan & Meier, JASA 53 (1958); Greenwood (1926); Brookmeyer & Crowley, Biometrics 38
 * (1982); T. Therneau, "Methods and formulas", vignette of R survival. Equal to survfit
 * (tests/stats). */
#ifndef MLN_STATS_KM_H
#define MLN_STATS_KM_H

#include "stats/interval.h"
#include "stats/risk.h"

enum mln_km_variance { MLN_KM_GREENWOOD, MLN_KM_ROBUST };

struct mln_km_point {
    double time;
    double n_risk;     /* just before the time's ends */
    double n_ended;    /* by any cause */
    double n_censored; /* last seen, still running */
    double running;    /* S, after the time's ends */
    double std_err;    /* of S; Greenwood: NaN once S is 0 (robust: 0) */
};

/* One point a listed time, into the caller's array of risk->n_times. Without observations every S
 * is NaN; without an end every S is 1 and every error 0. Robust with late entries: MLN_BAD_INPUT,
 * since it needs the spells one by one. O(n_times). */
enum mln_status mln_km_fit(const struct mln_risk *risk, enum mln_km_variance variance,
                           struct mln_km_point *out, struct mln_err *err) MLN_MUST_USE;

/* The time by which a share p (0 < p < 1) has ended: the first time with S ≤ 1 − p; where S equals
 * 1 − p over a stretch of time, the middle of that stretch, which goes to the next end or, without
 * one, to the last listed time (as quantile() of R survival, probabilities nearer than 1.5e-8 being
 * equal). NaN when that share is not reached before the last censoring. O(n_points). */
double mln_km_quantile(const struct mln_km_point *points, size_t n_points, double p);

/* Its interval, by inversion of the intervals of S: the times at which the lower and the upper end
 * of S reach 1 − p, by the rule above (Brookmeyer & Crowley). NaN at an end that never does. R
 * survival sorts ends that are not monotone (the upper end of the log form may rise at the very end
 * of a curve); here the first crossing counts. */
struct mln_interval mln_km_quantile_interval(const struct mln_km_point *points, size_t n_points,
                                             double p, enum mln_interval_kind kind, double z);

/* Estimated share ended by time t included, 1 − S: 0 before the first listed time, NaN past the
 * last one unless nobody runs any more (nothing is known there). O(n_points). */
double mln_km_ended_by(const struct mln_km_point *points, size_t n_points, double t);

#endif
