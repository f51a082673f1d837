#include "stats/multistate.h"

#include <math.h>
#include <stdlib.h>

#include "stats/flow.h"
#include "stats/variance.h"

enum { S = MLN_MAX_STATES };

/* The second moments of all clusters, and where each of them stands. */
struct moments {
    const struct mln_stays *stays;
    struct mln_steps *steps;
    struct mln_flow flow;
    bool areas;
    double *vectors;                     /* a cluster: U, W, then V */
    uint32_t *done;                      /* a cluster: steps already in its U and V */
    double uu[S][S], uw[S][S], ww[S][S]; /* Σ U'U, Σ U'W, Σ W'W */
    double vu[S][S], vw[S][S], vv[S];    /* Σ V'U, Σ V'W, Σ V² */
    double peak[S];
    bool absorbing[S]; /* nobody leaves it */
};

static double weight_of(const struct moments *m, uint32_t r) {
    return m->stays->weight == NULL ? 1.0 : m->stays->weight[m->steps->row[r]];
}

static struct mln_influence influence_of(const struct moments *m, uint32_t cluster) {
    const size_t s = m->steps->n_states;
    double *at = m->vectors + (size_t)cluster * (m->areas ? 3 : 2) * s;
    return (struct mln_influence){at, m->areas ? at + 2 * s : NULL, at + s};
}

/* The cluster's influence after the first `to` steps. */
static struct mln_influence bring(struct moments *m, uint32_t cluster, size_t to) {
    const struct mln_influence x = influence_of(m, cluster);
    mln_flow_carry(&m->flow, m->done[cluster], to, x);
    m->done[cluster] = (uint32_t)to;
    return x;
}

/* W_h grows by dw. */
static void change_weight(struct moments *m, struct mln_influence x, size_t h, double dw) {
    const size_t s = m->steps->n_states;
    for (size_t k = 0; k < s; k++) {
        m->uw[k][h] += x.u[k] * dw;
        m->ww[k][h] += x.w[k] * dw;
        m->ww[h][k] += x.w[k] * dw;
        if (m->areas) {
            m->vw[k][h] += x.v[k] * dw;
        }
    }
    m->ww[h][h] += dw * dw;
    x.w[h] += dw;
}

/* U gains b e_j − b e_h. */
static void leap(struct moments *m, struct mln_influence x, size_t h, size_t j, double b) {
    const size_t s = m->steps->n_states;
    for (size_t k = 0; k < s; k++) {
        m->uu[k][h] -= x.u[k] * b;
        m->uu[h][k] -= x.u[k] * b;
        m->uu[k][j] += x.u[k] * b;
        m->uu[j][k] += x.u[k] * b;
        m->uw[h][k] -= b * x.w[k];
        m->uw[j][k] += b * x.w[k];
        if (m->areas) {
            m->vu[k][h] -= x.v[k] * b;
            m->vu[k][j] += x.v[k] * b;
        }
    }
    m->uu[h][h] += b * b;
    m->uu[j][j] += b * b;
    m->uu[h][j] -= b * b;
    m->uu[j][h] -= b * b;
    x.u[h] -= b;
    x.u[j] += b;
}

/* ── all clusters over a gap and a step ── */

static void wait_all(struct moments *m, double gap) {
    const size_t s = m->steps->n_states;
    for (size_t i = 0; m->areas && i < s; i++) {
        m->vv[i] += gap * (2.0 * m->vu[i][i] + gap * m->uu[i][i]);
        for (size_t j = 0; j < s; j++) {
            m->vu[i][j] += gap * m->uu[i][j];
            m->vw[i][j] += gap * m->uw[i][j];
        }
    }
}

static void rows_times_h(const struct mln_steps *s, size_t step, double (*x)[S]) {
    double moved[S];
    for (size_t r = 0; r < s->n_states; r++) {
        mln_steps_move(s, step, x[r], moved);
        for (size_t k = 0; k < s->n_states; k++) {
            x[r][k] = moved[k];
        }
    }
}

