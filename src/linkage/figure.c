#include "linkage/figure.h"

#include <math.h>

bool mln_figure_room(struct mln_figure *f, struct mln_arena *arena, size_t n_rows) {
    f->cap_rows = n_rows;
    f->n_rows = 0;
    f->row = MLN_ARENA_NEW(arena, const char *, n_rows + 1);
    f->value = MLN_ARENA_NEW(arena, double, (n_rows + 1) * f->n_series);
    f->x = MLN_ARENA_NEW(arena, double, n_rows + 1);
    return f->row != NULL && f->value != NULL && f->x != NULL;
}

bool mln_figure_add(struct mln_figure *f, struct mln_arena *arena, struct mln_str label,
                    const double *values) {
    if (f->n_rows == f->cap_rows) {
        return false;
    }
    const char *kept = mln_arena_strdup(arena, label);
    if (kept == NULL) {
        return false;
    }
    f->row[f->n_rows] = kept;
    memcpy(f->value + f->n_rows * f->n_series, values, f->n_series * sizeof *values);
    f->n_rows++;
    return true;
}

void mln_figure_put_value(struct mln_buf *out, const struct mln_figure_series *s,
                          enum mln_lang lang, double value) {
    if (!isfinite(value)) {
        mln_buf_addz(out, isnan(value) ? "–" : value > 0 ? "+∞" : "−∞");
        return;
    }
    if (s->decimals == 0 && value >= 0) {
        mln_put_count(out, lang, (uint64_t)(value + 0.5));
    } else {
        mln_put_decimal(out, lang, value, s->decimals, false);
    }
    if (s->percent) {
        mln_buf_addz(out, lang == MLN_LANG_FR ? NB "%" : "%");
    }
}

static void put_table(struct mln_buf *out, const struct mln_figure *f, enum mln_lang lang) {
    enum { OPEN_ROWS = 12 };
    mln_buf_addf(
        out,
        "<details%s><summary>%s</summary><div class=\"scroll\" tabindex=\"0\" role=\"region\" "
        "aria-label=\"",
        f->n_rows <= OPEN_ROWS ? " open" : "", mln_word(lang, MLN_WORD_TABLE));
    mln_put_html(out, f->title);
    mln_buf_addf(out, "\"><table data-grid=\"%s\" data-rows=\"%zu\"><thead><tr><th scope=\"col\">",
                 f->name, f->n_rows);
    mln_put_html(out, f->rows_label);
    mln_buf_addz(out, "</th>");
    for (size_t s = 0; s < f->n_series; s++) {
        mln_buf_addz(out, "<th scope=\"col\" class=\"number\">");
        mln_put_html(out, f->series[s].label);
        mln_buf_addz(out, "</th>");
    }
    mln_buf_addz(out, "</tr></thead><tbody>\n");
    for (size_t r = 0; r < f->n_rows; r++) {
        mln_buf_addz(out, "<tr><th scope=\"row\"><span>");
        mln_put_html(out, f->row[r]);
        mln_buf_addz(out, "</span></th>");
        for (size_t s = 0; s < f->n_series; s++) {
            mln_buf_addz(out, "<td>");
            mln_figure_put_value(out, &f->series[s], lang, f->value[r * f->n_series + s]);
            mln_buf_addz(out, "</td>");
        }
        mln_buf_addz(out, "</tr>\n");
    }
    mln_buf_addz(out, "</tbody></table></div></details>\n");
}

void mln_figure_put_html(struct mln_buf *out, const struct mln_figure *f, enum mln_lang lang,
                         size_t number) {
    mln_buf_addf(out,
                 "<section class=\"figure\" id=\"%s\" aria-labelledby=\"%s-title\">\n"
                 "<p class=\"figure-number\">%s%s%zu</p>\n<h3 id=\"%s-title\">",
                 f->name, f->name, mln_word(lang, MLN_WORD_FIGURE), NB, number, f->name);
    mln_put_html(out, f->title);
    mln_buf_addz(out, "</h3>\n<p class=\"facts\">");
    mln_put_html(out, f->note);
    mln_buf_addf(out, "</p>\n<div class=\"chart\" data-chart=\"%s\" role=\"img\" aria-label=\"",
                 f->name);
    mln_put_html(out, f->title);
    mln_buf_addz(out, "\"></div>\n");
    put_table(out, f, lang);
    mln_buf_addz(out, "</section>\n");
}

static void put_series(struct mln_json *j, const struct mln_figure *f, size_t s) {
    mln_json_begin_object(j);
    mln_json_member_strz(j, "label", f->series[s].label);
    mln_json_member_i64(j, "decimals", f->series[s].decimals);
    mln_json_member_bool(j, "percent", f->series[s].percent);
    if (f->series[s].band > 0) {
        mln_json_member_i64(j, "band", f->series[s].band - 1);
    }
    mln_json_key(j, "values");
    mln_json_begin_array(j);
    for (size_t r = 0; r < f->n_rows; r++) {
        mln_json_f64(j, f->value[r * f->n_series + s]);
    }
    mln_json_end(j);
    mln_json_end(j);
}

void mln_figure_put_json(struct mln_json *j, const struct mln_figure *f) {
    mln_json_begin_object(j);
    mln_json_member_strz(j, "name", f->name);
    mln_json_member_strz(j, "view", f->view);
    mln_json_member_strz(j, "xname", f->x_name == NULL ? "" : f->x_name);
    mln_json_member_u64(j, "drawn", f->n_drawn == 0 ? f->n_series : f->n_drawn);
    mln_json_member_f64(j, "threshold", f->has_threshold ? f->threshold : NAN);
    mln_json_key(j, "rows");
    mln_json_begin_array(j);
    for (size_t r = 0; r < f->n_rows; r++) {
        mln_json_strz(j, f->row[r]);
    }
    mln_json_end(j);
    mln_json_key(j, "x");
    mln_json_begin_array(j);
    for (size_t r = 0; r < f->n_rows; r++) {
        mln_json_f64(j, f->x[r]);
    }
    mln_json_end(j);
    mln_json_key(j, "series");
    mln_json_begin_array(j);
    for (size_t s = 0; s < f->n_series; s++) {
        put_series(j, f, s);
    }
    mln_json_end(j);
    mln_json_end(j);
}
