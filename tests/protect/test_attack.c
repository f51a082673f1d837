/* Attackers: one who tries all tables of whole numbers, one who subtracts, one who keeps the last
 * vintage, one who solves the rounded tables; and the rules that answer them. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "protect/hand.h"
#include "protect/intervals.h"
#include "protect/loss.h"
#include "protect/round.h"
#include "run.h"

static const char *const parts[][6] = {{"a", "b", "TOTAL"},
                                       {"a", "b", "c", "TOTAL"},
                                       {"a", "b", "c", "d", "TOTAL"},
                                       {"a", "b", "c", "d", "e", "TOTAL"}};
static const char *const names[] = {"x", "y", "z"};
static const struct mln_protect_options five = {.threshold = 5, .threshold_detail = 11};
static struct mln_arena arena;

static void open_arena(void) {
    arena = MLN_ARENA_INIT;
}
static void close_arena(void) {
    mln_arena_release(&arena);
}

/* Counts at the parts, summed into every TOTAL. */
static struct mln_table cube(const size_t *n, size_t n_dimensions, const uint64_t *inner) {
    struct mln_dimension d[3];
    uint64_t counts[216] = {0};
    size_t n_inner = 1;
    for (size_t i = 0; i < n_dimensions; i++) {
        d[i] = hand_dimension(names[i], parts[n[i] - 2], n[i] + 1, true);
        n_inner *= n[i];
    }
    for (size_t c = 0; c < n_inner; c++) {
        for (unsigned totals = 0; totals < 1u << n_dimensions; totals++) {
            size_t at[3] = {0};
            for (size_t i = n_dimensions, rest = c; i-- > 0; rest /= n[i]) {
                at[i] = (totals >> i & 1u) != 0 ? n[i] : rest % n[i];
            }
            size_t cell = 0;
            for (size_t i = 0; i < n_dimensions; i++) {
                cell = cell * (n[i] + 1) + at[i];
            }
            counts[cell] += inner[c];
        }
    }
    return hand_table(&arena, d, n_dimensions, counts);
}

static struct mln_system build(const struct mln_table *tables, size_t n,
                               const struct mln_protect_context *context,
                               const struct mln_protect_options *options) {
    struct mln_system s;
    struct mln_err err = {0};
    ck_assert_msg(mln_system_build(&arena, tables, n, context, options, &s, &err) == MLN_OK, "%s",
                  err.msg);
    return s;
}

/* ── the attacker who tries all tables of whole numbers ── */

enum { UNKNOWNS_MOST = 64, TRIES_MOST = 3000000 };

struct trial {
    const struct mln_system *s;
    size_t n;
    size_t cells[UNKNOWNS_MOST];
    int64_t low[UNKNOWNS_MOST], high[UNKNOWNS_MOST]; /* moves */
    int64_t *rest;                                   /* per line: Σ of the moves chosen so far */
    size_t *open;                                    /* per line: unknowns not chosen yet */
    size_t tries;
};

static int sign_in(const struct mln_system *s, size_t line, size_t cell) {
    return s->members[s->lines[line].first] == cell ? 1 : -1;
}

static bool place(struct trial *t, size_t i, int64_t move, int way) {
    const struct mln_system *s = t->s;
    const size_t cell = t->cells[i];
    bool fits = true;
    for (size_t at = s->line_start[cell]; at < s->line_start[cell + 1]; at++) {
        const size_t line = s->line_of[at];
        t->rest[line] += way * sign_in(s, line, cell) * move;
        t->open[line] -= (size_t)way;
        fits = fits && (t->open[line] > 0 || t->rest[line] == 0);
    }
    return fits;
}

static bool exists(struct trial *t, size_t i) {
    if (i == t->n) {
        return true;
    }
    for (int64_t move = t->low[i]; move <= t->high[i]; move++) {
        if (++t->tries > TRIES_MOST) {
            return false;
        }
        const bool found = place(t, i, move, 1) && exists(t, i + 1);
        (void)place(t, i, move, -1);
        if (found) {
            return true;
        }
    }
    return false;
}

