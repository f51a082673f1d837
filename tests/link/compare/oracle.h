/* The comparators as their definitions say, slowly: what the fast ones are checked against. */
#ifndef MLN_TESTS_COMPARE_ORACLE_H
#define MLN_TESTS_COMPARE_ORACLE_H

#include "base/rng.h"
#include "link/compare/pair.h"

enum { ORACLE_LONGEST = 256 };

/* For texts of at most ORACLE_LONGEST code points. */
uint32_t oracle_levenshtein(struct mln_points a, struct mln_points b);
uint32_t oracle_osa(struct mln_points a, struct mln_points b);
uint32_t oracle_damerau(struct mln_points a, struct mln_points b);
uint32_t oracle_indel(struct mln_points a, struct mln_points b);
double oracle_jaro_winkler(struct mln_points a, struct mln_points b,
                           const struct mln_jaro_winkler *options);

/* A random alphabet and random texts over it: few letters, French, or all of Unicode; one text in
 * three is a former text with a few edits. */
struct corpus {
    size_t n;
    struct mln_str *texts; /* UTF-8 */
    struct mln_points *points;
    char *bytes;
    uint32_t *all_points;
};
enum corpus_kind { FEW_LETTERS, FRENCH, PLANES, LONG_TEXTS, CORPUS_KINDS };
void corpus_make(struct corpus *corpus, size_t n, enum corpus_kind kind, uint64_t seed);
void corpus_release(struct corpus *corpus);

/* MLN_TEST_PAIRS, or `usual` without it. */
size_t pairs_wanted(size_t usual);

#endif
