/* Queries read batch by batch, and the kernels driven by them.
 *
 * DuckDB's C API streams results only through deprecated functions; the others put a whole result
 * in memory outside its limit. So the rows go aside into a TEMP table, which counts in the memory
 * limit and spills (encrypted), and come back in windows of that table's row ids. */
#include <stdio.h>
#include <stdlib.h>

#include "base/thread.h"
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

/* What is done with the rows of one window. */
typedef enum mln_status window_fn(void *ctx, duckdb_result *window, struct mln_err *err);

static enum mln_status read_aside(struct duck *duck, const char *label,
                                  const struct duck_aside *aside, window_fn *take, void *ctx,
                                  struct mln_err *err) {
    uint64_t from = 0;
    do {
        char sql[160];
        snprintf(sql, sizeof sql, "SELECT * FROM temp.main.%s WHERE rowid >= %llu AND rowid < %llu",
                 aside->name, (unsigned long long)from, (unsigned long long)from + WINDOW_ROWS);
        duckdb_result window = {0};
        MLN_TRY(duck_run(duck, label, "", mln_str_from(sql), MLN_NO_PARAMS, &window, err));
        const enum mln_status status = take(ctx, &window, err);
        duckdb_destroy_result(&window);
        MLN_TRY(status);
        from += WINDOW_ROWS;
    } while (from < aside->n_rows);
    return MLN_OK;
}

/* ── query → sink ── */

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

