/* The titles that say what a chart shows, from its published values only. */
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
    if (e.n < 2 || (!years && e.low_value >= e.high_value)) {
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

bool mln_chart_put_finding(struct mln_buf *out, const struct mln_chart *c, enum mln_lang lang) {
    if (c->view == MLN_VIEW_FUNNEL) {
        return put_funnel(out, c, lang);
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
    return true;
}
