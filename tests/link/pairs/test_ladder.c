/* Patterns: by hand, and the fast way over tiles against the slow one of a single pair, on random
 * ladders of every kind of level. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "link/pairs/ladder.h"
#include "link/pairs/world.h"

/* ── by hand ── */

static uint8_t level_of(const struct world *w, const struct mln_level *levels, size_t n, uint32_t a,
                        uint32_t b) {
    struct mln_comparison c = {.field = levels[0].field, .levels = levels, .n_levels = n};
    const struct mln_link_model model = world_model(MLN_LINK_TWO_FILES, &c, 1, NULL, 0);
    struct mln_ladder *ladder;
    struct mln_ladder_work *slow;
    struct mln_row_work fast;
    struct mln_tile left, right;
    uint32_t pattern, patterns[32];
    uint8_t level, level_fast;
    REQUIRE(mln_ladder_build(&model, &w->records, 1, &ladder, NULL) == MLN_OK);
    REQUIRE(mln_ladder_work_new(ladder, &slow, NULL) == MLN_OK);
    REQUIRE(mln_row_work_init(&fast, ladder, false, NULL) == MLN_OK);
    REQUIRE(mln_tile_init(&left, &ladder->layout, 0, NULL) == MLN_OK);
    REQUIRE(mln_tile_init(&right, &ladder->layout, 0, NULL) == MLN_OK);
    REQUIRE(mln_ladder_pair(ladder, slow, a, b, &pattern, NULL) == MLN_OK);
    mln_tile_load(&left, &ladder->layout, NULL, 0, &a, 1);
    mln_tile_load(&right, &ladder->layout, NULL, 0, &b, 1);
    REQUIRE(mln_row_patterns(&fast, &left, 0, &right, 0, 1, 0, patterns, NULL) == MLN_OK);
    mln_ladder_levels(ladder, pattern, &level);
    mln_ladder_levels(ladder, patterns[0], &level_fast);
    ck_assert_uint_eq(level, level_fast);
    mln_tile_release(&left);
    mln_tile_release(&right);
    mln_row_work_release(&fast);
    mln_ladder_work_free(slow);
    mln_ladder_free(ladder);
    return level;
}

