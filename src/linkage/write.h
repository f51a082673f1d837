/* The files of OUT that hold rows. */
#ifndef MLN_LINKAGE_WRITE_H
#define MLN_LINKAGE_WRITE_H

#include "linkage/score.h"

/* What was decided of each scored pair. */
enum mln_pair_decision { MLN_PAIR_LINKED, MLN_PAIR_BELOW, MLN_PAIR_OUTDONE };
extern const char *const mln_pair_decision_words[]; /* linked, below_threshold, better_elsewhere */

/* Parquet (parquet.h), encoded by several threads; the bytes depend on the rows alone. Ids are written as
 * BIGINT where all ids of both files are whole numbers, else as text.
 *
 * <dir>/pairs.parquet: the links. left_id, right_id, weight_log2, probability, rule, then per comparison its
 * level (0 the first of its ladder; NULL: a value is missing). By (left_id, right_id) in the order of the
 * records. */
enum mln_status mln_linkage_write_pairs(const struct mln_linkage_work *work,
                                        const struct mln_scored_pairs *scores,
                                        const uint8_t *decision, const char *path,
                                        struct mln_err *err) MLN_MUST_USE;

/* <dir>/candidates.parquet: the pairs kept by score that are no links, the same columns and `decision`. */
enum mln_status mln_linkage_write_candidates(const struct mln_linkage_work *work,
                                             const struct mln_scored_pairs *scores,
                                             const uint8_t *decision, const char *path,
                                             struct mln_err *err) MLN_MUST_USE;

/* <dir>/clusters.parquet: id, cluster_id, one row a record, by cluster then record. */
enum mln_status mln_linkage_write_clusters(const struct mln_linkage_work *work,
                                           const uint64_t *name, const char *path,
                                           struct mln_err *err) MLN_MUST_USE;

#endif
