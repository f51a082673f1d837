#include "link/records/frequency.h"

#include <stdlib.h>

#include "link/records/inside.h"

struct row {
    uint32_t number; /* of its value in the dictionary; those of the field come first, by id */
    double value;
};

struct mln_frequency_builder {
    const struct mln_link_model *model;
    const struct mln_strset *set;
    size_t field;
    struct mln_dict dict;
    struct mln_clean_room rooms[2];
    struct row *rows;
    size_t n, cap;
    uint64_t n_rows;
    double unnamed; /* counts of rows whose value cleaning leaves empty */
};

/* ── values ── */

static enum mln_status number_of(struct mln_frequency_builder *b, struct mln_str value,
                                 uint32_t *out, struct mln_err *err) {
    size_t failed = 0;
    const enum mln_status status = mln_dict_add(&b->dict, 0, &value, 1, 1, out, &failed);
    return status == MLN_NO_MEMORY ? mln_err_nomem(err, "the frequencies of values")
           : status == MLN_OK      ? MLN_OK
                                   : mln_err_set(err, status, "a value is not valid UTF-8");
}

enum mln_status mln_frequency_new(const struct mln_link_model *model,
                                  const struct mln_records *records, size_t field,
                                  struct mln_frequency_builder **out, struct mln_err *err) {
    struct mln_buf text = MLN_BUF_INIT;
    struct mln_frequency_builder *b = calloc(1, sizeof *b);
    *out = NULL;
    if (b == NULL) {
        return mln_err_nomem(err, "the frequencies of values");
    }
    b->model = model;
    b->set = &records->fields[field].set;
    b->field = field;
    const struct mln_pool pool = {NULL, b->set, b->set->n};
    enum mln_status status = MLN_OK;
    for (uint32_t id = 0; status == MLN_OK && id < b->set->n; id++) {
        uint32_t number = 0;
        const struct mln_str value = mln_pool_value(&pool, id, &text);
        status = text.failed ? mln_err_nomem(err, "the frequencies of values")
                             : number_of(b, value, &number, err);
    }
    mln_buf_release(&text);
    if (status != MLN_OK) {
        mln_frequency_free(b);
        return status;
    }
    *out = b;
    return MLN_OK;
}

void mln_frequency_free(struct mln_frequency_builder *b) {
    if (b != NULL) {
        mln_dict_release(&b->dict);
        mln_clean_room_release(&b->rooms[0]);
        mln_clean_room_release(&b->rooms[1]);
        free(b->rows);
        free(b);
    }
}

/* ── rows ── */

/* Through the field that this one is made from, then its own steps. No deeper than fields are made
 * from one another, each from an earlier one; the two rooms take turns, since a value lives in its
 * room. */
static struct mln_str clean(struct mln_frequency_builder *b, size_t field, struct mln_str value,
                            size_t *turn) {
    const struct mln_link_field *f = &b->model->fields[field];
    if (f->from != SIZE_MAX) {
        value = clean(b, f->from, value, turn);
    }
    return value.n == 0 ? value : mln_clean(f->steps, f->n_steps, value, &b->rooms[++*turn % 2]);
}

enum mln_status mln_frequency_add(struct mln_frequency_builder *b, struct mln_str value,
                                  double number, struct mln_err *err) {
    size_t turn = 0;
    const struct mln_str cleaned = clean(b, b->field, value, &turn);
    MLN_TRY(mln_clean_check(&b->rooms[0], err));
    MLN_TRY(mln_clean_check(&b->rooms[1], err));
    b->n_rows++;
    if (cleaned.n == 0) {
        b->unnamed += number;
        return MLN_OK;
    }
    if (b->n == b->cap) {
        const size_t cap = b->cap == 0 ? 1024 : 2 * b->cap;
        struct row *rows = realloc(b->rows, cap * sizeof *rows);
        if (rows == NULL) {
            return mln_err_nomem(err, "the frequencies of values");
        }
        b->rows = rows;
        b->cap = cap;
    }
    b->rows[b->n].value = number;
    MLN_TRY(number_of(b, cleaned, &b->rows[b->n].number, err));
    b->n++;
    return MLN_OK;
}

/* ── the whole table ── */

static int by_number(const void *a, const void *b) {
    const struct row *x = a, *y = b;
    return x->number != y->number ? (x->number > y->number) - (x->number < y->number)
                                  : (x->value > y->value) - (x->value < y->value);
}

static int by_value(const void *a, const void *b) {
    const struct row *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

/* One row a value, those of 0 left out; ascending by value, as sums are made. */
static void gather(struct mln_frequency_builder *b) {
    size_t kept = 0;
    qsort(b->rows, b->n, sizeof *b->rows, by_number);
    for (size_t i = 0; i < b->n;) {
        struct row sum = {b->rows[i].number, 0};
        for (; i < b->n && b->rows[i].number == sum.number; i++) {
            sum.value += b->rows[i].value;
        }
        if (sum.value > 0) {
            b->rows[kept++] = sum;
        }
    }
    b->n = kept;
    qsort(b->rows, b->n, sizeof *b->rows, by_value);
}

enum mln_status mln_frequency_finish(struct mln_frequency_builder *b, bool shares,
                                     struct mln_arena *arena, struct mln_frequencies *out,
                                     struct mln_err *err) {
    double total = 0;
    *out = (struct mln_frequencies){.n_rows = b->n_rows};
    if (b->n > 0) {
        gather(b);
    }
    for (size_t i = 0; i < b->n; i++) {
        total += b->rows[i].value;
    }
    if (b->n == 0) {
        return mln_err_set(err, MLN_BAD_INPUT, "has no value with a number above 0");
    }
    if (shares && total + b->unnamed > 1.001) {
        return mln_err_set(
            err, MLN_BAD_INPUT,
            "the frequencies add up to %.6g; they are shares of 1: if they are counts, write "
            "count instead of frequency",
            total + b->unnamed);
    }
    total = shares ? 1 : total + b->unnamed;
    out->frequency = MLN_ARENA_NEW(arena, double, (size_t)b->set->n + 1);
    if (out->frequency == NULL) {
        return mln_err_nomem(err, "the frequencies of values");
    }
    for (size_t i = 0; i < b->n; i++) {
        const double share = b->rows[i].value / total;
        out->chance += share * share;
        if (b->rows[i].number < b->set->n) {
            out->frequency[b->rows[i].number] = share;
        }
    }
    out->n_values = b->n;
    const double rarest = b->rows[0].value / total;
    for (uint32_t id = 0; id < b->set->n; id++) {
        if (out->frequency[id] == 0) {
            out->frequency[id] = rarest;
            out->n_absent++;
        }
    }
    return MLN_OK;
}
