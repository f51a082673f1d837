#include <math.h>
#include <stdlib.h>

#include "protect/cell_key.h"
#include "stage/study/tabulate_inside.h"

#define NR MLN_TAB_NR

/* ── rows in ── */

static bool is_observed(const struct mln_study_variable *v) {
    return v->n_categories == 0;
}

enum mln_status mln_tab_init(struct mln_tab *tab, struct mln_arena *arena,
                             const struct mln_study_table *spec, struct mln_err *err) {
    *tab = (struct mln_tab){.spec = spec, .arena = arena};
    for (size_t d = 0; d < spec->n_dimensions; d++) {
        const struct mln_study_variable *v = spec->dimensions[d];
        struct mln_str *codes = MLN_ARENA_NEW(arena, struct mln_str, v->n_categories + 1);
        if (codes == NULL) {
            return mln_err_nomem(err, spec->name);
        }
        for (size_t i = 0; i < v->n_categories; i++) {
            codes[i] = mln_str_from(v->codes[i]);
        }
        tab->dimensions[d] = (struct mln_tab_dimension){codes, v->n_categories, 0, 0, false};
    }
    return MLN_OK;
}

void mln_tab_release(struct mln_tab *tab) {
    free(tab->rows);
    tab->rows = NULL;
    tab->n_rows = tab->cap_rows = 0;
}

/* Rows come mostly sorted: the search begins where the last one ended. */
static uint32_t search_observed(struct mln_tab_dimension *d, struct mln_str code) {
    for (size_t i = 0; i < d->n; i++) {
        const size_t at = d->last + i < d->n ? d->last + i : d->last + i - d->n;
        if (mln_str_eq(d->codes[at], code)) {
            d->last = at;
            return (uint32_t)at;
        }
    }
    return NR;
}

static uint32_t search_listed(const struct mln_study_variable *v, struct mln_str code) {
    for (size_t i = 0; i < v->n_members; i++) {
        if (mln_str_is(code, v->members[i].code)) {
            return v->members[i].category;
        }
    }
    return NR;
}

static enum mln_status learn(struct mln_tab *tab, struct mln_tab_dimension *d, struct mln_str code,
                             uint32_t *out, struct mln_err *err) {
    if (d->n + 2 >= MLN_TABLE_MAX_CATEGORIES) { /* with NR and TOTAL */
        return mln_err_set(err, MLN_BAD_INPUT,
                           "table %s: a dimension has more than %d categories; choose a coarser "
                           "variable",
                           tab->spec->name, MLN_TABLE_MAX_CATEGORIES - 2);
    }
    if (d->n >= d->cap) {
        const size_t cap = 2 * d->n + 16;
        struct mln_str *wider = MLN_ARENA_NEW(tab->arena, struct mln_str, cap);
        if (wider == NULL) {
            return mln_err_nomem(err, tab->spec->name);
        }
        if (d->n > 0) {
            memcpy(wider, d->codes, d->n * sizeof *wider);
        }
        d->codes = wider;
        d->cap = cap;
    }
    const char *copy = mln_arena_strdup(tab->arena, code);
    if (copy == NULL) {
        return mln_err_nomem(err, tab->spec->name);
    }
    d->codes[d->n] = (struct mln_str){copy, code.n};
    d->last = d->n;
    *out = (uint32_t)d->n++;
    return MLN_OK;
}

/* Whole numbers as SQL prints them. */
static bool as_number(struct mln_str s, int64_t *out) {
    const bool minus = s.n > 0 && s.p[0] == '-';
    *out = 0;
    for (size_t i = minus; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9' || i > 10) {
            return false;
        }
        *out = 10 * *out + (s.p[i] - '0');
    }
    *out = minus ? -*out : *out;
    return s.n > minus;
}

static uint32_t interval(const struct mln_study_variable *v, struct mln_str code) {
    int64_t value = 0;
    uint32_t category = NR;
    if (as_number(code, &value)) {
        for (uint32_t i = 0; i < v->n_cuts && v->cuts[i] <= value; i++) {
            category = i;
        }
    }
    return category;
}

