/* The embedded engine through its table of functions, as the stages use it. */
#include <sys/stat.h>
#include <unistd.h>

#include "base/thread.h"
#include "fixture.h"

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
    assert_scan(
        "SELECT * FROM (VALUES (1, CAST(2 AS BIGINT), CAST(0.5 AS DOUBLE), DATE '1970-01-02', "
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
    const struct mln_params params = MLN_PARAMS(
        MLN_IDENT("db", "Main DB"), MLN_IDENT("t", "the \"table\"; DROP"), MLN_INT("k", 7));
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

static const struct mln_column_spec specs[] = {{"id", MLN_INT64},
                                               {"n", MLN_INT32},
                                               {"x", MLN_DOUBLE},
                                               {"d", MLN_DATE32},
                                               {"s", MLN_UTF8_TEXT}};
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
    OK(e->ops->copy_out(e, "c.sql",
                        MLN_STR_LIT("SELECT range AS i, CASE WHEN range % 2 = 0 THEN "
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
    ck_assert_int_eq(
        one("SELECT COUNT(*) FROM a.t WHERE twice = 1200000 - 4 * rowid AND (s IS NULL) "
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
    FAILS(MLN_IO, e->ops->copy_out(e, "c", MLN_STR_LIT("SELECT 1"), MLN_NO_PARAMS, in_dir("y.csv"),
                                   MLN_FILE_CSV, &err));
    ck_assert(!mln_path_exists(in_dir("y.csv")) && !mln_path_exists(in_dir("y.csv.part")));
    const struct mln_params path = MLN_PARAMS(MLN_TEXT("path", in_dir("secret.csv")));
    FAILS(MLN_IO, run("SELECT * FROM read_csv($path)", path));
    FAILS(MLN_IO, run("SELECT * FROM read_text($path)", path));
    FAILS(MLN_IO, run("SELECT * FROM glob('/etc/*')", MLN_NO_PARAMS));
    FAILS(MLN_IO, run("SELECT * FROM '/etc/passwd.csv'", MLN_NO_PARAMS));
    FAILS(MLN_IO, run("SELECT * FROM read_csv('https://example.org/x.csv')", MLN_NO_PARAMS));
    const struct mln_params beside = MLN_PARAMS(MLN_TEXT("path", in_dir("allowed/../secret.csv")));
    FAILS(MLN_IO, run("SELECT * FROM read_csv($path)", beside));
    ck_assert_int_eq(symlink("..", in_dir("allowed/link")), 0);
    FAILS(MLN_IO,
          e->ops->attach(e, "x", in_dir("allowed/link/x.db"), key_a, MLN_ATTACH_CREATE, &err));
    ck_assert(!mln_path_exists(in_dir("x.db")));
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

START_TEST(wrong_batches_are_refused) {
    static const struct mln_column_spec ok[] = {{"A", MLN_INT64}, {"s", MLN_UTF8_TEXT}};
    static const struct mln_column_spec named[] = {{"s", MLN_INT64}, {"a", MLN_UTF8_TEXT}};
    static const struct mln_column_spec typed[] = {{"a", MLN_INT32}, {"s", MLN_UTF8_TEXT}};
    static const struct {
        const struct mln_column_spec *specs;
        size_t n;
        const char *text;
        enum mln_status status;
        const char *says;
    } cases[] = {
        {named, 2, "x", MLN_INTERNAL, "column 1 is a, in the batch s"},
        {typed, 2, "x", MLN_INTERNAL, "column a is BIGINT, in the batch INTEGER"},
        {ok, 1, "x", MLN_INTERNAL, "has 2 columns, the batch 1"},
        {ok, 2, "\xC3(", MLN_BAD_INPUT, "column s: a value is not UTF-8"},
        {ok, 2, "\xA9", MLN_BAD_INPUT, "not UTF-8"},
        {ok, 2, "\xC3\xA9", MLN_OK, NULL},
    };
    OK(run("CREATE TEMP TABLE t (a BIGINT, s VARCHAR)", MLN_NO_PARAMS));
    OK(e->ops->attach(e, "m", in_dir("m.db"), key_a, MLN_ATTACH_CREATE, &err));
    OK(run("CREATE TABLE m.t (a BIGINT, s VARCHAR)", MLN_NO_PARAMS));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mln_builder *const b = mln_builder_new(cases[i].specs, cases[i].n);
        for (int copies = 0; copies < 2; copies++) { /* the second ends where a character may not */
            if (cases[i].specs[0].type == MLN_INT32) {
                mln_add_i32(b, 0, 1);
            } else {
                mln_add_i64(b, 0, 1);
            }
            if (cases[i].n > 1) {
                mln_add_str(b, 1, mln_str_from(copies == 0 ? cases[i].text : ""));
            }
        }
        struct mln_batch batch;
        struct mln_appender *a = NULL;
        OK(mln_builder_view(b, &batch, &err));
        OK(e->ops->append_open(e, "m", "t", &a, &err));
        ck_assert_int_eq(e->ops->append(a, &batch, &err), cases[i].status);
        ck_assert(cases[i].says == NULL || strstr(err.msg, cases[i].says) != NULL);
        OK(e->ops->append_close(a, cases[i].status == MLN_OK, &err));
        mln_builder_free(b);
    }
    ck_assert_int_eq(one("SELECT COUNT(*) FROM m.t"), 2);
}
END_TEST

/* A character split over two values: each byte string is wrong, their sum is valid. */
START_TEST(a_split_character_is_refused) {
    const int64_t a_values[2] = {1, 2};
    const int32_t offsets[3] = {0, 1, 2};
    const struct mln_column columns[2] = {
        {.name = "a", .type = MLN_INT64, .values = a_values},
        {.name = "s", .type = MLN_UTF8_TEXT, .values = offsets, .bytes = "\xC3\xA9"}};
    struct mln_appender *a = NULL;
    OK(e->ops->attach(e, "m", in_dir("m.db"), key_a, MLN_ATTACH_CREATE, &err));
    OK(run("CREATE TABLE m.t (a BIGINT, s VARCHAR)", MLN_NO_PARAMS));
    OK(e->ops->append_open(e, "m", "t", &a, &err));
    FAILS(MLN_BAD_INPUT, e->ops->append(a, &(struct mln_batch){2, 2, columns}, &err));
    OK(e->ops->append_close(a, false, &err));
}
END_TEST

/* Sliced views (Arrow's offset) at every phase of the validity bits, and texts of every length
 * around the twelve bytes that DuckDB keeps inline; a 10 MiB value among them. */
START_TEST(slices_and_long_texts_survive) {
    enum { N = 5000, LONG = 10 << 20 };
    static const struct mln_column_spec two[] = {{"i", MLN_INT64}, {"s", MLN_UTF8_TEXT}};
    char *const text = malloc(LONG);
    ck_assert_ptr_nonnull(text);
    memset(text, 'z', LONG);
    struct mln_builder *const b = mln_builder_new(two, 2);
    for (int64_t i = 0; i < N; i++) {
        mln_add_i64(b, 0, i);
        mln_add_str(b, 1,
                    (struct mln_str){i % 7 == 0 ? NULL : text,
                                     i == 2500 ? (size_t)LONG : (size_t)(i % 30)});
    }
    struct mln_batch whole;
    OK(mln_builder_view(b, &whole, &err));
    OK(e->ops->attach(e, "m", in_dir("m.db"), key_a, MLN_ATTACH_CREATE, &err));
    OK(run("CREATE TABLE m.t (i BIGINT, s VARCHAR)", MLN_NO_PARAMS));
    struct mln_appender *a = NULL;
    OK(e->ops->append_open(e, "m", "t", &a, &err));
    for (size_t from = 0, step = 1; from < N; from += step, step = step * 2 + 1) {
        struct mln_column slice[2] = {whole.columns[0], whole.columns[1]};
        slice[0].offset += from;
        slice[1].offset += from;
        const size_t n = from + step < N ? step : N - from;
        OK(e->ops->append(a, &(struct mln_batch){n, 2, slice}, &err));
    }
    OK(e->ops->append_close(a, true, &err));
    ck_assert_int_eq(
        one("SELECT COUNT(*) FROM m.t WHERE i = rowid AND (s IS NULL) = (i % 7 = 0) AND "
            "COALESCE(length(s) = CASE WHEN i = 2500 THEN 10485760 ELSE i % 30 END, "
            "true)"),
        N);
    struct mln_buf out = MLN_BUF_INIT;
    OK(e->ops->scan(e, "long.sql", MLN_STR_LIT("SELECT s FROM m.t WHERE i = 2500"), MLN_NO_PARAMS,
                    print_batch, &out, &err));
    ck_assert_uint_eq(out.n, LONG + strlen("s:text \n"));
    ck_assert_int_eq(memcmp(out.p + out.n - LONG, text, LONG), 0);
    mln_buf_release(&out);
    mln_builder_free(b);
    free(text);
}
END_TEST

/* ── several at once ── */

static enum mln_status append_task(void *ctx, size_t i, struct mln_err *e2) {
    struct mln_batch *const batch = ctx;
    char table[8];
    snprintf(table, sizeof table, "t%zu", i % 3);
    struct mln_appender *a = NULL;
    MLN_TRY(e->ops->append_open(e, i < 3 ? "a" : "b", table, &a, e2));
    enum mln_status status = MLN_OK;
    for (int k = 0; k < 10 && status == MLN_OK; k++) {
        status = e->ops->append(a, batch, e2);
    }
    const enum mln_status closed = e->ops->append_close(a, status == MLN_OK && i != 4, e2);
    return status == MLN_OK ? closed : status;
}

START_TEST(appenders_work_side_by_side) {
    struct mln_builder *const b = rows_from(0, 30000);
    struct mln_batch batch;
    OK(mln_builder_view(b, &batch, &err));
    OK(e->ops->attach(e, "a", in_dir("a.db"), key_a, MLN_ATTACH_CREATE, &err));
    OK(e->ops->attach(e, "b", in_dir("b.db"), key_a, MLN_ATTACH_CREATE, &err));
    for (size_t i = 0; i < 6; i++) {
        char sql[128];
        snprintf(sql, sizeof sql, "CREATE TABLE %s.t%zu " COLUMNS, i < 3 ? "a" : "b", i % 3);
        OK(run(sql, MLN_NO_PARAMS));
    }
    OK(mln_parallel(6, 6, append_task, &batch, &err));
    assert_scan(
        "SELECT COUNT(*) AS n FROM a.t0 UNION ALL SELECT COUNT(*) FROM a.t1 UNION ALL SELECT "
        "COUNT(*) FROM a.t2 UNION ALL SELECT COUNT(*) FROM b.t0 UNION ALL SELECT COUNT(*) "
        "FROM b.t1 UNION ALL SELECT COUNT(*) FROM b.t2 WHERE (id % 5 = 0) = (s IS NULL)",
        MLN_NO_PARAMS, "n:i64 \n300000\n300000\n300000\n300000\n0\n300000");
    mln_builder_free(b);
}
END_TEST

/* A sink may use the engine while it is given rows. */
static enum mln_status count_again(void *ctx, const struct mln_batch *batch, struct mln_err *e2) {
    int64_t *const sum = ctx;
    int64_t n = 0;
    for (size_t row = 0; row < batch->n_rows; row += 1000) {
        const struct mln_params params = MLN_PARAMS(MLN_INT("i", mln_get_i64(batch->columns, row)));
        MLN_TRY(
            mln_query_i64(e, "inner.sql", "SELECT COUNT(*) FROM t WHERE i <= $i", params, &n, e2));
        *sum += n;
    }
    return MLN_OK;
}

START_TEST(a_sink_may_query) {
    int64_t sum = 0;
    OK(run("CREATE TEMP TABLE t AS SELECT range AS i FROM range(10000)", MLN_NO_PARAMS));
    OK(e->ops->scan(e, "outer.sql", MLN_STR_LIT("SELECT i FROM t ORDER BY i DESC"), MLN_NO_PARAMS,
                    count_again, &sum, &err));
    int64_t expected = 0; /* rows 0, 1000, 2000 of each chunk of 2048: values 9999 - row */
    for (int64_t chunk = 0; chunk < 10000; chunk += 2048) {
        for (int64_t row = chunk; row < chunk + 2048 && row < 10000; row += 1000) {
            expected += 10000 - row;
        }
    }
    ck_assert_int_eq(sum, expected);
}
END_TEST

/* ── the same bytes ── */

START_TEST(files_do_not_depend_on_threads) {
    static const char *const names[2][2] = {{"1.csv", "4.csv"}, {"1.parquet", "4.parquet"}};
    static const size_t threads[] = {1, 4};
    const struct mln_str query = MLN_STR_LIT(
        "SELECT i, i % 17 AS g, 'value ' || (i % 1000) AS s, CASE WHEN i % 3 = 0 THEN 0.1 * i END "
        "AS x "
        "FROM (SELECT range AS i FROM range(400000)) WHERE i % 11 <> 0 ORDER BY i % 101, i");
    for (size_t t = 0; t < 2; t++) {
        e->ops->close(e);
        open_with(threads[t], 0);
        OK(e->ops->copy_out(e, "f", query, MLN_NO_PARAMS, in_dir(names[0][t]), MLN_FILE_CSV, &err));
        OK(e->ops->copy_out(e, "f", query, MLN_NO_PARAMS, in_dir(names[1][t]), MLN_FILE_PARQUET,
                            &err));
    }
    for (size_t f = 0; f < 2; f++) {
        struct mln_buf a = MLN_BUF_INIT;
        struct mln_buf b = MLN_BUF_INIT;
        OK(mln_file_read(in_dir(names[f][0]), 1 << 28, &a, &err));
        OK(mln_file_read(in_dir(names[f][1]), 1 << 28, &b, &err));
        ck_assert_uint_eq(a.n, b.n);
        ck_assert_int_eq(memcmp(a.p, b.p, a.n), 0);
        mln_buf_release(&a);
        mln_buf_release(&b);
    }
}
END_TEST

/* ── bad Parquet ── */

static void refused_parquet(const char *name, struct mln_str text, enum mln_status status) {
    OK(mln_file_write(in_dir(name), text, &err));
    uint64_t rows = 0;
    FAILS(status, e->ops->read_parquet(e, in_dir(name), true, print_batch, &rows, &err));
    ck_assert_ptr_nonnull(strstr(err.msg, name));
    ck_assert_ptr_null(strstr(err.msg, "value"));
}

START_TEST(damaged_parquet_is_refused) {
    OK(e->ops->copy_out(e, "p",
                        MLN_STR_LIT("SELECT range AS i, 'value ' || range AS s FROM "
                                    "range(5000)"),
                        MLN_NO_PARAMS, in_dir("whole.parquet"), MLN_FILE_PARQUET, &err));
    struct mln_buf whole = MLN_BUF_INIT;
    OK(mln_file_read(in_dir("whole.parquet"), 1 << 24, &whole, &err));
    refused_parquet("empty.parquet", MLN_STR_LIT(""), MLN_BAD_INPUT);
    refused_parquet("text.parquet", MLN_STR_LIT("a,b\n1,2\n"), MLN_BAD_INPUT);
    refused_parquet("magic.parquet", MLN_STR_LIT("PAR1PAR1"), MLN_BAD_INPUT);
    refused_parquet("cut.parquet", (struct mln_str){whole.p, whole.n / 2}, MLN_BAD_INPUT);
    refused_parquet("tail.parquet", (struct mln_str){whole.p, whole.n - 1}, MLN_BAD_INPUT);
    refused_parquet("head.parquet", (struct mln_str){whole.p + 100, whole.n - 100}, MLN_BAD_INPUT);
    /* A doubled name: "ac" made "AB" where the file tells its columns. */
    OK(e->ops->copy_out(e, "p", MLN_STR_LIT("SELECT {'ac': 1} AS ab, 2 AS ab_1, 3 AS ac"),
                        MLN_NO_PARAMS, in_dir("ab.parquet"), MLN_FILE_PARQUET, &err));
    mln_buf_reset(&whole);
    OK(mln_file_read(in_dir("ab.parquet"), 1 << 24, &whole, &err));
    struct mln_buf out = MLN_BUF_INIT;
    OK(e->ops->read_parquet(e, in_dir("ab.parquet"), true, print_batch, &out, &err));
    ck_assert_str_eq(out.p, "ab:text ab_1:text ac:text \n{'ac': 1}|2|3");
    mln_buf_release(&out);
    for (size_t i = 0; i + 2 < whole.n; i++) {
        if (memcmp(whole.p + i, "\2ac", 3) == 0) {
            memcpy(whole.p + i, "\2AB", 3);
        }
    }
    refused_parquet("doubled.parquet", mln_buf_view(&whole), MLN_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(err.msg, "two columns are named AB"));
    FAILS(MLN_IO, e->ops->read_parquet(e, in_dir("absent.parquet"), true, print_batch, NULL, &err));
    FAILS(MLN_IO, e->ops->read_parquet(e, dir, true, print_batch, NULL, &err));
    mln_buf_release(&whole);
}
END_TEST

/* ── streamed Parquet ── */

/* Columns of `range`: the number of the row as text, then a text of a few that repeat. */
struct streamed {
    uint64_t n, stop_at;
};

static enum mln_status check_streamed(void *ctx, const struct mln_batch *batch,
                                      struct mln_err *e2) {
    struct streamed *const s = ctx;
    ck_assert_uint_eq(batch->n_columns, 2);
    ck_assert_str_eq(batch->columns[0].name, "word");
    ck_assert_str_eq(batch->columns[1].name, "i");
    for (size_t row = 0; row < batch->n_rows; row++, s->n++) {
        char wanted[64];
        (void)snprintf(wanted, sizeof wanted, "%llu", (unsigned long long)s->n);
        ck_assert(mln_str_is(mln_get_str(&batch->columns[1], row), wanted));
        (void)snprintf(wanted, sizeof wanted, "a word that repeats %llu",
                       (unsigned long long)s->n % 5);
        const struct mln_str word = mln_get_str(&batch->columns[0], row);
        ck_assert(s->n % 7 == 0 ? word.p == NULL : mln_str_is(word, wanted));
    }
    return s->stop_at > 0 && s->n >= s->stop_at
               ? mln_err_set(e2, MLN_CHECK_FAILED, "enough of the rows")
               : MLN_OK;
}

START_TEST(streamed_rows_come_in_order) {
    OK(e->ops->copy_out(
        e, "p",
        MLN_STR_LIT("SELECT range AS i, 'not asked for' AS x, CASE WHEN range % 7 <> 0 THEN "
                    "'a word that repeats ' || range % 5 END AS word FROM range(300000) ORDER BY "
                    "range"),
        MLN_NO_PARAMS, in_dir("many.parquet"), MLN_FILE_PARQUET, &err));
    const size_t columns[] = {2, 0}, beyond[] = {0, 3};
    for (size_t threads = 1; threads <= 2; threads++) {
        e->ops->close(e);
        open_with(threads, 0);
        for (size_t again = 0; again < 2; again++) {
            struct streamed s = {0};
            OK(e->ops->stream_parquet(e, in_dir("many.parquet"), columns, 2, check_streamed, &s,
                                      &err));
            ck_assert_uint_eq(s.n, 300000);
            s = (struct streamed){.stop_at = 100000};
            FAILS(MLN_CHECK_FAILED, e->ops->stream_parquet(e, in_dir("many.parquet"), columns, 2,
                                                           check_streamed, &s, &err));
            ck_assert_str_eq(err.msg, "enough of the rows");
            ck_assert_uint_lt(s.n, 110000);
        }
        struct streamed s = {0};
        FAILS(MLN_IO, e->ops->stream_parquet(e, in_dir("many.parquet"), beyond, 2, check_streamed,
                                             &s, &err));
        ck_assert_ptr_nonnull(strstr(err.msg, "changed while it was read"));
    }
}
END_TEST

START_TEST(streamed_types_and_bad_files) {
    e->ops->close(e);
    open_with(1, 0);
    OK(e->ops->copy_out(e, "p",
                        MLN_STR_LIT("SELECT * FROM (VALUES (1, CAST(2 AS DOUBLE), DATE "
                                    "'2021-03-01', true), (NULL, NULL, NULL, NULL)) AS t(a, b, c, "
                                    "d)"),
                        MLN_NO_PARAMS, in_dir("types.parquet"), MLN_FILE_PARQUET, &err));
    struct mln_buf out = MLN_BUF_INIT;
    const size_t columns[] = {3, 1, 2, 0};
    OK(e->ops->stream_parquet(e, in_dir("types.parquet"), columns, 4, print_batch, &out, &err));
    ck_assert_str_eq(out.p, "d:text b:text c:text a:text \ntrue|2|2021-03-01|1\nNULL|NULL|NULL|NULL");
    mln_buf_reset(&out);
    OK(mln_file_read(in_dir("types.parquet"), 1 << 20, &out, &err));
    memset(out.p + 4, 0xFF, 30); /* the first page */
    OK(mln_file_write(in_dir("page.parquet"), mln_buf_view(&out), &err));
    mln_buf_reset(&out);
    FAILS(MLN_BAD_INPUT, e->ops->stream_parquet(e, in_dir("page.parquet"), columns, 4, print_batch,
                                                &out, &err));
    ck_assert_ptr_nonnull(strstr(err.msg, "not a Parquet file that can be read"));
    FAILS(MLN_IO, e->ops->stream_parquet(e, in_dir("absent.parquet"), columns, 4, print_batch,
                                         &out, &err));
    mln_buf_release(&out);
}
END_TEST

/* More rows than a vector, texts short and long, missing ones; in order, also once nothing else opens. */
START_TEST(rows_of_the_caller_are_queried) {
    enum { N = 5000 };
    static const struct mln_column_spec given[] = {
        {"a", MLN_INT32}, {"t", MLN_UTF8_TEXT}, {"x", MLN_DOUBLE}, {"d", MLN_DATE32}};
    struct mln_builder *b = mln_builder_new(given, 4);
    struct mln_buf out = MLN_BUF_INIT;
    struct mln_batch batch;
    for (int i = 0; i < N; i++) {
        mln_add_i32(b, 0, i);
        mln_add_str(b, 1,
                    i % 3 == 0   ? (struct mln_str){NULL, 0}
                    : i % 3 == 1 ? MLN_STR_LIT("short")
                                 : MLN_STR_LIT("longer than what a vector holds inline"));
        mln_add_f64(b, 2, i / 2.0);
        mln_add_i32(b, 3, i);
    }
    OK(mln_builder_view(b, &batch, &err));
    OK(e->ops->lock_down(e, NULL, 0, &err));
    for (int again = 0; again < 2; again++) { /* the same engine, another query */
        mln_buf_reset(&out);
        OK(e->ops->scan_rows(e, "t", MLN_STR_LIT("SELECT a, t, x > 2 AS big FROM rows() WHERE a IN (0, 1, 2, 4998, 4999)"),
                             &batch, print_batch, &out, &err));
        ck_assert_str_eq(out.p, "a:i32 t:text big:i32 \n0|NULL|0\n1|short|0\n"
                                "2|longer than what a vector holds inline|0\n4998|NULL|1\n4999|short|1");
    }
    batch.n_rows = 0;
    mln_buf_reset(&out);
    OK(e->ops->scan_rows(e, "t", MLN_STR_LIT("SELECT d FROM rows()"), &batch, print_batch, &out, &err));
    ck_assert_str_eq(out.p, "d:day ");
    FAILS(MLN_INTERNAL, e->ops->scan_rows(e, "t", MLN_STR_LIT("SELECT z FROM rows()"), &batch, print_batch, &out, &err));
    FAILS(MLN_IO, e->ops->scan_rows(e, "t", MLN_STR_LIT("SELECT a FROM rows(), read_csv('/etc/passwd')"), &batch,
                                    print_batch, &out, &err));
    mln_builder_free(b);
    mln_buf_release(&out);
}
END_TEST

ENGINE_TEST_MAIN("engine", rows_of_the_caller_are_queried, all_types_and_nulls, empty_result_has_its_columns, parameters_go_by_name,
                 statements_of_a_file_run_in_turn, appended_rows_come_back_in_order,
                 an_appender_given_up_leaves_nothing, a_copied_file_keeps_the_order,
                 a_kernel_maps_a_query_into_a_table, after_lock_down_nothing_else_opens,
                 parquet_comes_back, wrong_batches_are_refused, a_split_character_is_refused,
                 slices_and_long_texts_survive, appenders_work_side_by_side, a_sink_may_query,
                 files_do_not_depend_on_threads, damaged_parquet_is_refused,
                 streamed_rows_come_in_order, streamed_types_and_bad_files)
