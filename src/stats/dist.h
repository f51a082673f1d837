/* The distributions that intervals and tests need.
 *
 * Pure functions of their arguments; NaN in, NaN out. */
#ifndef MLN_STATS_DIST_H
#define MLN_STATS_DIST_H

#include <stddef.h>

/* The x with P(N(0,1) ≤ x) = p. ±infinity at 0 and 1, NaN outside [0, 1]. Relative error below
 * 1e-15. Source: M. J. Wichura, algorithm AS 241 (PPND16), Applied Statistics 37 (1988). */
double mln_normal_quantile(double p);

/* P(X > x) for X chi-square of `df` ≥ 1 degrees of freedom. 1 for x ≤ 0; NaN for df = 0. Finite
 * sums of positive terms (Abramowitz & Stegun 26.4.4, 26.4.5): the relative error is that of exp
 * and erfc times the number of terms, df / 2. Past x = 1400 the tail is 0. */
double mln_chi2_tail(double x, size_t df);

/* P(T > x) for Student's T of `df` > 0 degrees of freedom, not necessarily whole. NaN for df ≤ 0.
 * By the continued fraction of the incomplete beta function (DLMF 8.17.22), to 1e-13 relative. */
double mln_t_tail(double x, double df);

/* The x with P(T ≤ x) = p, by Newton's method on mln_t_tail, to 1e-11 relative; the normal quantile
 * with its first correction past 10^6 degrees of freedom. df of infinity: the normal quantile. */
double mln_t_quantile(double p, double df);

#endif
