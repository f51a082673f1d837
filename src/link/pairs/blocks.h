/* Blocks as they are kept. Internal to this room.
 *
 *   order    rows of the rule's blocks, one block after another, each side ascending
 *
 *            | L L L R R | L R R | L L R | …      records that make no pair are not there
 *              block 0     1       2
 *
 *   keys     per record and rule: its block (EQUAL), its rank (WINDOW), the rank of the fields that
 *            are no lists (EQUAL with a list); MLN_KEY_NONE. Row-major: one line of cache a record.
 *
 * A WINDOW rule has two orders by rank instead of blocks: left records, and candidates (right
 * records; in a deduplication all records are both). */
#ifndef MLN_LINK_PAIRS_BLOCKS_H
#define MLN_LINK_PAIRS_BLOCKS_H

#include <stdatomic.h>

#include "link/pairs/key.h"
#include "link/pairs/pairs.h"

struct mln_block {
    uint32_t start;           /* in order */
    uint32_t n_left, n_right; /* in a deduplication all are left */
};

struct mln_rule_blocks {
    enum mln_rule_kind kind;
    uint32_t *order;
    struct mln_block *blocks;
    size_t n_blocks;
    size_t n_lists;
    const struct mln_field_column *list[2];
    uint32_t *elements; /* n_blocks × n_lists: what the records of the block have in common */
    uint32_t window;
    uint32_t *left, *left_rank;           /* WINDOW: n_left_order */
    uint32_t *candidate, *candidate_rank; /* n_candidates */
    size_t n_left_order, n_candidates;
    struct mln_rule_count count;
};

/* A share of the pairs of one rule: blocks first … last - 1; or, of the one block first, the pairs
 * of its left records left_first … left_last - 1. WINDOW: left records in order from left_first. */
struct mln_task {
    size_t rule, first, last;
    size_t left_first, left_last; /* equal: whole blocks */
    uint64_t pairs;
};

struct mln_blocks {
    const struct mln_link_model *model;
    const struct mln_records *records;
    bool dedupe;
    size_t n_rules;
    struct mln_rule_blocks *rules;
    uint32_t *keys; /* rows × n_keys: of all rules but the last, which no later one asks */
    size_t n_keys;
    struct mln_task *tasks;
    size_t n_tasks;
    size_t *rule_task; /* n_rules + 1: where the tasks of each rule begin */
    uint64_t total;    /* pairs of all rules, those of several counted each time */
    atomic_uint_fast64_t *new_pairs;
};

static inline uint64_t mln_block_pairs(const struct mln_block *b, bool dedupe) {
    return dedupe ? (uint64_t)b->n_left * (b->n_left - 1) / 2 : (uint64_t)b->n_left * b->n_right;
}

/* Candidates of left record i of a WINDOW rule: places *from … *to - 1 of the candidates; *from and
 * *to come in as those of an earlier left record (0, 0 for the first). In a deduplication they are
 * the neighbours on both sides and the record itself. */
static inline void mln_window_range(const struct mln_rule_blocks *r, size_t i, size_t *from,
                                    size_t *to) {
    const uint64_t rank = r->left_rank[i], w = r->window;
    while (*from < r->n_candidates && r->candidate_rank[*from] + w < rank) {
        (*from)++;
    }
    while (*to < r->n_candidates && r->candidate_rank[*to] <= rank + w) {
        (*to)++;
    }
}

/* How many pairs left record i makes as the lesser row: candidates of the range, in a
 * deduplication only those of a greater row. */
uint64_t mln_window_pairs(const struct mln_blocks *blocks, const struct mln_rule_blocks *rule,
                          size_t i, size_t from, size_t to);

/* Whether the pair satisfies the rule, which is not the last: by keys, exact. */
bool mln_rule_makes(const struct mln_blocks *blocks, size_t rule, uint32_t a, uint32_t b);

/* Whether two rows have an element in common; the least one in *first. */
bool mln_list_common(const struct mln_field_column *list, uint32_t a, uint32_t b, uint32_t *first);

/* Cuts the rules into tasks. Error: MLN_NO_MEMORY. */
enum mln_status mln_tasks_cut(struct mln_blocks *blocks, struct mln_err *err) MLN_MUST_USE;

#endif
