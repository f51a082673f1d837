/* Equality with R's stringdist on the pairs of tests/link/reference/stringdist.tsv (its head says the
 * versions; stringdist.R made it). Distances of R there are 1 - similarity. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "link/compare/qgram.h"

static const double tolerance = 2e-15; /* R adds three quotients, 1 - s: a few last bits */
static const char *path;

struct row {
    struct mln_str text[2];
    double wanted[11];
};

/* False at the end and for comment lines. */
static bool read_row(FILE *file, char *line, size_t cap, struct row *row) {
    if (fgets(line, (int)cap, file) == NULL || line[0] == '#') {
        return false;
    }
    char *at = line;
    for (size_t i = 0; i < 2; i++) {
        char *tab = strchr(at, '\t');
        ck_assert_ptr_nonnull(tab);
        row->text[i] = (struct mln_str){at, (size_t)(tab - at)};
        at = tab + 1;
    }
    for (size_t i = 0; i < 11; i++) {
        row->wanted[i] = strtod(at, &at);
    }
    return true;
}

static void check_edits(const struct row *row, struct mln_points a, struct mln_points b,
                        struct mln_compare_work *work) {
    uint32_t lv = 0, osa = 0, dl = 0, lcs = 0;
    ck_assert_int_eq(mln_levenshtein(a, b, MLN_NO_CUTOFF, work, &lv, NULL), MLN_OK);
    ck_assert_int_eq(mln_osa(a, b, MLN_NO_CUTOFF, work, &osa, NULL), MLN_OK);
    ck_assert_int_eq(mln_damerau(a, b, MLN_NO_CUTOFF, work, &dl, NULL), MLN_OK);
    ck_assert_int_eq(mln_indel(a, b, MLN_NO_CUTOFF, work, &lcs, NULL), MLN_OK);
    ck_assert_double_eq(lv, row->wanted[0]);
    ck_assert_double_eq(osa, row->wanted[1]);
    ck_assert_double_eq(dl, row->wanted[2]);
    ck_assert_double_eq(lcs, row->wanted[3]);
    for (size_t i = 0; i < 2; i++) {
        const struct mln_jaro_winkler how = {.prefix_weight = i == 0 ? 0 : 0.1};
        double s = -1;
        ck_assert_int_eq(mln_jaro_winkler(a, b, &how, work, &s, NULL), MLN_OK);
        ck_assert_double_eq_tol(1 - s, row->wanted[4 + i], tolerance);
    }
}

static void check_qgrams(const struct row *row, struct mln_points a, struct mln_points b,
                         struct mln_compare_work *work) {
    struct mln_qgram_counts two, three;
    ck_assert_int_eq(mln_qgram_pair(a, b, 2, work, &two, NULL), MLN_OK);
    ck_assert_int_eq(mln_qgram_pair(a, b, 3, work, &three, NULL), MLN_OK);
    ck_assert_double_eq((double)mln_qgram_distance(&two), row->wanted[6]);
    ck_assert_double_eq((double)mln_qgram_distance(&three), row->wanted[7]);
    if (two.total_a > 0 && two.total_b > 0) { /* R differs where a text has no q-gram: qgram.h */
        ck_assert_double_eq_tol(1 - mln_qgram_jaccard(&two), row->wanted[8], tolerance);
        ck_assert_double_eq_tol(1 - mln_qgram_cosine(&two), row->wanted[9], tolerance);
    }
    if (three.total_a > 0 && three.total_b > 0) {
        ck_assert_double_eq_tol(1 - mln_qgram_cosine(&three), row->wanted[10], tolerance);
    }
}

START_TEST(as_stringdist) {
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    struct mln_compare_work work = {0};
    static char line[8192];
    struct row row;
    size_t n = 0;
    while (!feof(file)) {
        if (!read_row(file, line, sizeof line, &row)) {
            continue;
        }
        struct mln_points a, b;
        ck_assert_int_eq(mln_points_decode(&work, 0, row.text[0], &a, NULL), MLN_OK);
        ck_assert_int_eq(mln_points_decode(&work, 1, row.text[1], &b, NULL), MLN_OK);
        check_edits(&row, a, b, &work);
        check_qgrams(&row, a, b, &work);
        n++;
    }
    fclose(file);
    mln_compare_work_release(&work);
    ck_assert_uint_eq(n, 487);
}
END_TEST

int main(int argc, char **argv) {
    path = argc > 1 ? argv[1] : "stringdist.tsv";
    Suite *suite = suite_create("stringdist");
    TCase *tc = tcase_create("stringdist");
    tcase_add_test(tc, as_stringdist);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
