/* Which pairs are made: by hand, and against every pair of records tried in turn. */
#include <check.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/thread.h"
#include "link/pairs/collect.h"
#include "link/pairs/world.h"

/* ── rules ── */

enum { RULES = 4, RULE_FIELDS = 3 };

struct rules {
    size_t n;
    struct mln_block_rule rule[RULES];
    size_t field[RULES][RULE_FIELDS];
};

static void random_rules(struct mln_rng *rng, struct rules *rules) {
    static const size_t listed[] = {W_SURNAME, W_BIRTH,   W_CODE, W_DATE, W_DATE2,
                                    W_NUMBER,  W_NUMBER2, W_GEO,  W_LONG, W_LIST};
    *rules = (struct rules){.n = 1 + mln_rng_below(rng, RULES)};
    for (size_t r = 0; r < rules->n; r++) {
        const bool window = mln_rng_below(rng, 4) == 0;
        struct mln_block_rule *rule = &rules->rule[r];
        *rule = (struct mln_block_rule){.name = MLN_STR_LIT("a rule"),
                                        .kind = window ? MLN_RULE_WINDOW : MLN_RULE_EQUAL,
                                        .fields = rules->field[r],
                                        .n_fields = 1 + mln_rng_below(rng, window ? 2 : 3),
                                        .window = mln_rng_below(rng, 6)};
        for (size_t f = 0; f < rule->n_fields; f++) {
            rules->field[r][f] = listed[mln_rng_below(rng, window ? 9 : 10)];
        }
        if (rules->field[r][0] == W_LIST && rules->field[r][1] == W_LIST) {
            rule->n_fields = 2; /* at most two lists */
        }
    }
}

/* ── the slow way: a pair satisfies a rule ── */

static bool list_shares(const struct mln_field_column *c, uint32_t a, uint32_t b) {
    for (uint64_t i = c->start[a]; i < c->start[a + 1]; i++) {
        for (uint64_t j = c->start[b]; j < c->start[b + 1]; j++) {
            if (c->item[i] == c->item[j]) {
                return true;
            }
        }
    }
    return false;
}

static bool field_equal(const struct world *w, size_t field, uint32_t a, uint32_t b) {
    const struct mln_field_column *c = &w->records.fields[field];
    switch (c->type) {
    case MLN_FIELD_TEXT:
        return w->text[field][a].p != NULL && w->text[field][b].p != NULL &&
               mln_str_eq(w->text[field][a], w->text[field][b]);
    case MLN_FIELD_DATE:
        return c->first[a] != MLN_DAY_NONE && c->first[a] == c->last[a] &&
               c->first[b] == c->last[b] && c->first[a] == c->first[b];
    case MLN_FIELD_NUMBER: return c->number[a] == c->number[b];
    case MLN_FIELD_GEO:
        return c->latitude[a] == c->latitude[b] && c->longitude[a] == c->longitude[b];
    case MLN_FIELD_LIST: return list_shares(c, a, b);
    }
    return false;
}

/* Order of two rows by one field; both have a value. */
static int field_order(const struct world *w, size_t field, uint32_t a, uint32_t b) {
    const struct mln_field_column *c = &w->records.fields[field];
    double x = 0, y = 0;
    switch (c->type) {
    case MLN_FIELD_TEXT: return mln_str_cmp(w->text[field][a], w->text[field][b]);
    case MLN_FIELD_DATE:
        x = c->first[a] * 1000.0 + (c->last[a] - c->first[a]);
        y = c->first[b] * 1000.0 + (c->last[b] - c->first[b]);
        break;
    case MLN_FIELD_GEO:
        x = c->latitude[a], y = c->latitude[b];
        if (x == y) {
            x = c->longitude[a], y = c->longitude[b];
        }
        break;
    default: x = c->number[a], y = c->number[b]; break;
    }
    return (x > y) - (x < y);
}

static bool has_value(const struct world *w, size_t field, uint32_t row) {
    const struct mln_field_column *c = &w->records.fields[field];
    return c->type == MLN_FIELD_TEXT     ? w->text[field][row].p != NULL
           : c->type == MLN_FIELD_DATE   ? c->first[row] != MLN_DAY_NONE
           : c->type == MLN_FIELD_NUMBER ? !isnan(c->number[row])
           : c->type == MLN_FIELD_GEO    ? !isnan(c->latitude[row])
                                         : c->start[row] < c->start[row + 1];
}

