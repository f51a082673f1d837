/* Codes of up to eight bytes without a NUL, that is nearly all, are kept as one word each: a lookup
 * touches one line of memory. The others go to a table of texts. */
#include "source/code_set.h"

#include <stdint.h>

struct mln_code_set {
    size_t word_mask;
    uint64_t *words; /* 0: free; at most half of them are taken */
    size_t text_mask;
    struct mln_str *texts; /* p NULL: free */
};

/* The code as a word; 0 when it does not fit one. */
static uint64_t word_of(struct mln_str code) {
    uint64_t word = 0;
    if (code.n == 0 || code.n > sizeof word || memchr(code.p, '\0', code.n) != NULL) {
        return 0;
    }
    memcpy(&word, code.p, code.n);
    return word;
}

static size_t word_place(const struct mln_code_set *set, uint64_t word) {
    size_t at = (size_t)((word * 0x9E3779B97F4A7C15U) >> 32) & set->word_mask;
    while (set->words[at] != 0 && set->words[at] != word) {
        at = (at + 1) & set->word_mask;
    }
    return at;
}

/* FNV-1a: nomenclatures are ours, nobody chooses their codes to collide. */
static size_t text_place(const struct mln_code_set *set, struct mln_str code) {
    uint64_t h = 14695981039346656037U;
    for (size_t i = 0; i < code.n; i++) {
        h = (h ^ (unsigned char)code.p[i]) * 1099511628211U;
    }
    size_t at = (size_t)(h ^ h >> 32) & set->text_mask;
    while (set->texts[at].p != NULL && !mln_str_eq(set->texts[at], code)) {
        at = (at + 1) & set->text_mask;
    }
    return at;
}

static size_t twice(size_t n) {
    size_t cap = 16;
    while (cap < 2 * n) {
        cap *= 2;
    }
    return cap;
}

enum mln_status mln_code_set_new(struct mln_arena *arena, const struct mln_str *codes, size_t n,
                                 struct mln_code_set **out, struct mln_err *err) {
    size_t n_words = 0;
    for (size_t i = 0; i < n; i++) {
        n_words += word_of(codes[i]) != 0;
    }
    struct mln_code_set *set = MLN_ARENA_NEW(arena, struct mln_code_set, 1);
    if (set != NULL) {
        *set = (struct mln_code_set){
            .word_mask = twice(n_words) - 1,
            .words = MLN_ARENA_NEW(arena, uint64_t, twice(n_words)),
            .text_mask = twice(n - n_words) - 1,
            .texts = MLN_ARENA_NEW(arena, struct mln_str, twice(n - n_words)),
        };
    }
    if (set == NULL || set->words == NULL || set->texts == NULL) {
        return mln_err_nomem(err, "a set of codes");
    }
    for (size_t i = 0; i < n; i++) {
        const uint64_t word = word_of(codes[i]);
        if (word != 0) {
            set->words[word_place(set, word)] = word;
        } else {
            set->texts[text_place(set, codes[i])] = codes[i];
        }
    }
    *out = set;
    return MLN_OK;
}

bool mln_code_set_has(const struct mln_code_set *set, struct mln_str code) {
    const uint64_t word = word_of(code);
    return word != 0 ? set->words[word_place(set, word)] != 0
                     : set->texts[text_place(set, code)].p != NULL;
}
