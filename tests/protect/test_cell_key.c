/* The cell-key method: its table against published values and its moments; the same cell, the same
 * noise; what an attacker gains by averaging. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "protect/cell_key.h"
#include "run.h"

static struct mln_ptable make(struct mln_arena *arena, uint32_t max_noise, double variance,
                              uint32_t smallest) {
    struct mln_ptable t;
    struct mln_err err = {0};
    const struct mln_ptable_options o = {max_noise, variance, smallest};
    ck_assert_msg(mln_ptable_make(arena, &o, &t, &err) == MLN_OK, "%s", err.msg);
    return t;
}

/* create_cnt_ptable(D = 2, V = 1) of the R package ptable 1.0.0, as its vignette "Introduction to
 * the ptable-Package" prints it: a count of 2 goes to 0 with .0638 and stays with .383, variance 1;
 * a count of 0 stays. (Its row for 1 asks for falling probabilities as well and misses the
 * variance, .932; ours has the variance.) */
START_TEST(published_table) {
    struct mln_arena arena = MLN_ARENA_INIT;
    const struct mln_ptable t = make(&arena, 2, 1, 1);
    ck_assert_uint_eq(t.n_rows, 4);
    for (size_t row = 2; row < 4; row++) {
        ck_assert_double_eq_tol(t.probs[row * 5], 0.0638, 5e-5);
        ck_assert_double_eq_tol(t.probs[row * 5 + 2], 0.383, 5e-4);
        ck_assert_double_eq_tol(t.probs[row * 5 + 4], 0.0638, 5e-5);
    }
    for (size_t j = 0; j < 5; j++) {
        ck_assert_double_eq(t.probs[j], j == 2 ? 1 : 0);
    }
    ck_assert_double_eq(t.probs[5 + 0], 0); /* 1 - 2 is no count */
    mln_arena_release(&arena);
}
END_TEST

/* Mean 0, the variance, nothing negative, nothing in 1..smallest-1, whatever the options. */
START_TEST(moments_hold) {
    for (uint32_t max_noise = 1; max_noise <= 12; max_noise++) {
        for (uint32_t smallest = 1; smallest <= 4 && smallest <= max_noise + 1; smallest++) {
            for (double part = 0.1; part < 1; part += 0.2) {
                struct mln_arena arena = MLN_ARENA_INIT;
                const double variance = part * max_noise * max_noise / 2;
                const struct mln_ptable t = make(&arena, max_noise, variance, smallest);
                for (size_t row = 1; row < t.n_rows; row++) {
                    double m[3] = {0};
                    for (size_t j = 0; j < t.width; j++) {
                        const double p = t.probs[row * t.width + j];
                        const double v = (double)j - max_noise;
                        const double to = (double)row + v;
                        ck_assert(p >= 0 && (p <= 0 || to >= smallest || (to >= 0 && to <= 0)));
                        m[0] += p;
                        m[1] += p * v;
                        m[2] += p * v * v;
                    }
                    ck_assert_double_eq_tol(m[0], 1, 1e-12);
                    ck_assert_double_eq_tol(m[1], 0, 1e-9);
                    ck_assert_double_eq_tol(m[2], t.row_variance[row], 1e-9);
                }
                ck_assert_double_eq_tol(t.row_variance[t.n_rows - 1], variance, 1e-9);
                mln_arena_release(&arena);
            }
        }
    }
}
END_TEST

/* Of the distributions with the same two moments none has more entropy: moving mass along a
 * direction that keeps sum, mean and variance lowers it, both ways. */
START_TEST(entropy_is_largest) {
    struct mln_arena arena = MLN_ARENA_INIT;
    const struct mln_ptable t = make(&arena, 5, 3, 1);
    static const double d[] = {1, -3, 3, -1}; /* third difference: kills 1, v, v² */
    const double *p = t.probs + (t.n_rows - 1) * t.width;
    for (size_t at = 0; at + 4 <= t.width; at++) {
        for (double step = -1e-4; step <= 1e-4; step += 2e-4) {
            double before = 0;
            double after = 0;
            for (size_t i = 0; i < 4; i++) {
                const double q = p[at + i] + step * d[i];
                before -= p[at + i] * log(p[at + i]);
                after -= q > 0 ? q * log(q) : INFINITY;
            }
            ck_assert_double_lt(after, before);
        }
    }
    mln_arena_release(&arena);
}
END_TEST

/* Uniform keys give the table's frequencies: 200,000 cells of count 3; tolerance 5 standard
 * deviations of a share, 5 × 0.5 / sqrt(200000). */
