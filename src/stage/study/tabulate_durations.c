/* Durations of a table: quantiles, means, incidences of ends that compete.
 *
 * All of them are made of spells: a duration in days that ended, or runs still (censored at the
 * observation date). Counts are whole numbers in doubles, so that the order of rows changes
 * nothing. */
#include <math.h>
#include <stdlib.h>

#include "stage/study/tabulate_inside.h"
#include "stats/aalen_johansen.h"
#include "stats/km.h"
#include "stats/quantile.h"
#include "stats/rmean.h"

static const double z95 = 1.9599639845400545;

static int by_cell_and_day(const void *a, const void *b) {
    const struct mln_tab_spell *x = a;
    const struct mln_tab_spell *y = b;
    if (x->cell != y->cell) {
        return x->cell < y->cell ? -1 : 1;
    }
    return (x->day > y->day) - (x->day < y->day);
}

enum mln_status mln_tab_spells(const struct mln_tab *tab, const struct mln_table *t,
                               struct mln_tab_spell **out, size_t *n_out, struct mln_err *err) {
    const size_t n_masks = (size_t)1 << t->n_dimensions;
    struct mln_tab_spell *spells = malloc((tab->n_rows * n_masks + 1) * sizeof *spells);
    size_t n = 0;
    if (spells == NULL) {
        return mln_err_nomem(err, t->name);
    }
    for (size_t i = 0; i < tab->n_rows; i++) {
        const struct mln_tab_row *row = &tab->rows[i];
        for (size_t mask = 0; mask < n_masks && (row->has_ended || row->is_running); mask++) {
            if (!mln_tab_has_cell(t, mask)) {
                continue;
            }
            spells[n++] =
                (struct mln_tab_spell){mln_tab_cell(t, tab->dimensions, row, mask), 0, row->day,
                                       row->has_ended ? row->n : 0, row->is_running ? row->n : 0};
        }
    }
    qsort(spells, n, sizeof *spells, by_cell_and_day);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept > 0 && by_cell_and_day(&spells[kept - 1], &spells[i]) == 0) {
            spells[kept - 1].n_ended += spells[i].n_ended;
            spells[kept - 1].n_censored += spells[i].n_censored;
        } else {
            spells[kept++] = spells[i];
        }
    }
    *out = spells;
    *n_out = kept;
    return MLN_OK;
}

/* For the spells of one cell: each holds at least as many, `numbers` four times as many. */
struct workspace {
    struct mln_bin *ended;
    double *numbers;
    struct mln_km_point *points;
};

static enum mln_status fit_cell(const struct mln_tab_spell *spells, size_t n,
                                const struct workspace *w, struct mln_err *err) {
    double *time = w->numbers, *n_end = time + n, *n_risk = n_end + 2 * n;
    for (size_t i = 0; i < n; i++) {
        time[i] = spells[i].day;
        n_end[2 * i] = (double)spells[i].n_censored;
        n_end[2 * i + 1] = (double)spells[i].n_ended;
    }
    const struct mln_risk risk = mln_risk_of_counts(n, 1, time, n_end, n_risk);
    return mln_km_fit(&risk, MLN_KM_GREENWOOD, w->points, err);
}

/* `lower`, the estimate, `upper` for bound -1, 0, 1. */
static double pick(int bound, double estimate, struct mln_interval i) {
    return bound < 0 ? i.lower : bound > 0 ? i.upper : estimate;
}

static double kaplan_value(const struct mln_study_measure *m, const struct mln_km_point *points,
                           size_t n) {
    const double p = m->per_mille / 1000.0;
    return pick(m->bound, mln_km_quantile(points, n, p),
                mln_km_quantile_interval(points, n, p, MLN_INTERVAL_LOG_LOG, z95));
}

/* Past the last duration seen the curve is not known, unless nobody runs any more. */
static bool is_seen(double horizon, double last_time, double running) {
    return horizon <= last_time || running <= 0;
}

static double restricted_value(const struct mln_study_measure *m, const struct mln_km_point *points,
                               size_t n) {
    if (n == 0 || !is_seen(m->horizon, points[n - 1].time, points[n - 1].running)) {
        return NAN;
    }
    const struct mln_rmean r = mln_km_rmean(points, n, m->horizon);
    return pick(m->bound, r.mean, mln_interval_of(r.mean, r.std_err, MLN_INTERVAL_PLAIN, z95));
}

static double value_of(const struct mln_study_measure *m, const struct workspace *w, size_t n) {
    switch (m->kind) {
    case MLN_STUDY_QUANTILE: return mln_histogram_quantile(w->ended, n, m->per_mille);
    case MLN_STUDY_MEAN: return mln_histogram_mean(w->ended, n);
    case MLN_STUDY_KAPLAN: return kaplan_value(m, w->points, n);
    case MLN_STUDY_RESTRICTED_MEAN: return restricted_value(m, w->points, n);
    case MLN_STUDY_SHARE:
    case MLN_STUDY_INCIDENCE:
    case MLN_STUDY_RATE:
    case MLN_STUDY_DIFFERENCE:
    case MLN_STUDY_BAND:
    case MLN_STUDY_BOUNDS:
    case MLN_STUDY_GRAY: break;
    }
    return NAN;
}

