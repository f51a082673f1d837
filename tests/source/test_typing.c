/* Cells to values, by hand; sets of codes and keys against the slow obvious way. */
#include <stdio.h>
#include <stdlib.h>

#include "source/typing.h"

#include "base/rng.h"
#include "run.h"
#include "source/key_set.h"
#include "source/rejects.h"

static const struct mln_str missing[] = {{"NR", 2}, {".", 1}};
static const char *const words[] = {"F", "M"};
static const struct mln_contract_value values[] = {
    {{"1", 1}, {"M", 1}}, {{"2", 1}, {"F", 1}}, {{"9", 1}, {NULL, 0}}};

struct cell_case {
    enum mln_value_type type;
    const char *cell;
    enum mln_reason reason;
    const char *value; /* NULL: missing */
};

static const struct cell_case cases[] = {
    {MLN_VALUE_TEXT, "  a b ", MLN_REASON_NONE, "a b"},
    {MLN_VALUE_TEXT, " NR ", MLN_REASON_NONE, NULL},
    {MLN_VALUE_TEXT, "NRA", MLN_REASON_NONE, "NRA"},
    {MLN_VALUE_TEXT, "", MLN_REASON_NONE, NULL},
    {MLN_VALUE_TEXT, " \t", MLN_REASON_NONE, NULL},
    {MLN_VALUE_TEXT, "00", MLN_REASON_NONE, "00"},
    {MLN_VALUE_CODE, "M", MLN_REASON_NONE, "M"},
    {MLN_VALUE_CODE, "1", MLN_REASON_NONE, "M"},
    {MLN_VALUE_CODE, "9", MLN_REASON_NONE, NULL},
    {MLN_VALUE_CODE, "m", MLN_REASON_WORD, NULL},
    {MLN_VALUE_CODE, "3", MLN_REASON_WORD, NULL},
    {MLN_VALUE_INT, "0", MLN_REASON_NONE, "0"},
    {MLN_VALUE_INT, "-5", MLN_REASON_NONE, "-5"},
    {MLN_VALUE_INT, "-6", MLN_REASON_INT_RANGE, NULL},
    {MLN_VALUE_INT, "2147483647", MLN_REASON_NONE, "2147483647"},
    {MLN_VALUE_INT, "2147483648", MLN_REASON_INT_RANGE, NULL},
    {MLN_VALUE_INT, "99999999999999999999999999", MLN_REASON_INT_RANGE, NULL},
    {MLN_VALUE_INT, "-99999999999999999999999999", MLN_REASON_INT_RANGE, NULL},
    {MLN_VALUE_INT, "007", MLN_REASON_NONE, "7"},
    {MLN_VALUE_INT, "7.0", MLN_REASON_NONE, "7"},
    {MLN_VALUE_INT, "7.000", MLN_REASON_NONE, "7"},
    {MLN_VALUE_INT, "7.", MLN_REASON_INT_MALFORMED, NULL},
    {MLN_VALUE_INT, ".0", MLN_REASON_INT_MALFORMED, NULL},
    {MLN_VALUE_INT, "7.5", MLN_REASON_INT_MALFORMED, NULL},
    {MLN_VALUE_INT, "7,0", MLN_REASON_INT_MALFORMED, NULL},
    {MLN_VALUE_INT, "+7", MLN_REASON_INT_MALFORMED, NULL},
    {MLN_VALUE_INT, "-", MLN_REASON_INT_MALFORMED, NULL},
    {MLN_VALUE_INT, "1 000", MLN_REASON_INT_MALFORMED, NULL},
    {MLN_VALUE_INT, "1e3", MLN_REASON_INT_MALFORMED, NULL},
    {MLN_VALUE_DATE, "01/03/2021", MLN_REASON_NONE, "18687..18687"},
    {MLN_VALUE_DATE, "20210301", MLN_REASON_NONE, "18687..18687"},
    {MLN_VALUE_DATE, "2021-03-01", MLN_REASON_DATE_MALFORMED, NULL},
    {MLN_VALUE_DATE, "29/02/2020", MLN_REASON_NONE, "18321..18321"},
    {MLN_VALUE_DATE, "29/02/2021", MLN_REASON_DATE_IMPOSSIBLE, NULL},
    {MLN_VALUE_DATE, "31/02/2021", MLN_REASON_DATE_IMPOSSIBLE, NULL},
    {MLN_VALUE_DATE, "01/03/0000", MLN_REASON_DATE_IMPOSSIBLE, NULL},
    {MLN_VALUE_DATE, "03/2021", MLN_REASON_DATE_INCOMPLETE, NULL},
    {MLN_VALUE_DATE, "yesterday", MLN_REASON_DATE_MALFORMED, NULL},
    {MLN_VALUE_PERIOD, "03/2021", MLN_REASON_NONE, "18687..18717"},
    {MLN_VALUE_PERIOD, "2021", MLN_REASON_NONE, "18628..18992"},
    {MLN_VALUE_PERIOD, "00/03/2021", MLN_REASON_NONE, "18687..18717"},
    {MLN_VALUE_PERIOD, "13/2021", MLN_REASON_DATE_IMPOSSIBLE, NULL},
    {MLN_VALUE_PERIOD, "NR", MLN_REASON_NONE, NULL},
};