/* The component of `target`, breadth first from it, so that lines close early. */
static bool set_out(struct trial *t, const struct mln_system *s, size_t target, int64_t box) {
    bool *seen = MLN_ARENA_NEW(&arena, bool, s->n_cells + 1);
    *t = (struct trial){.s = s,
                        .rest = MLN_ARENA_NEW(&arena, int64_t, s->n_lines + 1),
                        .open = MLN_ARENA_NEW(&arena, size_t, s->n_lines + 1)};
    t->cells[t->n++] = target;
    seen[target] = true;
    for (size_t i = 0; i < t->n; i++) {
        const size_t cell = t->cells[i];
        t->low[i] =
            -(int64_t)(s->cells[cell].count < (uint64_t)box ? s->cells[cell].count : (uint64_t)box);
        t->high[i] = box;
        for (size_t at = s->line_start[cell]; at < s->line_start[cell + 1]; at++) {
            const struct mln_line *line = &s->lines[s->line_of[at]];
            t->open[s->line_of[at]]++;
            for (size_t k = 0; k < line->n; k++) {
                const size_t other = s->members[line->first + k];
                if (s->cells[other].state == MLN_CELL_SHOWN || seen[other]) {
                    continue;
                }
                if (t->n == UNKNOWNS_MOST) {
                    return false;
                }
                seen[other] = true;
                t->cells[t->n++] = other;
            }
        }
    }
    return true;
}

/* How far the target can go one way in whole numbers, within the box; SIZE_MAX: gave up. */
static size_t reach(const struct mln_system *s, size_t target, int way, size_t most, int64_t box) {
    for (size_t far = most; far > 0; far--) {
        struct trial t;
        const struct mln_arena_mark mark = mln_arena_mark(&arena);
        if (!set_out(&t, s, target, box)) {
            mln_arena_reset(&arena, mark);
            return SIZE_MAX;
        }
        t.low[0] = t.high[0] = way * (int64_t)far;
        const bool possible = (way > 0 || far <= s->cells[target].count) && exists(&t, 0);
        mln_arena_reset(&arena, mark);
        if (possible) {
            return far;
        }
        if (t.tries > TRIES_MOST) {
            return SIZE_MAX;
        }
    }
    return 0;
}

/* Against the linear programs: hidden parts of a table whose totals are shown, any pattern. In two
 * dimensions vertices are whole, and the interval is the one of all whole tables. */
START_TEST(intervals_are_those_of_all_tables) {
    size_t narrow = 0;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        struct mln_rng rng;
        mln_rng_init(&rng, seed, 1, 0);
        open_arena();
        const size_t n[] = {2 + mln_rng_below(&rng, 2), 2 + mln_rng_below(&rng, 2)};
        uint64_t inner[9];
        for (size_t c = 0; c < 9; c++) {
            inner[c] = mln_rng_below(&rng, 6);
        }
        const struct mln_table t = cube(n, 2, inner);
        struct mln_system s = build(&t, 1, NULL, &five);
        for (size_t c = 0; c < t.n_cells; c++) {
            const bool part = c / (n[1] + 1) < n[0] && c % (n[1] + 1) < n[1];
            if (part && mln_rng_below(&rng, 4) > 0) {
                mln_system_suppress(&s, s.cell_of[0][c], MLN_CELL_SECONDARY);
            }
        }
        for (size_t c = 0; c < s.n_cells; c++) {
            double below = 0;
            double above = 0;
            if (s.cells[c].state == MLN_CELL_SHOWN) {
                continue;
            }
            ck_assert_int_eq(mln_interval_feasible(&s, c, &below, &above, NULL), MLN_OK);
            ck_assert_msg((size_t)lround(above) == reach(&s, c, 1, 20, 20), "seed %llu",
                          (unsigned long long)seed);
            ck_assert_msg((size_t)lround(below) == reach(&s, c, -1, 20, 20), "seed %llu",
                          (unsigned long long)seed);
            narrow += below + above < 5;
        }
        close_arena();
    }
    ck_assert_uint_gt(narrow, 50); /* the test has something to find */
    open_arena();
}
END_TEST

