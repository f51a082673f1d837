#include "linkage/previous.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/file.h"
#include "link/decide/cluster.h"
#include "linkage/find.h"
#include "linkage/result.h"

/* ── the model ── */

/* As YAML without its weights: what two models must share. */
static enum mln_status shape_of(const struct mln_link_model *model, struct mln_arena *arena,
                                struct mln_buf *out, struct mln_err *err) {
    struct mln_link_model bare = *model;
    bare.lambda = bare.coverage = NAN;
    bare.random_pairs = bare.random_matches = 0;
    bare.n_interactions = 0;
    bare.comparisons = MLN_ARENA_NEW(arena, struct mln_comparison, model->n_comparisons);
    for (size_t c = 0; bare.comparisons != NULL && c < model->n_comparisons; c++) {
        const struct mln_comparison *from = &model->comparisons[c];
        struct mln_level *levels = MLN_ARENA_NEW(arena, struct mln_level, from->n_levels);
        if (levels == NULL) {
            return mln_err_nomem(err, "the model");
        }
        for (size_t l = 0; l < from->n_levels; l++) {
            levels[l] = from->levels[l];
            levels[l].m = levels[l].m_fixed ? levels[l].m : NAN;
            levels[l].u = levels[l].u_fixed ? levels[l].u : NAN;
        }
        bare.comparisons[c] = *from;
        bare.comparisons[c].levels = levels;
        if (from->tf_table.file.n > 0) { /* a result names its own copy */
            bare.comparisons[c].tf_table.file = MLN_STR_LIT("a table");
        }
    }
    if (bare.comparisons == NULL) {
        return mln_err_nomem(err, "the model");
    }
    mln_link_model_write(&bare, out);
    return mln_buf_check(out, "the model", err);
}

enum mln_status mln_linkage_previous_model(const char *out, struct mln_arena *arena,
                                           struct mln_link_model *model, struct mln_err *err) {
    struct mln_linkage_result result;
    struct mln_buf mine = MLN_BUF_INIT;
    struct mln_buf former = MLN_BUF_INIT;
    MLN_TRY(mln_linkage_result_read(out, arena, &result, err));
    enum mln_status status = shape_of(model, arena, &mine, err);
    if (status == MLN_OK) {
        status = shape_of(&result.model, arena, &former, err);
    }
    if (status == MLN_OK && !mln_str_eq(mln_buf_view(&mine), mln_buf_view(&former))) {
        status = mln_err_set(
            err, MLN_BAD_INPUT,
            "%s: was made with another model (fields, comparisons, blocking, training or "
            "decision differ), so its weights do not fit; train again with --retrain",
            out);
    }
    if (status == MLN_OK) {
        *model = result.model;
    }
    mln_buf_release(&mine);
    mln_buf_release(&former);
    return status;
}

enum mln_status mln_linkage_previous_rules(const char *out, struct mln_arena *arena,
                                           struct mln_link_model *model, struct mln_err *err) {
    struct mln_linkage_result result;
    MLN_TRY(mln_linkage_result_read(out, arena, &result, err));
    bool same = result.model.n_fields == model->n_fields;
    for (size_t f = 0; same && f < model->n_fields; f++) {
        same = mln_str_eq(model->fields[f].name, result.model.fields[f].name);
    }
    if (same) {
        model->rules = result.model.rules;
        model->n_rules = result.model.n_rules;
    }
    return MLN_OK;
}

/* ── links and clusters of OLD ── */

struct reading {
    struct mln_linkage_previous *previous;
    const struct mln_linkage_work *work;
};

/* A cell of CSV: in quotes where it must be. */
static void put_cell(struct mln_buf *out, struct mln_str text) {
    bool plain = true;
    for (size_t i = 0; i < text.n; i++) {
        plain &= text.p[i] != ',' && text.p[i] != '"' && text.p[i] != '\n' && text.p[i] != '\r';
    }
    if (plain) {
        mln_buf_add_str(out, text);
        return;
    }
    mln_buf_addc(out, '"');
    for (size_t i = 0; i < text.n; i++) {
        mln_buf_addz(out, text.p[i] == '"' ? "\"" : "");
        mln_buf_addc(out, text.p[i]);
    }
    mln_buf_addc(out, '"');
}

static void put_link(struct mln_buf *out, const char *change, struct mln_str left,
                     struct mln_str right) {
    mln_buf_addf(out, "%s,", change);
    put_cell(out, left);
    mln_buf_addc(out, ',');
    put_cell(out, right);
    mln_buf_addc(out, '\n');
}

