/* Contract, files, header, rows, keys and rejects with every allocation failing in turn: an error
 * each time, never a plausible result, and nothing left behind. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "fault.h"
#include "memory_io.h"
#include "small_model.h"
#include "source/dictionary.h"
#include "source/key_set.h"
#include "source/rejects.h"
#include "source/typing.h"

static const char contract_text[] = "version: 1\n"
                                    "defaults: {missing: [NR], dates: [dd/mm/yyyy, yyyymmdd]}\n"
                                    "tables:\n"
                                    "  dossier:\n"
                                    "    - file: [a.csv, b.csv]\n"
                                    "      columns:\n"
                                    "        no: N\n"
                                    "        sexe: {values: {1: M, 2: F}, words: [F, M]}\n"
                                    "        jour: {constant: 20210101}\n"
                                    "        faits: absent\n"
                                    "      ignore: [autre]\n"
                                    "    - {format: sas7bdat, colums: {}}\n"
                                    "  piece: {ignore: others}\n";

static const struct mln_str header[] = {{"N", 1}, {"sexe", 4}, {"age", 3}, {"lieu", 4},
                                        {"autre", 5}, {"de trop", 7}};

/* Two faults are told in the contract, one in the header. */
static enum mln_status read_contract(struct mln_arena *arena, struct mln_err *err) {
    struct mln_model model;
    struct mln_contract contract;
    struct mln_contract_file *files = NULL;
    struct mln_binding binding;
    struct mln_cell_rule rule;
    struct mln_findings findings = {.arena = arena};
    size_t n = 0;
    MLN_TRY(mln_model_read(arena, "model.yaml", mln_str_from(small_model), &model, err));
    MLN_TRY(mln_contract_read(arena, "c.yaml", mln_str_from(contract_text), &model, &contract,
                              &findings, err));
    MLN_TRY(mln_contract_files(arena, &contract, &files, &n, &findings, err));
    MLN_TRY(mln_binding_make(arena, &contract.sources[0], &model.tables[0], "a.csv", header, 6,
                             &binding, &findings, err));
    MLN_TRY(mln_cell_rule_make(arena, &model.tables[0].columns[2],
                               &contract.sources[0].columns[2], MLN_FORMAT_SAS, NULL, &rule, err));
    /* no ck_assert here: Check allocates too */
    const bool whole = findings.n == 2 && contract.n_sources == 2 && n == 3 &&
                       binding.n_selected == 4 && rule.n_dates == 4;
    return whole ? MLN_OK : mln_err_set(err, MLN_INTERNAL, "another result");
}

static enum mln_status take_rows(void *ctx, const struct mln_cells *cells, struct mln_err *err) {
    (void)err;
    *(size_t *)ctx += cells->n_rows;
    return MLN_OK;
}

static enum mln_status read_rows(struct mln_arena *arena, struct mln_err *err) {
    (void)arena;
    static const char text[] = "a;\"b\"\"c\"\n\"x\"\"\xE9\";2\n\xE9;3\n";
    struct memory_file file = {.bytes = {text, sizeof text - 1}, .piece = 5};
    const struct mln_io io = memory_io(&file);
    const struct mln_source_options options = {
        .quote = '"', .encoding = MLN_LATIN_1, .io = &io, .shown = "a.csv"};
    struct mln_source *source = NULL;
    size_t rows = 0;
    MLN_TRY(mln_source_open("a.csv", &options, &source, err));
    const enum mln_status status = mln_source_stream(source, take_rows, &rows, err);
    mln_source_close(source);
    return status == MLN_OK && rows != 2 ? MLN_INTERNAL : status;
}

/* All the types, dictionaries and lists, compressed. The file itself is read before the counting begins. */
static struct mln_buf arrow_bytes;