static int rule_order(const struct world *w, const struct mln_block_rule *rule, uint32_t a,
                      uint32_t b) {
    int order = 0;
    for (size_t f = 0; f < rule->n_fields && order == 0; f++) {
        order = field_order(w, rule->fields[f], a, b);
    }
    return order;
}

static bool has_key(const struct world *w, const struct mln_block_rule *rule, uint32_t row) {
    for (size_t f = 0; f < rule->n_fields; f++) {
        if (!has_value(w, rule->fields[f], row)) {
            return false;
        }
    }
    return true;
}

/* Place of a row in the order of a rule, counted: those with a lesser key, and of equal keys those
 * before it when left and right come in turn (a side that is used up leaves the rest to the other).
 */
static uint32_t place_of(const struct world *w, const struct mln_block_rule *rule, uint32_t row) {
    const struct mln_records *r = &w->records;
    const bool is_left = row < r->n_left;
    uint32_t less = 0, own_before = 0, others = 0;
    for (uint32_t k = 0; k < mln_records_n(r); k++) {
        if (!has_key(w, rule, k)) {
            continue;
        }
        const int order = rule_order(w, rule, k, row);
        less += order < 0;
        if (order == 0 && (k < r->n_left) == is_left) {
            own_before += k < row;
        } else if (order == 0) {
            others++;
        }
    }
    const uint32_t others_before = is_left ? own_before : own_before + 1;
    return less + own_before + (others < others_before ? others : others_before);
}

static bool satisfies(const struct world *w, const struct mln_block_rule *rule,
                      const uint32_t *place, uint32_t a, uint32_t b) {
    if (rule->kind == MLN_RULE_WINDOW) {
        return has_key(w, rule, a) && has_key(w, rule, b) &&
               (place[a] > place[b] ? place[a] - place[b] : place[b] - place[a]) <= rule->window;
    }
    for (size_t f = 0; f < rule->n_fields; f++) {
        if (!field_equal(w, rule->fields[f], a, b)) {
            return false;
        }
    }
    return true;
}

/* ── a world, its rules and its pairs ── */

static const struct mln_level name_levels[] = {
    {.kind = MLN_LEVEL_EXACT, .field = W_SURNAME},
    {.kind = MLN_LEVEL_JARO_WINKLER, .field = W_SURNAME, .at = .8, .prefix_weight = .1},
    {.kind = MLN_LEVEL_ELSE, .field = W_SURNAME}};
static const struct mln_level date_levels[] = {
    {.kind = MLN_LEVEL_EXACT, .field = W_DATE},
    {.kind = MLN_LEVEL_DATE_DIGITS, .field = W_DATE, .at = 1},
    {.kind = MLN_LEVEL_ELSE, .field = W_DATE}};
static const struct mln_level code_levels[] = {{.kind = MLN_LEVEL_EXACT, .field = W_CODE},
                                               {.kind = MLN_LEVEL_ELSE, .field = W_CODE}};
static struct mln_comparison three[] = {{.field = W_SURNAME, .levels = name_levels, .n_levels = 3},
                                        {.field = W_DATE, .levels = date_levels, .n_levels = 3},
                                        {.field = W_CODE, .levels = code_levels, .n_levels = 2}};

struct setting {
    struct world w;
    struct rules rules;
    struct mln_link_model model;
    struct mln_blocks *blocks;
    struct mln_ladder *ladder;
    struct mln_ladder_work *slow;
};

static void setting_build(struct setting *s, enum mln_link_kind kind) {
    struct mln_err err = {0};
    s->model = world_model(kind, three, 3, s->rules.rule, s->rules.n);
    if (mln_blocks_build(&s->model, &s->w.records, 2, &s->blocks, &err) != MLN_OK ||
        mln_ladder_build(&s->model, &s->w.records, 1, &s->ladder, &err) != MLN_OK ||
        mln_ladder_work_new(s->ladder, &s->slow, &err) != MLN_OK) {
        ck_abort_msg("%s", err.msg);
    }
}

static void setting_release(struct setting *s) {
    mln_blocks_free(s->blocks);
    mln_ladder_free(s->ladder);
    mln_ladder_work_free(s->slow);
    world_release(&s->w);
}

