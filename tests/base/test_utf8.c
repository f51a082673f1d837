#include "base/utf8.h"
#include "run.h"

/* ── validity: brute force against a set of all well-formed sequences ── */

/* Bit per sequence of one, two or three bytes, made by the plain formula for every scalar value. */
struct well_formed {
    uint8_t one[1 << 8];
    uint8_t two[1 << 16];
    uint8_t *three; /* 1 << 24 */
};

static void fill(struct well_formed *w) {
    memset(w, 0, sizeof *w);
    w->three = calloc(1 << 24, 1);
    ck_assert_ptr_nonnull(w->three);
    for (uint32_t cp = 0; cp < 0x10000; cp++) {
        if (cp < 0x80) {
            w->one[cp] = 1;
        } else if (cp < 0x800) {
            w->two[(0xC0 + cp / 64) * 256 + 0x80 + cp % 64] = 1;
        } else if (cp < 0xD800 || cp > 0xDFFF) {
            w->three[((0xE0 + cp / 4096) * 256 + 0x80 + cp / 64 % 64) * 256 + 0x80 + cp % 64] = 1;
        }
    }
}

/* Oracle: takes well-formed sequences from the left while there is one. */
static size_t slow_prefix(const struct well_formed *w, const uint8_t *b, size_t n) {
    size_t at = 0;
    for (;;) {
        const size_t left = n - at;
        if (left >= 1 && w->one[b[at]]) {
            at += 1;
        } else if (left >= 2 && w->two[b[at] * 256 + b[at + 1]]) {
            at += 2;
        } else if (left >= 3 && w->three[(b[at] * 256 + b[at + 1]) * 256 + b[at + 2]]) {
            at += 3;
        } else {
            return at;
        }
    }
}

START_TEST(every_sequence_of_up_to_three_bytes_is_judged_rightly) {
    static struct well_formed w;
    fill(&w);
    for (uint32_t x = 0; x < 1U << 24; x++) {
        const uint8_t b[3] = {(uint8_t)(x >> 16), (uint8_t)(x >> 8), (uint8_t)x};
        for (size_t n = x == 0 ? 0 : 3; n <= 3; n++) {
            if (mln_utf8_valid_prefix((struct mln_str){(const char *)b, n}) !=
                slow_prefix(&w, b, n)) {
                ck_abort_msg("%02X %02X %02X, %zu bytes", b[0], b[1], b[2], n);
            }
        }
    }
    for (uint32_t x = 0; x < 1U << 16; x++) { /* cut sequences */
        const uint8_t b[2] = {(uint8_t)(x >> 8), (uint8_t)x};
        for (size_t n = 1; n <= 2; n++) {
            ck_assert(mln_utf8_valid_prefix((struct mln_str){(const char *)b, n}) ==
                      slow_prefix(&w, b, n));
        }
    }
    free(w.three);
}
END_TEST

/* Four bytes: every lead from F0 on, every second byte, third and fourth at their edges. */
START_TEST(four_bytes_end_at_10ffff) {
    static const uint8_t edges[] = {0x00, 0x7F, 0x80, 0xBF, 0xC0, 0xFF};
    for (unsigned lead = 0xF0; lead <= 0xFF; lead++) {
        for (unsigned second = 0; second < 256; second++) {
            for (size_t i = 0; i < 36; i++) {
                const uint8_t b[4] = {(uint8_t)lead, (uint8_t)second, edges[i / 6], edges[i % 6]};
                const uint32_t cp = (lead & 7) << 18 | (second & 63U) << 12;
                const bool valid = lead <= 0xF4 && second >= 0x80 && second <= 0xBF &&
                                   cp >= 0x10000 && cp <= 0x10FFFF && b[2] >= 0x80 &&
                                   b[2] <= 0xBF && b[3] >= 0x80 && b[3] <= 0xBF;
                const struct mln_str s = {(const char *)b, 4};
                if (mln_utf8_valid_prefix(s) != (valid ? 4 : 0)) {
                    ck_abort_msg("%02X %02X %02X %02X", b[0], b[1], b[2], b[3]);
                }
                for (size_t n = 1; n < 4; n++) {
                    ck_assert(mln_utf8_valid_prefix((struct mln_str){s.p, n}) == 0);
                }
            }
        }
    }
}
END_TEST

/* The fast path looks at eight bytes at once: the first bad byte at every place, every alignment.
 */
START_TEST(the_first_bad_byte_is_found_at_any_place) {
    char text[80];
    for (size_t start = 0; start < 8; start++) {
        for (size_t n = 0; n <= 64; n++) {
            for (size_t bad = 0; bad <= n; bad++) {
                memset(text, 'a', sizeof text);
                text[start + bad] = (char)0xFF;
                ck_assert(mln_utf8_valid_prefix((struct mln_str){text + start, n}) == bad);
            }
        }
    }
    ck_assert_uint_eq(mln_utf8_valid_prefix((struct mln_str){NULL, 0}), 0);
}
END_TEST

