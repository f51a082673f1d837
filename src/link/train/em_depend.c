/* Dependence between comparisons within a class: a forest of two-way terms, log-linear.
 *
 * For each class the terms are taken one by one, the most informative that closes no cycle first,
 * as in the tree of Chow & Liu (1968), EM going on between: what looked tied because classes were
 * mixed up comes apart then. A term must clear two bars: as evidence (G² against its degrees of
 * freedom, as BIC counts them) and as effect (mutual information). A forest is decomposable:
 * probabilities are products of ratios p(a,b)/(p(a)p(b)), sum to 1 and stay so when a comparison is
 * missing. Ratios are fitted to the margins m and u by iterative proportional scaling. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "link/train/em_data.h"

enum { CELLS = MLN_LEVELS_MAX * MLN_LEVELS_MAX, PAIRS = MLN_COMPARISONS_MAX * MLN_COMPARISONS_MAX };

/* Mutual information below this, in bits a pair, is left alone. */
static const double least_bits = 0.02;

struct pair_counts {
    double cells[2][PAIRS][CELLS]; /* class; a × MLN_COMPARISONS_MAX + b, a < b; level × level */
};

double em_forest_log(const struct em_forest *forest, const struct em_table *t, size_t pattern) {
    uint8_t level[MLN_COMPARISONS_MAX];
    memset(level, MLN_LEVEL_MISSING, sizeof level);
    for (uint32_t k = t->start[pattern]; k < t->start[pattern + 1]; k++) {
        level[t->terms[k] / MLN_LEVELS_MAX] = (uint8_t)(t->terms[k] % MLN_LEVELS_MAX);
    }
    double sum = 0;
    for (size_t i = 0; i < forest->n; i++) {
        const uint8_t a = level[forest->ties[i].a];
        const uint8_t b = level[forest->ties[i].b];
        if (a != MLN_LEVEL_MISSING && b != MLN_LEVEL_MISSING) {
            sum += forest->ties[i].log_ratio[a * MLN_LEVELS_MAX + b];
        }
    }
    return sum;
}

/* ── counting pairs of levels ── */

static void count_table(const struct em_table *t, const struct em_logs *logs, double lambda,
                        bool matches, bool others, struct pair_counts *counts) {
    const double log_match = log(fmax(lambda, 1e-300));
    const double log_not = log(fmax(1 - lambda, 1e-300));
    for (size_t i = 0; i < t->n; i++) {
        const struct em_pair p = em_weigh(logs, t, i, log_match, log_not);
        for (uint32_t j = t->start[i]; j < t->start[i + 1]; j++) {
            for (uint32_t k = j + 1; k < t->start[i + 1]; k++) {
                const size_t a = t->terms[j] / MLN_LEVELS_MAX;
                const size_t b = t->terms[k] / MLN_LEVELS_MAX;
                const size_t pair = a * MLN_COMPARISONS_MAX + b;
                const size_t cell = (size_t)(t->terms[j] % MLN_LEVELS_MAX) * MLN_LEVELS_MAX +
                                    t->terms[k] % MLN_LEVELS_MAX;
                counts->cells[0][pair][cell] += matches ? t->count[i] * p.match : 0;
                counts->cells[1][pair][cell] += others ? t->count[i] * p.other : 0;
            }
        }
    }
}

/* Matches from the sessions; others from the random pairs where there are some. */
static void count_pairs(const struct em_data *data, const struct em_params *at, double lambda,
                        struct pair_counts *counts) {
    struct em_logs logs;
    em_take_logs(data, at, &logs);
    memset(counts, 0, sizeof *counts);
    for (size_t r = 0; r < data->n_sessions; r++) {
        count_table(&data->sessions[r], &logs, at->lambda[r], true, data->random.n == 0, counts);
    }
    count_table(&data->random, &logs, lambda, false, true, counts);
}

/* ── choosing ── */

/* Mutual information in bits of a table of counts, 0 when its evidence is short of BIC's bar. */
static double informative_bits(const double *cells, size_t n_a, size_t n_b) {
    double row[MLN_LEVELS_MAX] = {0};
    double col[MLN_LEVELS_MAX] = {0};
    double n = 0;
    for (size_t i = 0; i < n_a; i++) {
        for (size_t j = 0; j < n_b; j++) {
            row[i] += cells[i * MLN_LEVELS_MAX + j];
            col[j] += cells[i * MLN_LEVELS_MAX + j];
            n += cells[i * MLN_LEVELS_MAX + j];
        }
    }
    double g = 0;
    for (size_t i = 0; i < n_a; i++) {
        for (size_t j = 0; j < n_b; j++) {
            const double x = cells[i * MLN_LEVELS_MAX + j];
            g += x > 0 ? 2 * x * log(x * n / (row[i] * col[j])) : 0;
        }
    }
    const double bar = (double)((n_a - 1) * (n_b - 1)) * log(fmax(n, 3));
    return g > bar ? g / (2 * n * log(2)) : 0;
}

