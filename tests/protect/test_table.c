/* Tables as bytes: round trip, refusal of anything else; the check of a table. */
#include <math.h>
#include <stdlib.h>

#include "protect/hand.h"
#include "run.h"

static const char *const sexes[] = {"F", "M", "TOTAL"};
static const char *const years[] = {"2021", "2022", "TOTAL"};
/*                                     F   M  TOTAL */
static const uint64_t hand_counts[] = {30, 12, 42, 41, 9, 50, 71, 21, 92};

static struct mln_table hand_two_by_two(struct mln_arena *arena) {
    struct mln_dimension dims[2] = {hand_dimension("annee", years, 3, true),
                                    hand_dimension("sexe", sexes, 3, true)};
    struct mln_table t = hand_table(arena, dims, 2, hand_counts);
    hand_add_share(arena, &t, 1);
    return t;
}

static struct mln_table hand_with_quantile(struct mln_arena *arena) {
    struct mln_table t = hand_two_by_two(arena);
    struct mln_measure *m = MLN_ARENA_NEW(arena, struct mln_measure, 2);
    ck_assert_ptr_nonnull(m);
    m[0] = t.measures[0];
    m[1] = (struct mln_measure){.kind = MLN_MEASURE_QUANTILE,
                                .name = "mediane_jours",
                                .label_fr = "Médiane (jours)",
                                .label_en = "Median (days)",
                                .values = MLN_ARENA_NEW(arena, double, 9),
                                .n = MLN_ARENA_NEW(arena, uint64_t, 9)};
    ck_assert(m[1].values != NULL && m[1].n != NULL);
    for (size_t i = 0; i < 9; i++) {
        m[1].values[i] = i == 4 ? NAN : 100.5 + (double)i;
        m[1].n[i] = i;
    }
    t.measures = m;
    t.n_measures = 2;
    t.detail = true;
    t.view = MLN_VIEW_STACKED;
    static const struct mln_condition linked = {"lie", "0|1"};
    t.population = "victimes";
    t.conditions = &linked;
    t.n_conditions = 1;
    t.note_fr = "Champ : essai.";
    t.observation_day = -5;
    return t;
}

START_TEST(bytes_go_round) {
    struct mln_arena arena = MLN_ARENA_INIT;
    const struct mln_table two[2] = {hand_two_by_two(&arena), hand_with_quantile(&arena)};
    struct mln_buf bytes = MLN_BUF_INIT;
    struct mln_buf again = MLN_BUF_INIT;
    struct mln_err err = {0};
    ck_assert_int_eq(mln_tables_write(two, 2, &bytes, &err), MLN_OK);
    struct mln_table *back = NULL;
    size_t n = 0;
    ck_assert_msg(mln_tables_read(&arena, mln_buf_view(&bytes), &back, &n, &err) == MLN_OK, "%s",
                  err.msg);
    ck_assert_uint_eq(n, 2);
    ck_assert_uint_eq(back[1].n_cells, 9);
    ck_assert_mem_eq(back[1].counts, hand_counts, sizeof hand_counts);
    ck_assert_str_eq(back[1].note_fr, "Champ : essai.");
    ck_assert_ptr_null(back[1].note_en);
    ck_assert_ptr_null(back[0].population);
    ck_assert_str_eq(back[1].population, "victimes");
    ck_assert_uint_eq(back[1].n_conditions, 1);
    ck_assert_str_eq(back[1].conditions[0].name, "lie");
    ck_assert_str_eq(back[1].conditions[0].codes, "0|1");
    ck_assert_int_eq(back[1].observation_day, -5);
    ck_assert_int_eq(back[1].view, MLN_VIEW_STACKED);
    ck_assert(back[1].detail && !back[0].detail);
    ck_assert_int_eq(back[1].dimensions[0].total, 2);
    ck_assert_str_eq(back[1].dimensions[0].codes[1], "2022");
    ck_assert(isnan(back[1].measures[1].values[4]));
    ck_assert_double_eq(back[1].measures[1].values[8], 108.5);
    ck_assert_uint_eq(back[1].measures[1].n[8], 8);
    ck_assert_int_eq(mln_tables_write(back, n, &again, &err), MLN_OK);
    ck_assert_uint_eq(again.n, bytes.n);
    ck_assert_mem_eq(again.p, bytes.p, bytes.n);
    mln_buf_release(&bytes);
    mln_buf_release(&again);
    mln_arena_release(&arena);
}
END_TEST

