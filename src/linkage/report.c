#include "linkage/report.h"

#include <math.h>
#include <stdio.h>

#include "base/file.h"
#include "linkage/report_words.h"
#include "report/shell.h"

struct page {
    struct mln_linkage_figures figures;
    const struct mln_linkage_told *told;
    enum mln_lang lang;
};

static const char *word(const struct page *p, enum mln_linkage_word w) {
    return mln_linkage_word(p->lang, w);
}

static void put_str_html(struct mln_buf *out, struct mln_str text) {
    char one[2] = {0, 0};
    for (size_t i = 0; i < text.n; i++) {
        one[0] = text.p[i];
        mln_put_html(out, one);
    }
}

/* ── head ── */

static void put_lang(struct mln_buf *out, const struct page *p) {
    mln_buf_addz(out, p->lang == MLN_LANG_FR ? "fr" : "en");
}

static const char *file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static void put_title(struct mln_buf *out, const struct page *p) {
    mln_put_html(out, file_name(p->told->options->input[0]));
    if (p->told->options->input[1] != NULL) {
        mln_buf_addf(out, " %s ", word(p, MLN_LK_AND));
        mln_put_html(out, file_name(p->told->options->input[1]));
    }
}

static void put_skip(struct mln_buf *out, const struct page *p) {
    mln_buf_addz(out, mln_word(p->lang, MLN_WORD_SKIP));
}

static void put_kicker(struct mln_buf *out, const struct page *p) {
    mln_buf_addz(out, word(p, p->told->options->input[1] == NULL ? MLN_LK_KICKER_DEDUPE
                                                                 : MLN_LK_KICKER_LINK));
}

static void put_observed(struct mln_buf *out, const struct page *p) {
    const struct mln_records *records = p->told->work->records;
    mln_put_count(out, p->lang, records->n_left);
    if (p->told->options->input[1] != NULL) {
        mln_buf_addz(out, " × ");
        mln_put_count(out, p->lang, records->n_right);
    }
    mln_buf_addf(out, " %s", word(p, MLN_LK_RECORDS));
}

static void put_no_script(struct mln_buf *out, const struct page *p) {
    mln_buf_addz(out, word(p, MLN_LK_NO_SCRIPT));
}

/* ── key figures ── */

static void put_key(struct mln_buf *out, const struct page *p, const char *anchor, double value,
                    int decimals, bool percent, enum mln_linkage_word label) {
    const struct mln_figure_series how = {NULL, decimals, percent, 0};
    mln_buf_addf(out, "<li><a href=\"#%s\"><strong>", anchor);
    mln_figure_put_value(out, &how, p->lang, value);
    mln_buf_addf(out, "</strong> <span>%s</span></a></li>\n", word(p, label));
}

static void put_key_figures(struct mln_buf *out, const struct page *p) {
    const struct mln_linkage_decision *d = p->told->decision;
    put_key(out, p, "blocking", (double)p->told->scores->n_all, 0, false, MLN_LK_CANDIDATES);
    put_key(out, p, "histogram", (double)d->n_links, 0, false, MLN_LK_LINKS);
    if (d->cluster_name != NULL) {
        put_key(out, p, "clusters", (double)d->n_clusters, 0, false, MLN_LK_CLUSTERS);
    }
    put_key(out, p, "quality", 100 * d->precision.value, 2, true, MLN_LK_PRECISION);
    put_key(out, p, "quality", 100 * d->recall.value, 2, true, MLN_LK_RECALL);
    put_key(out, p, "histogram", log2(d->threshold / (1 - d->threshold)), 2, false,
            MLN_LK_THRESHOLD);
}

static void put_key_title(struct mln_buf *out, const struct page *p) {
    mln_buf_addz(out, mln_word(p->lang, MLN_WORD_KEY_FIGURES));
}

/* ── what to look at first ── */