/* Whatever the tables, the attacker who tries all whole tables is left with k values for each
 * primary cell that was said to be proven in whole numbers, and with more than one for all. */
START_TEST(small_counts_keep_their_interval) {
    size_t asked = 0;
    size_t gave_up = 0;
    for (uint64_t seed = 1; seed <= 120; seed++) {
        struct mln_rng rng;
        mln_rng_init(&rng, seed, 2, 0);
        open_arena();
        const size_t n_dimensions = 1 + mln_rng_below(&rng, 3);
        const size_t n[] = {2 + mln_rng_below(&rng, 3), 2 + mln_rng_below(&rng, 3),
                            2 + mln_rng_below(&rng, 2)};
        uint64_t inner[48];
        for (size_t c = 0; c < 48; c++) {
            inner[c] =
                mln_rng_below(&rng, 5) == 0 ? mln_rng_below(&rng, 5) : 5 + mln_rng_below(&rng, 60);
        }
        const struct mln_table t = cube(n, n_dimensions, inner);
        struct mln_system s = build(&t, 1, NULL, &five);
        struct mln_protect_outcome o;
        ck_assert_int_eq(mln_system_protect(&s, &five, &o, NULL), MLN_OK);
        ck_assert_uint_eq(o.n_proven, o.n_primary);
        struct mln_intervals iv;
        ck_assert_int_eq(mln_intervals_init(&arena, &s, &iv, NULL), MLN_OK);
        ck_assert_int_eq(mln_intervals_audit(&s, &iv, NULL), MLN_OK);
        ck_assert_uint_eq(iv.n_narrow, 0);
        for (size_t c = 0; c < s.n_cells; c++) {
            if (iv.width[c] != MLN_WIDTH_WHOLE) {
                continue;
            }
            asked++;
            const size_t down = reach(&s, c, -1, (size_t)s.cells[c].count, 10);
            const size_t up = reach(&s, c, 1, 5, 10);
            if (down == SIZE_MAX || up == SIZE_MAX) {
                gave_up++;
                continue;
            }
            ck_assert_msg(down + up >= 5, "seed %llu", (unsigned long long)seed);
        }
        close_arena();
    }
    ck_assert_uint_gt(asked, 200);
    ck_assert_uint_lt(gave_up, asked / 2);
    open_arena();
}
END_TEST

/* ── the attacker who subtracts ── */

static bool shown(const struct mln_protected_table *p, size_t cell) {
    uint64_t n = 0;
    return mln_protected_count(p, cell, &n);
}

/* All victims by kind, linked victims by kind; nobody publishes the others, but 40 - 38 = 2. */
START_TEST(differences_of_populations) {
    static const struct mln_condition linked = {"lie", "1"};
    static const uint64_t all[] = {100, 40, 60, 200};
    static const uint64_t matched[] = {80, 38, 47, 165};
    const struct mln_dimension d = hand_dimension("genre", parts[1], 4, true);
    struct mln_table two[2] = {hand_table(&arena, &d, 1, all), hand_table(&arena, &d, 1, matched)};
    struct mln_protected_table *p[2];
    struct mln_protect_outcome o;
    two[0].population = two[1].population = "victims";
    ck_assert_int_eq(mln_protect_linked(&arena, two, 2, NULL, &five, p, &o, NULL), MLN_OK);
    ck_assert_uint_eq(o.n_differences, 0); /* the same field twice with other counts: not one set */
    two[1].conditions = &linked;
    two[1].n_conditions = 1;
    ck_assert_int_eq(mln_protect_linked(&arena, two, 2, NULL, &five, p, &o, NULL), MLN_OK);
    ck_assert_uint_eq(o.n_differences, 1);
    ck_assert(!(shown(p[0], 1) && shown(p[1], 1)));
    ck_assert(shown(p[0], 3) && shown(p[1], 3)); /* 35 apart */
    ck_assert_uint_le(o.n_secondary, 2);
}
END_TEST

/* ── the attacker who keeps the last vintage ── */