/* Places by rule and row; NULL for rules without order. */
static void find_places(const struct setting *s, uint32_t *place[RULES]) {
    const uint32_t n = mln_records_n(&s->w.records);
    for (size_t r = 0; r < s->rules.n; r++) {
        place[r] = malloc((n + 1) * sizeof *place[r]);
        for (uint32_t i = 0; s->rules.rule[r].kind == MLN_RULE_WINDOW && i < n; i++) {
            place[r][i] = place_of(&s->w, &s->rules.rule[r], i);
        }
    }
}

static size_t check_every_pair(const struct setting *s, bool dedupe, size_t only,
                               uint32_t *const place[RULES], const struct collected *c,
                               uint64_t seed) {
    const struct mln_records *r = &s->w.records;
    size_t at = 0, n_new[RULES] = {0};
    for (uint32_t a = 0; a < r->n_left; a++) {
        for (uint32_t b = dedupe ? a + 1 : r->n_left; b < mln_records_n(r); b++) {
            size_t rule = only == SIZE_MAX ? 0 : only;
            const size_t last = only == SIZE_MAX ? s->rules.n : only + 1;
            while (rule < last && !satisfies(&s->w, &s->rules.rule[rule], place[rule], a, b)) {
                rule++;
            }
            const bool here = at < c->n && c->all[at].left == a && c->all[at].right == b;
            if (here != (rule < last) || (here && c->all[at].rule != rule)) {
                ck_abort_msg("seed %" PRIu64 ", pair %u %u: rule %zu of %zu, %s", seed, a, b, rule,
                             last, here ? "streamed" : "not streamed");
            }
            if (here) {
                uint32_t pattern;
                REQUIRE(mln_ladder_pair(s->ladder, s->slow, a, b, &pattern, NULL) == MLN_OK);
                REQUIRE(c->all[at].pattern == pattern);
                n_new[rule]++;
                at++;
            }
        }
    }
    ck_assert_uint_eq(at, c->n); /* none twice, none else */
    struct mln_rule_count counts[RULES];
    mln_blocks_counts(s->blocks, counts);
    for (size_t k = 0; k < s->rules.n; k++) {
        if (only == SIZE_MAX) {
            ck_assert_uint_eq(counts[k].new_pairs, n_new[k]);
        } else if (only == k) {
            size_t n_lists = 0;
            for (size_t f = 0; f < s->rules.rule[k].n_fields; f++) {
                n_lists += s->rules.field[k][f] == W_LIST;
            }
            /* A pair with several elements in common is counted for each. */
            ck_assert(n_lists > 0 ? counts[k].pairs >= c->n : counts[k].pairs == c->n);
        }
    }
    return at;
}

/* What is told of one pair for an explanation. */
static void check_made(const struct setting *s, bool dedupe, uint32_t *const place[RULES]) {
    const struct mln_records *r = &s->w.records;
    for (uint32_t a = 0; a < r->n_left; a++) {
        for (uint32_t b = dedupe ? 0 : r->n_left; b < mln_records_n(r); b++) {
            for (size_t k = 0; k < s->rules.n; k++) {
                REQUIRE(mln_blocks_make(s->blocks, k, a, b) ==
                        (a != b && satisfies(&s->w, &s->rules.rule[k], place[k], a, b)));
            }
        }
    }
}

static void check_keyless(const struct setting *s) {
    struct mln_rule_count counts[RULES];
    mln_blocks_counts(s->blocks, counts);
    for (size_t r = 0; r < s->rules.n; r++) {
        uint64_t keyless[2] = {0, 0};
        const struct mln_block_rule *rule = &s->rules.rule[r];
        for (uint32_t i = 0; i < mln_records_n(&s->w.records); i++) {
            bool some = has_key(&s->w, rule, i);
            for (size_t f = 0; f < rule->n_fields && rule->kind == MLN_RULE_EQUAL; f++) {
                const struct mln_field_column *c = &s->w.records.fields[rule->fields[f]];
                some = some && (c->type != MLN_FIELD_DATE || c->first[i] == c->last[i]);
            }
            keyless[i >= s->w.records.n_left] += !some;
        }
        ck_assert_uint_eq(counts[r].keyless[0], keyless[0]);
        ck_assert_uint_eq(counts[r].keyless[1], keyless[1]);
    }
}

