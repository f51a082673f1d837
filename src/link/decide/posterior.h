/* What the rule "a record has at most one link" says of each pair: its probability given all its
 * rivals, in place of its probability taken alone.
 *
 * A pair of weight w (log2 of its odds, prior λ/(1 - λ) included) has odds 2^w when its two records
 * are drawn at random from all. Where records have at most one link, and links take up records, two
 * records that no other pair claims are likelier to meet than two at random: with L links among
 * n_left × n_right records, by
 *
 *   S = (n_left + 1)/(n_left - L + 1) × (n_right + 1)/(n_right - L + 1)
 *
 * (the ratio of the prior over matchings with L and with L - 1 links, when the share of linked
 * records is uniform a priori: Fortini et al. 2001; Sadinle 2017; a factor for each side that has
 * the rule). A set M of links without a common record then has the posterior probability
 *
 *   P(M) ∝ Π_{(i,j) ∈ M} S 2^w_ij
 *
 * and a pair the probability p_ij = Σ_{M ∋ (i,j)} P(M); a record's sum to at most 1. L is that of
 * the result, Σ p_ij: S rises from 1 until it stands still, at its least solution.
 *
 * Exact where a component of the pairs has no cycle (belief propagation) or a side of at most
 * MLN_POSTERIOR_EXACT records (sums over subsets); elsewhere the Bethe approximation, the fixed
 * point of belief propagation, which exists and is unique for at most one link a record (Heilmann &
 * Lieb 1972; Bayati et al. 2007), computed with damping. */
#ifndef MLN_LINK_DECIDE_POSTERIOR_H
#define MLN_LINK_DECIDE_POSTERIOR_H

#include "link/decide/assign.h"

enum { MLN_POSTERIOR_EXACT = 8 };

struct mln_posterior_options {
    uint32_t n_left, n_right;
    bool left_one, right_one; /* a record of that side has at most one link; at least one is true */
    size_t n_threads;         /* 0: all; no result depends on it */
};

struct mln_posterior {
    double shift_log2; /* log2 S */
    double links;      /* L = Σ p */
    size_t n_components;
    size_t n_approximate; /* components with a cycle and two large sides */
    bool settled;         /* every component stood still */
};

/* log2_odds[e] = log2(p_e / (1 - p_e)) of each pair; edges->gain is its weight. Pairs left out
 * count as impossible. A pair comes once. Weights beyond ±400 count as that. The result depends on
 * the set of pairs, not on their order. Errors: MLN_NO_MEMORY, MLN_BAD_INPUT as mln_assign. Cost:
 * pairs × some tens of passes, 2^MLN_POSTERIOR_EXACT × pairs in small components with a cycle. */
enum mln_status mln_posterior_one_to_one(const struct mln_edges *edges,
                                         const struct mln_posterior_options *options,
                                         double *log2_odds, struct mln_posterior *out,
                                         struct mln_err *err) MLN_MUST_USE;

/* log2 S of L links. */
double mln_posterior_shift(const struct mln_posterior_options *options, double links);

#endif
