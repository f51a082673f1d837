#include <stdio.h>

#include "base/date.h"
#include "run.h"

static bool leap(int y) {
    return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
}

static int month_length(int y, int m) {
    return m == 2 ? 28 + leap(y) : m == 4 || m == 6 || m == 9 || m == 11 ? 30 : 31;
}

/* Oracle: the calendar walked day by day. Every day that a walk does not reach must not exist. */
START_TEST(every_day_of_the_calendar_makes_the_round_trip) {
    int32_t day = -719162; /* 0001-01-01 */
    for (int y = 1; y <= 9999; y++) {
        for (int m = 1; m <= 12; m++) {
            for (int d = 1; d <= month_length(y, m); d++, day++) {
                const struct mln_civil c = mln_civil_from_day(day);
                if (mln_day_from_civil(y, m, d) != day || c.year != y || c.month != m ||
                    c.day != d) {
                    ck_abort_msg("%04d-%02d-%02d", y, m, d);
                }
            }
            ck_assert_int_eq(mln_day_from_civil(y, m, month_length(y, m) + 1), MLN_DAY_NONE);
            ck_assert_int_eq(mln_day_from_civil(y, m, 0), MLN_DAY_NONE);
        }
    }
    ck_assert_int_eq(day, 2932897); /* 10000-01-01 */
    ck_assert_int_eq(mln_day_from_civil(1970, 1, 1), 0);
    ck_assert_int_eq(mln_day_from_civil(2000, 3, 1), 11017);
}
END_TEST

START_TEST(days_outside_the_calendar_do_not_exist) {
    ck_assert_int_eq(mln_day_from_civil(0, 1, 1), MLN_DAY_NONE);
    ck_assert_int_eq(mln_day_from_civil(-1, 1, 1), MLN_DAY_NONE);
    ck_assert_int_eq(mln_day_from_civil(10000, 1, 1), MLN_DAY_NONE);
    ck_assert_int_eq(mln_day_from_civil(2021, 0, 1), MLN_DAY_NONE);
    ck_assert_int_eq(mln_day_from_civil(2021, 13, 1), MLN_DAY_NONE);
    ck_assert_int_eq(mln_day_from_civil(2021, INT32_MAX, INT32_MAX), MLN_DAY_NONE);
    const int32_t outside[] = {MLN_DAY_NONE, -719163, 2932897, INT32_MAX};
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        char iso[11] = "untouched";
        ck_assert_int_eq(mln_civil_from_day(outside[i]).year, 0);
        ck_assert_uint_eq(mln_day_to_iso(outside[i], iso), 0);
        ck_assert_str_eq(iso, "");
    }
}
END_TEST

static int32_t day(int y, int m, int d) {
    return mln_day_from_civil(y, m, d);
}

START_TEST(ages_count_anniversaries) {
    ck_assert_int_eq(mln_years_between(day(1980, 6, 15), day(2021, 6, 14)), 40);
    ck_assert_int_eq(mln_years_between(day(1980, 6, 15), day(2021, 6, 15)), 41);
    ck_assert_int_eq(mln_years_between(day(1980, 6, 15), day(1980, 6, 15)), 0);
    /* Born on 29 February: a year older on 1 March, except in leap years. */
    ck_assert_int_eq(mln_years_between(day(2000, 2, 29), day(2018, 2, 28)), 17);
    ck_assert_int_eq(mln_years_between(day(2000, 2, 29), day(2018, 3, 1)), 18);
    ck_assert_int_eq(mln_years_between(day(2000, 2, 29), day(2020, 2, 28)), 19);
    ck_assert_int_eq(mln_years_between(day(2000, 2, 29), day(2020, 2, 29)), 20);
    /* 1900 was no leap year. */
    ck_assert_int_eq(mln_years_between(day(1896, 2, 29), day(1900, 2, 28)), 3);
    ck_assert_int_eq(mln_years_between(day(1896, 2, 29), day(1900, 3, 1)), 4);
    /* Facts before birth: negative, so that nobody takes them for a newborn. */
    ck_assert_int_eq(mln_years_between(day(2021, 1, 2), day(2021, 1, 1)), -1);
    ck_assert_int_eq(mln_years_between(MLN_DAY_NONE, day(2021, 1, 1)), MLN_DAY_NONE);
    ck_assert_int_eq(mln_years_between(day(2021, 1, 1), MLN_DAY_NONE), MLN_DAY_NONE);
}
END_TEST

enum {
    OK = MLN_DATE_OK,
    PART = MLN_DATE_INCOMPLETE,
    EMPTY = MLN_DATE_EMPTY,
    BAD = MLN_DATE_MALFORMED,
    NEVER = MLN_DATE_IMPOSSIBLE
};

