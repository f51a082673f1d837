/* Parquet files read as batches.
 *
 * Set aside first, or direct: a function of ours in the statement is given the chunks while DuckDB
 * decodes them, so that no row is stored twice. With one thread they come in the order of the file.
 */
#include <errno.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/thread.h"
#include "engine/duckdb/duck.h"

/* ── the path ── */

/* A path as a pattern that matches only itself: [*] for *, and so on. */
static void add_literal_pattern(struct mln_buf *out, const char *path) {
    for (; *path != '\0'; path++) {
        if (*path == '*' || *path == '?' || *path == '[') {
            mln_buf_addc(out, '[');
            mln_buf_addc(out, *path);
            mln_buf_addc(out, ']');
        } else {
            mln_buf_addc(out, *path);
        }
    }
}

static enum mln_status parquet_fault(enum mln_status status, const char *path,
                                     struct mln_err *err) {
    if (status == MLN_OK || status == MLN_IO || status == MLN_NO_MEMORY ||
        status == MLN_INTERRUPTED) {
        return status;
    }
    return mln_err_set(err, MLN_BAD_INPUT,
                       "%s: not a Parquet file that can be read: cut short, damaged, or written "
                       "with a feature unknown here",
                       path);
}

/* Names of the top-level columns, as the file has them: DuckDB would rename the second of two equal
 * ones. parquet_schema lists the tree in preorder, each node with its number of children. */
struct parquet_names {
    const char *path;
    struct mln_arena arena;
    struct mln_str *names;
    size_t n, cap;
    int64_t below; /* nodes still to come below the present column */
    bool past_root;
    bool doubled; /* a name is there twice: the message says it */
};

static enum mln_status take_name(struct parquet_names *p, struct mln_str name,
                                 struct mln_err *err) {
    for (size_t i = 0; i < p->n; i++) {
        if (p->names[i].n == name.n && strncasecmp(p->names[i].p, name.p, name.n) == 0) {
            p->doubled = true;
            return mln_err_set(err, MLN_BAD_INPUT, "%s: two columns are named %.*s", p->path,
                               MLN_STR_ARG(name));
        }
    }
    if (p->n == p->cap) {
        const size_t cap = 2 * p->cap + 64;
        struct mln_str *const names = MLN_ARENA_NEW(&p->arena, struct mln_str, cap);
        if (names == NULL) {
            return mln_err_nomem(err, p->path);
        }
        memcpy(names, p->names == NULL ? names : p->names, p->n * sizeof *names);
        p->names = names;
        p->cap = cap;
    }
    const char *const copy = mln_arena_strdup(&p->arena, name);
    if (copy == NULL) {
        return mln_err_nomem(err, p->path);
    }
    p->names[p->n++] = (struct mln_str){copy, name.n};
    return MLN_OK;
}

static enum mln_status take_names(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    struct parquet_names *const p = ctx;
    for (size_t row = 0; row < batch->n_rows; row++) {
        const int64_t children = mln_get_i64(&batch->columns[1], row);
        if (!p->past_root) {
            p->past_root = true;
        } else if (p->below > 0) {
            p->below += children - 1;
        } else {
            MLN_TRY(take_name(p, mln_get_str(&batch->columns[0], row), err));
            p->below = children;
        }
    }
    return MLN_OK;
}

static enum mln_status check_names(struct mln_engine *e, const char *path, struct mln_params params,
                                   struct mln_err *err) {
    struct parquet_names names = {.path = path};
    enum mln_status status =
        duck_scan(e, path,
                  MLN_STR_LIT("SELECT name, CAST(COALESCE(num_children, 0) AS BIGINT) AS children "
                              "FROM parquet_schema($path)"),
                  params, take_names, &names, err);
    mln_arena_release(&names.arena);
    return names.doubled ? status : parquet_fault(status, path, err);
}

/* A column as text. Whole doubles are written without a point, as in the other formats: programs
 * turn columns of whole numbers with holes into doubles, and codes with them. */
