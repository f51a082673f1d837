/* The comparators over packs of 32 values with AVX2. Compiled for AVX2 (see CMakeLists.txt) and entered
 * only where the processor has it.
 *
 * Symbols meet masks by shuffles: a page of 16 symbols is a 16-byte table per byte of the mask, and a
 * column's symbols are the indices. The bytes of wider masks are then interleaved into lanes. The rest
 * is the text of word.h with vectors for words: the plain operators on GNU vectors. */
#include "link/compare/lanes.h"

#if defined(__AVX2__)

#include <immintrin.h>

#include "link/compare/word.h"

#define ALWAYS_INLINE inline __attribute__((always_inline))

typedef uint8_t u8x32 __attribute__((vector_size(32)));
typedef int8_t s8x32 __attribute__((vector_size(32)));
typedef uint16_t u16x16 __attribute__((vector_size(32)));
typedef int16_t s16x16 __attribute__((vector_size(32)));
typedef uint32_t u32x8 __attribute__((vector_size(32)));
typedef int32_t s32x8 __attribute__((vector_size(32)));
typedef uint64_t u64x4 __attribute__((vector_size(32)));
typedef int64_t s64x4 __attribute__((vector_size(32)));
typedef double f64x4 __attribute__((vector_size(32)));

enum { BITS_LONGEST = MLN_LANE_LENGTH }; /* columns of a pack */

static ALWAYS_INLINE u8x32 load(const uint8_t *p) {
    return (u8x32)_mm256_loadu_si256((const __m256i *)(const void *)p);
}

static ALWAYS_INLINE void store(uint8_t *p, u8x32 v) {
    _mm256_storeu_si256((__m256i *)(void *)p, (__m256i)v);
}

static ALWAYS_INLINE u8x32 load_twice(const uint8_t *p) {
    return (u8x32)_mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)p));
}

static ALWAYS_INLINE u8x32 twice(__m128i v) {
    return (u8x32)_mm256_broadcastsi128_si256(v);
}

/* table[at % 16], 0 where bit 7 of `at` is set; both halves have the table. */
static ALWAYS_INLINE u8x32 shuffle(u8x32 table, u8x32 at) {
    return (u8x32)_mm256_shuffle_epi8((__m256i)table, (__m256i)at);
}

/* 0x70 … 0x7F for the symbols of the page, 0x80 and more for all others. */
static ALWAYS_INLINE u8x32 index_in_page(u8x32 symbols, uint8_t page) {
    const u8x32 none = {0};
    const u8x32 apart = symbols ^ (none + (uint8_t)(page << 4));
    return (u8x32)_mm256_adds_epu8((__m256i)apart, (__m256i)(none + 0x70));
}

static ALWAYS_INLINE u8x32 least(u8x32 a, u8x32 b) {
    return (u8x32)_mm256_min_epu8((__m256i)a, (__m256i)b);
}

static ALWAYS_INLINE u8x32 most(u8x32 a, u8x32 b) {
    return (u8x32)_mm256_max_epu8((__m256i)a, (__m256i)b);
}

static ALWAYS_INLINE u8x32 minus_to_0(u8x32 a, u8x32 b) {
    return (u8x32)_mm256_subs_epu8((__m256i)a, (__m256i)b);
}

/* ── from bytes to lanes and back ── */

static ALWAYS_INLINE void spread8(const u8x32 *plane, u8x32 *lane) {
    lane[0] = plane[0];
}

static ALWAYS_INLINE void spread16(const u8x32 *plane, u16x16 *lane) {
    lane[0] = (u16x16)_mm256_unpacklo_epi8((__m256i)plane[0], (__m256i)plane[1]);
    lane[1] = (u16x16)_mm256_unpackhi_epi8((__m256i)plane[0], (__m256i)plane[1]);
}

static ALWAYS_INLINE void spread32(const u8x32 *plane, u32x8 *lane) {
    u16x16 low[2], high[2];
    spread16(plane, low);
    spread16(plane + 2, high);
    for (size_t i = 0; i < 2; i++) {
        lane[2 * i] = (u32x8)_mm256_unpacklo_epi16((__m256i)low[i], (__m256i)high[i]);
        lane[2 * i + 1] = (u32x8)_mm256_unpackhi_epi16((__m256i)low[i], (__m256i)high[i]);
    }
}

