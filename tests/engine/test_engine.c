/* The embedded engine through its table of functions, as the stages use it. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/thread.h"
#include "engine/engine.h"

static char dir[64];
static struct mln_engine *e;
static struct mln_err err;
static const unsigned char key_a[32] = "0123456789abcdef0123456789abcde";


#define OK(call)                                              \
    do {                                                      \
        const enum mln_status got_ = (call);                  \
        ck_assert_msg(got_ == MLN_OK, "%s", err.msg);         \
    } while (0)
#define FAILS(status, call) ck_assert_int_eq((call), (status))

static const char *in_dir(const char *name) {
    static char paths[8][256];
    static unsigned next;
    char *const path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", dir, name);
    return path;
}

static void open_with(size_t n_threads, uint64_t memory) {
    static char spill[128];
    snprintf(spill, sizeof spill, "%s/spill", dir);
    const struct mln_engine_options options = {
        .n_threads = n_threads, .memory_bytes = memory, .spill_dir = spill};
    OK(mln_engine_open_duckdb(&options, &e, &err));
}

static void set_up(void) {
    snprintf(dir, sizeof dir, "/tmp/mln-engine-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    memset(&err, 0, sizeof err);
    open_with(2, 0);
}

static void tear_down(void) {
    if (e != NULL) {
        e->ops->close(e);
        e = NULL;
    }
    OK(mln_dir_remove(dir, &err));
}

static enum mln_status run(const char *sql, struct mln_params params) {
    return e->ops->exec(e, "test.sql", mln_str_from(sql), params, NULL, &err);
}

static int64_t one(const char *sql) {
    int64_t value = -1;
    OK(mln_query_i64(e, "one.sql", sql, MLN_NO_PARAMS, &value, &err));
    return value;
}

/* What a scan gave, as text: "name:type,…" then a line a row. */
static enum mln_status print_batch(void *ctx, const struct mln_batch *batch, struct mln_err *e2) {
    static const char *const words[] = {"i32", "i64", "f64", "day", "text"};
    struct mln_buf *const out = ctx;
    (void)e2;
    const bool first = out->n == 0;
    for (size_t c = 0; first && c < batch->n_columns; c++) {
        mln_buf_addf(out, "%s:%s ", batch->columns[c].name, words[batch->columns[c].type]);
    }
    for (size_t row = 0; row < batch->n_rows; row++) {
        mln_buf_addc(out, '\n');
        for (size_t c = 0; c < batch->n_columns; c++) {
            const struct mln_column *const col = &batch->columns[c];
            mln_buf_addz(out, c == 0 ? "" : "|");
            if (!mln_is_valid(col, row)) {
                mln_buf_addz(out, "NULL");
            } else if (col->type == MLN_INT64) {
                mln_buf_add_i64(out, mln_get_i64(col, row));
            } else if (col->type == MLN_DOUBLE) {
                mln_buf_addf(out, "%g", mln_get_f64(col, row));
            } else if (col->type == MLN_UTF8_TEXT) {
                mln_buf_add_str(out, mln_get_str(col, row));
            } else {
                mln_buf_add_i64(out, mln_get_i32(col, row));
            }
        }
    }
    return MLN_OK;
}

static void assert_scan(const char *sql, struct mln_params params, const char *expected) {
    struct mln_buf out = MLN_BUF_INIT;
    OK(e->ops->scan(e, "scan.sql", mln_str_from(sql), params, print_batch, &out, &err));
    ck_assert_str_eq(out.p == NULL ? "" : out.p, expected);
    mln_buf_release(&out);
}

START_TEST(all_types_and_nulls) {
    assert_scan("SELECT * FROM (VALUES (1, CAST(2 AS BIGINT), CAST(0.5 AS DOUBLE), DATE '1970-01-02', "
                "'short', true), (NULL, NULL, NULL, NULL, NULL, NULL), (-7, -8, -1.25, "
                "DATE '1969-12-31', 'longer than twelve bytes: é', false), (0, 0, 0, DATE "
                "'2021-03-01', '', true)) AS t(a, b, c, d, e, f);",
                MLN_NO_PARAMS,
                "a:i32 b:i64 c:f64 d:day e:text f:i32 \n"
                "1|2|0.5|1|short|1\nNULL|NULL|NULL|NULL|NULL|NULL\n"
                "-7|-8|-1.25|-1|longer than twelve bytes: é|0\n0|0|0|18687||1");
}
END_TEST

