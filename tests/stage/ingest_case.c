#include "ingest_case.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "secret/keys.h"

struct extract {
    const char *table, *header, *rows;
};

#define KEY "force;code_unite;numero;annee"
#define PERSON                                                                                     \
    "rang;role;nature;date_naissance;sexe;commune_residence;commune_naissance;pays_naissance;"     \
    "nationalite;profession;csns;csns_qualite;situation_famille;nb_enfants;nb_freres_soeurs;"      \
    "rang_fratrie;lien_auteur"

static const struct extract extracts[] = {
    {"procedure",
     KEY ";date_enregistrement;date_faits_debut;date_faits_fin;commune_faits;date_transmission;"
         "juridiction_destinataire;nb_mis_en_cause;nb_victimes\n",
     "PN;00321;01234;2021;01/03/2021;28/02/2021;03/2021;01004;05/03/2021;tj01053;1;1\n"
     "GN;04567;00017;2021;10/01/2021;2021;;;;;;\n"},
    {"proc_personne", KEY ";" PERSON "\n",
     "PN;00321;01234;2021;1;victime;physique;10/05/1990;F;01004;;99100;99100;;X1;A;C;2;1;1;CONJ\n"
     "PN;00321;01234;2021;2;mis_en_cause;physique;1985;M;;;;;10;;;;;;;\n"
     "GN;04567;00017;2021;1;victime;morale;;;;;;;;;;;;;;\n"},
    {"proc_infraction",
     KEY ";rang;natinf;tentative;date_debut;date_fin;commune;rangs_victimes;rangs_mis_en_cause\n",
     "PN;00321;01234;2021;1;7183;0;28/02/2021;28/02/2021;01004;1;2\n"},
    {"affaire",
     "affaire_id;idj;nataff;date_arrivee;date_enregistrement;origine;juridiction;petit_x;"
     "nb_mis_en_cause;nb_victimes\n",
     "A1;I1;A12;05/03/2021;06/03/2021;PN;tj01053;0;1;1\n"
     "A2;;;;07/03/2021;;tj01053;;;\n"},
    {"affaire_parquet", "affaire_id;juridiction;numero_parquet;etat\n",
     "A1;tj01053;21.065.000001;active\n"},
    {"correspondance",
     "affaire_id;rang;force;code_unite;numero;annee;reference_pv;idj_pv;numero_parquet;"
     "type_creation\n",
     "A1;1;PN;00321;01234;2021;;;;flux\n"
     "A2;1;;;;;PV \xE9""crit n\xB0 17/21;;;saisie\n"},
    {"affaire_personne", "affaire_id;" PERSON ";reference_pv\n",
     "A1;1;victime;physique;10/05/1990;F;01004;;99100;99100;;X1;A;C;2;1;1;CONJ;\n"},
    {"affaire_infraction",
     "affaire_id;rang;etat;natinf;classe;date_debut;date_fin;commune;rangs_auteurs\n",
     "A1;1;initiale;7183;delit;28/02/2021;;01004;2\n"},
    {"evenement", "affaire_id;rang;rang_auteur;type;date;code;natinf;peine\n",
     "A1;1;;enregistrement;06/03/2021;;;\n"
     "A1;2;2;orientation;01/04/2021;11;7183;\n"},
    {"lien_affaire", "affaire_id;affaire_cible_id;type;date;juridiction;juridiction_cible\n",
     "A2;A1;jonction;10/03/2021;tj01053;tj01053\n"
     "A1;A9;transmission;11/03/2021;tj01053;\n"},
};
enum { N_EXTRACTS = sizeof extracts / sizeof *extracts };

