/* Fields of lists, and fields made of a part of a date. */
#include <stdlib.h>

#include "base/thread.h"
#include "base/utf8.h"
#include "link/records/inside.h"

/* ── elements of the distinct values ── */

/* By number of the pool: elements first[i] … first[i + 1] - 1, each a number of the set; after
 * `distinct` they end at end[i] instead. */
struct elements {
    struct mln_str *texts;
    size_t n, cap;
    size_t *first;
    size_t *end;
    uint32_t *ids;
    struct mln_bytes room;
};

static void elements_release(struct elements *e) {
    free(e->texts);
    free(e->first);
    free(e->end);
    free(e->ids);
    mln_bytes_release(&e->room);
}

static enum mln_status add_element(struct elements *e, struct mln_str text) {
    if (e->n == e->cap) {
        const size_t cap = e->cap == 0 ? 1024 : 2 * e->cap;
        struct mln_str *texts = realloc(e->texts, cap * sizeof *texts);
        if (texts == NULL) {
            return MLN_NO_MEMORY;
        }
        e->texts = texts;
        e->cap = cap;
    }
    const char *kept = mln_bytes_add(&e->room, text);
    if (kept == NULL) {
        return MLN_NO_MEMORY;
    }
    e->texts[e->n++] = mln_bytes_get(kept);
    return MLN_OK;
}

/* The next element from *at on, without blanks around it; false past the last. */
static bool next_element(struct mln_str value, char separator, size_t *at, struct mln_str *out) {
    if (*at > value.n) {
        return false;
    }
    const size_t from = *at;
    size_t end = from;
    while (end < value.n) {
        size_t after = end;
        const uint32_t point = mln_utf8_next(value, &after);
        if (separator == ' ' ? mln_is_blank(point) : point == (unsigned char)separator) {
            *at = after;
            *out = mln_str_trim((struct mln_str){value.p + from, end - from});
            return true;
        }
        end = after;
    }
    *at = value.n + 1;
    *out = mln_str_trim((struct mln_str){value.p + from, value.n - from});
    return true;
}

/* Splits and cleans every value of the pool. One thread: lists are few beside names. */
static enum mln_status split_values(const struct mln_pool *pool, const struct mln_link_field *field,
                                    struct elements *e) {
    struct mln_clean_room room = MLN_CLEAN_ROOM_INIT;
    struct mln_buf text = MLN_BUF_INIT;
    enum mln_status status = MLN_OK;
    for (size_t i = 0; status == MLN_OK && i < pool->n; i++) {
        const struct mln_str value = mln_pool_value(pool, i, &text);
        struct mln_str element;
        size_t at = 0;
        e->first[i] = e->n;
        status = text.failed ? MLN_NO_MEMORY : MLN_OK;
        while (status == MLN_OK && next_element(value, field->separator, &at, &element)) {
            const struct mln_str clean = mln_clean(field->steps, field->n_steps, element, &room);
            status = room.failed ? MLN_NO_MEMORY : clean.n > 0 ? add_element(e, clean) : MLN_OK;
        }
    }
    e->first[pool->n] = e->n;
    mln_clean_room_release(&room);
    mln_buf_release(&text);
    return status;
}

static int by_number(const void *left, const void *right) {
    const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* Ascending, each once; returns how many are left. */
static size_t distinct(uint32_t *ids, size_t n) {
    if (n > 1) {
        qsort(ids, n, sizeof *ids, by_number);
    }
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || ids[kept - 1] != ids[i]) {
            ids[kept++] = ids[i];
        }
    }
    return kept;
}

static enum mln_status read_elements(const struct mln_field_job *job, const struct mln_pool *pool,
                                     const struct mln_link_field *field, struct elements *e,
                                     struct mln_strset *set) {
    e->first = malloc((pool->n + 1) * sizeof *e->first);
    e->end = malloc((pool->n + 1) * sizeof *e->end);
    if (e->first == NULL || e->end == NULL || split_values(pool, field, e) != MLN_OK) {
        return mln_err_nomem(job->err, "the elements of a list");
    }
    e->ids = malloc((e->n + 1) * sizeof *e->ids);
    if (e->ids == NULL) {
        return mln_err_nomem(job->err, "the elements of a list");
    }
    MLN_TRY(mln_strset_build(e->texts, e->n, job->n_threads, set, e->ids, job->err));
    for (size_t i = 0; i < pool->n; i++) {
        e->end[i] = e->first[i] + distinct(e->ids + e->first[i], e->first[i + 1] - e->first[i]);
    }
    return MLN_OK;
}

/* ── rows ── */

/* The elements of a row, before they are made distinct: one run of `ids`. */
struct row_elements {
    const struct mln_field_job *job;
    const struct mln_record_source *source; /* elements by number of the source, or */
    const uint32_t *numbers;                /* by number of a text field */
    const struct elements *elements;
};

