#include "hungarian.h"

#include <stdbool.h>
#include <stdlib.h>

int64_t hungarian(size_t n, const int64_t *cost) {
    int64_t *u = calloc(n + 1, sizeof *u), *v = calloc(n + 1, sizeof *v);
    int64_t *least = calloc(n + 1, sizeof *least);
    size_t *row_of = calloc(n + 1, sizeof *row_of), *way = calloc(n + 1, sizeof *way);
    bool *done = calloc(n + 1, sizeof *done);
    for (size_t i = 1; i <= n; i++) {
        size_t j0 = 0;
        row_of[0] = i;
        for (size_t j = 0; j <= n; j++) {
            least[j] = INT64_MAX;
            done[j] = false;
        }
        do {
            done[j0] = true;
            size_t j1 = 0;
            int64_t delta = INT64_MAX;
            for (size_t j = 1; j <= n; j++) {
                if (!done[j]) {
                    const int64_t c = cost[(row_of[j0] - 1) * n + j - 1] - u[row_of[j0]] - v[j];
                    if (c < least[j]) {
                        least[j] = c;
                        way[j] = j0;
                    }
                    if (least[j] < delta) {
                        delta = least[j];
                        j1 = j;
                    }
                }
            }
            for (size_t j = 0; j <= n; j++) {
                if (done[j]) {
                    u[row_of[j]] += delta;
                    v[j] -= delta;
                } else if (least[j] != INT64_MAX) {
                    least[j] -= delta;
                }
            }
            j0 = j1;
        } while (row_of[j0] != 0);
        for (; j0 != 0; j0 = way[j0]) {
            row_of[j0] = row_of[way[j0]];
        }
    }
    const int64_t total = -v[0];
    free(u);
    free(v);
    free(least);
    free(row_of);
    free(way);
    free(done);
    return total;
}
