#include "report/chart.h"
#include "report/grid.h"
#include "report/report.h"
#include "report/shell.h"

/* The page is web/report.html with each {{marker}} replaced by one of the parts below. */
struct page {
    struct mln_protected_table *const *tables;
    size_t n;
    const struct mln_report_facts *facts;
    enum mln_lang lang;
};

static void put_word(struct mln_buf *out, const struct page *p, enum mln_word word) {
    mln_buf_addz(out, mln_word(p->lang, word));
}

static const char *label(const struct page *p, const char *fr, const char *en) {
    return p->lang == MLN_LANG_FR ? fr : en;
}

/* ── head ── */

static void put_lang(struct mln_buf *out, const struct page *p) {
    mln_buf_addz(out, label(p, "fr", "en"));
}

static void put_title(struct mln_buf *out, const struct page *p) {
    mln_put_html(out, p->facts->name);
}

static void put_skip(struct mln_buf *out, const struct page *p) {
    put_word(out, p, MLN_WORD_SKIP);
}

static void put_kicker(struct mln_buf *out, const struct page *p) {
    put_word(out, p, MLN_WORD_KICKER);
}

static void put_observed(struct mln_buf *out, const struct page *p) {
    put_word(out, p, MLN_WORD_OBSERVED_LONG);
    mln_buf_addz(out, " ");
    mln_put_day(out, p->lang, p->facts->observation_day);
}

static void put_purpose(struct mln_buf *out, const struct page *p) {
    if (p->facts->purpose != NULL && *p->facts->purpose != '\0') {
        mln_buf_addz(out, "<p class=\"purpose\">");
        put_word(out, p, MLN_WORD_PURPOSE);
        mln_put_html(out, p->facts->purpose);
        mln_buf_addz(out, "</p>");
    }
}

static void put_no_script(struct mln_buf *out, const struct page *p) {
    put_word(out, p, MLN_WORD_NO_SCRIPT);
}

/* ── key figures: the total of the first chart of each kind ── */

static bool key_value(const struct mln_chart *c, double *value) {
    const size_t row = c->view == MLN_VIEW_FUNNEL ? c->n_rows - 1 : (size_t)c->total_row;
    return (c->view == MLN_VIEW_FUNNEL || c->total_row >= 0) &&
           mln_chart_value(c, row, c->lead, value) == MLN_VALUE_SHOWN;
}

static void put_key_label(struct mln_buf *out, const struct page *p, const struct mln_chart *c) {
    const struct mln_table *t = mln_protected_frame(c->table);
    if (c->view == MLN_VIEW_FUNNEL) {
        mln_put_html(out, mln_chart_row_label(c, p->lang, c->n_rows - 1));
        return;
    }
    mln_chart_put_lead(out, c, p->lang);
    mln_buf_addz(out, "<small>");
    if (mln_chart_is_percent(c)) {
        put_word(out, p, MLN_WORD_PERCENT_OF);
        mln_put_html(out, label(p, t->unit_fr, t->unit_en));
    } else {
        mln_put_html(out, label(p, t->title_fr, t->title_en));
    }
    mln_buf_addz(out, "</small>");
}

static void put_key_figures(struct mln_buf *out, const struct page *p) {
    bool seen[MLN_VIEW_COUNT] = {false};
    for (size_t i = 0; i < p->n; i++) {
        struct mln_chart c;
        double value = 0;
        if (!mln_chart_of(p->tables[i], &c) || c.view == MLN_VIEW_MATRIX || seen[c.view] || !key_value(&c, &value)) {
            continue;
        }
        seen[c.view] = true;
        mln_buf_addf(out, "<li><a href=\"#%s\"><strong>", mln_protected_frame(p->tables[i])->name);
        mln_chart_put_value(out, &c, p->lang, value);
        mln_buf_addz(out, "</strong> <span>");
        put_key_label(out, p, &c);
        mln_buf_addz(out, "</span></a></li>\n");
    }
}

static void put_key_title(struct mln_buf *out, const struct page *p) {
    put_word(out, p, MLN_WORD_KEY_FIGURES);
}