static const uint32_t *elements_of(const struct row_elements *r, size_t row, size_t *n) {
    const uint32_t number =
        r->numbers != NULL ? r->numbers[row] : mln_raw_of(r->job, r->source, row);
    *n = number == UINT32_MAX ? 0 : r->elements->end[number] - r->elements->first[number];
    return number == UINT32_MAX ? NULL : r->elements->ids + r->elements->first[number];
}

static enum mln_status fill_rows(const struct row_elements *r, struct mln_field_column *column) {
    const size_t n_rows = mln_records_n(r->job->records);
    size_t n;
    column->start = malloc((n_rows + 1) * sizeof *column->start);
    if (column->start == NULL) {
        return mln_err_nomem(r->job->err, "the lists of a field");
    }
    column->start[0] = 0;
    for (size_t row = 0; row < n_rows; row++) {
        (void)elements_of(r, row, &n);
        column->start[row + 1] = column->start[row] + n;
    }
    column->item = malloc((column->start[n_rows] + 1) * sizeof *column->item);
    if (column->item == NULL) {
        return mln_err_nomem(r->job->err, "the lists of a field");
    }
    memset(column->set.count, 0, column->set.n * sizeof *column->set.count);
    for (size_t row = 0; row < n_rows; row++) {
        const uint32_t *ids = elements_of(r, row, &n);
        for (size_t i = 0; i < n; i++) {
            column->item[column->start[row] + i] = ids[i];
            column->set.count[ids[i]]++;
        }
    }
    return MLN_OK;
}

/* From a list: each element of `from` by the map, in place of the row's own run. */
static enum mln_status map_rows(const struct mln_field_job *job,
                                const struct mln_field_column *from, const uint32_t *map,
                                struct mln_field_column *column) {
    const size_t n_rows = mln_records_n(job->records);
    column->start = malloc((n_rows + 1) * sizeof *column->start);
    column->item = malloc((from->start[n_rows] + 1) * sizeof *column->item);
    if (column->start == NULL || column->item == NULL) {
        return mln_err_nomem(job->err, "the lists of a field");
    }
    memset(column->set.count, 0, column->set.n * sizeof *column->set.count);
    column->start[0] = 0;
    for (size_t row = 0; row < n_rows; row++) {
        uint32_t *ids = column->item + column->start[row];
        size_t n = 0;
        for (uint64_t i = from->start[row]; i < from->start[row + 1]; i++) {
            if (map[from->item[i]] != MLN_STRSET_MISSING) {
                ids[n++] = map[from->item[i]];
            }
        }
        n = distinct(ids, n);
        column->start[row + 1] = column->start[row] + n;
        for (size_t i = 0; i < n; i++) {
            column->set.count[ids[i]]++;
        }
    }
    return MLN_OK;
}

static enum mln_status build_from_list(const struct mln_field_job *job, size_t f,
                                       const struct mln_field_column *from) {
    const struct mln_link_field *field = &job->builder->model->fields[f];
    struct mln_field_column *column = &job->records->fields[f];
    const struct mln_pool pool = {NULL, &from->set, from->set.n};
    struct mln_cleaned cleaned = {0};
    uint32_t *map = malloc((pool.n + 1) * sizeof *map);
    enum mln_status status = map == NULL ? mln_err_nomem(job->err, "the elements of a list")
                                         : mln_pool_clean(&pool, field->steps, field->n_steps,
                                                          job->n_threads, &cleaned, job->err);
    if (status == MLN_OK) {
        status =
            mln_strset_build(cleaned.values, pool.n, job->n_threads, &column->set, map, job->err);
    }
    mln_cleaned_release(&cleaned);
    if (status == MLN_OK) {
        status = map_rows(job, from, map, column);
    }
    free(map);
    return status;
}

enum mln_status mln_field_build_list(const struct mln_field_job *job, size_t f) {
    const struct mln_link_field *field = &job->builder->model->fields[f];
    struct mln_field_column *column = &job->records->fields[f];
    const bool derived = field->from != SIZE_MAX;
    const struct mln_field_column *from = derived ? &job->records->fields[field->from] : NULL;
    if (derived && from->type == MLN_FIELD_LIST) {
        return build_from_list(job, f, from);
    }
    struct mln_record_source *source =
        derived ? NULL : &job->builder->sources[job->builder->source_of[f]];
    const struct mln_pool pool = {derived ? NULL : &source->dict, derived ? &from->set : NULL,
                                  derived ? from->set.n : source->dict.n};
    struct elements elements = {0};
    enum mln_status status = read_elements(job, &pool, field, &elements, &column->set);
    if (status == MLN_OK) {
        const struct row_elements rows = {job, source, derived ? from->ids : NULL, &elements};
        status = fill_rows(&rows, column);
    }
    elements_release(&elements);
    return status;
}

