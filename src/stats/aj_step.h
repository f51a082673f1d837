/* One step of the Aalen–Johansen estimator of competing risks and of the second moments of its
 * influence functions. Internal to this room; the algebra is in aalen_johansen.h.
 *
 *     start → for each listed time: (wait, when integrals are wanted) → step
 */
#ifndef MLN_STATS_AJ_STEP_H
#define MLN_STATS_AJ_STEP_H

#include "stats/risk.h"

enum { MLN_AJ_STATES = MLN_MAX_CAUSES + 1 };

struct mln_aj_state {
    size_t n_states;                             /* 0: running; k: ended by cause k */
    double prob[MLN_AJ_STATES];                  /* p */
    double common[MLN_AJ_STATES];                /* U of whoever is at risk, per unit of weight */
    double moment[MLN_AJ_STATES][MLN_AJ_STATES]; /* Σ U U' over all spells */
    double peak[MLN_AJ_STATES];                  /* largest diagonal cells so far */
    bool absorbing[MLN_AJ_STATES];
    /* Integrals over time, kept by mln_aj_wait. */
    double area[MLN_AJ_STATES];                       /* ∫ p */
    double common_area[MLN_AJ_STATES];                /* V = ∫ U of whoever is at risk */
    double area_moment[MLN_AJ_STATES][MLN_AJ_STATES]; /* Σ V U' */
    double area_square[MLN_AJ_STATES];                /* Σ V² */
};

void mln_aj_start(struct mln_aj_state *state, size_t n_causes);

/* Nothing happens for `gap` ≥ 0 units of time. O(states²). */
void mln_aj_wait(struct mln_aj_state *state, double gap);

/* The ends of one listed time: n_end and sq_end of 1 + n_causes. O(states²). */
void mln_aj_step(struct mln_aj_state *state, double n_risk, double sq_risk, const double *n_end,
                 const double *sq_end);

double mln_aj_std_err(const struct mln_aj_state *state, size_t k);

#endif
