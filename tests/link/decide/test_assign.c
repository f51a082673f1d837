#include "link/decide/assign.h"

#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "hungarian.h"
#include "run.h"

static void must(enum mln_status status, const struct mln_err *err) {
    ck_assert_msg(status == MLN_OK, "%s", err->msg);
}

/* ── by hand ── */

/*        right 0   1   2
 *  left 0     5    4   .     greedy takes 0–0 (5), then 1–2 (1): 6.
 *  left 1     4    .   1     the best is 0–1 and 1–0: 8. Left 2 has only a link that is worth
 * nothing. */
START_TEST(optimal_is_not_greedy) {
    static const uint32_t left[] = {0, 0, 1, 1, 2};
    static const uint32_t right[] = {0, 1, 0, 2, 2};
    static const double gain[] = {5, 4, 4, 1, -1};
    const struct mln_edges edges = {left, right, gain, 5};
    const struct mln_assign_options options = {3, 3, 1, 1, 1};
    bool kept[5];
    struct mln_assign_result result;
    struct mln_err err;
    must(mln_assign(&edges, &options, kept, &result, &err), &err);
    static const bool want[] = {false, true, true, false, false};
    ck_assert_mem_eq(kept, want, sizeof want);
    ck_assert_double_eq(result.total, 8);
    ck_assert_uint_eq(result.n_kept, 2);
    ck_assert_uint_eq(result.n_components, 1);
    ck_assert_uint_eq(result.largest_component, 4);
    must(mln_assign_best(&edges, 3, kept, &err), &err);
    static const bool best[] = {true, false, true, false, false};
    ck_assert_mem_eq(kept, best, sizeof best);
}
END_TEST

START_TEST(doubles_ties_and_nothing) {
    static const uint32_t left[] = {1, 1, 0, 0};
    static const uint32_t right[] = {1, 1, 1, 0};
    static const double gain[] = {2, 3, 3, 3};
    const struct mln_edges edges = {left, right, gain, 4};
    struct mln_assign_options options = {2, 2, 0, 0, 1};
    bool kept[4];
    struct mln_assign_result result;
    struct mln_err err;
    must(mln_assign(&edges, &options, kept, &result, &err),
         &err); /* no bounds: all but the worse double */
    static const bool all[] = {false, true, true, true};
    ck_assert_mem_eq(kept, all, sizeof all);
    ck_assert_double_eq(result.total, 9);
    must(mln_assign_best(&edges, 2, kept, &err), &err); /* left 0: the lowest right */
    static const bool best[] = {false, true, false, true};
    ck_assert_mem_eq(kept, best, sizeof best);
    const struct mln_edges none = {NULL, NULL, NULL, 0};
    must(mln_assign(&none, &options, kept, &result, &err), &err);
    ck_assert_uint_eq(result.n_components, 0);
    options = (struct mln_assign_options){0, 0, 1, 1, 1};
    must(mln_assign(&none, &options, kept, &result, &err), &err);
    must(mln_assign_best(&none, 0, kept, &err), &err);
}
END_TEST

START_TEST(bad_edges_are_refused) {
    static const uint32_t left[] = {0}, right[] = {1};
    static const double bad[] = {NAN, INFINITY, -INFINITY, 2e7};
    bool kept[1];
    struct mln_assign_result result;
    struct mln_err err;
    const struct mln_assign_options options = {1, 2, 1, 1, 1};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const struct mln_edges edges = {left, right, &bad[i], 1};
        ck_assert_int_eq(mln_assign(&edges, &options, kept, &result, &err), MLN_BAD_INPUT);
        ck_assert_int_eq(mln_assign_best(&edges, 1, kept, &err), MLN_BAD_INPUT);
    }
    static const double good = 1;
    const struct mln_edges edges = {left, right, &good, 1};
    const struct mln_assign_options few = {1, 1, 1, 1, 1};
    ck_assert_int_eq(mln_assign(&edges, &few, kept, &result, &err), MLN_BAD_INPUT);
}
END_TEST