static ALWAYS_INLINE void spread64(const u8x32 *plane, u64x4 *lane) {
    u32x8 low[4], high[4];
    spread32(plane, low);
    spread32(plane + 4, high);
    for (size_t i = 0; i < 4; i++) {
        lane[2 * i] = (u64x4)_mm256_unpacklo_epi32((__m256i)low[i], (__m256i)high[i]);
        lane[2 * i + 1] = (u64x4)_mm256_unpackhi_epi32((__m256i)low[i], (__m256i)high[i]);
    }
}

/* Lanes hold at most 255: each narrowing is exact. */
static ALWAYS_INLINE u8x32 gather8(const u8x32 *lane) {
    return lane[0];
}

static ALWAYS_INLINE u8x32 gather16(const u16x16 *lane) {
    return (u8x32)_mm256_packus_epi16((__m256i)lane[0], (__m256i)lane[1]);
}

static ALWAYS_INLINE u8x32 gather32(const u32x8 *lane) {
    u16x16 narrow[2];
    for (size_t i = 0; i < 2; i++) {
        narrow[i] = (u16x16)_mm256_packus_epi32((__m256i)lane[2 * i], (__m256i)lane[2 * i + 1]);
    }
    return gather16(narrow);
}

static ALWAYS_INLINE u8x32 gather64(const u64x4 *lane) {
    u32x8 narrow[4];
    for (size_t i = 0; i < 4; i++) {
        narrow[i] = (u32x8)_mm256_shuffle_ps((__m256)lane[2 * i], (__m256)lane[2 * i + 1], 0x88);
    }
    return gather32(narrow);
}

#define WIDEN(bits, vector)                                                    \
    static ALWAYS_INLINE void widen##bits(u8x32 bytes, vector *lane) {         \
        u8x32 plane[(bits) / 8] = {{0}};                                       \
        plane[0] = bytes;                                                      \
        spread##bits(plane, lane);                                             \
    }
WIDEN(8, u8x32)
WIDEN(16, u16x16)
WIDEN(32, u32x8)
WIDEN(64, u64x4)
#undef WIDEN

