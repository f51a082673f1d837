/* Every allocation of blocks, ladders, streams and counts, failed in turn: MLN_NO_MEMORY, a
 * message, nothing leaked. */
#include <check.h>
#include <stdlib.h>

#include "fault.h"
#include "link/pairs/collect.h"
#include "link/pairs/world.h"

/* Check's own assertions allocate, so they are called only where one has failed. */
#define MUST(holds)                     \
    do {                                \
        if (!(holds)) {                 \
            (void)fault_disarm();       \
            ck_abort_msg("%s", #holds); \
        }                               \
    } while (0)

/* One level at least of each step that keeps something of its own. */
static const struct mln_level texts[] = {
    {.kind = MLN_LEVEL_EXACT, .field = W_LONG},
    {.kind = MLN_LEVEL_JARO_WINKLER, .field = W_LONG, .at = .5, .prefix_weight = .1},
    {.kind = MLN_LEVEL_DAMERAU, .field = W_LONG, .at = 9},
    {.kind = MLN_LEVEL_DICE, .field = W_LONG, .at = .3, .q = 2},
    {.kind = MLN_LEVEL_WORDS, .field = W_LONG, .at = 1},
    {.kind = MLN_LEVEL_ELSE, .field = W_LONG}};
static const struct mln_level names[] = {
    {.kind = MLN_LEVEL_SWAPPED, .field = W_SURNAME, .other_field = W_BIRTH},
    {.kind = MLN_LEVEL_PREFIX, .field = W_SURNAME, .at = 2},
    {.kind = MLN_LEVEL_ELSE, .field = W_SURNAME}};
static const struct mln_level lists[] = {{.kind = MLN_LEVEL_JACCARD, .field = W_LIST, .at = .5},
                                         {.kind = MLN_LEVEL_ELSE, .field = W_LIST}};
static struct mln_comparison comparisons[] = {{.field = W_LONG, .levels = texts, .n_levels = 6},
                                              {.field = W_SURNAME, .levels = names, .n_levels = 3},
                                              {.field = W_LIST, .levels = lists, .n_levels = 2}};
static const size_t fields[][2] = {{W_LIST, W_CODE}, {W_SURNAME, W_NUMBER}, {W_DATE, W_SURNAME}};
static const struct mln_block_rule rules[] = {
    {.kind = MLN_RULE_EQUAL, .fields = fields[0], .n_fields = 2},
    {.kind = MLN_RULE_EQUAL, .fields = fields[1], .n_fields = 1},
    {.kind = MLN_RULE_WINDOW, .fields = fields[2], .n_fields = 2, .window = 3}};

static enum mln_status stream(const struct mln_blocks *blocks, const struct mln_ladder *ladder,
                              struct mln_err *err) {
    struct collected c;
    struct mln_pattern_counts counts;
    const struct mln_pairs_options options = {.n_threads = 1, .only_rule = SIZE_MAX};
    const enum mln_status status = collect(blocks, ladder, 1, SIZE_MAX, &c, err);
    const size_t n = c.n;
    collected_release(&c);
    MLN_TRY(status);
    MLN_TRY(mln_pairs_count(blocks, ladder, &options, &counts, err));
    MUST(counts.total == n && n > 100);
    mln_pattern_counts_release(&counts);
    return MLN_OK;
}

static enum mln_status scenario(const struct world *w, const struct mln_link_model *model,
                                struct mln_err *err) {
    struct mln_blocks *blocks = NULL;
    struct mln_ladder *ladder = NULL;
    struct mln_ladder_work *work = NULL;
    struct mln_pattern_counts counts = {0};
    uint32_t pattern;
    enum mln_status status = MLN_OK;
    MLN_TRY_GOTO(status, mln_blocks_build(model, &w->records, 1, &blocks, err), done);
    MLN_TRY_GOTO(status, mln_ladder_build(model, &w->records, 1, &ladder, err), done);
    MLN_TRY_GOTO(status, mln_ladder_work_new(ladder, &work, err), done);
    for (uint32_t i = 0; i < 10; i++) {
        MLN_TRY_GOTO(status, mln_ladder_pair(ladder, work, i, 40 + i, &pattern, err), done);
    }
    MLN_TRY_GOTO(status, stream(blocks, ladder, err), done);
    MLN_TRY_GOTO(status,
                 mln_pairs_random(&w->records, model->kind, ladder, 1, 500, 1, &counts, err), done);
    MUST(counts.total == 500);
done:
    mln_pattern_counts_release(&counts);
    mln_ladder_work_free(work);
    mln_ladder_free(ladder);
    mln_blocks_free(blocks);
    return status;
}

START_TEST(memory) {
    struct world w;
    world_random(&w, 17, 40, 40, 6);
    const struct mln_link_model model = world_model(MLN_LINK_TWO_FILES, comparisons, 3, rules, 3);
    for (size_t nth = 1;; nth++) {
        struct mln_err err = {0};
        const size_t live = fault_live();
        fault_arm(FAULT_MEMORY, nth);
        const enum mln_status status = scenario(&w, &model, &err);
        const bool happened = fault_disarm();
        MUST(fault_live() == live);
        if (!happened) {
            ck_assert_int_eq(status, MLN_OK);
            ck_assert_uint_gt(nth, 100);
            break;
        }
        MUST(status == MLN_NO_MEMORY && err.msg[0] != '\0');
    }
    world_release(&w);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("pairs_faults");
    TCase *tcase = tcase_create("all");
    tcase_set_timeout(tcase, 300);
    tcase_add_test(tcase, memory);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
