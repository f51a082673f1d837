/* An engine runs the relational work and drives the kernels over batches: a table of functions.
 *
 * Pipelines (source, link-chain, chain, study, report) know only this header. The embedded engine
 * is DuckDB in the process (src/engine/duckdb); a cluster engine and the tests' fake fill the same
 * table.
 *
 * SQL text is a subset that DuckDB and Spark (ANSI) both run, kept in sql/ (one statement a file,
 * several separated by `;` only where they form one step). In it
 *   $name    is a bound value (mln_param): never pasted into the text;
 *   {name}   is an identifier (a catalog, a table) pasted through the one quoting function.
 *
 * Results never depend on threads: each statement whose rows are read or stored in an order that
 * matters says ORDER BY on a unique key, and only whole numbers are summed (the order of a parallel
 * sum of doubles is not defined). Say NULLS FIRST or NULLS LAST where NULLs are ordered: engines
 * differ.
 *
 * Messages never hold a value: DuckDB's text is kept only for errors of the statement itself.
 *
 * TEMP tables live from one statement to the next, until the engine is closed; appenders do not see
 * them. Operations may be called from several threads, and from inside a sink or a kernel; those
 * that run statements take turns. An interrupt (base/thread.h) stops them with MLN_INTERRUPTED. */
#ifndef MLN_ENGINE_ENGINE_H
#define MLN_ENGINE_ENGINE_H

#include <stdbool.h>

#include "base/batch.h"
#include "base/buf.h"
#include "base/talk.h"

enum mln_param_type {
    MLN_PARAM_NULL,
    MLN_PARAM_INT,
    MLN_PARAM_DOUBLE,
    MLN_PARAM_TEXT,
    MLN_PARAM_DAY,
    MLN_PARAM_IDENT /* for {name} */
};

struct mln_param {
    const char *name;
    enum mln_param_type type;
    int64_t i;        /* INT, DAY */
    double f;         /* DOUBLE */
    struct mln_str s; /* TEXT, IDENT */
};

#define MLN_INT(n, v) ((struct mln_param){.name = (n), .type = MLN_PARAM_INT, .i = (v)})
#define MLN_REAL(n, v) ((struct mln_param){.name = (n), .type = MLN_PARAM_DOUBLE, .f = (v)})
#define MLN_TEXT(n, z) \
    ((struct mln_param){.name = (n), .type = MLN_PARAM_TEXT, .s = mln_str_from(z)})
#define MLN_DAY(n, d) ((struct mln_param){.name = (n), .type = MLN_PARAM_DAY, .i = (d)})
#define MLN_IDENT(n, z) \
    ((struct mln_param){.name = (n), .type = MLN_PARAM_IDENT, .s = mln_str_from(z)})

struct mln_params {
    const struct mln_param *list;
    size_t n;
};
#define MLN_NO_PARAMS ((struct mln_params){NULL, 0})
#define MLN_PARAMS(...)                                                    \
    ((struct mln_params){(const struct mln_param[]){__VA_ARGS__},          \
                         sizeof((const struct mln_param[]){__VA_ARGS__}) / \
                             sizeof(struct mln_param)})

/* Receives the batches of a query in order. The view is valid during the call. */
typedef enum mln_status mln_sink_fn(void *ctx, const struct mln_batch *batch, struct mln_err *err);

/* A kernel over batches, as in Spark's mapInArrow: reads `in`, appends any number of rows to `out`.
 * Must be a pure function of its input rows and ctx: how rows fall into batches is not defined, and
 * several threads call it at once with the same ctx. */
typedef enum mln_status mln_kernel_fn(void *ctx, const struct mln_batch *in,
                                      struct mln_builder *out, struct mln_err *err);

enum mln_attach_mode {
    MLN_ATTACH_READ,
    MLN_ATTACH_CREATE /* the file must not exist */,
    MLN_ATTACH_WRITE /* existing file */
};
enum mln_file_format { MLN_FILE_CSV /* UTF-8, ',' , header, LF */, MLN_FILE_PARQUET };

