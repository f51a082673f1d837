/* Levenshtein, OSA and indel distances of one pair: a word, or a row of words. */
#include <stdlib.h>

#include "link/compare/pair.h"
#include "link/compare/word.h"
#include "link/compare/work.h"

enum kind { LEVENSHTEIN, OSA, INDEL };

/* What a column of the edit matrix leaves to the next, for 64 rows of it. */
struct column_word {
    uint64_t vp, vn;
    uint64_t d0, eq; /* of the column, for the swaps of OSA */
};

/* One column of Levenshtein or OSA over all words; hp and hn leave a word at its top bit and enter the
 * next at its lowest, as the edge of the matrix enters the first. */
static void edit_column(struct column_word *words, size_t n_words, const uint64_t *eq_row, bool swaps) {
    uint64_t hp_in = 1, hn_in = 0, swap_in = 0;
    for (size_t w = 0; w < n_words; w++) {
        struct column_word *word = &words[w];
        const uint64_t eq = eq_row[w];
        const uint64_t vp = word->vp, vn = word->vn;
        const uint64_t stays = ~word->d0 & eq;
        const uint64_t swap = swaps ? (stays << 1 | swap_in) & word->eq : 0;
        const uint64_t x = eq | hn_in; /* a fall from the word below acts as a match in row 0 */
        const uint64_t d0 = (((x & vp) + vp) ^ vp) | x | vn | swap;
        const uint64_t hp = vn | ~(d0 | vp), hn = d0 & vp;
        const uint64_t hp_row = hp << 1 | hp_in, hn_row = hn << 1 | hn_in;
        *word = (struct column_word){hn_row | ~(d0 | hp_row), d0 & hp_row, d0, eq};
        hp_in = hp >> 63;
        hn_in = hn >> 63;
        swap_in = stays >> 63;
    }
}

/* The matrix's last cell so far: the cell above the column plus the rises down to the pattern's end. */
static uint32_t column_end(const struct column_word *words, size_t m, size_t n_columns) {
    uint32_t d = (uint32_t)n_columns;
    for (size_t w = 0; w * 64 < m; w++) {
        const uint64_t all = mln_low_bits(m - w * 64 < 64 ? (uint32_t)(m - w * 64) : 64);
        d += mln_count_bits(words[w].vp & all);
        d -= mln_count_bits(words[w].vn & all);
    }
    return d;
}

static enum mln_status long_edit(struct mln_points pattern, struct mln_points text, bool swaps,
                                 struct mln_compare_work *work, uint32_t *out, struct mln_err *err) {
    struct mln_pair_symbols pair;
    uint64_t *rows;
    size_t n_words;
    MLN_TRY(mln_pair_symbols(pattern, text, work, &pair, err));
    MLN_TRY(mln_pair_mask_rows(&pair, pattern.n, work, &rows, &n_words, err));
    struct column_word *words = mln_work_need(work, MLN_WORK_ROWS, n_words * sizeof *words);
    if (words == NULL) {
        return mln_err_nomem(err, "the comparison of two long texts");
    }
    for (size_t w = 0; w < n_words; w++) {
        words[w] = (struct column_word){UINT64_MAX, 0, 0, 0};
    }
    for (size_t j = 0; j < text.n; j++) {
        edit_column(words, n_words, rows + pair.text[j] * n_words, swaps);
    }
    *out = column_end(words, pattern.n, text.n);
    return MLN_OK;
}

static enum mln_status long_lcs(struct mln_points pattern, struct mln_points text,
                                struct mln_compare_work *work, uint32_t *out, struct mln_err *err) {
    struct mln_pair_symbols pair;
    uint64_t *rows;
    size_t n_words;
    MLN_TRY(mln_pair_symbols(pattern, text, work, &pair, err));
    MLN_TRY(mln_pair_mask_rows(&pair, pattern.n, work, &rows, &n_words, err));
    uint64_t *rest = mln_work_need(work, MLN_WORK_ROWS, n_words * sizeof *rest);
    if (rest == NULL) {
        return mln_err_nomem(err, "the comparison of two long texts");
    }
    memset(rest, 0xFF, n_words * sizeof *rest);
    for (size_t j = 0; j < text.n; j++) {
        uint64_t carry = 0;
        for (size_t w = 0; w < n_words; w++) {
            const uint64_t u = rest[w] & rows[pair.text[j] * n_words + w];
            const uint64_t sum = rest[w] + u, all = sum + carry;
            carry = (sum < u) | (all < sum);
            rest[w] = all | (rest[w] - u);
        }
    }
    uint32_t lcs = 0;
    for (size_t w = 0; w < n_words; w++) {
        const size_t left = pattern.n - w * 64;
        lcs += mln_count_bits(~rest[w] & mln_low_bits(left < 64 ? (uint32_t)left : 64));
    }
    *out = lcs;
    return MLN_OK;
}

static enum mln_status word_edit(struct mln_points pattern, struct mln_points text, enum kind kind,
                                 struct mln_compare_work *work, uint32_t *out, struct mln_err *err) {
    uint64_t masks[MLN_WORD + 1];
    const uint8_t *symbols;
    MLN_TRY(mln_pair_masks(pattern, text, work, masks, &symbols, err));
    const uint32_t m = (uint32_t)pattern.n, n = (uint32_t)text.n;
    *out = kind == LEVENSHTEIN ? mln_word_levenshtein(masks, m, symbols, n)
           : kind == OSA       ? mln_word_osa(masks, m, symbols, n)
                               : m + n - 2 * mln_word_lcs(masks, m, symbols, n);
    return MLN_OK;
}

static enum mln_status edit(struct mln_points a, struct mln_points b, enum kind kind,
                            uint32_t cutoff, struct mln_compare_work *work, uint32_t *out,
                            struct mln_err *err) {
    const struct mln_points pattern = a.n < b.n ? a : b, text = a.n < b.n ? b : a;
    if (text.n - pattern.n > cutoff) {
        *out = cutoff + 1;
        return MLN_OK;
    }
    if (pattern.n == 0) {
        *out = (uint32_t)text.n;
    } else if (pattern.n <= MLN_WORD) {
        MLN_TRY(word_edit(pattern, text, kind, work, out, err));
    } else if (kind == INDEL) {
        uint32_t lcs = 0;
        MLN_TRY(long_lcs(pattern, text, work, &lcs, err));
        *out = (uint32_t)(pattern.n + text.n) - 2 * lcs;
    } else {
        MLN_TRY(long_edit(pattern, text, kind == OSA, work, out, err));
    }
    if (*out > cutoff) {
        *out = cutoff + 1;
    }
    return MLN_OK;
}

enum mln_status mln_levenshtein(struct mln_points a, struct mln_points b, uint32_t cutoff,
                                struct mln_compare_work *work, uint32_t *out, struct mln_err *err) {
    return edit(a, b, LEVENSHTEIN, cutoff, work, out, err);
}

enum mln_status mln_osa(struct mln_points a, struct mln_points b, uint32_t cutoff,
                        struct mln_compare_work *work, uint32_t *out, struct mln_err *err) {
    return edit(a, b, OSA, cutoff, work, out, err);
}

enum mln_status mln_indel(struct mln_points a, struct mln_points b, uint32_t cutoff,
                          struct mln_compare_work *work, uint32_t *out, struct mln_err *err) {
    return edit(a, b, INDEL, cutoff, work, out, err);
}
