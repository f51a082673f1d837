#include "link/decide/cluster.h"

#include <string.h>

#include "base/rng.h"
#include "run.h"

static void must(enum mln_status status, const struct mln_err *err) {
    ck_assert_msg(status == MLN_OK, "%s", err->msg);
}

/* 4–2, 2–5 tie 2, 4, 5; 1–3 is worth nothing; 0–6. */
START_TEST(components_by_hand) {
    static const uint32_t left[] = {4, 2, 1, 0}, right[] = {2, 5, 3, 6};
    static const double gain[] = {1, .5, 0, 3};
    const struct mln_edges edges = {left, right, gain, 4};
    const struct mln_cluster_options options = {7, -1, 1};
    uint32_t cluster[7];
    struct mln_err err;
    must(mln_cluster_components(&edges, &options, cluster, &err), &err);
    static const uint32_t want[] = {0, 1, 2, 3, 2, 2, 0};
    ck_assert_mem_eq(cluster, want, sizeof want);
    const struct mln_cluster_options few = {6, -1, 1};
    ck_assert_int_eq(mln_cluster_components(&edges, &few, cluster, &err), MLN_BAD_INPUT);
}
END_TEST

/* Oracle: the lowest record is spread along edges until nothing changes. */
START_TEST(components_by_spreading) {
    enum { RECORDS = 60 };
    struct mln_rng rng;
    mln_rng_init(&rng, 81, 1, 0);
    for (int round = 0; round < 300; round++) {
        uint32_t left[RECORDS], right[RECORDS], cluster[RECORDS], want[RECORDS];
        double gain[RECORDS];
        const size_t n = mln_rng_below(&rng, RECORDS);
        for (size_t e = 0; e < n; e++) {
            left[e] = mln_rng_below(&rng, RECORDS);
            right[e] = mln_rng_below(&rng, RECORDS);
            gain[e] = (double)mln_rng_below(&rng, 4) - 1;
        }
        for (uint32_t i = 0; i < RECORDS; i++) {
            want[i] = i;
        }
        for (bool changed = true; changed;) {
            changed = false;
            for (size_t e = 0; e < n; e++) {
                uint32_t *a = &want[left[e]], *b = &want[right[e]];
                if (gain[e] > 0 && *a != *b) {
                    *a = *b = *a < *b ? *a : *b;
                    changed = true;
                }
            }
        }
        const struct mln_edges edges = {left, right, gain, n};
        const struct mln_cluster_options options = {RECORDS, -1, 1};
        struct mln_err err;
        must(mln_cluster_components(&edges, &options, cluster, &err), &err);
        ck_assert_msg(memcmp(cluster, want, sizeof want) == 0, "round %d", round);
    }
}
END_TEST

/* ── robust ── */

/* 0–1–2 all tied by 4; 3–4 by 4; one false link 2–3 of 3. Components make one cluster. Between {0,
 * 1, 2} and {3, 4} the mean is (3 + 5 × -1)/6 < 0: two clusters. Were an absent pair 0, it is 3/6 >
 * 0: one. */
START_TEST(robust_by_hand) {
    static const uint32_t left[] = {0, 2, 1, 4, 3}, right[] = {1, 0, 2, 3, 2};
    static const double gain[] = {4, 4, 4, 4, 3};
    const struct mln_edges edges = {left, right, gain, 5};
    struct mln_cluster_options options = {6, -1, 1};
    uint32_t cluster[6];
    struct mln_err err;
    must(mln_cluster_robust(&edges, &options, cluster, &err), &err);
    static const uint32_t two[] = {0, 0, 0, 3, 3, 5}, one[] = {0, 0, 0, 0, 0, 5};
    ck_assert_mem_eq(cluster, two, sizeof two);
    options.absent_log2 = 0;
    must(mln_cluster_robust(&edges, &options, cluster, &err), &err);
    ck_assert_mem_eq(cluster, one, sizeof one);
    options.absent_log2 = 1;
    ck_assert_int_eq(mln_cluster_robust(&edges, &options, cluster, &err), MLN_BAD_INPUT);
}
END_TEST

enum { SMALL = 14, SMALL_EDGES = 40 };

struct small_graph {
    uint32_t left[SMALL_EDGES], right[SMALL_EDGES];
    double gain[SMALL_EDGES];
    size_t n;
};

static struct small_graph small_graph(struct mln_rng *rng) {
    struct small_graph g = {.n = mln_rng_below(rng, SMALL_EDGES + 1)};
    const uint32_t span = mln_rng_below(rng, 2) == 0 ? 4 : 100; /* many ties, few */
    for (size_t e = 0; e < g.n; e++) {
        g.left[e] = mln_rng_below(rng, SMALL);
        g.right[e] = mln_rng_below(rng, SMALL);
        g.gain[e] = ((double)mln_rng_below(rng, 3 * span) - span) / 2;
    }
    return g;
}

/* Oracle: the means of all pairs of clusters worked out afresh for each merge, from a table of
 * log-odds. Gains are multiples of 1/2, so that sums are exact; means are compared crosswise. */
