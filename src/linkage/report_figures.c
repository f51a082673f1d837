/* The figures of a linkage that come from its counts and its trained parameters. */
#include <math.h>
#include <stdlib.h>

#include "linkage/report.h"
#include "linkage/report_words.h"

static const char *word(const struct mln_linkage_figures *f, enum mln_linkage_word w) {
    return mln_linkage_word(f->lang, w);
}

struct mln_figure *mln_linkage_figure_new(struct mln_linkage_figures *f, const char *name,
                                          const char *view, const char *title, const char *note) {
    struct mln_figure *figure = &f->figure[f->n++];
    *figure = (struct mln_figure){.name = name, .view = view, .title = title, .note = note};
    return figure;
}

static enum mln_status no_memory(struct mln_err *err) {
    return mln_err_nomem(err, "the report");
}

static bool dedupe(const struct mln_linkage_figures *f) {
    return f->told->work->model->kind == MLN_LINK_DEDUPE;
}

/* ── what was read, what was paired ── */

static double percent(uint64_t part, uint64_t other) {
    return part + other == 0 ? NAN : 100 * (double)part / (double)(part + other);
}

static enum mln_status completeness(struct mln_linkage_figures *f, struct mln_err *err) {
    const struct mln_link_model *model = f->told->work->model;
    const size_t sides = dedupe(f) ? 1 : 2;
    struct mln_figure *figure = mln_linkage_figure_new(
        f, "completeness", "bars", word(f, MLN_LK_COMPLETE_TITLE), word(f, MLN_LK_COMPLETE_NOTE));
    figure->rows_label = word(f, MLN_LK_FIELD);
    figure->n_series = 2 * sides;
    figure->n_drawn = sides;
    for (size_t s = 0; s < sides; s++) {
        const enum mln_linkage_word label = sides == 1 ? MLN_LK_FILE
                                            : s == 0   ? MLN_LK_LEFT
                                                       : MLN_LK_RIGHT;
        const enum mln_linkage_word unread = sides == 1 ? MLN_LK_UNREADABLE_FILE
                                             : s == 0   ? MLN_LK_UNREADABLE_LEFT
                                                        : MLN_LK_UNREADABLE_RIGHT;
        figure->series[s] = (struct mln_figure_series){word(f, label), 1, true, 0};
        figure->series[sides + s] = (struct mln_figure_series){word(f, unread), 0, false, 0};
    }
    if (!mln_figure_room(figure, f->arena, model->n_fields)) {
        return no_memory(err);
    }
    for (size_t i = 0; i < model->n_fields; i++) {
        double values[4];
        for (size_t s = 0; s < sides; s++) {
            const struct mln_field_count *c = &f->told->fields[s * model->n_fields + i];
            values[s] = percent(c->present, c->missing);
            values[sides + s] = (double)c->unreadable;
        }
        if (!mln_figure_add(figure, f->arena, model->fields[i].name, values)) {
            return no_memory(err);
        }
    }
    return MLN_OK;
}

static enum mln_status blocking(struct mln_linkage_figures *f, struct mln_err *err) {
    const struct mln_link_model *model = f->told->work->model;
    struct mln_figure *figure = mln_linkage_figure_new(
        f, "blocking", "bars", word(f, MLN_LK_BLOCK_TITLE), word(f, MLN_LK_BLOCK_NOTE));
    static const enum mln_linkage_word labels[] = {MLN_LK_BLOCK_PAIRS,  MLN_LK_BLOCK_NEW,
                                                   MLN_LK_BLOCK_BLOCKS, MLN_LK_BLOCK_LARGEST,
                                                   MLN_LK_KEYLESS_LEFT, MLN_LK_KEYLESS_RIGHT};
    figure->rows_label = word(f, MLN_LK_RULE);
    figure->n_series = dedupe(f) ? 5 : 6;
    figure->n_drawn = 2;
    for (size_t s = 0; s < figure->n_series; s++) {
        figure->series[s] = (struct mln_figure_series){word(f, labels[s]), 0, false, 0};
    }
    if (!mln_figure_room(figure, f->arena, model->n_rules)) {
        return no_memory(err);
    }
    for (size_t r = 0; r < model->n_rules; r++) {
        const struct mln_rule_count *c = &f->told->rules[r];
        const double values[] = {(double)c->pairs,   (double)c->new_pairs,  (double)c->blocks,
                                 (double)c->largest, (double)c->keyless[0], (double)c->keyless[1]};
        if (!mln_figure_add(figure, f->arena, model->rules[r].name, values)) {
            return no_memory(err);
        }
    }
    return MLN_OK;
}

