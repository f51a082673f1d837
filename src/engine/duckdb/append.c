/* Rows going into one table: a connection and a transaction for each appender, so that several
 * threads append at once and a failed one leaves nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/thread.h"
#include "base/utf8.h"
#include "engine/duckdb/duck.h"

struct mln_appender {
    duckdb_connection conn;
    duckdb_appender app;
    duckdb_data_chunk chunk;
    size_t n_columns;
    duckdb_type *types;
    char **names;    /* duckdb_free */
    char label[160]; /* catalog.table */
};

static enum mln_status app_fault(struct mln_appender *a, struct mln_err *err) {
    duckdb_error_data data = duckdb_appender_error_data(a->app);
    const enum mln_status status = duck_fault(err, a->label, duckdb_error_data_error_type(data),
                                              duckdb_error_data_message(data));
    duckdb_destroy_error_data(&data);
    return status;
}

static void release(struct mln_appender *a) {
    if (a->chunk != NULL) {
        duckdb_destroy_data_chunk(&a->chunk);
    }
    if (a->app != NULL) {
        duckdb_appender_destroy(&a->app);
    }
    if (a->conn != NULL) {
        duckdb_disconnect(&a->conn);
    }
    for (size_t i = 0; a->names != NULL && i < a->n_columns; i++) {
        duckdb_free(a->names[i]);
    }
    free(a->names);
    free(a->types);
    free(a);
}

static enum mln_status learn_names(struct mln_appender *a, const char *catalog, const char *table,
                                   struct mln_err *err) {
    duckdb_table_description about = NULL;
    enum mln_status status = MLN_OK;
    if (duckdb_table_description_create_ext(a->conn, catalog, NULL, table, &about) !=
        DuckDBSuccess) {
        status = duck_fault_text(err, a->label, duckdb_table_description_error(about));
    }
    for (size_t i = 0; status == MLN_OK && i < a->n_columns; i++) {
        a->names[i] = duckdb_table_description_get_column_name(about, i);
        if (a->names[i] == NULL) {
            status = mln_err_set(err, MLN_INTERNAL, "%s: column %zu has no name", a->label, i + 1);
        }
    }
    duckdb_table_description_destroy(&about);
    return status;
}

static enum mln_status learn_table(struct mln_appender *a, const char *catalog, const char *table,
                                   struct mln_err *err) {
    const size_t n = (size_t)duckdb_appender_column_count(a->app);
    duckdb_logical_type *const types = calloc(n + 1, sizeof(duckdb_logical_type));
    a->types = calloc(n + 1, sizeof *a->types);
    a->names = calloc(n + 1, sizeof *a->names);
    if (types == NULL || a->types == NULL || a->names == NULL) {
        free(types);
        return mln_err_nomem(err, a->label);
    }
    a->n_columns = n;
    for (size_t i = 0; i < n; i++) {
        types[i] = duckdb_appender_column_type(a->app, i);
        a->types[i] = duckdb_get_type_id(types[i]);
    }
    a->chunk = duckdb_create_data_chunk(types, n);
    for (size_t i = 0; i < n; i++) {
        duckdb_destroy_logical_type(&types[i]);
    }
    free(types);
    return a->chunk == NULL ? mln_err_nomem(err, a->label) : learn_names(a, catalog, table, err);
}

enum mln_status duck_append_open(struct mln_engine *e, const char *catalog, const char *table,
                                 struct mln_appender **out, struct mln_err *err) {
    struct mln_appender *const a = calloc(1, sizeof *a);
    if (a == NULL) {
        return mln_err_nomem(err, table);
    }
    snprintf(a->label, sizeof a->label, "%s.%s", catalog, table);
    enum mln_status status = MLN_OK;
    if (duckdb_connect(duck_of(e)->db, &a->conn) != DuckDBSuccess) {
        status = mln_err_set(err, MLN_INTERNAL, "%s: no connection for an appender", a->label);
        goto done;
    }
    MLN_TRY_GOTO(status, duck_query(a->conn, a->label, "BEGIN TRANSACTION", err), done);
    if (duckdb_appender_create_ext(a->conn, catalog, NULL, table, &a->app) != DuckDBSuccess) {
        status = app_fault(a, err);
        goto done;
    }
    status = learn_table(a, catalog, table, err);
done:
    if (status != MLN_OK) {
        release(a);
        return status;
    }
    *out = a;
    return MLN_OK;
}

