/* Gray's test: do groups have the same cumulative incidence of a cause, other causes competing?
 *
 * In one stratum, at a time t of an end by any cause: n_g at risk in group g, S_g(t−) its
 * Kaplan–Meier curve of all ends, F_g(t−) its cumulative incidence of the cause; h_g = n_g /
 * S_g(t−), h = Σ h_g; R_g = h_g (1 − F_g(t−)), R = Σ R_g: the subdistribution risk sets; F the
 * incidence under equality, dF = d / h with d the ends by the cause in all groups. With weights w =
 * (1 − F(t−))^ρ the scores are
 *
 *     z_g = Σ_t w (d_g − d R_g / R)
 *
 * and their covariance is that of Gray's (1988), section 3, with the corrections for ties of the
 * author's package cmprsk: with a_gk = w h_g (δ_gk − h_k / h), c_gk(t) = Σ_{u ≤ t} a_gk(u) dF(u) /
 * (1 − F(u−)), C_gk the same to the end, r_k = (1 − F(t)) / S_k(t) (both after t; S_k(t) = 0: 0 for
 * the cause, no term for others),
 *
 *     V_gh = Σ_k Σ_t [x_gk + (1 − r_k) C_gk] [x_hk + (1 − r_k) C_hk] v_1k     x_gk = a_gk − (1 −
 * r_k) c_gk
 *          + Σ_k Σ_t r_k² [C_gk − c_gk] [C_hk − c_hk] v_2k
 *     v_1k = S_k(t−) d / (h n_k) (1 − (d − 1) / (h S_k(t−) − 1))         the cause; last factor
 * only for d > 1 v_2k = S_k(t−)² d_2k / n_k² (1 − (d_2k − 1) / (n_k − 1))           other causes of
 * group k, d_2k > 0
 *
 * Strata are summed. The statistic is the quadratic form of the scores of all groups but the last;
 * under equality it is chi-square with n_groups − 1 degrees of freedom.
 *
 * Source: R. J. Gray, "A class of K-sample tests for comparing the cumulative incidence of a
 * competing risk", Ann. Statist. 16 (1988). Equal to cuminc of R cmprsk (tests/stats). */
#ifndef MLN_STATS_GRAY_H
#define MLN_STATS_GRAY_H

#include "stats/logrank.h"

/* `score` (n_groups - 1) and `variance` ((n_groups - 1)²) are the caller's; either may be NULL. A
 * group without spells makes the variance singular, hence chi2 NaN (cuminc says -1): leave it out.
 * Late entries, weights, an unknown cause: MLN_BAD_INPUT. O(times × groups³). */
enum mln_status mln_gray(const struct mln_compared *compared, size_t cause, double *score,
                         double *variance, struct mln_test *out, struct mln_err *err) MLN_MUST_USE;

#endif
