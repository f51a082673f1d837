/* Jaro and Jaro–Winkler of one pair: a word, or a row of words. */
#include "link/compare/pair.h"
#include "link/compare/word.h"
#include "link/compare/work.h"

double mln_jaro_winkler_score(uint32_t common, uint32_t out_of_order, uint32_t prefix, uint32_t m,
                              uint32_t n, const struct mln_jaro_winkler *options) {
    double jaro;
    if (common == 0) {
        jaro = m == 0 && n == 0 ? 1.0 : 0.0;
    } else {
        /* (c/m + c/n + (2c - d)/(2c)) / 3 over one denominator: whole numbers until the division. */
        const double c = common, product = (double)m * n;
        const double d = options->whole_transpositions ? out_of_order & ~1U : out_of_order;
        jaro = (2 * c * c * ((double)m + n) + (2 * c - d) * product) / (6 * c * product);
    }
    if (jaro >= options->boost_threshold) {
        jaro = jaro + (prefix < 4 ? prefix : 4) * options->prefix_weight * (1 - jaro);
    }
    return jaro < options->cutoff ? 0.0 : jaro;
}

/* First free occurrence in places [low, high) of the pattern; `high` when there is none. */
static size_t first_free(const uint64_t *eq_row, const uint64_t *found, size_t low, size_t high) {
    for (size_t w = low / 64; w * 64 < high; w++) {
        uint64_t here = eq_row[w] & ~found[w];
        if (w == low / 64) {
            here &= UINT64_MAX << low % 64;
        }
        if (here != 0) {
            const size_t at = w * 64 + (size_t)__builtin_ctzll(here);
            return at < high ? at : high;
        }
    }
    return high;
}

static enum mln_status long_counts(struct mln_points a, struct mln_points b,
                                   struct mln_compare_work *work, struct mln_jaro_counts *out,
                                   struct mln_err *err) {
    struct mln_pair_symbols pair;
    uint64_t *rows;
    size_t n_words;
    MLN_TRY(mln_pair_symbols(a, b, work, &pair, err));
    MLN_TRY(mln_pair_mask_rows(&pair, a.n, work, &rows, &n_words, err));
    uint64_t *found = mln_work_need(work, MLN_WORK_ROWS, n_words * sizeof *found);
    if (found == NULL) {
        return mln_err_nomem(err, "the comparison of two long texts");
    }
    memset(found, 0, n_words * sizeof *found);
    const size_t reach = mln_jaro_reach((uint32_t)a.n, (uint32_t)b.n);
    size_t n_common = 0;
    for (size_t j = 0; j < b.n && j < a.n + reach; j++) {
        const size_t low = j > reach ? j - reach : 0;
        const size_t high = j + reach + 1 < a.n ? j + reach + 1 : a.n;
        const size_t at = first_free(rows + pair.text[j] * n_words, found, low, high);
        if (at < high) {
            found[at / 64] |= (uint64_t)1 << at % 64;
            pair.text[n_common++] = pair.text[j]; /* the found letters of b, in order */
        }
    }
    *out = (struct mln_jaro_counts){(uint32_t)n_common, 0};
    size_t k = 0;
    for (size_t i = 0; i < a.n; i++) {
        if ((found[i / 64] >> i % 64 & 1) != 0) {
            out->out_of_order += pair.pattern[i] != pair.text[k++];
        }
    }
    return MLN_OK;
}

enum mln_status mln_jaro_winkler(struct mln_points a, struct mln_points b,
                                 const struct mln_jaro_winkler *options,
                                 struct mln_compare_work *work, double *out, struct mln_err *err) {
    struct mln_jaro_counts counts;
    if (a.n <= MLN_WORD && b.n <= MLN_WORD) {
        uint64_t masks[MLN_WORD + 1];
        const uint8_t *symbols;
        MLN_TRY(mln_pair_masks(a, b, work, masks, &symbols, err));
        counts = mln_word_jaro(masks, (uint32_t)a.n, symbols, (uint32_t)b.n);
    } else {
        MLN_TRY(long_counts(a, b, work, &counts, err));
    }
    uint32_t prefix = 0;
    while (prefix < 4 && prefix < a.n && prefix < b.n && a.p[prefix] == b.p[prefix]) {
        prefix++;
    }
    *out = mln_jaro_winkler_score(counts.common, counts.out_of_order, prefix, (uint32_t)a.n,
                                  (uint32_t)b.n, options);
    return MLN_OK;
}
