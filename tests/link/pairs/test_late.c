/* Conditions that a judge decides: an oracle that says what a level of numbers says must give the same
 * patterns wherever pairs are compared; without a judge nothing is compared; its error is passed on. */
#include <check.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "link/pairs/world.h"
#include "run.h"

enum { LEFT = 300, RIGHT = 310, SPREAD = 12 };

/* |a - b| ≤ 3 as a level of the ladder, and as a condition. */
static const struct mln_level plain[] = {{.kind = MLN_LEVEL_EXACT, .field = W_NUMBER},
                                         {.kind = MLN_LEVEL_NUMBER, .field = W_NUMBER, .at = 3},
                                         {.kind = MLN_LEVEL_PERCENT, .field = W_NUMBER, .at = 50},
                                         {.kind = MLN_LEVEL_ELSE, .field = W_NUMBER}};
static const struct mln_level judged[] = {{.kind = MLN_LEVEL_EXACT, .field = W_NUMBER},
                                          {.kind = MLN_LEVEL_SQL, .field = W_NUMBER},
                                          {.kind = MLN_LEVEL_PERCENT, .field = W_NUMBER, .at = 50},
                                          {.kind = MLN_LEVEL_ELSE, .field = W_NUMBER}};
/* A condition alone: equal codes. */
static const struct mln_level plain_code[] = {{.kind = MLN_LEVEL_EXACT, .field = W_CODE},
                                              {.kind = MLN_LEVEL_ELSE, .field = W_CODE}};
static const struct mln_level judged_code[] = {{.kind = MLN_LEVEL_SQL, .field = W_CODE},
                                               {.kind = MLN_LEVEL_ELSE, .field = W_CODE}};
static const struct mln_level names[] = {
    {.kind = MLN_LEVEL_EXACT, .field = W_SURNAME},
    {.kind = MLN_LEVEL_JARO_WINKLER, .field = W_SURNAME, .at = .8, .prefix_weight = .1},
    {.kind = MLN_LEVEL_ELSE, .field = W_SURNAME}};
static const size_t fields[][1] = {{W_SURNAME}, {W_CODE}, {W_DATE}};
static const struct mln_block_rule rules[] = {
    {.kind = MLN_RULE_EQUAL, .fields = fields[0], .n_fields = 1, .allow_large = true},
    {.kind = MLN_RULE_EQUAL, .fields = fields[1], .n_fields = 1, .allow_large = true},
    {.kind = MLN_RULE_WINDOW, .fields = fields[2], .n_fields = 1, .window = 3}};

struct oracle {
    const struct mln_records *records;
    atomic_size_t asked, calls;
    size_t fail_at; /* this call fails; 0: none */
};

static enum mln_status holds(void *ctx, size_t k, const uint32_t *left, const uint32_t *right, size_t n,
                             uint8_t *out, struct mln_err *err) {
    struct oracle *o = ctx;
    const size_t call = atomic_fetch_add(&o->calls, 1) + 1;
    atomic_fetch_add(&o->asked, n);
    if (call == o->fail_at) {
        return mln_err_set(err, MLN_BAD_INPUT, "the judge is gone");
    }
    for (size_t i = 0; i < n; i++) {
        const double *x = o->records->fields[W_NUMBER].number;
        const uint32_t *code = o->records->fields[W_CODE].ids;
        out[i] = k == 0 ? fabs(x[left[i]] - x[right[i]]) <= 3
                        : code[left[i]] == code[right[i]] && code[left[i]] != MLN_STRSET_MISSING;
    }
    return MLN_OK;
}

struct setup {
    struct world world;
    struct mln_comparison comparisons[2][3]; /* plain, judged */
    struct mln_link_model model[2];
    struct mln_blocks *blocks;
    struct mln_ladder *ladder[2];
    struct oracle oracle;
    struct mln_judge judge;
};