static enum mln_status give_window(void *ctx, duckdb_result *window, struct mln_err *err) {
    struct reader *const r = ctx;
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

enum mln_status duck_scan(struct mln_engine *e, const char *label, struct mln_str sql,
                          struct mln_params params, mln_sink_fn *sink, void *ctx,
                          struct mln_err *err) {
    struct duck *const duck = duck_of(e);
    struct duck_aside aside;
    MLN_TRY(duck_aside_make(duck, label, sql, params, &aside, err));
    struct reader r = {.label = label, .sink = sink, .ctx = ctx};
    enum mln_status status = read_aside(duck, label, &aside, give_window, &r, err);
    if (status == MLN_OK && aside.n_rows == 0) {
        status = give(&r, NULL, err);
    }
    duck_batch_free(r.batch);
    duck_aside_drop(duck, &aside);
    return status;
}

/* ── query → kernel → table ──
 *
 * A window's chunks are cut into parts of neighbours; the parts go through the kernel on several
 * threads, each into a builder of its own, and the builders into the table in the order of the
 * parts: the same rows in the same order however many they are. */
enum { PARTS_A_THREAD = 4 };

struct map_part {
    struct duck_batch *batch;
    struct mln_builder *out;
    size_t first, end; /* its chunks */
};

struct mapper {
    const char *label;
    size_t n_threads;
    mln_kernel_fn *kernel;
    void *ctx;
    const struct mln_column_spec *specs;
    size_t n_specs;
    struct mln_appender *appender;
    struct map_part *parts; /* n_threads × PARTS_A_THREAD, made once and used by each window */
    duckdb_data_chunk *chunks;
    size_t n_chunks, cap_chunks;
};

static enum mln_status take_chunks(struct mapper *m, duckdb_result *window, struct mln_err *err) {
    duckdb_data_chunk chunk;
    while ((chunk = duckdb_fetch_chunk(*window)) != NULL) {
        if (m->n_chunks == m->cap_chunks) {
            const size_t cap = 2 * m->cap_chunks + 128;
            duckdb_data_chunk *const chunks = realloc(m->chunks, cap * sizeof(duckdb_data_chunk));
            if (chunks == NULL) {
                duckdb_destroy_data_chunk(&chunk);
                return mln_err_nomem(err, m->label);
            }
            m->chunks = chunks;
            m->cap_chunks = cap;
        }
        m->chunks[m->n_chunks++] = chunk;
    }
    return MLN_OK;
}

static enum mln_status cut_parts(struct mapper *m, size_t n_parts, duckdb_result *window,
                                 struct mln_err *err) {
    for (size_t i = 0; i < n_parts; i++) {
        struct map_part *const part = &m->parts[i];
        if (part->batch == NULL) {
            MLN_TRY(duck_batch_new(window, m->label, &part->batch, err));
        }
        if (part->out == NULL && (part->out = mln_builder_new(m->specs, m->n_specs)) == NULL) {
            return mln_err_nomem(err, m->label);
        }
        mln_builder_reset(part->out);
        part->first = m->n_chunks * i / n_parts;
        part->end = m->n_chunks * (i + 1) / n_parts;
    }
    return MLN_OK;
}

static enum mln_status map_part(void *ctx, size_t i, struct mln_err *err) {
    const struct mapper *const m = ctx;
    const struct map_part *const part = &m->parts[i];
    for (size_t c = part->first; c < part->end; c++) {
        struct mln_batch batch;
        MLN_TRY(duck_batch_view(part->batch, m->chunks[c], &batch, err));
        MLN_TRY(m->kernel(m->ctx, &batch, part->out, err));
    }
    return MLN_OK;
}

static enum mln_status append_parts(struct mapper *m, size_t n_parts, struct mln_err *err) {
    for (size_t i = 0; i < n_parts; i++) {
        struct mln_batch batch;
        MLN_TRY(mln_builder_view(m->parts[i].out, &batch, err));
        MLN_TRY(duck_append(m->appender, &batch, err));
    }
    return MLN_OK;
}

static enum mln_status map_window(void *ctx, duckdb_result *window, struct mln_err *err) {
    struct mapper *const m = ctx;
    enum mln_status status = take_chunks(m, window, err);
    const size_t most = m->n_threads * PARTS_A_THREAD;
    const size_t n_parts = m->n_chunks < most ? m->n_chunks : most;
    if (status == MLN_OK) {
        status = cut_parts(m, n_parts, window, err);
    }
    if (status == MLN_OK) {
        status = mln_parallel(m->n_threads, n_parts, map_part, m, err);
    }
    while (m->n_chunks > 0) {
        duckdb_destroy_data_chunk(&m->chunks[--m->n_chunks]);
    }
    return status == MLN_OK ? append_parts(m, n_parts, err) : status;
}

static enum mln_status map_query(struct duck *duck, struct mapper *m, struct mln_str sql,
                                 struct mln_params params, struct mln_err *err) {
    struct duck_aside aside;
    MLN_TRY(duck_aside_make(duck, m->label, sql, params, &aside, err));
    const enum mln_status status = read_aside(duck, m->label, &aside, map_window, m, err);
    duck_aside_drop(duck, &aside);
    return status;
}

static void mapper_release(struct mapper *m) {
    for (size_t i = 0; m->parts != NULL && i < m->n_threads * PARTS_A_THREAD; i++) {
        duck_batch_free(m->parts[i].batch);
        mln_builder_free(m->parts[i].out);
    }
    free(m->parts);
    free(m->chunks);
}

enum mln_status duck_map(struct mln_engine *e, const char *label, struct mln_str sql,
                         struct mln_params params, mln_kernel_fn *kernel, void *ctx,
                         const struct mln_column_spec *out_specs, size_t n_out, const char *catalog,
                         const char *table, struct mln_err *err) {
    struct mapper m = {.label = label,
                       .n_threads = duck_of(e)->n_threads,
                       .kernel = kernel,
                       .ctx = ctx,
                       .specs = out_specs,
                       .n_specs = n_out};
    m.parts = calloc(m.n_threads * PARTS_A_THREAD, sizeof *m.parts);
    if (m.parts == NULL) {
        return mln_err_nomem(err, label);
    }
    enum mln_status status = duck_append_open(e, catalog, table, &m.appender, err);
    if (status == MLN_OK) {
        status = map_query(duck_of(e), &m, sql, params, err);
        const enum mln_status closed =
            duck_append_close(m.appender, status == MLN_OK, status == MLN_OK ? err : NULL);
        status = status == MLN_OK ? closed : status;
    }
    mapper_release(&m);
    return status;
}
