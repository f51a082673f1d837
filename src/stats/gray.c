#include "stats/gray.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/dist.h"
#include "stats/pooled.h"
#include "stats/solve.h"

/* Of one group, before the current time's ends (…_before) and after. */
struct group {
    double n, ends, others; /* at risk; ends by the cause; by others */
    double running_before, running, incidence_before, incidence;
    double h;
};

/* All of n groups; matrices n × n. Integrals against C, which is known at the end only, are kept as
 * sums of the terms in C⁰, C¹ and C². */
struct gray {
    size_t n, cause;
    double rho;
    struct group *group;
    double *a, *c;
    double *c0; /* Σ x_gk x_hk v, summed over k */
    double *c1; /* Σ x_gk y_k v, a cell a (g, k) */
    double *c2; /* Σ y_k² v, a k */
    double *score, *variance;
    double null_before, null_after; /* F */
    size_t *place;
    double *numbers;
};

static enum mln_status alloc_gray(struct gray *s, struct mln_err *err) {
    const size_t n = s->n;
    s->numbers = malloc((5 * n * n + 2 * n) * sizeof *s->numbers);
    s->group = malloc(n * sizeof *s->group);
    s->place = malloc(n * sizeof *s->place);
    if (s->numbers == NULL || s->group == NULL || s->place == NULL) {
        return mln_err_nomem(err, "Gray's test");
    }
    double **const matrices[] = {&s->variance, &s->a, &s->c, &s->c0, &s->c1};
    for (size_t i = 0; i < 5; i++) {
        *matrices[i] = s->numbers + i * n * n;
    }
    s->c2 = s->numbers + 5 * n * n;
    s->score = s->c2 + n;
    memset(s->numbers, 0, (5 * n * n + 2 * n) * sizeof *s->numbers);
    return MLN_OK;
}

static void start_stratum(struct gray *s) {
    const size_t n = s->n;
    memset(s->a, 0, (4 * n * n + n) * sizeof *s->a); /* a, c, c0, c1, c2 */
    for (size_t g = 0; g < n; g++) {
        s->group[g] = (struct group){.running_before = 1.0, .running = 1.0};
    }
    s->null_before = s->null_after = 0.0;
}

/* Reads the groups at the current time; returns the ends by any cause. */
static double read_groups(struct gray *s, const struct mln_pooled *p) {
    double any = 0.0;
    for (size_t g = 0; g < s->n; g++) {
        struct group *at = &s->group[g];
        at->n = mln_pooled_at_risk(p, g);
        at->ends = mln_pooled_ends(p, g, s->cause);
        at->others = mln_pooled_ends(p, g, 0) - at->ends;
        any += at->ends + at->others;
    }
    return any;
}

struct totals {
    double h, r, ends, weight;
};

static struct totals advance_curves(struct gray *s) {
    struct totals t = {.weight = pow(1.0 - s->null_before, s->rho)};
    for (size_t g = 0; g < s->n; g++) {
        struct group *at = &s->group[g];
        t.ends += at->ends;
        at->h = at->n > 0.0 ? at->n / at->running_before : 0.0;
        if (at->n > 0.0) {
            at->running = at->running_before * (at->n - at->ends - at->others) / at->n;
            at->incidence = at->incidence_before + at->running_before * at->ends / at->n;
        }
        t.h += at->h;
        t.r += at->h * (1.0 - at->incidence_before);
    }
    s->null_after = s->null_before + t.ends / t.h;
    return t;
}

/* z, a and c. */
static void add_scores(struct gray *s, const struct totals *t) {
    const double rise = t->ends / (t->h * (1.0 - s->null_before));
    for (size_t g = 0; g < s->n; g++) {
        const struct group *at = &s->group[g];
        if (at->n > 0.0) {
            s->score[g] +=
                t->weight * (at->ends - t->ends * at->h * (1.0 - at->incidence_before) / t->r);
        }
        for (size_t k = 0; k < s->n; k++) {
            const double part = (g == k ? 1.0 : 0.0) - s->group[k].h / t->h;
            s->a[g * s->n + k] = t->weight * at->h * part;
            s->c[g * s->n + k] += t->ends > 0.0 ? s->a[g * s->n + k] * rise : 0.0;
        }
    }
}

