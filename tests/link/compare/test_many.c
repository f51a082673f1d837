/* One against many: every path and every lane width against the single pairs, bit for bit. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "link/compare/lanes.h"
#include "link/compare/many.h"
#include "link/compare/oracle.h"

#define REQUIRE(condition)            \
    do {                              \
        if (!(condition)) {           \
            ck_abort_msg(#condition); \
        }                             \
    } while (0)

typedef enum mln_status many(struct mln_query *query, const struct mln_candidates *candidates,
                             uint32_t cutoff, uint32_t *out, struct mln_err *err);
typedef enum mln_status pair(struct mln_points a, struct mln_points b, uint32_t cutoff,
                             struct mln_compare_work *work, uint32_t *out, struct mln_err *err);
typedef uint32_t definition(struct mln_points a, struct mln_points b);

static const struct {
    many *many;
    pair *pair;
    definition *definition;
} distances[] = {{mln_levenshtein_many, mln_levenshtein, oracle_levenshtein},
                 {mln_osa_many, mln_osa, oracle_osa},
                 {mln_damerau_many, mln_damerau, oracle_damerau},
                 {mln_indel_many, mln_indel, oracle_indel}};
enum { N_DISTANCES = sizeof distances / sizeof distances[0] };

struct field {
    struct corpus corpus;
    struct mln_strset set;
    uint32_t *ids;
    struct mln_candidates best, portable; /* the corpus in its order, missing and repeats among it */
    struct mln_compare_work work;
    struct mln_query query;
    uint32_t *d_best, *d_portable;
    double *s_best, *s_portable;
};

static void field_make(struct field *f, enum corpus_kind kind, size_t n) {
    *f = (struct field){0};
    corpus_make(&f->corpus, n, kind, 77);
    for (size_t i = 5; i < n; i += 41) {
        f->corpus.texts[i] = (struct mln_str){NULL, 0};
    }
    f->ids = malloc(n * sizeof *f->ids);
    f->d_best = malloc(n * sizeof *f->d_best);
    f->d_portable = malloc(n * sizeof *f->d_portable);
    f->s_best = malloc(n * sizeof *f->s_best);
    f->s_portable = malloc(n * sizeof *f->s_portable);
    REQUIRE(mln_strset_build(f->corpus.texts, n, 1, &f->set, f->ids, NULL) == MLN_OK);
    REQUIRE(mln_candidates_set(&f->best, &f->set, f->ids, n, MLN_PATH_BEST, NULL) == MLN_OK);
    REQUIRE(mln_candidates_set(&f->portable, &f->set, f->ids, n, MLN_PATH_PORTABLE, NULL) ==
            MLN_OK);
}

static void field_release(struct field *f) {
    mln_candidates_release(&f->best);
    mln_candidates_release(&f->portable);
    mln_query_release(&f->query);
    mln_compare_work_release(&f->work);
    mln_strset_release(&f->set);
    corpus_release(&f->corpus);
    free(f->ids);
    free(f->d_best);
    free(f->d_portable);
    free(f->s_best);
    free(f->s_portable);
}

static void check_distances(struct field *f, size_t q, size_t kind, uint32_t cutoff) {
    REQUIRE(distances[kind].many(&f->query, &f->best, cutoff, f->d_best, NULL) == MLN_OK);
    REQUIRE(distances[kind].many(&f->query, &f->portable, cutoff, f->d_portable, NULL) == MLN_OK);
    REQUIRE(memcmp(f->d_best, f->d_portable, f->corpus.n * sizeof *f->d_best) == 0);
    for (size_t i = 0; i < f->corpus.n; i++) {
        uint32_t d = MLN_MISSING_DISTANCE;
        if (f->corpus.texts[i].p != NULL && f->corpus.texts[q].p != NULL) {
            REQUIRE(distances[kind].pair(f->corpus.points[q], f->corpus.points[i], cutoff, &f->work,
                                         &d, NULL) == MLN_OK);
        }
        REQUIRE(f->d_best[i] == d);
    }
}

static bool same_bits(const double *a, const double *b, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (!(isnan(a[i]) && isnan(b[i])) && memcmp(&a[i], &b[i], sizeof a[i]) != 0) {
            return false;
        }
    }
    return true;
}

