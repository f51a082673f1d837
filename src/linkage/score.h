/* Every candidate pair scored once; those worth keeping, in order. */
#ifndef MLN_LINKAGE_SCORE_H
#define MLN_LINKAGE_SCORE_H

#include "linkage/train.h"

struct mln_scored {
    uint32_t left, right; /* rows of the records */
    uint32_t pattern;
    uint32_t rule;        /* the first that made the pair */
    double weight;        /* log2, prior included */
};

enum { MLN_WEIGHT_BINS = 512 }; /* of a quarter bit, from -64 to +64; the ends take what is beyond */

struct mln_scored_pairs {
    struct mln_scored *pair; /* by (left, right) */
    size_t n;
    uint64_t n_all;          /* candidates, kept or not */
    double matches_all;      /* sum of the probabilities of all candidates */
    uint64_t bin_count[MLN_WEIGHT_BINS];
    double bin_matches[MLN_WEIGHT_BINS];
};

/* tf[c] is NULL or, per value of the field's set, what agreement on it adds to the weight (log2). */
enum mln_status mln_linkage_score(const struct mln_linkage_work *work,
                                  const struct mln_em_result *fit, const double *const *tf,
                                  double keep_from, struct mln_scored_pairs *out,
                                  struct mln_err *err) MLN_MUST_USE;
void mln_scored_pairs_release(struct mln_scored_pairs *scores);

/* What the term frequencies add to the pattern's weight for this pair. */
double mln_linkage_tf(const struct mln_linkage_work *work, const double *const *tf,
                      const uint8_t *levels, uint32_t left, uint32_t right);

#endif
