#include "base/utf8.h"

#include <stdint.h>

#include "base/utf8_fold.inc"

/* ── validity ── */

/* Length of the well-formed sequence at p, 0 when there is none (Unicode 15, table 3-7). */
static size_t sequence_length(const unsigned char *p, size_t n) {
    const unsigned char lead = p[0];
    if (lead < 0x80) {
        return 1;
    }
    if (lead < 0xC2 || lead > 0xF4) {
        return 0;
    }
    const size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (n < length) {
        return 0;
    }
    /* The second byte excludes overlong forms, surrogates and what lies past U+10FFFF. */
    const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (p[1] < low || p[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if ((p[i] & 0xC0U) != 0x80U) {
            return 0;
        }
    }
    return length;
}

static size_t ascii_prefix(const unsigned char *p, size_t n) {
    size_t at = 0;
    for (uint64_t word; at + sizeof word <= n; at += sizeof word) {
        memcpy(&word, p + at, sizeof word);
        if ((word & 0x8080808080808080U) != 0) {
            break;
        }
    }
    while (at < n && p[at] < 0x80) {
        at++;
    }
    return at;
}

size_t mln_utf8_valid_prefix(struct mln_str s) {
    const unsigned char *p = (const unsigned char *)s.p;
    size_t at = 0;
    while (at < s.n) {
        at += ascii_prefix(p + at, s.n - at);
        if (at == s.n) {
            break;
        }
        const size_t length = sequence_length(p + at, s.n - at);
        if (length == 0) {
            break;
        }
        at += length;
    }
    return at;
}

uint32_t mln_utf8_next(struct mln_str s, size_t *at) {
    const unsigned char *p = (const unsigned char *)s.p + *at;
    const unsigned char lead = p[0];
    if (lead < 0x80) {
        *at += 1;
        return lead;
    }
    if (lead < 0xE0) {
        *at += 2;
        return (lead & 0x1FU) << 6 | (p[1] & 0x3FU);
    }
    if (lead < 0xF0) {
        *at += 3;
        return (lead & 0x0FU) << 12 | (p[1] & 0x3FU) << 6 | (p[2] & 0x3FU);
    }
    *at += 4;
    return (lead & 0x07U) << 18 | (p[1] & 0x3FU) << 12 | (p[2] & 0x3FU) << 6 | (p[3] & 0x3FU);
}

size_t mln_utf8_put(uint32_t cp, char *out) {
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0U | cp >> 6);
        out[1] = (char)(0x80U | (cp & 0x3FU));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xE0U | cp >> 12);
        out[1] = (char)(0x80U | (cp >> 6 & 0x3FU));
        out[2] = (char)(0x80U | (cp & 0x3FU));
        return 3;
    }
    out[0] = (char)(0xF0U | cp >> 18);
    out[1] = (char)(0x80U | (cp >> 12 & 0x3FU));
    out[2] = (char)(0x80U | (cp >> 6 & 0x3FU));
    out[3] = (char)(0x80U | (cp & 0x3FU));
    return 4;
}

/* ── encodings ── */

enum mln_status mln_encoding_from_name(struct mln_str name, enum mln_encoding *out,
                                       struct mln_err *err) {
    static const struct {
        const char *name; /* lower case, without '-', '_' and blanks */
        enum mln_encoding encoding;
    } known[] = {
        {"utf8", MLN_UTF8},         {"windows1252", MLN_WINDOWS_1252}, {"cp1252", MLN_WINDOWS_1252},
        {"latin1", MLN_LATIN_1},    {"iso88591", MLN_LATIN_1},         {"latin9", MLN_LATIN_9},
        {"iso885915", MLN_LATIN_9},
    };
    char plain[16];
    size_t n = 0;
    for (size_t i = 0; i < name.n && n < sizeof plain; i++) {
        const char c = name.p[i];
        if (c != '-' && c != '_' && c != ' ') {
            plain[n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        }
    }
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
        if (mln_str_is((struct mln_str){plain, n}, known[k].name)) {
            *out = known[k].encoding;
            return MLN_OK;
        }
    }
    return mln_err_set(err, MLN_BAD_INPUT,
                       "'%.*s' is not a known encoding; use utf-8, windows-1252, iso-8859-1 or "
                       "iso-8859-15",
                       name.n > 40 ? 40 : (int)name.n, name.p);
}

/* Windows-1252 from 0x80 to 0x9F; 0 where the encoding has no character (WHATWG maps those five to
 * controls, the Microsoft table does not). */
