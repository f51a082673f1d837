#include "stats/aj_step.h"

#include <math.h>

#include "stats/sum.h"
#include "stats/variance.h"

void mln_aj_start(struct mln_aj_state *state, size_t n_causes) {
    *state = (struct mln_aj_state){.n_states = n_causes + 1};
    state->prob[0] = 1.0;
    for (size_t k = 1; k <= n_causes; k++) {
        state->absorbing[k] = true;
    }
}

void mln_aj_wait(struct mln_aj_state *s, double gap) {
    for (size_t i = 0; i < s->n_states; i++) {
        s->area_square[i] += gap * (2.0 * s->area_moment[i][i] + gap * s->moment[i][i]);
        for (size_t j = 0; j < s->n_states; j++) {
            s->area_moment[i][j] += gap * s->moment[i][j];
        }
        s->area[i] += gap * s->prob[i];
        s->common_area[i] += gap * s->common[i];
    }
}

/* x ← x H, where H moves a share hazard[k] of state 0 to state k and keeps stay of it. */
static void move(double *x, const double *hazard, double stay, size_t n_states) {
    for (size_t k = 1; k < n_states; k++) {
        x[k] += x[0] * hazard[k];
    }
    x[0] *= stay;
}

/* moment ← moment + q (a b' + b a' + b b') */
static void add_product(struct mln_aj_state *s, double q, const double *a, const double *b) {
    for (size_t i = 0; i < s->n_states; i++) {
        for (size_t j = 0; j <= i; j++) {
            s->moment[i][j] += q * (a[i] * b[j] + b[i] * (a[j] + b[j]));
            s->moment[j][i] = s->moment[i][j];
        }
    }
}

static void add_area_product(struct mln_aj_state *s, double q, const double *b) {
    for (size_t i = 0; i < s->n_states; i++) {
        for (size_t j = 0; j < s->n_states; j++) {
            s->area_moment[i][j] += q * s->common_area[i] * b[j];
        }
    }
}

/* moment ← H' moment H; area_moment ← area_moment H */
static void move_moments(struct mln_aj_state *s, const double *hazard, double stay) {
    const size_t n = s->n_states;
    for (size_t i = 0; i < n; i++) {
        move(s->moment[i], hazard, stay, n);
        move(s->area_moment[i], hazard, stay, n);
    }
    for (size_t j = 0; j < n; j++) {
        for (size_t k = 1; k < n; k++) {
            s->moment[k][j] += hazard[k] * s->moment[0][j];
        }
        s->moment[0][j] *= stay;
    }
}

/* Symmetric cell (i, j) for i < j must equal (j, i) to the bit: later products read either. */
void mln_aj_step(struct mln_aj_state *s, double n_risk, double sq_risk, const double *n_end,
                 const double *sq_end) {
    const size_t n = s->n_states;
    double hazard[MLN_AJ_STATES] = {0.0}, drift[MLN_AJ_STATES];
    double events = 0.0;
    for (size_t k = 1; k < n; k++) {
        events += n_end[k];
    }
    if (!(events > 0.0)) {
        return;
    }
    for (size_t k = 1; k < n; k++) {
        hazard[k] = n_end[k] / n_risk;
    }
    const double stay = mln_left_of(n_risk, events) / n_risk;
    const double pull = s->prob[0] / n_risk; /* what one unit of weight moves */
    move_moments(s, hazard, stay);
    move(s->common, hazard, stay, n);
    drift[0] = pull * (events / n_risk); /* c = pull (e_0 − H_0) */
    for (size_t k = 1; k < n; k++) {
        drift[k] = -pull * hazard[k];
    }
    add_product(s, sq_risk, s->common, drift);
    add_area_product(s, sq_risk, drift);
    for (size_t k = 0; k < n; k++) {
        s->common[k] += drift[k];
    }
    for (size_t k = 1; k < n; k++) {
        if (n_end[k] > 0.0) {
            double leap[MLN_AJ_STATES] = {0.0}; /* of those who end by k: pull (e_k − e_0) */
            leap[0] = -pull;
            leap[k] = pull;
            add_product(s, sq_end[k], s->common, leap);
            add_area_product(s, sq_end[k], leap);
        }
    }
    move(s->prob, hazard, stay, n);
    mln_variance_peaks(&s->moment[0][0], MLN_AJ_STATES, n, s->peak);
}

double mln_aj_std_err(const struct mln_aj_state *state, size_t k) {
    return sqrt(mln_variance_of(&state->moment[0][0], MLN_AJ_STATES, state->n_states, k,
                                state->peak, state->absorbing));
}
