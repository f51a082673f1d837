/* A whole linkage, one beside a former result, a deduplication and an explanation, with an
 * allocation or a call of the file system failing: a status and a message, the memory given back,
 * and no result to be believed. The n-th ones are tried one by one at first, then ever further
 * apart: a run takes its time. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/rng.h"
#include "fault.h"
#include "linkage/linkage.h"

enum { ROWS = 60, PERSONS = 40 };

static char dir[] = "/tmp/mln-linkage-faults-XXXXXX";
static char paths[8][64];
enum { LEFT, RIGHT, LINK, DEDUPE, LABELS, OUT, FORMER, LABELLED };

static const char model_text[] =
    "version: 1\nkind: %s\nid: id\n"
    "fields: {name: , town: {type: code}, born: {type: date}}\n"
    "comparisons:\n"
    "  - {field: name, term_frequency: true, levels: [exact, {jaro_winkler: 0.85}]}\n"
    "  - {field: town, levels: [exact]}\n"
    "  - {field: born, levels: [exact, {date_digits: 1}]}\n"
    "blocking: [[born], [name]]\n"
    "training: {u: {random_pairs: 3000}, starts: 1%s}\n"
    "decision: {threshold: estimated%s}\n";

static void write_file(size_t which, const struct mln_buf *text) {
    struct mln_err err;
    ck_assert_msg(mln_file_write(paths[which], mln_buf_view(text), &err) == MLN_OK, "%s", err.msg);
}

static void write_model(size_t which, const char *kind, const char *training,
                        const char *decision) {
    struct mln_buf text = MLN_BUF_INIT;
    mln_buf_addf(&text, model_text, kind, training, decision);
    write_file(which, &text);
    mln_buf_release(&text);
}

/* Persons with names of three syllables, twenty of them twice; half of the second ones with a
 * typing error; on the right every fifth town is another. */
static void write_side(size_t which) {
    struct mln_buf text = MLN_BUF_INIT;
    mln_buf_addz(&text, "id,name,town,born\n");
    for (uint32_t i = 0; i < ROWS; i++) {
        struct mln_rng rng;
        char name[7] = {0};
        mln_rng_init(&rng, 31, i % PERSONS, 0);
        for (int k = 0; k < 6; k += 2) {
            name[k] = "BDFGLMNPRT"[mln_rng_below(&rng, 10)];
            name[k + 1] = "AEIOU"[mln_rng_below(&rng, 5)];
        }
        name[5] = i >= PERSONS && i % 2 == 0 ? 'Y' : name[5];
        const unsigned town = which == RIGHT && i % 5 == 0 ? 99 : mln_rng_below(&rng, 9);
        const unsigned month = 1 + mln_rng_below(&rng, 12);
        mln_buf_addf(&text, "%u,%s,%05u,19%02u-%02u-%02u\n", i, name, town,
                     40 + mln_rng_below(&rng, 60), month, 1 + mln_rng_below(&rng, 28));
    }
    write_file(which, &text);
    mln_buf_release(&text);
}

/* ── what is tried ── */

static enum mln_status run(const struct mln_linkage_options *options, struct mln_err *err) {
    struct mln_linkage_counts counts;
    return mln_linkage_run(options, &counts, err);
}

static struct mln_linkage_options options_of(size_t model, const char *right, const char *out) {
    return (struct mln_linkage_options){
        .model = paths[model], .input = {paths[LEFT], right}, .out = out, .n_threads = 1};
}

static enum mln_status link_files(struct mln_err *err) {
    const struct mln_linkage_options options = options_of(LINK, paths[RIGHT], paths[OUT]);
    return run(&options, err);
}

static enum mln_status link_again(struct mln_err *err) {
    struct mln_linkage_options options = options_of(LINK, paths[RIGHT], paths[OUT]);
    options.previous = paths[FORMER];
    return run(&options, err);
}

static enum mln_status link_by_labels(struct mln_err *err) {
    struct mln_linkage_options options = options_of(LABELLED, paths[RIGHT], paths[OUT]);
    options.labels = paths[LABELS];
    return run(&options, err);
}

static enum mln_status dedupe_file(struct mln_err *err) {
    const struct mln_linkage_options options = options_of(DEDUPE, NULL, paths[OUT]);
    return run(&options, err);
}

