/* review.csv of OUT: pairs for people to look at, drawn where doubt is (mln_clerical_sample). Ids
 * and levels, no value.
 *
 *   left_id,right_id,weight_log2,probability,decision,stratum,represents,level_<comparison>…
 *
 * `stratum` counts from 0, the lowest weights; a pair stands for `represents` pairs of its stratum;
 * a level is empty where a value is missing. */
#ifndef MLN_LINKAGE_REVIEW_H
#define MLN_LINKAGE_REVIEW_H

#include "linkage/decide.h"

enum { MLN_REVIEW_PAIRS = 200, MLN_REVIEW_STRATA = 10 };

/* From the lowest weight kept to as far above the threshold, at least 8 bits. Drawn by the model's
 * seed. */
enum mln_status mln_linkage_write_review(const struct mln_linkage_work *work,
                                         const struct mln_scored_pairs *scores,
                                         const struct mln_linkage_decision *decision,
                                         const char *path, struct mln_err *err) MLN_MUST_USE;

#endif
