#include "protect/protected.h"

#include <math.h>

#include "protect/cell_key.h"
#include "protect/round.h"
#include "protect/system.h"

enum { MAX_ROUNDING_BASE = 1000, MAX_SHARE_DECIMALS = 4 };

enum mln_status mln_protect_options_check(const struct mln_protect_options *o,
                                          struct mln_err *err) {
    if (o->rounding_base > MAX_ROUNDING_BASE) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "protection: the rounding base must be 0 (none) to %d",
                           MAX_ROUNDING_BASE);
    }
    if (o->share_decimals < 0 || o->share_decimals > MAX_SHARE_DECIMALS) {
        return mln_err_set(err, MLN_BAD_INPUT, "protection: decimals of shares must be 0 to %d",
                           MAX_SHARE_DECIMALS);
    }
    if (o->method == MLN_METHOD_ROUNDING && o->rounding_base < 3) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "protection: the method of rounding needs a base of at least 3");
    }
    return MLN_OK;
}

/* 100 × part / whole to `decimals`, a half up, in integers: counts are below 2^41 (table.c and the
 * rounding), 2 × 100 × 10^4 below 2^21. Noise can lift a part above its whole: then 100. */
static double percent(uint64_t part, uint64_t whole, int decimals) {
    uint64_t scale = 1;
    part = part < whole ? part : whole;
    for (int i = 0; i < decimals; i++) {
        scale *= 10;
    }
    const uint64_t scaled = (2 * 100 * scale * part + whole) / (2 * whole);
    return (double)scaled / (double)scale;
}

/* The cell with `dimension` at its TOTAL and all else equal. */
static size_t denominator_of(const struct mln_table *t, size_t dimension, size_t cell) {
    size_t stride = 1;
    for (size_t d = dimension + 1; d < t->n_dimensions; d++) {
        stride *= t->dimensions[d].n;
    }
    const size_t n = t->dimensions[dimension].n;
    return cell + ((size_t)t->dimensions[dimension].total - cell / stride % n) * stride;
}

static enum mln_value_state share_at(const struct mln_protected_table *p, size_t dimension,
                                     size_t cell, double *value) {
    const size_t whole = denominator_of(&p->frame, dimension, cell);
    if (p->states[cell] != MLN_CELL_SHOWN || p->states[whole] != MLN_CELL_SHOWN) {
        return MLN_VALUE_SECRET;
    }
    if (p->published[whole] == 0) {
        return MLN_VALUE_UNDEFINED;
    }
    *value = percent(p->published[cell], p->published[whole], p->options.share_decimals);
    return MLN_VALUE_SHOWN;
}

static enum mln_value_state quantile_at(const struct mln_protected_table *p,
                                        const struct mln_measure *m, size_t cell, double *value) {
    if (p->states[cell] != MLN_CELL_SHOWN) {
        return MLN_VALUE_SECRET;
    }
    if (m->n[cell] == 0) {
        return MLN_VALUE_UNDEFINED;
    }
    if (m->n[cell] < p->options.quantile_threshold) {
        return MLN_VALUE_SECRET;
    }
    if (!isfinite(m->values[cell])) {
        return MLN_VALUE_UNDEFINED;
    }
    *value = m->values[cell];
    return MLN_VALUE_SHOWN;
}

/* What one shown probability tells is a count of the units of its TOTAL that is in no table. It
 * goes to a multiple of b, as a count published by rounding does. */
static enum mln_value_state probability_at(const struct mln_protected_table *p,
                                           const struct mln_measure *m, size_t cell,
                                           double *value) {
    const struct mln_protect_options *o = &p->options;
    const uint64_t threshold = p->frame.detail ? o->threshold_detail : o->threshold;
    const uint64_t base = threshold > o->rounding_base ? threshold : o->rounding_base;
    const size_t whole = denominator_of(&p->frame, m->share_of, cell);
    const uint64_t units = p->published[whole];
    if (p->states[whole] != MLN_CELL_SHOWN || (m->n[cell] > 0 && units < base)) {
        return MLN_VALUE_SECRET;
    }
    double exact = 0;
    const enum mln_value_state state = quantile_at(p, m, cell, &exact);
    if (state != MLN_VALUE_SHOWN || base <= 1) {
        *value = exact;
        return state;
    }
    const double steps = floor(exact / 100.0 * (double)units / (double)base + 0.5);
    *value = percent((uint64_t)steps * base, units, o->share_decimals);
    return MLN_VALUE_SHOWN;
}

