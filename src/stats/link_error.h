/* Linkage error carried into figures: draws of links, their combination, and what no draw can pass.
 *
 *     for each draw m: mln_link_draw → the figure and its variance with those links (weights of the
 *         unmatched: post_strata.h) → estimate[m], variance[m]
 *     mln_combine → the figure, its band
 *
 * Draws. The linker gives each unit its candidates and their probabilities to be the true one, π_1
 * … π_c, of sum ≤ 1; the rest is the probability that none is. A draw takes one of them, or none,
 * by these probabilities, independently over units. That is one draw from the distribution of the
 * true links given what was compared (Goldstein, Harron & Wade, Statist. Med. 31, 2012, on
 * prior-informed imputation; Rubin 1987), as far as the probabilities are calibrated and units do
 * not compete for a partner: bands are as good as the probabilities. Units linked to several
 * partners: a unit a pair, with its one candidate.
 *
 * What a draw does not do. A false link brings the outcome of another affaire, and a draw keeps it
 * with its probability: figures lean towards the outcomes of wrong partners. No lean where wrong
 * partners, taken from the same court, year and kind, have the same outcomes as right ones.
 * Elsewhere mln_link_update first brings what the outcomes say into the probabilities.
 *
 * The choice of a unit depends on (seed, draw, its key) and nothing else: not on other units,
 * order, threads.
 *
 * Combination (Rubin, "Multiple imputation for nonresponse in surveys", 1987). Over M draws with
 * estimates Q_m and variances U_m: mean Q, within W = mean U, between B = Σ (Q_m − Q)² / (M − 1),
 * total T = W + (1 + 1/M) B, interval Q ± t √T with (M − 1) (1 + W / ((1 + 1/M) B))² degrees of
 * freedom. For figures of a whole population that would be exact with true links, give U_m = 0: the
 * band then is of linkage alone.
 *
 * Bounds (Manski, "Nonparametric bounds on treatment effects", Am. Econ. Rev. 80, 1990): where
 * nothing is assumed of the units without a sure link, a figure lies between what it would be were
 * all of them one way, and the other. They are wide, and certain. */
#ifndef MLN_STATS_LINK_ERROR_H
#define MLN_STATS_LINK_ERROR_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stats/interval.h"
#include "stats/quantile.h"

#define MLN_NO_LINK SIZE_MAX

/* Candidates of n units: unit i has those from first[i] to first[i + 1] - 1. */
struct mln_link_candidates {
    size_t n;
    const uint64_t *key; /* n, unique: what names the unit in every run (a pseudonym's bits) */
    const size_t *first; /* n + 1 */
    const double
        *prob; /* first[n]; within a unit in an order that the data fix (the partner's key) */
};

/* chosen (n, the caller's): a candidate's place in prob, or MLN_NO_LINK. MLN_BAD_INPUT, naming the
 * unit from 1, when a probability is not in 0..1 or those of a unit sum to more than 1 (+ 1e-9).
 * O(first[n]). */
enum mln_status mln_link_draw(const struct mln_link_candidates *candidates, uint64_t seed,
                              uint32_t draw, size_t *chosen, struct mln_err *err) MLN_MUST_USE;

/* Bayes' rule, unit by unit: prob[j] × ratio[j] against the rest of its unit, into `updated`
 * (first[n], may be prob itself). ratio[j] ≥ 0: how much likelier what partner j brings (its
 * outcome, its delay) is for a true link of this unit than for an affaire at random, say the share
 * of that outcome in the unit's class over the one in all affaires that block with it. Errors as
 * mln_link_draw, and for a ratio that is not a finite number from 0. A unit whose candidates are
 * sure (sum 1) and all get ratio 0 keeps its probabilities. O(first[n]). */
enum mln_status mln_link_update(const struct mln_link_candidates *candidates, const double *ratio,
                                double *updated, struct mln_err *err) MLN_MUST_USE;

/* Where Q is near normal: shares on the logit, durations on the log scale. */
enum mln_scale { MLN_SCALE_PLAIN, MLN_SCALE_LOG, MLN_SCALE_LOGIT };

struct mln_combined {
    double estimate; /* on the original scale: the mean of the Q_m for plain, its inverse image for
                        others */
    double within, between, total; /* variances on the scale used */
    double df;                     /* infinite when nothing lies between the draws */
    struct mln_interval interval;  /* on the original scale */
    enum mln_scale scale; /* plain where the wished one is not defined (a share of 0 or 1) */
};

/* variance: ≥ 0, of the estimate on its original scale; NULL: all 0. `level`: 0.95. Fewer than two
 * draws, or NaN in any of them (a figure undefined in one draw): all NaN. O(n_draws). */
struct mln_combined mln_combine(const double *estimate, const double *variance, size_t n_draws,
                                enum mln_scale scale, double level);

/* The share of units with an outcome: n_with known to have it, of n_known whose link is sure, of
 * n_all. NaN for n_all = 0. */
struct mln_interval mln_share_bounds(uint64_t n_with, uint64_t n_known, uint64_t n_all);

/* The quantile of whole numbers of which n_unknown more units have an unknown one: as were all of
 * them below, and above, every known one (quantile.h). −infinity or +infinity where the rank falls
 * among them; NaN without units. O(n_bins). */
struct mln_interval mln_quantile_bounds(const struct mln_bin *bins, size_t n_bins,
                                        uint64_t n_unknown, uint32_t per_mille);

#endif
