#include "link/pv_reference.h"

#include <assert.h>

/* Reading goes in three steps:
 *
 *   "PV n° 01234/00321/2021 du 12/03/21"
 *   1. pieces     [PV] [n] [01234] [00321] [2021] [du] [12] [03] [21]     words, numbers, mixed codes
 *   2. sorting    words say the force or announce a date; dates and words leave
 *   3. readings   every way to see (unit, number, year) in the numbers that stay, with its doubt */

enum {
    PIECES_MAX = 48,
    NUMBERS_MAX = 4,   /* more numbers than this are not a reference any more */
    NUMBER_DIGITS = 9, /* longest number of a procedure */
    UNIT_BYTES = 24,
};

/* Doubts. */
enum { USUAL = 0, TURNED = 1, LESS_LIKELY = 2, PASSED_OVER = 3 };

struct mln_str mln_force_str(enum mln_force force) {
    switch (force) {
    case MLN_FORCE_PN: return MLN_STR_LIT("PN");
    case MLN_FORCE_GN: return MLN_STR_LIT("GN");
    case MLN_FORCE_NONE: break;
    }
    return (struct mln_str){NULL, 0};
}

/* ── 1. pieces ── */

enum kind { WORD, NUMBER, MIXED };
enum word { PLAIN, GLUED /* may stand right before a number */, SAYS_PN, SAYS_GN, BEFORE_DATE,
            MONTH };

struct piece {
    struct mln_str text;
    enum kind kind;
    enum word word;
    bool tied; /* one of / - . _ stands between the piece before and this one */
};

static const struct {
    const char *text; /* upper case, no accents */
    enum word word;
} words[] = {
    {"PV", GLUED},          {"N", GLUED},        {"NO", GLUED},       {"NUM", GLUED},
    {"NR", GLUED},          {"NUMERO", GLUED},   {"PROC", GLUED},     {"P", GLUED},
    {"REF", GLUED},         {"PVN", GLUED},      {"PN", SAYS_PN},     {"POLICE", SAYS_PN},
    {"CIAT", SAYS_PN},      {"CSP", SAYS_PN},    {"LRPPN", SAYS_PN},  {"COMMISSARIAT", SAYS_PN},
    {"GN", SAYS_GN},        {"GEND", SAYS_GN},   {"BTA", SAYS_GN},    {"COB", SAYS_GN},
    {"UNA", SAYS_GN},       {"LRPGN", SAYS_GN},  {"BRIGADE", SAYS_GN}, {"GENDARMERIE", SAYS_GN},
    {"DU", BEFORE_DATE},    {"LE", BEFORE_DATE}, {"DATE", BEFORE_DATE}, {"JANVIER", MONTH},
    {"FEVRIER", MONTH},     {"MARS", MONTH},     {"AVRIL", MONTH},    {"MAI", MONTH},
    {"JUIN", MONTH},        {"JUILLET", MONTH},  {"AOUT", MONTH},     {"SEPTEMBRE", MONTH},
    {"OCTOBRE", MONTH},     {"NOVEMBRE", MONTH}, {"DECEMBRE", MONTH},
};

/* The base letters of U+00C0..U+00DF and, 0x20 further, U+00E0..U+00FF; '?' where there is none. */
static const char latin_bases[] = "AAAAAA?CEEEEIIII?NOOOOO?OUUUUY??";
static_assert(sizeof latin_bases == 33, "one base a letter");

/* The next letter folded to upper-case ASCII ('?' for others); moves *at past it. */
static char fold_next(struct mln_str s, size_t *at) {
    const unsigned char c = (unsigned char)s.p[(*at)++];
    if (c == 0xC3 && *at < s.n) {
        const unsigned char low = (unsigned char)s.p[(*at)++];
        return low >= 0x80 && low <= 0xBF ? latin_bases[(low - 0x80) % 32] : '?';
    }
    return (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c < 0x80 ? c : '?');
}

static enum word word_of(struct mln_str s) {
    for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
        const char *expected = words[w].text;
        size_t at = 0;
        while (at < s.n && *expected != '\0' && fold_next(s, &at) == *expected) {
            expected++;
        }
        if (at == s.n && *expected == '\0') {
            return words[w].word;
        }
    }
    return PLAIN;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Bytes of the letter at the start of s; 0 when it is not one. Only the letters of Latin-1 are
 * letters: every other byte (°, º, №, no-break spaces) separates. */
static size_t letter(struct mln_str s) {
    const unsigned char c = (unsigned char)s.p[0];
    if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) {
        return 1;
    }
    const bool latin = c == 0xC3 && s.n > 1 && ((unsigned char)s.p[1] & 0xC0U) == 0x80;
    return latin ? 2 : 0;
}