START_TEST(empty_result_has_its_columns) {
    assert_scan("SELECT CAST(1 AS INTEGER) AS a, 'x' AS b WHERE false", MLN_NO_PARAMS,
                "a:i32 b:text ");
}
END_TEST

START_TEST(parameters_go_by_name) {
    const struct mln_params params = MLN_PARAMS(
        MLN_TEXT("s", "it's; \"quoted\" -- {x}"), MLN_INT("n", 41), MLN_DAY("d", 18687),
        MLN_REAL("r", 2.5), {.name = "nothing", .type = MLN_PARAM_NULL}, MLN_IDENT("t", "unused"));
    assert_scan("SELECT $n + 1 AS n, $s AS s, $d AS d, $r AS r, CAST($nothing AS INTEGER) AS z, "
                "$n AS again",
                params,
                "n:i64 s:text d:day r:f64 z:i32 again:i64 \n"
                "42|it's; \"quoted\" -- {x}|18687|2.5|NULL|41");
    FAILS(MLN_INTERNAL, run("SELECT $absent", MLN_NO_PARAMS));
    ck_assert_ptr_nonnull(strstr(err.msg, "no value for $absent"));
}
END_TEST

START_TEST(statements_of_a_file_run_in_turn) {
    uint64_t changed = 0;
    OK(e->ops->attach(e, "Main DB", in_dir("a.db"), key_a, MLN_ATTACH_CREATE, &err));
    const struct mln_params params =
        MLN_PARAMS(MLN_IDENT("db", "Main DB"), MLN_IDENT("t", "the \"table\"; DROP"), MLN_INT("k", 7));
    OK(e->ops->exec(e, "x.sql",
                    MLN_STR_LIT("-- grain: {unknown} 'quote\n"
                                "CREATE TABLE {db}.{t} AS SELECT range AS i FROM range(10);\n"
                                "DELETE FROM {db}.{t} WHERE i = $k;\n"
                                "INSERT INTO {db}.{t} SELECT i + 100 FROM {db}.{t}; -- the end\n"),
                    params, &changed, &err));
    ck_assert_uint_eq(changed, 9);
    int64_t n = 0;
    OK(mln_query_i64(e, "n", "SELECT COUNT(*) FROM {db}.{t}", params, &n, &err));
    ck_assert_int_eq(n, 18);
    OK(e->ops->exec(e, "x.sql", MLN_STR_LIT("CREATE TABLE {db}.u AS SELECT * FROM range(300000)"),
                    params, &changed, &err));
    ck_assert_uint_eq(changed, 300000);
    OK(e->ops->detach(e, "Main DB", &err));
}
END_TEST

/* ── appending ── */

static const struct mln_column_spec specs[] = {{"id", MLN_INT64}, {"n", MLN_INT32}, {"x", MLN_DOUBLE},
                                               {"d", MLN_DATE32}, {"s", MLN_UTF8_TEXT}};
#define COLUMNS "(id BIGINT, n INTEGER, x DOUBLE, d DATE, s VARCHAR)"

/* Row i: every third n missing, every fifth s missing, s of i % 40 letters. */
static struct mln_builder *rows_from(int64_t first, int64_t last) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ";
    struct mln_builder *const b = mln_builder_new(specs, 5);
    ck_assert_ptr_nonnull(b);
    for (int64_t i = first; i < last; i++) {
        mln_add_i64(b, 0, i);
        if (i % 3 == 0) {
            mln_add_null(b, 1);
        } else {
            mln_add_i32(b, 1, (int32_t)i);
        }
        mln_add_f64(b, 2, (double)i / 2);
        mln_add_i32(b, 3, (int32_t)(i % 1000));
        mln_add_str(b, 4, (struct mln_str){i % 5 == 0 ? NULL : letters, (size_t)(i % 40)});
    }
    return b;
}

