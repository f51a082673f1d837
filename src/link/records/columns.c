/* Fields of texts, dates, numbers and places: worked out once a distinct value, then spread over
 * the rows. */
#include <math.h>
#include <stdlib.h>

#include "base/num.h"
#include "base/thread.h"
#include "link/records/inside.h"

/* ── counts ── */

bool mln_field_has(const struct mln_field_column *column, size_t row) {
    switch (column->type) {
    case MLN_FIELD_TEXT: return column->ids[row] != MLN_STRSET_MISSING;
    case MLN_FIELD_DATE: return column->first[row] != MLN_DAY_NONE;
    case MLN_FIELD_NUMBER: return !isnan(column->number[row]);
    case MLN_FIELD_LIST: return column->start[row] != column->start[row + 1];
    case MLN_FIELD_GEO: return !isnan(column->latitude[row]);
    }
    return false;
}

void mln_field_count_rows(const struct mln_field_job *job, size_t f) {
    const size_t n = mln_records_n(job->records);
    struct mln_field_count *counts = &job->builder->counts[2 * f];
    for (size_t row = 0; row < n; row++) {
        const bool has = mln_field_has(&job->records->fields[f], row);
        struct mln_field_count *count = &counts[row >= job->records->n_left];
        count->present += has;
        count->missing += !has;
    }
}

/* ── texts ── */

struct spread {
    const struct mln_field_job *job;
    const struct mln_record_source *source; /* or */
    const uint32_t *from;                   /* the numbers of another field */
    const uint32_t *map;
    uint32_t *ids;
};

static enum mln_status spread_ids(void *ctx, size_t chunk, struct mln_err *err) {
    (void)err;
    const struct spread *s = ctx;
    const size_t n = mln_records_n(s->job->records), end = mln_chunk_end(chunk, n);
    for (size_t row = chunk * MLN_ROWS_A_CHUNK; row < end; row++) {
        const uint32_t number = s->from != NULL ? s->from[row] : mln_raw_of(s->job, s->source, row);
        s->ids[row] = number == UINT32_MAX ? MLN_STRSET_MISSING : s->map[number];
    }
    return MLN_OK;
}

/* How many rows hold each value of the set, from how many hold each number of the pool. */
static void count_values(const struct mln_pool *pool, const uint32_t *map, struct mln_strset *set) {
    memset(set->count, 0, set->n * sizeof *set->count);
    for (size_t i = 0; i < pool->n; i++) {
        if (map[i] != MLN_STRSET_MISSING) {
            set->count[map[i]] += pool->dict != NULL ? (uint64_t)pool->dict->count[0][i] +
                                                           pool->dict->count[1][i]
                                                     : pool->set->count[i];
        }
    }
}

static enum mln_status build_text(const struct mln_field_job *job, size_t f) {
    const struct mln_link_field *field = &job->builder->model->fields[f];
    struct mln_field_column *column = &job->records->fields[f];
    const bool derived = field->from != SIZE_MAX;
    struct mln_record_source *source =
        derived ? NULL : &job->builder->sources[job->builder->source_of[f]];
    const struct mln_field_column *from = derived ? &job->records->fields[field->from] : NULL;
    const struct mln_pool pool = {derived ? NULL : &source->dict, derived ? &from->set : NULL,
                                  derived ? from->set.n : source->dict.n};
    const size_t n = mln_records_n(job->records);
    struct mln_cleaned cleaned = {0};
    uint32_t *map = malloc((pool.n + 1) * sizeof *map);
    column->ids = malloc((n + 1) * sizeof *column->ids);
    enum mln_status status = map == NULL || column->ids == NULL
                                 ? mln_err_nomem(job->err, "the texts of a field")
                                 : MLN_OK;
    if (status == MLN_OK) {
        status =
            mln_pool_clean(&pool, field->steps, field->n_steps, job->n_threads, &cleaned, job->err);
    }
    if (status == MLN_OK) {
        status =
            mln_strset_build(cleaned.values, pool.n, job->n_threads, &column->set, map, job->err);
    }
    mln_cleaned_release(&cleaned);
    if (status == MLN_OK) {
        count_values(&pool, map, &column->set);
        struct spread s = {job, source, derived ? from->ids : NULL, map, column->ids};
        status = mln_parallel(job->n_threads, mln_chunks(n), spread_ids, &s, job->err);
    }
    free(map);
    return status;
}