static ALWAYS_INLINE u8x32 count_bits8(u8x32 v) {
    const u8x32 none = {0};
    const u8x32 of_nibble = twice(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
    const u8x32 low = v & (none + 15), high = (u8x32)((u16x16)v >> 4) & (none + 15);
    return shuffle(of_nibble, low) + shuffle(of_nibble, high);
}

static ALWAYS_INLINE u16x16 count_bits16(u16x16 v) {
    const u16x16 c = (u16x16)count_bits8((u8x32)v);
    return (c + (c >> 8)) & ((u16x16){0} + 0xFF);
}

static ALWAYS_INLINE u32x8 count_bits32(u32x8 v) {
    u32x8 c = (u32x8)count_bits8((u8x32)v);
    c += c >> 8;
    c += c >> 16;
    return c & ((u32x8){0} + 0xFF);
}

static ALWAYS_INLINE u64x4 count_bits64(u64x4 v) {
    return (u64x4)_mm256_sad_epu8((__m256i)count_bits8((u8x32)v), _mm256_setzero_si256());
}

/* ── Jaro: what does not depend on the width ── */

struct jaro_counts {
    u8x32 common, out_of_order;
};

/* max(m, n) / 2 - 1, at least 0. */
static ALWAYS_INLINE u8x32 reach_of(const struct mln_pack *pack, uint32_t m) {
    const u8x32 none = {0};
    const u8x32 longer = most(load(pack->length), none + (uint8_t)m);
    return minus_to_0(longer >> 1, none + 1);
}

/* Byte p of the mask that has bits 0 … reach. */
static ALWAYS_INLINE u8x32 low_bits_plane(u8x32 reach, uint8_t p) {
    const u8x32 none = {0};
    const u8x32 table = twice(
        _mm_setr_epi8(0, 1, 3, 7, 15, 31, 63, 127, -1, -1, -1, -1, -1, -1, -1, -1));
    return shuffle(table, least(minus_to_0(reach + 1, none + (uint8_t)(8 * p)), none + 8));
}

#define BITS 8
#define LANE u8x32
#define LANE_TYPE uint8_t
#define SIGNED s8x32
#define PARTS 1
#define NAME(x) x##8
#include "link/compare/lanes_width.inc"

#define BITS 16
#define LANE u16x16
#define LANE_TYPE uint16_t
#define SIGNED s16x16
#define PARTS 2
#define NAME(x) x##16
#include "link/compare/lanes_width.inc"

#define BITS 32
#define LANE u32x8
#define LANE_TYPE uint32_t
#define SIGNED s32x8
#define PARTS 4
#define NAME(x) x##32
#include "link/compare/lanes_width.inc"

#define BITS 64
#define LANE u64x4
#define LANE_TYPE uint64_t
#define SIGNED s64x4
#define PARTS 8
#define NAME(x) x##64
#include "link/compare/lanes_width.inc"

/* ── distances ── */

static void give(u8x32 distance, uint32_t cutoff, uint32_t *out) {
    const uint8_t most_given = cutoff < UINT8_MAX ? (uint8_t)(cutoff + 1) : UINT8_MAX;
    uint8_t bytes[MLN_LANES];
    store(bytes, least(distance, (u8x32){0} + most_given));
    for (size_t i = 0; i < MLN_LANES; i += 8) {
        const __m128i eight = _mm_loadl_epi64((const __m128i *)(const void *)(bytes + i));
        _mm256_storeu_si256((__m256i *)(void *)(out + i), _mm256_cvtepu8_epi32(eight));
    }
}

#define DISTANCE(name)                                                                        \
    static void name(const struct mln_query *query, const struct mln_pack *pack,              \
                     uint32_t cutoff, uint32_t *out) {                                        \
        give(query->length <= 8    ? name##8(query, pack)                                     \
             : query->length <= 16 ? name##16(query, pack)                                    \
             : query->length <= 32 ? name##32(query, pack)                                    \
                                   : name##64(query, pack),                                   \
             cutoff, out);                                                                    \
    }
DISTANCE(levenshtein)
DISTANCE(osa)
DISTANCE(indel)
#undef DISTANCE

static ALWAYS_INLINE u8x32 choose(u8x32 yes, u8x32 no, u8x32 mask) {
    return (u8x32)_mm256_blendv_epi8((__m256i)no, (__m256i)yes, (__m256i)mask);
}

/* Where a cell of the matrix of damerau.c stands, kept from row to row for each column. */
struct damerau_columns {
    u8x32 row[MLN_LANE_LENGTH + 2];    /* [j + 1]: D(i - 1, j), then D(i, j) */
    u8x32 before[MLN_LANE_LENGTH + 2]; /* [j + 1]: D(i - 2, j) at the start of row i */
    u8x32 skipped[MLN_LANE_LENGTH + 1];
    u8x32 last_row[MLN_LANE_LENGTH + 1]; /* last row whose letter is that of the column */
};

/* Row i of damerau.c in 8-bit cells: distances are at most 64, 255 is far, sums saturate; a row or
 * column that is not there is 255 too, next to none. */
static ALWAYS_INLINE void damerau_row(uint8_t letter, uint8_t i, const struct mln_pack *pack,
                                      const u8x32 *before, u8x32 *row, struct damerau_columns *c) {
    const u8x32 none = {0}, far = ~none;
    u8x32 last_match = far, across = far, two_up = row[1];
    row[1] = none + i;
    for (size_t j = 1; j <= pack->longest; j++) {
        const u8x32 same =
            (u8x32)(load(pack->columns + (j - 1) * MLN_LANES) == (none + letter));
        u8x32 d = least(before[j] + 1 + same, least(row[j], before[j + 1]) + 1);
        const u8x32 near_column = (u8x32)(last_match == (none + (uint8_t)(j - 1)));
        const u8x32 near_row = (u8x32)(c->last_row[j] == (none + (uint8_t)(i - 1)));
        const u8x32 rows = (none + i) - c->last_row[j], columns = (none + (uint8_t)j) - last_match;
        const u8x32 by_column =
            (u8x32)_mm256_adds_epu8((__m256i)c->skipped[j], (__m256i)rows) | ~near_column;
        const u8x32 by_row = (u8x32)_mm256_adds_epu8((__m256i)across, (__m256i)columns) | ~near_row;
        d = least(d, least(by_column, by_row) | same);
        last_match = choose(none + (uint8_t)j, last_match, same);
        c->skipped[j] = choose(before[j - 1], c->skipped[j], same);
        across = choose(two_up, across, same);
        c->last_row[j] = choose(none + i, c->last_row[j], same);
        two_up = row[j + 1];
        row[j + 1] = d;
    }
}

static void damerau(const struct mln_query *query, const struct mln_pack *pack, uint32_t cutoff,
                    uint32_t *out) {
    const u8x32 none = {0};
    struct damerau_columns c;
    u8x32 *row = c.row, *before = c.before;
    row[0] = before[0] = ~none;
    for (size_t j = 0; j <= pack->longest; j++) {
        row[j + 1] = none + (uint8_t)j;
        before[j + 1] = c.skipped[j] = c.last_row[j] = ~none;
    }
    for (uint32_t i = 1; i <= query->length; i++) {
        u8x32 *swap = before;
        before = row;
        row = swap;
        damerau_row(query->symbols[i - 1], (uint8_t)i, pack, before, row, &c);
    }
    const u8x32 length = load(pack->length);
    u8x32 d = none;
    for (size_t j = 0; j <= pack->longest; j++) {
        d |= row[j + 1] & (u8x32)(length == (none + (uint8_t)j));
    }
    give(d, cutoff, out);
}

/* ── Jaro–Winkler ── */

/* Length of the common prefix, at most 4: padding and foreign symbols equal nothing. */
static ALWAYS_INLINE u8x32 prefix_of(const struct mln_query *query, const struct mln_pack *pack) {
    const u8x32 none = {0};
    u8x32 run = ~none, prefix = none;
    for (size_t j = 0; j < 4 && j < query->length && j < pack->longest; j++) {
        run &= (u8x32)(load(pack->columns + j * MLN_LANES) == (none + query->symbols[j]));
        prefix -= run;
    }
    return prefix;
}

/* mln_jaro_winkler_score for 4 lanes: the same operations in the same order. */
static ALWAYS_INLINE __m256d score_4(__m128i numerator, __m128i denominator, __m128i prefix,
                                     const struct mln_jaro_winkler *options) {
    const __m256d one = _mm256_set1_pd(1);
    const __m256d above = _mm256_cvtepi32_pd(numerator), below = _mm256_cvtepi32_pd(denominator);
    /* Without a letter in common both are 0: the comparison turns the NaN into 0. */
    const __m256d some = _mm256_cmp_pd(below, _mm256_setzero_pd(), _CMP_GT_OQ);
    const __m256d jaro = _mm256_and_pd(_mm256_div_pd(above, below), some);
    const __m256d weight =
        _mm256_mul_pd(_mm256_cvtepi32_pd(prefix), _mm256_set1_pd(options->prefix_weight));
    const __m256d raised =
        _mm256_add_pd(jaro, _mm256_mul_pd(weight, _mm256_sub_pd(one, jaro)));
    const __m256d boosted =
        _mm256_cmp_pd(jaro, _mm256_set1_pd(options->boost_threshold), _CMP_GE_OQ);
    const __m256d score = _mm256_blendv_pd(jaro, raised, boosted);
    return _mm256_andnot_pd(_mm256_cmp_pd(score, _mm256_set1_pd(options->cutoff), _CMP_LT_OQ), score);
}

static ALWAYS_INLINE s32x8 eight_of(const uint8_t *p) {
    return (s32x8)_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)p));
}