static enum mln_status explain(struct mln_err *err) {
    FILE *to = fopen("/dev/null", "w");
    const enum mln_status status = mln_linkage_explain(paths[FORMER], "1,1", true, 1, to, err);
    fclose(to);
    return status;
}

static const struct {
    const char *name;
    enum mln_status (*run)(struct mln_err *err);
} scenarios[] = {{"link", link_files},
                 {"link again", link_again},
                 {"labels", link_by_labels},
                 {"dedupe", dedupe_file},
                 {"explain", explain}};

enum { SCENARIOS = sizeof scenarios / sizeof *scenarios };

static bool told(enum fault_kind kind, enum mln_status status) {
    return kind == FAULT_MEMORY ? status == MLN_NO_MEMORY
                                : status == MLN_IO || status == MLN_BAD_INPUT;
}

static void nothing_left(size_t nth) {
    char partial[80];
    (void)snprintf(partial, sizeof partial, "%s.partial", paths[OUT]);
    ck_assert_msg(!mln_path_exists(paths[OUT]), "%zu: a result", nth);
    ck_assert_msg(!mln_path_exists(partial), "%zu: half of a result", nth);
}

START_TEST(faults_are_told) {
    const enum fault_kind kind = _i < SCENARIOS ? FAULT_MEMORY : FAULT_IO;
    const size_t which = (size_t)_i % SCENARIOS;
    struct mln_err err;
    ck_assert_msg(scenarios[which].run(&err) == MLN_OK, "%s", err.msg); /* kept for good */
    size_t tried = 0;
    bool failed = true;
    for (size_t nth = 1; failed; nth += 1 + nth / 5) {
        ck_assert_int_eq(mln_dir_remove(paths[OUT], NULL), MLN_OK);
        const size_t before = fault_live();
        err.msg[0] = '\0';
        fault_arm(kind, nth);
        const enum mln_status status = scenarios[which].run(&err);
        failed = fault_disarm();
        ck_assert_msg(failed ? told(kind, status) : status == MLN_OK, "%s, %s %zu: status %d: %s",
                      scenarios[which].name, kind == FAULT_MEMORY ? "allocation" : "call", nth,
                      (int)status, err.msg);
        ck_assert(status == MLN_OK || err.msg[0] != '\0');
        ck_assert_msg(fault_live() == before, "%s, %zu: %zu not freed", scenarios[which].name, nth,
                      fault_live() - before);
        if (status != MLN_OK) {
            nothing_left(nth);
        }
        tried += failed;
    }
    ck_assert_uint_gt(tried, 10);
}
END_TEST

static void prepare(void) {
    static const char *const names[] = {"left.csv",   "right.csv", "link.yaml", "dedupe.yaml",
                                        "labels.csv", "out",       "former",    "labelled.yaml"};
    ck_assert_ptr_nonnull(mkdtemp(dir));
    for (size_t i = 0; i < 8; i++) {
        (void)snprintf(paths[i], sizeof paths[i], "%s/%s", dir, names[i]);
    }
    write_side(LEFT);
    write_side(RIGHT);
    write_model(LINK, "link", "", ", assignment: one_to_one");
    write_model(LABELLED, "link", ", labels: {left: l, right: r}", "");
    write_model(DEDUPE, "dedupe", ", dependence: true", "");
    struct mln_buf labels = MLN_BUF_INIT;
    mln_buf_addz(&labels, "l,r\n");
    for (unsigned i = 0; i < 30; i++) {
        mln_buf_addf(&labels, "%u,%u\n", i, i);
    }
    write_file(LABELS, &labels);
    mln_buf_release(&labels);
    const struct mln_linkage_options former = options_of(LINK, paths[RIGHT], paths[FORMER]);
    struct mln_err err;
    ck_assert_msg(run(&former, &err) == MLN_OK, "%s", err.msg);
}

int main(void) {
    Suite *suite = suite_create("linkage_faults");
    TCase *tc = tcase_create("linkage_faults");
    tcase_set_timeout(tc, 300);
    tcase_add_unchecked_fixture(tc, prepare, NULL);
    tcase_add_loop_test(tc, faults_are_told, 0, 2 * SCENARIOS);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 && mln_dir_remove(dir, NULL) == MLN_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