/* ── what was learnt ── */

static bool add_level(struct mln_linkage_figures *f, struct mln_figure *figure,
                      const struct mln_comparison *c, size_t level, const double *values) {
    struct mln_buf label = MLN_BUF_INIT;
    mln_buf_add_str(&label, c->name);
    mln_buf_addz(&label, ": ");
    mln_buf_add_str(&label, c->levels[level].label);
    const bool added =
        !label.failed && mln_figure_add(figure, f->arena, mln_buf_view(&label), values);
    mln_buf_release(&label);
    return added;
}

static size_t count_levels(const struct mln_link_model *model) {
    size_t n = 0;
    for (size_t c = 0; c < model->n_comparisons; c++) {
        n += model->comparisons[c].n_levels;
    }
    return n;
}

static enum mln_status levels(struct mln_linkage_figures *f, struct mln_err *err) {
    const struct mln_link_model *model = f->told->work->model;
    const struct mln_em_result *fit = f->told->fit;
    struct mln_figure *mu = mln_linkage_figure_new(f, "levels", "bars", word(f, MLN_LK_MU_TITLE),
                                                   word(f, MLN_LK_MU_NOTE));
    struct mln_figure *weights = mln_linkage_figure_new(
        f, "weights", "weights", word(f, MLN_LK_WEIGHTS_TITLE), word(f, MLN_LK_WEIGHTS_NOTE));
    mu->rows_label = weights->rows_label = word(f, MLN_LK_LEVEL);
    mu->n_series = 2;
    mu->series[0] = (struct mln_figure_series){"m", 4, true, 0};
    mu->series[1] = (struct mln_figure_series){"u", 4, true, 0};
    weights->n_series = 1;
    weights->x_name = word(f, MLN_LK_WEIGHT);
    weights->series[0] = (struct mln_figure_series){word(f, MLN_LK_WEIGHT), 2, false, 0};
    if (!mln_figure_room(mu, f->arena, count_levels(model)) ||
        !mln_figure_room(weights, f->arena, count_levels(model))) {
        return no_memory(err);
    }
    for (size_t c = 0; c < model->n_comparisons; c++) {
        for (size_t l = 0; l < model->comparisons[c].n_levels; l++) {
            const double m = fit->m[c * MLN_LEVELS_MAX + l];
            const double u = fit->u[c * MLN_LEVELS_MAX + l];
            const double values[] = {100 * m, 100 * u};
            const double weight = log2(fmax(m, 1e-12) / fmax(u, 1e-12));
            if (!add_level(f, mu, &model->comparisons[c], l, values) ||
                !add_level(f, weights, &model->comparisons[c], l, &weight)) {
                return no_memory(err);
            }
        }
    }
    return MLN_OK;
}

/* ── the weights of all candidates ── */

enum { BINS_A_BIT = 4, BITS = MLN_WEIGHT_BINS / BINS_A_BIT, LOWEST_BIT = -64 };

/* The bits that hold pairs: *from … *to - 1. */
static void used_bits(const struct mln_scored_pairs *scores, size_t *from, size_t *to) {
    *from = BITS;
    *to = 0;
    for (size_t b = 0; b < MLN_WEIGHT_BINS; b++) {
        if (scores->bin_count[b] > 0) {
            *from = *from == BITS ? b / BINS_A_BIT : *from;
            *to = b / BINS_A_BIT + 1;
        }
    }
    *from = *from == BITS ? 0 : *from;
}

