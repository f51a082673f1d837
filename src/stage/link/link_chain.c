/* Stage link-chain: procedures ↔ affaires by keys in passes, then persons and offences inside each
 * link, then the pivot: pseudonyms, and numbers in their order.
 *
 *   id.db ──▶ keys, readings (kernels) ──▶ candidates ──▶ links ──▶ pivot.db
 *
 * The relational work is sql/link-chain/, one statement a purpose; this file gives it its order and
 * the kernels between. Working tables live in the engine's memory (spill is encrypted) and hold
 * identifiers: none of them is written down. */
#include <inttypes.h>
#include <stdio.h>

#include "assets/assets.h"
#include "base/date.h"
#include "base/thread.h"
#include "link/numero_parquet.h"
#include "link/proc_key.h"
#include "link/pv_reference.h"
#include "secret/permute.h"
#include "stage/project/codes.h"
#include "stage/study/density.h"
#include "stage/link/link_joint.h"
#include "stage/zone.h"

enum { DAYS_MAX = 40000 };

struct linkage {
    struct mln_run *run;
    struct mln_engine *e;
    struct mln_unit_successor *successors; /* in the run's arena */
    size_t n_successors;
    struct mln_unit_map *units;
    struct mln_joint_pass *joint;
    struct mln_pv_years years; /* last: from the data, where a reference has no affaire's year */
    int64_t ahead_days;        /* models/link-chain.yaml */
    int64_t delay_days;
    int64_t journey_days;
    int64_t largest_block;
};

/* ── parameters ── */

static enum mln_status read_parameters(struct linkage *l, struct mln_err *err) {
    const struct mln_asset *asset = mln_asset_find("models/link-chain.yaml");
    if (asset == NULL) {
        return mln_err_set(err, MLN_INTERNAL, "models/link-chain.yaml is not in the program");
    }
    struct mln_yaml *map = NULL;
    int64_t version = 0;
    int64_t first_year = 1990;
    MLN_TRY(mln_yaml_parse(l->run->arena, asset->name, asset->text, &map, err));
    MLN_TRY(mln_yaml_as_map(map, err));
    MLN_TRY(mln_yaml_opt_i64(map, "version", 1, 1, &version, err));
    MLN_TRY(mln_yaml_opt_i64(map, "first_year", 1900, 2100, &first_year, err));
    MLN_TRY(
        mln_yaml_opt_i64(map, "registered_before_recorded_days", 0, DAYS_MAX, &l->ahead_days, err));
    MLN_TRY(mln_yaml_opt_i64(map, "longest_delay_days", 0, DAYS_MAX, &l->delay_days, err));
    MLN_TRY(mln_yaml_opt_i64(map, "sent_to_arrival_days", 0, DAYS_MAX, &l->journey_days, err));
    MLN_TRY(mln_yaml_opt_i64(map, "largest_block_pairs", 1, INT64_MAX, &l->largest_block, err));
    l->years = (struct mln_pv_years){.first = (int32_t)first_year, .last = 2100};
    return mln_yaml_done(map, err);
}

/* ── nomenclatures ── */

static enum mln_status read_codes(struct linkage *l, const char *name, const char *const *columns,
                                  size_t n, struct mln_codes *out, struct mln_err *err) {
    struct mln_str text;
    MLN_TRY(mln_project_nomenclature(l->run->project, l->run->arena, name, &text, err));
    return mln_codes_read(l->run->arena, name, text, columns, n, out, err);
}

static enum mln_status read_units(struct linkage *l, struct mln_err *err) {
    static const char *const columns[] = {"force", "code_unite", "successeur", "date_effet"};
    struct mln_codes codes;
    MLN_TRY(read_codes(l, "unites_successeurs", columns, 4, &codes, err));
    struct mln_unit_successor *rows =
        MLN_ARENA_NEW(l->run->arena, struct mln_unit_successor, codes.n_rows + 1);
    if (rows == NULL) {
        return mln_err_nomem(err, "the successors of units");
    }
    for (size_t i = 0; i < codes.n_rows; i++) {
        rows[i] = (struct mln_unit_successor){
            .force = mln_codes_cell(&codes, i, 0),
            .unit = mln_codes_cell(&codes, i, 1),
            .successor = mln_codes_cell(&codes, i, 2),
            .line = codes.lines[i],
        };
        MLN_TRY(mln_codes_day(&codes, i, 3, MLN_DAY_NONE, &rows[i].day, err));
        if (rows[i].day == MLN_DAY_NONE) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "nomenclature unites_successeurs, line %" PRIu32
                               ": date_effet is missing; write yyyy-mm-dd",
                               codes.lines[i]);
        }
    }
    l->successors = rows;
    l->n_successors = codes.n_rows;
    return mln_unit_map_new(rows, codes.n_rows, &l->units, err);
}

