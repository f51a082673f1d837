#include "report/chart.h"

#include <math.h>

static const struct mln_table *frame_of(const struct mln_chart *c) {
    return mln_protected_frame(c->table);
}

/* The measure of a kind, the `skip`-th; n_measures when there is none. */
static size_t measure_of_kind(const struct mln_table *t, enum mln_measure_kind kind, size_t skip) {
    size_t m = 0;
    for (; m < t->n_measures; m++) {
        if (t->measures[m].kind == kind && skip-- == 0) {
            break;
        }
    }
    return m;
}

static const struct mln_dimension *last_dimension(const struct mln_table *t) {
    return &t->dimensions[t->n_dimensions - 1];
}

static size_t lead_duration(const struct mln_table *t, size_t n_series) {
    for (size_t s = 0; s < n_series; s++) {
        const size_t m = measure_of_kind(t, MLN_MEASURE_QUANTILE, s);
        if (strncmp(t->measures[m].name, "mediane", strlen("mediane")) == 0) {
            return s;
        }
    }
    return 0;
}

bool mln_chart_of(const struct mln_protected_table *table, struct mln_chart *out) {
    const struct mln_table *t = mln_protected_frame(table);
    const struct mln_dimension *first = &t->dimensions[0];
    const bool flat =
        t->n_dimensions == 1 && (t->view == MLN_VIEW_STACKED || t->view == MLN_VIEW_RATE);
    *out = (struct mln_chart){.table = table,
                              .view = t->view,
                              .n_rows = flat ? 1 : first->n,
                              .total_row = flat ? 0 : first->total};
    switch (t->view) {
    case MLN_VIEW_TABLE: return false;
    case MLN_VIEW_FUNNEL: out->n_series = 1; return t->n_dimensions == 1;
    case MLN_VIEW_RATE:
    case MLN_VIEW_STACKED:
    case MLN_VIEW_MATRIX:
        out->first_measure = measure_of_kind(t, MLN_MEASURE_SHARE, 0);
        if (out->first_measure == t->n_measures) {
            out->first_measure = measure_of_kind(t, MLN_MEASURE_PROBABILITY, 0);
        }
        out->n_series =
            t->view == MLN_VIEW_RATE ? 1 : last_dimension(t)->n - (last_dimension(t)->total >= 0);
        return out->first_measure < t->n_measures &&
               (t->view != MLN_VIEW_MATRIX || t->n_dimensions == 2);
    case MLN_VIEW_DURATION:
        while (measure_of_kind(t, MLN_MEASURE_QUANTILE, out->n_series) < t->n_measures) {
            out->n_series++;
        }
        out->lead = lead_duration(t, out->n_series);
        return out->n_series > 0;
    case MLN_VIEW_BALANCE: out->n_series = t->dimensions[1].n - 1; return true;
    }
    return false;
}

/* The dimension whose categories are the series, but of durations. */
static const struct mln_dimension *series_dimension(const struct mln_chart *c) {
    const struct mln_table *t = frame_of(c);
    return c->view == MLN_VIEW_BALANCE ? &t->dimensions[1] : last_dimension(t);
}

/* The category that a series stands for: TOTAL is stepped over. */
static size_t series_category(const struct mln_chart *c, size_t series) {
    const struct mln_dimension *d = series_dimension(c);
    return series + (d->total >= 0 && (size_t)d->total <= series ? 1 : 0);
}

static size_t cell_at(const struct mln_chart *c, size_t row, size_t series) {
    const struct mln_table *t = frame_of(c);
    if (c->view == MLN_VIEW_BALANCE) {
        return (row * t->dimensions[1].n + series_category(c, series)) * MLN_BALANCE_PARTS +
               MLN_BALANCE_CLOSING;
    }
    const bool by_category = mln_chart_is_percent(c);
    size_t cell = 0;
    for (size_t d = 0; d < t->n_dimensions; d++) {
        const struct mln_dimension *dim = &t->dimensions[d];
        size_t at = dim->total >= 0 ? (size_t)dim->total : 0;
        if (by_category && d + 1 == t->n_dimensions) {
            at = series_category(c, series);
        } else if (d == 0) {
            at = row;
        }
        cell = cell * dim->n + at;
    }
    return cell;
}

