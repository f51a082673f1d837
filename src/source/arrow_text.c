#include "source/arrow_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/num.h"
#include "base/utf8.h"

enum { TEXT_ROOM = 192 }; /* of a decimal of 256 bits and 100 zeros: 178, sign, point */

/* ── types ── */

bool mln_arrow_is_list(enum mln_arrow_type type) {
    return type == MLN_ARROW_LIST || type == MLN_ARROW_LARGE_LIST || type == MLN_ARROW_FIXED_LIST;
}

static bool is_scalar(enum mln_arrow_type type) {
    switch (type) {
    case MLN_ARROW_NULL:
    case MLN_ARROW_INT:
    case MLN_ARROW_FLOAT:
    case MLN_ARROW_UTF8:
    case MLN_ARROW_BOOL:
    case MLN_ARROW_DECIMAL:
    case MLN_ARROW_DATE:
    case MLN_ARROW_TIME:
    case MLN_ARROW_TIMESTAMP:
    case MLN_ARROW_LARGE_UTF8:
    case MLN_ARROW_UTF8_VIEW: return true;
    default: return false;
    }
}

bool mln_arrow_has_text(const struct mln_arrow_field *field, enum mln_arrow_type *culprit) {
    *culprit = mln_arrow_is_list(field->type) && !field->in_dictionary ? field->children[0].type
                                                                       : field->type;
    return is_scalar(*culprit);
}

/* ── values ── */

static size_t whole_text(double x, char out[TEXT_ROOM]) {
    return (size_t)snprintf(out, TEXT_ROOM, "%.0f", x == 0 ? 0.0 : x);
}

static size_t double_text(double x, char out[TEXT_ROOM]) {
    return x == trunc(x) && fabs(x) < 9007199254740992.0 ? whole_text(x, out)
                                                         : mln_format_f64(x, out);
}

/* The fewest digits that read back as the same float, through the text of a double. */
static size_t float_text(float x, char out[TEXT_ROOM]) {
    if (!isfinite(x) || (x == truncf(x) && fabsf(x) < 9007199254740992.0F)) {
        return double_text((double)x, out);
    }
    for (int digits = 1; digits < 9; digits++) {
        snprintf(out, TEXT_ROOM, "%.*g", digits, (double)x);
        const double shorter = strtod(out, NULL);
        if ((float)shorter == x) {
            return mln_format_f64(shorter, out);
        }
    }
    snprintf(out, TEXT_ROOM, "%.9g", (double)x);
    return mln_format_f64(strtod(out, NULL), out);
}

static int64_t per_second(enum mln_arrow_unit unit) {
    switch (unit) {
    case MLN_ARROW_MILLI: return 1000;
    case MLN_ARROW_MICRO: return 1000000;
    case MLN_ARROW_NANO: return 1000000000;
    default: return 1;
    }
}

static size_t day_text(int64_t day, char out[TEXT_ROOM]) {
    return day < -800000 || day > 3000000 ? 0 : mln_day_to_iso((int32_t)day, out);
}

/* hh:mm:ss, with the digits of the fraction that are no trailing zeros. */
static size_t clock_text(int64_t units, enum mln_arrow_unit unit, char *out) {
    const int64_t scale = per_second(unit);
    const int64_t seconds = units / scale;
    int64_t rest = units % scale;
    int n = snprintf(out, 48, "%02d:%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60),
                     (int)(seconds % 60));
    if (rest > 0) {
        int digits = unit == MLN_ARROW_MILLI ? 3 : unit == MLN_ARROW_MICRO ? 6 : 9;
        for (; rest % 10 == 0; rest /= 10) {
            digits--;
        }
        n += snprintf(out + n, 16, ".%0*lld", digits, (long long)rest);
    }
    return (size_t)n;
}

static size_t timestamp_text(const struct mln_arrow_field *type, int64_t units,
                             char out[TEXT_ROOM]) {
    const int64_t a_day = 86400 * per_second(type->unit);
    int64_t day = units / a_day, rest = units % a_day;
    day -= rest < 0;
    rest += rest < 0 ? a_day : 0;
    size_t n = day_text(day, out);
    if (n == 0) {
        return 0;
    }
    out[n++] = ' ';
    n += clock_text(rest, type->unit, out + n);
    if (type->zoned) {
        memcpy(out + n, "+00", 3);
        n += 3;
    }
    return n;
}

