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

MLN_TEST_MAIN("cluster", components_by_hand, components_by_spreading)