enum mln_value_state mln_chart_value(const struct mln_chart *c, size_t row, size_t series,
                                     double *value) {
    const size_t cell = cell_at(c, row, series);
    *value = 0;
    if (c->view == MLN_VIEW_FUNNEL || c->view == MLN_VIEW_BALANCE) {
        uint64_t count = 0;
        const bool shown = mln_protected_count(c->table, cell, &count);
        *value = (double)count;
        return shown ? MLN_VALUE_SHOWN : MLN_VALUE_SECRET;
    }
    const size_t measure = c->view == MLN_VIEW_DURATION
                               ? measure_of_kind(frame_of(c), MLN_MEASURE_QUANTILE, series)
                               : c->first_measure;
    (void)mln_protected_measure(c->table, measure, cell, value);
    return mln_protected_value_state(c->table, measure, cell);
}

const char *mln_chart_row_label(const struct mln_chart *c, enum mln_lang lang, size_t row) {
    const struct mln_table *t = frame_of(c);
    if (t->n_dimensions == 1 && (c->view == MLN_VIEW_RATE || c->view == MLN_VIEW_STACKED)) {
        return mln_word(lang, MLN_WORD_TOTAL_ONLY);
    }
    const struct mln_dimension *d = &t->dimensions[0];
    return lang == MLN_LANG_FR ? d->labels_fr[row] : d->labels_en[row];
}

const char *mln_chart_series_label(const struct mln_chart *c, enum mln_lang lang, size_t series) {
    const struct mln_table *t = frame_of(c);
    if (c->view == MLN_VIEW_FUNNEL) {
        return lang == MLN_LANG_FR ? t->unit_fr : t->unit_en;
    }
    if (c->view == MLN_VIEW_DURATION) {
        const struct mln_measure *m =
            &t->measures[measure_of_kind(t, MLN_MEASURE_QUANTILE, series)];
        return lang == MLN_LANG_FR ? m->label_fr : m->label_en;
    }
    const struct mln_dimension *d = series_dimension(c);
    const size_t category = series_category(c, series);
    return lang == MLN_LANG_FR ? d->labels_fr[category] : d->labels_en[category];
}

void mln_chart_put_lead(struct mln_buf *out, const struct mln_chart *c, enum mln_lang lang) {
    const char *label = mln_chart_series_label(c, lang, c->lead);
    const char *unit = c->view == MLN_VIEW_DURATION ? strrchr(label, '(') : NULL;
    const size_t n = unit == NULL || unit == label ? strlen(label) : (size_t)(unit - label);
    char z[2] = {0};
    size_t end = n;
    while (end > 0 && label[end - 1] == ' ') {
        end--;
    }
    for (size_t i = 0; i < end; i++) {
        z[0] = label[i];
        mln_put_html(out, z);
    }
}

bool mln_chart_is_percent(const struct mln_chart *c) {
    return c->view == MLN_VIEW_RATE || c->view == MLN_VIEW_STACKED || c->view == MLN_VIEW_MATRIX;
}

ptrdiff_t mln_chart_same(const struct mln_chart *c, size_t row) {
    const struct mln_table *t = frame_of(c);
    for (size_t s = 0; mln_chart_row_is_known(c, row) && s < c->n_series; s++) {
        if (strcmp(t->dimensions[0].codes[row], t->dimensions[1].codes[series_category(c, s)]) ==
            0) {
            return (ptrdiff_t)s;
        }
    }
    return -1;
}

bool mln_chart_row_is_known(const struct mln_chart *c, size_t row) {
    return (ptrdiff_t)row != c->total_row &&
           strcmp(frame_of(c)->dimensions[0].codes[row], "NR") != 0;
}

static bool is_year(const char *z) {
    return strlen(z) == 4 && strspn(z, "0123456789") == 4;
}

bool mln_chart_is_years(const struct mln_chart *c) {
    size_t years = 0;
    for (size_t r = 0; r < c->n_rows; r++) {
        if (mln_chart_row_is_known(c, r)) {
            if (!is_year(frame_of(c)->dimensions[0].codes[r])) {
                return false;
            }
            years++;
        }
    }
    return years > 0;
}

enum mln_value_state mln_funnel_share(const struct mln_protected_table *funnel, size_t step,
                                      size_t *first, double *percent) {
    const struct mln_table *t = mln_protected_frame(funnel);
    *first = step;
    while (*first > 0 && mln_same_unit(t, *first - 1, step)) {
        (*first)--;
    }
    uint64_t part = 0;
    uint64_t whole = 0;
    *percent = 0;
    if (!mln_protected_count(funnel, step, &part) || !mln_protected_count(funnel, *first, &whole)) {
        return MLN_VALUE_SECRET;
    }
    if (whole == 0) {
        return MLN_VALUE_UNDEFINED;
    }
    *percent = 100 * (double)part / (double)whole;
    return MLN_VALUE_SHOWN;
}

