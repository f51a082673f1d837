/* Study file, grammar, nomenclature, hosts and tabulation with every allocation failing in turn: an error
 * each time, never a plausible result, and nothing left behind. */
#include <check.h>
#include <stdlib.h>

#include "assets/assets.h"
#include "chain/hosts.h"
#include "fault.h"
#include "stage/chain/chain_grammar.h"
#include "stage/study/density.h"
#include "stage/study/tabulate.h"

static enum mln_status parse_study(struct mln_arena *arena, struct mln_err *err) {
    struct mln_study study;
    return mln_study_parse(arena, "s.yaml",
                           mln_asset_find("models/study/violences-conjugales.yaml")->text, &study,
                           err);
}

static enum mln_status parse_grammar(struct mln_arena *arena, struct mln_err *err) {
    struct mln_grammar grammar;
    return mln_grammar_parse(arena, "g.yaml", mln_asset_find("models/chain-grammar.yaml")->text,
                             &grammar, err);
}

static enum mln_status read_codes(struct mln_arena *arena, struct mln_err *err) {
    static const char *const columns[] = {"code", "libelle"};
    struct mln_codes codes;
    return mln_codes_read(arena, "n", MLN_STR_LIT("code,libelle\na,\"b\"\"c\"\n"), columns, 2,
                          &codes, err);
}

static enum mln_status read_density(struct mln_arena *arena, struct mln_err *err) {
    struct mln_density density;
    return mln_density_parse(arena, "n", MLN_STR_LIT("CODGEO,\"a\"\"b\",DENS\n1,,2\n2,,7\n"),
                             &density, err);
}

static enum mln_status find_hosts(struct mln_arena *arena, struct mln_err *err) {
    static struct mln_tie ties[3000];
    struct mln_hosts hosts;
    for (int64_t i = 0; i < 3000; i++) {
        ties[i] =
            (struct mln_tie){i, (i * 7 + 1) % 3001, i % 9 == 0 ? MLN_TIE_SPLIT : MLN_TIE_MOVE};
    }
    return mln_hosts_find(arena, ties, 3000, 10000000, &hosts, err);
}

static enum mln_status tabulate(struct mln_arena *arena, struct mln_err *err) {
    static const struct mln_study_variable seen = {
        .name = "vu", .column = "vu", .label = {"V", "V"}, .missing = {"?", "?"}};
    static const struct mln_study_variable *const dims[] = {&seen};
    static const struct mln_study_measure median = {
        .kind = MLN_STUDY_QUANTILE, .name = "m", .label = {"M", "M"}, .per_mille = 500};
    static const struct mln_study_table spec = {.name = "t",
                                                .title = {"T", "T"},
                                                .unit = {"u", "u"},
                                                .n_dimensions = 1,
                                                .dimensions = dims,
                                                .n_measures = 1,
                                                .measures = &median};
    /* Arrow buffers by hand: 40 rows "00" … "39", day = row, ended, one each. */
    static char bytes[80];
    static int32_t offsets[41], days[40], running[40];
    static int64_t ones[40];
    for (int32_t i = 0; i < 40; i++) {
        bytes[2 * i] = (char)('0' + i / 10);
        bytes[2 * i + 1] = (char)('0' + i % 10);
        offsets[i + 1] = 2 * (i + 1);
        days[i] = i;
        ones[i] = 1;
    }
    const struct mln_column columns[] = {{"k0", MLN_UTF8_TEXT, NULL, offsets, bytes, 0},
                                         {"jours", MLN_INT32, NULL, days, NULL, 0},
                                         {"en_cours", MLN_INT32, NULL, running, NULL, 0},
                                         {"n", MLN_INT64, NULL, ones, NULL, 0}};
    const struct mln_batch batch = {40, 4, columns};
    const struct mln_codes *labels[] = {NULL};
    struct mln_tab tab;
    struct mln_table table;
    enum mln_status status = mln_tab_init(&tab, arena, &spec, err);
    if (status == MLN_OK) {
        status = mln_tab_add(&tab, &batch, err);
    }
    if (status == MLN_OK) {
        status = mln_tab_finish(&tab, labels, 19000, &table, err);
    }
    mln_tab_release(&tab);
    /* no ck_assert here: Check allocates too */
    return status == MLN_OK && table.counts[40] != 40 ? MLN_INTERNAL : status;
}

static enum mln_status (*const jobs[])(struct mln_arena *, struct mln_err *) = {
    parse_study, parse_grammar, read_codes, read_density, find_hosts, tabulate};

START_TEST(every_allocation_fails_in_turn) {
    const size_t before = fault_live();
    size_t nth = 1;
    for (bool failed = true; failed; nth++) {
        struct mln_arena arena = MLN_ARENA_INIT;
        struct mln_err err = {0};
        fault_arm(FAULT_MEMORY, nth);
        const enum mln_status status = jobs[_i](&arena, &err);
        failed = fault_disarm();
        ck_assert_msg(status == (failed ? MLN_NO_MEMORY : MLN_OK), "allocation %zu: status %d: %s",
                      nth, (int)status, err.msg);
        mln_arena_release(&arena);
        ck_assert_uint_eq(fault_live(), before);
    }
    ck_assert_uint_gt(nth, 2); /* at least one allocation was tried */
}
END_TEST

int main(void) {
    Suite *suite = suite_create("study_faults");
    TCase *tc = tcase_create("study_faults");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, every_allocation_fails_in_turn, 0, (int)(sizeof jobs / sizeof *jobs));
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