static size_t run_of_letters(struct mln_str s) {
    size_t n = 0;
    while (n < s.n) {
        const size_t step = letter((struct mln_str){s.p + n, s.n - n});
        if (step == 0) {
            break;
        }
        n += step;
    }
    return n;
}

static size_t run_of_digits(struct mln_str s) {
    size_t n = 0;
    while (n < s.n && is_digit(s.p[n])) {
        n++;
    }
    return n;
}

/* Bytes of the run of letters and digits at the start of s. */
static size_t run_of_both(struct mln_str s) {
    size_t n = 0;
    for (size_t step = 1; n < s.n && step > 0; n += step) {
        const struct mln_str rest = {s.p + n, s.n - n};
        step = is_digit(*rest.p) ? 1 : letter(rest);
    }
    return n;
}

struct pieces {
    struct piece list[PIECES_MAX];
    size_t n;
    bool overflow;
};

static void add_piece(struct pieces *to, struct mln_str text, enum kind kind, enum word word,
                      bool tied) {
    if (to->n == PIECES_MAX) {
        to->overflow = true;
        return;
    }
    to->list[to->n++] = (struct piece){text, kind, word, tied};
}

/* Whether a run of letters inside a mixed run is a word that a hand stuck to its neighbours. */
static bool comes_off(struct mln_str letters, bool leads) {
    const enum word word = word_of(letters);
    return word == SAYS_PN || word == SAYS_GN || (word == GLUED && (leads || letters.n > 1));
}

/* One run of letters and digits: known words stuck to numbers come off ("PV2021", "2021PN01234");
 * any other mixed run is a code ("2A004"). */
static void cut_run(struct pieces *to, struct mln_str run, bool tied) {
    const size_t before = to->n;
    bool mixed = false;
    for (size_t at = 0; at < run.n;) {
        const struct mln_str rest = {run.p + at, run.n - at};
        const size_t digits = run_of_digits(rest);
        const struct mln_str part = {rest.p, digits > 0 ? digits : run_of_letters(rest)};
        const bool alone = part.n == run.n;
        mixed = mixed || (digits == 0 && !alone && !comes_off(part, at == 0));
        add_piece(to, part, digits > 0 ? NUMBER : WORD, digits > 0 ? PLAIN : word_of(part),
                  tied && at == 0);
        at += part.n;
    }
    if (mixed) {
        to->n = before;
        add_piece(to, run, MIXED, PLAIN, tied);
    }
}

static void cut(struct mln_str text, struct pieces *to) {
    bool tied = false;
    size_t at = 0;
    while (at < text.n && !to->overflow) {
        const struct mln_str rest = {text.p + at, text.n - at};
        const size_t run = run_of_both(rest);
        if (run > 0) {
            cut_run(to, (struct mln_str){rest.p, run}, tied);
            tied = false;
            at += run;
        } else {
            tied = tied || *rest.p == '/' || *rest.p == '-' || *rest.p == '.' || *rest.p == '_';
            at++;
        }
    }
}

/* ── 2. sorting ── */

static int32_t value_of(struct mln_str digits) {
    int32_t value = 0;
    for (size_t i = 0; i < digits.n; i++) {
        value = value * 10 + (digits.p[i] - '0');
    }
    return value;
}

/* A number of at most two digits and at most `max`, not zero. */
static bool is_small(const struct piece *p, int32_t max) {
    return p->kind == NUMBER && p->text.n <= 2 && value_of(p->text) >= 1 &&
           value_of(p->text) <= max;
}

static bool is_dated_year(const struct piece *p) {
    return p->kind == NUMBER && (p->text.n == 2 || p->text.n == 4);
}

/* Pieces of the date that starts at `p` ("12/03/2021", "12 mars 2021", "2021-03-12"): 3, or 0. */
static size_t date_at(const struct piece *p, size_t left) {
    if (left < 3) {
        return 0;
    }
    const bool month_word = p[1].kind == WORD && p[1].word == MONTH;
    const bool day_first = is_small(&p[0], 31) && is_dated_year(&p[2]) &&
                           (month_word || (is_small(&p[1], 12) && p[1].tied && p[2].tied));
    const bool year_first = p[0].kind == NUMBER && p[0].text.n == 4 && is_small(&p[1], 12) &&
                            is_small(&p[2], 31) && p[1].tied && p[2].tied;
    return day_first || year_first ? 3 : 0;
}

