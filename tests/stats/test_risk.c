/* Risk tables and direct counts: by hand, both ways of building them against each other and against
 * loops that count, any order of rows, bad rows. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "run.h"
#include "stats/counts.h"
#include "stats/risk.h"

/* Exits 3 (cause 2), 3 (cause 2), 3 (censored), 5 (cause 1), 8 (censored); all seen from the start.
 */
static const double five_exit[] = {8, 3, 5, 3, 3};
static const uint32_t five_end[] = {0, 2, 1, 0, 2};

START_TEST(five_spells_by_hand) {
    const struct mln_spells spells = {.n = 5, .exit = five_exit, .end = five_end};
    struct mln_risk_sets sets;
    ck_assert(mln_risk_build(&spells, 1, 2, &sets, NULL) == MLN_OK);
    const struct mln_risk *risk = sets.groups;
    static const double time[] = {3, 5, 8}, n_risk[] = {5, 2, 1};
    static const double n_end[] = {1, 0, 2, 0, 1, 0, 1, 0, 0};
    ck_assert_uint_eq(risk->n_times, 3);
    ck_assert(memcmp(risk->time, time, sizeof time) == 0);
    ck_assert(memcmp(risk->n_risk, n_risk, sizeof n_risk) == 0);
    ck_assert(memcmp(risk->n_end, n_end, sizeof n_end) == 0);
    ck_assert(!risk->has_late_entries && risk->sq_end == risk->n_end);
    static const double at[] = {0, 3, 3.1, 8, 8.1}, expected[] = {5, 5, 2, 1, 0};
    for (size_t i = 0; i < 5; i++) {
        ck_assert_double_eq(mln_risk_at(risk, at[i]), expected[i]);
    }
    mln_risk_release(&sets);
}
END_TEST

/* Entries 0, 3, 3, 0, 6 and exits 3 (event), 7 (event), 5 (censored), 6 (censored), 7 (event): who
 * enters at 3 is not at risk at 3. Weights 1, 2, 1, 4, 0.5; a spell of weight 0 leaves no trace,
 * not even its time. time   0  3  5  6  7 risk   0  5  7  6  2.5      squares: 0 17 21 20 4.25 */
START_TEST(late_entries_and_weights_by_hand) {
    static const double exit[] = {3, 7, 5, 6, 7, 9}, entry[] = {0, 3, 3, 0, 6, 1};
    static const double weight[] = {1, 2, 1, 4, 0.5, 0};
    static const uint32_t end[] = {1, 1, 0, 0, 1, 1};
    const struct mln_spells spells = {
        .n = 6, .exit = exit, .end = end, .entry = entry, .weight = weight};
    struct mln_risk_sets sets;
    ck_assert(mln_risk_build(&spells, 2, 1, &sets, NULL) == MLN_OK);
    const struct mln_risk *risk = sets.groups;
    static const double time[] = {0, 3, 5, 6, 7}, n_risk[] = {0, 5, 7, 6, 2.5};
    static const double sq_risk[] = {0, 17, 21, 20, 4.25};
    static const double n_end[] = {0, 0, 0, 1, 1, 0, 4, 0, 0, 2.5};
    ck_assert_uint_eq(risk->n_times, 5);
    ck_assert(memcmp(risk->time, time, sizeof time) == 0);
    ck_assert(memcmp(risk->n_risk, n_risk, sizeof n_risk) == 0);
    ck_assert(memcmp(risk->sq_risk, sq_risk, sizeof sq_risk) == 0);
    ck_assert(memcmp(risk->n_end, n_end, sizeof n_end) == 0);
    ck_assert(risk->has_late_entries);
    ck_assert_uint_eq(sets.groups[1].n_times, 0); /* a group of size 0 */
    ck_assert_double_eq(mln_risk_at(&sets.groups[1], 0), 0);
    mln_risk_release(&sets);
}
END_TEST

enum { N = 400, GROUPS = 3, CAUSES = 2 };

struct drawn {
    double exit[N], entry[N], weight[N];
    uint32_t end[N], group[N];
};

static void draw(struct drawn *d, uint64_t seed, uint32_t most) {
    for (size_t i = 0; i < N; i++) {
        struct mln_rng rng;
        mln_rng_init(&rng, seed, 0, i);
        d->entry[i] = mln_rng_below(&rng, most);
        d->exit[i] = d->entry[i] + 1 + mln_rng_below(&rng, most);
        d->weight[i] = mln_rng_below(&rng, 6) == 0 ? 0.0 : 0.1 + mln_rng_unit(&rng);
        d->end[i] = mln_rng_below(&rng, CAUSES + 1);
        d->group[i] = mln_rng_below(&rng, GROUPS);
    }
}

