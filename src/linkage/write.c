#include "linkage/write.h"

#include <stdlib.h>

#include "base/thread.h"
#include "linkage/parquet.h"

const char *const mln_pair_decision_words[] = {"linked", "below_threshold", "better_elsewhere",
                                               NULL};

/* ── a file of rows, its groups encoded side by side ── */

struct rows {
    const struct mln_column_spec *specs;
    size_t n_columns;
    size_t n_groups;
    /* Adds the rows of group g to the builder. */
    void (*fill)(void *ctx, struct mln_builder *builder, size_t g);
    void *ctx;
    size_t first; /* group of the wave */
    struct mln_parquet_group *groups;
};

static enum mln_status encode_group(void *ctx, size_t i, struct mln_err *err) {
    const struct rows *r = ctx;
    struct mln_builder *builder = mln_builder_new(r->specs, r->n_columns);
    struct mln_batch batch;
    if (builder == NULL) {
        return mln_err_nomem(err, "a group of rows");
    }
    r->fill(r->ctx, builder, r->first + i);
    enum mln_status status = mln_builder_view(builder, &batch, err);
    if (status == MLN_OK) {
        status = mln_parquet_encode(&batch, &r->groups[i], err);
    }
    mln_builder_free(builder);
    return status;
}

/* A few groups a thread at once: what is encoded and not yet written stays small. */
static enum mln_status write_wave(struct rows *r, size_t n, size_t n_threads,
                                  struct mln_parquet_file *file, struct mln_err *err) {
    enum mln_status status = mln_parallel(n_threads, n, encode_group, r, err);
    for (size_t i = 0; i < n; i++) {
        if (status == MLN_OK) {
            status = mln_parquet_add(file, &r->groups[i], err);
        }
        mln_parquet_group_release(&r->groups[i]);
    }
    return status == MLN_OK ? mln_check_interrupt(err) : status;
}

static enum mln_status write_rows(struct rows *r, size_t n_threads, const char *path,
                                  struct mln_err *err) {
    const size_t most = 4 * (n_threads == 0 ? mln_thread_count() : n_threads);
    const size_t wave = r->n_groups < most ? r->n_groups : most;
    struct mln_parquet_file file;
    r->groups = calloc(wave + 1, sizeof *r->groups);
    if (r->groups == NULL) {
        return mln_err_nomem(err, "the groups of rows");
    }
    enum mln_status status = mln_parquet_begin(&file, path, r->specs, r->n_columns, err);
    if (status == MLN_OK) {
        for (r->first = 0; status == MLN_OK && r->first < r->n_groups; r->first += wave) {
            const size_t left = r->n_groups - r->first;
            status = write_wave(r, left < wave ? left : wave, n_threads, &file, err);
        }
        if (status == MLN_OK) {
            status = mln_parquet_commit(&file, err);
        } else {
            mln_parquet_abort(&file);
        }
    }
    free(r->groups);
    return status;
}

/* The id of a record, in its file's own type: whole numbers stay numbers. */
static void add_id(struct mln_builder *builder, size_t column, const struct mln_records *records,
                   uint32_t row) {
    if (records->id_number != NULL) {
        mln_add_i64(builder, column, records->id_number[row]);
        return;
    }
    char room[MLN_ID_ROOM];
    mln_add_str(builder, column, mln_records_id(records, row, room));
}

static enum mln_type id_type(const struct mln_records *records) {
    return records->id_number != NULL ? MLN_INT64 : MLN_UTF8_TEXT;
}

/* ── pairs ── */

enum { FIXED_COLUMNS = 5 };

struct pair_rows {
    const struct mln_linkage_work *work;
    const struct mln_scored_pairs *scores;
    const uint8_t *decision;
    bool links;    /* the links; else the others, with what was decided */
    size_t *start; /* by group: the pair from which its rows are taken; n_groups + 1 */
};

