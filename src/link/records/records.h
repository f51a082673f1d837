/* The records of both files as comparison wants them: one column a field of the model, cleaned,
 * dictionary-coded, in a canonical order.
 *
 *   row      0 … n_left - 1           the left file, in the byte order of its ids
 *            n_left … n_left+n_right  the right file, likewise (none when one file is deduplicated)
 *
 * Because rows are put in the order of their ids first, nothing that follows depends on the order
 * of the files. When all ids of both sides are whole numbers (written without superfluous zeros,
 * and within int64) they are ordered as numbers, and stored as such. An id that occurs twice on a
 * side is an error that names the two rows. Without an id column the id is the row number.
 *
 * Read-only once built: any number of threads may read it. */
#ifndef MLN_LINK_RECORDS_RECORDS_H
#define MLN_LINK_RECORDS_RECORDS_H

#include "base/err.h"
#include "link/compare/strset.h"
#include "link/model/model.h"

struct mln_field_column {
    enum mln_field_type type;
    struct mln_strset set; /* TEXT: the distinct values; LIST: the distinct elements */
    uint32_t *ids;         /* TEXT: per row; MLN_STRSET_MISSING */
    int32_t *first, *last; /* DATE: per row; MLN_DAY_NONE */
    double *number;        /* NUMBER: per row; NaN missing */
    uint64_t *start; /* LIST: n + 1; elements of row i are item[start[i]] … ascending, distinct */
    uint32_t *item;  /* LIST: ids in `set`; an empty list is missing */
    double *latitude, *longitude; /* GEO: degrees; NaN missing */
};

struct mln_records {
    uint32_t n_left, n_right;
    size_t n_fields;
    struct mln_field_column *fields;
    uint32_t *row_no;     /* per row: 1-based data row of its file */
    int64_t *id_number;   /* per row, when the ids of both sides are all whole numbers; else NULL */
    const char **id_text; /* per row, otherwise; read them with mln_records_id */
    struct mln_bytes *bytes; /* what id_text points into */
};

static inline uint32_t mln_records_n(const struct mln_records *r) {
    return r->n_left + r->n_right;
}

/* The id of a row as text, exactly as it stood in the file: in `room`, or borrowed from the
 * records. */
enum { MLN_ID_ROOM = 24 };
struct mln_str mln_records_id(const struct mln_records *records, uint32_t row,
                              char room[MLN_ID_ROOM]);

/* ── building: feed the columns a model asks for, then finish ── */

struct mln_records_builder; /* opaque: the distinct raw values of each field, and their number by row */

/* The columns of one side the model needs, each once, in an order that add() expects; in the arena.
 */
enum mln_status mln_records_columns(const struct mln_link_model *model, size_t side,
                                    struct mln_arena *arena, const struct mln_str **columns,
                                    size_t *n, struct mln_err *err) MLN_MUST_USE;

/* The model is borrowed for the life of the builder. */
enum mln_status mln_records_builder_new(const struct mln_link_model *model,
                                        struct mln_records_builder **out, struct mln_err *err)
    MLN_MUST_USE;
void mln_records_builder_free(struct mln_records_builder *b);

/* Adds n_rows of one side: cells row-major over the columns of mln_records_columns, {NULL, 0}
 * missing, UTF-8. `first_row` is the number of the first one in its file (1-based); the others
 * follow it: where the reader refused a row, call once for the rows before and once for those
 * after. Rows may come in any order. Copies what it keeps: each distinct value of a field once. Two
 * threads may add at once, one a side. Errors: MLN_BAD_INPUT (a value that is not UTF-8, an id that
 * is missing: side and row; more than 2^32 - 2 rows), MLN_NO_MEMORY; the builder is then to be freed. */
enum mln_status mln_records_add(struct mln_records_builder *b, size_t side, uint64_t first_row,
                                const struct mln_str *cells, size_t n_rows, struct mln_err *err)
    MLN_MUST_USE;

/* Builds `out` and empties the builder, whatever the outcome. n_threads 0: all. Cells that cannot
 * be read as their type (a date, a number, a place) are missing, and counted (mln_records_counts).
 * Errors: MLN_BAD_INPUT (an id that occurs twice: side and both row numbers), MLN_NO_MEMORY. */
enum mln_status mln_records_finish(struct mln_records_builder *b, size_t n_threads,
                                   struct mln_records *out, struct mln_err *err) MLN_MUST_USE;
void mln_records_release(struct mln_records *records);

/* After finish: per field, how many rows of a side have a value, have none, and how many of the
 * latter hold something that cannot be read. `counts` holds n_fields. */
struct mln_field_count {
    uint64_t present, missing, unreadable; /* unreadable are among the missing */
};
void mln_records_counts(const struct mln_records_builder *b, size_t side,
                        struct mln_field_count *counts);

#endif
