/* Transition probabilities P(s, t) between all states, with their covariances.
 *
 * P_hj(s, t) is the probability to be in j at t for who is in h at s: P(s, t) = Π_{s < u ≤ t} H(u),
 * risk sets and H as in multistate.h. The covariance is Greenwood's, Andersen et al. (1993),
 * (4.4.19):
 *
 *     cov(t) = (H' ⊗ I) cov(t−) (H ⊗ I) + (I ⊗ P(s, t−)) cov(dA) (I ⊗ P(s, t−)')
 *
 * where the moves out of one state at one time are multinomial: cov(dA)_gj,gl = H_gj (δ_jl − H_gl)
 * / n_g. Row by row of P: B_hh' ← H' B_hh' H + Σ_g P_hg P_h'g cov(dA_g), with B_hh' the covariance
 * of rows h and h'.
 *
 * It assumes a Markov history and takes stays as independent: no weights, no clusters. For the
 * probabilities of a population, or without the Markov assumption, use mln_multistate_fit.
 *
 * Sources: Aalen & Johansen (1978); Andersen et al. (1993), IV.4; Allignol, Schumacher &
 * Beyersmann, Biom. J. 52 (2010) and J. Stat. Softw. 38 (2011), package etm. Equal to etm
 * (tests/stats), which sets negative rounding errors of variances to 0, as here. */
#ifndef MLN_STATS_TRANSITION_H
#define MLN_STATS_TRANSITION_H

#include "stats/multistate.h"

/* prob: n_at × S × S, row h of each from state h. covariance: n_at × S² × S², row and column h S +
 * j for P_hj; NULL: not wanted. Both the caller's. `at`: n_at times, increasing, ≥ start; past the
 * last exit the last value holds. Weights: MLN_BAD_INPUT; other errors as mln_multistate_fit.
 * O(stays + times × S⁴). */
enum mln_status mln_transition_fit(const struct mln_stays *stays,
                                   const struct mln_multistate_model *model, double start,
                                   const double *at, size_t n_at, double *prob, double *covariance,
                                   struct mln_err *err) MLN_MUST_USE;

#endif
