/* The comparisons compiled: every level a step over columns of a tile, levels of one measure of one
 * field a single step. Internal to this room. */
#ifndef MLN_LINK_PAIRS_LADDER_H
#define MLN_LINK_PAIRS_LADDER_H

#include "link/compare/many.h"
#include "link/compare/qgram.h"
#include "link/pairs/kernels.h"
#include "link/pairs/pairs.h"

enum mln_step_kind {
    MLN_STEP_NULL,
    MLN_STEP_EQUAL, /* texts, dates, prefixes: words equal */
    MLN_STEP_DAY_MONTH,
    MLN_STEP_SWAPPED, /* columns[0] and [1] are the two fields */
    MLN_STEP_OTHER,
    MLN_STEP_GAP,
    MLN_STEP_COMPATIBLE, /* columns: digits, range */
    MLN_STEP_DIGITS,
    MLN_STEP_NUMBER,
    MLN_STEP_PERCENT,
    MLN_STEP_CHORD,
    MLN_STEP_TEXT, /* columns: id, letters. From here on steps cost much */
    MLN_STEP_SET,  /* columns: set */
};

struct mln_threshold {
    enum mln_level_kind kind;
    double at;
    uint8_t level;
};

struct mln_step {
    enum mln_step_kind kind;
    size_t field;
    size_t columns[2];
    const struct mln_tile_column *column[2]; /* these, once the layout is built */
    uint8_t level;                           /* the best that this step can give */
    double at;
    /* TEXT and SET: levels of one measure, best first */
    struct mln_threshold thresholds[MLN_LEVELS_MAX];
    size_t n_thresholds;
    double prefix_weight;
    uint32_t q;
    bool no_bound;   /* a threshold so low that letters or marks rule nothing out */
    float need[8];   /* JARO, JARO_WINKLER */
    uint32_t cutoff; /* distances; CONTAINS: the shortest part */
    size_t query;    /* which query of the scratch */
};

struct mln_compiled {
    struct mln_step steps[MLN_LEVELS_MAX]; /* cheap first */
    size_t n_steps;
    uint8_t n_levels;
    uint32_t stride;
    size_t field;
    const struct mln_tile_column *presence_column;
    size_t presence;  /* column that tells whether the field is missing */
    bool only_equal;  /* EXACT, ELSE on words: no levels are written down */
    bool exact_first; /* the first level is EXACT on first_field: pairs of a rule on it have level 0
                       */
    size_t first_field;
};

/* A level that a judge decides. */
struct mln_condition {
    size_t comparison;
    uint8_t level;
};

struct mln_ladder {
    const struct mln_link_model *model;
    const struct mln_records *records;
    struct mln_layout layout;
    struct mln_compiled *comparisons;
    size_t n;
    uint32_t n_patterns;
    size_t *query_field; /* n_queries */
    size_t n_queries;
    struct mln_condition *condition; /* n_conditions */
    size_t n_conditions;
    const struct mln_judge *judge;
};

/* MLN_BAD_INPUT when there are conditions and nobody to judge them. */
enum mln_status mln_ladder_ready(const struct mln_ladder *ladder, struct mln_err *err) MLN_MUST_USE;

/* ── patterns of a row ── */

struct mln_row_work {
    const struct mln_ladder *ladder;
    const struct mln_kernels *kernels;
    enum mln_compare_path path;
    uint8_t *level; /* MLN_TILE_CAP */
    uint32_t *index, *ids, *distance;
    double *similarity;
    struct mln_query *queries; /* n_queries */
    struct mln_candidates candidates;
};

enum mln_status mln_row_work_init(struct mln_row_work *work, const struct mln_ladder *ladder,
                                  bool portable, struct mln_err *err) MLN_MUST_USE;
void mln_row_work_release(struct mln_row_work *work);

/* Patterns of record i of tile `left` with records from … from + n - 1 of tile `right`. Comparisons
 * whose bit is set in `known` are taken to have level 0. `pattern` holds n and room up to the next
 * multiple of 32. */
enum mln_status mln_row_patterns(struct mln_row_work *work, const struct mln_tile *left, size_t i,
                                 const struct mln_tile *right, size_t from, size_t n,
                                 uint32_t known, uint32_t *pattern, struct mln_err *err)
    MLN_MUST_USE;

/* Bits of the comparisons that all pairs of a rule agree on exactly. */
uint32_t mln_ladder_known(const struct mln_ladder *ladder, size_t rule);

/* Whether a measure of two sets reaches a threshold. */
bool mln_set_reaches(enum mln_level_kind kind, double at, const struct mln_qgram_counts *counts);

#endif
