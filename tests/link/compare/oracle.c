#include "link/compare/oracle.h"

#include <stdlib.h>

#include "base/utf8.h"

static uint32_t min2(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

/* The edit matrix by its recurrence. k_swap says which swaps count: 0 none, 1 of neighbours, 2 of
 * letters any distance apart (Lowrance & Wagner: every k < i, l < j tried). */
static uint32_t matrix(struct mln_points a, struct mln_points b, int swaps) {
    static uint32_t d[ORACLE_LONGEST + 1][ORACLE_LONGEST + 1];
    for (size_t i = 0; i <= a.n; i++) {
        for (size_t j = 0; j <= b.n; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = (uint32_t)(i + j);
                continue;
            }
            uint32_t best = d[i - 1][j - 1] + (a.p[i - 1] != b.p[j - 1]);
            best = min2(best, min2(d[i - 1][j], d[i][j - 1]) + 1);
            if (swaps == 1 && i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1]) {
                best = min2(best, d[i - 2][j - 2] + 1);
            }
            for (size_t k = 1; swaps == 2 && k < i; k++) {
                for (size_t l = 1; a.p[k - 1] == b.p[j - 1] && l < j; l++) {
                    if (a.p[i - 1] == b.p[l - 1]) {
                        best = min2(best, d[k - 1][l - 1] + (uint32_t)((i - k - 1) + 1 + (j - l - 1)));
                    }
                }
            }
            d[i][j] = best;
        }
    }
    return d[a.n][b.n];
}

uint32_t oracle_levenshtein(struct mln_points a, struct mln_points b) {
    return matrix(a, b, 0);
}

uint32_t oracle_osa(struct mln_points a, struct mln_points b) {
    return matrix(a, b, 1);
}

uint32_t oracle_damerau(struct mln_points a, struct mln_points b) {
    return matrix(a, b, 2);
}

uint32_t oracle_indel(struct mln_points a, struct mln_points b) {
    static uint32_t lcs[ORACLE_LONGEST + 1][ORACLE_LONGEST + 1];
    for (size_t i = 1; i <= a.n; i++) {
        for (size_t j = 1; j <= b.n; j++) {
            lcs[i][j] = a.p[i - 1] == b.p[j - 1] ? lcs[i - 1][j - 1] + 1
                        : lcs[i - 1][j] > lcs[i][j - 1] ? lcs[i - 1][j]
                                                        : lcs[i][j - 1];
        }
    }
    return (uint32_t)(a.n + b.n) - 2 * lcs[a.n][b.n];
}

double oracle_jaro_winkler(struct mln_points a, struct mln_points b,
                           const struct mln_jaro_winkler *options) {
    if (a.n == 0 && b.n == 0) {
        return 1;
    }
    bool in_a[ORACLE_LONGEST] = {false}, in_b[ORACLE_LONGEST] = {false};
    const long longer = (long)(a.n > b.n ? a.n : b.n);
    const long reach = longer / 2 - 1 > 0 ? longer / 2 - 1 : 0;
    double common = 0, differ = 0;
    for (long i = 0; i < (long)a.n; i++) {
        for (long j = i - reach; j <= i + reach; j++) {
            if (j >= 0 && j < (long)b.n && !in_b[j] && a.p[i] == b.p[j]) {
                in_a[i] = in_b[j] = true;
                common++;
                break;
            }
        }
    }
    for (size_t i = 0, j = 0; i < a.n; i++) {
        if (in_a[i]) {
            while (!in_b[j]) {
                j++;
            }
            differ += a.p[i] != b.p[j++];
        }
    }
    if (common == 0) {
        return 0;
    }
    double t = differ / 2;
    if (options->whole_transpositions) {
        t = (double)(long)t;
    }
    double score =
        (common / (double)a.n + common / (double)b.n + (common - t) / common) / 3;
    double prefix = 0;
    for (size_t i = 0; i < 4 && i < a.n && i < b.n && a.p[i] == b.p[i]; i++) {
        prefix++;
    }
    if (score >= options->boost_threshold) {
        score += prefix * options->prefix_weight * (1 - score);
    }
    return score < options->cutoff ? 0 : score;
}

/* ── random texts ── */

static uint32_t french_letter(struct mln_rng *rng) {
    static const char common[] = "EEEEAAASIINNRRTTOOLLUUDCMPGBVHFQYXJKWZ -'";
    static const uint32_t accents[] = {0xC9, 0xC8, 0xEF, 0xE7, 0x153, 0xEA, 0x178, 0xFC};
    return mln_rng_below(rng, 20) == 0 ? accents[mln_rng_below(rng, 8)]
                                       : (uint32_t)common[mln_rng_below(rng, sizeof common - 1)];
}

