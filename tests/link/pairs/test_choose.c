/* Blocking rules chosen from the values. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "fault.h"
#include "link/pairs/world.h"

static const enum mln_field_type four_texts[] = {MLN_FIELD_TEXT, MLN_FIELD_TEXT, MLN_FIELD_TEXT,
                                                 MLN_FIELD_TEXT};
static struct mln_link_field fields[4] = {{.name = {"a", 1}, .from = SIZE_MAX},
                                          {.name = {"b", 1}, .from = SIZE_MAX},
                                          {.name = {"c", 1}, .from = SIZE_MAX},
                                          {.name = {"d", 1}, .from = SIZE_MAX}};

/* Field f of row i has one of `values[f]` values, 0: missing. a and b meet in all combinations. */
static void fill(struct world *w, uint32_t n, const uint32_t values[4], uint32_t first) {
    world_init(w, four_texts, 4, n, 0);
    for (uint32_t row = 0; row < n; row++) {
        const uint32_t i = (row + first) % n;
        const uint32_t parts[4] = {i, i / values[0], i, i};
        for (size_t f = 0; f < 4; f++) {
            char text[16];
            const int said =
                snprintf(text, sizeof text, "%u", values[f] > 0 ? parts[f] % values[f] : 0);
            REQUIRE(said > 0);
            world_text(w, f, row, values[f] > 0 ? text : NULL);
        }
    }
    world_finish(w);
}

static struct mln_link_model bare(size_t n_fields) {
    struct mln_link_model model = world_model(MLN_LINK_DEDUPE, NULL, 0, NULL, 0);
    model.fields = fields;
    model.n_fields = n_fields;
    model.decision.block_share_max = .1;
    return model;
}

static void check_names(const struct mln_link_model *model, const char *const *names, size_t n) {
    ck_assert_uint_eq(model->n_rules, n);
    for (size_t r = 0; r < n; r++) {
        ck_assert_msg(mln_str_eq(model->rules[r].name, mln_str_from(names[r])), "%s: %.*s",
                      names[r], MLN_STR_ARG(model->rules[r].name));
        ck_assert(model->rules[r].kind == MLN_RULE_EQUAL);
    }
}

/* 4,000 records; a and b have 4 values, c 250, d none. A value of a makes 1000 × 999 / 2 = 499,500
 * pairs, a quarter of a's: too many of one value, b the same. a+b: 16 × 250 × 249 / 2 = 498,000
 * pairs, 31,125 a value: few enough to be never refused. c: 250 × 16 × 15 / 2 = 30,000, a rule
 * alone, so that a+c and b+c would add nothing. */
START_TEST(by_hand) {
    static const char *const names[] = {"c", "a+b"};
    struct world w;
    struct mln_err err;
    fill(&w, 4000, (const uint32_t[]){4, 4, 250, 0}, 0);
    struct mln_link_model model = bare(4);
    ck_assert_int_eq(mln_blocks_choose(&w.arena, &w.records, 1, &model, &err), MLN_OK);
    check_names(&model, names, 2);
    ck_assert_uint_eq(model.rules[1].n_fields, 2);
    ck_assert(model.rules[0].train && model.rules[1].train);
    struct mln_blocks *blocks = NULL; /* and they are not refused */
    ck_assert_int_eq(mln_blocks_build(&model, &w.records, 1, &blocks, &err), MLN_OK);
    struct mln_rule_count counts[2];
    mln_blocks_counts(blocks, counts);
    ck_assert_uint_eq(counts[0].pairs, 30000);
    ck_assert_uint_eq(counts[1].pairs, 498000);
    mln_blocks_free(blocks);
    world_release(&w);
}
END_TEST

/* d, 40 values, is made from a: a rule too, after those of the file's fields, but not to learn
 * from. Alone it has to be learnt from. */
