/* The bands of a study's shares, looked up by the figures of `maillon eval`. Private to eval.c. */
#ifndef MLN_STAGE_EVAL_BANDS_H
#define MLN_STAGE_EVAL_BANDS_H

#include "stage/stage.h"
#include "stage/study/study_file.h"
#include "stats/interval.h"

struct mln_eval_bands {
    struct mln_study study;
    struct mln_table *tables; /* as study made them; n = 0: there are none to read */
    size_t n;
};

/* Reads the study and the tables that the stage study sealed, into the run's arena. */
enum mln_status mln_eval_bands_read(struct mln_run *run, struct mln_eval_bands *out,
                                    struct mln_err *err) MLN_MUST_USE;

/* The band of the share of a figure's category (sql/eval/chiffres.sql), 0..1; NaN where no table of
 * the study has it. */
struct mln_interval mln_eval_band(const struct mln_eval_bands *bands, struct mln_str figure,
                                  struct mln_str category);

#endif