/* Which tree of the forest each comparison stands in: its lowest comparison. */
static void trees_of(const struct em_forest *forest, size_t *tree) {
    for (size_t c = 0; c < MLN_COMPARISONS_MAX; c++) {
        tree[c] = c;
    }
    for (size_t i = 0; i < forest->n; i++) {
        const size_t a = tree[forest->ties[i].a];
        const size_t b = tree[forest->ties[i].b];
        for (size_t c = 0; c < MLN_COMPARISONS_MAX; c++) {
            tree[c] = tree[c] == a || tree[c] == b ? (a < b ? a : b) : tree[c];
        }
    }
}

/* Bits of a pair of comparisons in one class; 0 when it does not clear the bars. Nearly all random
 * pairs agree nowhere: the bar of effect is per pair that agrees somewhere, the same for both
 * classes. */
static double worth(const struct em_data *data, const struct pair_counts *counts, int class,
                    size_t a, size_t b) {
    const struct mln_em_options *o = data->options;
    const double *cells = counts->cells[class][a * MLN_COMPARISONS_MAX + b];
    const double bits = informative_bits(cells, o->n_levels[a], o->n_levels[b]);
    double all = 0;
    for (size_t k = 0; k < CELLS; k++) {
        all += cells[k];
    }
    const double nowhere = cells[(o->n_levels[a] - 1U) * MLN_LEVELS_MAX + o->n_levels[b] - 1U];
    return bits * all / fmax(all - nowhere, 1) > least_bits ? bits : 0;
}

/* Adds the most informative tie that closes no cycle (ties: the lowest comparisons); false: none.
 */
static bool add_tie(const struct em_data *data, const struct pair_counts *counts, int class,
                    struct em_forest *forest) {
    const size_t n = data->options->n_comparisons;
    size_t tree[MLN_COMPARISONS_MAX];
    trees_of(forest, tree);
    double most = 0;
    size_t best_a = 0;
    size_t best_b = 0;
    for (size_t a = 0; a < n && forest->n < MLN_EM_INTERACTIONS_MAX; a++) {
        for (size_t b = a + 1; b < n; b++) {
            const double bits = tree[a] == tree[b] ? 0 : worth(data, counts, class, a, b);
            if (bits > most) {
                most = bits;
                best_a = a;
                best_b = b;
            }
        }
    }
    if (most > 0) {
        struct em_tie *const tie = &forest->ties[forest->n++];
        memset(tie, 0, sizeof *tie);
        tie->a = (uint8_t)best_a;
        tie->b = (uint8_t)best_b;
    }
    return most > 0;
}

/* ── ratios ── */

/* The ratio observed/expected of each cell, k pseudo-pairs added to both so that what was hardly to
 * be seen says nothing; scaled until the joint distribution has the margins p and q; its logarithm
 * kept. */
static void fit_ratio(const double *cells, const double *p, size_t n_p, const double *q, size_t n_q,
                      double k, double *log_ratio) {
    enum { ROUNDS = 50 };
    double joint[CELLS];
    double n = 0;
    for (size_t i = 0; i < n_p; i++) {
        for (size_t j = 0; j < n_q; j++) {
            n += cells[i * MLN_LEVELS_MAX + j];
        }
    }
    for (size_t i = 0; i < n_p; i++) {
        for (size_t j = 0; j < n_q; j++) {
            const double expected = n * p[i] * q[j];
            joint[i * MLN_LEVELS_MAX + j] =
                fmax(p[i] * q[j], 1e-300) * (cells[i * MLN_LEVELS_MAX + j] + k) / (expected + k);
        }
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < n_p; i++) {
            double sum = 0;
            for (size_t j = 0; j < n_q; j++) {
                sum += joint[i * MLN_LEVELS_MAX + j];
            }
            for (size_t j = 0; j < n_q; j++) {
                joint[i * MLN_LEVELS_MAX + j] *= p[i] / fmax(sum, 1e-300);
            }
        }
        for (size_t j = 0; j < n_q; j++) {
            double sum = 0;
            for (size_t i = 0; i < n_p; i++) {
                sum += joint[i * MLN_LEVELS_MAX + j];
            }
            for (size_t i = 0; i < n_p; i++) {
                joint[i * MLN_LEVELS_MAX + j] *= q[j] / fmax(sum, 1e-300);
            }
        }
    }
    for (size_t i = 0; i < n_p; i++) {
        for (size_t j = 0; j < n_q; j++) {
            const double independent = fmax(p[i] * q[j], 1e-300);
            log_ratio[i * MLN_LEVELS_MAX + j] =
                log(fmax(joint[i * MLN_LEVELS_MAX + j], 1e-300) / independent);
        }
    }
}

