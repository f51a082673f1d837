#include "stats/km.h"

#include <math.h>

#include "stats/aj_step.h"
#include "stats/sum.h"

/* As in R survival: a probability this near 1 − p is taken for equal (sums of rounding errors). */
static const double near = 1.4901161193847656e-08; /* square root of the double's epsilon */

static bool nobody_seen(const struct mln_risk *risk) {
    for (size_t i = 0; i < risk->n_times; i++) {
        if (risk->n_risk[i] > 0.0) {
            return false;
        }
    }
    return true;
}

static void fit_greenwood(struct mln_km_point *points, size_t n) {
    double running = 1.0, greenwood = 0.0;
    for (size_t i = 0; i < n; i++) {
        struct mln_km_point *at = &points[i];
        if (at->n_ended > 0.0) {
            const double left = mln_left_of(at->n_risk, at->n_ended);
            running *= left / at->n_risk;
            greenwood += left > 0.0 ? at->n_ended / (at->n_risk * left) : NAN;
        }
        at->running = running;
        at->std_err = running * sqrt(greenwood);
    }
}

/* As Aalen–Johansen with one cause. */
static void fit_robust(const struct mln_risk *risk, struct mln_km_point *points) {
    struct mln_aj_state state;
    const size_t width = risk->n_causes + 1;
    mln_aj_start(&state, 1);
    for (size_t i = 0; i < risk->n_times; i++) {
        double sq_end[2] = {risk->sq_end[i * width], 0.0};
        for (size_t k = 1; k < width; k++) {
            sq_end[1] += risk->sq_end[i * width + k];
        }
        const double n_end[2] = {points[i].n_censored, points[i].n_ended};
        mln_aj_step(&state, points[i].n_risk, risk->sq_risk[i], n_end, sq_end);
        points[i].running = state.prob[0];
        points[i].std_err = mln_aj_std_err(&state, 0);
    }
}

enum mln_status mln_km_fit(const struct mln_risk *risk, enum mln_km_variance variance,
                           struct mln_km_point *out, struct mln_err *err) {
    if (variance == MLN_KM_ROBUST && risk->has_late_entries) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "a robust variance with late entries needs the spells themselves; use "
                           "the multi-state estimator");
    }
    const bool undefined = nobody_seen(risk);
    for (size_t i = 0; i < risk->n_times; i++) {
        out[i] = (struct mln_km_point){.time = risk->time[i],
                                       .n_risk = risk->n_risk[i],
                                       .n_ended = mln_risk_events(risk, i),
                                       .n_censored = risk->n_end[i * (risk->n_causes + 1)],
                                       .running = NAN,
                                       .std_err = NAN};
    }
    if (undefined) {
        return MLN_OK;
    }
    if (variance == MLN_KM_GREENWOOD) {
        fit_greenwood(out, risk->n_times);
    } else {
        fit_robust(risk, out);
    }
    return MLN_OK;
}

/* ── quantiles of S and of the ends of its intervals ── */

enum curve { THE_CURVE, LOWER_END, UPPER_END };

struct form {
    enum curve curve;
    enum mln_interval_kind kind;
    double z;
};

static double height(const struct mln_km_point *at, const struct form *form) {
    if (form->curve == THE_CURVE) {
        return at->running;
    }
    const struct mln_interval ends = mln_interval_of(at->running, at->std_err, form->kind, form->z);
    return form->curve == LOWER_END ? ends.lower : ends.upper;
}

/* NaN heights are passed over. */
static double crossing(const struct mln_km_point *points, size_t n, double p,
                       const struct form *form) {
    size_t reached = n;
    double last = NAN;
    for (size_t i = 0; i < n; i++) {
        last = height(&points[i], form);
        const double gone = 1.0 - last;
        reached = reached == n && gone + near >= p ? i : reached;
        if (reached < n && gone - near >= p) {
            return (points[reached].time + points[i].time) / 2.0;
        }
    }
    /* Flat on the target to the end. */
    return reached < n && fabs(p - (1.0 - last)) < near
               ? (points[reached].time + points[n - 1].time) / 2.0
               : NAN;
}

double mln_km_quantile(const struct mln_km_point *points, size_t n_points, double p) {
    const struct form curve = {.curve = THE_CURVE};
    return crossing(points, n_points, p, &curve);
}

struct mln_interval mln_km_quantile_interval(const struct mln_km_point *points, size_t n_points,
                                             double p, enum mln_interval_kind kind, double z) {
    const struct form low = {LOWER_END, kind, z}, high = {UPPER_END, kind, z};
    return (struct mln_interval){crossing(points, n_points, p, &low),
                                 crossing(points, n_points, p, &high)};
}

double mln_km_ended_by(const struct mln_km_point *points, size_t n_points, double t) {
    if (n_points == 0) {
        return NAN;
    }
    const struct mln_km_point *last = &points[n_points - 1];
    if (t > last->time) {
        return last->running == 0.0 ? 1.0 : NAN;
    }
    double running = isnan(last->running) ? NAN : 1.0;
    for (size_t i = 0; i < n_points && points[i].time <= t; i++) {
        running = points[i].running;
    }
    return 1.0 - running;
}