static void add_as_text(struct mln_buf *out, struct mln_str name, duckdb_type type) {
    struct mln_buf column = MLN_BUF_INIT;
    mln_quote_ident(&column, name);
    const struct mln_str c = mln_buf_view(&column);
    if (type == DUCKDB_TYPE_DOUBLE || type == DUCKDB_TYPE_FLOAT) {
        mln_buf_addf(out,
                     "CASE WHEN abs(%.*s) < 9007199254740992 AND %.*s = trunc(%.*s) "
                     "THEN CAST(CAST(%.*s AS BIGINT) AS VARCHAR) ELSE ",
                     MLN_STR_ARG(c), MLN_STR_ARG(c), MLN_STR_ARG(c), MLN_STR_ARG(c));
        mln_buf_addf(out, "CAST(%.*s AS VARCHAR) END AS ", MLN_STR_ARG(c));
    } else {
        mln_buf_addf(out, "CAST(%.*s AS VARCHAR) AS ", MLN_STR_ARG(c));
    }
    mln_buf_add_str(out, c);
    out->failed = out->failed || column.failed;
    mln_buf_release(&column);
}

/* The columns to hand over: all of the file, or those at `places`, in that order. */
struct parquet_wanted {
    bool as_text;
    const size_t *places; /* NULL: all */
    size_t n;
};

static const char rows_of_file[] = "read_parquet($path, binary_as_string = true, "
                                   "hive_partitioning = false, union_by_name = false)";

static void add_column(struct mln_buf *out, duckdb_result *probe, idx_t i, bool as_text) {
    const struct mln_str name = mln_str_from(duckdb_column_name(probe, i));
    const duckdb_type type = duckdb_column_type(probe, i);
    const bool known = type == DUCKDB_TYPE_INTEGER || type == DUCKDB_TYPE_BIGINT ||
                       type == DUCKDB_TYPE_DOUBLE || type == DUCKDB_TYPE_DATE;
    if (type == DUCKDB_TYPE_VARCHAR || (known && !as_text)) {
        mln_quote_ident(out, name);
    } else {
        add_as_text(out, name, type);
    }
}

/* The list of columns to select: as they are when batch.h has their type, else as text. */
static enum mln_status column_list(struct duck *duck, const char *path,
                                   const struct parquet_wanted *wanted, struct mln_params params,
                                   struct mln_buf *out, struct mln_err *err) {
    struct mln_buf probe = MLN_BUF_INIT;
    mln_buf_addf(&probe, "SELECT * FROM %s LIMIT 0", rows_of_file);
    duckdb_result result = {0};
    enum mln_status status = mln_buf_check(&probe, "a statement", err);
    if (status == MLN_OK) {
        status = duck_run(duck, "parquet", "", mln_buf_view(&probe), params, &result, err);
    }
    mln_buf_release(&probe);
    MLN_TRY(status);
    const idx_t n_file = duckdb_column_count(&result);
    const size_t n = wanted->places == NULL ? (size_t)n_file : wanted->n;
    for (size_t k = 0; status == MLN_OK && k < n; k++) {
        const idx_t i = wanted->places == NULL ? k : wanted->places[k];
        mln_buf_addz(out, k == 0 ? "" : ", ");
        if (i < n_file) {
            add_column(out, &result, i, wanted->as_text);
        } else {
            status = mln_err_set(err, MLN_IO, "%s: changed while it was read", path);
        }
    }
    duckdb_destroy_result(&result);
    return status == MLN_OK ? mln_buf_check(out, "a statement", err) : status;
}

/* A sink's own failure must not be taken for a fault of the file. */
struct relay {
    mln_sink_fn *sink;
    void *ctx;
    bool failed;
};

static enum mln_status relay_batch(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    struct relay *const relay = ctx;
    const enum mln_status status = relay->sink(relay->ctx, batch, err);
    relay->failed = status != MLN_OK;
    return status;
}

/* What shows the columns of a query as a batch, before any row is read. */
static enum mln_status show_columns(struct duck *duck, const char *path, struct mln_str sql,
                                    struct mln_params params, struct duck_batch **shown,
                                    struct mln_err *err) {
    struct mln_buf probe = MLN_BUF_INIT;
    duckdb_result result = {0};
    mln_buf_addf(&probe, "%.*s LIMIT 0", MLN_STR_ARG(sql));
    enum mln_status status = mln_buf_check(&probe, path, err);
    if (status == MLN_OK) {
        status = duck_run(duck, path, "", mln_buf_view(&probe), params, &result, err);
    }
    if (status == MLN_OK) {
        status = duck_batch_new(&result, path, shown, err);
        duckdb_destroy_result(&result);
    }
    mln_buf_release(&probe);
    return status;
}