/* A count of a table of two dimensions by its categories; false: suppressed. */
static bool count_at(const struct mln_protected_table *p, size_t dimension, size_t category,
                     size_t other, double *out) {
    const size_t n = p->frame.dimensions[1].n;
    const size_t cell = dimension == 0 ? category * n + other : other * n + category;
    *out = (double)p->published[cell];
    return p->states[cell] == MLN_CELL_SHOWN;
}

static enum mln_value_state difference_at(const struct mln_protected_table *p, size_t dimension,
                                          size_t cell, double *value) {
    const struct mln_dimension *across = &p->frame.dimensions[dimension];
    const struct mln_dimension *down = &p->frame.dimensions[1 - dimension];
    const size_t n = p->frame.dimensions[1].n;
    const size_t category = dimension == 0 ? cell / n : cell % n;
    const size_t row = dimension == 0 ? cell % n : cell / n;
    double share[2], whole = 0;
    if (category != (size_t)across->total || row == (size_t)down->total) {
        return MLN_VALUE_UNDEFINED;
    }
    for (size_t i = 0; i < 2; i++) {
        const bool shown = count_at(p, dimension, i, row, &share[i]);
        if (!count_at(p, dimension, i, (size_t)down->total, &whole) || !shown) {
            return MLN_VALUE_SECRET;
        }
        if (whole <= 0) {
            return MLN_VALUE_UNDEFINED;
        }
        share[i] = fmin(1, share[i] / whole);
    }
    const double variance = (share[0] * (1 - share[0]) + share[1] * (1 - share[1])) / 2;
    if (variance <= 0) {
        return MLN_VALUE_UNDEFINED;
    }
    const double tenths = floor(1000 * (share[0] - share[1]) / sqrt(variance) + 0.5);
    *value = tenths == 0 ? 0 : tenths / 10;
    return MLN_VALUE_SHOWN;
}

/* A test, as precise as it is told. */
static enum mln_value_state test_at(const struct mln_protected_table *p,
                                    const struct mln_measure *m, size_t cell, double *value) {
    const double scale = m->kind == MLN_MEASURE_CHI2      ? 10
                         : m->kind == MLN_MEASURE_DEGREES ? 1
                                                          : 1000;
    double exact = 0;
    const enum mln_value_state state = quantile_at(p, m, cell, &exact);
    *value = floor(exact * scale + 0.5) / scale;
    return state;
}

static enum mln_status allocate(struct mln_arena *arena, const struct mln_table *t,
                                struct mln_protected_table **out, struct mln_err *err) {
    struct mln_protected_table *p = MLN_ARENA_NEW(arena, struct mln_protected_table, 1);
    *out = p;
    if (p == NULL) {
        return mln_err_nomem(err, "a protected table");
    }
    p->frame = *t;
    p->frame.counts = NULL;
    p->frame.cell_keys = NULL;
    p->states = MLN_ARENA_NEW(arena, uint8_t, t->n_cells);
    p->published = MLN_ARENA_NEW(arena, uint64_t, t->n_cells);
    p->measures = MLN_ARENA_NEW(arena, struct mln_protected_values, t->n_measures + 1);
    p->frame.measures = MLN_ARENA_NEW(arena, struct mln_measure, t->n_measures + 1);
    if (p->states == NULL || p->published == NULL || p->measures == NULL ||
        p->frame.measures == NULL) {
        return mln_err_nomem(err, "a protected table");
    }
    for (size_t m = 0; m < t->n_measures; m++) {
        p->frame.measures[m] = t->measures[m];
        p->frame.measures[m].values = NULL;
        p->frame.measures[m].n = NULL;
        p->measures[m].values = MLN_ARENA_NEW(arena, double, t->n_cells);
        p->measures[m].states = MLN_ARENA_NEW(arena, uint8_t, t->n_cells);
        if (p->measures[m].values == NULL || p->measures[m].states == NULL) {
            return mln_err_nomem(err, "a protected table");
        }
    }
    return MLN_OK;
}

