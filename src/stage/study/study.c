/* Study: the tables of the study's file, from the base, sealed for the protect stage. */
#include "assets/assets.h"
#include "base/thread.h"
#include "source/model.h"
#include "stage/study/bands.h"
#include "stage/study/bands_bounds.h"
#include "stage/sealed.h"
#include "stage/state.h"
#include "stage/study/study_query.h"
#include "stage/study/tabulate.h"
#include "stage/zone.h"

#define BASE "base"

struct study {
    struct mln_run *run;
    struct mln_engine *e;
    struct mln_study study;
    struct mln_bands *bands; /* NULL: no table has any */
    struct mln_table *tables;
};

/* ── one table of counts ── */

static enum mln_status labels_of(struct study *s, const struct mln_study_table *t,
                                 const struct mln_codes **labels, struct mln_err *err) {
    static const char *const columns[] = {"code", "libelle"};
    for (size_t d = 0; d < t->n_dimensions; d++) {
        const char *name = t->dimensions[d]->nomenclature;
        labels[d] = NULL;
        if (name == NULL) {
            continue;
        }
        struct mln_str text;
        struct mln_codes *codes = MLN_ARENA_NEW(s->run->arena, struct mln_codes, 1);
        if (codes == NULL) {
            return mln_err_nomem(err, name);
        }
        MLN_TRY(mln_project_nomenclature(s->run->project, s->run->arena, name, &text, err));
        MLN_TRY(mln_codes_read(s->run->arena, name, text, columns, 2, codes, err));
        labels[d] = codes;
    }
    return MLN_OK;
}

/* Units counted, for the manifest. The last cell is the TOTAL of every dimension. */
static enum mln_status tell_table(struct study *s, const struct mln_table *t, struct mln_err *err) {
    struct mln_buf name = MLN_BUF_INIT;
    mln_buf_addf(&name, "table %s", t->name);
    enum mln_status status = mln_buf_check(&name, t->name, err);
    if (status == MLN_OK) {
        const uint64_t total = t->counts[t->n_cells - 1];
        status = mln_run_count(s->run, name.p, total, total, 0, err);
    }
    mln_buf_release(&name);
    return status;
}

static bool has_any(const struct mln_study_table *t, enum mln_study_measure_kind kind) {
    for (size_t k = 0; k < t->n_measures; k++) {
        if (t->measures[k].kind == kind) {
            return true;
        }
    }
    return false;
}

static enum mln_status make_counts(struct study *s, const struct mln_study_table *t,
                                   struct mln_table *out, struct mln_err *err) {
    struct mln_tab tab;
    const struct mln_codes *labels[MLN_TABLE_MAX_DIMENSIONS];
    MLN_TRY(labels_of(s, t, labels, err));
    MLN_TRY(mln_tab_init(&tab, s->run->arena, t, err));
    /* Tables of units without record keys are rounded instead, as the funnel is. */
    tab.keyed = s->run->project->protect.method == MLN_METHOD_CELL_KEY &&
                mln_query_has_record_keys(t);
    enum mln_status status = mln_query_counts(s->e, BASE, t, tab.keyed, mln_tab_add, &tab, err);
    if (status == MLN_OK) {
        status = mln_tab_finish(&tab, labels, s->run->project->observation_day, out, err);
    }
    mln_tab_release(&tab);
    if (status == MLN_OK && has_any(t, MLN_STUDY_BAND)) {
        status = mln_bands_table(s->bands, s->e, BASE, t, out, err);
    }
    if (status == MLN_OK && has_any(t, MLN_STUDY_BOUNDS)) {
        status = mln_bounds_table(s->e, BASE, t, out, err);
    }
    return status == MLN_OK ? tell_table(s, out, err) : status;
}

/* ── the funnel ── */

struct funnel {
    uint64_t counts[MLN_STEP_COUNT];
};

static enum mln_status add_step(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    struct funnel *f = ctx;
    for (size_t i = 0; i < batch->n_rows; i++) {
        const struct mln_str word = mln_get_str(&batch->columns[0], i);
        size_t step = 0;
        while (step < MLN_STEP_COUNT && !mln_str_is(word, mln_study_step_words[step])) {
            step++;
        }
        if (step == MLN_STEP_COUNT) {
            return mln_err_set(err, MLN_INTERNAL, "entonnoir.sql tells a step that has no name");
        }
        f->counts[step] = (uint64_t)mln_get_i64(&batch->columns[1], i);
    }
    return MLN_OK;
}

