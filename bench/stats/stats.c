/* Times the estimators on the columns of a file: bench_stats FILE RUNS
 *   FILE: n (int64), then n doubles (days), n uint32 (end, 0 censored, 1..4), n uint32 (group,
 * 0..19) Prints "what<TAB>seconds of CPU<TAB>sum of all numbers made"; the best of RUNS. From
 * columns to curves of all groups, risk tables included. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "stats/aalen_johansen.h"
#include "stats/gray.h"
#include "stats/km.h"
#include "stats/link_error.h"
#include "stats/multistate.h"
#include "stats/post_strata.h"

enum { CAUSES = 4, GROUPS = 20 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void must(enum mln_status status, const struct mln_err *err) {
    if (status != MLN_OK) {
        fprintf(stderr, "bench_stats: %s\n", err->msg);
        exit((int)status);
    }
}

static void *need(void *p) {
    if (p == NULL) {
        fputs("bench_stats: out of memory\n", stderr);
        exit(MLN_NO_MEMORY);
    }
    return p;
}

struct data {
    struct mln_spells spells;
    double *exit;
    uint32_t *end, *group;
};

static struct data read_data(const char *path) {
    FILE *file = fopen(path, "rb");
    int64_t n = 0;
    if (file == NULL || fread(&n, sizeof n, 1, file) != 1 || n <= 0) {
        perror(path);
        exit(MLN_IO);
    }
    const size_t rows = (size_t)n;
    struct data d = {.exit = need(malloc(rows * sizeof *d.exit)),
                     .end = need(malloc(rows * sizeof *d.end)),
                     .group = need(malloc(rows * sizeof *d.group))};
    if (fread(d.exit, sizeof *d.exit, rows, file) != rows ||
        fread(d.end, sizeof *d.end, rows, file) != rows ||
        fread(d.group, sizeof *d.group, rows, file) != rows) {
        perror(path);
        exit(MLN_IO);
    }
    fclose(file);
    d.spells = (struct mln_spells){.n = rows, .exit = d.exit, .end = d.end, .group = d.group};
    return d;
}

static double aalen_johansen(const struct data *d, bool errors) {
    struct mln_risk_sets sets;
    struct mln_err err = {0};
    double sum = 0.0;
    must(mln_risk_build(&d->spells, GROUPS, CAUSES, &sets, &err), &err);
    for (size_t g = 0; g < GROUPS; g++) {
        const size_t n = sets.groups[g].n_times * (CAUSES + 1);
        double *prob = need(malloc(2 * n * sizeof *prob));
        must(mln_aalen_johansen(&sets.groups[g], prob, errors ? prob + n : NULL, &err), &err);
        for (size_t i = 0; i < (errors ? 2 * n : n); i++) {
            sum += prob[i];
        }
        free(prob);
    }
    mln_risk_release(&sets);
    return sum;
}

static double with_errors(const struct data *d) {
    return aalen_johansen(d, true);
}

static double without_errors(const struct data *d) {
    return aalen_johansen(d, false);
}

static double kaplan_meier(const struct data *d) {
    struct mln_risk_sets sets;
    struct mln_err err = {0};
    double sum = 0.0, nothing = 0.0; /* keeps the intervals from being optimised away */
    must(mln_risk_build(&d->spells, GROUPS, CAUSES, &sets, &err), &err);
    for (size_t g = 0; g < GROUPS; g++) {
        const size_t n = sets.groups[g].n_times;
        struct mln_km_point *points = need(malloc(n * sizeof *points));
        must(mln_km_fit(&sets.groups[g], MLN_KM_GREENWOOD, points, &err), &err);
        for (size_t i = 0; i < n; i++) {
            const struct mln_interval ends =
                mln_interval_of(points[i].running, points[i].std_err, MLN_INTERVAL_LOG, 1.96);
            sum += points[i].running + (points[i].running > 0.0 ? points[i].std_err : 0.0);
            nothing += ends.lower > ends.upper;
        }
        free(points);
    }
    mln_risk_release(&sets);
    return sum + nothing;
}

