/* One pass of EM over the patterns, and what is read off the matches it finds. */
#include <math.h>
#include <string.h>

#include "link/decide/threshold.h"
#include "link/train/em_data.h"

/* Below this a probability is as good as 0: its logarithm stays finite. */
static const double tiny = 1e-300;

void em_take_logs(const struct em_data *data, const struct em_params *at, struct em_logs *logs) {
    for (size_t c = 0; c < data->options->n_comparisons; c++) {
        for (size_t l = 0; l < data->options->n_levels[c]; l++) {
            const size_t k = c * MLN_LEVELS_MAX + l;
            logs->m[k] = log(fmax(at->m[k], tiny));
            logs->u[k] = log(fmax(at->u[k], tiny));
        }
    }
    logs->forests = data->forests;
}

/* The same for one session, whose pairs that do not match have levels of their own. */
static void take_session_logs(const struct em_data *data, const struct em_params *at,
                              size_t session, struct em_logs *logs) {
    em_take_logs(data, at, logs);
    const double *u = data->session_u + session * EM_TERMS;
    for (size_t k = 0; data->random.n > 0 && k < data->options->n_comparisons * MLN_LEVELS_MAX;
         k++) {
        logs->u[k] = log(fmax(u[k], tiny));
    }
}

struct em_pair em_weigh(const struct em_logs *logs, const struct em_table *t, size_t pattern,
                        double log_match, double log_not) {
    double m = log_match;
    double u = log_not;
    for (uint32_t k = t->start[pattern]; k < t->start[pattern + 1]; k++) {
        m += logs->m[t->terms[k]];
        u += logs->u[t->terms[k]];
    }
    if (logs->forests != NULL) {
        m += em_forest_log(&logs->forests[0], t, pattern);
        u += em_forest_log(&logs->forests[1], t, pattern);
    }
    const double small = exp(-fabs(m - u)); /* of the lesser class relative to the other */
    const double more = 1 / (1 + small);
    const double less = small / (1 + small);
    return (struct em_pair){m >= u ? more : less, m >= u ? less : more, fmax(m, u) + log1p(small)};
}

struct em_counts {
    struct em_sum m[EM_TERMS], u[EM_TERMS];
};

static void count_pattern(const struct em_table *t, size_t i, double match, double other,
                          struct em_counts *counts) {
    const double n_match = t->count[i] * match;
    const double n_not = t->count[i] * other;
    for (uint32_t k = t->start[i]; k < t->start[i + 1]; k++) {
        em_add(&counts->m[t->terms[k]], n_match);
        em_add(&counts->u[t->terms[k]], n_not);
    }
}

/* E-step over one session; returns its matches. */
static double count_session(const struct em_table *t, const struct em_logs *logs, double lambda,
                            struct em_counts *counts, struct em_sum *log_likelihood) {
    const double log_match = log(fmax(lambda, tiny));
    const double log_not = log(fmax(1 - lambda, tiny));
    struct em_sum matches = {0, 0};
    for (size_t i = 0; i < t->n; i++) {
        const struct em_pair p = em_weigh(logs, t, i, log_match, log_not);
        em_add(log_likelihood, t->count[i] * p.log_likelihood);
        em_add(&matches, t->count[i] * p.match);
        count_pattern(t, i, p.match, p.other, counts);
    }
    return em_value(matches);
}

void em_levels(const double *count, double prior, size_t n_levels, const double *fixed,
               double *out) {
    double left = 1;
    double sum = 0;
    for (size_t l = 0; l < n_levels; l++) {
        if (fixed != NULL && !isnan(fixed[l])) {
            left -= fixed[l];
            out[l] = fixed[l];
        } else {
            sum += count[l] + prior / (double)n_levels;
        }
    }
    for (size_t l = 0; l < n_levels && sum > 0; l++) {
        if (fixed == NULL || isnan(fixed[l])) {
            out[l] = fmax(left, 0) * (count[l] + prior / (double)n_levels) / sum;
        }
    }
}

static void m_step(const struct em_data *data, const struct em_sum *sums, const double *fixed,
                   double *out) {
    const struct mln_em_options *o = data->options;
    for (size_t c = 0; c < o->n_comparisons; c++) {
        const size_t first = c * MLN_LEVELS_MAX;
        double count[MLN_LEVELS_MAX];
        for (size_t l = 0; l < o->n_levels[c]; l++) {
            count[l] = em_value(sums[first + l]);
        }
        if (data->kept[c]) {
            em_levels(count, o->training->prior_weight, o->n_levels[c],
                      fixed == NULL ? NULL : fixed + first, out + first);
        }
    }
}

