#include "stage/eval/eval.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "source/source.h"
#include "stage/chain/chain_codes.h"
#include "stage/study/density.h"
#include "stage/eval/eval_bands.h"
#include "stage/zone.h"

struct eval {
    struct mln_run run;
    struct mln_engine *e;
    FILE *out;
    struct mln_buf text; /* of work/eval.json */
    struct mln_json json;
    char last[64]; /* the figure of the line before */
    struct mln_eval_bands bands;
    uint64_t n_bands, n_covering; /* shares with a band; whose band holds the truth */
};

/* ── the truth, as text ── */

enum { TRUTH_COLUMNS_MAX = 16 };

struct truth_file {
    const char *file;
    const char *table;
    const char *columns[TRUTH_COLUMNS_MAX + 1];
};

static const struct truth_file truth_files[] = {
    {"lien_procedure_affaire.csv",
     "lu_procedure_affaire",
     {"force", "code_unite", "annee", "numero", "affaire_id", NULL}},
    {"lien_personne.csv",
     "lu_personne",
     {"force", "code_unite", "annee", "numero", "rang_procedure", "affaire_id", "rang_affaire",
      NULL}},
    {"lien_infraction.csv",
     "lu_infraction",
     {"force", "code_unite", "annee", "numero", "rang_procedure", "affaire_id", "rang_affaire",
      NULL}},
    {"victime.csv",
     "lu_victime",
     {"force", "code_unite", "annee", "numero", "rang", "genre", "champ", "issue", "mode",
      "duree_jours", "commune_faits", "natinf", "natinf_orientation", "natinf_jugement", NULL}},
    {"etape.csv",
     "lu_etape",
     {"force", "code_unite", "annee", "numero", "ordre", "etape", "entree", "sortie", NULL}},
    {"identite.csv",
     "lu_identite",
     {"force", "code_unite", "annee", "numero", "rang", "role", "personne", NULL}},
};

struct loading {
    const char *path;
    struct mln_engine *e;
    struct mln_appender *appender;
    struct mln_builder *rows;
};

static enum mln_status append_cells(void *ctx, const struct mln_cells *cells, struct mln_err *err) {
    struct loading *l = ctx;
    for (size_t row = 0; row < cells->n_rows; row++) {
        if (cells->faults[row].reason != MLN_REASON_NONE) {
            return mln_err_set(err, MLN_BAD_INPUT, "%s: row %" PRIu64 " is damaged", l->path,
                               cells->first_row + row);
        }
        for (size_t c = 0; c < cells->n_columns; c++) {
            mln_add_str(l->rows, c, cells->cells[row * cells->n_columns + c]);
        }
    }
    struct mln_batch batch;
    MLN_TRY(mln_builder_view(l->rows, &batch, err));
    MLN_TRY(l->e->ops->append(l->appender, &batch, err));
    mln_builder_reset(l->rows);
    return MLN_OK;
}

/* The places of the wanted columns in the header. */
static enum mln_status select_columns(struct mln_source *source, const struct truth_file *file,
                                      const char *path, size_t n, struct mln_err *err) {
    size_t n_header = 0;
    size_t places[TRUTH_COLUMNS_MAX];
    const struct mln_str *header = mln_source_columns(source, &n_header);
    for (size_t c = 0; c < n; c++) {
        places[c] = 0;
        while (places[c] < n_header && !mln_str_is(header[places[c]], file->columns[c])) {
            places[c]++;
        }
        if (places[c] == n_header) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "%s: no column '%s'; is this the folder 'truth' of maillon synth?",
                               path, file->columns[c]);
        }
    }
    return mln_source_select(source, places, n, err);
}

