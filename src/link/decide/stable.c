/* Names of clusters that stay from one run to the next, and what changed. */
#include <stdlib.h>
#include <string.h>

#include "link/decide/cluster.h"

#define NEW_RECORD UINT64_MAX

/* Records that a new cluster and a former one share. */
struct share {
    uint64_t former;  /* NEW_RECORD: records that had no name */
    uint32_t cluster; /* its lowest record */
    uint32_t records;
    uint32_t named; /* index of the former name in `formers` */
};

struct former {
    uint64_t name;
    uint32_t records; /* of today's records */
    bool given;
};

struct stable {
    struct share *shares; /* by cluster, then former name */
    size_t n_shares;
    struct share **order;   /* best first */
    struct former *formers; /* by name */
    size_t n_formers;
    uint64_t *name_of; /* of a cluster, at its lowest record; NEW_RECORD: none yet */
    struct mln_cluster_event *events;
    size_t cap_events, n_events;
};

static int by_cluster_then_former(const void *a, const void *b) {
    const struct share *x = a;
    const struct share *y = b;
    if (x->cluster != y->cluster) {
        return x->cluster < y->cluster ? -1 : 1;
    }
    return (x->former > y->former) - (x->former < y->former);
}

static int by_name(const void *a, const void *b) {
    const uint64_t x = ((const struct former *)a)->name;
    const uint64_t y = ((const struct former *)b)->name;
    return (x > y) - (x < y);
}

static int best_first(const void *a, const void *b) {
    const struct share *x = *(struct share *const *)a;
    const struct share *y = *(struct share *const *)b;
    if (x->records != y->records) {
        return x->records > y->records ? -1 : 1;
    }
    if (x->former != y->former) {
        return x->former < y->former ? -1 : 1;
    }
    return (x->cluster > y->cluster) - (x->cluster < y->cluster);
}

/* One share a record, sorted and merged; formers counted. */
static void count_shares(struct stable *s, const uint32_t *cluster, const uint64_t *former,
                         uint32_t n_records) {
    for (uint32_t i = 0; i < n_records; i++) {
        s->shares[i] = (struct share){former[i], cluster[i], 1, 0};
        if (former[i] != NEW_RECORD) {
            s->formers[s->n_formers++] = (struct former){former[i], 1, false};
        }
    }
    qsort(s->shares, n_records, sizeof *s->shares, by_cluster_then_former);
    for (uint32_t i = 0; i < n_records; i++) {
        struct share *const last = s->n_shares > 0 ? &s->shares[s->n_shares - 1] : NULL;
        if (last != NULL && by_cluster_then_former(last, &s->shares[i]) == 0) {
            last->records++;
        } else {
            s->shares[s->n_shares++] = s->shares[i];
        }
    }
    qsort(s->formers, s->n_formers, sizeof *s->formers, by_name);
    size_t kept = 0;
    for (size_t i = 0; i < s->n_formers; i++) {
        if (kept > 0 && s->formers[kept - 1].name == s->formers[i].name) {
            s->formers[kept - 1].records++;
        } else {
            s->formers[kept++] = s->formers[i];
        }
    }
    s->n_formers = kept;
}

static uint32_t index_of(const struct stable *s, uint64_t name) {
    const struct former key = {name, 0, false};
    const struct former *found =
        bsearch(&key, s->formers, s->n_formers, sizeof *s->formers, by_name);
    return (uint32_t)(found - s->formers);
}

/* Former names go where most of their records went, the largest shares first; the rest is fresh. */
static void give_names(struct stable *s, uint64_t *next_name) {
    size_t n = 0;
    for (size_t i = 0; i < s->n_shares; i++) {
        s->name_of[s->shares[i].cluster] = NEW_RECORD;
        if (s->shares[i].former != NEW_RECORD) {
            s->shares[i].named = index_of(s, s->shares[i].former);
            s->order[n++] = &s->shares[i];
        }
    }
    qsort(s->order, n, sizeof *s->order, best_first);
    for (size_t i = 0; i < n; i++) {
        struct former *const f = &s->formers[s->order[i]->named];
        if (!f->given && s->name_of[s->order[i]->cluster] == NEW_RECORD) {
            f->given = true;
            s->name_of[s->order[i]->cluster] = f->name;
        }
    }
    for (size_t i = 0; i < s->n_shares; i++) {
        if (s->name_of[s->shares[i].cluster] == NEW_RECORD) {
            s->name_of[s->shares[i].cluster] = (*next_name)++;
        }
    }
}