static double log_prior(const struct em_data *data, const double *logs, const double *fixed) {
    const struct mln_em_options *o = data->options;
    double sum = 0;
    for (size_t c = 0; c < o->n_comparisons; c++) {
        for (size_t l = 0; l < o->n_levels[c] && data->kept[c]; l++) {
            const size_t k = c * MLN_LEVELS_MAX + l;
            if (fixed == NULL || isnan(fixed[k])) {
                sum += o->training->prior_weight / o->n_levels[c] * logs[k];
            }
        }
    }
    return sum;
}

struct em_score em_pass(const struct em_data *data, const struct em_params *at,
                        struct em_params *next) {
    struct em_logs logs;
    struct em_counts counts;
    memset(&counts, 0, sizeof counts);
    em_take_logs(data, at, &logs);
    struct em_sum log_likelihood = {0, 0};
    *next = *at;
    for (size_t r = 0; r < data->n_sessions; r++) {
        const struct em_table *t = &data->sessions[r];
        if (t->n > 0) {
            take_session_logs(data, at, r, &logs);
            const double matches = count_session(t, &logs, at->lambda[r], &counts, &log_likelihood);
            next->lambda[r] =
                isnan(data->lambda_fixed[r]) ? matches / t->total : data->lambda_fixed[r];
        }
    }
    const struct mln_em_options *o = data->options;
    m_step(data, counts.m, o->m_fixed, next->m);
    double prior = log_prior(data, logs.m, o->m_fixed);
    if (data->random.n == 0) {
        m_step(data, counts.u, o->u_fixed, next->u);
        prior += log_prior(data, logs.u, o->u_fixed);
    }
    const double value = em_value(log_likelihood);
    return (struct em_score){value, value + prior};
}

static bool asks(const struct mln_em_session *s, size_t comparison) {
    const bool *asked = s->asked != NULL ? s->asked : s->left_out;
    return asked != NULL && asked[comparison];
}

/* The level down to which a comparison that the session's rule asks for satisfies it. */
static size_t asked_to(const struct mln_em_session *s, size_t comparison) {
    return s->asked_to == NULL ? 0 : s->asked_to[comparison];
}

/* P(a match has one of the levels of a comparison that satisfy the session's rule). */
static double reach(const struct em_data *data, const struct em_params *params, size_t session,
                    size_t comparison) {
    double sum = 0;
    for (size_t l = 0; l <= asked_to(&data->options->sessions[session], comparison); l++) {
        sum += params->m[comparison * MLN_LEVELS_MAX + l];
    }
    return fmin(sum, 1) * data->present[comparison];
}

/* Whether a random pair has the levels of all that a session's rule asks for. */
static bool satisfies(const struct em_data *data, size_t pattern, size_t session) {
    const struct em_table *t = &data->random;
    const struct mln_em_session *s = &data->options->sessions[session];
    bool holds[MLN_COMPARISONS_MAX] = {false};
    for (uint32_t k = t->start[pattern]; k < t->start[pattern + 1]; k++) {
        const size_t c = t->terms[k] / MLN_LEVELS_MAX;
        holds[c] = t->terms[k] % MLN_LEVELS_MAX <= asked_to(s, c);
    }
    bool any = false;
    for (size_t c = 0; c < data->options->n_comparisons; c++) {
        if (asks(s, c)) {
            any = true;
            if (!holds[c]) {
                return false;
            }
        }
    }
    return any;
}

static void count_in_sessions(const struct em_data *data, size_t pattern, double count) {
    const struct em_table *t = &data->random;
    for (size_t r = 0; r < data->n_sessions; r++) {
        double *const u = data->session_u + r * EM_TERMS;
        for (uint32_t k = t->start[pattern];
             satisfies(data, pattern, r) && k < t->start[pattern + 1]; k++) {
            u[t->terms[k]] += count;
        }
    }
}

/* Whether counts of levels are evidence against the shares `all`: G² against its degrees of freedom
 * as BIC counts them. */
static bool differs(const double *count, const double *all, size_t n_levels, double n) {
    double g = 0;
    for (size_t l = 0; l < n_levels; l++) {
        g += count[l] > 0 ? 2 * count[l] * log(count[l] / (n * fmax(all[l], tiny))) : 0;
    }
    return g > (double)(n_levels - 1) * log(fmax(n, 3));
}

