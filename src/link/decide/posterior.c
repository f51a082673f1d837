#include "link/decide/posterior.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/thread.h"
#include "link/decide/graph.h"
#include "link/decide/matching.h"

static const double WEIGHT_MAX = 400; /* bits */

enum { EXACT_SUMS = 1 << 18 };

/* Parts that are summed together: sums have the same order however many threads there are. */
enum { PARTS_A_CHUNK = 1 << 12 };

double mln_posterior_shift(const struct mln_posterior_options *options, double links) {
    const double left = ((double)options->n_left + 1) / fmax(options->n_left - links + 1, 1);
    const double right = ((double)options->n_right + 1) / fmax(options->n_right - links + 1, 1);
    return (options->left_one ? log2(left) : 0) + (options->right_one ? log2(right) : 0);
}

/* What a thread works in. */
struct scratch {
    struct matching part;
    double *room, *odds; /* of the largest part */
    size_t n_approximate;
    bool settled;
};

struct posterior {
    struct graph graph; /* edges by component; their gain says nothing */
    const struct mln_edges *edges;
    const struct mln_posterior_options *options;
    double *message[2]; /* of the edges of the graph */
    struct scratch *scratch;
    size_t n_scratch; /* one a thread */
    double *links;    /* by chunk of parts */
    size_t n_chunks;
    atomic_size_t next; /* chunk */
    double *log2_odds;
    double shift_log2, tolerance;
};

/* ── room ── */

static size_t largest(const struct graph *graph, size_t *records) {
    size_t edges = 0;
    *records = 0;
    for (uint32_t p = 0; p < graph->n_parts; p++) {
        const size_t n = graph->parts[p].end - graph->parts[p].first;
        const size_t nodes = (size_t)graph->parts[p].n_rows + graph->parts[p].n_cols;
        edges = n > edges ? n : edges;
        *records = nodes > *records ? nodes : *records;
    }
    return edges;
}

static void release(struct posterior *p) {
    for (size_t i = 0; p->scratch != NULL && i < p->n_scratch; i++) {
        for (int s = 0; s < 2; s++) {
            free(p->scratch[i].part.side[s].start);
            free(p->scratch[i].part.side[s].edge);
            free(p->scratch[i].part.end[s]);
        }
        free(p->scratch[i].part.z);
        free(p->scratch[i].room);
        free(p->scratch[i].odds);
    }
    free(p->scratch);
    free(p->links);
    free(p->message[0]);
    free(p->message[1]);
    graph_release(&p->graph);
}

static bool fill_scratch(struct scratch *s, size_t n, size_t records) {
    bool whole = true;
    for (int k = 0; k < 2; k++) {
        s->part.side[k].start = malloc((records + 2) * sizeof *s->part.side[k].start);
        s->part.side[k].edge = malloc(n * sizeof *s->part.side[k].edge);
        s->part.end[k] = malloc(n * sizeof *s->part.end[k]);
        whole = whole && s->part.side[k].start != NULL && s->part.side[k].edge != NULL &&
                s->part.end[k] != NULL;
    }
    s->part.z = malloc(n * sizeof *s->part.z);
    s->odds = malloc(n * sizeof *s->odds);
    s->room = malloc((n > EXACT_SUMS ? n : EXACT_SUMS) * sizeof *s->room);
    return whole && s->part.z != NULL && s->odds != NULL && s->room != NULL;
}