static size_t check_seed(uint64_t seed, uint32_t n_left, uint32_t n_right, uint32_t spread) {
    struct setting s = {0};
    struct mln_rng rng;
    mln_rng_init(&rng, seed, 5, 0);
    const bool dedupe = n_right == 0;
    world_random(&s.w, seed, n_left, n_right, spread);
    random_rules(&rng, &s.rules);
    setting_build(&s, dedupe ? MLN_LINK_DEDUPE : MLN_LINK_TWO_FILES);
    uint32_t *place[RULES];
    find_places(&s, place);
    check_keyless(&s);
    check_made(&s, dedupe, place);
    size_t n = 0;
    for (size_t k = 0; k <= s.rules.n; k++) {
        struct collected c;
        const size_t only = k == s.rules.n ? SIZE_MAX : k;
        REQUIRE(collect(s.blocks, s.ladder, 1 + k % 2, only, &c, NULL) == MLN_OK);
        n += check_every_pair(&s, dedupe, only, place, &c, seed);
        collected_release(&c);
    }
    for (size_t r = 0; r < s.rules.n; r++) {
        free(place[r]);
    }
    setting_release(&s);
    return n;
}

START_TEST(every_pair_once) {
    size_t n = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        n += check_seed(seed, 40, 50, 4 + (uint32_t)seed % 20);
        n += check_seed(seed + 1000, 70, 0, 4 + (uint32_t)seed % 20);
    }
    ck_assert_uint_gt(n, 10000);
}
END_TEST

/* Blocks, candidates and neighbourhoods larger than a tile (1024), and blocks cut between tasks. */
START_TEST(large_blocks) {
    for (size_t dedupe = 0; dedupe < 2; dedupe++) {
        struct setting s = {0};
        world_random(&s.w, 5, dedupe ? 2700 : 1300, dedupe ? 0 : 2200, 2);
        s.rules = (struct rules){.n = 3};
        s.rules.field[0][0] = W_LIST;
        s.rules.field[1][0] = W_SURNAME;
        s.rules.field[2][0] = W_CODE;
        for (size_t r = 0; r < 3; r++) {
            s.rules.rule[r] =
                (struct mln_block_rule){.kind = r == 2 ? MLN_RULE_WINDOW : MLN_RULE_EQUAL,
                                        .fields = s.rules.field[r],
                                        .n_fields = 1,
                                        .window = 1500};
        }
        setting_build(&s, dedupe ? MLN_LINK_DEDUPE : MLN_LINK_TWO_FILES);
        uint32_t *place[RULES];
        find_places(&s, place);
        struct mln_rule_count counts[RULES];
        mln_blocks_counts(s.blocks, counts);
        ck_assert_uint_gt(counts[0].largest, (uint64_t)1 << 20);
        struct collected c;
        REQUIRE(collect(s.blocks, s.ladder, 2, SIZE_MAX, &c, NULL) == MLN_OK);
        ck_assert_uint_gt(c.n_tasks, 20);
        check_every_pair(&s, dedupe, SIZE_MAX, place, &c, 5);
        collected_release(&c);
        REQUIRE(collect(s.blocks, s.ladder, 2, 2, &c, NULL) == MLN_OK);
        check_every_pair(&s, dedupe, 2, place, &c, 5);
        collected_release(&c);
        for (size_t r = 0; r < 3; r++) {
            free(place[r]);
        }
        setting_release(&s);
    }
}
END_TEST

/* ── by hand ── */

/* Left MARTIN, MARTIN, DUPONT, missing; right MARTIN, DUPONT, DUPONT, LEROY: 2 × 1 + 1 × 2 pairs.
 */
