/* Balances of stocks and flows: their equations are published, so protection must know them. By
 * hand, and against an attacker who writes every equation down and solves them. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "protect/hand.h"
#include "run.h"

enum { PERIODS = 3, STAGES = 3, CELLS = PERIODS * (STAGES + 1) * MLN_BALANCE_PARTS };

static const struct mln_protect_options five = {.threshold = 5, .threshold_detail = 11};
static struct mln_arena arena;

static void open_arena(void) {
    arena = MLN_ARENA_INIT;
}
static void close_arena(void) {
    mln_arena_release(&arena);
}

static size_t at(size_t period, size_t stage, enum mln_balance_part part) {
    return (period * (STAGES + 1) + stage) * MLN_BALANCE_PARTS + (size_t)part;
}

struct flows {
    uint64_t n[PERIODS][STAGES][3]; /* entered, returned, left */
};

static struct mln_table balance(const struct flows *flows) {
    static const char *const periods[] = {"2021", "2022", "2023"};
    static const char *const stages[] = {"a", "b", "c", "TOTAL"};
    static const char *const parts[] = {"opening", "entered", "returned", "left", "closing"};
    const struct mln_dimension d[] = {hand_dimension("annee", periods, PERIODS, false),
                                      hand_dimension("etape", stages, STAGES + 1, true),
                                      hand_dimension("mouvement", parts, MLN_BALANCE_PARTS, false)};
    uint64_t n[CELLS] = {0};
    for (size_t p = 0; p < PERIODS; p++) {
        for (size_t s = 0; s < STAGES; s++) {
            const uint64_t opening = p == 0 ? 0 : n[at(p - 1, s, MLN_BALANCE_CLOSING)];
            const uint64_t *f = flows->n[p][s];
            const uint64_t parts_of[] = {opening, f[0], f[1], f[2], opening + f[0] + f[1] - f[2]};
            for (size_t k = 0; k < MLN_BALANCE_PARTS; k++) {
                n[at(p, s, (enum mln_balance_part)k)] = parts_of[k];
                n[at(p, STAGES, (enum mln_balance_part)k)] += parts_of[k];
            }
        }
    }
    struct mln_table t = hand_table(&arena, d, 3, n);
    t.view = MLN_VIEW_BALANCE;
    return t;
}

static struct mln_protected_table *protect(const struct mln_table *t,
                                           const struct mln_protect_options *options) {
    struct mln_protected_table *p = NULL;
    struct mln_err err = {0};
    ck_assert_msg(mln_protect(&arena, t, options, &p, &err) == MLN_OK, "%s", err.msg);
    return p;
}

static const struct flows ample = {{{{50, 20, 30}, {60, 10, 20}, {70, 30, 40}},
                                    {{50, 20, 30}, {60, 10, 20}, {70, 30, 40}},
                                    {{50, 20, 30}, {60, 10, 20}, {70, 30, 40}}}};

START_TEST(an_uneven_balance_is_refused) {
    open_arena();
    struct mln_err err = {0};
    struct mln_table t = balance(&ample);
    ck_assert_int_eq(mln_table_check(&t, &err), MLN_OK);
    /* One more left, in the stage and in the TOTAL: sums hold, the balance does not. */
    t.counts[at(1, 0, MLN_BALANCE_LEFT)]++;
    t.counts[at(1, STAGES, MLN_BALANCE_LEFT)]++;
    ck_assert_int_eq(mln_table_check(&t, &err), MLN_INTERNAL);
    /* And one less closes: even again, but not carried over. */
    t.counts[at(1, 0, MLN_BALANCE_CLOSING)]--;
    t.counts[at(1, STAGES, MLN_BALANCE_CLOSING)]--;
    ck_assert_int_eq(mln_table_check(&t, &err), MLN_INTERNAL);
    ck_assert_msg(strstr(err.msg, "carried over") != NULL, "%s", err.msg);
    t = balance(&ample);
    t.dimensions[0].total = PERIODS - 1; /* periods add up to nothing */
    ck_assert_int_eq(mln_table_check(&t, &err), MLN_INTERNAL);
    close_arena();
}
END_TEST

