/* Days and intervals of days.
 *
 * A day is an int32 count from 1970-01-01 (Arrow date32). A date of the sources may be incomplete
 * ("2021", "2021-03"): it is the half-open interval of the days it may be, never a guess.
 * Years 1 to 9999, proleptic Gregorian calendar. */
#ifndef MLN_BASE_DATE_H
#define MLN_BASE_DATE_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

#define MLN_DAY_NONE INT32_MIN

struct mln_date_range {
    int32_t first; /* MLN_DAY_NONE: missing */
    int32_t last;  /* inclusive; equals first for a complete date */
};

struct mln_civil {
    int32_t year;
    int32_t month; /* 1..12 */
    int32_t day;   /* 1..31 */
};

/* MLN_DAY_NONE when the day does not exist (31 February, year 0, month 13). O(1). */
int32_t mln_day_from_civil(int32_t year, int32_t month, int32_t day);
/* {0, 0, 0} for MLN_DAY_NONE and any day outside the years 1 to 9999. O(1). */
struct mln_civil mln_civil_from_day(int32_t day);

/* Whole years between two days (age): anniversary counts, 29 February ages on 1 March. Negative
 * when `day` comes first; MLN_DAY_NONE when either is missing. */
int32_t mln_years_between(int32_t birth_day, int32_t day);

/* A compiled format: the letters yyyy yy mm dd HH MM SS and literal characters, e.g.
 * "dd/mm/yyyy", "yyyy-mm-dd", "yyyymmdd", "dd/mm/yyyy HH:MM", "yyyy-mm-ddTHH:MM:SSZ". A year is
 * needed, a day needs a month, the time of day comes last. Blanks around it do not count. */
struct mln_date_format {
    unsigned char ops[40];
    unsigned char n;
};

enum mln_status mln_date_format_parse(struct mln_str text, struct mln_date_format *out,
                                      struct mln_err *err) MLN_MUST_USE;

/* The format as it was written, into a buffer of at least MLN_DATE_FORMAT_TEXT bytes; its length. */
enum { MLN_DATE_FORMAT_TEXT = 64 };
size_t mln_date_format_text(const struct mln_date_format *format, char *out);

enum mln_date_parse_result {
    MLN_DATE_OK,
    MLN_DATE_INCOMPLETE, /* a month or a year only: `out` is its interval */
    MLN_DATE_EMPTY,      /* only blanks */
    MLN_DATE_MALFORMED,  /* does not have the format */
    MLN_DATE_IMPOSSIBLE, /* has the format, but there is no such day */
};

/* Parses `text` by `format`. A date whose day (and month) are absent, "00" or "--" in the format's
 * own layout ("2021", "03/2021", "00/03/2021", "2021-03") is INCOMPLETE. The time of day is checked
 * and dropped. yy means 1950..2049. No allocation. */
enum mln_date_parse_result mln_date_parse(const struct mln_date_format *format, struct mln_str text,
                                          struct mln_date_range *out);

/* "yyyy-mm-dd" into a caller's buffer of at least 11 bytes; returns its length: 10, or 0 and "" for
 * a day that mln_civil_from_day does not know. */
size_t mln_day_to_iso(int32_t day, char *out);

#endif
