#include <stdlib.h>

#include "assets/assets.h"
#include "stage/link/link_joint_inside.h"
#include "stage/zone.h"

enum mln_status joint_push(struct numbers *list, int64_t value, struct mln_err *err) {
    if (list->n == list->cap) {
        const size_t cap = list->cap == 0 ? 4096 : 2 * list->cap;
        int64_t *wider = realloc(list->v, cap * sizeof *wider);
        if (wider == NULL) {
            return mln_err_nomem(err, "the joint pass");
        }
        list->v = wider;
        list->cap = cap;
    }
    list->v[list->n++] = value;
    return MLN_OK;
}

void joint_kind_release(struct kind *k) {
    mln_ladder_work_free(k->work);
    mln_ladder_free(k->ladder);
    mln_records_release(&k->records);
    mln_records_builder_free(k->builder);
    for (size_t s = 0; s < 2; s++) {
        for (size_t i = 0; i < N_KEPT; i++) {
            free(k->kept[s][i].v);
        }
    }
}

struct feed {
    struct kind *kind;
    struct mln_arena *arena;
    size_t side;
    bool persons;
    const struct mln_str *columns;
    size_t n_columns;
    uint64_t n;
};

static enum mln_status keep_keys(struct feed *f, const struct mln_batch *batch, size_t row,
                                 struct mln_err *err) {
    struct numbers *kept = f->kind->kept[f->side];
    MLN_TRY(joint_push(&kept[NO], mln_get_i64(&batch->columns[0], row), err));
    if (!f->persons) {
        return MLN_OK;
    }
    MLN_TRY(joint_push(&kept[RANG], mln_get_i32(&batch->columns[1], row), err));
    MLN_TRY(joint_push(&kept[ROLE], mln_get_str(&batch->columns[2], row).p[0], err));
    MLN_TRY(joint_push(&kept[NATURE], mln_get_str(&batch->columns[3], row).p[0], err));
    MLN_TRY(joint_push(&kept[GROUPE], mln_get_i64(mln_batch_column(batch, "groupe"), row), err));
    return joint_push(&kept[PRIS], mln_get_i64(mln_batch_column(batch, "pris"), row), err);
}

static enum mln_status take_rows(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    struct feed *f = ctx;
    if (batch->n_rows == 0) {
        return MLN_OK;
    }
    const struct mln_arena_mark mark = mln_arena_mark(f->arena);
    struct mln_str *cells =
        MLN_ARENA_NEW(f->arena, struct mln_str, batch->n_rows * f->n_columns);
    if (cells == NULL) {
        return mln_err_nomem(err, "the joint pass");
    }
    enum mln_status status = MLN_OK;
    for (size_t c = 0; status == MLN_OK && c < f->n_columns; c++) {
        const char *name = mln_arena_strdup(f->arena, f->columns[c]);
        const struct mln_column *column = name == NULL ? NULL : mln_batch_column(batch, name);
        if (column == NULL) {
            status = mln_err_set(err, MLN_INTERNAL,
                                 "the joint pass gives no column '%.*s', which its model asks for",
                                 MLN_STR_ARG(f->columns[c]));
        }
        for (size_t row = 0; status == MLN_OK && row < batch->n_rows; row++) {
            cells[row * f->n_columns + c] = mln_get_str(column, row);
        }
    }
    for (size_t row = 0; status == MLN_OK && row < batch->n_rows; row++) {
        status = keep_keys(f, batch, row, err);
    }
    if (status == MLN_OK) {
        status = mln_records_add(f->kind->builder, f->side, f->n + 1, cells, batch->n_rows, err);
    }
    f->n += batch->n_rows;
    mln_arena_reset(f->arena, mark);
    return status;
}

