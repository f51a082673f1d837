/* The records of both files as comparison wants them: one column a field of the model, cleaned,
 * dictionary-coded, in a canonical order.
 *
 *   row      0 … n_left - 1           the left file, in the byte order of its ids
 *            n_left … n_left+n_right  the right file, likewise (none when one file is deduplicated)
 *
 * Because rows are put in the order of their ids first, nothing that follows depends on the order
 * of the files. Ids that are whole numbers are ordered as numbers. An id that occurs twice on a
 * side is an error that names the two rows.
 *
 * Read-only once built: any number of threads may read it. */
#ifndef MLN_LINK_RECORDS_RECORDS_H
#define MLN_LINK_RECORDS_RECORDS_H

#include "base/batch.h"
#include "link/compare/qgram.h"
#include "link/compare/strset.h"
#include "link/model/model.h"

struct mln_field_column {
    enum mln_field_type type;
    struct mln_strset set; /* TEXT: the distinct values; LIST: the distinct elements */
    uint32_t *ids;         /* TEXT: per row; MLN_STRSET_MISSING */
    int32_t *first, *last; /* DATE: per row; MLN_DAY_NONE */
    double *number;        /* NUMBER: per row; NaN missing */
    uint64_t *start;       /* LIST: n + 1; elements of row i are item[start[i]] … ascending, distinct */
    uint32_t *item;        /* LIST: ids in `set`; an empty list is missing */
    double *latitude, *longitude; /* GEO: degrees; NaN missing */
};

struct mln_records {
    uint32_t n_left, n_right;
    size_t n_fields;
    struct mln_field_column *fields;
    struct mln_strset id_set; /* unused when ids are numbers */
    const struct mln_str *ids; /* per row: the id as text; borrowed from the arena of the build */
    uint64_t *row_no;          /* per row: 1-based data row of its file */
};

static inline uint32_t mln_records_n(const struct mln_records *r) { return r->n_left + r->n_right; }

/* ── building: feed the columns a model asks for, then finish ── */

struct mln_records_builder; /* opaque: raw cells of the rows seen so far, cleaned */

/* The columns of one side the model needs, each once, in an order that add() expects; in the arena. */
enum mln_status mln_records_columns(const struct mln_link_model *model, size_t side,
                                    struct mln_arena *arena, const struct mln_str **columns,
                                    size_t *n, struct mln_err *err) MLN_MUST_USE;

enum mln_status mln_records_builder_new(const struct mln_link_model *model,
                                        struct mln_records_builder **out,
                                        struct mln_err *err) MLN_MUST_USE;
void mln_records_builder_free(struct mln_records_builder *b);

/* Adds n_rows of one side: cells row-major over the columns of mln_records_columns, {NULL, 0}
 * missing, UTF-8. Copies what it keeps. Cells that cannot be read as their type (a date, a number)
 * become missing and are counted (mln_records_unreadable). Not thread-safe. */
enum mln_status mln_records_add(struct mln_records_builder *b, size_t side,
                                const struct mln_str *cells, size_t n_rows,
                                struct mln_err *err) MLN_MUST_USE;

/* Builds `out` and empties the builder. n_threads 0: all. Errors: MLN_BAD_INPUT (an id missing or
 * doubled: side and row numbers), MLN_NO_MEMORY. */
enum mln_status mln_records_finish(struct mln_records_builder *b, size_t n_threads,
                                   struct mln_records *out, struct mln_err *err) MLN_MUST_USE;
void mln_records_release(struct mln_records *records);

/* After finish: per field, how many cells of a side were present but unreadable, and how many rows
 * have a value. `counts` holds n_fields. */
struct mln_field_count {
    uint64_t present, missing, unreadable;
};
void mln_records_counts(const struct mln_records_builder *b, size_t side,
                        struct mln_field_count *counts);

#endif