static void add_cell(struct mln_builder *b, size_t column, struct mln_str cell) {
    mln_add_str(b, column, cell.n == 0 ? (struct mln_str){NULL, 0} : cell);
}

static enum mln_status fill_communes(const struct mln_codes *codes, struct mln_builder *b,
                                     struct mln_err *err) {
    for (size_t i = 0; i < codes->n_rows; i++) {
        for (size_t c = 0; c < 3; c++) {
            add_cell(b, c, mln_codes_cell(codes, i, c));
        }
        for (size_t c = 3; c < 5; c++) {
            int32_t day;
            MLN_TRY(mln_codes_day(codes, i, c, MLN_DAY_NONE, &day, err));
            if (day == MLN_DAY_NONE) {
                mln_add_null(b, c);
            } else {
                mln_add_i32(b, c, day);
            }
        }
    }
    return MLN_OK;
}

static enum mln_status append_batch(struct linkage *l, const char *table, struct mln_builder *b,
                                    struct mln_err *err) {
    struct mln_batch batch;
    MLN_TRY(mln_builder_view(b, &batch, err));
    struct mln_appender *appender = NULL;
    MLN_TRY(l->e->ops->append_open(l->e, MLN_WORK, table, &appender, err));
    const enum mln_status status = l->e->ops->append(appender, &batch, err);
    const enum mln_status closed =
        l->e->ops->append_close(appender, status == MLN_OK, status == MLN_OK ? err : NULL);
    return status != MLN_OK ? status : closed;
}

/* The codes that the table of successors names: units that exist, even without a procedure. */
static enum mln_status load_units(struct linkage *l, struct mln_err *err) {
    static const struct mln_column_spec spec = {"code_unite", MLN_UTF8_TEXT};
    struct mln_builder *b = mln_builder_new(&spec, 1);
    if (b == NULL) {
        return mln_err_nomem(err, "the units");
    }
    for (size_t i = 0; i < l->n_successors; i++) {
        mln_add_str(b, 0, l->successors[i].unit);
        mln_add_str(b, 0, l->successors[i].successor);
    }
    const enum mln_status status = append_batch(l, "nomenclature_unite", b, err);
    mln_builder_free(b);
    return status;
}

static enum mln_status load_communes(struct linkage *l, struct mln_err *err) {
    static const char *const columns[] = {"code", "departement", "commune_actuelle", "debut",
                                          "fin"};
    static const struct mln_column_spec specs[] = {{"code", MLN_UTF8_TEXT},
                                                   {"departement", MLN_UTF8_TEXT},
                                                   {"commune_actuelle", MLN_UTF8_TEXT},
                                                   {"debut", MLN_DATE32},
                                                   {"fin", MLN_DATE32}};
    struct mln_codes codes;
    MLN_TRY(read_codes(l, "communes", columns, 5, &codes, err));
    struct mln_builder *b = mln_builder_new(specs, 5);
    if (b == NULL) {
        return mln_err_nomem(err, "the communes");
    }
    enum mln_status status = fill_communes(&codes, b, err);
    if (status == MLN_OK) {
        status = append_batch(l, "nomenclature_commune", b, err);
    }
    mln_builder_free(b);
    MLN_TRY(status);
    struct mln_density density;
    MLN_TRY(mln_density_read(l->run->project, l->run->arena, &density, err));
    MLN_TRY(mln_run_figure(l->run, "niveaux_grille_densite", density.levels, err));
    return mln_density_append(&density, l->e, MLN_WORK, "nomenclature_densite", err);
}

/* ── statements and kernels ── */

