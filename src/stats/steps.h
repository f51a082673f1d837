/* Checked stays laid out by time: what moves at each time, and which rows enter and leave. Internal
 * to this room; conventions in multistate.h.
 *
 * A step is one distinct exit time. Its matrix H is kept by its cells: first the diagonal of the
 * states that some move leaves, then the moves:
 *
 *     cells:  | h=0 stay | h=2 stay | 0→1 | 0→3 | 2→3 |
 *               first_cell[i]         first_move[i]     first_cell[i+1]
 */
#ifndef MLN_STATS_STEPS_H
#define MLN_STATS_STEPS_H

#include "stats/multistate.h"

struct mln_cell {
    uint32_t from, to;
    double share; /* H[from][to] */
    double
        force; /* of a move: p_from / n_from × share, the entry of C; set with the probabilities */
};

struct mln_steps {
    size_t n_states, n_times, n_rows, n_clusters;
    double *time;
    double *gap;        /* since the step before, or since s */
    double *n_risk;     /* n_times × n_states */
    size_t *first_cell; /* n_times + 1 */
    size_t *first_move; /* n_times */
    struct mln_cell *cells;
    /* Rows kept: those after s, of weight above 0. */
    uint32_t *row;      /* n_rows: their numbers in the stays */
    uint32_t *cluster;  /* n_rows: 0..n_clusters-1, in the order of the caller's numbers */
    uint32_t *entry_at; /* n_rows: the first step at which they are at risk */
    uint32_t *exit_at;  /* n_rows: the last one */
    uint32_t *by_entry, *by_exit; /* n_rows: orders by (step, from, to, cluster, subject) */
    void *memory[3];
};

enum mln_status mln_steps_build(const struct mln_stays *stays,
                                const struct mln_multistate_model *model, double start,
                                struct mln_steps *out, struct mln_err *err) MLN_MUST_USE;
void mln_steps_release(struct mln_steps *steps);

/* y = x H of step i; y and x apart, n_states each. */
static inline void mln_steps_move(const struct mln_steps *s, size_t i, const double *x, double *y) {
    for (size_t k = 0; k < s->n_states; k++) {
        y[k] = x[k];
    }
    size_t c = s->first_cell[i];
    for (; c < s->first_move[i]; c++) {
        y[s->cells[c].from] = x[s->cells[c].from] * s->cells[c].share;
    }
    for (; c < s->first_cell[i + 1]; c++) {
        y[s->cells[c].to] += x[s->cells[c].from] * s->cells[c].share;
    }
}

/* y += x C of step i, C_h = p_h/n_h (e_h − H_h). */
static inline void mln_steps_drift(const struct mln_steps *s, size_t i, const double *x,
                                   double *y) {
    for (size_t c = s->first_move[i]; c < s->first_cell[i + 1]; c++) {
        const double moved = x[s->cells[c].from] * s->cells[c].force;
        y[s->cells[c].from] += moved;
        y[s->cells[c].to] -= moved;
    }
}

#endif
