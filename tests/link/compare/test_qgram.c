/* q-grams: by hand, without grams, and the numbered grams of a set against single pairs. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "link/compare/oracle.h"
#include "link/compare/qgram.h"

static struct mln_qgram_counts counts_of(const char *a, const char *b, size_t q) {
    struct mln_compare_work work = {0};
    struct mln_points pa, pb;
    struct mln_qgram_counts counts;
    ck_assert_int_eq(mln_points_decode(&work, 0, mln_str_from(a), &pa, NULL), MLN_OK);
    ck_assert_int_eq(mln_points_decode(&work, 1, mln_str_from(b), &pb, NULL), MLN_OK);
    ck_assert_int_eq(mln_qgram_pair(pa, pb, q, &work, &counts, NULL), MLN_OK);
    mln_compare_work_release(&work);
    return counts;
}

/* BANANA: BA AN NA AN NA = {BA 1, AN 2, NA 2}; ANANAS: AN NA AN NA AS = {AN 2, NA 2, AS 1}.
 * Σ|x - y| = 1 + 0 + 0 + 1; shared 2 of 4; Dice 4/6; product 8, squares 9 and 9. */
START_TEST(banana_and_ananas) {
    const struct mln_qgram_counts c = counts_of("BANANA", "ANANAS", 2);
    ck_assert_uint_eq(mln_qgram_distance(&c), 2);
    ck_assert_double_eq(mln_qgram_jaccard(&c), 0.5);
    ck_assert_double_eq(mln_qgram_dice(&c), 4. / 6);
    ck_assert_double_eq(mln_qgram_cosine(&c), 8. / 9);
    ck_assert_uint_eq(c.shared, 4);
}
END_TEST

START_TEST(texts_without_grams) {
    const struct mln_qgram_counts same = counts_of("A", "A", 2), other = counts_of("A", "B", 2);
    const struct mln_qgram_counts one = counts_of("A", "AB", 2), empty = counts_of("", "", 1);
    ck_assert_double_eq(mln_qgram_jaccard(&same), 1);
    ck_assert_double_eq(mln_qgram_cosine(&same), 1);
    ck_assert_double_eq(mln_qgram_jaccard(&other), 0);
    ck_assert_double_eq(mln_qgram_dice(&other), 0);
    ck_assert_double_eq(mln_qgram_cosine(&one), 0);
    ck_assert_double_eq(mln_qgram_dice(&empty), 1);
    ck_assert_uint_eq(mln_qgram_distance(&other), 0);
    ck_assert_uint_eq(mln_qgram_distance(&one), 1);
}
END_TEST

START_TEST(q_outside_its_range) {
    struct mln_compare_work work = {0};
    const struct mln_points none = {NULL, 0};
    struct mln_qgram_counts counts;
    struct mln_err err;
    ck_assert_int_eq(mln_qgram_pair(none, none, 0, &work, &counts, &err), MLN_BAD_INPUT);
    ck_assert_int_eq(mln_qgram_pair(none, none, 7, &work, &counts, &err), MLN_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(err.msg, "1..6"));
    mln_compare_work_release(&work);
}
END_TEST

/* The definition: for each gram of either text, how often it starts in a and in b. */
static uint64_t slow_distance(struct mln_points a, struct mln_points b, size_t q) {
    const struct mln_points side[2] = {a, b};
    uint64_t d = 0;
    for (size_t s = 0; s < 2; s++) {
        for (size_t i = 0; i + q <= side[s].n; i++) {
            uint64_t n[2] = {0, 0};
            bool first = true;
            for (size_t t = 0; t < 2; t++) {
                for (size_t j = 0; j + q <= side[t].n; j++) {
                    const bool same = memcmp(side[s].p + i, side[t].p + j, q * 4) == 0;
                    first = first && !(same && (t < s || (t == s && j < i)));
                    n[t] += same;
                }
            }
            d += first ? (n[0] > n[1] ? n[0] - n[1] : n[1] - n[0]) : 0;
        }
    }
    return d;
}

/* For hot loops: ck_assert leaves a trace each time it holds. */
#define REQUIRE(condition)            \
    do {                              \
        if (!(condition)) {           \
            ck_abort_msg(#condition); \
        }                             \
    } while (0)

START_TEST(sets_pairs_and_definition_agree) {
    struct corpus corpus;
    corpus_make(&corpus, 800, (enum corpus_kind)_i, 4);
    struct mln_strset set;
    uint32_t *ids = malloc(corpus.n * sizeof *ids);
    REQUIRE(mln_strset_build(corpus.texts, corpus.n, 1, &set, ids, NULL) == MLN_OK);
    struct mln_compare_work work = {0};
    for (size_t q = 1; q <= 6; q++) {
        struct mln_qgrams grams;
        REQUIRE(mln_qgrams_build(&set, q, &grams, NULL) == MLN_OK);
        for (size_t i = 0; i < corpus.n; i++) {
            const size_t j = i * 131 % corpus.n;
            struct mln_qgram_counts pair, numbered;
            const struct mln_points a = corpus.points[i], b = corpus.points[j];
            REQUIRE(mln_qgram_pair(a, b, q, &work, &pair, NULL) == MLN_OK);
            mln_qgrams_compare(&grams, ids[i], ids[j], &numbered);
            REQUIRE(mln_qgram_distance(&pair) == slow_distance(a, b, q));
            REQUIRE(pair.total_a == numbered.total_a);
            REQUIRE(pair.total_b == numbered.total_b);
            REQUIRE(pair.distinct_a == numbered.distinct_a);
            REQUIRE(pair.distinct_b == numbered.distinct_b);
            REQUIRE(pair.distinct_shared == numbered.distinct_shared);
            REQUIRE(pair.shared == numbered.shared);
            REQUIRE(pair.product == numbered.product);
            REQUIRE(pair.square_a == numbered.square_a);
            REQUIRE(pair.square_b == numbered.square_b);
            REQUIRE(pair.equal == numbered.equal);
            const double cosine = mln_qgram_cosine(&pair), jaccard = mln_qgram_jaccard(&pair);
            REQUIRE(cosine >= 0 && cosine <= 1 && jaccard >= 0 && jaccard <= 1);
        }
        mln_qgrams_release(&grams);
    }
    mln_compare_work_release(&work);
    mln_strset_release(&set);
    free(ids);
    corpus_release(&corpus);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("qgram");
    TCase *tc = tcase_create("qgram");
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, banana_and_ananas);
    tcase_add_test(tc, texts_without_grams);
    tcase_add_test(tc, q_outside_its_range);
    tcase_add_loop_test(tc, sets_pairs_and_definition_agree, 0, CORPUS_KINDS);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
