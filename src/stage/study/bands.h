/* Bands of linkage error of a study's shares: draws of what is not sure in the base (doubtful
 * links, unlinked procedures that may have an affaire, victims who may be of the field), weights
 * for the missing, and for each measured cell the ends of its band (src/stats/link_band.h,
 * docs/chain.md).
 *
 * Strata are columns of chaine_victime (study: linkage_error.strata), the first kept longest. The
 * draws of a procedure depend on its pseudonym and the rate of its class. */
#ifndef MLN_STAGE_BANDS_H
#define MLN_STAGE_BANDS_H

#include "engine/engine.h"
#include "stage/study/study_file.h"

struct mln_bands;

/* Reads the strata and the doubts of catalog `base`, and makes the draws. Free the result. */
enum mln_status mln_bands_new(struct mln_engine *e, const char *base,
                              const struct mln_study_link_error *options, int32_t observation_day,
                              struct mln_bands **out, struct mln_err *err) MLN_MUST_USE;
void mln_bands_free(struct mln_bands *bands); /* NULL is fine */

/* Fills the band measures of a table that was counted: `t` is what mln_tab_finish made of `spec`.
 */
enum mln_status mln_bands_table(struct mln_bands *bands, struct mln_engine *e, const char *base,
                                const struct mln_study_table *spec, struct mln_table *t,
                                struct mln_err *err) MLN_MUST_USE;

#endif
