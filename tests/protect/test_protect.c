/* Suppression: worked by hand, against a slow oracle, and its properties. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "protect/hand.h"

static const char *const letters[] = {"a", "b", "c", "d", "e", "f"};
static const char *const with_total[][6] = {{"a", "TOTAL"},
                                            {"a", "b", "TOTAL"},
                                            {"a", "b", "c", "TOTAL"},
                                            {"a", "b", "c", "d", "TOTAL"},
                                            {"a", "b", "c", "d", "e", "TOTAL"}};
static const struct mln_protect_options five = {
    .threshold = 5, .threshold_detail = 11, .quantile_threshold = 11, .share_decimals = 1};

static struct mln_arena arena;

static void open_arena(void) {
    arena = MLN_ARENA_INIT;
}

static void close_arena(void) {
    mln_arena_release(&arena);
}

static struct mln_protected_table *protect(const struct mln_table *t,
                                           const struct mln_protect_options *options) {
    struct mln_err err = {0};
    struct mln_protected_table *p = NULL;
    ck_assert_msg(mln_protect(&arena, t, options, &p, &err) == MLN_OK, "%s", err.msg);
    return p;
}

/* n parts and their TOTAL. */
static struct mln_table one_line(const uint64_t *counts, size_t n) {
    const struct mln_dimension d = hand_dimension("x", with_total[n - 1], n + 1, true);
    return hand_table(&arena, &d, 1, counts);
}

/* rows × columns with their margins, from the inner counts. */
static struct mln_table two_ways(const uint64_t *inner, size_t rows, size_t columns) {
    const struct mln_dimension d[2] = {
        hand_dimension("x", with_total[rows - 1], rows + 1, true),
        hand_dimension("y", with_total[columns - 1], columns + 1, true)};
    uint64_t counts[36] = {0};
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < columns; c++) {
            const uint64_t v = inner[r * columns + c];
            counts[r * (columns + 1) + c] = v;
            counts[r * (columns + 1) + columns] += v;
            counts[rows * (columns + 1) + c] += v;
            counts[rows * (columns + 1) + columns] += v;
        }
    }
    return hand_table(&arena, d, 2, counts);
}

/* One letter a cell: . shown, p primary, s secondary. */
static void assert_states(const struct mln_protected_table *p, const char *want) {
    char got[64] = {0};
    const size_t n = mln_protected_frame(p)->n_cells;
    ck_assert_uint_lt(n, sizeof got);
    for (size_t c = 0; c < n; c++) {
        got[c] = ".ps"[mln_protected_state(p, c)];
    }
    ck_assert_str_eq(got, want);
}

/* ── by hand ── */

