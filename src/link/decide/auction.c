#include "link/decide/auction.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

/* ε falls by this factor from phase to phase, and by more after a phase that was no contest. */
enum { FALL = 8 };

struct auction {
    const struct auction_part *part;
    int64_t *gain;         /* of an edge, scaled */
    int64_t *price;        /* of a column */
    int64_t *profit;       /* of a row */
    uint32_t *edge_of_row; /* NONE: alone */
    uint32_t *edge_of_col; /* NONE: alone */
    uint32_t *col_start;   /* n_cols + 2; column c of by_col: [c], [c + 1] */
    uint32_t *by_col;      /* edges, column after column */
    uint32_t *waiting;     /* ring: rows that bid, or columns alone at a price */
    uint32_t first_waiting, n_waiting, cap_waiting;
    int64_t epsilon;
};

void auction_free(struct auction *a) {
    if (a != NULL) {
        free(a->gain);
        free(a->price);
        free(a->profit);
        free(a->edge_of_row);
        free(a->edge_of_col);
        free(a->col_start);
        free(a->by_col);
        free(a->waiting);
        free(a);
    }
}

enum mln_status auction_new(uint32_t n_rows, uint32_t n_cols, uint32_t n_edges,
                            struct auction **out, struct mln_err *err) {
    const size_t rows = (size_t)n_rows + 1;
    const size_t cols = (size_t)n_cols + 1;
    const size_t n = (size_t)n_edges + 1;
    struct auction *a = calloc(1, sizeof *a);
    *out = NULL;
    if (a != NULL) {
        a->gain = malloc(n * sizeof *a->gain);
        a->price = malloc(cols * sizeof *a->price);
        a->profit = malloc(rows * sizeof *a->profit);
        a->edge_of_row = malloc(rows * sizeof *a->edge_of_row);
        a->edge_of_col = malloc(cols * sizeof *a->edge_of_col);
        a->col_start = malloc((cols + 1) * sizeof *a->col_start);
        a->by_col = malloc(n * sizeof *a->by_col);
        a->cap_waiting = (uint32_t)(rows > cols ? rows : cols);
        a->waiting = malloc(a->cap_waiting * sizeof *a->waiting);
    }
    if (a == NULL || a->gain == NULL || a->price == NULL || a->profit == NULL ||
        a->edge_of_row == NULL || a->edge_of_col == NULL || a->col_start == NULL ||
        a->by_col == NULL || a->waiting == NULL) {
        auction_free(a);
        return mln_err_nomem(err, "the assignment of links");
    }
    *out = a;
    return MLN_OK;
}

/* ── who waits: first come, first served, which shortens the contests of equal gains ── */

static void wait(struct auction *a, uint32_t who) {
    const uint32_t at = a->first_waiting + a->n_waiting++;
    a->waiting[at >= a->cap_waiting ? at - a->cap_waiting : at] = who;
}

static uint32_t next_waiting(struct auction *a) {
    const uint32_t who = a->waiting[a->first_waiting++];
    a->first_waiting = a->first_waiting == a->cap_waiting ? 0 : a->first_waiting;
    a->n_waiting--;
    return who;
}

/* ── making ready ── */

/* Scaled gains; returns the largest, 0 when they would not fit. Bits that all gains have at 0 go
 * first. */
static int64_t scale_gains(struct auction *a) {
    const struct auction_part *p = a->part;
    const uint32_t n = p->row_start[p->n_rows];
    int64_t any = 0;
    int64_t most = 0;
    for (uint32_t e = 0; e < n; e++) {
        any |= p->gain[e];
        most = p->gain[e] > most ? p->gain[e] : most;
    }
    const int shift = any == 0 ? 0 : __builtin_ctzll((unsigned long long)any);
    const int64_t factor = (int64_t)p->n_rows + 1;
    if ((most >> shift) > (INT64_MAX >> 2) / factor) {
        return 0;
    }
    for (uint32_t e = 0; e < n; e++) {
        a->gain[e] = (p->gain[e] >> shift) * factor;
    }
    return (most >> shift) * factor;
}

static void list_by_col(struct auction *a) {
    const struct auction_part *p = a->part;
    const uint32_t n = p->row_start[p->n_rows];
    memset(a->col_start, 0, ((size_t)p->n_cols + 2) * sizeof *a->col_start);
    for (uint32_t e = 0; e < n; e++) {
        a->col_start[p->col[e] + 2]++;
    }
    for (uint32_t c = 0; c < p->n_cols; c++) {
        a->col_start[c + 2] += a->col_start[c + 1];
    }
    for (uint32_t e = 0; e < n; e++) {
        a->by_col[a->col_start[p->col[e] + 1]++] = e;
    }
}

/* ── forward: rows bid ── */

