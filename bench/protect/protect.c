/* Times protection with its audit on linked tables of an invented population (linked.h).
 *   bench_protect PERSONS SCALE…      scale 1: about 10,000 cells in 50 tables; 10: about 100,000
 * One line a scale: tables, cells (of the tables; of the system, where shared cells count once),
 * what was suppressed and proven, CPU seconds. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "linked.h"
#include "protect/loss.h"

/* CPU time: other work on the machine does not count. */
static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static const struct mln_protect_options exact = {
    .threshold = 5, .threshold_detail = 11, .quantile_threshold = 11, .share_decimals = 1};

/* Seconds. */
static double protect(const struct linked *l, const struct mln_protect_options *options,
                      struct mln_protect_outcome *outcome, struct mln_loss *loss) {
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_err err = {0};
    struct mln_protected_table **out =
        MLN_ARENA_NEW(&arena, struct mln_protected_table *, l->n_tables);
    const double start = now();
    if (out == NULL || mln_protect_linked(&arena, l->tables, l->n_tables, NULL, options, out,
                                          outcome, &err) != MLN_OK) {
        fprintf(stderr, "bench_protect: %s\n", err.msg);
        exit(1);
    }
    const double took = now() - start;
    *loss = mln_loss_measure(l->tables, out, l->n_tables);
    mln_arena_release(&arena);
    return took;
}

static void by_size(size_t n_persons, size_t scale) {
    struct linked l;
    struct mln_protect_outcome o;
    struct mln_loss loss;
    linked_make(&l, n_persons, scale, 7);
    const double took = protect(&l, &exact, &o, &loss);
    printf("%zu\t%zu\t%zu\t%zu\t%zu\t%zu\t%zu\t%zu\t%zu\t%.2f\n", l.n_tables, l.n_cells, o.n_cells,
           o.n_primary, o.n_secondary, o.n_proven, o.n_whole, o.largest_component, o.n_programs,
           took);
    (void)fflush(stdout);
    linked_release(&l);
}

/* What each method costs the reader. */
static void by_method(size_t n_persons) {
    struct mln_protect_options rounded = exact;
    struct mln_protect_options controlled = exact;
    struct mln_protect_options noise = exact;
    rounded.rounding_base = 5;
    controlled.method = MLN_METHOD_ROUNDING;
    controlled.rounding_base = 5;
    noise.method = MLN_METHOD_CELL_KEY;
    noise.noise_max = 5;
    noise.noise_variance = 3;
    noise.noise_smallest = 3;
    const struct {
        const char *name;
        const struct mln_protect_options *options;
    } methods[] = {{"suppression, exact", &exact},
                   {"suppression, rounded to 5", &rounded},
                   {"controlled rounding to 5", &controlled},
                   {"cell keys, D 5, V 3", &noise}};
    struct linked l;
    linked_make(&l, n_persons, 1, 7);
    printf("\nmethod\tcells hidden\tcounts hidden\tmean abs\tmax abs\tHellinger\tlines "
           "broken\tseconds\n");
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        struct mln_protect_outcome o;
        struct mln_loss loss;
        const double took = protect(&l, methods[i].options, &o, &loss);
        printf("%s\t%.1f %%\t%.2f %%\t%.2f\t%.0f\t%.5f\t%zu\t%.2f\n", methods[i].name,
               100.0 * (double)loss.n_suppressed / (double)loss.n_cells,
               100 * loss.suppressed_weight, loss.mean_abs, loss.max_abs, loss.hellinger,
               o.n_broken, took);
    }
    linked_release(&l);
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: bench_protect PERSONS SCALE...\n");
        return 2;
    }
    const size_t n_persons = (size_t)strtoul(argv[1], NULL, 10);
    printf(
        "tables\tcells\tsystem\tprimary\tsecondary\tproven\twhole\tlargest\tprograms\tseconds\n");
    for (int i = 2; i < argc; i++) {
        by_size(n_persons, (size_t)strtoul(argv[i], NULL, 10));
    }
    by_method(n_persons);
    return 0;
}
