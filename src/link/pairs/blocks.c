#include "link/pairs/blocks.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/thread.h"

/* ── equality ── */

enum { ORDER_ROOM = 16 }; /* readable places after an order: to look ahead */

struct group {
    size_t from, to; /* entries of one key */
    uint32_t n_left, n_right;
};

/* The entries from g->to on that share a key. */
static bool next_group(const struct mln_rule_keys *keys, uint32_t left_rows, struct group *g) {
    if (g->to == keys->n) {
        return false;
    }
    *g = (struct group){g->to, g->to, 0, 0};
    const uint64_t key = keys->entries[g->from].key;
    for (; g->to < keys->n && keys->entries[g->to].key == key; g->to++) {
        g->n_left += keys->entries[g->to].row < left_rows;
    }
    g->n_right = (uint32_t)(g->to - g->from) - g->n_left;
    return true;
}

static void note_block(struct mln_rule_count *count, uint64_t pairs) {
    count->pairs += pairs;
    count->blocks++;
    count->largest = pairs > count->largest ? pairs : count->largest;
}

/* First pass over the keys: how many blocks with a pair, how many records in them. */
static size_t measure(const struct mln_blocks *b, const struct mln_rule_keys *keys,
                      struct mln_rule_blocks *rule) {
    size_t n_order = 0;
    for (struct group g = {0}; next_group(keys, b->records->n_left, &g);) {
        const struct mln_block block = {0, g.n_left, g.n_right};
        const uint64_t pairs = mln_block_pairs(&block, b->dedupe);
        if (pairs > 0) {
            note_block(&rule->count, pairs);
            n_order += g.to - g.from;
        }
    }
    return n_order;
}

static void keep_elements(const struct mln_rule_keys *keys, uint64_t key, uint32_t *elements) {
    for (size_t k = keys->n_lists; k-- > 0;) {
        elements[k] = (uint32_t)(key % keys->list_dim[k]);
        key /= keys->list_dim[k];
    }
}

static void fill_blocks(struct mln_blocks *b, const struct mln_rule_keys *keys, size_t r) {
    struct mln_rule_blocks *rule = &b->rules[r];
    uint32_t at = 0;
    for (struct group g = {0}; next_group(keys, b->records->n_left, &g);) {
        const struct mln_block block = {at, g.n_left, g.n_right};
        if (mln_block_pairs(&block, b->dedupe) == 0) {
            continue;
        }
        for (size_t i = g.from; i < g.to; i++) {
            rule->order[at++] = keys->entries[i].row;
        }
        if (keys->n_lists > 0) {
            keep_elements(keys, keys->entries[g.from].key,
                          rule->elements + rule->n_blocks * keys->n_lists);
        }
        rule->blocks[rule->n_blocks++] = block;
    }
}

/* The keys by which later rules tell that a pair is made already. */
static void fill_keys(struct mln_blocks *b, const struct mln_rule_keys *keys, size_t r) {
    const struct mln_rule_blocks *rule = &b->rules[r];
    if (r >= b->n_keys) {
        return;
    }
    if (keys->n_lists > 0) {
        for (uint32_t i = 0; i < mln_records_n(b->records); i++) {
            b->keys[i * b->n_keys + r] = keys->base[i];
        }
        return;
    }
    for (size_t k = 0, at = 0; k < rule->n_blocks; k++) {
        const size_t n = (size_t)rule->blocks[k].n_left + rule->blocks[k].n_right;
        for (size_t end = at + n; at < end; at++) {
            __builtin_prefetch(b->keys + rule->order[at + ORDER_ROOM] * b->n_keys, 1);
            b->keys[rule->order[at] * b->n_keys + r] = (uint32_t)k;
        }
    }
}

static enum mln_status build_equal(struct mln_blocks *b, const struct mln_rule_keys *keys, size_t r,
                                   struct mln_err *err) {
    struct mln_rule_blocks *rule = &b->rules[r];
    const struct mln_block_rule *asked = &b->model->rules[r];
    for (size_t f = 0; f < asked->n_fields; f++) {
        const struct mln_field_column *column = &b->records->fields[asked->fields[f]];
        if (column->type == MLN_FIELD_LIST) {
            rule->list[rule->n_lists++] = column;
        }
    }
    const size_t n_order = measure(b, keys, rule), n_blocks = (size_t)rule->count.blocks;
    rule->order = malloc((n_order + ORDER_ROOM) * sizeof *rule->order);
    rule->blocks = malloc((n_blocks + 1) * sizeof *rule->blocks);
    rule->elements = malloc((n_blocks * keys->n_lists + 1) * sizeof *rule->elements);
    if (rule->order == NULL || rule->blocks == NULL || rule->elements == NULL) {
        return mln_err_nomem(err, "the blocks of a rule");
    }
    memset(rule->order + n_order, 0, ORDER_ROOM * sizeof *rule->order);
    fill_blocks(b, keys, r);
    fill_keys(b, keys, r);
    return MLN_OK;
}