static double cut_of(const struct mln_linkage_figures *f) {
    const double p = f->told->decision->threshold;
    return log2(p / (1 - p));
}

static bool add_place(struct mln_linkage_figures *f, struct mln_figure *figure, double x,
                      int decimals, const double *values) {
    struct mln_buf label = MLN_BUF_INIT;
    mln_put_decimal(&label, f->lang, x, decimals, true);
    figure->x[figure->n_rows] = x;
    const bool added =
        !label.failed && mln_figure_add(figure, f->arena, mln_buf_view(&label), values);
    mln_buf_release(&label);
    return added;
}

static enum mln_status histogram(struct mln_linkage_figures *f, struct mln_err *err) {
    const struct mln_scored_pairs *scores = f->told->scores;
    size_t from, to;
    used_bits(scores, &from, &to);
    struct mln_figure *figure = mln_linkage_figure_new(
        f, "histogram", "histogram", word(f, MLN_LK_HIST_TITLE), word(f, MLN_LK_HIST_NOTE));
    figure->rows_label = word(f, MLN_LK_HIST_FROM);
    figure->x_name = word(f, MLN_LK_WEIGHT);
    figure->n_series = 2;
    figure->series[0] = (struct mln_figure_series){word(f, MLN_LK_HIST_PAIRS), 0, false, 0};
    figure->series[1] = (struct mln_figure_series){word(f, MLN_LK_HIST_MATCHES), 1, false, 0};
    figure->threshold = cut_of(f);
    figure->has_threshold = true;
    if (!mln_figure_room(figure, f->arena, BITS)) {
        return no_memory(err);
    }
    for (size_t bit = from; bit < to; bit++) {
        double values[2] = {0, 0};
        for (size_t b = bit * BINS_A_BIT; b < (bit + 1) * BINS_A_BIT; b++) {
            values[0] += (double)scores->bin_count[b];
            values[1] += scores->bin_matches[b];
        }
        if (!add_place(f, figure, LOWEST_BIT + (double)bit + 0.5, 1, values)) {
            return no_memory(err);
        }
    }
    return MLN_OK;
}

static enum mln_status scores_of_bins(const struct mln_scored_pairs *scored, struct mln_scores *out,
                                      struct mln_err *err) {
    double weight[MLN_WEIGHT_BINS];
    uint64_t count[MLN_WEIGHT_BINS];
    size_t n = 0;
    for (size_t b = 0; b < MLN_WEIGHT_BINS; b++) {
        if (scored->bin_count[b] > 0) {
            weight[n] = LOWEST_BIT + ((double)b + 0.5) / BINS_A_BIT;
            count[n++] = scored->bin_count[b];
        }
    }
    return mln_scores_init(weight, count, n, out, err);
}

static double in_percent(double share) {
    return 100 * share;
}