START_TEST(every_scalar_value_makes_the_round_trip) {
    for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
        if (cp >= 0xD800 && cp <= 0xDFFF) {
            continue;
        }
        char bytes[4];
        const size_t n = mln_utf8_put(cp, bytes);
        const struct mln_str s = {bytes, n};
        size_t at = 0;
        if (n != 1U + (cp >= 0x80) + (cp >= 0x800) + (cp >= 0x10000) ||
            mln_utf8_valid_prefix(s) != n || mln_utf8_next(s, &at) != cp || at != n) {
            ck_abort_msg("U+%04X", cp);
        }
    }
}
END_TEST

/* ── encodings ── */

/* Bytes 80..FF, a line of sixteen each: Unicode's mapping tables CP1252.TXT, 8859-1.TXT and
 * 8859-15.TXT, as Python 3.11's codecs print them. '\x00': no meaning. C1 controls are checked
 * apart. */
static const struct {
    enum mln_encoding encoding;
    size_t first;
    const char *text;
    size_t n;
} tables[] = {
#define TABLE(text) (text), sizeof(text) - 1
    {MLN_WINDOWS_1252, 0x80,
     TABLE("€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0"
           "\0‘’“”•–—˜™š›œ\0žŸ"
           "\u00A0¡¢£¤¥¦§¨©ª«¬\u00AD®¯"
           "°±²³´µ¶·¸¹º»¼½¾¿"
           "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏ"
           "ÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞß"
           "àáâãäåæçèéêëìíîï"
           "ðñòóôõö÷øùúûüýþÿ")},
    {MLN_LATIN_1, 0xA0,
     TABLE("\u00A0¡¢£¤¥¦§¨©ª«¬\u00AD®¯"
           "°±²³´µ¶·¸¹º»¼½¾¿"
           "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏ"
           "ÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞß"
           "àáâãäåæçèéêëìíîï"
           "ðñòóôõö÷øùúûüýþÿ")},
    {MLN_LATIN_9, 0xA0,
     TABLE("\u00A0¡¢£€¥Š§š©ª«¬\u00AD®¯"
           "°±²³Žµ¶·ž¹º»ŒœŸ¿"
           "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏ"
           "ÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞß"
           "àáâãäåæçèéêëìíîï"
           "ðñòóôõö÷øùúûüýþÿ")},
};

START_TEST(every_byte_of_every_encoding) {
    struct mln_buf out = MLN_BUF_INIT;
    struct mln_buf back = MLN_BUF_INIT;
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        const struct mln_str table = {tables[t].text, tables[t].n};
        size_t at = 0;
        for (size_t byte = 0; byte < 256; byte++) {
            const char c = (char)byte;
            uint32_t want = (uint32_t)byte;
            if (byte >= tables[t].first) {
                want = mln_utf8_next(table, &at);
            }
            mln_buf_reset(&out);
            mln_buf_reset(&back);
            const size_t used = mln_to_utf8(tables[t].encoding, (struct mln_str){&c, 1}, &out);
            if (byte > 0 && want == 0) {
                ck_assert_uint_eq(used, 0);
                ck_assert_uint_eq(out.n, 0);
                continue;
            }
            size_t first = 0;
            ck_assert_uint_eq(used, 1);
            ck_assert_uint_eq(mln_utf8_next(mln_buf_view(&out), &first), want);
            ck_assert_uint_eq(first, out.n);
            mln_from_utf8(tables[t].encoding, mln_buf_view(&out), &back);
            ck_assert(back.n == 1 && back.p[0] == c);
        }
        ck_assert_uint_eq(at, table.n);
    }
    mln_buf_release(&out);
    mln_buf_release(&back);
}
END_TEST

