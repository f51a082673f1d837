#include "report/grid.h"

#include "report/chart.h"

/* What a cell of the page shows: the count of a cell of the table, one of its measures, or (of a
 * funnel) the count in percent of the first step of its unit. */
enum { COUNT = -1, OF_FIRST = -2 };

enum shape {
    LONG,   /* a row a cell of the table, a column a measure, and the count */
    ACROSS, /* the last dimension across, one measure (or the count) in the cells */
    RATE,   /* the rate of the first category, then the counts of all of them across */
};

struct grid {
    const struct mln_protected_table *table;
    const struct mln_table *frame;
    enum mln_lang lang;
    enum shape shape;
    size_t n_heads;    /* dimensions down the side */
    ptrdiff_t content; /* ACROSS: what the cells show */
};

struct column {
    size_t category; /* of the last dimension, unless LONG */
    ptrdiff_t content;
    bool named_by_content; /* else by the category */
    bool total;
};

static const char *label(enum mln_lang lang, const char *fr, const char *en) {
    return lang == MLN_LANG_FR ? fr : en;
}

static const struct mln_dimension *last_of(const struct mln_table *t) {
    return &t->dimensions[t->n_dimensions - 1];
}

/* COUNT measures repeat the counts, tests have a table of their own. */
static bool is_content(const struct mln_table *t, size_t m) {
    return t->measures[m].kind != MLN_MEASURE_COUNT && !mln_measure_is_test(t->measures[m].kind);
}

/* The i-th content: measures in their order, then the count, then what the view adds. */
static ptrdiff_t content_at(const struct mln_table *t, size_t i) {
    for (size_t m = 0; m < t->n_measures; m++) {
        if (is_content(t, m) && i-- == 0) {
            return (ptrdiff_t)m;
        }
    }
    return i == 0 ? COUNT : OF_FIRST;
}

static size_t content_count(const struct mln_table *t) {
    size_t n = t->view == MLN_VIEW_FUNNEL ? 2 : 1;
    for (size_t m = 0; m < t->n_measures; m++) {
        n += is_content(t, m);
    }
    return n;
}

static bool is_share(const struct mln_table *t, ptrdiff_t content) {
    return content >= 0 && (t->measures[content].kind == MLN_MEASURE_SHARE ||
                            t->measures[content].kind == MLN_MEASURE_PROBABILITY);
}

static enum shape shape_of(const struct mln_table *t) {
    if (t->n_dimensions == 1 || t->view == MLN_VIEW_DURATION) {
        return LONG;
    }
    return t->view == MLN_VIEW_RATE && is_share(t, content_at(t, 0)) ? RATE : ACROSS;
}

size_t mln_grid_count(const struct mln_protected_table *t) {
    const struct mln_table *f = mln_protected_frame(t);
    return shape_of(f) == ACROSS ? content_count(f) : 1;
}

size_t mln_grid_rows(const struct mln_protected_table *t) {
    const struct mln_table *f = mln_protected_frame(t);
    return shape_of(f) == LONG ? f->n_cells : f->n_cells / last_of(f)->n;
}

static struct grid grid_of(const struct mln_protected_table *t, size_t at, enum mln_lang lang) {
    const struct mln_table *f = mln_protected_frame(t);
    const enum shape shape = shape_of(f);
    return (struct grid){.table = t,
                         .frame = f,
                         .lang = lang,
                         .shape = shape,
                         .n_heads = f->n_dimensions - (shape == LONG ? 0 : 1),
                         .content = content_at(f, at)};
}

/* ── columns ── */

/* The share of a TOTAL is 100 by definition: no column for it. */
static bool skips_total(const struct grid *g) {
    return g->shape == ACROSS && g->content >= 0 &&
           g->frame->measures[g->content].kind == MLN_MEASURE_SHARE &&
           g->frame->measures[g->content].share_of + 1 == g->frame->n_dimensions;
}

/* Beside a rate: its interval or band, and the standardised differences. */
static bool is_beside(const struct mln_table *t, size_t m) {
    return t->measures[m].kind == MLN_MEASURE_PROBABILITY ||
           t->measures[m].kind == MLN_MEASURE_STD_DIFF;
}

/* The i-th of them; n_measures when there is none. */
static size_t beside_at(const struct mln_table *t, size_t i) {
    size_t m = 0;
    while (m < t->n_measures && !(is_beside(t, m) && i-- == 0)) {
        m++;
    }
    return m;
}

