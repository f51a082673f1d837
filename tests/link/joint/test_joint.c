/* The joint pass's kernels by hand, and the posterior against its definition. */
#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "link/joint/joint.h"
#include "run.h"

/* Two candidates of two persons a side. In the first, the diagonal is worth 5 + 5, the cross 6 + 1: the
 * best single pair is not of the best assignment. In the second one pair alone is worth something. */
START_TEST(persons_by_hand) {
    static const uint32_t left[] = {0, 0, 1, 1, 2, 3};
    static const uint32_t right[] = {0, 1, 0, 1, 2, 3};
    static const double gain[] = {5, 6, 1, 5, 2, -1};
    const struct mln_joint_persons persons = {left, right, gain, 6, 4, 4, 1};
    bool taken[6];
    struct mln_err err = {0};
    ck_assert_int_eq(mln_joint_assign(&persons, taken, &err), MLN_OK);
    static const bool expected[] = {true, false, false, true, true, false};
    for (size_t i = 0; i < 6; i++) {
        ck_assert_msg(taken[i] == expected[i], "pair %zu", i);
    }
}
END_TEST

START_TEST(levels_by_hand) {
    ck_assert_uint_eq(mln_joint_left_level(0, 2, 0), MLN_LEVEL_MISSING);
    ck_assert_uint_eq(mln_joint_left_level(2, 0, 0), MLN_LEVEL_MISSING);
    ck_assert_uint_eq(mln_joint_left_level(2, 2, 0), MLN_JOINT_NONE_MATCHED);
    ck_assert_uint_eq(mln_joint_left_level(2, 2, 1), MLN_JOINT_LEFT_BOTH);
    ck_assert_uint_eq(mln_joint_left_level(2, 1, 1), MLN_JOINT_LEFT_ONE_SIDE);
    ck_assert_uint_eq(mln_joint_left_level(1, 3, 1), MLN_JOINT_LEFT_ONE_SIDE);
    ck_assert_uint_eq(mln_joint_left_level(2, 2, 2), MLN_JOINT_ALL_MATCHED);
    static const double bounds[] = {10, 0, -5};
    ck_assert_uint_eq(mln_joint_weight_level(INFINITY, bounds, 3), 0);
    ck_assert_uint_eq(mln_joint_weight_level(10, bounds, 3), 0); /* on a bound: reached */
    ck_assert_uint_eq(mln_joint_weight_level(9.99, bounds, 3), 1);
    ck_assert_uint_eq(mln_joint_weight_level(-5, bounds, 3), 2);
    ck_assert_uint_eq(mln_joint_weight_level(-INFINITY, bounds, 3), 3);
    ck_assert_uint_eq(mln_joint_weight_level(NAN, bounds, 3), MLN_LEVEL_MISSING);
}
END_TEST

/* Odds 4 and 1 for one place: 4/6 and 1/6, nobody 1/6. Two places: they do not compete, 4/5 and 1/2; with
 * a third of odds 2 the best two keep out of each other's way: 4/(1+4+1), 2/(1+2+1), and the last one
 * must beat the lesser of them: 1/(1+1+2). */
START_TEST(posterior_by_hand) {
    static const uint32_t affaire[] = {7, 7, 8, 8, 9, 9, 9};
    static const uint32_t capacity[] = {1, 1, 2, 2, 2, 2, 2};
    static const double weight[] = {2, 0, 2, 0, 2, 1, 0};
    static const double expected[] = {4.0 / 6, 1.0 / 6, 4.0 / 5, 1.0 / 2,
                                      4.0 / 6, 2.0 / 4, 1.0 / 4};
    double probability[7];
    const struct mln_joint_candidates candidates = {affaire, capacity, weight, 7};
    struct mln_err err = {0};
    ck_assert_int_eq(mln_joint_posterior(&candidates, probability, &err), MLN_OK);
    for (size_t i = 0; i < 7; i++) {
        ck_assert_msg(fabs(probability[i] - expected[i]) < 1e-15, "candidate %zu: %.17g", i,
                      probability[i]);
    }
    const struct mln_joint_candidates none = {affaire, capacity, weight, 0};
    ck_assert_int_eq(mln_joint_posterior(&none, probability, &err), MLN_OK);
}
END_TEST

/* Whatever the weights: within 0 and 1, never NaN, and less than 1 in all for one place. */
START_TEST(posterior_is_a_distribution) {
    struct mln_rng rng;
    mln_rng_init(&rng, 1, 0, 0);
    for (int round = 0; round < 2000; round++) {
        enum { MOST = 8 };
        uint32_t affaire[MOST] = {0};
        uint32_t capacity[MOST];
        double weight[MOST];
        double probability[MOST];
        const size_t n = 1 + mln_rng_below(&rng, MOST);
        for (size_t i = 0; i < n; i++) {
            capacity[i] = 1;
            weight[i] = 2000 * (mln_rng_unit(&rng) - 0.5);
        }
        const struct mln_joint_candidates candidates = {affaire, capacity, weight, n};
        ck_assert_int_eq(mln_joint_posterior(&candidates, probability, NULL), MLN_OK);
        double sum = 0;
        for (size_t i = 0; i < n; i++) {
            ck_assert(probability[i] >= 0 && probability[i] <= 1);
            sum += probability[i];
        }
        ck_assert_msg(sum <= 1 + 1e-12, "round %d: %.17g", round, sum);
    }
}
END_TEST

MLN_TEST_MAIN("joint", persons_by_hand, levels_by_hand, posterior_by_hand,
              posterior_is_a_distribution)
