/* The figures of a linkage that look at single records and pairs. */
#include <math.h>
#include <stdlib.h>

#include "linkage/report.h"
#include "linkage/report_words.h"
#include "linkage/waterfall.h"
#include "linkage/write.h"

enum { SHOWN_EACH = 3, POINTS = 121 };

static const char *word(const struct mln_linkage_figures *f, enum mln_linkage_word w) {
    return mln_linkage_word(f->lang, w);
}

/* The weight from which a pair without rivals is a link. */
static double cut_of(const struct mln_linkage_figures *f) {
    const double p = f->told->decision->threshold;
    return log2(p / (1 - p)) - f->told->decision->shift_log2;
}

/* ── unlinkables ── */

static int by_weight(const void *a, const void *b) {
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The weight of records against themselves, ascending: of all, or of MLN_REPORT_SELF_MAX at even
 * places of the canonical order. */
static enum mln_status self_weights(struct mln_linkage_figures *f, double *weight, size_t n,
                                    struct mln_err *err) {
    const struct mln_linkage_work *work = f->told->work;
    struct mln_ladder_work *scratch = NULL;
    uint32_t *row = malloc((n + 1) * sizeof *row);
    uint32_t *pattern = malloc((n + 1) * sizeof *pattern);
    enum mln_status status = row == NULL || pattern == NULL
                                 ? mln_err_nomem(err, "the report")
                                 : mln_ladder_work_new(work->ladder, &scratch, err);
    for (size_t i = 0; status == MLN_OK && i < n; i++) {
        row[i] = (uint32_t)((uint64_t)mln_records_n(work->records) * i / n);
    }
    if (status == MLN_OK) {
        status = mln_ladder_pairs(work->ladder, scratch, row, row, n, pattern, err);
    }
    for (size_t i = 0; status == MLN_OK && i < n; i++) {
        uint8_t levels[MLN_COMPARISONS_MAX];
        mln_ladder_levels(work->ladder, pattern[i], levels);
        weight[i] = mln_em_weight(f->told->fit, levels, work->model->n_comparisons, true) +
                    mln_linkage_tf(work, f->tf, levels, row[i], row[i]);
    }
    mln_ladder_work_free(scratch);
    free(row);
    free(pattern);
    if (status == MLN_OK) {
        qsort(weight, n, sizeof *weight, by_weight);
    }
    return status;
}

static double share_below(const double *weight, size_t n, double cut) {
    size_t below = 0;
    while (below < n && weight[below] < cut) {
        below++;
    }
    return n == 0 ? NAN : (double)below / (double)n;
}

static enum mln_status draw_unlinkables(struct mln_linkage_figures *f, const double *weight,
                                        size_t n, struct mln_err *err) {
    struct mln_figure *figure = mln_linkage_figure_new(
        f, "unlinkables", "curve", word(f, MLN_LK_UNLINK_TITLE), word(f, MLN_LK_UNLINK_NOTE));
    figure->rows_label = word(f, MLN_LK_HIST_FROM);
    figure->x_name = word(f, MLN_LK_WEIGHT);
    figure->n_series = 1;
    figure->series[0] = (struct mln_figure_series){word(f, MLN_LK_UNLINK_SHARE), 2, true, 0};
    figure->threshold = cut_of(f);
    figure->has_threshold = true;
    if (!mln_figure_room(figure, f->arena, POINTS)) {
        return mln_err_nomem(err, "the report");
    }
    const double cut = isfinite(cut_of(f)) ? cut_of(f) : 0;
    const double low = floor(fmin(n == 0 ? 0 : weight[0], cut)) - 1;
    const double high = ceil(fmax(n == 0 ? 0 : weight[n - 1], cut)) + 1;
    const double step = ceil((high - low) / (POINTS - 1));
    for (double x = low; x <= high && figure->n_rows < POINTS; x += step) {
        struct mln_buf label = MLN_BUF_INIT;
        const double value = 100 * share_below(weight, n, x);
        mln_put_decimal(&label, f->lang, x, 0, true);
        figure->x[figure->n_rows] = x;
        const bool added =
            !label.failed && mln_figure_add(figure, f->arena, mln_buf_view(&label), &value);
        mln_buf_release(&label);
        if (!added) {
            return mln_err_nomem(err, "the report");
        }
    }
    return MLN_OK;
}

enum mln_status mln_linkage_figure_unlinkables(struct mln_linkage_figures *f, struct mln_err *err) {
    const uint32_t all = mln_records_n(f->told->work->records);
    const size_t n = all < MLN_REPORT_SELF_MAX ? all : MLN_REPORT_SELF_MAX;
    double *weight = malloc((n + 1) * sizeof *weight);
    if (weight == NULL) {
        return mln_err_nomem(err, "the report");
    }
    enum mln_status status = self_weights(f, weight, n, err);
    if (status == MLN_OK) {
        f->unlinkable = share_below(weight, n, cut_of(f));
        status = draw_unlinkables(f, weight, n, err);
    }
    free(weight);
    return status;
}

/* ── pairs around the threshold ── */

struct near {
    size_t pair[SHOWN_EACH];
    uint64_t place[SHOWN_EACH]; /* row of its file, from 1 */
    double far[SHOWN_EACH];     /* from the threshold; ascending */
    size_t n;
};

static void keep_near(struct near *near, size_t pair, uint64_t place, double far) {
    size_t at = near->n;
    while (at > 0 && far < near->far[at - 1]) {
        at--;
    }
    if (at == SHOWN_EACH) {
        return;
    }
    near->n += near->n < SHOWN_EACH;
    for (size_t i = near->n - 1; i > at; i--) {
        near->pair[i] = near->pair[i - 1];
        near->place[i] = near->place[i - 1];
        near->far[i] = near->far[i - 1];
    }
    near->pair[at] = pair;
    near->place[at] = place;
    near->far[at] = far;
}

static void find_near(const struct mln_linkage_figures *f, struct near *above, struct near *below) {
    const struct mln_scored_pairs *scores = f->told->scores;
    const double cut = cut_of(f);
    uint64_t place[2] = {0, 0};
    for (size_t i = 0; i < scores->n; i++) {
        const bool link = f->told->decision->decision[i] == MLN_PAIR_LINKED;
        const double over = scores->pair[i].log2_odds - f->told->decision->shift_log2 - cut;
        place[link]++;
        if (isfinite(over)) {
            keep_near(over < 0 ? below : above, i, place[link], fabs(over));
        }
    }
}

static const char *title_of(struct mln_linkage_figures *f, enum mln_linkage_word w,
                            uint64_t place) {
    const char *text = word(f, w);
    const char *at = strstr(text, "%llu");
    struct mln_buf title = MLN_BUF_INIT;
    mln_buf_add(&title, text, (size_t)(at - text));
    mln_put_count(&title, f->lang, place);
    mln_buf_addz(&title, at + 4);
    const char *kept = title.failed ? NULL : mln_arena_strdup(f->arena, mln_buf_view(&title));
    mln_buf_release(&title);
    return kept;
}

static bool add_step(struct mln_linkage_figures *f, struct mln_figure *figure,
                     const struct mln_comparison *c, uint8_t level, double adds, double sum) {
    struct mln_buf label = MLN_BUF_INIT;
    const double values[] = {adds, sum};
    mln_buf_add_str(&label, c->name);
    mln_buf_addz(&label, ": ");
    mln_buf_add_str(&label, level == MLN_LEVEL_MISSING ? mln_str_from(word(f, MLN_LK_MISSING))
                                                       : mln_linkage_level_label(c, level));
    const bool added =
        !label.failed && mln_figure_add(figure, f->arena, mln_buf_view(&label), values);
    mln_buf_release(&label);
    return added;
}

static enum mln_status draw_pair(struct mln_linkage_figures *f, const char *name, size_t pair,
                                 uint64_t place, struct mln_err *err) {
    const struct mln_linkage_work *work = f->told->work;
    const struct mln_link_model *model = work->model;
    const struct mln_scored *scored = &f->told->scores->pair[pair];
    const uint8_t decision = f->told->decision->decision[pair];
    struct mln_waterfall w;
    mln_linkage_waterfall(work, f->told->fit, f->tf, scored->pattern, scored->left, scored->right,
                          &w);
    const char *title = title_of(f,
                                 decision == MLN_PAIR_LINKED    ? MLN_LK_FALL_ABOVE
                                 : decision == MLN_PAIR_OUTDONE ? MLN_LK_FALL_OUTDONE
                                                                : MLN_LK_FALL_BELOW,
                                 place);
    const char *kept = mln_arena_strdup(f->arena, mln_str_from(name));
    if (title == NULL || kept == NULL) {
        return mln_err_nomem(err, "the report");
    }
    struct mln_figure *figure =
        mln_linkage_figure_new(f, kept, "waterfall", title, word(f, MLN_LK_FALL_NOTE));
    figure->rows_label = word(f, MLN_LK_COMPARISON);
    figure->x_name = word(f, MLN_LK_WEIGHT);
    figure->n_series = 2;
    figure->series[0] = (struct mln_figure_series){word(f, MLN_LK_ADDS), 2, false, 0};
    figure->series[1] = (struct mln_figure_series){word(f, MLN_LK_WEIGHT_SUM), 2, false, 0};
    figure->threshold = cut_of(f);
    figure->has_threshold = true;
    const double prior[] = {w.prior, w.prior};
    bool added = mln_figure_room(figure, f->arena, model->n_comparisons + 1) &&
                 mln_figure_add(figure, f->arena, mln_str_from(word(f, MLN_LK_PRIOR)), prior);
    for (size_t c = 0; added && c < model->n_comparisons; c++) {
        added = add_step(f, figure, &model->comparisons[c], w.level[c], w.weight[c] + w.term[c],
                         w.sum[c]);
    }
    return added ? MLN_OK : mln_err_nomem(err, "the report");
}

enum mln_status mln_linkage_figure_waterfalls(struct mln_linkage_figures *f, struct mln_err *err) {
    struct near above = {.n = 0};
    struct near below = {.n = 0};
    find_near(f, &above, &below);
    for (size_t i = 0; i < above.n; i++) {
        char name[40];
        snprintf(name, sizeof name, "above-%zu", i + 1);
        MLN_TRY(draw_pair(f, name, above.pair[i], above.place[i], err));
    }
    for (size_t i = 0; i < below.n; i++) {
        char name[40];
        snprintf(name, sizeof name, "below-%zu", i + 1);
        MLN_TRY(draw_pair(f, name, below.pair[i], below.place[i], err));
    }
    return MLN_OK;
}
