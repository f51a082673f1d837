#include "stage/ingest/ingest_plan.h"

#include "assets/assets.h"
#include "base/file.h"
#include "stage/project/codes.h"
#include "stage/ingest/ingest.h"

enum mln_status mln_ingest_model(struct mln_arena *arena, struct mln_model *out,
                                 struct mln_err *err) {
    const struct mln_asset *asset = mln_asset_find("models/canonical.yaml");
    if (asset == NULL) {
        return mln_err_set(err, MLN_INTERNAL, "models/canonical.yaml is not in the program");
    }
    return mln_model_read(arena, asset->name, asset->text, out, err);
}

/* ── contract and files ── */

static enum mln_status read_contract(struct mln_run *run, struct mln_ingest_plan *plan,
                                     struct mln_findings *findings, struct mln_err *err) {
    struct mln_buf text = MLN_BUF_INIT;
    const char *path = run->project->contract;
    enum mln_status status = mln_file_read(path, MLN_CONTRACT_BYTES_MAX, &text, err);
    if (status == MLN_OK) {
        status = mln_contract_read(run->arena, path, mln_buf_view(&text), &plan->model,
                                   &plan->contract, findings, err);
    }
    mln_buf_release(&text);
    return mln_findings_take(findings, status, err);
}

/* Sources of a table stand together, so files do too. */
static enum mln_status mark_tables(struct mln_run *run, struct mln_ingest_plan *plan,
                                   struct mln_err *err) {
    const size_t n = plan->model.n_tables;
    plan->first_file = MLN_ARENA_NEW(run->arena, size_t, n + 1);
    if (plan->first_file == NULL) {
        return mln_err_nomem(err, "the plan of ingest");
    }
    size_t file = 0;
    for (size_t t = 0; t < n; t++) {
        plan->first_file[t] = file;
        while (file < plan->n_files && mln_ingest_source_of(plan, file)->table == t) {
            file++;
        }
    }
    plan->first_file[n] = file;
    return file == plan->n_files ? MLN_OK
                                 : mln_err_set(err, MLN_INTERNAL, "sources are out of order");
}

enum mln_status mln_ingest_plan_read(struct mln_run *run, struct mln_ingest_plan *out,
                                     struct mln_findings *findings, struct mln_err *err) {
    *out = (struct mln_ingest_plan){0};
    MLN_TRY(mln_ingest_model(run->arena, &out->model, err));
    MLN_TRY(read_contract(run, out, findings, err));
    if (out->contract.path == NULL) {
        out->contract.path =
            run->project->contract; /* it could not be read: no sources, a finding */
    }
    MLN_TRY(
        mln_contract_files(run->arena, &out->contract, &out->files, &out->n_files, findings, err));
    return mark_tables(run, out, err);
}

enum mln_status mln_ingest_inputs(struct mln_run *run, const char *const **paths, size_t *n,
                                  struct mln_err *err) {
    struct mln_ingest_plan plan;
    struct mln_findings findings = {.arena = run->arena};
    MLN_TRY(mln_ingest_plan_read(run, &plan, &findings, err));
    MLN_TRY(mln_findings_status(&findings, err));
    const char **list = MLN_ARENA_NEW(run->arena, const char *, plan.n_files + 1);
    if (list == NULL) {
        return mln_err_nomem(err, "the list of inputs");
    }
    for (size_t i = 0; i < plan.n_files; i++) {
        list[i] = plan.files[i].path;
    }
    *paths = list;
    *n = plan.n_files;
    return MLN_OK;
}

/* ── nomenclatures ── */

static enum mln_status load_codes(struct mln_run *run, const char *name, struct mln_code_set **out,
                                  struct mln_err *err) {
    static const char *const columns[] = {"code"};
    struct mln_str text;
    struct mln_codes codes;
    MLN_TRY(mln_project_nomenclature(run->project, run->arena, name, &text, err));
    MLN_TRY(mln_codes_read(run->arena, name, text, columns, 1, &codes, err));
    return mln_code_set_new(run->arena, codes.cells, codes.n_rows, out, err);
}

/* The set of a nomenclature that an earlier column asked for. */
static const struct mln_code_set *known_codes(const struct mln_ingest_plan *plan, const char *name,
                                              size_t table, size_t column) {
    for (size_t t = 0; t <= table; t++) {
        const struct mln_model_table *m = &plan->model.tables[t];
        const size_t end = t == table ? column : m->n_columns;
        for (size_t c = 0; c < end; c++) {
            if (m->columns[c].codes != NULL && strcmp(m->columns[c].codes, name) == 0) {
                return plan->codes[t][c];
            }
        }
    }
    return NULL;
}

enum mln_status mln_ingest_plan_codes(struct mln_run *run, struct mln_ingest_plan *plan,
                                      struct mln_findings *findings, struct mln_err *err) {
    const size_t n = plan->model.n_tables;
    plan->codes = MLN_ARENA_NEW(run->arena, const struct mln_code_set **, n);
    for (size_t t = 0; t < n; t++) {
        const struct mln_model_table *table = &plan->model.tables[t];
        if (plan->codes == NULL ||
            (plan->codes[t] = MLN_ARENA_NEW(run->arena, const struct mln_code_set *,
                                            table->n_columns)) == NULL) {
            return mln_err_nomem(err, "the plan of ingest");
        }
        for (size_t c = 0; c < table->n_columns; c++) {
            const char *name = table->columns[c].codes;
            if (name == NULL || (plan->codes[t][c] = known_codes(plan, name, t, c)) != NULL) {
                continue;
            }
            struct mln_code_set *set = NULL;
            MLN_TRY(mln_findings_take(findings, load_codes(run, name, &set, err), err));
            plan->codes[t][c] = set;
        }
    }
    return MLN_OK;
}

/* ── constants ── */

enum mln_status mln_ingest_plan_constants(const struct mln_ingest_plan *plan,
                                          struct mln_arena *arena, struct mln_findings *findings,
                                          struct mln_err *err) {
    for (size_t s = 0; s < plan->contract.n_sources; s++) {
        const struct mln_contract_source *source = &plan->contract.sources[s];
        const struct mln_model_table *table = &plan->model.tables[source->table];
        for (size_t c = 0; c < table->n_columns; c++) {
            const struct mln_contract_column *column = &source->columns[c];
            struct mln_cell_rule rule;
            struct mln_cell_value value;
            if (column->constant.p == NULL) {
                continue;
            }
            MLN_TRY(mln_cell_rule_make(arena, &table->columns[c], column, source->format,
                                       plan->codes[source->table][c], &rule, err));
            const enum mln_reason reason = mln_cell_type(&rule, column->constant, &value);
            if (reason != MLN_REASON_NONE) {
                MLN_TRY(mln_findings_add(findings, err,
                                         "%s:%u:%u: the constant for '%s' is no value of it: %s",
                                         plan->contract.path, column->line, column->column,
                                         table->columns[c].name, mln_reason_word(reason)));
            }
        }
    }
    return MLN_OK;
}
