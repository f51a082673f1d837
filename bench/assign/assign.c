/* Optimal 1–1 assignment of sparse links: maillon beside CLP on the whole linear program.
 *   bench_assign RECORDS EDGES_A_ROW SHAPE [clp]     SHAPE: giant | blocks | ties | few
 * The constraint matrix of an assignment is totally unimodular: CLP's vertex is a whole solution.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/rng.h"
#include "link/decide/assign.h"

#ifdef MLN_BENCH_CLP
#include <coin/Clp_C_Interface.h>
#endif

static double seconds(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

struct links {
    uint32_t *left, *right;
    double *gain;
    size_t n;
};

/* giant: right records anywhere, which makes one component of nearly all; blocks: within 100
 * records; ties: as giant, and gains are 1, 2 or 3; few: right records of the first tenth. */
enum shape { GIANT, BLOCKS, TIES, FEW, SHAPES };
static const char *const shape_words[] = {"giant", "blocks", "ties", "few"};

static struct links draw(uint32_t records, uint32_t degree, enum shape shape) {
    struct links l = {malloc((size_t)records * degree * sizeof *l.left),
                      malloc((size_t)records * degree * sizeof *l.right),
                      malloc((size_t)records * degree * sizeof *l.gain), 0};
    struct mln_rng rng;
    if (l.left == NULL || l.right == NULL || l.gain == NULL) {
        exit(4);
    }
    mln_rng_init(&rng, 20, 1, 0);
    for (uint32_t i = 0; i < records; i++) {
        for (uint32_t k = 0; k < degree; k++) {
            const uint32_t anywhere = mln_rng_below(&rng, shape == FEW ? records / 10 : records);
            const uint32_t near = i / 100 * 100 + mln_rng_below(&rng, 100);
            const double unit = mln_rng_unit(&rng);
            l.left[l.n] = i;
            l.right[l.n] = shape != BLOCKS ? anywhere : near < records ? near : i;
            l.gain[l.n++] = shape == TIES
                                ? 1 + floor(3 * unit)
                                : ldexp(floor(ldexp(20 * unit, 20)), -20); /* exact sums */
        }
    }
    return l;
}

#ifdef MLN_BENCH_CLP
static double by_clp(const struct links *l, uint32_t records) {
    Clp_Simplex *lp = Clp_newModel();
    const int n = (int)l->n;
    int *start = malloc(((size_t)n + 1) * sizeof *start);
    int *row = malloc(2 * (size_t)n * sizeof *row);
    double *one = malloc(2 * (size_t)n * sizeof *one);
    double *lower = calloc((size_t)n, sizeof *lower), *upper = malloc((size_t)n * sizeof *upper);
    double *cost = malloc((size_t)n * sizeof *cost);
    double *row_lower = malloc(2 * (size_t)records * sizeof *row_lower);
    double *row_upper = malloc(2 * (size_t)records * sizeof *row_upper);
    for (int e = 0; e < n; e++) {
        start[e] = 2 * e;
        row[2 * e] = (int)l->left[e];
        row[2 * e + 1] = (int)(records + l->right[e]);
        one[2 * e] = one[2 * e + 1] = upper[e] = 1;
        cost[e] = -l->gain[e];
    }
    start[n] = 2 * n;
    for (uint32_t i = 0; i < 2 * records; i++) {
        row_lower[i] = -1e30;
        row_upper[i] = 1;
    }
    Clp_setLogLevel(lp, 0);
    Clp_loadProblem(lp, n, (int)(2 * records), start, row, one, lower, upper, cost, row_lower,
                    row_upper);
    Clp_initialSolve(lp);
    const double total = -Clp_objectiveValue(lp);
    Clp_deleteModel(lp);
    free(start);
    free(row);
    free(one);
    free(lower);
    free(upper);
    free(cost);
    free(row_lower);
    free(row_upper);
    return total;
}
#endif

int main(int argc, char **argv) {
    const uint32_t records = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 40000;
    const uint32_t degree = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 8;
    enum shape shape = GIANT;
    for (enum shape s = GIANT; argc > 3 && s < SHAPES; s++) {
        shape = strcmp(argv[3], shape_words[s]) == 0 ? s : shape;
    }
    const struct links l = draw(records, degree, shape);
    bool *kept = malloc(l.n * sizeof *kept);
    if (kept == NULL) {
        return 4;
    }
    const struct mln_edges edges = {l.left, l.right, l.gain, l.n};
    const struct mln_assign_options options = {records, records, 1, 1, 1};
    struct mln_assign_result result;
    struct mln_err err;
    const double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    if (mln_assign(&edges, &options, kept, &result, &err) != MLN_OK) {
        fprintf(stderr, "%s\n", err.msg);
        return 1;
    }
    printf("%u x %u, %zu links, %s: %zu components, largest %zu links\n", records, records, l.n,
           shape_words[shape], result.n_components, result.largest_component);
    printf("  maillon  %8.3f s CPU  %zu kept  total %.6f\n",
           seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu, result.n_kept, result.total);
#ifdef MLN_BENCH_CLP
    if (argc > 4) {
        const double before = seconds(CLOCK_PROCESS_CPUTIME_ID);
        const double total = by_clp(&l, records);
        printf("  CLP      %8.3f s CPU  total %.6f  %s\n",
               seconds(CLOCK_PROCESS_CPUTIME_ID) - before, total,
               fabs(total - result.total) < 1e-5 * (1 + fabs(total)) ? "same optimum"
                                                                     : "OTHER OPTIMUM");
    }
#endif
    free(kept);
    free(l.left);
    free(l.right);
    free(l.gain);
    return 0;
}
