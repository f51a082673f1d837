/* The only kind of table that can leave the building.
 *
 * A `struct mln_table` holds counts (and what is derived from them) as study made it. Only
 * `mln_protect` turns it into a `struct mln_protected_table`, whose inside is hidden in
 * protected.c: report and the writers of out/ take nothing else, so that the compiler refuses to
 * publish an unprotected count (a test compiles such an attempt and expects the refusal). */
#ifndef MLN_PROTECT_TABLE_H
#define MLN_PROTECT_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* A dimension: its name and its categories in order. Category `total` (index, or -1) is the sum of
 * the others. Codes are unique; labels are what a reader sees. */
struct mln_dimension {
    const char *name;     /* "annee": letters a-z, digits, '_' */
    const char *label_fr; /* "Année d'enregistrement" */
    const char *label_en;
    size_t n;
    const char *const *codes; /* "2018", "2019", "TOTAL" */
    const char *const *labels_fr;
    const char *const *labels_en;
    ptrdiff_t total;
};

/* What a cell measures besides its count. */
enum mln_measure_kind {
    MLN_MEASURE_COUNT,    /* units in the cell */
    MLN_MEASURE_SHARE,    /* count / count of the TOTAL of `share_of`, in percent */
    MLN_MEASURE_QUANTILE, /* a quantile in days, computed by study with its n */
    /* A share of the TOTAL of `share_of` that no count of the table gives (a cumulative incidence,
     * an end of a band), in percent, computed by study with its n. It tells a count of units that
     * is in no table, hence may leave only as precise as a rounded count (mln_protect_linked). */
    MLN_MEASURE_PROBABILITY,
    /* The standardised difference between the first two categories of `share_of` (matched,
     * unmatched), of a category of the other dimension, in percent: with p and q its shares among
     * them, 100 (p - q) / sqrt((p (1 - p) + q (1 - q)) / 2); in a table of two dimensions with
     * TOTALs. It stands at the TOTAL of `share_of`, and is made from published counts alone. Past
     * 10 % groups are usually said to differ. Cohen (1988); Harron & al., Int. J. Epidemiol. 46
     * (2017) for linked and unlinked records. */
    MLN_MEASURE_STD_DIFF,
    /* A test that compares groups, computed by study over the whole table with its n: the
     * statistic, its degrees of freedom, its p-value. Published to 1, 0 and 3 decimals. */
    MLN_MEASURE_CHI2,
    MLN_MEASURE_DEGREES,
    MLN_MEASURE_P_VALUE,
};
enum { MLN_MEASURE_KINDS = MLN_MEASURE_P_VALUE + 1 };

static inline bool mln_measure_is_test(enum mln_measure_kind kind) {
    return kind >= MLN_MEASURE_CHI2;
}

struct mln_measure {
    enum mln_measure_kind kind;
    const char *name; /* "part", "mediane_jours" */
    const char *label_fr;
    const char *label_en;
    size_t share_of; /* SHARE, PROBABILITY: the dimension whose TOTAL is the denominator; of a test:
                        whose categories are the ends compared, each at the TOTAL of the groups */
    double *values;  /* one a cell, NaN where undefined; NULL for COUNT and SHARE */
    uint64_t *n;     /* the same: observations behind each value */
};

/* How the report draws a table, besides the table itself. */
enum mln_view {
    MLN_VIEW_TABLE,   /* not drawn */
    MLN_VIEW_FUNNEL,  /* one dimension: successive steps, each a part of the one before; no TOTAL */
    MLN_VIEW_RATE,    /* per category of the first dimension, the first SHARE measure of the first
                         category of the last dimension ("liee": a match rate) */
    MLN_VIEW_STACKED, /* per category of the first dimension, the first SHARE measure of each
                         category of the last, stacked (outcomes by year) */
    MLN_VIEW_DURATION, /* per category of the first dimension, the QUANTILE measures in their order,
                          at the TOTAL (or first category) of the other dimensions */
    MLN_VIEW_BALANCE,  /* stocks and flows (below): per category of the first dimension, the closing
                          stocks of the categories of the second, stacked */
    MLN_VIEW_MATRIX, /* two dimensions: per category of the first, the first SHARE measure of each
                        category of the last, of which those with the code of the row are the
                        unchanged (requalifications) */
};
enum { MLN_VIEW_COUNT = MLN_VIEW_MATRIX + 1 };

