/* Protect then report, as the runner runs them: what leaves is protected, under the right keys, and
 * the files of out/ hold no suppressed number. */
#include <stdio.h>
#include <unistd.h>

#include "base/date.h"
#include "base/file.h"
#include "protect/hand.h"
#include "run.h"
#include "secret/keys.h"
#include "secret/seal.h"
#include "stage/sealed.h"
#include "stage/state.h"

static char dir[64];
static struct mln_arena arena;
static struct mln_project project;
static struct mln_run run;
static struct mln_err err;

#define OK(call) ck_assert_msg((call) == MLN_OK, "%s", err.msg)

static const char *under(const char *name) {
    struct mln_buf b = MLN_BUF_INIT;
    mln_buf_addf(&b, "%s/%s", dir, name);
    const char *kept = mln_arena_strdup(&arena, mln_buf_view(&b));
    mln_buf_release(&b);
    ck_assert_ptr_nonnull(kept);
    return kept;
}

static void begin_stage(const char *partial) {
    run = (struct mln_run){.project = &project, .arena = &arena, .partial_dir = under(partial)};
    OK(mln_dir_make(run.partial_dir, &err));
}

/* What the runner does of a stage that ended well. */
static void settle(const char *name) {
    OK(mln_dir_replace(run.partial_dir, mln_run_dir(&run, name), &err));
    struct mln_stage_state state = {.counts = run.counts, .n_counts = run.n_counts};
    mln_digest_text(MLN_STR_LIT("inputs"), &state.fingerprint);
    char json[64];
    snprintf(json, sizeof json, "work/%s.json", name);
    OK(mln_state_write(under(json), &state, &err));
}

static void seal_study(const struct mln_table *tables, size_t n) {
    struct mln_buf bytes = MLN_BUF_INIT;
    OK(mln_tables_write(tables, n, &bytes, &err));
    begin_stage("work/.study.partial");
    OK(mln_sealed_write(&run, "study", MLN_SEAL_STUDY, mln_buf_view(&bytes),
                        mln_run_partial(&run, MLN_TABLES_FILE), &err));
    settle("study");
    mln_buf_release(&bytes);
}

static void make_study_of(const uint64_t counts[4]) {
    static const char *const codes[] = {"a", "b", "c", "TOTAL"};
    const struct mln_dimension d = hand_dimension("genre", codes, 4, true);
    struct mln_table t = hand_table(&arena, &d, 1, counts);
    t.observation_day = project.observation_day;
    t.view = MLN_VIEW_STACKED;
    hand_add_share(&arena, &t, 0);
    seal_study(&t, 1);
}

/* 3 is primary and 7919 goes with it: a number that is looked for in all that is written. */
static void make_study(void) {
    static const uint64_t counts[] = {3, 7919, 8887, 16809};
    make_study_of(counts);
}