static void append_rows(struct mln_appender *a, int64_t first, int64_t last) {
    struct mln_builder *const b = rows_from(first, last);
    struct mln_batch batch;
    OK(mln_builder_view(b, &batch, &err));
    OK(e->ops->append(a, &batch, &err));
    mln_builder_free(b);
}

START_TEST(appended_rows_come_back_in_order) {
    OK(e->ops->attach(e, "a", in_dir("a.db"), key_a, MLN_ATTACH_CREATE, &err));
    OK(run("CREATE TABLE a.t " COLUMNS, MLN_NO_PARAMS));
    struct mln_appender *a = NULL;
    OK(e->ops->append_open(e, "a", "t", &a, &err));
    append_rows(a, 0, 1);
    append_rows(a, 1, 2049);
    append_rows(a, 2049, 7000);
    append_rows(a, 7000, 7000);
    OK(e->ops->append_close(a, true, &err));
    OK(e->ops->detach(e, "a", &err));
    ck_assert(!mln_path_exists(in_dir("a.db.wal")));
    struct stat st;
    ck_assert_int_eq(stat(in_dir("a.db"), &st), 0);
    ck_assert_int_eq(st.st_mode & 0777, 0600);
    OK(e->ops->attach(e, "b", in_dir("a.db"), key_a, MLN_ATTACH_READ, &err));
    ck_assert_int_eq(one("SELECT COUNT(*) FROM b.t"), 7000);
    ck_assert_int_eq(one("SELECT COUNT(*) FROM b.t WHERE id = rowid AND x = id / 2 AND "
                         "d = DATE '1970-01-01' + CAST(id % 1000 AS INTEGER) AND "
                         "(id % 3 = 0) = (n IS NULL) AND COALESCE(n, id) = id AND "
                         "(id % 5 = 0) = (s IS NULL) AND COALESCE(s = substr('abcdefghijklmnopqrst"
                         "uvwxyzABCDEFGHIJKLMNOPQ', 1, CAST(id % 40 AS INTEGER)), true)"),
                     7000);
    FAILS(MLN_BAD_INPUT, run("DELETE FROM b.t", MLN_NO_PARAMS)); /* read-only */
}
END_TEST

START_TEST(an_appender_given_up_leaves_nothing) {
    OK(e->ops->attach(e, "a", in_dir("a.db"), key_a, MLN_ATTACH_CREATE, &err));
    OK(run("CREATE TABLE a.t " COLUMNS, MLN_NO_PARAMS));
    struct mln_appender *a = NULL;
    OK(e->ops->append_open(e, "a", "t", &a, &err));
    append_rows(a, 0, 300000);
    OK(e->ops->append_close(a, false, &err));
    ck_assert_int_eq(one("SELECT COUNT(*) FROM a.t"), 0);
    FAILS(MLN_INTERNAL, e->ops->append_open(e, "a", "absent", &a, &err));
    ck_assert_ptr_nonnull(strstr(err.msg, "absent"));
}
END_TEST

START_TEST(a_copied_file_keeps_the_order) {
    OK(e->ops->copy_out(e, "c.sql", MLN_STR_LIT("SELECT range AS i, CASE WHEN range % 2 = 0 THEN "
                                                "'a,\"b\"' END AS s FROM range(3) ORDER BY i DESC;"),
                        MLN_NO_PARAMS, in_dir("o.csv"), MLN_FILE_CSV, &err));
    struct mln_buf text = MLN_BUF_INIT;
    OK(mln_file_read(in_dir("o.csv"), 1000, &text, &err));
    ck_assert_str_eq(text.p, "i,s\n2,\"a,\"\"b\"\"\"\n1,\n0,\"a,\"\"b\"\"\"\n");
    mln_buf_release(&text);
    ck_assert(!mln_path_exists(in_dir("o.csv.part")));
}
END_TEST

/* ── query → kernel → table ── */

