/* Streaming with a slot a thread. Internal to this room and to the scoring of linkage. */
#ifndef MLN_LINK_PAIRS_RUN_H
#define MLN_LINK_PAIRS_RUN_H

#include "link/pairs/ladder.h"

/* A consumer that keeps something a thread: `own` is handed to one row at a time. What it merges
 * must not depend on which thread saw which row. */
struct mln_pairs_sink {
    void *ctx;
    enum mln_status (*begin)(void *ctx, size_t n_tasks, struct mln_err *err); /* may be NULL */
    enum mln_status (*own_new)(void *ctx, void **own, struct mln_err *err);   /* may be NULL */
    /* Called once for each own_new, one after another, also after an error. May be NULL. */
    void (*own_end)(void *ctx, void *own);
    enum mln_status (*row)(void *ctx, void *own, size_t task, const struct mln_pair_row *row,
                           struct mln_err *err);
    /* May be NULL. The left record of the next row, before its pairs are compared: to ask for what will
     * be read of it, which comes from anywhere in memory. */
    void (*ahead)(void *ctx, uint32_t left);
};

enum mln_status mln_pairs_each(const struct mln_blocks *blocks, const struct mln_ladder *ladder,
                               const struct mln_pairs_options *options,
                               const struct mln_pairs_sink *sink, struct mln_err *err) MLN_MUST_USE;

/* ── counts of patterns ── */

struct mln_tally; /* opaque: an array while patterns are few, a hash table beyond */

enum mln_status mln_tally_new(uint32_t n_patterns, struct mln_tally **out, struct mln_err *err)
    MLN_MUST_USE;
void mln_tally_free(struct mln_tally *tally);
enum mln_status mln_tally_add(struct mln_tally *tally, const uint32_t *pattern, size_t n,
                              struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_tally_merge(struct mln_tally *into, const struct mln_tally *from,
                                struct mln_err *err) MLN_MUST_USE;
/* Patterns seen, ascending. */
enum mln_status mln_tally_counts(const struct mln_tally *tally, struct mln_pattern_counts *out,
                                 struct mln_err *err) MLN_MUST_USE;

#endif
