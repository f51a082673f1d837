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
#include "base/err.h"

/* A dimension: its name and its categories in order. Category `total` (index, or -1) is the sum of
 * the others. */
struct mln_dimension {
    const char *name;         /* "annee" */
    const char *label_fr;     /* "Année d'enregistrement" */
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
};

struct mln_measure {
    enum mln_measure_kind kind;
    const char *name; /* "part", "mediane_jours" */
    const char *label_fr;
    const char *label_en;
    size_t share_of;  /* SHARE: the dimension whose TOTAL is the denominator */
    double *values;   /* QUANTILE: one a cell, NaN where undefined; else NULL */
    uint64_t *n;      /* QUANTILE: observations behind each value */
};

struct mln_table {
    const char *name; /* file name in out/: "issues_par_annee" */
    const char *title_fr;
    const char *title_en;
    const char *unit_fr; /* unit of count: "victimes" */
    const char *unit_en;
    const char *note_fr; /* may be NULL */
    const char *note_en;
    int32_t observation_day;
    size_t n_dimensions;
    struct mln_dimension *dimensions;
    size_t n_cells;   /* product of the dimensions' n; row-major, last dimension fastest */
    uint64_t *counts; /* one a cell; TOTAL cells included */
    size_t n_measures;
    struct mln_measure *measures;
};

struct mln_protect_options {
    uint64_t threshold;          /* k: counts 1..k-1 are primary-suppressed; 0 stays */
    uint64_t rounding_base;      /* 0 or 1: none; 3, 5, 10: counts are published rounded to it */
    uint64_t quantile_threshold; /* quantiles need at least this many observations (11) */
    int share_decimals;          /* decimals of published percentages */
};

struct mln_protected_table; /* only mln_protect makes one */

enum mln_cell_state { MLN_CELL_SHOWN, MLN_CELL_PRIMARY, MLN_CELL_SECONDARY };

/* Protects one table: primary suppression of small counts; then, per line of each dimension with a
 * TOTAL, enough secondary suppressions that no suppressed cell is the only one of its line; shares
 * from protected counts only; quantiles by their own n. In the arena. O(cells × dimensions) per
 * sweep. */
enum mln_status mln_protect(struct mln_arena *arena, const struct mln_table *table,
                            const struct mln_protect_options *options,
                            struct mln_protected_table **out, struct mln_err *err) MLN_MUST_USE;

/* Reading what may be read. */
const struct mln_table *mln_protected_frame(const struct mln_protected_table *t); /* labels and
        dimensions; its counts and values are NULL */
enum mln_cell_state mln_protected_state(const struct mln_protected_table *t, size_t cell);
/* False when the cell is suppressed. */
bool mln_protected_count(const struct mln_protected_table *t, size_t cell, uint64_t *out);
bool mln_protected_measure(const struct mln_protected_table *t, size_t measure, size_t cell,
                           double *out);
struct mln_protect_options mln_protected_options(const struct mln_protected_table *t);

struct mln_protect_summary {
    size_t cells, primary, secondary;
};
struct mln_protect_summary mln_protected_summary(const struct mln_protected_table *t);

#endif
