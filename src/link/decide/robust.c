/* Clusters that resist chaining: mean-link agglomeration, exact, on sparse edges.
 *
 * With T = Σ (log-odds - absent) over the edges between two clusters of a and b records, the mean
 * log-odds between them, an absent pair counting `absent`, is T / (a b) + absent. Clusters without
 * an edge between them have T = 0 and never merge. So each *tie* (two clusters, T) is ranked by T /
 * (a b), kept as exact integers.
 *
 * A tie stands in the heap of one of its two clusters, its owner, ranked by T / b, b being the size
 * of the other: when the owner grows, the order in its heap stays. When the other grows the rank
 * only falls: it is mended when the tie comes to the top. A second heap holds the owners by their
 * best tie. The cluster with more ties survives a merge and takes the other's ties over. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "link/decide/cluster.h"
#include "link/decide/graph.h"
#include "link/decide/sets.h"

#define NONE UINT32_MAX

/* Clang and gcc have it; ISO C does not: T of 2^62 times a size of 2^32. */
__extension__ typedef __int128 wide;

struct tie {
    double rank;               /* t / ranked_at, rounded: settles nearly every comparison */
    int64_t t;                 /* Σ (log-odds - absent), 2^-20 */
    uint32_t end[2];           /* clusters */
    uint32_t next[2], prev[2]; /* in the list of each end: tie × 2 + side */
    uint32_t owner;            /* NONE: in no heap */
    uint32_t ranked_at;        /* size of the other end when it was ranked */
    uint32_t child, sibling,
        before;       /* pairing heap: first child, next sibling, previous or parent */
    uint32_t chained; /* next in its bucket of the table of ends */
};

struct robust {
    struct tie *ties;
    uint32_t n_ties;
    uint32_t *bucket; /* of hashed ends; a power of 2 */
    uint32_t mask;
    /* of clusters, by the record that names them inside (not always the lowest) */
    uint32_t *size, *lowest, *list, *degree,
        *best;    /* list: first tie × 2 + side; best: root of the heap */
    double *rank; /* of the best tie of a cluster: its rank / size of the cluster */
    uint32_t *owners,
        *place; /* heap of clusters that own ties, and where each stands (NONE: not) */
    uint32_t n_owners;
    uint32_t *stack;   /* scratch of heap melds */
    int64_t absent;    /* 2^-20, ≤ 0 */
    uint32_t *cluster; /* the caller's: sets of records */
};

static uint32_t other_end(const struct tie *tie, uint32_t cluster) {
    return tie->end[0] == cluster ? tie->end[1] : tie->end[0];
}

/* ── which tie is better ── */

/* Ranks are positive quotients, each within a few 2^-53 of the truth: further apart than 2^-40 of
 * themselves, they are in the true order. */
static bool clearly_apart(double x, double y) {
    return fabs(x - y) > 0x1p-40 * fabs(x);
}

/* Within one owner: higher T / size of the other; then the lower other record. */
static bool better_in_heap(const struct robust *r, uint32_t a, uint32_t b) {
    const struct tie *x = &r->ties[a];
    const struct tie *y = &r->ties[b];
    if (clearly_apart(x->rank, y->rank)) {
        return x->rank > y->rank;
    }
    const wide left = (wide)x->t * y->ranked_at;
    const wide right = (wide)y->t * x->ranked_at;
    if (left != right) {
        return left > right;
    }
    return r->lowest[other_end(x, x->owner)] < r->lowest[other_end(y, y->owner)];
}

/* Between owners: higher T / (a b); then the lower records, lower one first. */
static bool better_owner(const struct robust *r, uint32_t a, uint32_t b) {
    if (clearly_apart(r->rank[a], r->rank[b])) {
        return r->rank[a] > r->rank[b];
    }
    const struct tie *x = &r->ties[r->best[a]];
    const struct tie *y = &r->ties[r->best[b]];
    const wide left = (wide)x->t * ((wide)r->size[b] * y->ranked_at);
    const wide right = (wide)y->t * ((wide)r->size[a] * x->ranked_at);
    if (left != right) {
        return left > right;
    }
    const uint32_t xa = r->lowest[x->end[0]], xb = r->lowest[x->end[1]];
    const uint32_t ya = r->lowest[y->end[0]], yb = r->lowest[y->end[1]];
    const uint32_t x_low = xa < xb ? xa : xb, x_high = xa < xb ? xb : xa;
    const uint32_t y_low = ya < yb ? ya : yb, y_high = ya < yb ? yb : ya;
    return x_low != y_low ? x_low < y_low : x_high < y_high;
}

/* ── an owner's heap (pairing heap: Fredman, Sedgewick, Sleator & Tarjan 1986) ── */