START_TEST(vintages) {
    static const uint64_t before[] = {20, 30, 41, 91};
    static const uint64_t after[] = {22, 30, 61, 113};
    static const uint8_t states[] = {MLN_CELL_SHOWN, MLN_CELL_SHOWN, MLN_CELL_SHOWN,
                                     MLN_CELL_SHOWN};
    const struct mln_dimension d = hand_dimension("x", parts[1], 4, true);
    const struct mln_past_table past = {hand_table(&arena, &d, 1, before), states};
    const struct mln_table now = hand_table(&arena, &d, 1, after);
    const struct mln_protect_context context = {.n_past = 1, .past = &past};
    struct mln_protected_table *p = NULL;
    struct mln_protect_outcome o;
    ck_assert_int_eq(mln_protect_linked(&arena, &now, 1, &context, &five, &p, &o, NULL), MLN_OK);
    /* 22 - 20 = 2 came: 22 goes, and a second cell with it; 30 is the same cell, out already. */
    ck_assert_uint_eq(o.n_differences, 1);
    ck_assert(!shown(p, 0) && shown(p, 1));
    ck_assert(!shown(p, 2) || !shown(p, 3));
    struct mln_protect_options rounded = five;
    rounded.rounding_base = 5;
    ck_assert_int_eq(mln_protect_linked(&arena, &now, 1, &context, &rounded, &p, &o, NULL), MLN_OK);
    ck_assert_uint_eq(o.n_differences, 0);
    ck_assert(shown(p, 0) && shown(p, 1) && shown(p, 2) && shown(p, 3));
}
END_TEST

/* What was hidden stays hidden: 4 was primary and took 30 along; today 4 alone is no table's cell,
 * yet 30 and the total would give it back. */
START_TEST(hidden_before_stays_hidden) {
    static const uint64_t before[] = {4, 30, 66, 100};
    static const uint64_t after[] = {34, 66, 100};
    static const char *const merged[] = {"b", "c", "TOTAL"};
    static const uint64_t part[] = {30, 66, 96};
    static const uint8_t states[] = {MLN_CELL_PRIMARY, MLN_CELL_SECONDARY, MLN_CELL_SHOWN,
                                     MLN_CELL_SHOWN};
    const struct mln_dimension d = hand_dimension("x", parts[1], 4, true);
    const struct mln_dimension e = hand_dimension("x", merged, 3, true);
    const struct mln_past_table past = {hand_table(&arena, &d, 1, before), states};
    const struct mln_protect_context context = {.n_past = 1, .past = &past};
    struct mln_table now = hand_table(&arena, &e, 1, part);
    struct mln_protected_table *p = NULL;
    (void)after;
    struct mln_protect_outcome o;
    ck_assert_int_eq(mln_protect_linked(&arena, &now, 1, &context, &five, &p, &o, NULL), MLN_OK);
    ck_assert(!shown(p, 0)); /* 100 - 66 - 30 = 4 */
    ck_assert(shown(p, 1));
    ck_assert(!shown(p, 2)); /* 96 - 66 = 30 */
}
END_TEST

/* ── rules ── */

START_TEST(a_whole_row_in_one_category) {
    /*        a   b   c | T     everyone of the first row is in c: whoever knows one of the 12 knows
     *   a    0   0  12 | 12    her category. 12 goes, a zero hides it, and the second row balances
     *   b    9  10  11 | 30    them. Without the rule all is shown. */
    const size_t n[] = {2, 3};
    static const uint64_t inner[] = {0, 0, 12, 9, 10, 11};
    static const char *const sensitive[] = {"y"};
    const struct mln_table t = cube(n, 2, inner);
    const struct mln_protect_context context = {.n_sensitive = 1, .sensitive = sensitive};
    struct mln_protected_table *p = NULL;
    struct mln_protect_outcome o;
    ck_assert_int_eq(mln_protect_linked(&arena, &t, 1, NULL, &five, &p, &o, NULL), MLN_OK);
    ck_assert_uint_eq(o.n_primary + o.n_secondary, 0);
    ck_assert_int_eq(mln_protect_linked(&arena, &t, 1, &context, &five, &p, &o, NULL), MLN_OK);
    ck_assert_uint_eq(o.n_groups, 1);
    ck_assert_int_eq(mln_protected_state(p, 2), MLN_CELL_PRIMARY);
    ck_assert(shown(p, 3)); /* 12 people: no secret */
    ck_assert(!shown(p, 0) || !shown(p, 1));
    ck_assert_uint_eq(o.n_secondary, 3);
    ck_assert_uint_eq(o.n_proven, 1);
}
END_TEST