static void check_jaro_winkler(struct field *f, size_t q, const struct mln_jaro_winkler *how) {
    REQUIRE(mln_jaro_winkler_many(&f->query, &f->best, how, f->s_best, NULL) == MLN_OK);
    REQUIRE(mln_jaro_winkler_many(&f->query, &f->portable, how, f->s_portable, NULL) == MLN_OK);
    REQUIRE(same_bits(f->s_best, f->s_portable, f->corpus.n));
    for (size_t i = 0; i < f->corpus.n; i++) {
        double s = NAN;
        if (f->corpus.texts[i].p != NULL && f->corpus.texts[q].p != NULL) {
            REQUIRE(mln_jaro_winkler(f->corpus.points[q], f->corpus.points[i], how, &f->work, &s,
                                     NULL) == MLN_OK);
        }
        REQUIRE(same_bits(&f->s_best[i], &s, 1));
    }
}

/* Some 400,000 comparisons a kind of text (more by MLN_TEST_PAIRS), each comparator with and without a cutoff; queries by id and
 * as a text of their own take turns. */
START_TEST(paths_and_single_pairs_agree) {
    const enum corpus_kind kind = (enum corpus_kind)_i;
    const size_t n = 1501;
    size_t n_queries = pairs_wanted(kind == LONG_TEXTS ? 15000 : 130000) / n;
    n_queries = n_queries < n ? n_queries : n;
    struct field f;
    field_make(&f, kind, n);
    for (size_t q = 0; q < n_queries; q++) {
        struct mln_rng rng;
        mln_rng_init(&rng, 19, 7, q);
        if (q % 2 == 0) {
            mln_query_id(&f.query, &f.set, f.ids[q]);
        } else {
            REQUIRE(mln_query_text(&f.query, &f.set, f.corpus.texts[q], NULL) == MLN_OK);
        }
        const uint32_t cutoff = mln_rng_below(&rng, 2) == 0 ? MLN_NO_CUTOFF : mln_rng_below(&rng, 9);
        check_distances(&f, q, q % N_DISTANCES, cutoff);
        check_distances(&f, q, (q + 1) % N_DISTANCES, cutoff);
        const struct mln_jaro_winkler how = {
            .prefix_weight = 0.025 * mln_rng_below(&rng, 11),
            .boost_threshold = mln_rng_below(&rng, 2) * 0.7,
            .cutoff = mln_rng_below(&rng, 3) * 0.4,
            .whole_transpositions = mln_rng_below(&rng, 2) == 0,
        };
        check_jaro_winkler(&f, q, &how);
    }
    field_release(&f);
}
END_TEST

/* The definitions themselves against the lanes: the only step between the two is many_*. */
START_TEST(lanes_against_the_definitions) {
    const size_t n = 400;
    const struct mln_jaro_winkler how = {.prefix_weight = 0.1};
    struct field f;
    field_make(&f, (enum corpus_kind)_i, n);
    for (size_t q = 0; q < n; q += _i == LONG_TEXTS ? 80 : 8) {
        mln_query_id(&f.query, &f.set, f.ids[q]);
        for (size_t k = 0; k < N_DISTANCES && f.ids[q] != MLN_STRSET_MISSING; k++) {
            if (_i == LONG_TEXTS && distances[k].many == mln_damerau_many) {
                continue; /* the definition takes the fourth power of the length */
            }
            REQUIRE(distances[k].many(&f.query, &f.best, MLN_NO_CUTOFF, f.d_best, NULL) == MLN_OK);
            for (size_t i = 0; i < n; i++) {
                REQUIRE(f.ids[i] == MLN_STRSET_MISSING ||
                        f.d_best[i] ==
                            distances[k].definition(f.corpus.points[q], f.corpus.points[i]));
            }
        }
        REQUIRE(mln_jaro_winkler_many(&f.query, &f.best, &how, f.s_best, NULL) == MLN_OK);
        for (size_t i = 0; i < n && f.ids[q] != MLN_STRSET_MISSING; i++) {
            REQUIRE(f.ids[i] == MLN_STRSET_MISSING ||
                    fabs(f.s_best[i] - oracle_jaro_winkler(f.corpus.points[q], f.corpus.points[i],
                                                           &how)) < 1e-15);
        }
    }
    field_release(&f);
}
END_TEST

/* Lengths 0 … 70 against each other: every border of 8, 16, 32 and 64, in packs of mixed and of equal
 * lengths. */
