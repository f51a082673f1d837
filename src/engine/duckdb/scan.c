/* Queries read batch by batch, and the kernels driven by them.
 *
 * DuckDB's C API streams results only through deprecated functions; the others put a whole result
 * in memory outside its limit. So the rows go aside into a TEMP table, which counts in the memory
 * limit and spills (encrypted), and come back in windows of that table's row ids. */
#include <stdio.h>
#include <stdlib.h>

#include "engine/duckdb/duck.h"

enum { WINDOW_ROWS = 2 * 122880 /* two of DuckDB's row groups */ };

enum mln_status duck_aside_make(struct duck *duck, const char *label, struct mln_str sql,
                                struct mln_params params, struct duck_aside *out,
                                struct mln_err *err) {
    snprintf(out->name, sizeof out->name, "mln_aside_%llu",
             (unsigned long long)atomic_fetch_add(&duck->n_scans, 1));
    char before[96];
    snprintf(before, sizeof before, "CREATE TEMP TABLE %s AS\n", out->name);
    duckdb_result result = {0};
    MLN_TRY(duck_run(duck, label, before, sql, params, &result, err));
    out->n_rows = duck_rows_changed(&result);
    duckdb_destroy_result(&result);
    return MLN_OK;
}

void duck_aside_drop(struct duck *duck, const struct duck_aside *aside) {
    char sql[96];
    snprintf(sql, sizeof sql, "DROP TABLE temp.main.%s", aside->name);
    pthread_mutex_lock(&duck->lock);
    const enum mln_status status = duck_query(duck->conn, aside->name, sql, NULL);
    pthread_mutex_unlock(&duck->lock);
    (void)status; /* it goes with the connection at the latest */
}

struct reader {
    const char *label;
    struct duck_batch *batch; /* made by the first window */
    mln_sink_fn *sink;
    void *ctx;
};

static enum mln_status give(struct reader *r, duckdb_data_chunk chunk, struct mln_err *err) {
    struct mln_batch batch;
    MLN_TRY(duck_batch_view(r->batch, chunk, &batch, err));
    return r->sink(r->ctx, &batch, err);
}

static enum mln_status give_window(struct reader *r, duckdb_result *window, struct mln_err *err) {
    if (r->batch == NULL) {
        MLN_TRY(duck_batch_new(window, r->label, &r->batch, err));
    }
    for (;;) {
        duckdb_data_chunk chunk = duckdb_fetch_chunk(*window);
        if (chunk == NULL) {
            return MLN_OK;
        }
        const enum mln_status status =
            duckdb_data_chunk_get_size(chunk) == 0 ? MLN_OK : give(r, chunk, err);
        duckdb_destroy_data_chunk(&chunk);
        MLN_TRY(status);
    }
}

static enum mln_status read_aside(struct duck *duck, const struct duck_aside *aside,
                                  struct reader *r, struct mln_err *err) {
    uint64_t from = 0;
    do {
        char sql[160];
        snprintf(sql, sizeof sql,
                 "SELECT * FROM temp.main.%s WHERE rowid >= %llu AND rowid < %llu", aside->name,
                 (unsigned long long)from, (unsigned long long)from + WINDOW_ROWS);
        duckdb_result window = {0};
        MLN_TRY(duck_run(duck, r->label, "", mln_str_from(sql), MLN_NO_PARAMS, &window, err));
        const enum mln_status status = give_window(r, &window, err);
        duckdb_destroy_result(&window);
        MLN_TRY(status);
        from += WINDOW_ROWS;
    } while (from < aside->n_rows);
    return aside->n_rows == 0 ? give(r, NULL, err) : MLN_OK;
}

enum mln_status duck_scan(struct mln_engine *e, const char *label, struct mln_str sql,
                          struct mln_params params, mln_sink_fn *sink, void *ctx,
                          struct mln_err *err) {
    struct duck *const duck = duck_of(e);
    struct duck_aside aside;
    MLN_TRY(duck_aside_make(duck, label, sql, params, &aside, err));
    struct reader r = {.label = label, .sink = sink, .ctx = ctx};
    const enum mln_status status = read_aside(duck, &aside, &r, err);
    duck_batch_free(r.batch);
    duck_aside_drop(duck, &aside);
    return status;
}

/* ── query → kernel → table ── */

struct mapper {
    mln_kernel_fn *kernel;
    void *ctx;
    struct mln_builder *out;
    struct mln_appender *appender;
};

static enum mln_status flush_mapped(struct mapper *m, struct mln_err *err) {
    struct mln_batch batch;
    MLN_TRY(mln_builder_view(m->out, &batch, err));
    MLN_TRY(duck_append(m->appender, &batch, err));
    mln_builder_reset(m->out);
    return MLN_OK;
}

static enum mln_status map_batch(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    struct mapper *const m = ctx;
    if (batch->n_rows == 0) {
        return MLN_OK;
    }
    MLN_TRY(m->kernel(m->ctx, batch, m->out, err));
    return mln_builder_bytes(m->out) < (1U << 20) ? MLN_OK : flush_mapped(m, err);
}

enum mln_status duck_map(struct mln_engine *e, const char *label, struct mln_str sql,
                         struct mln_params params, mln_kernel_fn *kernel, void *ctx,
                         const struct mln_column_spec *out_specs, size_t n_out,
                         const char *catalog, const char *table, struct mln_err *err) {
    struct mapper m = {.kernel = kernel, .ctx = ctx};
    m.out = mln_builder_new(out_specs, n_out);
    if (m.out == NULL) {
        return mln_err_nomem(err, label);
    }
    enum mln_status status = duck_append_open(e, catalog, table, &m.appender, err);
    if (status == MLN_OK) {
        status = duck_scan(e, label, sql, params, map_batch, &m, err);
        if (status == MLN_OK) {
            status = flush_mapped(&m, err);
        }
        const enum mln_status closed =
            duck_append_close(m.appender, status == MLN_OK, status == MLN_OK ? err : NULL);
        status = status == MLN_OK ? closed : status;
    }
    mln_builder_free(m.out);
    return status;
}