/* Lengths are at most 64: all terms fit 32 bits with room. */
static void score_pack(const struct jaro_counts *counts, u8x32 prefix,
                       const struct mln_pack *pack, uint32_t m,
                       const struct mln_jaro_winkler *options, double *out) {
    uint8_t common[MLN_LANES], out_of_order[MLN_LANES], prefixes[MLN_LANES];
    const u8x32 kept = (u8x32){0} + (uint8_t)(options->whole_transpositions ? 0xFE : 0xFF);
    store(common, counts->common);
    store(out_of_order, counts->out_of_order & kept);
    store(prefixes, prefix);
    const int32_t length = (int32_t)m;
    for (size_t i = 0; i < MLN_LANES; i += 8) {
        const s32x8 c = eight_of(common + i), d = eight_of(out_of_order + i);
        const s32x8 n = eight_of(pack->length + i), l = eight_of(prefixes + i);
        const s32x8 product = n * length;
        const s32x8 numerator = 2 * c * c * (n + length) + (2 * c - d) * product;
        const s32x8 denominator = 6 * c * product;
        _mm256_storeu_pd(out + i, score_4(_mm256_castsi256_si128((__m256i)numerator),
                                          _mm256_castsi256_si128((__m256i)denominator),
                                          _mm256_castsi256_si128((__m256i)l), options));
        _mm256_storeu_pd(out + i + 4, score_4(_mm256_extracti128_si256((__m256i)numerator, 1),
                                              _mm256_extracti128_si256((__m256i)denominator, 1),
                                              _mm256_extracti128_si256((__m256i)l, 1), options));
    }
}