/* Out of a day: "24:00:00" and more, or less than none, is no time. */
static size_t time_text(const struct mln_arrow_field *type, int64_t units, char out[TEXT_ROOM]) {
    return units < 0 || units >= 86400 * per_second(type->unit)
               ? 0
               : clock_text(units, type->unit, out);
}

/* The digits of |value|, least significant first, by long division of 32-bit words. */
static size_t digits_of(uint32_t *word, size_t n_words, char *out) {
    size_t n = 0;
    for (bool more = true; more;) {
        uint64_t rest = 0;
        more = false;
        for (size_t w = n_words; w-- > 0;) {
            rest = rest << 32 | word[w];
            word[w] = (uint32_t)(rest / 10);
            rest %= 10;
            more |= word[w] != 0;
        }
        out[n++] = (char)('0' + rest);
    }
    return n;
}

/* Two's complement of 32 to 256 bits, and how many of its digits stand after the point. */
static size_t decimal_text(const struct mln_arrow_field *type, const unsigned char *p,
                           char out[TEXT_ROOM]) {
    uint32_t word[8] = {0};
    char digits[TEXT_ROOM];
    const size_t n_words = type->bits / 32;
    const bool negative = (p[type->bits / 8 - 1] & 0x80) != 0;
    uint64_t carry = negative;
    for (size_t w = 0; w < n_words; w++) {
        const uint32_t bits = (uint32_t)mln_arrow_whole(p + 4 * w, 4, false);
        carry += negative ? (uint32_t)~bits : bits;
        word[w] = (uint32_t)carry;
        carry >>= 32;
    }
    size_t n = digits_of(word, n_words, digits), at = 0;
    const size_t after = type->scale > 0 ? (size_t)type->scale : 0;
    const bool zero = n == 1 && digits[0] == '0';
    while (n <= after) {
        digits[n++] = '0';
    }
    if (negative) {
        out[at++] = '-';
    }
    for (size_t i = n; i-- > 0;) {
        out[at++] = digits[i];
        if (i == after && after > 0) {
            out[at++] = '.';
        }
    }
    for (int32_t k = type->scale; k < 0 && !zero; k++) {
        out[at++] = '0';
    }
    return at;
}

static float half(uint16_t bits) {
    const int exponent = bits >> 10 & 31;
    const float fraction = (float)(bits & 1023);
    const float size = exponent == 31  ? (fraction == 0 ? INFINITY : NAN)
                       : exponent == 0 ? ldexpf(fraction, -24)
                                       : ldexpf(1024 + fraction, exponent - 25);
    return (bits >> 15) != 0 ? -size : size;
}

static size_t real_text(const unsigned char *p, uint32_t bits, char out[TEXT_ROOM]) {
    if (bits == 64) {
        double x;
        memcpy(&x, p, sizeof x);
        return double_text(x, out);
    }
    float x;
    if (bits == 32) {
        memcpy(&x, p, sizeof x);
    } else {
        x = half((uint16_t)mln_arrow_whole(p, 2, false));
    }
    return float_text(x, out);
}

/* The text of a value that is there, in `out`; 0: outside what can be written. */
static size_t value_text(const struct mln_arrow_array *a, size_t i, char out[TEXT_ROOM]) {
    const struct mln_arrow_field *f = a->field;
    const unsigned char *p = a->values.p;
    int64_t whole;
    switch (f->type) {
    case MLN_ARROW_BOOL:
        return (size_t)snprintf(out, TEXT_ROOM, "%s",
                                (p[i / 8] >> (i % 8) & 1) != 0 ? "true" : "false");
    case MLN_ARROW_FLOAT: return real_text(p + i * (f->bits / 8), f->bits, out);
    case MLN_ARROW_DECIMAL: return decimal_text(f, p + i * (f->bits / 8), out);
    case MLN_ARROW_DATE:
        whole = mln_arrow_whole(p + i * (f->bits / 8), f->bits / 8, true);
        return day_text(f->bits == 32 ? whole : whole / 86400000 - (whole % 86400000 < 0), out);
    case MLN_ARROW_TIME:
        return time_text(f, mln_arrow_whole(p + i * (f->bits / 8), f->bits / 8, true), out);
    case MLN_ARROW_TIMESTAMP: return timestamp_text(f, mln_arrow_whole(p + i * 8, 8, true), out);
    default:
        whole = mln_arrow_whole(p + i * (f->bits / 8), f->bits / 8, f->is_signed);
        return f->is_signed ? (size_t)snprintf(out, TEXT_ROOM, "%lld", (long long)whole)
                            : (size_t)snprintf(out, TEXT_ROOM, "%llu", (unsigned long long)whole);
    }
}

