/* A row of one candidate, as small blocks and random pairs have: no loops over candidates. */
#include <math.h>

#include "link/pairs/row.h"

static uint32_t right_word(const struct mln_row *row, const struct mln_tile_column *c) {
    return mln_right_words(row, c)[0];
}

static bool pair_words(const struct mln_row *row, const struct mln_step *step) {
    const struct mln_tile_column *a = step->column[0], *b = step->column[1];
    const uint32_t left_a = mln_left_word(row, a), left_b = mln_left_word(row, b);
    const uint32_t right_a = right_word(row, a), right_b = right_word(row, b);
    const bool first = left_a == right_b && mln_is_value(a, left_a);
    const bool second = left_b == right_a && mln_is_value(b, left_b);
    return step->kind == MLN_STEP_SWAPPED ? first && second : first || second;
}

static bool pair_gap(const struct mln_row *row, const struct mln_step *step) {
    const struct mln_tile_column *a = step->column[0];
    const struct mln_span x = mln_left_interval(row, a);
    const struct mln_span y = {mln_right_bounds(row, a, 0)[0], mln_right_bounds(row, a, 1)[0]};
    return x.low <= x.high && y.low <= y.high && (double)y.low - x.high <= step->at &&
           (double)x.low - y.high <= step->at;
}

static bool pair_compatible(const struct mln_row *row, const struct mln_step *step) {
    const uint32_t x = mln_left_word(row, step->column[0]), y = right_word(row, step->column[0]);
    if (x != MLN_DIGITS_INCOMPLETE && y != MLN_DIGITS_INCOMPLETE) {
        return false;
    }
    const struct mln_span left = mln_left_interval(row, step->column[1]);
    return left.low <= mln_right_bounds(row, step->column[1], 1)[0] &&
           mln_right_bounds(row, step->column[1], 0)[0] <= left.high;
}

/* One edit changes at most two of the digits in place. */
static bool pair_far_digits(const struct mln_row *row, const struct mln_step *step) {
    const uint32_t x = mln_left_word(row, step->column[0]) ^ right_word(row, step->column[0]);
    return step->at < 2 && __builtin_popcount((x | x >> 1 | x >> 2 | x >> 3) & 0x11111111U) > 2;
}

/* Whether the letters leave the thresholds out of reach. */
static bool pair_far_texts(const struct mln_row *row, const struct mln_step *step) {
    const struct mln_kernels *k = row->work->kernels;
    const struct mln_letters left = mln_tile_letters(row->left, step->column[1], row->i);
    const struct mln_letters right = mln_tile_letters(row->right, step->column[1], row->from);
    const enum mln_level_kind kind = step->thresholds[0].kind;
    if (step->no_bound || (left.length[0] == 0 && left.more[0] == UINT8_MAX)) {
        return false;
    }
    return kind == MLN_LEVEL_JARO || kind == MLN_LEVEL_JARO_WINKLER
               ? !k->pair_jaro(&left, 0, &right, 0, step->need)
               : !k->pair_edit(&left, 0, &right, 0, mln_bound_of(kind), (int32_t)step->cutoff);
}

/* Steps that a single pair takes faster without the loop over candidates; the others go through it.
 */
static enum mln_status pair_step(const struct mln_row *row, const struct mln_step *step,
                                 struct mln_err *err) {
    const struct mln_tile_column *a = step->column[0];
    bool holds = false;
    switch (step->kind) {
    case MLN_STEP_EQUAL:
        holds =
            mln_left_word(row, a) == right_word(row, a) && mln_is_value(a, mln_left_word(row, a));
        break;
    case MLN_STEP_DAY_MONTH: {
        const uint32_t digits = mln_left_word(row, a);
        holds = digits > MLN_DIGITS_INCOMPLETE && mln_digits_swapped(digits) == right_word(row, a);
        break;
    }
    case MLN_STEP_GAP: holds = step->at >= 0 && pair_gap(row, step); break;
    case MLN_STEP_COMPATIBLE: holds = pair_compatible(row, step); break;
    case MLN_STEP_TEXT: return pair_far_texts(row, step) ? MLN_OK : mln_row_step(row, step, err);
    case MLN_STEP_DIGITS:
        if (mln_left_word(row, a) <= MLN_DIGITS_INCOMPLETE ||
            right_word(row, a) <= MLN_DIGITS_INCOMPLETE || pair_far_digits(row, step)) {
            break;
        }
        return mln_row_step(row, step, err);
    case MLN_STEP_SWAPPED:
    case MLN_STEP_OTHER:
        if (a->kind == MLN_COLUMN_NUMBER) {
            return mln_row_step(row, step, err);
        }
        holds = pair_words(row, step);
        break;
    default: return mln_row_step(row, step, err);
    }
    row->level[0] = holds ? step->level : row->level[0];
    return MLN_OK;
}

static bool pair_missing(const struct mln_row *row, const struct mln_tile_column *c) {
    const enum mln_field_type type = c->type;
    if (type == MLN_FIELD_NUMBER || type == MLN_FIELD_GEO) {
        return isnan(mln_left_double(row, c, 0)) || isnan(mln_right_doubles(row, c, 0)[0]);
    }
    const size_t part = type == MLN_FIELD_LIST ? 1 : 0;
    const uint32_t none = type == MLN_FIELD_TEXT ? MLN_STRSET_MISSING : 0;
    return ((const uint32_t *)mln_tile_part(row->left, c, part))[row->i] == none ||
           ((const uint32_t *)mln_tile_part(row->right, c, part))[row->from] == none;
}

enum mln_status mln_row_single(const struct mln_row *row, uint32_t known, uint32_t *pattern,
                               struct mln_err *err) {
    const struct mln_ladder *ladder = row->work->ladder;
    *pattern = 0;
    for (size_t c = 0; c < ladder->n; c++) {
        const struct mln_compiled *compiled = &ladder->comparisons[c];
        if ((known >> c & 1) != 0) {
            continue;
        }
        const bool missing = pair_missing(row, compiled->presence_column);
        row->level[0] = (uint8_t)(compiled->n_levels - !missing);
        for (size_t s = 0; s < compiled->n_steps; s++) {
            if (compiled->steps[s].level < row->level[0]) {
                MLN_TRY(pair_step(row, &compiled->steps[s], err));
            }
        }
        *pattern += row->level[0] * compiled->stride;
    }
    return MLN_OK;
}
