#include "protect/table_io.h"

#include <math.h>

static enum mln_status bad(const struct mln_table *t, struct mln_err *err, const char *what) {
    return mln_err_set(err, MLN_INTERNAL, "table %s: %s", t->name == NULL ? "?" : t->name, what);
}

static bool is_name(const char *z) {
    if (z == NULL || *z == '\0') {
        return false;
    }
    for (; *z != '\0'; z++) {
        if (!((*z >= 'a' && *z <= 'z') || (*z >= '0' && *z <= '9') || *z == '_')) {
            return false;
        }
    }
    return true;
}

/* A text of one line: no control character. */
static bool is_line(const char *z) {
    if (z == NULL) {
        return false;
    }
    for (; *z != '\0'; z++) {
        if ((unsigned char)*z < 0x20 || *z == 0x7F) {
            return false;
        }
    }
    return true;
}

static bool codes_are_unique(const struct mln_dimension *d) {
    for (size_t i = 0; i < d->n; i++) {
        for (size_t j = 0; j < i; j++) {
            if (strcmp(d->codes[i], d->codes[j]) == 0) {
                return false;
            }
        }
    }
    return true;
}

static enum mln_status check_dimension(const struct mln_table *t, const struct mln_dimension *d,
                                       struct mln_err *err) {
    if (!is_name(d->name) || !is_line(d->label_fr) || !is_line(d->label_en)) {
        return bad(t, err, "a dimension needs a name (a-z, 0-9, _) and two labels of one line");
    }
    if (d->n == 0 || d->n > MLN_TABLE_MAX_CATEGORIES || d->total < -1 ||
        d->total >= (ptrdiff_t)d->n) {
        return bad(t, err,
                   "a dimension has no category, too many, or its TOTAL is not one of them");
    }
    if (d->total >= 0 && d->n < 2) {
        return bad(t, err, "a dimension has a TOTAL and nothing else");
    }
    for (size_t i = 0; i < d->n; i++) {
        if (!is_line(d->codes[i]) || *d->codes[i] == '\0' || !is_line(d->labels_fr[i]) ||
            !is_line(d->labels_en[i])) {
            return bad(t, err, "a category needs a code and two labels of one line");
        }
    }
    return codes_are_unique(d) ? MLN_OK : bad(t, err, "two categories have the same code");
}

static enum mln_status check_measure(const struct mln_table *t, const struct mln_measure *m,
                                     struct mln_err *err) {
    if (!is_name(m->name) || !is_line(m->label_fr) || !is_line(m->label_en)) {
        return bad(t, err, "a measure needs a name (a-z, 0-9, _) and two labels of one line");
    }
    if (m->kind != MLN_MEASURE_COUNT && m->kind != MLN_MEASURE_QUANTILE &&
        (m->share_of >= t->n_dimensions || t->dimensions[m->share_of].total < 0)) {
        return bad(t, err, "a share needs a dimension with a TOTAL");
    }
    if (m->kind == MLN_MEASURE_STD_DIFF &&
        (t->n_dimensions != 2 || t->dimensions[m->share_of].n < 3 ||
         t->dimensions[m->share_of].total < 2 || t->dimensions[1 - m->share_of].total < 0)) {
        return bad(t, err,
                   "a standardised difference is of two dimensions with a TOTAL, between the first "
                   "two categories of one");
    }
    return MLN_OK;
}

static enum mln_status check_conditions(const struct mln_table *t, struct mln_err *err) {
    if (t->population != NULL && !is_name(t->population)) {
        return bad(t, err, "its population is not a word (a-z, 0-9, _)");
    }
    if (t->n_conditions > MLN_TABLE_MAX_CONDITIONS) {
        return bad(t, err, "has too many conditions");
    }
    for (size_t c = 0; c < t->n_conditions; c++) {
        if (!is_name(t->conditions[c].name) || !is_line(t->conditions[c].codes)) {
            return bad(t, err, "a condition needs a name (a-z, 0-9, _) and codes of one line");
        }
        for (size_t before = 0; before < c; before++) {
            if (strcmp(t->conditions[before].name, t->conditions[c].name) == 0) {
                return bad(t, err, "two conditions have the same name");
            }
        }
    }
    return MLN_OK;
}

