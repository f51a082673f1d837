/* The builder of records, shared by its files. Private.
 *
 *   cells ─add─▶ sources: a dictionary and one number a row ─finish─▶ fields, in the order of the
 * ids */
#ifndef MLN_LINK_RECORDS_INSIDE_H
#define MLN_LINK_RECORDS_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>

#include "link/model/clean.h"
#include "link/records/dict.h"
#include "link/records/ids.h"
#include "link/records/records.h"

/* Raw values that fields read: fields with the same columns share one. */
struct mln_record_source {
    const struct mln_link_field *field; /* the first one that reads it */
    size_t *cells[2]; /* per side, of each of the field's columns: its place in a row of cells */
    pthread_mutex_t lock; /* of the dictionary: two sides may add at once */
    struct mln_dict dict;
    uint32_t *rows[2]; /* per side and arrival: number in the dictionary; UINT32_MAX missing */
    size_t cap[2];
    size_t n_fields_left; /* fields still to be built from it: the last one frees it */
};

struct mln_records_builder {
    const struct mln_link_model *model; /* borrowed */
    size_t n_columns[2];
    struct mln_str *columns[2]; /* borrowed texts */
    struct mln_record_source *sources;
    size_t n_sources;
    size_t *source_of; /* by field; SIZE_MAX for derived ones */
    struct mln_side_ids ids[2];
    struct mln_buf joined[2];       /* by side: values of several columns */
    atomic_size_t n_rows;           /* of both sides */
    struct mln_field_count *counts; /* field × 2 + side */
};

/* What building a field needs to know. */
struct mln_field_job {
    struct mln_records_builder *builder;
    struct mln_records *records;
    uint32_t *order; /* per row: arrival on its side; NULL when all rows came in order */
    size_t n_threads;
    struct mln_err *err;
};

/* Builds field f; those before it are there. */
enum mln_status mln_field_build(const struct mln_field_job *job, size_t f);

/* ── distinct values, cleaned ── */

/* Distinct texts by number: of a dictionary or of a set. */
struct mln_pool {
    const struct mln_dict *dict; /* or */
    const struct mln_strset *set;
    size_t n;
};

/* The text of a number: borrowed from the dictionary, or decoded into `text` (text->failed: no
 * memory). */
struct mln_str mln_pool_value(const struct mln_pool *pool, size_t number, struct mln_buf *text);

/* One cleaned text a number: {NULL, 0} missing. Lives in `rooms` or in the dictionary. */
struct mln_cleaned {
    struct mln_str *values;
    struct mln_bytes *rooms; /* one a chunk */
    size_t n_rooms;
};
enum mln_status mln_pool_clean(const struct mln_pool *pool, const struct mln_clean_step *steps,
                               size_t n_steps, size_t n_threads, struct mln_cleaned *out,
                               struct mln_err *err) MLN_MUST_USE;
void mln_cleaned_release(struct mln_cleaned *cleaned);

/* Rows are worked on by several threads in chunks. */
enum { MLN_ROWS_A_CHUNK = 1 << 16 };
static inline size_t mln_chunks(size_t n) {
    return (n + MLN_ROWS_A_CHUNK - 1) / MLN_ROWS_A_CHUNK;
}
static inline size_t mln_chunk_end(size_t chunk, size_t n) {
    const size_t end = (chunk + 1) * MLN_ROWS_A_CHUNK;
    return end < n ? end : n;
}

/* The number a row has in a source; UINT32_MAX when missing. */
static inline uint32_t mln_raw_of(const struct mln_field_job *job,
                                  const struct mln_record_source *source, size_t row) {
    const size_t n_left = job->records->n_left;
    const size_t side = row >= n_left;
    const size_t arrival = job->order != NULL ? job->order[row] : row - (side ? n_left : 0);
    return source->rows[side][arrival];
}

/* Fields of elements, and fields of parts of a date (lists.c). */
enum mln_status mln_field_build_list(const struct mln_field_job *job, size_t f);
enum mln_status mln_field_build_date_part(const struct mln_field_job *job, size_t f);

/* Counts present rows of a field by side, from whether a row has a value. */
void mln_field_count_rows(const struct mln_field_job *job, size_t f);
/* Whether a row has a value of a built field. */
bool mln_field_has(const struct mln_field_column *column, size_t row);

#endif
