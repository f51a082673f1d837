/* Aalen–Johansen for competing ends: the probability to have ended by each cause, by each time.
 *
 * State 0 is running, state k ended by cause k. With n at risk and d_k ends by cause k at a listed
 * time,
 *
 *     h_k = d_k / n     p_k ← p_k + p_0 h_k     p_0 ← p_0 (1 − Σ h_k)
 *
 * so that the states sum to 1 at every time, and p_0 is the Kaplan–Meier curve.
 *
 * Standard errors are those of the infinitesimal jackknife, as survfit of R survival gives them:
 * se_k(t)² = Σ_i U_ik(t)², where U_i = w_i ∂p/∂w_i is the influence of spell i. R keeps the matrix
 * of all U_i: spells × times. Here one pass keeps only sums. Let H be the transition matrix of a
 * time (the identity but for its first row, 1 − Σ h_k, h_1, …), e_j the j-th unit row. At each time
 *
 *     U_i ← U_i H                              spells no longer at risk
 *     U_i ← U_i H + w_i p_0/n (e_0 − H_0)      spells at risk that stay
 *     U_i ← U_i H + w_i p_0/n (e_k − H_0)      spells that end by cause k
 *
 * All spells at risk share U_i = w_i u. Hence M = Σ U_i' U_i follows from u and two sums of squared
 * weights, those at risk (q) and those that end by each cause (q_k): with c = p_0/n (e_0 − H_0) and
 * b_k = p_0/n (e_k − e_0),
 *
 *     M ← H' M H + q ((uH)'c + c'(uH) + c'c);  u ← uH + c;  M ← M + Σ_k q_k (u'b_k + b_k'u +
 * b_k'b_k)
 *
 * in O(states²) a time, whatever the number of spells. Without weights M is also the Greenwood-type
 * covariance (Andersen et al., IV.4.1.3; package etm): the cross terms of different times cancel.
 *
 * Late entries break the sharing of u (who enters brings U = 0); mln_multistate_fit handles them,
 * and clusters. Here they give probabilities, and errors are refused.
 *
 * Sources: Aalen & Johansen, Scand. J. Statist. 5 (1978); Andersen, Borgan, Gill & Keiding,
 * "Statistical models based on counting processes" (1993); T. Therneau, "Methods and formulas",
 * vignette of R survival. Equal to survfit (tests/stats). */
#ifndef MLN_STATS_AALEN_JOHANSEN_H
#define MLN_STATS_AALEN_JOHANSEN_H

#include "stats/risk.h"

/* prob and std_err: n_times × (1 + n_causes), row-major, the caller's; state 0 first; after the
 * ends of each time. std_err may be NULL. Without observations all are NaN. O(n_times × states²).
 */
enum mln_status mln_aalen_johansen(const struct mln_risk *risk, double *prob, double *std_err,
                                   struct mln_err *err) MLN_MUST_USE;

#endif
