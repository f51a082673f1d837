/* Times cells → records over two CSV files (no quotes) by a model, and the memory it takes.
 *
 *   bench_records MODEL.yaml LEFT.csv RIGHT.csv [THREADS]
 *
 * The files are read into memory first; what is timed is mln_records_add, in batches of 2,048 rows
 * as the readers of the program give them, and mln_records_finish. Memory: the peak over what the
 * files take. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/file.h"
#include "link/records/records.h"

enum { BATCH = 2048, MAX_COLUMNS = 64, MAX_BYTES_SHIFT = 33 };

static struct mln_err err;

static void must(enum mln_status status) {
    if (status != MLN_OK) {
        fprintf(stderr, "bench_records: %s\n", err.msg);
        exit(1);
    }
}

static double now(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static long status_kib(const char *key) {
    char line[256];
    long kib = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        if (strncmp(line, key, strlen(key)) == 0) {
            kib = strtol(line + strlen(key), NULL, 10);
        }
    }
    if (f != NULL) {
        fclose(f);
    }
    return kib;
}

struct text {
    struct mln_buf bytes;
    size_t at;
};

static struct mln_str next_cell(struct text *t, char *end) {
    const char *from = t->bytes.p + t->at;
    size_t n = 0;
    while (from[n] != ',' && from[n] != '\n') {
        n++;
    }
    *end = from[n];
    t->at += n + 1;
    return n == 0 ? (struct mln_str){NULL, 0} : (struct mln_str){from, n};
}

static struct mln_str bare(struct mln_str name) {
    return name.n >= 2 && name.p[0] == '"' ? (struct mln_str){name.p + 1, name.n - 2} : name;
}

struct totals {
    double add_s, add_cpu_s;
    size_t rows, cell_bytes;
};

static void add_file(struct mln_records_builder *b, const struct mln_link_model *model, size_t side,
                     struct text *t, struct totals *totals) {
    struct mln_arena arena = MLN_ARENA_INIT;
    const struct mln_str *columns;
    size_t n_columns, place[MAX_COLUMNS], n_header = 0;
    must(mln_records_columns(model, side, &arena, &columns, &n_columns, &err));
    char end = ',';
    while (end != '\n' && n_header < MAX_COLUMNS) {
        const struct mln_str name = bare(next_cell(t, &end));
        place[n_header] = SIZE_MAX;
        for (size_t c = 0; c < n_columns; c++) {
            place[n_header] = mln_str_eq(columns[c], name) ? c : place[n_header];
        }
        n_header++;
    }
    struct mln_str *cells = calloc(BATCH * n_columns, sizeof *cells);
    for (uint64_t first = 1; cells != NULL && t->at < t->bytes.n;) {
        size_t n = 0;
        for (; n < BATCH && t->at < t->bytes.n; n++) {
            for (size_t h = 0; h < n_header; h++) {
                const struct mln_str cell = next_cell(t, &end);
                if (place[h] != SIZE_MAX) {
                    cells[n * n_columns + place[h]] = cell;
                    totals->cell_bytes += cell.n;
                }
            }
        }
        const double start = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
        must(mln_records_add(b, side, first, cells, n, &err));
        totals->add_s += now(CLOCK_MONOTONIC) - start;
        totals->add_cpu_s += now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
        first += n;
        totals->rows += n;
    }
    free(cells);
    mln_arena_release(&arena);
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: bench_records MODEL.yaml LEFT.csv RIGHT.csv [THREADS]\n");
        return 2;
    }
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_buf yaml = MLN_BUF_INIT;
    struct mln_link_model model;
    struct text texts[2] = {{MLN_BUF_INIT, 0}, {MLN_BUF_INIT, 0}};
    must(mln_file_read(argv[1], 1 << 20, &yaml, &err));
    must(mln_link_model_read(&arena, argv[1], mln_buf_view(&yaml), &model, &err));
    for (size_t side = 0; side < 2; side++) {
        must(mln_file_read(argv[2 + side], (size_t)1 << MAX_BYTES_SHIFT, &texts[side].bytes, &err));
    }
    const long before = status_kib("VmRSS:");
    struct mln_records_builder *b;
    struct mln_records records;
    struct totals totals = {0};
    must(mln_records_builder_new(&model, &b, &err));
    for (size_t side = 0; side < 2; side++) {
        add_file(b, &model, side, &texts[side], &totals);
    }
    const long added = status_kib("VmHWM:");
    const double start = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    must(mln_records_finish(b, argc > 4 ? strtoul(argv[4], NULL, 10) : 0, &records, &err));
    const double finish_s = now(CLOCK_MONOTONIC) - start;
    printf("%zu rows, %.1f MB of cells: add %.3f s (%.3f s of processor), finish %.3f s (%.3f); "
           "peak %.1f MB "
           "(after add %.1f), %.2f times the cells\n",
           totals.rows, 1e-6 * (double)totals.cell_bytes, totals.add_s, totals.add_cpu_s, finish_s,
           now(CLOCK_PROCESS_CPUTIME_ID) - cpu, 1.024e-3 * (double)(status_kib("VmHWM:") - before),
           1.024e-3 * (double)(added - before),
           1024 * (double)(status_kib("VmHWM:") - before) / (double)totals.cell_bytes);
    mln_records_release(&records);
    mln_records_builder_free(b);
    for (size_t side = 0; side < 2; side++) {
        mln_buf_release(&texts[side].bytes);
    }
    mln_buf_release(&yaml);
    mln_arena_release(&arena);
    return 0;
}
