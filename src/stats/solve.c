#include "stats/solve.h"

#include <math.h>

double mln_quadratic_form(double *v, size_t n, double *x) {
    double form = 0.0;
    for (size_t j = 0; j < n; j++) { /* V = L L', x ← L⁻¹ x */
        const double diagonal = v[j * n + j];
        double pivot = diagonal;
        for (size_t k = 0; k < j; k++) {
            pivot -= v[j * n + k] * v[j * n + k];
        }
        if (!(pivot > 1e-11 * diagonal)) {
            return NAN;
        }
        const double root = sqrt(pivot);
        v[j * n + j] = root;
        for (size_t i = j + 1; i < n; i++) {
            double sum = v[i * n + j];
            for (size_t k = 0; k < j; k++) {
                sum -= v[i * n + k] * v[j * n + k];
            }
            v[i * n + j] = sum / root;
        }
        for (size_t k = 0; k < j; k++) {
            x[j] -= v[j * n + k] * x[k];
        }
        x[j] /= root;
        form += x[j] * x[j];
    }
    return form;
}
