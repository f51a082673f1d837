/* Files that come out of a query (CSV, Parquet) and Parquet files read as batches. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "engine/duckdb/duck.h"

/* ── copy out ── */

static enum mln_status sync_path(const char *path, struct mln_err *err) {
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const bool synced = fd >= 0 && fsync(fd) == 0;
    const int why = errno;
    if (fd >= 0) {
        close(fd);
    }
    return synced ? MLN_OK
                  : mln_err_set(err, MLN_IO, "%s: cannot flush to disk: %s", path, strerror(why));
}

static enum mln_status put_in_place(const char *aside, const char *path, struct mln_err *err) {
    MLN_TRY(sync_path(aside, err));
    if (rename(aside, path) != 0) {
        return mln_err_set(err, MLN_IO, "%s: cannot be put in place: %s", path, strerror(errno));
    }
    struct mln_buf dir = MLN_BUF_INIT;
    mln_path_dir(&dir, path);
    enum mln_status status = mln_buf_check(&dir, path, err);
    if (status == MLN_OK) {
        status = sync_path(dir.p, err);
    }
    mln_buf_release(&dir);
    return status;
}

/* Row groups of a fixed number of rows: the bytes do not depend on the threads. */
static enum mln_status write_aside(struct duck *duck, const char *label,
                                   const struct duck_aside *rows, const char *aside,
                                   enum mln_file_format format, struct mln_err *err) {
    struct mln_buf sql = MLN_BUF_INIT;
    mln_buf_addf(&sql, "COPY temp.main.%s TO ", rows->name);
    mln_quote_text(&sql, mln_str_from(aside));
    mln_buf_addz(&sql, format == MLN_FILE_CSV
                           ? " (FORMAT csv, HEADER, DELIMITER ',', USE_TMP_FILE false)"
                           : " (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880, "
                             "USE_TMP_FILE false)");
    enum mln_status status = mln_buf_check(&sql, label, err);
    if (status == MLN_OK) {
        status = duck_run(duck, label, NULL, mln_buf_view(&sql), MLN_NO_PARAMS, NULL, err);
    }
    mln_buf_release(&sql);
    return status;
}

enum mln_status duck_copy_out(struct mln_engine *e, const char *label, struct mln_str sql,
                              struct mln_params params, const char *path,
                              enum mln_file_format format, struct mln_err *err) {
    struct duck *const duck = duck_of(e);
    struct duck_aside rows;
    MLN_TRY(duck_aside_make(duck, label, sql, params, &rows, err));
    struct mln_buf aside = MLN_BUF_INIT;
    mln_buf_addf(&aside, "%s.part", path);
    enum mln_status status = mln_buf_check(&aside, path, err);
    if (status == MLN_OK) {
        status = write_aside(duck, label, &rows, aside.p, format, err);
        if (status == MLN_OK) {
            status = put_in_place(aside.p, path, err);
        }
        if (status != MLN_OK) {
            unlink(aside.p);
        }
    }
    mln_buf_release(&aside);
    duck_aside_drop(duck, &rows);
    return status;
}

/* ── read Parquet ── */

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

/* The list of columns to select: as they are when batch.h has their type, else as text. */
static enum mln_status column_list(struct duck *duck, const char *from, bool as_text,
                                   struct mln_params params, struct mln_buf *out,
                                   struct mln_err *err) {
    struct mln_buf probe = MLN_BUF_INIT;
    mln_buf_addf(&probe, "SELECT * FROM %s LIMIT 0", from);
    duckdb_result result = {0};
    enum mln_status status = mln_buf_check(&probe, "a statement", err);
    if (status == MLN_OK) {
        status = duck_run(duck, "parquet", "", mln_buf_view(&probe), params, &result, err);
    }
    mln_buf_release(&probe);
    MLN_TRY(status);
    const idx_t n = duckdb_column_count(&result);
    for (idx_t i = 0; i < n; i++) {
        const struct mln_str name = mln_str_from(duckdb_column_name(&result, i));
        const duckdb_type type = duckdb_column_type(&result, i);
        const bool known = type == DUCKDB_TYPE_INTEGER || type == DUCKDB_TYPE_BIGINT ||
                           type == DUCKDB_TYPE_DOUBLE || type == DUCKDB_TYPE_DATE;
        mln_buf_addz(out, i == 0 ? "" : ", ");
        if (type == DUCKDB_TYPE_VARCHAR || (known && !as_text)) {
            mln_quote_ident(out, name);
        } else {
            add_as_text(out, name, type);
        }
    }
    duckdb_destroy_result(&result);
    return mln_buf_check(out, "a statement", err);
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

/* A batch without rows, before any is read: who wants only the names may end here. */
static enum mln_status give_columns(struct duck *duck, const char *path, struct mln_str sql,
                                    struct mln_params params, struct relay *relay,
                                    struct mln_err *err) {
    struct mln_buf probe = MLN_BUF_INIT;
    struct duck_batch *shown = NULL;
    struct mln_batch batch;
    duckdb_result result = {0};
    mln_buf_addf(&probe, "%.*s LIMIT 0", MLN_STR_ARG(sql));
    enum mln_status status = mln_buf_check(&probe, path, err);
    if (status == MLN_OK) {
        status = duck_run(duck, path, "", mln_buf_view(&probe), params, &result, err);
    }
    if (status == MLN_OK) {
        status = duck_batch_new(&result, path, &shown, err);
        duckdb_destroy_result(&result);
    }
    if (status == MLN_OK) {
        status = duck_batch_view(shown, NULL, &batch, err);
    }
    if (status == MLN_OK) {
        status = relay_batch(relay, &batch, err);
    }
    duck_batch_free(shown);
    mln_buf_release(&probe);
    return status;
}

static enum mln_status read_columns(struct mln_engine *e, const char *path, bool as_text,
                                    struct mln_params params, struct relay *relay,
                                    struct mln_err *err) {
    static const char from[] = "read_parquet($path, binary_as_string = true, hive_partitioning = "
                               "false, union_by_name = false)";
    struct mln_buf sql = MLN_BUF_INIT;
    mln_buf_addz(&sql, "SELECT ");
    enum mln_status status = column_list(duck_of(e), from, as_text, params, &sql, err);
    if (status == MLN_OK) {
        mln_buf_addf(&sql, " FROM %s", from);
        status = mln_buf_check(&sql, path, err);
    }
    if (status == MLN_OK) {
        status = give_columns(duck_of(e), path, mln_buf_view(&sql), params, relay, err);
    }
    if (status == MLN_OK) {
        status = duck_scan(e, path, mln_buf_view(&sql), params, relay_batch, relay, err);
    }
    mln_buf_release(&sql);
    return relay->failed ? status : parquet_fault(status, path, err);
}

enum mln_status duck_read_parquet(struct mln_engine *e, const char *path, bool as_text,
                                  mln_sink_fn *sink, void *ctx, struct mln_err *err) {
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
        struct relay relay = {.sink = sink, .ctx = ctx};
        status = check_names(e, path, params, err);
        if (status == MLN_OK) {
            status = read_columns(e, path, as_text, params, &relay, err);
        }
    }
    mln_buf_release(&pattern);
    return status;
}
