/* Restricted means: time spent running, and time lost to each cause, up to a horizon.
 *
 * The mean time in state k up to τ is ∫_0^τ p_k(t) dt: for the state "running", the restricted mean
 * duration; for a cause, the mean time lost to it (of τ). The states sum to τ. Curves are steps;
 * past the last listed time they keep their last value, as print(survfit) of R does, which is a
 * guess where spells were still running: choose τ no later than that.
 *
 * Errors. Kaplan–Meier: √ Σ_t A(t)² d / (n (n − d)), A(t) the area under S from t to τ (the term is
 * 0 where all end), as print(survfit(…), rmean = τ). States: the infinitesimal jackknife, √ Σ_i (∫
 * U_i)² (aalen_johansen.h); without weights the first state has the error of Kaplan–Meier.
 *
 * Integrals start at 0; listed times before 0 (allowed in histograms) start them earlier, as R
 * does.
 *
 * Sources: Klein & Moeschberger, "Survival analysis" (2003), 4.5; Andersen, Statist. Med. 32
 * (2013) on time lost. */
#ifndef MLN_STATS_RMEAN_H
#define MLN_STATS_RMEAN_H

#include "stats/km.h"

struct mln_rmean {
    double mean, std_err;
};

/* Of a curve fitted by mln_km_fit with Greenwood's variance. NaN without points, where S is NaN,
 * and for τ before the start. O(n_points). */
struct mln_rmean mln_km_rmean(const struct mln_km_point *points, size_t n_points, double tau);

/* Mean time in each of 1 + n_causes states up to τ, into the caller's `out`. Late entries:
 * MLN_BAD_INPUT (use mln_multistate_fit). NaN as above. O(n_times × states²). */
enum mln_status mln_aj_rmean(const struct mln_risk *risk, double tau, struct mln_rmean *out,
                             struct mln_err *err) MLN_MUST_USE;

#endif
