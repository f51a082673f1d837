#include "link/decide/term.h"

#include <math.h>

void mln_term_adjustments(const uint64_t *count, size_t n, const struct mln_term_options *options,
                          double *adjustment_log2) {
    uint64_t total = 0;
    for (size_t v = 0; v < n; v++) {
        total += count[v];
    }
    for (size_t v = 0; v < n; v++) {
        const double share = fmax((double)count[v] / (double)total, options->minimum);
        adjustment_log2[v] = count[v] == 0 ? 0 : options->weight * log2(options->u_exact / share);
    }
}
