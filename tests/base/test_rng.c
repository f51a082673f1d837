#include <math.h>

#include "base/rng.h"
#include "run.h"

/* Random123 1.14, tests/kat_vectors, lines "philox4x32 10". The third takes the digits of pi. */
START_TEST(philox_gives_the_published_vectors) {
    static const struct {
        uint32_t counter[4];
        uint32_t key[2];
        uint32_t out[4];
    } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
        uint32_t out[4];
        mln_philox4x32(known[k].counter, known[k].key, out);
        for (size_t i = 0; i < 4; i++) {
            ck_assert_uint_eq(out[i], known[k].out[i]);
        }
    }
}
END_TEST

START_TEST(a_draw_depends_on_seed_stream_record_and_rank_only) {
    struct mln_rng a;
    struct mln_rng b;
    mln_rng_init(&a, 0x0123456789ABCDEF, 7, 0xFEDCBA9876543210);
    const uint32_t counter[4] = {1, 7, 0x76543210, 0xFEDCBA98};
    const uint32_t key[2] = {0x89ABCDEF, 0x01234567};
    uint32_t second_block[4];
    mln_philox4x32(counter, key, second_block);
    for (int i = 0; i < 5; i++) {
        (void)mln_rng_u32(&a);
    }
    ck_assert_uint_eq(mln_rng_u32(&a), second_block[1]);
    /* Each argument changes the sequence. */
    const struct {
        uint64_t seed;
        uint32_t stream;
        uint64_t record;
    } others[] = {{1, 0, 0}, {1ULL << 32, 0, 0}, {0, 1, 0}, {0, 0, 1}, {0, 0, 1ULL << 32}};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        mln_rng_init(&a, 0, 0, 0);
        mln_rng_init(&b, others[i].seed, others[i].stream, others[i].record);
        ck_assert_uint_ne(mln_rng_u64(&a), mln_rng_u64(&b));
    }
}
END_TEST

/* 600,000 draws of 0..5: chi² with 5 degrees of freedom passes 25.7 once in 10,000 seeds; the seed
 * is fixed. */
START_TEST(below_is_even) {
    uint32_t count[6] = {0};
    struct mln_rng rng;
    mln_rng_init(&rng, 42, 0, 0);
    for (int i = 0; i < 600000; i++) {
        const uint32_t x = mln_rng_below(&rng, 6);
        ck_assert_uint_lt(x, 6);
        count[x]++;
    }
    double chi2 = 0;
    for (int i = 0; i < 6; i++) {
        chi2 += (count[i] - 1e5) * (count[i] - 1e5) / 1e5;
    }
    ck_assert_double_lt(chi2, 25.7);
    /* n = 3·2^30: without rejection, one third of the values would come twice as often. */
    uint32_t low = 0;
    for (int i = 0; i < 300000; i++) {
        low += mln_rng_below(&rng, 3U << 30) < 1U << 30;
    }
    ck_assert_double_eq_tol(low / 300000.0, 1.0 / 3, 4 * sqrt(2.0 / 9 / 300000));
    ck_assert_uint_eq(mln_rng_below(&rng, 1), 0);
}
END_TEST

/* Four standard errors of each moment over 400,000 draws. */
START_TEST(laws_have_their_moments) {
    enum { N = 400000 };
    struct mln_rng rng;
    mln_rng_init(&rng, 43, 0, 0);
    double unit = 0, exponential = 0, exponential2 = 0;
    double normal[5] = {0};
    for (int i = 0; i < N; i++) {
        const double u = mln_rng_unit(&rng);
        ck_assert(u >= 0 && u < 1);
        unit += u;
        const double e = mln_rng_exponential(&rng);
        ck_assert(e > 0 && e < 100);
        exponential += e;
        exponential2 += e * e;
        const double z = mln_rng_normal(&rng);
        ck_assert(fabs(z) < 10);
        double power = 1;
        for (int k = 1; k <= 4; k++) {
            power *= z;
            normal[k] += power;
        }
    }
    ck_assert_double_eq_tol(unit / N, 0.5, 4 * sqrt(1.0 / 12 / N));
    ck_assert_double_eq_tol(exponential / N, 1, 4 * sqrt(1.0 / N));
    ck_assert_double_eq_tol(exponential2 / N, 2, 4 * sqrt(20.0 / N));
    ck_assert_double_eq_tol(normal[1] / N, 0, 4 * sqrt(1.0 / N));
    ck_assert_double_eq_tol(normal[2] / N, 1, 4 * sqrt(2.0 / N));
    ck_assert_double_eq_tol(normal[3] / N, 0, 4 * sqrt(15.0 / N));
    ck_assert_double_eq_tol(normal[4] / N, 3, 4 * sqrt(96.0 / N));
}
END_TEST

/* Against the C library's functions on the same uniforms: the error of the arithmetic itself.
 * Phi(z) = erfc(-z/√2)/2 of the drawn z must be the drawn p. */
START_TEST(laws_are_exact_to_the_last_digits) {
    for (uint64_t record = 0; record < 100000; record++) {
        struct mln_rng uniform;
        struct mln_rng drawn;
        mln_rng_init(&uniform, 44, 0, record);
        const double p = ((double)(mln_rng_u64(&uniform) >> 12) + 0.5) * 0x1p-52;
        mln_rng_init(&drawn, 44, 0, record);
        const double e = mln_rng_exponential(&drawn);
        ck_assert_double_eq_tol(e / -log(p), 1, 1e-15);
        mln_rng_init(&drawn, 44, 0, record);
        const double z = mln_rng_normal(&drawn);
        ck_assert_double_eq_tol(0.5 * erfc(-z / sqrt(2)) / p, 1, 1e-13);
    }
}
END_TEST

MLN_TEST_MAIN("rng", philox_gives_the_published_vectors,
              a_draw_depends_on_seed_stream_record_and_rank_only, below_is_even,
              laws_have_their_moments, laws_are_exact_to_the_last_digits)