static size_t count_numbers(const struct pieces *pieces, size_t from, size_t to) {
    size_t n = 0;
    for (size_t i = from; i < to; i++) {
        n += pieces->list[i].kind == NUMBER ? 1 : 0;
    }
    return n;
}

struct parts {
    struct piece numbers[NUMBERS_MAX];
    size_t n;
    struct mln_str code; /* a mixed code, hence a unit; missing when there is none */
    enum mln_force force;
    bool too_many;
};

/* A date is passed over when a word announces it, or when enough numbers stay without it. */
static void sort_pieces(const struct pieces *pieces, struct parts *out) {
    bool says_pn = false;
    bool says_gn = false;
    for (size_t i = 0; i < pieces->n; i++) {
        const struct piece *p = &pieces->list[i];
        const size_t date = date_at(p, pieces->n - i);
        if (date > 0) {
            const bool announced = i > 0 && p[-1].kind == WORD && p[-1].word == BEFORE_DATE;
            const size_t others = out->n + count_numbers(pieces, i + date, pieces->n);
            if (p[1].kind == WORD || (announced && others >= 1) || others >= 2) {
                i += date - 1;
                continue;
            }
        }
        says_pn = says_pn || p->word == SAYS_PN;
        says_gn = says_gn || p->word == SAYS_GN;
        if (p->kind == MIXED) {
            out->too_many = out->too_many || out->code.p != NULL;
            out->code = p->text;
        } else if (p->kind == NUMBER) {
            out->too_many = out->too_many || out->n == NUMBERS_MAX;
            if (!out->too_many) {
                out->numbers[out->n++] = *p;
            }
        }
    }
    out->force = says_pn == says_gn ? MLN_FORCE_NONE : says_pn ? MLN_FORCE_PN : MLN_FORCE_GN;
}

/* ── 3. readings ── */

struct readings {
    struct mln_pv_reading *list;
    size_t n;
    enum mln_force force;
    struct mln_pv_years years;
};

static bool same_reading(const struct mln_pv_reading *a, const struct mln_pv_reading *b) {
    return a->year == b->year && mln_str_eq(a->number, b->number) &&
           (a->unit.p == NULL) == (b->unit.p == NULL) && mln_str_eq(a->unit, b->unit);
}

/* Insertion by doubt keeps the order of making among equals, which is the order of the text. */
static void add_reading(struct readings *to, struct mln_str unit, struct mln_str number,
                        int32_t year, int32_t doubt) {
    while (number.n > 0 && *number.p == '0') {
        number.p++, number.n--;
    }
    if (year == 0 || number.n == 0 || number.n > NUMBER_DIGITS || unit.n > UNIT_BYTES) {
        return;
    }
    const struct mln_pv_reading made = {to->force, unit, number, year, doubt};
    for (size_t i = 0; i < to->n; i++) {
        if (same_reading(&to->list[i], &made)) {
            if (to->list[i].doubt <= doubt) {
                return;
            }
            memmove(&to->list[i], &to->list[i + 1], (to->n - i - 1) * sizeof made);
            to->n--;
            break;
        }
    }
    size_t place = to->n;
    for (; place > 0 && to->list[place - 1].doubt > doubt; place--) {
    }
    if (place == MLN_PV_READINGS_MAX) {
        return;
    }
    to->n += to->n < MLN_PV_READINGS_MAX ? 1 : 0;
    memmove(&to->list[place + 1], &to->list[place], (to->n - place - 1) * sizeof made);
    to->list[place] = made;
}

/* The year a number may be, 0 when none. */
static int32_t year_of(const struct readings *r, struct mln_str digits) {
    if (digits.n != 2 && digits.n != 4) {
        return 0;
    }
    int32_t year = value_of(digits);
    if (digits.n == 2) {
        year += r->years.last / 100 * 100;
        year -= year > r->years.last ? 100 : 0;
    }
    return year >= r->years.first && year <= r->years.last ? year : 0;
}

/* Two digits are a doubtful year beside four digits that are one. */
static int32_t year_doubt(const struct readings *r, const struct piece *p, size_t n, size_t at) {
    for (size_t i = 0; i < n; i++) {
        if (i != at && p[at].text.n == 2 && p[i].text.n == 4 && year_of(r, p[i].text) != 0) {
            return LESS_LIKELY;
        }
    }
    return USUAL;
}

/* Number and year, the unit known from elsewhere or not written. */
static void read_two(struct readings *to, const struct piece *p, struct mln_str unit,
                     int32_t doubt) {
    for (size_t y = 0; y < 2; y++) {
        add_reading(to, unit, p[1 - y].text, year_of(to, p[y].text),
                    doubt + year_doubt(to, p, 2, y));
    }
}