static void transpose(size_t n, double (*x)[S]) {
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            const double swapped = x[i][j];
            x[i][j] = x[j][i];
            x[j][i] = swapped;
        }
    }
}

/* out = x C, where the rows of out are zero to begin with. */
static void rows_times_c(const struct mln_steps *s, size_t step, double (*x)[S], double (*out)[S]) {
    for (size_t r = 0; r < s->n_states; r++) {
        mln_steps_drift(s, step, x[r], out[r]);
    }
}

/* U ← U H + W C for all clusters: with Q = H' Σ U'W and G = (Σ W'W) C,
 * Σ U'U ← H' Σ U'U H + Q C + C'Q' + C'G,  Σ U'W ← Q + G'. */
static void step_all(struct moments *m, size_t step) {
    const struct mln_steps *s = m->steps;
    const size_t n = s->n_states;
    double qc[S][S] = {{0.0}}, g[S][S] = {{0.0}}, cg[S][S] = {{0.0}};
    rows_times_h(s, step, m->uu);
    transpose(n, m->uu);
    rows_times_h(s, step, m->uu);
    transpose(n, m->uw);
    rows_times_h(s, step, m->uw);
    transpose(n, m->uw);
    rows_times_c(s, step, m->uw, qc);
    rows_times_c(s, step, m->ww, g);
    transpose(n, g);
    rows_times_c(s, step, g, cg);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            m->uu[i][j] += qc[i][j] + qc[j][i] + cg[i][j];
            m->uw[i][j] += g[i][j];
        }
    }
    if (m->areas) {
        rows_times_h(s, step, m->vu);
        rows_times_c(s, step, m->vw, m->vu);
    }
}

/* ── probabilities ── */

/* Those at risk at the first step with a move; the last step when nothing moves. */
static size_t first_move_step(const struct mln_steps *s) {
    for (size_t i = 0; i < s->n_times; i++) {
        if (s->first_cell[i + 1] > s->first_cell[i]) {
            return i;
        }
    }
    return s->n_times == 0 ? 0 : s->n_times - 1;
}

static enum mln_status start_probabilities(const struct mln_steps *s, const double *p0,
                                           struct mln_multistate *out, struct mln_err *err) {
    double sum = 0.0;
    for (size_t k = 0; k < s->n_states; k++) {
        const double *n_risk = s->n_risk + first_move_step(s) * s->n_states;
        out->p0[k] = p0 != NULL ? p0[k] : s->n_times == 0 ? NAN : n_risk[k];
        out->p0_std_err[k] = p0 != NULL ? 0.0 : NAN;
        if (p0 != NULL && !(p0[k] >= 0.0)) {
            return mln_err_set(err, MLN_BAD_INPUT, "p0: state %zu has no probability", k);
        }
        sum += out->p0[k];
    }
    if (p0 != NULL && !(fabs(sum - 1.0) < 1e-8)) {
        return mln_err_set(err, MLN_BAD_INPUT, "p0 does not sum to 1");
    }
    for (size_t k = 0; p0 == NULL && k < s->n_states; k++) {
        out->p0[k] /= sum;
    }
    return MLN_OK;
}

static void fill_probabilities(struct mln_steps *s, struct mln_multistate *out) {
    const double *before = out->p0;
    for (size_t i = 0; i < s->n_times; i++) {
        double *after = out->prob + i * s->n_states;
        mln_steps_move(s, i, before, after);
        for (size_t c = s->first_move[i]; c < s->first_cell[i + 1]; c++) {
            struct mln_cell *cell = &s->cells[c];
            cell->force =
                before[cell->from] / s->n_risk[i * s->n_states + cell->from] * cell->share;
        }
        before = after;
    }
}

static void fill_mean_times(const struct mln_steps *s, const struct mln_multistate_options *o,
                            struct mln_multistate *out) {
    const bool wanted = o->tau > 0.0 && o->tau >= o->start;
    for (size_t k = 0; k < s->n_states; k++) {
        double area = 0.0, now = o->start, p = out->p0[k];
        for (size_t i = 0; wanted && i < s->n_times && s->time[i] <= o->tau; i++) {
            area += p * (s->time[i] - now);
            now = s->time[i];
            p = out->prob[i * s->n_states + k];
        }
        area += p * (o->tau - now);
        out->mean_time[k] = (struct mln_rmean){wanted ? area : NAN, NAN};
    }
}