/* ── oracle: every subset of the edges ── */

enum { SIDE = 6, EDGES = 14 };

struct random_edges {
    uint32_t left[EDGES], right[EDGES];
    double gain[EDGES];
    size_t n;
};

/* Each pair at most once; small whole gains, so that there are ties and worthless ones. */
static struct random_edges random_edges(struct mln_rng *rng) {
    struct random_edges g = {.n = 0};
    const uint32_t share = 1 + mln_rng_below(rng, 4);
    for (uint32_t i = 0; i < SIDE && g.n < EDGES; i++) {
        for (uint32_t j = 0; j < SIDE && g.n < EDGES; j++) {
            if (mln_rng_below(rng, 5) < share) {
                g.left[g.n] = i;
                g.right[g.n] = j;
                g.gain[g.n++] = (double)mln_rng_below(rng, 9) - 1;
            }
        }
    }
    return g;
}

static double best_subset(const struct random_edges *g, uint32_t left_max, uint32_t right_max) {
    double best = 0;
    for (uint32_t subset = 0; subset < 1U << g->n; subset++) {
        uint32_t of_left[SIDE] = {0}, of_right[SIDE] = {0};
        double total = 0;
        bool holds = true;
        for (size_t e = 0; e < g->n; e++) {
            if (subset >> e & 1U) {
                total += g->gain[e];
                holds = holds && (++of_left[g->left[e]] <= left_max || left_max == 0) &&
                        (++of_right[g->right[e]] <= right_max || right_max == 0);
            }
        }
        best = holds && total > best ? total : best;
    }
    return best;
}

static void check_bounds(const struct random_edges *g, const struct mln_assign_options *o,
                         const bool *kept, double total) {
    uint32_t of_left[SIDE] = {0}, of_right[SIDE] = {0};
    double sum = 0;
    for (size_t e = 0; e < g->n; e++) {
        if (kept[e]) {
            ck_assert(g->gain[e] > 0);
            sum += g->gain[e];
            ck_assert(++of_left[g->left[e]] <= o->left_max || o->left_max == 0);
            ck_assert(++of_right[g->right[e]] <= o->right_max || o->right_max == 0);
        }
    }
    ck_assert_double_eq(sum, total);
}

/* The same edges in another order: the same edges are kept. */
static void check_order(const struct random_edges *g, const struct mln_assign_options *o,
                        const bool *kept, struct mln_rng *rng) {
    struct random_edges s = *g;
    size_t from[EDGES];
    for (size_t e = 0; e < g->n; e++) {
        from[e] = e;
    }
    for (size_t e = g->n; e > 1; e--) {
        const size_t k = mln_rng_below(rng, (uint32_t)e);
        const size_t f = from[e - 1];
        from[e - 1] = from[k];
        from[k] = f;
    }
    for (size_t e = 0; e < g->n; e++) {
        s.left[e] = g->left[from[e]];
        s.right[e] = g->right[from[e]];
        s.gain[e] = g->gain[from[e]];
    }
    const struct mln_edges edges = {s.left, s.right, s.gain, s.n};
    bool again[EDGES];
    struct mln_assign_result result;
    struct mln_err err;
    must(mln_assign(&edges, o, again, &result, &err), &err);
    for (size_t e = 0; e < g->n; e++) {
        ck_assert_int_eq(again[e], kept[from[e]]);
    }
}

