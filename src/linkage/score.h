/* Every candidate pair scored once; those worth keeping, in order. */
#ifndef MLN_LINKAGE_SCORE_H
#define MLN_LINKAGE_SCORE_H

#include "linkage/train.h"

struct mln_scored {
    uint32_t left, right; /* rows of the records */
    uint32_t pattern;
    uint32_t rule;        /* the first that made the pair */
    double weight;        /* log2, prior included */
    double log2_odds;     /* of its probability: the weight, or what the decision makes of it */
};

enum { MLN_WEIGHT_BINS = 512 }; /* of a quarter bit, from -64 to +64; the ends take what is beyond */

struct mln_scored_pairs {
    struct mln_scored *pair; /* by (left, right) */
    size_t n;
    uint64_t n_all;          /* candidates, kept or not */
    double keep_weight;      /* pairs below are only counted */
    double matches_all;      /* sum of the probabilities of all candidates */
    uint64_t bin_below[MLN_WEIGHT_BINS]; /* pairs below keep_weight, by weight */
    uint64_t bin_count[MLN_WEIGHT_BINS]; /* all, by log2_odds */
    double bin_matches[MLN_WEIGHT_BINS];
};

/* The bin of a weight. */
static inline size_t mln_weight_bin(double weight) {
    const double bin = (weight + 64) * 4;
    return bin < 0 ? 0 : bin >= MLN_WEIGHT_BINS ? MLN_WEIGHT_BINS - 1 : (size_t)bin;
}

/* The bins and matches_all from the pairs kept and the counts below them: once log2_odds has changed. */
void mln_scored_pairs_sum(struct mln_scored_pairs *scores);

/* What agreement adds to the weight by the frequency of its value: per comparison and level NULL, or an
 * array over the values of the level's field. */
struct mln_linkage_tf {
    const double *adjust[MLN_COMPARISONS_MAX][MLN_LEVELS_MAX];
    double most[MLN_COMPARISONS_MAX][MLN_LEVELS_MAX]; /* the most that each can add; 0 where NULL */
};

/* From the records' own frequencies; arrays in work->arena. The level's u is the reference where it is
 * the first of its comparison, else the chance that two random records agree on its field. */
enum mln_status mln_linkage_tf_init(const struct mln_linkage_work *work,
                                    const struct mln_em_result *fit, struct mln_linkage_tf *out,
                                    struct mln_err *err) MLN_MUST_USE;

/* What the term frequencies add to the pattern's weight for this pair. */
double mln_linkage_tf(const struct mln_linkage_work *work, const struct mln_linkage_tf *tf,
                      const uint8_t *levels, uint32_t left, uint32_t right);

enum mln_status mln_linkage_score(const struct mln_linkage_work *work,
                                  const struct mln_em_result *fit, const struct mln_linkage_tf *tf,
                                  double keep_from, struct mln_scored_pairs *out,
                                  struct mln_err *err) MLN_MUST_USE;
void mln_scored_pairs_release(struct mln_scored_pairs *scores);

#endif