/* ── errors ── */

static enum mln_status moments_init(struct moments *m, const struct mln_stays *stays,
                                    struct mln_steps *steps, bool areas, struct mln_err *err) {
    *m = (struct moments){.stays = stays, .steps = steps, .areas = areas};
    const size_t width = (areas ? 3 : 2) * steps->n_states;
    for (size_t k = 0; k < steps->n_states; k++) {
        m->absorbing[k] = true;
    }
    for (size_t c = 0; c < steps->first_cell[steps->n_times]; c++) {
        m->absorbing[steps->cells[c].from] = false;
    }
    m->vectors = calloc(steps->n_clusters * width + 1, sizeof *m->vectors);
    m->done = calloc(steps->n_clusters + 1, sizeof *m->done);
    if (m->vectors == NULL || m->done == NULL) {
        return mln_err_nomem(err, "the influence of histories");
    }
    return mln_flow_init(&m->flow, steps, areas, err);
}

static void moments_release(struct moments *m) {
    mln_flow_release(&m->flow);
    free(m->vectors);
    free(m->done);
}

/* The influence on an estimated p(s): w (e_h − p0) / n for those at risk at the first move. */
static void start_influence(struct moments *m, struct mln_multistate *out) {
    const struct mln_steps *s = m->steps;
    const size_t step = first_move_step(s);
    double total = 0.0;
    for (size_t h = 0; h < s->n_states && s->n_times > 0; h++) {
        total += s->n_risk[step * s->n_states + h];
    }
    for (size_t i = 0; i < s->n_rows; i++) {
        const uint32_t r = s->by_exit[i];
        if (s->entry_at[r] <= step && step <= s->exit_at[r]) {
            const struct mln_influence x = influence_of(m, s->cluster[r]);
            const double share = weight_of(m, r) / total;
            for (size_t k = 0; k < s->n_states; k++) {
                x.u[k] += share * ((m->stays->from[s->row[r]] == k) - out->p0[k]);
            }
        }
    }
    for (size_t c = 0; c < s->n_clusters; c++) {
        const double *u = influence_of(m, (uint32_t)c).u;
        for (size_t i = 0; i < s->n_states; i++) {
            for (size_t j = 0; j < s->n_states; j++) {
                m->uu[i][j] += u[i] * u[j];
            }
        }
    }
    for (size_t k = 0; k < s->n_states; k++) {
        out->p0_std_err[k] = s->n_times == 0 ? NAN : sqrt(m->uu[k][k]);
    }
}

static double root(double variance) {
    return variance > 0.0 ? sqrt(variance) : 0.0;
}

/* Who moves or leaves at the step; U of the movers already holds what staying would have given. */
static size_t leave(struct moments *m, size_t step, size_t i, const struct mln_multistate *out) {
    const struct mln_steps *s = m->steps;
    const double *before = step == 0 ? out->p0 : out->prob + (step - 1) * s->n_states;
    for (; i < s->n_rows && s->exit_at[s->by_exit[i]] == step; i++) {
        const uint32_t r = s->by_exit[i];
        const uint32_t h = m->stays->from[s->row[r]], j = m->stays->to[s->row[r]];
        const double w = weight_of(m, r);
        const struct mln_influence x = bring(m, s->cluster[r], step + 1);
        if (j != MLN_STAYS) {
            leap(m, x, h, j, w * (before[h] / s->n_risk[step * s->n_states + h]));
        }
        change_weight(m, x, h, -w);
    }
    return i;
}

static size_t enter(struct moments *m, size_t step, size_t i) {
    const struct mln_steps *s = m->steps;
    for (; i < s->n_rows && s->entry_at[s->by_entry[i]] == step; i++) {
        const uint32_t r = s->by_entry[i];
        const struct mln_influence x = bring(m, s->cluster[r], step);
        change_weight(m, x, m->stays->from[s->row[r]], weight_of(m, r));
    }
    return i;
}