static size_t beside_count(const struct mln_table *t) {
    size_t n = 0;
    while (content_at(t, 0) >= 0 && t->measures[content_at(t, 0)].kind == MLN_MEASURE_SHARE &&
           beside_at(t, n) < t->n_measures) {
        n++;
    }
    return n;
}

static size_t column_count(const struct grid *g) {
    switch (g->shape) {
    case LONG: return content_count(g->frame);
    case ACROSS: return last_of(g->frame)->n - skips_total(g);
    case RATE: return last_of(g->frame)->n + 1 + beside_count(g->frame);
    }
    return 0;
}

static struct column column_at(const struct grid *g, size_t i) {
    const struct mln_dimension *last = last_of(g->frame);
    if (g->shape == LONG) {
        return (struct column){0, content_at(g->frame, i), true, false};
    }
    if (g->shape == RATE && i == 0) {
        return (struct column){last->total == 0 ? 1 : 0, content_at(g->frame, 0), true, false};
    }
    const size_t beside = g->shape == RATE ? beside_count(g->frame) : 0;
    if (i >= 1 && i <= beside) {
        const size_t m = beside_at(g->frame, i - 1);
        const bool whole = g->frame->measures[m].kind == MLN_MEASURE_STD_DIFF;
        return (struct column){whole              ? (size_t)last->total
                               : last->total == 0 ? 1
                                                  : 0,
                               (ptrdiff_t)m, true, false};
    }
    size_t category = g->shape == RATE ? i - 1 - beside : i;
    category += skips_total(g) && (ptrdiff_t)category >= last->total;
    return (struct column){category, g->shape == RATE ? COUNT : g->content, false,
                           (ptrdiff_t)category == last->total};
}

/* ── texts ── */

static void put_content_name(struct mln_buf *out, const struct grid *g, ptrdiff_t content) {
    if (content == COUNT) {
        mln_buf_addz(out, mln_word(g->lang, MLN_WORD_COUNTS));
        return;
    }
    if (content == OF_FIRST) {
        mln_buf_addz(out, mln_word(g->lang, MLN_WORD_OF_FIRST));
        return;
    }
    const struct mln_measure *m = &g->frame->measures[content];
    const char *name = label(g->lang, m->label_fr, m->label_en);
    mln_put_html(out, name);
    if (is_share(g->frame, content) && strchr(name, '%') == NULL) {
        mln_buf_addz(out, mln_word(g->lang, MLN_WORD_IN_PERCENT));
    }
}

void mln_grid_put_caption(struct mln_buf *out, const struct mln_protected_table *t, size_t at,
                          enum mln_lang lang) {
    const struct grid g = grid_of(t, at, lang);
    mln_put_html(out, label(lang, g.frame->title_fr, g.frame->title_en));
    if (g.shape == ACROSS) {
        mln_buf_addz(out, " – ");
        put_content_name(out, &g, g.content);
    }
}

static void put_head_row(struct mln_buf *out, const struct grid *g) {
    mln_buf_addz(out, "<thead><tr>");
    for (size_t d = 0; d < g->n_heads; d++) {
        const struct mln_dimension *dim = &g->frame->dimensions[d];
        mln_buf_addz(out, "<th scope=\"col\">");
        mln_put_html(out, label(g->lang, dim->label_fr, dim->label_en));
        mln_buf_addz(out, "</th>");
    }
    const struct mln_dimension *last = last_of(g->frame);
    for (size_t i = 0; i < column_count(g); i++) {
        const struct column c = column_at(g, i);
        mln_buf_addz(out, "<th scope=\"col\" class=\"number\">");
        if (g->shape == RATE && i == 0) { /* beside counts, "share" does not say of what */
            mln_put_html(out,
                         label(g->lang, last->labels_fr[c.category], last->labels_en[c.category]));
            mln_buf_addz(out, mln_word(g->lang, MLN_WORD_IN_PERCENT));
        } else if (c.named_by_content) {
            put_content_name(out, g, c.content);
        } else {
            mln_put_html(out,
                         label(g->lang, last->labels_fr[c.category], last->labels_en[c.category]));
        }
        mln_buf_addz(out, "</th>");
    }
    mln_buf_addz(out, "</tr></thead>\n");
}

/* ── cells ── */

static void put_sign(struct mln_buf *out, enum mln_lang lang, enum mln_value_state state) {
    const bool secret = state == MLN_VALUE_SECRET;
    mln_buf_addf(out, "<td class=\"%s\"><abbr title=\"%s\">%s</abbr></td>",
                 secret ? "secret" : "undefined",
                 mln_word(lang, secret ? MLN_WORD_SECRET : MLN_WORD_UNDEFINED),
                 mln_word(lang, secret ? MLN_WORD_SECRET_SIGN : MLN_WORD_UNDEFINED_SIGN));
}