/* ── values of a fixed size ── */

union parsed {
    struct mln_date_range date;
    double number;
    struct {
        double latitude, longitude;
    } place;
};

struct parse_job {
    const struct mln_link_field *field;
    const struct mln_dict *dict;
    union parsed *parsed;
    uint64_t (*unreadable)[2]; /* by chunk and side */
};

/* A decimal number; a comma stands for the point where there is none. */
static bool parse_number(struct mln_str text, double *out) {
    char copy[64];
    text = mln_str_trim(text);
    if (text.n > 0 && text.p[0] == '+') {
        text.p++, text.n--;
    }
    if (text.n > sizeof copy) {
        return false;
    }
    const bool point = text.n > 0 && memchr(text.p, '.', text.n) != NULL;
    for (size_t i = 0; i < text.n; i++) {
        copy[i] = text.p[i] == ',' && !point ? '.' : text.p[i];
    }
    return mln_parse_f64((struct mln_str){copy, text.n}, out);
}

/* "48.85 2.35", "48,85 2,35", "48.85;2.35" or "48.85,2.35", in degrees. */
static bool parse_place(struct mln_str text, union parsed *out) {
    text = mln_str_trim(text);
    for (const char *between = " ;,"; *between != '\0'; between++) {
        const char *at = text.n > 0 ? memchr(text.p, *between, text.n) : NULL;
        if (at != NULL) {
            const struct mln_str first = {text.p, (size_t)(at - text.p)};
            const struct mln_str second = {at + 1, text.n - first.n - 1};
            return parse_number(first, &out->place.latitude) &&
                   parse_number(second, &out->place.longitude) && fabs(out->place.latitude) <= 90 &&
                   fabs(out->place.longitude) <= 180;
        }
    }
    return false;
}

static bool parse_date(const struct mln_link_field *field, struct mln_str text, union parsed *out) {
    for (size_t i = 0; i < field->n_formats; i++) {
        const enum mln_date_parse_result result =
            mln_date_parse(&field->formats[i], text, &out->date);
        if (result == MLN_DATE_OK || result == MLN_DATE_INCOMPLETE) {
            return true;
        }
    }
    return false;
}

static union parsed missing_value(enum mln_field_type type) {
    union parsed none = {.place = {NAN, NAN}};
    if (type == MLN_FIELD_DATE) {
        none.date = (struct mln_date_range){MLN_DAY_NONE, MLN_DAY_NONE};
    }
    return none;
}

static enum mln_status parse_chunk(void *ctx, size_t chunk, struct mln_err *err) {
    const struct parse_job *job = ctx;
    const struct mln_link_field *field = job->field;
    struct mln_clean_room room = MLN_CLEAN_ROOM_INIT;
    const size_t end = mln_chunk_end(chunk, job->dict->n);
    for (size_t i = chunk * MLN_ROWS_A_CHUNK; i < end; i++) {
        const struct mln_str text =
            mln_clean(field->steps, field->n_steps, mln_bytes_get(job->dict->values[i]), &room);
        union parsed value = missing_value(field->type);
        const bool blank = mln_str_trim(text).n == 0;
        const bool read =
            !blank && (field->type == MLN_FIELD_DATE     ? parse_date(field, text, &value)
                       : field->type == MLN_FIELD_NUMBER ? parse_number(text, &value.number)
                                                         : parse_place(text, &value));
        job->parsed[i] = read ? value : missing_value(field->type);
        for (size_t side = 0; side < 2; side++) {
            job->unreadable[chunk][side] += read || blank ? 0 : job->dict->count[side][i];
        }
    }
    const enum mln_status status = mln_clean_check(&room, err);
    mln_clean_room_release(&room);
    return status;
}

struct spread_parsed {
    const struct mln_field_job *job;
    const struct mln_record_source *source;
    const union parsed *parsed;
    struct mln_field_column *column;
};

