/* Multi-state histories: the probability to be in each state, by each time, for any allowed
 * transitions.
 *
 * A history is a list of stays: a subject is seen in state `from` after `entry` and until `exit`,
 * when it moves to state `to`, or is last seen there (MLN_STAYS). Risk sets and ties are those of
 * risk.h: at risk at t when entry < t ≤ exit; all moves of a time happen at once. With n_h at risk
 * in state h and d_hj moves from h to j at t, let H(t) have the rows H_h = e_h + Σ_j d_hj / n_h
 * (e_j − e_h). Then
 *
 *     state probabilities       p(t) = p(s) Π_{s < u ≤ t} H(u)
 *     transition probabilities  P(s, t) = Π_{s < u ≤ t} H(u)       (transition.h)
 *
 * from a landmark s: stays that ended by s are left out. Moves at s itself count before it.
 *
 * p(s) is given, or estimated by the shares of states among those at risk just before the first
 * move after s (as R survival does).
 *
 * Standard errors: the infinitesimal jackknife over clusters, se_k² = Σ_c (Σ_{i in c} w_i
 * ∂p_k/∂w_i)². By default a subject is a cluster. An estimated p(s) adds its influence, a given one
 * has none. (survfit of R survival 3.5 leaves the influence of an estimated p(s) out unless asked
 * for `influence = TRUE`.)
 *
 * How it is computed. With W_c the weights of cluster c at risk in each state, the influence of a
 * cluster follows U_c ← U_c H + W_c C, C_h = p_h/n_h (e_h − H_h), plus w p_h/n_h (e_j − e_h) for
 * each of its own moves. The moments Σ U'U, Σ U'W and Σ W'W of all clusters follow by matrices of
 * n_states² a time; a cluster's own U_c is needed only when it enters, moves or leaves, and is
 * brought up to date through products of the maps (U, W) → (U H + W C, W) over aligned runs of
 * times, kept in a tree. O(times × n_states³ + stays × (n_states² log times + run)), against stays
 * × times × n_states of the direct way.
 *
 * Caveats. Validity needs independent censoring; p(t) needs no Markov assumption (Datta & Satten,
 * Stat. Prob. Letters 55, 2001), P(s, t) from late landmarks does. A state whose risk set is empty
 * keeps its probability until somebody is seen there again: look at n_risk.
 *
 * Sources: Aalen & Johansen, Scand. J. Statist. 5 (1978); Andersen et al. (1993), IV.4; T.
 * Therneau, "Methods and formulas", vignette of R survival. Equal to survfit (tests/stats). */
#ifndef MLN_STATS_MULTISTATE_H
#define MLN_STATS_MULTISTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stats/rmean.h"

enum { MLN_MAX_STATES = 32 };

#define MLN_STAYS UINT32_MAX /* no move at the exit: censored there, or goes on in another row */

/* Columns of n rows, in any order. */
struct mln_stays {
    size_t n;
    const uint32_t *subject; /* any numbers; NULL: a subject a row */
    const double *entry;     /* ≥ 0 and < exit; NULL: seen from the start */
    const double *exit;      /* ≥ 0 */
    const uint32_t *from;    /* 0..n_states-1 */
    const uint32_t *to;      /* 0..n_states-1 and not `from`, or MLN_STAYS */
    const double *weight;    /* ≥ 0; NULL: 1 */
    const uint32_t *cluster; /* any numbers; NULL: the subject */
};

struct mln_multistate_model {
    size_t n_states;     /* 2..MLN_MAX_STATES */
    const bool *allowed; /* n_states × n_states, row `from`; the diagonal is not read */
};

struct mln_multistate_options {
    double start; /* s: the landmark, ≥ 0; with entry NULL and start 0, exits at 0 count too */
    const double *p0; /* n_states, of sum 1: p(s) as given; NULL: estimated */
    bool no_errors;   /* leaves std_err NULL and mean times without error */
    double tau;       /* mean times in state are over s..tau; 0: none wanted */
};

struct mln_multistate {
    size_t n_states, n_times;
    double *time;    /* distinct exits after s, increasing */
    double *n_risk;  /* n_times × n_states, just before the time's moves; sums of weights */
    double *prob;    /* n_times × n_states, after them */
    double *std_err; /* the same shape; NULL without errors */
    double p0[MLN_MAX_STATES], p0_std_err[MLN_MAX_STATES];
    struct mln_rmean mean_time[MLN_MAX_STATES]; /* ∫_s^tau p_k; NaN when not wanted, or before s */
    double *numbers;                            /* what the pointers above look at */
};

/* Release the result. MLN_BAD_INPUT names the row, counted from 1: a time that is negative,
 * infinite or not a number, an exit not after its entry, an unknown state, a move that the model
 * does not allow, stays of a subject that overlap, or a next stay that begins at once in another
 * state than the last one led to. (A gap in time is allowed: the subject was out of sight.) Without
 * a stay after s the result has no times and its p0 is NaN unless given. Without a move all
 * probabilities are p0. Results do not depend on the order of rows; the numbering of subjects and
 * clusters may change last bits. */
enum mln_status mln_multistate_fit(const struct mln_stays *stays,
                                   const struct mln_multistate_model *model,
                                   const struct mln_multistate_options *options,
                                   struct mln_multistate *out, struct mln_err *err) MLN_MUST_USE;
void mln_multistate_release(struct mln_multistate *fit);

#endif
