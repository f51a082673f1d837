/* What the files of the DuckDB engine share; nothing outside this folder includes it.
 *
 * One connection serves exec, scan and copy_out, so that TEMP tables live from one statement to
 * the next; `lock` is held while a statement runs and never while a sink or a kernel does. Each
 * appender has a connection and a transaction of its own. */
#ifndef MLN_ENGINE_DUCKDB_DUCK_H
#define MLN_ENGINE_DUCKDB_DUCK_H

#include <duckdb.h>
#include <pthread.h>
#include <stdatomic.h>

#include "engine/engine.h"

struct duck_spill { /* spill.c */
    char *path;     /* our own directory under the caller's; NULL: no spill */
    char *made;     /* the caller's directory, if it was made here */
    int lock_fd;    /* held while the directory is ours */
};

struct duck_watch { /* watch.c */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    duckdb_connection running; /* NULL: no statement runs */
    bool stop;
    bool started;
};

struct duck_rows { /* rows.c */
    pthread_mutex_t turn; /* one query over given rows at a time */
    const struct mln_batch *batch;
    size_t at;
    bool registered;
};

struct duck {
    struct mln_engine base; /* first: an mln_engine is a duck */
    duckdb_database db;
    duckdb_connection conn;
    pthread_mutex_t lock;
    struct duck_spill spill;
    struct duck_watch watch;
    struct duck_rows rows;
    struct mln_talk *talk;
    size_t n_threads;
    atomic_uint_fast64_t n_scans; /* names of the scans' tables */
    struct duck_stream *stream;   /* parquet.c: where the rows of the running statement go */
    bool can_stream;              /* its function is registered */
};

static inline struct duck *duck_of(struct mln_engine *e) {
    return (struct duck *)(void *)e;
}

/* ── spill.c ── */
enum mln_status duck_spill_open(struct duck_spill *spill, const char *dir, struct mln_err *err)
    MLN_MUST_USE;
void duck_spill_close(struct duck_spill *spill);

/* ── watch.c ── */
enum mln_status duck_watch_start(struct duck_watch *watch, struct mln_err *err) MLN_MUST_USE;
void duck_watch_end(struct duck_watch *watch);
/* From now on an interrupt stops what runs on this connection; NULL: nothing runs. */
void duck_watch_set(struct duck_watch *watch, duckdb_connection running);

/* ── fault.c: DuckDB's errors as ours, without values ── */

/* `text` may be NULL. Statements of ours (parser, catalog, binder…) keep DuckDB's text; errors that
 * data can cause keep only their kind. Returns the status set. */
enum mln_status duck_fault(struct mln_err *err, const char *label, duckdb_error_type type,
                           const char *text);
/* For prepared statements and appenders, which give text only: the kind is its first words. */
enum mln_status duck_fault_text(struct mln_err *err, const char *label, const char *text);
duckdb_error_type duck_error_type_of(const char *text);

/* ── run.c ── */

/* Runs one statement without values, on a connection of its own use. */
enum mln_status duck_query(duckdb_connection conn, const char *label, const char *sql,
                           struct mln_err *err) MLN_MUST_USE;

/* Expands, splits, binds and runs all statements of `sql`. If `result` is not NULL, it receives the
 * last statement's result (destroy it). With `before` (put before the text, "CREATE TABLE x AS "),
 * `sql` must be one query. */
enum mln_status duck_run(struct duck *duck, const char *label, const char *before,
                         struct mln_str sql, struct mln_params params, duckdb_result *result,
                         struct mln_err *err) MLN_MUST_USE;

uint64_t duck_rows_changed(duckdb_result *result); /* reads it to its end */

enum mln_status duck_exec(struct mln_engine *e, const char *label, struct mln_str sql,
                          struct mln_params params, uint64_t *rows_changed, struct mln_err *err);

/* ── chunk.c ── */

struct duck_batch; /* scratch that shows chunks as batches */

/* For the columns of a result; refuses types that batch.h does not have, by name. */
enum mln_status duck_batch_new(duckdb_result *result, const char *label, struct duck_batch **out,
                               struct mln_err *err) MLN_MUST_USE;
void duck_batch_free(struct duck_batch *b);
/* NULL chunk: a batch without rows. Valid until the next call or the chunk's end. */
enum mln_status duck_batch_view(struct duck_batch *b, duckdb_data_chunk chunk,
                                struct mln_batch *out, struct mln_err *err) MLN_MUST_USE;

/* The other way: rows [from, from + n) of a batch into an emptied chunk; n ≤ the vector size.
 * Long strings are borrowed from the batch: append the chunk before the batch goes. */
void duck_chunk_fill(duckdb_data_chunk chunk, const struct mln_batch *batch, size_t from, size_t n);
duckdb_type duck_type_of(enum mln_type type);
const char *duck_type_name(duckdb_type type);

/* ── scan.c ── */

/* The rows of a query set aside in a TEMP table, in their order: memory stays bounded (it spills)
 * and the file or the kernel that reads them sees the same groups of rows whatever the threads. */
struct duck_aside {
    char name[40];
    uint64_t n_rows;
};
enum mln_status duck_aside_make(struct duck *duck, const char *label, struct mln_str sql,
                                struct mln_params params, struct duck_aside *out,
                                struct mln_err *err) MLN_MUST_USE;
void duck_aside_drop(struct duck *duck, const struct duck_aside *aside);

/* ── the other operations ── */
enum mln_status duck_attach(struct mln_engine *e, const char *catalog, const char *path,
                            const unsigned char *key, enum mln_attach_mode mode,
                            struct mln_err *err);
enum mln_status duck_detach(struct mln_engine *e, const char *catalog, struct mln_err *err);
enum mln_status duck_scan(struct mln_engine *e, const char *label, struct mln_str sql,
                          struct mln_params params, mln_sink_fn *sink, void *ctx,
                          struct mln_err *err);
enum mln_status duck_map(struct mln_engine *e, const char *label, struct mln_str sql,
                         struct mln_params params, mln_kernel_fn *kernel, void *ctx,
                         const struct mln_column_spec *out_specs, size_t n_out, const char *catalog,
                         const char *table, struct mln_err *err);
enum mln_status duck_append_open(struct mln_engine *e, const char *catalog, const char *table,
                                 struct mln_appender **out, struct mln_err *err);
enum mln_status duck_append(struct mln_appender *a, const struct mln_batch *batch,
                            struct mln_err *err);
enum mln_status duck_append_close(struct mln_appender *a, bool keep, struct mln_err *err);
enum mln_status duck_copy_out(struct mln_engine *e, const char *label, struct mln_str sql,
                              struct mln_params params, const char *path,
                              enum mln_file_format format, struct mln_err *err);
enum mln_status duck_read_parquet(struct mln_engine *e, const char *path, bool as_text,
                                  mln_sink_fn *sink, void *ctx, struct mln_err *err);
enum mln_status duck_stream_parquet(struct mln_engine *e, const char *path, const size_t *columns,
                                    size_t n, mln_sink_fn *sink, void *ctx, struct mln_err *err);

enum mln_status duck_scan_rows(struct mln_engine *e, const char *label, struct mln_str sql,
                               const struct mln_batch *rows, mln_sink_fn *sink, void *ctx,
                               struct mln_err *err);

#endif