/* The best column of a row at what it is worth over the second best, or over staying alone. */
static void bid(struct auction *a, uint32_t row) {
    const struct auction_part *p = a->part;
    int64_t first = 0;
    int64_t second = 0;
    uint32_t best = NONE;
    for (uint32_t e = p->row_start[row]; e < p->row_start[row + 1]; e++) {
        const int64_t value = a->gain[e] - a->price[p->col[e]];
        if (value > first) {
            second = first;
            first = value;
            best = e;
        } else if (value > second) {
            second = value;
        }
    }
    if (best == NONE) {
        a->profit[row] = 0;
        return;
    }
    const uint32_t col = p->col[best];
    const uint32_t former = a->edge_of_col[col];
    a->price[col] += first - second + a->epsilon;
    a->profit[row] = second - a->epsilon;
    a->edge_of_row[row] = best;
    a->edge_of_col[col] = best;
    if (former != NONE) {
        a->edge_of_row[p->row_of[former]] = NONE;
        wait(a, p->row_of[former]);
    }
}

/* Rows whose edge is good enough for the new ε keep it; the others bid. */
static void start_phase(struct auction *a) {
    const struct auction_part *p = a->part;
    for (uint32_t row = p->n_rows; row-- > 0;) {
        int64_t best = 0;
        for (uint32_t e = p->row_start[row]; e < p->row_start[row + 1]; e++) {
            const int64_t value = a->gain[e] - a->price[p->col[e]];
            best = value > best ? value : best;
        }
        const uint32_t mine = a->edge_of_row[row];
        if (mine != NONE && a->profit[row] < best - a->epsilon) {
            a->edge_of_col[p->col[mine]] = NONE;
            a->edge_of_row[row] = NONE;
            a->profit[row] = 0;
        }
        if (a->edge_of_row[row] == NONE && best > 0) {
            wait(a, row);
        }
    }
}

/* ── reverse: columns alone lower their price ── */

/* The row that column `col` would be worth most to takes it, at the price that makes the second one
 * indifferent; the column that the row had is alone. */
static void bid_back(struct auction *a, uint32_t col) {
    const struct auction_part *p = a->part;
    int64_t first = 0;
    int64_t second = 0;
    uint32_t best = NONE;
    for (uint32_t k = a->col_start[col]; k < a->col_start[col + 1]; k++) {
        const uint32_t e = a->by_col[k];
        const int64_t value = a->gain[e] - a->profit[p->row_of[e]];
        if (value > first) {
            second = first;
            first = value;
            best = e;
        } else if (value > second) {
            second = value;
        }
    }
    if (first <= a->epsilon) {
        a->price[col] = 0;
        return;
    }
    const uint32_t row = p->row_of[best];
    const uint32_t former = a->edge_of_row[row];
    a->price[col] = second > a->epsilon ? second - a->epsilon : 0;
    a->profit[row] = a->gain[best] - a->price[col];
    a->edge_of_row[row] = best;
    a->edge_of_col[col] = best;
    if (former != NONE) {
        a->edge_of_col[p->col[former]] = NONE;
        wait(a, p->col[former]);
    }
}

static void list_columns_alone(struct auction *a) {
    for (uint32_t col = a->part->n_cols; col-- > 0;) {
        if (a->edge_of_col[col] == NONE && a->price[col] > 0) {
            wait(a, col);
        }
    }
}

/* ── the whole ── */

static void start(struct auction *a) {
    const struct auction_part *p = a->part;
    memset(a->price, 0, p->n_cols * sizeof *a->price);
    memset(a->profit, 0, p->n_rows * sizeof *a->profit);
    memset(a->edge_of_row, 0xFF, p->n_rows * sizeof *a->edge_of_row);
    memset(a->edge_of_col, 0xFF, p->n_cols * sizeof *a->edge_of_col);
    a->first_waiting = a->n_waiting = 0;
    list_by_col(a);
}

/* One ε; true when rows hardly contested: at most 5 bids for 2 that had to bid. */
static bool phase(struct auction *a) {
    start_phase(a);
    const uint64_t at_start = a->n_waiting;
    uint64_t bids = 0;
    for (; a->n_waiting > 0; bids++) {
        bid(a, next_waiting(a));
    }
    list_columns_alone(a);
    while (a->n_waiting > 0) {
        bid_back(a, next_waiting(a));
    }
    return 2 * bids <= 5 * at_start;
}

bool auction_solve(struct auction *a, const struct auction_part *part, bool *used) {
    a->part = part;
    const int64_t most = scale_gains(a);
    if (most == 0) {
        return false;
    }
    start(a);
    int64_t fall = FALL;
    a->epsilon = most / FALL > 0 ? most / FALL : 1;
    for (bool last = false; !last;) {
        last = a->epsilon == 1;
        const bool calm = phase(a);
        fall = calm && fall < INT64_MAX / FALL ? fall * FALL : FALL;
        a->epsilon = a->epsilon > fall ? a->epsilon / fall : 1;
    }
    for (uint32_t row = 0; row < part->n_rows; row++) {
        if (a->edge_of_row[row] != NONE) {
            used[a->edge_of_row[row]] = true;
        }
    }
    return true;
}