/* Rows of the ten tables, as ingest told them. */
static enum mln_status add_rows(struct study *s, struct funnel *f, struct mln_err *err) {
    const char *path = mln_run_path(s->run, "ingest.json", NULL);
    struct mln_stage_state state;
    bool found = false;
    if (path == NULL) {
        return mln_err_nomem(err, "a path");
    }
    struct mln_model model;
    const struct mln_asset *text = mln_asset_find("models/canonical.yaml");
    if (text == NULL) {
        return mln_err_set(err, MLN_INTERNAL, "the canonical model does not travel in the program");
    }
    MLN_TRY(mln_model_read(s->run->arena, text->name, text->text, &model, err));
    MLN_TRY(mln_state_read(s->run->arena, path, &found, &state, err));
    if (!found) {
        return mln_err_set(err, MLN_IO, "%s: cannot be read; run ingest again", path);
    }
    for (size_t i = 0; i < state.n_counts; i++) {
        if (mln_model_find(&model, mln_str_from(state.counts[i].what)) != NULL) {
            f->counts[MLN_STEP_ROWS_READ] += state.counts[i].read;
            f->counts[MLN_STEP_ROWS_ACCEPTED] += state.counts[i].accepted;
        }
    }
    return MLN_OK;
}

static enum mln_status make_funnel(struct study *s, const struct mln_study_table *t,
                                   struct mln_table *out, struct mln_err *err) {
    struct mln_arena *const arena = s->run->arena;
    struct funnel f = {{0}};
    MLN_TRY(add_rows(s, &f, err));
    MLN_TRY(mln_scan_sql(s->e, "study/entonnoir.sql", MLN_PARAMS(MLN_IDENT("base", BASE)), add_step,
                         &f, err));
    struct mln_dimension *d = MLN_ARENA_NEW(arena, struct mln_dimension, 1);
    const char **text = MLN_ARENA_NEW(arena, const char *, 3 * MLN_STEP_COUNT);
    uint64_t *counts = MLN_ARENA_NEW(arena, uint64_t, MLN_STEP_COUNT);
    if (d == NULL || text == NULL || counts == NULL) {
        return mln_err_nomem(err, t->name);
    }
    const char **codes = text, **fr = text + MLN_STEP_COUNT, **en = text + 2 * MLN_STEP_COUNT;
    size_t n = 0;
    for (size_t i = 0; i < MLN_STEP_COUNT; i++) {
        if (t->steps[i].fr != NULL) {
            codes[n] = mln_study_step_words[i];
            fr[n] = t->steps[i].fr;
            en[n] = t->steps[i].en;
            counts[n++] = f.counts[i];
        }
    }
    *d = (struct mln_dimension){"etape", t->step_label.fr, t->step_label.en, n, codes, fr, en, -1};
    *out = (struct mln_table){.name = t->name,
                              .title_fr = t->title.fr,
                              .title_en = t->title.en,
                              .unit_fr = t->unit.fr,
                              .unit_en = t->unit.en,
                              .note_fr = t->note.fr,
                              .note_en = t->note.en,
                              .observation_day = s->run->project->observation_day,
                              .view = t->view,
                              .detail = t->detail,
                              .n_dimensions = 1,
                              .dimensions = d,
                              .n_cells = n,
                              .counts = counts};
    return mln_table_check(out, err);
}

/* ── the stage ── */

static enum mln_status make_tables(struct study *s, struct mln_err *err) {
    const size_t n = s->study.n_tables;
    s->tables = MLN_ARENA_NEW(s->run->arena, struct mln_table, n + 1);
    if (s->tables == NULL) {
        return mln_err_nomem(err, "the tables");
    }
    for (size_t i = 0; i < n; i++) {
        const struct mln_study_table *t = &s->study.tables[i];
        MLN_TRY(mln_check_interrupt(err));
        MLN_TRY(t->from == MLN_FROM_FUNNEL ? make_funnel(s, t, &s->tables[i], err)
                                           : make_counts(s, t, &s->tables[i], err));
        mln_progress(s->run->talk, "study", i + 1, n);
    }
    return MLN_OK;
}

static enum mln_status seal_tables(struct study *s, struct mln_err *err) {
    struct mln_buf bytes = MLN_BUF_INIT;
    enum mln_status status = mln_tables_write(s->tables, s->study.n_tables, &bytes, err);
    if (status == MLN_OK) {
        status = mln_sealed_write(s->run, "study", MLN_SEAL_STUDY, mln_buf_view(&bytes),
                                  mln_run_partial(s->run, MLN_TABLES_FILE), err);
    }
    mln_buf_release(&bytes);
    return status;
}

enum mln_status mln_stage_study(struct mln_run *run, struct mln_err *err) {
    struct study s = {.run = run};
    MLN_TRY(mln_study_read(run->arena, run->project->study, &s.study, err));
    MLN_TRY(mln_zone_open(run, &s.e, err));
    enum mln_status status = mln_zone_attach(run, s.e, BASE, mln_run_path(run, "chain", "base.db"),
                                             "base", MLN_ATTACH_READ, err);
    if (status == MLN_OK) {
        status = s.e->ops->lock_down(s.e, &run->partial_dir, 1, err);
    }
    if (status == MLN_OK && s.study.has_bands) {
        status = mln_bands_new(s.e, BASE, &s.study.link_error, run->project->observation_day, &s.bands,
                               err);
    }
    if (status == MLN_OK) {
        status = make_tables(&s, err);
    }
    mln_bands_free(s.bands);
    mln_zone_close(run, s.e);
    return status == MLN_OK ? seal_tables(&s, err) : status;
}
