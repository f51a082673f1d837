/* Same bytes however it is run; figures of each shipped profile; what is wrong with a profile, and
 * where; Parquet against CSV. The rows themselves are judged by read.py. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "engine/engine.h"
#include "run.h"
#include "synth/pen.h"
#include "synth/profile.h"
#include "synth/rows.h"
#include "synth/synth.h"

static char root[64];

static const char *below(const char *name) {
    static char paths[8][160];
    static int next;
    char *path = paths[next++ % 8];
    (void)snprintf(path, sizeof paths[0], "%s/%s", root, name);
    return path;
}

static void setup(void) {
    (void)snprintf(root, sizeof root, "/tmp/mln-synth-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(root));
}

static void teardown(void) {
    ck_assert_int_eq(mln_dir_remove(root, NULL), MLN_OK);
}

static void write_all(const char *dir, uint64_t n, uint64_t seed, size_t threads,
                      const char *profile, enum mln_synth_format format) {
    struct mln_err err = {0};
    const struct mln_synth_options options = {.dir = dir,
                                              .n_procedures = n,
                                              .seed = seed,
                                              .n_threads = threads,
                                              .profile = profile,
                                              .format = format};
    ck_assert_msg(mln_synth_write(&options, &err) == MLN_OK, "%s", err.msg);
}

static void read_file(const char *dir, const char *name, struct mln_buf *out) {
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    struct mln_err err = {0};
    mln_buf_reset(out);
    ck_assert_msg(mln_file_read(path, (size_t)1 << 30, out, &err) == MLN_OK, "%s", err.msg);
}

/* How many of the files written differ. */
static size_t different(const char *a, const char *b) {
    struct mln_buf x = MLN_BUF_INIT;
    struct mln_buf y = MLN_BUF_INIT;
    size_t n = 0;
    static const char *const others[] = {"profile.yaml", "nomenclatures/unites_successeurs.csv",
                                         "synth.json"};
    for (size_t i = 0; i < N_FILES + 3; i++) {
        const char *name = i < N_FILES ? mln_synth_files[i].path : others[i - N_FILES];
        read_file(a, name, &x);
        read_file(b, name, &y);
        ck_assert_uint_gt(x.n, 0);
        n += !mln_str_eq(mln_buf_view(&x), mln_buf_view(&y));
    }
    mln_buf_release(&x);
    mln_buf_release(&y);
    return n;
}

START_TEST(same_bytes_for_any_threads_and_run) {
    setup();
    write_all(below("a"), 20000, 5, 1, NULL, MLN_SYNTH_CSV); /* five shards: waves of 4, 8 and 32 */
    write_all(below("b"), 20000, 5, 2, NULL, MLN_SYNTH_CSV);
    write_all(below("c"), 20000, 5, 8, NULL, MLN_SYNTH_CSV);
    ck_assert_uint_eq(different(below("a"), below("b")), 0);
    ck_assert_uint_eq(different(below("a"), below("c")), 0);
    write_all(below("b"), 20000, 5, 2, NULL, MLN_SYNTH_CSV); /* over what is there */
    ck_assert_uint_eq(different(below("a"), below("b")), 0);
    write_all(below("d"), 20000, 6, 2, NULL, MLN_SYNTH_CSV);
    ck_assert_uint_eq(different(below("a"), below("d")), N_FILES + 3);
    teardown();
}
END_TEST

static struct mln_file_stamp stamp_of(const char *dir, const char *name) {
    char path[256];
    struct mln_file_stamp stamp = {0};
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    ck_assert_int_eq(mln_file_stamp(path, &stamp, NULL), MLN_OK);
    return stamp;
}

/* Files are written aside and renamed: a new inode or time tells that one was written again. */
static bool rewritten(struct mln_file_stamp before, struct mln_file_stamp after) {
    return before.inode != after.inode || before.mtime_ns != after.mtime_ns;
}

