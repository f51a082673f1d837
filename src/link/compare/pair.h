/* How alike two texts are: one pair at a time, by code points, of any length.
 *
 * | comparator         | counts or measures                                          | range           | metric |
 * |--------------------|-------------------------------------------------------------|-----------------|--------|
 * | Levenshtein        | insertions, deletions, substitutions                        | 0 … max(m, n)   | yes    |
 * | OSA                | these and swaps of neighbours, no part edited twice         | 0 … max(m, n)   | no     |
 * | Damerau–Levenshtein| these and swaps, without that restriction                   | 0 … max(m, n)   | yes    |
 * | indel              | insertions and deletions: m + n - 2 × common subsequence    | 0 … m + n       | yes    |
 * | Jaro               | share of letters found nearby, less those out of order      | 0 … 1           | no     |
 * | Jaro–Winkler       | Jaro raised towards 1 by a common prefix of up to 4         | 0 … 1           | no     |
 *
 * For m and n code points. All are symmetric; a distance is 0 and a similarity 1 exactly when the
 * texts are equal. "" against "" is equal; "" against a text of n: distance n, similarity 0. Missing
 * values have no place here: the caller knows them (many.h does it for ids).
 *
 * The bit-parallel forms work on one machine word while the shorter text has at most 64 code points and
 * on a row of words beyond. For comparisons by the million see many.h.
 *
 * Sources. Levenshtein: Myers, J. ACM 46 (1999), in the form of Hyyrö, "Explaining and extending the
 * bit-parallel approximate string matching algorithm of Myers" (2001). OSA: Hyyrö, Nordic J.
 * Computing 10 (2003). Damerau–Levenshtein: Lowrance & Wagner, J. ACM 22 (1975), in linear memory by
 * Zhao & Sahni, BMC Bioinformatics 20 (2019). Common subsequence: Hyyrö, AWOCA 2004. Jaro: JASA 84
 * (1989); Winkler, Proc. Section on Survey Research Methods, ASA (1990). */
#ifndef MLN_LINK_COMPARE_PAIR_H
#define MLN_LINK_COMPARE_PAIR_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

/* A borrowed run of code points; n at most 2^31. */
struct mln_points {
    const uint32_t *p;
    size_t n;
};

enum { MLN_WORK_BUFFERS = 8 };

/* Scratch that comparisons grow as they need and keep: one a thread; init with {0}. */
struct mln_compare_work {
    struct {
        void *p;
        size_t cap;
    } buffer[MLN_WORK_BUFFERS];
};

void mln_compare_work_release(struct mln_compare_work *work);

/* Decodes a text into the work's side 0 or 1; valid until that side is decoded again.
 * Errors: MLN_BAD_INPUT when not UTF-8, MLN_NO_MEMORY. O(bytes). */
enum mln_status mln_points_decode(struct mln_compare_work *work, size_t side, struct mln_str text,
                                  struct mln_points *out, struct mln_err *err) MLN_MUST_USE;

#define MLN_NO_CUTOFF UINT32_MAX

/* The distance, or cutoff + 1 when it is above `cutoff` (MLN_NO_CUTOFF: always the distance). The only
 * error is MLN_NO_MEMORY.
 * Cost: Levenshtein, OSA and indel O(⌈min(m, n) / 64⌉ max(m, n)); Damerau–Levenshtein O(m n) time,
 * O(m + n) memory. */
enum mln_status mln_levenshtein(struct mln_points a, struct mln_points b, uint32_t cutoff,
                                struct mln_compare_work *work, uint32_t *out,
                                struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_osa(struct mln_points a, struct mln_points b, uint32_t cutoff,
                        struct mln_compare_work *work, uint32_t *out,
                        struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_damerau(struct mln_points a, struct mln_points b, uint32_t cutoff,
                            struct mln_compare_work *work, uint32_t *out,
                            struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_indel(struct mln_points a, struct mln_points b, uint32_t cutoff,
                          struct mln_compare_work *work, uint32_t *out,
                          struct mln_err *err) MLN_MUST_USE;

/* Jaro counts the letters of one text found in the other at most max(m, n) / 2 - 1 places away (c, each
 * letter used once, first come first served), and among those the places where the two rows of
 * found letters differ (d). With t = d / 2:
 *
 *     Jaro = (c/m + c/n + (c - t)/c) / 3,  0 when c = 0;   Winkler: Jaro + l p (1 - Jaro)
 *
 * where l is the length of the common prefix, at most 4, and p the prefix weight. Jaro is computed
 * with a single division of exact integers: the correctly rounded value while m and n are below
 * 40,000, so that a threshold written in a model is met exactly when it should.
 *
 * Caveat. t is d / 2 even when d is odd, as in R stringdist; the strcmp95 of the U.S. Census Bureau,
 * rapidfuzz and DuckDB drop the half (`whole_transpositions`). */
struct mln_jaro_winkler {
    double prefix_weight;      /* p, 0 … 0.25; 0 is Jaro; Winkler took 0.1 */
    double boost_threshold;    /* the prefix counts only where Jaro is at least this; 0: always */
    double cutoff;             /* similarities below it are given as 0; 0: none */
    bool whole_transpositions; /* t is d / 2 without the half */
};

/* The only error is MLN_NO_MEMORY. Cost: O(n) while m and n ≤ 64, O(n (1 + max(m, n) / 64)) beyond. */
enum mln_status mln_jaro_winkler(struct mln_points a, struct mln_points b,
                                 const struct mln_jaro_winkler *options,
                                 struct mln_compare_work *work, double *out,
                                 struct mln_err *err) MLN_MUST_USE;

/* The formula alone: c letters in common, d of them out of order, common prefix l (at most 4 counts),
 * lengths m and n. */
double mln_jaro_winkler_score(uint32_t common, uint32_t out_of_order, uint32_t prefix, uint32_t m,
                              uint32_t n, const struct mln_jaro_winkler *options);

#endif