/* Every statement gets the same names and values; each takes what it asks for. */
static enum mln_status run_sql(struct linkage *l, const char *file, int64_t passe,
                               struct mln_err *err) {
    MLN_TRY(mln_check_interrupt(err));
    char asset[96];
    (void)snprintf(asset, sizeof asset, "link-chain/%s.sql", file);
    return mln_run_sql(l->e, asset,
                       MLN_PARAMS(MLN_IDENT("t", MLN_WORK), MLN_IDENT("id", "ident"),
                                  MLN_IDENT("pivot", "pivot"), MLN_INT("passe", passe),
                                  MLN_INT("avance", l->ahead_days), MLN_INT("delai", l->delay_days),
                                  MLN_INT("trajet", l->journey_days),
                                  MLN_INT("bloc", l->largest_block)),
                       NULL, err);
}

static enum mln_status scan_query(void *ctx, const struct mln_joint_query *query, mln_sink_fn *sink,
                                  void *sink_ctx, struct mln_err *err) {
    struct linkage *l = ctx;
    char asset[96];
    (void)snprintf(asset, sizeof asset, "link-chain/%s.sql", query->file);
    return mln_scan_sql(
        l->e, asset,
        MLN_PARAMS(MLN_IDENT("t", MLN_WORK), MLN_IDENT("id", "ident"), MLN_IDENT("pivot", "pivot"),
                   MLN_IDENT("liste", query->list == NULL ? "" : query->list),
                   MLN_IDENT("personne", query->persons == NULL ? "" : query->persons)),
        sink, sink_ctx, err);
}

static enum mln_status scan_sql(struct linkage *l, const char *file, mln_sink_fn *sink, void *ctx,
                                struct mln_err *err) {
    return scan_query(l, &(struct mln_joint_query){.file = file}, sink, ctx, err);
}

/* One kernel over the rows of sql/link-chain/<source>.sql into a working table. */
struct mapping {
    const char *source;
    const char *table;
    mln_kernel_fn *kernel;
    const struct mln_column_spec *specs;
    size_t n_specs;
};

static const struct mln_column_spec key_specs[] = {{"idx", MLN_INT64},
                                                   {"cle", MLN_UTF8_TEXT},
                                                   {"cle_actuelle", MLN_UTF8_TEXT},
                                                   {"numero", MLN_UTF8_TEXT}};
static const struct mln_column_spec unit_specs[] = {{"idx", MLN_INT64}, {"cle", MLN_UTF8_TEXT}};
static const struct mln_column_spec number_specs[] = {{"idx", MLN_INT64},
                                                      {"numero", MLN_UTF8_TEXT}};
static const struct mln_column_spec pseudonym_specs[] = {{"idx", MLN_INT64},
                                                         {"pseudonyme", MLN_UTF8_TEXT}};
static const struct mln_column_spec reading_specs[] = {
    {"idx", MLN_INT64},       {"lecture", MLN_INT32},        {"doute", MLN_INT32},
    {"force", MLN_UTF8_TEXT}, {"code_unite", MLN_UTF8_TEXT}, {"annee", MLN_INT32},
    {"numero", MLN_UTF8_TEXT}};

static const struct mapping procedure_keys = {"cle_procedure", "cle_procedure", mln_proc_key_kernel,
                                              key_specs, 4};
static const struct mapping tie_keys = {"cle_correspondance", "cle_correspondance",
                                        mln_proc_key_kernel, key_specs, 4};
static const struct mapping reading_keys = {"cle_lecture", "cle_lecture", mln_proc_key_kernel,
                                            key_specs, 4};
static const struct mapping tie_numbers = {"parquet_correspondance", "parquet_correspondance",
                                           mln_numero_parquet_kernel, number_specs, 2};
static const struct mapping affaire_numbers = {"parquet_affaire", "parquet_affaire",
                                               mln_numero_parquet_kernel, number_specs, 2};
static const struct mapping readings = {"lecture_source", "lecture", mln_pv_reference_kernel,
                                        reading_specs, 7};
static const struct mapping unit_keys = {"cle_unite", "cle_unite", mln_unit_key_kernel, unit_specs,
                                         2};