static void publish_measures(const struct mln_table *t, struct mln_protected_table *p) {
    for (size_t m = 0; m < t->n_measures; m++) {
        const struct mln_measure *measure = &t->measures[m];
        struct mln_protected_values *v = &p->measures[m];
        for (size_t c = 0; c < t->n_cells; c++) {
            switch (measure->kind) {
            case MLN_MEASURE_COUNT:
                v->values[c] = (double)p->published[c];
                v->states[c] = p->states[c] == MLN_CELL_SHOWN ? MLN_VALUE_SHOWN : MLN_VALUE_SECRET;
                break;
            case MLN_MEASURE_SHARE:
                v->states[c] = (uint8_t)share_at(p, measure->share_of, c, &v->values[c]);
                break;
            case MLN_MEASURE_QUANTILE:
                v->states[c] = (uint8_t)quantile_at(p, measure, c, &v->values[c]);
                break;
            case MLN_MEASURE_PROBABILITY:
                v->states[c] = (uint8_t)probability_at(p, measure, c, &v->values[c]);
                break;
            case MLN_MEASURE_STD_DIFF:
                v->states[c] = (uint8_t)difference_at(p, measure->share_of, c, &v->values[c]);
                break;
            case MLN_MEASURE_CHI2:
            case MLN_MEASURE_DEGREES:
            case MLN_MEASURE_P_VALUE:
                v->states[c] = (uint8_t)test_at(p, measure, c, &v->values[c]);
                break;
            }
        }
    }
}

/* A method fills states and published counts; all start as shown and 0. */

struct job {
    const struct mln_table *tables;
    size_t n;
    const struct mln_protect_context *context;
    const struct mln_protect_options *options;
    struct mln_protected_table **out;
    struct mln_protect_outcome *outcome;
};

static enum mln_status by_suppression(struct mln_arena *scratch, const struct job *j,
                                      struct mln_err *err) {
    struct mln_system s;
    MLN_TRY(mln_system_build(scratch, j->tables, j->n, j->context, j->options, &s, err));
    MLN_TRY(mln_system_protect(&s, j->options, j->outcome, err));
    for (size_t t = 0; t < j->n; t++) {
        for (size_t c = 0; c < j->tables[t].n_cells; c++) {
            const enum mln_cell_state state = s.cells[s.cell_of[t][c]].state;
            j->out[t]->states[c] = (uint8_t)state;
            j->out[t]->published[c] =
                state == MLN_CELL_SHOWN
                    ? mln_round_alone(j->tables[t].counts[c], j->options->rounding_base)
                    : 0;
        }
    }
    return MLN_OK;
}

static enum mln_status by_rounding(struct mln_arena *scratch, const struct job *j,
                                   struct mln_err *err) {
    struct mln_system s;
    struct mln_rounding r;
    MLN_TRY(mln_system_build(scratch, j->tables, j->n, j->context, j->options, &s, err));
    MLN_TRY(mln_round_system(scratch, &s, j->options->rounding_base, &r, err));
    *j->outcome = (struct mln_protect_outcome){.n_cells = s.n_cells,
                                               .n_differences = s.n_differences,
                                               .n_programs = r.n_programs,
                                               .n_far = r.n_far,
                                               .n_broken = r.n_broken};
    for (size_t t = 0; t < j->n; t++) {
        for (size_t c = 0; c < j->tables[t].n_cells; c++) {
            j->out[t]->published[c] = r.rounded[s.cell_of[t][c]];
        }
    }
    return MLN_OK;
}

/* A table whose units have no record keys (the funnel, the ledger, the anomalies): each count
 * rounded by itself, which is safe from a base of the threshold on: to the least multiple of the
 * rounding base that reaches it. */
static void round_keyless(const struct job *j, size_t t) {
    const struct mln_table *table = &j->tables[t];
    const uint64_t k = table->detail ? j->options->threshold_detail : j->options->threshold;
    const uint64_t unit = j->options->rounding_base;
    const uint64_t base = (k + unit - 1) / unit * unit;
    for (size_t c = 0; c < table->n_cells; c++) {
        j->out[t]->published[c] = mln_round_alone(table->counts[c], base > unit ? base : unit);
    }
}

static enum mln_status by_cell_key(struct mln_arena *scratch, const struct job *j,
                                   struct mln_err *err) {
    const struct mln_ptable_options o = {.max_noise = j->options->noise_max,
                                         .variance = j->options->noise_variance,
                                         .smallest = j->options->noise_smallest};
    struct mln_ptable ptable;
    MLN_TRY(mln_ptable_make(scratch, &o, &ptable, err));
    *j->outcome = (struct mln_protect_outcome){0};
    for (size_t t = 0; t < j->n; t++) {
        const struct mln_table *table = &j->tables[t];
        j->outcome->n_cells += table->n_cells;
        if (table->cell_keys == NULL) {
            round_keyless(j, t);
            continue;
        }
        mln_cell_key_perturb(&ptable, table->counts, table->cell_keys, table->n_cells,
                             j->out[t]->published);
    }
    return MLN_OK;
}

