/* Which suppressed cells do the published equations give away? Private to this room.
 *
 * The suppressed cells are unknowns; each line says that its total less its parts is zero. A cell
 * is given away when every solution has the same value there, which is when no vector of the null
 * space of the lines moves it. Lines alone do not see that: in a table of two dimensions an unknown
 * that bridges two closed groups of unknowns follows from the rows of one group less its columns.
 *
 * One vector of the null space is drawn at random in the integers modulo the prime 2^61 - 1 (fixed
 * sequence, so that the answer is always the same): where it is zero, the cell is taken as given
 * away. A cell that is given away is always zero there (unless 2^61 - 1 divides a minor of a matrix
 * of 0, 1, -1: never seen); one that is not is zero with probability 2^-61, and is then protected
 * without need.
 *
 * Not seen by this audit: bounds. That counts are whole and not negative may still narrow an
 * unknown to a small interval. */
#ifndef MLN_PROTECT_AUDIT_H
#define MLN_PROTECT_AUDIT_H

#include "protect/system.h"

/* given_away[c] for each cell of the system; false for shown ones. Sparse elimination: unknowns
 * that stand in one line cost nothing, the rest at worst their number cubed. */
enum mln_status mln_audit(const struct mln_system *s, bool *given_away, struct mln_err *err)
    MLN_MUST_USE;

#endif
