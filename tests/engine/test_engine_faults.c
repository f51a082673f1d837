/* Every allocation of ours, and every call of the file system of ours, made to fail in turn while
 * the engine works (DuckDB's own are in its library): a status, a message, no file left aside, the
 * memory given back, and an engine that goes on. */
#include "fault.h"
#include "fixture.h"

static const struct mln_column_spec specs[] = {{"i", MLN_INT64}, {"s", MLN_UTF8_TEXT}};

static enum mln_status same_rows(void *ctx, const struct mln_batch *in, struct mln_builder *out,
                                 struct mln_err *e2) {
    (void)ctx;
    (void)e2;
    for (size_t row = 0; row < in->n_rows; row++) {
        mln_add_i64(out, 0, mln_get_i64(&in->columns[0], row));
        mln_add_str(out, 1, mln_get_str(&in->columns[1], row));
    }
    return MLN_OK;
}

static enum mln_status count_rows(void *ctx, const struct mln_batch *batch, struct mln_err *e2) {
    (void)e2;
    *(uint64_t *)ctx += batch->n_rows;
    return MLN_OK;
}

static enum mln_status append_some(struct mln_err *e2) {
    struct mln_appender *a = NULL;
    const int64_t values[2] = {1, 2};
    const int32_t offsets[3] = {0, 3, 30};
    const struct mln_column columns[2] = {{.name = "i", .type = MLN_INT64, .values = values},
                                          {.name = "s",
                                           .type = MLN_UTF8_TEXT,
                                           .values = offsets,
                                           .bytes = "onetwo and all that follows it"}};
    MLN_TRY(e->ops->append_open(e, "m", "t", &a, e2));
    const enum mln_status status = e->ops->append(a, &(struct mln_batch){2, 2, columns}, e2);
    const enum mln_status closed = e->ops->append_close(a, status == MLN_OK, e2);
    return status == MLN_OK ? closed : status;
}

/* One of everything, on the open engine. No assertion of Check in it: they allocate. */
static enum mln_status work(struct mln_err *e2) {
    const struct mln_params params = MLN_PARAMS(MLN_IDENT("t", "t"), MLN_INT("n", 5000));
    const struct mln_str query = MLN_STR_LIT(
        "SELECT range AS i, 'a text longer than twelve: ' || range AS s FROM range($n) ORDER BY i");
    uint64_t rows = 0;
    uint64_t read = 0;
    uint64_t streamed = 0;
    int64_t counted = 0;
    MLN_TRY(e->ops->attach(e, "m", in_dir("m.db"), key_a, MLN_ATTACH_CREATE, e2));
    MLN_TRY(e->ops->exec(e, "x.sql", MLN_STR_LIT("CREATE TABLE m.{t} (i BIGINT, s VARCHAR)"),
                         params, NULL, e2));
    MLN_TRY(append_some(e2));
    MLN_TRY(e->ops->map(e, "m.sql", query, params, same_rows, NULL, specs, 2, "m", "t", e2));
    MLN_TRY(e->ops->scan(e, "s.sql", MLN_STR_LIT("SELECT i, s, i > 2 AS b FROM m.t"), params,
                         count_rows, &rows, e2));
    MLN_TRY(mln_query_i64(e, "c.sql", "SELECT COUNT(*) FROM m.t", params, &counted, e2));
    MLN_TRY(e->ops->copy_out(e, "o.sql", query, params, in_dir("o.parquet"), MLN_FILE_PARQUET, e2));
    MLN_TRY(e->ops->read_parquet(e, in_dir("o.parquet"), true, count_rows, &read, e2));
    MLN_TRY(e->ops->stream_parquet(e, in_dir("o.parquet"), &(const size_t){1}, 1, count_rows,
                                   &streamed, e2));
    MLN_TRY(e->ops->detach(e, "m", e2));
    return rows == 5002 && counted == 5002 && read == 5000 && streamed == 5000
               ? MLN_OK
               : mln_err_set(e2, MLN_CHECK_FAILED, "other rows");
}

static void fail_in_turn(enum fault_kind kind, enum mln_status expected) {
    e->ops->close(e);
    open_with(1, 0);
    const size_t live = fault_live();
    size_t nth = 1;
    for (;; nth++) {
        fault_arm(kind, nth);
        const enum mln_status status = work(&err);
        const bool happened = fault_disarm();
        ck_assert_uint_eq(fault_live(), live);
        if (!happened) {
            ck_assert_msg(status == MLN_OK, "%s", err.msg);
            break;
        }
        ck_assert_msg(status == expected, "fault %zu: status %d: %s", nth, (int)status, err.msg);
        ck_assert(!mln_path_exists(in_dir("o.parquet.part")));
        const enum mln_status detached = e->ops->detach(e, "m", NULL);
        (void)detached; /* it may not have been attached yet */
        OK(mln_dir_remove(in_dir("m.db"), &err));
        OK(mln_dir_remove(in_dir("m.db.wal"), &err));
        OK(mln_dir_remove(in_dir("o.parquet"), &err));
    }
    ck_assert_uint_gt(nth, kind == FAULT_MEMORY ? 50 : 2);
}

START_TEST(every_allocation_fails) {
    fail_in_turn(FAULT_MEMORY, MLN_NO_MEMORY);
}
END_TEST

START_TEST(every_call_of_the_file_system_fails) {
    fail_in_turn(FAULT_IO, MLN_IO);
}
END_TEST

START_TEST(every_allocation_of_the_opening_fails) {
    e->ops->close(e);
    e = NULL;
    const size_t live = fault_live();
    const struct mln_engine_options options = {.n_threads = 1, .spill_dir = in_dir("spill")};
    size_t nth = 1;
    for (;; nth++) {
        fault_arm(FAULT_MEMORY, nth);
        const enum mln_status status = mln_engine_open_duckdb(&options, &e, &err);
        if (!fault_disarm()) {
            ck_assert_msg(status == MLN_OK, "%s", err.msg);
            break;
        }
        ck_assert_msg(status == MLN_NO_MEMORY, "fault %zu: status %d: %s", nth, (int)status,
                      err.msg);
        ck_assert_ptr_null(e);
        ck_assert_uint_eq(fault_live(), live);
        ck_assert(!mln_path_exists(in_dir("spill")));
    }
    ck_assert_uint_gt(nth, 5);
}
END_TEST

ENGINE_TEST_MAIN("engine_faults", every_allocation_fails, every_call_of_the_file_system_fails,
                 every_allocation_of_the_opening_fails)