enum { A, B };
#define PLAIN(k, f) \
    { .kind = MLN_LEVEL_##k, .field = (f) }
#define LEVEL(k, f, ...) \
    { .kind = MLN_LEVEL_##k, .field = (f), __VA_ARGS__ }

/* DUPONT/DUPOND: Jaro (5/6 + 5/6 + 1)/3 = 8/9, Winkler 8/9 + 4 × .1 × 1/9 = .9333. */
START_TEST(texts_by_hand) {
    static const enum mln_field_type types[] = {MLN_FIELD_TEXT, MLN_FIELD_TEXT};
    struct world w;
    world_init(&w, types, 2, 4, 4);
    const char *const a[] = {"DUPONT", "DUPOND", "MARTIN", NULL, "DUPONT", "", "LE MARTIN", "LE"};
    const char *const b[] = {"MARTIN",    "DUPONT", "DUPONT", "X",
                             "LE MARTIN", "Y",      "DUPOND", "MARTIN"};
    for (uint32_t i = 0; i < 8; i++) {
        world_text(&w, A, i, a[i]);
        world_text(&w, B, i, b[i]);
    }
    world_finish(&w);
    const struct mln_level jw[] = {PLAIN(EXACT, A),
                                   LEVEL(JARO_WINKLER, A, .at = .93, .prefix_weight = .1),
                                   LEVEL(JARO, A, .at = .88), PLAIN(ELSE, A)};
    ck_assert_uint_eq(level_of(&w, jw, 4, 0, 4), 0);
    ck_assert_uint_eq(level_of(&w, jw, 4, 0, 1), 1);
    ck_assert_uint_eq(level_of(&w, jw, 4, 0, 2), 3);
    ck_assert_uint_eq(level_of(&w, jw, 4, 0, 3), MLN_LEVEL_MISSING);
    ck_assert_uint_eq(level_of(&w, jw, 4, 3, 3), MLN_LEVEL_MISSING);
    ck_assert_uint_eq(level_of(&w, jw, 4, 5, 5), 0); /* "" equals "" */
    ck_assert_uint_eq(level_of(&w, jw, 4, 0, 5), 3);
    const struct mln_level jaro[] = {LEVEL(JARO_WINKLER, A, .at = .9334, .prefix_weight = .1),
                                     LEVEL(JARO, A, .at = .88), PLAIN(ELSE, A)};
    ck_assert_uint_eq(level_of(&w, jaro, 3, 0, 1), 1);
    const struct mln_level edits[] = {PLAIN(NULL, A), LEVEL(LEVENSHTEIN, A, .at = 1),
                                      PLAIN(ELSE, A)};
    ck_assert_uint_eq(level_of(&w, edits, 3, 0, 1), 1);
    ck_assert_uint_eq(level_of(&w, edits, 3, 0, 3), 0);
    ck_assert_uint_eq(level_of(&w, edits, 3, 0, 2), 2);
    const struct mln_level parts[] = {LEVEL(WORDS, A, .at = 2), LEVEL(CONTAINS, A, .at = 3),
                                      LEVEL(PREFIX, A, .at = 2), PLAIN(ELSE, A)};
    ck_assert_uint_eq(level_of(&w, parts, 4, 6, 6), 0);
    ck_assert_uint_eq(level_of(&w, parts, 4, 2, 6), 1);
    ck_assert_uint_eq(level_of(&w, parts, 4, 0, 1), 2);
    ck_assert_uint_eq(level_of(&w, parts, 4, 6, 7), 2); /* "LE": a part, but shorter than 3 */
    const struct mln_level cross[] = {LEVEL(SWAPPED, A, .other_field = B),
                                      LEVEL(OTHER, A, .other_field = B), PLAIN(ELSE, A)};
    ck_assert_uint_eq(level_of(&w, cross, 3, 0, 2), 0); /* DUPONT, MARTIN and MARTIN, DUPONT */
    ck_assert_uint_eq(level_of(&w, cross, 3, 0, 1), 1); /* DUPONT is the B of row 1 */
    ck_assert_uint_eq(level_of(&w, cross, 3, 1, 6), 1); /* DUPOND is the B of row 6 */
    ck_assert_uint_eq(level_of(&w, cross, 3, 1, 7), 2);
    ck_assert_uint_eq(level_of(&w, cross, 3, 3, 5), MLN_LEVEL_MISSING);
    world_release(&w);
}
END_TEST

START_TEST(dates_by_hand) {
    static const enum mln_field_type types[] = {MLN_FIELD_DATE};
    struct world w;
    world_init(&w, types, 1, 8, 0);
    const int32_t day[8][3] = {{1980, 3, 4},  {1980, 4, 3}, {1980, 3, 5}, {1981, 3, 4},
                               {1980, 3, 14}, {1890, 3, 4}, {0, 0, 0},    {0, 0, 0}};
    for (uint32_t i = 0; i < 6; i++) {
        const int32_t d = mln_day_from_civil(day[i][0], day[i][1], day[i][2]);
        world_date(&w, A, i, d, d);
    }
    world_date(&w, A, 6, mln_day_from_civil(1980, 1, 1), mln_day_from_civil(1980, 12, 31));
    world_finish(&w); /* row 7 is missing */
    const struct mln_level l[] = {PLAIN(EXACT, A),
                                  PLAIN(DAY_MONTH, A),
                                  PLAIN(COMPATIBLE, A),
                                  LEVEL(DAYS, A, .at = 1),
                                  LEVEL(DATE_DIGITS, A, .at = 1),
                                  LEVEL(YEARS, A, .at = 0),
                                  PLAIN(ELSE, A)};
    ck_assert_uint_eq(level_of(&w, l, 7, 0, 0), 0);
    ck_assert_uint_eq(level_of(&w, l, 7, 0, 1), 1);
    ck_assert_uint_eq(level_of(&w, l, 7, 0, 2), 3);
    ck_assert_uint_eq(level_of(&w, l, 7, 0, 3), 4);
    ck_assert_uint_eq(level_of(&w, l, 7, 0, 4), 4); /* 04 and 14: one digit */
    ck_assert_uint_eq(level_of(&w, l, 7, 0, 5), 4); /* 1980 and 1890: neighbours exchanged */
    ck_assert_uint_eq(level_of(&w, l, 7, 1, 4), 5); /* 0403 and 0314: several; the same year */
    ck_assert_uint_eq(level_of(&w, l, 7, 0, 6), 2);
    ck_assert_uint_eq(level_of(&w, l, 7, 6, 6), 2); /* incomplete: never exact */
    ck_assert_uint_eq(level_of(&w, l, 7, 3, 6), 6); /* 1981 against 1980 */
    ck_assert_uint_eq(level_of(&w, l, 7, 0, 7), MLN_LEVEL_MISSING);
    world_release(&w);
}
END_TEST

START_TEST(others_by_hand) {
    static const enum mln_field_type types[] = {MLN_FIELD_NUMBER, MLN_FIELD_GEO, MLN_FIELD_LIST};
    struct world w;
    world_init(&w, types, 3, 4, 0);
    const double number[] = {100, 104, 110, NAN};
    const double lat[] = {48.8566, 48.8566, 45.7640, NAN}, lon[] = {2.3522, 2.3522, 4.8357, 1};
    const char *const list[] = {"a b c", "c a b", "b c d", ""};
    for (uint32_t i = 0; i < 4; i++) {
        w.records.fields[0].number[i] = number[i];
        w.records.fields[1].latitude[i] = lat[i];
        w.records.fields[1].longitude[i] = lon[i];
    }
    world_lists(&w, 2, list);
    world_finish(&w);
    const struct mln_level n[] = {PLAIN(EXACT, 0), LEVEL(NUMBER, 0, .at = 4),
                                  LEVEL(PERCENT, 0, .at = 10), PLAIN(ELSE, 0)};
    ck_assert_uint_eq(level_of(&w, n, 4, 0, 0), 0);
    ck_assert_uint_eq(level_of(&w, n, 4, 0, 1), 1);
    ck_assert_uint_eq(level_of(&w, n, 4, 0, 2), 2); /* 10 ≤ 10 % of 110 = 11 */
    ck_assert_uint_eq(level_of(&w, n, 4, 0, 3), MLN_LEVEL_MISSING);
    /* Paris to Lyon: 391.5 km on the sphere of mean radius. */
    const struct mln_level near[] = {PLAIN(EXACT, 1), LEVEL(KM, 1, .at = 391),
                                     LEVEL(KM, 1, .at = 392), PLAIN(ELSE, 1)};
    ck_assert_uint_eq(level_of(&w, near, 4, 0, 1), 0);
    ck_assert_uint_eq(level_of(&w, near, 4, 0, 2), 2);
    ck_assert_uint_eq(level_of(&w, near, 4, 0, 3), MLN_LEVEL_MISSING);
    /* {a,b,c} and {b,c,d}: 2 shared of 4. */
    const struct mln_level sets[] = {PLAIN(EXACT, 2), LEVEL(JACCARD, 2, .at = .51),
                                     LEVEL(DICE, 2, .at = .66), LEVEL(OVERLAP, 2, .at = 2),
                                     PLAIN(ELSE, 2)};
    ck_assert_uint_eq(level_of(&w, sets, 5, 0, 1), 0);
    ck_assert_uint_eq(level_of(&w, sets, 5, 0, 2), 2);
    ck_assert_uint_eq(level_of(&w, sets, 5, 0, 3), MLN_LEVEL_MISSING);
    world_release(&w);
}
END_TEST

/* ── at random ── */

static const struct {
    enum mln_level_kind kind;
    unsigned fields; /* bits of enum world_field */
    double low, high;
} kinds[] = {
    {MLN_LEVEL_EXACT, 0x3FF, 0, 0},
    {MLN_LEVEL_JARO, 0x00F, .4, 1},
    {MLN_LEVEL_JARO_WINKLER, 0x00F, .4, 1},
    {MLN_LEVEL_LEVENSHTEIN, 0x00F, 0, 6},
    {MLN_LEVEL_OSA, 0x00F, 0, 6},
    {MLN_LEVEL_DAMERAU, 0x00F, 0, 6},
    {MLN_LEVEL_INDEL, 0x00F, 0, 8},
    {MLN_LEVEL_JACCARD, 0x10F, 0, 1},
    {MLN_LEVEL_DICE, 0x10F, 0, 1},
    {MLN_LEVEL_COSINE, 0x10F, 0, 1},
    {MLN_LEVEL_PREFIX, 0x00F, 0, 6},
    {MLN_LEVEL_CONTAINS, 0x00F, 0, 5},
    {MLN_LEVEL_WORDS, 0x00F, 0, 3},
    {MLN_LEVEL_NUMBER, 0x0C0, 0, 5},
    {MLN_LEVEL_PERCENT, 0x0C0, 0, 60},
    {MLN_LEVEL_DAYS, 0x030, 0, 90},
    {MLN_LEVEL_MONTHS, 0x030, 0, 6},
    {MLN_LEVEL_YEARS, 0x030, 0, 2},
    {MLN_LEVEL_DAY_MONTH, 0x030, 0, 0},
    {MLN_LEVEL_DATE_DIGITS, 0x030, 0, 4},
    {MLN_LEVEL_COMPATIBLE, 0x030, 0, 0},
    {MLN_LEVEL_SWAPPED, 0x0FF, 0, 0},
    {MLN_LEVEL_OTHER, 0x0FF, 0, 0},
    {MLN_LEVEL_OVERLAP, 0x100, 0, 3},
    {MLN_LEVEL_KM, 0x200, 0, 3},
    {MLN_LEVEL_NULL, 0x3FF, 0, 0},
};
enum { N_KINDS = sizeof kinds / sizeof kinds[0], N_RANDOM = 5 };

static size_t other_of(size_t field, struct mln_rng *rng) {
    return field <= W_CODE    ? mln_rng_below(rng, W_CODE + 1)
           : field <= W_DATE2 ? W_DATE + mln_rng_below(rng, 2)
                              : W_NUMBER + mln_rng_below(rng, 2);
}

static void random_ladder(struct mln_rng *rng, struct mln_comparison *c, struct mln_level *levels) {
    const size_t field = mln_rng_below(rng, WORLD_FIELDS);
    size_t n = 0;
    for (size_t wanted = mln_rng_below(rng, 6); n < wanted;) {
        const size_t k = mln_rng_below(rng, N_KINDS);
        const size_t f = mln_rng_below(rng, 6) == 0 ? mln_rng_below(rng, WORLD_FIELDS) : field;
        if ((kinds[k].fields >> f & 1) == 0) {
            continue;
        }
        double at = kinds[k].low + (kinds[k].high - kinds[k].low) * mln_rng_unit(rng);
        at = kinds[k].high > 1 && mln_rng_below(rng, 4) != 0 ? floor(at) : at;
        levels[n++] = (struct mln_level){.kind = kinds[k].kind,
                                         .field = f,
                                         .at = at,
                                         .other_field = other_of(f, rng),
                                         .prefix_weight = mln_rng_below(rng, 4) * .07,
                                         .q = 1 + mln_rng_below(rng, 3)};
    }
    levels[n++] = (struct mln_level){.kind = MLN_LEVEL_ELSE, .field = field};
    *c = (struct mln_comparison){.field = field, .levels = levels, .n_levels = n};
}

struct both {
    struct mln_ladder *ladder;
    struct mln_ladder_work *slow;
    struct mln_row_work fast[2]; /* best, portable */
    struct mln_tile left, right;
    uint32_t *rows;
    uint32_t patterns[2][MLN_TILE_CAP];
};

static void both_make(struct both *b, const struct mln_link_model *model,
                      const struct mln_records *records) {
    struct mln_err err = {0};
    if (mln_ladder_build(model, records, 1, &b->ladder, &err) != MLN_OK) {
        ck_abort_msg("%s", err.msg);
    }
    REQUIRE(mln_ladder_work_new(b->ladder, &b->slow, NULL) == MLN_OK);
    for (size_t k = 0; k < 2; k++) {
        REQUIRE(mln_row_work_init(&b->fast[k], b->ladder, k == 1, NULL) == MLN_OK);
    }
    REQUIRE(mln_tile_init(&b->left, &b->ladder->layout, 0, NULL) == MLN_OK);
    REQUIRE(mln_tile_init(&b->right, &b->ladder->layout, 0, NULL) == MLN_OK);
    const uint32_t n = mln_records_n(records);
    b->rows = malloc(n * sizeof *b->rows);
    for (uint32_t i = 0; i < n; i++) {
        b->rows[i] = i;
    }
    mln_tile_load(&b->left, &b->ladder->layout, NULL, 0, b->rows, records->n_left);
    mln_tile_load(&b->right, &b->ladder->layout, NULL, 0, b->rows + records->n_left,
                  records->n_right);
}

static void both_release(struct both *b) {
    mln_tile_release(&b->left);
    mln_tile_release(&b->right);
    mln_row_work_release(&b->fast[0]);
    mln_row_work_release(&b->fast[1]);
    mln_ladder_work_free(b->slow);
    mln_ladder_free(b->ladder);
    free(b->rows);
}

static void check_pattern(const struct both *b, uint64_t seed, uint32_t left, uint32_t right,
                          uint32_t best, uint32_t portable) {
    uint32_t slow, mirrored;
    REQUIRE(mln_ladder_pair(b->ladder, b->slow, left, right, &slow, NULL) == MLN_OK);
    REQUIRE(mln_ladder_pair(b->ladder, b->slow, right, left, &mirrored, NULL) == MLN_OK);
    if (slow == best && slow == portable && slow == mirrored) {
        return;
    }
    uint8_t l[4][N_RANDOM];
    mln_ladder_levels(b->ladder, slow, l[0]);
    mln_ladder_levels(b->ladder, mirrored, l[1]);
    mln_ladder_levels(b->ladder, best, l[2]);
    mln_ladder_levels(b->ladder, portable, l[3]);
    for (size_t c = 0; c < N_RANDOM; c++) {
        const struct mln_comparison *comparison = &b->ladder->model->comparisons[c];
        if (l[0][c] != l[1][c] || l[0][c] != l[2][c] || l[0][c] != l[3][c]) {
            for (size_t k = 0; k < comparison->n_levels; k++) {
                fprintf(stderr, "  level %zu: kind %d field %zu other %zu at %g q %u\n", k,
                        (int)comparison->levels[k].kind, comparison->levels[k].field,
                        comparison->levels[k].other_field, comparison->levels[k].at,
                        comparison->levels[k].q);
            }
            ck_abort_msg(
                "seed %llu, rows %u and %u, comparison %zu on field %zu: slow %u, mirrored "
                "%u, best %u, portable %u",
                (unsigned long long)seed, left, right, c, comparison->field, l[0][c], l[1][c],
                l[2][c], l[3][c]);
        }
    }
}

/* A row of one candidate goes another way than longer ones. */
static void check_single(struct both *b, const struct mln_records *r, uint64_t seed, uint32_t i,
                         uint32_t j) {
    for (size_t k = 0; k < 2; k++) {
        REQUIRE(mln_row_patterns(&b->fast[k], &b->left, i, &b->right, j, 1, 0, b->patterns[k],
                                 NULL) == MLN_OK);
    }
    check_pattern(b, seed, i, r->n_left + j, b->patterns[0][0], b->patterns[1][0]);
}

/* Rows of any part of the tile, from any place: what lies beside them must not matter. */
static void check_rows(struct both *b, const struct mln_records *r, uint64_t seed) {
    struct mln_rng rng;
    mln_rng_init(&rng, seed, 3, 0);
    for (uint32_t i = 0; i < r->n_left; i++) {
        const uint32_t from = mln_rng_below(&rng, r->n_right / 2);
        const uint32_t n = 1 + mln_rng_below(&rng, r->n_right - from);
        for (size_t k = 0; k < 2; k++) {
            REQUIRE(mln_row_patterns(&b->fast[k], &b->left, i, &b->right, from, n, 0,
                                     b->patterns[k], NULL) == MLN_OK);
        }
        for (uint32_t j = 0; j < n; j++) {
            check_pattern(b, seed, i, r->n_left + from + j, b->patterns[0][j], b->patterns[1][j]);
        }
        for (uint32_t j = 0; j < r->n_right; j += 3) {
            check_single(b, r, seed, i, j);
        }
    }
}

START_TEST(fast_equals_slow) {
    const char *wanted = getenv("MLN_TEST_SEEDS");
    const uint64_t n_seeds = wanted == NULL ? 60 : strtoull(wanted, NULL, 10);
    for (uint64_t seed = 1; seed <= n_seeds; seed++) {
        struct world w;
        struct both b;
        struct mln_comparison comparisons[N_RANDOM];
        struct mln_level levels[N_RANDOM][MLN_LEVELS_MAX];
        struct mln_rng rng;
        mln_rng_init(&rng, seed, 4, 0);
        world_random(&w, seed, 20, 20 + mln_rng_below(&rng, 80), 4 + mln_rng_below(&rng, 20));
        for (size_t c = 0; c < N_RANDOM; c++) {
            random_ladder(&rng, &comparisons[c], levels[c]);
        }
        const struct mln_link_model model =
            world_model(MLN_LINK_TWO_FILES, comparisons, N_RANDOM, NULL, 0);
        both_make(&b, &model, &w.records);
        check_rows(&b, &w.records, seed);
        both_release(&b);
        world_release(&w);
    }
}
END_TEST

/* ── refusals ── */

static enum mln_status build(const struct world *w, struct mln_comparison *c, size_t n,
                             struct mln_err *err) {
    const struct mln_link_model model = world_model(MLN_LINK_TWO_FILES, c, n, NULL, 0);
    struct mln_ladder *ladder;
    const enum mln_status status = mln_ladder_build(&model, &w->records, 1, &ladder, err);
    ck_assert((status == MLN_OK) == (ladder != NULL));
    mln_ladder_free(ladder);
    return status;
}

START_TEST(refused) {
    static const enum mln_field_type types[] = {MLN_FIELD_TEXT, MLN_FIELD_DATE};
    struct world w;
    struct mln_err err = {0};
    world_init(&w, types, 2, 1, 1);
    world_finish(&w);
    const struct mln_level wrong[] = {LEVEL(JARO, B, .at = .9), PLAIN(ELSE, B)};
    struct mln_comparison c = {
        .name = MLN_STR_LIT("date"), .field = B, .levels = wrong, .n_levels = 2};
    ck_assert_int_eq(build(&w, &c, 1, &err), MLN_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(err.msg, "\"date\", level 1: jaro does not go"));
    const struct mln_level endless[] = {PLAIN(EXACT, A)};
    c.levels = endless;
    c.n_levels = 1;
    ck_assert_int_eq(build(&w, &c, 1, &err), MLN_BAD_INPUT);
    const struct mln_level mixed[] = {LEVEL(SWAPPED, A, .other_field = B), PLAIN(ELSE, A)};
    c.levels = mixed;
    c.n_levels = 2;
    ck_assert_int_eq(build(&w, &c, 1, &err), MLN_BAD_INPUT);
    /* 3^20 > 2^31 */
    const struct mln_level two[] = {PLAIN(EXACT, A), PLAIN(ELSE, A)};
    struct mln_comparison much[20];
    for (size_t i = 0; i < 20; i++) {
        much[i] = (struct mln_comparison){.field = A, .levels = two, .n_levels = 2};
    }
    ck_assert_int_eq(build(&w, much, 20, &err), MLN_BAD_INPUT);
    ck_assert_int_eq(build(&w, much, 19, &err), MLN_OK);
    world_release(&w);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("pairs_ladder");
    TCase *tcase = tcase_create("all");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, texts_by_hand);
    tcase_add_test(tcase, dates_by_hand);
    tcase_add_test(tcase, others_by_hand);
    tcase_add_test(tcase, fast_equals_slow);
    tcase_add_test(tcase, refused);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