static enum mln_status make_room(struct posterior *p, struct mln_err *err) {
    size_t records = 0;
    const size_t n = largest(&p->graph, &records) + 1, n_edges = (size_t)p->graph.n_edges + 1;
    const size_t asked = p->options->n_threads;
    const size_t n_threads = asked == 0 ? mln_thread_count() : asked;
    p->n_chunks = (p->graph.n_parts + PARTS_A_CHUNK - 1) / PARTS_A_CHUNK;
    p->n_scratch = n_threads < p->n_chunks ? n_threads : p->n_chunks;
    p->scratch = calloc(p->n_scratch + 1, sizeof *p->scratch);
    p->links = calloc(p->n_chunks + 1, sizeof *p->links);
    bool whole = p->scratch != NULL && p->links != NULL;
    for (size_t i = 0; whole && i < p->n_scratch; i++) {
        whole = fill_scratch(&p->scratch[i], n, records);
    }
    for (int s = 0; s < 2; s++) {
        p->message[s] = malloc(n_edges * sizeof *p->message[s]);
        whole = whole && p->message[s] != NULL;
    }
    if (!whole) {
        return mln_err_nomem(err, "the probabilities of links");
    }
    for (uint32_t e = 0; e < p->graph.n_edges; e++) {
        p->message[0][e] = p->message[1][e] = 1;
    }
    return MLN_OK;
}

/* ── one component ── */

static double clipped(double weight_log2) {
    return fmin(fmax(weight_log2, -WEIGHT_MAX), WEIGHT_MAX);
}

/* Lists the edges of each record of side s. */
static void list_side(struct matching *m, int s) {
    struct matching_side *side = &m->side[s];
    memset(side->start, 0, ((size_t)side->n + 2) * sizeof *side->start);
    for (uint32_t e = 0; e < m->n; e++) {
        side->start[m->end[s][e] + 2]++;
    }
    for (uint32_t i = 0; i < side->n; i++) {
        side->start[i + 2] += side->start[i + 1];
    }
    for (uint32_t e = 0; e < m->n; e++) {
        side->edge[side->start[m->end[s][e] + 1]++] = e;
    }
}

static void take_part(const struct posterior *p, const struct graph_part *part,
                      struct matching *m) {
    const struct graph_edge *edges = p->graph.edges + part->first;
    m->n = part->end - part->first;
    m->side[0].n = part->n_rows;
    m->side[1].n = part->n_cols;
    m->side[0].one = p->options->left_one;
    m->side[1].one = p->options->right_one;
    uint32_t row = 0;
    for (uint32_t e = 0; e < m->n; e++) {
        row += e > 0 && edges[e].row != edges[e - 1].row;
        m->end[0][e] = row;
        m->end[1][e] = edges[e].col;
        m->z[e] = exp2(clipped(p->edges->gain[edges[e].given] + p->shift_log2));
    }
    list_side(m, 0);
    list_side(m, 1);
}

static bool has_cycle(const struct graph_part *part) {
    return part->end - part->first >= part->n_rows + part->n_cols;
}

static bool small(const struct matching *m) {
    const uint32_t lesser = m->side[0].n < m->side[1].n ? m->side[0].n : m->side[1].n;
    return lesser <= MLN_POSTERIOR_EXACT && matching_exact_room(m) <= EXACT_SUMS;
}

/* A pair without a rival: what solve_part would make of it, most of the parts. */
static double solve_single(const struct posterior *p, const struct graph_part *part) {
    const size_t given = p->graph.edges[part->first].given;
    p->log2_odds[given] = clipped(p->edges->gain[given] + p->shift_log2);
    return 1 / (1 + exp2(-p->log2_odds[given]));
}

/* The odds of the edges of a part into log2_odds; returns the sum of their probabilities. */
static double solve_part(const struct posterior *p, const struct graph_part *part,
                         struct scratch *s) {
    if (part->end - part->first == 1) {
        return solve_single(p, part);
    }
    const struct matching *m = &s->part;
    take_part(p, part, &s->part);
    const bool both = p->options->left_one && p->options->right_one;
    if (both && has_cycle(part) && small(m)) {
        matching_exact(m, s->room, s->odds);
    } else {
        double *message[2] = {p->message[0] + part->first, p->message[1] + part->first};
        s->n_approximate += both && has_cycle(part);
        s->settled = matching_propagate(m, p->tolerance, message, s->room, s->odds) && s->settled;
        for (uint32_t e = 0; e < m->n; e++) {
            s->odds[e] = log2(m->z[e]) + log2(message[0][e]) + log2(message[1][e]);
        }
    }
    double links = 0;
    for (uint32_t e = 0; e < m->n; e++) {
        p->log2_odds[p->graph.edges[part->first + e].given] = s->odds[e];
        links += 1 / (1 + exp2(-s->odds[e]));
    }
    return links;
}