START_TEST(whole_extracts_are_not_written_again) {
    setup();
    const char *dir = below("a");
    write_all(dir, 300, 5, 2, NULL, MLN_SYNTH_BOTH);
    struct mln_file_stamp first = stamp_of(dir, "affaire.csv");
    write_all(dir, 300, 5, 1, NULL, MLN_SYNTH_BOTH);
    ck_assert(!rewritten(first, stamp_of(dir, "affaire.csv")));

    struct mln_buf text = MLN_BUF_INIT; /* one byte of one file, size kept */
    char path[256];
    (void)snprintf(path, sizeof path, "%s/truth/victime.csv", dir);
    read_file(dir, "truth/victime.csv", &text);
    text.p[text.n - 2] ^= 1;
    ck_assert_int_eq(mln_file_write(path, mln_buf_view(&text), NULL), MLN_OK);
    write_all(dir, 300, 5, 2, NULL, MLN_SYNTH_BOTH);
    ck_assert(rewritten(first, stamp_of(dir, "affaire.csv")));

    first = stamp_of(dir, "affaire.csv"); /* a file lost */
    (void)snprintf(path, sizeof path, "%s/evenement.parquet", dir);
    ck_assert_int_eq(unlink(path), 0);
    write_all(dir, 300, 5, 2, NULL, MLN_SYNTH_BOTH);
    ck_assert(rewritten(first, stamp_of(dir, "affaire.csv")));
    ck_assert(mln_path_exists(path));

    first = stamp_of(dir, "affaire.csv"); /* no mark: as after a kill */
    (void)snprintf(path, sizeof path, "%s/synth.json", dir);
    ck_assert_int_eq(unlink(path), 0);
    write_all(dir, 300, 5, 2, NULL, MLN_SYNTH_BOTH);
    ck_assert(rewritten(first, stamp_of(dir, "affaire.csv")));

    first = stamp_of(dir, "affaire.csv"); /* another seed */
    write_all(dir, 300, 6, 2, NULL, MLN_SYNTH_BOTH);
    ck_assert(rewritten(first, stamp_of(dir, "affaire.csv")));
    mln_buf_release(&text);
    teardown();
}
END_TEST

static enum mln_status check(const char *dir, struct mln_buf *out, struct mln_err *err) {
    char *text = NULL;
    size_t n = 0;
    FILE *stream = open_memstream(&text, &n);
    ck_assert_ptr_nonnull(stream);
    const enum mln_status status = mln_synth_check(dir, NULL, stream, err);
    ck_assert_int_eq(fclose(stream), 0);
    mln_buf_reset(out);
    mln_buf_add(out, text, n);
    free(text);
    return status;
}

START_TEST(figures_hold_for_every_profile) {
    static const char *const profiles[] = {"default", "worse_keys", "missing_births", "namesakes"};
    setup();
    struct mln_buf out = MLN_BUF_INIT;
    for (size_t i = 0; i < 4; i++) {
        write_all(below("p"), i == 0 ? 60000 : 12000, 77 + i, 2, profiles[i], MLN_SYNTH_CSV);
        struct mln_err err = {0};
        ck_assert_msg(check(below("p"), &out, &err) == MLN_OK, "%s: %s\n%s", profiles[i], err.msg,
                      out.p);
        ck_assert_ptr_nonnull(strstr(out.p, "49 figures, 0 outside"));
        ck_assert_ptr_null(strstr(out.p, "no data"));
    }
    mln_buf_release(&out);
    teardown();
}
END_TEST

/* Replaces the first `from` in a file of DIR. */
static void edit(const char *dir, const char *name, const char *from, const char *to) {
    struct mln_buf text = MLN_BUF_INIT;
    struct mln_buf changed = MLN_BUF_INIT;
    read_file(dir, name, &text);
    const char *at = strstr(text.p, from);
    ck_assert_msg(at != NULL, "%s is not in %s", from, name);
    mln_buf_add(&changed, text.p, (size_t)(at - text.p));
    mln_buf_addz(&changed, to);
    mln_buf_addz(&changed, at + strlen(from));
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    ck_assert_int_eq(mln_file_write(path, mln_buf_view(&changed), NULL), MLN_OK);
    mln_buf_release(&text);
    mln_buf_release(&changed);
}

