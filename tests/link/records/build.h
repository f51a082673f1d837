/* Records of a model and of cells written out, for the tests. */
#ifndef MLN_TESTS_LINK_RECORDS_BUILD_H
#define MLN_TESTS_LINK_RECORDS_BUILD_H

#include "link/records/records.h"

/* One side: `n` rows of cells in the order of mln_records_columns; NULL cells are missing. */
struct side_cells {
    const struct mln_str *cells;
    size_t n_rows;
    size_t n_columns;
    const uint32_t
        *arrival; /* the order rows come in; NULL: as they stand. All are row_no = place + 1 */
};

/* Adds each side in batches of `batch` rows, both at once if there are two threads, and builds; counts of both sides (n_fields each) may be
 * NULL. */
enum mln_status build_records(const struct mln_link_model *model, const struct side_cells sides[2],
                              size_t batch, size_t n_threads, struct mln_records *out,
                              struct mln_field_count *counts, struct mln_err *err);

/* NULL, or what differs first between two records built from the same rows. */
const char *records_difference(const struct mln_records *a, const struct mln_records *b);

/* The text of a value of a set, NUL-terminated in `out`. */
void set_text(const struct mln_strset *set, uint32_t id, char *out);

#endif