START_TEST(equals_the_best_of_all_subsets) {
    static const uint32_t bounds[][2] = {{1, 1}, {1, 2}, {2, 1}, {2, 2}, {3, 2},
                                         {3, 3}, {0, 1}, {2, 0}, {0, 0}};
    struct mln_rng rng;
    mln_rng_init(&rng, 71, 1, 0);
    for (int round = 0; round < 400; round++) {
        const struct random_edges g = random_edges(&rng);
        const struct mln_edges edges = {g.left, g.right, g.gain, g.n};
        const size_t b = (size_t)round % (sizeof bounds / sizeof *bounds);
        const struct mln_assign_options o = {SIDE, SIDE, bounds[b][0], bounds[b][1], 1};
        bool kept[EDGES];
        struct mln_assign_result result;
        struct mln_err err;
        must(mln_assign(&edges, &o, kept, &result, &err), &err);
        ck_assert_msg(result.total == best_subset(&g, o.left_max, o.right_max), "round %d", round);
        check_bounds(&g, &o, kept, result.total);
        check_order(&g, &o, kept, &rng);
    }
}
END_TEST

/* ── oracle: the dense Hungarian method on larger graphs ── */

enum { DENSE = 60 };

/* Gains are whole, so totals are exact; no link costs 0: the table's other cells. */
START_TEST(equals_the_hungarian_method) {
    struct mln_rng rng;
    mln_rng_init(&rng, 72, 1, 0);
    static uint32_t left[DENSE * DENSE], right[DENSE * DENSE];
    static double gain[DENSE * DENSE];
    static bool kept[DENSE * DENSE];
    static int64_t cost[DENSE * DENSE];
    for (int round = 0; round < 150; round++) {
        memset(cost, 0, sizeof cost);
        size_t n = 0;
        const uint32_t degree = 1 + mln_rng_below(&rng, 8);
        const uint32_t span = round % 2 == 0 ? 5 : 1000000; /* many ties; hardly any */
        for (uint32_t i = 0; i < DENSE; i++) {
            for (uint32_t j = 0; j < DENSE; j++) {
                if (mln_rng_below(&rng, DENSE) < degree) {
                    left[n] = i;
                    right[n] = j;
                    gain[n] = (double)(1 + mln_rng_below(&rng, span));
                    cost[i * DENSE + j] = -(int64_t)gain[n++];
                }
            }
        }
        const struct mln_edges edges = {left, right, gain, n};
        const struct mln_assign_options o = {DENSE, DENSE, 1, 1, 1};
        struct mln_assign_result result;
        struct mln_err err;
        must(mln_assign(&edges, &o, kept, &result, &err), &err);
        ck_assert_msg((int64_t)result.total == -hungarian(DENSE, cost), "round %d", round);
    }
}
END_TEST

/* ── threads ── */

START_TEST(the_same_for_any_number_of_threads) {
    enum { N = 40000, SIDES = 8000 };
    static uint32_t left[N], right[N];
    static double gain[N];
    static bool kept[3][N];
    struct mln_rng rng;
    mln_rng_init(&rng, 73, 1, 0);
    for (size_t e = 0; e < N; e++) { /* blocks of 40 records: many components */
        left[e] = mln_rng_below(&rng, SIDES);
        right[e] = left[e] / 40 * 40 + mln_rng_below(&rng, 40);
        gain[e] = (double)mln_rng_below(&rng, 20);
    }
    const struct mln_edges edges = {left, right, gain, N};
    struct mln_assign_result result[3];
    static const size_t threads[] = {1, 2, 8};
    for (size_t t = 0; t < 3; t++) {
        const struct mln_assign_options o = {SIDES, SIDES, 1, 2, threads[t]};
        struct mln_err err;
        must(mln_assign(&edges, &o, kept[t], &result[t], &err), &err);
        ck_assert_mem_eq(kept[t], kept[0], N);
        ck_assert_mem_eq(&result[t], &result[0], sizeof result[0]);
    }
    ck_assert_uint_gt(result[0].n_components, 100);
}
END_TEST

MLN_TEST_MAIN("assign", optimal_is_not_greedy, doubles_ties_and_nothing, bad_edges_are_refused,
              equals_the_best_of_all_subsets, equals_the_hungarian_method,
              the_same_for_any_number_of_threads)
