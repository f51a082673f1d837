#include "stats/post_strata.h"

#include <math.h>
#include <stdlib.h>

#include "stats/order.h"

#define NONE UINT32_MAX

/* A cell: units first..first+n_units-1 of the sorted order. */
struct cell {
    size_t first;
    uint64_t n_units, n_matched;
    uint32_t class_no;
};

struct work {
    const struct mln_strata *strata;
    const struct mln_collapse *collapse;
    uint32_t *order; /* units by codes */
    struct cell *cells;
    size_t n_cells;
    struct mln_weight_class *classes;
    size_t n_classes;
};

static bool is_enough(const struct work *w, uint64_t n_units, uint64_t n_matched) {
    return n_matched >= w->collapse->min_matched && n_matched > 0 &&
           (double)n_units <= w->collapse->max_weight * (double)n_matched;
}

static bool agree(const struct mln_strata *s, uint32_t a, uint32_t b, size_t n_variables) {
    for (size_t v = 0; v < n_variables; v++) {
        if (s->code[v][a] != s->code[v][b]) {
            return false;
        }
    }
    return true;
}

static enum mln_status sort_units(struct work *w, struct mln_err *err) {
    const size_t n = w->strata->n_units;
    w->order = malloc((n + 1) * sizeof *w->order);
    uint64_t *key = malloc((n + 1) * sizeof *key);
    uint32_t *scratch = malloc((n + 1) * sizeof *scratch);
    const bool room = w->order != NULL && key != NULL && scratch != NULL;
    for (size_t i = 0; room && i < n; i++) {
        w->order[i] = (uint32_t)i;
    }
    for (size_t v = w->strata->n_variables; room && v-- > 0;) {
        for (size_t i = 0; i < n; i++) {
            key[i] = w->strata->code[v][i];
        }
        mln_order_by(key, n, w->order, scratch);
    }
    free(key);
    free(scratch);
    return room ? MLN_OK : mln_err_nomem(err, "classes of weights");
}

static enum mln_status list_cells(struct work *w, struct mln_err *err) {
    const struct mln_strata *s = w->strata;
    for (size_t pass = 0; pass < 2; pass++) {
        size_t n = 0;
        for (size_t i = 0; i < s->n_units; i++) {
            const uint32_t unit = w->order[i];
            const bool opens = i == 0 || !agree(s, unit, w->order[i - 1], s->n_variables);
            n += opens;
            if (pass == 1) {
                struct cell *cell = &w->cells[n - 1];
                if (opens) {
                    *cell = (struct cell){.first = i, .class_no = NONE};
                }
                cell->n_units++;
                cell->n_matched += s->matched[unit] != 0;
            }
        }
        if (pass == 0) {
            w->n_cells = n;
            w->cells = malloc((n + 1) * sizeof *w->cells);
            w->classes = malloc((n + 1) * sizeof *w->classes);
            if (w->cells == NULL || w->classes == NULL) {
                return mln_err_nomem(err, "classes of weights");
            }
        }
    }
    return MLN_OK;
}

/* The class of these cells with the fewest matched units that is enough with the pool; NONE. */
static uint32_t partner(const struct work *w, size_t first, size_t end, uint64_t n_units,
                        uint64_t n_matched) {
    uint32_t best = NONE;
    for (size_t i = first; i < end; i++) {
        const uint32_t c = w->cells[i].class_no;
        if (c != NONE && (best == NONE || w->classes[c].n_matched < w->classes[best].n_matched) &&
            is_enough(w, w->classes[c].n_units + n_units, w->classes[c].n_matched + n_matched)) {
            best = c;
        }
    }
    return best;
}

/* Cells first..end-1 agree on `level` variables: what is not in a class yet goes into one, if it
 * can. */
static void pool(struct work *w, size_t first, size_t end, size_t level) {
    uint64_t n_units = 0, n_matched = 0;
    for (size_t i = first; i < end; i++) {
        n_units += w->cells[i].class_no == NONE ? w->cells[i].n_units : 0;
        n_matched += w->cells[i].class_no == NONE ? w->cells[i].n_matched : 0;
    }
    if (n_units == 0) {
        return;
    }
    const bool enough = is_enough(w, n_units, n_matched);
    uint32_t c = enough ? NONE : partner(w, first, end, n_units, n_matched);
    if (c == NONE) {
        if (!enough && level > 0) {
            return;
        }
        c = (uint32_t)w->n_classes++;
        w->classes[c] = (struct mln_weight_class){.small = !enough};
    }
    w->classes[c].n_units += n_units;
    w->classes[c].n_matched += n_matched;
    w->classes[c].variables = (uint32_t)level;
    for (size_t i = first; i < end; i++) {
        w->cells[i].class_no = w->cells[i].class_no == NONE ? c : w->cells[i].class_no;
    }
}

static void collapse_cells(struct work *w) {
    for (size_t level = w->strata->n_variables + 1; level-- > 0;) {
        for (size_t first = 0, end = 0; first < w->n_cells; first = end) {
            const uint32_t unit = w->order[w->cells[first].first];
            for (end = first; end < w->n_cells &&
                              agree(w->strata, unit, w->order[w->cells[end].first], level);) {
                end++;
            }
            pool(w, first, end, level);
        }
    }
}

/* Numbers classes by their first cell, and tells the units. */
static enum mln_status deliver(struct work *w, struct mln_weights *out, struct mln_err *err) {
    uint32_t *place = malloc((w->n_classes + 1) * sizeof *place);
    out->classes = malloc((w->n_classes + 1) * sizeof *out->classes);
    out->class_of = malloc((w->strata->n_units + 1) * sizeof *out->class_of);
    if (place == NULL || out->classes == NULL || out->class_of == NULL) {
        free(place);
        mln_weights_release(out);
        return mln_err_nomem(err, "classes of weights");
    }
    for (size_t c = 0; c < w->n_classes; c++) {
        place[c] = NONE;
    }
    for (size_t i = 0; i < w->n_cells; i++) {
        const struct cell *cell = &w->cells[i];
        const struct mln_weight_class *was = &w->classes[cell->class_no];
        if (place[cell->class_no] == NONE) {
            place[cell->class_no] = (uint32_t)out->n_classes;
            struct mln_weight_class *now = &out->classes[out->n_classes++];
            *now = *was;
            now->weight = was->n_matched == 0 ? NAN : (double)was->n_units / (double)was->n_matched;
        }
        for (size_t u = 0; u < cell->n_units; u++) {
            out->class_of[w->order[cell->first + u]] = place[cell->class_no];
        }
    }
    free(place);
    return MLN_OK;
}

enum mln_status mln_weights_build(const struct mln_strata *strata,
                                  const struct mln_collapse *collapse, struct mln_weights *out,
                                  struct mln_err *err) {
    *out = (struct mln_weights){0};
    if (strata->n_variables > MLN_MAX_STRATA_VARIABLES || strata->n_units >= NONE ||
        collapse->min_matched < 1 || !(collapse->max_weight > 1.0)) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "weights take up to %d variables, at least 1 matched unit a class and a "
                           "largest weight above 1",
                           MLN_MAX_STRATA_VARIABLES);
    }
    struct work w = {.strata = strata, .collapse = collapse};
    enum mln_status status = sort_units(&w, err);
    if (status == MLN_OK) {
        status = list_cells(&w, err);
    }
    if (status == MLN_OK) {
        collapse_cells(&w);
        status = deliver(&w, out, err);
    }
    free(w.order);
    free(w.cells);
    free(w.classes);
    return status;
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
