/* The row of an id. */
#ifndef MLN_LINKAGE_FIND_H
#define MLN_LINKAGE_FIND_H

#include "link/records/records.h"

/* On side 0 or 1 (of a deduplication: 0); UINT32_MAX when no record has it. O(log n): records are
 * in the order of their ids. */
uint32_t mln_linkage_find_row(const struct mln_records *records, size_t side, struct mln_str id);

#endif
