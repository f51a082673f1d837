/* The auction of large components: the optimum of the Hungarian method on small ones, and on large
 * ones no path or cycle that would improve what is kept. */
#include "link/decide/auction.h"

#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "hungarian.h"
#include "link/decide/assign.h"
#include "run.h"

enum { SIDE = 40, EDGES = SIDE * SIDE };

static uint32_t row_start[SIDE + 1], row_of[EDGES], col[EDGES];
static int64_t gain[EDGES], cost[EDGES];
static bool used[EDGES];

/* Of n_rows × n_cols, about `degree` edges a row; gains 1 … span. */
static uint32_t draw(struct mln_rng *rng, uint32_t n_rows, uint32_t n_cols, uint32_t degree,
                     uint32_t span) {
    uint32_t n = 0;
    memset(cost, 0, sizeof cost);
    for (uint32_t i = 0; i < n_rows; i++) {
        row_start[i] = n;
        for (uint32_t j = 0; j < n_cols; j++) {
            if (mln_rng_below(rng, n_cols) < degree) {
                row_of[n] = i;
                col[n] = j;
                gain[n] = 1 + mln_rng_below(rng, span);
                cost[i * SIDE + j] = -gain[n++];
            }
        }
    }
    row_start[n_rows] = n;
    return n;
}

/* What is used: its total; no row and no column twice. */
static int64_t total_of(uint32_t n) {
    bool row_taken[SIDE] = {false}, col_taken[SIDE] = {false};
    int64_t total = 0;
    for (uint32_t e = 0; e < n; e++) {
        if (used[e]) {
            ck_assert(!row_taken[row_of[e]] && !col_taken[col[e]]);
            row_taken[row_of[e]] = col_taken[col[e]] = true;
            total += gain[e];
        }
    }
    return total;
}

/* Square and oblong, ties everywhere and hardly any; one workspace for all. */
START_TEST(equals_the_hungarian_method) {
    static const uint32_t shapes[][2] = {{SIDE, SIDE}, {SIDE, 10}, {10, SIDE}, {1, 5}, {5, 1}};
    static const uint32_t spans[] = {1, 3, 50, 1000000000};
    struct mln_rng rng;
    struct auction *auction;
    struct mln_err err;
    mln_rng_init(&rng, 81, 1, 0);
    ck_assert_int_eq(auction_new(SIDE, SIDE, EDGES, &auction, &err), MLN_OK);
    for (size_t round = 0; round < 400; round++) {
        const uint32_t *shape = shapes[round % 5];
        const uint32_t n = draw(&rng, shape[0], shape[1], 1 + mln_rng_below(&rng, 8),
                                spans[mln_rng_below(&rng, 4)]);
        const struct auction_part part = {shape[0], shape[1], row_start, row_of, col, gain};
        memset(used, 0, sizeof used);
        if (n > 0) {
            ck_assert(auction_solve(auction, &part, used));
        }
        ck_assert_msg(total_of(n) == -hungarian(SIDE, cost), "round %zu", round);
    }
    auction_free(auction);
}
END_TEST

/* 2^60 × 3 does not fit in 61 bits; the same gains with 60 bits of 0 at their end are 1 and 1. */
START_TEST(gains_too_wide_are_left_alone) {
    static const uint32_t starts[] = {0, 1, 2}, rows[] = {0, 1}, cols[] = {0, 1};
    int64_t wide[] = {(INT64_C(1) << 60) + 1, 1};
    bool taken[2] = {false, false};
    struct auction *auction;
    struct mln_err err;
    ck_assert_int_eq(auction_new(2, 2, 2, &auction, &err), MLN_OK);
    const struct auction_part part = {2, 2, starts, rows, cols, wide};
    ck_assert(!auction_solve(auction, &part, taken));
    ck_assert(!taken[0] && !taken[1]);
    wide[0] = wide[1] = INT64_C(1) << 60;
    ck_assert(auction_solve(auction, &part, taken));
    ck_assert(taken[0] && taken[1]);
    auction_free(auction);
}
END_TEST