START_TEST(keys_draw_from_the_table) {
    struct mln_arena arena = MLN_ARENA_INIT;
    const struct mln_ptable t = make(&arena, 4, 2, 1);
    enum { N = 200000 };
    double seen[9] = {0};
    double sum = 0;
    for (uint64_t i = 0; i < N; i++) {
        struct mln_rng rng;
        mln_rng_init(&rng, 11, 1, i);
        const int32_t v = mln_ptable_noise(&t, 3, mln_rng_u64(&rng));
        ck_assert_int_ge(v, -3);
        ck_assert_int_le(v, 4);
        seen[v + 4]++;
        sum += v;
    }
    for (size_t j = 0; j < 9; j++) {
        ck_assert_double_eq_tol(seen[j] / N, t.probs[3 * t.width + j], 0.0056);
    }
    ck_assert_double_eq_tol(sum / N, 0, 5 * sqrt(2.0 / N));
    ck_assert_int_eq(mln_ptable_noise(&t, 0, UINT64_MAX), 0);
    ck_assert_int_eq(mln_ptable_noise(&t, 0, 0), 0);
    for (uint64_t count = 1; count < 20; count++) { /* the ends of the key's range */
        ck_assert_int_ge((int64_t)count + mln_ptable_noise(&t, count, 0), 0);
        ck_assert_int_le(mln_ptable_noise(&t, count, UINT64_MAX), 4);
    }
    mln_arena_release(&arena);
}
END_TEST

/* The key is a sum: any order of records, any cutting into parts. */
START_TEST(same_records_same_noise) {
    struct mln_arena arena = MLN_ARENA_INIT;
    const struct mln_ptable t = make(&arena, 5, 3, 3);
    uint64_t keys[40];
    for (size_t i = 0; i < 40; i++) {
        struct mln_rng rng;
        mln_rng_init(&rng, 5, 1, i);
        keys[i] = mln_rng_u64(&rng);
    }
    const uint64_t whole = mln_cell_key_sum(keys, 40);
    ck_assert_uint_eq(whole, mln_cell_key_sum(keys + 7, 33) + mln_cell_key_sum(keys, 7));
    uint64_t backwards[40];
    for (size_t i = 0; i < 40; i++) {
        backwards[i] = keys[39 - i];
    }
    ck_assert_uint_eq(whole, mln_cell_key_sum(backwards, 40));
    const uint64_t count = 40;
    uint64_t out[2];
    mln_cell_key_perturb(&t, &count, &whole, 1, &out[0]);
    mln_cell_key_perturb(&t, &count, &whole, 1, &out[1]);
    ck_assert_uint_eq(out[0], out[1]);
    mln_arena_release(&arena);
}
END_TEST

/* The averaging attack. A count of `count` persons is split in two by each of `ways` attributes;
 * the attacker sees each pair with its noise, and the count with its own, and takes the rounded
 * mean. Returns how often that is the true count. */
static double averaged(const struct mln_ptable *t, size_t count, size_t ways, bool repeat) {
    enum { TRIALS = 4000 };
    size_t right = 0;
    for (uint64_t trial = 0; trial < TRIALS; trial++) {
        struct mln_rng rng;
        mln_rng_init(&rng, 77, 1, trial);
        uint64_t keys[32];
        for (size_t i = 0; i < count; i++) {
            keys[i] = mln_rng_u64(&rng);
        }
        const uint64_t whole = mln_cell_key_sum(keys, count);
        double sum = (double)count + mln_ptable_noise(t, count, whole);
        double weight = 1;
        for (size_t w = 0; w < ways; w++) {
            if (repeat) { /* the same cell again, in another table */
                sum += (double)count + mln_ptable_noise(t, count, whole);
                weight += 1;
                continue;
            }
            uint64_t n[2] = {0};
            uint64_t key[2] = {0};
            for (size_t i = 0; i < count; i++) {
                const size_t side = mln_rng_u32(&rng) & 1;
                n[side]++;
                key[side] += keys[i];
            }
            sum += 0.5 * ((double)n[0] + mln_ptable_noise(t, n[0], key[0]) + (double)n[1] +
                          mln_ptable_noise(t, n[1], key[1]));
            weight += 0.5;
        }
        right += fabs(sum / weight - (double)count) < 0.5;
    }
    return (double)right / TRIALS;
}

/* Seeing the same cell in 50 tables is seeing it once. Splits do add up (see the header and
 * docs/protection.md): the test pins how fast, so that nobody thinks otherwise. */
START_TEST(averaging) {
    struct mln_arena arena = MLN_ARENA_INIT;
    const struct mln_ptable t = make(&arena, 5, 3, 1);
    const double once = averaged(&t, 8, 0, false);
    ck_assert_double_eq(averaged(&t, 8, 50, true), averaged(&t, 8, 0, true));
    const double p_stay = t.probs[(t.n_rows - 1) * t.width + 5];
    ck_assert_double_eq_tol(once, p_stay, 0.04);
    ck_assert_double_lt(averaged(&t, 8, 4, false), 0.5);
    ck_assert_double_gt(averaged(&t, 8, 60, false), 0.75);
    mln_arena_release(&arena);
}
END_TEST

START_TEST(bad_options_are_refused) {
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_ptable t;
    static const struct mln_ptable_options bad[] = {
        {0, 1, 1}, {MLN_NOISE_MOST + 1, 1, 1}, {3, 0, 1}, {3, 9, 1}, {3, NAN, 1}, {3, 1, 0},
        {2, 1, 4}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct mln_err err = {0};
        ck_assert_int_eq(mln_ptable_make(&arena, &bad[i], &t, &err), MLN_BAD_INPUT);
        ck_assert_uint_gt(strlen(err.msg), 20);
    }
    mln_arena_release(&arena);
}
END_TEST

MLN_TEST_MAIN("cell_key", published_table, moments_hold, entropy_is_largest,
              keys_draw_from_the_table, same_records_same_noise, averaging, bad_options_are_refused)