static enum mln_status map_rows(struct linkage *l, const struct mapping *m, void *ctx,
                                struct mln_err *err) {
    MLN_TRY(mln_check_interrupt(err));
    char asset[96];
    (void)snprintf(asset, sizeof asset, "sql/link-chain/%s.sql", m->source);
    const struct mln_asset *sql = mln_asset_find(asset);
    if (sql == NULL) {
        return mln_err_set(err, MLN_INTERNAL, "%s is not in the program", asset);
    }
    return l->e->ops->map(l->e, asset, sql->text,
                          MLN_PARAMS(MLN_IDENT("t", MLN_WORK), MLN_IDENT("id", "ident")), m->kernel,
                          ctx, m->specs, m->n_specs, MLN_WORK, m->table, err);
}

/* ── pseudonyms ── */

/* The re-keyable form, where the project has a key for it. */
static enum mln_status permuted(struct linkage *l, const char *domain,
                                struct mln_pseudonym_domain *keyed,
                                struct mln_permutation **permutation, struct mln_err *err) {
    const struct mln_keyring ring = mln_project_ring(l->run->project);
    struct mln_key key;
    if (!mln_keyring_has(&ring, "permute")) {
        return MLN_OK;
    }
    MLN_TRY(mln_keyring_load(&ring, "permute", &key, err));
    const enum mln_status status = mln_permutation_new(&key, domain, permutation, err);
    mln_key_release(&key);
    if (status == MLN_OK) {
        mln_pseudonym_permuted(keyed, *permutation);
    }
    return status;
}

static enum mln_status pseudonyms(struct linkage *l, const char *domain, struct mln_err *err) {
    char source[32];
    char table[32];
    (void)snprintf(source, sizeof source, "valeur_%s", domain);
    (void)snprintf(table, sizeof table, "pseudonyme_%s", domain);
    struct mln_key key;
    struct mln_pseudonym_domain *keyed = NULL;
    struct mln_permutation *permutation = NULL;
    MLN_TRY(mln_project_key(l->run->project, domain, &key, err));
    enum mln_status status = mln_pseudonym_domain_new(&key, domain, &keyed, err);
    mln_key_release(&key);
    if (status == MLN_OK) {
        status = permuted(l, domain, keyed, &permutation, err);
    }
    if (status == MLN_OK) {
        const struct mapping m = {source, table, mln_pseudonym_kernel, pseudonym_specs, 2};
        status = map_rows(l, &m, keyed, err);
    }
    mln_pseudonym_domain_free(keyed);
    mln_permutation_free(permutation);
    return status;
}

static enum mln_status refuse_collisions(void *ctx, const struct mln_batch *batch,
                                         struct mln_err *err) {
    (void)ctx;
    for (size_t row = 0; row < batch->n_rows; row++) {
        const struct mln_str domain = mln_get_str(&batch->columns[0], row);
        if (mln_get_i64(&batch->columns[1], row) != 0) {
            return mln_err_set(err, MLN_INTERNAL,
                               "pseudonyms of the domain %.*s: two values have the same one; make "
                               "a new key for it",
                               MLN_STR_ARG(domain));
        }
    }
    return MLN_OK;
}

/* Two procedures whose keys differ only by blanks, case or leading zeros of the number would be one
 * pseudonym: the base could not tell them apart. */
static enum mln_status refuse_double_keys(void *ctx, const struct mln_batch *batch,
                                          struct mln_err *err) {
    (void)ctx;
    for (size_t row = 0; row < batch->n_rows; row++) {
        const int64_t doubles = mln_get_i64(&batch->columns[0], row);
        const int64_t without = mln_get_i64(&batch->columns[1], row);
        if (doubles != 0 || without != 0) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "procedures: %" PRId64 " have the key of another one once blanks, "
                               "case and leading zeros of the number are dropped, %" PRId64
                               " have no usable key; mend them in the extract",
                               doubles, without);
        }
    }
    return MLN_OK;
}

static enum mln_status make_pseudonyms(struct linkage *l, struct mln_err *err) {
    MLN_TRY(run_sql(l, "personnes_distinctes", 0, err));
    MLN_TRY(map_rows(l, &unit_keys, NULL, err));
    MLN_TRY(pseudonyms(l, "procedure", err));
    MLN_TRY(pseudonyms(l, "affaire", err));
    MLN_TRY(pseudonyms(l, "personne", err));
    MLN_TRY(pseudonyms(l, "unite", err));
    MLN_TRY(scan_sql(l, "collisions", refuse_collisions, NULL, err));
    MLN_TRY(run_sql(l, "personne_id", 0, err));
    return run_sql(l, "numeros", 0, err);
}