static enum mln_status create_table(struct eval *ev, const struct truth_file *file, size_t n,
                                    struct mln_err *err) {
    struct mln_buf sql = MLN_BUF_INIT;
    mln_buf_addz(&sql, "CREATE TABLE {t}.{table} (");
    for (size_t c = 0; c < n; c++) {
        mln_buf_addz(&sql, c == 0 ? "" : ", ");
        mln_quote_ident(&sql, mln_str_from(file->columns[c]));
        mln_buf_addz(&sql, " VARCHAR");
    }
    mln_buf_addc(&sql, ')');
    enum mln_status status = mln_buf_check(&sql, "a statement", err);
    if (status == MLN_OK) {
        status = ev->e->ops->exec(
            ev->e, file->file, mln_buf_view(&sql),
            MLN_PARAMS(MLN_IDENT("t", MLN_WORK), MLN_IDENT("table", file->table)), NULL, err);
    }
    mln_buf_release(&sql);
    return status;
}

static enum mln_status load_rows(struct eval *ev, const struct truth_file *file, const char *path,
                                 size_t n, struct mln_source *source, struct mln_err *err) {
    struct mln_column_spec specs[TRUTH_COLUMNS_MAX];
    for (size_t c = 0; c < n; c++) {
        specs[c] = (struct mln_column_spec){file->columns[c], MLN_UTF8_TEXT};
    }
    struct loading l = {.path = path, .e = ev->e, .rows = mln_builder_new(specs, n)};
    if (l.rows == NULL) {
        return mln_err_nomem(err, "the truth");
    }
    enum mln_status status =
        ev->e->ops->append_open(ev->e, MLN_WORK, file->table, &l.appender, err);
    if (status == MLN_OK) {
        status = mln_source_stream(source, append_cells, &l, err);
        const enum mln_status closed =
            ev->e->ops->append_close(l.appender, status == MLN_OK, status == MLN_OK ? err : NULL);
        status = status != MLN_OK ? status : closed;
    }
    mln_builder_free(l.rows);
    return status;
}

static enum mln_status load_truth(struct eval *ev, const char *dir, const struct truth_file *file,
                                  struct mln_err *err) {
    static const struct mln_source_options options = {
        .format = MLN_FORMAT_CSV, .delimiter = ',', .quote = '"', .encoding = MLN_UTF8};
    size_t n = 0;
    while (file->columns[n] != NULL) {
        n++;
    }
    struct mln_buf path = MLN_BUF_INIT;
    struct mln_source *source = NULL;
    mln_path_join(&path, dir, mln_str_from(file->file));
    enum mln_status status = mln_buf_check(&path, "a path", err);
    MLN_TRY_GOTO(status, mln_source_open(path.p, &options, &source, err), done);
    MLN_TRY_GOTO(status, select_columns(source, file, path.p, n, err), done);
    MLN_TRY_GOTO(status, create_table(ev, file, n, err), done);
    status = load_rows(ev, file, path.p, n, source, err);
done:
    if (source != NULL) {
        mln_source_close(source);
    }
    mln_buf_release(&path);
    return status;
}

/* ── telling ── */

static double ratio(int64_t part, int64_t whole) {
    return whole == 0 ? NAN : (double)part / (double)whole;
}

static void print_share(FILE *out, double share) {
    if (isnan(share)) {
        fprintf(out, "%10s", "-");
    } else {
        fprintf(out, "%9.2f%%", 100 * share);
    }
}

static void json_number(struct mln_json *j, const char *key, double value) {
    mln_json_member_f64(j, key, value);
}

static void json_count(struct mln_json *j, const char *key, int64_t value) {
    mln_json_member_i64(j, key, value);
}

/* The passes of a level are indented below it: their recall has no meaning (which pass should have
 * found a link is not known). */
