/* Every allocation of the decision fails in turn: an error, nothing leaked. */
#include "fault.h"
#include "link/decide/assign.h"
#include "link/decide/cluster.h"
#include "link/decide/posterior.h"
#include "link/decide/threshold.h"
#include "run.h"

#define MUST(holds)               \
    do {                          \
        if (!(holds)) {           \
            (void)fault_disarm(); \
            ck_abort_msg(#holds); \
        }                         \
    } while (0)

static const uint32_t left[] = {0, 0, 1, 1, 2}, right[] = {0, 1, 0, 2, 2};
static const double gain[] = {5, 4, 4, 1, 2};
static const struct mln_edges edges = {left, right, gain, 5};

static enum mln_status optimal(struct mln_err *err) {
    bool kept[5];
    struct mln_assign_result result;
    const struct mln_assign_options options = {3, 3, 1, 1, 1};
    return mln_assign(&edges, &options, kept, &result, err);
}

/* A component of 1,200 left records: it has a workspace for the auction. */
static enum mln_status large(struct mln_err *err) {
    enum { LARGE = 1200 };
    static uint32_t lefts[2 * LARGE], rights[2 * LARGE];
    static double gains[2 * LARGE];
    static bool kept[2 * LARGE];
    for (uint32_t e = 0; e < 2 * LARGE; e++) {
        lefts[e] = e / 2;
        rights[e] = (e + 1) / 2;
        gains[e] = 1 + e % 7;
    }
    const struct mln_edges chain = {lefts, rights, gains, 2 * LARGE};
    struct mln_assign_result result;
    const struct mln_assign_options options = {LARGE, LARGE + 1, 1, 1, 1};
    return mln_assign(&chain, &options, kept, &result, err);
}

static enum mln_status best(struct mln_err *err) {
    bool kept[5];
    return mln_assign_best(&edges, 3, kept, err);
}

static enum mln_status posterior(struct mln_err *err) {
    double odds[5];
    struct mln_posterior out;
    const struct mln_posterior_options options = {3, 3, true, true, 1};
    return mln_posterior_one_to_one(&edges, &options, odds, &out, err);
}

static enum mln_status scores(struct mln_err *err) {
    struct mln_scores s;
    MLN_TRY(mln_scores_init(gain, NULL, 5, &s, err));
    mln_scores_release(&s);
    return MLN_OK;
}

static enum mln_status sample(struct mln_err *err) {
    static const uint64_t key[] = {1, 2, 3, 4, 5};
    const struct mln_sample_options options = {3, 2, 0, 5, 1};
    struct mln_sampled out[3];
    size_t n;
    return mln_clerical_sample(gain, key, 5, &options, out, &n, err);
}

static enum mln_status robust(struct mln_err *err) {
    uint32_t cluster[3];
    const struct mln_cluster_options options = {3, -1, 1};
    return mln_cluster_robust(&edges, &options, cluster, err);
}

static enum mln_status stable(struct mln_err *err) {
    static const uint32_t cluster[] = {0, 0, 2};
    static const uint64_t former[] = {5, 6, UINT64_MAX};
    uint64_t next = 9, names[3];
    size_t n;
    return mln_cluster_stable(cluster, former, 3, &next, names, NULL, 0, &n, err);
}

static const struct {
    const char *name;
    enum mln_status (*run)(struct mln_err *err);
} scenarios[] = {{"optimal", optimal},     {"large", large},   {"best", best},
                 {"posterior", posterior}, {"scores", scores}, {"sample", sample},
                 {"robust", robust},       {"stable", stable}};

START_TEST(each_allocation_fails_in_turn) {
    size_t nth = 1;
    for (bool more = true; more; nth++) {
        const size_t live = fault_live();
        struct mln_err err;
        fault_arm(FAULT_MEMORY, nth);
        const enum mln_status status = scenarios[_i].run(&err);
        more = fault_disarm();
        MUST(fault_live() == live);
        MUST(status == (more ? MLN_NO_MEMORY : MLN_OK));
    }
    MUST(nth > 2);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("decide_faults");
    TCase *tc = tcase_create("decide_faults");
    tcase_add_loop_test(tc, each_allocation_fails_in_turn, 0,
                        (int)(sizeof scenarios / sizeof *scenarios));
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