static void tell(struct stable *s, enum mln_cluster_change change, uint64_t name, uint64_t other) {
    if (s->n_events < s->cap_events) {
        s->events[s->n_events] = (struct mln_cluster_event){change, name, other};
    }
    s->n_events++;
}

/* What happened to the cluster of shares [first, end). */
static void tell_cluster(struct stable *s, size_t first, size_t end) {
    const uint64_t name = s->name_of[s->shares[first].cluster];
    const bool has_new = s->shares[end - 1].former == NEW_RECORD; /* sorts last */
    const size_t n_former = end - first - has_new;
    if (n_former == 0) {
        tell(s, MLN_CLUSTER_NEW, name, NEW_RECORD);
        return;
    }
    const struct share *only = &s->shares[first];
    if (n_former == 1 && !has_new && only->former == name &&
        only->records == s->formers[only->named].records) {
        tell(s, MLN_CLUSTER_SAME, name, NEW_RECORD);
        return;
    }
    if (has_new) {
        tell(s, MLN_CLUSTER_GROWN, name, NEW_RECORD);
    }
    for (size_t i = first; i < first + n_former; i++) {
        const struct share *share = &s->shares[i];
        if (share->former != name) {
            const bool whole = share->records == s->formers[share->named].records;
            tell(s, whole ? MLN_CLUSTER_MERGED : MLN_CLUSTER_SPLIT, name, share->former);
        }
    }
}

static void tell_all(struct stable *s) {
    for (size_t first = 0, end; first < s->n_shares; first = end) {
        end = first + 1;
        while (end < s->n_shares && s->shares[end].cluster == s->shares[first].cluster) {
            end++;
        }
        tell_cluster(s, first, end);
    }
    for (size_t i = 0; i < s->n_formers; i++) {
        if (!s->formers[i].given) {
            tell(s, MLN_CLUSTER_GONE, s->formers[i].name, NEW_RECORD);
        }
    }
}

static enum mln_status check_names(const uint32_t *cluster, const uint64_t *former,
                                   uint32_t n_records, uint64_t next_name, struct mln_err *err) {
    for (uint32_t i = 0; i < n_records; i++) {
        if (cluster[i] > i || cluster[cluster[i]] != cluster[i]) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "clusters: record %u is not in a cluster named by its lowest record",
                               i);
        }
        if (former[i] != NEW_RECORD && former[i] >= next_name) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "clusters: record %u has a former name that fresh names would reach",
                               i);
        }
    }
    return MLN_OK;
}

enum mln_status mln_cluster_stable(const uint32_t *cluster, const uint64_t *former,
                                   uint32_t n_records, uint64_t *next_name, uint64_t *names,
                                   struct mln_cluster_event *events, size_t cap_events,
                                   size_t *n_events, struct mln_err *err) {
    *n_events = 0;
    MLN_TRY(check_names(cluster, former, n_records, *next_name, err));
    const size_t n = (size_t)n_records + 1;
    struct stable s = {.events = events, .cap_events = cap_events};
    enum mln_status status = MLN_OK;
    s.shares = malloc(n * sizeof *s.shares);
    s.order = malloc(n * sizeof *s.order);
    s.formers = malloc(n * sizeof *s.formers);
    s.name_of = malloc(n * sizeof *s.name_of);
    if (s.shares == NULL || s.order == NULL || s.formers == NULL || s.name_of == NULL) {
        status = mln_err_nomem(err, "the names of clusters");
        goto done;
    }
    count_shares(&s, cluster, former, n_records);
    give_names(&s, next_name);
    for (uint32_t i = 0; i < n_records; i++) {
        names[i] = s.name_of[cluster[i]];
    }
    tell_all(&s);
    *n_events = s.n_events;
done:
    free(s.shares);
    free(s.order);
    free(s.formers);
    free(s.name_of);
    return status;
}