START_TEST(lines) {
    /* Of a row of two, the other goes too; a zero is not a hiding place when there is better; two
     * cells that are 4 together hide nothing when k is 5; a total of 1..4 is primary itself. */
    static const struct {
        size_t n;
        uint64_t counts[5];
        const char *states;
    } cases[] = {
        {2, {3, 40, 43}, "ps."},          {2, {5, 40, 45}, "..."},
        {2, {0, 40, 40}, "..."},          {3, {3, 0, 40, 43}, "p.s."},
        {3, {3, 50, 40, 93}, "p.s."},     {3, {3, 4, 40, 47}, "pp.."},
        {4, {2, 2, 40, 50, 94}, "pps.."}, {3, {4, 0, 0, 4}, "p..p"},
        {3, {1, 1, 1, 3}, "pppp"},        {2, {4, 1, 5}, "pp."},
        {3, {0, 0, 0, 0}, "...."},        {4, {3, 9, 9, 9, 30}, "ps..."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct mln_table t = one_line(cases[i].counts, cases[i].n);
        assert_states(protect(&t, &five), cases[i].states);
    }
}
END_TEST

START_TEST(a_detail_table_has_its_threshold) {
    const uint64_t counts[] = {8, 20, 30, 58};
    struct mln_table t = one_line(counts, 3);
    assert_states(protect(&t, &five), "....");
    t.detail = true;
    assert_states(protect(&t, &five), "ps..");
    const struct mln_protect_options none = {.threshold = 0, .threshold_detail = 1};
    assert_states(protect(&t, &none), "....");
}
END_TEST

START_TEST(two_ways_close_on_themselves) {
    /*        a   b   c    3 is primary; its row takes the 20, its column the 30, and their rows
     *   a    3  20  50    and columns meet in the 40: a rectangle, nothing more. */
    const uint64_t inner[] = {3, 20, 50, 30, 40, 60, 70, 80, 90};
    const struct mln_table t = two_ways(inner, 3, 3);
    assert_states(protect(&t, &five), "ps..ss..........");
}
END_TEST

START_TEST(the_total_goes_when_it_is_the_least) {
    /*        a   b | T     4 alone with its margins: T of row a and of column a are 4 too, hence
     *   a    4   0 | 4     primary. The three are one unknown x; were 54 shown, 54 - 50 = x.
     * Without b    0  50 | 50    it the grand total is 50 + x, and x could be anything: one cell
     * does. */
    const uint64_t inner[] = {4, 0, 0, 50};
    const struct mln_table t = two_ways(inner, 2, 2);
    assert_states(protect(&t, &five), "p.p...p.s");
}
END_TEST

START_TEST(a_bridge_between_closed_groups_is_seen) {
    /* Every row and column has two or three suppressed cells, yet b·c = rows a and b less columns
     * a and b: only the audit sees it. */
    const uint64_t inner[] = {4, 4, 90, 91, 4, 4, 4, 92, 93, 94, 4, 4, 95, 96, 4, 4};
    const struct mln_table t = two_ways(inner, 4, 4);
    const struct mln_protect_summary s = mln_protected_summary(protect(&t, &five));
    ck_assert_uint_eq(s.primary, 9);
    ck_assert_uint_gt(s.secondary, 0);
    ck_assert_uint_eq(s.cells, 25);
}
END_TEST

START_TEST(a_drop_of_a_funnel_is_a_cell) {
    /* 1000 → 998: two were lost, which everybody can subtract. 998 → 500 is no secret. */
    static const char *const one_unit[] = {"victims", "victims_a", "victims_b", "victims_c"};
    const struct mln_dimension d = hand_dimension("etape", one_unit, 4, false);
    const uint64_t counts[] = {1000, 998, 500, 500};
    struct mln_table t = hand_table(&arena, &d, 1, counts);
    assert_states(protect(&t, &five), "....");
    t.view = MLN_VIEW_FUNNEL;
    assert_states(protect(&t, &five), ".s..");
    t.dimensions[0].codes = letters; /* of four units: no difference means anything */
    assert_states(protect(&t, &five), "....");
}
END_TEST

START_TEST(rounding_and_shares) {
    /* Base 5, a half up: 12 → 10, 13 → 15, 25 → 25. Shares are of the published counts: 10/25. */
    const uint64_t counts[] = {12, 13, 25};
    struct mln_table t = one_line(counts, 2);
    hand_add_share(&arena, &t, 0);
    struct mln_protect_options options = five;
    options.rounding_base = 5;
    const struct mln_protected_table *p = protect(&t, &options);
    const uint64_t want[] = {10, 15, 25};
    const double shares[] = {40, 60, 100};
    for (size_t c = 0; c < 3; c++) {
        uint64_t n = 0;
        double share = NAN;
        ck_assert(mln_protected_count(p, c, &n));
        ck_assert_uint_eq(n, want[c]);
        ck_assert(mln_protected_measure(p, 0, c, &share));
        ck_assert_double_eq(share, shares[c]);
    }
    /* Without rounding, to one decimal: 12/25 = 48; 2/3 of 99 → 66.7 (a half up at 0.05). */
    const uint64_t thirds[] = {66, 33, 99};
    t = one_line(thirds, 2);
    hand_add_share(&arena, &t, 0);
    p = protect(&t, &five);
    double share = NAN;
    ck_assert(mln_protected_measure(p, 0, 0, &share));
    ck_assert_double_eq(share, 66.7);
    const uint64_t half[] = {1201, 198799, 200000}; /* 0.6005 % */
    t = one_line(half, 2);
    hand_add_share(&arena, &t, 0);
    options = five;
    options.share_decimals = 3;
    p = protect(&t, &options);
    ck_assert(mln_protected_measure(p, 0, 0, &share));
    ck_assert_double_eq(share, 0.601);
}
END_TEST

START_TEST(a_share_needs_both_counts) {
    const uint64_t counts[] = {3, 40, 0, 43};
    struct mln_table t = one_line(counts, 3);
    hand_add_share(&arena, &t, 0);
    const struct mln_protected_table *p = protect(&t, &five);
    double share = 0;
    ck_assert(!mln_protected_measure(p, 0, 0, &share));
    ck_assert_double_eq(share, 0);
    ck_assert(!mln_protected_measure(p, 0, 1, &share));
    ck_assert(mln_protected_measure(p, 0, 2, &share));
    ck_assert_double_eq(share, 0);
    ck_assert(mln_protected_measure(p, 0, 3, &share));
    ck_assert_double_eq(share, 100);
    ck_assert_int_eq(mln_protected_value_state(p, 0, 0), MLN_VALUE_SECRET);
    const uint64_t nothing[] = {0, 0, 0};
    t = one_line(nothing, 2);
    hand_add_share(&arena, &t, 0);
    p = protect(&t, &five);
    ck_assert_int_eq(mln_protected_value_state(p, 0, 0), MLN_VALUE_UNDEFINED);
}
END_TEST

START_TEST(a_quantile_needs_its_observations) {
    const uint64_t counts[] = {3, 40, 100, 50, 193};
    struct mln_table t = one_line(counts, 4);
    double values[] = {7, 8, 9, NAN, 10};
    uint64_t n[] = {3, 30, 10, 0, 43};
    struct mln_measure m = {.kind = MLN_MEASURE_QUANTILE,
                            .name = "mediane_jours",
                            .label_fr = "Médiane",
                            .label_en = "Median",
                            .values = values,
                            .n = n};
    t.measures = &m;
    t.n_measures = 1;
    const struct mln_protected_table *p = protect(&t, &five);
    assert_states(p, "ps...");
    static const enum mln_value_state want[] = {
        MLN_VALUE_SECRET, MLN_VALUE_SECRET, MLN_VALUE_SECRET, MLN_VALUE_UNDEFINED, MLN_VALUE_SHOWN};
    for (size_t c = 0; c < 5; c++) {
        ck_assert_int_eq(mln_protected_value_state(p, 0, c), want[c]);
    }
    double value = 0;
    ck_assert(mln_protected_measure(p, 0, 4, &value));
    ck_assert_double_eq(value, 10);
    const struct mln_table *frame = mln_protected_frame(p);
    ck_assert(frame->counts == NULL && frame->measures[0].values == NULL &&
              frame->measures[0].n == NULL);
}
END_TEST

/* A probability tells a count of its TOTAL: it leaves as a multiple of five units of 253. Of the
 * cell whose count is suppressed nothing is told, nor where fewer than 11 were seen, nor of a TOTAL
 * below five. */
START_TEST(a_probability_is_no_more_precise_than_a_count) {
    const uint64_t counts[] = {3, 40, 100, 50, 60, 253};
    struct mln_table t = one_line(counts, 5);
    double values[] = {2, 2, 8.3, 1, NAN, 2};
    uint64_t n[] = {193, 193, 193, 10, 193, 193};
    struct mln_measure m = {.kind = MLN_MEASURE_PROBABILITY,
                            .name = "a_365_jours",
                            .label_fr = "À 365 jours",
                            .label_en = "Within 365 days",
                            .share_of = 0,
                            .values = values,
                            .n = n};
    t.measures = &m;
    t.n_measures = 1;
    struct mln_protect_options o = five;
    o.rounding_base = 1;
    const struct mln_protected_table *p = protect(&t, &o);
    static const enum mln_value_state want[] = {MLN_VALUE_SECRET,    MLN_VALUE_SECRET,
                                                MLN_VALUE_SHOWN,     MLN_VALUE_SECRET,
                                                MLN_VALUE_UNDEFINED, MLN_VALUE_SHOWN};
    assert_states(p, "ps....");
    for (size_t c = 0; c < 6; c++) {
        ck_assert_int_eq(mln_protected_value_state(p, 0, c), want[c]);
    }
    double value = 0; /* 8.3 % of 253 are 20.999: 20, 7.905…; 2 % are 5.06: 5, 1.976… */
    ck_assert(mln_protected_measure(p, 0, 2, &value));
    ck_assert_double_eq(value, 7.9);
    ck_assert(mln_protected_measure(p, 0, 5, &value));
    ck_assert_double_eq(value, 2);
    const uint64_t few[] = {0, 0, 0, 0, 0, 0};
    t = one_line(few, 5);
    t.measures = &m;
    t.n_measures = 1;
    p = protect(&t, &o);
    ck_assert_int_eq(mln_protected_value_state(p, 0, 2), MLN_VALUE_SECRET);
    values[2] = 100.5;
    ck_assert_int_eq(mln_table_check(&t, NULL), MLN_INTERNAL);
}
END_TEST

/*          linked  unlinked      30 of 100 against 5 of 20: 0.30 - 0.25 over
 *     a        30         5      sqrt((0.30 × 0.70 + 0.25 × 0.75) / 2) = 0.4458: 11.2 %
 *     b        70        15      the same the other way
 * With 2 unlinked of a, that cell is hidden and nothing is said. */
START_TEST(a_standardised_difference_is_made_of_published_counts) {
    const uint64_t inner[] = {30, 5, 70, 15}, small[] = {30, 2, 70, 15}, nobody[] = {30, 0, 70, 0};
    struct mln_table t = two_ways(inner, 2, 2);
    struct mln_measure m = {.kind = MLN_MEASURE_STD_DIFF,
                            .name = "ecart",
                            .label_fr = "Écart",
                            .label_en = "Difference",
                            .share_of = 1};
    t.measures = &m;
    t.n_measures = 1;
    const struct mln_protected_table *p = protect(&t, &five);
    double value = 0;
    for (size_t c = 0; c < 9; c++) {
        ck_assert_int_eq(mln_protected_value_state(p, 0, c),
                         c == 2 || c == 5 ? MLN_VALUE_SHOWN : MLN_VALUE_UNDEFINED);
    }
    ck_assert(mln_protected_measure(p, 0, 2, &value));
    ck_assert_double_eq(value, 11.2);
    ck_assert(mln_protected_measure(p, 0, 5, &value));
    ck_assert_double_eq(value, -11.2);
    t = two_ways(small, 2, 2);
    t.measures = &m;
    t.n_measures = 1;
    p = protect(&t, &five);
    ck_assert_int_eq(mln_protected_value_state(p, 0, 2), MLN_VALUE_SECRET);
    t = two_ways(nobody, 2, 2);
    t.measures = &m;
    t.n_measures = 1;
    p = protect(&t, &five);
    ck_assert_int_eq(mln_protected_value_state(p, 0, 2), MLN_VALUE_UNDEFINED);
    /* across the first dimension: between rows a and b */
    m.share_of = 0;
    t = two_ways(inner, 2, 2);
    t.measures = &m;
    t.n_measures = 1;
    p = protect(&t, &five);
    ck_assert_int_eq(mln_protected_value_state(p, 0, 6), MLN_VALUE_SHOWN); /* TOTAL × linked */
    ck_assert_int_eq(mln_protected_value_state(p, 0, 2), MLN_VALUE_UNDEFINED);
    const uint64_t line[] = {30, 40, 70};
    t = one_line(line, 2);
    t.measures = &m;
    t.n_measures = 1;
    ck_assert_int_eq(mln_table_check(&t, NULL), MLN_INTERNAL); /* nothing to differ by */
}
END_TEST

START_TEST(tables_are_protected_together) {
    /* By x: 3 is primary, so 20 goes with it. By y and x, the same margin: the cells of the margin
     * are suppressed there too, and inside it their columns must not give them back. */
    const uint64_t one[] = {3, 20, 60, 83};
    const uint64_t inner[] = {0, 8, 25, 3, 12, 35};
    struct mln_table both[2] = {one_line(one, 3), two_ways(inner, 2, 3)};
    both[1].dimensions[1].name = "x";
    both[1].dimensions[0].name = "y";
    struct mln_protected_table *p[2];
    ck_assert_int_eq(mln_protect_all(&arena, both, 2, &five, p, NULL), MLN_OK);
    assert_states(p[0], "ps..");
    /* y·x: column a has 0 and 3: 3 is primary as well; its row takes the 12 of b. Column a: {3, its
     * margin 3}; column b: {12, its margin 20}. Nothing else. */
    assert_states(p[1], "....ps..ps..");
}
END_TEST

START_TEST(the_same_rows_under_another_name_are_the_same_cells) {
    /* Victims by link, and linked victims by outcome: {lie = 1} is the TOTAL of the second. In the
     * first 3 is primary and takes the 40 with it; were the TOTAL 40 shown, it would give 3 = 43
     * - 40. */
    static const char *const link[] = {"0", "1", "TOTAL"};
    static const struct mln_condition linked = {"lie", "1"};
    const uint64_t by_link[] = {3, 40, 43};
    const uint64_t by_outcome[] = {25, 15, 40};
    const struct mln_dimension d = hand_dimension("lie", link, 3, true);
    struct mln_table both[2] = {hand_table(&arena, &d, 1, by_link), one_line(by_outcome, 2)};
    both[1].unit_fr = "victimes liées";
    struct mln_protected_table *p[2];
    ck_assert_int_eq(mln_protect_all(&arena, both, 2, &five, p, NULL), MLN_OK);
    assert_states(p[0], "ps.");
    assert_states(p[1], "..."); /* nobody said what the rows are */
    both[0].population = both[1].population = "victimes";
    both[1].conditions = &linked;
    both[1].n_conditions = 1;
    ck_assert_int_eq(mln_protect_all(&arena, both, 2, &five, p, NULL), MLN_OK);
    assert_states(p[0], "ps.");
    assert_states(p[1], ".ss"); /* 25 and 15 would add up to it: the smaller goes */
}
END_TEST

START_TEST(bad_options_are_refused) {
    const uint64_t counts[] = {3, 40, 43};
    const struct mln_table t = one_line(counts, 2);
    struct mln_protected_table *p = NULL;
    struct mln_err err = {0};
    const struct mln_protect_options decimals = {.share_decimals = 5};
    ck_assert_int_eq(mln_protect(&arena, &t, &decimals, &p, &err), MLN_BAD_INPUT);
    const struct mln_protect_options base = {.rounding_base = 1001};
    ck_assert_int_eq(mln_protect(&arena, &t, &base, &p, &err), MLN_BAD_INPUT);
}
END_TEST

/* ── oracle ── */

enum { MAX_CELLS = 128, MAX_LINES = 256 };

struct equations {
    size_t n_lines;
    double a[MAX_LINES][MAX_CELLS];
};

/* Adds the published equations of one table, columns `cell_of`. */
static void add_equations(struct equations *e, const struct mln_protected_table *p,
                          const size_t *cell_of, const bool *unknown) {
    const struct mln_table *t = mln_protected_frame(p);
    size_t stride = t->n_cells;
    for (size_t d = 0; d < t->n_dimensions; d++) {
        const size_t n = t->dimensions[d].n;
        stride /= n;
        for (size_t c = 0; c < t->n_cells; c++) {
            if (c / stride % n != 0) {
                continue;
            }
            double *row = e->a[e->n_lines++];
            for (size_t i = 0; i < n; i++) {
                const size_t cell = cell_of[c + i * stride];
                row[cell] = !unknown[cell] ? 0 : (ptrdiff_t)i == t->dimensions[d].total ? 1 : -1;
            }
        }
    }
}

/* Gauss-Jordan with partial pivoting, dense: an unknown is determined when a reduced row has it
 * alone. */
static size_t count_determined(struct equations *e, size_t n_cells) {
    size_t rank = 0;
    for (size_t col = 0; col < n_cells && rank < e->n_lines; col++) {
        size_t best = rank;
        for (size_t r = rank; r < e->n_lines; r++) {
            best = fabs(e->a[r][col]) > fabs(e->a[best][col]) ? r : best;
        }
        if (fabs(e->a[best][col]) < 1e-9) {
            continue;
        }
        for (size_t c = 0; c < n_cells; c++) {
            const double swap = e->a[rank][c];
            e->a[rank][c] = e->a[best][c];
            e->a[best][c] = swap;
        }
        const double pivot = e->a[rank][col];
        for (size_t c = 0; c < n_cells; c++) {
            e->a[rank][c] /= pivot;
        }
        for (size_t r = 0; r < e->n_lines; r++) {
            const double factor = r == rank ? 0 : e->a[r][col];
            for (size_t c = 0; fabs(factor) > 1e-12 && c < n_cells; c++) {
                e->a[r][c] -= factor * e->a[rank][c];
            }
        }
        rank++;
    }
    size_t determined = 0;
    for (size_t r = 0; r < rank; r++) {
        size_t nonzero = 0;
        for (size_t c = 0; c < n_cells; c++) {
            nonzero += fabs(e->a[r][c]) > 1e-9;
        }
        determined += nonzero == 1;
    }
    return determined;
}

static uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Mostly small counts and zeros, some large: many suppressions, some bridges. */
static uint64_t random_count(uint64_t *state) {
    switch (next_random(state) % 4) {
    case 0: return 0;
    case 1: return 1 + next_random(state) % 4;
    default: return 5 + next_random(state) % 60;
    }
}

/* A table of 1 to 3 dimensions of 2 to 4 parts, each with a TOTAL. */
static struct mln_table random_table(uint64_t *state) {
    static const char *const names[] = {"x", "y", "z"};
    struct mln_dimension d[3];
    const size_t n_dimensions = 1 + next_random(state) % 3;
    size_t n_cells = 1;
    for (size_t i = 0; i < n_dimensions; i++) {
        const size_t n = 2 + next_random(state) % 3;
        d[i] = hand_dimension(names[i], with_total[n - 1], n + 1, true);
        n_cells *= n + 1;
    }
    uint64_t counts[MAX_CELLS] = {0};
    for (size_t c = 0; c < n_cells; c++) {
        size_t stride = n_cells;
        bool inner = true;
        for (size_t i = 0; i < n_dimensions; i++) {
            stride /= d[i].n;
            inner = inner && c / stride % d[i].n != (size_t)d[i].total;
        }
        counts[c] = inner ? random_count(state) : 0;
    }
    for (size_t i = 0, stride = n_cells; i < n_dimensions; i++) {
        stride /= d[i].n;
        for (size_t c = 0; c < n_cells; c++) {
            if (c / stride % d[i].n == (size_t)d[i].total) {
                for (size_t j = 1; j < d[i].n; j++) {
                    counts[c] += counts[c - j * stride];
                }
            }
        }
    }
    return hand_table(&arena, d, n_dimensions, counts);
}

/* What a shown TOTAL less the shown cells of its line leaves. */
static void assert_no_small_rest(const struct mln_table *t, const struct mln_protected_table *p,
                                 uint64_t k) {
    size_t stride = t->n_cells;
    for (size_t d = 0; d < t->n_dimensions; d++) {
        const size_t n = t->dimensions[d].n;
        stride /= n;
        for (size_t c = 0; c < t->n_cells; c++) {
            const size_t total = c + (n - 1) * stride;
            if (c / stride % n != 0 || mln_protected_state(p, total) != MLN_CELL_SHOWN) {
                continue;
            }
            uint64_t rest = 0;
            size_t hidden = 0;
            for (size_t i = 0; i + 1 < n; i++) {
                if (mln_protected_state(p, c + i * stride) != MLN_CELL_SHOWN) {
                    rest += t->counts[c + i * stride];
                    hidden++;
                }
            }
            ck_assert(hidden == 0 || (hidden >= 2 && rest >= k));
        }
    }
}

START_TEST(no_suppressed_cell_is_determined) {
    static struct equations e;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        uint64_t state = seed * UINT64_C(0x9E3779B97F4A7C15);
        open_arena();
        const struct mln_table t = random_table(&state);
        const struct mln_protected_table *p = protect(&t, &five);
        size_t cell_of[MAX_CELLS];
        bool unknown[MAX_CELLS];
        for (size_t c = 0; c < t.n_cells; c++) {
            cell_of[c] = c;
            unknown[c] = mln_protected_state(p, c) != MLN_CELL_SHOWN;
            const bool small = t.counts[c] >= 1 && t.counts[c] <= 4;
            ck_assert(small == (mln_protected_state(p, c) == MLN_CELL_PRIMARY));
        }
        memset(&e, 0, sizeof e);
        add_equations(&e, p, cell_of, unknown);
        ck_assert_msg(count_determined(&e, t.n_cells) == 0, "seed %llu", (unsigned long long)seed);
        assert_no_small_rest(&t, p, 5);
        close_arena();
    }
    open_arena();
}
END_TEST

