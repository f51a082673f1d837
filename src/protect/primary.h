/* What must not be known: primary suppression. Private to this room.
 *
 *   small      a count of 1..k-1
 *   group      the only category of a whole row in a dimension where the category is a secret: it
 *              tells the category of everyone in the row, however many they are. Its row's zeros
 *              hide it
 *   zeros      if asked: a count of 0 that no TOTAL of 0 gives away
 *
 * Each gets the width that its interval must have: as asked, or k. */
#ifndef MLN_PROTECT_PRIMARY_H
#define MLN_PROTECT_PRIMARY_H

#include "protect/system.h"

void mln_primary(struct mln_system *s, const struct mln_protect_options *options);

#endif