static enum mln_status read_arrow(struct mln_arena *arena, struct mln_err *err) {
    (void)arena;
    static const char bars[] = "||||||||||||||||||||||||||||||||";
    struct memory_file file = {.bytes = mln_buf_view(&arrow_bytes)};
    const struct mln_io io = memory_io(&file);
    const struct mln_source_options options = {
        .format = MLN_FORMAT_ARROW, .io = &io, .shown = "a.arrow"};
    struct mln_source *source = NULL;
    size_t rows = 0;
    MLN_TRY(mln_source_open("a.arrow", &options, &source, err));
    mln_source_separate(source, bars);
    const enum mln_status status = mln_source_stream(source, take_rows, &rows, err);
    mln_source_close(source);
    return status == MLN_OK && rows != 4 ? MLN_INTERNAL : status;
}

static enum mln_status fill_sets(struct mln_arena *arena, struct mln_err *err) {
    const struct mln_hash128_key key = {{1}};
    static const struct mln_str codes[] = {{"01004", 5}, {"a long code", 11}};
    struct mln_code_set *set = NULL;
    MLN_TRY(mln_code_set_new(arena, codes, 2, &set, err));
    struct mln_key_set keys = MLN_KEY_SET_INIT;
    enum mln_status status = MLN_OK;
    for (uint32_t i = 1; i < 3000 && status == MLN_OK; i++) {
        const struct mln_key_entry *found = NULL;
        status = mln_key_set_add(&keys, mln_hash128(&key, &i, sizeof i), i, 0, &found, err);
    }
    mln_key_set_release(&keys);
    return status;
}

static enum mln_status collect_rejects(struct mln_arena *arena, struct mln_err *err) {
    (void)arena;
    struct mln_rejects rejects = MLN_REJECTS_INIT;
    enum mln_status status = MLN_OK;
    for (uint64_t i = 1; i < 3000 && status == MLN_OK; i++) {
        status = mln_rejects_add(&rejects, (struct mln_reject){i, 0, 0, MLN_REASON_KEY}, true, err);
    }
    struct mln_buf text = MLN_BUF_INIT;
    mln_rejects_main_reasons(&rejects, &text);
    mln_rejects_cell(&text, MLN_STR_LIT("a;b"));
    if (status == MLN_OK) {
        status = mln_buf_check(&text, "a line", err);
    }
    mln_rejects_release(&rejects);
    mln_buf_release(&text);
    return status;
}

static enum mln_status print_dictionary(struct mln_arena *arena, struct mln_err *err) {
    struct mln_model model;
    struct mln_buf page = MLN_BUF_INIT;
    MLN_TRY(mln_model_read(arena, "model.yaml", mln_str_from(small_model), &model, err));
    mln_dictionary_print(&model, &page);
    const enum mln_status status = mln_buf_check(&page, "the dictionary", err);
    mln_buf_release(&page);
    return status;
}

static enum mln_status (*const jobs[])(struct mln_arena *, struct mln_err *) = {
    read_contract, read_rows, read_arrow, fill_sets, collect_rejects, print_dictionary};

START_TEST(every_allocation_fails_in_turn) {
    const size_t before = fault_live();
    size_t nth = 1;
    for (bool failed = true; failed; nth++) {
        struct mln_arena arena = MLN_ARENA_INIT;
        struct mln_err err = {0};
        fault_arm(FAULT_MEMORY, nth);
        const enum mln_status status = jobs[_i](&arena, &err);
        failed = fault_disarm();
        ck_assert_msg(status == (failed ? MLN_NO_MEMORY : MLN_OK), "job %d, allocation %zu: %d: %s",
                      _i, nth, (int)status, err.msg);
        mln_arena_release(&arena);
        ck_assert_uint_eq(fault_live(), before);
    }
    ck_assert_uint_gt(nth, 3); /* some allocations were tried */
}
END_TEST

int main(void) {
    if (mln_file_read(MLN_ARROW_FILES "/types_lz4.arrows", 1 << 20, &arrow_bytes, NULL) != MLN_OK) {
        return EXIT_FAILURE;
    }
    Suite *suite = suite_create("source_faults");
    TCase *tc = tcase_create("source_faults");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, every_allocation_fails_in_turn, 0, (int)(sizeof jobs / sizeof *jobs));
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    mln_buf_release(&arrow_bytes);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