/* ── texts ── */

/* Offsets first and last of value i, of `width` bytes; false when they lie outside `n`. */
static bool offsets(const struct mln_arrow_array *a, size_t i, size_t width, size_t n,
                    size_t *first, size_t *last) {
    const int64_t from = mln_arrow_whole(a->values.p + i * width, width, true);
    const int64_t to = mln_arrow_whole(a->values.p + (i + 1) * width, width, true);
    *first = (size_t)from;
    *last = (size_t)to;
    return from >= 0 && to >= from && (uint64_t)to <= n;
}

/* A view: length, then up to 12 bytes, or a prefix of 4, the number of a part and an offset in it.
 */
static bool view_of(const struct mln_arrow_array *a, size_t i, struct mln_str *out) {
    const unsigned char *p = a->values.p + 16 * i;
    const int64_t length = mln_arrow_whole(p, 4, true);
    if (length >= 0 && length <= 12) {
        *out = (struct mln_str){(const char *)p + 4, (size_t)length};
        return true;
    }
    const int64_t part = mln_arrow_whole(p + 8, 4, true), offset = mln_arrow_whole(p + 12, 4, true);
    if (length < 0 || part < 0 || (size_t)part >= a->n_parts || offset < 0 ||
        (size_t)(offset + length) > a->parts[part].n) {
        return false;
    }
    *out = (struct mln_str){(const char *)a->parts[part].p + offset, (size_t)length};
    return true;
}

static bool text_of(const struct mln_arrow_array *a, size_t i, struct mln_str *out) {
    size_t first = 0, last = 0;
    if (a->field->type == MLN_ARROW_UTF8_VIEW) {
        return view_of(a, i, out);
    }
    if (!offsets(a, i, a->field->type == MLN_ARROW_UTF8 ? 4 : 8, a->data.n, &first, &last)) {
        return false;
    }
    *out = (struct mln_str){last == first ? NULL : (const char *)a->data.p + first, last - first};
    return true;
}

static bool is_text(enum mln_arrow_type type) {
    return type == MLN_ARROW_UTF8 || type == MLN_ARROW_LARGE_UTF8 || type == MLN_ARROW_UTF8_VIEW;
}

/* A value that is no index and no list. */
static enum mln_status plain_cell(const struct mln_arrow_array *a, size_t i,
                                  struct mln_arena *arena, struct mln_arrow_cell *out,
                                  struct mln_err *err) {
    if (a->field->type == MLN_ARROW_NULL || mln_arrow_missing(a, i)) {
        return MLN_OK;
    }
    if (is_text(a->field->type)) {
        out->damaged |= !text_of(a, i, &out->text);
        return MLN_OK;
    }
    char room[TEXT_ROOM];
    const size_t n = value_text(a, i, room);
    if (n == 0) {
        out->reason = MLN_REASON_DATE_IMPOSSIBLE;
        return MLN_OK;
    }
    out->text.p = mln_arena_strdup(arena, (struct mln_str){room, n});
    out->text.n = n;
    return out->text.p == NULL ? mln_err_nomem(err, "a value") : MLN_OK;
}

static enum mln_status index_cell(const struct mln_arrow_array *a, size_t i,
                                  const struct mln_arrow_dictionaries *dictionaries,
                                  struct mln_arena *arena, struct mln_arrow_cell *out,
                                  struct mln_err *err) {
    if (mln_arrow_missing(a, i)) {
        return MLN_OK;
    }
    const size_t bytes = a->field->index_bits / 8;
    const int64_t index = mln_arrow_whole(a->values.p + i * bytes, bytes, a->field->index_signed);
    const struct mln_arrow_part *part = NULL;
    for (size_t d = 0; d < dictionaries->n; d++) {
        if (dictionaries->list[d].id == a->field->dictionary) {
            part = dictionaries->list[d].last;
        }
    }
    while (part != NULL && index >= 0 && (size_t)index < part->first) {
        part = part->next;
    }
    if (part == NULL || index < 0 || (size_t)index - part->first >= part->array.length) {
        out->damaged = true;
        return MLN_OK;
    }
    return plain_cell(&part->array, (size_t)index - part->first, arena, out, err);
}

static enum mln_status scalar_cell(const struct mln_arrow_array *a, size_t i,
                                   const struct mln_arrow_dictionaries *dictionaries,
                                   struct mln_arena *arena, struct mln_arrow_cell *out,
                                   struct mln_err *err) {
    return a->indices ? index_cell(a, i, dictionaries, arena, out, err)
                      : plain_cell(a, i, arena, out, err);
}

