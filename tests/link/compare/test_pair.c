/* One pair at a time: published examples, definitions on random texts, properties. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "link/compare/oracle.h"

static const struct mln_jaro_winkler winkler = {.prefix_weight = 0.1};
static const struct mln_jaro_winkler jaro = {.prefix_weight = 0};

typedef enum mln_status distance(struct mln_points a, struct mln_points b, uint32_t cutoff,
                                 struct mln_compare_work *work, uint32_t *out, struct mln_err *err);

static struct mln_points decode(struct mln_compare_work *work, size_t side, const char *text) {
    struct mln_points points;
    ck_assert_int_eq(mln_points_decode(work, side, mln_str_from(text), &points, NULL), MLN_OK);
    return points;
}

/* For hot loops: ck_assert leaves a trace each time it holds. */
#define REQUIRE(condition)             \
    do {                               \
        if (!(condition)) {            \
            ck_abort_msg(#condition);  \
        }                              \
    } while (0)

static uint32_t distance_of(distance *f, const char *a, const char *b) {
    struct mln_compare_work work = {0};
    uint32_t d = 99;
    ck_assert_int_eq(f(decode(&work, 0, a), decode(&work, 1, b), MLN_NO_CUTOFF, &work, &d, NULL),
                     MLN_OK);
    mln_compare_work_release(&work);
    return d;
}

static double similarity_of(const char *a, const char *b, const struct mln_jaro_winkler *options) {
    struct mln_compare_work work = {0};
    double s = -1;
    ck_assert_int_eq(mln_jaro_winkler(decode(&work, 0, a), decode(&work, 1, b), options, &work, &s,
                                      NULL), MLN_OK);
    mln_compare_work_release(&work);
    return s;
}

/* Winkler, "Overview of Record Linkage and Current Research Directions", U.S. Census Bureau RRS
 * 2006-2, table 6: printed to three decimals. */
START_TEST(table_of_the_census_bureau) {
    static const struct {
        const char *a, *b;
        double jaro, winkler;
    } rows[] = {
        {"SHACKLEFORD", "SHACKELFORD", .970, .982}, {"DUNNINGHAM", "CUNNIGHAM", .896, .896},
        {"NICHLESON", "NICHULSON", .926, .956},     {"JONES", "JOHNSON", .790, .832},
        {"MASSEY", "MASSIE", .889, .933},           {"ABROMS", "ABRAMS", .889, .922},
        {"HARDIN", "MARTINEZ", .722, .722},         {"ITMAN", "SMITH", .467, .467},
        {"JERALDINE", "GERALDINE", .926, .926},     {"MARHTA", "MARTHA", .944, .961},
        {"MICHELLE", "MICHAEL", .869, .921},        {"JULIES", "JULIUS", .889, .933},
        {"TANYA", "TONYA", .867, .880},             {"DWAYNE", "DUANE", .822, .840},
        {"SEAN", "SUSAN", .783, .805},              {"JON", "JOHN", .917, .933},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_double_eq_tol(similarity_of(rows[i].a, rows[i].b, &jaro), rows[i].jaro, 5.01e-4);
        ck_assert_double_eq_tol(similarity_of(rows[i].a, rows[i].b, &winkler), rows[i].winkler,
                                5.01e-4);
    }
    ck_assert_double_eq_tol(similarity_of("DIXON", "DICKSONX", &winkler), .8133, 5e-5);
    ck_assert_double_eq_tol(similarity_of("MARTHA", "MARHTA", &winkler), .9611, 5e-5);
}
END_TEST

START_TEST(published_distances) {
    ck_assert_uint_eq(distance_of(mln_levenshtein, "kitten", "sitting"), 3);
    ck_assert_uint_eq(distance_of(mln_levenshtein, "intention", "execution"), 5);
    ck_assert_uint_eq(distance_of(mln_osa, "CA", "ABC"), 3); /* stringdist's example */
    ck_assert_uint_eq(distance_of(mln_damerau, "CA", "ABC"), 2);
    ck_assert_uint_eq(distance_of(mln_indel, "AGGTAB", "GXTXAYB"), 5); /* common GTAB */
}
END_TEST

/* Where one letter is one letter, however many bytes it takes. */
START_TEST(letters_are_code_points) {
    ck_assert_uint_eq(distance_of(mln_levenshtein, "LÉA", "LEA"), 1);
    ck_assert_uint_eq(distance_of(mln_osa, "NŒL", "NLŒ"), 1);
    ck_assert_uint_eq(distance_of(mln_damerau, "\xF0\x9F\x98\x80" "ab", "a\xF0\x9F\x98\x80" "b"), 1);
    ck_assert_double_eq(similarity_of("É", "é", &winkler), 0);
    ck_assert_double_eq(similarity_of("ÉÈ", "ÉÈ", &winkler), 1);
}
END_TEST

/* By hand. ABCDEFGHIJ against BCADEFGHIJ: all 10 letters found, A B C out of order: d = 3, t = 1.5,
 * (1 + 1 + 8.5/10) / 3 = 0.95; without the half (1 + 1 + 9/10) / 3 = 0.9666… */
START_TEST(odd_number_of_letters_out_of_order) {
    const struct mln_jaro_winkler whole = {.prefix_weight = 0, .whole_transpositions = true};
    ck_assert_double_eq(similarity_of("ABCDEFGHIJ", "BCADEFGHIJ", &jaro), 0.95);
    ck_assert_double_eq(similarity_of("ABCDEFGHIJ", "BCADEFGHIJ", &whole), 2.9 / 3);
}
END_TEST

/* 0.8 is 0.8: (4/5 + 4/5 + 4/4) / 3 = 13/15; AB against AC: (1/2 + 1/2 + 1) / 3 = 2/3, and with
 * p = 0.1, l = 1: 2/3 + 0.1/3 = 0.7. */
START_TEST(cutoff_and_boost) {
    const struct mln_jaro_winkler at = {.prefix_weight = 0, .cutoff = 13. / 15};
    const struct mln_jaro_winkler above = {.prefix_weight = 0, .cutoff = 13. / 15 + 1e-15};
    const struct mln_jaro_winkler boosted = {.prefix_weight = 0.1, .boost_threshold = 0.7};
    ck_assert_double_eq(similarity_of("ABCDE", "ABCDX", &at), 13. / 15);
    ck_assert_double_eq(similarity_of("ABCDE", "ABCDX", &above), 0);
    ck_assert_double_eq_tol(similarity_of("AB", "AC", &winkler), 0.7, 1e-15);
    ck_assert_double_eq(similarity_of("AB", "AC", &boosted), 2. / 3);
}
END_TEST

START_TEST(empty_texts) {
    distance *const all[] = {mln_levenshtein, mln_osa, mln_damerau, mln_indel};
    for (size_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(distance_of(all[i], "", ""), 0);
        ck_assert_uint_eq(distance_of(all[i], "", "ÀB"), 2);
        ck_assert_uint_eq(distance_of(all[i], "ABC", ""), 3);
    }
    ck_assert_double_eq(similarity_of("", "", &winkler), 1);
    ck_assert_double_eq(similarity_of("", "A", &winkler), 0);
    ck_assert_double_eq(similarity_of("A", "", &winkler), 0);
}
END_TEST

START_TEST(what_is_not_utf8_is_refused) {
    struct mln_compare_work work = {0};
    struct mln_points points;
    struct mln_err err;
    ck_assert_int_eq(mln_points_decode(&work, 0, MLN_STR_LIT("A\xFFZ"), &points, &err),
                     MLN_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(err.msg, "UTF-8"));
    ck_assert_int_eq(mln_points_decode(&work, 0, MLN_STR_LIT("a\0b"), &points, &err), MLN_OK);
    ck_assert_uint_eq(points.n, 3);
    mln_compare_work_release(&work);
}
END_TEST

static void check_distance(distance *f, struct mln_points a, struct mln_points b, uint32_t wanted,
                           uint32_t cutoff, struct mln_compare_work *work) {
    uint32_t forth = 99, back = 99, cut = 99;
    REQUIRE(f(a, b, MLN_NO_CUTOFF, work, &forth, NULL) == MLN_OK);
    REQUIRE(f(b, a, MLN_NO_CUTOFF, work, &back, NULL) == MLN_OK);
    REQUIRE(f(a, b, cutoff, work, &cut, NULL) == MLN_OK);
    REQUIRE(forth == (wanted));
    REQUIRE(back == (wanted));
    REQUIRE(cut == (wanted > cutoff ? cutoff + 1 : wanted));
}

/* The words and rows of words against the definitions, both ways round. */
START_TEST(random_texts_against_the_definitions) {
    const enum corpus_kind kind = (enum corpus_kind)_i;
    const size_t n_pairs = pairs_wanted(kind == LONG_TEXTS ? 2000 : 60000);
    struct corpus corpus;
    corpus_make(&corpus, 3000, kind, 20260101);
    struct mln_compare_work work = {0};
    for (size_t i = 0; i < n_pairs; i++) {
        struct mln_rng rng;
        mln_rng_init(&rng, 7, 100, i);
        const struct mln_points a = corpus.points[mln_rng_below(&rng, 3000)];
        const struct mln_points b = corpus.points[mln_rng_below(&rng, 3000)];
        const uint32_t cutoff = mln_rng_below(&rng, 12);
        check_distance(mln_levenshtein, a, b, oracle_levenshtein(a, b), cutoff, &work);
        check_distance(mln_osa, a, b, oracle_osa(a, b), cutoff, &work);
        check_distance(mln_indel, a, b, oracle_indel(a, b), cutoff, &work);
        if (kind != LONG_TEXTS || i % 10 == 0) {
            check_distance(mln_damerau, a, b, oracle_damerau(a, b), cutoff, &work);
        }
        const struct mln_jaro_winkler how = {.prefix_weight = 0.025 * mln_rng_below(&rng, 11),
                                             .boost_threshold = 0.1 * mln_rng_below(&rng, 9) + 0.0123,
                                             .whole_transpositions = mln_rng_below(&rng, 2) == 0};
        double forth = -1, back = -1;
        REQUIRE(mln_jaro_winkler(a, b, &how, &work, &forth, NULL) == MLN_OK);
        REQUIRE(mln_jaro_winkler(b, a, &how, &work, &back, NULL) == MLN_OK);
        REQUIRE(fabs(forth - oracle_jaro_winkler(a, b, &how)) < 1e-15);
        REQUIRE(memcmp(&forth, &back, sizeof forth) == 0);
        REQUIRE(forth >= 0 && forth <= 1);
    }
    mln_compare_work_release(&work);
    corpus_release(&corpus);
}
END_TEST

/* d(a, c) ≤ d(a, b) + d(b, c), and d = 0 only for equal texts, for those said to be metrics. */
START_TEST(metrics_are_metrics) {
    distance *const metrics[] = {mln_levenshtein, mln_damerau, mln_indel};
    struct corpus corpus;
    corpus_make(&corpus, 400, FEW_LETTERS, 5);
    struct mln_compare_work work = {0};
    for (size_t i = 0; i < 20000; i++) {
        struct mln_rng rng;
        mln_rng_init(&rng, 11, 101, i);
        struct mln_points t[3];
        for (size_t k = 0; k < 3; k++) {
            t[k] = corpus.points[mln_rng_below(&rng, 400)];
        }
        for (size_t k = 0; k < 3; k++) {
            uint32_t ab = 0, bc = 0, ac = 0;
            REQUIRE(metrics[k](t[0], t[1], MLN_NO_CUTOFF, &work, &ab, NULL) == MLN_OK);
            REQUIRE(metrics[k](t[1], t[2], MLN_NO_CUTOFF, &work, &bc, NULL) == MLN_OK);
            REQUIRE(metrics[k](t[0], t[2], MLN_NO_CUTOFF, &work, &ac, NULL) == MLN_OK);
            REQUIRE(ac <= ab + bc);
            const bool equal = t[0].n == t[1].n && memcmp(t[0].p, t[1].p, t[0].n * 4) == 0;
            REQUIRE((ab == 0) == equal);
        }
    }
    mln_compare_work_release(&work);
    corpus_release(&corpus);
    /* And OSA is none: CA → AC → ABC takes 2, CA → ABC 3. */
    ck_assert_uint_eq(distance_of(mln_osa, "CA", "AC") + distance_of(mln_osa, "AC", "ABC"), 2);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("pair");
    TCase *tc = tcase_create("pair");
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, table_of_the_census_bureau);
    tcase_add_test(tc, published_distances);
    tcase_add_test(tc, letters_are_code_points);
    tcase_add_test(tc, odd_number_of_letters_out_of_order);
    tcase_add_test(tc, cutoff_and_boost);
    tcase_add_test(tc, empty_texts);
    tcase_add_test(tc, what_is_not_utf8_is_refused);
    tcase_add_loop_test(tc, random_texts_against_the_definitions, 0, CORPUS_KINDS);
    tcase_add_test(tc, metrics_are_metrics);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
