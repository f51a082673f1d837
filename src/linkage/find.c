#include "linkage/find.h"

#include "base/num.h"

/* In the canonical order of the records. */
static int compare_id(const struct mln_records *records, uint32_t row, struct mln_str id,
                      int64_t number) {
    if (records->id_number != NULL) {
        return (records->id_number[row] > number) - (records->id_number[row] < number);
    }
    char room[MLN_ID_ROOM];
    return mln_str_cmp(mln_records_id(records, row, room), id);
}

uint32_t mln_linkage_find_row(const struct mln_records *records, size_t side, struct mln_str id) {
    int64_t number = 0;
    if (records->id_number != NULL && !mln_parse_i64(id, &number)) {
        return UINT32_MAX;
    }
    uint32_t from = side == 0 ? 0 : records->n_left;
    uint32_t to = side == 0 ? records->n_left : mln_records_n(records);
    const uint32_t end = to;
    while (from < to) {
        const uint32_t middle = from + (to - from) / 2;
        if (compare_id(records, middle, id, number) < 0) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from < end && compare_id(records, from, id, number) == 0 ? from : UINT32_MAX;
}
