/* Term frequencies of a run: which levels they adjust, and by how much. */
#include "link/decide/term.h"

#include <math.h>

#include "linkage/score.h"

/* P(two random records agree on the field): Σ f². */
static double chance_of_agreement(const struct mln_strset *set, double total) {
    double sum = 0;
    for (uint32_t i = 0; i < set->n; i++) {
        const double f = (double)set->count[i] / total;
        sum += f * f;
    }
    return sum;
}

/* The same formula with frequencies from outside; every value of the field has one. */
static void adjust_by_table(const struct mln_frequencies *f, uint32_t n,
                            const struct mln_term_options *options, double *adjust) {
    for (uint32_t i = 0; i < n; i++) {
        adjust[i] =
            options->weight * log2(options->u_exact / fmax(f->frequency[i], options->minimum));
    }
}

static enum mln_status adjust_level(const struct mln_linkage_work *work,
                                    const struct mln_em_result *fit, size_t c, size_t l,
                                    struct mln_linkage_tf *out, struct mln_err *err) {
    const struct mln_comparison *comparison = &work->model->comparisons[c];
    const struct mln_strset *set = &work->records->fields[comparison->levels[l].field].set;
    double total = 0;
    for (uint32_t i = 0; i < set->n; i++) {
        total += (double)set->count[i];
    }
    double *adjust = MLN_ARENA_NEW(work->arena, double, (size_t)set->n + 1);
    if (adjust == NULL) {
        return mln_err_nomem(err, "the term frequencies");
    }
    const struct mln_frequencies *outside =
        work->frequencies != NULL && comparison->levels[l].field == comparison->field
            ? work->frequencies[c]
            : NULL;
    const bool first = l == 0 && comparison->levels[l].kind == MLN_LEVEL_EXACT;
    const struct mln_term_options options = {.u_exact = first ? fit->u[c * MLN_LEVELS_MAX]
                                                        : outside != NULL
                                                            ? outside->chance
                                                            : chance_of_agreement(set, total),
                                             .weight = comparison->tf_weight,
                                             .minimum = comparison->tf_minimum};
    if (outside != NULL) {
        adjust_by_table(outside, set->n, &options, adjust);
    } else if (set->n > 0) {
        mln_term_adjustments(set->count, set->n, &options, adjust);
    }
    for (uint32_t i = 0; i < set->n; i++) {
        out->most[c][l] = adjust[i] > out->most[c][l] ? adjust[i] : out->most[c][l];
    }
    out->adjust[c][l] = adjust;
    return MLN_OK;
}

enum mln_status mln_linkage_tf_init(const struct mln_linkage_work *work,
                                    const struct mln_em_result *fit, struct mln_linkage_tf *out,
                                    struct mln_err *err) {
    *out = (struct mln_linkage_tf){.adjust = {{NULL}}};
    for (size_t c = 0; c < work->model->n_comparisons; c++) {
        const struct mln_comparison *comparison = &work->model->comparisons[c];
        for (size_t l = 0; l < comparison->n_levels; l++) {
            const struct mln_level *level = &comparison->levels[l];
            if (level->term_frequency &&
                work->records->fields[level->field].type == MLN_FIELD_TEXT) {
                MLN_TRY(adjust_level(work, fit, c, l, out, err));
            }
        }
    }
    return MLN_OK;
}