/* The table of two of three dimensions: the cells of `cube` where the third is at its TOTAL. */
static struct mln_table face(const struct mln_table *cube, size_t hidden, size_t *cell_of) {
    struct mln_dimension d[2];
    size_t kept[2];
    for (size_t i = 0, n = 0; i < 3; i++) {
        if (i != hidden) {
            kept[n] = i;
            d[n++] = cube->dimensions[i];
        }
    }
    uint64_t counts[MAX_CELLS];
    for (size_t c = 0; c < d[0].n * d[1].n; c++) {
        size_t at[3];
        at[hidden] = (size_t)cube->dimensions[hidden].total;
        at[kept[0]] = c / d[1].n;
        at[kept[1]] = c % d[1].n;
        cell_of[c] = (at[0] * cube->dimensions[1].n + at[1]) * cube->dimensions[2].n + at[2];
        counts[c] = cube->counts[cell_of[c]];
    }
    return hand_table(&arena, d, 2, counts);
}

/* The three faces of a cube, published together: what one hides no other shows, and nothing is
 * determined by the equations of the three. */
START_TEST(linked_tables_do_not_undo_each_other) {
    static struct equations e;
    size_t suppressed = 0;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        uint64_t state = seed * UINT64_C(0xA24BAED4963EE407);
        open_arena();
        struct mln_table cube = random_table(&state);
        while (cube.n_dimensions != 3) {
            cube = random_table(&state);
        }
        size_t cell_of[3][MAX_CELLS];
        struct mln_table faces[3];
        struct mln_protected_table *p[3];
        for (size_t f = 0; f < 3; f++) {
            faces[f] = face(&cube, f, cell_of[f]);
        }
        ck_assert_int_eq(mln_protect_all(&arena, faces, 3, &five, p, NULL), MLN_OK);
        bool unknown[MAX_CELLS] = {false};
        bool known[MAX_CELLS] = {false};
        memset(&e, 0, sizeof e);
        for (size_t f = 0; f < 3; f++) {
            for (size_t c = 0; c < faces[f].n_cells; c++) {
                const bool shown = mln_protected_state(p[f], c) == MLN_CELL_SHOWN;
                (shown ? known : unknown)[cell_of[f][c]] = true;
                suppressed += !shown;
            }
            assert_no_small_rest(&faces[f], p[f], 5);
        }
        for (size_t c = 0; c < cube.n_cells; c++) {
            ck_assert(!(known[c] && unknown[c]));
        }
        for (size_t f = 0; f < 3; f++) {
            add_equations(&e, p[f], cell_of[f], unknown);
        }
        ck_assert_msg(count_determined(&e, cube.n_cells) == 0, "seed %llu",
                      (unsigned long long)seed);
        close_arena();
    }
    ck_assert_uint_gt(suppressed, 500);
    open_arena();
}
END_TEST

