/* A few cells of the system as a linear program: the cells may move, all others stand still.
 * Private to this room.
 *
 * A move y is what an attacker cannot tell from nothing: it changes no line (A y = 0) and makes no
 * count smaller than what everybody knows (0, or a public bound). From y = 0 every cell has room
 * below and above; the room above has no end unless a public bound gives one, and is cut at
 * MLN_MOVE_MAX.
 *
 *     init (once a system) → open (cells) → maximise … → close → release
 *
 * Columns are the cells in the order given; a split patch has each cell twice, first what it gains,
 * then what it loses, both ≥ 0: then costs can count both. */
#ifndef MLN_PROTECT_PATCH_H
#define MLN_PROTECT_PATCH_H

#include "protect/lp.h"
#include "protect/system.h"

#define MLN_MOVE_MAX 1048576.0
/* CLP's solutions hold to 1e-7; what differs by less than this is equal. */
#define MLN_MOVE_TOLERANCE 1e-6

struct mln_patch {
    const struct mln_system *system;
    size_t *column_of; /* cell → column, SIZE_MAX: not in the patch; between patches all so */
    size_t *row_of;    /* line → row, likewise */
    struct mln_arena arena;
    size_t n;
    const size_t *cells; /* borrowed */
    bool split;
    struct mln_lp *lp;
    struct mln_lp_matrix matrix; /* in the arena */
    int64_t *rest;               /* workspace, one a row */
    double *low, *high, *gain;   /* of the columns, free to change between programs */
    double *y;                   /* the last move, one a cell, also when split */
    double *columns;             /* the same one a column, when split */
};

enum mln_status mln_patch_init(struct mln_patch *p, const struct mln_system *s, struct mln_err *err)
    MLN_MUST_USE;
void mln_patch_release(struct mln_patch *p);

/* Bounds are the rooms, gains 0. After a failure close is still to be called. */
enum mln_status mln_patch_open(struct mln_patch *p, const size_t *cells, size_t n, bool split,
                               struct mln_err *err) MLN_MUST_USE;
void mln_patch_close(struct mln_patch *p);

double mln_room_below(const struct mln_cell *c);
double mln_room_above(const struct mln_cell *c);

/* The move of largest gain, into y. `feasible` as in mln_lp_maximise. */
enum mln_status mln_patch_maximise(struct mln_patch *p, bool *feasible, struct mln_err *err)
    MLN_MUST_USE;

/* Whether y, rounded, is a move in whole numbers: checked line by line in integers. */
bool mln_patch_is_whole(const struct mln_patch *p);

#endif
