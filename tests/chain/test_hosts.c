/* Hosts of affaires: by hand, and against the definition spelled out on random small graphs. */
#include <check.h>
#include <stdlib.h>

#include "chain/hosts.h"

#define MOVE(a, b) \
    { (a), (b), MLN_TIE_MOVE }
#define SPLIT(a, b) \
    { (a), (b), MLN_TIE_SPLIT }

static struct mln_arena arena;

static void release(void) {
    mln_arena_release(&arena);
}

static struct mln_hosts find(const struct mln_tie *ties, size_t n) {
    struct mln_hosts hosts;
    struct mln_err err = {0};
    ck_assert_msg(mln_hosts_find(&arena, ties, n, 100000, &hosts, &err) == MLN_OK, "%s", err.msg);
    return hosts;
}

static void expect(const struct mln_hosts *hosts, const struct mln_host *pairs, size_t n) {
    ck_assert_uint_eq(hosts->n_pairs, n);
    for (size_t i = 0; i < n; i++) {
        ck_assert_int_eq(hosts->pairs[i].affaire, pairs[i].affaire);
        ck_assert_int_eq(hosts->pairs[i].host, pairs[i].host);
    }
}

START_TEST(no_ties) {
    const struct mln_hosts hosts = find(NULL, 0);
    ck_assert_uint_eq(hosts.n_pairs, 0);
    ck_assert_uint_eq(hosts.n_affaires, 0);
}
END_TEST

/* 10 → 20 → 30, 11 → 20: all end in 30. */
START_TEST(a_chain_ends_at_its_last) {
    static const struct mln_tie ties[] = {MOVE(20, 30), MOVE(10, 20), MOVE(11, 20), MOVE(10, 20)};
    static const struct mln_host pairs[] = {{10, 30}, {11, 30}, {20, 30}, {30, 30}};
    const struct mln_hosts hosts = find(ties, 4);
    expect(&hosts, pairs, 4);
    ck_assert_uint_eq(hosts.n_affaires, 4);
    ck_assert_uint_eq(hosts.n_moved, 3);
    ck_assert_uint_eq(hosts.n_cycles, 0);
}
END_TEST

/* 1 splits into 2 and stays; 2 is joined to 3. 4 moved to 5, which split into 6. */
START_TEST(a_split_adds_to_what_stays) {
    static const struct mln_tie ties[] = {SPLIT(1, 2), MOVE(2, 3), MOVE(4, 5), SPLIT(5, 6)};
    static const struct mln_host pairs[] = {{1, 1}, {1, 3}, {2, 3}, {3, 3}, {4, 5},
                                            {4, 6}, {5, 5}, {5, 6}, {6, 6}};
    const struct mln_hosts hosts = find(ties, 4);
    expect(&hosts, pairs, 9);
    ck_assert_uint_eq(hosts.n_moved, 4);
}
END_TEST

/* 1 → 2 → 1 has no way out: both host. 3 → 4 → 3 leaves by 4 → 5: only 5 hosts. 6 → 6. 7 → 6. */
START_TEST(cycles_end_and_are_counted) {
    static const struct mln_tie ties[] = {MOVE(1, 2), MOVE(2, 1), MOVE(3, 4), MOVE(4, 3),
                                          MOVE(4, 5), MOVE(6, 6), MOVE(7, 6)};
    static const struct mln_host pairs[] = {{1, 1}, {1, 2}, {2, 1}, {2, 2}, {3, 5},
                                            {4, 5}, {5, 5}, {6, 6}, {7, 6}};
    const struct mln_hosts hosts = find(ties, 7);
    expect(&hosts, pairs, 9);
    ck_assert_uint_eq(hosts.n_cycles, 3);
    ck_assert_uint_eq(hosts.n_in_cycle, 5);
}
END_TEST

/* 1 splits into 2, and 2 is joined back into 1: 1 hosts both. No cycle of moves. */
START_TEST(a_split_joined_back) {
    static const struct mln_tie ties[] = {SPLIT(1, 2), MOVE(2, 1)};
    static const struct mln_host pairs[] = {{1, 1}, {2, 1}};
    const struct mln_hosts hosts = find(ties, 2);
    expect(&hosts, pairs, 2);
    ck_assert_uint_eq(hosts.n_cycles, 0);
}
END_TEST