/* A batch without rows: who wants only the names may end here. */
static enum mln_status give_columns(struct duck *duck, const char *path, struct mln_str sql,
                                    struct mln_params params, struct relay *relay,
                                    struct mln_err *err) {
    struct duck_batch *shown = NULL;
    struct mln_batch batch;
    enum mln_status status = show_columns(duck, path, sql, params, &shown, err);
    if (status == MLN_OK) {
        status = duck_batch_view(shown, NULL, &batch, err);
    }
    if (status == MLN_OK) {
        status = relay_batch(relay, &batch, err);
    }
    duck_batch_free(shown);
    return status;
}

/* "SELECT columns FROM the file". */
static enum mln_status select_columns(struct duck *duck, const char *path,
                                      const struct parquet_wanted *wanted, struct mln_params params,
                                      struct mln_buf *sql, struct mln_err *err) {
    mln_buf_addz(sql, "SELECT ");
    MLN_TRY(column_list(duck, path, wanted, params, sql, err));
    mln_buf_addf(sql, " FROM %s", rows_of_file);
    return mln_buf_check(sql, path, err);
}

/* ── set aside ── */

static enum mln_status read_aside(struct duck *duck, const char *path,
                                  const struct parquet_wanted *wanted, struct mln_params params,
                                  struct relay *relay, struct mln_err *err) {
    struct mln_buf sql = MLN_BUF_INIT;
    enum mln_status status = select_columns(duck, path, wanted, params, &sql, err);
    if (status == MLN_OK) {
        status = give_columns(duck, path, mln_buf_view(&sql), params, relay, err);
    }
    if (status == MLN_OK) {
        status = duck_scan(&duck->base, path, mln_buf_view(&sql), params, relay_batch, relay, err);
    }
    mln_buf_release(&sql);
    return status;
}

/* ── direct ── */

/* What the function is to do with the chunks of the statement that runs. */
struct duck_stream {
    struct duck_batch *shown;
    struct relay *relay;
    int64_t n_rows;
    enum mln_status status;
    struct mln_err err;
};

static void take_chunk(duckdb_function_info info, duckdb_data_chunk chunk, duckdb_vector out) {
    struct duck *const duck = duckdb_scalar_function_get_extra_info(info);
    struct duck_stream *const stream = duck->stream;
    struct mln_batch batch;
    const size_t n = (size_t)duckdb_data_chunk_get_size(chunk);
    if (stream->status == MLN_OK) {
        stream->status = duck_batch_view(stream->shown, chunk, &batch, &stream->err);
    }
    if (stream->status == MLN_OK && n > 0) {
        stream->status = relay_batch(stream->relay, &batch, &stream->err);
    }
    if (stream->status != MLN_OK) {
        duckdb_scalar_function_set_error(info, "stopped"); /* the stream knows why */
        return;
    }
    stream->n_rows += (int64_t)n;
    memset(duckdb_vector_get_data(out), 0, n * sizeof(int64_t));
}

/* mln_take(columns…), once an engine. Volatile: it must see every row, not each value of a
 * dictionary. */
static enum mln_status register_take(struct duck *duck, struct mln_err *err) {
    if (duck->can_stream) {
        return MLN_OK;
    }
    duckdb_scalar_function f = duckdb_create_scalar_function();
    duckdb_logical_type any = duckdb_create_logical_type(DUCKDB_TYPE_ANY);
    duckdb_logical_type number = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
    duckdb_scalar_function_set_name(f, "mln_take");
    duckdb_scalar_function_set_varargs(f, any);
    duckdb_scalar_function_set_return_type(f, number);
    duckdb_scalar_function_set_special_handling(f); /* missing values too */
    duckdb_scalar_function_set_volatile(f);
    duckdb_scalar_function_set_extra_info(f, duck, NULL);
    duckdb_scalar_function_set_function(f, take_chunk);
    duck->can_stream = duckdb_register_scalar_function(duck->conn, f) == DuckDBSuccess;
    duckdb_destroy_logical_type(&any);
    duckdb_destroy_logical_type(&number);
    duckdb_destroy_scalar_function(&f);
    return duck->can_stream ? MLN_OK
                            : mln_err_set(err, MLN_INTERNAL, "DuckDB refuses a function of ours");
}

/* The number of rows that the function was given, as DuckDB counts them. */
static int64_t count_of(duckdb_result *result) {
    duckdb_data_chunk chunk = duckdb_fetch_chunk(*result);
    int64_t n = -1;
    if (chunk != NULL && duckdb_data_chunk_get_size(chunk) == 1) {
        n = *(const int64_t *)duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
    }
    duckdb_destroy_data_chunk(&chunk);
    return n;
}

