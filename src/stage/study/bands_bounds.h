/* Worst cases of a table's shares: between what each share of matched victims would be were every
 * victim of its line without a link of the other outcomes, and were she of this one
 * (stats/link_error.h; Manski 1990). Links are taken as they are. A victim whose line is not told
 * without a link, or not recorded, counts in every line. */
#ifndef MLN_STAGE_BANDS_BOUNDS_H
#define MLN_STAGE_BANDS_BOUNDS_H

#include "engine/engine.h"
#include "stage/study/study_file.h"

/* Fills the bounds of a table that was counted: `t` is what mln_tab_finish made of `spec`. O(groups
 * of unlinked victims × lines). */
enum mln_status mln_bounds_table(struct mln_engine *e, const char *base,
                                 const struct mln_study_table *spec, struct mln_table *t,
                                 struct mln_err *err) MLN_MUST_USE;

#endif