static enum mln_status take_links(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    const struct reading *r = ctx;
    struct mln_linkage_previous *p = r->previous;
    const struct mln_records *records = r->work->records;
    const bool dedupe = r->work->model->kind == MLN_LINK_DEDUPE;
    for (size_t i = 0; i < batch->n_rows; i++) {
        const struct mln_str left = mln_get_str(&batch->columns[0], i);
        const struct mln_str right = mln_get_str(&batch->columns[1], i);
        const uint32_t a = mln_linkage_find_row(records, 0, left);
        const uint32_t b = mln_linkage_find_row(records, dedupe ? 0 : 1, right);
        if (a == UINT32_MAX || b == UINT32_MAX) {
            p->n_links_lost++;
            if (!dedupe) {
                put_link(&p->gone, "gone", left, right);
            }
            continue;
        }
        if (p->n_links == p->cap_links) {
            const size_t cap = p->cap_links == 0 ? 1024 : 2 * p->cap_links;
            uint64_t *wider = realloc(p->link, cap * sizeof *wider);
            if (wider == NULL) {
                return mln_err_nomem(err, "the former links");
            }
            p->link = wider;
            p->cap_links = cap;
        }
        p->link[p->n_links++] = a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
    }
    return MLN_OK;
}

static enum mln_status take_clusters(void *ctx, const struct mln_batch *batch,
                                     struct mln_err *err) {
    const struct reading *r = ctx;
    struct mln_linkage_previous *p = r->previous;
    (void)err;
    for (size_t i = 0; i < batch->n_rows; i++) {
        const uint64_t name = (uint64_t)mln_get_i64(&batch->columns[1], i);
        const uint32_t row =
            mln_linkage_find_row(r->work->records, 0, mln_get_str(&batch->columns[0], i));
        p->next_name = name >= p->next_name ? name + 1 : p->next_name;
        if (row != UINT32_MAX) {
            p->name[row] = name;
        }
        /* Rows come by cluster: a name is seen when one of its records is. */
        if (p->n_seen == 0 || p->seen_name[p->n_seen - 1] >> 1 != name) {
            if ((p->n_seen & (p->n_seen - 1)) == 0) {
                uint64_t *wider = realloc(p->seen_name, 2 * (p->n_seen + 1) * sizeof *wider);
                if (wider == NULL) {
                    return mln_err_nomem(err, "the former clusters");
                }
                p->seen_name = wider;
            }
            p->seen_name[p->n_seen++] = name << 1;
        }
        p->seen_name[p->n_seen - 1] |= row != UINT32_MAX;
    }
    return MLN_OK;
}

static int by_value(const void *a, const void *b) {
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static enum mln_status read_clusters(const char *out, const struct mln_linkage_work *work,
                                     struct mln_engine *engine, struct reading *r,
                                     struct mln_err *err) {
    const char *path = mln_linkage_result_path(out, "clusters.parquet", work->arena);
    const uint32_t n = mln_records_n(work->records);
    if (path == NULL) {
        return mln_err_nomem(err, "a path");
    }
    if (work->model->decision.clusters == MLN_CLUSTER_NONE || !mln_path_exists(path)) {
        return MLN_OK;
    }
    r->previous->name = malloc(((size_t)n + 1) * sizeof *r->previous->name);
    if (r->previous->name == NULL) {
        return mln_err_nomem(err, "the former clusters");
    }
    memset(r->previous->name, 0xFF, n * sizeof *r->previous->name); /* UINT64_MAX */
    const struct mln_param params[] = {MLN_TEXT("clusters", path)};
    return mln_scan_sql(engine, "linkage/former_clusters.sql", (struct mln_params){params, 1},
                        take_clusters, r, err);
}

enum mln_status mln_linkage_previous_read(const char *out, const struct mln_linkage_work *work,
                                          struct mln_engine *engine,
                                          struct mln_linkage_previous *previous,
                                          struct mln_err *err) {
    *previous = (struct mln_linkage_previous){.out = out, .next_name = 1};
    struct reading r = {previous, work};
    const char *pairs = mln_linkage_result_path(out, "pairs.parquet", work->arena);
    if (pairs == NULL) {
        return mln_err_nomem(err, "a path");
    }
    if (!mln_path_exists(pairs)) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "%s: is no result of maillon link or dedupe (no pairs.parquet)", out);
    }
    const struct mln_param params[] = {MLN_TEXT("pairs", pairs)};
    MLN_TRY(mln_scan_sql(engine, "linkage/former_links.sql", (struct mln_params){params, 1},
                         take_links, &r, err));
    if (previous->n_links > 0) {
        qsort(previous->link, previous->n_links, sizeof *previous->link, by_value);
    }
    return read_clusters(out, work, engine, &r, err);
}

