/* Running statements: expansion, splitting, binding by name, and telling the watch what runs. */
#include <string.h>
#include <time.h>

#include "base/thread.h"
#include "engine/duckdb/duck.h"

/* ── values ── */

static duckdb_state bind_one(duckdb_prepared_statement stmt, idx_t at, const struct mln_param *p) {
    switch (p->type) {
    case MLN_PARAM_INT: return duckdb_bind_int64(stmt, at, p->i);
    case MLN_PARAM_DOUBLE: return duckdb_bind_double(stmt, at, p->f);
    case MLN_PARAM_TEXT:
        return p->s.p == NULL ? duckdb_bind_null(stmt, at)
                              : duckdb_bind_varchar_length(stmt, at, p->s.p, p->s.n);
    case MLN_PARAM_DAY:
        return p->i == INT32_MIN ? duckdb_bind_null(stmt, at)
                                 : duckdb_bind_date(stmt, at, (duckdb_date){(int32_t)p->i});
    case MLN_PARAM_NULL: return duckdb_bind_null(stmt, at);
    case MLN_PARAM_IDENT: break;
    }
    return DuckDBError;
}

static const struct mln_param *value_param(struct mln_params params, const char *name) {
    for (size_t i = 0; name != NULL && i < params.n; i++) {
        if (params.list[i].type != MLN_PARAM_IDENT && strcmp(params.list[i].name, name) == 0) {
            return &params.list[i];
        }
    }
    return NULL;
}

/* Every $name of the statement gets its value; values that no $name asks for are left. */
static enum mln_status bind_all(duckdb_prepared_statement stmt, const char *label,
                                struct mln_params params, struct mln_err *err) {
    const idx_t n = duckdb_nparams(stmt);
    for (idx_t at = 1; at <= n; at++) {
        const char *const name = duckdb_parameter_name(stmt, at);
        const struct mln_param *const param = value_param(params, name);
        enum mln_status status = MLN_OK;
        if (param == NULL) {
            status = mln_err_set(err, MLN_INTERNAL, "%s: no value for $%s", label,
                                 name == NULL ? "?" : name);
        } else if (bind_one(stmt, at, param) != DuckDBSuccess) {
            status = mln_err_set(err, MLN_INTERNAL, "%s: the value for $%s cannot be bound", label,
                                 name);
        }
        duckdb_free((void *)(uintptr_t)name);
        MLN_TRY(status);
    }
    return MLN_OK;
}

/* ── running ── */

static enum mln_status run_prepared(struct duck *duck, duckdb_prepared_statement stmt,
                                    const char *label, duckdb_result *result, struct mln_err *err) {
    if (atomic_load_explicit(&mln_interrupt_flag, memory_order_relaxed) != 0) {
        return duck_fault(err, label, DUCKDB_ERROR_INTERRUPT, NULL);
    }
    duck_watch_set(&duck->watch, duck->conn);
    const duckdb_state state = duckdb_execute_prepared(stmt, result);
    duck_watch_set(&duck->watch, NULL);
    if (state == DuckDBSuccess) {
        return MLN_OK;
    }
    const enum mln_status status =
        duck_fault(err, label, duckdb_result_error_type(result), duckdb_result_error(result));
    duckdb_destroy_result(result);
    return status;
}

static enum mln_status run_extracted(struct duck *duck, duckdb_extracted_statements all, idx_t at,
                                     const char *label, struct mln_params params,
                                     duckdb_result *result, struct mln_err *err) {
    duckdb_prepared_statement stmt = NULL;
    enum mln_status status = MLN_OK;
    if (duckdb_prepare_extracted_statement(duck->conn, all, at, &stmt) != DuckDBSuccess) {
        status = duck_fault_text(err, label, duckdb_prepare_error(stmt));
        goto done;
    }
    MLN_TRY_GOTO(status, bind_all(stmt, label, params, err), done);
    status = run_prepared(duck, stmt, label, result, err);
done:
    duckdb_destroy_prepare(&stmt);
    return status;
}