static void put_count(struct mln_buf *out, const struct grid *g, size_t cell, const char *open) {
    uint64_t count = 0;
    if (!mln_protected_count(g->table, cell, &count)) {
        put_sign(out, g->lang, MLN_VALUE_SECRET);
        return;
    }
    mln_buf_addz(out, open);
    mln_put_count(out, g->lang, count);
    mln_buf_addz(out, "</td>");
}

static void put_number(struct mln_buf *out, const struct grid *g, enum mln_value_state state,
                       double value, bool share, const char *open) {
    if (state != MLN_VALUE_SHOWN) {
        put_sign(out, g->lang, state);
        return;
    }
    mln_buf_addz(out, open);
    mln_put_decimal(out, g->lang, value, share ? mln_protected_options(g->table).share_decimals : 1,
                    !share);
    mln_buf_addz(out, "</td>");
}

static void put_cell(struct mln_buf *out, const struct grid *g, size_t cell, struct column c) {
    const char *open = c.total ? "<td class=\"total\">" : "<td>";
    if (c.content == COUNT) {
        put_count(out, g, cell, open);
        return;
    }
    double value = 0;
    if (c.content == OF_FIRST) {
        size_t first = 0;
        const enum mln_value_state state = mln_funnel_share(g->table, cell, &first, &value);
        put_number(out, g, state, value, true, open);
        return;
    }
    (void)mln_protected_measure(g->table, (size_t)c.content, cell, &value);
    put_number(out, g, mln_protected_value_state(g->table, (size_t)c.content, cell), value,
               is_share(g->frame, c.content), open);
}

/* Row headers: one a dimension down the side, of the row that begins at `cell`. One that repeats
 * the header above is only faded: it stays for those who hear the table. */
static void put_heads(struct mln_buf *out, const struct grid *g, size_t cell) {
    const size_t width = g->shape == LONG ? 1 : last_of(g->frame)->n;
    size_t stride = g->frame->n_cells;
    for (size_t d = 0; d < g->n_heads; d++) {
        const struct mln_dimension *dim = &g->frame->dimensions[d];
        stride /= dim->n;
        const size_t at = cell / stride % dim->n;
        const bool repeated = stride > width && cell % stride != 0;
        mln_buf_addz(out, repeated ? "<th scope=\"row\" class=\"repeated\"><span>"
                                   : "<th scope=\"row\"><span>");
        mln_put_html(out, label(g->lang, dim->labels_fr[at], dim->labels_en[at]));
        mln_buf_addz(out, "</span></th>");
    }
}

static bool is_total_row(const struct grid *g, size_t cell) {
    size_t stride = g->frame->n_cells;
    for (size_t d = 0; d < g->n_heads; d++) {
        stride /= g->frame->dimensions[d].n;
        if ((ptrdiff_t)(cell / stride % g->frame->dimensions[d].n) ==
            g->frame->dimensions[d].total) {
            return true;
        }
    }
    return false;
}

void mln_grid_put(struct mln_buf *out, const struct mln_protected_table *t, size_t at,
                  enum mln_lang lang) {
    const struct grid g = grid_of(t, at, lang);
    const size_t width = g.shape == LONG ? 1 : last_of(g.frame)->n;
    mln_buf_addf(out, "<table data-grid=\"%s\" data-rows=\"%zu\">\n<caption>", g.frame->name,
                 mln_grid_rows(t));
    mln_grid_put_caption(out, t, at, lang);
    mln_buf_addz(out, "</caption>\n");
    put_head_row(out, &g);
    mln_buf_addz(out, "<tbody>\n");
    for (size_t cell = 0; cell < g.frame->n_cells; cell += width) {
        mln_buf_addz(out, is_total_row(&g, cell) ? "<tr class=\"total\">" : "<tr>");
        put_heads(out, &g, cell);
        for (size_t i = 0; i < column_count(&g); i++) {
            const struct column c = column_at(&g, i);
            put_cell(out, &g, cell + c.category, c);
        }
        mln_buf_addz(out, "</tr>\n");
    }
    mln_buf_addz(out, "</tbody>\n</table>\n");
}

/* ── tests ── */

bool mln_grid_has_tests(const struct mln_protected_table *p) {
    const struct mln_table *t = mln_protected_frame(p);
    bool has = false;
    for (size_t m = 0; m < t->n_measures; m++) {
        has = has || mln_measure_is_test(t->measures[m].kind);
    }
    return has;
}