START_TEST(fields_made_from_others) {
    static const char *const names[] = {"c", "a+b", "d"};
    struct world w;
    struct mln_err err;
    fill(&w, 4000, (const uint32_t[]){4, 4, 250, 40}, 0);
    struct mln_link_model model = bare(4);
    struct mln_link_field with_made[4];
    memcpy(with_made, fields, sizeof with_made);
    with_made[3].from = 0;
    model.fields = with_made;
    ck_assert_int_eq(mln_blocks_choose(&w.arena, &w.records, 1, &model, &err), MLN_OK);
    check_names(&model, names, 3);
    ck_assert(model.rules[1].train && !model.rules[2].train);
    world_release(&w);
    fill(&w, 4000, (const uint32_t[]){4, 0, 0, 40}, 0);
    model.n_rules = 0;
    ck_assert_int_eq(mln_blocks_choose(&w.arena, &w.records, 1, &model, &err), MLN_OK);
    check_names(&model, names + 2, 1);
    ck_assert(model.rules[0].train);
    world_release(&w);
}
END_TEST

START_TEST(the_order_of_rows_does_not_count) {
    static const char *const names[] = {"c", "a+b"};
    for (uint32_t first = 1; first < 4000; first += 997) {
        struct world w;
        struct mln_err err;
        fill(&w, 4000, (const uint32_t[]){4, 4, 250, 0}, first);
        struct mln_link_model model = bare(4);
        ck_assert_int_eq(mln_blocks_choose(&w.arena, &w.records, 1, &model, &err), MLN_OK);
        check_names(&model, names, 2);
        world_release(&w);
    }
}
END_TEST

/* 10,000 records: 2.4 million pairs may be made, the first half of them by single fields, by one of
 * these 600,000. a and b: 100 × 100 × 99 / 2 = 495,000 each; c: 98 values of 101 records, one of
 * 102: some 500,000, more than the 210,000 that they leave. */
START_TEST(the_budget_is_kept) {
    static const char *const names[] = {"a", "b"};
    struct world w;
    struct mln_err err;
    fill(&w, 10000, (const uint32_t[]){100, 100, 99, 0}, 0);
    struct mln_link_model model = bare(3);
    ck_assert_int_eq(mln_blocks_choose(&w.arena, &w.records, 1, &model, &err), MLN_OK);
    check_names(&model, names, 2);
    world_release(&w);
}
END_TEST

START_TEST(nothing_to_choose) {
    struct world w;
    struct mln_err err;
    fill(&w, 4000, (const uint32_t[]){4, 0, 0, 0}, 0);
    struct mln_link_model model = bare(4);
    ck_assert_int_eq(mln_blocks_choose(&w.arena, &w.records, 1, &model, &err), MLN_BAD_INPUT);
    ck_assert(strstr(err.msg, "write the rules under `blocking:`") != NULL);
    world_release(&w);
}
END_TEST

/* Check's own assertions allocate, so they are called only where one has failed. */
START_TEST(memory) {
    struct world w;
    fill(&w, 4000, (const uint32_t[]){4, 4, 250, 0}, 0);
    for (size_t nth = 1;; nth++) {
        struct mln_err err = {0};
        struct mln_arena arena = MLN_ARENA_INIT;
        struct mln_link_model model = bare(4);
        const size_t live = fault_live();
        fault_arm(FAULT_MEMORY, nth);
        const enum mln_status status = mln_blocks_choose(&arena, &w.records, 1, &model, &err);
        mln_arena_release(&arena);
        const bool happened = fault_disarm();
        if (fault_live() != live) {
            ck_abort_msg("allocation %zu leaks", nth);
        }
        if (!happened) {
            ck_assert_int_eq(status, MLN_OK);
            ck_assert_uint_gt(nth, 5);
            break;
        }
        if (status != MLN_NO_MEMORY || err.msg[0] == '\0') {
            ck_abort_msg("allocation %zu is not told", nth);
        }
    }
    world_release(&w);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("pairs_choose");
    TCase *tcase = tcase_create("all");
    tcase_add_test(tcase, by_hand);
    tcase_add_test(tcase, fields_made_from_others);
    tcase_add_test(tcase, the_order_of_rows_does_not_count);
    tcase_add_test(tcase, the_budget_is_kept);
    tcase_add_test(tcase, nothing_to_choose);
    tcase_add_test(tcase, memory);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