/* A chain of 200,000 (no recursion, linear), and a hundred thousand splits of splits (refused). */
START_TEST(long_chains_are_cheap_and_floods_refused) {
    enum { N = 200000 };
    struct mln_tie *ties = malloc(N * sizeof *ties);
    ck_assert_ptr_nonnull(ties);
    for (int64_t i = 0; i < N; i++) {
        ties[i] = (struct mln_tie){N - i, N - i + 1, MLN_TIE_MOVE};
    }
    struct mln_hosts hosts;
    struct mln_err err = {0};
    ck_assert_int_eq(mln_hosts_find(&arena, ties, N, 2 * N, &hosts, &err), MLN_OK);
    ck_assert_uint_eq(hosts.n_pairs, N + 1);
    for (size_t i = 0; i < hosts.n_pairs; i++) {
        ck_assert_int_eq(hosts.pairs[i].host, N + 1);
    }
    for (size_t i = 0; i < N; i++) {
        ties[i].kind = MLN_TIE_SPLIT;
    }
    ck_assert_int_eq(mln_hosts_find(&arena, ties, N, 2 * N, &hosts, &err), MLN_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(err.msg, "disjonctions"));
    for (int64_t i = 0; i < N; i++) { /* one ring: N hosts for each of N */
        ties[i] = (struct mln_tie){i, (i + 1) % N, MLN_TIE_MOVE};
    }
    ck_assert_int_eq(mln_hosts_find(&arena, ties, N, 2 * N, &hosts, &err), MLN_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(err.msg, "rings"));
    free(ties);
}
END_TEST

/* ── oracle: reachability by repeated closure, residents by definition ── */
enum { NODES = 7 };

static void close_over(bool reach[NODES][NODES]) {
    for (size_t k = 0; k < NODES; k++) {
        for (size_t i = 0; i < NODES; i++) {
            for (size_t j = 0; j < NODES; j++) {
                reach[i][j] = reach[i][j] || (reach[i][k] && reach[k][j]);
            }
        }
    }
}

static void check_against_definition(const struct mln_tie *ties, size_t n) {
    bool moves[NODES][NODES] = {{false}}, all[NODES][NODES] = {{false}}, in[NODES] = {false};
    for (size_t i = 0; i < n; i++) {
        all[ties[i].from][ties[i].to] = true;
        moves[ties[i].from][ties[i].to] |= ties[i].kind == MLN_TIE_MOVE;
        in[ties[i].from] = in[ties[i].to] = true;
    }
    close_over(moves);
    close_over(all);
    struct mln_host expected[NODES * NODES];
    size_t n_expected = 0, n_in_cycle = 0;
    for (int64_t a = 0; a < NODES; a++) {
        n_in_cycle += moves[a][a];
        for (int64_t h = 0; in[a] && h < NODES; h++) {
            bool resident = true; /* whatever h moves to, moves back to h */
            for (size_t x = 0; x < NODES; x++) {
                resident = resident && (!moves[h][x] || moves[x][h]);
            }
            if ((a == h || all[a][h]) && resident) {
                expected[n_expected++] = (struct mln_host){a, h};
            }
        }
    }
    const struct mln_hosts hosts = find(ties, n);
    expect(&hosts, expected, n_expected);
    ck_assert_uint_eq(hosts.n_in_cycle, n_in_cycle);
}

START_TEST(random_ties_against_the_definition) {
    uint32_t state = 3; /* a plain LCG: any numbers do */
    for (size_t round = 0; round < 20000; round++) {
        struct mln_tie ties[12];
        state = state * 1664525U + 1013904223U;
        const size_t n = state >> 28U;
        const size_t used = n > 12 ? 12 : n;
        for (size_t i = 0; i < used; i++) {
            state = state * 1664525U + 1013904223U;
            ties[i] = (struct mln_tie){(state >> 10U) % NODES, (state >> 18U) % NODES,
                                       (state >> 30U) == 0 ? MLN_TIE_SPLIT : MLN_TIE_MOVE};
        }
        check_against_definition(ties, used);
        mln_arena_release(&arena);
        arena = MLN_ARENA_INIT;
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("hosts");
    TCase *tc = tcase_create("hosts");
    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, NULL, release);
    tcase_add_test(tc, no_ties);
    tcase_add_test(tc, a_chain_ends_at_its_last);
    tcase_add_test(tc, a_split_adds_to_what_stays);
    tcase_add_test(tc, cycles_end_and_are_counted);
    tcase_add_test(tc, a_split_joined_back);
    tcase_add_test(tc, long_chains_are_cheap_and_floods_refused);
    tcase_add_test(tc, random_ties_against_the_definition);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
