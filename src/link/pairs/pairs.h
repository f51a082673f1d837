/* Candidate pairs, streamed with their agreement patterns, in bounded memory.
 *
 *   mln_blocks   rule by rule: records sorted by key, so that a block's records are contiguous
 *   mln_ladder   the comparisons compiled for these records: cheap tests first, each similarity
 * once mln_pairs_run  blocks → rows of (one left record, its candidates, their patterns) → consumer
 *
 * A *pattern* is one integer: Σ level_c × stride_c over comparisons in mixed radix n_levels + 1,
 * where the last digit (n_levels) stands for missing. A pair found by several rules belongs to the
 * first one that makes it; a rule may also be run alone with all its pairs, for training.
 *
 * Work is cut into tasks of about the same number of pairs, whatever the number of threads; a
 * consumer keeps one slot a task and merges them in task order: no result depends on threads. */
#ifndef MLN_LINK_PAIRS_PAIRS_H
#define MLN_LINK_PAIRS_PAIRS_H

#include "link/model/model.h"
#include "link/records/records.h"

/* ── blocks ── */

struct mln_blocks; /* opaque: per rule, dense keys of all records and the records in key order */

/* What a rule makes. */
struct mln_rule_count {
    uint64_t pairs;      /* all pairs that satisfy the rule */
    uint64_t new_pairs;  /* those that no earlier rule made; known after mln_pairs_run, else 0 */
    uint64_t blocks;     /* with at least one pair */
    uint64_t largest;    /* pairs of the largest block */
    uint64_t keyless[2]; /* records of each side without a key for this rule */
};

/* Sorts the records by the key of each rule. Exact: keys are compared, not hashes. Refuses, naming
 * rule, share and a hash of the key's value, a block that alone makes more than
 * model->decision.block_share_max of the pairs of all rules (when those pass 1 million), and more
 * than pairs_max in all. Errors: MLN_BAD_INPUT, MLN_NO_MEMORY. O(rules × n log n); 12 bytes a
 * record and rule. */
enum mln_status mln_blocks_build(const struct mln_link_model *model,
                                 const struct mln_records *records, size_t n_threads,
                                 struct mln_blocks **out, struct mln_err *err) MLN_MUST_USE;
void mln_blocks_free(struct mln_blocks *blocks);
void mln_blocks_counts(const struct mln_blocks *blocks, struct mln_rule_count *out); /* n_rules */

/* ── ladder ── */

struct mln_ladder; /* opaque, read-only after build */

/* Compiles the comparisons for the records (q-grams of the sets, thresholds per length, …).
 * Errors: MLN_BAD_INPUT when the product of (n_levels + 1) passes 2^31; MLN_NO_MEMORY. */
enum mln_status mln_ladder_build(const struct mln_link_model *model,
                                 const struct mln_records *records, struct mln_ladder **out,
                                 struct mln_err *err) MLN_MUST_USE;
void mln_ladder_free(struct mln_ladder *ladder);

uint32_t mln_ladder_patterns(const struct mln_ladder *ladder); /* size of the pattern space */
/* Level of each comparison of a pattern (MLN_LEVEL_MISSING for missing); `levels` holds
 * n_comparisons. */
void mln_ladder_levels(const struct mln_ladder *ladder, uint32_t pattern, uint8_t *levels);

/* The pattern of one pair: the slow obvious way; what explain and the tests use. */
struct mln_ladder_work; /* scratch: one a thread */
enum mln_status mln_ladder_work_new(const struct mln_ladder *ladder, struct mln_ladder_work **out,
                                    struct mln_err *err) MLN_MUST_USE;
void mln_ladder_work_free(struct mln_ladder_work *work);
enum mln_status mln_ladder_pair(const struct mln_ladder *ladder, struct mln_ladder_work *work,
                                uint32_t left, uint32_t right, uint32_t *pattern,
                                struct mln_err *err) MLN_MUST_USE;

/* ── streaming ── */

/* One left record and candidates of it. Valid during the call. */
struct mln_pair_row {
    uint32_t left;
    const uint32_t *right;
    const uint32_t *pattern;
    size_t n;
    size_t rule;
};

struct mln_pairs_consumer {
    void *ctx;
    /* Called once with the number of tasks before any row. */
    enum mln_status (*begin)(void *ctx, size_t n_tasks, struct mln_err *err);
    /* Rows of one task come in order, from one thread at a time; tasks run in any order. */
    enum mln_status (*row)(void *ctx, size_t task, const struct mln_pair_row *row,
                           struct mln_err *err);
};

struct mln_pairs_options {
    size_t n_threads; /* 0: all */
    size_t only_rule; /* SIZE_MAX: all rules, each pair once; else all the pairs of this rule */
    void (*progress)(void *ctx, uint64_t pairs_done, uint64_t pairs_total); /* may be NULL */
    void *progress_ctx;
};

/* In a deduplication left < right in every pair. Every candidate pair once. Memory: about 1 MiB a
 * thread and what the consumer keeps. */
enum mln_status mln_pairs_run(const struct mln_blocks *blocks, const struct mln_ladder *ladder,
                              const struct mln_pairs_options *options,
                              const struct mln_pairs_consumer *consumer, struct mln_err *err)
    MLN_MUST_USE;

/* ── counting patterns ── */

/* Distinct patterns, ascending, with how many pairs have each; the caller frees with release. */
struct mln_pattern_counts {
    uint32_t *pattern;
    uint64_t *count;
    size_t n;
    uint64_t total;
};
void mln_pattern_counts_release(struct mln_pattern_counts *counts);

/* Patterns of the pairs of one rule (all its pairs), or of all rules (SIZE_MAX; each pair once). */
enum mln_status mln_pairs_count(const struct mln_blocks *blocks, const struct mln_ladder *ladder,
                                const struct mln_pairs_options *options,
                                struct mln_pattern_counts *out, struct mln_err *err) MLN_MUST_USE;

/* Patterns of `n_pairs` pairs of different records drawn at random, or of every pair when there are
 * no more than n_pairs. All pairs are equally likely; the left records are drawn one from each of
 * n_pairs equal shares of the file, their partners freely. The draw is a function of the seed and
 * the numbers of records only. */
enum mln_status mln_pairs_random(const struct mln_records *records, enum mln_link_kind kind,
                                 const struct mln_ladder *ladder, uint64_t seed, uint64_t n_pairs,
                                 size_t n_threads, struct mln_pattern_counts *out,
                                 struct mln_err *err) MLN_MUST_USE;

#endif
