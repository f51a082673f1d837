/* The titles that say what a chart shows, from its published values only. */
#include <math.h>

#include "report/chart.h"

/* A label inside a sentence: its first letter in lower case, unless the second is upper (PN). */
static void put_inside(struct mln_buf *out, const char *label) {
    char first[2] = {label[0], '\0'};
    const bool lower = label[0] >= 'A' && label[0] <= 'Z' && !(label[1] >= 'A' && label[1] <= 'Z');
    if (lower) {
        first[0] = (char)(label[0] - 'A' + 'a');
    }
    mln_put_html(out, first[0] == '\0' ? "" : first);
    mln_put_html(out, first[0] == '\0' ? "" : label + 1);
}

struct extremes {
    size_t low, high; /* rows */
    double low_value, high_value;
    size_t n;    /* known rows with a value shown */
    bool hidden; /* a known row is suppressed: the extremes are of the others */
};

static struct extremes extremes_of(const struct mln_chart *c, bool years) {
    struct extremes e = {0};
    for (size_t r = 0; r < c->n_rows; r++) {
        double value = 0;
        if (!mln_chart_row_is_known(c, r)) {
            continue;
        }
        const enum mln_value_state state = mln_chart_value(c, r, c->lead, &value);
        if (state != MLN_VALUE_SHOWN) {
            e.hidden = e.hidden || state == MLN_VALUE_SECRET;
            continue;
        }
        if (e.n == 0 || (!years && value < e.low_value)) {
            e.low = r;
            e.low_value = value;
        }
        if (e.n == 0 || years || value > e.high_value) {
            e.high = r;
            e.high_value = value;
        }
        e.n++;
    }
    return e;
}

static bool looks_the_same(const struct mln_chart *c, enum mln_lang lang, double a, double b) {
    struct mln_buf x = MLN_BUF_INIT, y = MLN_BUF_INIT;
    mln_chart_put_value(&x, c, lang, a);
    mln_chart_put_value(&y, c, lang, b);
    const bool same = mln_str_eq(mln_buf_view(&x), mln_buf_view(&y));
    mln_buf_release(&x);
    mln_buf_release(&y);
    return same;
}

/* " (label)", or " [label]" when it has round ones itself. */
static void put_in_brackets(struct mln_buf *out, const char *label) {
    const bool round = strchr(label, '(') == NULL;
    mln_buf_addz(out, round ? " (" : " [");
    put_inside(out, label);
    mln_buf_addz(out, round ? ")" : "]");
}

/* ", 28,4 % en 2018 et 33,1 % en 2023" or ", de 19,0 % (…) à 77,0 % (…)". Of a detailed
 * table (courts) nobody is named: the extremes of many small groups are mostly chance. */
static void put_extremes(struct mln_buf *out, const struct mln_chart *c, enum mln_lang lang) {
    const bool years = mln_chart_is_years(c);
    const struct extremes e = extremes_of(c, years);
    if (e.n < 2 || (!years && looks_the_same(c, lang, e.low_value, e.high_value))) {
        return;
    }
    const struct {
        size_t row;
        double value;
        enum mln_word before;
    } ends[2] = {{e.low, e.low_value, MLN_WORD_FROM}, {e.high, e.high_value, MLN_WORD_TO}};
    mln_buf_addz(out, ",");
    for (size_t i = 0; i < 2; i++) {
        mln_buf_addz(out, " ");
        if (!years || i == 1) {
            mln_buf_addz(out, mln_word(lang, years ? MLN_WORD_AND : ends[i].before));
            mln_buf_addz(out, " ");
        }
        mln_chart_put_value(out, c, lang, ends[i].value);
        if (years) {
            mln_buf_addf(out, " %s%s", mln_word(lang, MLN_WORD_IN_YEAR), NB);
            put_inside(out, mln_chart_row_label(c, lang, ends[i].row));
        } else if (!mln_protected_frame(c->table)->detail) {
            put_in_brackets(out, mln_chart_row_label(c, lang, ends[i].row));
        }
    }
    if (e.hidden && !years) {
        mln_buf_addz(out, " ");
        mln_buf_addz(out, mln_word(lang, MLN_WORD_AMONG_SHOWN));
    }
}

/* "Victimes dont la chaîne est terminée : 63 210, soit 52,3 % des victimes enregistrées" */
static bool put_funnel(struct mln_buf *out, const struct mln_chart *c, enum mln_lang lang) {
    const size_t last = c->n_rows - 1;
    size_t first = 0;
    double count = 0;
    double percent = 0;
    if (mln_chart_value(c, last, 0, &count) != MLN_VALUE_SHOWN) {
        return false;
    }
    mln_put_html(out, mln_chart_row_label(c, lang, last));
    mln_buf_addz(out, mln_word(lang, MLN_WORD_COLON));
    mln_chart_put_value(out, c, lang, count);
    if (mln_funnel_share(c->table, last, &first, &percent) == MLN_VALUE_SHOWN && first != last) {
        mln_buf_addz(out, mln_word(lang, MLN_WORD_THAT_IS));
        mln_put_decimal(out, lang, percent, mln_protected_options(c->table).share_decimals, false);
        mln_buf_addf(out, "%s %s ", mln_word(lang, MLN_WORD_PERCENT), mln_word(lang, MLN_WORD_OF));
        put_inside(out, mln_chart_row_label(c, lang, first));
    }
    return true;
}