/* ── lists ── */

/* A list is parted again at its separator, a blank standing for any blank; blanks at the ends of an
 * element are nothing. */
static bool holds(struct mln_str element, char separator) {
    const struct mln_str inner = mln_str_trim(element);
    for (size_t at = 0; at < inner.n;) {
        const unsigned char c = (unsigned char)inner.p[at];
        if (c == (unsigned char)separator || (separator == ' ' && c <= 0x20)) {
            return true;
        }
        if (c < 0x80) {
            at++;
            continue;
        }
        const uint32_t point = mln_utf8_next(inner, &at);
        if (separator == ' ' &&
            (point == 0x85 || point == 0xA0 || point == 0x1680 ||
             (point >= 0x2000 && point <= 0x200A) || point == 0x2028 || point == 0x2029 ||
             point == 0x202F || point == 0x205F || point == 0x3000)) {
            return true;
        }
    }
    return false;
}

struct joining {
    char separator;
    const struct mln_arrow_dictionaries *dictionaries;
    struct mln_arena *arena;
    struct mln_buf joined;
};

static enum mln_status add_elements(struct joining *j, const struct mln_arrow_array *element,
                                    size_t first, size_t last, struct mln_arrow_cell *out,
                                    struct mln_err *err) {
    for (size_t k = first; k < last && !out->damaged; k++) {
        struct mln_arrow_cell cell = {.reason = MLN_REASON_NONE};
        MLN_TRY(scalar_cell(element, k, j->dictionaries, j->arena, &cell, err));
        out->damaged |= cell.damaged;
        out->reason = cell.reason != MLN_REASON_NONE ? cell.reason : out->reason;
        if (cell.text.n == 0) {
            continue;
        }
        if (mln_utf8_valid_prefix(cell.text) < cell.text.n) {
            out->reason = MLN_REASON_ENCODING;
            return MLN_OK;
        }
        out->holds_separator |= holds(cell.text, j->separator);
        if (j->joined.n > 0) {
            mln_buf_addc(&j->joined, j->separator);
        }
        mln_buf_add_str(&j->joined, cell.text);
    }
    return MLN_OK;
}

/* Where the elements of list i lie among those of its array. */
static bool range_of(const struct mln_arrow_array *a, size_t i, size_t *first, size_t *last) {
    const size_t size = (size_t)a->field->list_size;
    switch (a->field->type) {
    case MLN_ARROW_LIST: return offsets(a, i, 4, a->element->length, first, last);
    case MLN_ARROW_LARGE_LIST: return offsets(a, i, 8, a->element->length, first, last);
    default:
        return !__builtin_mul_overflow(i, size, first) &&
               !__builtin_add_overflow(*first, size, last) && *last <= a->element->length;
    }
}

static enum mln_status list_cell(const struct mln_arrow_array *a, size_t i, struct joining *j,
                                 struct mln_arrow_cell *out, struct mln_err *err) {
    size_t first = 0, last = 0;
    if (mln_arrow_missing(a, i) ||
        !a->element->is_bounded) { /* any number of nulls takes no byte */
        return MLN_OK;
    }
    if (!range_of(a, i, &first, &last)) {
        out->damaged = true;
        return MLN_OK;
    }
    enum mln_status status = add_elements(j, a->element, first, last, out, err);
    if (status == MLN_OK) {
        status = mln_buf_check(&j->joined, "a list", err);
    }
    if (status == MLN_OK && j->joined.n > 0) {
        out->text.p = mln_arena_strdup(j->arena, mln_buf_view(&j->joined));
        out->text.n = j->joined.n;
        status = out->text.p == NULL ? mln_err_nomem(err, "a list") : MLN_OK;
    }
    mln_buf_release(&j->joined);
    return status;
}

enum mln_status mln_arrow_cell(const struct mln_arrow_array *array, size_t i, char separator,
                               const struct mln_arrow_dictionaries *dictionaries,
                               struct mln_arena *arena, struct mln_arrow_cell *out,
                               struct mln_err *err) {
    *out = (struct mln_arrow_cell){.reason = MLN_REASON_NONE};
    if (array->indices || !mln_arrow_is_list(array->field->type)) {
        return scalar_cell(array, i, dictionaries, arena, out, err);
    }
    struct joining j = {separator, dictionaries, arena, MLN_BUF_INIT};
    return list_cell(array, i, &j, out, err);
}