START_TEST(cells_by_hand) {
    struct mln_date_format dates[2];
    ck_assert_int_eq(mln_date_format_parse(MLN_STR_LIT("dd/mm/yyyy"), &dates[0], NULL), MLN_OK);
    ck_assert_int_eq(mln_date_format_parse(MLN_STR_LIT("yyyymmdd"), &dates[1], NULL), MLN_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct cell_case *c = &cases[i];
        const bool code = c->type == MLN_VALUE_CODE;
        const struct mln_cell_rule rule = {
            .type = c->type,
            .min = -5,
            .max = INT32_MAX,
            .words = words,
            .n_words = code ? 2 : 0,
            .values = values,
            .n_values = code ? 3 : 0,
            .missing = missing,
            .n_missing = 2,
            .dates = dates,
            .n_dates = 2,
        };
        struct mln_cell_value v;
        char text[64] = "~";
        const enum mln_reason reason = mln_cell_type(&rule, mln_str_from(c->cell), &v);
        ck_assert_msg(reason == c->reason, "%s: %s", c->cell, mln_reason_word(reason));
        if (reason != MLN_REASON_NONE) {
            continue;
        }
        if (v.present && (code || c->type == MLN_VALUE_TEXT)) {
            (void)snprintf(text, sizeof text, "%.*s", MLN_STR_ARG(v.text));
        } else if (v.present && c->type == MLN_VALUE_INT) {
            (void)snprintf(text, sizeof text, "%d", v.first);
        } else if (v.present) {
            (void)snprintf(text, sizeof text, "%d..%d", v.first, v.last);
        }
        ck_assert_str_eq(text, c->value == NULL ? "~" : c->value);
        struct mln_cell_rule required = rule; /* what is missing is then refused */
        required.required = true;
        ck_assert_int_eq(mln_cell_type(&required, mln_str_from(c->cell), &v),
                         c->value == NULL ? MLN_REASON_REQUIRED : MLN_REASON_NONE);
    }
}
END_TEST

/* Codes that are not in the nomenclature are kept, unless the list is closed. */
START_TEST(codes) {
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_code_set *set = NULL;
    static const struct mln_str list[] = {{"01004", 5}, {"2A004", 5}, {"01004", 5}};
    ck_assert_int_eq(mln_code_set_new(&arena, list, 3, &set, NULL), MLN_OK);
    struct mln_cell_rule rule = {.type = MLN_VALUE_CODE, .codes = set};
    struct mln_cell_value v;
    ck_assert_int_eq(mln_cell_type(&rule, MLN_STR_LIT("01004"), &v), MLN_REASON_NONE);
    ck_assert(v.present && !v.unknown_code);
    ck_assert_int_eq(mln_cell_type(&rule, MLN_STR_LIT("1004"), &v), MLN_REASON_NONE);
    ck_assert(v.present && v.unknown_code);
    rule.codes_closed = true;
    ck_assert_int_eq(mln_cell_type(&rule, MLN_STR_LIT("1004"), &v), MLN_REASON_CODE);
    ck_assert_int_eq(mln_cell_type(&rule, MLN_STR_LIT(""), &v), MLN_REASON_NONE);
    mln_arena_release(&arena);
}
END_TEST

/* ── sets against the slow way ── */

