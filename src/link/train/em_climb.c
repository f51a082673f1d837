/* The climb of one start: EM steps and squared extrapolation, the posterior never falling. */
#include <math.h>

#include "link/train/em_data.h"

double em_change(const struct em_data *data, const struct em_params *a, const struct em_params *b) {
    double most = 0;
    for (size_t k = 0; k < data->options->n_comparisons * MLN_LEVELS_MAX; k++) {
        most = fmax(most, fabs(a->m[k] - b->m[k]) / fmax(a->m[k], 1e-4));
        most = fmax(most, fabs(a->u[k] - b->u[k]) / fmax(a->u[k], 1e-4));
    }
    for (size_t r = 0; r < data->n_sessions; r++) {
        most = fmax(most, fabs(a->lambda[r] - b->lambda[r]) / fmax(a->lambda[r], 1e-12));
    }
    return most;
}

/* Sums of squares of the first step and of its change, over one run of parameters. */
static void step_lengths(const double *a, const double *b, const double *c, size_t n, double *step,
                         double *bend) {
    for (size_t k = 0; k < n; k++) {
        const double r = b[k] - a[k];
        const double v = c[k] - b[k] - r;
        *step += r * r;
        *bend += v * v;
    }
}

static bool extrapolate_run(const double *a, const double *b, const double *c, size_t n, double far,
                            double *out) {
    for (size_t k = 0; k < n; k++) {
        const double r = b[k] - a[k];
        const double v = c[k] - b[k] - r;
        out[k] = a[k] + 2 * far * r + far * far * v;
        if (a[k] != c[k] && !(out[k] > 0 && out[k] < 1)) {
            return false;
        }
    }
    return true;
}

/* Far steps magnify rounding: levels sum to 1 again. */
static void sum_to_one(const struct mln_em_options *o, const double *fixed, double *p) {
    for (size_t c = 0; c < o->n_comparisons; c++) {
        double *const levels = p + c * MLN_LEVELS_MAX;
        em_levels(levels, 0, o->n_levels[c], fixed == NULL ? NULL : fixed + c * MLN_LEVELS_MAX,
                  levels);
    }
}

/* The point `far` steps on from a, by the two steps a → b → c (scheme S3 of Varadhan & Roland 2008:
 * far = |step| / |change of step|). False when no step past c stays inside. */
static bool extrapolate(const struct em_data *data, const struct em_params *a,
                        const struct em_params *b, const struct em_params *c,
                        struct em_params *out) {
    const size_t n = data->options->n_comparisons * MLN_LEVELS_MAX;
    double step = 0;
    double bend = 0;
    step_lengths(a->m, b->m, c->m, n, &step, &bend);
    step_lengths(a->u, b->u, c->u, n, &step, &bend);
    step_lengths(a->lambda, b->lambda, c->lambda, data->n_sessions, &step, &bend);
    double far = bend > 0 ? sqrt(step / bend) : 0;
    for (int halvings = 0; far > 1.01 && halvings < 4; halvings++, far = (far + 1) / 2) {
        *out = *c;
        if (extrapolate_run(a->m, b->m, c->m, n, far, out->m) &&
            extrapolate_run(a->u, b->u, c->u, n, far, out->u) &&
            extrapolate_run(a->lambda, b->lambda, c->lambda, data->n_sessions, far, out->lambda)) {
            sum_to_one(data->options, data->options->m_fixed, out->m);
            sum_to_one(data->options, data->options->u_fixed, out->u);
            return true;
        }
    }
    return false;
}

/* Rounding of the likelihood itself is not a fall. */
static bool falls(double before, double after) {
    return after < before - 1e-11 * (1 + fabs(before));
}

static void note_fall(struct em_climb *climb, double before, double after) {
    if (falls(before, after)) {
        climb->alarms |= MLN_EM_NOT_MONOTONE;
    }
}

void em_climb_up(const struct em_data *data, struct em_climb *climb) {
    const struct mln_training *training = data->options->training;
    const size_t max_passes =
        climb->passes + (training->max_iterations > 0 ? training->max_iterations : 1);
    struct em_params a = climb->at;
    struct em_params b, c, far, past;
    double last = -INFINITY;
    climb->alarms |= MLN_EM_NOT_CONVERGED;
    while (climb->passes < max_passes) {
        climb->score = em_pass(data, &a, &b);
        climb->passes++;
        climb->at = a;
        note_fall(climb, last, climb->score.posterior);
        if (em_change(data, &a, &b) <= training->tolerance) {
            climb->alarms &= ~(unsigned)MLN_EM_NOT_CONVERGED;
            return;
        }
        const struct em_score second = em_pass(data, &b, &c);
        climb->passes++;
        note_fall(climb, climb->score.posterior, second.posterior);
        last = second.posterior;
        a = c;
        if (extrapolate(data, &climb->at, &b, &c, &far)) {
            const struct em_score there = em_pass(data, &far, &past);
            climb->passes++;
            if (there.posterior >= last) {
                a = past;
                last = there.posterior;
            }
        }
    }
    climb->score = em_pass(data, &a, &b);
    climb->passes++;
    climb->at = a;
    if (em_change(data, &a, &b) <= MLN_EM_NEARLY_STILL) { /* more digits would decide nothing */
        climb->alarms &= ~(unsigned)MLN_EM_NOT_CONVERGED;
    }
    note_fall(climb, last, climb->score.posterior);
}