static enum mln_status categorise(struct mln_tab *tab, size_t dimension, struct mln_str code,
                                  uint32_t *out, struct mln_err *err) {
    const struct mln_study_variable *v = tab->spec->dimensions[dimension];
    struct mln_tab_dimension *d = &tab->dimensions[dimension];
    *out = NR;
    if (code.p != NULL) {
        *out = v->n_cuts > 0    ? interval(v, code)
               : is_observed(v) ? search_observed(d, code)
                                : search_listed(v, code);
        /* An observed code of ours would be taken for the category the program makes. */
        if (*out == NR && is_observed(v) && !mln_str_is(code, "NR") && !mln_str_is(code, "TOTAL")) {
            return learn(tab, d, code, out, err);
        }
    }
    d->has_nr = d->has_nr || *out == NR;
    return MLN_OK;
}

size_t mln_tab_category(const struct mln_study_variable *v, const struct mln_dimension *d,
                        struct mln_str code) {
    uint32_t category = NR;
    if (code.p != NULL && v->n_cuts > 0) {
        category = interval(v, code);
    } else if (code.p != NULL && !is_observed(v)) {
        category = search_listed(v, code);
    }
    for (size_t i = 0; code.p != NULL && is_observed(v) && i + 1 < d->n + v->no_total; i++) {
        category = mln_str_is(code, d->codes[i]) ? (uint32_t)i : category;
    }
    return category == NR ? d->n - 2 + v->no_total : category; /* NR stands before TOTAL */
}

static enum mln_status reserve(struct mln_tab *tab, size_t extra, struct mln_err *err) {
    if (tab->n_rows + extra <= tab->cap_rows) {
        return MLN_OK;
    }
    const size_t cap = 2 * (tab->n_rows + extra);
    struct mln_tab_row *wider = realloc(tab->rows, cap * sizeof *wider);
    if (wider == NULL) {
        return mln_err_nomem(err, tab->spec->name);
    }
    tab->rows = wider;
    tab->cap_rows = cap;
    return MLN_OK;
}

enum mln_status mln_tab_add(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    struct mln_tab *tab = ctx;
    const size_t n = tab->spec->n_dimensions;
    const size_t n_columns = n + (tab->keyed ? 5 : 3);
    if (batch->n_columns != n_columns) {
        return mln_err_set(err, MLN_INTERNAL, "table %s: %zu columns instead of %zu",
                           tab->spec->name, batch->n_columns, n_columns);
    }
    const struct mln_column *day = &batch->columns[n];
    const struct mln_column *running = &batch->columns[n + 1];
    const struct mln_column *count = &batch->columns[n + 2];
    MLN_TRY(reserve(tab, batch->n_rows, err));
    for (size_t i = 0; i < batch->n_rows; i++) {
        struct mln_tab_row *row = &tab->rows[tab->n_rows];
        *row = (struct mln_tab_row){.n = (uint64_t)mln_get_i64(count, i)};
        if (tab->keyed) {
            row->key = mln_record_key(mln_get_str(&batch->columns[n + 3], i),
                                      (uint64_t)mln_get_i32(&batch->columns[n + 4], i));
        }
        for (size_t d = 0; d < n; d++) {
            MLN_TRY(categorise(tab, d, mln_get_str(&batch->columns[d], i), &row->category[d], err));
        }
        if (mln_is_valid(day, i) && mln_is_valid(running, i)) {
            row->day = mln_get_i32(day, i);
            row->is_running = mln_get_i32(running, i) == 1;
            row->has_ended = !row->is_running;
        }
        tab->n_rows++;
    }
    return MLN_OK;
}

/* ── categories ── */

struct ranked {
    struct mln_str code;
    uint32_t was;
};

static int by_code(const void *a, const void *b) {
    return mln_str_cmp(((const struct ranked *)a)->code, ((const struct ranked *)b)->code);
}

/* Sorts the observed codes; place[category as learnt] is its place. */
static enum mln_status sort_codes(struct mln_tab *tab, struct mln_tab_dimension *d, uint32_t *place,
                                  struct mln_err *err) {
    struct ranked *ranked = MLN_ARENA_NEW(tab->arena, struct ranked, d->n + 1);
    struct mln_str *sorted = MLN_ARENA_NEW(tab->arena, struct mln_str, d->n + 1);
    if (ranked == NULL || sorted == NULL) {
        return mln_err_nomem(err, tab->spec->name);
    }
    for (uint32_t i = 0; i < d->n; i++) {
        ranked[i] = (struct ranked){d->codes[i], i};
    }
    qsort(ranked, d->n, sizeof *ranked, by_code);
    for (uint32_t i = 0; i < d->n; i++) {
        sorted[i] = ranked[i].code;
        place[ranked[i].was] = i;
    }
    d->codes = sorted;
    return MLN_OK;
}

