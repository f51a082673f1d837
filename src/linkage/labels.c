#include "linkage/labels.h"

#include <stdlib.h>

#include "linkage/find.h"
#include "linkage/read.h"

struct labels {
    const struct mln_linkage_work *work;
    const char *path;
    struct mln_ladder_work *scratch;
    bool has_match;
    struct mln_labelled {
        uint8_t *levels; /* n × n_comparisons */
        size_t n, cap;
    } of[2]; /* matches, non-matches */
};

static enum mln_status bad_row(const struct labels *l, uint64_t row, const char *what,
                               struct mln_err *err) {
    return mln_err_set(err, MLN_BAD_INPUT, "%s: row %llu: %s", l->path, (unsigned long long)row,
                       what);
}

static enum mln_status keep_pair(struct labels *l, size_t kind, uint32_t a, uint32_t b,
                                 struct mln_err *err) {
    const size_t n_comparisons = l->work->model->n_comparisons;
    struct mln_labelled *of = &l->of[kind];
    uint32_t pattern = 0;
    if (of->n == of->cap) {
        const size_t cap = of->cap == 0 ? 256 : 2 * of->cap;
        uint8_t *wider = realloc(of->levels, cap * n_comparisons);
        if (wider == NULL) {
            return mln_err_nomem(err, "the labelled pairs");
        }
        of->levels = wider;
        of->cap = cap;
    }
    MLN_TRY(
        mln_ladder_pair(l->work->ladder, l->scratch, a < b ? a : b, a < b ? b : a, &pattern, err));
    mln_ladder_levels(l->work->ladder, pattern, of->levels + of->n++ * n_comparisons);
    return MLN_OK;
}

static enum mln_status take_row(struct labels *l, uint64_t row, const struct mln_str *cells,
                                struct mln_err *err) {
    const size_t right_side = l->work->model->kind == MLN_LINK_DEDUPE ? 0 : 1;
    const uint32_t a = mln_linkage_find_row(l->work->records, 0, cells[0]);
    const uint32_t b = mln_linkage_find_row(l->work->records, right_side, cells[1]);
    if (a == UINT32_MAX || b == UINT32_MAX) {
        return bad_row(l, row,
                       a == UINT32_MAX ? "no record has the left id" : "no record has the right id",
                       err);
    }
    if (a == b) {
        return bad_row(l, row, "it names one record twice", err);
    }
    const bool no = l->has_match && mln_str_is(cells[2], "0");
    if (l->has_match && !no && !mln_str_is(cells[2], "1")) {
        return bad_row(l, row, "match must be 1 or 0", err);
    }
    return keep_pair(l, no, a, b, err);
}

static enum mln_status take_cells(void *ctx, const struct mln_cells *cells, struct mln_err *err) {
    struct labels *l = ctx;
    for (size_t i = 0; i < cells->n_rows; i++) {
        if (cells->faults[i].reason != MLN_REASON_NONE) {
            return bad_row(l, cells->first_row + i,
                           mln_reason_word((enum mln_reason)cells->faults[i].reason), err);
        }
        MLN_TRY(take_row(l, cells->first_row + i, cells->cells + i * cells->n_columns, err));
    }
    return MLN_OK;
}

static size_t place_of(const struct mln_source *source, struct mln_str name) {
    size_t n = 0;
    const struct mln_str *names = mln_source_columns(source, &n);
    for (size_t i = 0; i < n; i++) {
        if (mln_str_eq(names[i], name)) {
            return i;
        }
    }
    return SIZE_MAX;
}

static enum mln_status read_labels(struct labels *l, struct mln_source *source,
                                   struct mln_err *err) {
    const struct mln_training *t = &l->work->model->training;
    const struct mln_str wanted[] = {t->labels_left, t->labels_right, MLN_STR_LIT("match")};
    size_t places[3];
    for (size_t i = 0; i < 3; i++) {
        places[i] = place_of(source, wanted[i]);
        if (i < 2 && places[i] == SIZE_MAX) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "%s: has no column '%.*s', which the model's training.labels names",
                               l->path, MLN_STR_ARG(wanted[i]));
        }
    }
    l->has_match = places[2] != SIZE_MAX;
    MLN_TRY(mln_source_select(source, places, l->has_match ? 3 : 2, err));
    return mln_source_stream(source, take_cells, l, err);
}

static enum mln_status train(struct labels *l, struct mln_em_result *fit,
                             struct mln_link_model *trained, struct mln_err *err) {
    struct mln_em_session sessions[2] = {{.levels = NULL}, {.levels = NULL}};
    for (size_t k = 0; k < 2; k++) {
        uint64_t *count = MLN_ARENA_NEW(l->work->arena, uint64_t, l->of[k].n + 1);
        if (count == NULL) {
            return mln_err_nomem(err, "the labelled pairs");
        }
        for (size_t i = 0; i < l->of[k].n; i++) {
            count[i] = 1;
        }
        sessions[k] = (struct mln_em_session){
            .levels = l->of[k].levels, .count = count, .n_patterns = l->of[k].n};
    }
    if (l->of[0].n == 0) {
        return mln_err_set(err, MLN_BAD_INPUT, "%s: no pair is labelled as a match", l->path);
    }
    return mln_linkage_train_labelled(l->work, sessions, l->of[1].n > 0 ? 2 : 1, fit, trained, err);
}

enum mln_status mln_linkage_labels(const struct mln_linkage_options *options,
                                   const struct mln_linkage_work *work, struct mln_engine *engine,
                                   struct mln_em_result *fit, struct mln_link_model *trained,
                                   struct mln_err *err) {
    struct labels l = {.work = work, .path = options->labels};
    struct mln_source_options how;
    struct mln_source *source = NULL;
    if (work->model->training.labels_left.n == 0) {
        return mln_err_set(
            err, MLN_BAD_INPUT,
            "%s: says no columns of labels; write training: {labels: {left: COLUMN, right: "
            "COLUMN}}",
            options->model);
    }
    MLN_TRY(mln_linkage_source_options(options, options->labels, engine, &how, err));
    enum mln_status status = mln_source_open(options->labels, &how, &source, err);
    if (status == MLN_OK) {
        status = mln_ladder_work_new(work->ladder, &l.scratch, err);
    }
    if (status == MLN_OK) {
        status = read_labels(&l, source, err);
    }
    mln_source_close(source);
    mln_ladder_work_free(l.scratch);
    if (status == MLN_OK) {
        status = train(&l, fit, trained, err);
    }
    free(l.of[0].levels);
    free(l.of[1].levels);
    return status;
}
