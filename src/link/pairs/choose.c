/* Blocking rules for a model that has none, from how many pairs each would make.
 *
 * A rule finds the matches that agree on its fields, so few fields a rule and many rules find most;
 * what bounds them is the number of pairs. Fields that are cheap alone are rules; those that are
 * not are taken two by two. First the fields of the file have their turn, with half of the pairs,
 * then those made from others as well. */
#include <stdlib.h>
#include <string.h>

#include "base/thread.h"
#include "link/pairs/blocks.h"

enum {
    RULES_MAX = 24,
    FIELDS_MAX = 64,
    MEASURED_MAX = 32, /* two by two, those that should make fewest */
    PAIRS_A_RECORD = 40,
    PAIRS_FREE = 2000000,
};
static const uint64_t large_block = 100000; /* a tenth of the million below which none is refused */

struct candidate {
    size_t fields[2];
    size_t n_fields;
    double expected; /* pairs, were the fields independent */
    uint64_t pairs, largest;
};

struct choice {
    struct mln_arena *arena;
    const struct mln_records *records;
    const struct mln_link_model *model;
    size_t n_threads;
    struct candidate single[FIELDS_MAX]; /* fields that records can be put in blocks by */
    size_t n_single;
    bool taken[FIELDS_MAX]; /* a rule alone */
    struct candidate rules[RULES_MAX];
    size_t n_rules;
    uint64_t budget; /* pairs that may still be made */
};

/* ── what a rule would make ── */

struct measuring {
    const struct choice *choice;
    struct candidate *candidates;
};

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

static enum mln_status measure_one(void *ctx, size_t i, struct mln_err *err) {
    const struct measuring *m = ctx;
    struct candidate *const out = &m->candidates[i];
    const struct mln_block_rule rule = {
        .kind = MLN_RULE_EQUAL, .fields = out->fields, .n_fields = out->n_fields};
    struct mln_link_model model = *m->choice->model;
    model.rules = &rule;
    model.n_rules = 1;
    struct mln_rule_keys keys;
    MLN_TRY(mln_check_interrupt(err));
    MLN_TRY(mln_rule_keys_build(&model, 0, m->choice->records, &keys, err));
    count_pairs(m->choice, &keys, out);
    mln_rule_keys_release(&keys);
    return MLN_OK;
}

static enum mln_status measure(const struct choice *c, struct candidate *all, size_t n,
                               struct mln_err *err) {
    struct measuring m = {c, all};
    return mln_parallel(c->n_threads, n, measure_one, &m, err);
}

/* ── choosing ── */

static bool made(const struct choice *c, const struct candidate *rule) {
    bool from_another = false;
    for (size_t f = 0; f < rule->n_fields; f++) {
        from_another |= c->model->fields[rule->fields[f]].from != SIZE_MAX;
    }
    return from_another;
}

/* Not refused, whatever else there is. */
static bool may_block(const struct choice *c, const struct candidate *rule) {
    const double share = c->model->decision.block_share_max;
    return rule->pairs > 0 &&
           (rule->largest <= large_block || (double)rule->largest <= share * (double)rule->pairs);
}

static int by_fields(const struct candidate *x, const struct candidate *y) {
    for (size_t f = 0; f < x->n_fields; f++) {
        if (x->fields[f] != y->fields[f]) {
            return x->fields[f] < y->fields[f] ? -1 : 1;
        }
    }
    return 0;
}

static int by_pairs(const void *a, const void *b) {
    const struct candidate *x = a;
    const struct candidate *y = b;
    return x->pairs < y->pairs ? -1 : x->pairs > y->pairs ? 1 : by_fields(x, y);
}

static int by_expected(const void *a, const void *b) {
    const struct candidate *x = a;
    const struct candidate *y = b;
    return x->expected < y->expected ? -1 : x->expected > y->expected ? 1 : by_fields(x, y);
}

/* The cheapest first, while `limit` and the budget last, none above half of `limit` when alone. */
static void take(struct choice *c, struct candidate *all, size_t n, uint64_t limit) {
    qsort(all, n, sizeof *all, by_pairs);
    uint64_t left = limit < c->budget ? limit : c->budget;
    const uint64_t most = n > 0 && all[0].n_fields == 1 ? limit / 2 : limit;
    for (size_t i = 0; i < n && c->n_rules < RULES_MAX; i++) {
        if (may_block(c, &all[i]) && all[i].pairs <= most && all[i].pairs <= left) {
            left -= all[i].pairs;
            c->budget -= all[i].pairs;
            c->rules[c->n_rules++] = all[i];
        }
    }
}