static const char contract[] =
    "version: 1\n"
    "defaults:\n"
    "  folder: data\n"
    "  dates: [dd/mm/yyyy]\n"
    "tables:\n"
    "  procedure: {}\n"
    "  proc_personne: {}\n"
    "  proc_infraction: {}\n"
    "  affaire: {encoding: windows-1252}\n"
    "  affaire_parquet: {encoding: windows-1252}\n"
    "  correspondance: {encoding: windows-1252}\n"
    "  affaire_personne: {encoding: windows-1252}\n"
    "  affaire_infraction: {encoding: windows-1252}\n"
    "  evenement: {encoding: windows-1252}\n"
    "  lien_affaire: {encoding: windows-1252}\n";

static const struct extract *extract_of(const char *table) {
    for (size_t i = 0; i < N_EXTRACTS; i++) {
        if (strcmp(extracts[i].table, table) == 0) {
            return &extracts[i];
        }
    }
    ck_abort_msg("no table %s", table);
    return NULL;
}

static const char *joined(struct ingest_case *c, const char *name) {
    struct mln_buf path = MLN_BUF_INIT;
    mln_path_join(&path, c->dir, mln_str_from(name));
    const char *kept = mln_arena_strdup(&c->arena, mln_buf_view(&path));
    mln_buf_release(&path);
    ck_assert_ptr_nonnull(kept);
    return kept;
}

const char *case_path(struct ingest_case *c, const char *name) {
    return joined(c, name);
}

void case_write_bytes(struct ingest_case *c, const char *name, const void *bytes, size_t n) {
    struct mln_err err = {0};
    ck_assert_msg(mln_file_write(joined(c, name), (struct mln_str){bytes, n}, &err) == MLN_OK, "%s",
                  err.msg);
}

void case_write(struct ingest_case *c, const char *name, const char *text) {
    case_write_bytes(c, name, text, strlen(text));
}

const char *case_header(const char *table) {
    return extract_of(table)->header;
}

void case_rows(struct ingest_case *c, const char *table, const char *rows) {
    struct mln_buf text = MLN_BUF_INIT;
    char name[80];
    (void)snprintf(name, sizeof name, "data/%s.csv", table);
    mln_buf_addz(&text, extract_of(table)->header);
    mln_buf_addz(&text, rows);
    case_write_bytes(c, name, text.p, text.n);
    mln_buf_release(&text);
}

