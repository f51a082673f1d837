#include <stdint.h>
#include <stdlib.h>

#include "base/date.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds) {
        abort();
    }
}

static void check(const struct mln_date_format *format, struct mln_str text) {
    struct mln_date_range range;
    const enum mln_date_parse_result result = mln_date_parse(format, text, &range);
    if (result == MLN_DATE_OK) {
        char iso[11];
        must(range.first == range.last && mln_day_to_iso(range.first, iso) == 10);
        const struct mln_civil c = mln_civil_from_day(range.first);
        must(mln_day_from_civil(c.year, c.month, c.day) == range.first);
    } else if (result == MLN_DATE_INCOMPLETE) {
        /* A whole month or a whole year. */
        const struct mln_civil first = mln_civil_from_day(range.first);
        const struct mln_civil last = mln_civil_from_day(range.last);
        const struct mln_civil next = mln_civil_from_day(range.last + 1);
        must(first.year == last.year && first.day == 1);
        must(first.month == last.month || (first.month == 1 && last.month == 12));
        must(next.year == 0 || next.day == 1); /* year 0: past 9999-12-31 */
    } else {
        must(range.first == MLN_DAY_NONE && range.last == MLN_DAY_NONE);
    }
}

/* The first line as a format, the rest as a value; and the rest by the formats of every day. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const usual[] = {"dd/mm/yyyy", "yyyy-mm-dd",       "yyyymmdd",
                                        "ddmmyy",     "dd/mm/yyyy HH:MM", "yyyy-mm-ddTHH:MM:SSZ"};
    const char *text = size == 0 ? "" : (const char *)data;
    const char *line = memchr(text, '\n', size);
    const size_t n = line == NULL ? 0 : (size_t)(line - text);
    const struct mln_str value = {line == NULL ? text : line + 1,
                                  line == NULL ? size : size - n - 1};
    struct mln_date_format format;
    struct mln_err err;
    if (mln_date_format_parse((struct mln_str){text, n}, &format, &err) == MLN_OK) {
        must(format.n > 0 && format.n <= sizeof format.ops);
        check(&format, value);
    }
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
        must(mln_date_format_parse(mln_str_from(usual[i]), &format, &err) == MLN_OK);
        check(&format, value);
    }
    return 0;
}
