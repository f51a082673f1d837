/* m and u from labelled pairs. */
#include <math.h>
#include <string.h>

#include "link/train/em_data.h"

static void count_levels(const struct em_table *t, double *count) {
    for (size_t i = 0; i < t->n; i++) {
        for (uint32_t k = t->start[i]; k < t->start[i + 1]; k++) {
            count[t->terms[k]] += t->count[i];
        }
    }
}

static void shares(const struct mln_em_options *o, const double *count, const double *fixed,
                   double *out) {
    for (size_t c = 0; c < o->n_comparisons; c++) {
        const size_t first = c * MLN_LEVELS_MAX;
        for (size_t l = 0; l < o->n_levels[c]; l++) {
            out[first + l] = 1.0 / o->n_levels[c]; /* where nothing was counted, without a prior */
        }
        em_levels(count + first, o->training->prior_weight, o->n_levels[c],
                  fixed == NULL ? NULL : fixed + first, out + first);
    }
}

static enum mln_status from_labels(struct em_data *data, struct mln_em_result *out,
                                   struct mln_err *err) {
    const struct mln_em_options *o = data->options;
    struct em_table matches = {0};
    struct em_table others = {0};
    MLN_TRY(em_table_build(data, &o->sessions[0], NULL, &matches, err));
    if (o->n_sessions > 1) {
        MLN_TRY(em_table_build(data, &o->sessions[1], NULL, &others, err));
    }
    if (matches.total <= 0 || (others.total <= 0 && data->random.total <= 0)) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "training: the labels hold no %s; both are needed to train from them",
                           matches.total <= 0 ? "match" : "non-match");
    }
    const double labelled = matches.total / o->n_pairs_all;
    out->lambda = isnan(o->training->lambda) ? fmin(labelled, 1 - 1e-9) : o->training->lambda;
    struct em_params p = {0};
    double count[EM_TERMS] = {0};
    count_levels(&matches, count);
    shares(o, count, o->m_fixed, p.m);
    memset(count, 0, sizeof count);
    count_levels(data->random.n > 0 ? &data->random : &others, count);
    shares(o, count, o->u_fixed, p.u);
    if (data->random.n > 0) {
        em_u_from_random(data, out->lambda, &p);
    }
    memcpy(out->m, p.m, sizeof out->m);
    memcpy(out->u, p.u, sizeof out->u);
    return MLN_OK;
}

enum mln_status mln_em_from_labels(const struct mln_em_options *options, struct mln_em_result *out,
                                   struct mln_err *err) {
    struct em_data data;
    memset(out, 0, sizeof *out);
    if (options->n_sessions < 1 || options->n_sessions > 2) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "training: labels come as one set of matches and one of non-matches");
    }
    enum mln_status status = em_data_init(&data, options, err);
    if (status == MLN_OK) {
        status = from_labels(&data, out, err);
    }
    em_data_release(&data);
    return status;
}