/* Unit, number and year in any order. The unit is written before the number (the gendarmerie's
 * unit/number/year; a police service before its year/number), unless the number is tied to the year
 * and the unit stands apart; without a word on the force, number/unit/year is as usual. */
static void read_three(struct readings *to, const struct piece *p, int32_t doubt) {
    for (size_t y = 0; y < 3; y++) {
        const size_t first = y == 0 ? 1 : 0;
        const size_t second = y == 2 ? 1 : 2;
        const bool apart = y != 2 && p[1].tied && !p[2].tied; /* "2021/01234 00321" */
        const bool una = y == 2 && to->force == MLN_FORCE_NONE && p[1].tied == p[2].tied;
        const int32_t more = doubt + year_doubt(to, p, 3, y);
        const int32_t year = year_of(to, p[y].text);
        add_reading(to, p[first].text, p[second].text, year, more + (apart ? TURNED : USUAL));
        add_reading(to, p[second].text, p[first].text, year,
                    more + (apart || una ? USUAL : TURNED));
    }
}

/* "202101234", "012342021": year and number in one run of digits. */
static void read_run(struct readings *to, struct mln_str run, struct mln_str unit) {
    if (run.n < 6 || run.n > 4 + NUMBER_DIGITS) {
        return;
    }
    const struct mln_str head = {run.p, 4};
    const struct mln_str after = {run.p + 4, run.n - 4};
    const struct mln_str before = {run.p, run.n - 4};
    const struct mln_str tail = {run.p + run.n - 4, 4};
    add_reading(to, unit, after, year_of(to, head), TURNED);
    add_reading(to, unit, before, year_of(to, tail), LESS_LIKELY);
}

static void read_parts(struct readings *to, const struct parts *parts) {
    const struct piece *p = parts->numbers;
    const size_t n = parts->n;
    if (n == 1) {
        read_run(to, p[0].text, parts->code);
    }
    for (size_t i = 0; i + 2 <= n; i++) {
        read_two(to, &p[i], parts->code, n == 2 ? USUAL : PASSED_OVER);
    }
    for (size_t i = 0; parts->code.p == NULL && i + 3 <= n; i++) {
        read_three(to, &p[i], n == 3 ? USUAL : LESS_LIKELY);
    }
    if (parts->code.p == NULL && n == 2) { /* a unit, then year and number in one run */
        read_run(to, p[1].text, p[0].text);
        read_run(to, p[0].text, p[1].text);
    }
}

size_t mln_pv_reference_read(struct mln_str text, struct mln_pv_years years,
                             struct mln_pv_reading *out) {
    if (text.p == NULL || text.n > MLN_PV_TEXT_MAX || years.first > years.last ||
        years.first < 1 || years.last > 9999) {
        return 0;
    }
    struct pieces pieces = {.n = 0};
    cut(text, &pieces);
    struct parts parts = {.n = 0};
    sort_pieces(&pieces, &parts);
    if (pieces.overflow || parts.too_many) {
        return 0;
    }
    struct readings readings = {.list = out, .force = parts.force, .years = years};
    read_parts(&readings, &parts);
    return readings.n;
}

/* ── kernel ── */

enum mln_status mln_pv_reference_kernel(void *ctx, const struct mln_batch *in,
                                        struct mln_builder *out, struct mln_err *err) {
    if (in->n_columns != 3 || in->columns[0].type != MLN_INT64 ||
        in->columns[1].type != MLN_UTF8_TEXT || in->columns[2].type != MLN_INT32) {
        return mln_err_set(err, MLN_INTERNAL, "references of PV: their columns have other types");
    }
    for (size_t row = 0; row < in->n_rows; row++) {
        struct mln_pv_years years = *(const struct mln_pv_years *)ctx;
        if (mln_is_valid(&in->columns[2], row)) {
            years.last = mln_get_i32(&in->columns[2], row);
        }
        struct mln_pv_reading readings[MLN_PV_READINGS_MAX];
        const size_t n =
            mln_pv_reference_read(mln_get_str(&in->columns[1], row), years, readings);
        for (size_t i = 0; i < n; i++) {
            mln_add_i64(out, 0, mln_get_i64(&in->columns[0], row));
            mln_add_i32(out, 1, (int32_t)(i + 1));
            mln_add_i32(out, 2, readings[i].doubt);
            mln_add_str(out, 3, mln_force_str(readings[i].force));
            mln_add_str(out, 4, readings[i].unit);
            mln_add_i32(out, 5, readings[i].year);
            mln_add_str(out, 6, readings[i].number);
        }
    }
    return MLN_OK;
}
