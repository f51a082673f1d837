/* x' V⁻¹ x for a covariance matrix. Internal to this room. */
#ifndef MLN_STATS_SOLVE_H
#define MLN_STATS_SOLVE_H

#include <stddef.h>

/* `v`: n × n, symmetric, row-major; overwritten by its Cholesky factor. `x` (n) is overwritten too.
 * NaN when v is not positive definite to working precision (a pivot below 1e-11 of its diagonal
 * cell). O(n³). */
double mln_quadratic_form(double *v, size_t n, double *x);

#endif