void mln_chart_put_value(struct mln_buf *out, const struct mln_chart *c, enum mln_lang lang,
                         double value) {
    if (mln_chart_is_percent(c)) {
        mln_put_decimal(out, lang, value, mln_protected_options(c->table).share_decimals, false);
        mln_buf_addz(out, mln_word(lang, MLN_WORD_PERCENT));
        return;
    }
    mln_put_decimal(out, lang, value, 1, true);
    if (c->view == MLN_VIEW_DURATION) {
        mln_buf_addz(out, NB);
        mln_buf_addz(out, mln_word(lang, MLN_WORD_DAYS));
    }
}

static void put_json_value(struct mln_json *j, enum mln_value_state state, double value) {
    if (state == MLN_VALUE_SHOWN) {
        mln_json_f64(j, value);
    } else if (state == MLN_VALUE_SECRET) {
        mln_json_strz(j, "s");
    } else {
        mln_json_null(j);
    }
}

/* Of each step, its percent of the first step of its unit, and that step. */
static void put_shares(struct mln_json *j, const struct mln_chart *c) {
    size_t first = 0;
    double percent = 0;
    mln_json_key(j, "shares");
    mln_json_begin_array(j);
    for (size_t r = 0; r < c->n_rows; r++) {
        const enum mln_value_state state = mln_funnel_share(c->table, r, &first, &percent);
        put_json_value(j, state, percent);
    }
    mln_json_end(j);
    mln_json_key(j, "firsts");
    mln_json_begin_array(j);
    for (size_t r = 0; r < c->n_rows; r++) {
        (void)mln_funnel_share(c->table, r, &first, &percent);
        mln_json_u64(j, first);
    }
    mln_json_end(j);
}

/* Of each period of a balance, the closing stock of all its stages. */
static void put_wholes(struct mln_json *j, const struct mln_chart *c) {
    const struct mln_dimension *stages = series_dimension(c);
    mln_json_key(j, "wholes");
    mln_json_begin_array(j);
    for (size_t r = 0; r < c->n_rows; r++) {
        const size_t cell = (r * stages->n + (size_t)stages->total) * MLN_BALANCE_PARTS;
        uint64_t count = 0;
        const bool shown = mln_protected_count(c->table, cell + MLN_BALANCE_CLOSING, &count);
        put_json_value(j, shown ? MLN_VALUE_SHOWN : MLN_VALUE_SECRET, (double)count);
    }
    mln_json_end(j);
}

static void put_series(struct mln_json *j, const struct mln_chart *c, enum mln_lang lang,
                       size_t series) {
    mln_json_begin_object(j);
    mln_json_member_strz(j, "label", mln_chart_series_label(c, lang, series));
    mln_json_key(j, "values");
    mln_json_begin_array(j);
    for (size_t r = 0; r < c->n_rows; r++) {
        double value = 0;
        const enum mln_value_state state = mln_chart_value(c, r, series, &value);
        put_json_value(j, state, value);
    }
    mln_json_end(j);
    mln_json_end(j);
}

void mln_chart_put_json(struct mln_json *j, const struct mln_chart *c, enum mln_lang lang) {
    static const char *const views[] = {"table",    "funnel",  "rate",  "stacked",
                                        "duration", "balance", "matrix"};
    const struct mln_table *t = frame_of(c);
    mln_json_begin_object(j);
    mln_json_member_strz(j, "name", t->name);
    mln_json_member_strz(j, "view", views[c->view]);
    mln_json_member_i64(j, "total", c->total_row);
    mln_json_member_u64(j, "lead", c->lead);
    mln_json_member_i64(j, "decimals", mln_protected_options(c->table).share_decimals);
    mln_json_key(j, "rows");
    mln_json_begin_array(j);
    for (size_t r = 0; r < c->n_rows; r++) {
        mln_json_strz(j, mln_chart_row_label(c, lang, r));
    }
    mln_json_end(j);
    if (c->view == MLN_VIEW_FUNNEL) {
        put_shares(j, c);
    }
    if (c->view == MLN_VIEW_BALANCE) {
        put_wholes(j, c);
    }
    if (c->view == MLN_VIEW_MATRIX) {
        mln_json_key(j, "same");
        mln_json_begin_array(j);
        for (size_t r = 0; r < c->n_rows; r++) {
            mln_json_i64(j, mln_chart_same(c, r));
        }
        mln_json_end(j);
    }
    mln_json_key(j, "series");
    mln_json_begin_array(j);
    for (size_t s = 0; s < c->n_series; s++) {
        put_series(j, c, lang, s);
    }
    mln_json_end(j);
    mln_json_end(j);
}
