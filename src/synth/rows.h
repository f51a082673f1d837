/* The extracts read back, plainly: lines, a separator, a header, quotes around a whole cell at
 * most. For `maillon synth --check`, which must not lean on what it helps to prove. */
#ifndef MLN_SYNTH_ROWS_H
#define MLN_SYNTH_ROWS_H

#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/str.h"

enum { MLN_SYNTH_CELLS = 24, MLN_SYNTH_LINE = 4096 };

struct mln_synth_rows {
    FILE *file;
    char path[512];
    char separator;
    uint64_t line;
    size_t n_columns;
    int at[MLN_SYNTH_CELLS];               /* place in the file of each wanted column */
    struct mln_str cells[MLN_SYNTH_CELLS]; /* of the current row, in the wanted order */
    char text[MLN_SYNTH_LINE];
};

/* `columns`: names wanted, separated by ','. */
enum mln_status mln_synth_rows_open(struct mln_synth_rows *rows, const char *dir, const char *name,
                                    char separator, const char *columns,
                                    struct mln_err *err) MLN_MUST_USE;
/* *more is false at the end. A row of another length is MLN_BAD_INPUT. */
enum mln_status mln_synth_rows_next(struct mln_synth_rows *rows, bool *more,
                                    struct mln_err *err) MLN_MUST_USE;
void mln_synth_rows_close(struct mln_synth_rows *rows);

/* Day of dd/mm/yyyy or yyyy-mm-dd; MLN_DAY_NONE for anything else. */
int32_t mln_synth_day(struct mln_str cell);
int64_t mln_synth_number(struct mln_str cell); /* digits only; -1 otherwise */

#endif