START_TEST(by_hand) {
    static const enum mln_field_type types[] = {MLN_FIELD_TEXT};
    const char *const names[] = {"MARTIN", "MARTIN", "DUPONT", NULL,
                                 "MARTIN", "DUPONT", "DUPONT", "LEROY"};
    const size_t field = 0;
    const struct mln_block_rule rule = {.fields = &field, .n_fields = 1};
    struct world w;
    world_init(&w, types, 1, 4, 4);
    for (uint32_t i = 0; i < 8; i++) {
        world_text(&w, 0, i, names[i]);
    }
    world_finish(&w);
    const struct mln_level levels[] = {{.kind = MLN_LEVEL_EXACT}, {.kind = MLN_LEVEL_ELSE}};
    struct mln_comparison c = {.levels = levels, .n_levels = 2};
    const struct mln_link_model model = world_model(MLN_LINK_TWO_FILES, &c, 1, &rule, 1);
    struct mln_blocks *blocks;
    struct mln_ladder *ladder;
    struct mln_rule_count count;
    struct collected found;
    REQUIRE(mln_blocks_build(&model, &w.records, 1, &blocks, NULL) == MLN_OK);
    REQUIRE(mln_ladder_build(&model, &w.records, 1, &ladder, NULL) == MLN_OK);
    REQUIRE(collect(blocks, ladder, 1, SIZE_MAX, &found, NULL) == MLN_OK);
    mln_blocks_counts(blocks, &count);
    ck_assert_uint_eq(count.pairs, 4);
    ck_assert_uint_eq(count.new_pairs, 4);
    ck_assert_uint_eq(count.blocks, 2);
    ck_assert_uint_eq(count.largest, 2);
    ck_assert_uint_eq(count.keyless[0], 1);
    ck_assert_uint_eq(count.keyless[1], 0);
    const uint32_t expected[4][2] = {{0, 4}, {1, 4}, {2, 5}, {2, 6}};
    ck_assert_uint_eq(found.n, 4);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(found.all[i].left, expected[i][0]);
        ck_assert_uint_eq(found.all[i].right, expected[i][1]);
        ck_assert_uint_eq(found.all[i].pattern, 0);
    }
    collected_release(&found);
    mln_blocks_free(blocks);
    mln_ladder_free(ladder);
    world_release(&w);
}
END_TEST

/* Sides without records, one record, nothing but missing values, no rule: no pair and no failure.
 */
START_TEST(nothing_to_pair) {
    const uint32_t sizes[][2] = {{0, 0}, {0, 5}, {5, 0}, {1, 0}, {1, 1}};
    for (size_t k = 0; k < 5; k++) {
        for (size_t dedupe = 0; dedupe < 2; dedupe++) {
            static const enum mln_field_type types[WORLD_FIELDS] = {
                MLN_FIELD_TEXT, MLN_FIELD_TEXT,   MLN_FIELD_TEXT,   MLN_FIELD_TEXT, MLN_FIELD_DATE,
                MLN_FIELD_DATE, MLN_FIELD_NUMBER, MLN_FIELD_NUMBER, MLN_FIELD_LIST, MLN_FIELD_GEO};
            struct setting s = {0};
            const uint32_t n_right = dedupe ? 0 : sizes[k][1];
            world_init(&s.w, types, WORLD_FIELDS, sizes[k][0], n_right);
            const char *const lists[16] = {NULL};
            world_lists(&s.w, W_LIST, lists);
            world_finish(&s.w);
            struct mln_rng rng;
            mln_rng_init(&rng, k, 6, 0);
            random_rules(&rng, &s.rules);
            s.rules.n = k == 4 ? 0 : s.rules.n;
            setting_build(&s, dedupe ? MLN_LINK_DEDUPE : MLN_LINK_TWO_FILES);
            struct collected c;
            REQUIRE(collect(s.blocks, s.ladder, 0, SIZE_MAX, &c, NULL) == MLN_OK);
            ck_assert_uint_eq(c.n, 0);
            collected_release(&c);
            struct mln_pattern_counts counts;
            const struct mln_pairs_options options = {.only_rule = SIZE_MAX};
            REQUIRE(mln_pairs_count(s.blocks, s.ladder, &options, &counts, NULL) == MLN_OK);
            ck_assert_uint_eq(counts.total, 0);
            mln_pattern_counts_release(&counts);
            REQUIRE(mln_pairs_random(&s.w.records, s.model.kind, s.ladder, 1, 100, 0, &counts,
                                     NULL) == MLN_OK);
            const uint64_t n = sizes[k][0];
            ck_assert_uint_eq(counts.total, dedupe ? (n == 0 ? 0 : n * (n - 1) / 2) : n * n_right);
            mln_pattern_counts_release(&counts);
            setting_release(&s);
        }
    }
}
END_TEST

/* ── limits ── */