static uint32_t meld(struct robust *r, uint32_t a, uint32_t b) {
    if (a == NONE || b == NONE) {
        return a == NONE ? b : a;
    }
    const uint32_t top = better_in_heap(r, b, a) ? b : a;
    const uint32_t below = top == a ? b : a;
    struct tie *const t = &r->ties[top];
    struct tie *const c = &r->ties[below];
    c->sibling = t->child;
    c->before = top;
    if (t->child != NONE) {
        r->ties[t->child].before = below;
    }
    t->child = below;
    t->sibling = t->before = NONE;
    return top;
}

/* The children of a removed root, melded in pairs from the left, then from the right. */
static uint32_t meld_children(struct robust *r, uint32_t first) {
    uint32_t n = 0;
    while (first != NONE) {
        const uint32_t a = first;
        const uint32_t b = r->ties[a].sibling;
        first = b == NONE ? NONE : r->ties[b].sibling;
        r->ties[a].sibling = r->ties[a].before = NONE;
        if (b != NONE) {
            r->ties[b].sibling = r->ties[b].before = NONE;
        }
        r->stack[n++] = meld(r, a, b);
    }
    uint32_t root = NONE;
    while (n > 0) {
        root = meld(r, r->stack[--n], root);
    }
    return root;
}

static void heap_remove(struct robust *r, uint32_t tie) {
    struct tie *const t = &r->ties[tie];
    const uint32_t owner = t->owner;
    const uint32_t below = meld_children(r, t->child);
    t->child = NONE;
    if (r->best[owner] == tie) {
        r->best[owner] = below;
    } else {
        struct tie *const b = &r->ties[t->before];
        if (b->child == tie) {
            b->child = t->sibling;
        } else {
            b->sibling = t->sibling;
        }
        if (t->sibling != NONE) {
            r->ties[t->sibling].before = t->before;
        }
        t->sibling = t->before = NONE;
        r->best[owner] = meld(r, r->best[owner], below);
    }
    t->owner = NONE;
}

static void heap_add(struct robust *r, uint32_t tie, uint32_t owner) {
    struct tie *const t = &r->ties[tie];
    t->owner = owner;
    t->child = t->sibling = t->before = NONE;
    t->ranked_at = r->size[other_end(t, owner)];
    t->rank = (double)t->t / t->ranked_at;
    r->best[owner] = meld(r, r->best[owner], tie);
}

/* ── the heap of owners ── */

static void put_owner(struct robust *r, uint32_t at, uint32_t cluster) {
    r->owners[at] = cluster;
    r->place[cluster] = at;
}