/* ── properties ── */

/* The same table with the categories of each dimension, and the dimensions, in another order. */
static struct mln_table permuted(const struct mln_table *t, uint64_t *state, size_t *cell_of) {
    struct mln_dimension d[3];
    size_t old_category[3][6];
    size_t old_dimension[3] = {0, 1, 2};
    for (size_t i = t->n_dimensions; i-- > 1;) {
        const size_t j = next_random(state) % (i + 1);
        const size_t swap = old_dimension[i];
        old_dimension[i] = old_dimension[j];
        old_dimension[j] = swap;
    }
    for (size_t i = 0; i < t->n_dimensions; i++) {
        const struct mln_dimension *old = &t->dimensions[old_dimension[i]];
        const char **codes = MLN_ARENA_NEW(&arena, const char *, old->n);
        ck_assert_ptr_nonnull(codes);
        for (size_t c = 0; c < old->n; c++) {
            old_category[i][c] = c;
        }
        for (size_t c = old->n; c-- > 1;) {
            const size_t j = next_random(state) % (c + 1);
            const size_t swap = old_category[i][c];
            old_category[i][c] = old_category[i][j];
            old_category[i][j] = swap;
        }
        d[i] = *old;
        for (size_t c = 0; c < old->n; c++) {
            codes[c] = old->codes[old_category[i][c]];
            d[i].total = (ptrdiff_t)old_category[i][c] == old->total ? (ptrdiff_t)c : d[i].total;
        }
        d[i].codes = d[i].labels_fr = d[i].labels_en = codes;
    }
    uint64_t counts[MAX_CELLS];
    for (size_t c = 0; c < t->n_cells; c++) {
        size_t at[3] = {0};
        for (size_t i = t->n_dimensions, rest = c; i-- > 0; rest /= d[i].n) {
            at[old_dimension[i]] = old_category[i][rest % d[i].n];
        }
        cell_of[c] = 0;
        for (size_t i = 0; i < t->n_dimensions; i++) {
            cell_of[c] = cell_of[c] * t->dimensions[i].n + at[i];
        }
        counts[c] = t->counts[cell_of[c]];
    }
    return hand_table(&arena, d, t->n_dimensions, counts);
}