static void take_single(struct choice *c, bool of_made, uint64_t limit) {
    struct candidate turn[FIELDS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < c->n_single; i++) {
        if (made(c, &c->single[i]) == of_made) {
            turn[n++] = c->single[i];
        }
    }
    take(c, turn, n, limit);
    for (size_t i = 0; i < c->n_single; i++) {
        for (size_t r = 0; r < c->n_rules; r++) {
            c->taken[i] = c->taken[i] || (c->rules[r].n_fields == 1 &&
                                          c->rules[r].fields[0] == c->single[i].fields[0]);
        }
    }
}

static size_t root_of(const struct mln_link_model *model, size_t field) {
    while (model->fields[field].from != SIZE_MAX) {
        field = model->fields[field].from;
    }
    return field;
}

static double all_pairs(const struct choice *c) {
    const double n = c->records->n_left;
    return c->model->kind == MLN_LINK_DEDUPE ? n * (n - 1) / 2 : n * c->records->n_right;
}

/* Of two fields that are no rules alone. */
static size_t list_double(const struct choice *c, bool of_made, struct candidate *all) {
    size_t n = 0;
    for (size_t i = 0; i < c->n_single; i++) {
        for (size_t j = i + 1; j < c->n_single; j++) {
            const struct candidate *a = &c->single[i];
            const struct candidate *b = &c->single[j];
            const struct candidate both = {.fields = {a->fields[0], b->fields[0]},
                                           .n_fields = 2,
                                           .expected =
                                               (double)a->pairs * (double)b->pairs / all_pairs(c)};
            if (!c->taken[i] && !c->taken[j] && made(c, &both) == of_made && a->pairs > 0 &&
                b->pairs > 0 &&
                root_of(c->model, a->fields[0]) != root_of(c->model, b->fields[0])) {
                all[n++] = both;
            }
        }
    }
    qsort(all, n, sizeof *all, by_expected);
    return n < MEASURED_MAX ? n : MEASURED_MAX;
}

static enum mln_status take_double(struct choice *c, bool of_made, uint64_t limit,
                                   struct mln_err *err) {
    struct candidate *all = calloc((size_t)FIELDS_MAX * FIELDS_MAX, sizeof *all);
    if (all == NULL) {
        return mln_err_nomem(err, "the choice of blocking rules");
    }
    const size_t n = list_double(c, of_made, all);
    const enum mln_status status = measure(c, all, n, err);
    if (status == MLN_OK) {
        take(c, all, n, limit);
    }
    free(all);
    return status;
}

static enum mln_status choose(struct choice *c, struct mln_err *err) {
    const uint64_t half = c->budget / 2;
    MLN_TRY(measure(c, c->single, c->n_single, err));
    take_single(c, false, half);
    MLN_TRY(take_double(c, false, c->budget - half, err));
    take_single(c, true, c->budget);
    return take_double(c, true, c->budget, err);
}

/* ── as rules of the model ── */

static enum mln_status write_rule(const struct choice *c, const struct candidate *from, bool train,
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
                                   .train = train};
    return MLN_OK;
}

static enum mln_status write_rules(const struct choice *c, struct mln_link_model *model,
                                   struct mln_err *err) {
    struct mln_block_rule *rules = MLN_ARENA_NEW(c->arena, struct mln_block_rule, c->n_rules);
    if (rules == NULL) {
        return mln_err_nomem(err, "the blocking rules");
    }
    bool any_trains = false;
    for (size_t r = 0; r < c->n_rules; r++) {
        any_trains = any_trains || !made(c, &c->rules[r]);
    }
    for (size_t r = 0; r < c->n_rules; r++) {
        const bool train = !any_trains || !made(c, &c->rules[r]);
        MLN_TRY(write_rule(c, &c->rules[r], train, &rules[r], err));
    }
    model->rules = rules;
    model->n_rules = c->n_rules;
    return MLN_OK;
}

enum mln_status mln_blocks_choose(struct mln_arena *arena, const struct mln_records *records,
                                  size_t n_threads, struct mln_link_model *model,
                                  struct mln_err *err) {
    struct choice *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return mln_err_nomem(err, "the choice of blocking rules");
    }
    *c =
        (struct choice){.arena = arena, .records = records, .model = model, .n_threads = n_threads};
    c->budget = PAIRS_FREE + (uint64_t)PAIRS_A_RECORD * mln_records_n(records);
    for (size_t f = 0; f < model->n_fields && c->n_single < FIELDS_MAX; f++) {
        if (model->fields[f].type != MLN_FIELD_GEO) {
            c->single[c->n_single++] = (struct candidate){.fields = {f}, .n_fields = 1};
        }
    }
    enum mln_status status = choose(c, err);
    if (status == MLN_OK && c->n_rules == 0) {
        status = mln_err_set(err, MLN_BAD_INPUT,
                             "no blocking rule can be chosen: no field, and no two of them, have "
                             "values in common that make few enough pairs; write the rules under "
                             "`blocking:`");
    }
    if (status == MLN_OK) {
        status = write_rules(c, model, err);
    }
    free(c);
    return status;
}
