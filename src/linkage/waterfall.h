/* The weight of one pair as a sum of what each comparison adds, in the order of the model: what
 * explain writes and the report draws. Levels and weights only; no value of a record. */
#ifndef MLN_LINKAGE_WATERFALL_H
#define MLN_LINKAGE_WATERFALL_H

#include "linkage/score.h"

struct mln_waterfall {
    double prior;                       /* log2(λ / (1 - λ)) */
    uint8_t level[MLN_COMPARISONS_MAX]; /* MLN_LEVEL_MISSING */
    double weight[MLN_COMPARISONS_MAX]; /* what the level adds, given those before it; 0 when
                                           missing */
    double term[MLN_COMPARISONS_MAX];   /* what the frequency of the value adds */
    double sum[MLN_COMPARISONS_MAX];    /* prior and all up to here */
    double total, probability;
};

/* Of the pair of two rows whose pattern is known. The total is the weight that mln_linkage_score
 * gives, to the rounding of sums. Where the model has interactions, each counts with the later of
 * its comparisons. */
void mln_linkage_waterfall(const struct mln_linkage_work *work, const struct mln_em_result *fit,
                           const struct mln_linkage_tf *tf, uint32_t pattern, uint32_t left,
                           uint32_t right, struct mln_waterfall *out);

/* "exact on surname", "Jaro-Winkler >= 0.92": the label of the model, "missing" for
 * MLN_LEVEL_MISSING. */
struct mln_str mln_linkage_level_label(const struct mln_comparison *comparison, uint8_t level);

#endif