/* ── main points and contents ── */

/* The finding of a table, or its title when it has none to show. True: a finding. */
static bool put_finding(struct mln_buf *out, const struct page *p,
                        const struct mln_protected_table *table) {
    struct mln_chart c;
    if (mln_chart_of(table, &c) && mln_chart_put_finding(out, &c, p->lang)) {
        return true;
    }
    const struct mln_table *t = mln_protected_frame(table);
    mln_put_html(out, label(p, t->title_fr, t->title_en));
    return false;
}

/* Two charts say the same thing of different groups when they have the same view and the same
 * variable across: the main points keep the first. */
static bool says_something_new(const struct page *p, size_t i) {
    const struct mln_table *t = mln_protected_frame(p->tables[i]);
    for (size_t k = 0; k < i; k++) {
        const struct mln_table *before = mln_protected_frame(p->tables[k]);
        const bool across = t->view == MLN_VIEW_RATE || t->view == MLN_VIEW_STACKED;
        if (before->view == t->view &&
            (!across || strcmp(before->dimensions[before->n_dimensions - 1].name,
                               t->dimensions[t->n_dimensions - 1].name) == 0)) {
            return false;
        }
    }
    return t->view != MLN_VIEW_TABLE;
}

static void put_points_title(struct mln_buf *out, const struct page *p) {
    put_word(out, p, MLN_WORD_IN_SHORT);
}

static void put_points(struct mln_buf *out, const struct page *p) {
    for (size_t i = 0; i < p->n; i++) {
        struct mln_buf finding = MLN_BUF_INIT;
        if (says_something_new(p, i) && put_finding(&finding, p, p->tables[i])) {
            mln_buf_addz(out, "<li>");
            mln_buf_add_str(out, mln_buf_view(&finding));
            mln_buf_addf(out, " <a href=\"#%s\">%s%s%zu</a></li>\n",
                         mln_protected_frame(p->tables[i])->name,
                         mln_word(p->lang, MLN_WORD_FIGURE), NB, i + 1);
        }
        out->failed = out->failed || finding.failed;
        mln_buf_release(&finding);
    }
}

static void put_contents_title(struct mln_buf *out, const struct page *p) {
    put_word(out, p, MLN_WORD_CONTENTS);
}

static void put_contents(struct mln_buf *out, const struct page *p) {
    for (size_t i = 0; i < p->n; i++) {
        const struct mln_table *t = mln_protected_frame(p->tables[i]);
        mln_buf_addf(out, "<li><a href=\"#%s\">", t->name);
        mln_put_html(out, label(p, t->title_fr, t->title_en));
        mln_buf_addz(out, "</a></li>\n");
    }
}

/* ── figures ── */

static void put_table_title(struct mln_buf *out, const struct page *p, const struct mln_table *t) {
    mln_put_html(out, label(p, t->title_fr, t->title_en));
}

static void put_subtitle(struct mln_buf *out, const struct page *p, const struct mln_table *t,
                         bool with_title) {
    if (with_title) {
        mln_buf_addz(out, "<p class=\"subtitle\">");
        put_table_title(out, p, t);
        mln_buf_addz(out, "</p>\n");
    }
    mln_buf_addz(out, "<p class=\"facts\">");
    put_word(out, p, MLN_WORD_UNIT);
    mln_put_html(out, label(p, t->unit_fr, t->unit_en));
    mln_buf_addz(out, " · ");
    put_word(out, p, MLN_WORD_OBSERVED);
    mln_buf_addz(out, " ");
    mln_put_day(out, p->lang, t->observation_day);
    mln_buf_addz(out, "</p>\n");
}

static void put_chart(struct mln_buf *out, const struct page *p, const struct mln_chart *c) {
    const struct mln_table *t = mln_protected_frame(c->table);
    mln_buf_addf(out,
                 "<div class=\"chart\" data-chart=\"%s\" data-view=\"%d\" role=\"img\" "
                 "aria-label=\"",
                 t->name, (int)c->view);
    put_table_title(out, p, t);
    mln_buf_addz(out, "\"></div>\n");
}