/* Two came back to stage a in 2022. Alone in its row the 2 would be left + closing − opening −
 * entered, alone in its column the TOTAL less the others: another goes in each. */
START_TEST(a_small_return_hides_behind_its_balance) {
    open_arena();
    struct flows flows = ample;
    flows.n[1][0][1] = 2;
    const struct mln_table t = balance(&flows);
    const struct mln_protected_table *p = protect(&t, &five);
    ck_assert_int_eq(mln_protected_state(p, at(1, 0, MLN_BALANCE_RETURNED)), MLN_CELL_PRIMARY);
    size_t in_row = 0, in_column = 0;
    for (size_t k = 0; k < MLN_BALANCE_PARTS; k++) {
        in_row += mln_protected_state(p, at(1, 0, (enum mln_balance_part)k)) != MLN_CELL_SHOWN;
    }
    for (size_t s = 0; s <= STAGES; s++) {
        in_column += mln_protected_state(p, at(1, s, MLN_BALANCE_RETURNED)) != MLN_CELL_SHOWN;
    }
    ck_assert_uint_ge(in_row, 2);
    ck_assert_uint_ge(in_column, 2);
    ck_assert_uint_eq(mln_protected_summary(p).primary, 1);
    close_arena();
}
END_TEST

/* ── the attacker ── */

enum {
    EQUATIONS = PERIODS * (STAGES + 1) + (PERIODS - 1) * (STAGES + 1) + PERIODS * MLN_BALANCE_PARTS
};

struct equations {
    double a[EQUATIONS][CELLS];
    size_t n;
};

/* Everything that is known to hold, from the definition of a balance. */
static void write_equations(struct equations *e) {
    memset(e, 0, sizeof *e);
    for (size_t p = 0; p < PERIODS; p++) {
        for (size_t s = 0; s <= STAGES; s++) {
            double *even = e->a[e->n++];
            for (size_t k = 0; k < MLN_BALANCE_PARTS; k++) {
                even[at(p, s, (enum mln_balance_part)k)] = k < MLN_BALANCE_LEFT ? 1 : -1;
            }
            if (p > 0) {
                double *carried = e->a[e->n++];
                carried[at(p, s, MLN_BALANCE_OPENING)] = 1;
                carried[at(p - 1, s, MLN_BALANCE_CLOSING)] = -1;
            }
        }
        for (size_t k = 0; k < MLN_BALANCE_PARTS; k++) {
            double *sum = e->a[e->n++];
            for (size_t s = 0; s <= STAGES; s++) {
                sum[at(p, s, (enum mln_balance_part)k)] = s < STAGES ? 1 : -1;
            }
        }
    }
}

/* Gauss and Jordan over the suppressed cells; how many a row determines alone. */
static size_t count_determined(struct equations *e, const struct mln_protected_table *p) {
    size_t rank = 0;
    bool unknown[CELLS];
    for (size_t c = 0; c < CELLS; c++) {
        unknown[c] = mln_protected_state(p, c) != MLN_CELL_SHOWN;
        size_t best = rank;
        for (size_t r = rank; unknown[c] && r < e->n; r++) {
            best = fabs(e->a[r][c]) > fabs(e->a[best][c]) ? r : best;
        }
        if (!unknown[c] || rank == e->n || fabs(e->a[best][c]) < 1e-9) {
            continue;
        }
        for (size_t k = 0; k < CELLS; k++) {
            const double swap = e->a[rank][k];
            e->a[rank][k] = e->a[best][k];
            e->a[best][k] = swap;
        }
        for (size_t r = 0; r < e->n; r++) {
            const double factor = e->a[r][c] / e->a[rank][c];
            for (size_t k = 0; r != rank && fabs(factor) > 0 && k < CELLS; k++) {
                e->a[r][k] -= factor * e->a[rank][k];
            }
        }
        rank++;
    }
    size_t determined = 0;
    for (size_t r = 0; r < rank; r++) {
        size_t nonzero = 0;
        for (size_t c = 0; c < CELLS; c++) {
            nonzero += unknown[c] && fabs(e->a[r][c]) > 1e-9;
        }
        determined += nonzero == 1;
    }
    return determined;
}