struct mln_engine_options {
    size_t n_threads;      /* 0: all processors */
    uint64_t memory_bytes; /* 0: half of the machine, at most memory_most */
    uint64_t memory_most;  /* 0: 3 GiB */
    /* Spill goes to a directory of its own under this one (created), encrypted under a key that
     * only the process knows; removed on close, and by the next engine when the process was killed.
     * NULL: no spill, MLN_NO_MEMORY instead. */
    const char *spill_dir;
    /* The encryption extension; NULL: what MAILLON_EXTENSION names, else beside the library. */
    const char *extension;
    bool clear; /* nothing is encrypted: no key will be given and nothing spills (spill_dir is NULL). The
                   encryption extension, whose signature takes some 50 ms to check, is not loaded */
    struct mln_talk *talk;
};

struct mln_engine;   /* the instance */
struct mln_appender; /* rows going into one table, on a connection of its own */

struct mln_engine_ops {
    const char *name;
    void (*close)(struct mln_engine *e); /* NULL is fine */

    /* Opens a database file as a catalog. `key` is 32 bytes, or NULL for a clear file.
     * A wrong key is MLN_KEY; a missing or damaged file MLN_IO; one that another process holds
     * MLN_BUSY. A created file has mode 0600. Detach checkpoints: after it the file is whole,
     * without a log beside it. */
    enum mln_status (*attach)(struct mln_engine *e, const char *catalog, const char *path,
                              const unsigned char *key, enum mln_attach_mode mode,
                              struct mln_err *err);
    enum mln_status (*detach)(struct mln_engine *e, const char *catalog, struct mln_err *err);

    /* After this, no file but those already attached, and those under the `n` directories, can be
     * read or written, and no setting can change. */
    enum mln_status (*lock_down)(struct mln_engine *e, const char *const *dirs, size_t n,
                                 struct mln_err *err);

    /* Runs statements, each in a transaction of its own; `label` names them in messages (the .sql
     * file). rows_changed may be NULL: rows inserted, updated, deleted or put into a new table by
     * the last statement. Values that no $name asks for are left. A $name or {name} without its
     * parameter is MLN_INTERNAL; a value that the statement refuses (a CAST, a constraint)
     * MLN_BAD_INPUT. */
    enum mln_status (*exec)(struct mln_engine *e, const char *label, struct mln_str sql,
                            struct mln_params params, uint64_t *rows_changed, struct mln_err *err);

    /* Runs one query and hands its batches to the sink, in order; a query without rows gives one
     * batch without rows, with its columns. Types other than those of batch.h and BOOLEAN (int32
     * 0/1) must be CAST in the query: note that SUM of integers is HUGEINT.
     * The rows are set aside in a TEMP table first, in bounded memory (it spills), and come in
     * batches of at most 2048: about 5 M rows/s. DuckDB streams results only through deprecated
     * functions. */
    enum mln_status (*scan)(struct mln_engine *e, const char *label, struct mln_str sql,
                            struct mln_params params, mln_sink_fn *sink, void *ctx,
                            struct mln_err *err);

    /* query → kernel → table. The table must exist with the builder's columns in their order.
     * Batches go through the kernel in the query's order. All rows or none: a failure of the
     * kernel leaves the table as it was. */
    enum mln_status (*map)(struct mln_engine *e, const char *label, struct mln_str sql,
                           struct mln_params params, mln_kernel_fn *kernel, void *ctx,
                           const struct mln_column_spec *out_specs, size_t n_out,
                           const char *catalog, const char *table, struct mln_err *err);

    /* Appending from outside; several appenders may run on several threads at once. Rows are seen
     * when append_close has kept them; keep = false, or a failed append, leaves nothing. Batches
     * must have the table's columns by name (any case), type and order (MLN_INTERNAL); text that
     * is not UTF-8 is MLN_BAD_INPUT. append_close frees the appender whatever it returns.
     * About 1 M rows of ten columns a second and thread: DuckDB's encoding is the limit. Where
     * several threads append and nothing else runs, open the engine with n_threads = 1: DuckDB's
     * own threads would only wait in a loop beside them (a quarter more processor time). */
    enum mln_status (*append_open)(struct mln_engine *e, const char *catalog, const char *table,
                                   struct mln_appender **out, struct mln_err *err);
    enum mln_status (*append)(struct mln_appender *a, const struct mln_batch *batch,
                              struct mln_err *err);
    enum mln_status (*append_close)(struct mln_appender *a, bool keep, struct mln_err *err);