/* Terms [x_g + y C_g] [x_h + y C_h] v of group k, x_g = on a_gk − y c_gk. */
static void add_terms(struct gray *s, size_t k, double on, double y, double v) {
    const size_t n = s->n;
    s->c2[k] += y * y * v;
    for (size_t g = 0; g < n; g++) {
        const double x_g = on * s->a[g * n + k] - y * s->c[g * n + k];
        s->c1[g * n + k] += x_g * y * v;
        for (size_t h = 0; h <= g; h++) {
            s->c0[g * n + h] += x_g * (on * s->a[h * n + k] - y * s->c[h * n + k]) * v;
        }
    }
}

static void add_variances(struct gray *s, const struct totals *t) {
    for (size_t k = 0; k < s->n; k++) {
        const struct group *at = &s->group[k];
        const double rest = at->running > 0.0 ? (1.0 - s->null_after) / at->running : 0.0;
        if (t->ends > 0.0 && at->n > 0.0) {
            const double before = at->running_before;
            const double ties = t->ends > 1.0 ? 1.0 - (t->ends - 1.0) / (t->h * before - 1.0) : 1.0;
            add_terms(s, k, 1.0, 1.0 - rest, ties * before * t->ends / (t->h * at->n));
        }
        if (at->others > 0.0 && at->running > 0.0) {
            const double ties = at->others > 1.0 ? 1.0 - (at->others - 1.0) / (at->n - 1.0) : 1.0;
            const double share = at->running_before / at->n;
            add_terms(s, k, 0.0, rest, ties * share * share * at->others);
        }
    }
}

/* C is c now. */
static void close_stratum(struct gray *s) {
    const size_t n = s->n;
    for (size_t g = 0; g < n; g++) {
        for (size_t h = 0; h <= g; h++) {
            double sum = s->c0[g * n + h];
            for (size_t k = 0; k < n; k++) {
                const double c_g = s->c[g * n + k], c_h = s->c[h * n + k];
                sum += c_g * c_h * s->c2[k] + c_g * s->c1[h * n + k] + c_h * s->c1[g * n + k];
            }
            s->variance[g * n + h] += sum;
        }
    }
}

static void add_stratum(struct gray *s, const struct mln_risk *tables) {
    struct mln_pooled p;
    mln_pooled_start(&p, tables, s->n, s->place);
    start_stratum(s);
    while (mln_pooled_next(&p)) {
        if (read_groups(s, &p) > 0.0) {
            const struct totals t = advance_curves(s);
            add_scores(s, &t);
            add_variances(s, &t);
            s->null_before = s->null_after;
            for (size_t g = 0; g < s->n; g++) {
                s->group[g].running_before = s->group[g].running;
                s->group[g].incidence_before = s->group[g].incidence;
            }
        }
    }
    close_stratum(s);
}

/* Scores and variance without the last group; uses a and score as scratch. */
static struct mln_test test_of(struct gray *s, double *score, double *variance) {
    const size_t n = s->n, m = n - 1;
    for (size_t g = 0; g < m; g++) {
        if (score != NULL) {
            score[g] = s->score[g];
        }
        for (size_t h = 0; h < m; h++) {
            const double cell = g >= h ? s->variance[g * n + h] : s->variance[h * n + g];
            s->a[g * m + h] = cell;
            if (variance != NULL) {
                variance[g * m + h] = cell;
            }
        }
    }
    const double chi2 = mln_quadratic_form(s->a, m, s->score);
    return (struct mln_test){chi2, m, mln_chi2_tail(chi2, m)};
}

enum mln_status mln_gray(const struct mln_compared *c, size_t cause, double *score,
                         double *variance, struct mln_test *out, struct mln_err *err) {
    MLN_TRY(mln_pooled_check(c, err));
    for (size_t i = 0; i < c->n_groups * c->n_strata; i++) {
        if (c->tables[i].has_late_entries || cause < 1 || cause > c->tables[i].n_causes) {
            return mln_err_set(
                err, MLN_BAD_INPUT,
                "Gray's test takes spells seen from the start and a cause from 1 on");
        }
    }
    struct gray s = {.n = c->n_groups, .cause = cause, .rho = c->rho};
    const enum mln_status status = alloc_gray(&s, err);
    if (status == MLN_OK) {
        for (size_t i = 0; i < c->n_strata; i++) {
            add_stratum(&s, c->tables + i * s.n);
        }
        *out = test_of(&s, score, variance);
    }
    free(s.numbers);
    free(s.group);
    free(s.place);
    return status;
}
