#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "link/pv_reference.h"

static const struct mln_pv_years years = {1990, 2023};

/* "force unit year number doubt", '-' for what is not written; readings separated by "; ". */
static void show(const char *text, char *out, size_t cap) {
    struct mln_pv_reading r[MLN_PV_READINGS_MAX];
    const size_t n = mln_pv_reference_read(mln_str_from(text), years, r);
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        const struct mln_str force = mln_force_str(r[i].force);
        used += (size_t)snprintf(out + used, cap - used, "%s%.*s %.*s %" PRId32 " %.*s %" PRId32,
                                 i == 0 ? "" : "; ", (int)(force.n ? force.n : 1),
                                 force.n ? force.p : "-", (int)(r[i].unit.n ? r[i].unit.n : 1),
                                 r[i].unit.n ? r[i].unit.p : "-", r[i].year, (int)r[i].number.n,
                                 r[i].number.p, r[i].doubt);
        ck_assert_uint_lt(used, cap);
    }
}

/* By hand. U/N/Y: unit, number, year. */
static const struct {
    const char *text;
    const char *readings;
} cases[] = {
    {"2021/01234", "- - 2021 1234 0"},
    {"1234/21", "- - 2021 1234 0"},
    {"PV 01234-2021", "- - 2021 1234 0"},
    {"pv n\xC2\xB0 1234 / 2021", "- - 2021 1234 0"},
    {"PVn\xC2\xB0""2021-01234", "- - 2021 1234 0"},
    {"N\xC2\xB0PV2021/01234", "- - 2021 1234 0"},
    {"2021PV01234", "- - 2021 1234 0"},
    /* with a word on the force */
    {"PN 2021/1234", "PN - 2021 1234 0"},
    {"PN2021/1234", "PN - 2021 1234 0"},
    {"Commissariat de police, 2021/1234", "PN - 2021 1234 0"},
    {"PN ou GN 2021/1234", "- - 2021 1234 0"},
    /* three numbers: U/N/Y and N/U/Y are equally usual until a word says gendarmerie; the pair on
     * the year's side remains, in case the third number means something else */
    {"01234/00321/2021", "- 01234 2021 321 0; - 00321 2021 1234 0; - - 2021 321 3"},
    {"PV n\xC2\xB0 01234/00321/2021", "- 01234 2021 321 0; - 00321 2021 1234 0; - - 2021 321 3"},
    {"GN 01234/00321/2021", "GN 01234 2021 321 0; GN 00321 2021 1234 1; GN - 2021 321 3"},
    {"Procédure BTA 01234-00321-21", "GN 01234 2021 321 0; GN 00321 2021 1234 1; GN - 2021 321 3"},
    {"00321 2021/01234", "- 00321 2021 1234 0; - 01234 2021 321 1; - - 2021 321 3; - - 2021 1234 3"},
    {"2021/01234 (unité 00321)",
     "- 00321 2021 1234 0; - 01234 2021 321 1; - - 2021 1234 3"},
    {"75D12 2021/01234", "- 75D12 2021 1234 0"},
    /* no leading zeros in numbers, all of them in units */
    {"0007/0012/2021", "- 0007 2021 12 0; - 0012 2021 7 0; - - 2021 12 3"},
    /* both numbers may be the year */
    {"2021/2020", "- - 2021 2020 0; - - 2020 2021 0"},
    {"21/19", "- - 2021 19 0; - - 2019 21 0"},
    {"2021/12", "- - 2021 12 0; - - 2012 2021 2"},
    /* two digits: the latest year not after the last one (2023) */
    {"1234/24", ""}, /* 1924 is before the first year, 2024 after the last */
    {"1234/95", "- - 1995 1234 0"},
    /* one run of digits */
    {"202101234", "- - 2021 1234 1"},
    {"012342021", "- - 2021 1234 2"},
    {"00321 202101234", "- 00321 2021 1234 1"},
    /* dates are not numbers of procedures */
    {"PV 2021/01234 du 12/03/2021", "- - 2021 1234 0"},
    {"transmis le 12/03/2021 : 1234/21", "- - 2021 1234 0"},
    {"PV 2021/01234 du 12 f\xC3\xA9vrier 2021", "- - 2021 1234 0"},
    {"2021/01234 2021-03-12", "- - 2021 1234 0"},
    /* nothing to read, and no guess */
    {"", ""},
    {"   ", ""},
    {"n\xC3\xA9""ant", ""},
    {"1234", ""},
    {"0000/2021", ""},
    {"1234/5678", ""},
    {"1 2 3 4 5 2021", ""},
    {"PV 1234567890/2021", ""},
};