static bool is_chosen(const struct pair_rows *p, size_t pair) {
    return (p->decision[pair] == MLN_PAIR_LINKED) == p->links;
}

static void add_pair(const struct pair_rows *p, struct mln_builder *b, size_t at) {
    const struct mln_link_model *model = p->work->model;
    const struct mln_scored *pair = &p->scores->pair[at];
    uint8_t levels[MLN_COMPARISONS_MAX];
    size_t c = 0;
    mln_ladder_levels(p->work->ladder, pair->pattern, levels);
    add_id(b, c++, p->work->records, pair->left);
    add_id(b, c++, p->work->records, pair->right);
    mln_add_f64(b, c++, pair->weight);
    mln_add_f64(b, c++, mln_em_probability(pair->log2_odds));
    mln_add_str(b, c++, model->rules[pair->rule].name);
    for (size_t i = 0; i < model->n_comparisons; i++, c++) {
        if (levels[i] == MLN_LEVEL_MISSING) {
            mln_add_null(b, c);
        } else {
            mln_add_i32(b, c, levels[i]);
        }
    }
    if (!p->links) {
        mln_add_str(b, c, mln_str_from(mln_pair_decision_words[p->decision[at]]));
    }
}

static void fill_pairs(void *ctx, struct mln_builder *builder, size_t g) {
    const struct pair_rows *p = ctx;
    for (size_t at = p->start[g]; at < p->start[g + 1]; at++) {
        if (is_chosen(p, at)) {
            add_pair(p, builder, at);
        }
    }
}

/* Where the groups begin. */
static enum mln_status cut_groups(struct pair_rows *p, size_t *n_groups, struct mln_err *err) {
    const size_t most = p->scores->n / MLN_PARQUET_GROUP_ROWS + 1;
    size_t n = 0;
    p->start = malloc((most + 1) * sizeof *p->start);
    if (p->start == NULL) {
        return mln_err_nomem(err, "the groups of rows");
    }
    for (size_t at = 0; at < p->scores->n; at++) {
        if (is_chosen(p, at) && n++ % MLN_PARQUET_GROUP_ROWS == 0) {
            p->start[n / MLN_PARQUET_GROUP_ROWS] = at;
        }
    }
    *n_groups = (n + MLN_PARQUET_GROUP_ROWS - 1) / MLN_PARQUET_GROUP_ROWS;
    p->start[*n_groups] = p->scores->n;
    return MLN_OK;
}

static const char *level_name(const struct mln_linkage_work *work, size_t c) {
    struct mln_buf text = MLN_BUF_INIT;
    mln_buf_addf(&text, "level_%.*s", MLN_STR_ARG(work->model->comparisons[c].name));
    const char *name = text.failed ? NULL : mln_arena_strdup(work->arena, mln_buf_view(&text));
    mln_buf_release(&text);
    return name;
}

static enum mln_status write_some(struct pair_rows *p, const char *path, struct mln_err *err) {
    const struct mln_linkage_work *work = p->work;
    struct mln_column_spec specs[FIXED_COLUMNS + MLN_COMPARISONS_MAX + 1] = {
        {"left_id", id_type(work->records)},
        {"right_id", id_type(work->records)},
        {"weight_log2", MLN_DOUBLE},
        {"probability", MLN_DOUBLE},
        {"rule", MLN_UTF8_TEXT}};
    struct rows rows = {.specs = specs, .n_columns = FIXED_COLUMNS, .fill = fill_pairs, .ctx = p};
    for (size_t c = 0; c < work->model->n_comparisons; c++) {
        const char *name = level_name(work, c);
        if (name == NULL) {
            return mln_err_nomem(err, "the names of comparisons");
        }
        specs[rows.n_columns++] = (struct mln_column_spec){name, MLN_INT32};
    }
    if (!p->links) {
        specs[rows.n_columns++] = (struct mln_column_spec){"decision", MLN_UTF8_TEXT};
    }
    enum mln_status status = cut_groups(p, &rows.n_groups, err);
    if (status == MLN_OK) {
        status = write_rows(&rows, work->n_threads, path, err);
    }
    free(p->start);
    return status;
}

