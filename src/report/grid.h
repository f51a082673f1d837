/* The HTML tables of a protected table. Private to this room. */
#ifndef MLN_REPORT_GRID_H
#define MLN_REPORT_GRID_H

#include "protect/table.h"
#include "report/words.h"

/* How many HTML tables a protected table makes, and one of them (caption included). A table of two
 * or more dimensions has the last one across, one HTML table a measure and one for the counts; a
 * rate stands beside its counts in one; the others have one row a cell and one column a measure. */
size_t mln_grid_count(const struct mln_protected_table *t);
void mln_grid_put(struct mln_buf *out, const struct mln_protected_table *t, size_t grid,
                  enum mln_lang lang);
void mln_grid_put_caption(struct mln_buf *out, const struct mln_protected_table *t, size_t grid,
                          enum mln_lang lang);
size_t mln_grid_rows(const struct mln_protected_table *t);
/* The tests that compare groups, of a table that has any: a row an end, a column a part. */
bool mln_grid_has_tests(const struct mln_protected_table *t);
void mln_grid_put_tests(struct mln_buf *out, const struct mln_protected_table *t,
                        enum mln_lang lang);

#endif
