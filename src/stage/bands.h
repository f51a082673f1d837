/* Bands of linkage error of a study's shares: draws of the doubtful links of the base, weights of
 * the unmatched, and for each measured cell the ends of its band (src/stats/link_band.h).
 *
 * Strata are columns of chaine_victime (study: linkage_error.strata), the first kept longest. The
 * draw of a procedure depends on its pseudonym and nothing else. */
#ifndef MLN_STAGE_BANDS_H
#define MLN_STAGE_BANDS_H

#include "engine/engine.h"
#include "stage/study_file.h"

struct mln_bands;

/* Reads the strata and the doubtful links of catalog `base`, and makes the draws. Free the result.
 */
enum mln_status mln_bands_new(struct mln_engine *e, const char *base,
                              const struct mln_study_link_error *options, struct mln_bands **out,
                              struct mln_err *err) MLN_MUST_USE;
void mln_bands_free(struct mln_bands *bands); /* NULL is fine */

/* Fills the band measures of a table that was counted: `t` is what mln_tab_finish made of `spec`.
 */
enum mln_status mln_bands_table(struct mln_bands *bands, struct mln_engine *e, const char *base,
                                const struct mln_study_table *spec, struct mln_table *t,
                                struct mln_err *err) MLN_MUST_USE;

#endif
