/* From scored pairs to links and clusters, as the model's decision says. */
#ifndef MLN_LINKAGE_DECIDE_H
#define MLN_LINKAGE_DECIDE_H

#include "link/decide/threshold.h"
#include "linkage/score.h"
#include "linkage/write.h"

struct mln_linkage_decision {
    double threshold;          /* of probability; what the model says, or chosen */
    double shift_log2;         /* a pair without rivals has this many bits more than its weight, since
                                  its records can have one link each; else 0 (link/decide/posterior.h) */
    uint8_t *decision;         /* per scored pair: enum mln_pair_decision */
    uint64_t n_links;
    uint64_t *cluster_name;    /* per record, deduplication with clusters; else NULL */
    uint64_t n_clusters;       /* of two records or more */
    struct mln_quality quality; /* estimated at the threshold, before the assignment */
    double matches_expected;   /* among all candidates */
    struct mln_unmade missed;  /* expected outside every rule */
    struct mln_estimate precision, recall; /* of the links, with intervals of 95 %; precision NaN without links */
};

/* The probability from which pairs must be scored and kept for the decision: keep_from, and less where
 * pairs gain by the one-to-one rule. */
double mln_linkage_score_from(const struct mln_linkage_work *work, const struct mln_em_result *fit);

/* Sets log2_odds of the pairs, drops those that are below keep_from by their weight and by their odds, and
 * decides on the others. */
enum mln_status mln_linkage_decide(const struct mln_linkage_work *work,
                                   const struct mln_em_result *fit, struct mln_scored_pairs *scores,
                                   struct mln_linkage_decision *out, struct mln_err *err)
    MLN_MUST_USE;
void mln_linkage_decision_release(struct mln_linkage_decision *decision);

#endif