static void slow_robust(const struct small_graph *g, double absent, uint32_t *cluster) {
    double table[SMALL][SMALL];
    bool tied[SMALL][SMALL] = {{false}};
    for (size_t e = 0; e < g->n; e++) {
        const uint32_t a = g->left[e], b = g->right[e];
        if (!tied[a][b] || g->gain[e] > table[a][b]) {
            table[a][b] = table[b][a] = g->gain[e];
            tied[a][b] = tied[b][a] = true;
        }
    }
    for (uint32_t i = 0; i < SMALL; i++) {
        cluster[i] = i;
    }
    for (;;) {
        double best = 0, best_n = 1;
        uint32_t best_a = 0, best_b = 0;
        for (uint32_t a = 0; a < SMALL; a++) {
            for (uint32_t b = a + 1; b < SMALL; b++) {
                double sum = 0, n = 0;
                bool some = false;
                for (uint32_t i = 0; i < SMALL; i++) {
                    for (uint32_t j = 0; j < SMALL; j++) {
                        if (cluster[i] == a && cluster[j] == b) {
                            sum += tied[i][j] ? table[i][j] : absent;
                            some = some || tied[i][j];
                            n++;
                        }
                    }
                }
                if (some && sum * best_n > best * n) {
                    best = sum;
                    best_n = n;
                    best_a = a;
                    best_b = b;
                }
            }
        }
        if (best <= 0) {
            return;
        }
        for (uint32_t i = 0; i < SMALL; i++) {
            cluster[i] = cluster[i] == best_b ? best_a : cluster[i];
        }
    }
}

START_TEST(robust_equals_the_slow_way_in_any_order) {
    static const double absents[] = {0, -.5, -1, -3, -20};
    struct mln_rng rng;
    mln_rng_init(&rng, 82, 1, 0);
    for (int round = 0; round < 3000; round++) {
        struct small_graph g = small_graph(&rng);
        const struct mln_edges edges = {g.left, g.right, g.gain, g.n};
        const struct mln_cluster_options options = {SMALL, absents[round % 5], 1};
        uint32_t cluster[SMALL], want[SMALL];
        struct mln_err err;
        slow_robust(&g, options.absent_log2, want);
        must(mln_cluster_robust(&edges, &options, cluster, &err), &err);
        ck_assert_msg(memcmp(cluster, want, sizeof want) == 0, "round %d", round);
        for (size_t e = g.n; e > 1; e--) { /* shuffled, ends swapped */
            const size_t k = mln_rng_below(&rng, (uint32_t)e);
            const uint32_t left = g.left[e - 1], right = g.right[e - 1];
            const double gain = g.gain[e - 1];
            g.left[e - 1] = g.right[k];
            g.right[e - 1] = g.left[k];
            g.gain[e - 1] = g.gain[k];
            g.left[k] = right;
            g.right[k] = left;
            g.gain[k] = gain;
        }
        must(mln_cluster_robust(&edges, &options, cluster, &err), &err);
        ck_assert_msg(memcmp(cluster, want, sizeof want) == 0, "round %d, shuffled", round);
    }
}
END_TEST

/* One component of 100,000 edges in shapes that make a careless method quadratic: a star, a path, a
 * clique, chance. Weights agree with the shape, so the answer is known. */
enum { BIG = 100000 };
static uint32_t big_left[BIG], big_right[BIG], big_cluster[BIG + 1];
static double big_gain[BIG];

static const uint32_t *big(double absent, size_t n) {
    const struct mln_edges edges = {big_left, big_right, big_gain, n};
    const struct mln_cluster_options options = {BIG + 1, absent, 1};
    struct mln_err err;
    must(mln_cluster_robust(&edges, &options, big_cluster, &err), &err);
    return big_cluster;
}

START_TEST(robust_on_large_components) {
    for (uint32_t e = 0; e < BIG; e++) { /* star, all equal: all merge when absent pairs count 0 */
        big_left[e] = 0;
        big_right[e] = e + 1;
        big_gain[e] = 5;
    }
    ck_assert_uint_eq(big(0, BIG)[BIG], 0);
    /* at -1 the k-th leaf has the mean (5 - (k - 1))/k: five merge, the sixth has 0 */
    ck_assert_uint_eq(big(-1, BIG)[5], 0);
    ck_assert_uint_eq(big_cluster[6], 6);
    for (uint32_t e = 0; e < BIG; e++) { /* path */
        big_left[e] = e;
    }
    ck_assert_uint_eq(big(0, BIG)[BIG], 0);
    uint32_t n = 0;
    for (uint32_t i = 0; i < 447; i++) { /* clique of 447: 99,681 edges, the last record against */
        for (uint32_t j = i + 1; j < 447; j++) {
            big_left[n] = i;
            big_right[n] = j;
            big_gain[n++] = j == 446 ? -5 : 5;
        }
    }
    ck_assert_uint_eq(big(-1, n)[445], 0);
    ck_assert_uint_eq(big_cluster[446], 446);
    struct mln_rng rng;
    mln_rng_init(&rng, 83, 1, 0);
    for (uint32_t e = 0; e < BIG; e++) {
        big_left[e] = mln_rng_below(&rng, BIG / 4);
        big_right[e] = mln_rng_below(&rng, BIG / 4);
        big_gain[e] = 10 * mln_rng_unit(&rng);
    }
    ck_assert_uint_eq(big(-1, BIG)[0], 0);
}
END_TEST