static void set_up(struct setup *s, enum mln_link_kind kind) {
    const struct mln_level *numbers[] = {plain, judged}, *codes[] = {plain_code, judged_code};
    world_random(&s->world, 7, LEFT, kind == MLN_LINK_DEDUPE ? 0 : RIGHT, SPREAD);
    for (size_t m = 0; m < 2; m++) {
        s->comparisons[m][0] = (struct mln_comparison){.field = W_NUMBER, .levels = numbers[m], .n_levels = 4};
        s->comparisons[m][1] = (struct mln_comparison){.field = W_SURNAME, .levels = names, .n_levels = 3};
        s->comparisons[m][2] = (struct mln_comparison){.field = W_CODE, .levels = codes[m], .n_levels = 2};
        s->model[m] = world_model(kind, s->comparisons[m], 3, rules, 3);
        REQUIRE(mln_ladder_build(&s->model[m], &s->world.records, 1, &s->ladder[m], NULL) == MLN_OK);
    }
    REQUIRE(mln_blocks_build(&s->model[0], &s->world.records, 1, &s->blocks, NULL) == MLN_OK);
    s->oracle.records = &s->world.records;
    s->judge = (struct mln_judge){&s->oracle, holds};
    REQUIRE(mln_ladder_conditions(s->ladder[0]) == 0 && mln_ladder_conditions(s->ladder[1]) == 2);
    REQUIRE(mln_ladder_condition(s->ladder[1], 0) == &judged[1]);
}

static void tear_down(struct setup *s) {
    mln_blocks_free(s->blocks);
    mln_ladder_free(s->ladder[0]);
    mln_ladder_free(s->ladder[1]);
    world_release(&s->world);
}

static void must_equal(struct mln_pattern_counts *a, struct mln_pattern_counts *b) {
    REQUIRE(a->n == b->n && a->total == b->total && a->total > 0);
    for (size_t i = 0; i < a->n; i++) {
        REQUIRE(a->pattern[i] == b->pattern[i] && a->count[i] == b->count[i]);
    }
    mln_pattern_counts_release(a);
    mln_pattern_counts_release(b);
}

static void counts_agree(const struct setup *s, size_t rule, size_t n_threads) {
    struct mln_pattern_counts counts[2];
    const struct mln_pairs_options options = {.n_threads = n_threads, .only_rule = rule};
    for (size_t m = 0; m < 2; m++) {
        REQUIRE(mln_pairs_count(s->blocks, s->ladder[m], &options, &counts[m], NULL) == MLN_OK);
    }
    must_equal(&counts[0], &counts[1]);
}

/* Every pair, and pairs drawn: more than are gathered at once. */
static void random_agree(const struct setup *s, uint64_t n_pairs, size_t n_threads) {
    struct mln_pattern_counts counts[2];
    for (size_t m = 0; m < 2; m++) {
        REQUIRE(mln_pairs_random(&s->world.records, s->model[m].kind, s->ladder[m], 3, n_pairs, n_threads,
                                 &counts[m], NULL) == MLN_OK);
    }
    must_equal(&counts[0], &counts[1]);
}

static void pairs_agree(const struct setup *s) {
    struct mln_ladder_work *work[2];
    uint32_t left[500], right[500], many[500];
    const uint32_t n = mln_records_n(&s->world.records);
    for (size_t m = 0; m < 2; m++) {
        REQUIRE(mln_ladder_work_new(s->ladder[m], &work[m], NULL) == MLN_OK);
    }
    for (uint32_t i = 0; i < 500; i++) {
        left[i] = i * 37 % n;
        right[i] = i * 101 % n;
    }
    REQUIRE(mln_ladder_pairs(s->ladder[1], work[1], left, right, 500, many, NULL) == MLN_OK);
    for (uint32_t i = 0; i < 500; i++) {
        uint32_t one[2];
        for (size_t m = 0; m < 2; m++) {
            REQUIRE(mln_ladder_pair(s->ladder[m], work[m], left[i], right[i], &one[m], NULL) == MLN_OK);
        }
        REQUIRE(one[0] == one[1] && one[0] == many[i]);
    }
    mln_ladder_work_free(work[0]);
    mln_ladder_work_free(work[1]);
}

