/* Worked examples that others published, with their data and their solutions: what they call unsafe
 * our audits call unsafe, their intervals are our intervals, and our suppressions are no more than
 * theirs. Sources stand beside the numbers. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "protect/audit.h"
#include "protect/hand.h"
#include "protect/intervals.h"
#include "run.h"

static struct mln_arena arena;

static const struct mln_table *must_build(const struct mln_table *tables, size_t n,
                                          const struct mln_protect_context *context,
                                          const struct mln_protect_options *options,
                                          struct mln_system *s) {
    struct mln_err err = {0};
    ck_assert_msg(mln_system_build(&arena, tables, n, context, options, s, &err) == MLN_OK, "%s",
                  err.msg);
    return tables;
}

/* Letter by letter over the cells of a table: '.' shown, else suppressed; 'p' with a need. */
static void hide(struct mln_system *s, size_t table, const char *states, uint64_t need) {
    for (size_t c = 0; states[c] != '\0'; c++) {
        const size_t cell = s->cell_of[table][c];
        if (states[c] == '.' || s->cells[cell].state != MLN_CELL_SHOWN) {
            continue;
        }
        s->cells[cell].need = states[c] == 'p' ? need : 0;
        mln_system_suppress(s, cell, states[c] == 'p' ? MLN_CELL_PRIMARY : MLN_CELL_SECONDARY);
    }
}

static void assert_interval(const struct mln_system *s, size_t table, size_t cell, double low,
                            double high) {
    double below = 0;
    double above = 0;
    const size_t c = s->cell_of[table][cell];
    ck_assert_int_eq(mln_interval_feasible(s, c, &below, &above, NULL), MLN_OK);
    ck_assert_double_eq_tol((double)s->cells[c].count - below, low, 1e-6);
    ck_assert_double_eq_tol((double)s->cells[c].count + above, high, 1e-6);
}

static struct mln_protect_outcome protect(const struct mln_table *tables, size_t n,
                                          const struct mln_protect_context *context,
                                          const struct mln_protect_options *options) {
    struct mln_protected_table *out[4];
    struct mln_protect_outcome outcome;
    struct mln_err err = {0};
    ck_assert_msg(mln_protect_linked(&arena, tables, n, context, options, out, &outcome, &err) ==
                      MLN_OK,
                  "%s", err.msg);
    ck_assert_uint_eq(outcome.n_proven, outcome.n_primary);
    return outcome;
}

/* ── Statistics Norway, GaussSuppression, vignette "Linked table suppression" ──
 * A three-way table and a two-way one whose areas nest in the other's: age × eu × year, geo × year.
 * maxN = 2, required width of intervals 4 (rangeMin), zeros shown.                              */

static const char *const ages[] = {"old", "young", "TOTAL"};
static const char *const eus[] = {"EU", "nonEU", "TOTAL"};
static const char *const years[] = {"2014", "2015", "2016", "TOTAL"};
static const char *const geos[] = {"Iceland", "Portugal", "Spain", "TOTAL"};
static const char *const geo_parents[] = {"nonEU", "EU", "EU"};
static const struct mln_hierarchy geo_in_eu = {"geo", "eu", 3, geos, geo_parents};

static void norwegian(struct mln_table two[2]) {
    const struct mln_dimension three[] = {hand_dimension("age", ages, 3, true),
                                          hand_dimension("eu", eus, 3, true),
                                          hand_dimension("year", years, 4, true)};
    static const uint64_t by_age[] = {10, 7, 0, 17, 0, 0, 0, 0,  10, 7, 0,  17,  /* old */
                                      6,  0, 9, 15, 8, 2, 2, 12, 14, 2, 11, 27,  /* young */
                                      16, 7, 9, 32, 8, 2, 2, 12, 24, 9, 11, 44}; /* TOTAL */
    const struct mln_dimension pair[] = {hand_dimension("geo", geos, 4, true),
                                         hand_dimension("year", years, 4, true)};
    static const uint64_t by_geo[] = {8, 2, 2, 12, 1, 3, 2, 6, 15, 4, 7, 26, 24, 9, 11, 44};
    two[0] = hand_table(&arena, three, 3, by_age);
    two[1] = hand_table(&arena, pair, 2, by_geo);
}

