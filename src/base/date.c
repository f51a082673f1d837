#include "base/date.h"

/* Field codes of a compiled format; every other op is the literal character itself (>= ' '). */
enum { OP_YEAR4 = 1, OP_YEAR2, OP_MONTH, OP_DAY, OP_HOUR, OP_MINUTE, OP_SECOND, OP_END };

/* By field code: how users write it, and how many characters it takes. */
static const struct {
    const char *letters;
    unsigned char width;
} fields[OP_END] = {
    [OP_YEAR4] = {"yyyy", 4}, [OP_YEAR2] = {"yy", 2}, [OP_MONTH] = {"mm", 2},
    [OP_DAY] = {"dd", 2},     [OP_HOUR] = {"HH", 2},  [OP_MINUTE] = {"MM", 2},
    [OP_SECOND] = {"SS", 2},
};

static bool is_leap(int32_t year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int32_t days_in_month(int32_t year, int32_t month) {
    static const int32_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days are counted in eras of 400 years that begin on 1 March, so that the leap day comes last:
 * H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2021. 719468 = 1970-01-01 in that
 * count. Years are positive here, hence no floor division. */
int32_t mln_day_from_civil(int32_t year, int32_t month, int32_t day) {
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 ||
        day > days_in_month(year, month)) {
        return MLN_DAY_NONE;
    }
    const int32_t y = month <= 2 ? year - 1 : year;
    const int32_t era = y / 400;
    const int32_t year_of_era = y % 400;
    const int32_t month_from_march = (month + 9) % 12;
    const int32_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    const int32_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

struct mln_civil mln_civil_from_day(int32_t day) {
    enum { FIRST = -719162, LAST = 2932896 }; /* 0001-01-01 and 9999-12-31 */
    if (day < FIRST || day > LAST) {
        return (struct mln_civil){0, 0, 0};
    }
    const int32_t z = day + 719468;
    const int32_t era = z / 146097;
    const int32_t day_of_era = z % 146097;
    const int32_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int32_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int32_t month_from_march = (5 * day_of_year + 2) / 153;
    const int32_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    return (struct mln_civil){
        .year = era * 400 + year_of_era + (month <= 2),
        .month = month,
        .day = day_of_year - (153 * month_from_march + 2) / 5 + 1,
    };
}

int32_t mln_years_between(int32_t birth_day, int32_t day) {
    const struct mln_civil b = mln_civil_from_day(birth_day);
    const struct mln_civil d = mln_civil_from_day(day);
    if (b.year == 0 || d.year == 0) {
        return MLN_DAY_NONE;
    }
    const bool before_anniversary = d.month < b.month || (d.month == b.month && d.day < b.day);
    return d.year - b.year - before_anniversary;
}

/* ── formats ── */

/* The field that starts at `at`, 0 when there is none. "yyyy" is tried before "yy". */
static unsigned char field_at(struct mln_str text, size_t at) {
    for (unsigned char op = OP_YEAR4; op < OP_END; op++) {
        const size_t n = strlen(fields[op].letters);
        if (text.n - at >= n && memcmp(text.p + at, fields[op].letters, n) == 0) {
            return op;
        }
    }
    return 0;
}

static bool is_literal(char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return c >= ' ' && c <= '~' && (!letter || c == 'T' || c == 'Z') && (c < '0' || c > '9');
}

/* A year, then month before day before hour before minute before second in the sense of "needs",
 * each once, the time of day after the date. */
static const char *why_not_a_format(const struct mln_date_format *f) {
    unsigned seen = 0;
    for (size_t i = 0; i < f->n; i++) {
        const unsigned char op = f->ops[i];
        if (op >= OP_END) {
            continue;
        }
        if ((seen >> op & 1U) != 0) {
            return "a field is written twice";
        }
        if (op <= OP_DAY && (seen >> OP_HOUR) != 0) {
            return "the time of day must come after the date";
        }
        if (op > OP_HOUR && (seen >> (op - 1) & 1U) == 0) {
            return "MM must follow HH, and SS must follow MM (minutes are MM, months mm)";
        }
        seen |= 1U << op;
    }
    const unsigned years = (seen >> OP_YEAR4 & 1U) + (seen >> OP_YEAR2 & 1U);
    if (years != 1) {
        return "one year is needed, yyyy or yy";
    }
    if ((seen >> OP_DAY & 1U) != 0 && (seen >> OP_MONTH & 1U) == 0) {
        return "a day needs a month";
    }
    return NULL;
}

enum mln_status mln_date_format_parse(struct mln_str text, struct mln_date_format *out,
                                      struct mln_err *err) {
    text = mln_str_trim(text);
    struct mln_date_format f = {.n = 0};
    for (size_t at = 0; at < text.n;) {
        const unsigned char op = field_at(text, at);
        if (op == 0 && !is_literal(text.p[at])) {
            return mln_err_set(
                err, MLN_BAD_INPUT,
                "date format '%.*s': character %zu is not allowed; use yyyy yy mm dd HH "
                "MM SS, T, Z and punctuation",
                MLN_STR_ARG(text), at + 1);
        }
        if (f.n == sizeof f.ops) {
            return mln_err_set(err, MLN_BAD_INPUT, "a date format is longer than %zu parts",
                               sizeof f.ops);
        }
        f.ops[f.n++] = op != 0 ? op : (unsigned char)text.p[at];
        at += op != 0 ? strlen(fields[op].letters) : 1;
    }
    const char *why = why_not_a_format(&f);
    if (why != NULL) {
        return mln_err_set(err, MLN_BAD_INPUT, "date format '%.*s': %s", MLN_STR_ARG(text), why);
    }
    *out = f;
    return MLN_OK;
}

size_t mln_date_format_text(const struct mln_date_format *format, char *out) {
    size_t n = 0; /* at most 4 + 5 × 2 letters and 40 literals */
    for (size_t i = 0; i < format->n; i++) {
        const unsigned char op = format->ops[i];
        if (op < OP_END) {
            const size_t letters = strlen(fields[op].letters);
            memcpy(out + n, fields[op].letters, letters);
            n += letters;
        } else {
            out[n++] = (char)op;
        }
    }
    out[n] = '\0';
    return n;
}

/* ── values ── */

static size_t width_of_format(const struct mln_date_format *f) {
    size_t width = 0;
    for (size_t i = 0; i < f->n; i++) {
        width += f->ops[i] < OP_END ? fields[f->ops[i]].width : 1;
    }
    return width;
}

/* The layout without the ops [from, to). */
static void cut(struct mln_date_format *f, size_t from, size_t to) {
    memmove(f->ops + from, f->ops + to, f->n - to);
    f->n = (unsigned char)(f->n - (to - from));
}

/* Drops a field with the separator that tied it to its neighbour: the one before it, or, for the
 * first field, the one after it ("dd/mm/yyyy" → "mm/yyyy", "yyyy-mm-dd" → "yyyy-mm"). A field of
 * the time of day drops all that follows. */
static bool drop_field(struct mln_date_format *f, unsigned char op) {
    size_t from = 0;
    while (from < f->n && f->ops[from] != op) {
        from++;
    }
    if (from == f->n) {
        return false;
    }
    size_t to = op == OP_HOUR ? f->n : from + 1;
    if (from == 0) {
        while (to < f->n && f->ops[to] >= OP_END) {
            to++;
        }
    } else {
        while (from > 0 && f->ops[from - 1] >= OP_END) {
            from--;
        }
    }
    cut(f, from, to);
    return true;
}

enum { ABSENT = -1, NOT_A_NUMBER = -2 };

/* The number of `width` digits; ABSENT for "--"; NOT_A_NUMBER otherwise. */
static int32_t number_at(const char *p, size_t width) {
    int32_t value = 0;
    size_t dashes = 0;
    size_t digits = 0;
    for (size_t i = 0; i < width; i++) {
        if (p[i] >= '0' && p[i] <= '9') {
            value = value * 10 + (p[i] - '0');
            digits++;
        } else if (p[i] == '-') {
            dashes++;
        }
    }
    return digits == width ? value : dashes == width ? ABSENT : NOT_A_NUMBER;
}

/* Values by field code, from a text of exactly the layout's width. Fields that the layout does not
 * have stay ABSENT. */
static bool read_fields(const struct mln_date_format *f, const char *p, int32_t values[OP_END]) {
    for (size_t op = 0; op < OP_END; op++) {
        values[op] = ABSENT;
    }
    for (size_t i = 0; i < f->n; i++) {
        const unsigned char op = f->ops[i];
        if (op >= OP_END) {
            if ((unsigned char)*p++ != op) {
                return false;
            }
            continue;
        }
        values[op] = number_at(p, fields[op].width);
        const bool may_be_absent = op == OP_MONTH || op == OP_DAY;
        if (values[op] == NOT_A_NUMBER || (values[op] == ABSENT && !may_be_absent)) {
            return false;
        }
        p += fields[op].width;
    }
    return true;
}

static enum mln_date_parse_result range_of(const int32_t values[OP_END],
                                           struct mln_date_range *out) {
    int32_t year = values[OP_YEAR4];
    if (values[OP_YEAR2] != ABSENT) {
        year = values[OP_YEAR2] + (values[OP_YEAR2] < 50 ? 2000 : 1900);
    }
    const int32_t month = values[OP_MONTH];
    const int32_t day = values[OP_DAY];
    const bool no_month = month <= 0;
    const bool no_day = day <= 0;
    if (year < 1 || month > 12 || (no_month && !no_day) || values[OP_HOUR] > 23 ||
        values[OP_MINUTE] > 59 || values[OP_SECOND] > 59) {
        return MLN_DATE_IMPOSSIBLE;
    }
    if (no_month) {
        *out = (struct mln_date_range){mln_day_from_civil(year, 1, 1),
                                       mln_day_from_civil(year, 12, 31)};
        return MLN_DATE_INCOMPLETE;
    }
    if (no_day) {
        *out = (struct mln_date_range){mln_day_from_civil(year, month, 1),
                                       mln_day_from_civil(year, month, days_in_month(year, month))};
        return MLN_DATE_INCOMPLETE;
    }
    const int32_t exact = mln_day_from_civil(year, month, day);
    if (exact == MLN_DAY_NONE) {
        return MLN_DATE_IMPOSSIBLE;
    }
    *out = (struct mln_date_range){exact, exact};
    return MLN_DATE_OK;
}

enum mln_date_parse_result mln_date_parse(const struct mln_date_format *format, struct mln_str text,
                                          struct mln_date_range *out) {
    *out = (struct mln_date_range){MLN_DAY_NONE, MLN_DAY_NONE};
    const struct mln_str s = mln_str_trim(text);
    if (s.n == 0) {
        return MLN_DATE_EMPTY;
    }
    int32_t values[OP_END];
    if (s.n == width_of_format(format)) {
        return read_fields(format, s.p, values) ? range_of(values, out) : MLN_DATE_MALFORMED;
    }
    /* A shorter text may be the layout without its day, or without day and month. */
    struct mln_date_format shorter = *format;
    (void)drop_field(&shorter, OP_HOUR);
    static const unsigned char in_order[] = {OP_DAY, OP_MONTH};
    for (size_t i = 0; i < sizeof in_order; i++) {
        if (drop_field(&shorter, in_order[i]) && s.n == width_of_format(&shorter)) {
            return read_fields(&shorter, s.p, values) ? range_of(values, out) : MLN_DATE_MALFORMED;
        }
    }
    return MLN_DATE_MALFORMED;
}

size_t mln_day_to_iso(int32_t day, char *out) {
    const struct mln_civil c = mln_civil_from_day(day);
    if (c.year == 0) {
        out[0] = '\0';
        return 0;
    }
    const int32_t parts[] = {c.year / 100, c.year % 100, c.month, c.day};
    static const size_t at[] = {0, 2, 5, 8};
    for (size_t i = 0; i < 4; i++) {
        out[at[i]] = (char)('0' + parts[i] / 10);
        out[at[i] + 1] = (char)('0' + parts[i] % 10);
    }
    out[4] = '-';
    out[7] = '-';
    out[10] = '\0';
    return 10;
}