enum mln_status mln_frame_check(const struct mln_table *t, struct mln_err *err) {
    if (!is_name(t->name) || !is_line(t->title_fr) || !is_line(t->title_en) ||
        !is_line(t->unit_fr) || !is_line(t->unit_en)) {
        return bad(t, err, "needs a name (a-z, 0-9, _), titles and units of one line");
    }
    if ((t->note_fr != NULL && !is_line(t->note_fr)) ||
        (t->note_en != NULL && !is_line(t->note_en))) {
        return bad(t, err, "a note is one line");
    }
    if (t->n_dimensions == 0 || t->n_dimensions > MLN_TABLE_MAX_DIMENSIONS ||
        t->n_measures > MLN_TABLE_MAX_MEASURES) {
        return bad(t, err, "has no dimension, or too many dimensions or measures");
    }
    MLN_TRY(check_conditions(t, err));
    size_t product = 1;
    for (size_t d = 0; d < t->n_dimensions; d++) {
        MLN_TRY(check_dimension(t, &t->dimensions[d], err));
        for (size_t before = 0; before < d; before++) {
            if (strcmp(t->dimensions[before].name, t->dimensions[d].name) == 0) {
                return bad(t, err, "two dimensions have the same name");
            }
        }
        if (product > MLN_TABLE_MAX_CELLS / t->dimensions[d].n) {
            return bad(t, err, "has too many cells");
        }
        product *= t->dimensions[d].n;
    }
    if (product != t->n_cells) {
        return bad(t, err, "its cells are not the product of its dimensions");
    }
    for (size_t m = 0; m < t->n_measures; m++) {
        MLN_TRY(check_measure(t, &t->measures[m], err));
    }
    const struct mln_dimension *d = t->dimensions;
    const bool balance = t->n_dimensions == 3 && d[0].total < 0 && d[1].total >= 0 &&
                         d[2].total < 0 && d[2].n == MLN_BALANCE_PARTS;
    return t->view != MLN_VIEW_BALANCE || balance
               ? MLN_OK
               : bad(t, err, "a balance is of periods, stages and its five parts");
}

bool mln_same_unit(const struct mln_table *funnel, size_t a, size_t b) {
    const char *x = funnel->dimensions[0].codes[a];
    const char *y = funnel->dimensions[0].codes[b];
    const size_t n = strcspn(x, "_");
    return strcspn(y, "_") == n && memcmp(x, y, n) == 0;
}

/* Every TOTAL of dimension `d` against the sum of its line. */
static bool totals_hold(const struct mln_table *t, size_t d) {
    const struct mln_dimension *dim = &t->dimensions[d];
    size_t stride = 1;
    for (size_t i = d + 1; i < t->n_dimensions; i++) {
        stride *= t->dimensions[i].n;
    }
    for (size_t cell = 0; cell < t->n_cells; cell++) {
        if (cell / stride % dim->n != (size_t)dim->total) {
            continue;
        }
        const size_t first = cell - (size_t)dim->total * stride;
        uint64_t sum = 0;
        for (size_t i = 0; i < dim->n; i++) {
            sum += i == (size_t)dim->total ? 0 : t->counts[first + i * stride];
        }
        if (sum != t->counts[cell]) {
            return false;
        }
    }
    return true;
}

/* Every period and stage even, and carried over to the next period. */
static bool balances_hold(const struct mln_table *t) {
    const size_t period = t->dimensions[1].n * MLN_BALANCE_PARTS;
    for (size_t cell = 0; cell < t->n_cells; cell += MLN_BALANCE_PARTS) {
        const uint64_t *n = t->counts + cell;
        if (n[MLN_BALANCE_OPENING] + n[MLN_BALANCE_ENTERED] + n[MLN_BALANCE_RETURNED] !=
                n[MLN_BALANCE_LEFT] + n[MLN_BALANCE_CLOSING] ||
            (cell >= period &&
             n[MLN_BALANCE_OPENING] != t->counts[cell - period + MLN_BALANCE_CLOSING])) {
            return false;
        }
    }
    return true;
}

/* NaN (undefined) or a number of days that could be one; a percentage; a statistic, a p-value. */
static bool values_hold(const struct mln_table *t, const struct mln_measure *m) {
    const double least = m->kind == MLN_MEASURE_QUANTILE ? -MLN_QUANTILE_MAX : 0;
    const double most = m->kind == MLN_MEASURE_PROBABILITY ? 100
                        : m->kind == MLN_MEASURE_P_VALUE   ? 1
                                                           : MLN_QUANTILE_MAX;
    for (size_t c = 0; c < t->n_cells; c++) {
        if (!isnan(m->values[c]) && !(m->values[c] >= least && m->values[c] <= most)) {
            return false;
        }
    }
    return true;
}

enum mln_status mln_table_check(const struct mln_table *t, struct mln_err *err) {
    MLN_TRY(mln_frame_check(t, err));
    if (t->counts == NULL) {
        return bad(t, err, "has no counts");
    }
    for (size_t c = 0; c < t->n_cells; c++) {
        if (t->counts[c] > MLN_COUNT_MAX) {
            return bad(t, err, "a count is past 2^40");
        }
    }
    for (size_t m = 0; m < t->n_measures; m++) {
        if (!mln_measure_has_values(&t->measures[m])) {
            continue;
        }
        if (t->measures[m].values == NULL || t->measures[m].n == NULL) {
            return bad(t, err, "a quantile needs its values and their numbers of observations");
        }
        if (!values_hold(t, &t->measures[m])) {
            return bad(t, err,
                       "a quantile or statistic is past 10^12, or a probability past its bounds");
        }
    }
    for (size_t d = 0; d < t->n_dimensions; d++) {
        if (t->dimensions[d].total >= 0 && !totals_hold(t, d)) {
            return bad(t, err, "a TOTAL is not the sum of its line");
        }
    }
    if (t->view == MLN_VIEW_BALANCE && !balances_hold(t)) {
        return bad(t, err, "a balance is not even, or not carried over to the next period");
    }
    return MLN_OK;
}