START_TEST(norwegian_linked_tables) {
    struct mln_table two[2];
    norwegian(two);
    const struct mln_protect_context context = {.n_hierarchies = 1, .hierarchies = &geo_in_eu};
    const struct mln_protect_options options = {
        .threshold = 3, .threshold_detail = 3, .interval_width = 4};
    struct mln_system s;
    must_build(two, 2, &context, &options, &s);
    /* Their Table 4: intervals [0, 4] and [0, 6]. Before Portugal and Spain 2015 went, Portugal was
     * [0, 3]: columns lo_1, up_1. */
    hide(&s, 0,
         "............"
         ".....pp..ps."
         ".....pp..ss.",
         4);
    hide(&s, 1, ".pp.p.p.s.s..ss.", 4);
    assert_interval(&s, 1, 4, 0, 3);
    assert_interval(&s, 1, 6, 0, 3);
    hide(&s, 1, ".....s...s......", 4);
    assert_interval(&s, 1, 4, 0, 6);
    assert_interval(&s, 1, 6, 0, 6);
    assert_interval(&s, 1, 1, 0, 4);
    assert_interval(&s, 1, 2, 0, 4);
    for (size_t c = 17; c <= 18; c++) { /* young, nonEU */
        assert_interval(&s, 0, c, 0, 4);
    }
    /* Theirs: 7 secondary cells in all (9, 11, 11, 15, 7, 3, 4). */
    const struct mln_protect_outcome o = protect(two, 2, &context, &options);
    ck_assert_uint_eq(o.n_primary, 9);
    ck_assert_uint_le(o.n_secondary, 7);
}
END_TEST

/* The same vignette, Table 2: with the tables protected so that common cells agree, "Spain-2015 can
 * be derived from EU-2015 and Portugal-2015". */
START_TEST(norwegian_consistent_is_not_enough) {
    struct mln_table two[2];
    norwegian(two);
    const struct mln_protect_context context = {.n_hierarchies = 1, .hierarchies = &geo_in_eu};
    const struct mln_protect_options options = {.threshold = 3, .threshold_detail = 3};
    struct mln_system s;
    must_build(two, 2, &context, &options, &s);
    hide(&s, 0,
         "............"
         ".....pp..ps."
         ".....pp..ss.",
         1);
    hide(&s, 1, ".pp.p.p.sss..ss.", 1); /* Spain 2014, 2015, 2016 */
    bool *given_away = MLN_ARENA_NEW(&arena, bool, s.n_cells + 1);
    ck_assert_int_eq(mln_audit(&s, given_away, NULL), MLN_OK);
    for (size_t c = 0; c < two[1].n_cells; c++) {
        ck_assert(given_away[s.cell_of[1][c]] == (c == 9));
    }
}
END_TEST

/* ── Statistics Norway, GaussSuppression, vignette "Small count frequency table suppression" ──
 * age × geo with the nested eu, maxN = 4, protectZeros = FALSE (their Table 4): 6 primary cells and
 * 4 secondary (11, 10, 5, 5), against exact disclosure. */
START_TEST(norwegian_hierarchy) {
    const struct mln_dimension inner[] = {hand_dimension("age", ages, 3, true),
                                          hand_dimension("geo", geos, 4, true)};
    const struct mln_dimension outer[] = {hand_dimension("age", ages, 3, true),
                                          hand_dimension("eu", eus, 3, true)};
    static const uint64_t by_geo[] = {3, 4, 6, 13, 2, 0, 5, 7, 5, 4, 11, 20};
    static const uint64_t by_eu[] = {10, 3, 13, 5, 2, 7, 15, 5, 20};
    const struct mln_table two[2] = {hand_table(&arena, inner, 2, by_geo),
                                     hand_table(&arena, outer, 2, by_eu)};
    const struct mln_protect_context context = {.n_hierarchies = 1, .hierarchies = &geo_in_eu};
    struct mln_protect_options options = {
        .threshold = 5, .threshold_detail = 5, .interval_width = 1};
    const struct mln_protect_outcome o = protect(two, 2, &context, &options);
    ck_assert_uint_eq(o.n_primary, 6);
    ck_assert_uint_le(o.n_secondary, 4);
    options.interval_width = 0; /* as wide as k: their pattern leaves less */
    ck_assert_uint_eq(protect(two, 2, &context, &options).n_primary, 6);
}
END_TEST

/* ── sdcTable, tests/testthat/test-simpleheuristic.R ──
 * "problem due to constraints, we can compute w|b: rows 1+2 = 236, columns 1+2 (a, c): 189", hence
 * 47. Lines see nothing; the elimination does. (The totals of a and c stand there with two digits
 * swapped, 1021 and 770; here as their parts add up.) */
