/* Study: the tables of the study's file, from the base, sealed for the protect stage.
 *
 * Statements are built from column names of a fixed list and from bound values; nothing that a
 * person wrote is pasted into SQL. */
#include "assets/assets.h"
#include "base/thread.h"
#include "source/model.h"
#include "stage/sealed.h"
#include "stage/state.h"
#include "stage/tabulate.h"
#include "stage/zone.h"

#define BASE "base"

struct study {
    struct mln_run *run;
    struct mln_engine *e;
    struct mln_study study;
    struct mln_table *tables;
};

/* ── one table of counts ── */

enum { MAX_PARAMS = 512 };

struct statement {
    struct mln_buf sql;
    struct mln_buf names; /* of parameters, each NUL-terminated */
    struct mln_param params[MAX_PARAMS];
    size_t name_at[MAX_PARAMS];
    size_t n;
};

/* The name of parameter number `n`: c0 (identifier), v0 (value). */
static void add_param(struct statement *s, char letter, struct mln_param param) {
    s->name_at[s->n] = s->names.n;
    mln_buf_addc(&s->names, letter);
    mln_buf_add_u64(&s->names, s->n);
    mln_buf_addc(&s->names, '\0');
    s->params[s->n++] = param;
}

static void add_ident(struct statement *s, const char *column) {
    mln_buf_addc(&s->sql, '{');
    mln_buf_addc(&s->sql, 'c');
    mln_buf_add_u64(&s->sql, s->n);
    mln_buf_addc(&s->sql, '}');
    add_param(s, 'c', MLN_IDENT(NULL, column));
}

static void add_value(struct statement *s, const char *code) {
    mln_buf_addc(&s->sql, '$');
    mln_buf_addc(&s->sql, 'v');
    mln_buf_add_u64(&s->sql, s->n);
    add_param(s, 'v', MLN_TEXT(NULL, code));
}

static void add_code(struct statement *s, const char *column) {
    mln_buf_addz(&s->sql, "CAST(");
    add_ident(s, column);
    mln_buf_addz(&s->sql, " AS VARCHAR)");
}

static bool wants_durations(const struct mln_study_table *t) {
    for (size_t i = 0; i < t->n_measures; i++) {
        if (t->measures[i].kind != MLN_STUDY_SHARE) {
            return true;
        }
    }
    return false;
}

/* The units a table counts; keyed: with the pseudonym and the rank that make a record key. */
static void add_source(struct statement *s, const struct mln_study_table *t, bool keyed) {
    const bool victims = t->from == MLN_FROM_VICTIMS;
    const char *name = victims ? "chaine_victime" : "chaine_procedure";
    if (!keyed) {
        mln_buf_addf(&s->sql, ", CAST(COUNT(*) AS BIGINT) AS n FROM {base}.%s", name);
        return;
    }
    mln_buf_addf(&s->sql,
                 ", CAST(1 AS BIGINT) AS n, CAST(procedure_id AS VARCHAR) AS procedure_id, "
                 "CAST(%s AS INTEGER) AS rang FROM (SELECT u.*, p.procedure_id FROM {base}.%s AS u "
                 "JOIN {base}.procedure AS p ON u.procedure_no = p.procedure_no) AS unites",
                 victims ? "rang" : "0", name);
}

/* SELECT CAST(dimension AS VARCHAR)…, jours, en_cours, COUNT(*) … WHERE … GROUP BY … ORDER BY …;
 * keyed, every unit by itself. */
static void build(struct statement *s, const struct mln_study_table *t, bool keyed) {
    const bool durations = wants_durations(t);
    mln_buf_addz(&s->sql, "SELECT ");
    for (size_t d = 0; d < t->n_dimensions; d++) {
        add_code(s, t->dimensions[d]->column);
        mln_buf_addf(&s->sql, " AS k%zu, ", d);
    }
    mln_buf_addz(&s->sql, durations ? "duree_jours AS jours, en_cours"
                                    : "CAST(NULL AS INTEGER) AS jours, CAST(NULL AS INTEGER) AS "
                                      "en_cours");
    add_source(s, t, keyed);
    for (size_t i = 0; i < t->n_filters; i++) {
        mln_buf_addz(&s->sql, i == 0 ? " WHERE " : " AND ");
        add_code(s, t->filters[i].column);
        for (size_t k = 0; k < t->filters[i].n_codes; k++) {
            mln_buf_addz(&s->sql, k == 0 ? " IN (" : ", ");
            add_value(s, t->filters[i].codes[k]);
        }
        mln_buf_addc(&s->sql, ')');
    }
    for (size_t part = 0; !keyed && part < 2; part++) {
        mln_buf_addz(&s->sql, part == 0 ? " GROUP BY " : " ORDER BY ");
        for (size_t d = 0; d < t->n_dimensions; d++) {
            mln_buf_addz(&s->sql, d == 0 ? "" : ", ");
            add_ident(s, t->dimensions[d]->column);
        }
        mln_buf_addz(&s->sql, durations ? ", duree_jours, en_cours" : "");
    }
}

static size_t params_needed(const struct mln_study_table *t) {
    size_t n = 1 + 3 * t->n_dimensions;
    for (size_t i = 0; i < t->n_filters; i++) {
        n += 1 + t->filters[i].n_codes;
    }
    return n;
}

static enum mln_status scan_table(struct study *s, const struct mln_study_table *t,
                                  struct mln_tab *tab, struct mln_err *err) {
    if (params_needed(t) > MAX_PARAMS) {
        return mln_err_set(err, MLN_BAD_INPUT, "table %s: its filters hold too many codes",
                           t->name);
    }
    struct statement *st = MLN_ARENA_NEW(s->run->arena, struct statement, 1);
    if (st == NULL) {
        return mln_err_nomem(err, t->name);
    }
    st->sql = MLN_BUF_INIT;
    st->names = MLN_BUF_INIT;
    tab->keyed = s->run->project->protect.method == MLN_METHOD_CELL_KEY;
    build(st, t, tab->keyed);
    enum mln_status status = mln_buf_check(&st->sql, t->name, err);
    if (status == MLN_OK) {
        status = mln_buf_check(&st->names, t->name, err);
    }
    if (status == MLN_OK) {
        for (size_t i = 0; i < st->n; i++) {
            st->params[i].name = st->names.p + st->name_at[i];
        }
        st->params[st->n] = MLN_IDENT("base", BASE);
        status = s->e->ops->scan(s->e, t->name, mln_buf_view(&st->sql),
                                 (struct mln_params){st->params, st->n + 1}, mln_tab_add, tab, err);
    }
    mln_buf_release(&st->sql);
    mln_buf_release(&st->names);
    return status;
}

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

static enum mln_status make_counts(struct study *s, const struct mln_study_table *t,
                                   struct mln_table *out, struct mln_err *err) {
    struct mln_tab tab;
    const struct mln_codes *labels[MLN_TABLE_MAX_DIMENSIONS];
    MLN_TRY(labels_of(s, t, labels, err));
    MLN_TRY(mln_tab_init(&tab, s->run->arena, t, err));
    enum mln_status status = scan_table(s, t, &tab, err);
    if (status == MLN_OK) {
        status = mln_tab_finish(&tab, labels, s->run->project->observation_day, out, err);
    }
    mln_tab_release(&tab);
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
    if (status == MLN_OK) {
        status = make_tables(&s, err);
    }
    mln_zone_close(run, s.e);
    return status == MLN_OK ? seal_tables(&s, err) : status;
}