/* ── sorted neighbourhood ── */

/* Ties: left and right in turn, each by row, so that equal keys of the two files stand side by
 * side. */
static void rank_group(struct mln_blocks *b, const struct mln_rule_keys *keys, size_t r,
                       const struct group *g) {
    struct mln_rule_blocks *rule = &b->rules[r];
    size_t left = g->from, right = g->from + g->n_left;
    const size_t left_end = right;
    for (size_t rank = g->from; rank < g->to; rank++) {
        const bool turn = (rank - g->from) % 2 == 0;
        const bool take_left = left < left_end && (turn || right == g->to);
        const uint32_t row = keys->entries[take_left ? left++ : right++].row;
        if (r < b->n_keys) {
            b->keys[row * b->n_keys + r] = (uint32_t)rank;
        }
        if (b->dedupe || row < b->records->n_left) {
            rule->left[rule->n_left_order] = row;
            rule->left_rank[rule->n_left_order++] = (uint32_t)rank;
        }
        if (b->dedupe || row >= b->records->n_left) {
            rule->candidate[rule->n_candidates] = row;
            rule->candidate_rank[rule->n_candidates++] = (uint32_t)rank;
        }
    }
}

static enum mln_status build_window(struct mln_blocks *b, const struct mln_rule_keys *keys,
                                    size_t r, struct mln_err *err) {
    struct mln_rule_blocks *rule = &b->rules[r];
    rule->window = b->model->rules[r].window;
    uint32_t **const arrays[] = {&rule->left, &rule->left_rank, &rule->candidate,
                                 &rule->candidate_rank};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        *arrays[i] = malloc((keys->n + 1) * sizeof **arrays[i]);
        if (*arrays[i] == NULL) {
            return mln_err_nomem(err, "the blocks of a rule");
        }
    }
    for (struct group g = {0}; next_group(keys, b->records->n_left, &g);) {
        rank_group(b, keys, r, &g);
    }
    size_t from = 0, to = 0;
    for (size_t i = 0; i < rule->n_left_order; i++) {
        mln_window_range(rule, i, &from, &to);
        const uint64_t pairs = mln_window_pairs(b, rule, i, from, to);
        if (pairs > 0) {
            note_block(&rule->count, pairs);
        }
    }
    return MLN_OK;
}

uint64_t mln_window_pairs(const struct mln_blocks *blocks, const struct mln_rule_blocks *rule,
                          size_t i, size_t from, size_t to) {
    if (!blocks->dedupe) {
        return to - from;
    }
    uint64_t n = 0;
    for (size_t k = from; k < to; k++) {
        n += rule->candidate[k] > rule->left[i];
    }
    return n;
}

/* ── membership ── */

bool mln_list_common(const struct mln_field_column *list, uint32_t a, uint32_t b, uint32_t *first) {
    uint64_t i = list->start[a], j = list->start[b];
    while (i < list->start[a + 1] && j < list->start[b + 1]) {
        const uint32_t x = list->item[i], y = list->item[j];
        if (x == y) {
            *first = x;
            return true;
        }
        i += x < y;
        j += y < x;
    }
    return false;
}

bool mln_rule_makes(const struct mln_blocks *blocks, size_t rule, uint32_t a, uint32_t b) {
    const struct mln_rule_blocks *r = &blocks->rules[rule];
    const uint32_t x = blocks->keys[a * blocks->n_keys + rule];
    const uint32_t y = blocks->keys[b * blocks->n_keys + rule];
    if (x == MLN_KEY_NONE || y == MLN_KEY_NONE) {
        return false;
    }
    if (r->kind == MLN_RULE_WINDOW) {
        return (x > y ? x - y : y - x) <= r->window;
    }
    uint32_t element;
    for (size_t k = 0; k < r->n_lists; k++) {
        if (!mln_list_common(r->list[k], a, b, &element)) {
            return false;
        }
    }
    return x == y;
}

/* ── all rules ── */

static enum mln_status build_rule(void *ctx, size_t r, struct mln_err *err) {
    struct mln_blocks *b = ctx;
    struct mln_rule_keys keys;
    MLN_TRY(mln_check_interrupt(err));
    MLN_TRY(mln_rule_keys_build(b->model, r, b->records, &keys, err));
    struct mln_rule_blocks *rule = &b->rules[r];
    rule->kind = b->model->rules[r].kind;
    rule->count.keyless[0] = keys.keyless[0];
    rule->count.keyless[1] = keys.keyless[1];
    const enum mln_status status = rule->kind == MLN_RULE_WINDOW ? build_window(b, &keys, r, err)
                                                                 : build_equal(b, &keys, r, err);
    mln_rule_keys_release(&keys);
    return status;
}

static const double large_from = 1e6; /* below so many pairs no block is too large */