static enum mln_status settle_codes(struct mln_tab *tab, size_t dimension, struct mln_err *err) {
    struct mln_tab_dimension *d = &tab->dimensions[dimension];
    uint32_t *place = MLN_ARENA_NEW(tab->arena, uint32_t, d->n + 1);
    if (place == NULL) {
        return mln_err_nomem(err, tab->spec->name);
    }
    MLN_TRY(sort_codes(tab, d, place, err));
    for (size_t i = 0; i < tab->n_rows; i++) {
        uint32_t *category = &tab->rows[i].category[dimension];
        *category = *category == NR ? NR : place[*category];
    }
    return MLN_OK;
}

/* The nomenclature's label of an observed code, else the code itself; NULL: no memory. */
static const char *label_of(struct mln_arena *arena, const struct mln_codes *labels,
                            const char *code) {
    for (size_t i = 0; labels != NULL && i < labels->n_rows; i++) {
        if (mln_str_is(mln_codes_cell(labels, i, 0), code)) {
            return mln_arena_strdup(arena, mln_codes_cell(labels, i, 1));
        }
    }
    return code;
}

static enum mln_status name_dimension(struct mln_tab *tab, size_t dimension,
                                      const struct mln_codes *labels, struct mln_dimension *out,
                                      struct mln_err *err) {
    const struct mln_study_variable *v = tab->spec->dimensions[dimension];
    const struct mln_tab_dimension *d = &tab->dimensions[dimension];
    const size_t n = d->n + d->has_nr + !v->no_total;
    const char **text = MLN_ARENA_NEW(tab->arena, const char *, 3 * n + 1);
    if (text == NULL) {
        return mln_err_nomem(err, tab->spec->name);
    }
    const char **codes = text, **fr = text + n, **en = text + 2 * n;
    for (size_t i = 0; i < d->n; i++) {
        codes[i] = d->codes[i].p;
        fr[i] = is_observed(v) ? label_of(tab->arena, labels, codes[i]) : v->labels[i].fr;
        en[i] = is_observed(v) ? fr[i] : v->labels[i].en;
        if (fr[i] == NULL) {
            return mln_err_nomem(err, tab->spec->name);
        }
    }
    if (d->has_nr) {
        codes[d->n] = "NR", fr[d->n] = v->missing.fr, en[d->n] = v->missing.en;
    }
    if (!v->no_total) {
        codes[n - 1] = "TOTAL", fr[n - 1] = "Ensemble", en[n - 1] = "Total";
    }
    *out = (struct mln_dimension){
        v->name, v->label.fr, v->label.en, n, codes, fr, en, v->no_total ? -1 : (ptrdiff_t)n - 1};
    return MLN_OK;
}

/* ── cells ── */

bool mln_tab_has_cell(const struct mln_table *t, size_t mask) {
    bool has = true;
    for (size_t d = 0; d < t->n_dimensions; d++) {
        has = has && ((mask >> d & 1U) == 0 || t->dimensions[d].total >= 0);
    }
    return has;
}

size_t mln_tab_cell(const struct mln_table *t, const struct mln_tab_dimension *dims,
                    const struct mln_tab_row *row, size_t mask) {
    size_t cell = 0;
    for (size_t d = 0; d < t->n_dimensions; d++) {
        const size_t category = (mask >> d & 1U) != 0    ? t->dimensions[d].n - 1
                                : row->category[d] == NR ? dims[d].n
                                                         : row->category[d];
        cell = cell * t->dimensions[d].n + category;
    }
    return cell;
}

static enum mln_status shape(struct mln_tab *tab, struct mln_table *t, struct mln_err *err) {
    t->n_cells = 1;
    for (size_t d = 0; d < t->n_dimensions; d++) {
        t->n_cells *= t->dimensions[d].n; /* each at most 4096, checked at every step */
        if (t->n_cells > MLN_TABLE_MAX_CELLS) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "table %s has more than %d cells; cross fewer or coarser dimensions",
                               t->name, MLN_TABLE_MAX_CELLS);
        }
    }
    t->counts = MLN_ARENA_NEW(tab->arena, uint64_t, t->n_cells);
    t->cell_keys = tab->keyed ? MLN_ARENA_NEW(tab->arena, uint64_t, t->n_cells) : NULL;
    return t->counts == NULL || (tab->keyed && t->cell_keys == NULL) ? mln_err_nomem(err, t->name)
                                                                     : MLN_OK;
}