static enum mln_status measure_cell(const struct mln_study_table *spec, struct mln_table *t,
                                    const struct mln_tab_spell *spells, size_t n,
                                    const struct workspace *w, struct mln_err *err) {
    const size_t cell = spells[0].cell;
    for (size_t i = 0; i < n; i++) {
        w->ended[i] = (struct mln_bin){spells[i].day, spells[i].n_ended};
    }
    const uint64_t n_ended = mln_histogram_total(w->ended, n);
    MLN_TRY(fit_cell(spells, n, w, err));
    for (size_t k = 0; k < spec->n_measures; k++) {
        const struct mln_study_measure *m = &spec->measures[k];
        if (t->measures[k].kind == MLN_MEASURE_QUANTILE) {
            t->measures[k].n[cell] = n_ended;
            t->measures[k].values[cell] = value_of(m, w, n);
        }
    }
    return MLN_OK;
}

static enum mln_status measure_cells(const struct mln_tab *tab, struct mln_table *t,
                                     const struct mln_tab_spell *spells, size_t n,
                                     struct mln_err *err) {
    struct workspace w = {malloc((n + 1) * sizeof *w.ended),
                          malloc((4 * n + 1) * sizeof *w.numbers),
                          malloc((n + 1) * sizeof *w.points)};
    const bool room = w.ended != NULL && w.numbers != NULL && w.points != NULL;
    enum mln_status status = room ? MLN_OK : mln_err_nomem(err, t->name);
    for (size_t first = 0, end = 0; status == MLN_OK && first < n; first = end) {
        for (end = first; end < n && spells[end].cell == spells[first].cell;) {
            end++;
        }
        status = measure_cell(tab->spec, t, spells + first, end - first, &w, err);
    }
    free(w.ended);
    free(w.numbers);
    free(w.points);
    return status;
}

/* ── incidences ── */

struct mln_tab_line mln_tab_line_of(const struct mln_table *t, size_t dimension) {
    const struct mln_dimension *d = &t->dimensions[dimension];
    struct mln_tab_line line = {.n_causes = d->n - 1, .n = d->n, .stride = 1, .running = SIZE_MAX};
    for (size_t i = dimension + 1; i < t->n_dimensions; i++) {
        line.stride *= t->dimensions[i].n;
    }
    for (size_t i = 0; i + 1 < d->n; i++) {
        if (strcmp(d->codes[i], mln_issue_words[MLN_ISSUE_COUNT - 1]) == 0) {
            line.running = i;
        }
    }
    return line;
}

/* The spells of one line by (first cell of the line, day); those of the TOTALs of the dimension are
 * left out, being the sums. */
static int by_line_and_day(const void *a, const void *b) {
    const struct mln_tab_spell *x = a;
    const struct mln_tab_spell *y = b;
    if (x->first != y->first) {
        return x->first < y->first ? -1 : 1;
    }
    if (x->day != y->day) {
        return x->day < y->day ? -1 : 1;
    }
    return (x->cell > y->cell) - (x->cell < y->cell);
}

size_t mln_tab_sort_lines(const struct mln_tab_line *line, struct mln_tab_spell *spells, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t category = spells[i].cell / line->stride % line->n;
        if (category < line->n_causes) {
            spells[kept] = spells[i];
            spells[kept++].first = spells[i].cell - category * line->stride;
        }
    }
    qsort(spells, kept, sizeof *spells, by_line_and_day);
    return kept;
}

/* Memory for the curve of one line: room for all spells. */
struct curve {
    double *time, *n_end, *n_risk, *prob, *std_err;
};

struct mln_risk mln_tab_risk(const struct mln_tab_spell *spells, size_t n,
                             const struct mln_tab_line *line, double *time, double *n_end,
                             double *n_risk) {
    const size_t width = line->n_causes + 1;
    size_t n_times = 0;
    for (size_t i = 0; i < n; i++) {
        if (n_times == 0 || time[n_times - 1] < spells[i].day) {
            time[n_times] = spells[i].day;
            memset(n_end + n_times * width, 0, width * sizeof *n_end);
            n_times++;
        }
        double *row = n_end + (n_times - 1) * width;
        row[0] += (double)spells[i].n_censored;
        row[1 + (spells[i].cell - spells[i].first) / line->stride] += (double)spells[i].n_ended;
    }
    return mln_risk_of_counts(n_times, line->n_causes, time, n_end, n_risk);
}

/* Units of the line whose state at the horizon was seen: all but those censored before it. */
static uint64_t seen_at(const struct mln_tab_spell *spells, size_t n, int32_t horizon) {
    uint64_t seen = 0;
    for (size_t i = 0; i < n; i++) {
        seen += spells[i].n_ended + (spells[i].day >= horizon ? spells[i].n_censored : 0);
    }
    return seen;
}