static const struct {
    const char *format;
    const char *text;
    int result;
    const char *first; /* ISO; NULL: missing */
    const char *last;
} values[] = {
    {"dd/mm/yyyy", "14/07/2021", OK, "2021-07-14", "2021-07-14"},
    {"dd/mm/yyyy", "  14/07/2021\t", OK, "2021-07-14", "2021-07-14"},
    {"dd/mm/yyyy", "29/02/2020", OK, "2020-02-29", "2020-02-29"},
    {"dd/mm/yyyy", "29/02/2021", NEVER, NULL, NULL},
    {"dd/mm/yyyy", "31/02/2021", NEVER, NULL, NULL},
    {"dd/mm/yyyy", "01/13/2021", NEVER, NULL, NULL},
    {"dd/mm/yyyy", "01/01/0000", NEVER, NULL, NULL},
    {"dd/mm/yyyy", "00/00/0000", NEVER, NULL, NULL},
    {"dd/mm/yyyy", "15/00/2021", NEVER, NULL, NULL}, /* a day of no month */
    {"dd/mm/yyyy", "15/--/2021", NEVER, NULL, NULL},
    {"dd/mm/yyyy", "32/01/2021", NEVER, NULL, NULL},
    {"dd/mm/yyyy", "00/03/2021", PART, "2021-03-01", "2021-03-31"},
    {"dd/mm/yyyy", "--/02/2020", PART, "2020-02-01", "2020-02-29"},
    {"dd/mm/yyyy", "00/00/2021", PART, "2021-01-01", "2021-12-31"},
    {"dd/mm/yyyy", "--/--/2021", PART, "2021-01-01", "2021-12-31"},
    {"dd/mm/yyyy", "03/2021", PART, "2021-03-01", "2021-03-31"},
    {"dd/mm/yyyy", "00/2021", PART, "2021-01-01", "2021-12-31"},
    {"dd/mm/yyyy", "2021", PART, "2021-01-01", "2021-12-31"},
    {"dd/mm/yyyy", "13/2021", NEVER, NULL, NULL},
    {"dd/mm/yyyy", "0000", NEVER, NULL, NULL},
    {"dd/mm/yyyy", "", EMPTY, NULL, NULL},
    {"dd/mm/yyyy", " \t ", EMPTY, NULL, NULL},
    {"dd/mm/yyyy", "14-07-2021", BAD, NULL, NULL},
    {"dd/mm/yyyy", "4/7/2021", BAD, NULL, NULL},
    {"dd/mm/yyyy", "14/07/21", BAD, NULL, NULL},
    {"dd/mm/yyyy", "14/07/20211", BAD, NULL, NULL},
    {"dd/mm/yyyy", "0-/07/2021", BAD, NULL, NULL},
    {"dd/mm/yyyy", "14/07/----", BAD, NULL, NULL},
    {"dd/mm/yyyy", "+1/07/2021", BAD, NULL, NULL},
    {"dd/mm/yyyy", "14/07/ 021", BAD, NULL, NULL},
    {"dd/mm/yyyy", "20-21", BAD, NULL, NULL},
    {"yyyy-mm-dd", "2021-07-14", OK, "2021-07-14", "2021-07-14"},
    {"yyyy-mm-dd", "2021-07", PART, "2021-07-01", "2021-07-31"},
    {"yyyy-mm-dd", "2021", PART, "2021-01-01", "2021-12-31"},
    {"yyyy-mm-dd", "9999-12-31", OK, "9999-12-31", "9999-12-31"},
    {"yyyy-mm-dd", "0001-01-01", OK, "0001-01-01", "0001-01-01"},
    {"yyyymmdd", "20210714", OK, "2021-07-14", "2021-07-14"},
    {"yyyymmdd", "202107", PART, "2021-07-01", "2021-07-31"},
    {"yyyymmdd", "20210700", PART, "2021-07-01", "2021-07-31"},
    {"yyyymmdd", "2021", PART, "2021-01-01", "2021-12-31"},
    {"ddmmyy", "140749", OK, "2049-07-14", "2049-07-14"},
    {"ddmmyy", "140750", OK, "1950-07-14", "1950-07-14"},
    {"dd/mm/yy", "14/07/00", OK, "2000-07-14", "2000-07-14"},
    {"dd/mm/yyyy HH:MM", "14/07/2021 23:59", OK, "2021-07-14", "2021-07-14"},
    {"dd/mm/yyyy HH:MM", "14/07/2021 24:00", NEVER, NULL, NULL},
    {"dd/mm/yyyy HH:MM", "14/07/2021 10:60", NEVER, NULL, NULL},
    {"dd/mm/yyyy HH:MM", "14/07/2021 --:--", BAD, NULL, NULL},
    {"dd/mm/yyyy HH:MM", "14/07/2021", BAD, NULL, NULL},
    {"dd/mm/yyyy HH:MM", "07/2021", PART, "2021-07-01", "2021-07-31"},
    {"dd/mm/yyyy HH:MM", "00/07/2021 10:00", PART, "2021-07-01", "2021-07-31"},
    {"yyyy-mm-ddTHH:MM:SSZ", "2021-07-14T10:11:12Z", OK, "2021-07-14", "2021-07-14"},
    {"yyyy-mm-ddTHH:MM:SSZ", "2021-07-14T10:11:61Z", NEVER, NULL, NULL},
    {"yyyy-mm-ddTHH:MM:SSZ", "2021-07", PART, "2021-07-01", "2021-07-31"},
    {"mm/yyyy", "07/2021", PART, "2021-07-01", "2021-07-31"},
    {"yyyy", "2021", PART, "2021-01-01", "2021-12-31"},
};

