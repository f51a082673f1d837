/* Blocking rules for a model that has none, from how many pairs each would make.
 *
 * A rule finds the matches that agree on its fields, so few fields a rule and many rules find most;
 * what bounds them is the number of pairs. Fields that are cheap alone are rules; those that are
 * not are taken two by two. */
#include <stdlib.h>
#include <string.h>

#include "link/pairs/blocks.h"

enum { RULES_MAX = 16, FIELDS_MAX = 32, PAIRS_A_RECORD = 40, PAIRS_FREE = 2000000 };
static const uint64_t large_block = 100000; /* a tenth of the million below which none is refused */

struct candidate {
    size_t fields[2];
    size_t n_fields;
    uint64_t pairs, largest;
};

struct choice {
    struct mln_arena *arena;
    const struct mln_records *records;
    const struct mln_link_model *model;
    size_t fields[FIELDS_MAX]; /* that records can be put in blocks by */
    size_t n_fields;
    bool taken[FIELDS_MAX]; /* a rule alone */
    struct candidate rules[RULES_MAX];
    size_t n_rules;
    uint64_t budget; /* pairs that may still be made */
};

/* ── what a rule would make ── */

static void count_pairs(const struct choice *c, const struct mln_rule_keys *keys,
                        struct candidate *out) {
    const bool dedupe = c->model->kind == MLN_LINK_DEDUPE;
    for (size_t from = 0, to = 0; from < keys->n; from = to) {
        struct mln_block block = {0};
        uint32_t n = 0;
        for (; to < keys->n && keys->entries[to].key == keys->entries[from].key; to++, n++) {
            block.n_left += keys->entries[to].row < c->records->n_left;
        }
        block.n_right = n - block.n_left;
        const uint64_t pairs = mln_block_pairs(&block, dedupe);
        out->pairs += pairs;
        out->largest = pairs > out->largest ? pairs : out->largest;
    }
}

static enum mln_status measure(const struct choice *c, struct candidate *out, struct mln_err *err) {
    const struct mln_block_rule rule = {
        .kind = MLN_RULE_EQUAL, .fields = out->fields, .n_fields = out->n_fields};
    struct mln_link_model model = *c->model;
    model.rules = &rule;
    model.n_rules = 1;
    struct mln_rule_keys keys;
    MLN_TRY(mln_rule_keys_build(&model, 0, c->records, &keys, err));
    out->pairs = 0;
    out->largest = 0;
    count_pairs(c, &keys, out);
    mln_rule_keys_release(&keys);
    return MLN_OK;
}

/* ── choosing ── */

static bool may_block(const struct choice *c, const struct candidate *rule) {
    const double share = c->model->decision.block_share_max;
    return rule->pairs > 0 &&
           (rule->largest <= large_block || (double)rule->largest <= share * (double)rule->pairs);
}

static int by_pairs(const void *a, const void *b) {
    const struct candidate *x = a;
    const struct candidate *y = b;
    if (x->pairs != y->pairs) {
        return x->pairs < y->pairs ? -1 : 1;
    }
    for (size_t f = 0; f < x->n_fields; f++) {
        if (x->fields[f] != y->fields[f]) {
            return x->fields[f] < y->fields[f] ? -1 : 1;
        }
    }
    return 0;
}

/* The cheapest first, while the budget lasts, none above `each`. */
static void take(struct choice *c, struct candidate *all, size_t n, uint64_t each) {
    qsort(all, n, sizeof *all, by_pairs);
    for (size_t i = 0; i < n && c->n_rules < RULES_MAX; i++) {
        if (may_block(c, &all[i]) && all[i].pairs <= each && all[i].pairs <= c->budget) {
            c->budget -= all[i].pairs;
            c->rules[c->n_rules++] = all[i];
        }
    }
}