/* ── large components, through mln_assign ── */

enum { LARGE = 1500, DEGREE = 10, LARGE_EDGES = LARGE * DEGREE, NODES = 2 * LARGE + 1 };

static uint32_t left[LARGE_EDGES], right[LARGE_EDGES];
static double weight[LARGE_EDGES];
static bool kept[LARGE_EDGES];

static bool lower(int64_t *dist, uint32_t to, int64_t length) {
    const bool lowers = length < dist[to];
    dist[to] = lowers ? length : dist[to];
    return lowers;
}

/* Arcs of what could change: left → right by a link not kept (-gain), right → left by one kept
 * (+gain), and over one more node for those that are alone or become so (0). A cycle of negative
 * length is an improvement: Bellman–Ford stands still if and only if there is none. */
static bool something_improves(size_t n) {
    static int64_t dist[NODES];
    bool left_taken[LARGE] = {false}, right_taken[LARGE] = {false};
    memset(dist, 0, sizeof dist);
    for (size_t e = 0; e < n; e++) {
        left_taken[left[e]] |= kept[e];
        right_taken[right[e]] |= kept[e];
    }
    bool moved = true;
    for (uint32_t pass = 0; moved && pass <= NODES; pass++) {
        moved = false;
        for (size_t e = 0; e < n; e++) {
            const uint32_t a = left[e], b = LARGE + right[e];
            const int64_t g = (int64_t)ldexp(weight[e], 20);
            moved |= kept[e] ? lower(dist, a, dist[b] + g) : lower(dist, b, dist[a] - g);
        }
        for (uint32_t i = 0; i < LARGE; i++) {
            const uint32_t a = i, b = LARGE + i, alone = 2 * LARGE;
            moved |= left_taken[i] ? lower(dist, alone, dist[a]) : lower(dist, a, dist[alone]);
            moved |= right_taken[i] ? lower(dist, b, dist[alone]) : lower(dist, alone, dist[b]);
        }
    }
    return moved;
}

/* shape 0: gains of 20 bits; 1: 1, 2 or 3; 2: right records of the first tenth. */
START_TEST(nothing_improves_a_large_component) {
    struct mln_rng rng;
    mln_rng_init(&rng, 82, (uint32_t)_i, 0);
    for (size_t e = 0; e < LARGE_EDGES; e++) {
        left[e] = (uint32_t)(e / DEGREE);
        right[e] = mln_rng_below(&rng, _i == 2 ? LARGE / 10 : LARGE);
        weight[e] =
            _i == 1 ? 1 + mln_rng_below(&rng, 3) : ldexp(1 + mln_rng_below(&rng, 1 << 24), -20);
    }
    size_t n = 0; /* no pair twice */
    for (size_t e = 0; e < LARGE_EDGES; e++) {
        bool again = false;
        for (size_t k = n; k-- > 0 && left[k] == left[e];) {
            again = again || right[k] == right[e];
        }
        left[n] = left[e];
        right[n] = right[e];
        weight[n] = weight[e];
        n += !again;
    }
    const struct mln_edges edges = {left, right, weight, n};
    const struct mln_assign_options options = {LARGE, LARGE, 1, 1, 1};
    struct mln_assign_result result;
    struct mln_err err;
    ck_assert_int_eq(mln_assign(&edges, &options, kept, &result, &err), MLN_OK);
    ck_assert_uint_gt(result.largest_component, n * 9 / 10);
    ck_assert(!something_improves(n));
    for (size_t e = 0; e < n; e++) { /* the test of the test: without one link something does */
        if (kept[e]) {
            kept[e] = false;
            break;
        }
    }
    ck_assert(something_improves(n));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("auction");
    TCase *tests = tcase_create("auction");
    tcase_add_test(tests, equals_the_hungarian_method);
    tcase_add_test(tests, gains_too_wide_are_left_alone);
    tcase_add_loop_test(tests, nothing_improves_a_large_component, 0, 3);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
