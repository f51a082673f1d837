#include "link/train/em.h"

#include <math.h>
#include <string.h>

#include "link/train/em_data.h"

/* ── which class is which ── */

static bool anything_fixed(const struct mln_em_options *o) {
    for (size_t c = 0; c < o->n_comparisons; c++) {
        for (size_t l = 0; l < o->n_levels[c]; l++) {
            const size_t k = c * MLN_LEVELS_MAX + l;
            if ((o->m_fixed != NULL && !isnan(o->m_fixed[k])) ||
                (o->u_fixed != NULL && !isnan(o->u_fixed[k]))) {
                return true;
            }
        }
    }
    return false;
}

/* Matches are the class that agrees more. */
static void name_classes(const struct em_data *data, struct em_params *p) {
    double matches_agree = 0;
    for (size_t c = 0; c < data->options->n_comparisons; c++) {
        const size_t k = c * MLN_LEVELS_MAX;
        matches_agree += data->kept[c] ? log(fmax(p->m[k], 1e-12) / fmax(p->u[k], 1e-12)) : 0;
    }
    if (matches_agree >= 0 || data->random.n > 0 || anything_fixed(data->options) ||
        !isnan(data->options->training->lambda)) {
        return;
    }
    double other[EM_TERMS];
    memcpy(other, p->m, sizeof other);
    memcpy(p->m, p->u, sizeof other);
    memcpy(p->u, other, sizeof other);
    for (size_t r = 0; r < data->n_sessions; r++) {
        p->lambda[r] = 1 - p->lambda[r];
    }
}

/* ── the fit ── */

static bool differ(const struct em_data *data, const struct em_params *a,
                   const struct em_params *b) {
    for (size_t k = 0; k < data->options->n_comparisons * MLN_LEVELS_MAX; k++) {
        if (data->kept[k / MLN_LEVELS_MAX] &&
            (fabs(a->m[k] - b->m[k]) > 0.02 || fabs(a->u[k] - b->u[k]) > 0.02)) {
            return true;
        }
    }
    return false;
}

/* The best of all starts into `best`; ties keep the lowest start. */
static void best_start(const struct em_data *data, struct em_climb *best, size_t *start) {
    const size_t n_starts =
        data->options->training->starts > 0 ? data->options->training->starts : 1;
    struct em_climb other;
    size_t passes = 0;
    bool rivals = false;
    for (size_t s = 0; s < n_starts; s++) {
        struct em_climb *const climb = s == 0 ? best : &other;
        *climb = (struct em_climb){.passes = 0};
        em_start(data, s, &climb->at);
        em_climb_up(data, climb);
        name_classes(data, &climb->at);
        passes += climb->passes;
        if (s == 0) {
            *start = 0;
            continue;
        }
        const double gain = other.score.posterior - best->score.posterior;
        const double close = 0.01 + 1e-9 * fabs(best->score.posterior);
        if (fabs(gain) <= close) {
            rivals = rivals || differ(data, &best->at, &other.at);
        } else if (gain > 0) {
            rivals = false;
        }
        if (gain > close) {
            *best = other;
            *start = s;
        }
    }
    best->passes = passes;
    best->alarms |= rivals ? MLN_EM_STARTS_DIFFER : 0;
}

/* u and λ given m, m given u, in turn, until u stands still. */
static void settle_u(const struct em_data *data, struct em_climb *climb, double *lambda) {
    enum { ROUNDS_MAX = 20 };
    *lambda = em_lambda(data, &climb->at, 0);
    for (int round = 0; data->random.n > 0 && round < ROUNDS_MAX; round++) {
        struct em_params next = climb->at;
        em_u_from_random(data, *lambda, &next);
        double most = 0;
        for (size_t k = 0; k < data->options->n_comparisons * MLN_LEVELS_MAX; k++) {
            most = fmax(most, fabs(next.u[k] - climb->at.u[k]) / fmax(next.u[k], 1e-12));
        }
        climb->at = next;
        climb->alarms &= ~(unsigned)MLN_EM_NOT_CONVERGED;
        em_climb_up(data, climb);
        *lambda = em_lambda(data, &climb->at, *lambda);
        if (most <= 1e-6) {
            return;
        }
    }
}

static bool present_in(const struct mln_em_session *s, size_t n_comparisons, size_t c) {
    for (size_t i = 0; i < s->n_patterns; i++) {
        if (s->count[i] > 0 && s->levels[i * n_comparisons + c] != MLN_LEVEL_MISSING) {
            return true;
        }
    }
    return false;
}