/* ── the whole ── */

static enum mln_status solve_chunks(void *ctx, size_t worker, struct mln_err *err) {
    struct posterior *p = ctx;
    struct scratch *s = &p->scratch[worker];
    s->n_approximate = 0;
    s->settled = true;
    for (size_t k; (k = atomic_fetch_add(&p->next, 1)) < p->n_chunks;) {
        const size_t end = (k + 1) * PARTS_A_CHUNK;
        p->links[k] = 0;
        MLN_TRY(mln_check_interrupt(err));
        for (size_t i = k * PARTS_A_CHUNK; i < end && i < p->graph.n_parts; i++) {
            p->links[k] += solve_part(p, &p->graph.parts[i], s);
        }
    }
    return MLN_OK;
}

/* All parts with the shift as it stands. */
static enum mln_status solve_round(struct posterior *p, struct mln_posterior *out,
                                   struct mln_err *err) {
    *out = (struct mln_posterior){
        .shift_log2 = p->shift_log2, .n_components = p->graph.n_parts, .settled = true};
    p->next = 0;
    MLN_TRY(mln_parallel(p->n_scratch, p->n_scratch, solve_chunks, p, err));
    for (size_t k = 0; k < p->n_chunks; k++) {
        out->links += p->links[k];
    }
    for (size_t i = 0; i < p->n_scratch; i++) {
        out->n_approximate += p->scratch[i].n_approximate;
        out->settled = out->settled && p->scratch[i].settled;
    }
    return MLN_OK;
}

static enum mln_status solve(struct posterior *p, struct mln_posterior *out, struct mln_err *err) {
    enum { ROUNDS = 60 };
    const double fine = 1e-6;
    p->tolerance = 1e-4;
    for (int round = 0; round < ROUNDS; round++) {
        MLN_TRY(solve_round(p, out, err));
        const double next = mln_posterior_shift(p->options, out->links);
        const bool still = fabs(next - p->shift_log2) <= 1e-3;
        if (still && p->tolerance <= fine) {
            break;
        }
        p->tolerance = still ? fine : p->tolerance;
        p->shift_log2 = next;
    }
    return MLN_OK;
}

/* The graph keeps links of a gain above 0 only: here all count. */
static enum mln_status cut(struct posterior *p, struct mln_err *err) {
    double *one = malloc((p->edges->n + 1) * sizeof *one);
    if (one == NULL) {
        return mln_err_nomem(err, "the probabilities of links");
    }
    for (size_t e = 0; e < p->edges->n; e++) {
        one[e] = 1;
    }
    const struct mln_edges all = {p->edges->left, p->edges->right, one, p->edges->n};
    enum mln_status status =
        graph_init(&p->graph, &all, p->options->n_left, p->options->n_right, err);
    free(one);
    return status == MLN_OK ? graph_cut(&p->graph, p->options->n_left, p->options->n_right, err)
                            : status;
}

enum mln_status mln_posterior_one_to_one(const struct mln_edges *edges,
                                         const struct mln_posterior_options *options,
                                         double *log2_odds, struct mln_posterior *out,
                                         struct mln_err *err) {
    struct posterior p = {.edges = edges, .options = options, .log2_odds = log2_odds};
    *out = (struct mln_posterior){.settled = true};
    enum mln_status status = graph_check(edges, options->n_left, options->n_right, err);
    if (status == MLN_OK) {
        status = cut(&p, err);
    }
    if (status == MLN_OK) {
        status = make_room(&p, err);
    }
    if (status == MLN_OK) {
        status = solve(&p, out, err);
    }
    release(&p);
    return status;
}
