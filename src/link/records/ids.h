/* The ids of one side as they come, and the order they put its rows in. Private to the records.
 *
 * An id is kept as a number as long as every id of both sides is one; the first that is not turns
 * all of them into texts. */
#ifndef MLN_LINK_RECORDS_IDS_H
#define MLN_LINK_RECORDS_IDS_H

#include <stdint.h>

#include "base/err.h"
#include "link/records/dict.h"

/* A run of rows that follow one another in the file. */
struct mln_row_run {
    uint32_t first;  /* index of arrival */
    uint32_t row_no; /* its number in the file */
};

struct mln_side_ids {
    bool has_column; /* false: the id is the row number, and nothing is kept */
    bool is_text;
    union mln_id {
        int64_t number;
        const char *text; /* in `bytes` */
    } * ids;
    size_t n, cap;
    struct mln_bytes bytes;
    struct mln_row_run *runs;
    size_t n_runs, cap_runs;
};

void mln_side_ids_release(struct mln_side_ids *side);

/* Adds rows of the file from number `first_row` on. `cells`: the ids, `stride` apart; unused
 * without an id column. On failure *failed is the index of the row, SIZE_MAX when it is none's.
 * Errors: MLN_BAD_INPUT (missing: failed_missing true; not UTF-8), MLN_NO_MEMORY. */
enum mln_status mln_side_ids_add(struct mln_side_ids *side, uint64_t first_row,
                                 const struct mln_str *cells, size_t stride, size_t n,
                                 size_t *failed, bool *failed_missing) MLN_MUST_USE;

/* Turns numbers into the texts they were written as. */
enum mln_status mln_side_ids_to_text(struct mln_side_ids *side) MLN_MUST_USE;

/* Number in the file of the row that came i-th. O(log runs). */
uint32_t mln_side_ids_row(const struct mln_side_ids *side, size_t i);

/* order[k]: which arrival is the k-th row by id (n, the caller's). Ids that occur twice:
 * MLN_BAD_INPUT without a message, and their arrivals in twice[2]. O(n) for rows in order and for
 * numbers, else O(n log n) at most; 32 bytes a row. */
enum mln_status mln_side_ids_order(const struct mln_side_ids *side, uint32_t *order,
                                   uint32_t twice[2]) MLN_MUST_USE;

#endif