static void put_grids(struct mln_buf *out, const struct page *p,
                      const struct mln_protected_table *table) {
    enum { OPEN_ROWS = 16, OPEN_ROWS_UNDRAWN = 60 };
    struct mln_chart c;
    const size_t most = mln_chart_of(table, &c) ? OPEN_ROWS : OPEN_ROWS_UNDRAWN;
    const struct mln_table *t = mln_protected_frame(table);
    for (size_t g = 0; g < mln_grid_count(table); g++) {
        const bool open = g == 0 && mln_grid_rows(table) <= most;
        mln_buf_addf(out, "<details%s><summary>", open ? " open" : "");
        put_word(out, p, MLN_WORD_TABLE);
        mln_buf_addz(out, mln_word(p->lang, MLN_WORD_COLON));
        mln_grid_put_caption(out, table, g, p->lang);
        mln_buf_addf(out, "</summary><div class=\"scroll\" tabindex=\"0\" role=\"region\" "
                          "aria-label=\"");
        put_table_title(out, p, t);
        mln_buf_addz(out, "\">\n");
        mln_grid_put(out, table, g, p->lang);
        mln_buf_addz(out, "</div></details>\n");
    }
    if (mln_grid_has_tests(table)) {
        mln_buf_addz(out, "<details open><summary>");
        put_word(out, p, MLN_WORD_TESTS);
        mln_buf_addz(out, "</summary><div class=\"scroll\" tabindex=\"0\" role=\"region\" "
                          "aria-label=\"");
        put_table_title(out, p, t);
        mln_buf_addz(out, "\">\n");
        mln_grid_put_tests(out, table, p->lang);
        mln_buf_addz(out, "</div></details>\n");
    }
}

static void put_foot(struct mln_buf *out, const struct page *p,
                     const struct mln_protected_table *table) {
    const struct mln_table *t = mln_protected_frame(table);
    const struct mln_protect_summary s = mln_protected_summary(table);
    const char *note = label(p, t->note_fr, t->note_en);
    mln_buf_addz(out, "<footer>");
    if (note != NULL) {
        mln_buf_addz(out, "<p>");
        put_word(out, p, MLN_WORD_NOTE);
        mln_put_html(out, note);
        mln_buf_addz(out, "</p>");
    }
    mln_buf_addz(out, "<p>");
    put_word(out, p, MLN_WORD_SUPPRESSED_CELLS);
    put_word(out, p, MLN_WORD_COLON);
    mln_put_count(out, p->lang, s.primary + s.secondary);
    mln_buf_addz(out, " ");
    put_word(out, p, MLN_WORD_SUPPRESSED_OF);
    mln_buf_addz(out, " ");
    mln_put_count(out, p->lang, s.cells);
    mln_buf_addz(out, "</p><p>");
    put_word(out, p, MLN_WORD_SOURCE);
    put_word(out, p, MLN_WORD_SOURCE_TEXT);
    mln_buf_addf(out,
                 "</p><p class=\"files\">%s<a href=\"tables/%s.csv\" download>CSV</a> · "
                 "<a href=\"tables/%s.parquet\" download>Parquet</a></p></footer>\n",
                 mln_word(p->lang, MLN_WORD_DATA), t->name, t->name);
}

static void put_figure(struct mln_buf *out, const struct page *p, size_t i) {
    const struct mln_protected_table *table = p->tables[i];
    const struct mln_table *t = mln_protected_frame(table);
    struct mln_chart c;
    const bool drawn = mln_chart_of(table, &c);
    mln_buf_addf(out,
                 "<section class=\"figure\" id=\"%s\" aria-labelledby=\"%s-title\">\n"
                 "<p class=\"figure-number\">%s%s%zu</p>\n<h3 id=\"%s-title\">",
                 t->name, t->name, mln_word(p->lang, drawn ? MLN_WORD_FIGURE : MLN_WORD_TABLE), NB,
                 i + 1, t->name);
    const bool found = put_finding(out, p, table);
    mln_buf_addz(out, "</h3>\n");
    put_subtitle(out, p, t, found);
    if (drawn) {
        put_chart(out, p, &c);
    }
    put_grids(out, p, table);
    put_foot(out, p, table);
    mln_buf_addz(out, "</section>\n");
}

