#include "report/grid.h"

/* What a column shows: the count of a cell or one of its measures. */
enum { COUNT_COLUMN = -1 };

struct grid {
    const struct mln_protected_table *table;
    const struct mln_table *frame;
    enum mln_lang lang;
    size_t n_heads;    /* dimensions down the side */
    bool across;       /* the last dimension is across */
    ptrdiff_t content; /* across: what the cells show */
};

static const char *label(enum mln_lang lang, const char *fr, const char *en) {
    return lang == MLN_LANG_FR ? fr : en;
}

static bool is_across(const struct mln_table *t) {
    return t->n_dimensions > 1 && t->view != MLN_VIEW_DURATION;
}

/* Shares first (they are what the chart shows), then counts. COUNT measures repeat the counts. */
static size_t contents_of(const struct mln_table *t, ptrdiff_t *contents) {
    size_t n = 0;
    for (size_t m = 0; m < t->n_measures; m++) {
        if (t->measures[m].kind != MLN_MEASURE_COUNT) {
            contents[n++] = (ptrdiff_t)m;
        }
    }
    contents[n++] = COUNT_COLUMN;
    return n;
}

size_t mln_grid_count(const struct mln_protected_table *t) {
    ptrdiff_t contents[MLN_TABLE_MAX_MEASURES + 1];
    const struct mln_table *f = mln_protected_frame(t);
    return is_across(f) ? contents_of(f, contents) : 1;
}

static struct grid grid_of(const struct mln_protected_table *t, size_t at, enum mln_lang lang) {
    ptrdiff_t contents[MLN_TABLE_MAX_MEASURES + 1];
    struct grid g = {.table = t, .frame = mln_protected_frame(t), .lang = lang};
    g.across = is_across(g.frame);
    g.n_heads = g.frame->n_dimensions - (g.across ? 1 : 0);
    (void)contents_of(g.frame, contents);
    g.content = contents[at];
    return g;
}

size_t mln_grid_rows(const struct mln_protected_table *t) {
    const struct mln_table *f = mln_protected_frame(t);
    return is_across(f) ? f->n_cells / f->dimensions[f->n_dimensions - 1].n : f->n_cells;
}

static void put_content_name(struct mln_buf *out, const struct grid *g, ptrdiff_t content) {
    if (content == COUNT_COLUMN) {
        mln_buf_addz(out, mln_word(g->lang, MLN_WORD_COUNTS));
        mln_buf_addz(out, " (");
        mln_put_html(out, label(g->lang, g->frame->unit_fr, g->frame->unit_en));
        mln_buf_addz(out, ")");
        return;
    }
    const struct mln_measure *m = &g->frame->measures[content];
    const char *name = label(g->lang, m->label_fr, m->label_en);
    mln_put_html(out, name);
    if (m->kind == MLN_MEASURE_SHARE && strchr(name, '%') == NULL) {
        mln_buf_addz(out, g->lang == MLN_LANG_FR ? " (en" NB "%)" : " (%)");
    }
}

void mln_grid_put_caption(struct mln_buf *out, const struct mln_protected_table *t, size_t at,
                          enum mln_lang lang) {
    const struct grid g = grid_of(t, at, lang);
    mln_put_html(out, label(lang, g.frame->title_fr, g.frame->title_en));
    if (g.across) {
        mln_buf_addz(out, " – ");
        put_content_name(out, &g, g.content);
    }
}

/* ── cells ── */

static void put_sign(struct mln_buf *out, enum mln_lang lang, enum mln_value_state state) {
    const bool secret = state == MLN_VALUE_SECRET;
    mln_buf_addf(out, "<td class=\"%s\"><abbr title=\"%s\">%s</abbr></td>",
                 secret ? "secret" : "undefined",
                 mln_word(lang, secret ? MLN_WORD_SECRET : MLN_WORD_UNDEFINED),
                 mln_word(lang, secret ? MLN_WORD_SECRET_SIGN : MLN_WORD_UNDEFINED_SIGN));
}

