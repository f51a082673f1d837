/* Levels that somebody else decides: conditions in SQL, which the engine evaluates for many pairs
 * at once. Internal to this room.
 *
 *   row of candidates ─patterns without the conditions─▶ gathered, some 65,000 pairs
 *        full, or the task ends ─▶ of each condition: the pairs it could better ─▶ holds() ─▶
 * patterns ─▶ the rows, in their order, to the sink
 *
 * A level's condition lowers a comparison's level as every other step does: the pattern is that of
 * the first level that holds. Only pairs whose level is not better yet are asked about. */
#ifndef MLN_LINK_PAIRS_LATE_H
#define MLN_LINK_PAIRS_LATE_H

#include "link/pairs/ladder.h"
#include "link/pairs/run.h"

enum { MLN_LATE_PAIRS = 1 << 16 };

struct mln_late_row {
    size_t from, n, rule; /* its pairs among those gathered */
    uint32_t left;
};

struct mln_late {
    const struct mln_ladder *ladder;
    uint32_t *left, *right, *pattern; /* of the pairs gathered; MLN_LATE_PAIRS + MLN_TILE_CAP */
    uint32_t *ask, *ask_left, *ask_right;
    uint8_t *holds;
    size_t n;
    struct mln_late_row *rows;
    size_t n_rows, cap_rows;
};

enum mln_status mln_late_init(struct mln_late *late, const struct mln_ladder *ladder,
                              struct mln_err *err) MLN_MUST_USE;
void mln_late_release(struct mln_late *late);

/* Adds a row of at most MLN_TILE pairs, whose patterns lack the conditions; its arrays are copied.
 */
enum mln_status mln_late_add(struct mln_late *late, const struct mln_pair_row *row,
                             struct mln_err *err) MLN_MUST_USE;
static inline bool mln_late_is_full(const struct mln_late *late) {
    return late->n >= MLN_LATE_PAIRS;
}

/* Completes the patterns of the pairs gathered. */
enum mln_status mln_late_settle(struct mln_late *late, struct mln_err *err) MLN_MUST_USE;

/* Settles, hands the rows to the sink, and is empty again. */
enum mln_status mln_late_flush(struct mln_late *late, const struct mln_pairs_sink *sink, void *own,
                               size_t task, struct mln_err *err) MLN_MUST_USE;

#endif
