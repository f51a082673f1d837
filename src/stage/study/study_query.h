/* The statements that tables of a study need, built from column names of a fixed list and from
 * bound values: nothing that a person wrote is pasted into SQL. */
#ifndef MLN_STAGE_STUDY_QUERY_H
#define MLN_STAGE_STUDY_QUERY_H

#include "engine/engine.h"
#include "stage/study/study_file.h"

/* Whether the units of a table have record keys, which cell keys are made of: totals of the ledger and of
 * the anomalies have none. */
bool mln_query_has_record_keys(const struct mln_study_table *t);

/* Runs the query of a table's counts over catalog `base`. Columns: one text a dimension, then
 * `jours`, `en_cours` (int32, missing in tables without durations) and `n` (int64); grouped and
 * ordered by all but n. Keyed (tabulate.h): every unit by itself, in any order, with its pseudonym and
 * rank. */
enum mln_status mln_query_counts(struct mln_engine *e, const char *base,
                                 const struct mln_study_table *t, bool keyed, mln_sink_fn *sink, void *ctx,
                                 struct mln_err *err) MLN_MUST_USE;

/* The victims that bands need, those who may be of the field too, linked or not: the columns of the
 * dimensions, one text a stratum variable, `douteuse` (int64: the procedure whose link is doubtful, or
 * that has none; missing: a sure link), `membre_no` (int64: the procedure of victims who count only in
 * some draws), `membre` (int32: 0 they count; 1 if they are of the field, 2 if they are of a graver
 * kind than recorded, as of that kind, 3 if they are not), `retard` (int32: 1 first oriented after
 * recent_from, 2 not oriented yet, else 0), n (int64); ordered by all but n. */
struct mln_band_query {
    const char *const *strata; /* columns of victims */
    size_t n_strata;
    bool linked;         /* victims with a link; else those without */
    int32_t recent_from; /* a day */
};
enum mln_status mln_query_bands(struct mln_engine *e, const char *base,
                                const struct mln_study_table *t, const struct mln_band_query *query,
                                mln_sink_fn *sink, void *ctx, struct mln_err *err) MLN_MUST_USE;

#endif
