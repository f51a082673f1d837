#include "stats/post_strata.h"

#include <math.h>
#include <stdlib.h>

#include "stats/order.h"

/* ── cells ── */

static enum mln_status sort_units(const struct mln_strata *s, uint32_t **order,
                                  struct mln_err *err) {
    uint32_t *units = malloc((2 * s->n_units + 1) * sizeof *units);
    uint64_t *key = malloc((s->n_units + 1) * sizeof *key);
    if (units == NULL || key == NULL) {
        free(units);
        free(key);
        return mln_err_nomem(err, "cells of units");
    }
    for (size_t i = 0; i < s->n_units; i++) {
        units[i] = (uint32_t)i;
    }
    for (size_t v = s->n_variables; v-- > 0;) {
        for (size_t i = 0; i < s->n_units; i++) {
            key[i] = s->code[v][i];
        }
        mln_order_by(key, s->n_units, units, units + s->n_units);
    }
    free(key);
    *order = units;
    return MLN_OK;
}

/* Leading variables on which two units agree. */
static size_t agreement(const struct mln_strata *s, uint32_t a, uint32_t b) {
    size_t v = 0;
    while (v < s->n_variables && s->code[v][a] == s->code[v][b]) {
        v++;
    }
    return v;
}

static void number_cells(const struct mln_strata *s, const uint32_t *order, struct mln_cells *out) {
    for (size_t i = 0; i < s->n_units; i++) {
        const size_t common = i == 0 ? 0 : agreement(s, order[i], order[i - 1]);
        if (i == 0 || common < s->n_variables) {
            out->common[out->n_cells] = (uint8_t)common;
            out->size[out->n_cells++] = 0;
        }
        out->size[out->n_cells - 1]++;
        out->cell_of[order[i]] = (uint32_t)(out->n_cells - 1);
    }
}

static size_t count_cells(const struct mln_strata *s, const uint32_t *order) {
    size_t n = 0;
    for (size_t i = 0; i < s->n_units; i++) {
        n += i == 0 || agreement(s, order[i], order[i - 1]) < s->n_variables;
    }
    return n;
}

enum mln_status mln_cells_build(const struct mln_strata *strata, struct mln_cells *out,
                                struct mln_err *err) {
    *out = (struct mln_cells){.n_units = strata->n_units, .n_variables = strata->n_variables};
    if (strata->n_variables > MLN_MAX_STRATA_VARIABLES || strata->n_units >= UINT32_MAX / 2) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "cells take up to %d variables and fewer than 2^31 units",
                           MLN_MAX_STRATA_VARIABLES);
    }
    uint32_t *order = NULL;
    MLN_TRY(sort_units(strata, &order, err));
    const size_t n = count_cells(strata, order);
    out->cell_of = malloc((strata->n_units + 1) * sizeof *out->cell_of);
    out->size = malloc((n + 1) * sizeof *out->size);
    out->common = malloc(n + 1);
    const bool room = out->cell_of != NULL && out->size != NULL && out->common != NULL;
    if (room) {
        number_cells(strata, order, out);
    } else {
        mln_cells_release(out);
    }
    free(order);
    return room ? MLN_OK : mln_err_nomem(err, "cells of units");
}

void mln_cells_release(struct mln_cells *cells) {
    free(cells->cell_of);
    free(cells->size);
    free(cells->common);
    *cells = (struct mln_cells){0};
}

/* ── classes ── */

#define NONE UINT32_MAX

struct work {
    const struct mln_cells *cells;
    const uint64_t *n_matched;
    const struct mln_collapse *collapse;
    struct mln_weights *out;
};

static bool is_enough(const struct work *w, uint64_t n_units, uint64_t n_matched) {
    return n_matched >= w->collapse->min_matched && n_matched > 0 &&
           (double)n_units <= w->collapse->max_weight * (double)n_matched;
}

/* The class of these cells with the fewest matched units that is enough with the pool; NONE. */
static uint32_t partner(const struct work *w, size_t first, size_t end, uint64_t n_units,
                        uint64_t n_matched) {
    const struct mln_weight_class *classes = w->out->classes;
    uint32_t best = NONE;
    for (size_t i = first; i < end; i++) {
        const uint32_t c = w->out->class_of[i];
        if (c != NONE && (best == NONE || classes[c].n_matched < classes[best].n_matched) &&
            is_enough(w, classes[c].n_units + n_units, classes[c].n_matched + n_matched)) {
            best = c;
        }
    }
    return best;
}

/* Cells first..end-1 agree on `level` variables: what is not in a class yet goes into one, if it
 * can. */