/* Flows of mostly ample counts with small ones and zeros between; what leaves was there. */
static void random_flows(struct mln_rng *rng, struct flows *flows) {
    for (size_t s = 0; s < STAGES; s++) {
        uint64_t stock = 0;
        for (size_t p = 0; p < PERIODS; p++) {
            uint64_t *f = flows->n[p][s];
            f[0] = mln_rng_below(rng, 3) == 0 ? mln_rng_below(rng, 4) : mln_rng_below(rng, 90);
            f[1] = mln_rng_below(rng, 2) == 0 ? 0 : mln_rng_below(rng, 12);
            stock += f[0] + f[1];
            f[2] = mln_rng_below(rng, (uint32_t)stock + 1);
            stock -= f[2];
        }
    }
}

START_TEST(no_part_is_determined_by_the_equations) {
    static struct equations e;
    size_t suppressed = 0;
    for (uint64_t seed = 1; seed <= 120; seed++) {
        struct mln_rng rng;
        struct flows flows;
        mln_rng_init(&rng, seed, 1, 0);
        random_flows(&rng, &flows);
        open_arena();
        const struct mln_table t = balance(&flows);
        const struct mln_protected_table *p = protect(&t, &five);
        for (size_t c = 0; c < CELLS; c++) {
            const bool small = t.counts[c] >= 1 && t.counts[c] <= 4;
            ck_assert(!small || mln_protected_state(p, c) != MLN_CELL_SHOWN);
            suppressed += mln_protected_state(p, c) != MLN_CELL_SHOWN;
        }
        for (size_t period = 1; period < PERIODS; period++) {
            for (size_t s = 0; s <= STAGES; s++) { /* one cell, one state */
                ck_assert_int_eq(mln_protected_state(p, at(period, s, MLN_BALANCE_OPENING)),
                                 mln_protected_state(p, at(period - 1, s, MLN_BALANCE_CLOSING)));
            }
        }
        write_equations(&e);
        ck_assert_msg(count_determined(&e, p) == 0, "seed %llu", (unsigned long long)seed);
        close_arena();
    }
    ck_assert_uint_gt(suppressed, 1000);
}
END_TEST

/* Rounded together, a balance stays one: every published equation holds to the unit. */
START_TEST(rounded_balances_stay_even) {
    const struct mln_protect_options rounding = {
        .method = MLN_METHOD_ROUNDING, .threshold = 5, .threshold_detail = 11, .rounding_base = 5};
    for (uint64_t seed = 1; seed <= 30; seed++) {
        struct mln_rng rng;
        struct flows flows;
        mln_rng_init(&rng, seed, 2, 0);
        random_flows(&rng, &flows);
        open_arena();
        const struct mln_table t = balance(&flows);
        const struct mln_protected_table *p = protect(&t, &rounding);
        uint64_t n[CELLS];
        for (size_t c = 0; c < CELLS; c++) {
            ck_assert(mln_protected_count(p, c, &n[c]));
            ck_assert_uint_eq(n[c] % 5, 0);
        }
        struct mln_table shown = t;
        shown.counts = n;
        struct mln_err err = {0};
        ck_assert_msg(mln_table_check(&shown, &err) == MLN_OK, "seed %llu: %s",
                      (unsigned long long)seed, err.msg);
        close_arena();
    }
}
END_TEST

MLN_TEST_MAIN("balance", an_uneven_balance_is_refused, a_small_return_hides_behind_its_balance,
              no_part_is_determined_by_the_equations, rounded_balances_stay_even)
