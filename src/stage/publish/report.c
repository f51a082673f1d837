/* Report: protected tables in, the page and the files of out/ made. It holds the publisher's key
 * only, and the type of what it opens is the type the writers take. */
#include "report/report.h"

#include "assets/assets.h"
#include "base/file.h"
#include "base/thread.h"
#include "source/model.h"
#include "stage/sealed.h"
#include "stage/stage.h"
#include "stage/state.h"
#include "stage/zone.h"

struct publication {
    struct mln_run *run;
    struct mln_protected_table **tables;
    size_t n;
    struct mln_report_facts facts;
};

static enum mln_status read_model(struct publication *p, struct mln_model *model,
                                  struct mln_err *err) {
    const struct mln_asset *text = mln_asset_find("models/canonical.yaml");
    if (text == NULL) {
        return mln_err_set(err, MLN_INTERNAL, "the canonical model does not travel in the program");
    }
    return mln_model_read(p->run->arena, text->name, text->text, model, err);
}

/* Rows of the sources, from what ingest told of the tables of the model. */
static enum mln_status read_sources(struct publication *p, struct mln_err *err) {
    struct mln_stage_state state = {0};
    struct mln_buf path = MLN_BUF_INIT;
    bool found = false;
    mln_buf_addf(&path, "%s/ingest.json", p->run->project->work_dir);
    enum mln_status status = mln_buf_check(&path, "a path", err);
    if (status == MLN_OK) {
        status = mln_state_read(p->run->arena, path.p, &found, &state, err);
    }
    mln_buf_release(&path);
    MLN_TRY(status);
    struct mln_report_source *sources =
        MLN_ARENA_NEW(p->run->arena, struct mln_report_source, state.n_counts + 1);
    if (sources == NULL) {
        return mln_err_nomem(err, "the rows of the sources");
    }
    struct mln_model model;
    MLN_TRY(read_model(p, &model, err));
    p->facts.sources = sources;
    for (size_t i = 0; i < state.n_counts; i++) {
        const struct mln_stage_count *c = &state.counts[i];
        if (mln_model_find(&model, mln_str_from(c->what)) != NULL) {
            sources[p->facts.n_sources++] =
                (struct mln_report_source){c->what, c->read, c->accepted, c->rejected};
        }
    }
    return MLN_OK;
}

static enum mln_status write_page(struct publication *p, struct mln_err *err) {
    const char *path = mln_run_partial(p->run, "report.html");
    struct mln_buf page = MLN_BUF_INIT;
    enum mln_status status = path == NULL ? mln_err_nomem(err, "a path")
                                          : mln_report_page(p->tables, p->n, &p->facts, &page, err);
    if (status == MLN_OK) {
        status = mln_file_write(path, mln_buf_view(&page), err);
    }
    mln_buf_release(&page);
    return status;
}

static const char *table_path(struct publication *p, const char *name, const char *suffix) {
    struct mln_buf file = MLN_BUF_INIT;
    mln_buf_addf(&file, "tables/%s%s", name, suffix);
    const char *path = file.failed ? NULL : mln_run_partial(p->run, file.p);
    mln_buf_release(&file);
    return path;
}

static enum mln_status write_tables(struct publication *p, struct mln_engine *e,
                                    struct mln_err *err) {
    for (size_t t = 0; t < p->n; t++) {
        const char *name = mln_protected_frame(p->tables[t])->name;
        const char *csv = table_path(p, name, ".csv");
        const char *parquet = table_path(p, name, ".parquet");
        if (csv == NULL || parquet == NULL) {
            return mln_err_nomem(err, "a path");
        }
        MLN_TRY(mln_check_interrupt(err));
        MLN_TRY(mln_report_files(e, p->tables[t], p->facts.lang, csv, parquet, err));
    }
    return MLN_OK;
}

static enum mln_status write_files(struct publication *p, struct mln_err *err) {
    const char *dir = mln_run_partial(p->run, "tables");
    if (dir == NULL) {
        return mln_err_nomem(err, "a path");
    }
    MLN_TRY(mln_dir_make(dir, err));
    struct mln_engine *e = NULL;
    MLN_TRY(mln_zone_open(p->run, &e, err));
    enum mln_status status = e->ops->lock_down(e, &dir, 1, err);
    if (status == MLN_OK) {
        status = write_tables(p, e, err);
    }
    mln_zone_close(p->run, e);
    return status;
}

enum mln_status mln_stage_report(struct mln_run *run, struct mln_err *err) {
    const struct mln_project *project = run->project;
    struct publication p = {
        .run = run,
        .facts = {.lang = strcmp(project->lang, "en") == 0 ? MLN_LANG_EN : MLN_LANG_FR,
                  .name = project->name,
                  .purpose = project->purpose,
                  .version = MLN_VERSION,
                  .observation_day = project->observation_day}};
    MLN_TRY(mln_sealed_protected(run, &p.tables, &p.n, err));
    MLN_TRY(read_sources(&p, err));
    MLN_TRY(write_page(&p, err));
    return write_files(&p, err);
}