static void pool(struct work *w, size_t first, size_t end, size_t level) {
    struct mln_weights *out = w->out;
    uint64_t n_units = 0, n_matched = 0;
    bool waits = false;
    for (size_t i = first; i < end; i++) {
        waits = waits || out->class_of[i] == NONE;
        n_units += out->class_of[i] == NONE ? w->cells->size[i] : 0;
        n_matched += out->class_of[i] == NONE ? w->n_matched[i] : 0;
    }
    if (!waits) {
        return;
    }
    const bool enough = is_enough(w, n_units, n_matched);
    uint32_t c = enough ? NONE : partner(w, first, end, n_units, n_matched);
    if (c == NONE) {
        if (!enough && level > 0) {
            return;
        }
        c = (uint32_t)out->n_classes++;
        out->classes[c] = (struct mln_weight_class){.small = !enough};
    }
    out->classes[c].n_units += n_units;
    out->classes[c].n_matched += n_matched;
    out->classes[c].variables = (uint32_t)level;
    for (size_t i = first; i < end; i++) {
        out->class_of[i] = out->class_of[i] == NONE ? c : out->class_of[i];
    }
}

static void collapse_cells(struct work *w) {
    const struct mln_cells *cells = w->cells;
    for (size_t level = cells->n_variables + 1; level-- > 0;) {
        for (size_t first = 0, end = 0; first < cells->n_cells; first = end) {
            end = first + 1;
            while (end < cells->n_cells && cells->common[end] >= level) {
                end++;
            }
            pool(w, first, end, level);
        }
    }
}

/* Numbers classes by their first cell. `place` and `was` hold n_classes. */
static void renumber(struct work *w, uint32_t *place, struct mln_weight_class *was) {
    struct mln_weights *out = w->out;
    uint32_t n = 0;
    for (size_t c = 0; c < out->n_classes; c++) {
        place[c] = NONE;
        was[c] = out->classes[c];
        was[c].weight =
            was[c].n_matched == 0 ? NAN : (double)was[c].n_units / (double)was[c].n_matched;
    }
    for (size_t i = 0; i < w->cells->n_cells; i++) {
        const uint32_t c = out->class_of[i];
        if (place[c] == NONE) {
            out->classes[n] = was[c];
            place[c] = n++;
        }
        out->class_of[i] = place[c];
    }
}

static enum mln_status check(const struct mln_cells *cells, const uint64_t *n_matched,
                             const struct mln_collapse *collapse, struct mln_err *err) {
    if (collapse->min_matched < 1 || !(collapse->max_weight > 1.0)) {
        return mln_err_set(
            err, MLN_BAD_INPUT,
            "weights take at least 1 matched unit a class and a largest weight above "
            "1");
    }
    for (size_t i = 0; i < cells->n_cells; i++) {
        if (n_matched[i] > cells->size[i]) {
            return mln_err_set(err, MLN_BAD_INPUT, "cell %zu: more units matched than there are",
                               i + 1);
        }
    }
    return MLN_OK;
}

enum mln_status mln_weights_build(const struct mln_cells *cells, const uint64_t *n_matched,
                                  const struct mln_collapse *collapse, struct mln_weights *out,
                                  struct mln_err *err) {
    *out = (struct mln_weights){0};
    MLN_TRY(check(cells, n_matched, collapse, err));
    const size_t n = cells->n_cells;
    uint32_t *place = malloc((n + 1) * sizeof *place);
    struct mln_weight_class *was = malloc((n + 1) * sizeof *was);
    out->classes = malloc((n + 1) * sizeof *out->classes);
    out->class_of = malloc((n + 1) * sizeof *out->class_of);
    const bool room = place != NULL && was != NULL && out->classes != NULL && out->class_of != NULL;
    if (room) {
        struct work w = {cells, n_matched, collapse, out};
        for (size_t i = 0; i < n; i++) {
            out->class_of[i] = NONE;
        }
        collapse_cells(&w);
        renumber(&w, place, was);
    } else {
        mln_weights_release(out);
    }
    free(place);
    free(was);
    return room ? MLN_OK : mln_err_nomem(err, "classes of weights");
}

void mln_weights_release(struct mln_weights *weights) {
    free(weights->classes);
    free(weights->class_of);
    *weights = (struct mln_weights){0};
}

struct mln_share mln_weighted_share(const struct mln_weights *weights, const uint64_t *n_with) {
    double all = 0.0;
    struct mln_share out = {0.0, 0.0};
    for (size_t c = 0; c < weights->n_classes; c++) {
        all += (double)weights->classes[c].n_units;
    }
    for (size_t c = 0; c < weights->n_classes; c++) {
        const struct mln_weight_class *class = &weights->classes[c];
        const double n = (double)class->n_matched, part = (double)class->n_units / all;
        const double p = class->n_matched == 0 ? NAN : (double)n_with[c] / n;
        const double spread = class->n_matched == 1 ? 0.25 : p * (1.0 - p) / (n - 1.0);
        out.share += part * p;
        out.variance += part * part * (1.0 - n / (double)class->n_units) * spread;
    }
    return all > 0.0 ? out : (struct mln_share){NAN, NAN};
}