START_TEST(order_of_categories_does_not_matter) {
    for (uint64_t seed = 1; seed <= 150; seed++) {
        uint64_t state = seed * UINT64_C(0xD1B54A32D192ED03);
        open_arena();
        size_t cell_of[MAX_CELLS];
        const struct mln_table t = random_table(&state);
        const struct mln_table other = permuted(&t, &state, cell_of);
        const struct mln_protected_table *p = protect(&t, &five);
        const struct mln_protected_table *q = protect(&other, &five);
        for (size_t c = 0; c < t.n_cells; c++) {
            ck_assert_msg(mln_protected_state(q, c) == mln_protected_state(p, cell_of[c]),
                          "seed %llu cell %zu", (unsigned long long)seed, c);
        }
        close_arena();
    }
    open_arena();
}
END_TEST

START_TEST(protected_bytes_go_round) {
    uint64_t state = 42;
    struct mln_table t = random_table(&state);
    hand_add_share(&arena, &t, 0);
    struct mln_protected_table *p = protect(&t, &five);
    struct mln_buf bytes = MLN_BUF_INIT;
    struct mln_buf again = MLN_BUF_INIT;
    ck_assert_int_eq(mln_protected_write(&p, 1, &bytes, NULL), MLN_OK);
    struct mln_protected_table **back = NULL;
    size_t n = 0;
    struct mln_err err = {0};
    ck_assert_msg(mln_protected_read(&arena, mln_buf_view(&bytes), &back, &n, &err) == MLN_OK, "%s",
                  err.msg);
    ck_assert_uint_eq(n, 1);
    ck_assert_int_eq(mln_protected_write(back, 1, &again, NULL), MLN_OK);
    ck_assert_uint_eq(bytes.n, again.n);
    ck_assert_mem_eq(bytes.p, again.p, bytes.n);
    for (size_t cut = 0; cut < bytes.n; cut++) {
        const struct mln_arena_mark mark = mln_arena_mark(&arena);
        ck_assert_int_eq(
            mln_protected_read(&arena, (struct mln_str){bytes.p, cut}, &back, &n, NULL),
            MLN_BAD_INPUT);
        mln_arena_reset(&arena, mark);
    }
    mln_buf_release(&bytes);
    mln_buf_release(&again);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("protect");
    TCase *tc = tcase_create("protect");
    tcase_add_checked_fixture(tc, open_arena, close_arena);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, lines);
    tcase_add_test(tc, a_detail_table_has_its_threshold);
    tcase_add_test(tc, a_standardised_difference_is_made_of_published_counts);
    tcase_add_test(tc, two_ways_close_on_themselves);
    tcase_add_test(tc, the_total_goes_when_it_is_the_least);
    tcase_add_test(tc, a_bridge_between_closed_groups_is_seen);
    tcase_add_test(tc, a_drop_of_a_funnel_is_a_cell);
    tcase_add_test(tc, rounding_and_shares);
    tcase_add_test(tc, a_share_needs_both_counts);
    tcase_add_test(tc, a_quantile_needs_its_observations);
    tcase_add_test(tc, a_probability_is_no_more_precise_than_a_count);
    tcase_add_test(tc, tables_are_protected_together);
    tcase_add_test(tc, the_same_rows_under_another_name_are_the_same_cells);
    tcase_add_test(tc, bad_options_are_refused);
    tcase_add_test(tc, no_suppressed_cell_is_determined);
    tcase_add_test(tc, linked_tables_do_not_undo_each_other);
    tcase_add_test(tc, order_of_categories_does_not_matter);
    tcase_add_test(tc, protected_bytes_go_round);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
