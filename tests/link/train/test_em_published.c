/* The agreement patterns of fastLink's example data `samplematch` (500 × 350 persons, 7 fields),
 * and the fit that its documentation prints: README.md of github.com/kosukeimai/fastLink at commit
 * 04a4d8d8, "matches.out$EM" (Enamorado, Fifield & Imai, APSR 113(2), 2019, describe the method).
 */
#include <math.h>

#include "pairs.h"
#include "run.h"

enum { X = MLN_LEVEL_MISSING, K = MLN_LEVELS_MAX, PATTERNS = 58, FIELDS = 7 };

/* First, middle and last name, house number, street, city, birth year; level 0 is agreement, a last
 * level disagreement, and first name, last name and street have a partial agreement between. */
static const uint8_t n_levels[FIELDS] = {3, 2, 3, 2, 3, 2, 2};
/* clang-format off */
static const uint8_t levels[PATTERNS * FIELDS] = {
    2, 1, 2, 1, 2, 1, 1,
    1, 1, 2, 1, 2, 1, 1,
    0, 1, 2, 1, 2, 1, 1,
    2, 0, 2, 1, 2, 1, 1,
    0, 0, 2, 1, 2, 1, 1,
    2, X, 2, 1, 2, 1, 1,
    1, X, 2, 1, 2, 1, 1,
    0, X, 2, 1, 2, 1, 1,
    2, 1, 1, 1, 2, 1, 1,
    2, X, 1, 1, 2, 1, 1,
    2, 1, 0, 1, 2, 1, 1,
    2, 0, 0, 1, 2, 1, 1,
    2, X, 0, 1, 2, 1, 1,
    2, 1, 2, 0, 2, 1, 1,
    2, X, 2, 0, 2, 1, 1,
    0, X, 2, 0, 2, 1, 1,
    2, X, 2, X, 2, 1, 1,
    0, X, 2, X, 2, 1, 1,
    2, 1, 2, 1, 1, 1, 1,
    1, 1, 2, 1, 1, 1, 1,
    0, 1, 2, 1, 1, 1, 1,
    2, X, 2, 1, 1, 1, 1,
    2, 1, 2, 1, 0, 1, 1,
    2, 0, 2, 1, 0, 1, 1,
    2, X, 2, 1, 0, 1, 1,
    2, 1, 2, 1, 2, 0, 1,
    1, 1, 2, 1, 2, 0, 1,
    0, 1, 2, 1, 2, 0, 1,
    2, 0, 2, 1, 2, 0, 1,
    2, X, 2, 1, 2, 0, 1,
    1, X, 2, 1, 2, 0, 1,
    0, X, 2, 1, 2, 0, 1,
    2, 1, 1, 1, 2, 0, 1,
    2, X, 1, 1, 2, 0, 1,
    2, 1, 0, 1, 2, 0, 1,
    2, X, 0, 1, 2, 0, 1,
    2, 1, 2, 0, 2, 0, 1,
    2, X, 2, X, 2, 0, 1,
    2, 1, 2, 1, 1, 0, 1,
    2, X, 2, 1, 1, 0, 1,
    2, 1, 2, 1, 0, 0, 1,
    2, X, 2, 1, 0, 0, 1,
    2, 1, 2, 1, 2, 1, 0,
    1, 1, 2, 1, 2, 1, 0,
    0, 1, 2, 1, 2, 1, 0,
    2, 0, 2, 1, 2, 1, 0,
    2, X, 2, 1, 2, 1, 0,
    0, X, 2, 1, 2, 1, 0,
    2, 1, 0, 1, 2, 1, 0,
    2, X, 2, 0, 2, 1, 0,
    2, X, 2, X, 2, 1, 0,
    2, 1, 2, 1, 0, 1, 0,
    2, 1, 2, 1, 2, 0, 0,
    0, 1, 2, 1, 2, 0, 0,
    2, 0, 2, 1, 2, 0, 0,
    2, X, 2, 1, 2, 0, 0,
    0, 0, 0, 0, 0, 0, 0,
    0, X, 0, 0, 0, 0, 0,
};
/* clang-format on */
static const uint64_t counts[PATTERNS] = {
    101069, 133, 1181, 691, 9,  48474, 48,  559, 12, 3,    65, 1,  36,  15, 8, 1,  323, 4,  40, 1,
    3,      17,  43,   1,   27, 13032, 9,   153, 75, 6701, 3,  74, 3,   1,  8, 3,  4,   20, 4,  3,
    3,      4,   1203, 2,   19, 10,    593, 5,   1,  1,    3,  1,  150, 3,  3, 92, 43,  7};

/* p.gamma.k.u, from agreement to disagreement. */
static const double published_u[FIELDS][3] = {
    {0.011494712775078596, 0.001120320091454701, 0.987384967133466684},
    {0.006697923643670462, 0.993302076356329500},
    {0.0006516147470705930, 0.0001086024578450986, 0.9992397827950842970},
    {0.0001660939289805284, 0.9998339060710195181},
    {0.0004515575878822535, 0.0003886824807087740, 0.9991597599314089306},
    {0.1163075164332666, 0.8836924835667334},
    {0.01192340668762504, 0.98807659331237496},
};

/* zeta.j: 1 for the two patterns that agree wherever both are present (1 - 4e-14 for the second),
 * below 1e-90 for all others; p.m is 50 pairs of 175,000.
 *
 * fastLink sorts each field's u after every step so that the lowest level is the likeliest: where
 * full agreement is more frequent than partial agreement (first name, last name, street) it prints
 * the two swapped. They are set right here by the counts: of 174,950 non-matches 2,011 agree on the
 * first name (.0114947) and 196 in part (.0011203), 79 on the street (.0004516) and 68 in part
 * (.0003887). */
START_TEST(fastlink_samplematch) {
    const struct mln_em_session session = {
        .levels = levels, .count = counts, .n_patterns = PATTERNS};
    struct mln_training training = usual_training();
    training.prior_weight = 0;
    const struct mln_em_options options = {.n_levels = n_levels,
                                           .n_comparisons = FIELDS,
                                           .sessions = &session,
                                           .n_sessions = 1,
                                           .n_pairs_all = 175000,
                                           .training = &training};
    struct mln_em_result fit;
    struct mln_err err;
    ck_assert_msg(mln_em_fit(&options, &fit, &err) == MLN_OK, "%s", err.msg);
    ck_assert_double_eq_tol(fit.lambda, 0.0002857142857142842, 1e-12);
    for (size_t c = 0; c < FIELDS; c++) {
        ck_assert_double_eq_tol(fit.m[c * K], 1, 1e-9);
        for (size_t l = 0; l < n_levels[c]; l++) {
            ck_assert_double_eq_tol(fit.u[c * K + l], published_u[c][l], 1e-9);
        }
    }
    for (size_t i = 0; i < PATTERNS; i++) {
        const double zeta =
            mln_em_probability(mln_em_weight(&fit, levels + i * FIELDS, FIELDS, true));
        ck_assert_double_eq_tol(zeta, i < PATTERNS - 2 ? 0 : 1, 1e-6);
    }
}
END_TEST

MLN_TEST_MAIN("em_published", fastlink_samplematch)