/* ── passes ── */

static enum mln_status find_links(struct linkage *l, struct mln_err *err) {
    MLN_TRY(map_rows(l, &procedure_keys, l->units, err));
    MLN_TRY(scan_sql(l, "cles_doubles", refuse_double_keys, NULL, err));
    MLN_TRY(map_rows(l, &tie_keys, l->units, err));
    MLN_TRY(map_rows(l, &tie_numbers, NULL, err));
    MLN_TRY(map_rows(l, &affaire_numbers, NULL, err));
    MLN_TRY(run_sql(l, "procedure", 0, err));
    MLN_TRY(run_sql(l, "fenetre", 0, err));
    MLN_TRY(run_sql(l, "reference", 0, err));
    MLN_TRY(run_sql(l, "cour", 0, err));

    MLN_TRY(run_sql(l, "passe_cle_pv", 1, err));
    MLN_TRY(run_sql(l, "retenir", 1, err));
    MLN_TRY(run_sql(l, "lien_passe", 1, err));

    MLN_TRY(run_sql(l, "reference_personne", 2, err));
    MLN_TRY(run_sql(l, "texte", 2, err));
    MLN_TRY(map_rows(l, &readings, &l->years, err));
    MLN_TRY(run_sql(l, "lecture_cle", 2, err));
    MLN_TRY(map_rows(l, &reading_keys, l->units, err));
    MLN_TRY(run_sql(l, "passe_reference_pv", 2, err));
    MLN_TRY(run_sql(l, "retenir", 2, err));
    MLN_TRY(run_sql(l, "lien_passe", 2, err));

    MLN_TRY(run_sql(l, "passe_idj", 3, err));
    return run_sql(l, "passe_numero_parquet", 4, err);
}

static enum mln_status run_for_joint(void *ctx, const char *file, struct mln_err *err) {
    return run_sql(ctx, file, 0, err);
}

static enum mln_status find_joint_links(struct linkage *l, struct mln_err *err) {
    const struct mln_link_joint pass = {
        .run = l->run, .e = l->e, .ctx = l, .run_file = run_for_joint, .scan = scan_query};
    MLN_TRY(run_sql(l, "commune", 0, err));
    MLN_TRY(run_sql(l, "conjoint_affaire", 0, err));
    MLN_TRY(run_sql(l, "proche", 0, err));
    MLN_TRY(run_sql(l, "conjoint_candidat", 0, err));
    MLN_TRY(mln_link_joint_cases(&pass, &l->joint, err));
    return run_sql(l, "lien_conjoint", 5, err);
}

/* Persons that keys leave: by what the joint pass learnt, else the only one on each side. */
static enum mln_status match_other_persons(struct linkage *l, struct mln_err *err) {
    bool done = false;
    MLN_TRY(mln_link_joint_persons(l->joint, &done, err));
    return run_sql(l, done ? "personne_conjointe" : "personne_seule", 0, err);
}

static enum mln_status match_inside(struct linkage *l, struct mln_err *err) {
    static const char *const persons[] = {"lien_numerote", "personne_csns", "personne_reste",
                                          "personne_naissance"};
    static const char *const offences[] = {"personne_liee", "infractions", "infraction_natinf_date",
                                           "infraction_natinf", "infraction_seule"};
    for (size_t i = 0; i < sizeof persons / sizeof *persons; i++) {
        MLN_TRY(run_sql(l, persons[i], 0, err));
    }
    MLN_TRY(match_other_persons(l, err));
    for (size_t i = 0; i < sizeof offences / sizeof *offences; i++) {
        MLN_TRY(run_sql(l, offences[i], 0, err));
    }
    return MLN_OK;
}

static enum mln_status write_pivot(struct linkage *l, struct mln_err *err) {
    static const char *const files[] = {"pivot_liens", "non_lie", "identite", "pivot_procedures",
                                        "pivot_affaires"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        MLN_TRY(run_sql(l, files[i], 0, err));
    }
    return MLN_OK;
}

