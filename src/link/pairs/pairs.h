/* Candidate pairs, streamed with their agreement patterns, in bounded memory.
 *
 *   mln_blocks     rule by rule: records sorted by key, a block's records side by side
 *   mln_ladder     the comparisons compiled for these records: cheap tests first
 *   mln_pairs_run  blocks → rows of one left record, its candidates, their patterns → consumer
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
    /* All pairs that satisfy the rule; with a LIST field a pair counts for each element in common,
     * though it is streamed once. */
    uint64_t pairs;
    /* Those that no earlier rule made; known after a run of all rules, else 0. */
    uint64_t new_pairs;
    uint64_t blocks;     /* with at least one pair; WINDOW: left records with one */
    uint64_t largest;    /* pairs of the largest block; WINDOW: of a left record */
    uint64_t keyless[2]; /* records of each side without a key for this rule */
};

/* Gives a model without rules (`blocking: auto`) its own, in the arena: up to 24, of one field or
 * two, with 2 million pairs and 40 a record in all; the cheapest first, none with a block that
 * would be refused. Fields of the file have the first half of the pairs and of each of these
 * halves; those made from others come after, in rules that do not train (their pairs agree more
 * than the comparisons tell). Depends on the values only. Errors: MLN_BAD_INPUT (no field and no
 * two make pairs so), MLN_NO_MEMORY. O((fields + 64) × n log n). */
enum mln_status mln_blocks_choose(struct mln_arena *arena, const struct mln_records *records,
                                  size_t n_threads, struct mln_link_model *model,
                                  struct mln_err *err) MLN_MUST_USE;

/* Sorts the records by the key of each rule; model and records must outlive the blocks. A record
 * without a value in one of the fields has no key; a date has one when it is complete (WINDOW: when
 * it is there). Exact: keys are compared, not hashes. In a WINDOW, texts go by bytes, dates by
 * first then last day, numbers by value; of equal keys left and right records come in turn, each by
 * row.
 *
 * Refuses, naming rule, share and a hash of the key's value, a block that alone makes more than
 * model->decision.block_share_max of the pairs of all rules (when those pass 1 million and the rule
 * does not allow it), and more than pairs_max in all. Errors: MLN_BAD_INPUT (also: a rule with more
 * than two LIST fields, or a WINDOW with one), MLN_NO_MEMORY. O(rules × n log n) time; at most 14
 * bytes a record (or element) and rule, and 50 more for the rules being sorted. */
enum mln_status mln_blocks_build(const struct mln_link_model *model,
                                 const struct mln_records *records, size_t n_threads,
                                 struct mln_blocks **out, struct mln_err *err) MLN_MUST_USE;
void mln_blocks_free(struct mln_blocks *blocks);
void mln_blocks_counts(const struct mln_blocks *blocks, struct mln_rule_count *out); /* n_rules */

/* Whether a rule makes the pair of a left and a right row (of a deduplication: any two rows),
 * whatever other rules do: from the values themselves, exact. For explanations: a rule with a
 * window costs O(n). */
bool mln_blocks_make(const struct mln_blocks *blocks, size_t rule, uint32_t left, uint32_t right);

/* ── ladder ── */

struct mln_ladder; /* opaque, read-only after build */

/* Compiles the comparisons for the records (prefixes, words and q-grams of distinct values,
 * thresholds of one measure together); model and records must outlive the ladder.
 *
 * The level of a comparison is the first of its ladder that holds. A level holds only where the
 * fields that it names have values (NULL: where its field lacks one). When none does, the level is
 * ELSE if the comparison's field has a value on both sides, else missing. Hence a level on another
 * field, or NULL, can hold where the comparison's own field is missing.
 *
 * Errors: MLN_BAD_INPUT (a kind of level that does not go with the type of its field, a ladder
 * without ELSE at its end, more than 2^31 patterns); MLN_NO_MEMORY. Memory: about 4 bytes a record
 * and field compared, 12 for a date, rounded up to a power of two (at most 64: a line of cache); 32
 * a distinct text of a similarity or distance. */
enum mln_status mln_ladder_build(const struct mln_link_model *model,
                                 const struct mln_records *records, size_t n_threads,
                                 struct mln_ladder **out, struct mln_err *err) MLN_MUST_USE;
void mln_ladder_free(struct mln_ladder *ladder);
/* Gives back what runs over pairs read of the records, most of its memory. After it no run: levels of
 * patterns and mln_ladder_pair alone. */
void mln_ladder_end_runs(struct mln_ladder *ladder);

uint32_t mln_ladder_patterns(const struct mln_ladder *ladder); /* size of the pattern space */
/* Level of each comparison of a pattern (MLN_LEVEL_MISSING for missing); `levels` holds
 * n_comparisons. */
void mln_ladder_levels(const struct mln_ladder *ladder, uint32_t pattern, uint8_t *levels);

/* Conditions in SQL (MLN_LEVEL_SQL) are somebody else's to evaluate: a judge, who is asked about many pairs at
 * once and only about those whose level it could better. In the order of comparisons and levels.
 * `holds` writes 1 where condition k is true of the records left[i] and right[i], 0 where it is false or NULL;
 * it may be called from several threads at once, and must depend on the two records only. A ladder with
 * conditions and no judge compares nothing: MLN_BAD_INPUT. */
struct mln_judge {
    void *ctx;
    enum mln_status (*holds)(void *ctx, size_t k, const uint32_t *left, const uint32_t *right, size_t n,
                             uint8_t *holds, struct mln_err *err);
};
size_t mln_ladder_conditions(const struct mln_ladder *ladder);
const struct mln_level *mln_ladder_condition(const struct mln_ladder *ladder, size_t k);
void mln_ladder_judge(struct mln_ladder *ladder, const struct mln_judge *judge); /* borrowed */

/* The pattern of one pair: the slow obvious way; what explain and the tests use. */
struct mln_ladder_work; /* scratch: one a thread */
enum mln_status mln_ladder_work_new(const struct mln_ladder *ladder, struct mln_ladder_work **out,
                                    struct mln_err *err) MLN_MUST_USE;
void mln_ladder_work_free(struct mln_ladder_work *work);
enum mln_status mln_ladder_pair(const struct mln_ladder *ladder, struct mln_ladder_work *work,
                                uint32_t left, uint32_t right, uint32_t *pattern,
                                struct mln_err *err) MLN_MUST_USE;
/* Of n pairs: a judge is asked about many at once. */
enum mln_status mln_ladder_pairs(const struct mln_ladder *ladder, struct mln_ladder_work *work,
                                 const uint32_t *left, const uint32_t *right, size_t n,
                                 uint32_t *pattern, struct mln_err *err) MLN_MUST_USE;

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
    /* Rows of one task come in order, from one thread at a time; tasks run in any order. A left
     * record may have several rows, of one rule too. */
    enum mln_status (*row)(void *ctx, size_t task, const struct mln_pair_row *row,
                           struct mln_err *err);
};

struct mln_pairs_options {
    size_t n_threads; /* 0: all */
    size_t only_rule; /* SIZE_MAX: all rules, each pair once; else all the pairs of this rule */
    /* May be NULL. After each task, one call at a time; pairs as in mln_rule_count.pairs. */
    void (*progress)(void *ctx, uint64_t pairs_done, uint64_t pairs_total);
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
