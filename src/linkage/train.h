/* From candidate pairs to m, u and λ: one session a blocking rule, and random pairs for u. */
#ifndef MLN_LINKAGE_TRAIN_H
#define MLN_LINKAGE_TRAIN_H

#include "base/talk.h"
#include "link/pairs/pairs.h"
#include "link/records/frequency.h"
#include "link/train/em.h"

struct mln_linkage_work {
    const struct mln_link_model *model;
    const struct mln_records *records;
    const struct mln_blocks *blocks;
    const struct mln_ladder *ladder;
    size_t n_threads;
    struct mln_arena *arena;
    struct mln_talk *talk;
    const uint64_t *former_link; /* left << 32 | right, ascending: links of a former run that hold their
                                    records while they reach the threshold (linkage/previous.h); NULL */
    size_t n_former_links;
    const struct mln_frequencies *const *frequencies; /* per comparison, by a table from outside, or NULL; NULL: all by
                                                         the files */
};

/* True when every level of the model has its m and u and λ is known: nothing is left to train. */
bool mln_linkage_trained(const struct mln_link_model *model);

/* Pairs of records, blocked or not. */
double mln_linkage_all_pairs(const struct mln_linkage_work *work);

/* Fits, and puts m, u, λ, coverage and interactions into *trained, a copy of the model whose levels are in the arena. */
enum mln_status mln_linkage_train(const struct mln_linkage_work *work, struct mln_em_result *fit,
                                  struct mln_link_model *trained, struct mln_err *err) MLN_MUST_USE;

/* The same from labelled pairs: sessions[0] matches, sessions[1], when n is 2, non-matches; u from random pairs unless
 * the model says em. */
enum mln_status mln_linkage_train_labelled(const struct mln_linkage_work *work,
                                           const struct mln_em_session *sessions, size_t n,
                                           struct mln_em_result *fit, struct mln_link_model *trained,
                                           struct mln_err *err) MLN_MUST_USE;

/* The same result from a trained model's own numbers. */
void mln_linkage_fit_of(const struct mln_link_model *model, struct mln_em_result *fit);

#endif
