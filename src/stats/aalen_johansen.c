#include "stats/aalen_johansen.h"

#include <math.h>

#include "stats/aj_step.h"
#include "stats/sum.h"

static enum mln_status refuse_late_entries(struct mln_err *err) {
    return mln_err_set(
        err, MLN_BAD_INPUT,
        "errors of competing risks with late entries need the spells themselves; use "
        "the multi-state estimator");
}

/* Probabilities alone. */
static void fit_probabilities(const struct mln_risk *risk, double *prob) {
    const size_t width = risk->n_causes + 1;
    double now[MLN_AJ_STATES] = {1.0};
    for (size_t i = 0; i < risk->n_times; i++) {
        const double *n_end = risk->n_end + i * width;
        const double events = mln_risk_events(risk, i);
        if (events > 0.0) {
            const double n = risk->n_risk[i];
            for (size_t k = 1; k < width; k++) {
                now[k] += now[0] * (n_end[k] / n);
            }
            now[0] *= mln_left_of(n, events) / n;
        }
        for (size_t k = 0; k < width; k++) {
            prob[i * width + k] = now[k];
        }
    }
}

static void fit_all(const struct mln_risk *risk, double *prob, double *std_err) {
    const size_t width = risk->n_causes + 1;
    struct mln_aj_state state;
    mln_aj_start(&state, risk->n_causes);
    for (size_t i = 0; i < risk->n_times; i++) {
        mln_aj_step(&state, risk->n_risk[i], risk->sq_risk[i], risk->n_end + i * width,
                    risk->sq_end + i * width);
        for (size_t k = 0; k < width; k++) {
            prob[i * width + k] = state.prob[k];
            std_err[i * width + k] = mln_aj_std_err(&state, k);
        }
    }
}

enum mln_status mln_aalen_johansen(const struct mln_risk *risk, double *prob, double *std_err,
                                   struct mln_err *err) {
    if (std_err != NULL && risk->has_late_entries) {
        return refuse_late_entries(err);
    }
    bool seen = false;
    for (size_t i = 0; i < risk->n_times && !seen; i++) {
        seen = risk->n_risk[i] > 0.0;
    }
    if (!seen) {
        for (size_t i = 0; i < risk->n_times * (risk->n_causes + 1); i++) {
            prob[i] = NAN;
            if (std_err != NULL) {
                std_err[i] = NAN;
            }
        }
    } else if (std_err == NULL) {
        fit_probabilities(risk, prob);
    } else {
        fit_all(risk, prob, std_err);
    }
    return MLN_OK;
}