START_TEST(by_hand) {
    char got[2048];
    show(cases[_i].text, got, sizeof got);
    ck_assert_str_eq(got, cases[_i].readings);
}
END_TEST

START_TEST(missing_long_and_odd_ranges) {
    struct mln_pv_reading r[MLN_PV_READINGS_MAX];
    ck_assert_uint_eq(mln_pv_reference_read((struct mln_str){NULL, 0}, years, r), 0);
    char prose[MLN_PV_TEXT_MAX + 2];
    memset(prose, ' ', sizeof prose);
    memcpy(prose, "1234/2021", 9);
    ck_assert_uint_eq(mln_pv_reference_read((struct mln_str){prose, MLN_PV_TEXT_MAX}, years, r), 1);
    ck_assert_uint_eq(mln_pv_reference_read((struct mln_str){prose, MLN_PV_TEXT_MAX + 1}, years, r),
                      0);
    const struct mln_pv_years none = {2022, 2021};
    ck_assert_uint_eq(mln_pv_reference_read(MLN_STR_LIT("1234/2021"), none, r), 0);
    /* a year after the last one is no year */
    const struct mln_pv_years until_2020 = {1990, 2020};
    ck_assert_uint_eq(mln_pv_reference_read(MLN_STR_LIT("1234/2021"), until_2020, r), 0);
}
END_TEST

/* ── property: every spelling of a known key is read back to it ── */

struct key {
    const char *force;
    uint32_t unit, year, number;
};

enum { HAS_UNIT = 1, HAS_FORCE = 2 };

/* f force, u unit on five digits, n number, N number on five digits, Y year, y two digits of it. */
static const struct {
    const char *pattern;
    int has;
} spellings[] = {
    {"Y/N", 0},           {"Y/n", 0},
    {"n/y", 0},           {"N-Y", 0},
    {"PV N-Y", 0},        {"PV n\xC2\xB0 n/Y", 0},
    {"y/n", 0},           {"proc. Y - n", 0},
    {"YN", 0},            {"NY", 0},
    {"f Y/n", HAS_FORCE}, {"f Y/N du 14/07/Y", HAS_FORCE},
    {"u/N/Y", HAS_UNIT},  {"N/u/Y", HAS_UNIT},
    {"u/n/y", HAS_UNIT},  {"PV n\xC2\xB0 N/u/Y", HAS_UNIT},
    {"u Y/N", HAS_UNIT},  {"u-Y-n", HAS_UNIT},
    {"Y/N u", HAS_UNIT},  {"f u N/Y", HAS_UNIT | HAS_FORCE},
    {"Y.u.n", HAS_UNIT},  {"(f) unit\xC3\xA9 u, PV N de Y, copie", HAS_UNIT | HAS_FORCE},
    {"u YN", HAS_UNIT},
};