START_TEST(code_set_like_a_list) {
    enum { N = 3000 };
    static char texts[N][12];
    static struct mln_str list[N];
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_code_set *set = NULL;
    struct mln_rng rng;
    mln_rng_init(&rng, 7, 0, 0);
    for (size_t i = 0; i < N; i++) {
        list[i].n = (size_t)snprintf(texts[i], sizeof texts[i], "%x",
                                     mln_rng_below(&rng, 20000));
        list[i].p = texts[i];
    }
    ck_assert_int_eq(mln_code_set_new(&arena, list, N, &set, NULL), MLN_OK);
    for (uint32_t x = 0; x < 20000; x += 7) {
        char text[12];
        const struct mln_str code = {text, (size_t)snprintf(text, sizeof text, "%x", x)};
        bool there = false;
        for (size_t i = 0; i < N && !there; i++) {
            there = mln_str_eq(list[i], code);
        }
        ck_assert_int_eq(mln_code_set_has(set, code), there);
    }
    struct mln_code_set *none = NULL;
    ck_assert_int_eq(mln_code_set_new(&arena, NULL, 0, &none, NULL), MLN_OK);
    ck_assert(!mln_code_set_has(none, MLN_STR_LIT("x")));
    mln_arena_release(&arena);
}
END_TEST

/* The first row of a key is found by all later ones. */
START_TEST(key_set_like_a_table) {
    enum { N = 50000, VALUES = 20000 };
    static uint32_t first[VALUES];
    const struct mln_hash128_key key = {{1, 2, 3}};
    struct mln_key_set set = MLN_KEY_SET_INIT;
    struct mln_rng rng;
    mln_rng_init(&rng, 11, 0, 0);
    ck_assert_ptr_null(mln_key_set_find(&set, (struct mln_hash128){1, 2}));
    uint32_t idx = 0;
    for (size_t i = 0; i < N; i++) {
        const uint32_t value = mln_rng_below(&rng, VALUES);
        const struct mln_hash128 print = mln_hash128(&key, &value, sizeof value);
        const struct mln_key_entry *found = NULL;
        ck_assert_int_eq(mln_key_set_add(&set, print, idx + 1, value * 3, &found, NULL), MLN_OK);
        ck_assert_int_eq(found == NULL, first[value] == 0);
        if (found == NULL) {
            first[value] = ++idx;
        } else {
            ck_assert_uint_eq(found->idx, first[value]);
            ck_assert_uint_eq(found->content, value * 3);
        }
    }
    ck_assert_uint_eq(set.n, idx);
    for (uint32_t value = 0; value < VALUES; value++) {
        const struct mln_key_entry *found =
            mln_key_set_find(&set, mln_hash128(&key, &value, sizeof value));
        ck_assert_uint_eq(found == NULL ? 0 : found->idx, first[value]);
    }
    mln_key_set_release(&set);
}
END_TEST

/* Lines past those kept are counted, and which are kept does not depend on a little disorder. */
START_TEST(rejects_kept_and_counted) {
    enum { N = 20000, KEPT = 100 };
    for (uint64_t swap = 0; swap < 2; swap++) {
        struct mln_rejects r = {.kept = KEPT};
        for (uint64_t i = 0; i < N; i++) {
            const struct mln_reject line = {(i ^ (swap * 31)) / 2 + 1, 0, 0,
                                            (uint16_t)(i % 2 == 0 ? MLN_REASON_KEY
                                                                  : MLN_REASON_ORPHAN)};
            ck_assert_int_eq(mln_rejects_add(&r, line, i % 2 == 0, NULL), MLN_OK);
        }
        mln_rejects_sort(&r);
        ck_assert_uint_eq(r.n, KEPT);
        ck_assert_uint_eq(r.untold, N - KEPT);
        ck_assert_uint_eq(r.rows, N / 2);
        ck_assert_uint_eq(r.by_reason[MLN_REASON_KEY], N / 2);
        for (size_t i = 0; i < r.n; i++) {
            ck_assert_uint_eq(r.list[i].row, i / 2 + 1);
        }
        mln_rejects_release(&r);
    }
}
END_TEST

MLN_TEST_MAIN("typing", rejects_kept_and_counted, cells_by_hand, codes, code_set_like_a_list, key_set_like_a_table)
