/* Two walks for strongly connected components (Tarjan, SIAM J. Comput. 1(2), 1972), written without
 * recursion: one over moves alone finds cycles and residents, one over all ties gives an order in
 * which the hosts of everything reachable are known before they are needed. */
#include "chain/hosts.h"

#include <stdlib.h>

#define NONE UINT32_MAX

/* Neighbours of node i are to[start[i]] … to[start[i + 1] - 1]. */
struct graph {
    uint32_t n;
    uint32_t *start;
    uint32_t *to;
};

/* Components numbered so that a component comes after all those it leads to. */
struct components {
    uint32_t n;
    uint32_t *of;      /* node → component */
    uint32_t *members; /* nodes, grouped by component */
    uint32_t *start;   /* n + 1 */
};

static int by_value(const void *a, const void *b) {
    const int64_t x = *(const int64_t *)a;
    const int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int by_node(const void *a, const void *b) {
    const uint32_t x = *(const uint32_t *)a;
    const uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static uint32_t position(const int64_t *sorted, uint32_t n, int64_t value) {
    uint32_t low = 0;
    while (low < n) {
        const uint32_t mid = low + (n - low) / 2;
        if (sorted[mid] < value) {
            low = mid + 1;
        } else {
            n = mid;
        }
    }
    return low;
}

static uint32_t *new_nodes(struct mln_arena *arena, size_t n) {
    return MLN_ARENA_NEW(arena, uint32_t, n == 0 ? 1 : n);
}

static enum mln_status affaires_of(struct mln_arena *arena, const struct mln_tie *ties,
                                   size_t n_ties, int64_t **ids, uint32_t *n_ids,
                                   struct mln_err *err) {
    if (n_ties > NONE / 4) {
        return mln_err_set(err, MLN_BAD_INPUT, "lien_affaire: more than %u ties", NONE / 4);
    }
    int64_t *all = MLN_ARENA_NEW(arena, int64_t, 2 * n_ties + 1);
    if (all == NULL) {
        return mln_err_nomem(err, "the affaires of ties");
    }
    for (size_t i = 0; i < n_ties; i++) {
        all[2 * i] = ties[i].from;
        all[2 * i + 1] = ties[i].to;
    }
    qsort(all, 2 * n_ties, sizeof *all, by_value);
    uint32_t n = 0;
    for (size_t i = 0; i < 2 * n_ties; i++) {
        if (n == 0 || all[n - 1] != all[i]) {
            all[n++] = all[i];
        }
    }
    *ids = all;
    *n_ids = n;
    return MLN_OK;
}

/* The graph of the ties of one kind, or of all (`only_moves` false). */
static enum mln_status graph_build(struct mln_arena *arena, const struct mln_tie *ties,
                                   size_t n_ties, const int64_t *ids, uint32_t n_ids,
                                   bool only_moves, struct graph *g, struct mln_err *err) {
    *g = (struct graph){n_ids, new_nodes(arena, (size_t)n_ids + 2), new_nodes(arena, n_ties)};
    if (g->start == NULL || g->to == NULL) {
        return mln_err_nomem(err, "the graph of ties");
    }
    for (size_t i = 0; i < n_ties; i++) {
        if (ties[i].kind == MLN_TIE_MOVE || !only_moves) {
            g->start[position(ids, n_ids, ties[i].from) + 2]++;
        }
    }
    for (uint32_t i = 2; i <= n_ids + 1; i++) {
        g->start[i] += g->start[i - 1];
    }
    for (size_t i = 0; i < n_ties; i++) { /* start[i + 1] runs from the beginning of i to its end */
        if (ties[i].kind == MLN_TIE_MOVE || !only_moves) {
            const uint32_t from = position(ids, n_ids, ties[i].from);
            g->to[g->start[from + 1]++] = position(ids, n_ids, ties[i].to);
        }
    }
    return MLN_OK;
}

struct walk {
    uint32_t *index, *low; /* of discovery; NONE: not yet seen */
    uint32_t *next;        /* the next neighbour to look at */
    uint32_t *open;        /* stack of nodes whose component is not closed */
    uint32_t *path;        /* stack of the walk */
    uint32_t n_open, n_path, n_seen, n_placed;
};

static void walk_enter(struct walk *w, const struct graph *g, uint32_t node) {
    w->index[node] = w->low[node] = w->n_seen++;
    w->next[node] = g->start[node];
    w->open[w->n_open++] = node;
    w->path[w->n_path++] = node;
}

static void walk_close(struct walk *w, struct components *out, uint32_t root) {
    uint32_t node = NONE;
    out->start[out->n] = w->n_placed;
    do {
        node = w->open[--w->n_open];
        out->of[node] = out->n;
        out->members[w->n_placed++] = node;
    } while (node != root);
    out->n++;
}

static void walk_from(struct walk *w, const struct graph *g, struct components *out,
                      uint32_t root) {
    walk_enter(w, g, root);
    while (w->n_path > 0) {
        const uint32_t node = w->path[w->n_path - 1];
        if (w->next[node] < g->start[node + 1]) {
            const uint32_t to = g->to[w->next[node]++];
            if (w->index[to] == NONE) {
                walk_enter(w, g, to);
            } else if (out->of[to] == NONE && w->index[to] < w->low[node]) {
                w->low[node] = w->index[to];
            }
            continue;
        }
        w->n_path--;
        if (w->n_path > 0 && w->low[node] < w->low[w->path[w->n_path - 1]]) {
            w->low[w->path[w->n_path - 1]] = w->low[node];
        }
        if (w->low[node] == w->index[node]) {
            walk_close(w, out, node);
        }
    }
}

static enum mln_status components_find(struct mln_arena *arena, const struct graph *g,
                                       struct components *out, struct mln_err *err) {
    const size_t n = g->n;
    *out =
        (struct components){0, new_nodes(arena, n), new_nodes(arena, n), new_nodes(arena, n + 1)};
    struct walk w = {new_nodes(arena, n),
                     new_nodes(arena, n),
                     new_nodes(arena, n),
                     new_nodes(arena, n),
                     new_nodes(arena, n),
                     0,
                     0,
                     0,
                     0};
    if (out->of == NULL || out->members == NULL || out->start == NULL || w.index == NULL ||
        w.low == NULL || w.next == NULL || w.open == NULL || w.path == NULL) {
        return mln_err_nomem(err, "the cycles of ties");
    }
    for (size_t i = 0; i < n; i++) {
        w.index[i] = out->of[i] = NONE;
    }
    for (uint32_t i = 0; i < g->n; i++) {
        if (w.index[i] == NONE) {
            walk_from(&w, g, out, i);
        }
    }
    out->start[out->n] = w.n_placed;
    return MLN_OK;
}

/* resident[node]: no move leads out of its component of moves. Counts the cycles. */
static enum mln_status residents_find(struct mln_arena *arena, const struct graph *moves,
                                      bool **resident, struct mln_hosts *counts,
                                      struct mln_err *err) {
    struct components c;
    MLN_TRY(components_find(arena, moves, &c, err));
    *resident = MLN_ARENA_NEW(arena, bool, (size_t)moves->n + 1);
    if (*resident == NULL) {
        return mln_err_nomem(err, "the hosts of affaires");
    }
    for (uint32_t k = 0; k < c.n; k++) {
        bool stays = true, cycle = false;
        for (uint32_t m = c.start[k]; m < c.start[k + 1]; m++) {
            const uint32_t node = c.members[m];
            for (uint32_t e = moves->start[node]; e < moves->start[node + 1]; e++) {
                cycle = cycle || c.of[moves->to[e]] == k;
                stays = stays && c.of[moves->to[e]] == k;
            }
        }
        for (uint32_t m = c.start[k]; m < c.start[k + 1]; m++) {
            (*resident)[c.members[m]] = stays;
        }
        counts->n_cycles += cycle;
        counts->n_in_cycle += cycle ? c.start[k + 1] - c.start[k] : 0;
    }
    return MLN_OK;
}

/* The hosts of each component of all ties, as runs of one list. */
struct host_sets {
    uint32_t *node; /* grown by doubling, at most max */
    size_t n, cap, max;
    size_t *start; /* component → its run */
    size_t *end;
    struct mln_arena *arena;
};

static enum mln_status sets_reserve(struct host_sets *s, size_t extra, struct mln_err *err) {
    if (extra > s->max || s->n > s->max - extra) {
        return mln_err_set(
            err, MLN_BAD_INPUT,
            "lien_affaire: the ties lead to more than %zu pairs of an affaire and its "
            "host; look for an affaire with a great many disjonctions",
            s->max);
    }
    if (s->n + extra <= s->cap) {
        return MLN_OK;
    }
    const size_t cap = 2 * (s->n + extra);
    uint32_t *grown = new_nodes(s->arena, cap);
    if (grown == NULL) {
        return mln_err_nomem(err, "the hosts of affaires");
    }
    if (s->n > 0) {
        memcpy(grown, s->node, s->n * sizeof *grown);
    }
    s->node = grown;
    s->cap = cap;
    return MLN_OK;
}

/* Its own residents and the hosts of the components it leads to, sorted, each once. */
static enum mln_status set_build(struct host_sets *s, const struct graph *g,
                                 const struct components *c, uint32_t k, const bool *resident,
                                 uint32_t *seen_by, struct mln_err *err) {
    const size_t first = s->n;
    for (uint32_t m = c->start[k]; m < c->start[k + 1]; m++) {
        const uint32_t node = c->members[m];
        if (resident[node]) {
            MLN_TRY(sets_reserve(s, 1, err));
            s->node[s->n++] = node;
        }
        for (uint32_t e = g->start[node]; e < g->start[node + 1]; e++) {
            const uint32_t next = c->of[g->to[e]];
            if (next == k || seen_by[next] == k) {
                continue;
            }
            seen_by[next] = k;
            MLN_TRY(sets_reserve(s, s->end[next] - s->start[next], err));
            for (size_t i = s->start[next]; i < s->end[next]; i++) {
                s->node[s->n++] = s->node[i];
            }
        }
    }
    qsort(s->node + first, s->n - first, sizeof *s->node, by_node);
    size_t kept = first;
    for (size_t i = first; i < s->n; i++) {
        if (kept == first || s->node[kept - 1] != s->node[i]) {
            s->node[kept++] = s->node[i];
        }
    }
    s->start[k] = first;
    s->end[k] = s->n = kept;
    return MLN_OK;
}

static enum mln_status sets_find(struct mln_arena *arena, const struct graph *g,
                                 const struct components *c, const bool *resident, size_t max,
                                 struct host_sets *s, struct mln_err *err) {
    uint32_t *seen_by = new_nodes(arena, c->n);
    *s = (struct host_sets){.max = max,
                            .start = MLN_ARENA_NEW(arena, size_t, (size_t)c->n + 1),
                            .end = MLN_ARENA_NEW(arena, size_t, (size_t)c->n + 1),
                            .arena = arena};
    if (seen_by == NULL || s->start == NULL || s->end == NULL) {
        return mln_err_nomem(err, "the hosts of affaires");
    }
    for (uint32_t k = 0; k < c->n; k++) {
        seen_by[k] = NONE;
    }
    for (uint32_t k = 0; k < c->n; k++) {
        MLN_TRY(set_build(s, g, c, k, resident, seen_by, err));
    }
    return MLN_OK;
}

/* `ids` ascend and so do the nodes of a set: the pairs come out sorted. */
static enum mln_status pairs_write(struct mln_arena *arena, const int64_t *ids, uint32_t n_ids,
                                   const struct components *c, const struct host_sets *s,
                                   struct mln_hosts *out, struct mln_err *err) {
    size_t n_pairs = 0;
    for (uint32_t i = 0; i < n_ids; i++) {
        n_pairs += s->end[c->of[i]] - s->start[c->of[i]];
        if (n_pairs > s->max) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "lien_affaire: the ties lead to more than %zu pairs of an affaire "
                               "and its host; look for long rings of ties",
                               s->max);
        }
    }
    out->pairs = MLN_ARENA_NEW(arena, struct mln_host, n_pairs + 1);
    if (out->pairs == NULL) {
        return mln_err_nomem(err, "the hosts of affaires");
    }
    for (uint32_t i = 0; i < n_ids; i++) {
        const size_t first = s->start[c->of[i]];
        const size_t end = s->end[c->of[i]];
        for (size_t j = first; j < end; j++) {
            out->pairs[out->n_pairs++] = (struct mln_host){ids[i], ids[s->node[j]]};
        }
        out->n_moved += end - first != 1 || s->node[first] != i;
    }
    return MLN_OK;
}

enum mln_status mln_hosts_find(struct mln_arena *arena, const struct mln_tie *ties, size_t n_ties,
                               size_t max_pairs, struct mln_hosts *out, struct mln_err *err) {
    *out = (struct mln_hosts){0};
    int64_t *ids = NULL;
    uint32_t n_ids = 0;
    MLN_TRY(affaires_of(arena, ties, n_ties, &ids, &n_ids, err));
    out->n_affaires = n_ids;

    struct graph moves, all;
    bool *resident = NULL;
    MLN_TRY(graph_build(arena, ties, n_ties, ids, n_ids, true, &moves, err));
    MLN_TRY(residents_find(arena, &moves, &resident, out, err));

    struct components c;
    struct host_sets sets;
    MLN_TRY(graph_build(arena, ties, n_ties, ids, n_ids, false, &all, err));
    MLN_TRY(components_find(arena, &all, &c, err));
    MLN_TRY(sets_find(arena, &all, &c, resident, max_pairs, &sets, err));
    return pairs_write(arena, ids, n_ids, &c, &sets, out, err);
}