static void spell(const char *pattern, const struct key *key, char *out, size_t cap) {
    size_t n = 0;
    for (const char *p = pattern; *p != '\0' && n + 16 < cap; p++) {
        const bool alone = p == pattern || strchr("abcdefghijklmnopqrstuvwxyz", p[-1]) == NULL;
        const bool last = p[1] == '\0' || strchr("abcdefghijklmnopqrstuvwxyz", p[1]) == NULL;
        const bool letter = *p == 'N' || *p == 'Y' || (alone && last);
        if (letter && *p == 'f') {
            n += (size_t)snprintf(out + n, cap - n, "%s", key->force);
        } else if (letter && *p == 'u') {
            n += (size_t)snprintf(out + n, cap - n, "%05" PRIu32, key->unit);
        } else if (letter && *p == 'n' && (unsigned char)p[1] != 0xC2) {
            n += (size_t)snprintf(out + n, cap - n, "%" PRIu32, key->number);
        } else if (letter && *p == 'N') {
            n += (size_t)snprintf(out + n, cap - n, "%05" PRIu32, key->number);
        } else if (letter && *p == 'Y') {
            n += (size_t)snprintf(out + n, cap - n, "%04" PRIu32, key->year);
        } else if (letter && *p == 'y') {
            n += (size_t)snprintf(out + n, cap - n, "%02" PRIu32, key->year % 100);
        } else {
            out[n++] = *p;
        }
        out[n] = '\0';
    }
}

START_TEST(every_spelling_is_read_back) {
    struct mln_rng rng;
    mln_rng_init(&rng, 20210312, 1, (uint64_t)_i);
    for (int round = 0; round < 2000; round++) {
        const struct key key = {
            mln_rng_below(&rng, 2) == 0 ? "PN" : "GN",
            mln_rng_below(&rng, 100000),
            2000 + mln_rng_below(&rng, 24),
            1 + mln_rng_below(&rng, 99999),
        };
        char text[128] = "";
        char unit[8], number[16];
        spell(spellings[_i].pattern, &key, text, sizeof text);
        snprintf(unit, sizeof unit, "%05" PRIu32, key.unit);
        snprintf(number, sizeof number, "%" PRIu32, key.number);
        struct mln_pv_reading r[MLN_PV_READINGS_MAX];
        const size_t n = mln_pv_reference_read(mln_str_from(text), years, r);
        bool found = false;
        for (size_t i = 0; i < n; i++) {
            const bool good_unit = (spellings[_i].has & HAS_UNIT) != 0 ? mln_str_is(r[i].unit, unit)
                                                                      : r[i].unit.p == NULL;
            const bool good_force = (spellings[_i].has & HAS_FORCE) != 0
                                        ? mln_str_is(mln_force_str(r[i].force), key.force)
                                        : r[i].force == MLN_FORCE_NONE;
            found = found || (good_unit && good_force && r[i].year == (int32_t)key.year &&
                              mln_str_is(r[i].number, number));
            ck_assert_msg(i == 0 || r[i - 1].doubt <= r[i].doubt, "%s: not sorted", text);
        }
        ck_assert_msg(found, "%s: not read back (of %zu readings)", text, n);
    }
}
END_TEST

/* Nothing that is not written: units are runs of the text, readings are distinct, in range. */
START_TEST(random_texts_keep_the_promises) {
    static const char *const bits[] = {"PV", "N", "\xC2\xB0", "/", "-", " ", "2021", "21", "0", "7",
                                       "00321", "GN", "du", "mars", "2A", "\xC3", "\xFF", "99999",
                                       ".", "1995", "12", "3"};
    struct mln_rng rng;
    mln_rng_init(&rng, 7, 2, 0);
    for (int round = 0; round < 20000; round++) {
        char text[160];
        size_t n = 0;
        const uint32_t parts = mln_rng_below(&rng, 14);
        for (uint32_t i = 0; i < parts; i++) {
            const char *bit = bits[mln_rng_below(&rng, sizeof bits / sizeof *bits)];
            memcpy(text + n, bit, strlen(bit));
            n += strlen(bit);
        }
        struct mln_pv_reading r[MLN_PV_READINGS_MAX];
        const size_t found = mln_pv_reference_read((struct mln_str){text, n}, years, r);
        ck_assert_uint_le(found, MLN_PV_READINGS_MAX);
        for (size_t i = 0; i < found; i++) {
            ck_assert_int_ge(r[i].year, years.first);
            ck_assert_int_le(r[i].year, years.last);
            ck_assert(r[i].number.n >= 1 && *r[i].number.p != '0');
            ck_assert(r[i].number.p >= text && r[i].number.p + r[i].number.n <= text + n);
            for (size_t j = 0; j < i; j++) {
                ck_assert(r[i].year != r[j].year || !mln_str_eq(r[i].number, r[j].number) ||
                          !mln_str_eq(r[i].unit, r[j].unit));
            }
        }
    }
}
END_TEST