START_TEST(a_figure_outside_its_tolerance_fails) {
    setup();
    struct mln_buf out = MLN_BUF_INIT;
    struct mln_err err = {0};
    write_all(below("x"), 9000, 3, 2, "default", MLN_SYNTH_CSV);
    edit(below("x"), "profile.yaml", "match_rate: {value: 0.84", "match_rate: {value: 0.90");
    ck_assert_int_eq(check(below("x"), &out, &err), MLN_CHECK_FAILED);
    ck_assert_ptr_nonnull(strstr(out.p, "OUTSIDE"));
    ck_assert_ptr_nonnull(strstr(err.msg, "1 of 49 figures"));
    /* the keys themselves: without ties nothing is found */
    struct mln_buf header = MLN_BUF_INIT;
    mln_buf_addz(&header,
                 "affaire_id;rang;force;code_unite;numero;annee;reference_pv;idj_pv;numero_parquet;"
                 "type_creation\r\n");
    ck_assert_int_eq(mln_file_write(below("x/correspondance.csv"), mln_buf_view(&header), NULL),
                     MLN_OK);
    ck_assert_int_eq(check(below("x"), &out, &err), MLN_CHECK_FAILED);
    ck_assert_ptr_nonnull(strstr(out.p, "no data"));
    /* what cannot be read is told with its place */
    edit(below("x"), "affaire.csv", ";tj", ";tj;");
    ck_assert_int_eq(check(below("x"), &out, &err), MLN_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(err.msg, "affaire.csv:2: "));
    ck_assert_int_eq(unlink(below("x/evenement.csv")), 0);
    ck_assert_int_eq(check(below("y"), &out, &err), MLN_IO);
    mln_buf_release(&header);
    mln_buf_release(&out);
    teardown();
}
END_TEST

static const struct {
    const char *yaml;
    const char *message;
} wrong[] = {
    {"version: 2\nbase: default\n", "p.yaml:1:10: "},
    {"version: 1\n",
     "p.yaml:1:1: 'period.first' is missing; say it, or begin the profile with 'base: default'"},
    {"version: 1\nbase: nobody\n", "profile 'nobody' is not shipped"},
    {"version: 1\nbase: ../x\n", "p.yaml:2:7: a base is the name of a shipped profile"},
    {"version: 1\nbase: default\nkeys:\n  no_ties: 0.1\n", "p.yaml:4:3: "},
    {"version: 1\nbase: default\nkeys:\n  no_tie: 1.4\n", "p.yaml:4:11: "},
    {"version: 1\nbase: default\nkeys: 3\n", "p.yaml:3:7: "},
    {"version: 1\nbase: default\ncalendar:\n  months: [1, 2]\n",
     "p.yaml:4:11: expected 12 numbers, found 2"},
    {"version: 1\nbase: default\nperiod:\n  last: 2022-12-31\n",
     "'calendar.years' must be said again"},
    {"version: 1\nbase: default\nperiod:\n  observation: 2020-01-01\n",
     "period: first, last and observation"},
    {"version: 1\nbase: default\npersons:\n  pcs: {10: 1, ZZ: 2}\n",
     "p.yaml:4:20: this code is not in nomenclatures/pcs.csv"},
    {"version: 1\nbase: default\npersons:\n  pcs: {10: 0}\n",
     "p.yaml:4:8: the weights are all zero"},
    {"version: 1\nbase: default\nkinds:\n  viol: {prosecuted: 0.99}\n",
     "kinds.viol: the probabilities"},
    {"version: 1\nbase: default\nkeys:\n  spellings:\n    - {text: \"{u}\"}\n", "p.yaml:5:7: "},
    {"version: 1\nbase: default\nroutes:\n  ci_days: [1, 1, 0, 0, 0, 0, 0, 0]\n",
     "routes.ci_days: the prob"},
};

START_TEST(every_wrong_profile) {
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct mln_err err = {0};
        static struct mln_synth_profile profile;
        const enum mln_status status =
            mln_synth_profile_parse("p.yaml", mln_str_from(wrong[i].yaml), &profile, NULL, &err);
        ck_assert_msg(status == MLN_BAD_INPUT, "%zu: status %d", i, (int)status);
        ck_assert_msg(strstr(err.msg, wrong[i].message) != NULL, "%zu: %s", i, err.msg);
    }
}
END_TEST

START_TEST(options_and_places_that_cannot_be) {
    setup();
    struct mln_err err = {0};
    struct mln_synth_options options = {
        .dir = below("z"), .n_procedures = 0, .format = MLN_SYNTH_CSV};
    ck_assert_int_eq(mln_synth_write(&options, &err), MLN_BAD_INPUT);
    options.n_procedures = 10;
    options.profile = "nobody";
    ck_assert_int_eq(mln_synth_write(&options, &err), MLN_BAD_INPUT);
    ck_assert(!mln_path_exists(below("z"))); /* nothing is begun for a profile that does not hold */
    options.profile = NULL;
    ck_assert_int_eq(mln_file_write(below("z"), MLN_STR_LIT("a file"), &err), MLN_OK);
    ck_assert_int_eq(mln_synth_write(&options, &err), MLN_IO);
    teardown();
}
END_TEST

