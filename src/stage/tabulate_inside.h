/* What the counting and the durations of a table share. Private to tabulate*.c. */
#ifndef MLN_STAGE_TABULATE_INSIDE_H
#define MLN_STAGE_TABULATE_INSIDE_H

#include "stage/tabulate.h"

#define MLN_TAB_NR UINT32_MAX

/* The cells of a row: bit d of `mask` set means the TOTAL of dimension d, if it has one. */
bool mln_tab_has_cell(const struct mln_table *t, size_t mask);
size_t mln_tab_cell(const struct mln_table *t, const struct mln_tab_dimension *dims,
                    const struct mln_tab_row *row, size_t mask);

/* Fills the values and n of all measures of `t` but shares and bands. Measures are those of the
 * tabulation's table; values come as NaN, n as 0. */
enum mln_status mln_tab_durations(const struct mln_tab *tab, struct mln_table *t,
                                  struct mln_err *err) MLN_MUST_USE;

#endif