/* Doubles even ids, drops odd ones, refuses id 100000 when asked. */
static enum mln_status even_ids(void *ctx, const struct mln_batch *in, struct mln_builder *out,
                                struct mln_err *e2) {
    for (size_t row = 0; row < in->n_rows; row++) {
        const int64_t id = mln_get_i64(&in->columns[0], row);
        if (ctx != NULL && id == *(const int64_t *)ctx) {
            return mln_err_set(e2, MLN_BAD_INPUT, "the kernel refuses");
        }
        if (id % 2 == 0) {
            mln_add_i64(out, 0, 2 * id);
            mln_add_str(out, 1, mln_get_str(&in->columns[1], row));
        }
    }
    return MLN_OK;
}

START_TEST(a_kernel_maps_a_query_into_a_table) {
    static const struct mln_column_spec out[] = {{"twice", MLN_INT64}, {"s", MLN_UTF8_TEXT}};
    OK(e->ops->attach(e, "a", in_dir("a.db"), key_a, MLN_ATTACH_CREATE, &err));
    OK(run("CREATE TABLE a.t (twice BIGINT, s VARCHAR)", MLN_NO_PARAMS));
    const struct mln_str query =
        MLN_STR_LIT("SELECT range AS id, CASE WHEN range % 3 > 0 THEN 'value number ' || range END "
                    "AS s FROM range($n) ORDER BY id DESC");
    const struct mln_params params = MLN_PARAMS(MLN_INT("n", 600001));
    int64_t refused = 100000;
    FAILS(MLN_BAD_INPUT,
          e->ops->map(e, "m.sql", query, params, even_ids, &refused, out, 2, "a", "t", &err));
    ck_assert_str_eq(err.msg, "the kernel refuses");
    ck_assert_int_eq(one("SELECT COUNT(*) FROM a.t"), 0);
    OK(e->ops->map(e, "m.sql", query, params, even_ids, NULL, out, 2, "a", "t", &err));
    ck_assert_int_eq(one("SELECT COUNT(*) FROM a.t WHERE twice = 1200000 - 4 * rowid AND (s IS NULL) "
                         "= (twice % 6 = 0) AND COALESCE(s = 'value number ' || (twice // 2), true)"),
                     300001);
}
END_TEST

/* ── lock-down ── */

START_TEST(after_lock_down_nothing_else_opens) {
    OK(mln_dir_make(in_dir("allowed"), &err));
    OK(mln_file_write(in_dir("secret.csv"), MLN_STR_LIT("a,b\n1,2\n"), &err));
    OK(e->ops->attach(e, "a", in_dir("a.db"), key_a, MLN_ATTACH_CREATE, &err));
    OK(e->ops->copy_out(e, "p", MLN_STR_LIT("SELECT 1 AS x"), MLN_NO_PARAMS, in_dir("out.parquet"),
                        MLN_FILE_PARQUET, &err));
    const char *const dirs[] = {in_dir("allowed")};
    OK(e->ops->lock_down(e, dirs, 1, &err));

    FAILS(MLN_IO, e->ops->attach(e, "x", in_dir("x.db"), key_a, MLN_ATTACH_CREATE, &err));
    ck_assert_ptr_nonnull(strstr(err.msg, "locked down"));
    ck_assert(!mln_path_exists(in_dir("x.db")));
    FAILS(MLN_IO, e->ops->copy_out(e, "c", MLN_STR_LIT("SELECT 1"), MLN_NO_PARAMS,
                                   in_dir("y.csv"), MLN_FILE_CSV, &err));
    ck_assert(!mln_path_exists(in_dir("y.csv")) && !mln_path_exists(in_dir("y.csv.part")));
    const struct mln_params path = MLN_PARAMS(MLN_TEXT("path", in_dir("secret.csv")));
    FAILS(MLN_IO, run("SELECT * FROM read_csv($path)", path));
    FAILS(MLN_IO, run("SELECT * FROM read_text($path)", path));
    FAILS(MLN_IO, run("SELECT * FROM glob('/etc/*')", MLN_NO_PARAMS));
    FAILS(MLN_IO, run("SELECT * FROM '/etc/passwd.csv'", MLN_NO_PARAMS));
    FAILS(MLN_IO, run("SELECT * FROM read_csv('https://example.org/x.csv')", MLN_NO_PARAMS));
    FAILS(MLN_IO, run("LOAD '/tmp/x.duckdb_extension'", MLN_NO_PARAMS));
    FAILS(MLN_IO, run("INSTALL spatial", MLN_NO_PARAMS));
    FAILS(MLN_IO, e->ops->read_parquet(e, in_dir("out.parquet"), false, print_batch, NULL, &err));
    ck_assert_int_ne(run("SET enable_external_access=true", MLN_NO_PARAMS), MLN_OK);
    ck_assert_int_ne(run("SET memory_limit='1GB'", MLN_NO_PARAMS), MLN_OK);
    ck_assert_int_ne(run("SET disabled_filesystems=''", MLN_NO_PARAMS), MLN_OK);

    /* what was there stays usable, and the given directory too */
    OK(run("CREATE TABLE a.t AS SELECT range AS i FROM range(100000)", MLN_NO_PARAMS));
    OK(e->ops->attach(e, "n", in_dir("allowed/n.db"), key_a, MLN_ATTACH_CREATE, &err));
    OK(run("CREATE TABLE n.t AS SELECT * FROM a.t", MLN_NO_PARAMS));
    OK(e->ops->detach(e, "n", &err));
    OK(e->ops->copy_out(e, "c", MLN_STR_LIT("SELECT i FROM a.t ORDER BY i"), MLN_NO_PARAMS,
                        in_dir("allowed/t.parquet"), MLN_FILE_PARQUET, &err));
    OK(e->ops->detach(e, "a", &err));
    ck_assert(!mln_path_exists(in_dir("a.db.wal")));
}
END_TEST

