#include "link/decide/flow.h"

#include <stdlib.h>
#include <string.h>

#include "link/decide/auction.h"

#define NONE UINT32_MAX

/* Components from this many rows on are put to auction when first bids do not settle them. */
enum { LARGE = 1024, FIRST_BIDS = 6, BIDS = 128 };

struct reached {
    int64_t dist;
    uint32_t node;
};

struct flow {
    /* the component */
    uint32_t n_rows, n_cols;
    uint32_t right_max;
    bool *used;
    uint32_t *row_start;    /* n_rows + 1, into edges */
    uint32_t *row_of, *col; /* of an edge */
    int64_t *gain;
    /* the assignment so far */
    int64_t *dual;   /* of columns, then of rows */
    uint32_t *taken; /* units of a column */
    uint32_t *head;  /* of the used edges of a column, then next and prev of an edge */
    uint32_t *next, *prev;
    uint32_t *waiting;       /* rows without a column yet, one to one only */
    struct auction *auction; /* where a component may be large; else NULL */
    /* one search; nodes are columns, then rows */
    int64_t *dist; /* INT64_MAX: not reached */
    uint32_t *by;  /* the edge it was reached by; NONE for the root */
    uint32_t *touched;
    uint32_t n_touched;
    struct reached *heap;
    size_t n_heap, cap_heap;
    int64_t best;      /* length of the shortest way out found */
    uint32_t best_end; /* the node where it goes out */
};

void flow_free(struct flow *flow) {
    if (flow != NULL) {
        free(flow->row_start);
        free(flow->row_of);
        free(flow->col);
        free(flow->gain);
        free(flow->dual);
        free(flow->taken);
        free(flow->head);
        free(flow->next);
        free(flow->prev);
        free(flow->waiting);
        free(flow->dist);
        free(flow->by);
        free(flow->touched);
        free(flow->heap);
        auction_free(flow->auction);
        free(flow);
    }
}

enum mln_status flow_new(uint32_t n_rows, uint32_t n_cols, uint32_t n_edges, struct flow **out,
                         struct mln_err *err) {
    const size_t rows = (size_t)n_rows + 1;
    const size_t cols = (size_t)n_cols + 1;
    const size_t nodes = rows + cols;
    const size_t n = (size_t)n_edges + 1;
    struct flow *f = calloc(1, sizeof *f);
    *out = NULL;
    if (f != NULL) {
        f->row_start = malloc(rows * sizeof *f->row_start);
        f->row_of = malloc(n * sizeof *f->row_of);
        f->col = malloc(n * sizeof *f->col);
        f->gain = malloc(n * sizeof *f->gain);
        f->dual = malloc(nodes * sizeof *f->dual);
        f->taken = malloc(cols * sizeof *f->taken);
        f->head = malloc(cols * sizeof *f->head);
        f->next = malloc(n * sizeof *f->next);
        f->prev = malloc(n * sizeof *f->prev);
        f->waiting = malloc(rows * sizeof *f->waiting);
        f->dist = malloc(nodes * sizeof *f->dist);
        f->by = malloc(nodes * sizeof *f->by);
        f->touched = malloc(nodes * sizeof *f->touched);
        f->cap_heap = 2 * n + 2; /* each edge enters once a direction in a search */
        f->heap = malloc(f->cap_heap * sizeof *f->heap);
    }
    if (f == NULL || f->row_start == NULL || f->row_of == NULL || f->col == NULL ||
        f->gain == NULL || f->dual == NULL || f->taken == NULL || f->head == NULL ||
        f->next == NULL || f->prev == NULL || f->waiting == NULL || f->dist == NULL ||
        f->by == NULL || f->touched == NULL || f->heap == NULL) {
        flow_free(f);
        return mln_err_nomem(err, "the assignment of links");
    }
    const enum mln_status status =
        n_rows < LARGE ? MLN_OK : auction_new(n_rows, n_cols, n_edges, &f->auction, err);
    if (status != MLN_OK) {
        flow_free(f);
        return status;
    }
    *out = f;
    return MLN_OK;
}

/* ── heap of reached nodes: by distance, then number, so that ties fall one way ── */

static bool before(struct reached a, struct reached b) {
    return a.dist != b.dist ? a.dist < b.dist : a.node < b.node;
}

static void heap_push(struct flow *f, struct reached r) {
    size_t i = f->n_heap++;
    while (i > 0 && before(r, f->heap[(i - 1) / 2])) {
        f->heap[i] = f->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    f->heap[i] = r;
}

static struct reached heap_pop(struct flow *f) {
    const struct reached top = f->heap[0];
    const struct reached last = f->heap[--f->n_heap];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= f->n_heap) {
            break;
        }
        child += child + 1 < f->n_heap && before(f->heap[child + 1], f->heap[child]);
        if (!before(f->heap[child], last)) {
            break;
        }
        f->heap[i] = f->heap[child];
        i = child;
    }
    f->heap[i] = last;
    return top;
}

/* ── one search ── */