static enum mln_status run_text(struct duck *duck, const char *label, const char *sql, bool one,
                                struct mln_params params, duckdb_result *result,
                                struct mln_err *err) {
    duckdb_extracted_statements all = NULL;
    const idx_t n = duckdb_extract_statements(duck->conn, sql, &all);
    enum mln_status status = MLN_OK;
    if (n == 0 || (one && n != 1)) {
        const char *const why = n == 0 ? duckdb_extract_statements_error(all) : NULL;
        status = why != NULL ? duck_fault_text(err, label, why)
                             : mln_err_set(err, MLN_INTERNAL, "%s: %s", label,
                                           one ? "wants exactly one query" : "has no statement");
    }
    for (idx_t i = 0; status == MLN_OK && i < n; i++) {
        duckdb_result own = {0};
        status = run_extracted(duck, all, i, label, params, &own, err);
        if (status == MLN_OK && result != NULL && i + 1 == n) {
            *result = own;
        } else if (status == MLN_OK) {
            duckdb_destroy_result(&own);
        }
    }
    duckdb_destroy_extracted(&all);
    return status;
}

static uint64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

enum mln_status duck_run(struct duck *duck, const char *label, const char *before,
                         struct mln_str sql, struct mln_params params, duckdb_result *result,
                         struct mln_err *err) {
    if (sql.n > 0 && memchr(sql.p, '\0', sql.n) != NULL) {
        return mln_err_set(err, MLN_INTERNAL, "%s: the statement holds a NUL", label);
    }
    struct mln_buf text = MLN_BUF_INIT;
    if (before != NULL) {
        mln_buf_addz(&text, before);
    }
    enum mln_status status = mln_sql_expand(sql, params, &text, err);
    if (status != MLN_OK) {
        mln_err_prefix(err, "%s: ", label);
        goto done;
    }
    const uint64_t began = now_ms();
    pthread_mutex_lock(&duck->lock);
    status =
        run_text(duck, label, text.p == NULL ? "" : text.p, before != NULL, params, result, err);
    pthread_mutex_unlock(&duck->lock);
    mln_detail(duck->talk, "%s: %llu ms", label, (unsigned long long)(now_ms() - began));
done:
    mln_buf_release(&text);
    return status;
}

enum mln_status duck_query(duckdb_connection conn, const char *label, const char *sql,
                           struct mln_err *err) {
    duckdb_result result = {0};
    enum mln_status status = MLN_OK;
    if (duckdb_query(conn, sql, &result) != DuckDBSuccess) {
        status =
            duck_fault(err, label, duckdb_result_error_type(&result), duckdb_result_error(&result));
    }
    duckdb_destroy_result(&result);
    return status;
}

/* CREATE TABLE AS tells its rows as a result (Count BIGINT), the others through the API. */
uint64_t duck_rows_changed(duckdb_result *result) {
    if (duckdb_result_return_type(*result) != DUCKDB_RESULT_TYPE_NOTHING ||
        duckdb_column_count(result) != 1 || duckdb_column_type(result, 0) != DUCKDB_TYPE_BIGINT) {
        return duckdb_rows_changed(result);
    }
    duckdb_data_chunk chunk = duckdb_fetch_chunk(*result);
    int64_t count = 0;
    if (chunk != NULL && duckdb_data_chunk_get_size(chunk) == 1) {
        count = *(const int64_t *)duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
    }
    duckdb_destroy_data_chunk(&chunk);
    return (uint64_t)count;
}

enum mln_status duck_exec(struct mln_engine *e, const char *label, struct mln_str sql,
                          struct mln_params params, uint64_t *rows_changed, struct mln_err *err) {
    duckdb_result result = {0};
    MLN_TRY(duck_run(duck_of(e), label, NULL, sql, params, &result, err));
    if (rows_changed != NULL) {
        *rows_changed = duck_rows_changed(&result);
    }
    duckdb_destroy_result(&result);
    return MLN_OK;
}