START_TEST(zeros_can_be_primary) {
    static const size_t n[] = {2, 2};
    static const uint64_t inner[] = {0, 20, 30, 40};
    const struct mln_table t = cube(n, 2, inner);
    struct mln_protect_options options = five;
    struct mln_protected_table *p = NULL;
    ck_assert_int_eq(mln_protect(&arena, &t, &options, &p, NULL), MLN_OK);
    ck_assert(shown(p, 0));
    options.protect_zeros = true;
    ck_assert_int_eq(mln_protect(&arena, &t, &options, &p, NULL), MLN_OK);
    ck_assert_int_eq(mln_protected_state(p, 0), MLN_CELL_PRIMARY);
    ck_assert_int_eq(mln_protected_state(p, 4), MLN_CELL_SECONDARY);
    static const uint64_t empty_row[] = {0, 0, 30, 40}; /* under a total of 0: known */
    const struct mln_table u = cube(n, 2, empty_row);
    ck_assert_int_eq(mln_protect(&arena, &u, &options, &p, NULL), MLN_OK);
    ck_assert(shown(p, 0) && shown(p, 1) && shown(p, 2));
}
END_TEST

/* Everybody knows that between 2 and 6 are in the cell: no suppression leaves five values more. */
START_TEST(public_bounds) {
    static const uint64_t counts[] = {3, 20, 30, 53};
    const struct mln_dimension d = hand_dimension("x", parts[1], 4, true);
    const struct mln_table t = hand_table(&arena, &d, 1, counts);
    struct mln_known_bounds known = {.table = 0, .cell = 0, .least = 0, .most = 8};
    const struct mln_protect_context context = {.n_known = 1, .known = &known};
    struct mln_protected_table *p = NULL;
    struct mln_err err = {0};
    ck_assert_int_eq(mln_protect_linked(&arena, &t, 1, &context, &five, &p, NULL, &err), MLN_OK);
    known.least = 2;
    known.most = 6;
    ck_assert_int_eq(mln_protect_linked(&arena, &t, 1, &context, &five, &p, NULL, &err),
                     MLN_CHECK_FAILED);
    ck_assert_uint_gt(strlen(err.msg), 20);
    known.least = 4; /* not what the table says */
    ck_assert_int_eq(mln_protect_linked(&arena, &t, 1, &context, &five, &p, NULL, &err),
                     MLN_BAD_INPUT);
}
END_TEST