START_TEST(the_judge_and_the_ladder_agree) {
    static const enum mln_link_kind kinds[] = {MLN_LINK_TWO_FILES, MLN_LINK_DEDUPE};
    for (size_t k = 0; k < 2; k++) {
        struct setup s = {0};
        set_up(&s, kinds[k]);
        mln_ladder_judge(s.ladder[1], &s.judge);
        for (size_t threads = 1; threads <= 3; threads += 2) {
            counts_agree(&s, SIZE_MAX, threads);
            for (size_t r = 0; r < 3; r++) {
                counts_agree(&s, r, threads);
            }
            random_agree(&s, UINT64_MAX, threads);
            random_agree(&s, k == 0 ? 80000 : 30000, threads);
        }
        pairs_agree(&s);
        ck_assert_uint_gt(atomic_load(&s.oracle.asked), 1000);
        tear_down(&s);
    }
}
END_TEST

/* Only pairs that a condition could better are asked about: with `exact` first, not the equal ones. */
START_TEST(only_open_pairs_are_asked_about) {
    struct setup s = {0};
    struct mln_ladder_work *work = NULL;
    uint32_t pattern = 0;
    set_up(&s, MLN_LINK_TWO_FILES);
    mln_ladder_judge(s.ladder[1], &s.judge);
    REQUIRE(mln_ladder_work_new(s.ladder[1], &work, NULL) == MLN_OK);
    uint32_t row = 0;
    while (isnan(s.world.records.fields[W_NUMBER].number[row])) {
        row++;
    }
    REQUIRE(mln_ladder_pair(s.ladder[1], work, row, row, &pattern, NULL) == MLN_OK);
    ck_assert_uint_eq(atomic_load(&s.oracle.asked), 1); /* the codes, which have no level before it */
    mln_ladder_work_free(work);
    tear_down(&s);
}
END_TEST

START_TEST(nobody_to_judge) {
    struct setup s = {0};
    struct mln_err err = {0};
    struct mln_pattern_counts counts;
    struct mln_ladder_work *work = NULL;
    uint32_t pattern;
    const struct mln_pairs_options options = {.n_threads = 1, .only_rule = SIZE_MAX};
    set_up(&s, MLN_LINK_TWO_FILES);
    REQUIRE(mln_ladder_work_new(s.ladder[1], &work, NULL) == MLN_OK);
    ck_assert_int_eq(mln_pairs_count(s.blocks, s.ladder[1], &options, &counts, &err), MLN_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(err.msg, "a condition in SQL, which needs an engine"));
    ck_assert_int_eq(mln_ladder_pair(s.ladder[1], work, 0, 1, &pattern, &err), MLN_BAD_INPUT);
    ck_assert_int_eq(mln_pairs_random(&s.world.records, MLN_LINK_TWO_FILES, s.ladder[1], 1, 100, 1, &counts, &err),
                     MLN_BAD_INPUT);
    mln_ladder_work_free(work);
    tear_down(&s);
}
END_TEST

START_TEST(an_error_of_the_judge_is_passed_on) {
    struct setup s = {0};
    const struct mln_pairs_options options = {.n_threads = 2, .only_rule = SIZE_MAX};
    set_up(&s, MLN_LINK_TWO_FILES);
    mln_ladder_judge(s.ladder[1], &s.judge);
    for (s.oracle.fail_at = 1; s.oracle.fail_at < 4; s.oracle.fail_at++) {
        struct mln_err err = {0};
        struct mln_pattern_counts counts;
        atomic_store(&s.oracle.calls, 0);
        ck_assert_int_eq(mln_pairs_count(s.blocks, s.ladder[1], &options, &counts, &err), MLN_BAD_INPUT);
        ck_assert_str_eq(err.msg, "the judge is gone");
        atomic_store(&s.oracle.calls, 0);
        ck_assert_int_eq(mln_pairs_random(&s.world.records, MLN_LINK_TWO_FILES, s.ladder[1], 1, 80000, 1, &counts,
                                          &err),
                         MLN_BAD_INPUT);
    }
    tear_down(&s);
}
END_TEST

MLN_TEST_MAIN("pairs_late", the_judge_and_the_ladder_agree, only_open_pairs_are_asked_about, nobody_to_judge,
              an_error_of_the_judge_is_passed_on)