static enum mln_status take_single(struct choice *c, struct mln_err *err) {
    struct candidate all[FIELDS_MAX] = {0};
    for (size_t i = 0; i < c->n_fields; i++) {
        all[i] = (struct candidate){.fields = {c->fields[i]}, .n_fields = 1};
        MLN_TRY(measure(c, &all[i], err));
    }
    take(c, all, c->n_fields, c->budget / 2);
    for (size_t r = 0; r < c->n_rules; r++) {
        for (size_t i = 0; i < c->n_fields; i++) {
            c->taken[i] = c->taken[i] || c->rules[r].fields[0] == c->fields[i];
        }
    }
    return MLN_OK;
}

static size_t root_of(const struct mln_link_model *model, size_t field) {
    while (model->fields[field].from != SIZE_MAX) {
        field = model->fields[field].from;
    }
    return field;
}

static enum mln_status take_double(struct choice *c, struct mln_err *err) {
    struct candidate *all = calloc((size_t)FIELDS_MAX * FIELDS_MAX, sizeof *all);
    if (all == NULL) {
        return mln_err_nomem(err, "the choice of blocking rules");
    }
    enum mln_status status = MLN_OK;
    size_t n = 0;
    for (size_t i = 0; i < c->n_fields; i++) {
        for (size_t j = i + 1; j < c->n_fields && status == MLN_OK; j++) {
            if (!c->taken[i] && !c->taken[j] &&
                root_of(c->model, c->fields[i]) != root_of(c->model, c->fields[j])) {
                all[n] = (struct candidate){.fields = {c->fields[i], c->fields[j]}, .n_fields = 2};
                status = measure(c, &all[n++], err);
            }
        }
    }
    if (status == MLN_OK) {
        take(c, all, n, c->budget);
    }
    free(all);
    return status;
}

/* ── as rules of the model ── */

static enum mln_status write_rule(const struct choice *c, const struct candidate *from,
                                  struct mln_block_rule *out, struct mln_err *err) {
    struct mln_buf name = MLN_BUF_INIT;
    size_t *fields = MLN_ARENA_NEW(c->arena, size_t, from->n_fields);
    for (size_t f = 0; fields != NULL && f < from->n_fields; f++) {
        fields[f] = from->fields[f];
        mln_buf_addz(&name, f == 0 ? "" : "+");
        mln_buf_add_str(&name, c->model->fields[fields[f]].name);
    }
    const char *kept = name.failed ? NULL : mln_arena_strdup(c->arena, mln_buf_view(&name));
    mln_buf_release(&name);
    if (fields == NULL || kept == NULL) {
        return mln_err_nomem(err, "the blocking rules");
    }
    *out = (struct mln_block_rule){.name = {kept, strlen(kept)},
                                   .kind = MLN_RULE_EQUAL,
                                   .fields = fields,
                                   .n_fields = from->n_fields,
                                   .train = true};
    return MLN_OK;
}

enum mln_status mln_blocks_choose(struct mln_arena *arena, const struct mln_records *records,
                                  struct mln_link_model *model, struct mln_err *err) {
    struct choice c = {.arena = arena, .records = records, .model = model};
    c.budget = PAIRS_FREE + (uint64_t)PAIRS_A_RECORD * mln_records_n(records);
    for (size_t f = 0; f < model->n_fields && c.n_fields < FIELDS_MAX; f++) {
        if (model->fields[f].type != MLN_FIELD_GEO) {
            c.fields[c.n_fields++] = f;
        }
    }
    MLN_TRY(take_single(&c, err));
    MLN_TRY(take_double(&c, err));
    if (c.n_rules == 0) {
        return mln_err_set(
            err, MLN_BAD_INPUT,
            "no blocking rule can be chosen: no field, and no two of them, have values "
            "in common that make few enough pairs; write the rules under `blocking:`");
    }
    struct mln_block_rule *rules = MLN_ARENA_NEW(arena, struct mln_block_rule, c.n_rules);
    if (rules == NULL) {
        return mln_err_nomem(err, "the blocking rules");
    }
    for (size_t r = 0; r < c.n_rules; r++) {
        MLN_TRY(write_rule(&c, &c.rules[r], &rules[r], err));
    }
    model->rules = rules;
    model->n_rules = c.n_rules;
    return MLN_OK;
}
