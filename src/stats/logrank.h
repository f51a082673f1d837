/* The log-rank test and its G-rho family: do groups run at the same rate?
 *
 * At each time with d ends among n at risk over all groups of a stratum, group g of n_g at risk is
 * expected to have d n_g / n. With weights w = S(t−)^ρ, S the Kaplan–Meier curve of the whole
 * stratum (ρ = 0: log-rank; ρ = 1: Peto & Peto's form of Wilcoxon),
 *
 *     observed_g = Σ w d_g         expected_g = Σ w d n_g / n
 *     variance_gh = Σ w² d (n − d) / (n − 1) n_g / n (δ_gh − n_h / n)      hypergeometric, hence
 * for ties
 *
 * Strata are summed. The statistic is the quadratic form of observed − expected without the first
 * group that has an expectation; under equality it is chi-square with one degree of freedom less
 * than such groups.
 *
 * Sources: Mantel (1966); Peto & Peto, JRSS A 135 (1972); Harrington & Fleming, Biometrika 69
 * (1982). Equal to survdiff of R survival (tests/stats); late entries, which survdiff refuses, are
 * counted in the risk sets. */
#ifndef MLN_STATS_LOGRANK_H
#define MLN_STATS_LOGRANK_H

#include "stats/risk.h"

/* What both tests take: n_strata × n_groups risk tables, row-major, a group index of mln_risk_build
 * being stratum × n_groups + group. Ends by any cause (log-rank) or by `cause` (gray.h). */
struct mln_compared {
    const struct mln_risk *tables;
    size_t n_groups; /* ≥ 2 */
    size_t n_strata; /* ≥ 1 */
    double rho;
};

struct mln_test {
    double chi2; /* NaN where the variance is singular */
    size_t df;   /* 0, and chi2 0 and p_value NaN, when fewer than two groups can be compared */
    double p_value;
};

/* `observed` and `expected`: n_groups; `variance`: n_groups × n_groups; the caller's. A group of
 * size 0 has expectation 0 and takes no part. Weighted tables: MLN_BAD_INPUT. O(times × groups²).
 */
enum mln_status mln_logrank(const struct mln_compared *compared, double *observed, double *expected,
                            double *variance, struct mln_test *out, struct mln_err *err)
    MLN_MUST_USE;

#endif