static const uint16_t windows_1252[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

/* What ISO-8859-15 changed in ISO-8859-1. */
static const struct {
    unsigned char byte;
    uint16_t cp;
} latin_9[] = {{0xA4, 0x20AC}, {0xA6, 0x0160}, {0xA8, 0x0161}, {0xB4, 0x017D},
               {0xB8, 0x017E}, {0xBC, 0x0152}, {0xBD, 0x0153}, {0xBE, 0x0178}};
enum { N_LATIN_9 = sizeof latin_9 / sizeof latin_9[0] };

/* The code point of a byte past ASCII; 0 when it has none. */
static uint32_t decode_byte(enum mln_encoding encoding, unsigned char byte) {
    if (encoding == MLN_WINDOWS_1252 && byte < 0xA0) {
        return windows_1252[byte - 0x80];
    }
    if (encoding == MLN_LATIN_9) {
        for (size_t k = 0; k < N_LATIN_9; k++) {
            if (latin_9[k].byte == byte) {
                return latin_9[k].cp;
            }
        }
    }
    return byte;
}

/* The byte of a code point past ASCII; '?' when it has none. */
static char encode_byte(enum mln_encoding encoding, uint32_t cp) {
    if (cp < 0x100 && decode_byte(encoding, (unsigned char)cp) == cp) {
        return (char)cp;
    }
    for (unsigned byte = 0x80; byte < 0x100; byte++) {
        if (decode_byte(encoding, (unsigned char)byte) == cp) {
            return (char)byte;
        }
    }
    return '?';
}

size_t mln_to_utf8(enum mln_encoding encoding, struct mln_str s, struct mln_buf *out) {
    if (encoding == MLN_UTF8) {
        const size_t n = mln_utf8_valid_prefix(s);
        mln_buf_add(out, s.p, n);
        return n;
    }
    for (size_t at = 0; at < s.n;) {
        const size_t ascii = ascii_prefix((const unsigned char *)s.p + at, s.n - at);
        mln_buf_add(out, s.p + at, ascii);
        at += ascii;
        if (at < s.n) {
            const uint32_t cp = decode_byte(encoding, (unsigned char)s.p[at]);
            if (cp == 0) {
                return at;
            }
            char bytes[4];
            mln_buf_add(out, bytes, mln_utf8_put(cp, bytes));
            at++;
        }
    }
    return s.n;
}

void mln_from_utf8(enum mln_encoding encoding, struct mln_str s, struct mln_buf *out) {
    if (encoding == MLN_UTF8) {
        mln_buf_add_str(out, s);
        return;
    }
    for (size_t at = 0; at < s.n;) {
        const size_t ascii = ascii_prefix((const unsigned char *)s.p + at, s.n - at);
        mln_buf_add(out, s.p + at, ascii);
        at += ascii;
        if (at < s.n) {
            mln_buf_addc(out, encode_byte(encoding, mln_utf8_next(s, &at)));
        }
    }
}

/* ── fold ── */

static bool is_combining_mark(uint32_t cp) {
    return cp >= 0x0300 && cp <= 0x036F;
}

/* The two places of a Latin letter in the tables; NULL when it stays. */
static const char *folded_letter(uint32_t cp) {
    const char *letters = NULL;
    if (cp >= 0x00C0 && cp <= 0x024F) {
        letters = latin_00c0 + 2 * (cp - 0x00C0);
    } else if (cp >= 0x1E00 && cp <= 0x1EFF) {
        letters = latin_1e00 + 2 * (cp - 0x1E00);
    }
    return letters == NULL || letters[0] == ' ' ? NULL : letters;
}

static void add_upper_ascii(struct mln_buf *out, struct mln_str s) {
    if (!mln_buf_reserve(out, s.n)) {
        return;
    }
    for (size_t i = 0; i < s.n; i++) {
        const char c = s.p[i];
        out->p[out->n + i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    out->n += s.n;
    out->p[out->n] = '\0';
}

void mln_utf8_fold(struct mln_str s, struct mln_buf *out) {
    for (size_t at = 0; at < s.n;) {
        const size_t ascii = ascii_prefix((const unsigned char *)s.p + at, s.n - at);
        if (ascii > 0) {
            add_upper_ascii(out, (struct mln_str){s.p + at, ascii});
            at += ascii;
            continue;
        }
        const size_t from = at;
        const uint32_t cp = mln_utf8_next(s, &at);
        const char *letters = folded_letter(cp);
        if (letters != NULL) {
            mln_buf_add(out, letters, letters[1] == ' ' ? 1 : 2);
        } else if (!is_combining_mark(cp)) {
            mln_buf_add(out, s.p + from, at - from);
        }
    }
}
