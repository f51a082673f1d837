/* Times protection with its audit on linked tables of an invented population (linked.h).
 *   bench_protect PERSONS SCALE…      scale 1: about 10,000 cells in 50 tables; 10: about 100,000
 * One line a scale: tables, cells (of the tables; of the system, where shared cells count once),
 * what was suppressed and proven, CPU seconds. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "linked.h"

/* CPU time: other work on the machine does not count. */
static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void run(size_t n_persons, size_t scale) {
    static const struct mln_protect_options options = {
        .threshold = 5, .threshold_detail = 11, .quantile_threshold = 11, .share_decimals = 1};
    struct linked l;
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_err err = {0};
    struct mln_protect_outcome o;
    linked_make(&l, n_persons, scale, 7);
    struct mln_protected_table **out =
        MLN_ARENA_NEW(&arena, struct mln_protected_table *, l.n_tables);
    const double start = now();
    if (out == NULL ||
        mln_protect_linked(&arena, l.tables, l.n_tables, NULL, &options, out, &o, &err) != MLN_OK) {
        fprintf(stderr, "bench_protect: %s\n", err.msg);
        exit(1);
    }
    printf("%zu\t%zu\t%zu\t%zu\t%zu\t%zu\t%zu\t%zu\t%zu\t%.2f\n", l.n_tables, l.n_cells, o.n_cells,
           o.n_primary, o.n_secondary, o.n_proven, o.n_whole, o.largest_component, o.n_programs,
           now() - start);
    mln_arena_release(&arena);
    linked_release(&l);
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: bench_protect PERSONS SCALE...\n");
        return 2;
    }
    printf(
        "tables\tcells\tsystem\tprimary\tsecondary\tproven\twhole\tlargest\tprograms\tseconds\n");
    for (int i = 2; i < argc; i++) {
        run((size_t)strtoul(argv[1], NULL, 10), (size_t)strtoul(argv[i], NULL, 10));
    }
    return 0;
}