/* A comparison whose levels are those of all pairs keeps them: fewer pairs only add noise. Where
 * they differ, as many pairs like all others are added. */
static void settle_session_u(const struct em_data *data, const double *all) {
    const struct mln_em_options *o = data->options;
    for (size_t r = 0; r < data->n_sessions; r++) {
        for (size_t c = 0; c < o->n_comparisons; c++) {
            const size_t first = c * MLN_LEVELS_MAX;
            double *const u = data->session_u + r * EM_TERMS + first;
            double n = 0;
            for (size_t l = 0; l < o->n_levels[c]; l++) {
                n += u[l];
            }
            const bool own = differs(u, all + first, o->n_levels[c], n);
            for (size_t l = 0; l < o->n_levels[c]; l++) {
                u[l] = (own ? u[l] : 0) + MLN_EM_SESSION_PAIRS * all[first + l];
            }
            em_levels(u, 0, o->n_levels[c], o->u_fixed == NULL ? NULL : o->u_fixed + first, u);
        }
    }
}

void em_u_from_random(const struct em_data *data, double lambda, struct em_params *params) {
    const struct mln_em_options *o = data->options;
    const struct em_table *t = &data->random;
    struct em_logs logs;
    struct em_counts counts;
    memset(&counts, 0, sizeof counts);
    memset(data->session_u, 0, data->n_sessions * EM_TERMS * sizeof *data->session_u);
    em_take_logs(data, params, &logs);
    for (size_t i = 0; i < t->n; i++) {
        const struct em_pair all_count = {0, 1, 0};
        const struct em_pair p =
            lambda > 0 ? em_weigh(&logs, t, i, log(lambda), log1p(-lambda)) : all_count;
        count_pattern(t, i, p.match, p.other, &counts);
        count_in_sessions(data, i, t->count[i] * p.other);
    }
    for (size_t c = 0; c < o->n_comparisons; c++) {
        const size_t first = c * MLN_LEVELS_MAX;
        double count[MLN_LEVELS_MAX];
        for (size_t l = 0; l < o->n_levels[c]; l++) {
            count[l] = fmax(em_value(counts.u[first + l]), 0.5);
        }
        em_levels(count, 0, o->n_levels[c], o->u_fixed == NULL ? NULL : o->u_fixed + first,
                  params->u + first);
    }
    settle_session_u(data, params->u);
}

double em_coverage(const struct em_data *data, const struct em_params *params) {
    const struct mln_em_options *o = data->options;
    double reaches[EM_TERMS] = {0};
    uint8_t levels[MLN_EM_SESSIONS_MAX * MLN_COMPARISONS_MAX];
    for (size_t c = 0; c < o->n_comparisons; c++) {
        double sum = 0;
        for (size_t l = 0; l < o->n_levels[c]; l++) {
            sum += params->m[c * MLN_LEVELS_MAX + l];
            reaches[c * MLN_LEVELS_MAX + l] = fmin(sum, 1) * data->present[c];
        }
    }
    for (size_t r = 0; r < data->n_sessions; r++) {
        for (size_t c = 0; c < o->n_comparisons; c++) {
            levels[r * o->n_comparisons + c] = asks(&o->sessions[r], c)
                                                   ? (uint8_t)asked_to(&o->sessions[r], c)
                                                   : MLN_RULE_ASKS_NOT;
        }
    }
    return mln_rule_coverage(reaches, MLN_LEVELS_MAX, o->n_comparisons, levels, data->n_sessions);
}

/* λ by the sessions: their matches over the share of all matches that their rules let through. */
static double lambda_of_sessions(const struct em_data *data, const struct em_params *params) {
    const struct mln_em_options *o = data->options;
    double matches = 0;
    double shares = 0;
    double most = 0;
    for (size_t r = 0; r < data->n_sessions; r++) {
        double share = 1;
        for (size_t c = 0; c < o->n_comparisons; c++) {
            if (asks(&o->sessions[r], c)) {
                share *= reach(data, params, r, c);
            }
        }
        const double found = params->lambda[r] * data->sessions[r].total;
        matches += found;
        shares += o->sessions[r].share > 0 ? o->sessions[r].share : share;
        most = fmax(most, found);
    }
    const double all = shares > 0 ? fmax(matches / shares, most) : most;
    return fmin(all / o->n_pairs_all, 1 - 1e-9);
}