static uint32_t largest_block_row(const struct mln_blocks *b, const struct mln_rule_blocks *rule) {
    for (size_t k = 0; k < rule->n_blocks; k++) {
        if (mln_block_pairs(&rule->blocks[k], b->dedupe) == rule->count.largest) {
            return rule->order[rule->blocks[k].start];
        }
    }
    return 0;
}

static enum mln_status refuse_large(const struct mln_blocks *b, struct mln_err *err) {
    const struct mln_decision *limits = &b->model->decision;
    for (size_t r = 0; r < b->n_rules; r++) {
        const struct mln_rule_blocks *rule = &b->rules[r];
        const struct mln_block_rule *asked = &b->model->rules[r];
        const double share = (double)rule->count.largest / (double)b->total;
        if ((double)b->total <= large_from || rule->kind == MLN_RULE_WINDOW || asked->allow_large ||
            !(share > limits->block_share_max)) {
            continue;
        }
        const uint32_t row = largest_block_row(b, rule);
        return mln_err_set(
            err, MLN_BAD_INPUT,
            "blocking rule \"%.*s\": the records of one value (hash %08" PRIx32 ") make %" PRIu64
            " pairs, %.1f %% of all candidates; at most %.1f %% may come from one "
            "value: add a field to the rule, make the value missing in cleaning, or say "
            "allow_large: true",
            MLN_STR_ARG(asked->name), mln_rule_key_hash(b->model, r, b->records, row),
            rule->count.largest, 100 * share, 100 * limits->block_share_max);
    }
    if (b->total > limits->pairs_max) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "the blocking rules make %" PRIu64
                           " candidate pairs, more than the %" PRIu64
                           " of pairs_max: add fields to the rules, or raise pairs_max",
                           b->total, limits->pairs_max);
    }
    return MLN_OK;
}

static enum mln_status allocate(struct mln_blocks *b, struct mln_err *err) {
    const size_t n = mln_records_n(b->records), n_keys = n * b->n_keys;
    b->rules = calloc(b->n_rules + 1, sizeof *b->rules);
    b->keys = mln_scattered_alloc((n_keys + 1) * sizeof *b->keys);
    b->rule_task = calloc(b->n_rules + 1, sizeof *b->rule_task);
    b->new_pairs = calloc(b->n_rules + 1, sizeof *b->new_pairs);
    if (b->rules == NULL || b->keys == NULL || b->rule_task == NULL || b->new_pairs == NULL) {
        return mln_err_nomem(err, "the blocks of the rules");
    }
    memset(b->keys, 0xFF, n_keys * sizeof *b->keys); /* MLN_KEY_NONE */
    return MLN_OK;
}

enum mln_status mln_blocks_build(const struct mln_link_model *model,
                                 const struct mln_records *records, size_t n_threads,
                                 struct mln_blocks **out, struct mln_err *err) {
    *out = NULL;
    struct mln_blocks *b = calloc(1, sizeof *b);
    if (b == NULL) {
        return mln_err_nomem(err, "the blocks of the rules");
    }
    b->model = model;
    b->records = records;
    b->dedupe = model->kind == MLN_LINK_DEDUPE;
    b->n_rules = model->n_rules;
    b->n_keys = model->n_rules == 0 ? 0 : model->n_rules - 1;
    enum mln_status status = MLN_OK;
    MLN_TRY_GOTO(status, allocate(b, err), done);
    MLN_TRY_GOTO(status, mln_parallel(n_threads, b->n_rules, build_rule, b, err), done);
    for (size_t r = 0; r < b->n_rules; r++) {
        b->total += b->rules[r].count.pairs;
    }
    MLN_TRY_GOTO(status, refuse_large(b, err), done);
    MLN_TRY_GOTO(status, mln_tasks_cut(b, err), done);
    *out = b;
done:
    if (status != MLN_OK) {
        mln_blocks_free(b);
    }
    return status;
}

void mln_blocks_free(struct mln_blocks *blocks) {
    if (blocks == NULL) {
        return;
    }
    for (size_t r = 0; blocks->rules != NULL && r < blocks->n_rules; r++) {
        struct mln_rule_blocks *rule = &blocks->rules[r];
        free(rule->order);
        free(rule->blocks);
        free(rule->elements);
        free(rule->left);
        free(rule->left_rank);
        free(rule->candidate);
        free(rule->candidate_rank);
    }
    free(blocks->rules);
    free(blocks->keys);
    free(blocks->tasks);
    free(blocks->rule_task);
    free(blocks->new_pairs);
    free(blocks);
}

void mln_blocks_counts(const struct mln_blocks *blocks, struct mln_rule_count *out) {
    for (size_t r = 0; r < blocks->n_rules; r++) {
        out[r] = blocks->rules[r].count;
        out[r].new_pairs = atomic_load(&blocks->new_pairs[r]);
    }
}