/* Moves the owner at `at` up or down to where it belongs. */
static void settle(struct robust *r, uint32_t at) {
    const uint32_t cluster = r->owners[at];
    while (at > 0 && better_owner(r, cluster, r->owners[(at - 1) / 2])) {
        put_owner(r, at, r->owners[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= r->n_owners) {
            break;
        }
        if (child + 1 < r->n_owners && better_owner(r, r->owners[child + 1], r->owners[child])) {
            child++;
        }
        if (!better_owner(r, r->owners[child], cluster)) {
            break;
        }
        put_owner(r, at, r->owners[child]);
        at = child;
    }
    put_owner(r, at, cluster);
}

/* To be called for a cluster whose heap or size changed. While it is called, all others are right.
 */
static void renew_owner(struct robust *r, uint32_t cluster) {
    const uint32_t at = r->place[cluster];
    if (r->best[cluster] != NONE) {
        r->rank[cluster] = r->ties[r->best[cluster]].rank / r->size[cluster];
        if (at == NONE) {
            put_owner(r, r->n_owners++, cluster);
            settle(r, r->n_owners - 1);
        } else {
            settle(r, at);
        }
    } else if (at != NONE) {
        r->place[cluster] = NONE;
        const uint32_t last = r->owners[--r->n_owners];
        if (last != cluster) {
            put_owner(r, at, last);
            settle(r, at);
        }
    }
}

/* ── ties by their ends ── */

static uint32_t bucket_of(const struct robust *r, uint32_t a, uint32_t b) {
    const uint64_t low = a < b ? a : b;
    const uint64_t high = a < b ? b : a;
    const uint64_t h = (low << 32 | high) * 0x9E3779B97F4A7C15U;
    return (uint32_t)(h >> 32) & r->mask;
}

static uint32_t find_tie(const struct robust *r, uint32_t a, uint32_t b) {
    uint32_t tie = r->bucket[bucket_of(r, a, b)];
    while (tie != NONE && !((r->ties[tie].end[0] == a && r->ties[tie].end[1] == b) ||
                            (r->ties[tie].end[0] == b && r->ties[tie].end[1] == a))) {
        tie = r->ties[tie].chained;
    }
    return tie;
}

static void table_add(struct robust *r, uint32_t tie) {
    uint32_t *const head = &r->bucket[bucket_of(r, r->ties[tie].end[0], r->ties[tie].end[1])];
    r->ties[tie].chained = *head;
    *head = tie;
}

static void table_remove(struct robust *r, uint32_t tie) {
    uint32_t *at = &r->bucket[bucket_of(r, r->ties[tie].end[0], r->ties[tie].end[1])];
    while (*at != tie) {
        at = &r->ties[*at].chained;
    }
    *at = r->ties[tie].chained;
}

/* ── lists of a cluster's ties ── */

static void list_add(struct robust *r, uint32_t tie, unsigned side) {
    struct tie *const t = &r->ties[tie];
    const uint32_t cluster = t->end[side];
    const uint32_t first = r->list[cluster];
    t->next[side] = first;
    t->prev[side] = NONE;
    if (first != NONE) {
        r->ties[first / 2].prev[first % 2] = tie * 2 + side;
    }
    r->list[cluster] = tie * 2 + side;
    r->degree[cluster]++;
}

static void list_remove(struct robust *r, uint32_t tie, unsigned side) {
    const struct tie *t = &r->ties[tie];
    const uint32_t next = t->next[side];
    const uint32_t prev = t->prev[side];
    if (prev == NONE) {
        r->list[t->end[side]] = next;
    } else {
        r->ties[prev / 2].next[prev % 2] = next;
    }
    if (next != NONE) {
        r->ties[next / 2].prev[next % 2] = prev;
    }
    r->degree[t->end[side]]--;
}

/* ── merging ── */

/* The end with more ties: its own growth leaves its heap in order. */
static uint32_t owner_of(const struct robust *r, uint32_t tie) {
    const uint32_t a = r->ties[tie].end[0];
    const uint32_t b = r->ties[tie].end[1];
    if (r->degree[a] != r->degree[b]) {
        return r->degree[a] > r->degree[b] ? a : b;
    }
    return r->lowest[a] < r->lowest[b] ? a : b;
}

static void take_out(struct robust *r, uint32_t tie) {
    const uint32_t owner = r->ties[tie].owner;
    if (owner != NONE) {
        heap_remove(r, tie);
        renew_owner(r, owner);
    }
}

static void put_in(struct robust *r, uint32_t tie) {
    if (r->ties[tie].t > 0) { /* others can never merge, but still count when ties are joined */
        const uint32_t owner = owner_of(r, tie);
        heap_add(r, tie, owner);
        renew_owner(r, owner);
    }
}

/* The tie of `gone` with a third cluster becomes one of `kept` with it. */
static void move_tie(struct robust *r, uint32_t tie, unsigned side, uint32_t kept) {
    const uint32_t third = r->ties[tie].end[1 - side];
    take_out(r, tie);
    table_remove(r, tie);
    list_remove(r, tie, side);
    const uint32_t same = find_tie(r, kept, third);
    if (same != NONE) {
        take_out(r, same);
        r->ties[same].t += r->ties[tie].t;
        list_remove(r, tie, 1 - side);
        put_in(r, same);
        return;
    }
    r->ties[tie].end[side] = kept;
    table_add(r, tie);
    list_add(r, tie, side);
    put_in(r, tie);
}

static void merge(struct robust *r, uint32_t tie) {
    const uint32_t a = r->ties[tie].end[0];
    const uint32_t b = r->ties[tie].end[1];
    const bool keep_a =
        r->degree[a] != r->degree[b] ? r->degree[a] > r->degree[b] : r->lowest[a] < r->lowest[b];
    const uint32_t kept = keep_a ? a : b;
    const uint32_t gone = keep_a ? b : a;
    take_out(r, tie);
    table_remove(r, tie);
    list_remove(r, tie, 0);
    list_remove(r, tie, 1);
    r->size[kept] += r->size[gone];
    r->lowest[kept] = sets_join(r->cluster, r->lowest[kept], r->lowest[gone]);
    renew_owner(r, kept);
    while (r->list[gone] != NONE) {
        move_tie(r, r->list[gone] / 2, r->list[gone] % 2, kept);
    }
}

/* Merges best first while the mean is above 0. */
static void agglomerate(struct robust *r) {
    while (r->n_owners > 0) {
        const uint32_t owner = r->owners[0];
        const uint32_t tie = r->best[owner];
        const uint32_t other = other_end(&r->ties[tie], owner);
        if (r->ties[tie].ranked_at != r->size[other]) { /* it grew: rank the tie anew */
            heap_remove(r, tie);
            heap_add(r, tie, owner);
            renew_owner(r, owner);
            continue;
        }
        const wide pairs = (wide)r->size[owner] * r->size[other];
        if ((wide)r->ties[tie].t + pairs * r->absent <= 0) {
            return; /* the best of all is no gain */
        }
        merge(r, tie);
    }
}

/* ── setting up ── */

static void robust_release(struct robust *r) {
    free(r->ties);
    free(r->bucket);
    free(r->size);
    free(r->lowest);
    free(r->list);
    free(r->degree);
    free(r->best);
    free(r->rank);
    free(r->owners);
    free(r->place);
    free(r->stack);
}

static enum mln_status robust_init(struct robust *r, size_t n_edges, uint32_t n_records,
                                   struct mln_err *err) {
    *r = (struct robust){0};
    size_t buckets = 16;
    while (buckets < n_edges) {
        buckets *= 2;
    }
    const size_t n = (size_t)n_records + 1;
    r->mask = (uint32_t)(buckets - 1);
    r->ties = malloc((n_edges + 1) * sizeof *r->ties);
    r->bucket = malloc(buckets * sizeof *r->bucket);
    r->size = malloc(n * sizeof *r->size);
    r->lowest = malloc(n * sizeof *r->lowest);
    r->list = malloc(n * sizeof *r->list);
    r->degree = malloc(n * sizeof *r->degree);
    r->best = malloc(n * sizeof *r->best);
    r->rank = malloc(n * sizeof *r->rank);
    r->owners = malloc(n * sizeof *r->owners);
    r->place = malloc(n * sizeof *r->place);
    r->stack = malloc((n_edges + 1) * sizeof *r->stack);
    if (r->ties == NULL || r->bucket == NULL || r->size == NULL || r->lowest == NULL ||
        r->list == NULL || r->degree == NULL || r->best == NULL || r->rank == NULL ||
        r->owners == NULL || r->place == NULL || r->stack == NULL) {
        robust_release(r);
        return mln_err_nomem(err, "the clusters");
    }
    memset(r->bucket, 0xFF, buckets * sizeof *r->bucket);
    for (uint32_t i = 0; i < n_records; i++) {
        r->size[i] = 1;
        r->lowest[i] = i;
        r->degree[i] = 0;
        r->list[i] = r->best[i] = r->place[i] = NONE;
    }
    return MLN_OK;
}

/* In 2^-20, within ±2^10: sums over 2^32 edges fit 63 bits. */
static int64_t log_odds(double log2_odds) {
    return (int64_t)llround(ldexp(fmax(fmin(log2_odds, 1024), -1024), 20));
}

/* Edges of a pair given twice: the better one counts. A record is not tied to itself. */
static void read_ties(struct robust *r, const struct mln_edges *edges) {
    for (size_t e = 0; e < edges->n; e++) {
        const uint32_t a = edges->left[e];
        const uint32_t b = edges->right[e];
        const int64_t t = log_odds(edges->gain[e]) - r->absent;
        const uint32_t same = a == b ? NONE : find_tie(r, a, b);
        if (same != NONE) {
            r->ties[same].t = t > r->ties[same].t ? t : r->ties[same].t;
        } else if (a != b) {
            const uint32_t tie = r->n_ties++;
            r->ties[tie] = (struct tie){.t = t, .end = {a, b}, .owner = NONE};
            table_add(r, tie);
            list_add(r, tie, 0);
            list_add(r, tie, 1);
        }
    }
    for (uint32_t tie = 0; tie < r->n_ties; tie++) {
        if (r->ties[tie].t > 0) {
            heap_add(r, tie, owner_of(r, tie));
        }
    }
}

enum mln_status mln_cluster_robust(const struct mln_edges *edges,
                                   const struct mln_cluster_options *options, uint32_t *cluster,
                                   struct mln_err *err) {
    if (!(options->absent_log2 <= 0)) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "clusters: the log-odds of a pair that no rule made must be 0 or less");
    }
    MLN_TRY(graph_check(edges, options->n_records, options->n_records, err));
    if (edges->n > UINT32_MAX / 2 - 1) {
        return mln_err_set(err, MLN_BAD_INPUT, "clusters: %zu links are too many; raise keep_from",
                           edges->n);
    }
    struct robust r;
    MLN_TRY(robust_init(&r, edges->n, options->n_records, err));
    r.absent = log_odds(options->absent_log2);
    r.cluster = cluster;
    sets_init(cluster, options->n_records);
    read_ties(&r, edges);
    for (uint32_t i = 0; i < options->n_records; i++) {
        renew_owner(&r, i);
    }
    agglomerate(&r);
    robust_release(&r);
    for (uint32_t i = 0; i < options->n_records; i++) {
        cluster[i] = cluster[cluster[i]];
    }
    return MLN_OK;
}