/* True when the node is now nearer than before, and nearer than the way out. */
static bool reach(struct flow *f, uint32_t node, int64_t dist, uint32_t edge) {
    if (dist >= f->best || dist >= f->dist[node]) {
        return false;
    }
    if (f->dist[node] == INT64_MAX) {
        f->touched[f->n_touched++] = node;
    }
    f->dist[node] = dist;
    f->by[node] = edge;
    return true;
}

static void way_out(struct flow *f, uint32_t node, int64_t dist) {
    if (dist < f->best) {
        f->best = dist;
        f->best_end = node;
    }
}

static void scan_row(struct flow *f, uint32_t row, int64_t dist) {
    const int64_t p = f->dual[f->n_cols + row];
    way_out(f, f->n_cols + row, dist + p);
    for (uint32_t e = f->row_start[row]; e < f->row_start[row + 1]; e++) {
        const uint32_t col = f->col[e];
        if (f->used[e]) {
            continue;
        }
        const int64_t there = dist + p + f->dual[col] - f->gain[e];
        if (!reach(f, col, there, e)) {
            continue;
        }
        if (f->taken[col] < f->right_max) {
            way_out(f, col, there);
        } else {
            heap_push(f, (struct reached){there, col});
        }
    }
}

static void scan_col(struct flow *f, uint32_t col, int64_t dist) {
    for (uint32_t e = f->head[col]; e != NONE; e = f->next[e]) {
        const uint32_t row = f->row_of[e];
        const int64_t there = dist + f->gain[e] - f->dual[f->n_cols + row] - f->dual[col];
        if (reach(f, f->n_cols + row, there, e)) {
            if (there == dist) { /* no node is nearer: no need of the heap */
                scan_row(f, row, there);
            } else {
                heap_push(f, (struct reached){there, f->n_cols + row});
            }
        }
    }
}

static void search(struct flow *f, uint32_t root) {
    f->n_heap = 0;
    f->n_touched = 0;
    f->best = INT64_MAX;
    (void)reach(f, f->n_cols + root, 0, NONE);
    scan_row(f, root, 0);
    while (f->n_heap > 0 && f->heap[0].dist < f->best) {
        const struct reached r = heap_pop(f);
        if (r.dist != f->dist[r.node]) {
            continue; /* reached nearer since */
        }
        if (r.node < f->n_cols) {
            scan_col(f, r.node, r.dist);
        } else {
            scan_row(f, r.node - f->n_cols, r.dist);
        }
    }
}

/* Duals after a search: those of rows fall, those of columns rise, by how much nearer than the way
 * out they are; then forgets the search. */
static void update_duals(struct flow *f) {
    for (uint32_t i = 0; i < f->n_touched; i++) {
        const uint32_t node = f->touched[i];
        if (f->dist[node] < f->best) {
            const int64_t nearer = f->best - f->dist[node];
            f->dual[node] += node < f->n_cols ? nearer : -nearer;
        }
        f->dist[node] = INT64_MAX;
    }
}

/* ── the assignment ── */

static void use(struct flow *f, uint32_t e) {
    const uint32_t col = f->col[e];
    f->used[e] = true;
    f->prev[e] = NONE;
    f->next[e] = f->head[col];
    if (f->head[col] != NONE) {
        f->prev[f->head[col]] = e;
    }
    f->head[col] = e;
}

static void leave(struct flow *f, uint32_t e) {
    f->used[e] = false;
    if (f->prev[e] == NONE) {
        f->head[f->col[e]] = f->next[e];
    } else {
        f->next[f->prev[e]] = f->next[e];
    }
    if (f->next[e] != NONE) {
        f->prev[f->next[e]] = f->prev[e];
    }
}

/* Back from the way out to the root: edges into columns are taken, edges into rows given up. */
static void augment(struct flow *f) {
    uint32_t node = f->best_end;
    if (node < f->n_cols) {
        f->taken[node]++;
    }
    while (f->by[node] != NONE) {
        const uint32_t e = f->by[node];
        if (node < f->n_cols) {
            use(f, e);
            node = f->n_cols + f->row_of[e];
        } else {
            leave(f, e);
            node = f->col[e];
        }
    }
}

static void take_part(struct flow *f, const struct graph_edge *edges,
                      const struct graph_part *part) {
    const uint32_t n = part->end - part->first;
    const struct graph_edge *const part_edges = edges + part->first;
    f->n_rows = part->n_rows;
    f->n_cols = part->n_cols;
    uint32_t row = 0;
    for (uint32_t e = 0; e < n; e++) {
        if (e > 0 && part_edges[e].row != part_edges[e - 1].row) {
            f->row_start[++row] = e;
        }
        f->row_of[e] = row;
        f->col[e] = part_edges[e].col;
        f->gain[e] = part_edges[e].gain;
    }
    f->row_start[0] = 0;
    f->row_start[part->n_rows] = n;
    for (uint32_t i = 0; i < part->n_cols + part->n_rows; i++) {
        f->dual[i] = 0;
        f->dist[i] = INT64_MAX;
    }
    for (uint32_t c = 0; c < part->n_cols; c++) {
        f->taken[c] = 0;
        f->head[c] = NONE;
    }
    memset(f->used, 0, n * sizeof *f->used);
}