static void put_alarm(struct mln_buf *out, const struct page *p, unsigned bit) {
    const struct mln_link_model *model = p->told->work->model;
    const uint32_t mask = p->told->fit->alarm_comparisons[bit];
    mln_buf_addz(out, "<li><strong>");
    mln_put_html(out, bit <= MLN_LK_ALARM_9 - MLN_LK_ALARM_0
                          ? word(p, (enum mln_linkage_word)(MLN_LK_ALARM_0 + (int)bit))
                          : mln_em_alarm_text(bit));
    mln_buf_addz(out, "</strong>");
    bool any = false;
    for (size_t c = 0; c < model->n_comparisons; c++) {
        if ((mask >> c & 1U) != 0) {
            mln_buf_addf(out, "%s", any ? ", " : " ");
            mln_buf_addz(out, any ? "" : word(p, MLN_LK_CONCERNED));
            put_str_html(out, model->comparisons[c].name);
            any = true;
        }
    }
    mln_buf_addz(out, "</li>\n");
}

static void put_alarms(struct mln_buf *out, const struct page *p) {
    if (!p->told->trained) {
        mln_buf_addf(out, "<li>%s</li>\n", word(p, MLN_LK_NOT_TRAINED));
        return;
    }
    if (p->told->fit->alarms == 0) {
        mln_buf_addf(out, "<li>%s</li>\n", word(p, MLN_LK_NO_ALARM));
    }
    for (unsigned bit = 0; bit < MLN_EM_ALARMS; bit++) {
        if ((p->told->fit->alarms >> bit & 1U) != 0) {
            put_alarm(out, p, bit);
        }
    }
}

static void put_named(struct mln_buf *out, const struct page *p, enum mln_linkage_word text,
                      struct mln_str name) {
    mln_buf_addf(out, "<li>%s", word(p, text));
    put_str_html(out, name);
    mln_buf_addz(out, "</li>\n");
}

static void put_points(struct mln_buf *out, const struct page *p) {
    const struct mln_link_model *model = p->told->work->model;
    const size_t sides = model->kind == MLN_LINK_DEDUPE ? 1 : 2;
    put_alarms(out, p);
    for (size_t f = 0; f < model->n_fields; f++) {
        bool unreadable = false, empty = false;
        for (size_t s = 0; s < sides; s++) {
            const struct mln_field_count *c = &p->told->fields[s * model->n_fields + f];
            unreadable |= c->unreadable > 0;
            empty |= c->present == 0 && c->missing > 0;
        }
        if (empty || unreadable) {
            put_named(out, p, empty ? MLN_LK_ALL_MISSING : MLN_LK_UNREADABLE,
                      model->fields[f].name);
        }
    }
    for (size_t r = 0; r < model->n_rules; r++) {
        if (p->told->rules[r].new_pairs == 0) {
            put_named(out, p, MLN_LK_NO_NEW, model->rules[r].name);
        }
    }
    const struct mln_figure_series how = {NULL, 2, true, 0};
    mln_buf_addf(out, "<li>%s", word(p, MLN_LK_UNLINKABLE));
    mln_figure_put_value(out, &how, p->lang, 100 * p->figures.unlinkable);
    mln_buf_addz(out, "</li>\n");
}

static void put_points_title(struct mln_buf *out, const struct page *p) {
    mln_buf_addz(out, word(p, MLN_LK_CHECKS));
}

/* ── contents, figures, method ── */

static void put_contents_title(struct mln_buf *out, const struct page *p) {
    mln_buf_addz(out, mln_word(p->lang, MLN_WORD_CONTENTS));
}

static void put_contents(struct mln_buf *out, const struct page *p) {
    for (size_t i = 0; i < p->figures.n; i++) {
        mln_buf_addf(out, "<li><a href=\"#%s\">", p->figures.figure[i].name);
        mln_put_html(out, p->figures.figure[i].title);
        mln_buf_addz(out, "</a></li>\n");
    }
}

