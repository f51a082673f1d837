/* What training added to a model, read back: lambda, coverage, interactions. */
#include <math.h>

#include "link/model/inside.h"

/* No trained term is beyond: probabilities are floored at 1e-300. */
static const double WEIGHT_MAX = 2000;

static enum mln_status comparison_of(struct mln_model_reader *r, const struct mln_yaml *node,
                                     uint8_t *out) {
    const char *words[MLN_COMPARISONS_MAX + 1] = {NULL};
    size_t word = 0;
    for (size_t c = 0; c < r->model->n_comparisons; c++) {
        words[c] = mln_arena_strdup(r->arena, r->model->comparisons[c].name);
        if (words[c] == NULL) {
            return mln_model_nomem(r);
        }
    }
    MLN_TRY(mln_yaml_as_word(node, words, &word, r->err));
    *out = (uint8_t)word;
    return MLN_OK;
}

/* A list of n numbers. */
static enum mln_status read_row(struct mln_model_reader *r, struct mln_yaml *list, size_t n,
                                const char *of, double *out) {
    MLN_TRY(mln_yaml_as_list(list, r->err));
    if (list->n != n) {
        return mln_yaml_error(list, r->err,
                              "%zu numbers; a number each is needed for the %zu levels of '%s'",
                              list->n, n, of);
    }
    struct mln_yaml *at = list->first;
    for (size_t i = 0; i < n; i++, at = at->next) {
        MLN_TRY(mln_yaml_as_f64(at, -WEIGHT_MAX, WEIGHT_MAX, &out[i], r->err));
    }
    return MLN_OK;
}

static enum mln_status read_weights(struct mln_model_reader *r, struct mln_yaml *rows,
                                    struct mln_interaction *out) {
    const struct mln_comparison *a = &r->model->comparisons[out->a];
    const struct mln_comparison *b = &r->model->comparisons[out->b];
    const char *name = mln_arena_strdup(r->arena, b->name);
    if (name == NULL) {
        return mln_model_nomem(r);
    }
    MLN_TRY(mln_yaml_as_list(rows, r->err));
    if (rows->n != a->n_levels) {
        return mln_yaml_error(rows, r->err,
                              "%zu lists; one each is needed for the %zu levels of '%.*s'", rows->n,
                              a->n_levels, MLN_STR_ARG(a->name));
    }
    struct mln_yaml *row = rows->first;
    for (size_t i = 0; i < a->n_levels; i++, row = row->next) {
        MLN_TRY(read_row(r, row, b->n_levels, name, out->weight_log2[i]));
    }
    return MLN_OK;
}

static enum mln_status read_interaction(struct mln_model_reader *r, struct mln_yaml *map,
                                        struct mln_interaction *out) {
    struct mln_yaml *between = NULL, *weights = NULL;
    MLN_TRY(mln_yaml_as_map(map, r->err));
    MLN_TRY(mln_yaml_need(map, "between", &between, r->err));
    MLN_TRY(mln_yaml_need(map, "weight_log2", &weights, r->err));
    MLN_TRY(mln_yaml_as_list(between, r->err));
    if (between->n != 2) {
        return mln_yaml_error(between, r->err, "an interaction is between two comparisons");
    }
    MLN_TRY(comparison_of(r, between->first, &out->a));
    MLN_TRY(comparison_of(r, between->first->next, &out->b));
    if (out->a >= out->b) {
        return mln_yaml_error(between, r->err,
                              "name two comparisons in the order they have in the model");
    }
    MLN_TRY(read_weights(r, weights, out));
    return mln_yaml_done(map, r->err);
}

static enum mln_status read_interactions(struct mln_model_reader *r, struct mln_yaml *list) {
    MLN_TRY(mln_yaml_as_list(list, r->err));
    if (list->n > MLN_INTERACTIONS_MAX) {
        return mln_yaml_error(list, r->err, "a model has at most %d interactions",
                              (int)MLN_INTERACTIONS_MAX);
    }
    struct mln_interaction *all = MLN_ARENA_NEW(r->arena, struct mln_interaction, list->n + 1);
    if (all == NULL) {
        return mln_model_nomem(r);
    }
    size_t n = 0;
    for (struct mln_yaml *at = list->first; at != NULL; at = at->next, n++) {
        MLN_TRY(read_interaction(r, at, &all[n]));
        for (size_t i = 0; i < n; i++) {
            if (all[i].a == all[n].a && all[i].b == all[n].b) {
                return mln_yaml_error(at, r->err, "interaction %zu is of the same two comparisons",
                                      i + 1);
            }
        }
    }
    r->model->interactions = all;
    r->model->n_interactions = n;
    return MLN_OK;
}

/* Both or none. */
static enum mln_status read_random(struct mln_model_reader *r, struct mln_yaml *map) {
    struct mln_yaml *pairs = NULL, *matches = NULL;
    MLN_TRY(mln_yaml_as_map(map, r->err));
    MLN_TRY(mln_yaml_need(map, "pairs", &pairs, r->err));
    MLN_TRY(mln_yaml_need(map, "matches", &matches, r->err));
    MLN_TRY(mln_yaml_as_f64(pairs, 1, 1e19, &r->model->random_pairs, r->err));
    MLN_TRY(mln_yaml_as_f64(matches, 0, r->model->random_pairs, &r->model->random_matches, r->err));
    return mln_yaml_done(map, r->err);
}

enum mln_status mln_model_read_trained(struct mln_model_reader *r, struct mln_yaml *top) {
    r->model->lambda = NAN;
    r->model->coverage = NAN;
    MLN_TRY(mln_yaml_opt_f64(top, "lambda", 0, 1, &r->model->lambda, r->err));
    MLN_TRY(mln_yaml_opt_f64(top, "coverage", 0, 1, &r->model->coverage, r->err));
    struct mln_yaml *random = mln_yaml_get(top, "random");
    if (random != NULL && random->kind != MLN_YAML_NULL) {
        MLN_TRY(read_random(r, random));
    }
    struct mln_yaml *interactions = mln_yaml_get(top, "interactions");
    return interactions == NULL || interactions->kind == MLN_YAML_NULL
               ? MLN_OK
               : read_interactions(r, interactions);
}
