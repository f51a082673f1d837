#include "stats/rmean.h"

#include <math.h>

#include "stats/aj_step.h"
#include "stats/sum.h"

static double start_of(double first_time) {
    return first_time < 0.0 ? first_time : 0.0;
}

struct mln_rmean mln_km_rmean(const struct mln_km_point *points, size_t n_points, double tau) {
    const struct mln_rmean undefined = {NAN, NAN};
    if (n_points == 0 || isnan(points[0].running) || !(tau >= start_of(points[0].time))) {
        return undefined;
    }
    /* From τ back: area from each time to τ. */
    double area = 0.0, variance = 0.0, end = tau;
    for (size_t i = n_points; i-- > 0;) {
        const struct mln_km_point *at = &points[i];
        if (at->time > tau) {
            continue;
        }
        area += at->running * (end - at->time);
        end = at->time;
        const double left = mln_left_of(at->n_risk, at->n_ended);
        if (at->n_ended > 0.0 && left > 0.0) {
            variance += area * area * (at->n_ended / (at->n_risk * left));
        }
    }
    area += end - start_of(points[0].time);
    return (struct mln_rmean){area + start_of(points[0].time), sqrt(variance)};
}

enum mln_status mln_aj_rmean(const struct mln_risk *risk, double tau, struct mln_rmean *out,
                             struct mln_err *err) {
    if (risk->has_late_entries) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "mean times with late entries need the spells themselves; use the "
                           "multi-state estimator");
    }
    const size_t width = risk->n_causes + 1;
    const double start = risk->n_times == 0 ? 0.0 : start_of(risk->time[0]);
    const bool defined = risk->n_times > 0 && risk->n_risk[0] > 0.0 && tau >= start;
    struct mln_aj_state state;
    mln_aj_start(&state, risk->n_causes);
    double now = start;
    for (size_t i = 0; defined && i < risk->n_times && risk->time[i] <= tau; i++) {
        mln_aj_wait(&state, risk->time[i] - now);
        now = risk->time[i];
        mln_aj_step(&state, risk->n_risk[i], risk->sq_risk[i], risk->n_end + i * width,
                    risk->sq_end + i * width);
    }
    mln_aj_wait(&state, defined ? tau - now : 0.0);
    for (size_t k = 0; k < width; k++) {
        const double variance = state.area_square[k] > 0.0 ? state.area_square[k] : 0.0;
        out[k] = defined ? (struct mln_rmean){state.area[k], sqrt(variance)}
                         : (struct mln_rmean){NAN, NAN};
    }
    return MLN_OK;
}