static void jaro_winkler(const struct mln_query *query, const struct mln_pack *pack,
                         const struct mln_jaro_winkler *options, double *out) {
    struct jaro_counts counts;
    if (query->length <= 8) {
        jaro8(query, pack, &counts);
    } else if (query->length <= 16) {
        jaro16(query, pack, &counts);
    } else if (query->length <= 32) {
        jaro32(query, pack, &counts);
    } else {
        jaro64(query, pack, &counts);
    }
    score_pack(&counts, prefix_of(query, pack), pack, query->length, options, out);
}

/* ── layout ── */

static const uint8_t padding[8] = {MLN_SYMBOL_PAD, MLN_SYMBOL_PAD, MLN_SYMBOL_PAD, MLN_SYMBOL_PAD,
                                   MLN_SYMBOL_PAD, MLN_SYMBOL_PAD, MLN_SYMBOL_PAD, MLN_SYMBOL_PAD};

/* Symbols 8b … 8b + 7 of two values, interleaved; values are padded to eights. */
static ALWAYS_INLINE __m128i two_values(const uint8_t *const *values, const uint8_t *length,
                                        size_t lane, size_t b) {
    const uint8_t *first = length[lane] > 8 * b ? values[lane] + 8 * b : padding;
    const uint8_t *second = length[lane + 1] > 8 * b ? values[lane + 1] + 8 * b : padding;
    return _mm_unpacklo_epi8(_mm_loadl_epi64((const __m128i *)(const void *)first),
                             _mm_loadl_epi64((const __m128i *)(const void *)second));
}

static void transpose(const uint8_t *const *values, const uint8_t *length, size_t longest,
                      uint8_t *columns) {
    for (size_t b = 0; 8 * b < longest; b++) {
        __m256i pair[8], four[8], eight[8]; /* lanes 0 … 15 in the low half, 16 … 31 in the high */
        for (size_t i = 0; i < 8; i++) {
            pair[i] = _mm256_inserti128_si256(
                _mm256_castsi128_si256(two_values(values, length, 2 * i, b)),
                two_values(values, length, 2 * i + 16, b), 1);
        }
        for (size_t i = 0; i < 4; i++) {
            four[2 * i] = _mm256_unpacklo_epi16(pair[2 * i], pair[2 * i + 1]);     /* 0 … 3 */
            four[2 * i + 1] = _mm256_unpackhi_epi16(pair[2 * i], pair[2 * i + 1]); /* 4 … 7 */
        }
        for (size_t i = 0; i < 2; i++) {
            for (size_t k = 0; k < 2; k++) {
                eight[4 * i + 2 * k] = _mm256_unpacklo_epi32(four[4 * i + k], four[4 * i + 2 + k]);
                eight[4 * i + 2 * k + 1] =
                    _mm256_unpackhi_epi32(four[4 * i + k], four[4 * i + 2 + k]);
            }
        }
        for (size_t k = 0; k < 8 && 8 * b + k < longest; k++) {
            const __m256i low = eight[k / 2], high = eight[4 + k / 2];
            store(columns + (8 * b + k) * MLN_LANES,
                  (u8x32)(k % 2 == 0 ? _mm256_unpacklo_epi64(low, high)
                                     : _mm256_unpackhi_epi64(low, high)));
        }
    }
}

const struct mln_lanes *mln_lanes_avx2(void) {
    static const struct mln_lanes lanes = {levenshtein, osa,          damerau,
                                           indel,       jaro_winkler, transpose};
    return __builtin_cpu_supports("avx2") ? &lanes : NULL;
}

#else

const struct mln_lanes *mln_lanes_avx2(void) {
    return NULL;
}

#endif