static enum mln_status tell_links(void *ctx, const struct mln_batch *b, struct mln_err *err) {
    (void)err;
    struct eval *ev = ctx;
    for (size_t row = 0; row < b->n_rows; row++) {
        const struct mln_str level = mln_get_str(&b->columns[0], row);
        const struct mln_str pass = mln_get_str(&b->columns[1], row);
        const bool whole = pass.p == NULL;
        const int64_t truth = whole ? mln_get_i64(&b->columns[2], row) : 0;
        const int64_t found = mln_get_i64(&b->columns[3], row);
        const int64_t right = mln_get_i64(&b->columns[4], row);
        mln_json_begin_object(&ev->json);
        mln_json_key(&ev->json, "niveau");
        mln_json_str(&ev->json, level);
        mln_json_key(&ev->json, "passe");
        mln_json_str(&ev->json, pass);
        fprintf(ev->out, "%s%-*.*s", whole ? "" : "  ", whole ? 24 : 22,
                MLN_STR_ARG(whole ? level : pass));
        if (whole) {
            fprintf(ev->out, "%11" PRId64, truth);
            json_count(&ev->json, "vrais", truth);
        } else {
            fprintf(ev->out, "%11s", "");
        }
        fprintf(ev->out, "%11" PRId64 "%11" PRId64, found, right);
        print_share(ev->out, ratio(right, found));
        json_count(&ev->json, "trouves", found);
        json_count(&ev->json, "justes", right);
        json_number(&ev->json, "precision", ratio(right, found));
        if (whole) {
            print_share(ev->out, ratio(right, truth));
            json_number(&ev->json, "rappel", ratio(right, truth));
        }
        fputc('\n', ev->out);
        mln_json_end(&ev->json);
    }
    return MLN_OK;
}

static void print_value(FILE *out, struct mln_str unit, double value) {
    if (mln_str_is(unit, "part")) {
        print_share(out, value);
    } else {
        fprintf(out, "%10.*f", mln_str_is(unit, "n") ? 0 : 1, value);
    }
}

static void print_gap(FILE *out, struct mln_str unit, double gap) {
    if (mln_str_is(unit, "part")) {
        fprintf(out, "%+9.2f pt", 100 * gap);
    } else {
        fprintf(out, "%+9.*f%s", mln_str_is(unit, "n") ? 0 : 1, gap,
                mln_str_is(unit, "n") ? "" : " d");
    }
}

/* The band of linkage error, and whether the truth is in it. */
static void tell_band(struct eval *ev, struct mln_str figure, struct mln_str category,
                      double truth) {
    const struct mln_interval band = mln_eval_band(&ev->bands, figure, category);
    if (isnan(band.lower)) {
        return;
    }
    /* The share of an outcome nobody has: the truth may be 0 to the last bit. */
    const bool covers = band.lower - 1e-12 <= truth && truth <= band.upper + 1e-12;
    ev->n_bands++;
    ev->n_covering += covers;
    fprintf(ev->out, "  [%.2f %.2f]%s", 100 * band.lower, 100 * band.upper, covers ? "" : " *");
    json_number(&ev->json, "bande_basse", band.lower);
    json_number(&ev->json, "bande_haute", band.upper);
    json_count(&ev->json, "bande_couvre", covers);
}

static enum mln_status tell_figures(void *ctx, const struct mln_batch *b, struct mln_err *err) {
    (void)err;
    struct eval *ev = ctx;
    for (size_t row = 0; row < b->n_rows; row++) {
        const struct mln_str figure = mln_get_str(&b->columns[0], row);
        const struct mln_str category = mln_get_str(&b->columns[1], row);
        const struct mln_str unit = mln_get_str(&b->columns[2], row);
        const double got = mln_get_f64(&b->columns[3], row);
        const double truth = mln_get_f64(&b->columns[4], row);
        if (!mln_str_is(figure, ev->last)) {
            (void)snprintf(ev->last, sizeof ev->last, "%.*s", MLN_STR_ARG(figure));
            fprintf(ev->out, "%s\n", ev->last);
        }
        fprintf(ev->out, "  %-22.*s%11" PRId64, MLN_STR_ARG(category),
                mln_get_i64(&b->columns[5], row));
        print_value(ev->out, unit, got);
        print_value(ev->out, unit, truth);
        print_gap(ev->out, unit, got - truth);
        mln_json_begin_object(&ev->json);
        mln_json_key(&ev->json, "chiffre");
        mln_json_str(&ev->json, figure);
        mln_json_key(&ev->json, "modalite");
        mln_json_str(&ev->json, category);
        mln_json_key(&ev->json, "unite");
        mln_json_str(&ev->json, unit);
        json_number(&ev->json, "obtenu", got);
        json_number(&ev->json, "vrai", truth);
        json_count(&ev->json, "base_obtenue", mln_get_i64(&b->columns[5], row));
        json_count(&ev->json, "base_vraie", mln_get_i64(&b->columns[6], row));
        tell_band(ev, figure, category, truth);
        fputc('\n', ev->out);
        mln_json_end(&ev->json);
    }
    return MLN_OK;
}