static void put_figures(struct mln_buf *out, const struct page *p) {
    for (size_t i = 0; i < p->n; i++) {
        put_figure(out, p, i);
    }
}

static void put_figures_title(struct mln_buf *out, const struct page *p) {
    put_word(out, p, MLN_WORD_FIGURES);
}

/* ── method ── */

static void put_signs(struct mln_buf *out, const struct page *p) {
    mln_buf_addf(out, "<h2>%s</h2>\n<dl><dt>%s</dt><dd>%s</dd><dt>%s</dt><dd>%s</dd></dl>\n",
                 mln_word(p->lang, MLN_WORD_SIGNS), mln_word(p->lang, MLN_WORD_SECRET_SIGN),
                 mln_word(p->lang, MLN_WORD_SECRET_LEGEND),
                 mln_word(p->lang, MLN_WORD_UNDEFINED_SIGN),
                 mln_word(p->lang, MLN_WORD_UNDEFINED_LEGEND));
}

/* The format is one of ours (words.h) with up to two %llu. */
static void put_rule(struct mln_buf *out, const struct page *p, enum mln_word word, uint64_t a,
                     uint64_t b) {
    const unsigned long long numbers[2] = {a, b};
    size_t next = 0;
    mln_buf_addz(out, "<li>");
    for (const char *z = mln_word(p->lang, word); *z != '\0'; z++) {
        if (strncmp(z, "%llu", 4) == 0 && next < 2) {
            mln_buf_add_u64(out, numbers[next++]);
            z += 3;
        } else {
            mln_buf_addc(out, *z);
        }
    }
    mln_buf_addz(out, "</li>\n");
}

static void put_method(struct mln_buf *out, const struct page *p) {
    if (p->n == 0) {
        return;
    }
    const struct mln_protect_options o = mln_protected_options(p->tables[0]);
    mln_buf_addf(out, "<h2>%s</h2>\n<ul>\n", mln_word(p->lang, MLN_WORD_METHOD));
    const bool hides = o.method == MLN_METHOD_SUPPRESSION;
    if (hides && o.threshold > 1 && o.threshold_detail > 1) {
        put_rule(out, p, MLN_WORD_THRESHOLD, o.threshold - 1, o.threshold_detail - 1);
        put_rule(out, p, MLN_WORD_SECONDARY, 0, 0);
    }
    if (o.method == MLN_METHOD_CELL_KEY) {
        put_rule(out, p, MLN_WORD_CELL_KEYS, o.noise_max, 0);
    } else if (o.rounding_base > 1) {
        put_rule(out, p, hides ? MLN_WORD_ROUNDING : MLN_WORD_CONTROLLED_ROUNDING, o.rounding_base,
                 0);
    }
    put_rule(out, p, MLN_WORD_SHARES, 0, 0);
    put_rule(out, p, MLN_WORD_QUANTILES, o.quantile_threshold, 0);
    put_rule(out, p, MLN_WORD_CENSORING, 0, 0);
    mln_buf_addz(out, "</ul>\n");
}