    /* The rows of a query as a file, in the query's order; written aside, then renamed. The bytes
     * do not depend on threads. In CSV a missing value is empty, an empty text is "". Parquet is
     * zstd, row groups of 122,880 rows. */
    enum mln_status (*copy_out)(struct mln_engine *e, const char *label, struct mln_str sql,
                                struct mln_params params, const char *path,
                                enum mln_file_format format, struct mln_err *err);

    /* Reads a Parquet file's batches; every column as text if `as_text`, else by batch.h types
     * (other types: as text). Text is DuckDB's CAST: dates yyyy-mm-dd, timestamps yyyy-mm-dd
     * hh:mm:ss, true/false, doubles in their shortest form (whole ones without a point). The first batch has no row: it
     * tells the columns, before any row is read. A file that is not whole Parquet, or has two
     * columns of one name, is MLN_BAD_INPUT. `path` is a file, never a pattern. */
    enum mln_status (*read_parquet)(struct mln_engine *e, const char *path, bool as_text,
                                    mln_sink_fn *sink, void *ctx, struct mln_err *err);

    /* The same as text, only the n > 0 columns at these places of the file (each once), in that order. An
     * engine of one thread gives the rows while they are decoded: nothing is set aside, in a few MiB, in
     * half the time; its sink may not call this engine, and there is no batch before the rows. Others
     * set the rows aside first. One such reading an engine at a time. */
    enum mln_status (*stream_parquet)(struct mln_engine *e, const char *path, const size_t *columns,
                                      size_t n, mln_sink_fn *sink, void *ctx, struct mln_err *err);

    /* Runs one query over rows that the caller holds: `FROM rows()` gives them, in their order, with the
     * batch's names and types. Its rows come in order; the first batch has none, and tells the columns. The
     * result is kept whole in memory: for a few values a row. Values go from the batch into the engine once
     * and nowhere else. Calls on one engine take turns. */
    enum mln_status (*scan_rows)(struct mln_engine *e, const char *label, struct mln_str sql,
                                 const struct mln_batch *rows, mln_sink_fn *sink, void *ctx,
                                 struct mln_err *err);
};

/* Every engine begins with its table. */
struct mln_engine {
    const struct mln_engine_ops *ops;
};

/* The embedded engine. */
enum mln_status mln_engine_open_duckdb(const struct mln_engine_options *options,
                                       struct mln_engine **out, struct mln_err *err) MLN_MUST_USE;

/* ── helpers over any engine (src/engine/engine.c) ── */

/* "DuckDB v1.5.5": the library that is loaded. For --version. */
void mln_engine_version(char *out, size_t n);

/* Runs an embedded statement file: mln_run_sql(e, "link/passe_cle.sql", params, NULL, err). */
enum mln_status mln_run_sql(struct mln_engine *e, const char *asset, struct mln_params params,
                            uint64_t *rows_changed, struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_scan_sql(struct mln_engine *e, const char *asset, struct mln_params params,
                             mln_sink_fn *sink, void *ctx, struct mln_err *err) MLN_MUST_USE;

/* One integer (COUNT(*) and the like): the first column (int64) of the first row. */
enum mln_status mln_query_i64(struct mln_engine *e, const char *label, const char *sql,
                              struct mln_params params, int64_t *out, struct mln_err *err)
    MLN_MUST_USE;

/* "name" with inner quotes doubled: the one quoting function. */
void mln_quote_ident(struct mln_buf *out, struct mln_str name);

/* 'text' with inner quotes doubled; for what DuckDB cannot bind (paths of ATTACH and COPY). */
void mln_quote_text(struct mln_buf *out, struct mln_str text);

/* Replaces {name} by quoted identifiers of the IDENT parameters; an unknown {name} is an error.
 * Not inside strings, quoted identifiers and comments. */
enum mln_status mln_sql_expand(struct mln_str sql, struct mln_params params, struct mln_buf *out,
                               struct mln_err *err) MLN_MUST_USE;

#endif