/* λ by the random pairs, m and u being given: the mode of the likelihood, from `start` on. */
static double lambda_of_random(const struct em_data *data, const struct em_params *params,
                               double start) {
    enum { PASSES_MAX = 200 };
    const struct em_table *t = &data->random;
    struct em_logs logs;
    em_take_logs(data, params, &logs);
    double lambda = start;
    for (int pass = 0; pass < PASSES_MAX; pass++) {
        const double log_match = log(fmax(lambda, tiny));
        struct em_sum matches = {0, 0};
        for (size_t i = 0; i < t->n; i++) {
            em_add(&matches, t->count[i] * em_weigh(&logs, t, i, log_match, log1p(-lambda)).match);
        }
        const double next = fmin(em_value(matches) / t->total, 1 - 1e-9);
        const double step = fabs(next - lambda);
        lambda = next;
        if (step <= 1e-9 * lambda) {
            break;
        }
    }
    return lambda;
}

double em_random_matches(const struct em_data *data, const struct em_params *params,
                         double lambda) {
    if (data->random.n == 0 || !isnan(data->options->training->lambda) || !(lambda > 0)) {
        return 0;
    }
    return lambda_of_random(data, params, lambda) * data->random.total;
}

double em_lambda(const struct em_data *data, const struct em_params *params, double start) {
    if (!isnan(data->options->training->lambda)) {
        return data->options->training->lambda;
    }
    const double by_sessions = lambda_of_sessions(data, params);
    if (data->random.n == 0 || by_sessions <= 0) {
        return by_sessions;
    }
    const double by_random = lambda_of_random(data, params, start > 0 ? start : by_sessions);
    const double matches = by_random * data->random.total;
    const double apart = fabs(log(fmax(by_random, tiny) / by_sessions));
    const bool random_tells = matches >= MLN_EM_RANDOM_MATCHES && apart > 2 / sqrt(matches);
    return random_tells ? by_random : by_sessions;
}

/* Counts of one session for the comparisons that none keeps, by the posterior from those it keeps.
 */
static void count_never_seen(const struct em_data *data, const struct em_table *t, size_t session,
                             const struct em_params *params, const struct em_logs *logs,
                             struct em_counts *counts) {
    const bool *left_out = data->options->sessions[session].left_out;
    const double lambda = params->lambda[session];
    const double prior = log(fmax(lambda, tiny)) - log(fmax(1 - lambda, tiny));
    for (size_t i = 0; i < t->n; i++) {
        double weight = prior;
        for (uint32_t k = t->start[i]; k < t->start[i + 1]; k++) {
            const size_t c = t->terms[k] / MLN_LEVELS_MAX;
            if (data->kept[c] && (left_out == NULL || !left_out[c])) {
                weight += logs->m[t->terms[k]] - logs->u[t->terms[k]];
            }
        }
        count_pattern(t, i, 1 / (1 + exp(-weight)), 1 / (1 + exp(weight)), counts);
    }
}

enum mln_status em_never_seen(struct em_data *data, struct em_params *params, struct mln_err *err) {
    const struct mln_em_options *o = data->options;
    struct em_logs logs;
    struct em_counts counts;
    memset(&counts, 0, sizeof counts);
    em_take_logs(data, params, &logs);
    for (size_t r = 0; r < data->n_sessions; r++) {
        struct em_table whole;
        MLN_TRY(em_table_build(data, &o->sessions[r], NULL, &whole, err));
        count_never_seen(data, &whole, r, params, &logs, &counts);
    }
    const double prior = fmax(o->training->prior_weight, 1);
    for (size_t c = 0; c < o->n_comparisons; c++) {
        const size_t first = c * MLN_LEVELS_MAX;
        double m[MLN_LEVELS_MAX];
        double u[MLN_LEVELS_MAX];
        double n = 0;
        for (size_t l = 0; l < o->n_levels[c]; l++) {
            m[l] = em_value(counts.m[first + l]);
            u[l] = em_value(counts.u[first + l]);
            n += m[l] + u[l];
        }
        if (!data->kept[c] && n <= 0 &&
            data->random.n > 0) { /* missing in every pair: says nothing */
            memcpy(params->m + first, params->u + first, o->n_levels[c] * sizeof *params->m);
        } else if (!data->kept[c]) {
            em_levels(m, prior, o->n_levels[c], o->m_fixed == NULL ? NULL : o->m_fixed + first,
                      params->m + first);
        }
        if (!data->kept[c] && data->random.n == 0) {
            em_levels(u, prior, o->n_levels[c], o->u_fixed == NULL ? NULL : o->u_fixed + first,
                      params->u + first);
        }
    }
    return MLN_OK;
}
