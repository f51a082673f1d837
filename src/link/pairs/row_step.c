/* The steps that cost little: loops over words and numbers of a tile. */
#include <math.h>

#include "link/pairs/row.h"

/* ── presence ── */

void mln_row_fill(const struct mln_row *row, const struct mln_tile_column *c, uint8_t present,
                  uint8_t missing) {
    const struct mln_kernels *k = row->work->kernels;
    const enum mln_field_type type = c->type;
    if (type == MLN_FIELD_NUMBER || type == MLN_FIELD_GEO) {
        const bool gone = isnan(mln_left_double(row, c, 0));
        k->fill_number(row->level, mln_right_doubles(row, c, 0), row->n, gone ? missing : present,
                       missing);
        return;
    }
    const size_t part = type == MLN_FIELD_LIST ? 1 : 0; /* of a list: how many elements */
    const uint32_t none = type == MLN_FIELD_TEXT ? MLN_STRSET_MISSING : 0;
    const uint32_t *left = mln_tile_part(row->left, c, part);
    const uint32_t *right = mln_tile_part(row->right, c, part);
    const bool gone = left[row->i] == none;
    k->fill_word(row->level, right + row->from, row->n, none, gone ? missing : present, missing);
}

static void step_null(const struct mln_row *row, const struct mln_step *step) {
    uint8_t missing[MLN_TILE_CAP];
    const struct mln_row there = {row->work, row->left, row->right, row->i,
                                  row->from, row->n,    missing};
    mln_row_fill(&there, step->column[0], UINT8_MAX, step->level);
    for (size_t j = 0; j < row->n; j++) {
        row->level[j] = missing[j] < row->level[j] ? missing[j] : row->level[j];
    }
}

/* ── words, intervals, reals ── */

static void step_two_fields(const struct mln_row *row, const struct mln_step *step) {
    const struct mln_kernels *k = row->work->kernels;
    const struct mln_tile_column *a = step->column[0], *b = step->column[1];
    const bool swapped = step->kind == MLN_STEP_SWAPPED;
    if (a->kind == MLN_COLUMN_NUMBER) {
        const double *x = mln_right_doubles(row, a, 0), *y = mln_right_doubles(row, b, 0);
        const double qx = mln_left_double(row, a, 0), qy = mln_left_double(row, b, 0);
        for (size_t j = 0; j < row->n; j++) {
            const bool first = x[j] == qy, second = y[j] == qx;
            if ((swapped ? first && second : first || second) && step->level < row->level[j]) {
                row->level[j] = step->level;
            }
        }
        return;
    }
    const uint32_t qa = mln_left_word(row, a), qb = mln_left_word(row, b);
    const bool has_a = mln_is_value(a, qa), has_b = mln_is_value(b, qb);
    const uint32_t nothing = UINT32_MAX - 1; /* neither an id, digits, nor missing */
    if (swapped && has_a && has_b) {
        k->swapped(row->level, mln_right_words(row, a), mln_right_words(row, b), row->n, qa, qb,
                   step->level);
    } else if (!swapped) {
        k->other(row->level, mln_right_words(row, a), mln_right_words(row, b), row->n,
                 has_a ? qa : nothing, has_b ? qb : nothing, step->level);
    }
}

static void step_date(const struct mln_row *row, const struct mln_step *step) {
    const struct mln_kernels *k = row->work->kernels;
    const struct mln_tile_column *a = step->column[0], *b = step->column[1];
    if (step->kind == MLN_STEP_GAP) {
        const struct mln_span query = mln_left_interval(row, a);
        if (query.low <= query.high && step->at >= 0) {
            const int32_t at = step->at > 1 << 28 ? 1 << 28 : (int32_t)step->at;
            k->gap(row->level, mln_right_bounds(row, a, 0), mln_right_bounds(row, a, 1), row->n,
                   query, at, step->level);
        }
        return;
    }
    const uint32_t digits = mln_left_word(row, a);
    if (step->kind == MLN_STEP_COMPATIBLE && digits != MLN_DIGITS_MISSING) {
        k->compatible(row->level, mln_right_bounds(row, b, 0), mln_right_bounds(row, b, 1),
                      mln_right_words(row, a), row->n, mln_left_interval(row, b), digits,
                      step->level);
    } else if (digits > MLN_DIGITS_INCOMPLETE && step->kind == MLN_STEP_DAY_MONTH) {
        k->equal(row->level, mln_right_words(row, a), row->n, mln_digits_swapped(digits),
                 step->level);
    } else if (digits > MLN_DIGITS_INCOMPLETE && step->at >= 0) {
        const uint32_t at = step->at > 8 ? 8 : (uint32_t)step->at;
        k->digits(row->level, mln_right_words(row, a), row->n, digits, at, step->level);
    }
}

static void step_real(const struct mln_row *row, const struct mln_step *step) {
    const struct mln_kernels *k = row->work->kernels;
    const struct mln_tile_column *a = step->column[0];
    if (!(step->at >= 0)) {
        return;
    }
    if (step->kind == MLN_STEP_CHORD) {
        const double *const place[3] = {mln_right_doubles(row, a, 0), mln_right_doubles(row, a, 1),
                                        mln_right_doubles(row, a, 2)};
        const double query[3] = {mln_left_double(row, a, 0), mln_left_double(row, a, 1),
                                 mln_left_double(row, a, 2)};
        k->chord(row->level, place, row->n, query, step->at, step->level);
        return;
    }
    (step->kind == MLN_STEP_NUMBER ? k->number
                                   : k->percent)(row->level, mln_right_doubles(row, a, 0), row->n,
                                                 mln_left_double(row, a, 0), step->at, step->level);
}

static void step_equal(const struct mln_row *row, const struct mln_step *step) {
    const uint32_t query = mln_left_word(row, step->column[0]);
    if (mln_is_value(step->column[0], query)) {
        row->work->kernels->equal(row->level, mln_right_words(row, step->column[0]), row->n, query,
                                  step->level);
    }
}

/* ── any step ── */

enum mln_status mln_row_step(const struct mln_row *row, const struct mln_step *step,
                             struct mln_err *err) {
    switch (step->kind) {
    case MLN_STEP_NULL: step_null(row, step); break;
    case MLN_STEP_EQUAL: step_equal(row, step); break;
    case MLN_STEP_SWAPPED:
    case MLN_STEP_OTHER: step_two_fields(row, step); break;
    case MLN_STEP_DAY_MONTH:
    case MLN_STEP_GAP:
    case MLN_STEP_COMPATIBLE:
    case MLN_STEP_DIGITS: step_date(row, step); break;
    case MLN_STEP_NUMBER:
    case MLN_STEP_PERCENT:
    case MLN_STEP_CHORD: step_real(row, step); break;
    case MLN_STEP_TEXT: return mln_row_text(row, step, err);
    case MLN_STEP_SET: mln_row_set(row, step); break;
    }
    return MLN_OK;
}