enum mln_status mln_linkage_write_pairs(const struct mln_linkage_work *work,
                                        const struct mln_scored_pairs *scores,
                                        const uint8_t *decision, const char *path,
                                        struct mln_err *err) {
    struct pair_rows p = {work, scores, decision, true, NULL};
    return write_some(&p, path, err);
}

enum mln_status mln_linkage_write_candidates(const struct mln_linkage_work *work,
                                             const struct mln_scored_pairs *scores,
                                             const uint8_t *decision, const char *path,
                                             struct mln_err *err) {
    struct pair_rows p = {work, scores, decision, false, NULL};
    return write_some(&p, path, err);
}

/* ── clusters ── */

struct cluster_rows {
    const struct mln_records *records;
    const uint64_t *name;
    uint32_t *order; /* of the rows */
};

static void fill_clusters(void *ctx, struct mln_builder *builder, size_t g) {
    const struct cluster_rows *c = ctx;
    const size_t n = mln_records_n(c->records), first = g * MLN_PARQUET_GROUP_ROWS;
    for (size_t i = first; i < n && i < first + MLN_PARQUET_GROUP_ROWS; i++) {
        add_id(builder, 0, c->records, c->order[i]);
        mln_add_i64(builder, 1, (int64_t)c->name[c->order[i]]);
    }
}

/* Rows by name, then row: digits of 16 bits, least significant first, as far as any name reaches.
 */
static enum mln_status order_by_name(const struct cluster_rows *c, size_t n, struct mln_err *err) {
    enum { BITS = 16, VALUES = 1 << BITS };
    uint32_t *aside = malloc((n + 1) * sizeof *aside);
    size_t *start = malloc((VALUES + 1) * sizeof *start);
    uint64_t all = 0;
    enum mln_status status =
        aside == NULL || start == NULL ? mln_err_nomem(err, "the order of the clusters") : MLN_OK;
    for (size_t i = 0; i < n; i++) {
        c->order[i] = (uint32_t)i;
        all |= c->name[i];
    }
    for (unsigned shift = 0; status == MLN_OK && shift < 64 && all >> shift != 0; shift += BITS) {
        memset(start, 0, (VALUES + 1) * sizeof *start);
        for (size_t i = 0; i < n; i++) {
            start[(c->name[i] >> shift & (VALUES - 1)) + 1]++;
        }
        for (size_t v = 0; v < VALUES; v++) {
            start[v + 1] += start[v];
        }
        for (size_t i = 0; i < n; i++) {
            aside[start[c->name[c->order[i]] >> shift & (VALUES - 1)]++] = c->order[i];
        }
        memcpy(c->order, aside, n * sizeof *aside);
    }
    free(aside);
    free(start);
    return status;
}

enum mln_status mln_linkage_write_clusters(const struct mln_linkage_work *work,
                                           const uint64_t *name, const char *path,
                                           struct mln_err *err) {
    const size_t n = mln_records_n(work->records);
    const struct mln_column_spec specs[] = {{"id", id_type(work->records)},
                                            {"cluster_id", MLN_INT64}};
    struct cluster_rows c = {work->records, name, malloc((n + 1) * sizeof *c.order)};
    struct rows rows = {.specs = specs,
                        .n_columns = 2,
                        .n_groups = (n + MLN_PARQUET_GROUP_ROWS - 1) / MLN_PARQUET_GROUP_ROWS,
                        .fill = fill_clusters,
                        .ctx = &c};
    enum mln_status status = c.order == NULL ? mln_err_nomem(err, "the order of the clusters")
                                             : order_by_name(&c, n, err);
    if (status == MLN_OK) {
        status = write_rows(&rows, work->n_threads, path, err);
    }
    free(c.order);
    return status;
}