static enum mln_status tell_victims(void *ctx, const struct mln_batch *b, struct mln_err *err) {
    (void)err;
    struct eval *ev = ctx;
    for (size_t row = 0; row < b->n_rows; row++) {
        const struct mln_str question = mln_get_str(&b->columns[0], row);
        const int64_t judged = mln_get_i64(&b->columns[1], row);
        const int64_t right =
            mln_is_valid(&b->columns[2], row) ? mln_get_i64(&b->columns[2], row) : 0;
        fprintf(ev->out, "%-46.*s%11" PRId64 "%11" PRId64, MLN_STR_ARG(question), judged, right);
        print_share(ev->out, ratio(right, judged));
        fputc('\n', ev->out);
        mln_json_begin_object(&ev->json);
        mln_json_key(&ev->json, "question");
        mln_json_str(&ev->json, question);
        json_count(&ev->json, "juges", judged);
        json_count(&ev->json, "justes", right);
        json_number(&ev->json, "part", ratio(right, judged));
        mln_json_end(&ev->json);
    }
    return MLN_OK;
}

/* ── the whole ── */

static struct mln_params names(void) {
    static const struct mln_param list[] = {
        {.name = "t", .type = MLN_PARAM_IDENT, .s = {MLN_WORK, sizeof MLN_WORK - 1}},
        {.name = "id", .type = MLN_PARAM_IDENT, .s = {"ident", 5}},
        {.name = "pivot", .type = MLN_PARAM_IDENT, .s = {"pivot", 5}},
        {.name = "base", .type = MLN_PARAM_IDENT, .s = {"base", 4}},
    };
    return (struct mln_params){list, sizeof list / sizeof *list};
}

static enum mln_status tell_part(struct eval *ev, const char *key, const char *heading,
                                 const char *asset, mln_sink_fn *sink, struct mln_err *err) {
    fprintf(ev->out, "%s\n", heading);
    mln_json_key(&ev->json, key);
    mln_json_begin_array(&ev->json);
    MLN_TRY(mln_scan_sql(ev->e, asset, names(), sink, ev, err));
    mln_json_end(&ev->json);
    fputc('\n', ev->out);
    return MLN_OK;
}

static enum mln_status open_zones(struct eval *ev, struct mln_err *err) {
    struct mln_run *run = &ev->run;
    MLN_TRY(mln_zone_open(run, &ev->e, err));
    MLN_TRY(mln_zone_attach(run, ev->e, "ident", mln_run_path(run, "ingest", "id.db"), "id",
                            MLN_ATTACH_READ, err));
    MLN_TRY(mln_zone_attach(run, ev->e, "pivot", mln_run_path(run, "link-chain", "pivot.db"),
                            "pivot", MLN_ATTACH_READ, err));
    return mln_zone_attach(run, ev->e, "base", mln_run_path(run, "chain", "base.db"), "base",
                           MLN_ATTACH_READ, err);
}

/* The classes that the run used: the truth has the communes of the facts. */
static enum mln_status load_density(struct eval *ev, struct mln_err *err) {
    struct mln_density density;
    MLN_TRY(mln_density_read(ev->run.project, ev->run.arena, &density, err));
    return mln_density_append(&density, ev->e, MLN_WORK, "densite", err);
}

/* The classes of offences that the run used: the truth has the codes. */
static enum mln_status load_classes(struct eval *ev, struct mln_err *err) {
    struct mln_study study;
    if (ev->run.project->study == NULL) {
        return MLN_OK;
    }
    MLN_TRY(mln_study_read(ev->run.arena, ev->run.project->study, &study, err));
    return mln_chain_classes_load(&ev->run, ev->e, &study, err);
}