static struct mln_risk_sets build(const struct drawn *d, bool entries, bool weights) {
    const struct mln_spells spells = {.n = N,
                                      .exit = d->exit,
                                      .end = d->end,
                                      .group = d->group,
                                      .entry = entries ? d->entry : NULL,
                                      .weight = weights ? d->weight : NULL};
    struct mln_risk_sets sets;
    ck_assert(mln_risk_build(&spells, GROUPS, CAUSES, &sets, NULL) == MLN_OK);
    return sets;
}

static void same_tables(const struct mln_risk_sets *a, const struct mln_risk_sets *b) {
    for (size_t g = 0; g < GROUPS; g++) {
        const struct mln_risk *x = &a->groups[g], *y = &b->groups[g];
        const size_t n = x->n_times;
        ck_assert_uint_eq(n, y->n_times);
        ck_assert(memcmp(x->time, y->time, n * sizeof(double)) == 0);
        ck_assert(memcmp(x->n_risk, y->n_risk, n * sizeof(double)) == 0);
        ck_assert(memcmp(x->n_end, y->n_end, n * (CAUSES + 1) * sizeof(double)) == 0);
        ck_assert(memcmp(x->sq_risk, y->sq_risk, n * sizeof(double)) == 0);
        ck_assert(memcmp(x->sq_end, y->sq_end, n * (CAUSES + 1) * sizeof(double)) == 0);
    }
}

/* Whole times are counted; the same halved are sorted: the tables are the same but for the times.
 */
START_TEST(counted_or_sorted) {
    struct drawn d;
    draw(&d, 11, 9);
    struct mln_risk_sets counted = build(&d, false, false);
    for (size_t i = 0; i < N; i++) {
        d.exit[i] /= 2;
    }
    struct mln_risk_sets sorted = build(&d, false, false);
    for (size_t g = 0; g < GROUPS; g++) {
        for (size_t i = 0; i < sorted.groups[g].n_times; i++) {
            ((double *)sorted.groups[g].time)[i] *= 2;
        }
    }
    same_tables(&counted, &sorted);
    mln_risk_release(&counted);
    mln_risk_release(&sorted);
}
END_TEST

static void reverse(struct drawn *d) {
    const struct drawn was = *d;
    for (size_t i = 0; i < N; i++) {
        const size_t j = (i * 177 + 5) % N; /* 177 and 400 share no factor: a permutation */
        d->exit[i] = was.exit[j];
        d->entry[i] = was.entry[j];
        d->weight[i] = was.weight[j];
        d->end[i] = was.end[j];
        d->group[i] = was.group[j];
    }
}

START_TEST(any_order_of_rows_gives_the_same_bits) {
    struct drawn d;
    for (uint64_t seed = 0; seed < 8; seed++) {
        draw(&d, seed, 12);
        struct mln_risk_sets first = build(&d, seed % 2 == 0, seed % 4 < 2);
        reverse(&d);
        struct mln_risk_sets second = build(&d, seed % 2 == 0, seed % 4 < 2);
        same_tables(&first, &second);
        mln_risk_release(&first);
        mln_risk_release(&second);
    }
}
END_TEST

/* Oracle: count anew at every time. */
START_TEST(random_tables_against_loops) {
    struct drawn d;
    draw(&d, 5, 15);
    struct mln_risk_sets sets = build(&d, true, true);
    for (size_t g = 0; g < GROUPS; g++) {
        const struct mln_risk *risk = &sets.groups[g];
        for (double t = -0.5; t < 33; t += 0.5) {
            double n_risk = 0;
            for (size_t i = 0; i < N; i++) {
                n_risk += d.group[i] == g && d.entry[i] < t && t <= d.exit[i] ? d.weight[i] : 0;
            }
            ck_assert_double_eq_tol(mln_risk_at(risk, t), n_risk, 1e-12);
        }
    }
    mln_risk_release(&sets);
}
END_TEST