/* ── one to one: bids before searches ──
 *
 * Each row bids for its best column what makes it indifferent to its second choice (to none: 0),
 * and takes it from the row that had it, which bids in turn: the augmenting row reduction of Jonker
 * & Volgenant (1987), which leaves few rows to search for. The duals keep their invariants; only
 * the number of bids is bounded, since small raises could make it long. */

struct bid {
    uint32_t edge;  /* NONE: no column is worth it */
    int64_t first;  /* gain - q of that edge */
    int64_t second; /* of the next one; at least 0 */
};

static struct bid best_bid(const struct flow *f, uint32_t row) {
    struct bid b = {NONE, 0, 0};
    uint32_t rival = NONE;
    for (uint32_t e = f->row_start[row]; e < f->row_start[row + 1]; e++) {
        const int64_t left = f->gain[e] - f->dual[f->col[e]];
        if (left > b.first) {
            b.second = b.first;
            rival = b.edge;
            b.first = left;
            b.edge = e;
        } else if (left > b.second || (left == b.first && rival == NONE && left > 0)) {
            b.second = left;
            rival = e;
        }
    }
    const bool tie = rival != NONE && b.second == b.first;
    if (tie && f->head[f->col[b.edge]] != NONE && f->head[f->col[rival]] == NONE) {
        b.edge = rival; /* as good, and nobody has it */
    }
    return b;
}

/* Takes the column; returns the edge of the row that loses it, or NONE. */
static uint32_t take_column(struct flow *f, uint32_t row, struct bid b) {
    const uint32_t col = f->col[b.edge];
    const uint32_t loser = f->head[col];
    f->dual[col] += b.first - b.second;
    f->dual[f->n_cols + row] = b.second;
    f->head[col] = b.edge; /* lists and flags are set once the bids are over */
    return loser;
}

/* Bids of the rows listed; those that end without a column and may still get one are listed anew.
 */
static uint32_t bid_all(struct flow *f, uint32_t *rows, uint32_t n, uint64_t *bids_left) {
    uint32_t waiting = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t row =
            rows[i]; /* rows[waiting] is behind: each row taken leaves at most one waiting */
        for (;;) {
            const struct bid b = best_bid(f, row);
            if (b.edge == NONE) {
                f->dual[f->n_cols + row] = 0;
                break;
            }
            if (*bids_left == 0) {
                rows[waiting++] = row;
                break;
            }
            (*bids_left)--;
            const uint32_t loser = take_column(f, row, b);
            if (loser == NONE) {
                break;
            }
            row = f->row_of[loser];
            if (b.first == b.second) { /* no raise: bidding on at once could go round for ever */
                rows[waiting++] = row;
                break;
            }
        }
    }
    return waiting;
}

/* Lists in `waiting` the rows that are left to search for; returns how many. */
static uint32_t bid(struct flow *f) {
    enum { PASSES = 10 };
    uint64_t bids_left = (uint64_t)f->n_rows * (f->n_rows < LARGE ? BIDS : FIRST_BIDS);
    uint32_t n = f->n_rows;
    for (uint32_t row = 0; row < n; row++) {
        f->waiting[row] = row;
    }
    for (int pass = 0; pass < PASSES && n > 0; pass++) {
        n = bid_all(f, f->waiting, n, &bids_left);
    }
    return n;
}

/* Lists and flags of what the bids took. */
static void settle_bids(struct flow *f) {
    for (uint32_t col = 0; col < f->n_cols; col++) {
        const uint32_t e = f->head[col];
        if (e != NONE) {
            f->taken[col] = 1;
            f->used[e] = true;
            f->prev[e] = f->next[e] = NONE;
        }
    }
}

static bool by_auction(struct flow *f) {
    const struct auction_part part = {f->n_rows, f->n_cols, f->row_start,
                                      f->row_of, f->col,    f->gain};
    return f->n_rows >= LARGE && auction_solve(f->auction, &part, f->used);
}

/* ── the whole component ── */

static void put_in(struct flow *f, uint32_t row, uint32_t left_max) {
    int64_t p = 0;
    for (uint32_t e = f->row_start[row]; e < f->row_start[row + 1]; e++) {
        const int64_t left = f->gain[e] - f->dual[f->col[e]];
        p = left > p ? left : p;
    }
    f->dual[f->n_cols + row] = p;
    const uint32_t degree = f->row_start[row + 1] - f->row_start[row];
    for (uint32_t unit = 0; unit < left_max && unit < degree; unit++) {
        search(f, row);
        update_duals(f);
        augment(f);
    }
}

void flow_solve(struct flow *f, const struct graph_edge *edges, const struct graph_part *part,
                uint32_t left_max, uint32_t right_max, bool *used) {
    f->used = used;
    f->right_max = right_max;
    take_part(f, edges, part);
    const bool one_to_one = left_max == 1 && right_max == 1;
    const uint32_t n = one_to_one ? bid(f) : part->n_rows;
    if (one_to_one && n > 0 && by_auction(f)) {
        return;
    }
    if (one_to_one) {
        settle_bids(f);
    }
    for (uint32_t i = 0; i < n; i++) {
        put_in(f, one_to_one ? f->waiting[i] : i, left_max);
    }
}
