/* Queries over rows that the caller holds: a table function that gives them out, chunk by chunk, as
 * the table function `rows()`. Nothing is stored: a value goes from the caller's batch into
 * DuckDB's vectors and no further. The result is kept whole, so that it should be small: what it is
 * for gives a few booleans a row. */
#include "engine/duckdb/duck.h"

static void bind_rows(duckdb_bind_info info) {
    const struct duck_rows *rows = duckdb_bind_get_extra_info(info);
    for (size_t c = 0; c < rows->batch->n_columns; c++) {
        duckdb_logical_type type =
            duckdb_create_logical_type(duck_type_of(rows->batch->columns[c].type));
        duckdb_bind_add_result_column(info, rows->batch->columns[c].name, type);
        duckdb_destroy_logical_type(&type);
    }
    duckdb_bind_set_cardinality(info, rows->batch->n_rows, true);
}

/* One thread gives the rows, in their order. */
static void init_rows(duckdb_init_info info) {
    duckdb_init_set_max_threads(info, 1);
}

static void give_rows(duckdb_function_info info, duckdb_data_chunk chunk) {
    struct duck_rows *rows = duckdb_function_get_extra_info(info);
    const size_t left = rows->batch->n_rows - rows->at, most = duckdb_vector_size();
    const size_t n = left < most ? left : most;
    if (n == 0) {
        duckdb_data_chunk_set_size(chunk, 0);
        return;
    }
    duck_chunk_fill(chunk, rows->batch, rows->at, n);
    rows->at += n;
}

static enum mln_status register_rows(struct duck *duck, struct mln_err *err) {
    if (duck->rows.registered) {
        return MLN_OK;
    }
    duckdb_table_function function = duckdb_create_table_function();
    if (function == NULL) {
        return mln_err_nomem(err, "the engine");
    }
    duckdb_table_function_set_name(function, "rows");
    duckdb_table_function_set_extra_info(function, &duck->rows, NULL);
    duckdb_table_function_set_bind(function, bind_rows);
    duckdb_table_function_set_init(function, init_rows);
    duckdb_table_function_set_function(function, give_rows);
    pthread_mutex_lock(&duck->lock);
    duck->rows.registered = duckdb_register_table_function(duck->conn, function) == DuckDBSuccess;
    pthread_mutex_unlock(&duck->lock);
    duckdb_destroy_table_function(&function);
    return duck->rows.registered ? MLN_OK
                                 : mln_err_set(err, MLN_INTERNAL, "DuckDB takes no table function");
}

static enum mln_status give_result(duckdb_result *result, const char *label, mln_sink_fn *sink,
                                   void *ctx, struct mln_err *err) {
    struct duck_batch *shown = NULL;
    struct mln_batch batch;
    enum mln_status status = duck_batch_new(result, label, &shown, err);
    if (status == MLN_OK) {
        status = duck_batch_view(shown, NULL, &batch, err);
    }
    if (status == MLN_OK) {
        status = sink(ctx, &batch, err);
    }
    while (status == MLN_OK) {
        duckdb_data_chunk chunk = duckdb_fetch_chunk(*result);
        if (chunk == NULL) {
            break;
        }
        status = duck_batch_view(shown, chunk, &batch, err);
        if (status == MLN_OK) {
            status = sink(ctx, &batch, err);
        }
        duckdb_destroy_data_chunk(&chunk);
    }
    duck_batch_free(shown);
    return status;
}

enum mln_status duck_scan_rows(struct mln_engine *e, const char *label, struct mln_str sql,
                               const struct mln_batch *rows, mln_sink_fn *sink, void *ctx,
                               struct mln_err *err) {
    struct duck *const duck = duck_of(e);
    duckdb_result result = {0};
    pthread_mutex_lock(&duck->rows.turn);
    enum mln_status status = register_rows(duck, err);
    if (status == MLN_OK) {
        duck->rows.batch = rows;
        duck->rows.at = 0;
        status = duck_run(duck, label, "", sql, MLN_NO_PARAMS, &result, err);
    }
    if (status == MLN_OK) {
        status = give_result(&result, label, sink, ctx, err);
        duckdb_destroy_result(&result);
    }
    pthread_mutex_unlock(&duck->rows.turn);
    return status;
}