START_TEST(kernel_gives_a_row_a_reading) {
    static const struct mln_column_spec in_specs[] = {
        {"idx", MLN_INT64}, {"reference", MLN_UTF8_TEXT}, {"annee", MLN_INT32}};
    static const struct mln_column_spec out_specs[] = {
        {"idx", MLN_INT64},          {"lecture", MLN_INT32}, {"doute", MLN_INT32},
        {"force", MLN_UTF8_TEXT},    {"code_unite", MLN_UTF8_TEXT},
        {"annee", MLN_INT32},        {"numero", MLN_UTF8_TEXT}};
    struct mln_builder *in = mln_builder_new(in_specs, 3);
    struct mln_builder *out = mln_builder_new(out_specs, 7);
    ck_assert(in != NULL && out != NULL);
    static const char *const texts[] = {"2021/2020", NULL, "GN 1234/21", "2021/7"};
    static const int32_t last[] = {2021, 2021, 0, 2020};
    for (size_t i = 0; i < 4; i++) {
        mln_add_i64(in, 0, (int64_t)(10 + i));
        mln_add_str(in, 1, mln_str_from(texts[i]));
        if (last[i] == 0) {
            mln_add_null(in, 2);
        } else {
            mln_add_i32(in, 2, last[i]);
        }
    }
    struct mln_batch batch;
    struct mln_pv_years wide = years;
    ck_assert_int_eq(mln_builder_view(in, &batch, NULL), MLN_OK);
    ck_assert_int_eq(mln_pv_reference_kernel(&wide, &batch, out, NULL), MLN_OK);
    struct mln_batch got;
    ck_assert_int_eq(mln_builder_view(out, &got, NULL), MLN_OK);
    /* 10: two readings; 11: missing; 12: one, with its force; 13: 2021 is after its last year, and
     * 7 is no year */
    ck_assert_uint_eq(got.n_rows, 3);
    ck_assert_int_eq(mln_get_i64(&got.columns[0], 1), 10);
    ck_assert_int_eq(mln_get_i32(&got.columns[1], 1), 2);
    ck_assert_int_eq(mln_get_i32(&got.columns[5], 1), 2020);
    ck_assert(!mln_is_valid(&got.columns[3], 0) && !mln_is_valid(&got.columns[4], 0));
    ck_assert_int_eq(mln_get_i64(&got.columns[0], 2), 12);
    ck_assert(mln_str_is(mln_get_str(&got.columns[3], 2), "GN"));
    ck_assert(mln_str_is(mln_get_str(&got.columns[6], 2), "1234"));
    mln_builder_free(in);
    mln_builder_free(out);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("pv_reference");
    TCase *tc = tcase_create("pv_reference");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, by_hand, 0, (int)(sizeof cases / sizeof *cases));
    tcase_add_test(tc, missing_long_and_odd_ranges);
    tcase_add_loop_test(tc, every_spelling_is_read_back, 0,
                        (int)(sizeof spellings / sizeof *spellings));
    tcase_add_test(tc, random_texts_keep_the_promises);
    tcase_add_test(tc, kernel_gives_a_row_a_reading);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