static void count_cells(const struct mln_tab *tab, struct mln_table *t) {
    const size_t n_masks = (size_t)1 << t->n_dimensions;
    for (size_t i = 0; i < tab->n_rows; i++) {
        for (size_t mask = 0; mask < n_masks; mask++) {
            if (!mln_tab_has_cell(t, mask)) {
                continue;
            }
            const size_t cell = mln_tab_cell(t, tab->dimensions, &tab->rows[i], mask);
            t->counts[cell] += tab->rows[i].n;
            if (tab->keyed) {
                t->cell_keys[cell] += tab->rows[i].key;
            }
        }
    }
}

/* ── measures ── */

static enum mln_status make_measures(struct mln_tab *tab, struct mln_table *t, bool *durations,
                                     struct mln_err *err) {
    const struct mln_study_table *spec = tab->spec;
    t->n_measures = spec->n_measures;
    t->measures = MLN_ARENA_NEW(tab->arena, struct mln_measure, spec->n_measures + 1);
    *durations = false;
    if (t->measures == NULL) {
        return mln_err_nomem(err, t->name);
    }
    for (size_t k = 0; k < spec->n_measures; k++) {
        const struct mln_study_measure *m = &spec->measures[k];
        t->measures[k] = (struct mln_measure){MLN_MEASURE_SHARE, m->name, m->label.fr, m->label.en,
                                              m->share_of,       NULL,    NULL};
        if (m->kind == MLN_STUDY_SHARE) {
            continue;
        }
        if (m->kind == MLN_STUDY_DIFFERENCE) {
            t->measures[k].kind = MLN_MEASURE_STD_DIFF;
            continue;
        }
        *durations = *durations || (m->kind != MLN_STUDY_BAND && m->kind != MLN_STUDY_BOUNDS &&
                                    m->kind != MLN_STUDY_RATE);
        const bool probability = m->kind == MLN_STUDY_INCIDENCE || m->kind == MLN_STUDY_BAND ||
                                 m->kind == MLN_STUDY_BOUNDS || m->kind == MLN_STUDY_RATE;
        t->measures[k].kind = m->kind == MLN_STUDY_GRAY ? m->part
                              : probability             ? MLN_MEASURE_PROBABILITY
                                                        : MLN_MEASURE_QUANTILE;
        t->measures[k].values = MLN_ARENA_NEW(tab->arena, double, t->n_cells);
        t->measures[k].n = MLN_ARENA_NEW(tab->arena, uint64_t, t->n_cells);
        if (t->measures[k].values == NULL || t->measures[k].n == NULL) {
            return mln_err_nomem(err, t->name);
        }
        for (size_t i = 0; i < t->n_cells; i++) {
            t->measures[k].values[i] = NAN;
        }
    }
    return MLN_OK;
}

/* The score interval of x of n at 95 %, in percent (Wilson, JASA 22, 1927). */
static double wilson(uint64_t x, uint64_t n, int bound) {
    const double z = 1.9599639845400545, size = (double)n, p = (double)x / size;
    const double middle = p + z * z / (2 * size);
    const double half = z * sqrt(p * (1 - p) / size + z * z / (4 * size * size));
    return 100 * fmin(1, fmax(0, (middle + bound * half) / (1 + z * z / size)));
}

static void set_rates(const struct mln_study_table *spec, struct mln_table *t) {
    for (size_t k = 0; k < spec->n_measures; k++) {
        const struct mln_study_measure *m = &spec->measures[k];
        size_t stride = 1;
        for (size_t d = m->share_of + 1; d < t->n_dimensions; d++) {
            stride *= t->dimensions[d].n;
        }
        for (size_t cell = 0; m->kind == MLN_STUDY_RATE && cell < t->n_cells; cell++) {
            const size_t n = t->dimensions[m->share_of].n;
            const uint64_t whole = t->counts[cell + (n - 1 - cell / stride % n) * stride];
            t->measures[k].n[cell] = whole;
            t->measures[k].values[cell] =
                whole == 0 ? NAN : wilson(t->counts[cell], whole, m->bound);
        }
    }
}