static enum mln_status compare(struct eval *ev, const char *truth_dir, struct mln_err *err) {
    MLN_TRY(open_zones(ev, err));
    for (size_t i = 0; i < sizeof truth_files / sizeof *truth_files; i++) {
        MLN_TRY(load_truth(ev, truth_dir, &truth_files[i], err));
    }
    MLN_TRY(mln_run_sql(ev->e, "eval/nomenclatures.sql", names(), NULL, err));
    MLN_TRY(load_density(ev, err));
    MLN_TRY(load_classes(ev, err));
    MLN_TRY(mln_run_sql(ev->e, "eval/verite.sql", names(), NULL, err));
    MLN_TRY(mln_eval_bands_read(&ev->run, &ev->bands, err));
    mln_json_init(&ev->json, &ev->text);
    mln_json_begin_object(&ev->json);
    MLN_TRY(tell_part(ev, "liens",
                      "Links                          true      found      right precision    "
                      "recall",
                      "eval/liens.sql", tell_links, err));
    MLN_TRY(tell_part(ev, "chiffres",
                      ev->bands.n == 0
                          ? "Figure                        units  obtained      true       gap"
                          : "Figure                        units  obtained      true       gap  "
                            "band of linkage error (*: does not hold the truth)",
                      "eval/chiffres.sql", tell_figures, err));
    if (ev->bands.n > 0) {
        json_count(&ev->json, "bandes", (int64_t)ev->n_bands);
        json_count(&ev->json, "bandes_qui_couvrent", (int64_t)ev->n_covering);
        const double level = ev->bands.study.link_error.level;
        json_number(&ev->json, "niveau_des_bandes", level);
        fprintf(ev->out,
                "Bands of linkage error that hold the truth: %" PRIu64 " of %" PRIu64
                " (%.1f expected at %g %%)\n\n",
                ev->n_covering, ev->n_bands, level * (double)ev->n_bands, 100 * level);
    }
    MLN_TRY(tell_part(ev, "parcours",
                      "Stages and persons            units  obtained      true       gap",
                      "eval/parcours.sql", tell_figures, err));
    MLN_TRY(tell_part(ev, "victimes",
                      "One by one                                         judged      right     "
                      "share",
                      "eval/victimes.sql", tell_victims, err));
    mln_json_end(&ev->json);
    return mln_json_finish(&ev->json, err);
}

static enum mln_status write_json(struct eval *ev, struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    mln_path_join(&path, ev->run.project->work_dir, MLN_STR_LIT("eval.json"));
    enum mln_status status = mln_buf_check(&path, "a path", err);
    if (status == MLN_OK) {
        status = mln_file_write(path.p, mln_buf_view(&ev->text), err);
    }
    mln_buf_release(&path);
    return status;
}

enum mln_status mln_eval(const struct mln_project *project, const char *truth_dir,
                         struct mln_talk *talk, FILE *out, struct mln_err *err) {
    struct mln_arena arena = MLN_ARENA_INIT;
    struct eval ev = {.run = {.project = project, .talk = talk, .arena = &arena}, .out = out};
    ev.run.partial_dir = mln_run_path(&ev.run, ".eval", "partial");
    enum mln_status status = ev.run.partial_dir == NULL ? mln_err_nomem(err, "a path") : MLN_OK;
    if (status == MLN_OK) {
        status = mln_dir_make(ev.run.partial_dir, err);
    }
    if (status == MLN_OK) {
        status = compare(&ev, truth_dir, err);
    }
    mln_zone_close(&ev.run, ev.e);
    if (status == MLN_OK) {
        status = write_json(&ev, err);
    }
    if (ev.run.partial_dir != NULL) {
        const char *own = mln_run_dir(&ev.run, ".eval");
        const enum mln_status removed = own == NULL ? MLN_OK : mln_dir_remove(own, NULL);
        (void)removed; /* empty folders: the next eval clears them */
    }
    mln_buf_release(&ev.text);
    mln_arena_release(&arena);
    return status;
}