static enum mln_status run_stream(struct duck *duck, const char *path, struct mln_str columns,
                                  struct mln_params params, struct duck_stream *stream,
                                  struct mln_err *err) {
    struct mln_buf sql = MLN_BUF_INIT;
    duckdb_result result = {0};
    int64_t n = -1;
    mln_buf_addf(&sql, "SELECT COUNT(mln_take(*COLUMNS(*))) FROM (%.*s)", MLN_STR_ARG(columns));
    enum mln_status status = mln_buf_check(&sql, path, err);
    duck->stream = stream;
    if (status == MLN_OK) {
        status = duck_run(duck, path, "", mln_buf_view(&sql), params, &result, err);
    }
    duck->stream = NULL;
    mln_buf_release(&sql);
    if (stream->status != MLN_OK) {
        *err = stream->err;
        return stream->status;
    }
    MLN_TRY(status);
    n = count_of(&result);
    duckdb_destroy_result(&result);
    return n == stream->n_rows
               ? MLN_OK
               : mln_err_set(err, MLN_INTERNAL, "%s: DuckDB counts other rows than it gave", path);
}

static enum mln_status read_direct(struct duck *duck, const char *path,
                                   const struct parquet_wanted *wanted, struct mln_params params,
                                   struct relay *relay, struct mln_err *err) {
    struct mln_buf sql = MLN_BUF_INIT;
    struct duck_stream stream = {.relay = relay};
    enum mln_status status = select_columns(duck, path, wanted, params, &sql, err);
    if (status == MLN_OK) {
        status = show_columns(duck, path, mln_buf_view(&sql), params, &stream.shown, err);
    }
    if (status == MLN_OK) {
        status = register_take(duck, err);
    }
    if (status == MLN_OK) {
        status = run_stream(duck, path, mln_buf_view(&sql), params, &stream, err);
    }
    duck_batch_free(stream.shown);
    mln_buf_release(&sql);
    return status;
}

/* ── the operations ── */

typedef enum mln_status read_fn(struct duck *duck, const char *path,
                                const struct parquet_wanted *wanted, struct mln_params params,
                                struct relay *relay, struct mln_err *err);

static enum mln_status read_file(struct mln_engine *e, const char *path,
                                 const struct parquet_wanted *wanted, read_fn *read,
                                 struct relay *relay, struct mln_err *err) {
    struct stat st;
    if (stat(path, &st) != 0 || access(path, R_OK) != 0) {
        return mln_err_set(err, MLN_IO, "%s: cannot be read: %s", path, strerror(errno));
    }
    if (!S_ISREG(st.st_mode)) {
        return mln_err_set(err, MLN_IO, "%s: not a file", path);
    }
    struct mln_buf pattern = MLN_BUF_INIT;
    add_literal_pattern(&pattern, path);
    enum mln_status status = mln_buf_check(&pattern, path, err);
    if (status == MLN_OK) {
        const struct mln_params params =
            MLN_PARAMS({.name = "path", .type = MLN_PARAM_TEXT, .s = mln_buf_view(&pattern)});
        status = check_names(e, path, params, err);
        if (status == MLN_OK) {
            status = read(duck_of(e), path, wanted, params, relay, err);
            status = relay->failed ? status : parquet_fault(status, path, err);
        }
    }
    mln_buf_release(&pattern);
    return status;
}

enum mln_status duck_read_parquet(struct mln_engine *e, const char *path, bool as_text,
                                  mln_sink_fn *sink, void *ctx, struct mln_err *err) {
    const struct parquet_wanted all = {.as_text = as_text};
    struct relay relay = {.sink = sink, .ctx = ctx};
    return read_file(e, path, &all, read_aside, &relay, err);
}

enum mln_status duck_stream_parquet(struct mln_engine *e, const char *path, const size_t *columns,
                                    size_t n, mln_sink_fn *sink, void *ctx, struct mln_err *err) {
    const struct parquet_wanted some = {.as_text = true, .places = columns, .n = n};
    struct relay relay = {.sink = sink, .ctx = ctx};
    return read_file(e, path, &some, duck_of(e)->n_threads == 1 ? read_direct : read_aside, &relay,
                     err);
}