START_TEST(refusals) {
    struct setting s = {0};
    world_random(&s.w, 3, 2500, 2500, 2);
    s.rules.n = 1;
    s.rules.field[0][0] = W_SURNAME;
    s.rules.rule[0] = (struct mln_block_rule){
        .name = MLN_STR_LIT("by name"), .fields = s.rules.field[0], .n_fields = 1};
    s.model = world_model(MLN_LINK_TWO_FILES, three, 3, s.rules.rule, 1);
    s.model.decision.block_share_max = .1;
    struct mln_err err = {0};
    ck_assert_int_eq(mln_blocks_build(&s.model, &s.w.records, 1, &s.blocks, &err), MLN_BAD_INPUT);
    ck_assert_ptr_null(s.blocks);
    ck_assert_ptr_nonnull(strstr(err.msg, "\"by name\""));
    ck_assert_ptr_nonnull(strstr(err.msg, "add a field"));
    ck_assert_ptr_nonnull(strstr(err.msg, "allow_large"));
    for (uint32_t i = 0; i < 5000; i++) {
        const struct mln_str text = s.w.text[W_SURNAME][i];
        ck_assert(text.n < 4 || strstr(err.msg, text.p) == NULL);
    }
    s.rules.rule[0].allow_large = true;
    ck_assert_int_eq(mln_blocks_build(&s.model, &s.w.records, 1, &s.blocks, &err), MLN_OK);
    mln_blocks_free(s.blocks);
    s.model.decision.pairs_max = 1000;
    ck_assert_int_eq(mln_blocks_build(&s.model, &s.w.records, 1, &s.blocks, &err), MLN_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(err.msg, "pairs_max"));
    world_release(&s.w);
}
END_TEST

START_TEST(interrupted) {
    struct setting s = {0};
    world_random(&s.w, 3, 50, 50, 5);
    s.rules.n = 1;
    s.rules.field[0][0] = W_CODE;
    s.rules.rule[0] = (struct mln_block_rule){.fields = s.rules.field[0], .n_fields = 1};
    setting_build(&s, MLN_LINK_TWO_FILES);
    atomic_store(&mln_interrupt_flag, 1);
    struct collected c;
    struct mln_err err = {0};
    ck_assert_int_eq(collect(s.blocks, s.ladder, 2, SIZE_MAX, &c, &err), MLN_INTERRUPTED);
    atomic_store(&mln_interrupt_flag, 0);
    collected_release(&c);
    setting_release(&s);
}
END_TEST

/* ── order and threads ── */

static int by_both(const void *a, const void *b) {
    const struct seen *x = a, *y = b;
    if (x->left != y->left) {
        return (x->left > y->left) - (x->left < y->left);
    }
    return (x->right > y->right) - (x->right < y->right);
}

/* Rows in another order: the same pairs of records with the same patterns. */
START_TEST(order_of_rows) {
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct setting s = {0}, t = {0};
        struct mln_rng rng;
        mln_rng_init(&rng, seed, 8, 0);
        const uint32_t n_left = 60, n = 120;
        world_random(&s.w, seed, n_left, n - n_left, 8);
        random_rules(&rng, &s.rules);
        for (size_t r = 0; r < s.rules.n; r++) {
            s.rules.rule[r].kind = MLN_RULE_EQUAL; /* ties of a window go by row */
        }
        uint32_t order[120];
        for (uint32_t i = 0; i < n; i++) {
            order[i] = i < n_left ? n_left - 1 - i : n_left + n - 1 - i;
        }
        world_permuted(&t.w, &s.w, order);
        t.rules = s.rules;
        for (size_t r = 0; r < t.rules.n; r++) {
            t.rules.rule[r].fields = t.rules.field[r];
        }
        setting_build(&s, MLN_LINK_TWO_FILES);
        setting_build(&t, MLN_LINK_TWO_FILES);
        struct collected a, b;
        REQUIRE(collect(s.blocks, s.ladder, 1, SIZE_MAX, &a, NULL) == MLN_OK);
        REQUIRE(collect(t.blocks, t.ladder, 1, SIZE_MAX, &b, NULL) == MLN_OK);
        ck_assert_uint_eq(a.n, b.n);
        for (size_t i = 0; i < b.n; i++) {
            b.all[i].left = order[b.all[i].left];
            b.all[i].right = order[b.all[i].right];
        }
        qsort(b.all, b.n, sizeof *b.all, by_both);
        for (size_t i = 0; i < a.n; i++) {
            REQUIRE(a.all[i].left == b.all[i].left && a.all[i].right == b.all[i].right &&
                    a.all[i].pattern == b.all[i].pattern && a.all[i].rule == b.all[i].rule);
        }
        collected_release(&a);
        collected_release(&b);
        setting_release(&s);
        setting_release(&t);
    }
}
END_TEST

