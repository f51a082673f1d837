/* Procedures and affaires scored together with their persons: from what the pieces of a pair say to
 * the probability that the affaire comes from the procedure.
 *
 *   persons     each pair of persons of one role has a weight; the best assignment inside a pair of cases
 *               gives its persons' weight and who is left over on each side
 *   case        these two, as levels, stand beside the case's own comparisons in one pattern
 *   posterior   the candidates of one affaire compete: it comes from one of them, or from none
 *
 * Pure: arrays in, arrays out. The names follow the trade: `procedure` left, `affaire` right. */
#ifndef MLN_LINK_JOINT_JOINT_H
#define MLN_LINK_JOINT_JOINT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "link/model/model.h"

/* A pair of persons of one candidate: `left` and `right` are places among all persons of all
 * candidates, so that no two candidates share one. */
struct mln_joint_persons {
    const uint32_t *left, *right; /* n */
    const double *gain;           /* n: weight plus log2 odds that such a pair matches inside a true pair of cases */
    size_t n;
    uint32_t n_left, n_right;     /* places */
    size_t n_threads;
};

/* Which pairs of persons are matched (taken[n]): the assignment of the highest total gain inside each
 * candidate; see link/decide/assign.h. */
enum mln_status mln_joint_assign(const struct mln_joint_persons *persons, bool *taken,
                                 struct mln_err *err) MLN_MUST_USE;

/* Who is left over, as a level. */
enum mln_joint_left {
    MLN_JOINT_ALL_MATCHED,   /* nobody on either side */
    MLN_JOINT_LEFT_ONE_SIDE, /* somebody on one side only */
    MLN_JOINT_LEFT_BOTH,     /* somebody on each side, and somebody matched */
    MLN_JOINT_NONE_MATCHED,
    MLN_JOINT_LEFT_LEVELS
};

/* MLN_LEVEL_MISSING when a side has no person. */
uint8_t mln_joint_left_level(uint32_t n_left, uint32_t n_right, uint32_t n_matched);

/* The first bound (falling order) that the weight reaches, else n_bounds; MLN_LEVEL_MISSING for NaN. */
uint8_t mln_joint_weight_level(double weight, const double *bounds, size_t n_bounds);

/* Candidates of one affaire stand side by side. */
struct mln_joint_candidates {
    const uint32_t *affaire;  /* n, ascending */
    const uint32_t *capacity; /* n: how many procedures the affaire may come from, at least 1; the same for all of an affaire */
    const double *weight;     /* n: log2 of the odds that the pair is true, by itself */
    size_t n;
};

/* probability[n]: with one place, odds_k / (1 + Σ odds of the affaire); with several, the same for
 * the odds of others beyond the capacity's best ones. Sums to less than 1 for an affaire of one place.
 * O(n log n). */
enum mln_status mln_joint_posterior(const struct mln_joint_candidates *candidates,
                                    double *probability, struct mln_err *err) MLN_MUST_USE;

#endif