static void check_day(int32_t got, const char *iso) {
    char text[11];
    if (iso == NULL) {
        ck_assert_int_eq(got, MLN_DAY_NONE);
    } else {
        ck_assert_uint_eq(mln_day_to_iso(got, text), 10);
        ck_assert_str_eq(text, iso);
    }
}

START_TEST(values_by_format) {
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct mln_date_format format;
        struct mln_date_range range;
        ck_assert_int_eq(mln_date_format_parse(mln_str_from(values[i].format), &format, NULL),
                         MLN_OK);
        const int result = (int)mln_date_parse(&format, mln_str_from(values[i].text), &range);
        ck_assert_msg(result == values[i].result, "'%s' by '%s': %d", values[i].text,
                      values[i].format, result);
        check_day(range.first, values[i].first);
        check_day(range.last, values[i].last);
    }
}
END_TEST

START_TEST(formats_that_say_nothing_are_refused) {
    static const struct {
        const char *format;
        const char *why; /* part of the message */
    } bad[] = {
        {"", "one year is needed"},
        {"dd/mm", "one year is needed"},
        {"yyyy-yy", "one year is needed"},
        {"yyyy yyyy", "twice"},
        {"dd/yyyy", "a day needs a month"},
        {"yyyy-mm-dd MM", "MM must follow HH"},
        {"yyyy-mm-dd HH:SS", "SS must follow MM"},
        {"HH:MM dd/mm/yyyy", "after the date"},
        {"jj/mm/aaaa", "character 1 is not allowed"},
        {"dd/mm/yyyé", "character"},
        {"yyyy 1", "character 6 is not allowed"},
        {"yyyy-----------------------------------------", "longer than"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct mln_date_format format;
        struct mln_err err = {0};
        ck_assert_int_eq(mln_date_format_parse(mln_str_from(bad[i].format), &format, &err),
                         MLN_BAD_INPUT);
        ck_assert_msg(strstr(err.msg, bad[i].why) != NULL, "'%s': %s", bad[i].format, err.msg);
    }
}
END_TEST

/* Property: what is written in a format is read back, for every tenth day or so of four centuries.
 */
START_TEST(what_is_written_is_read_back) {
    struct mln_date_format french;
    struct mln_date_format packed;
    ck_assert_int_eq(mln_date_format_parse(MLN_STR_LIT("dd/mm/yyyy"), &french, NULL), MLN_OK);
    ck_assert_int_eq(mln_date_format_parse(MLN_STR_LIT("yyyymmdd"), &packed, NULL), MLN_OK);
    for (int32_t d = day(1800, 1, 1); d < day(2200, 1, 1); d += 7) {
        const struct mln_civil c = mln_civil_from_day(d);
        char text[48];
        struct mln_date_range range;
        (void)snprintf(text, sizeof text, "%02d/%02d/%04d", c.day, c.month, c.year);
        ck_assert_int_eq(mln_date_parse(&french, mln_str_from(text), &range), MLN_DATE_OK);
        ck_assert(range.first == d && range.last == d);
        (void)snprintf(text, sizeof text, "%04d%02d%02d", c.year, c.month, c.day);
        ck_assert_int_eq(mln_date_parse(&packed, mln_str_from(text), &range), MLN_DATE_OK);
        ck_assert(range.first == d && range.last == d);
    }
}
END_TEST

MLN_TEST_MAIN("date", every_day_of_the_calendar_makes_the_round_trip,
              days_outside_the_calendar_do_not_exist, ages_count_anniversaries, values_by_format,
              formats_that_say_nothing_are_refused, what_is_written_is_read_back)