/* ── checks ── */

static enum mln_status check_columns(const struct mln_appender *a, const struct mln_batch *batch,
                                     struct mln_err *err) {
    if (batch->n_columns != a->n_columns) {
        return mln_err_set(err, MLN_INTERNAL, "%s: has %zu columns, the batch %zu", a->label,
                           a->n_columns, batch->n_columns);
    }
    for (size_t i = 0; i < batch->n_columns; i++) {
        const struct mln_column *const c = &batch->columns[i];
        if (c->name != NULL && strcasecmp(c->name, a->names[i]) != 0) {
            return mln_err_set(err, MLN_INTERNAL, "%s: column %zu is %s, in the batch %s", a->label,
                               i + 1, a->names[i], c->name);
        }
        if (duck_type_of(c->type) != a->types[i]) {
            return mln_err_set(err, MLN_INTERNAL, "%s: column %s is %s, in the batch %s", a->label,
                               a->names[i], duck_type_name(a->types[i]),
                               duck_type_name(duck_type_of(c->type)));
        }
    }
    return MLN_OK;
}

/* DuckDB trusts that its strings are UTF-8. All bytes of the rows are valid and every value begins
 * at a character: then every value is valid, at the cost of one pass. */
static enum mln_status check_text(const struct mln_appender *a, const struct mln_column *c,
                                  size_t n_rows, struct mln_err *err) {
    const int32_t *const at = (const int32_t *)c->values + c->offset;
    const struct mln_str all = {c->bytes + at[0], (size_t)(at[n_rows] - at[0])};
    bool valid = mln_utf8_valid_prefix(all) == all.n;
    for (size_t row = 0; valid && row < n_rows; row++) {
        valid = at[row] == at[n_rows] || ((unsigned char)c->bytes[at[row]] & 0xC0U) != 0x80U;
    }
    return valid ? MLN_OK
                 : mln_err_set(err, MLN_BAD_INPUT, "%s: column %s: a value is not UTF-8", a->label,
                               c->name == NULL ? "?" : c->name);
}

/* ── appending ── */

enum mln_status duck_append(struct mln_appender *a, const struct mln_batch *batch,
                            struct mln_err *err) {
    if (batch->n_rows == 0) {
        return MLN_OK;
    }
    MLN_TRY(check_columns(a, batch, err));
    for (size_t i = 0; i < batch->n_columns; i++) {
        if (batch->columns[i].type == MLN_UTF8_TEXT) {
            MLN_TRY(check_text(a, &batch->columns[i], batch->n_rows, err));
        }
    }
    const size_t step = (size_t)duckdb_vector_size();
    for (size_t from = 0; from < batch->n_rows; from += step) {
        MLN_TRY(mln_check_interrupt(err));
        const size_t left = batch->n_rows - from;
        duckdb_data_chunk_reset(a->chunk);
        duck_chunk_fill(a->chunk, batch, from, left < step ? left : step);
        if (duckdb_append_data_chunk(a->app, a->chunk) != DuckDBSuccess) {
            return app_fault(a, err);
        }
    }
    return MLN_OK;
}

enum mln_status duck_append_close(struct mln_appender *a, bool keep, struct mln_err *err) {
    if (a == NULL) {
        return MLN_OK;
    }
    enum mln_status status = MLN_OK;
    if (keep && duckdb_appender_close(a->app) != DuckDBSuccess) {
        status = app_fault(a, err);
    }
    duckdb_destroy_data_chunk(&a->chunk);
    duckdb_appender_destroy(&a->app);
    if (keep && status == MLN_OK) {
        status = duck_query(a->conn, a->label, "COMMIT", err);
    } else {
        const enum mln_status undone = duck_query(a->conn, a->label, "ROLLBACK", NULL);
        (void)undone; /* a failed transaction is already gone */
    }
    release(a);
    return status;
}