/* ── matrices ── */

/* The published counts of a matrix: of the rows whose own class is shown, what did not change; of
 * all the units, those whose class after is one of the rows'. */
struct changes {
    uint64_t total;      /* of the table */
    uint64_t rows, same; /* of the rows shown */
    uint64_t known;      /* of all rows, in a class of the rows */
    bool hidden;         /* a row, or what `known` needs, is suppressed */
};

static size_t matrix_cell(const struct mln_table *t, size_t row, size_t column) {
    return row * t->dimensions[1].n + column;
}

static size_t column_named(const struct mln_table *t, const char *code) {
    size_t i = 0;
    while (i < t->dimensions[1].n && strcmp(t->dimensions[1].codes[i], code) != 0) {
        i++;
    }
    return i;
}

static struct changes changes_of(const struct mln_chart *c) {
    const struct mln_table *t = mln_protected_frame(c->table);
    struct changes x = {0};
    if (c->total_row < 0 || t->dimensions[1].total < 0) {
        return x;
    }
    const size_t whole = (size_t)t->dimensions[1].total, all = (size_t)c->total_row;
    x.hidden = !mln_protected_count(c->table, matrix_cell(t, all, whole), &x.total);
    for (size_t r = 0; r < c->n_rows; r++) {
        uint64_t same = 0, row = 0, then = 0;
        if (mln_chart_same(c, r) < 0) {
            continue;
        }
        const size_t column = column_named(t, t->dimensions[0].codes[r]);
        x.hidden |= !mln_protected_count(c->table, matrix_cell(t, all, column), &then);
        x.known += then;
        if (mln_protected_count(c->table, matrix_cell(t, r, column), &same) &&
            mln_protected_count(c->table, matrix_cell(t, r, whole), &row)) {
            x.same += same;
            x.rows += row;
        } else {
            x.hidden = true;
        }
    }
    return x;
}

static void put_percent(struct mln_buf *out, const struct mln_chart *c, enum mln_lang lang,
                        uint64_t part, uint64_t whole) {
    mln_chart_put_value(out, c, lang, 100 * (double)part / (double)whole);
}

/* Columns that no row has: not yet oriented, not judged, out of the classes. */
static void put_others(struct mln_buf *out, const struct mln_chart *c, enum mln_lang lang,
                       uint64_t total) {
    const struct mln_table *t = mln_protected_frame(c->table);
    const struct mln_dimension *to = &t->dimensions[1];
    for (size_t i = 0; i < to->n; i++) {
        bool is_class = (ptrdiff_t)i == to->total;
        uint64_t count = 0;
        for (size_t r = 0; r < c->n_rows; r++) {
            is_class = is_class || (mln_chart_row_is_known(c, r) &&
                                    strcmp(t->dimensions[0].codes[r], to->codes[i]) == 0);
        }
        if (is_class ||
            !mln_protected_count(c->table, matrix_cell(t, (size_t)c->total_row, i), &count) ||
            count == 0) {
            continue;
        }
        mln_buf_addz(out, mln_word(lang, MLN_WORD_SEMICOLON));
        put_inside(out, lang == MLN_LANG_FR ? to->labels_fr[i] : to->labels_en[i]);
        mln_buf_addz(out, mln_word(lang, MLN_WORD_COLON));
        put_percent(out, c, lang, count, total);
    }
}

/* The least and the greatest share that does not change, by row. */
static void put_same_extremes(struct mln_buf *out, const struct mln_chart *c, enum mln_lang lang) {
    struct extremes e = {0};
    for (size_t r = 0; r < c->n_rows; r++) {
        const ptrdiff_t series = mln_chart_same(c, r);
        double value = 0;
        if (series < 0 || mln_chart_value(c, r, (size_t)series, &value) != MLN_VALUE_SHOWN) {
            e.hidden = e.hidden || series >= 0;
            continue;
        }
        if (e.n == 0 || value < e.low_value) {
            e.low = r, e.low_value = value;
        }
        if (e.n == 0 || value > e.high_value) {
            e.high = r, e.high_value = value;
        }
        e.n++;
    }
    if (e.n < 2) {
        return;
    }
    mln_buf_addf(out, ", %s ", mln_word(lang, MLN_WORD_FROM));
    mln_chart_put_value(out, c, lang, e.low_value);
    put_in_brackets(out, mln_chart_row_label(c, lang, e.low));
    mln_buf_addf(out, " %s ", mln_word(lang, MLN_WORD_TO));
    mln_chart_put_value(out, c, lang, e.high_value);
    put_in_brackets(out, mln_chart_row_label(c, lang, e.high));
    if (e.hidden) {
        mln_buf_addf(out, " %s", mln_word(lang, MLN_WORD_AMONG_SHOWN));
    }
}

