#include "stats/logrank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/dist.h"
#include "stats/pooled.h"
#include "stats/solve.h"

void mln_pooled_start(struct mln_pooled *p, const struct mln_risk *tables, size_t n_groups,
                      size_t *place) {
    *p = (struct mln_pooled){.tables = tables, .n_groups = n_groups, .place = place};
    memset(place, 0, n_groups * sizeof *place);
}

bool mln_pooled_next(struct mln_pooled *p) {
    double next = INFINITY;
    for (size_t g = 0; g < p->n_groups; g++) {
        const struct mln_risk *risk = &p->tables[g];
        size_t *i = &p->place[g];
        *i += p->started && *i < risk->n_times && risk->time[*i] == p->time;
        next = *i < risk->n_times && risk->time[*i] < next ? risk->time[*i] : next;
    }
    p->started = true;
    p->time = next;
    return next < INFINITY;
}

enum mln_status mln_pooled_check(const struct mln_compared *c, struct mln_err *err) {
    if (c->n_groups < 2 || c->n_strata < 1 || !isfinite(c->rho)) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "a test takes two groups or more, a stratum or more, and a finite rho");
    }
    for (size_t i = 0; i < c->n_groups * c->n_strata; i++) {
        if (c->tables[i].sq_end != c->tables[i].n_end) {
            return mln_err_set(err, MLN_BAD_INPUT, "tests of equal curves take no weights");
        }
    }
    return MLN_OK;
}

struct sums {
    double *observed, *expected, *variance;
};

static void add_time(const struct mln_pooled *p, double weight, double n, double d,
                     const struct sums *sums) {
    const double spread = n > 1.0 ? weight * weight * d * (n - d) / (n * (n - 1.0)) : 0.0;
    for (size_t g = 0; g < p->n_groups; g++) {
        const double at_risk = mln_pooled_at_risk(p, g);
        sums->observed[g] += weight * mln_pooled_ends(p, g, 0);
        sums->expected[g] += weight * d * at_risk / n;
        const double part = spread * at_risk;
        for (size_t h = 0; h < p->n_groups; h++) {
            sums->variance[g * p->n_groups + h] -= part * mln_pooled_at_risk(p, h) / n;
        }
        sums->variance[g * p->n_groups + g] += part;
    }
}

static void add_stratum(struct mln_pooled *p, double rho, const struct sums *sums) {
    double running = 1.0; /* S(t−) of the stratum */
    while (mln_pooled_next(p)) {
        double n = 0.0, d = 0.0;
        for (size_t g = 0; g < p->n_groups; g++) {
            n += mln_pooled_at_risk(p, g);
            d += mln_pooled_ends(p, g, 0);
        }
        if (d > 0.0) {
            add_time(p, rho == 0.0 ? 1.0 : pow(running, rho), n, d, sums);
            running *= (n - d) / n;
        }
    }
}

/* The form over the groups with an expectation, less the first. */
static struct mln_test test_of(const struct sums *sums, size_t n_groups, double *v, double *x,
                               size_t *kept) {
    size_t n = 0;
    for (size_t g = 0; g < n_groups; g++) {
        if (sums->expected[g] > 0.0) {
            kept[n++] = g;
        }
    }
    if (n < 2) {
        return (struct mln_test){0.0, 0, NAN};
    }
    for (size_t i = 1; i < n; i++) {
        x[i - 1] = sums->observed[kept[i]] - sums->expected[kept[i]];
        for (size_t j = 1; j < n; j++) {
            v[(i - 1) * (n - 1) + j - 1] = sums->variance[kept[i] * n_groups + kept[j]];
        }
    }
    const double chi2 = mln_quadratic_form(v, n - 1, x);
    return (struct mln_test){chi2, n - 1, mln_chi2_tail(chi2, n - 1)};
}

enum mln_status mln_logrank(const struct mln_compared *c, double *observed, double *expected,
                            double *variance, struct mln_test *out, struct mln_err *err) {
    MLN_TRY(mln_pooled_check(c, err));
    const size_t n = c->n_groups;
    const struct sums sums = {observed, expected, variance};
    size_t *place = malloc(n * sizeof *place);
    double *work = malloc((n * n + n) * sizeof *work);
    enum mln_status status = MLN_OK;
    if (place == NULL || work == NULL) {
        status = mln_err_nomem(err, "a log-rank test");
        goto done;
    }
    for (size_t i = 0; i < n * n; i++) {
        variance[i] = 0.0;
    }
    for (size_t g = 0; g < n; g++) {
        observed[g] = expected[g] = 0.0;
    }
    for (size_t s = 0; s < c->n_strata; s++) {
        struct mln_pooled pooled;
        mln_pooled_start(&pooled, c->tables + s * n, n, place);
        add_stratum(&pooled, c->rho, &sums);
    }
    *out = test_of(&sums, n, work, work + n * n, place);
done:
    free(place);
    free(work);
    return status;
}