static enum mln_status spread_values(void *ctx, size_t chunk, struct mln_err *err) {
    (void)err;
    const struct spread_parsed *s = ctx;
    struct mln_field_column *column = s->column;
    const union parsed none = missing_value(column->type);
    const size_t n = mln_records_n(s->job->records), end = mln_chunk_end(chunk, n);
    for (size_t row = chunk * MLN_ROWS_A_CHUNK; row < end; row++) {
        const uint32_t number = mln_raw_of(s->job, s->source, row);
        const union parsed *value = number == UINT32_MAX ? &none : &s->parsed[number];
        if (column->type == MLN_FIELD_DATE) {
            column->first[row] = value->date.first;
            column->last[row] = value->date.last;
        } else if (column->type == MLN_FIELD_NUMBER) {
            column->number[row] = value->number;
        } else {
            column->latitude[row] = value->place.latitude;
            column->longitude[row] = value->place.longitude;
        }
    }
    return MLN_OK;
}

/* The arrays a type needs, for n rows. */
static bool make_arrays(struct mln_field_column *column, size_t n) {
    n++; /* never malloc(0) */
    switch (column->type) {
    case MLN_FIELD_DATE:
        column->first = malloc(n * sizeof *column->first);
        column->last = malloc(n * sizeof *column->last);
        return column->first != NULL && column->last != NULL;
    case MLN_FIELD_NUMBER:
        column->number = malloc(n * sizeof *column->number);
        return column->number != NULL;
    default:
        column->latitude = malloc(n * sizeof *column->latitude);
        column->longitude = malloc(n * sizeof *column->longitude);
        return column->latitude != NULL && column->longitude != NULL;
    }
}

static enum mln_status build_parsed(const struct mln_field_job *job, size_t f) {
    struct mln_record_source *source = &job->builder->sources[job->builder->source_of[f]];
    struct mln_field_column *column = &job->records->fields[f];
    const size_t n = mln_records_n(job->records), n_chunks = mln_chunks(source->dict.n);
    struct parse_job parse = {&job->builder->model->fields[f], &source->dict, NULL, NULL};
    parse.parsed = malloc((source->dict.n + 1) * sizeof *parse.parsed);
    parse.unreadable = calloc(n_chunks + 1, sizeof *parse.unreadable);
    enum mln_status status =
        parse.parsed == NULL || parse.unreadable == NULL || !make_arrays(column, n)
            ? mln_err_nomem(job->err, "the values of a field")
            : mln_parallel(job->n_threads, n_chunks, parse_chunk, &parse, job->err);
    if (status == MLN_OK) {
        struct spread_parsed s = {job, source, parse.parsed, column};
        status = mln_parallel(job->n_threads, mln_chunks(n), spread_values, &s, job->err);
        for (size_t chunk = 0; chunk < n_chunks; chunk++) {
            job->builder->counts[2 * f].unreadable += parse.unreadable[chunk][0];
            job->builder->counts[2 * f + 1].unreadable += parse.unreadable[chunk][1];
        }
    }
    free(parse.parsed);
    free(parse.unreadable);
    return status;
}

/* ── any field ── */

/* Gives back a source that no field needs any more: rows shrink as columns grow. */
static void leave_source(struct mln_record_source *source) {
    if (--source->n_fields_left == 0) {
        mln_dict_release(&source->dict);
        for (size_t side = 0; side < 2; side++) {
            free(source->rows[side]);
            source->rows[side] = NULL;
            source->cap[side] = 0;
        }
    }
}

enum mln_status mln_field_build(const struct mln_field_job *job, size_t f) {
    const struct mln_link_model *model = job->builder->model;
    const struct mln_link_field *field = &model->fields[f];
    enum mln_status status;
    job->records->fields[f].type = field->type;
    if (field->type == MLN_FIELD_LIST) {
        status = mln_field_build_list(job, f);
    } else if (field->type != MLN_FIELD_TEXT) {
        status = build_parsed(job, f);
    } else if (field->from != SIZE_MAX && model->fields[field->from].type == MLN_FIELD_DATE) {
        status = mln_field_build_date_part(job, f);
    } else {
        status = build_text(job, f);
    }
    if (status != MLN_OK) {
        mln_err_prefix(job->err, "field '%.*s': ", MLN_STR_ARG(field->name));
        return status;
    }
    mln_field_count_rows(job, f);
    if (field->from == SIZE_MAX) {
        leave_source(&job->builder->sources[job->builder->source_of[f]]);
    }
    return MLN_OK;
}