static enum mln_status quality(struct mln_linkage_figures *f, struct mln_err *err) {
    struct mln_scores scores;
    size_t from, to;
    used_bits(f->told->scores, &from, &to);
    struct mln_figure *figure = mln_linkage_figure_new(
        f, "quality", "curve", word(f, MLN_LK_QUALITY_TITLE), word(f, MLN_LK_QUALITY_NOTE));
    figure->rows_label = word(f, MLN_LK_HIST_FROM);
    figure->x_name = word(f, MLN_LK_WEIGHT);
    figure->n_series = 7;
    const enum mln_linkage_word labels[] = {MLN_LK_Q_PRECISION, MLN_LK_Q_RECALL, MLN_LK_Q_LOW,
                                            MLN_LK_Q_HIGH,      MLN_LK_Q_LOW,    MLN_LK_Q_HIGH};
    for (size_t s = 0; s < 6; s++) {
        figure->series[s + (s > 1)] = (struct mln_figure_series){word(f, labels[s]), 3, true,
                                                                 s < 2   ? 0
                                                                 : s < 4 ? 1
                                                                         : 2};
    }
    figure->series[2] = (struct mln_figure_series){"F1", 3, true, 0};
    figure->threshold = cut_of(f);
    figure->has_threshold = true;
    if (!mln_figure_room(figure, f->arena, BITS)) {
        return no_memory(err);
    }
    MLN_TRY(scores_of_bins(f->told->scores, &scores, err));
    bool added = true;
    for (size_t bit = from; added && bit < to; bit++) {
        const struct mln_quality q =
            mln_quality_at(&scores, LOWEST_BIT + (double)bit, &f->told->decision->missed, 1.959964);
        const double values[] = {in_percent(q.precision.value), in_percent(q.recall.value),
                                 in_percent(q.f1.value),        in_percent(q.precision.low),
                                 in_percent(q.precision.high),  in_percent(q.recall.low),
                                 in_percent(q.recall.high)};
        added = add_place(f, figure, LOWEST_BIT + (double)bit, 0, values);
    }
    mln_scores_release(&scores);
    return added ? MLN_OK : no_memory(err);
}

/* ── clusters ── */

static int by_name(const void *a, const void *b) {
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static enum mln_status clusters(struct mln_linkage_figures *f, struct mln_err *err) {
    static const uint64_t upto[] = {1, 2, 3, 4, 5, 10, 20, 50, 100, UINT64_MAX};
    enum { SIZES = sizeof upto / sizeof upto[0] };
    const uint32_t n = mln_records_n(f->told->work->records);
    struct mln_figure *figure = mln_linkage_figure_new(
        f, "clusters", "bars", word(f, MLN_LK_CLUSTER_TITLE), word(f, MLN_LK_CLUSTER_NOTE));
    figure->rows_label = word(f, MLN_LK_SIZE);
    figure->n_series = 2;
    figure->n_drawn = 1;
    figure->series[0] = (struct mln_figure_series){word(f, MLN_LK_CLUSTER_COUNT), 0, false, 0};
    figure->series[1] = (struct mln_figure_series){word(f, MLN_LK_RECORDS), 0, false, 0};
    uint64_t *name = malloc(((size_t)n + 1) * sizeof *name);
    if (name == NULL || !mln_figure_room(figure, f->arena, SIZES)) {
        free(name);
        return no_memory(err);
    }
    memcpy(name, f->told->decision->cluster_name, n * sizeof *name);
    qsort(name, n, sizeof *name, by_name);
    double values[SIZES][2] = {{0}};
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from; to < n && name[to] == name[from]; to++) {
        }
        size_t size = 0;
        while (to - from > upto[size]) {
            size++;
        }
        values[size][0]++;
        values[size][1] += (double)(to - from);
    }
    free(name);
    bool added = true;
    for (size_t s = 0; added && s < SIZES; s++) {
        char label[48];
        const uint64_t low = s == 0 ? 1 : upto[s - 1] + 1;
        snprintf(label, sizeof label,
                 low == upto[s]   ? "%llu"
                 : s + 1 == SIZES ? "%llu +"
                                  : "%llu – %llu",
                 (unsigned long long)low, (unsigned long long)upto[s]);
        added =
            values[s][0] == 0 || mln_figure_add(figure, f->arena, mln_str_from(label), values[s]);
    }
    return added ? MLN_OK : no_memory(err);
}

enum mln_status mln_linkage_figures(struct mln_linkage_figures *f, struct mln_err *err) {
    MLN_TRY(completeness(f, err));
    MLN_TRY(blocking(f, err));
    MLN_TRY(levels(f, err));
    MLN_TRY(histogram(f, err));
    MLN_TRY(quality(f, err));
    MLN_TRY(mln_linkage_figure_unlinkables(f, err));
    if (f->told->decision->cluster_name != NULL) {
        MLN_TRY(clusters(f, err));
    }
    return mln_linkage_figure_waterfalls(f, err);
}
