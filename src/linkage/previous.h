/* What a run takes from a former one (--previous OLD): the weights, the links and the names of
 * clusters.
 *
 *   model     MODEL carries no m and u: those of OLD/model.yaml, when both models are the same but
 * for their weights (else an error); --retrain learns them again links     a link of OLD whose two
 * records are still there and whose weight, scored again, still reaches the threshold stays: the
 * assignment gives its records to others only where no such link wants them clusters  a cluster
 * takes the name of the former one with which it shares most records (mln_cluster_stable); others
 * get names never used before
 *
 * changes.csv tells what changed: `change,left_id,right_id` of a linkage (new, gone),
 * `change,cluster_id,other_id` of a deduplication (new, grown, merged, split, gone; other_id of
 * merged and split). */
#ifndef MLN_LINKAGE_PREVIOUS_H
#define MLN_LINKAGE_PREVIOUS_H

#include "engine/engine.h"
#include "linkage/decide.h"

struct mln_linkage_previous {
    const char *out; /* OLD */
    uint64_t *link;  /* left << 32 | right, ascending: links of OLD whose records are both there */
    size_t n_links, cap_links;
    uint64_t n_links_lost; /* links of OLD with a record that is not there any more */
    uint64_t
        *name; /* per record: its cluster in OLD; UINT64_MAX: none. NULL without clusters in OLD */
    uint64_t next_name;  /* above all names of OLD */
    struct mln_buf gone; /* lines of changes.csv for what is lost with its records */
    uint64_t *seen_name; /* names of OLD that some record still has, and all of them; private */
    size_t n_seen;
};

/* Gives a model without blocking rules those of OLD, if its fields are the same: they were chosen from
 * former values. */
enum mln_status mln_linkage_previous_rules(const char *out, struct mln_arena *arena,
                                           struct mln_link_model *model, struct mln_err *err)
    MLN_MUST_USE;

/* The model of OLD in place of `model` (which carries no weights). Errors: MLN_BAD_INPUT when they
 * differ in more. */
enum mln_status mln_linkage_previous_model(const char *out, struct mln_arena *arena,
                                           struct mln_link_model *model, struct mln_err *err)
    MLN_MUST_USE;

/* Reads the links and clusters of OLD for these records. Release it whatever the outcome. */
enum mln_status mln_linkage_previous_read(const char *out, const struct mln_linkage_work *work,
                                          struct mln_engine *engine,
                                          struct mln_linkage_previous *previous,
                                          struct mln_err *err) MLN_MUST_USE;
void mln_linkage_previous_release(struct mln_linkage_previous *previous);

/* Gives the clusters of `decision` their names, and writes changes.csv to `path`. */
enum mln_status mln_linkage_previous_settle(struct mln_linkage_previous *previous,
                                            const struct mln_linkage_work *work,
                                            const struct mln_scored_pairs *scores,
                                            struct mln_linkage_decision *decision, const char *path,
                                            struct mln_err *err) MLN_MUST_USE;

#endif
