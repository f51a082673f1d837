/* One text against many: the comparators of pair.h over the values of a strset, in vector lanes.
 *
 *   struct mln_candidates   the many, laid out once: packs of 32 values, symbol j of all of them in one
 *                           32-byte column
 *
 *        lane       0 1 2 …                31
 *        column 0   M D J …  first symbols
 *        column 1   A U O …
 *
 *   struct mln_query        the one: for each symbol, where it stands in the query, as bit masks
 *
 * A step of a bit-parallel comparator looks up the masks of a whole column with vector shuffles and
 * advances 32 comparisons at once: in 8-bit lanes while the query has at most 8 symbols, 16-bit up
 * to 16, then 32 and 64. The layout costs a few nanoseconds a candidate: build it once per block and
 * run every query of the block over it.
 *
 * Paths. AVX2 where the processor has it, a portable one elsewhere or on demand; both give the same
 * bits. Wide values and values or queries of more than 64 code points go one by one through pair.h:
 * slower, equal in result.
 *
 * Results. out[i] belongs to candidate i. A missing query or candidate: distance MLN_MISSING_DISTANCE,
 * similarity NaN. A cutoff saves work: packs whose lengths cannot reach it are not compared. For lengths to
 * differ little inside a pack, give ids in ascending order. */
#ifndef MLN_LINK_COMPARE_MANY_H
#define MLN_LINK_COMPARE_MANY_H

#include "link/compare/pair.h"
#include "link/compare/strset.h"

#define MLN_MISSING_DISTANCE UINT32_MAX

enum mln_compare_path { MLN_PATH_BEST, MLN_PATH_PORTABLE };

enum {
    MLN_LANES = 32,
    MLN_LANE_LENGTH = 64, /* longest text in a lane, longest query over lanes */
    MLN_PLANES = MLN_LANE_LENGTH / 8,
};

/* ── the many ── */

struct mln_pack {
    const uint8_t *columns;      /* longest × 32 symbols, MLN_SYMBOL_PAD past the end of a value */
    uint8_t length[MLN_LANES];   /* 0 in lanes not used */
    uint8_t shortest, longest;   /* among lanes used; 0, 0 without any */
};

struct mln_candidates {
    const struct mln_strset *set;
    const uint32_t *ids;     /* borrowed */
    size_t n;
    bool lanes;              /* the packs are there */
    struct mln_pack *packs;  /* ⌈n / 32⌉ */
    uint32_t *odd;           /* positions that no lane holds: missing, wide or long */
    size_t n_odd;
    uint8_t *columns;
    size_t pack_cap, odd_cap, column_cap;
};

#define MLN_CANDIDATES_INIT ((struct mln_candidates){0})

/* Lays out the candidates `ids` (n of them; MLN_STRSET_MISSING allowed, repeats too), which must outlive
 * the use. Memory of a former use is kept and used again. Read-only afterwards, by any number of
 * threads. Error: MLN_NO_MEMORY. O(n). */
enum mln_status mln_candidates_set(struct mln_candidates *candidates, const struct mln_strset *set,
                                   const uint32_t *ids, size_t n, enum mln_compare_path path,
                                   struct mln_err *err) MLN_MUST_USE;
void mln_candidates_release(struct mln_candidates *candidates);

/* ── the one ── */

struct mln_query {
    const struct mln_strset *set;
    bool missing;
    bool short_narrow; /* at most 64 symbols and not wide: masks and planes are set */
    uint32_t id; /* in the set; MLN_STRSET_MISSING for a text of its own */
    uint32_t length;
    struct mln_bag bag;
    uint64_t masks[256];
    uint8_t n_pages;  /* pages of 16 symbols that the query uses */
    uint8_t page[16]; /* their numbers */
    uint8_t plane[16][MLN_PLANES][16]; /* [page][byte of the mask][symbol % 16] */
    uint8_t symbols[MLN_LANE_LENGTH];
    struct mln_points points; /* {NULL, 0} until a comparison needs them */
    struct mln_compare_work work;
};

/* About 7 kB: keep one a thread. init with {0}; targets may follow one another without release. */
void mln_query_release(struct mln_query *query);

/* Makes a value of the set the query (MLN_STRSET_MISSING allowed). O(length). */
void mln_query_id(struct mln_query *query, const struct mln_strset *set, uint32_t id);

/* Makes any text the query; letters unknown to the set equal none of its letters. {NULL, 0} is missing.
 * Errors: MLN_BAD_INPUT when not UTF-8, MLN_NO_MEMORY. */
enum mln_status mln_query_text(struct mln_query *query, const struct mln_strset *set,
                               struct mln_str text, struct mln_err *err) MLN_MUST_USE;

/* ── the comparisons ── */

/* Distances as in pair.h: cutoff + 1 where above the cutoff. `out` holds candidates->n. The query must be
 * of the candidates' set. Error: MLN_NO_MEMORY, from long texts only. */
enum mln_status mln_levenshtein_many(struct mln_query *query,
                                     const struct mln_candidates *candidates, uint32_t cutoff,
                                     uint32_t *out, struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_osa_many(struct mln_query *query, const struct mln_candidates *candidates,
                             uint32_t cutoff, uint32_t *out, struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_damerau_many(struct mln_query *query, const struct mln_candidates *candidates,
                                 uint32_t cutoff, uint32_t *out, struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_indel_many(struct mln_query *query, const struct mln_candidates *candidates,
                               uint32_t cutoff, uint32_t *out, struct mln_err *err) MLN_MUST_USE;

/* Similarities as in pair.h: 0 where below options->cutoff. */
enum mln_status mln_jaro_winkler_many(struct mln_query *query,
                                      const struct mln_candidates *candidates,
                                      const struct mln_jaro_winkler *options, double *out,
                                      struct mln_err *err) MLN_MUST_USE;

#endif