static void enter(void) {
    static const char *const keys[] = {"study", "publish"};
    snprintf(dir, sizeof dir, "/tmp/mln-publication-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    arena = MLN_ARENA_INIT;
    OK(mln_secret_init(&err));
    project = (struct mln_project){.name = "Essai",
                                   .purpose = "essai",
                                   .lang = "fr",
                                   .keys_dir = under("keys"),
                                   .work_dir = under("work"),
                                   .n_threads = 2,
                                   .memory_bytes = UINT64_C(256) << 20,
                                   .protect = {.threshold = 5, .share_decimals = 1},
                                   .detail_threshold = 11,
                                   .observation_day = mln_day_from_civil(2024, 6, 30)};
    for (size_t i = 0; i < 2; i++) {
        OK(mln_key_create(project.keys_dir, keys[i], &err));
    }
    OK(mln_dir_make(project.work_dir, &err));
    begin_stage("work/.ingest.partial");
    OK(mln_run_count(&run, "procedure", 120, 117, 3, &err));
    settle("ingest");
    make_study();
}

static void leave(void) {
    mln_arena_release(&arena);
    OK(mln_dir_remove(dir, &err));
}

static void run_protect(void) {
    begin_stage("work/.protect.partial");
    OK(mln_stage_protect(&run, &err));
    settle("protect");
}

START_TEST(protect_reads_with_one_key_and_writes_with_another) {
    enter();
    run_protect();
    ck_assert_uint_eq(run.n_counts, 1);
    ck_assert_str_eq(run.counts[0].what, "essai");
    ck_assert(run.counts[0].read == 4 && run.counts[0].accepted == 2 &&
              run.counts[0].rejected == 2);
    const char *path = mln_run_path(&run, "protect", MLN_TABLES_FILE);
    struct mln_buf bytes = MLN_BUF_INIT;
    ck_assert_int_eq(mln_sealed_read(&run, "study", MLN_SEAL_PROTECTED, path, &bytes, &err),
                     MLN_KEY);
    ck_assert_int_eq(mln_sealed_read(&run, "publish", MLN_SEAL_STUDY, path, &bytes, &err), MLN_IO);
    OK(mln_sealed_read(&run, "publish", MLN_SEAL_PROTECTED, path, &bytes, &err));
    struct mln_protected_table **tables = NULL;
    size_t n = 0;
    OK(mln_protected_read(&arena, mln_buf_view(&bytes), &tables, &n, &err));
    ck_assert_uint_eq(n, 1);
    ck_assert_int_eq(mln_protected_state(tables[0], 0), MLN_CELL_PRIMARY);
    ck_assert_int_eq(mln_protected_state(tables[0], 1), MLN_CELL_SECONDARY);
    ck_assert_uint_eq(mln_protected_options(tables[0]).threshold_detail, 11);
    mln_buf_release(&bytes);
    leave();
}
END_TEST

static struct mln_protected_table *protected_table(size_t at) {
    struct mln_protected_table **tables = NULL;
    size_t n = 0;
    OK(mln_sealed_protected(&run, &tables, &n, &err));
    ck_assert_uint_lt(at, n);
    return tables[at];
}

/* The vintage published before: 8887 is out, hence of today's 8889 whoever subtracts sees that two
 * came. The same counts again are the same cells. */
START_TEST(the_vintage_before_is_known) {
    static const uint64_t later[] = {3, 7919, 8889, 16811};
    enter();
    run_protect();
    ck_assert_int_eq(rename(project.work_dir, under("before")), 0);
    project.previous = under("before");
    OK(mln_dir_make(project.work_dir, &err));
    make_study();
    run_protect();
    ck_assert_int_eq(mln_protected_state(protected_table(0), 2), MLN_CELL_SHOWN);
    make_study_of(later);
    run_protect();
    ck_assert_int_eq(mln_protected_state(protected_table(0), 0), MLN_CELL_PRIMARY);
    ck_assert_int_ne(mln_protected_state(protected_table(0), 2), MLN_CELL_SHOWN);
    /* A study run again over what was published is no witness of it. */
    static const char *const codes[] = {"a", "TOTAL"};
    static const uint64_t two[] = {9, 9};
    const struct mln_dimension d = hand_dimension("genre", codes, 2, true);
    const struct mln_table other = hand_table(&arena, &d, 1, two);
    struct mln_buf bytes = MLN_BUF_INIT;
    OK(mln_tables_write(&other, 1, &bytes, &err));
    OK(mln_sealed_write(&run, "study", MLN_SEAL_STUDY, mln_buf_view(&bytes),
                        under("before/study/" MLN_TABLES_FILE), &err));
    mln_buf_release(&bytes);
    begin_stage("work/.protect.partial");
    ck_assert_int_eq(mln_stage_protect(&run, &err), MLN_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(err.msg, "protect.previous"));
    leave();
}
END_TEST

/* Départements 01 and 03 lie in region 84 (nomenclature communes): 43 less 40 would give 3. */
START_TEST(hierarchies_come_from_nomenclatures) {
    static const struct mln_project_hierarchy h = {"departement", "region", "communes",
                                                   "departement", "region"};
    static const char *const departements[] = {"01", "03"};
    static const char *const regions[] = {"11", "84", "TOTAL"};
    static const uint64_t by_departement[] = {3, 40};
    static const uint64_t by_region[] = {70, 43, 113};
    enter();
    const struct mln_dimension d = hand_dimension("departement", departements, 2, false);
    const struct mln_dimension r = hand_dimension("region", regions, 3, true);
    struct mln_table two[2] = {hand_table(&arena, &d, 1, by_departement),
                               hand_table(&arena, &r, 1, by_region)};
    two[1].name = "regions";
    seal_study(two, 2);
    run_protect();
    ck_assert_int_eq(mln_protected_state(protected_table(0), 1), MLN_CELL_SHOWN);
    project.hierarchies = &h;
    project.n_hierarchies = 1;
    run_protect();
    ck_assert_int_eq(mln_protected_state(protected_table(0), 0), MLN_CELL_PRIMARY);
    ck_assert(mln_protected_state(protected_table(0), 1) != MLN_CELL_SHOWN ||
              mln_protected_state(protected_table(1), 1) != MLN_CELL_SHOWN);
    leave();
}
END_TEST

/* A sealed file of the study put in the place of the protected one is not published. */
START_TEST(counts_in_the_place_of_protected_tables_are_refused) {
    enter();
    run_protect();
    struct mln_buf bytes = MLN_BUF_INIT;
    OK(mln_file_read(mln_run_path(&run, "study", MLN_TABLES_FILE), 1 << 20, &bytes, &err));
    OK(mln_file_write(mln_run_path(&run, "protect", MLN_TABLES_FILE), mln_buf_view(&bytes), &err));
    begin_stage("work/.report.partial");
    ck_assert_int_eq(mln_stage_report(&run, &err), MLN_KEY);
    /* The same bytes even sealed again under the publisher's key and name: not their form. */
    mln_buf_reset(&bytes);
    OK(mln_sealed_read(&run, "study", MLN_SEAL_STUDY, mln_run_path(&run, "study", MLN_TABLES_FILE),
                       &bytes, &err));
    OK(mln_sealed_write(&run, "publish", MLN_SEAL_PROTECTED, mln_buf_view(&bytes),
                        mln_run_path(&run, "protect", MLN_TABLES_FILE), &err));
    ck_assert_int_eq(mln_stage_report(&run, &err), MLN_BAD_INPUT);
    ck_assert(!mln_path_exists(mln_run_partial(&run, "report.html")));
    mln_buf_release(&bytes);
    leave();
}
END_TEST

static bool holds(const struct mln_buf *text, const void *bytes, size_t n) {
    for (size_t i = 0; i + n <= text->n; i++) {
        if (memcmp(text->p + i, bytes, n) == 0) {
            return true;
        }
    }
    return false;
}

static void assert_says(const char *file, const char *with, const char *const *without) {
    struct mln_buf text = MLN_BUF_INIT;
    OK(mln_file_read(mln_run_partial(&run, file), 1 << 24, &text, &err));
    ck_assert_msg(strstr(text.p, with) != NULL, "%s lacks %s", file, with);
    for (size_t i = 0; without[i] != NULL; i++) {
        ck_assert_msg(!holds(&text, without[i], strlen(without[i])), "%s holds a suppressed number",
                      file);
    }
    mln_buf_release(&text);
}

START_TEST(report_writes_page_and_files_without_the_suppressed) {
    /* 7919 as text in both languages, and as the eight bytes Parquet would store. */
    static const char *const hidden[] = {"7919",
                                         "7\xE2\x80\xAF"
                                         "919",
                                         "7,919", NULL};
    enter();
    run_protect();
    begin_stage("work/.report.partial");
    OK(mln_stage_report(&run, &err));
    assert_says("report.html",
                "8\xE2\x80\xAF"
                "887",
                hidden);
    assert_says("report.html", "<td>117</td>", hidden); /* rows accepted, from ingest */
    assert_says("tables/essai.csv", "c,c,victimes,2024-06-30,8887,diffuse,", hidden);
    struct mln_buf parquet = MLN_BUF_INIT;
    OK(mln_file_read(mln_run_partial(&run, "tables/essai.parquet"), 1 << 20, &parquet, &err));
    const uint64_t suppressed = 7919;
    const uint64_t shown = 16809;
    ck_assert(!holds(&parquet, &suppressed, sizeof suppressed));
    ck_assert(holds(&parquet, &shown, sizeof shown));
    mln_buf_release(&parquet);
    ck_assert(!mln_path_exists(mln_run_partial(&run, "spill")));
    leave();
}
END_TEST

MLN_TEST_MAIN("publication", protect_reads_with_one_key_and_writes_with_another,
              the_vintage_before_is_known, hierarchies_come_from_nomenclatures,
              counts_in_the_place_of_protected_tables_are_refused,
              report_writes_page_and_files_without_the_suppressed)