static void fill_errors(struct moments *m, const struct mln_multistate_options *o,
                        struct mln_multistate *out) {
    const struct mln_steps *s = m->steps;
    size_t entered = 0, left = 0;
    double now = o->start;
    bool open = m->areas; /* τ is still to come */
    for (size_t step = 0; step < s->n_times; step++) {
        if (open && s->time[step] > o->tau) {
            wait_all(m, o->tau - now);
            open = false;
            for (size_t k = 0; k < s->n_states; k++) {
                out->mean_time[k].std_err = root(m->vv[k]);
            }
        }
        entered = enter(m, step, entered);
        wait_all(m, s->time[step] - now);
        now = s->time[step];
        step_all(m, step);
        left = leave(m, step, left, out);
        mln_variance_peaks(&m->uu[0][0], S, s->n_states, m->peak);
        for (size_t k = 0; k < s->n_states; k++) {
            out->std_err[step * s->n_states + k] =
                sqrt(mln_variance_of(&m->uu[0][0], S, s->n_states, k, m->peak, m->absorbing));
        }
    }
    wait_all(m, open ? o->tau - now : 0.0);
    for (size_t k = 0; open && k < s->n_states; k++) {
        out->mean_time[k].std_err = root(m->vv[k]);
    }
}

/* ── ── */

static enum mln_status alloc_fit(const struct mln_steps *s, bool errors, struct mln_multistate *out,
                                 struct mln_err *err) {
    const size_t cells = s->n_times * s->n_states;
    *out = (struct mln_multistate){.n_states = s->n_states, .n_times = s->n_times};
    out->numbers = malloc((s->n_times + 3 * cells + 1) * sizeof *out->numbers);
    if (out->numbers == NULL) {
        return mln_err_nomem(err, "state probabilities");
    }
    out->time = out->numbers;
    out->n_risk = out->time + s->n_times;
    out->prob = out->n_risk + cells;
    out->std_err = errors ? out->prob + cells : NULL;
    for (size_t i = 0; i < s->n_times; i++) {
        out->time[i] = s->time[i];
    }
    for (size_t i = 0; i < cells; i++) {
        out->n_risk[i] = s->n_risk[i];
    }
    return MLN_OK;
}

static enum mln_status add_errors(const struct mln_stays *stays, struct mln_steps *steps,
                                  const struct mln_multistate_options *o,
                                  struct mln_multistate *out, struct mln_err *err) {
    struct moments *m = malloc(sizeof *m);
    if (m == NULL) {
        return mln_err_nomem(err, "the influence of histories");
    }
    const bool areas = o->tau > 0.0 && o->tau >= o->start;
    const enum mln_status status = moments_init(m, stays, steps, areas, err);
    if (status == MLN_OK) {
        if (o->p0 == NULL) {
            start_influence(m, out);
        }
        fill_errors(m, o, out);
    }
    moments_release(m);
    free(m);
    return status;
}

enum mln_status mln_multistate_fit(const struct mln_stays *stays,
                                   const struct mln_multistate_model *model,
                                   const struct mln_multistate_options *options,
                                   struct mln_multistate *out, struct mln_err *err) {
    struct mln_steps steps;
    *out = (struct mln_multistate){0};
    MLN_TRY(mln_steps_build(stays, model, options->start, &steps, err));
    enum mln_status status = alloc_fit(&steps, !options->no_errors, out, err);
    if (status == MLN_OK) {
        status = start_probabilities(&steps, options->p0, out, err);
    }
    if (status == MLN_OK) {
        fill_probabilities(&steps, out);
        fill_mean_times(&steps, options, out);
        status = options->no_errors ? MLN_OK : add_errors(stays, &steps, options, out, err);
    }
    mln_steps_release(&steps);
    if (status != MLN_OK) {
        mln_multistate_release(out);
    }
    return status;
}

void mln_multistate_release(struct mln_multistate *fit) {
    free(fit->numbers);
    *fit = (struct mln_multistate){0};
}