/* "Qualification inchangée : 84,9 % des victimes appariées, de 70,1 % (viols) à 88,0 % (menaces) ;
 * changée : 5,1 % ; pas encore orientée : 4,9 %" */
static bool put_matrix(struct mln_buf *out, const struct mln_chart *c, enum mln_lang lang) {
    const struct mln_table *t = mln_protected_frame(c->table);
    const struct changes x = changes_of(c);
    if (x.rows == 0) {
        return false;
    }
    mln_buf_addf(out, "%s%s", mln_word(lang, MLN_WORD_UNCHANGED), mln_word(lang, MLN_WORD_COLON));
    put_percent(out, c, lang, x.same, x.rows);
    mln_buf_addf(out, " %s ", mln_word(lang, MLN_WORD_OF));
    mln_put_html(out, lang == MLN_LANG_FR ? t->unit_fr : t->unit_en);
    put_same_extremes(out, c, lang);
    if (!x.hidden && x.total > 0 && x.known >= x.same) {
        mln_buf_addf(out, "%s%s%s", mln_word(lang, MLN_WORD_SEMICOLON),
                     mln_word(lang, MLN_WORD_CHANGED), mln_word(lang, MLN_WORD_COLON));
        put_percent(out, c, lang, x.known - x.same, x.total);
    }
    if (x.total > 0) {
        put_others(out, c, lang, x.total);
    }
    return true;
}

/* "; plus grand écart standardisé : 6,2 % (2018)": the row that matched and unmatched differ most
 * in. */
static void put_largest_difference(struct mln_buf *out, const struct mln_chart *c,
                                   enum mln_lang lang) {
    const struct mln_table *t = mln_protected_frame(c->table);
    size_t m = 0, row = c->n_rows;
    double most = 0, value = 0;
    while (m < t->n_measures && t->measures[m].kind != MLN_MEASURE_STD_DIFF) {
        m++;
    }
    if (m == t->n_measures || c->view != MLN_VIEW_RATE || t->measures[m].share_of != 1) {
        return;
    }
    for (size_t r = 0; r < c->n_rows; r++) {
        const size_t cell = r * t->dimensions[1].n + (size_t)t->dimensions[1].total;
        if (mln_chart_row_is_known(c, r) && mln_protected_measure(c->table, m, cell, &value) &&
            (row == c->n_rows || fabs(value) > fabs(most))) {
            most = value;
            row = r;
        }
    }
    if (row < c->n_rows) {
        mln_buf_addf(out, "%s%s%s", mln_word(lang, MLN_WORD_SEMICOLON),
                     mln_word(lang, MLN_WORD_LARGEST_DIFFERENCE), mln_word(lang, MLN_WORD_COLON));
        mln_put_decimal(out, lang, most, 1, false);
        mln_buf_addz(out, mln_word(lang, MLN_WORD_PERCENT));
        if (!t->detail) {
            put_in_brackets(out, mln_chart_row_label(c, lang, row));
        }
    }
}

bool mln_chart_put_finding(struct mln_buf *out, const struct mln_chart *c, enum mln_lang lang) {
    if (c->view == MLN_VIEW_FUNNEL) {
        return put_funnel(out, c, lang);
    }
    if (c->view == MLN_VIEW_MATRIX) {
        struct mln_buf text = MLN_BUF_INIT;
        const bool found = put_matrix(&text, c, lang);
        if (found) {
            mln_buf_add_str(out, mln_buf_view(&text));
        }
        out->failed = out->failed || text.failed;
        mln_buf_release(&text);
        return found;
    }
    double total = 0;
    if (c->total_row < 0 ||
        mln_chart_value(c, (size_t)c->total_row, c->lead, &total) != MLN_VALUE_SHOWN) {
        return false;
    }
    mln_chart_put_lead(out, c, lang);
    mln_buf_addz(out, mln_word(lang, MLN_WORD_COLON));
    mln_chart_put_value(out, c, lang, total);
    if (mln_chart_is_percent(c)) {
        const struct mln_table *t = mln_protected_frame(c->table);
        mln_buf_addf(out, " %s ", mln_word(lang, MLN_WORD_OF));
        mln_put_html(out, lang == MLN_LANG_FR ? t->unit_fr : t->unit_en);
    }
    put_extremes(out, c, lang);
    put_largest_difference(out, c, lang);
    return true;
}
