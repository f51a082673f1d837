/* What EM runs on: sessions made ready, parameters, one pass. Internal to link/train.
 *
 * A session's patterns are projected on the comparisons it keeps, sorted and merged: often ten
 * times fewer, and in an order that does not depend on the caller's. */
#ifndef MLN_LINK_TRAIN_EM_DATA_H
#define MLN_LINK_TRAIN_EM_DATA_H

#include "link/train/em.h"

/* Where the iterations end without the tolerance being reached: a last step as small as this,
 * relative to each parameter, is no alarm. */
#define MLN_EM_NEARLY_STILL 1e-4

enum { EM_TERMS = MLN_COMPARISONS_MAX * MLN_LEVELS_MAX };

/* A sum that keeps what it rounds off (Knuth's two-sum). */
struct em_sum {
    double sum, rest;
};

static inline void em_add(struct em_sum *s, double x) {
    const double t = s->sum + x;
    const double back = t - s->sum;
    s->rest += (s->sum - (t - back)) + (x - back);
    s->sum = t;
}

static inline double em_value(struct em_sum s) {
    return s.sum + s.rest;
}

/* Patterns as lists of terms: comparison × MLN_LEVELS_MAX + level, missing ones absent. */
struct em_table {
    size_t n;
    const uint32_t *start; /* n + 1, into terms */
    const uint16_t *terms;
    const double *count;
    double total;
};

/* Two-way terms of one class: comparisons tied two by two, without a cycle. The probability of a
 * pattern has the factor p(a, b) / (p(a) p(b)) for each tie whose two levels are there. */
struct em_forest {
    size_t n;
    struct em_tie {
        uint8_t a, b; /* a < b */
        double log_ratio[MLN_LEVELS_MAX * MLN_LEVELS_MAX];
    } ties[MLN_EM_INTERACTIONS_MAX];
};

/* Sum of the log-ratios of a pattern. */
double em_forest_log(const struct em_forest *forest, const struct em_table *t, size_t pattern);

struct em_data {
    struct em_forest *forests; /* of matches, of others; NULL: comparisons are independent */
    struct mln_arena arena;    /* owns the tables */
    const struct mln_em_options *options;
    struct em_table sessions[MLN_EM_SESSIONS_MAX];
    size_t n_sessions;
    struct em_table random;              /* n = 0: none */
    bool kept[MLN_COMPARISONS_MAX];      /* with a level in a session that keeps it */
    double present[MLN_COMPARISONS_MAX]; /* P(no value missing) over random pairs; 1 without them */
    double lambda_fixed[MLN_EM_SESSIONS_MAX]; /* NaN: free */
    double *session_u; /* session × EM_TERMS: u among the pairs of its rule, see em.h */
};

/* Checks the options and makes the tables. Call em_data_release whatever the status. */
enum mln_status em_data_init(struct em_data *data, const struct mln_em_options *options,
                             struct mln_err *err) MLN_MUST_USE;
void em_data_release(struct em_data *data);

/* Sorted, merged; `left_out` may be NULL. */
enum mln_status em_table_build(struct em_data *data, const struct mln_em_session *session,
                               const bool *left_out, struct em_table *out, struct mln_err *err)
    MLN_MUST_USE;

struct em_params {
    double m[EM_TERMS], u[EM_TERMS];
    double lambda[MLN_EM_SESSIONS_MAX];
};

struct em_logs {
    double m[EM_TERMS], u[EM_TERMS];
    const struct em_forest *forests;
};
void em_take_logs(const struct em_data *data, const struct em_params *at, struct em_logs *logs);

struct em_pair {
    double match, other;   /* posterior of being a match, of being none: each to full precision */
    double log_likelihood; /* of one pair */
};
struct em_pair em_weigh(const struct em_logs *logs, const struct em_table *t, size_t pattern,
                        double log_match, double log_not);

/* One pass: the M-step after an E-step at `at` into `next`, the log-likelihood at `at` into the
 * two others. u is left as it is when there are random pairs. */
struct em_score {
    double data;      /* of the pairs */
    double posterior; /* with the prior: what must not fall */
};
struct em_score em_pass(const struct em_data *data, const struct em_params *at,
                        struct em_params *next);

/* out (n_levels) proportional to count + prior/n_levels over the levels that are free, `fixed` may
 * be NULL. Left as it is when there is nothing to count. */
void em_levels(const double *count, double prior, size_t n_levels, const double *fixed,
               double *out);

/* u from the random pairs, each with its probability of being no match at λ (0: all count). */
void em_u_from_random(const struct em_data *data, double lambda, struct em_params *params);

/* λ of two random records (em.h). start: where to look for it, 0: anywhere. */
double em_lambda(const struct em_data *data, const struct em_params *params, double start);

/* Matches expected among the random pairs at their own λ; 0 without random pairs or with a fixed λ.
 */
double em_random_matches(const struct em_data *data, const struct em_params *params, double lambda);

/* How levels are distributed over all the sessions' pairs. */
void em_pooled_levels(const struct em_data *data, double *out);

/* Values of start number 0, 1, … */
void em_start(const struct em_data *data, size_t start, struct em_params *p);

/* Climbs from climb->at until it stands still or max_iterations passes are done. */
struct em_climb {
    struct em_params at;
    struct em_score score; /* at `at` */
    size_t passes;
    unsigned alarms;
};
void em_climb_up(const struct em_data *data, struct em_climb *climb);

/* Chooses two-way terms at the fitted values and fits on with them (training->dependence). */
enum mln_status em_depend(struct em_data *data, struct em_climb *climb, double *lambda,
                          struct mln_err *err) MLN_MUST_USE;

/* The terms as weights in the result. */
void em_interactions(const struct em_data *data, struct mln_em_result *out);

/* Largest change from a to b, relative to the parameter; small levels count as 1e-4. */
double em_change(const struct em_data *data, const struct em_params *a, const struct em_params *b);

/* Share of matches that the rules of the sessions reach together. */
double em_coverage(const struct em_data *data, const struct em_params *params);

/* m (and u without random pairs) of comparisons that no session keeps, from the matches of the
 * sessions. */
enum mln_status em_never_seen(struct em_data *data, struct em_params *params, struct mln_err *err)
    MLN_MUST_USE;

/* Adds the alarms that can be read off the fitted values. */
void em_alarms(const struct em_data *data, struct mln_em_result *result);

#endif
