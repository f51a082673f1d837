/* Short values compared in place, against the single pairs. */
#include <check.h>
#include <stdlib.h>

#include "link/compare/few.h"
#include "link/compare/oracle.h"
#include "link/compare/strset.h"

#define REQUIRE(condition)                  \
    do {                                    \
        if (!(condition)) {                 \
            ck_abort_msg("%s", #condition); \
        }                                   \
    } while (0)

static void check_pair(struct mln_points a, struct mln_points b, struct mln_short_value x,
                       struct mln_short_value y, struct mln_compare_work *work) {
    static const struct mln_jaro_winkler options[] = {
        {0}, {.prefix_weight = .1}, {.prefix_weight = .25}};
    uint32_t d;
    REQUIRE(mln_levenshtein(a, b, MLN_NO_CUTOFF, work, &d, NULL) == MLN_OK);
    REQUIRE(mln_few_levenshtein(x, y) == d);
    REQUIRE(mln_osa(a, b, MLN_NO_CUTOFF, work, &d, NULL) == MLN_OK);
    REQUIRE(mln_few_osa(x, y) == d);
    REQUIRE(mln_indel(a, b, MLN_NO_CUTOFF, work, &d, NULL) == MLN_OK);
    REQUIRE(mln_few_indel(x, y) == d);
    for (size_t k = 0; k < 3; k++) {
        double s;
        REQUIRE(mln_jaro_winkler(a, b, &options[k], work, &s, NULL) == MLN_OK);
        REQUIRE(mln_few_jaro_winkler(x, y, &options[k]) == s);
    }
}

/* What follows a value in memory has no meaning: each is copied before other symbols. */
static bool short_value(const struct mln_strset *set, uint32_t id, uint8_t room[MLN_FEW],
                        struct mln_short_value *out) {
    const struct mln_sequence value = mln_strset_view(set, id);
    if (value.symbols == NULL || value.length > MLN_FEW) {
        return false;
    }
    memset(room, id % 3 == 0 ? MLN_SYMBOL_PAD : (int)(id % 3), MLN_FEW);
    memcpy(room, value.symbols, value.length);
    *out = (struct mln_short_value){room, value.length};
    return true;
}

START_TEST(equals_pairs) {
    const enum corpus_kind kinds[] = {FEW_LETTERS, FRENCH};
    for (size_t k = 0; k < 2; k++) {
        struct corpus corpus;
        struct mln_strset set;
        struct mln_compare_work work = {0};
        const size_t n = 400;
        uint32_t ids[400];
        size_t n_pairs = 0;
        corpus_make(&corpus, n, kinds[k], 78);
        REQUIRE(mln_strset_build(corpus.texts, n, 1, &set, ids, NULL) == MLN_OK);
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < n; j++) {
                uint8_t room[2][MLN_FEW];
                struct mln_short_value x, y;
                if (corpus.texts[i].p != NULL && corpus.texts[j].p != NULL &&
                    short_value(&set, ids[i], room[0], &x) &&
                    short_value(&set, ids[j], room[1], &y)) {
                    check_pair(corpus.points[i], corpus.points[j], x, y, &work);
                    n_pairs++;
                }
            }
        }
        ck_assert_uint_gt(n_pairs, 10000);
        mln_compare_work_release(&work);
        mln_strset_release(&set);
        corpus_release(&corpus);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("compare_few");
    TCase *tcase = tcase_create("all");
    tcase_add_test(tcase, equals_pairs);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