static enum mln_status protect_into(struct mln_arena *arena, struct mln_arena *scratch,
                                    const struct job *j, struct mln_err *err) {
    static enum mln_status (*const methods[])(struct mln_arena *, const struct job *,
                                              struct mln_err *) = {
        [MLN_METHOD_SUPPRESSION] = by_suppression,
        [MLN_METHOD_ROUNDING] = by_rounding,
        [MLN_METHOD_CELL_KEY] = by_cell_key,
    };
    for (size_t t = 0; t < j->n; t++) {
        MLN_TRY(allocate(arena, &j->tables[t], &j->out[t], err));
        j->out[t]->options = *j->options;
    }
    MLN_TRY(methods[j->options->method](scratch, j, err));
    for (size_t t = 0; t < j->n; t++) {
        publish_measures(&j->tables[t], j->out[t]);
    }
    return MLN_OK;
}

static enum mln_status check_context(const struct mln_table *tables, size_t n,
                                     const struct mln_protect_context *context,
                                     struct mln_err *err) {
    for (size_t t = 0; context != NULL && t < context->n_past; t++) {
        MLN_TRY(mln_table_check(&context->past[t].table, err));
    }
    for (size_t i = 0; context != NULL && i < context->n_known; i++) {
        const struct mln_known_bounds *k = &context->known[i];
        if (k->table >= n || k->cell >= tables[k->table].n_cells ||
            k->least > tables[k->table].counts[k->cell] ||
            k->most < tables[k->table].counts[k->cell]) {
            return mln_err_set(
                err, MLN_BAD_INPUT,
                "protection: public bound %zu names no cell, or its count is outside", i + 1);
        }
    }
    return MLN_OK;
}

enum mln_status mln_protect_linked(struct mln_arena *arena, const struct mln_table *tables,
                                   size_t n, const struct mln_protect_context *context,
                                   const struct mln_protect_options *options,
                                   struct mln_protected_table **out,
                                   struct mln_protect_outcome *outcome, struct mln_err *err) {
    MLN_TRY(mln_protect_options_check(options, err));
    for (size_t t = 0; t < n; t++) {
        MLN_TRY(mln_table_check(&tables[t], err));
    }
    MLN_TRY(check_context(tables, n, context, err));
    struct mln_arena scratch = MLN_ARENA_INIT;
    struct mln_protect_outcome unasked;
    const struct job job = {.tables = tables,
                            .n = n,
                            .context = context,
                            .options = options,
                            .out = out,
                            .outcome = outcome == NULL ? &unasked : outcome};
    const enum mln_status status = protect_into(arena, &scratch, &job, err);
    mln_arena_release(&scratch);
    return status;
}

enum mln_status mln_protect_all(struct mln_arena *arena, const struct mln_table *tables, size_t n,
                                const struct mln_protect_options *options,
                                struct mln_protected_table **out, struct mln_err *err) {
    return mln_protect_linked(arena, tables, n, NULL, options, out, NULL, err);
}

enum mln_status mln_protect(struct mln_arena *arena, const struct mln_table *table,
                            const struct mln_protect_options *options,
                            struct mln_protected_table **out, struct mln_err *err) {
    return mln_protect_all(arena, table, 1, options, out, err);
}

/* ── reading ── */

const struct mln_table *mln_protected_frame(const struct mln_protected_table *t) {
    return &t->frame;
}

enum mln_cell_state mln_protected_state(const struct mln_protected_table *t, size_t cell) {
    return (enum mln_cell_state)t->states[cell];
}

bool mln_protected_count(const struct mln_protected_table *t, size_t cell, uint64_t *out) {
    *out = t->published[cell];
    return t->states[cell] == MLN_CELL_SHOWN;
}

enum mln_value_state mln_protected_value_state(const struct mln_protected_table *t, size_t measure,
                                               size_t cell) {
    return (enum mln_value_state)t->measures[measure].states[cell];
}

bool mln_protected_measure(const struct mln_protected_table *t, size_t measure, size_t cell,
                           double *out) {
    *out = t->measures[measure].values[cell];
    return t->measures[measure].states[cell] == MLN_VALUE_SHOWN;
}

struct mln_protect_options mln_protected_options(const struct mln_protected_table *t) {
    return t->options;
}

struct mln_protect_summary mln_protected_summary(const struct mln_protected_table *t) {
    struct mln_protect_summary s = {.cells = t->frame.n_cells};
    for (size_t c = 0; c < t->frame.n_cells; c++) {
        s.primary += t->states[c] == MLN_CELL_PRIMARY;
        s.secondary += t->states[c] == MLN_CELL_SECONDARY;
    }
    return s;
}