static void put_figures_title(struct mln_buf *out, const struct page *p) {
    mln_buf_addz(out, mln_word(p->lang, MLN_WORD_FIGURES));
}

static void put_figures(struct mln_buf *out, const struct page *p) {
    for (size_t i = 0; i < p->figures.n; i++) {
        mln_figure_put_html(out, &p->figures.figure[i], p->lang, i + 1);
    }
}

static void put_method(struct mln_buf *out, const struct page *p) {
    mln_buf_addf(out, "<h2>%s</h2>\n<ul><li>%s</li></ul>\n", word(p, MLN_LK_HOW_TITLE),
                 word(p, MLN_LK_HOW_TEXT));
}

static void put_nothing(struct mln_buf *out, const struct page *p) {
    (void)out;
    (void)p;
}

static void put_produced(struct mln_buf *out, const struct page *p) {
    mln_buf_addf(out, "%s maillon " MLN_VERSION ".", word(p, MLN_LK_PRODUCED));
}

static void put_data(struct mln_buf *out, const struct page *p) {
    struct mln_json j;
    mln_json_init(&j, out);
    mln_json_begin_object(&j);
    mln_json_member_strz(&j, "lang", p->lang == MLN_LANG_FR ? "fr" : "en");
    mln_json_key(&j, "words");
    mln_json_begin_object(&j);
    mln_json_member_strz(&j, "percent", p->lang == MLN_LANG_FR ? NB "%" : "%");
    mln_json_member_strz(&j, "threshold", word(p, MLN_LK_THRESHOLD_SHORT));
    mln_json_end(&j);
    mln_json_key(&j, "charts");
    mln_json_begin_array(&j);
    for (size_t i = 0; i < p->figures.n; i++) {
        mln_figure_put_json(&j, &p->figures.figure[i]);
    }
    mln_json_end(&j);
    mln_json_end(&j);
}

static void put_script(struct mln_buf *out, const struct page *p) {
    (void)p;
    mln_shell_put_asset(out, "web/linkage.js");
}

static bool put_part(const void *ctx, struct mln_str marker, struct mln_buf *out) {
    static const struct {
        const char *marker;
        void (*put)(struct mln_buf *out, const struct page *p);
    } parts[] = {{"lang", put_lang},
                 {"title", put_title},
                 {"skip", put_skip},
                 {"kicker", put_kicker},
                 {"observed", put_observed},
                 {"purpose", put_nothing},
                 {"no_script", put_no_script},
                 {"key_title", put_key_title},
                 {"key_figures", put_key_figures},
                 {"points_title", put_points_title},
                 {"points", put_points},
                 {"contents_title", put_contents_title},
                 {"contents", put_contents},
                 {"figures_title", put_figures_title},
                 {"figures", put_figures},
                 {"signs", put_nothing},
                 {"method", put_method},
                 {"sources", put_nothing},
                 {"produced", put_produced},
                 {"data", put_data},
                 {"script", put_script}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (mln_str_is(marker, parts[i].marker)) {
            parts[i].put(out, ctx);
            return true;
        }
    }
    return false;
}

enum mln_status mln_linkage_write_report(const struct mln_linkage_told *told,
                                         const struct mln_linkage_tf *tf, enum mln_lang lang,
                                         const char *path, struct mln_err *err) {
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_buf text = MLN_BUF_INIT;
    struct page page = {
        .told = told,
        .lang = lang,
        .figures = {.told = told, .tf = tf, .lang = lang, .arena = &arena, .unlinkable = NAN}};
    enum mln_status status = mln_linkage_figures(&page.figures, err);
    if (status == MLN_OK) {
        status = mln_shell_fill(put_part, &page, &text, err);
    }
    if (status == MLN_OK) {
        status = mln_file_write(path, mln_buf_view(&text), err);
    }
    mln_buf_release(&text);
    mln_arena_release(&arena);
    return status;
}
