/* Readers of source files: CSV, Parquet, SAS7BDAT and Arrow behind one header.
 *
 *     open → columns → select → stream → close
 *
 * A reader gives every row of a file as cells of UTF-8 text, in batches, in the order of the file,
 * with its number. It knows nothing of types: dates and numbers of Parquet, SAS and Arrow come as text,
 * without loss (dates as yyyy-mm-dd). What is wrong with the *form* of one row is told as the
 * row's fault and reading goes on; what makes the rest of the file unreadable stops it:
 *
 *   fault of a row    too few or too many cells; a quote where none may be; a lone CR; a NUL byte;
 *                     a cell past the cap; bytes that are no text in the file's encoding
 *   stops the file    an empty file; a quote never closed, or closed wrongly after a line break
 *                     (how many rows it swallowed cannot be told); a row past 16 times the cell
 *                     cap; more columns than the cap; UTF-16; a truncated Parquet, SAS or
 *                     Arrow file; a read error
 *
 * Messages name file, row and column, never a value. Rows are data rows, numbered from 1.
 * Not thread-safe: one reader per thread. */
#ifndef MLN_SOURCE_SOURCE_H
#define MLN_SOURCE_SOURCE_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "base/utf8.h"
#include "source/reason.h"

struct mln_engine;

/* ── where bytes come from ── */

/* A table of functions, so that tests read from memory and fail the n-th read. Functions write the
 * message. `read` gives 0 bytes only at the end. `seek` is lseek; the readers of SAS and Arrow call it. */
struct mln_io {
    void *ctx;
    enum mln_status (*open)(void *ctx, const char *path, void **file, struct mln_err *err);
    enum mln_status (*read)(void *file, void *into, size_t n, size_t *got, struct mln_err *err);
    enum mln_status (*seek)(void *file, int64_t offset, int whence, int64_t *at,
                            struct mln_err *err);
    void (*close)(void *file);
};

extern const struct mln_io mln_io_files; /* the files of the system; refuses directories, devices */

/* ── reading ── */

enum mln_format { MLN_FORMAT_CSV, MLN_FORMAT_PARQUET, MLN_FORMAT_SAS, MLN_FORMAT_ARROW };
extern const char *const mln_format_words[]; /* csv, parquet, sas7bdat, arrow, NULL */

enum {
    MLN_SOURCE_FIELD_CAP = 1 << 20, /* bytes of a cell */
    MLN_SOURCE_ROW_FIELDS = 16,     /* a row may be this many times as long as a cell */
    MLN_SOURCE_COLUMN_CAP = 4096,
    MLN_SOURCE_BATCH_ROWS = 2048,
};

struct mln_source_options {
    enum mln_format format;
    char delimiter;             /* CSV: an ASCII character, not a letter or a digit; 0: ';' */
    char quote;                 /* CSV: the same; 0: cells are never quoted */
    bool headless;              /* CSV: no header; columns are named "1", "2", … */
    enum mln_encoding encoding; /* CSV */
    size_t field_cap;           /* bytes; 0: MLN_SOURCE_FIELD_CAP */
    const char *shown;          /* name of the file in messages; NULL: its path */
    const struct mln_io *io;    /* NULL: mln_io_files. Parquet is read by the engine's own I/O */
    struct mln_engine *engine;  /* Parquet only */
    bool engine_is_free; /* Parquet: nobody else uses the engine meanwhile, the sink neither, so that rows need not
                            be set aside (stream_parquet) and columns not selected are not read */
};

/* Rows of text. `cells` is row-major over the selected columns; a missing value is {NULL, 0} (an
 * empty CSV cell too, quoted or not). Valid during the call that hands it over. */
struct mln_cells {
    uint64_t first_row; /* number of the first one */
    size_t n_rows;
    size_t n_columns; /* selected */
    const struct mln_str *cells;
    const struct mln_row_fault *faults; /* one a row */
};

/* A row with a fault has no cells to be read. */
struct mln_row_fault {
    uint16_t reason; /* enum mln_reason; MLN_REASON_NONE: the row is whole */
    uint16_t column; /* of the file, from 0; MLN_NO_COLUMN: the row as a whole */
};
#define MLN_NO_COLUMN UINT16_MAX

typedef enum mln_status mln_cells_fn(void *ctx, const struct mln_cells *cells, struct mln_err *err);

struct mln_source;

/* Opens the file and reads what is needed to know its columns. *out is NULL on failure. */
enum mln_status mln_source_open(const char *path, const struct mln_source_options *options,
                                struct mln_source **out, struct mln_err *err) MLN_MUST_USE;
void mln_source_close(struct mln_source *source); /* NULL is fine */

/* Names of the columns in the file's order, trimmed; borrowed until close. May hold a name twice:
 * the contract refuses it. A name is to be shown to people only once the header is known to be
 * one: a file without a header has values there. */
const struct mln_str *mln_source_columns(const struct mln_source *source, size_t *n);

/* The columns to hand over, in this order; each at most once. Without it: all. */
enum mln_status mln_source_select(struct mln_source *source, const size_t *columns, size_t n,
                                  struct mln_err *err) MLN_MUST_USE;

/* What stands between two elements where a column of lists becomes one cell, by selected column; 0: the
 * column must not hold lists. Without it none may. Only Arrow files have lists. Borrowed until close; after
 * select. */
void mln_source_separate(struct mln_source *source, const char *separators);

/* Reads the whole file, once. A failure of the sink stops it and is passed on. Memory: a few MiB,
 * or the longest row. O(bytes). */
enum mln_status mln_source_stream(struct mln_source *source, mln_cells_fn *sink, void *ctx,
                                  struct mln_err *err) MLN_MUST_USE;

/* ── for the readers themselves ── */

struct mln_source_ops {
    enum mln_status (*open)(struct mln_source *source, struct mln_err *err);
    enum mln_status (*stream)(struct mln_source *source, mln_cells_fn *sink, void *ctx,
                              struct mln_err *err);
    void (*close)(struct mln_source *source);
};
extern const struct mln_source_ops mln_source_csv, mln_source_parquet, mln_source_sas, mln_source_arrow;

#endif