/* The third dimension of a table of view BALANCE. Its first are successive periods, without a
 * TOTAL; its second stages, with one; and in every period and stage
 *
 *     opening + entered + returned = left + closing
 *     opening of a period = closing of the period before
 *
 * Both are published equations, which protection knows (system.h). */
enum mln_balance_part {
    MLN_BALANCE_OPENING,
    MLN_BALANCE_ENTERED,
    MLN_BALANCE_RETURNED,
    MLN_BALANCE_LEFT,
    MLN_BALANCE_CLOSING,
};
enum { MLN_BALANCE_PARTS = MLN_BALANCE_CLOSING + 1 };

/* A condition that every row of a table meets: a name as a dimension's, and a code, or several in
 * byte order joined by '|'. */
struct mln_condition {
    const char *name;
    const char *codes;
};

/* Limits of a table, checked by mln_table_check. */
enum {
    MLN_TABLE_MAX_DIMENSIONS = 6,
    MLN_TABLE_MAX_CONDITIONS = 16,
    MLN_TABLE_MAX_CATEGORIES = 4096,
    MLN_TABLE_MAX_CELLS = 1000000,
    MLN_TABLE_MAX_MEASURES = 64,
};

struct mln_table {
    const char *name; /* file name in out/: "issues_par_annee"; a-z, 0-9, '_' */
    const char *title_fr;
    const char *title_en;
    const char *unit_fr; /* unit of count: "victimes" */
    const char *unit_en;
    const char *note_fr; /* may be NULL */
    const char *note_en;
    /* What tells that cells of two tables count the same rows: the rows before any condition (a
     * word: "victims"; NULL: the unit of count), and the conditions. */
    const char *population;
    size_t n_conditions;
    const struct mln_condition *conditions; /* {"lie", "1"}; names differ */
    int32_t observation_day;
    enum mln_view view;
    bool detail; /* cells of small areas (courts, départements): the stricter threshold applies */
    size_t n_dimensions;
    struct mln_dimension *dimensions;
    size_t n_cells;      /* product of the dimensions' n; row-major, last dimension fastest */
    uint64_t *counts;    /* one a cell; TOTAL cells included */
    uint64_t *cell_keys; /* CELL_KEY: one a cell (cell_key.h); else NULL */
    size_t n_measures;
    struct mln_measure *measures;
};

/* How counts are made safe. */
enum mln_method {
    MLN_METHOD_SUPPRESSION, /* cells are hidden; shown counts may be rounded, each on its own */
    MLN_METHOD_ROUNDING,    /* nothing hidden: multiples of the base that add up (round.h) */
    MLN_METHOD_CELL_KEY,    /* nothing hidden: noise by the key of the cell (cell_key.h) */
};
enum { MLN_METHOD_COUNT = MLN_METHOD_CELL_KEY + 1 };

struct mln_protect_options {
    enum mln_method method;
    uint64_t threshold;          /* k: counts 1..k-1 are primary-suppressed; 0 stays */
    uint64_t threshold_detail;   /* the same for tables marked `detail` */
    uint64_t rounding_base;      /* 0 or 1: none; 3, 5, 10: counts are published rounded to it */
    uint64_t quantile_threshold; /* quantiles need at least this many observations (11) */
    int share_decimals;          /* decimals of published percentages */
    uint64_t interval_width;     /* what an attacker must be left with about a primary cell; 0: k */
    bool protect_zeros;          /* zeros are primary too, but those under a TOTAL of zero */
    uint32_t noise_max;          /* CELL_KEY: cell_key.h */
    uint32_t noise_smallest;
    double noise_variance;
};

/* Codes of one dimension that lie in codes of another: court → cour d'appel, commune → département.
 * Several parents of one child need not nest (a court's département and its cour d'appel). */
struct mln_hierarchy {
    const char *child; /* names of dimensions */
    const char *parent;
    size_t n;
    const char *const *child_codes; /* unique; child_codes[i] lies in parent_codes[i] */
    const char *const *parent_codes;
};

