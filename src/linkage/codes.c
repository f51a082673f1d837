#include "linkage/codes.h"

#include <stdlib.h>

#include "link/model/clean.h"
#include "linkage/two_columns.h"

struct reading {
    struct mln_two_columns table; /* from, to */
    struct mln_arena *arena;
    struct mln_str *pairs;
    size_t n, cap; /* pairs */
};

static enum mln_status take_row(void *ctx, uint64_t row, const struct mln_str cells[2],
                                struct mln_err *err) {
    struct reading *r = ctx;
    (void)row;
    if (r->n == r->cap) {
        const size_t cap = r->cap == 0 ? 1024 : 2 * r->cap;
        struct mln_str *pairs = realloc(r->pairs, 2 * cap * sizeof *pairs);
        if (pairs == NULL) {
            return mln_err_nomem(err, "a table of codes");
        }
        r->pairs = pairs;
        r->cap = cap;
    }
    for (size_t i = 0; i < 2; i++) {
        const char *kept =
            mln_arena_strdup(r->arena, cells[i].p == NULL ? MLN_STR_LIT("") : cells[i]);
        if (kept == NULL) {
            return mln_err_nomem(err, "a table of codes");
        }
        r->pairs[2 * r->n + i] = (struct mln_str){kept, cells[i].n};
    }
    r->n++;
    return MLN_OK;
}

/* Step s of the field, whose steps are ours to change. */
static enum mln_status read_step(const struct mln_linkage_options *options,
                                 struct mln_engine *engine, struct mln_arena *arena,
                                 struct mln_clean_step *steps, size_t s,
                                 struct mln_linkage_code_file *file, struct mln_err *err) {
    struct reading r = {.table = {.model = options->model,
                                  .file = steps[s].file,
                                  .column = {steps[s].from, steps[s].to},
                                  .line = steps[s].line,
                                  .at = steps[s].column},
                        .arena = arena};
    size_t bad = 0;
    MLN_TRY(mln_two_columns_path(&r.table, arena, &file->digest, err));
    enum mln_status status = mln_two_columns_read(&r.table, options, engine, take_row, &r, err);
    if (status == MLN_OK) {
        status = mln_clean_table_fill(arena, steps, s, r.pairs, r.n, &steps[s], &bad, err);
        if (status == MLN_BAD_INPUT) {
            const struct mln_err why = *err;
            status = mln_two_columns_error(&r.table, bad + 1, 0, why.msg, err);
        }
    }
    file->path = r.table.path;
    file->n_rows = r.n;
    free(r.pairs);
    return status;
}

static enum mln_status read_field(const struct mln_linkage_options *options,
                                  struct mln_engine *engine, struct mln_arena *arena,
                                  struct mln_link_field *field,
                                  struct mln_linkage_code_file ***last, struct mln_err *err) {
    struct mln_clean_step *steps = NULL;
    for (size_t s = 0; s < field->n_steps; s++) {
        if (field->steps[s].file.n == 0) {
            continue;
        }
        if (steps == NULL) {
            steps = MLN_ARENA_NEW(arena, struct mln_clean_step, field->n_steps);
            if (steps == NULL) {
                return mln_err_nomem(err, "a table of codes");
            }
            memcpy(steps, field->steps, field->n_steps * sizeof *steps);
            field->steps = steps;
        }
        struct mln_linkage_code_file *file = MLN_ARENA_NEW(arena, struct mln_linkage_code_file, 1);
        if (file == NULL) {
            return mln_err_nomem(err, "a table of codes");
        }
        file->field = field->name;
        **last = file;
        *last = &file->next;
        MLN_TRY(read_step(options, engine, arena, steps, s, file, err));
    }
    return MLN_OK;
}

enum mln_status mln_linkage_codes_read(const struct mln_linkage_options *options,
                                       struct mln_engine *engine, struct mln_arena *arena,
                                       struct mln_link_model *model,
                                       struct mln_linkage_code_file **files, struct mln_err *err) {
    struct mln_linkage_code_file **last = files;
    *files = NULL;
    struct mln_link_field *fields = MLN_ARENA_NEW(arena, struct mln_link_field, model->n_fields);
    if (fields == NULL) {
        return mln_err_nomem(err, "a table of codes");
    }
    memcpy(fields, model->fields, model->n_fields * sizeof *fields);
    for (size_t f = 0; f < model->n_fields; f++) {
        MLN_TRY(read_field(options, engine, arena, &fields[f], &last, err));
    }
    model->fields = fields;
    return MLN_OK;
}
