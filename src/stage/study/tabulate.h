/* From grouped rows of the base to a table of the study: categories, cells, totals, durations.
 *
 *     init → add (batches, any order, any number of rows a group) → finish → release
 *
 * A batch has one text column a dimension (the code; missing: not known), then `jours` (int32,
 * may be missing), `en_cours` (int32 0/1, may be missing) and `n` (int64): how many units share
 * them. A keyed tabulation (for cell keys) has one unit a row, and two columns more: the pseudonym
 * (text) and its rank in it (int32). Every unit falls in exactly one category of each dimension;
 * what is missing or not listed falls in "NR", which is shown only if it is not empty. Totals are
 * sums, hence exact.
 *
 * Durations: en_cours 0 with a day is a duration that ended; en_cours 1 with a day one that runs
 * still (censored); all others have none. The result is the same for any order and any cutting of
 * the rows. */
#ifndef MLN_STAGE_TABULATE_H
#define MLN_STAGE_TABULATE_H

#include "base/batch.h"
#include "stage/project/codes.h"
#include "stage/study/study_file.h"

struct mln_tab_row {
    uint32_t category[MLN_TABLE_MAX_DIMENSIONS];
    int32_t day;
    bool has_ended, is_running;
    uint64_t n;
    uint64_t key; /* Σ record keys of the n units; 0 unless the tabulation is keyed */
};

struct mln_tab_dimension {
    struct mln_str *codes; /* of the categories so far, in the arena, NUL-terminated */
    size_t n, cap;
    size_t last; /* where the last search ended */
    bool has_nr;
};

struct mln_tab {
    const struct mln_study_table *spec;
    struct mln_arena *arena;
    bool keyed; /* set after init: the table gets cell keys */
    struct mln_tab_dimension dimensions[MLN_TABLE_MAX_DIMENSIONS];
    struct mln_tab_row *rows; /* malloc */
    size_t n_rows, cap_rows;
};

enum mln_status mln_tab_init(struct mln_tab *tab, struct mln_arena *arena,
                             const struct mln_study_table *spec, struct mln_err *err) MLN_MUST_USE;
void mln_tab_release(struct mln_tab *tab);

/* An engine's sink: ctx is the tabulation. */
enum mln_status mln_tab_add(void *ctx, const struct mln_batch *batch, struct mln_err *err)
    MLN_MUST_USE;

/* The category of a code in a dimension of a finished table: its place there. */
size_t mln_tab_category(const struct mln_study_variable *v, const struct mln_dimension *d,
                        struct mln_str code);

/* `labels`: per dimension, the nomenclature (columns code, libelle) that names observed codes, or
 * NULL. The table lives in the arena. O(rows × 2^dimensions × log). */
enum mln_status mln_tab_finish(struct mln_tab *tab, const struct mln_codes *const *labels,
                               int32_t observation_day, struct mln_table *out, struct mln_err *err)
    MLN_MUST_USE;

#endif
