/* Training by labelled pairs: a file whose rows name pairs of records that people have looked at.
 *
 * Its columns are those of the model's `training.labels`; a column `match`, where there is one,
 * says 1 or 0 (without it every row is a match). m comes from the matches; u from random pairs,
 * unless the model says u: em, when it comes from the labelled non-matches (mln_em_from_labels). A
 * pair may be labelled though no rule makes it. */
#ifndef MLN_LINKAGE_LABELS_H
#define MLN_LINKAGE_LABELS_H

#include "engine/engine.h"
#include "linkage/linkage.h"
#include "linkage/train.h"

/* Errors: MLN_BAD_INPUT (the model names no columns, a column or id that is not there: the row; a
 * match that is neither 1 nor 0; no match at all), MLN_IO, MLN_NO_MEMORY. */
enum mln_status mln_linkage_labels(const struct mln_linkage_options *options,
                                   const struct mln_linkage_work *work, struct mln_engine *engine,
                                   struct mln_em_result *fit, struct mln_link_model *trained,
                                   struct mln_err *err) MLN_MUST_USE;

#endif