static void fit_ratios(const struct em_data *data, const struct pair_counts *counts,
                       const struct em_params *params) {
    const struct mln_em_options *o = data->options;
    for (int class = 0; class < 2; class ++) {
        const double *margin = class == 0 ? params->m : params->u;
        for (size_t i = 0; i < data->forests[class].n; i++) {
            struct em_tie *const tie = &data->forests[class].ties[i];
            fit_ratio(counts->cells[class][(size_t)tie->a * MLN_COMPARISONS_MAX + tie->b],
                      margin + (size_t)tie->a * MLN_LEVELS_MAX, o->n_levels[tie->a],
                      margin + (size_t)tie->b * MLN_LEVELS_MAX, o->n_levels[tie->b],
                      fmax(o->training->prior_weight, 1), tie->log_ratio);
        }
    }
}

/* ── the fit ── */

/* EM with the ties there are, until nothing moves by more than the tolerance. */
static void iterate(struct em_data *data, struct em_climb *climb, double *lambda,
                    struct pair_counts *counts, size_t max_passes, double tolerance) {
    climb->alarms |= MLN_EM_NOT_CONVERGED;
    for (size_t pass = 0; pass < max_passes; pass++) {
        struct em_params next;
        climb->score = em_pass(data, &climb->at, &next);
        climb->passes++;
        if (data->random.n > 0) {
            em_u_from_random(data, *lambda, &next);
        }
        count_pairs(data, &climb->at, *lambda, counts);
        fit_ratios(data, counts, &next);
        const double moved = em_change(data, &climb->at, &next);
        climb->at = next;
        *lambda = em_lambda(data, &climb->at, *lambda);
        if (moved <= tolerance) {
            climb->alarms &= ~(unsigned)MLN_EM_NOT_CONVERGED;
            return;
        }
    }
}

enum mln_status em_depend(struct em_data *data, struct em_climb *climb, double *lambda,
                          struct mln_err *err) {
    enum { SHORT = 10 };
    struct pair_counts *counts = malloc(sizeof *counts);
    struct em_forest *forests = MLN_ARENA_NEW(&data->arena, struct em_forest, 2);
    if (counts == NULL || forests == NULL) {
        free(counts);
        return mln_err_nomem(err, "the dependence between comparisons");
    }
    const struct mln_training *training = data->options->training;
    for (;;) {
        count_pairs(data, &climb->at, *lambda, counts);
        const bool in_matches = add_tie(data, counts, 0, &forests[0]);
        const bool in_others = add_tie(data, counts, 1, &forests[1]);
        if (!in_matches && !in_others) {
            break;
        }
        data->forests = forests;
        fit_ratios(data, counts, &climb->at);
        iterate(data, climb, lambda, counts, SHORT, 1e-3);
    }
    if (data->forests != NULL) {
        iterate(data, climb, lambda, counts, training->max_iterations,
                fmax(training->tolerance, 1e-5));
    }
    free(counts);
    return MLN_OK;
}

/* The interaction of a and b in the result; made when it is not there yet. */
static struct mln_interaction *interaction_of(struct mln_em_result *out, uint8_t a, uint8_t b) {
    for (size_t i = 0; i < out->n_interactions; i++) {
        if (out->interactions[i].a == a && out->interactions[i].b == b) {
            return &out->interactions[i];
        }
    }
    struct mln_interaction *const made = &out->interactions[out->n_interactions++];
    memset(made, 0, sizeof *made);
    made->a = a;
    made->b = b;
    return made;
}

void em_interactions(const struct em_data *data, struct mln_em_result *out) {
    out->n_interactions = 0;
    for (int class = 0; class < 2 && data->forests != NULL; class ++) {
        for (size_t i = 0; i < data->forests[class].n; i++) {
            const struct em_tie *tie = &data->forests[class].ties[i];
            struct mln_interaction *const to = interaction_of(out, tie->a, tie->b);
            for (size_t a = 0; a < data->options->n_levels[tie->a]; a++) {
                for (size_t b = 0; b < data->options->n_levels[tie->b]; b++) {
                    const double bits = tie->log_ratio[a * MLN_LEVELS_MAX + b] / log(2);
                    to->weight_log2[a][b] += class == 0 ? bits : -bits;
                }
            }
        }
    }
}