/* A table that is already out, with what it showed: enum mln_cell_state of each cell. */
struct mln_past_table {
    struct mln_table table;
    const uint8_t *states;
};

/* What everybody knows of a cell without the tables. */
struct mln_known_bounds {
    size_t table; /* of the tables to protect */
    size_t cell;
    uint64_t least;
    uint64_t most; /* UINT64_MAX: no bound */
};

/* What protection knows besides the tables. All borrowed. */
struct mln_protect_context {
    size_t n_sensitive;
    const char *const *sensitive; /* dimensions where it is a secret that a whole row, whatever its
                                     size, stands in one category ("issue") */
    size_t n_hierarchies;
    const struct mln_hierarchy *hierarchies;
    size_t n_past;
    const struct mln_past_table *past;
    size_t n_known;
    const struct mln_known_bounds *known;
};

/* Whether two steps of a funnel count the same unit: their codes have the same first word. */
bool mln_same_unit(const struct mln_table *funnel, size_t a, size_t b);

/* Checks what the types cannot say: limits above, cells = product of the dimensions, names, codes
 * unique and without control characters, every TOTAL the sum of its line, every balance even, SHARE
 * measures on a dimension with a TOTAL, QUANTILE measures with values and n, PROBABILITY measures
 * with all of that and values of 0..100. MLN_INTERNAL otherwise: a table is made by us. O(cells ×
 * dimensions).
 */
enum mln_status mln_table_check(const struct mln_table *table, struct mln_err *err) MLN_MUST_USE;

/* A list of tables as bytes and back, for the sealed files between stages. The bytes are a function
 * of the content alone. Reading accepts what writing made (every length and limit is checked, and
 * mln_table_check), copies everything into the arena and borrows nothing from `bytes`;
 * MLN_BAD_INPUT on anything else. */