/* State 0 is running. Category TOTAL: ended in any way. */
static double probability(const struct mln_study_measure *m, const struct mln_tab_line *line,
                          const double *prob, const double *std_err, size_t category) {
    const bool total = category == line->n_causes;
    const size_t state = total || category == line->running ? 0 : 1 + category;
    const struct mln_interval i =
        mln_interval_of(prob[state], std_err[state], MLN_INTERVAL_LOG_LOG, z95);
    const double value = total ? 1 - pick(-m->bound, prob[0], i) : pick(m->bound, prob[state], i);
    return isnan(value) ? NAN : 100 * fmin(1, fmax(0, value));
}

static void set_line(const struct mln_study_measure *m, struct mln_measure *out, size_t first,
                     const struct mln_tab_line *line, const struct mln_risk *risk,
                     const struct curve *c, uint64_t seen) {
    const size_t width = line->n_causes + 1;
    size_t at = 0; /* times listed up to the horizon */
    while (at < risk->n_times && risk->time[at] <= m->horizon) {
        at++;
    }
    double none[1 + MLN_MAX_CAUSES] = {1}, no_error[1 + MLN_MAX_CAUSES] = {0};
    const double *prob = at == 0 ? none : c->prob + (at - 1) * width;
    const double *std_err = at == 0 ? no_error : c->std_err + (at - 1) * width;
    const bool known = is_seen(m->horizon, risk->time[risk->n_times - 1], prob[0]);
    for (size_t category = 0; category < line->n; category++) {
        const size_t cell = first + category * line->stride;
        out->n[cell] = seen;
        out->values[cell] = known ? probability(m, line, prob, std_err, category) : NAN;
    }
}

static enum mln_status measure_line(const struct mln_tab *tab, struct mln_table *t,
                                    size_t dimension, const struct mln_tab_spell *spells, size_t n,
                                    const struct mln_tab_line *line, const struct curve *c,
                                    struct mln_err *err) {
    const struct mln_risk risk = mln_tab_risk(spells, n, line, c->time, c->n_end, c->n_risk);
    MLN_TRY(mln_aalen_johansen(&risk, c->prob, c->std_err, err));
    for (size_t k = 0; k < tab->spec->n_measures; k++) {
        const struct mln_study_measure *m = &tab->spec->measures[k];
        if (m->kind == MLN_STUDY_INCIDENCE && m->share_of == dimension) {
            set_line(m, &t->measures[k], spells[0].first, line, &risk, c,
                     seen_at(spells, n, m->horizon));
        }
    }
    return MLN_OK;
}

static enum mln_status measure_lines(const struct mln_tab *tab, struct mln_table *t,
                                     size_t dimension, struct mln_tab_spell *spells, size_t n,
                                     struct mln_err *err) {
    const struct mln_tab_line line = mln_tab_line_of(t, dimension);
    const size_t kept = mln_tab_sort_lines(&line, spells, n);
    const size_t cells = (kept + 1) * (line.n_causes + 1);
    double *memory = malloc((3 * cells + 2 * (kept + 1)) * sizeof *memory);
    enum mln_status status = memory == NULL ? mln_err_nomem(err, t->name) : MLN_OK;
    const struct curve c = {memory, memory + kept + 1, memory + kept + 1 + cells,
                            memory + 2 * (kept + 1) + cells, memory + 2 * (kept + 1) + 2 * cells};
    for (size_t first = 0, end = 0; status == MLN_OK && first < kept; first = end) {
        for (end = first; end < kept && spells[end].first == spells[first].first;) {
            end++;
        }
        status = measure_line(tab, t, dimension, spells + first, end - first, &line, &c, err);
    }
    free(memory);
    return status;
}

/* ── all ── */

static bool wants_incidence(const struct mln_study_table *spec, size_t dimension) {
    for (size_t k = 0; k < spec->n_measures; k++) {
        if (spec->measures[k].kind == MLN_STUDY_INCIDENCE &&
            spec->measures[k].share_of == dimension) {
            return true;
        }
    }
    return false;
}

static enum mln_status measure_incidences(const struct mln_tab *tab, struct mln_table *t,
                                          struct mln_err *err) {
    for (size_t d = 0; d < t->n_dimensions; d++) {
        struct mln_tab_spell *spells = NULL;
        size_t n = 0;
        if (!wants_incidence(tab->spec, d)) {
            continue;
        }
        if (t->dimensions[d].n - 1 > MLN_MAX_CAUSES) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "table %s: '%s' has more than %d categories, too many for ends that "
                               "compete",
                               t->name, t->dimensions[d].name, MLN_MAX_CAUSES);
        }
        MLN_TRY(mln_tab_spells(tab, t, &spells, &n, err)); /* anew: the lines rearrange them */
        const enum mln_status status = measure_lines(tab, t, d, spells, n, err);
        free(spells);
        MLN_TRY(status);
    }
    return MLN_OK;
}

enum mln_status mln_tab_durations(const struct mln_tab *tab, struct mln_table *t,
                                  struct mln_err *err) {
    struct mln_tab_spell *spells = NULL;
    size_t n = 0;
    MLN_TRY(mln_tab_spells(tab, t, &spells, &n, err));
    const enum mln_status status = measure_cells(tab, t, spells, n, err);
    free(spells);
    MLN_TRY(status);
    MLN_TRY(measure_incidences(tab, t, err));
    return mln_tab_tests(tab, t, err);
}
