/* The values that two records were compared by, in clear: for `maillon explain --values` only. They
 * go to the person who asked, never to a log, a message or a file of OUT. */
#ifndef MLN_LINKAGE_VALUES_H
#define MLN_LINKAGE_VALUES_H

#include <stdio.h>

#include "link/records/records.h"

/* One line a field of the comparison and of the level that the pair has: its cleaned value on both
 * sides, "∅" where it is missing. Control characters are written as a blank. */
void mln_linkage_tell_values(const struct mln_link_model *model, const struct mln_records *records,
                             size_t comparison, uint8_t level, const uint32_t row[2], FILE *to);

#endif