/* Tables, hierarchies and their pairs in another order: the same cells are hidden. */
START_TEST(order_does_not_matter) {
    static const char *const courts[] = {"t1", "t2", "t3", "t4", "TOTAL"};
    static const char *const appeal[] = {"c1", "c2", "TOTAL"};
    static const char *const appeal_of[] = {"c1", "c1", "c2", "c2"};
    static const char *const courts_back[] = {"t4", "t3", "t2", "t1"};
    static const char *const appeal_of_back[] = {"c2", "c2", "c1", "c1"};
    static const char *const sexes[] = {"F", "M", "TOTAL"};
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct mln_rng rng;
        mln_rng_init(&rng, seed, 3, 0);
        open_arena();
        uint64_t by_court[15] = {0};
        uint64_t by_appeal[9] = {0};
        for (size_t c = 0; c < 4; c++) {
            for (size_t x = 0; x < 2; x++) {
                const uint64_t v =
                    mln_rng_below(&rng, 3) == 0 ? mln_rng_below(&rng, 5) : mln_rng_below(&rng, 60);
                by_court[c * 3 + x] = v;
                const size_t up = c / 2;
                for (unsigned i = 0; i < 4; i++) {
                    const size_t col = (i & 1u) != 0 ? 2 : x;
                    by_court[((i & 2u) != 0 ? 4 : c) * 3 + col] += i == 0 ? 0 : v;
                    by_appeal[((i & 2u) != 0 ? 2 : up) * 3 + col] += v;
                }
            }
        }
        const struct mln_dimension d[] = {hand_dimension("court", courts, 5, true),
                                          hand_dimension("sexe", sexes, 3, true)};
        const struct mln_dimension e[] = {hand_dimension("appel", appeal, 3, true),
                                          hand_dimension("sexe", sexes, 3, true)};
        const struct mln_table one[] = {hand_table(&arena, d, 2, by_court),
                                        hand_table(&arena, e, 2, by_appeal)};
        const struct mln_table back[] = {one[1], one[0]};
        const struct mln_hierarchy h = {"court", "appel", 4, courts, appeal_of};
        const struct mln_hierarchy h_back = {"court", "appel", 4, courts_back, appeal_of_back};
        const struct mln_protect_context c1 = {.n_hierarchies = 1, .hierarchies = &h};
        const struct mln_protect_context c2 = {.n_hierarchies = 1, .hierarchies = &h_back};
        struct mln_protected_table *p[2];
        struct mln_protected_table *q[2];
        ck_assert_int_eq(mln_protect_linked(&arena, one, 2, &c1, &five, p, NULL, NULL), MLN_OK);
        ck_assert_int_eq(mln_protect_linked(&arena, back, 2, &c2, &five, q, NULL, NULL), MLN_OK);
        for (size_t t = 0; t < 2; t++) {
            for (size_t c = 0; c < one[t].n_cells; c++) {
                ck_assert_msg(mln_protected_state(p[t], c) == mln_protected_state(q[1 - t], c),
                              "seed %llu", (unsigned long long)seed);
            }
        }
        close_arena();
    }
    open_arena();
}
END_TEST

/* ── rounding ── */

/* In two dimensions: multiples of the base, neighbours of the count, everything adds up. In three
 * nearly always; what does not is told. */
START_TEST(rounded_tables_add_up) {
    static const uint64_t bases[] = {3, 5, 10};
    size_t far = 0;
    for (uint64_t seed = 1; seed <= 120; seed++) {
        struct mln_rng rng;
        mln_rng_init(&rng, seed, 4, 0);
        open_arena();
        const size_t n_dimensions = 1 + mln_rng_below(&rng, 3);
        const size_t n[] = {2 + mln_rng_below(&rng, 4), 2 + mln_rng_below(&rng, 4),
                            2 + mln_rng_below(&rng, 4)};
        uint64_t inner[125];
        for (size_t c = 0; c < 125; c++) {
            inner[c] = mln_rng_below(&rng, 2) * mln_rng_below(&rng, 30);
        }
        const struct mln_table t = cube(n, n_dimensions, inner);
        struct mln_protect_options o = {.method = MLN_METHOD_ROUNDING,
                                        .rounding_base = bases[seed % 3]};
        struct mln_protected_table *p = NULL;
        struct mln_protect_outcome outcome;
        ck_assert_int_eq(mln_protect_linked(&arena, &t, 1, NULL, &o, &p, &outcome, NULL), MLN_OK);
        ck_assert_uint_eq(outcome.n_broken, 0);
        far += outcome.n_far;
        ck_assert(n_dimensions > 2 || outcome.n_far == 0);
        uint64_t rounded[216];
        for (size_t c = 0; c < t.n_cells; c++) {
            ck_assert(mln_protected_count(p, c, &rounded[c]));
            ck_assert_uint_eq(rounded[c] % o.rounding_base, 0);
            const double off = fabs((double)rounded[c] - (double)t.counts[c]);
            ck_assert(off < (double)o.rounding_base * (outcome.n_far > 0 ? 2 : 1));
        }
        size_t stride = t.n_cells;
        for (size_t d = 0; d < n_dimensions; d++) { /* every line, in integers */
            stride /= n[d] + 1;
            for (size_t c = 0; c < t.n_cells; c++) {
                uint64_t sum = 0;
                for (size_t i = 0; c / stride % (n[d] + 1) == 0 && i < n[d]; i++) {
                    sum += rounded[c + i * stride];
                }
                ck_assert(c / stride % (n[d] + 1) != 0 || sum == rounded[c + n[d] * stride]);
            }
        }
        close_arena();
    }
    ck_assert_uint_lt(far, 20);
    open_arena();
}
END_TEST