struct progress {
    uint64_t done, total;
    size_t calls;
};

static void note_progress(void *ctx, uint64_t done, uint64_t total) {
    struct progress *p = ctx;
    REQUIRE(done > p->done && done <= total);
    *p = (struct progress){done, total, p->calls + 1};
}

/* One, two and eight threads: every task streams the same rows, and counts are the same. */
START_TEST(threads_do_not_matter) {
    for (size_t dedupe = 0; dedupe < 2; dedupe++) {
        struct setting s = {0};
        struct mln_rng rng;
        mln_rng_init(&rng, 12 + dedupe, 9, 0);
        world_random(&s.w, 11, dedupe ? 900 : 500, dedupe ? 0 : 500, 6);
        random_rules(&rng, &s.rules);
        s.rules.n = 3;
        setting_build(&s, dedupe ? MLN_LINK_DEDUPE : MLN_LINK_TWO_FILES);
        struct collected c[3];
        struct mln_pattern_counts counts[3], drawn[3];
        const size_t threads[] = {1, 2, 8};
        for (size_t k = 0; k < 3; k++) {
            struct progress p = {0};
            const struct mln_pairs_options options = {threads[k], SIZE_MAX, note_progress, &p};
            REQUIRE(collect(s.blocks, s.ladder, threads[k], SIZE_MAX, &c[k], NULL) == MLN_OK);
            REQUIRE(mln_pairs_count(s.blocks, s.ladder, &options, &counts[k], NULL) == MLN_OK);
            ck_assert_uint_eq(p.done, p.total);
            REQUIRE(mln_pairs_random(&s.w.records, s.model.kind, s.ladder, 4, 150000, threads[k],
                                     &drawn[k], NULL) == MLN_OK);
            ck_assert_uint_eq(drawn[k].total, 150000);
            ck_assert_uint_eq(counts[k].total, c[0].n);
            REQUIRE(collected_same(&c[0], &c[k]));
            REQUIRE(counts[k].n == counts[0].n && drawn[k].n == drawn[0].n);
            for (size_t i = 0; i < counts[k].n; i++) {
                REQUIRE(counts[k].pattern[i] == counts[0].pattern[i] &&
                        counts[k].count[i] == counts[0].count[i]);
            }
            for (size_t i = 0; i < drawn[k].n; i++) {
                REQUIRE(drawn[k].pattern[i] == drawn[0].pattern[i] &&
                        drawn[k].count[i] == drawn[0].count[i]);
            }
        }
        for (size_t k = 0; k < 3; k++) {
            collected_release(&c[k]);
            mln_pattern_counts_release(&counts[k]);
            mln_pattern_counts_release(&drawn[k]);
        }
        setting_release(&s);
    }
}
END_TEST

/* ── counts ── */

static void check_counts(const struct collected *c, const struct mln_pattern_counts *counts,
                         uint32_t n_patterns) {
    uint64_t *expected = calloc(n_patterns, sizeof *expected);
    size_t at = 0;
    for (size_t i = 0; i < c->n; i++) {
        expected[c->all[i].pattern]++;
    }
    for (uint32_t p = 0; p < n_patterns; p++) {
        if (expected[p] > 0) {
            REQUIRE(at < counts->n && counts->pattern[at] == p && counts->count[at] == expected[p]);
            at++;
        }
    }
    ck_assert_uint_eq(at, counts->n);
    ck_assert_uint_eq(counts->total, c->n);
    free(expected);
}

