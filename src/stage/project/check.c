/* Stage check: everything that can be known to be wrong before a row is read, told at once.
 *
 * Project (read by the caller), keys, study, contract, nomenclatures, files and their headers. Each
 * problem is a line; the stage fails when there is one. */
#include "secret/keys.h"
#include "stage/chain/chain_codes.h"
#include "stage/study/density.h"
#include "stage/ingest/ingest_plan.h"
#include "stage/zone.h"

static enum mln_status check_keys(struct mln_run *run, struct mln_findings *findings,
                                  struct mln_err *err) {
    for (size_t i = 0; mln_key_names[i] != NULL; i++) {
        const struct mln_keyring ring = mln_project_ring(run->project);
        char id[MLN_KEY_ID_CHARS + 1];
        struct mln_key key;
        enum mln_status status = mln_keyring_id(&ring, mln_key_names[i], id, err);
        if (status == MLN_OK && mln_keyring_holds(&ring, mln_key_names[i])) {
            status = mln_keyring_load(&ring, mln_key_names[i], &key, err);
            mln_key_release(&key);
        }

        MLN_TRY(mln_findings_take(findings, status, err));
    }
    return MLN_OK;
}

static bool needs_engine(const struct mln_ingest_plan *plan) {
    for (size_t s = 0; s < plan->contract.n_sources; s++) {
        if (plan->contract.sources[s].format == MLN_FORMAT_PARQUET) {
            return true;
        }
    }
    return false;
}

/* Opens the file and compares its header with the contract. */
static enum mln_status check_file(struct mln_run *run, const struct mln_ingest_plan *plan,
                                  size_t file, struct mln_engine *e, struct mln_findings *findings,
                                  struct mln_err *err) {
    const struct mln_contract_source *source = mln_ingest_source_of(plan, file);
    struct mln_source_options options = mln_contract_options(source, &plan->files[file]);
    options.engine = e;
    struct mln_source *reader = NULL;
    const enum mln_status status = mln_source_open(plan->files[file].path, &options, &reader, err);
    if (status != MLN_OK) {
        return mln_findings_take(findings, status, err);
    }
    size_t n = 0;
    struct mln_binding binding;
    const struct mln_str *names = mln_source_columns(reader, &n);
    const enum mln_status bound =
        mln_binding_make(run->arena, source, &plan->model.tables[source->table],
                         plan->files[file].shown, names, n, &binding, findings, err);
    mln_source_close(reader);
    return bound;
}

static enum mln_status check_files(struct mln_run *run, const struct mln_ingest_plan *plan,
                                   struct mln_findings *findings, struct mln_err *err) {
    struct mln_engine *e = NULL;
    if (needs_engine(plan)) {
        const struct mln_engine_options options = {.n_threads = 1, .talk = run->talk};
        MLN_TRY(mln_engine_open_duckdb(&options, &e, err));
    }
    enum mln_status status = MLN_OK;
    for (size_t f = 0; f < plan->n_files && status == MLN_OK; f++) {
        status = check_file(run, plan, f, e, findings, err);
    }
    if (e != NULL) {
        e->ops->close(e);
    }
    return status;
}

static enum mln_status check_density(struct mln_run *run, struct mln_err *err) {
    struct mln_density density;
    return mln_density_read(run->project, run->arena, &density, err);
}

static enum mln_status find_all(struct mln_run *run, struct mln_findings *findings,
                                struct mln_err *err) {
    struct mln_ingest_plan plan;
    MLN_TRY(check_keys(run, findings, err));
    MLN_TRY(mln_findings_take(findings, mln_study_check(run, err), err));
    MLN_TRY(mln_findings_take(findings, check_density(run, err), err));
    MLN_TRY(mln_ingest_plan_read(run, &plan, findings, err));
    MLN_TRY(mln_ingest_plan_codes(run, &plan, findings, err));
    MLN_TRY(mln_ingest_plan_constants(&plan, run->arena, findings, err));
    return check_files(run, &plan, findings, err);
}

enum mln_status mln_stage_check(struct mln_run *run, struct mln_err *err) {
    struct mln_findings findings = {.arena = run->arena};
    struct mln_err local; /* findings are taken from the message, also when nobody asked for it */
    struct mln_err *told = err == NULL ? &local : err;
    MLN_TRY(find_all(run, &findings, told));
    if (findings.n < 2 || run->talk == NULL || run->talk->level < MLN_NORMAL) {
        return mln_findings_status(&findings, told);
    }
    for (size_t i = 0; i < findings.n; i++) {
        mln_say(run->talk, "%s", findings.lines[i]);
    }
    return mln_err_set(told, findings.first, "%zu problems, listed above", findings.n);
}