/* ── Parquet ── */

struct compare {
    struct mln_synth_rows rows;
    size_t n, nulls;
};

static bool is_int(const char *name) {
    return strcmp(name, "rang") == 0 || strcmp(name, "rang_auteur") == 0;
}

static enum mln_status compare_batch(void *ctx, const struct mln_batch *b, struct mln_err *err) {
    struct compare *c = ctx;
    ck_assert_uint_eq(b->n_columns, 8);
    for (size_t i = 0; i < b->n_rows; i++) {
        bool more = false;
        ck_assert_int_eq(mln_synth_rows_next(&c->rows, &more, err), MLN_OK);
        ck_assert(more);
        for (size_t k = 0; k < 8; k++) {
            const struct mln_column *col = &b->columns[k];
            const struct mln_str cell = c->rows.cells[k];
            ck_assert_int_eq(mln_is_valid(col, i), cell.n > 0);
            c->nulls += cell.n == 0;
            if (cell.n == 0) {
                continue;
            }
            if (is_int(col->name)) {
                ck_assert_int_eq(col->type, MLN_INT32);
                ck_assert_int_eq(mln_get_i32(col, i), mln_synth_number(cell));
            } else if (strcmp(col->name, "date") == 0) {
                ck_assert_int_eq(col->type, MLN_DATE32);
                ck_assert_int_eq(mln_get_i32(col, i), mln_synth_day(cell));
            } else {
                ck_assert(mln_str_eq(mln_get_str(col, i), cell));
            }
        }
        c->n++;
    }
    return MLN_OK;
}

static enum mln_status find_accent(void *ctx, const struct mln_batch *b, struct mln_err *err) {
    (void)err;
    const struct mln_column *col = mln_batch_column(b, "reference_pv");
    ck_assert_ptr_nonnull(col);
    for (size_t i = 0; i < b->n_rows; i++) {
        const struct mln_str cell = mln_get_str(col, i);
        for (size_t k = 0; k + 1 < cell.n; k++) { /* n°, in UTF-8 */
            *(bool *)ctx = *(bool *)ctx || (cell.p[k] == '\xC2' && cell.p[k + 1] == '\xB0');
        }
    }
    return MLN_OK;
}

START_TEST(parquet_holds_what_csv_holds) {
    setup();
    struct mln_err err = {0};
    write_all(below("both"), 3000, 9, 2, NULL, MLN_SYNTH_BOTH);
    write_all(below("only"), 3000, 9, 1, NULL, MLN_SYNTH_PARQUET);
    ck_assert(!mln_path_exists(below("only/evenement.csv")));
    struct mln_engine *engine = NULL;
    const struct mln_engine_options options = {.n_threads = 1, .spill_dir = below("spill")};
    ck_assert_msg(mln_engine_open_duckdb(&options, &engine, &err) == MLN_OK, "%s", err.msg);
    static const char *const dirs[] = {"both", "only"};
    for (size_t d = 0; d < 2; d++) {
        struct compare c = {.n = 0};
        char path[160];
        (void)snprintf(path, sizeof path, "%s/%s/evenement.parquet", root, dirs[d]);
        ck_assert_int_eq(mln_synth_rows_open(&c.rows, below("both"), "evenement.csv", ';',
                                             mln_synth_files[FILE_EVENEMENT].header, &err),
                         MLN_OK);
        ck_assert_msg(engine->ops->read_parquet(engine, path, false, compare_batch, &c, &err) ==
                          MLN_OK,
                      "%s", err.msg);
        bool more = true;
        ck_assert_int_eq(mln_synth_rows_next(&c.rows, &more, &err), MLN_OK);
        ck_assert(!more);
        ck_assert_uint_gt(c.n, 5000);
        ck_assert_uint_gt(c.nulls, 1000);
        mln_synth_rows_close(&c.rows);
    }
    bool accent = false;
    ck_assert_int_eq(engine->ops->read_parquet(engine, below("only/correspondance.parquet"), true,
                                               find_accent, &accent, &err),
                     MLN_OK);
    ck_assert(accent);
    engine->ops->close(engine);
    teardown();
}
END_TEST

MLN_TEST_MAIN("synth", same_bytes_for_any_threads_and_run, whole_extracts_are_not_written_again,
              figures_hold_for_every_profile, a_figure_outside_its_tolerance_fails,
              every_wrong_profile, options_and_places_that_cannot_be, parquet_holds_what_csv_holds)