/* Every cut of the bytes is refused, and so is a byte too many; a changed byte is refused or gives
 * a table that passes the check, and never reads outside (the sanitizers look). */
START_TEST(damaged_bytes_are_refused) {
    struct mln_arena arena = MLN_ARENA_INIT;
    const struct mln_table t = hand_with_quantile(&arena);
    struct mln_buf bytes = MLN_BUF_INIT;
    ck_assert_int_eq(mln_tables_write(&t, 1, &bytes, NULL), MLN_OK);
    struct mln_table *back = NULL;
    size_t n = 0;
    for (size_t cut = 0; cut < bytes.n; cut++) {
        const struct mln_arena_mark mark = mln_arena_mark(&arena);
        char *exact = malloc(cut == 0 ? 1 : cut);
        ck_assert_ptr_nonnull(exact);
        memcpy(exact, bytes.p, cut);
        ck_assert_int_eq(mln_tables_read(&arena, (struct mln_str){exact, cut}, &back, &n, NULL),
                         MLN_BAD_INPUT);
        free(exact);
        mln_arena_reset(&arena, mark);
    }
    for (size_t at = 0; at < bytes.n; at++) {
        const struct mln_arena_mark mark = mln_arena_mark(&arena);
        bytes.p[at] = (char)(bytes.p[at] ^ 0x41);
        struct mln_err err = {0};
        if (mln_tables_read(&arena, mln_buf_view(&bytes), &back, &n, &err) == MLN_OK) {
            for (size_t i = 0; i < n; i++) {
                ck_assert_int_eq(mln_table_check(&back[i], NULL), MLN_OK);
            }
        } else {
            ck_assert_int_eq(err.status, MLN_BAD_INPUT);
        }
        bytes.p[at] = (char)(bytes.p[at] ^ 0x41);
        mln_arena_reset(&arena, mark);
    }
    mln_buf_addc(&bytes, 'x');
    ck_assert_int_eq(mln_tables_read(&arena, mln_buf_view(&bytes), &back, &n, NULL), MLN_BAD_INPUT);
    mln_buf_release(&bytes);
    mln_arena_release(&arena);
}
END_TEST

START_TEST(a_table_must_add_up) {
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_table t = hand_two_by_two(&arena);
    struct mln_err err = {0};
    ck_assert_int_eq(mln_table_check(&t, &err), MLN_OK);
    t.counts[0]++;
    ck_assert_int_eq(mln_table_check(&t, &err), MLN_INTERNAL);
    ck_assert_str_eq(err.msg, "table essai: a TOTAL is not the sum of its line");
    t.counts[0]--;
    t.name = "../essai";
    ck_assert_int_eq(mln_table_check(&t, &err), MLN_INTERNAL);
    t.name = "essai";
    static const char *const twice[] = {"F", "F", "TOTAL"};
    t.dimensions[1].codes = twice;
    ck_assert_int_eq(mln_table_check(&t, &err), MLN_INTERNAL);
    t.dimensions[1].codes = sexes;
    t.dimensions[1].total = -1;
    ck_assert_int_eq(mln_table_check(&t, &err), MLN_INTERNAL); /* the share has no denominator */
    mln_arena_release(&arena);
}
END_TEST

MLN_TEST_MAIN("table", bytes_go_round, damaged_bytes_are_refused, a_table_must_add_up)