/* ── parts of a date ── */

enum { PARTS_MAX = 10000 * 12 };

/* The year, or the year and month as one number from 0; PARTS_MAX when the interval does not tell.
 */
static uint32_t part_of(enum mln_clean_op op, int32_t first, int32_t last) {
    const struct mln_civil a = mln_civil_from_day(first);
    const struct mln_civil b = last == first ? a : mln_civil_from_day(last);
    if (a.year == 0 || a.year != b.year) {
        return PARTS_MAX;
    }
    if (op == MLN_CLEAN_DATE_YEAR) {
        return (uint32_t)a.year;
    }
    return a.month == b.month ? (uint32_t)(a.year * 12 + a.month - 1) : PARTS_MAX;
}

static size_t write_part(enum mln_clean_op op, uint32_t part, char text[6]) {
    const size_t digits = op == MLN_CLEAN_DATE_YEAR ? 4 : 6;
    uint32_t rest = op == MLN_CLEAN_DATE_YEAR ? part : part / 12 * 100 + part % 12 + 1;
    for (size_t i = digits; i > 0; i--) {
        text[i - 1] = (char)('0' + rest % 10);
        rest /= 10;
    }
    return digits;
}

struct parts {
    uint64_t *rows; /* by part: how many */
    uint32_t *map;  /* by part: id in the set */
    struct mln_str *values;
    struct mln_bytes room;
};

/* The text of every part that a row has, after the other steps of the field; MISSING where none has
 * it. */
static enum mln_status clean_parts(const struct mln_link_field *field, struct parts *p) {
    struct mln_clean_room room = MLN_CLEAN_ROOM_INIT;
    enum mln_status status = MLN_OK;
    for (uint32_t part = 0; status == MLN_OK && part < PARTS_MAX; part++) {
        char text[6];
        struct mln_str value = {NULL, 0};
        if (p->rows[part] > 0) {
            value = (struct mln_str){text, write_part(field->steps[0].op, part, text)};
            value = mln_clean(field->steps + 1, field->n_steps - 1, value, &room);
            const char *kept = value.p == NULL ? NULL : mln_bytes_add(&p->room, value);
            status = room.failed || (value.p != NULL && kept == NULL) ? MLN_NO_MEMORY : MLN_OK;
            value = kept == NULL ? (struct mln_str){NULL, 0} : mln_bytes_get(kept);
        }
        p->values[part] = value;
    }
    mln_clean_room_release(&room);
    return status;
}

static enum mln_status build_parts(const struct mln_field_job *job, size_t f, struct parts *p) {
    const struct mln_link_field *field = &job->builder->model->fields[f];
    const struct mln_field_column *from = &job->records->fields[field->from];
    struct mln_field_column *column = &job->records->fields[f];
    const size_t n = mln_records_n(job->records);
    p->rows = calloc(PARTS_MAX, sizeof *p->rows);
    p->map = malloc(PARTS_MAX * sizeof *p->map);
    p->values = malloc(PARTS_MAX * sizeof *p->values);
    column->ids = malloc((n + 1) * sizeof *column->ids);
    if (p->rows == NULL || p->map == NULL || p->values == NULL || column->ids == NULL) {
        return mln_err_nomem(job->err, "the parts of a date");
    }
    for (size_t row = 0; row < n; row++) {
        column->ids[row] = part_of(field->steps[0].op, from->first[row], from->last[row]);
        p->rows[column->ids[row] % PARTS_MAX] += column->ids[row] != PARTS_MAX;
    }
    if (clean_parts(field, p) != MLN_OK) {
        return mln_err_nomem(job->err, "the parts of a date");
    }
    MLN_TRY(mln_strset_build(p->values, PARTS_MAX, job->n_threads, &column->set, p->map, job->err));
    memset(column->set.count, 0, column->set.n * sizeof *column->set.count);
    for (size_t part = 0; part < PARTS_MAX; part++) {
        if (p->map[part] != MLN_STRSET_MISSING) {
            column->set.count[p->map[part]] += p->rows[part];
        }
    }
    for (size_t row = 0; row < n; row++) {
        const uint32_t part = column->ids[row];
        column->ids[row] = part == PARTS_MAX ? MLN_STRSET_MISSING : p->map[part];
    }
    return MLN_OK;
}

enum mln_status mln_field_build_date_part(const struct mln_field_job *job, size_t f) {
    struct parts p = {0};
    const enum mln_status status = build_parts(job, f, &p);
    free(p.rows);
    free(p.map);
    free(p.values);
    mln_bytes_release(&p.room);
    return status;
}