static double gray(const struct data *d) {
    struct mln_risk_sets sets;
    struct mln_err err = {0};
    must(mln_risk_build(&d->spells, GROUPS, CAUSES, &sets, &err), &err);
    const struct mln_compared compared = {sets.groups, GROUPS, 1, 0.0};
    double sum = 0.0;
    for (size_t cause = 1; cause <= CAUSES; cause++) {
        struct mln_test test;
        must(mln_gray(&compared, cause, NULL, NULL, &test, &err), &err);
        sum += test.chi2;
    }
    mln_risk_release(&sets);
    return sum;
}

/* The same ends as histories of one group of 5 states: the general way, every row its own
 * influence. */
static double multistate(const struct data *d) {
    const size_t n = d->spells.n;
    uint32_t *codes = need(malloc(2 * n * sizeof *codes));
    bool allowed[25] = {false, true, true, true, true};
    for (size_t i = 0; i < n; i++) {
        codes[i] = 0;
        codes[n + i] = d->end[i] == 0 ? MLN_STAYS : d->end[i];
    }
    const struct mln_stays stays = {.n = n, .exit = d->exit, .from = codes, .to = codes + n};
    const struct mln_multistate_model model = {5, allowed};
    const struct mln_multistate_options options = {0};
    struct mln_multistate fit;
    struct mln_err err = {0};
    must(mln_multistate_fit(&stays, &model, &options, &fit, &err), &err);
    double sum = 0.0;
    for (size_t i = 0; i < 5 * fit.n_times; i++) {
        sum += fit.prob[i] + fit.std_err[i];
    }
    mln_multistate_release(&fit);
    free(codes);
    return sum;
}

/* 50 draws of a link a row (probabilities .5 to 1), and each draw's weights by group and end. */
static double link_draws(const struct data *d) {
    const size_t n = d->spells.n;
    struct mln_err err = {0};
    uint64_t *key = need(malloc(n * sizeof *key));
    size_t *first = need(malloc((n + 1) * sizeof *first)),
           *chosen = need(malloc(n * sizeof *chosen));
    double *prob = need(malloc(n * sizeof *prob)), sum = 0.0;
    for (size_t i = 0; i <= n; i++) {
        first[i] = i;
    }
    for (size_t i = 0; i < n; i++) {
        key[i] = i;
        prob[i] = 0.5 + (double)(i % 100) / 200.0;
    }
    const struct mln_link_candidates candidates = {n, key, first, prob};
    const uint32_t *const code[] = {d->group, d->end};
    const struct mln_strata strata = {n, 2, code};
    const struct mln_collapse collapse = {20, 10.0};
    struct mln_cells cells;
    must(mln_cells_build(&strata, &cells, &err), &err);
    for (uint32_t draw = 0; draw < 50; draw++) {
        uint64_t n_matched[GROUPS * (CAUSES + 1)] = {0};
        struct mln_weights weights;
        must(mln_link_draw(&candidates, 1, draw, chosen, &err), &err);
        for (size_t i = 0; i < n; i++) {
            n_matched[cells.cell_of[i]] += chosen[i] != MLN_NO_LINK;
        }
        must(mln_weights_build(&cells, n_matched, &collapse, &weights, &err), &err);
        sum += weights.classes[0].weight;
        mln_weights_release(&weights);
    }
    mln_cells_release(&cells);
    free(key);
    free(first);
    free(chosen);
    free(prob);
    return sum;
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        double (*run)(const struct data *d);
    } works[] = {{"aalen_johansen_se", with_errors},    {"aalen_johansen", without_errors},
                 {"kaplan_meier", kaplan_meier},        {"gray_4_causes", gray},
                 {"multistate_1_group_se", multistate}, {"link_50_draws", link_draws}};
    if (argc != 3) {
        fputs("usage: bench_stats FILE RUNS\n", stderr);
        return MLN_BAD_INPUT;
    }
    struct data d = read_data(argv[1]);
    for (size_t i = 0; i < sizeof works / sizeof works[0]; i++) {
        double best = 1e9, sum = 0.0;
        for (int run = atoi(argv[2]); run > 0; run--) {
            const double start = now();
            sum = works[i].run(&d);
            const double took = now() - start;
            best = took < best ? took : best;
        }
        printf("%s\t%.6f\t%.17g\n", works[i].name, best, sum);
    }
    free(d.exit);
    free(d.end);
    free(d.group);
    return 0;
}
