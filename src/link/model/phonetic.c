/* Phonetic keys, on runs of A–Z. Definitions and sources in clean.h. */
#include "link/model/clean.h"

/* ── Soundex ── */

/* Digit by letter; 0: a vowel (ends a run of one digit); 7: H and W (do not). */
static const char soundex_digit[] = "01230127022455012623017202";

size_t mln_soundex(char *p, size_t n) {
    if (n == 0) {
        return 0;
    }
    char last = soundex_digit[p[0] - 'A'];
    size_t at = 1;
    for (size_t i = 1; i < n && at < 4; i++) {
        const char digit = soundex_digit[p[i] - 'A'];
        if (digit == '7') {
            continue;
        }
        if (digit != '0' && digit != last) {
            p[at++] = digit; /* at ≤ i: what is overwritten has been read */
        }
        last = digit;
    }
    while (at < 4) {
        p[at++] = '0';
    }
    return at;
}

/* ── Phonex ── */

enum after { ANY, BEFORE_VOWEL, BEFORE_NO_VOWEL, BEFORE_E_I };

struct rule {
    const char *from, *to; /* `to` is no longer */
    enum after after;      /* what must follow; ANY: also the end */
};

/* In this order, each over the whole word. */
static const struct rule to_hissing[] = {
    /* 3 to 7: groups that end in a vowel's sound */
    {"PH", "F", ANY},
    {"GAIN", "KAIN", ANY},
    {"GAIM", "KAIM", ANY},
    {"GAN", "KAN", ANY},
    {"GAM", "KAM", ANY},
    {"AIN", "YN", BEFORE_VOWEL},
    {"EIN", "YN", BEFORE_VOWEL},
    {"AIM", "YN", BEFORE_VOWEL},
    {"EIM", "YN", BEFORE_VOWEL},
    {"EAU", "O", ANY},
    {"OUA", "2", ANY},
    {"EIN", "4", ANY},
    {"AIN", "4", ANY},
    {"EIM", "4", ANY},
    {"AIM", "4", ANY},
    {"AI", "Y", ANY},
    {"EI", "Y", ANY},
    {"ER", "YR", ANY},
    {"ESS", "YS", ANY},
    {"ET", "YT", ANY},
    {"EZ", "YZ", ANY},
    /* 8: nasal sounds, before a consonant */
    {"AN", "1", BEFORE_NO_VOWEL},
    {"AM", "1", BEFORE_NO_VOWEL},
    {"EN", "1", BEFORE_NO_VOWEL},
    {"EM", "1", BEFORE_NO_VOWEL},
    {"IN", "4", BEFORE_NO_VOWEL},
};
/* 10 to 14, after 9 has made the S between two vowels a Z. */
static const struct rule to_code[] = {
    {"OE", "E", ANY},  {"EU", "E", ANY},  {"AU", "O", ANY},  {"OI", "2", ANY},
    {"OY", "2", ANY},  {"OU", "3", ANY},  {"SCH", "5", ANY}, {"CH", "5", ANY},
    {"SH", "5", ANY},  {"SS", "S", ANY},  {"SC", "S", ANY},  {"C", "S", BEFORE_E_I},
    {"C", "K", ANY},   {"QU", "K", ANY},  {"Q", "K", ANY},   {"GU", "K", ANY},
    {"GA", "KA", ANY}, {"GO", "KO", ANY}, {"GY", "KY", ANY}, {"A", "O", ANY},
    {"D", "T", ANY},   {"P", "T", ANY},   {"J", "G", ANY},   {"B", "F", ANY},
    {"V", "F", ANY},   {"M", "N", ANY},
};

static bool is_one_of(char c, const char *set) {
    return c != '\0' && strchr(set, c) != NULL;
}

static bool may_follow(enum after after, const char *p, size_t at, size_t n) {
    switch (after) {
    case ANY: return true;
    case BEFORE_VOWEL: return at < n && is_one_of(p[at], "AEIOU");
    case BEFORE_NO_VOWEL: return at < n && !is_one_of(p[at], "AEIOU1234");
    case BEFORE_E_I: return at < n && is_one_of(p[at], "EI");
    }
    return false;
}

static size_t apply(const struct rule *rule, char *p, size_t n) {
    const size_t n_from = strlen(rule->from), n_to = strlen(rule->to);
    size_t to = 0;
    for (size_t at = 0; at < n;) {
        if (n - at >= n_from && memcmp(p + at, rule->from, n_from) == 0 &&
            may_follow(rule->after, p, at + n_from, n)) {
            memcpy(p + to, rule->to, n_to);
            to += n_to;
            at += n_from;
        } else {
            p[to++] = p[at++];
        }
    }
    return to;
}

/* 1 and 2: Y is I; an H that follows a letter other than P, C and S is not heard. */
static size_t drop_silent_h(char *p, size_t n) {
    size_t to = 0;
    char before = 'P'; /* a first H stays */
    for (size_t at = 0; at < n; at++) {
        const char c = p[at] == 'Y' ? 'I' : p[at];
        if (c != 'H' || is_one_of(before, "PCS")) {
            p[to++] = c;
        }
        before = c;
    }
    return to;
}

size_t mln_phonex_fr(char *p, size_t n) {
    static const char vowel_sounds[] = "AEIOUY1234";
    n = drop_silent_h(p, n);
    for (size_t r = 0; r < sizeof to_hissing / sizeof to_hissing[0]; r++) {
        n = apply(&to_hissing[r], p, n);
    }
    for (size_t i = 1; i + 1 < n; i++) {
        if (p[i] == 'S' && is_one_of(p[i - 1], vowel_sounds) && is_one_of(p[i + 1], vowel_sounds)) {
            p[i] = 'Z';
        }
    }
    for (size_t r = 0; r < sizeof to_code / sizeof to_code[0]; r++) {
        n = apply(&to_code[r], p, n);
    }
    size_t to = 0; /* 15: doubled sounds; 16: a last T or X */
    for (size_t at = 0; at < n; at++) {
        if (to == 0 || p[to - 1] != p[at]) {
            p[to++] = p[at];
        }
    }
    return to > 1 && is_one_of(p[to - 1], "TX") ? to - 1 : to;
}