/* ── what it tells ── */

static double share(int64_t part, int64_t whole) {
    return whole == 0 ? 0 : (double)part / (double)whole;
}

static enum mln_status tell_rows(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    struct linkage *l = ctx;
    for (size_t row = 0; row < batch->n_rows; row++) {
        char name[64];
        char figure[96];
        const struct mln_str word = mln_get_str(&batch->columns[0], row);
        const int64_t read = mln_get_i64(&batch->columns[1], row);
        const int64_t linked = mln_get_i64(&batch->columns[2], row);
        const int64_t unlinked = mln_get_i64(&batch->columns[3], row);
        (void)snprintf(name, sizeof name, "%.*s", MLN_STR_ARG(word));
        (void)snprintf(figure, sizeof figure, "part %s liees", name);
        MLN_TRY(
            mln_run_count(l->run, name, (uint64_t)read, (uint64_t)linked, (uint64_t)unlinked, err));
        MLN_TRY(mln_run_figure(l->run, figure, share(linked, read), err));
    }
    return MLN_OK;
}

static enum mln_status tell_passes(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    struct linkage *l = ctx;
    for (size_t row = 0; row < batch->n_rows; row++) {
        char name[64];
        char figure[96];
        const struct mln_str word = mln_get_str(&batch->columns[0], row);
        const int64_t read = mln_get_i64(&batch->columns[1], row);
        const int64_t found = mln_get_i64(&batch->columns[2], row);
        const int64_t first = mln_get_i64(&batch->columns[3], row);
        const int64_t all = mln_get_i64(&batch->columns[4], row);
        (void)snprintf(name, sizeof name, "passe %.*s", MLN_STR_ARG(word));
        MLN_TRY(mln_run_count(l->run, name, (uint64_t)read, (uint64_t)found,
                              (uint64_t)(read - found), err));
        (void)snprintf(name, sizeof name, MLN_LINKED_BY_PASS "%.*s", MLN_STR_ARG(word));
        (void)snprintf(figure, sizeof figure, "part %s", name);
        MLN_TRY(mln_run_count(l->run, name, (uint64_t)all, (uint64_t)first, (uint64_t)(all - first),
                              err));
        MLN_TRY(mln_run_figure(l->run, figure, share(first, all), err));
    }
    return MLN_OK;
}

/* ── the stage ── */

static enum mln_status link_all(struct linkage *l, struct mln_err *err) {
    struct mln_run *run = l->run;
    MLN_TRY(mln_zone_attach(run, l->e, "ident", mln_run_path(run, "ingest", "id.db"), "id",
                            MLN_ATTACH_READ, err));
    MLN_TRY(mln_zone_attach(run, l->e, "pivot", mln_run_partial(run, "pivot.db"), "pivot",
                            MLN_ATTACH_CREATE, err));
    const char *const dirs[] = {run->partial_dir};
    MLN_TRY(l->e->ops->lock_down(l->e, dirs, 1, err));
    MLN_TRY(run_sql(l, "tables", 0, err));
    MLN_TRY(load_units(l, err));
    MLN_TRY(load_communes(l, err));
    MLN_TRY(find_links(l, err));
    MLN_TRY(make_pseudonyms(l, err));
    MLN_TRY(find_joint_links(l, err));
    MLN_TRY(match_inside(l, err));
    MLN_TRY(write_pivot(l, err));
    MLN_TRY(scan_sql(l, "comptes", tell_rows, l, err));
    MLN_TRY(scan_sql(l, "comptes_passes", tell_passes, l, err));
    return l->e->ops->detach(l->e, "pivot", err);
}

enum mln_status mln_stage_link_chain(struct mln_run *run, struct mln_err *err) {
    struct linkage l = {.run = run};
    MLN_TRY(read_parameters(&l, err));
    MLN_TRY(read_units(&l, err));
    enum mln_status status = mln_zone_open(run, &l.e, err);
    if (status == MLN_OK) {
        status = link_all(&l, err);
    }
    mln_zone_close(run, l.e);
    mln_link_joint_free(l.joint);
    mln_unit_map_free(l.units);
    return status;
}