void mln_linkage_previous_release(struct mln_linkage_previous *previous) {
    free(previous->link);
    free(previous->name);
    free(previous->seen_name);
    mln_buf_release(&previous->gone);
    *previous = (struct mln_linkage_previous){0};
}

/* ── what changed ── */

static void put_rows(struct mln_buf *out, const struct mln_linkage_work *work, const char *change,
                     uint64_t place) {
    char room[2][MLN_ID_ROOM];
    put_link(out, change, mln_records_id(work->records, (uint32_t)(place >> 32), room[0]),
             mln_records_id(work->records, (uint32_t)place, room[1]));
}

/* Both lists ascend: what only one of them holds is new, or gone. */
static void links_changed(const struct mln_linkage_previous *p, const struct mln_linkage_work *work,
                          const struct mln_scored_pairs *scores,
                          const struct mln_linkage_decision *decision, struct mln_buf *out) {
    size_t old = 0;
    mln_buf_addz(out, "change,left_id,right_id\n");
    for (size_t i = 0; i < scores->n; i++) {
        if (decision->decision[i] != MLN_PAIR_LINKED) {
            continue;
        }
        const uint64_t place = (uint64_t)scores->pair[i].left << 32 | scores->pair[i].right;
        for (; old < p->n_links && p->link[old] < place; old++) {
            put_rows(out, work, "gone", p->link[old]);
        }
        if (old < p->n_links && p->link[old] == place) {
            old++;
        } else {
            put_rows(out, work, "new", place);
        }
    }
    for (; old < p->n_links; old++) {
        put_rows(out, work, "gone", p->link[old]);
    }
    mln_buf_add_str(out, mln_buf_view(&p->gone));
}

static void put_events(const struct mln_linkage_previous *p, const struct mln_cluster_event *events,
                       size_t n, struct mln_buf *out) {
    static const char *const words[] = {"same", "new", "grown", "merged", "split", "gone"};
    mln_buf_addz(out, "change,cluster_id,other_id\n");
    for (size_t i = 0; i < n; i++) {
        if (events[i].change == MLN_CLUSTER_SAME) {
            continue;
        }
        mln_buf_addf(out, "%s,%" PRIu64 ",", words[events[i].change], events[i].name);
        if (events[i].other != UINT64_MAX) {
            mln_buf_add_u64(out, events[i].other);
        }
        mln_buf_addc(out, '\n');
    }
    for (size_t i = 0; i < p->n_seen; i++) {
        if ((p->seen_name[i] & 1) == 0) {
            mln_buf_addf(out, "gone,%" PRIu64 ",\n", p->seen_name[i] >> 1);
        }
    }
}

static enum mln_status rename_clusters(struct mln_linkage_previous *p,
                                       const struct mln_linkage_work *work,
                                       struct mln_linkage_decision *decision, struct mln_buf *out,
                                       struct mln_err *err) {
    const uint32_t n = mln_records_n(work->records);
    const size_t cap = 2 * (size_t)n + 1;
    size_t n_events = 0;
    uint32_t *cluster = malloc(((size_t)n + 1) * sizeof *cluster);
    struct mln_cluster_event *events = malloc(cap * sizeof *events);
    enum mln_status status =
        cluster == NULL || events == NULL ? mln_err_nomem(err, "the clusters") : MLN_OK;
    for (uint32_t i = 0; status == MLN_OK && i < n; i++) {
        cluster[i] = (uint32_t)(decision->cluster_name[i] - 1);
    }
    if (status == MLN_OK) {
        status = mln_cluster_stable(cluster, p->name, n, &p->next_name, decision->cluster_name,
                                    events, cap, &n_events, err);
    }
    if (status == MLN_OK) {
        put_events(p, events, n_events, out);
    }
    free(cluster);
    free(events);
    return status;
}

enum mln_status mln_linkage_previous_settle(struct mln_linkage_previous *p,
                                            const struct mln_linkage_work *work,
                                            const struct mln_scored_pairs *scores,
                                            struct mln_linkage_decision *decision, const char *path,
                                            struct mln_err *err) {
    struct mln_buf text = MLN_BUF_INIT;
    enum mln_status status = MLN_OK;
    if (decision->cluster_name != NULL && p->name != NULL) {
        status = rename_clusters(p, work, decision, &text, err);
    } else {
        links_changed(p, work, scores, decision, &text);
    }
    if (status == MLN_OK) {
        status = mln_buf_check(&text, "changes.csv", err);
    }
    if (status == MLN_OK) {
        status = mln_file_write(path, mln_buf_view(&text), err);
    }
    mln_buf_release(&text);
    return status;
}
