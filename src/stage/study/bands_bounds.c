#include "stage/study/bands_bounds.h"

#include <math.h>
#include <stdlib.h>

#include "stage/study/study_query.h"
#include "stage/study/tabulate.h"
#include "stats/link_error.h"

/* Columns of victims that are told of one without a link. */
static bool is_known(const char *column) {
    static const char *const known[] = {"age_faits",
                                        "age_source",
                                        "annee",
                                        "densite",
                                        "densite_detail",
                                        "departement",
                                        "force",
                                        "genre",
                                        "departement_residence",
                                        "juridiction",
                                        "lien_auteur",
                                        "mois",
                                        "nationalite_groupe",
                                        "natinf",
                                        "pcs1",
                                        "sexe"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(column, known[i]) == 0) {
            return true;
        }
    }
    return false;
}

struct counting {
    const struct mln_study_table *spec;
    const struct mln_table *t;
    size_t share_of;
    uint64_t *unlinked; /* a cell: of those whose category of share_of is TOTAL */
};

static size_t category_at(const struct mln_table *t, size_t dimension, size_t cell) {
    for (size_t d = t->n_dimensions - 1; d > dimension; d--) {
        cell /= t->dimensions[d].n;
    }
    return cell % t->dimensions[dimension].n;
}

/* Whether a victim may stand in a line: at its category or TOTAL in every dimension but share_of.
 */
static bool may_stand(const struct counting *c, const struct mln_batch *batch, size_t row,
                      size_t cell) {
    for (size_t d = 0; d < c->t->n_dimensions; d++) {
        const struct mln_dimension *dimension = &c->t->dimensions[d];
        const size_t at = category_at(c->t, d, cell), total = dimension->n - 1;
        if (d == c->share_of) {
            if (at != total) {
                return false;
            }
            continue;
        }
        const struct mln_str code = mln_get_str(&batch->columns[d], row);
        const size_t own = mln_tab_category(c->spec->dimensions[d], dimension, code);
        const bool untold = code.p == NULL || !is_known(c->spec->dimensions[d]->column) ||
                            (own + 2 == dimension->n && strcmp(dimension->codes[own], "NR") == 0);
        if (at != total && at != own && !untold) {
            return false;
        }
    }
    return true;
}

static enum mln_status add_unlinked(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    struct counting *c = ctx;
    (void)err;
    for (size_t i = 0; i < batch->n_rows; i++) {
        const int32_t word = mln_get_i32(&batch->columns[c->t->n_dimensions + 2], i);
        const int64_t n = mln_get_i64(&batch->columns[c->t->n_dimensions + 4], i);
        if (word == 1 || word == 2) {
            continue; /* not among the recorded victims of the field: study_query.h */
        }
        for (size_t cell = 0; cell < c->t->n_cells; cell++) {
            c->unlinked[cell] += may_stand(c, batch, i, cell) ? (uint64_t)n : 0;
        }
    }
    return MLN_OK;
}

/* The table's conditions that can be told of a victim without a link. */
static enum mln_status keep_known(const struct mln_study_table *spec, struct mln_study_filter **out,
                                  size_t *n, struct mln_err *err) {
    struct mln_study_filter *filters = malloc((spec->n_filters + 1) * sizeof *filters);
    *n = 0;
    for (size_t i = 0; filters != NULL && i < spec->n_filters; i++) {
        if (is_known(spec->filters[i].column)) {
            filters[(*n)++] = spec->filters[i];
        }
    }
    *out = filters;
    return filters != NULL ? MLN_OK : mln_err_nomem(err, spec->name);
}

static void set_bounds(const struct counting *c, const struct mln_study_measure *m,
                       struct mln_measure *out) {
    const struct mln_table *t = c->t;
    size_t stride = 1;
    for (size_t d = c->share_of + 1; d < t->n_dimensions; d++) {
        stride *= t->dimensions[d].n;
    }
    const size_t n = t->dimensions[c->share_of].n;
    for (size_t cell = 0; cell < t->n_cells; cell++) {
        const size_t whole = cell + (n - 1 - cell / stride % n) * stride;
        const struct mln_interval bounds = mln_share_bounds(t->counts[cell], t->counts[whole],
                                                            t->counts[whole] + c->unlinked[whole]);
        out->n[cell] = t->counts[whole];
        const double bound = m->bound < 0 ? bounds.lower : fmin(1, bounds.upper);
        out->values[cell] = cell == whole && t->counts[whole] > 0 ? 100 : 100 * bound;
    }
}

/* The unlinked of one dimension of shares; its bounds are both made of them. */
static enum mln_status count_unlinked(struct mln_engine *e, const char *base, struct counting *c,
                                      struct mln_err *err) {
    static const struct mln_band_query unlinked = {0};
    struct mln_study_table known = *c->spec;
    struct mln_study_filter *filters = NULL;
    memset(c->unlinked, 0, c->t->n_cells * sizeof *c->unlinked);
    MLN_TRY(keep_known(c->spec, &filters, &known.n_filters, err));
    known.filters = filters;
    const enum mln_status status =
        mln_query_bands(e, base, &known, &unlinked, add_unlinked, c, err);
    free(filters);
    return status;
}

enum mln_status mln_bounds_table(struct mln_engine *e, const char *base,
                                 const struct mln_study_table *spec, struct mln_table *t,
                                 struct mln_err *err) {
    struct counting c = {spec, t, SIZE_MAX, malloc((t->n_cells + 1) * sizeof *c.unlinked)};
    enum mln_status status = c.unlinked == NULL ? mln_err_nomem(err, spec->name) : MLN_OK;
    for (size_t k = 0; status == MLN_OK && k < spec->n_measures; k++) {
        const struct mln_study_measure *m = &spec->measures[k];
        if (m->kind != MLN_STUDY_BOUNDS) {
            continue;
        }
        if (m->share_of != c.share_of) {
            c.share_of = m->share_of;
            status = count_unlinked(e, base, &c, err);
        }
        if (status == MLN_OK) {
            set_bounds(&c, m, &t->measures[k]);
        }
    }
    free(c.unlinked);
    return status;
}