/* ── Parquet ── */

START_TEST(parquet_comes_back) {
    OK(e->ops->copy_out(
        e, "p",
        MLN_STR_LIT("SELECT * FROM (VALUES (1, CAST(2 AS BIGINT), CAST(0.5 AS DOUBLE), DATE "
                    "'2021-03-01', 'é', TIMESTAMP '2021-03-01 10:00:00', CAST(1.50 AS "
                    "DECIMAL(6,2)), true), (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)) "
                    "AS t(a, b, c, d, e, f, g, \"H h\")"),
        MLN_NO_PARAMS, in_dir("x=1 [a]*.parquet"), MLN_FILE_PARQUET, &err));
    struct mln_buf out = MLN_BUF_INIT;
    OK(e->ops->read_parquet(e, in_dir("x=1 [a]*.parquet"), false, print_batch, &out, &err));
    ck_assert_str_eq(out.p, "a:i32 b:i64 c:f64 d:day e:text f:text g:text H h:text \n"
                            "1|2|0.5|18687|é|2021-03-01 10:00:00|1.50|true\n"
                            "NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL");
    mln_buf_reset(&out);
    OK(e->ops->read_parquet(e, in_dir("x=1 [a]*.parquet"), true, print_batch, &out, &err));
    ck_assert_str_eq(out.p, "a:text b:text c:text d:text e:text f:text g:text H h:text \n"
                            "1|2|0.5|2021-03-01|é|2021-03-01 10:00:00|1.50|true\n"
                            "NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL");
    mln_buf_release(&out);
    OK(e->ops->copy_out(e, "p", MLN_STR_LIT("SELECT 1 AS a, 'x' AS b WHERE false"), MLN_NO_PARAMS,
                        in_dir("empty.parquet"), MLN_FILE_PARQUET, &err));
    OK(e->ops->read_parquet(e, in_dir("empty.parquet"), true, print_batch, &out, &err));
    ck_assert_str_eq(out.p, "a:text b:text ");
    mln_buf_release(&out);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("engine");
    TCase *tc = tcase_create("engine");
    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, all_types_and_nulls);
    tcase_add_test(tc, empty_result_has_its_columns);
    tcase_add_test(tc, parameters_go_by_name);
    tcase_add_test(tc, statements_of_a_file_run_in_turn);
    tcase_add_test(tc, appended_rows_come_back_in_order);
    tcase_add_test(tc, an_appender_given_up_leaves_nothing);
    tcase_add_test(tc, a_copied_file_keeps_the_order);
    tcase_add_test(tc, a_kernel_maps_a_query_into_a_table);
    tcase_add_test(tc, after_lock_down_nothing_else_opens);
    tcase_add_test(tc, parquet_comes_back);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