static void put_sources(struct mln_buf *out, const struct page *p) {
    const struct mln_report_facts *f = p->facts;
    if (f->n_sources == 0) {
        return;
    }
    mln_buf_addf(out,
                 "<h2>%s</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
                 "aria-label=\"%s\"><table data-grid=\"sources\" data-rows=\"%zu\"><caption>"
                 "%s</caption><thead><tr>",
                 mln_word(p->lang, MLN_WORD_ROWS), mln_word(p->lang, MLN_WORD_ROWS), f->n_sources,
                 mln_word(p->lang, MLN_WORD_ROWS_NOTE));
    mln_buf_addf(out, "<th scope=\"col\">%s</th>", mln_word(p->lang, MLN_WORD_ROWS_SOURCE));
    for (int w = MLN_WORD_ROWS_READ; w <= MLN_WORD_ROWS_REJECTED; w++) {
        mln_buf_addf(out, "<th scope=\"col\" class=\"number\">%s</th>",
                     mln_word(p->lang, (enum mln_word)w));
    }
    mln_buf_addz(out, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < f->n_sources; i++) {
        const uint64_t numbers[] = {f->sources[i].read, f->sources[i].accepted,
                                    f->sources[i].rejected};
        mln_buf_addz(out, "<tr><th scope=\"row\"><span>");
        mln_put_html(out, f->sources[i].name);
        mln_buf_addz(out, "</span></th>");
        for (size_t k = 0; k < 3; k++) {
            mln_buf_addz(out, "<td>");
            mln_put_count(out, p->lang, numbers[k]);
            mln_buf_addz(out, "</td>");
        }
        mln_buf_addz(out, "</tr>\n");
    }
    mln_buf_addz(out, "</tbody></table></div>\n");
}

static void put_produced(struct mln_buf *out, const struct page *p) {
    put_word(out, p, MLN_WORD_PRODUCED);
    mln_buf_addz(out, " ");
    mln_put_html(out, p->facts->version);
    mln_buf_addz(out, ". ");
    put_word(out, p, MLN_WORD_NO_CLOCK);
}

/* ── data, script ── */

static void put_data(struct mln_buf *out, const struct page *p) {
    static const struct {
        const char *key;
        enum mln_word word;
    } words[] = {{"secret", MLN_WORD_SECRET},
                 {"days", MLN_WORD_DAYS},
                 {"percent", MLN_WORD_PERCENT},
                 {"ranked", MLN_WORD_RANKED}};
    struct mln_json j;
    mln_json_init(&j, out);
    mln_json_begin_object(&j);
    mln_json_member_strz(&j, "lang", label(p, "fr", "en"));
    mln_json_key(&j, "words");
    mln_json_begin_object(&j);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        mln_json_member_strz(&j, words[i].key, mln_word(p->lang, words[i].word));
    }
    mln_json_end(&j);
    mln_json_key(&j, "charts");
    mln_json_begin_array(&j);
    for (size_t i = 0; i < p->n; i++) {
        struct mln_chart c;
        if (mln_chart_of(p->tables[i], &c)) {
            mln_chart_put_json(&j, &c, p->lang);
        }
    }
    mln_json_end(&j);
    mln_json_end(&j);
}

static void put_script(struct mln_buf *out, const struct page *p) {
    (void)p;
    mln_shell_put_asset(out, "web/report.js");
}

static const struct part {
    const char *marker;
    void (*put)(struct mln_buf *out, const struct page *p);
} parts[] = {
    {"lang", put_lang},
    {"title", put_title},
    {"skip", put_skip},
    {"kicker", put_kicker},
    {"observed", put_observed},
    {"purpose", put_purpose},
    {"no_script", put_no_script},
    {"key_title", put_key_title},
    {"key_figures", put_key_figures},
    {"points_title", put_points_title},
    {"points", put_points},
    {"contents_title", put_contents_title},
    {"contents", put_contents},
    {"figures_title", put_figures_title},
    {"figures", put_figures},
    {"signs", put_signs},
    {"method", put_method},
    {"sources", put_sources},
    {"produced", put_produced},
    {"data", put_data},
    {"script", put_script},
};

static bool put_part(const void *ctx, struct mln_str marker, struct mln_buf *out) {
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (mln_str_is(marker, parts[i].marker)) {
            parts[i].put(out, ctx);
            return true;
        }
    }
    return false;
}

enum mln_status mln_report_page(struct mln_protected_table *const *tables, size_t n,
                                const struct mln_report_facts *facts, struct mln_buf *out,
                                struct mln_err *err) {
    const struct page page = {.tables = tables, .n = n, .facts = facts, .lang = facts->lang};
    return mln_shell_fill(put_part, &page, out, err);
}