static void put_cell(struct mln_buf *out, const struct grid *g, size_t cell, ptrdiff_t content) {
    if (content == COUNT_COLUMN) {
        uint64_t count = 0;
        if (!mln_protected_count(g->table, cell, &count)) {
            put_sign(out, g->lang, MLN_VALUE_SECRET);
            return;
        }
        mln_buf_addz(out, "<td>");
        mln_put_count(out, g->lang, count);
        mln_buf_addz(out, "</td>");
        return;
    }
    double value = 0;
    if (!mln_protected_measure(g->table, (size_t)content, cell, &value)) {
        put_sign(out, g->lang, mln_protected_value_state(g->table, (size_t)content, cell));
        return;
    }
    const bool share = g->frame->measures[content].kind == MLN_MEASURE_SHARE;
    mln_buf_addz(out, "<td>");
    mln_put_decimal(out, g->lang, value,
                    share ? mln_protected_options(g->table).share_decimals : 1, !share);
    mln_buf_addz(out, "</td>");
}

/* Row headers: one a dimension down the side, of the row that holds `cell`. A header that repeats
 * the one above is not written again but stays for those who cannot see the column. */
static void put_heads(struct mln_buf *out, const struct grid *g, size_t cell, bool *is_total) {
    size_t stride = g->frame->n_cells;
    *is_total = false;
    for (size_t d = 0; d < g->n_heads; d++) {
        const struct mln_dimension *dim = &g->frame->dimensions[d];
        stride /= dim->n;
        const size_t at = cell / stride % dim->n;
        *is_total = *is_total || (ptrdiff_t)at == dim->total;
        const bool repeated = d + 1 < g->n_heads && cell % stride != 0;
        mln_buf_addz(out, repeated ? "<th scope=\"row\" class=\"repeated\"><span>"
                                   : "<th scope=\"row\"><span>");
        mln_put_html(out, label(g->lang, dim->labels_fr[at], dim->labels_en[at]));
        mln_buf_addz(out, "</span></th>");
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
    if (g->across) {
        const struct mln_dimension *last = &g->frame->dimensions[g->frame->n_dimensions - 1];
        for (size_t i = 0; i < last->n; i++) {
            mln_buf_addf(out, "<th scope=\"col\" class=\"number%s\">",
                         (ptrdiff_t)i == last->total ? " total" : "");
            mln_put_html(out, label(g->lang, last->labels_fr[i], last->labels_en[i]));
            mln_buf_addz(out, "</th>");
        }
    } else {
        ptrdiff_t contents[MLN_TABLE_MAX_MEASURES + 1];
        const size_t n = contents_of(g->frame, contents);
        for (size_t i = 0; i < n; i++) {
            mln_buf_addz(out, "<th scope=\"col\" class=\"number\">");
            put_content_name(out, g, contents[i]);
            mln_buf_addz(out, "</th>");
        }
    }
    mln_buf_addz(out, "</tr></thead>\n");
}

static void put_row(struct mln_buf *out, const struct grid *g, size_t cell) {
    struct mln_buf heads = MLN_BUF_INIT;
    bool is_total = false;
    put_heads(&heads, g, cell, &is_total);
    mln_buf_addz(out, is_total ? "<tr class=\"total\">" : "<tr>");
    mln_buf_add_str(out, mln_buf_view(&heads));
    out->failed = out->failed || heads.failed;
    mln_buf_release(&heads);
    if (g->across) {
        const size_t n = g->frame->dimensions[g->frame->n_dimensions - 1].n;
        for (size_t i = 0; i < n; i++) {
            put_cell(out, g, cell + i, g->content);
        }
    } else {
        ptrdiff_t contents[MLN_TABLE_MAX_MEASURES + 1];
        const size_t n = contents_of(g->frame, contents);
        for (size_t i = 0; i < n; i++) {
            put_cell(out, g, cell, contents[i]);
        }
    }
    mln_buf_addz(out, "</tr>\n");
}

void mln_grid_put(struct mln_buf *out, const struct mln_protected_table *t, size_t at,
                  enum mln_lang lang) {
    const struct grid g = grid_of(t, at, lang);
    mln_buf_addf(out, "<table data-grid=\"%s\" data-rows=\"%zu\">\n<caption>", g.frame->name,
                 mln_grid_rows(t));
    mln_grid_put_caption(out, t, at, lang);
    mln_buf_addz(out, "</caption>\n");
    put_head_row(out, &g);
    mln_buf_addz(out, "<tbody>\n");
    const size_t step = g.across ? g.frame->dimensions[g.frame->n_dimensions - 1].n : 1;
    for (size_t cell = 0; cell < g.frame->n_cells; cell += step) {
        put_row(out, &g, cell);
    }
    mln_buf_addz(out, "</tbody>\n</table>\n");
}
