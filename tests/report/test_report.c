/* The page and the files of protected tables: what they say, what they escape, what they hide. */
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/num.h"
#include "report/chart.h"
#include "report/grid.h"
#include "report/sample.h"

static struct sample sample;
static struct mln_buf page;
static struct mln_err err;

static void set_up(void) {
    sample_make(&sample, MLN_LANG_FR, 168);
    page = MLN_BUF_INIT;
    err = (struct mln_err){0};
}

static void tear_down(void) {
    mln_buf_release(&page);
    sample_release(&sample);
}

#define OK(call) ck_assert_msg((call) == MLN_OK, "%s", err.msg)

/* ── numbers, days, escapes ── */

START_TEST(numbers_as_each_language_writes_them) {
    static const struct {
        double value;
        int decimals;
        bool trim;
        const char *fr, *en;
    } cases[] = {
        {0, 1, false, "0,0", "0.0"},
        {99.95, 1, false, "100,0", "100.0"},
        {0.05, 1, false, "0,1", "0.1"},
        {-0.04, 1, false, "0,0", "0.0"},
        {-12.3, 1, false,
         "\xE2\x88\x92"
         "12,3",
         "\xE2\x88\x92"
         "12.3"},
        {1234567, 0, false,
         "1\xE2\x80\xAF"
         "234\xE2\x80\xAF"
         "567",
         "1,234,567"},
        {1010, 1, true,
         "1\xE2\x80\xAF"
         "010",
         "1,010"},
        {7.5, 1, true, "7,5", "7.5"},
        {33.333, 2, false, "33,33", "33.33"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mln_buf fr = MLN_BUF_INIT;
        struct mln_buf en = MLN_BUF_INIT;
        mln_put_decimal(&fr, MLN_LANG_FR, cases[i].value, cases[i].decimals, cases[i].trim);
        mln_put_decimal(&en, MLN_LANG_EN, cases[i].value, cases[i].decimals, cases[i].trim);
        ck_assert_str_eq(fr.p, cases[i].fr);
        ck_assert_str_eq(en.p, cases[i].en);
        mln_buf_release(&fr);
        mln_buf_release(&en);
    }
    mln_put_day(&page, MLN_LANG_FR, 19723); /* 2024-01-01 */
    ck_assert_str_eq(page.p, "1er" NB "janvier" NB "2024");
    mln_buf_reset(&page);
    mln_put_day(&page, MLN_LANG_EN, 19722);
    ck_assert_str_eq(page.p, "31" NB "December" NB "2023");
}
END_TEST

/* Labels come from files: none may end the data's script or open a tag. */
START_TEST(hostile_labels_stay_text) {
    static const char hostile[] = "</script><script>alert(1)</script><!-- \"'&\\ {{data}}";
    sample.facts.name = hostile;
    struct mln_table *frame = (struct mln_table *)mln_protected_frame(sample.tables[4]);
    frame->title_fr = hostile;
    frame->unit_fr = hostile;
    frame->note_fr = hostile;
    const char **labels = (const char **)frame->dimensions[0].labels_fr;
    labels[0] = hostile;
    OK(mln_report_page(sample.tables, SAMPLE_TABLES, &sample.facts, &page, &err));
    ck_assert_ptr_null(strstr(page.p, "<script>alert"));
    ck_assert_ptr_null(strstr(page.p, "<!--"));
    ck_assert_ptr_nonnull(strstr(page.p, "&lt;/script&gt;&lt;script&gt;alert(1)"));
    ck_assert_ptr_nonnull(strstr(page.p, "\\u003c/script>\\u003cscript>alert(1)"));
    size_t scripts = 0;
    for (const char *at = page.p; (at = strstr(at, "</script")) != NULL; at++) {
        scripts++;
    }
    ck_assert_uint_eq(scripts, 3); /* data, ECharts, ours */
}
END_TEST

/* ── the page ── */

START_TEST(the_page_fetches_nothing_and_has_no_clock) {
    struct mln_buf again = MLN_BUF_INIT;
    OK(mln_report_page(sample.tables, SAMPLE_TABLES, &sample.facts, &page, &err));
    ck_assert_ptr_nonnull(strstr(page.p, "default-src 'none'"));
    static const char *const fetches[] = {"<link",       "<img",    "<iframe",
                                          "<script src", "@import", "url(http"};
    const char *const scripts = strstr(page.p, "<script");
    ck_assert_ptr_nonnull(scripts);
    for (size_t i = 0; i < sizeof fetches / sizeof *fetches; i++) {
        const char *const at = strstr(page.p, fetches[i]);
        ck_assert_msg(at == NULL || at > scripts, "%s", fetches[i]);
    }
    const char *const marker = strstr(page.p, "{{");
    ck_assert(marker == NULL || marker > scripts);
    OK(mln_report_page(sample.tables, SAMPLE_TABLES, &sample.facts, &again, &err));
    ck_assert(mln_str_eq(mln_buf_view(&page), mln_buf_view(&again)));
    mln_buf_release(&again);
}
END_TEST

START_TEST(every_figure_names_its_unit_and_day) {
    for (int lang = MLN_LANG_FR; lang <= MLN_LANG_EN; lang++) {
        sample.facts.lang = (enum mln_lang)lang;
        mln_buf_reset(&page);
        OK(mln_report_page(sample.tables, SAMPLE_TABLES, &sample.facts, &page, &err));
        const char *const day = lang == MLN_LANG_FR
                                    ? "données observées au 31" NB "décembre" NB "2024"
                                    : "data as observed on 31" NB "December" NB "2024";
        const char *at = page.p;
        for (size_t t = 0; t < SAMPLE_TABLES; t++) {
            const struct mln_table *f = mln_protected_frame(sample.tables[t]);
            char open[128];
            snprintf(open, sizeof open, "<section class=\"figure\" id=\"%s\"", f->name);
            at = strstr(at, open);
            ck_assert_ptr_nonnull(at);
            const char *const end = strstr(at, "</section>");
            const char *const unit = strstr(at, lang == MLN_LANG_FR ? f->unit_fr : f->unit_en);
            ck_assert(unit != NULL && unit < end);
            const char *const said = strstr(at, day);
            ck_assert(said != NULL && said < end);
        }
    }
}
END_TEST

/* What the drawing reads of a funnel: each step's percent of the first step of its unit, beside
 * that step. */
START_TEST(a_funnel_is_drawn_in_percent_of_its_units_first_step) {
    struct mln_chart c;
    struct mln_json j;
    ck_assert(mln_chart_of(sample.tables[0], &c));
    mln_json_init(&j, &page);
    mln_chart_put_json(&j, &c, MLN_LANG_EN);
    OK(mln_json_finish(&j, &err));
    struct mln_buf want = MLN_BUF_INIT;
    mln_buf_addz(&want, "\"shares\": [");
    for (size_t r = 0; r < c.n_rows; r++) {
        char text[MLN_F64_TEXT];
        double n = 0;
        double of = 0;
        size_t first = 0;
        double percent = 0;
        ck_assert_int_eq(mln_funnel_share(c.table, r, &first, &percent), MLN_VALUE_SHOWN);
        ck_assert_int_eq(mln_chart_value(&c, r, 0, &n), MLN_VALUE_SHOWN);
        ck_assert_int_eq(mln_chart_value(&c, first, 0, &of), MLN_VALUE_SHOWN);
        ck_assert(first <= r && fabs(percent - 100 * n / of) < 1e-9);
        (void)mln_format_f64(percent, text);
        mln_buf_addf(&want, "%s\n    %s", r == 0 ? "" : ",", text);
    }
    ck_assert_msg(strstr(page.p, want.p) != NULL, "%s\nin\n%s", want.p, page.p);
    mln_buf_release(&want);
    mln_buf_reset(&page);
}
END_TEST

START_TEST(findings_are_sentences_of_published_values) {
    /* Worked from fill(): 85,3 is 84,110 of 98,615 rounded counts and so on; what is checked is the
     * agreement of the sentence with the published cells. */
    struct mln_chart c;
    ck_assert(mln_chart_of(sample.tables[0], &c)); /* funnel: 66,960 of 81,905 rounded is 81.75 % */
    ck_assert(mln_chart_put_finding(&page, &c, MLN_LANG_EN));
    ck_assert_str_eq(page.p, "Victims with a known outcome: 66,960, 81.8% of victims of the field");
    mln_buf_reset(&page);
    ck_assert(mln_chart_of(sample.tables[2], &c)); /* by year */
    ck_assert(mln_chart_is_years(&c));
    double total = 0;
    double first = 0;
    double last = 0;
    ck_assert_int_eq(mln_chart_value(&c, 6, 0, &total), MLN_VALUE_SHOWN);
    ck_assert_int_eq(mln_chart_value(&c, 0, 0, &first), MLN_VALUE_SHOWN);
    ck_assert_int_eq(mln_chart_value(&c, 5, 0, &last), MLN_VALUE_SHOWN);
    struct mln_buf want = MLN_BUF_INIT;
    mln_buf_addf(&want,
                 "Procedures linked to a case: %.1f%% of procedures, %.1f%% in" NB
                 "2018 and %.1f%% in" NB "2023",
                 total, first, last);
    ck_assert(mln_chart_put_finding(&page, &c, MLN_LANG_EN));
    ck_assert_str_eq(page.p, want.p);
    mln_buf_release(&want);
    mln_buf_reset(&page);
    ck_assert(
        mln_chart_of(sample.tables[6], &c)); /* durations: the median leads, without "(jours)" */
    ck_assert(mln_chart_put_finding(&page, &c, MLN_LANG_FR));
    ck_assert_int_eq(strncmp(page.p, "Médiane" NB ": 148" NB "jours, de 2" NB "jours (comparution",
                             strlen("Médiane" NB ": 148" NB "jours, de 2" NB "jours (comparution")),
                     0);
    ck_assert_ptr_nonnull(
        strstr(page.p, "parmi les valeurs montrées")); /* one mode is suppressed */
}
END_TEST

/* Every cell of every HTML table: as many signs as suppressed cells, and nothing else hidden. */
/* A matrix of two classes; the third column is no class. 115 of 150 keep theirs, 80 of 100 and 35
 * of 50; 15 change. */
START_TEST(a_matrix_says_what_did_not_change) {
    static const char *const rows[] = {"a", "b", "TOTAL"};
    static const char *const columns[] = {"a", "b", "attente", "TOTAL"};
    static const char *const row_labels[] = {"Vols", "Menaces", "Ensemble"};
    static const char *const column_labels[] = {"Vols", "Menaces", "Pas encore orientée",
                                                "Ensemble"};
    static const uint64_t cases[][12] = {{80, 10, 10, 100, 5, 35, 10, 50, 85, 45, 20, 150},
                                         {80, 10, 10, 100, 2, 1, 47, 50, 82, 11, 57, 150}};
    static const char *const expected[] = {
        "Qualification inchangée" NB ": 76,7" NB "% des victimes, de 70,0" NB
        "% (menaces) à 80,0" NB "% (vols)" NB "; changée" NB ": 10,0" NB "%" NB
        "; pas encore orientée" NB ": 13,3" NB "%",
        NULL}; /* two small counts hide others of both rows: nothing is said */
    for (size_t i = 0; i < 2; i++) {
        struct mln_arena arena = MLN_ARENA_INIT;
        struct mln_dimension dims[2] = {
            {"avant", "Avant", "Before", 3, rows, row_labels, row_labels, 2},
            {"apres", "Après", "After", 4, columns, column_labels, column_labels, 3}};
        struct mln_measure part = {.kind = MLN_MEASURE_SHARE,
                                   .name = "part",
                                   .label_fr = "P",
                                   .label_en = "P",
                                   .share_of = 1};
        const struct mln_table t = {.name = "m",
                                    .title_fr = "T",
                                    .title_en = "T",
                                    .unit_fr = "victimes",
                                    .unit_en = "victims",
                                    .view = MLN_VIEW_MATRIX,
                                    .n_dimensions = 2,
                                    .dimensions = dims,
                                    .n_cells = 12,
                                    .counts = (uint64_t *)(uintptr_t)cases[i],
                                    .n_measures = 1,
                                    .measures = &part};
        const struct mln_protect_options options = {.threshold = i == 0 ? 1 : 5,
                                                    .threshold_detail = i == 0 ? 1 : 5,
                                                    .quantile_threshold = 11,
                                                    .share_decimals = 1};
        struct mln_protected_table *shown = NULL;
        struct mln_chart chart;
        OK(mln_protect(&arena, &t, &options, &shown, &err));
        ck_assert(mln_chart_of(shown, &chart));
        mln_buf_reset(&page);
        ck_assert(mln_chart_put_finding(&page, &chart, MLN_LANG_FR) == (expected[i] != NULL));
        ck_assert_str_eq(page.n == 0 ? "" : page.p, expected[i] == NULL ? "" : expected[i]);
        ck_assert_int_eq(mln_chart_same(&chart, 1), 1);
        ck_assert_int_eq(mln_chart_same(&chart, 2), -1);
        mln_arena_release(&arena);
    }
}
END_TEST

START_TEST(tables_show_signs_where_cells_are_suppressed) {
    size_t suppressed = 0;
    for (size_t t = 0; t < SAMPLE_TABLES; t++) {
        const struct mln_protect_summary s = mln_protected_summary(sample.tables[t]);
        const struct mln_table *f = mln_protected_frame(sample.tables[t]);
        const size_t grid = mln_grid_count(sample.tables[t]) - 1; /* the last shows counts */
        if (f->view == MLN_VIEW_RATE || f->view == MLN_VIEW_DURATION) {
            continue; /* counts and measures share a table */
        }
        mln_buf_reset(&page);
        mln_grid_put(&page, sample.tables[t], grid, MLN_LANG_FR);
        size_t signs = 0;
        for (const char *at = page.p; (at = strstr(at, "<td class=\"secret\">")) != NULL; at++) {
            signs++;
        }
        ck_assert_uint_eq(signs, s.primary + s.secondary);
        size_t rows = 0;
        for (const char *at = strstr(page.p, "<tbody>"); (at = strstr(at, "<tr")) != NULL; at++) {
            rows++;
        }
        ck_assert_uint_eq(rows, mln_grid_rows(sample.tables[t]));
        suppressed += signs;
    }
    ck_assert_uint_gt(suppressed, 0);
}
END_TEST

/* ── the files ── */

struct read_back {
    size_t rows, secret, shown;
};

static enum mln_status count_rows(void *ctx, const struct mln_batch *batch, struct mln_err *e) {
    (void)e;
    struct read_back *r = ctx;
    const struct mln_column *count = mln_batch_column(batch, "effectif");
    const struct mln_column *state = mln_batch_column(batch, "etat");
    const struct mln_column *part = mln_batch_column(batch, "part");
    ck_assert(count != NULL && state != NULL && part != NULL);
    for (size_t i = 0; i < batch->n_rows; i++) {
        const bool secret = mln_str_is(mln_get_str(state, i), "secret");
        ck_assert(secret != mln_is_valid(count, i));
        ck_assert(!secret || !mln_is_valid(part, i));
        r->secret += secret;
        r->shown += !secret;
    }
    r->rows += batch->n_rows;
    return MLN_OK;
}

START_TEST(files_have_a_row_a_cell_and_no_suppressed_number) {
    char dir[] = "/tmp/mln-report-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(dir));
    char csv[64], parquet[64], spill[64];
    snprintf(csv, sizeof csv, "%s/t.csv", dir);
    snprintf(parquet, sizeof parquet, "%s/t.parquet", dir);
    snprintf(spill, sizeof spill, "%s/spill", dir);
    const struct mln_engine_options options = {.n_threads = 2, .spill_dir = spill};
    struct mln_engine *e = NULL;
    OK(mln_engine_open_duckdb(&options, &e, &err));
    const struct mln_protected_table *t = sample.tables[5];
    OK(mln_report_files(e, t, MLN_LANG_FR, csv, parquet, &err));
    OK(mln_report_files(e, sample.tables[6], MLN_LANG_FR, csv, parquet, &err)); /* staging again */
    OK(mln_report_files(e, t, MLN_LANG_FR, csv, parquet, &err));
    struct read_back back = {0};
    OK(e->ops->read_parquet(e, parquet, false, count_rows, &back, &err));
    const struct mln_protect_summary s = mln_protected_summary(t);
    ck_assert_uint_eq(back.rows, s.cells);
    ck_assert_uint_eq(back.secret, s.primary + s.secondary);
    ck_assert_uint_gt(back.secret, 0);
    struct mln_buf text = MLN_BUF_INIT;
    OK(mln_file_read(csv, 1 << 20, &text, &err));
    static const char head[] = "genre,genre_libelle,issue,issue_libelle,unite,date_observation,"
                               "effectif,etat,part,part_etat\n"
                               "physiques,Violences physiques,poursuites,";
    ck_assert_int_eq(strncmp(text.p, head, strlen(head)), 0);
    ck_assert_ptr_nonnull(strstr(text.p, ",victimes,2024-12-31,,secret,,secret\n"));
    ck_assert_ptr_null(strstr(text.p, "primary"));
    size_t lines = 0;
    for (size_t i = 0; i < text.n; i++) {
        lines += text.p[i] == '\n';
    }
    ck_assert_uint_eq(lines, s.cells + 1);
    mln_buf_release(&text);
    e->ops->close(e);
    OK(mln_dir_remove(dir, &err));
}
END_TEST

/* ── nothing of the writers' side names a count ── */

static size_t occurrences(const char *path, const char *word) {
    struct mln_buf text = MLN_BUF_INIT;
    OK(mln_file_read(path, 1 << 22, &text, &err));
    size_t n = 0;
    for (const char *at = text.p; (at = strstr(at, word)) != NULL; at++) {
        n++;
    }
    mln_buf_release(&text);
    return n;
}

START_TEST(the_writers_never_name_a_count) {
    static const char *const forbidden[] = {"->counts",         ".counts[",
                                            "mln_protect(",     "mln_protect_all",
                                            "mln_tables_read",  "protect/protected.h",
                                            "protect/system.h", "MLN_SEAL_STUDY"};
    DIR *room = opendir(MLN_SOURCE_DIR "/report");
    ck_assert_ptr_nonnull(room);
    size_t files = 0;
    for (const struct dirent *entry; (entry = readdir(room)) != NULL;) {
        char path[1024];
        snprintf(path, sizeof path, "%s/report/%s", MLN_SOURCE_DIR, entry->d_name);
        const size_t n = strlen(path);
        if (path[n - 2] != '.' || (path[n - 1] != 'c' && path[n - 1] != 'h')) {
            continue;
        }
        files++;
        for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
            ck_assert_msg(occurrences(path, forbidden[i]) == 0, "%s: %s", entry->d_name,
                          forbidden[i]);
        }
    }
    closedir(room);
    ck_assert_uint_gt(files, 8);
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
        /* The stage reads the counts of rows that ingest told; of tables it knows the protected. */
        const size_t expected = strcmp(forbidden[i], ".counts[") == 0 ? 1 : 0;
        ck_assert_msg(occurrences(MLN_SOURCE_DIR "/stage/publish/report.c", forbidden[i]) == expected,
                      "stage/publish/report.c: %s", forbidden[i]);
    }
    /* The test of the test: the other side does name them. */
    ck_assert_uint_gt(occurrences(MLN_SOURCE_DIR "/protect/protected.c", "->counts"), 0);
    ck_assert_uint_gt(occurrences(MLN_SOURCE_DIR "/stage/publish/protect_context.c", "mln_tables_read"), 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("report");
    TCase *tc = tcase_create("report");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, numbers_as_each_language_writes_them);
    tcase_add_test(tc, hostile_labels_stay_text);
    tcase_add_test(tc, the_page_fetches_nothing_and_has_no_clock);
    tcase_add_test(tc, every_figure_names_its_unit_and_day);
    tcase_add_test(tc, a_funnel_is_drawn_in_percent_of_its_units_first_step);
    tcase_add_test(tc, findings_are_sentences_of_published_values);
    tcase_add_test(tc, a_matrix_says_what_did_not_change);
    tcase_add_test(tc, tables_show_signs_where_cells_are_suppressed);
    tcase_add_test(tc, files_have_a_row_a_cell_and_no_suppressed_number);
    tcase_add_test(tc, the_writers_never_name_a_count);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