START_TEST(conversion_stops_at_the_byte_without_meaning) {
    struct mln_buf out = MLN_BUF_INIT;
    ck_assert_uint_eq(mln_to_utf8(MLN_WINDOWS_1252, MLN_STR_LIT("abcdefghij\xE9k\x81z"), &out), 12);
    ck_assert_str_eq(out.p, "abcdefghijék");
    mln_buf_reset(&out);
    ck_assert_uint_eq(mln_to_utf8(MLN_UTF8, MLN_STR_LIT("é\xE9z"), &out), 2);
    ck_assert_str_eq(out.p, "é");
    mln_buf_reset(&out);
    ck_assert_uint_eq(mln_to_utf8(MLN_LATIN_1, MLN_STR_LIT("a\0\xE9"), &out), 3);
    ck_assert(out.n == 4 && memcmp(out.p, "a\0é", 4) == 0);
    mln_buf_reset(&out);
    /* The reverse writes '?' for what the encoding has not: the C1 control of an undefined byte
     * too. */
    mln_from_utf8(MLN_WINDOWS_1252, MLN_STR_LIT("Œ€\xC2\x81 Δ😀é"), &out);
    ck_assert_str_eq(out.p, "\x8C\x80? ??\xE9");
    mln_buf_reset(&out);
    mln_from_utf8(MLN_LATIN_9, MLN_STR_LIT("€¤½Š"), &out); /* ¤ and ½ made room for € and œ */
    ck_assert_str_eq(out.p, "\xA4??\xA6");
    mln_buf_release(&out);
}
END_TEST

START_TEST(encodings_are_known_by_the_names_in_use) {
    static const struct {
        const char *name;
        enum mln_encoding encoding;
    } known[] = {
        {"utf-8", MLN_UTF8},          {"UTF8", MLN_UTF8},
        {"Utf_8", MLN_UTF8},          {"windows-1252", MLN_WINDOWS_1252},
        {"CP1252", MLN_WINDOWS_1252}, {"latin1", MLN_LATIN_1},
        {"ISO-8859-1", MLN_LATIN_1},  {"iso_8859-15", MLN_LATIN_9},
        {"Latin-9", MLN_LATIN_9},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        enum mln_encoding got;
        ck_assert_int_eq(mln_encoding_from_name(mln_str_from(known[i].name), &got, NULL), MLN_OK);
        ck_assert_int_eq((int)got, (int)known[i].encoding);
    }
    static const char *const unknown[] = {"", "utf-16", "utf", "iso-8859-155555555555555555", "é"};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        enum mln_encoding got;
        struct mln_err err = {0};
        ck_assert_int_eq(mln_encoding_from_name(mln_str_from(unknown[i]), &got, &err),
                         MLN_BAD_INPUT);
        ck_assert_ptr_nonnull(
            strstr(err.msg, "use utf-8, windows-1252, iso-8859-1 or iso-8859-15"));
    }
}
END_TEST

/* ── fold ── */

static void check_fold(const char *text, const char *want) {
    struct mln_buf out = MLN_BUF_INIT;
    mln_utf8_fold(mln_str_from(text), &out);
    ck_assert_str_eq(mln_buf_view(&out).p, want);
    mln_buf_release(&out);
}

START_TEST(letters_lose_case_and_accents) {
    check_fold("", "");
    check_fold("Éléonore d'Œ", "ELEONORE D'OE");
    check_fold("e\u0301te\u0301", "ETE"); /* combining accents */
    check_fold("àâäçéèêëîïôöùûüÿ æœ ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸ ÆŒ",
               "AAACEEEEIIOOUUUY AEOE AAACEEEEIIOOUUUY AEOE");
    check_fold("ßẞ Øø Łł Đđ Þþ ıİ ŠšŽž", "SSSS OO LL DD THTH II SSZZ");
    check_fold("Nguyễn Dǔ ǅ ỳ", "NGUYEN DU DZ Y");
    /* Not Latin letters: as they are. */
    check_fold("×÷ º ’– Ω я 漢 😀 1½", "×÷ º ’– Ω я 漢 😀 1½");
}
END_TEST

/* Property: folding twice is folding once, and a Latin letter never comes out as another script. */
START_TEST(folding_is_idempotent) {
    struct mln_buf once = MLN_BUF_INIT;
    struct mln_buf twice = MLN_BUF_INIT;
    for (uint32_t cp = 1; cp <= 0x10FFFF; cp = cp == 0xD7FF ? 0xE000 : cp + 1) {
        char bytes[4];
        mln_buf_reset(&once);
        mln_buf_reset(&twice);
        mln_utf8_fold((struct mln_str){bytes, mln_utf8_put(cp, bytes)}, &once);
        mln_utf8_fold(mln_buf_view(&once), &twice);
        if (!mln_str_eq(mln_buf_view(&once), mln_buf_view(&twice))) {
            ck_abort_msg("U+%04X", cp);
        }
    }
    mln_buf_release(&once);
    mln_buf_release(&twice);
}
END_TEST

MLN_TEST_MAIN("utf8", every_sequence_of_up_to_three_bytes_is_judged_rightly,
              four_bytes_end_at_10ffff, the_first_bad_byte_is_found_at_any_place,
              every_scalar_value_makes_the_round_trip, every_byte_of_every_encoding,
              conversion_stops_at_the_byte_without_meaning, encodings_are_known_by_the_names_in_use,
              letters_lose_case_and_accents, folding_is_idempotent)