/* The attacker against rounded tables knows that each count is within base - 1 of what is printed,
 * and that the true ones add up: no cell that was rounded is left with one value. */
START_TEST(rounded_counts_stay_in_doubt) {
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct mln_rng rng;
        mln_rng_init(&rng, seed, 5, 0);
        open_arena();
        const size_t n[] = {2 + mln_rng_below(&rng, 3), 2 + mln_rng_below(&rng, 3)};
        uint64_t inner[16];
        for (size_t c = 0; c < 16; c++) {
            inner[c] = mln_rng_below(&rng, 25);
        }
        const struct mln_table t = cube(n, 2, inner);
        struct mln_system s = build(&t, 1, NULL, &five);
        struct mln_rounding r;
        ck_assert_int_eq(mln_round_system(&arena, &s, 5, &r, NULL), MLN_OK);
        struct mln_system seen = build(&t, 1, NULL, &five);
        for (size_t c = 0; c < seen.n_cells; c++) {
            seen.cells[c].known_least = r.rounded[c] < 4 ? 0 : r.rounded[c] - 4;
            seen.cells[c].known_most = r.rounded[c] + 4;
            mln_system_suppress(&seen, c, MLN_CELL_SECONDARY);
        }
        for (size_t c = 0; c < seen.n_cells; c++) {
            double below = 0;
            double above = 0;
            ck_assert_int_eq(mln_interval_feasible(&seen, c, &below, &above, NULL), MLN_OK);
            ck_assert_msg(below + above >= 4 - 1e-6, "seed %llu", (unsigned long long)seed);
        }
        close_arena();
    }
    open_arena();
}
END_TEST

/* ── cell keys ── */

/* By the method of cell keys nothing is hidden; zeros stay; a table without keys is rounded, or
 * refused when the base is under the threshold. The margin that two tables share has one noise. */
START_TEST(cell_keys_as_a_method) {
    static const size_t n[] = {2, 2};
    static const uint64_t inner[] = {3, 0, 40, 25};
    static uint64_t keys[9];
    static uint64_t margin_keys[3];
    static const uint64_t margin[] = {43, 25, 68};
    struct mln_table two[2] = {cube(n, 2, inner), cube(n, 1, margin)};
    for (size_t c = 0; c < 4; c++) {
        struct mln_rng rng;
        mln_rng_init(&rng, 9, 1, c);
        const uint64_t key = inner[c] == 0 ? 0 : mln_rng_u64(&rng);
        const size_t row = c / 2, column = c % 2;
        keys[row * 3 + column] += key;
        keys[row * 3 + 2] += key;
        keys[6 + column] += key;
        keys[8] += key;
        margin_keys[column] += key;
        margin_keys[2] += key;
    }
    two[1].dimensions[0].name = "y";
    two[0].cell_keys = keys;
    two[1].cell_keys = margin_keys;
    struct mln_protect_options o = {.method = MLN_METHOD_CELL_KEY,
                                    .threshold = 5,
                                    .threshold_detail = 5,
                                    .rounding_base = 5,
                                    .noise_max = 4,
                                    .noise_smallest = 1,
                                    .noise_variance = 3};
    struct mln_protected_table *p[2];
    struct mln_err err = {0};
    ck_assert_int_eq(mln_protect_all(&arena, two, 2, &o, p, &err), MLN_OK);
    uint64_t a = 0, b = 0;
    for (size_t c = 0; c < 3; c++) {
        ck_assert(mln_protected_count(p[0], 6 + c, &a) && mln_protected_count(p[1], c, &b));
        ck_assert_uint_eq(a, b);
        ck_assert_uint_le(a > margin[c] ? a - margin[c] : margin[c] - a, 4);
    }
    ck_assert(mln_protected_count(p[0], 1, &a) && a == 0);
    two[1].cell_keys = NULL;
    ck_assert_int_eq(mln_protect_all(&arena, two, 2, &o, p, &err), MLN_OK);
    ck_assert(mln_protected_count(p[1], 0, &a) && a == 45);
    o.rounding_base = 3; /* under the threshold of 5: rounded to 6, the next multiple that reaches it */
    ck_assert_int_eq(mln_protect_all(&arena, two, 2, &o, p, &err), MLN_OK);
    for (size_t c = 0; c < 3; c++) {
        ck_assert(mln_protected_count(p[1], c, &a));
        ck_assert_uint_eq(a % 6, 0);
        ck_assert_uint_le(a > margin[c] ? a - margin[c] : margin[c] - a, 3);
    }
}
END_TEST

