/* Records out: the order of the ids, then field after field. */
#include "link/records/records.h"

#include <stdlib.h>

#include "base/thread.h"
#include "link/records/inside.h"

/* ── ids ── */

struct mln_str mln_records_id(const struct mln_records *records, uint32_t row,
                              char room[MLN_ID_ROOM]) {
    if (records->id_text != NULL) {
        return mln_bytes_get(records->id_text[row]);
    }
    uint64_t rest = (uint64_t)records->id_number[row];
    const bool negative = records->id_number[row] < 0;
    rest = negative ? 0 - rest : rest;
    size_t at = MLN_ID_ROOM;
    do {
        room[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (negative) {
        room[--at] = '-';
    }
    return (struct mln_str){room + at, MLN_ID_ROOM - at};
}

struct order_job {
    const struct mln_records_builder *builder;
    uint32_t *order[2];
};

static enum mln_status order_side(void *ctx, size_t side, struct mln_err *err) {
    const struct order_job *job = ctx;
    const struct mln_side_ids *ids = &job->builder->ids[side];
    uint32_t twice[2];
    const enum mln_status status = mln_side_ids_order(ids, job->order[side], twice);
    if (status == MLN_NO_MEMORY) {
        return mln_err_nomem(err, "the order of the records");
    }
    if (status != MLN_OK) {
        const uint32_t a = mln_side_ids_row(ids, twice[0]), b = mln_side_ids_row(ids, twice[1]);
        return mln_err_set(err, status,
                           "the %s file: rows %u and %u have the same id; an id names one record",
                           side == 0 ? "left" : "right", a < b ? a : b, a < b ? b : a);
    }
    return MLN_OK;
}

static void fill_ids(struct mln_records_builder *b, const uint32_t *order,
                     struct mln_records *out) {
    for (size_t side = 0, row = 0; side < 2; side++) {
        const struct mln_side_ids *ids = &b->ids[side];
        for (size_t k = 0; k < ids->n; k++, row++) {
            const uint32_t arrival = order[row];
            out->row_no[row] = mln_side_ids_row(ids, arrival);
            if (out->id_text != NULL) {
                out->id_text[row] = ids->ids[arrival].text;
            } else {
                out->id_number[row] =
                    ids->has_column ? ids->ids[arrival].number : (int64_t)out->row_no[row];
            }
        }
    }
}

/* One side with texts turns the other one's numbers into texts; rows' numbers too. */
static enum mln_status agree_on_ids(struct mln_records_builder *b, struct mln_records *out,
                                    struct mln_err *err) {
    const size_t n = mln_records_n(out);
    bool text = false;
    for (size_t side = 0; side < 2; side++) {
        text = text || (b->ids[side].n > 0 && b->ids[side].is_text);
    }
    for (size_t side = 0; text && side < 2; side++) {
        if (mln_side_ids_to_text(&b->ids[side]) != MLN_OK) {
            return mln_err_nomem(err, "the ids of the records");
        }
    }
    out->row_no = malloc((n + 1) * sizeof *out->row_no);
    if (text) {
        out->id_text = malloc((n + 1) * sizeof *out->id_text);
        out->bytes = calloc(2, sizeof *out->bytes);
    } else {
        out->id_number = malloc((n + 1) * sizeof *out->id_number);
    }
    if (out->row_no == NULL ||
        (text ? out->id_text == NULL || out->bytes == NULL : out->id_number == NULL)) {
        return mln_err_nomem(err, "the ids of the records");
    }
    return MLN_OK;
}

/* Orders the rows. *order is NULL when they came in order. */
static enum mln_status order_rows(struct mln_records_builder *b, size_t n_threads,
                                  struct mln_records *out, uint32_t **order, struct mln_err *err) {
    out->n_left = (uint32_t)b->ids[0].n;
    out->n_right = (uint32_t)b->ids[1].n;
    MLN_TRY(agree_on_ids(b, out, err));
    *order = malloc(((size_t)mln_records_n(out) + 1) * sizeof **order);
    if (*order == NULL) {
        return mln_err_nomem(err, "the order of the records");
    }
    struct order_job job = {b, {*order, *order + out->n_left}};
    MLN_TRY(mln_parallel(n_threads, 2, order_side, &job, err));
    fill_ids(b, *order, out);
    bool in_order = true;
    for (size_t side = 0; side < 2; side++) {
        for (size_t k = 0; in_order && k < b->ids[side].n; k++) {
            in_order = job.order[side][k] == k;
        }
        if (out->bytes != NULL) { /* the texts now belong to the records */
            out->bytes[side] = b->ids[side].bytes;
            b->ids[side].bytes = (struct mln_bytes){0};
        }
        mln_side_ids_release(&b->ids[side]);
    }
    if (in_order) {
        free(*order);
        *order = NULL;
    }
    return MLN_OK;
}

/* ── the whole ── */

/* Rows left in the sources, when building stopped early. */
static void empty_builder(struct mln_records_builder *b) {
    b->n_rows = 0;
    for (size_t s = 0; s < b->n_sources; s++) {
        mln_dict_release(&b->sources[s].dict);
        for (size_t side = 0; side < 2; side++) {
            free(b->sources[s].rows[side]);
            b->sources[s].rows[side] = NULL;
            b->sources[s].cap[side] = 0;
        }
    }
    for (size_t side = 0; side < 2; side++) {
        mln_side_ids_release(&b->ids[side]);
        b->ids[side].is_text = false;
    }
    for (size_t s = 0; s < b->n_sources; s++) {
        b->sources[s].n_fields_left = 0;
    }
    for (size_t f = 0; f < b->model->n_fields; f++) {
        if (b->source_of[f] != SIZE_MAX) {
            b->sources[b->source_of[f]].n_fields_left++;
        }
    }
}

static enum mln_status build_fields(const struct mln_field_job *job) {
    struct mln_records *out = job->records;
    const size_t n = job->builder->model->n_fields;
    out->fields = calloc(n + 1, sizeof *out->fields);
    if (out->fields == NULL) {
        return mln_err_nomem(job->err, "the fields of the records");
    }
    out->n_fields = n;
    for (size_t s = 0; s < job->builder->n_sources; s++) {
        mln_dict_close(&job->builder->sources[s].dict);
    }
    for (size_t f = 0; f < n; f++) {
        MLN_TRY(mln_check_interrupt(job->err));
        MLN_TRY(mln_field_build(job, f));
    }
    return MLN_OK;
}

enum mln_status mln_records_finish(struct mln_records_builder *b, size_t n_threads,
                                   struct mln_records *out, struct mln_err *err) {
    uint32_t *order = NULL;
    *out = (struct mln_records){0};
    memset(b->counts, 0, 2 * b->model->n_fields * sizeof *b->counts);
    enum mln_status status = order_rows(b, n_threads, out, &order, err);
    if (status == MLN_OK) {
        const struct mln_field_job job = {b, out, order, n_threads, err};
        status = build_fields(&job);
    }
    free(order);
    empty_builder(b);
    if (status != MLN_OK) {
        mln_records_release(out);
    }
    return status;
}

void mln_records_release(struct mln_records *records) {
    for (size_t f = 0; f < records->n_fields; f++) {
        struct mln_field_column *column = &records->fields[f];
        mln_strset_release(&column->set);
        free(column->ids);
        free(column->first);
        free(column->last);
        free(column->number);
        free(column->start);
        free(column->item);
        free(column->latitude);
        free(column->longitude);
    }
    free(records->fields);
    free(records->row_no);
    free(records->id_number);
    free(records->id_text);
    for (size_t side = 0; records->bytes != NULL && side < 2; side++) {
        mln_bytes_release(&records->bytes[side]);
    }
    free(records->bytes);
    *records = (struct mln_records){0};
}