static void put_test_value(struct mln_buf *out, const struct grid *g, size_t measure, size_t cell) {
    static const int decimals[] = {
        [MLN_MEASURE_CHI2] = 1, [MLN_MEASURE_DEGREES] = 0, [MLN_MEASURE_P_VALUE] = 3};
    const enum mln_measure_kind kind = g->frame->measures[measure].kind;
    const enum mln_value_state state = mln_protected_value_state(g->table, measure, cell);
    double value = 0;
    if (!mln_protected_measure(g->table, measure, cell, &value)) {
        put_sign(out, g->lang, state);
        return;
    }
    mln_buf_addz(out, "<td>");
    if (kind == MLN_MEASURE_P_VALUE && value < 0.001) {
        mln_buf_addz(out, "&lt;" NB);
        value = 0.001;
    }
    mln_put_decimal(out, g->lang, value, decimals[kind], false);
    mln_buf_addz(out, "</td>");
}

/* The cell of an end at the TOTAL of all other dimensions. */
static size_t test_cell(const struct mln_table *t, size_t ends, size_t category) {
    size_t cell = 0;
    for (size_t d = 0; d < t->n_dimensions; d++) {
        const ptrdiff_t total = t->dimensions[d].total;
        cell = cell * t->dimensions[d].n + (d == ends ? category : total >= 0 ? (size_t)total : 0);
    }
    return cell;
}

/* Chains that run are no end: they have no test. */
static bool is_tested(const struct grid *g, size_t cell) {
    bool tested = false;
    for (size_t m = 0; m < g->frame->n_measures; m++) {
        tested = tested || (mln_measure_is_test(g->frame->measures[m].kind) &&
                            mln_protected_value_state(g->table, m, cell) != MLN_VALUE_UNDEFINED);
    }
    return tested;
}

static void put_test_rows(struct mln_buf *out, const struct grid *g, size_t ends) {
    const struct mln_table *t = g->frame;
    const struct mln_dimension *d = &t->dimensions[ends];
    for (size_t i = 0; i < d->n; i++) {
        if ((ptrdiff_t)i == d->total || !is_tested(g, test_cell(t, ends, i))) {
            continue;
        }
        mln_buf_addz(out, "<tr><th scope=\"row\"><span>");
        mln_put_html(out, label(g->lang, d->labels_fr[i], d->labels_en[i]));
        mln_buf_addz(out, "</span></th>");
        for (size_t m = 0; m < t->n_measures; m++) {
            if (mln_measure_is_test(t->measures[m].kind)) {
                put_test_value(out, g, m, test_cell(t, ends, i));
            }
        }
        mln_buf_addz(out, "</tr>\n");
    }
}

void mln_grid_put_tests(struct mln_buf *out, const struct mln_protected_table *p,
                        enum mln_lang lang) {
    const struct grid g = grid_of(p, 0, lang);
    const struct mln_table *t = g.frame;
    size_t ends = 0; /* of the first test; a table has tests of one dimension */
    for (size_t m = t->n_measures; m-- > 0;) {
        ends = mln_measure_is_test(t->measures[m].kind) ? t->measures[m].share_of : ends;
    }
    const struct mln_dimension *d = &t->dimensions[ends];
    size_t n_rows = 0;
    for (size_t i = 0; i < d->n; i++) {
        n_rows += (ptrdiff_t)i != d->total && is_tested(&g, test_cell(t, ends, i));
    }
    mln_buf_addf(out, "<table data-grid=\"%s-tests\" data-rows=\"%zu\">\n<caption>%s</caption>\n",
                 t->name, n_rows, mln_word(lang, MLN_WORD_TESTS));
    mln_buf_addz(out, "<thead><tr><th scope=\"col\">");
    mln_put_html(out, label(lang, d->label_fr, d->label_en));
    mln_buf_addz(out, "</th>");
    for (size_t m = 0; m < t->n_measures; m++) {
        if (mln_measure_is_test(t->measures[m].kind)) {
            mln_buf_addz(out, "<th scope=\"col\" class=\"number\">");
            mln_put_html(out, label(lang, t->measures[m].label_fr, t->measures[m].label_en));
            mln_buf_addz(out, "</th>");
        }
    }
    mln_buf_addz(out, "</tr></thead>\n<tbody>\n");
    put_test_rows(out, &g, ends);
    mln_buf_addz(out, "</tbody>\n</table>\n");
}
