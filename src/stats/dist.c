#include "stats/dist.h"

#include <math.h>

/* c[0] + c[1] x + … + c[7] x^7 */
static double polynomial(const double c[8], double x) {
    double sum = c[7];
    for (size_t i = 7; i-- > 0;) {
        sum = sum * x + c[i];
    }
    return sum;
}

double mln_normal_quantile(double p) {
    static const double a[8] = {3.3871328727963666080e0,  1.3314166789178437745e+2,
                                1.9715909503065514427e+3, 1.3731693765509461125e+4,
                                4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                3.3430575583588128105e+4, 2.5090809287301226727e+3};
    static const double b[8] = {1.0,
                                4.2313330701600911252e+1,
                                6.8718700749205790830e+2,
                                5.3941960214247511077e+3,
                                2.1213794301586595867e+4,
                                3.9307895800092710610e+4,
                                2.8729085735721942674e+4,
                                5.2264952788528545610e+3};
    static const double c[8] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                5.76949722146069140550e0,  3.64784832476320460504e0,
                                1.27045825245236838258e0,  2.41780725177450611770e-1,
                                2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double d[8] = {1.0,
                                2.05319162663775882187e0,
                                1.67638483018380384940e0,
                                6.89767334985100004550e-1,
                                1.48103976427480074590e-1,
                                1.51986665636164571966e-2,
                                5.47593808499534494600e-4,
                                1.05075007164441684324e-9};
    static const double e[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                1.78482653991729133580e0,  2.96560571828504891230e-1,
                                2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double f[8] = {1.0,
                                5.99832206555887937690e-1,
                                1.36929880922735805310e-1,
                                1.48753612908506148525e-2,
                                7.86869131145613259100e-4,
                                1.84631831751005468180e-5,
                                1.42151175831644588870e-7,
                                2.04426310338993978564e-15};
    if (!(p >= 0.0 && p <= 1.0)) {
        return NAN;
    }
    const double q = p - 0.5;
    if (fabs(q) <= 0.425) {
        const double r = 0.180625 - q * q;
        return q * polynomial(a, r) / polynomial(b, r);
    }
    const double tail = q < 0.0 ? p : 1.0 - p;
    if (tail == 0.0) {
        return q < 0.0 ? -INFINITY : INFINITY;
    }
    const double r = sqrt(-log(tail));
    const double x = r <= 5.0 ? polynomial(c, r - 1.6) / polynomial(d, r - 1.6)
                              : polynomial(e, r - 5.0) / polynomial(f, r - 5.0);
    return q < 0.0 ? -x : x;
}

double mln_chi2_tail(double x, size_t df) {
    if (isnan(x) || df == 0) {
        return NAN;
    }
    if (x <= 0.0) {
        return 1.0;
    }
    /* Even: exp(-x/2) Σ_{j < df/2} (x/2)^j / j!. Odd: erfc(√(x/2)) and the same with half-integer
     * factorials, j! = Γ(j + 1), j = 1/2, 3/2, … */
    const double half = x / 2.0;
    const double pi = 3.14159265358979323846;
    double term = df % 2 == 0 ? exp(-half) : 2.0 * exp(-half) * sqrt(half / pi);
    double sum = df % 2 == 0 ? 0.0 : erfc(sqrt(half));
    for (double j = df % 2 == 0 ? 0.0 : 0.5; j + 0.5 < (double)df / 2.0; j += 1.0) {
        sum += term;
        term *= half / (j + 1.0);
    }
    return sum < 1.0 ? sum : 1.0;
}

/* The continued fraction of the incomplete beta function I_x(a, b), DLMF 8.17.22, by Lentz's
 * method. Converges fast for x < (a + 1) / (a + b + 2). */
static double beta_fraction(double x, double a, double b) {
    const double least = 1e-300;
    double c = 1.0, d = 1.0 - (a + b) * x / (a + 1.0);
    d = 1.0 / (fabs(d) < least ? least : d);
    double h = d;
    for (double m = 1.0; m < 10000.0; m += 1.0) {
        const double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        const double steps[] = {even, odd};
        double change = 1.0;
        for (size_t i = 0; i < 2; i++) {
            d = 1.0 + steps[i] * d;
            c = 1.0 + steps[i] / c;
            d = 1.0 / (fabs(d) < least ? least : d);
            c = fabs(c) < least ? least : c;
            change = d * c;
            h *= change;
        }
        if (fabs(change - 1.0) < 1e-16) {
            break;
        }
    }
    return h;
}

static double beta_ratio(double x, double a, double b) {
    int sign;
    const double log_beta = lgamma_r(a, &sign) + lgamma_r(b, &sign) - lgamma_r(a + b, &sign);
    if (x < (a + 1.0) / (a + b + 2.0)) {
        return exp(a * log(x) + b * log1p(-x) - log_beta) * beta_fraction(x, a, b) / a;
    }
    return 1.0 - exp(a * log(x) + b * log1p(-x) - log_beta) * beta_fraction(1.0 - x, b, a) / b;
}

double mln_t_tail(double x, double df) {
    if (isnan(x) || !(df > 0.0)) {
        return NAN;
    }
    if (x == 0.0) {
        return 0.5;
    }
    if (isinf(df)) {
        return 0.5 * erfc(x / sqrt(2.0));
    }
    if (isinf(x)) {
        return x > 0.0 ? 0.0 : 1.0;
    }
    const double half = 0.5 * beta_ratio(df / (df + x * x), df / 2.0, 0.5);
    return x > 0.0 ? half : 1.0 - half;
}

static double t_density(double x, double df) {
    int sign;
    const double pi = 3.14159265358979323846;
    return exp(lgamma_r((df + 1.0) / 2.0, &sign) - lgamma_r(df / 2.0, &sign) -
               (df + 1.0) / 2.0 * log1p(x * x / df)) /
           sqrt(df * pi);
}

double mln_t_quantile(double p, double df) {
    const double z = mln_normal_quantile(p);
    if (!(df > 0.0) || isnan(z)) {
        return NAN;
    }
    if (df > 1e6 || z == 0.0 || isinf(z)) {
        return z + (isinf(df) || isinf(z) ? 0.0 : z * (z * z + 1.0) / (4.0 * df));
    }
    /* In the upper half; the tail is convex there, so that Newton from below never overshoots. */
    const double tail = p < 0.5 ? p : 1.0 - p;
    double x = fabs(z);
    for (int i = 0; i < 200; i++) {
        const double step = (mln_t_tail(x, df) - tail) / t_density(x, df);
        x += step;
        if (fabs(step) <= 1e-13 * x) {
            break;
        }
    }
    return p < 0.5 ? -x : x;
}