/* The codes of a filter in byte order, joined by '|'; NULL: no memory. */
static const char *join_codes(struct mln_arena *arena, const struct mln_study_filter *filter) {
    struct mln_buf text = MLN_BUF_INIT;
    const char *last = NULL;
    for (size_t i = 0; i < filter->n_codes; i++) {
        const char *next = NULL; /* the least code past the last one */
        for (size_t k = 0; k < filter->n_codes; k++) {
            const char *code = filter->codes[k];
            if ((last == NULL || strcmp(code, last) > 0) &&
                (next == NULL || strcmp(code, next) < 0)) {
                next = code;
            }
        }
        if (next == NULL) {
            break; /* a code written twice */
        }
        mln_buf_addz(&text, last == NULL ? "" : "|");
        mln_buf_addz(&text, next);
        last = next;
    }
    const char *joined = text.failed ? NULL : mln_arena_strdup(arena, mln_buf_view(&text));
    mln_buf_release(&text);
    return joined;
}

/* The rows the table counts, told to protect: cells of two tables that count the same rows must be
 * shown or hidden together. */
static enum mln_status name_conditions(struct mln_tab *tab, struct mln_table *t,
                                       struct mln_err *err) {
    static const char *const populations[] = {[MLN_FROM_VICTIMS] = "victimes",
                                              [MLN_FROM_PROCEDURES] = "procedures",
                                              [MLN_FROM_ANOMALIES] = "anomalies",
                                              [MLN_FROM_LEDGER] = "rapprochement",
                                              [MLN_FROM_FLOWS] = "flux",
                                              [MLN_FROM_PERSONS] = "personnes",
                                              [MLN_FROM_MEMBERS] = "participations"};
    const struct mln_study_table *spec = tab->spec;
    struct mln_condition *conditions =
        MLN_ARENA_NEW(tab->arena, struct mln_condition, spec->n_filters + 1);
    if (conditions == NULL) {
        return mln_err_nomem(err, t->name);
    }
    for (size_t f = 0; f < spec->n_filters; f++) {
        const struct mln_study_filter *filter = &spec->filters[f];
        conditions[f].name = filter->column;
        conditions[f].codes = join_codes(tab->arena, filter);
        if (conditions[f].codes == NULL) {
            return mln_err_nomem(err, t->name);
        }
    }
    t->population = populations[spec->from];
    t->conditions = conditions;
    t->n_conditions = spec->n_filters;
    return MLN_OK;
}

enum mln_status mln_tab_finish(struct mln_tab *tab, const struct mln_codes *const *labels,
                               int32_t observation_day, struct mln_table *out,
                               struct mln_err *err) {
    const struct mln_study_table *s = tab->spec;
    *out = (struct mln_table){.name = s->name,
                              .title_fr = s->title.fr,
                              .title_en = s->title.en,
                              .unit_fr = s->unit.fr,
                              .unit_en = s->unit.en,
                              .note_fr = s->note.fr,
                              .note_en = s->note.en,
                              .observation_day = observation_day,
                              .view = s->view,
                              .detail = s->detail,
                              .n_dimensions = s->n_dimensions};
    out->dimensions = MLN_ARENA_NEW(tab->arena, struct mln_dimension, s->n_dimensions + 1);
    if (out->dimensions == NULL) {
        return mln_err_nomem(err, s->name);
    }
    for (size_t d = 0; d < s->n_dimensions; d++) {
        if (is_observed(s->dimensions[d])) {
            MLN_TRY(settle_codes(tab, d, err));
            tab->dimensions[d].has_nr |= tab->dimensions[d].n == 0; /* there is a category */
        }
        MLN_TRY(name_dimension(tab, d, labels[d], &out->dimensions[d], err));
    }
    MLN_TRY(shape(tab, out, err));
    count_cells(tab, out);
    MLN_TRY(name_conditions(tab, out, err));
    bool durations = false;
    MLN_TRY(make_measures(tab, out, &durations, err));
    set_rates(s, out);
    if (durations) {
        MLN_TRY(mln_tab_durations(tab, out, err));
    }
    return mln_table_check(out, err);
}
