/* Levels in SQL: an engine that judges the pairs of a ladder (link/pairs/pairs.h, mln_judge).
 *
 *   model's "l.price < r.price" ─▶ SELECT (…) FROM (SELECT struct_pack(price := …) AS l, … AS r
 * FROM rows())
 *
 * Engines are DuckDB instances of one thread, as many as threads ask at once, in memory only and
 * locked: no file, no setting, nothing but the values of the two records can be reached. What a
 * condition sees of them are the cleaned values: a text as VARCHAR, a number as DOUBLE, a complete
 * date as DATE (an incomplete one is NULL), missing ones as NULL. */
#ifndef MLN_LINKAGE_CONDITION_H
#define MLN_LINKAGE_CONDITION_H

#include "link/pairs/pairs.h"
#include "linkage/linkage.h"

struct mln_linkage_conditions; /* opaque */

/* Checks the conditions of the ladder, and becomes its judge; *out is NULL when it has none. The
 * check runs each one on no pair: what is not understood, is no condition, or may give another
 * value at another time or for other pairs beside it (an aggregate) is refused with line and column
 * of the model. Model, records and ladder must outlive it. */
enum mln_status
mln_linkage_conditions_new(const char *model_path, const struct mln_link_model *model,
                           const struct mln_records *records, struct mln_ladder *ladder,
                           struct mln_linkage_conditions **out, struct mln_err *err) MLN_MUST_USE;
void mln_linkage_conditions_free(struct mln_linkage_conditions *conditions); /* NULL is fine */

#endif