enum mln_status joint_read_kind(const struct mln_link_joint *pass, const struct mln_joint_query queries[2],
                                 bool persons, struct kind *k, struct mln_err *err) {
    MLN_TRY(mln_records_builder_new(k->model, &k->builder, err));
    for (size_t side = 0; side < 2; side++) {
        struct feed f = {.kind = k, .arena = pass->run->arena, .side = side, .persons = persons};
        MLN_TRY(mln_records_columns(k->model, side, pass->run->arena, &f.columns, &f.n_columns,
                                    err));
        MLN_TRY(pass->scan(pass->ctx, &queries[side], take_rows, &f, err));
    }
    MLN_TRY(mln_records_finish(k->builder, pass->run->project->n_threads, &k->records, err));
    MLN_TRY(mln_ladder_build(k->model, &k->records, pass->run->project->n_threads, &k->ladder, err));
    return mln_ladder_work_new(k->ladder, &k->work, err);
}

/* ── rows out ── */

enum mln_status joint_write(const struct mln_link_joint *pass, const char *table,
                            struct mln_builder *rows, struct mln_err *err) {
    struct mln_batch batch;
    struct mln_appender *appender = NULL;
    MLN_TRY(mln_builder_view(rows, &batch, err));
    MLN_TRY(pass->e->ops->append_open(pass->e, MLN_WORK, table, &appender, err));
    const enum mln_status status = pass->e->ops->append(appender, &batch, err);
    const enum mln_status closed =
        pass->e->ops->append_close(appender, status == MLN_OK, status == MLN_OK ? err : NULL);
    return status != MLN_OK ? status : closed;
}

/* ── parameters ── */

static enum mln_status read_decision(struct mln_joint_pass *j, struct mln_yaml *map, struct mln_err *err) {
    struct mln_yaml *list = NULL;
    MLN_TRY(mln_yaml_as_map(map, err));
    MLN_TRY(mln_yaml_need(map, "personnes_paliers", &list, err));
    MLN_TRY(mln_yaml_as_list(list, err));
    if (list->n == 0 || list->n > JOINT_BOUNDS_MAX) {
        return mln_yaml_error(list, err, "1 to %d bounds are needed", (int)JOINT_BOUNDS_MAX);
    }
    for (struct mln_yaml *b = list->first; b != NULL; b = b->next) {
        MLN_TRY(mln_yaml_as_f64(b, -1000, 1000, &j->bounds[j->n_bounds], err));
        if (j->n_bounds > 0 && j->bounds[j->n_bounds] >= j->bounds[j->n_bounds - 1]) {
            return mln_yaml_error(b, err, "bounds must fall from one to the next");
        }
        j->n_bounds++;
    }
    j->probability = 0.8;
    j->person_probability = 0.8;
    j->again_weight = 6;
    MLN_TRY(mln_yaml_opt_f64(map, "probabilite", 0, 1, &j->probability, err));
    MLN_TRY(mln_yaml_opt_f64(map, "probabilite_personne", 0, 1, &j->person_probability, err));
    MLN_TRY(mln_yaml_opt_f64(map, "poids_doublon", 0, 1000, &j->again_weight, err));
    return mln_yaml_done(map, err);
}

enum mln_status joint_read_model(struct mln_joint_pass *j, struct mln_err *err) {
    struct mln_arena *arena = j->pass.run->arena;
    const struct mln_asset *asset = mln_asset_find("models/penal-chain.yaml");
    if (asset == NULL) {
        return mln_err_set(err, MLN_INTERNAL, "models/penal-chain.yaml is not in the program");
    }
    struct mln_yaml *top = NULL;
    struct mln_yaml *part[3] = {NULL, NULL, NULL};
    int64_t version = 0;
    MLN_TRY(mln_yaml_parse(arena, asset->name, asset->text, &top, err));
    MLN_TRY(mln_yaml_as_map(top, err));
    MLN_TRY(mln_yaml_opt_i64(top, "version", 1, 1, &version, err));
    MLN_TRY(mln_yaml_need(top, "procedures", &part[0], err));
    MLN_TRY(mln_yaml_need(top, "personnes", &part[1], err));
    MLN_TRY(mln_yaml_need(top, "decision", &part[2], err));
    MLN_TRY(mln_yaml_done(top, err));
    MLN_TRY(mln_link_model_read_part(arena, part[0], &j->cases_model, err));
    MLN_TRY(mln_link_model_read_part(arena, part[1], &j->persons_model, err));
    j->cases.model = &j->cases_model;
    j->persons.model = &j->persons_model;
    return read_decision(j, part[2], err);
}