/* With 3, 10 and 13 comparisons: an array with several counters, an array, a hash table. */
START_TEST(counts_of_patterns) {
    const size_t sizes[] = {3, 10, 13};
    for (size_t k = 0; k < 3; k++) {
        struct setting s = {0};
        struct mln_comparison comparisons[13];
        for (size_t c = 0; c < 13; c++) {
            comparisons[c] = three[c % 3];
        }
        world_random(&s.w, 21, 250, 250, 4);
        s.rules.n = 2;
        s.rules.field[0][0] = W_CODE;
        s.rules.field[1][0] = W_BIRTH;
        for (size_t r = 0; r < 2; r++) {
            s.rules.rule[r] = (struct mln_block_rule){.fields = s.rules.field[r], .n_fields = 1};
        }
        s.model = world_model(MLN_LINK_TWO_FILES, comparisons, sizes[k], s.rules.rule, 2);
        REQUIRE(mln_blocks_build(&s.model, &s.w.records, 1, &s.blocks, NULL) == MLN_OK);
        REQUIRE(mln_ladder_build(&s.model, &s.w.records, 1, &s.ladder, NULL) == MLN_OK);
        for (size_t only = 0; only < 3; only++) {
            struct collected c;
            struct mln_pattern_counts counts;
            const struct mln_pairs_options options = {.n_threads = 2,
                                                      .only_rule = only == 2 ? SIZE_MAX : only};
            REQUIRE(collect(s.blocks, s.ladder, 1, options.only_rule, &c, NULL) == MLN_OK);
            REQUIRE(mln_pairs_count(s.blocks, s.ladder, &options, &counts, NULL) == MLN_OK);
            ck_assert_uint_gt(c.n, 100);
            check_counts(&c, &counts, mln_ladder_patterns(s.ladder));
            collected_release(&c);
            mln_pattern_counts_release(&counts);
        }
        setting_release(&s);
    }
}
END_TEST

/* All pairs when few, else shares near those of all pairs: 200,000 draws, within 5 standard errors.
 */
START_TEST(random_pairs) {
    for (size_t dedupe = 0; dedupe < 2; dedupe++) {
        struct setting s = {0};
        world_random(&s.w, 31, dedupe ? 1500 : 700, dedupe ? 0 : 1100, 6);
        setting_build(&s, dedupe ? MLN_LINK_DEDUPE : MLN_LINK_TWO_FILES);
        const uint32_t n_patterns = mln_ladder_patterns(s.ladder);
        uint64_t *expected = calloc(n_patterns, sizeof *expected), total = 0;
        const struct mln_records *r = &s.w.records;
        for (uint32_t a = 0; a < r->n_left; a++) {
            for (uint32_t b = dedupe ? a + 1 : r->n_left; b < mln_records_n(r); b++, total++) {
                uint32_t pattern;
                REQUIRE(mln_ladder_pair(s.ladder, s.slow, a, b, &pattern, NULL) == MLN_OK);
                expected[pattern]++;
            }
        }
        struct mln_pattern_counts all, drawn;
        REQUIRE(mln_pairs_random(r, s.model.kind, s.ladder, 9, total, 2, &all, NULL) == MLN_OK);
        REQUIRE(mln_pairs_random(r, s.model.kind, s.ladder, 9, 200000, 2, &drawn, NULL) == MLN_OK);
        ck_assert_uint_eq(all.total, total);
        ck_assert_uint_eq(drawn.total, 200000);
        for (size_t i = 0; i < all.n; i++) {
            ck_assert_uint_eq(all.count[i], expected[all.pattern[i]]);
        }
        for (size_t i = 0; i < drawn.n; i++) {
            const double share = (double)expected[drawn.pattern[i]] / (double)total;
            const double error = sqrt(share * (1 - share) * 200000);
            ck_assert(share > 0 && fabs((double)drawn.count[i] - share * 200000) <= 5 * error + 1);
        }
        mln_pattern_counts_release(&all);
        mln_pattern_counts_release(&drawn);
        free(expected);
        setting_release(&s);
    }
}
END_TEST

int main(int argc, char **argv) {
    const bool threads_only = argc > 1 && strcmp(argv[1], "threads") == 0;
    Suite *suite = suite_create("pairs_run");
    TCase *tcase = tcase_create("all");
    tcase_set_timeout(tcase, 300);
    tcase_add_test(tcase, threads_do_not_matter);
    if (!threads_only) {
        tcase_add_test(tcase, every_pair_once);
        tcase_add_test(tcase, large_blocks);
        tcase_add_test(tcase, by_hand);
        tcase_add_test(tcase, nothing_to_pair);
        tcase_add_test(tcase, refusals);
        tcase_add_test(tcase, interrupted);
        tcase_add_test(tcase, order_of_rows);
        tcase_add_test(tcase, counts_of_patterns);
        tcase_add_test(tcase, random_pairs);
    }
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