/* Of a rule, or of chance: a field seldom filled on both sides is no fault. */
static bool present_anywhere(const struct mln_em_options *o, size_t c) {
    for (size_t r = 0; r < o->n_sessions; r++) {
        if (present_in(&o->sessions[r], o->n_comparisons, c)) {
            return true;
        }
    }
    return o->random != NULL && present_in(o->random, o->n_comparisons, c);
}

/* Nothing can be learnt from: no pair, one pattern, a comparison never there. */
static enum mln_status check_data(const struct em_data *data, struct mln_err *err) {
    const struct mln_em_options *o = data->options;
    double total = 0;
    size_t most_patterns = 0;
    for (size_t r = 0; r < data->n_sessions; r++) {
        total += data->sessions[r].total;
        most_patterns = data->sessions[r].n > most_patterns ? data->sessions[r].n : most_patterns;
    }
    if (total <= 0) {
        return mln_err_set(
            err, MLN_BAD_INPUT,
            "training: the blocking rules make no pair; add a rule, or look whether its "
            "fields are filled on both sides");
    }
    for (size_t c = 0; c < o->n_comparisons; c++) {
        const struct mln_str name = o->names == NULL ? MLN_STR_LIT("") : o->names[c];
        if (!data->kept[c] && !present_anywhere(o, c)) {
            return mln_err_set(
                err, MLN_BAD_INPUT,
                "training: comparison %zu%s%.*s is missing in every pair; take it out "
                "of the model, or fill its field on both sides",
                c + 1, name.n > 0 ? " " : "", MLN_STR_ARG(name));
        }
    }
    if (most_patterns < 2) {
        return mln_err_set(
            err, MLN_BAD_INPUT,
            "training: all pairs of a rule agree on the same levels, so that nothing "
            "tells matches from others; give m and u in the model, or a wider rule");
    }
    return MLN_OK;
}

/* Both classes must hold something. */
static enum mln_status check_classes(const struct em_data *data, const struct em_params *p,
                                     struct mln_err *err) {
    double matches = 0;
    double others = 0;
    double apart = 0;
    for (size_t r = 0; r < data->n_sessions; r++) {
        matches += p->lambda[r] * data->sessions[r].total;
        others += (1 - p->lambda[r]) * data->sessions[r].total;
    }
    for (size_t k = 0; k < data->options->n_comparisons * MLN_LEVELS_MAX; k++) {
        apart = data->kept[k / MLN_LEVELS_MAX] ? fmax(apart, fabs(p->m[k] - p->u[k])) : apart;
    }
    const double all = matches + others;
    if (matches < 0.5) {
        return mln_err_set(
            err, MLN_BAD_INPUT,
            "training: of %.0f pairs none looks like a match: a single class; look at the "
            "blocking rules and at the cleaning of both sides",
            all);
    }
    if (apart < 1e-3 || (data->random.n == 0 && others < 0.5)) {
        return mln_err_set(
            err, MLN_BAD_INPUT,
            "training: %.0f pairs show a single class; train u from random pairs, or give "
            "m and u in the model",
            all);
    }
    return MLN_OK;
}

static enum mln_status fit(struct em_data *data, struct mln_em_result *out, struct mln_err *err) {
    MLN_TRY(check_data(data, err));
    struct em_climb best;
    size_t start = 0;
    double lambda = 0;
    best_start(data, &best, &start);
    settle_u(data, &best, &lambda);
    MLN_TRY(check_classes(data, &best.at, err));
    if (data->options->training->dependence) {
        MLN_TRY(em_depend(data, &best, &lambda, err));
        MLN_TRY(check_classes(data, &best.at, err));
    }
    MLN_TRY(em_never_seen(data, &best.at, err));
    lambda = em_lambda(data, &best.at, lambda);
    memcpy(out->m, best.at.m, sizeof out->m);
    memcpy(out->u, best.at.u, sizeof out->u);
    memcpy(out->session_lambda, best.at.lambda, sizeof out->session_lambda);
    out->lambda = lambda;
    out->coverage = em_coverage(data, &best.at);
    out->random_matches = em_random_matches(data, &best.at, lambda);
    out->random_pairs = out->random_matches > 0 ? data->random.total : 0;
    out->log_likelihood = best.score.data;
    out->iterations = best.passes;
    out->best_start = start;
    out->alarms = best.alarms;
    em_interactions(data, out);
    em_alarms(data, out);
    return MLN_OK;
}

enum mln_status mln_em_fit(const struct mln_em_options *options, struct mln_em_result *out,
                           struct mln_err *err) {
    struct em_data data;
    memset(out, 0, sizeof *out);
    enum mln_status status = em_data_init(&data, options, err);
    if (status == MLN_OK) {
        status = fit(&data, out, err);
    }
    em_data_release(&data);
    return status;
}