enum mln_status mln_tables_write(const struct mln_table *tables, size_t n, struct mln_buf *out,
                                 struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_tables_read(struct mln_arena *arena, struct mln_str bytes,
                                struct mln_table **out, size_t *n, struct mln_err *err)
    MLN_MUST_USE;

struct mln_protected_table; /* only mln_protect makes one */

enum mln_cell_state { MLN_CELL_SHOWN, MLN_CELL_PRIMARY, MLN_CELL_SECONDARY };

/* What was done, and how it was proven. */
struct mln_protect_outcome {
    size_t n_cells; /* of the whole system: what several tables share counts once */
    size_t n_primary;
    size_t n_secondary;
    size_t n_groups;      /* primary cells that stand for a whole row */
    size_t n_differences; /* small counts that two cells give by subtraction */
    size_t n_proven;      /* primary cells and small differences whose interval is wide enough: all,
                             or it is an error */
    size_t n_whole;       /* of these, by two tables of whole counts */
    size_t n_components;
    size_t largest_component; /* suppressed cells tied to each other */
    size_t n_programs;        /* linear programs solved */
    size_t n_far;             /* ROUNDING: cells not at one of the two nearest multiples */
    size_t n_broken;          /* ROUNDING: lines that do not add up */
};

/* Protects tables that are published together: what one shows may not undo what another hides.
 *
 *   primary    counts of 1..k-1, k by the table (`detail` or not); zeros if asked; whole rows in
 * one category of a sensitive dimension; what two cells give by subtraction (the drop between two
 * steps of a funnel, tables whose populations differ by less than k units, a cell and its value in
 * a vintage published before) secondary  until every primary cell could be anything in an interval
 * at least as wide as asked, for all an attacker knows (intervals.h), no combination of lines
 * determines a suppressed cell (audit.h), and no shown TOTAL less the shown cells leaves 1..k-1.
 *              The cheapest cells go (repair.h); in small systems those that turn out not to be
 *              needed come back
 *   audit      the intervals; a cell that stays too narrow is an error
 *   rounding   shown counts to the nearest multiple of the base, a half up, each on its own
 *
 * That is the method of suppression. ROUNDING hides nothing: all counts become multiples of the
 * base that add up in all tables together, as far as that can be had (outcome.n_broken says how
 * far). CELL_KEY hides nothing either: each count gets the noise of its cell, zeros stay, TOTALs
 * get their own. Whatever the method:
 *
 *   shares     from the published (rounded) counts, shown when both are; half up
 *   quantiles, tests  shown when their cell is, and by their own n
 *   probabilities  shown when their cell and its TOTAL are, by their own n, and no more precise
 * than a count: the nearest multiple of b units in the published TOTAL, in percent, b the larger of
 * the rounding base and the table's threshold; TOTALs of fewer than b: secret
 *
 * Cells of several tables are the same when population, conditions with categories other than
 * TOTAL, and count agree: {lie = 1} of a table of all victims, and the TOTAL of one of linked
 * victims. Cells of a dimension add up to the cells of its parents (hierarchies) wherever both
 * stand in some table. The result does not depend on the order of tables, dimensions, categories.
 *
 * `context` and `outcome` may be NULL. `out` receives n pointers; everything in the arena.
 * MLN_BAD_INPUT for options out of range (rounding base past 1000, decimals not 0..4), MLN_INTERNAL
 * for a table that does not pass mln_table_check, MLN_CHECK_FAILED when what is already published
 * gives a cell away. Cost: docs/protection.md; about a second for 10,000 cells. */
enum mln_status mln_protect_linked(struct mln_arena *arena, const struct mln_table *tables,
                                   size_t n, const struct mln_protect_context *context,
                                   const struct mln_protect_options *options,
                                   struct mln_protected_table **out,
                                   struct mln_protect_outcome *outcome, struct mln_err *err)
    MLN_MUST_USE;

/* Without a context. */
enum mln_status mln_protect_all(struct mln_arena *arena, const struct mln_table *tables, size_t n,
                                const struct mln_protect_options *options,
                                struct mln_protected_table **out, struct mln_err *err) MLN_MUST_USE;

/* One table by itself. */
enum mln_status mln_protect(struct mln_arena *arena, const struct mln_table *table,
                            const struct mln_protect_options *options,
                            struct mln_protected_table **out, struct mln_err *err) MLN_MUST_USE;

enum mln_status mln_protect_options_check(const struct mln_protect_options *options,
                                          struct mln_err *err) MLN_MUST_USE;

/* ── reading what may be read ── */

/* Labels and dimensions; its counts, values and n are NULL. */
const struct mln_table *mln_protected_frame(const struct mln_protected_table *t);

/* Primary or secondary is the publisher's knowledge: what is published says only "suppressed",
 * since to know that a cell is primary is to know that it is 1..k-1. */
enum mln_cell_state mln_protected_state(const struct mln_protected_table *t, size_t cell);
/* False when the cell is suppressed. */
bool mln_protected_count(const struct mln_protected_table *t, size_t cell, uint64_t *out);

enum mln_value_state {
    MLN_VALUE_SHOWN,
    MLN_VALUE_SECRET,   /* its cell or its denominator is suppressed, or too few observations */
    MLN_VALUE_UNDEFINED /* nothing to divide by, or no quantile */
};
enum mln_value_state mln_protected_value_state(const struct mln_protected_table *t, size_t measure,
                                               size_t cell);
/* False unless the value is shown. */
bool mln_protected_measure(const struct mln_protected_table *t, size_t measure, size_t cell,
                           double *out);
struct mln_protect_options mln_protected_options(const struct mln_protected_table *t);

struct mln_protect_summary {
    size_t cells, primary, secondary;
};
struct mln_protect_summary mln_protected_summary(const struct mln_protected_table *t);

/* A list of protected tables as bytes and back, as mln_tables_write and _read. No suppressed number
 * is in the bytes. That a list comes from mln_protect is what the seal around the bytes proves;
 * reading checks only their form. */
enum mln_status mln_protected_write(struct mln_protected_table *const *tables, size_t n,
                                    struct mln_buf *out, struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_protected_read(struct mln_arena *arena, struct mln_str bytes,
                                   struct mln_protected_table ***out, size_t *n,
                                   struct mln_err *err) MLN_MUST_USE;

#endif
