#include "report/words.h"

#include <math.h>
#include <stdio.h>

#include "base/date.h"

const char *mln_word(enum mln_lang lang, enum mln_word word) {
    static const char *const words[][2] = {
#define WORD(name, fr, en) {fr, en},
#include "report/words.inc"
#undef WORD
    };
    return words[word][lang];
}

/* Groups of three: a narrow no-break space in French, a comma in English. */
void mln_put_count(struct mln_buf *out, enum mln_lang lang, uint64_t value) {
    char digits[24];
    const int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0) {
            mln_buf_addz(out, lang == MLN_LANG_FR ? "\xE2\x80\xAF" : ",");
        }
        mln_buf_addc(out, digits[i]);
    }
}

void mln_put_decimal(struct mln_buf *out, enum mln_lang lang, double value, int decimals,
                     bool trim) {
    double scale = 1;
    for (int i = 0; i < decimals; i++) {
        scale *= 10;
    }
    const double scaled = floor(fabs(value) * scale + 0.5);
    if (value < 0 && scaled > 0) {
        mln_buf_addz(out, "\xE2\x88\x92");
    }
    const uint64_t whole = (uint64_t)(scaled / scale);
    const uint64_t part = (uint64_t)(scaled - (double)whole * scale);
    mln_put_count(out, lang, whole);
    if (decimals > 0 && !(trim && part == 0)) {
        mln_buf_addf(out, "%c%0*llu", lang == MLN_LANG_FR ? ',' : '.', decimals,
                     (unsigned long long)part);
    }
}

void mln_put_day(struct mln_buf *out, enum mln_lang lang, int32_t day) {
    static const char *const months[][2] = {
        {"janvier", "January"}, {"février", "February"},  {"mars", "March"},
        {"avril", "April"},     {"mai", "May"},           {"juin", "June"},
        {"juillet", "July"},    {"août", "August"},       {"septembre", "September"},
        {"octobre", "October"}, {"novembre", "November"}, {"décembre", "December"}};
    const struct mln_civil c = mln_civil_from_day(day);
    const bool first = lang == MLN_LANG_FR && c.day == 1;
    mln_buf_addf(out, "%d%s%s%s%s%d", c.day, first ? "er" : "", NB, months[c.month - 1][lang], NB,
                 c.year);
}

void mln_put_html(struct mln_buf *out, const char *z) {
    for (; *z != '\0'; z++) {
        switch (*z) {
        case '&': mln_buf_addz(out, "&amp;"); break;
        case '<': mln_buf_addz(out, "&lt;"); break;
        case '>': mln_buf_addz(out, "&gt;"); break;
        case '"': mln_buf_addz(out, "&quot;"); break;
        case '\'': mln_buf_addz(out, "&#39;"); break;
        default: mln_buf_addc(out, *z);
        }
    }
}