void case_make(struct ingest_case *c) {
    *c = (struct ingest_case){.arena = MLN_ARENA_INIT};
    (void)snprintf(c->dir, sizeof c->dir, "%s", "ingest.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(c->dir));
    ck_assert_int_eq(mln_secret_init(NULL), MLN_OK);
    ck_assert_int_eq(mln_dir_make(joined(c, "data"), NULL), MLN_OK);
    ck_assert_int_eq(mln_dir_make(joined(c, "work"), NULL), MLN_OK);
    for (size_t i = 0; mln_key_names[i] != NULL; i++) {
        ck_assert_int_eq(mln_key_create(joined(c, "keys"), mln_key_names[i], NULL), MLN_OK);
    }
    case_write(c, "contract.yaml", contract);
    for (size_t i = 0; i < N_EXTRACTS; i++) {
        case_rows(c, extracts[i].table, extracts[i].rows);
    }
    c->project = (struct mln_project){
        .path = joined(c, "project.yaml"),
        .dir = c->dir,
        .contract = joined(c, "contract.yaml"),
        .study = joined(c, "study.yaml"),
        .keys_dir = joined(c, "keys"),
        .work_dir = joined(c, "work"),
        .rejects_max_share = 1.0,
    };
}

void case_remove(struct ingest_case *c) {
    ck_assert_int_eq(mln_dir_remove(c->dir, NULL), MLN_OK);
    mln_arena_release(&c->arena);
}

static void begin(struct ingest_case *c) {
    c->run = (struct mln_run){.project = &c->project,
                              .arena = &c->arena,
                              .partial_dir = joined(c, "work/ingest")};
    c->err = (struct mln_err){0};
}

void case_begin(struct ingest_case *c, size_t n_threads) {
    begin(c);
    c->project.n_threads = n_threads;
    ck_assert_int_eq(mln_dir_remove(c->run.partial_dir, NULL), MLN_OK);
    ck_assert_int_eq(mln_dir_make(c->run.partial_dir, NULL), MLN_OK);
}

enum mln_status case_ingest(struct ingest_case *c, size_t n_threads) {
    case_begin(c, n_threads);
    return mln_stage_ingest(&c->run, &c->err);
}

enum mln_status case_check(struct ingest_case *c) {
    begin(c);
    return mln_stage_check(&c->run, &c->err);
}

/* ── asking ── */

static enum mln_status collect(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    struct ingest_case *c = ctx;
    (void)err;
    for (size_t row = 0; row < batch->n_rows; row++) {
        const struct mln_str s = mln_get_str(&batch->columns[0], row);
        const size_t n = strlen(c->text);
        ck_assert_uint_lt(n + s.n + 2, sizeof c->text);
        (void)snprintf(c->text + n, sizeof c->text - n, "%.*s\n", MLN_STR_ARG(s));
    }
    return MLN_OK;
}

static void attach(struct ingest_case *c, struct mln_engine *e, const char *catalog,
                   const char *file, const char *key_name) {
    struct mln_err err = {0};
    struct mln_key key;
    ck_assert_int_eq(mln_key_load(c->project.keys_dir, key_name, &key, &err), MLN_OK);
    const enum mln_status status =
        e->ops->attach(e, catalog, joined(c, file), key.bytes, MLN_ATTACH_READ, &err);
    mln_key_release(&key);
    ck_assert_msg(status == MLN_OK, "%s", err.msg);
}

const char *case_ask(struct ingest_case *c, const char *sql) {
    struct mln_err err = {0};
    struct mln_engine *e = NULL;
    const struct mln_engine_options options = {.n_threads = 1};
    ck_assert_msg(mln_engine_open_duckdb(&options, &e, &err) == MLN_OK, "%s", err.msg);
    attach(c, e, "ident", "work/ingest/id.db", "id");
    attach(c, e, "content", "work/ingest/content.db", "content");
    c->text[0] = '\0';
    const enum mln_status status =
        e->ops->scan(e, "test", mln_str_from(sql), MLN_NO_PARAMS, collect, c, &err);
    e->ops->close(e);
    ck_assert_msg(status == MLN_OK, "%s", err.msg);
    return c->text;
}

const char *case_table(struct ingest_case *c, const char *zone, const char *table) {
    char sql[200];
    (void)snprintf(sql, sizeof sql, "SELECT CAST(t AS VARCHAR) FROM %s.%s t ORDER BY idx", zone,
                   table);
    return case_ask(c, sql);
}

const char *case_read(struct ingest_case *c, const char *name) {
    struct mln_buf text = MLN_BUF_INIT;
    c->text[0] = '\0';
    if (mln_path_exists(joined(c, name))) {
        ck_assert_int_eq(mln_file_read(joined(c, name), sizeof c->text - 1, &text, NULL), MLN_OK);
        (void)snprintf(c->text, sizeof c->text, "%.*s", MLN_STR_ARG(mln_buf_view(&text)));
    }
    mln_buf_release(&text);
    return c->text;
}

const char *case_count(struct ingest_case *c, const char *table) {
    for (size_t i = 0; i < c->run.n_counts; i++) {
        const struct mln_stage_count *count = &c->run.counts[i];
        if (strcmp(count->what, table) == 0) {
            (void)snprintf(c->text, sizeof c->text, "%d %d %d", (int)count->read,
                           (int)count->accepted, (int)count->rejected);
            return c->text;
        }
    }
    return "no count";
}

double case_figure(const struct ingest_case *c, const char *name) {
    for (size_t i = 0; i < c->run.n_figures; i++) {
        if (strcmp(c->run.figures[i].name, name) == 0) {
            return c->run.figures[i].value;
        }
    }
    return -1;
}