START_TEST(sdctable_bridge) {
    static const char *const v1[] = {"w", "x", "y", "z", "tot"};
    static const char *const v2[] = {"a", "b", "c", "d", "tot"};
    const struct mln_dimension d[] = {hand_dimension("v1", v1, 5, true),
                                      hand_dimension("v2", v2, 5, true)};
    static const uint64_t counts[] = {30,  47,   64,   89,   230, 90,  124, 5,   31,
                                      250, 92,   100,  59,   85,  336, 800, 991, 651,
                                      685, 3127, 1012, 1262, 779, 890, 3943};
    const struct mln_table t = hand_table(&arena, d, 2, counts);
    const struct mln_protect_options options = {.threshold = 5, .threshold_detail = 5};
    struct mln_system s;
    must_build(&t, 1, NULL, &options, &s);
    hide(&s, 0, "sss..s.s...s.s..s.s......", 0);
    bool *given_away = MLN_ARENA_NEW(&arena, bool, s.n_cells + 1);
    ck_assert_int_eq(mln_audit(&s, given_away, NULL), MLN_OK);
    for (size_t c = 0; c < 25; c++) {
        ck_assert(given_away[s.cell_of[0][c]] == (c == 1));
    }
    double below = -1;
    double above = -1;
    ck_assert_int_eq(mln_interval_feasible(&s, s.cell_of[0][1], &below, &above, NULL), MLN_OK);
    ck_assert_double_eq_tol(below + above, 0, 1e-6);
}
END_TEST

/* ── sdcTools/UserSupport issue 136, "sdcTable::protectLinkedTables can be unsafe" ──
 * Regions under counties and, not nested, under sizes. small less county-1 is K + N, county-2 less
 * BIG as well: what iterating over the tables does not see. */
START_TEST(usersupport_136) {
    static const char *const regions[] = {"A", "B", "I", "J", "K", "L", "M", "N", "TOTAL"};
    static const char *const counties[] = {"county-1", "county-2", "TOTAL"};
    static const char *const sizes[] = {"BIG", "small", "TOTAL"};
    static const char *const county_of[] = {"county-1", "county-1", "county-1", "county-1",
                                            "county-2", "county-2", "county-2", "county-2"};
    static const char *const size_of[] = {"small", "small", "small", "small",
                                          "small", "BIG",   "BIG",   "small"};
    static const uint64_t n[] = {2, 2, 8, 8, 3, 3, 3, 7, 36};
    static const uint64_t by_county[] = {20, 16, 36};
    static const uint64_t by_size[] = {6, 30, 36};
    const struct mln_hierarchy h[] = {{"region", "county", 8, regions, county_of},
                                      {"region", "size", 8, regions, size_of}};
    const struct mln_dimension d[] = {hand_dimension("region", regions, 9, true),
                                      hand_dimension("county", counties, 3, true),
                                      hand_dimension("size", sizes, 3, true)};
    const struct mln_table three[] = {hand_table(&arena, &d[0], 1, n),
                                      hand_table(&arena, &d[1], 1, by_county),
                                      hand_table(&arena, &d[2], 1, by_size)};
    const struct mln_protect_context context = {.n_hierarchies = 2, .hierarchies = h};
    const struct mln_protect_options options = {.threshold = 4, .threshold_detail = 4};
    struct mln_system s;
    must_build(three, 3, &context, &options, &s);
    /* A, B in county-1; K, L, M and N: within each county and each size two or more are hidden; yet
     * L + M = 6 is a total, K + N = 10: nothing is determined, and K, N are in [0, 10]. With N
     * shown K is. */
    hide(&s, 0, "pp..pppp.", 4);
    assert_interval(&s, 0, 4, 0, 10);
    assert_interval(&s, 0, 5, 0, 6);
    mln_system_show(&s, s.cell_of[0][7]);
    assert_interval(&s, 0, 4, 3, 3);
    const struct mln_protect_outcome o = protect(three, 3, &context, &options);
    ck_assert_uint_eq(o.n_primary, 5);
    ck_assert_uint_ge(o.n_secondary, 1);
    ck_assert_uint_le(o.n_secondary, 2);
}
END_TEST

static void open_arena(void) {
    arena = MLN_ARENA_INIT;
}
static void close_arena(void) {
    mln_arena_release(&arena);
}

int main(void) {
    Suite *suite = suite_create("published");
    TCase *tc = tcase_create("published");
    tcase_add_checked_fixture(tc, open_arena, close_arena);
    tcase_add_test(tc, norwegian_linked_tables);
    tcase_add_test(tc, norwegian_consistent_is_not_enough);
    tcase_add_test(tc, norwegian_hierarchy);
    tcase_add_test(tc, sdctable_bridge);
    tcase_add_test(tc, usersupport_136);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
