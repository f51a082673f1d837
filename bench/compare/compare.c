/* Times the comparators one against many on a list of names: prints "comparator<TAB>ns per pair<TAB>sum".
 *   bench_compare NAMES best|portable
 * Each name is compared with all, one thread; the layout of candidates and queries is part of the time,
 * and all results are written to one matrix, as rapidfuzz's cdist does. The sum of results lets the
 * runner check that both computed the same (hence rapidfuzz's conventions for Jaro–Winkler: prefix above
 * 0.7 only, whole transpositions). The best of three runs counts. Lines "…_blocks_of_32" compare 32 by
 * 32 names, each block laid out anew: what a blocking rule gives. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "link/compare/many.h"

enum { MOST_NAMES = 20000, MOST_BYTES = 1 << 20, RUNS = 3 };

struct bench {
    struct mln_strset set;
    uint32_t *ids;
    size_t n;
    enum mln_compare_path path;
    struct mln_query query;
    struct mln_candidates candidates;
    double *matrix; /* as uint32_t for distances */
};

/* CPU time: other work on the machine does not count. */
static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void must(enum mln_status status, const struct mln_err *err) {
    if (status != MLN_OK) {
        fprintf(stderr, "bench_compare: %s\n", err->msg);
        exit((int)status);
    }
}

typedef enum mln_status many(struct mln_query *query, const struct mln_candidates *candidates,
                             uint32_t cutoff, uint32_t *out, struct mln_err *err);

static void time_distance(struct bench *b, const char *name, many *f, uint32_t cutoff) {
    uint32_t *out = (uint32_t *)b->matrix;
    double best = 1e9;
    struct mln_err err = {0};
    for (int run = 0; run < RUNS; run++) {
        const double start = now();
        must(mln_candidates_set(&b->candidates, &b->set, b->ids, b->n, b->path, &err), &err);
        for (size_t q = 0; q < b->n; q++) {
            mln_query_id(&b->query, &b->set, b->ids[q]);
            must(f(&b->query, &b->candidates, cutoff, out + q * b->n, &err), &err);
        }
        const double took = now() - start;
        best = took < best ? took : best;
    }
    double sum = 0;
    for (size_t i = 0; i < b->n * b->n; i++) {
        sum += out[i];
    }
    printf("%s\t%.3f\t%.9g\n", name, best * 1e9 / (double)(b->n * b->n), sum);
}

static void time_jaro_winkler(struct bench *b, const char *name, double cutoff) {
    const struct mln_jaro_winkler how = {
        .prefix_weight = 0.1, .boost_threshold = 0.7, .cutoff = cutoff, .whole_transpositions = true};
    double best = 1e9;
    struct mln_err err = {0};
    for (int run = 0; run < RUNS; run++) {
        const double start = now();
        must(mln_candidates_set(&b->candidates, &b->set, b->ids, b->n, b->path, &err), &err);
        for (size_t q = 0; q < b->n; q++) {
            mln_query_id(&b->query, &b->set, b->ids[q]);
            must(mln_jaro_winkler_many(&b->query, &b->candidates, &how, b->matrix + q * b->n, &err),
                 &err);
        }
        const double took = now() - start;
        best = took < best ? took : best;
    }
    double sum = 0;
    for (size_t i = 0; i < b->n * b->n; i++) {
        sum += b->matrix[i];
    }
    printf("%s\t%.3f\t%.9g\n", name, best * 1e9 / (double)(b->n * b->n), sum);
}

static void time_blocks(struct bench *b) {
    enum { BLOCK = 32 };
    const struct mln_jaro_winkler how = {.prefix_weight = 0.1, .cutoff = 0.8};
    double best = 1e9;
    struct mln_err err = {0};
    for (int run = 0; run < RUNS; run++) {
        const double start = now();
        for (size_t block = 0; block + 2 * BLOCK <= b->n; block += BLOCK) {
            must(mln_candidates_set(&b->candidates, &b->set, b->ids + block, BLOCK, b->path, &err),
                 &err);
            for (size_t q = 0; q < BLOCK; q++) {
                mln_query_id(&b->query, &b->set, b->ids[block + BLOCK + q]);
                must(mln_jaro_winkler_many(&b->query, &b->candidates, &how, b->matrix, &err), &err);
            }
        }
        const double took = now() - start;
        best = took < best ? took : best;
    }
    printf("jaro_winkler_cutoff_.8_blocks_of_32\t%.3f\t0\n",
           best * 1e9 / (double)((b->n / BLOCK - 1) * BLOCK * BLOCK));
}

static size_t read_names(const char *path, char *bytes, struct mln_str *names) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(MLN_IO);
    }
    const size_t n_bytes = fread(bytes, 1, MOST_BYTES, file);
    fclose(file);
    size_t n = 0;
    for (size_t at = 0; at < n_bytes && n < MOST_NAMES;) {
        const char *end = memchr(bytes + at, '\n', n_bytes - at);
        const size_t length = end == NULL ? n_bytes - at : (size_t)(end - (bytes + at));
        names[n++] = (struct mln_str){bytes + at, length};
        at += length + 1;
    }
    return n;
}

int main(int argc, char **argv) {
    static char bytes[MOST_BYTES];
    static struct mln_str names[MOST_NAMES];
    static struct bench b;
    if (argc != 3) {
        fputs("usage: bench_compare NAMES best|portable\n", stderr);
        return MLN_BAD_INPUT;
    }
    struct mln_err err = {0};
    b.n = read_names(argv[1], bytes, names);
    b.path = strcmp(argv[2], "portable") == 0 ? MLN_PATH_PORTABLE : MLN_PATH_BEST;
    b.ids = malloc(b.n * sizeof *b.ids);
    b.matrix = malloc(b.n * b.n * sizeof *b.matrix);
    if (b.ids == NULL || b.matrix == NULL) {
        return MLN_NO_MEMORY;
    }
    must(mln_strset_build(names, b.n, 1, &b.set, b.ids, &err), &err);
    time_jaro_winkler(&b, "jaro_winkler", 0);
    time_jaro_winkler(&b, "jaro_winkler_cutoff_.8", 0.8);
    time_distance(&b, "levenshtein", mln_levenshtein_many, MLN_NO_CUTOFF);
    time_distance(&b, "osa", mln_osa_many, MLN_NO_CUTOFF);
    time_distance(&b, "damerau", mln_damerau_many, MLN_NO_CUTOFF);
    time_distance(&b, "indel", mln_indel_many, MLN_NO_CUTOFF);
    time_distance(&b, "levenshtein_cutoff_2", mln_levenshtein_many, 2);
    time_blocks(&b);
    mln_candidates_release(&b.candidates);
    mln_query_release(&b.query);
    mln_strset_release(&b.set);
    free(b.ids);
    free(b.matrix);
    return 0;
}