/* A few letters of one script are frequent, all others rare: more than an alphabet holds. */
static uint32_t planes_letter(struct mln_rng *rng) {
    if (mln_rng_below(rng, 4) != 0) {
        return 0x3B1 + mln_rng_below(rng, 12);
    }
    const uint32_t point = mln_rng_below(rng, 0x110000 - 0x800);
    return point < 0xD800 ? point : point + 0x800;
}

static uint32_t random_letter(struct mln_rng *rng, enum corpus_kind kind) {
    switch (kind) {
    case FEW_LETTERS: return 'A' + mln_rng_below(rng, 4);
    case FRENCH: return french_letter(rng);
    case PLANES: return planes_letter(rng);
    default: return mln_rng_below(rng, 2) == 0 ? french_letter(rng) : 'a' + mln_rng_below(rng, 3);
    }
}

static size_t random_length(struct mln_rng *rng, enum corpus_kind kind) {
    if (kind == LONG_TEXTS) {
        return mln_rng_below(rng, 3) == 0 ? 60 + mln_rng_below(rng, 10) : mln_rng_below(rng, 200);
    }
    switch (mln_rng_below(rng, 10)) {
    case 0: return mln_rng_below(rng, 4);
    case 1: return 14 + mln_rng_below(rng, 5);
    case 2: return 20 + mln_rng_below(rng, 16);
    default: return 4 + mln_rng_below(rng, 9);
    }
}

static size_t edited(struct mln_rng *rng, enum corpus_kind kind, struct mln_points old,
                     uint32_t *out) {
    size_t n = old.n;
    memcpy(out, old.p, n * sizeof *out);
    for (uint32_t edits = 1 + mln_rng_below(rng, 4); edits > 0 && n > 0; edits--) {
        const size_t at = mln_rng_below(rng, (uint32_t)n);
        switch (mln_rng_below(rng, 4)) {
        case 0:
            memmove(out + at, out + at + 1, (n - at - 1) * sizeof *out);
            n--;
            break;
        case 1:
            memmove(out + at + 1, out + at, (n - at) * sizeof *out);
            out[at] = random_letter(rng, kind);
            n++;
            break;
        case 2: out[at] = random_letter(rng, kind); break;
        default:
            if (at + 1 < n) {
                const uint32_t first = out[at];
                out[at] = out[at + 1];
                out[at + 1] = first;
            }
        }
    }
    return n;
}

void corpus_make(struct corpus *corpus, size_t n, enum corpus_kind kind, uint64_t seed) {
    const size_t longest = 210;
    *corpus = (struct corpus){.n = n,
                              .texts = malloc(n * sizeof *corpus->texts),
                              .points = malloc(n * sizeof *corpus->points),
                              .bytes = malloc(n * longest * 4),
                              .all_points = malloc(n * longest * sizeof(uint32_t))};
    if (corpus->texts == NULL || corpus->points == NULL || corpus->bytes == NULL ||
        corpus->all_points == NULL) {
        abort();
    }
    char *bytes = corpus->bytes;
    uint32_t *points = corpus->all_points;
    for (size_t i = 0; i < n; i++) {
        struct mln_rng rng;
        mln_rng_init(&rng, seed, (uint32_t)kind, i);
        size_t length = 0;
        if (i > 0 && mln_rng_below(&rng, 3) == 0) {
            length = edited(&rng, kind, corpus->points[mln_rng_below(&rng, (uint32_t)i)], points);
        } else {
            const size_t wanted = random_length(&rng, kind);
            while (length < wanted) {
                points[length++] = random_letter(&rng, kind);
            }
        }
        if (length > 200) {
            length = 200; /* edits of edits do not grow without end */
        }
        corpus->points[i] = (struct mln_points){points, length};
        corpus->texts[i].p = bytes;
        for (size_t k = 0; k < length; k++) {
            bytes += mln_utf8_put(points[k], bytes);
        }
        corpus->texts[i].n = (size_t)(bytes - corpus->texts[i].p);
        points += length + 4;
    }
}

void corpus_release(struct corpus *corpus) {
    free(corpus->texts);
    free(corpus->points);
    free(corpus->bytes);
    free(corpus->all_points);
}

size_t pairs_wanted(size_t usual) {
    const char *wanted = getenv("MLN_TEST_PAIRS");
    return wanted == NULL ? usual : (size_t)strtoull(wanted, NULL, 10);
}