START_TEST(bad_rows_are_named) {
    static const struct {
        double exit, entry, weight;
        uint32_t end, group;
        const char *message;
    } bad[] = {
        {-1, 0, 1, 0, 0, "spell 2: the exit is not a time; use finite numbers from 0"},
        {NAN, 0, 1, 0, 0, "spell 2: the exit is not a time; use finite numbers from 0"},
        {INFINITY, 0, 1, 0, 0, "spell 2: the exit is not a time; use finite numbers from 0"},
        {2, 0, 1, 3, 0, "spell 2: unknown end; use 0 (censored) to 2"},
        {2, 0, 1, 0, 1, "spell 2: unknown group; there are 1"},
        {2, 0, -1, 0, 0, "spell 2: the weight is not a finite number from 0"},
        {2, 0, NAN, 0, 0, "spell 2: the weight is not a finite number from 0"},
        {2, 2, 1, 0, 0, "spell 2: the entry is not a time before the exit"},
        {2, 3, 1, 0, 0, "spell 2: the entry is not a time before the exit"},
        {2, -1, 1, 0, 0, "spell 2: the entry is not a time before the exit"},
        {0, 0, 1, 0, 0, "spell 2: the entry is not a time before the exit"},
        {2, NAN, 1, 0, 0, "spell 2: the entry is not a time before the exit"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const double exit[] = {1, bad[i].exit}, entry[] = {0, bad[i].entry},
                     weight[] = {1, bad[i].weight};
        const uint32_t end[] = {0, bad[i].end}, group[] = {0, bad[i].group};
        const struct mln_spells spells = {2, exit, end, entry, group, weight};
        struct mln_risk_sets sets;
        struct mln_err err = {0};
        ck_assert(mln_risk_build(&spells, 1, 2, &sets, &err) == MLN_BAD_INPUT);
        ck_assert_str_eq(err.msg, bad[i].message);
        ck_assert_ptr_null(sets.groups);
    }
    struct mln_risk_sets sets;
    const struct mln_spells none = {0};
    ck_assert(mln_risk_build(&none, 1, 0, &sets, NULL) == MLN_BAD_INPUT);
    ck_assert(mln_risk_build(&none, 1, MLN_MAX_CAUSES + 1, &sets, NULL) == MLN_BAD_INPUT);
    ck_assert(mln_risk_build(&none, 0, 1, &sets, NULL) == MLN_BAD_INPUT);
    ck_assert(mln_risk_build(&none, 2, 1, &sets, NULL) == MLN_OK); /* nobody is not an error */
    ck_assert_uint_eq(sets.groups[1].n_times, 0);
    mln_risk_release(&sets);
}
END_TEST

/* ── counts ── */

/* The five spells by days 0, 3, 4 and 8: at 3 two have ended by cause 2 and the one last seen on 3
 * ran; at 4 it is not known any more; at 8 the last one still runs. */
START_TEST(counts_by_hand) {
    const struct mln_spells spells = {.n = 5, .exit = five_exit, .end = five_end};
    static const double horizon[] = {0, 3, 4, 8, 9};
    static const uint64_t expected[] = {0, 0, 5, 0, 0, 2, 3, 0, 0, 2, 2, 1, 1, 2, 1, 1, 1, 2, 0, 2};
    uint64_t counts[20];
    ck_assert(mln_count_ends(&spells, 1, 2, horizon, 5, counts, NULL) == MLN_OK);
    ck_assert(memcmp(counts, expected, sizeof expected) == 0);
}
END_TEST

START_TEST(counts_against_loops) {
    struct drawn d;
    draw(&d, 77, 10);
    static const double horizon[] = {0, 2, 2.5, 7, 30};
    uint64_t counts[GROUPS * 5 * (CAUSES + 2)];
    const struct mln_spells spells = {.n = N, .exit = d.exit, .end = d.end, .group = d.group};
    ck_assert(mln_count_ends(&spells, GROUPS, CAUSES, horizon, 5, counts, NULL) == MLN_OK);
    for (size_t g = 0; g < GROUPS; g++) {
        for (size_t h = 0; h < 5; h++) {
            uint64_t expected[CAUSES + 2] = {0};
            for (size_t i = 0; i < N; i++) {
                const double t = d.exit[i];
                if (d.group[i] == g) {
                    expected[d.end[i] > 0 ? (t <= horizon[h] ? d.end[i] - 1 : CAUSES)
                                          : (t >= horizon[h] ? CAUSES : CAUSES + 1)]++;
                }
            }
            ck_assert(memcmp(expected, counts + (g * 5 + h) * (CAUSES + 2), sizeof expected) == 0);
        }
    }
}
END_TEST

START_TEST(counts_refuse) {
    static const double down[] = {3, 2}, negative[] = {-1}, weight[] = {1, 1, 1, 1, 1};
    static const double good[] = {1};
    uint64_t counts[8];
    struct mln_spells spells = {.n = 5, .exit = five_exit, .end = five_end};
    ck_assert(mln_count_ends(&spells, 1, 2, down, 2, counts, NULL) == MLN_BAD_INPUT);
    ck_assert(mln_count_ends(&spells, 1, 2, negative, 1, counts, NULL) == MLN_BAD_INPUT);
    ck_assert(mln_count_ends(&spells, 1, 1, good, 1, counts, NULL) == MLN_BAD_INPUT);
    ck_assert(mln_count_ends(&spells, 0, 2, good, 1, counts, NULL) == MLN_BAD_INPUT);
    ck_assert(mln_count_ends(&spells, 1, 2, NULL, 0, counts, NULL) == MLN_OK);
    spells.weight = weight;
    ck_assert(mln_count_ends(&spells, 1, 2, good, 1, counts, NULL) == MLN_BAD_INPUT);
}
END_TEST

MLN_TEST_MAIN("risk", five_spells_by_hand, late_entries_and_weights_by_hand, counted_or_sorted,
              any_order_of_rows_gives_the_same_bits, random_tables_against_loops,
              bad_rows_are_named, counts_by_hand, counts_against_loops, counts_refuse)
