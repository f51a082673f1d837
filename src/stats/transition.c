#include "stats/transition.h"

#include <stdlib.h>
#include <string.h>

#include "stats/steps.h"

enum { S = MLN_MAX_STATES };

/* B_hh' ← H' B_hh' H + Σ_g P_hg P_h'g cov(dA_g). The block is at block[j × stride + l]. */
static void step_block(const struct mln_steps *s, size_t step, const double *row_h,
                       const double *row_h2, double *block, size_t stride) {
    const size_t n = s->n_states;
    double moved[S], held[S];
    for (size_t j = 0; j < n; j++) { /* B H */
        mln_steps_move(s, step, block + j * stride, moved);
        memcpy(block + j * stride, moved, n * sizeof *moved);
    }
    for (size_t l = 0; l < n; l++) { /* H' B */
        for (size_t j = 0; j < n; j++) {
            held[j] = block[j * stride + l];
        }
        mln_steps_move(s, step, held, moved);
        for (size_t j = 0; j < n; j++) {
            block[j * stride + l] = moved[j];
        }
    }
    for (size_t c = s->first_cell[step]; c < s->first_cell[step + 1]; c++) {
        const struct mln_cell *a = &s->cells[c];
        const double scale = row_h[a->from] * row_h2[a->from] / s->n_risk[step * n + a->from];
        block[a->to * stride + a->to] += scale * a->share;
        for (size_t d = s->first_cell[step]; d < s->first_cell[step + 1]; d++) {
            const struct mln_cell *b = &s->cells[d];
            if (b->from == a->from) {
                block[a->to * stride + b->to] -= scale * (a->share * b->share);
            }
        }
    }
}

/* `prob` and `covariance` hold the values before the step. */
static void one_step(const struct mln_steps *s, size_t step, double *prob, double *covariance) {
    const size_t n = s->n_states;
    double moved[S];
    for (size_t h = 0; covariance != NULL && h < n; h++) {
        for (size_t h2 = 0; h2 < n; h2++) {
            step_block(s, step, prob + h * n, prob + h2 * n, covariance + h * n * n * n + h2 * n,
                       n * n);
        }
    }
    for (size_t h = 0; h < n; h++) {
        mln_steps_move(s, step, prob + h * n, moved);
        memcpy(prob + h * n, moved, n * sizeof *moved);
    }
}

static void no_negative_variances(double *covariance, size_t n) {
    for (size_t i = 0; i < n; i++) {
        covariance[i * n + i] = covariance[i * n + i] > 0.0 ? covariance[i * n + i] : 0.0;
    }
}

static void fill(const struct mln_steps *s, const double *at, size_t n_at, double *prob,
                 double *covariance, double *now, double *cov_now) {
    const size_t n = s->n_states * s->n_states;
    size_t step = 0;
    for (size_t h = 0; h < s->n_states; h++) {
        now[h * s->n_states + h] = 1.0;
    }
    for (size_t i = 0; i < n_at; i++) {
        for (; step < s->n_times && s->time[step] <= at[i]; step++) {
            if (s->first_cell[step + 1] > s->first_cell[step]) {
                one_step(s, step, now, cov_now);
            }
        }
        memcpy(prob + i * n, now, n * sizeof *now);
        if (covariance != NULL) {
            memcpy(covariance + i * n * n, cov_now, n * n * sizeof *now);
            no_negative_variances(covariance + i * n * n, n);
        }
    }
}

enum mln_status mln_transition_fit(const struct mln_stays *stays,
                                   const struct mln_multistate_model *model, double start,
                                   const double *at, size_t n_at, double *prob, double *covariance,
                                   struct mln_err *err) {
    struct mln_steps steps;
    if (stays->weight != NULL) {
        return mln_err_set(
            err, MLN_BAD_INPUT,
            "transition probabilities take no weights; use the multi-state estimator");
    }
    for (size_t i = 0; i < n_at; i++) {
        if (!(at[i] >= (i == 0 ? start : at[i - 1]))) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "time %zu asked for is before the landmark or the one before it",
                               i + 1);
        }
    }
    MLN_TRY(mln_steps_build(stays, model, start, &steps, err));
    const size_t n = steps.n_states * steps.n_states;
    double *now = calloc(n * (covariance == NULL ? 1 : n + 1), sizeof *now);
    const enum mln_status status =
        now == NULL ? mln_err_nomem(err, "transition probabilities") : MLN_OK;
    if (status == MLN_OK) {
        fill(&steps, at, n_at, prob, covariance, now, covariance == NULL ? NULL : now + n);
    }
    free(now);
    mln_steps_release(&steps);
    return status;
}