START_TEST(borders_of_lanes) {
    enum { N = 71 * 33 };
    static char bytes[N][72];
    static struct mln_str rows[N];
    static uint32_t ids[N], best[N], portable[N];
    static double s_best[N], s_portable[N];
    struct mln_rng rng;
    mln_rng_init(&rng, 1, 1, 1);
    for (size_t i = 0; i < N; i++) {
        const size_t length = _i == 0 ? i % 71 : i / 33;
        for (size_t k = 0; k < length; k++) {
            bytes[i][k] = (char)('A' + mln_rng_below(&rng, 3) + (k % 9 == 0 ? 40 : 0));
        }
        rows[i] = (struct mln_str){bytes[i], length};
    }
    struct mln_strset set;
    struct mln_candidates a = MLN_CANDIDATES_INIT, b = MLN_CANDIDATES_INIT;
    static struct mln_query query;
    REQUIRE(mln_strset_build(rows, N, 1, &set, ids, NULL) == MLN_OK);
    REQUIRE(mln_candidates_set(&a, &set, ids, N, MLN_PATH_BEST, NULL) == MLN_OK);
    REQUIRE(mln_candidates_set(&b, &set, ids, N, MLN_PATH_PORTABLE, NULL) == MLN_OK);
    const struct mln_jaro_winkler how = {.prefix_weight = 0.1, .cutoff = 0.6};
    for (size_t q = 0; q < N; q += 33) {
        mln_query_id(&query, &set, ids[_i == 0 ? q / 33 : q]);
        for (size_t k = 0; k < N_DISTANCES; k++) {
            REQUIRE(distances[k].many(&query, &a, 30, best, NULL) == MLN_OK);
            REQUIRE(distances[k].many(&query, &b, 30, portable, NULL) == MLN_OK);
            REQUIRE(memcmp(best, portable, sizeof best) == 0);
        }
        REQUIRE(mln_jaro_winkler_many(&query, &a, &how, s_best, NULL) == MLN_OK);
        REQUIRE(mln_jaro_winkler_many(&query, &b, &how, s_portable, NULL) == MLN_OK);
        REQUIRE(same_bits(s_best, s_portable, N));
    }
    mln_candidates_release(&a);
    mln_candidates_release(&b);
    mln_query_release(&query);
    mln_strset_release(&set);
}
END_TEST

/* Letters that the set does not know equal nothing in it, but count as letters; equal unknown letters
 * of a wide value do match. */
START_TEST(a_query_from_outside) {
    const struct mln_str rows[] = {MLN_STR_LIT("DUPONT"), MLN_STR_LIT("DUPOND"), MLN_STR_LIT("")};
    uint32_t ids[3], d[3];
    struct mln_strset set;
    struct mln_query query = {0};
    ck_assert_int_eq(mln_strset_build(rows, 3, 1, &set, ids, NULL), MLN_OK);
    for (enum mln_compare_path path = MLN_PATH_BEST; path <= MLN_PATH_PORTABLE; path++) {
        struct mln_candidates c = MLN_CANDIDATES_INIT;
        ck_assert_int_eq(mln_candidates_set(&c, &set, ids, 3, path, NULL), MLN_OK);
        ck_assert_int_eq(mln_query_text(&query, &set, MLN_STR_LIT("DÜPONZ"), NULL), MLN_OK);
        ck_assert_int_eq(mln_levenshtein_many(&query, &c, MLN_NO_CUTOFF, d, NULL), MLN_OK);
        ck_assert_uint_eq(d[0], 2);
        ck_assert_uint_eq(d[1], 2);
        ck_assert_uint_eq(d[2], 6);
        ck_assert_int_eq(mln_query_text(&query, &set, MLN_STR_LIT("ZÜZÜZÜ"), NULL), MLN_OK);
        ck_assert_int_eq(mln_damerau_many(&query, &c, MLN_NO_CUTOFF, d, NULL), MLN_OK);
        ck_assert_uint_eq(d[0], 6);
        ck_assert_int_eq(mln_query_text(&query, &set, MLN_STR_LIT("\xFF"), NULL), MLN_BAD_INPUT);
        mln_candidates_release(&c);
    }
    mln_query_release(&query);
    mln_strset_release(&set);
}
END_TEST

/* Says which paths the others have seen: the vector one must be among them on this kind of machine. */
START_TEST(the_vector_path_was_tried) {
#if defined(__x86_64__)
    ck_assert((mln_lanes_avx2() != NULL) == (__builtin_cpu_supports("avx2") != 0));
#else
    ck_assert_ptr_null(mln_lanes_avx2());
#endif
}
END_TEST

int main(void) {
    Suite *suite = suite_create("many");
    TCase *tc = tcase_create("many");
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, the_vector_path_was_tried);
    tcase_add_loop_test(tc, lanes_against_the_definitions, 0, CORPUS_KINDS);
    tcase_add_loop_test(tc, paths_and_single_pairs_agree, 0, CORPUS_KINDS);
    tcase_add_loop_test(tc, borders_of_lanes, 0, 2);
    tcase_add_test(tc, a_query_from_outside);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