/* ── stable names ── */

/* Before: 10 = {0, 1, 2}, 11 = {3, 4}, 12 = {5}, 13 = {6, 7, 8, 9}, 14 = {10}. Records 11, 12, 13
 * are new. Now: {0, 1, 2, 11}: 10, grown. {3, 4, 5}: 11, and 12 merged into it. {6, 7}: takes 13;
 * {8, 9} shares as many with 13 but its lowest record is higher: fresh 20, split. {10}: 14, the
 * same. {12, 13}: 21, new. */
START_TEST(stable_names_by_hand) {
    const uint64_t none = UINT64_MAX;
    static const uint32_t cluster[] = {0, 0, 0, 3, 3, 3, 6, 6, 8, 8, 10, 0, 12, 12};
    const uint64_t former[] = {10, 10, 10, 11, 11, 12, 13, 13, 13, 13, 14, none, none, none};
    static const uint64_t want[] = {10, 10, 10, 11, 11, 11, 13, 13, 20, 20, 14, 10, 21, 21};
    const struct mln_cluster_event journal[] = {
        {MLN_CLUSTER_GROWN, 10, none}, {MLN_CLUSTER_MERGED, 11, 12}, {MLN_CLUSTER_SPLIT, 20, 13},
        {MLN_CLUSTER_SAME, 14, none},  {MLN_CLUSTER_NEW, 21, none},  {MLN_CLUSTER_GONE, 12, none}};
    uint64_t next = 20, names[14];
    struct mln_cluster_event events[10];
    size_t n = 0;
    struct mln_err err;
    must(mln_cluster_stable(cluster, former, 14, &next, names, events, 10, &n, &err), &err);
    ck_assert_mem_eq(names, want, sizeof want);
    ck_assert_uint_eq(next, 22);
    ck_assert_uint_eq(n, 6);
    for (size_t i = 0; i < 6; i++) {
        ck_assert_int_eq(events[i].change, journal[i].change);
        ck_assert_uint_eq(events[i].name, journal[i].name);
        ck_assert_uint_eq(events[i].other, journal[i].other);
    }
    must(mln_cluster_stable(cluster, former, 14, &next, names, events, 2, &n, &err), &err);
    ck_assert_uint_eq(n, 6); /* all counted, two written */
    next = 14;
    ck_assert_int_eq(mln_cluster_stable(cluster, former, 14, &next, names, NULL, 0, &n, &err),
                     MLN_BAD_INPUT);
    must(mln_cluster_stable(NULL, NULL, 0, &next, names, NULL, 0, &n, &err), &err);
}
END_TEST

/* The same clusters again: all the same, no fresh name. Random ones: each name once, every record
 * named. */
START_TEST(stable_names_stay_and_are_given_once) {
    enum { RECORDS = 200 };
    struct mln_rng rng;
    mln_rng_init(&rng, 84, 1, 0);
    uint64_t names[RECORDS], again[RECORDS], next = 0;
    uint32_t cluster[RECORDS];
    for (uint32_t i = 0; i < RECORDS; i++) {
        names[i] = UINT64_MAX;
    }
    for (int run = 0; run < 50; run++) {
        for (uint32_t i = 0; i < RECORDS; i++) { /* a run of records now and then starts anew */
            cluster[i] = i == 0 || mln_rng_below(&rng, 4) == 0 ? i : cluster[i - 1];
        }
        struct mln_cluster_event events[2 * RECORDS + 1];
        size_t n;
        struct mln_err err;
        uint64_t former[RECORDS];
        memcpy(former, names, sizeof former);
        must(mln_cluster_stable(cluster, former, RECORDS, &next, names, events, 2 * RECORDS + 1, &n,
                                &err),
             &err);
        ck_assert_uint_le(n, 2 * RECORDS + 1);
        for (uint32_t i = 0; i < RECORDS; i++) {
            for (uint32_t j = 0; j < i; j++) {
                ck_assert_int_eq(names[i] == names[j], cluster[i] == cluster[j]);
            }
        }
        const uint64_t before = next;
        must(mln_cluster_stable(cluster, names, RECORDS, &next, again, events, 2 * RECORDS + 1, &n,
                                &err),
             &err);
        ck_assert_mem_eq(again, names, sizeof names);
        ck_assert_uint_eq(next, before);
        for (size_t e = 0; e < n; e++) {
            ck_assert_int_eq(events[e].change, MLN_CLUSTER_SAME);
        }
    }
}
END_TEST

MLN_TEST_MAIN("cluster", components_by_hand, components_by_spreading, robust_by_hand,
              robust_equals_the_slow_way_in_any_order, robust_on_large_components,
              stable_names_by_hand, stable_names_stay_and_are_given_once)