/* ── loss ── */

START_TEST(loss_by_hand) {
    /* 12, 13 | 25 to base 5: 10, 15 | 25. Differences 2, 2, 0; shares .48, .52 become .4, .6. */
    static const char *const two[] = {"a", "b", "TOTAL"};
    static const uint64_t pair[] = {12, 13, 25};
    const struct mln_dimension d = hand_dimension("x", two, 3, true);
    const struct mln_table t = hand_table(&arena, &d, 1, pair);
    struct mln_protect_options o = five;
    o.rounding_base = 5;
    struct mln_protected_table *p = NULL;
    ck_assert_int_eq(mln_protect(&arena, &t, &o, &p, NULL), MLN_OK);
    struct mln_loss loss = mln_loss_measure(&t, &p, 1);
    ck_assert_uint_eq(loss.n_suppressed, 0);
    ck_assert_double_eq_tol(loss.mean_abs, 4.0 / 3, 1e-12);
    ck_assert_double_eq(loss.max_abs, 2);
    ck_assert_double_eq_tol(loss.mean_relative, (2.0 / 12 + 2.0 / 13) / 3, 1e-12);
    ck_assert_double_eq_tol(loss.hellinger,
                            sqrt((pow(sqrt(.48) - sqrt(.4), 2) + pow(sqrt(.52) - sqrt(.6), 2)) / 2),
                            1e-12);
    /* 3, 20, 60 | 83: 3 and 20 are hidden, 23 of 166; they are taken for 11.5 each. */
    static const uint64_t line[] = {3, 20, 60, 83};
    const struct mln_dimension e = hand_dimension("x", parts[1], 4, true);
    const struct mln_table u = hand_table(&arena, &e, 1, line);
    ck_assert_int_eq(mln_protect(&arena, &u, &five, &p, NULL), MLN_OK);
    loss = mln_loss_measure(&u, &p, 1);
    ck_assert_uint_eq(loss.n_suppressed, 2);
    ck_assert_double_eq_tol(loss.suppressed_weight, 23.0 / 166, 1e-12);
    ck_assert_double_eq(loss.mean_abs, 0);
    ck_assert_double_eq_tol(loss.hellinger,
                            sqrt((pow(sqrt(3 / 83.0) - sqrt(11.5 / 83), 2) +
                                  pow(sqrt(20 / 83.0) - sqrt(11.5 / 83), 2)) /
                                 2),
                            1e-12);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("attack");
    TCase *tc = tcase_create("attack");
    tcase_add_checked_fixture(tc, open_arena, close_arena);
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, intervals_are_those_of_all_tables);
    tcase_add_test(tc, small_counts_keep_their_interval);
    tcase_add_test(tc, differences_of_populations);
    tcase_add_test(tc, vintages);
    tcase_add_test(tc, hidden_before_stays_hidden);
    tcase_add_test(tc, a_whole_row_in_one_category);
    tcase_add_test(tc, zeros_can_be_primary);
    tcase_add_test(tc, public_bounds);
    tcase_add_test(tc, order_does_not_matter);
    tcase_add_test(tc, rounded_tables_add_up);
    tcase_add_test(tc, rounded_counts_stay_in_doubt);
    tcase_add_test(tc, cell_keys_as_a_method);
    tcase_add_test(tc, loss_by_hand);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
