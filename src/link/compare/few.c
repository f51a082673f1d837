#include "link/compare/few.h"

#include "link/compare/word.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* masks[j]: where symbol j of the text stands in the pattern. The kernels of word.h take them as
 * the masks of a text whose symbols are 0, 1, 2, … */
static const uint8_t places[MLN_FEW] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

static void make_masks(struct mln_short_value pattern, struct mln_short_value text,
                       uint64_t masks[MLN_FEW]) {
#ifdef __SSE2__
    const __m128i symbols = _mm_loadu_si128((const __m128i *)(const void *)pattern.symbols);
    const unsigned used = (unsigned)mln_low_bits(pattern.length);
    for (uint32_t j = 0; j < text.length; j++) {
        const __m128i symbol = _mm_set1_epi8((char)text.symbols[j]);
        masks[j] = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(symbols, symbol)) & used;
    }
#else
    for (uint32_t j = 0; j < text.length; j++) {
        masks[j] = 0;
        for (uint32_t i = 0; i < pattern.length; i++) {
            masks[j] |= (uint64_t)(pattern.symbols[i] == text.symbols[j]) << i;
        }
    }
#endif
}

double mln_few_jaro_winkler(struct mln_short_value a, struct mln_short_value b,
                            const struct mln_jaro_winkler *options) {
    uint64_t masks[MLN_FEW];
    make_masks(a, b, masks);
    const struct mln_jaro_counts counts = mln_word_jaro(masks, a.length, places, b.length);
    uint32_t prefix = 0;
    while (prefix < 4 && prefix < a.length && prefix < b.length &&
           a.symbols[prefix] == b.symbols[prefix]) {
        prefix++;
    }
    return mln_jaro_winkler_score(counts.common, counts.out_of_order, prefix, a.length, b.length,
                                  options);
}

uint32_t mln_few_levenshtein(struct mln_short_value a, struct mln_short_value b) {
    uint64_t masks[MLN_FEW];
    make_masks(a, b, masks);
    return mln_word_levenshtein(masks, a.length, places, b.length);
}

uint32_t mln_few_osa(struct mln_short_value a, struct mln_short_value b) {
    uint64_t masks[MLN_FEW];
    make_masks(a, b, masks);
    return mln_word_osa(masks, a.length, places, b.length);
}

uint32_t mln_few_indel(struct mln_short_value a, struct mln_short_value b) {
    uint64_t masks[MLN_FEW];
    make_masks(a, b, masks);
    return a.length + b.length - 2 * mln_word_lcs(masks, a.length, places, b.length);
}
