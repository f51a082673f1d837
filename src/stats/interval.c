#include "stats/interval.h"

#include <math.h>

#include "stats/dist.h"

double mln_interval_z(double level) {
    return level > 0.0 && level < 1.0 ? mln_normal_quantile(1.0 - (1.0 - level) / 2.0) : NAN;
}

/* NaN goes through, unlike with fmin and fmax. */
static double at_most_1(double x) {
    return x > 1.0 ? 1.0 : x;
}

static double at_least_0(double x) {
    return x < 0.0 ? 0.0 : x;
}

struct mln_interval mln_interval_of(double p, double std_err, enum mln_interval_kind kind,
                                    double z) {
    const struct mln_interval undefined = {NAN, NAN};
    if (isnan(p) || isnan(std_err)) {
        return undefined;
    }
    if (kind == MLN_INTERVAL_PLAIN) {
        return (struct mln_interval){at_least_0(p - z * std_err), at_most_1(p + z * std_err)};
    }
    if (kind == MLN_INTERVAL_CLOGLOG) {
        const struct mln_interval rest = mln_interval_of(1.0 - p, std_err, MLN_INTERVAL_LOG_LOG, z);
        return (struct mln_interval){1.0 - rest.upper, 1.0 - rest.lower};
    }
    if (p == 0.0 || (kind == MLN_INTERVAL_LOG_LOG && p == 1.0)) {
        return undefined;
    }
    const double step = z * (std_err / p); /* of log p */
    if (kind == MLN_INTERVAL_LOG) {
        return (struct mln_interval){exp(log(p) - step), at_most_1(exp(log(p) + step))};
    }
    const double centre = log(-log(p));
    return (struct mln_interval){exp(-exp(centre - step / log(p))),
                                 exp(-exp(centre + step / log(p)))};
}
