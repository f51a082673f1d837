/* The stage link-chain on a project of a dozen procedures and affaires, worked out by hand. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "engine/engine.h"
#include "secret/keys.h"
#include "stage/stage.h"

/* ── the extract, as ingest leaves it ── */

/* A table of id.db: its columns, then its rows. `idx` is given by the place of the row, so that the
 * test can turn the order round; a row is known to the others by its key (first value), and
 * `parent` is that of another table's row. */
static const char schema[] =
    "CREATE TABLE ident.procedure (idx BIGINT, force VARCHAR, code_unite VARCHAR, numero VARCHAR,"
    " annee INTEGER, date_enregistrement DATE, date_faits_debut_min DATE, date_faits_debut_max DATE,"
    " commune_faits VARCHAR, date_transmission DATE, juridiction_destinataire VARCHAR);"
    "CREATE TABLE ident.proc_personne (idx BIGINT, parent_idx BIGINT, rang INTEGER, role VARCHAR,"
    " nature VARCHAR, date_naissance_min DATE, date_naissance_max DATE, sexe VARCHAR,"
    " commune_residence VARCHAR, csns VARCHAR, csns_qualite VARCHAR,"
    " rien VARCHAR);"
    "CREATE TABLE ident.proc_infraction (idx BIGINT, parent_idx BIGINT, rang INTEGER,"
    " natinf VARCHAR, date_debut_min DATE, date_debut_max DATE);"
    "CREATE TABLE ident.affaire (idx BIGINT, affaire_id VARCHAR, idj VARCHAR,"
    " date_arrivee DATE, date_enregistrement DATE, origine VARCHAR, juridiction VARCHAR,"
    " petit_x INTEGER);"
    "CREATE TABLE ident.affaire_parquet (idx BIGINT, parent_idx BIGINT, juridiction VARCHAR,"
    " numero_parquet VARCHAR);"
    "CREATE TABLE ident.correspondance (idx BIGINT, parent_idx BIGINT, rang INTEGER, force VARCHAR,"
    " code_unite VARCHAR, numero VARCHAR, annee INTEGER, reference_pv VARCHAR, idj_pv VARCHAR,"
    " numero_parquet VARCHAR);"
    "CREATE TABLE ident.affaire_personne (idx BIGINT, parent_idx BIGINT, rang INTEGER,"
    " role VARCHAR, nature VARCHAR, date_naissance_min DATE, date_naissance_max DATE, sexe VARCHAR,"
    " commune_residence VARCHAR, csns VARCHAR, csns_qualite VARCHAR,"
    " reference_pv VARCHAR);"
    "CREATE TABLE ident.affaire_infraction (idx BIGINT, parent_idx BIGINT, rang INTEGER,"
    " etat VARCHAR, natinf VARCHAR, date_debut_min DATE, date_debut_max DATE);"
    "CREATE TABLE ident.evenement (idx BIGINT, parent_idx BIGINT, rang INTEGER);"
    "CREATE TABLE ident.lien_affaire (idx BIGINT, parent_idx BIGINT, cible_idx BIGINT,"
    " type VARCHAR);";

/* Columns that no case here fills. */
static const char no_values[] =
    "ALTER TABLE ident.proc_personne ADD COLUMN commune_naissance VARCHAR;"
    "ALTER TABLE ident.proc_personne ADD COLUMN pays_naissance VARCHAR;"
    "ALTER TABLE ident.affaire_personne ADD COLUMN commune_naissance VARCHAR;"
    "ALTER TABLE ident.affaire_personne ADD COLUMN pays_naissance VARCHAR;"
    "ALTER TABLE ident.proc_infraction ADD COLUMN commune VARCHAR;"
    "ALTER TABLE ident.affaire_infraction ADD COLUMN commune VARCHAR";

struct row {
    const char *table;
    const char *parent; /* key of the procedure or affaire; NULL in these two */
    const char *values; /* SQL literals after idx (and parent_idx) */
};

#define PROC(key, force, unit, number, recorded, sent, court)                                    \
    {"procedure", NULL, "/*" key "*/ '" force "','" unit "','" number "',2021,DATE '" recorded  \
                        "',DATE '2021-02-28',DATE '2021-02-28','01132'," sent ",'" court "'"}
#define AFF(key, idj, registered, origin, court, petit_x)                                        \
    {"affaire", NULL, "/*" key "*/ '" key "'," idj ",DATE '2021-03-22',DATE '" registered "','"      \
                      origin "','" court "'," petit_x}
#define TIE(parent, rank, key, text, idj, parquet)                                               \
    {"correspondance", parent, rank "," key "," text "," idj "," parquet}
#define NO_KEY "NULL,NULL,NULL,NULL"
#define SENT "DATE '2021-03-20'"
#define PERSON(table, parent, rank, role, birth, sex, csns)                                      \
    {table, parent, rank ",'" role "','physique'," birth "," sex ",'2A004'," csns ",'A',NULL"}
#define ON(day) "DATE '" day "',DATE '" day "'"

static const struct row rows[] = {
    /* P1, P2: structured keys; P2 after the merger of its unit (04567 → 04600) */
    PROC("P1", "PN", "00321", "01234", "2021-03-01", SENT, "tj01053"),
    PROC("P2", "GN", "04567", "00017", "2021-01-10", SENT, "tj01053"),
    /* P3: a text without a unit, alone at its court; P4, P5: two of them at the same court */
    PROC("P3", "PN", "00400", "00088", "2021-03-02", SENT, "tj02408"),
    PROC("P4", "PN", "00500", "00055", "2021-03-02", SENT, "tj01053"),
    PROC("P5", "PN", "00501", "00055", "2021-03-02", SENT, "tj01053"),
    PROC("P6", "PN", "00321", "00999", "2021-03-02", "NULL", "tj01053"), /* never sent */
    PROC("P7", "GN", "07777", "00005", "2021-03-02", SENT, "tj01053"),   /* IDJ of another */
    PROC("P8", "PN", "00900", "00006", "2021-03-02", SENT, "tj02408"),   /* numéro parquet */
    PROC("P9", "PN", "00901", "00007", "2021-12-01", SENT, "tj02408"),   /* recorded too late */
    PROC("P10", "PN", "00902", "00008", "2021-03-02", "DATE '2023-01-01'", "tj02408"),
    PROC("P11", "PN", "00903", "00009", "2021-03-02", SENT, "tj02408"), /* nobody names it */
    PROC("P12", "PN", "00904", "00010", "2021-03-02", SENT, "tj02408"), /* only a person does */
    /* the same number at the same court, but P14 was sent long before the affaire arrived */
    PROC("P13", "PN", "00905", "00011", "2021-03-02", SENT, "tj02408"),
    PROC("P14", "PN", "00906", "00011", "2020-12-02", "DATE '2020-12-10'", "tj02408"),

    AFF("A1", "NULL", "2021-04-01", "PN", "tj01053", "0"),
    TIE("A1", "1", "'PN','00321','1234',2021", "NULL", "NULL", "NULL"),
    /* n–m: A1 also holds P2, by text; A2 holds P2 by key */
    TIE("A1", "2", NO_KEY, "'GN 04567/17/2021'", "NULL", "NULL"),
    AFF("A2", "NULL", "2021-04-01", "GN", "tj01053", "0"),
    TIE("A2", "1", "'GN','04600','0017',2021", "NULL", "NULL", "NULL"),
    AFF("A3", "NULL", "2021-04-01", "PN", "tj02408", "0"),
    TIE("A3", "1", NO_KEY, "'PV n° 88/21'", "NULL", "NULL"),
    AFF("A4", "NULL", "2021-04-01", "PN", "tj01053", "0"),
    TIE("A4", "1", NO_KEY, "'2021/00055'", "NULL", "NULL"),
    AFF("A5", "NULL", "2021-04-01", "PN", "tj01053", "1"),
    /* A6 says that IDJ I7 is P7; A7 carries I7 and nothing else */
    AFF("A6", "NULL", "2021-04-01", "GN", "tj01053", "0"),
    TIE("A6", "1", "'GN','07777','5',2021", "NULL", "'I7'", "NULL"),
    AFF("A7", "'I7'", "2021-04-02", "GN", "tj01053", "0"),
    /* A8 has P8 and, at tj02408, a number that A9 carries too; A10 has it at another court */
    AFF("A8", "NULL", "2021-04-01", "PN", "tj02408", "0"),
    TIE("A8", "1", "'PN','00900','6',2021", "NULL", "NULL", "'21.100.000001'"),
    AFF("A9", "NULL", "2021-04-01", "PN", "tj02408", "0"),
    {"affaire_parquet", "A9", "'tj02408','21100 000001'"},
    AFF("A10", "NULL", "2021-04-01", "PN", "tj01053", "0"),
    {"affaire_parquet", "A10", "'tj01053','21100000001'"},
    AFF("A11", "NULL", "2021-04-01", "PN", "tj01053", "0"),
    TIE("A11", "1", "'PN','00321','4321',2021", "NULL", "NULL", "NULL"),
    AFF("A12", "NULL", "2021-04-01", "PN", "tj01053", "0"),
    TIE("A12", "1", NO_KEY, "'voir dossier'", "NULL", "NULL"),
    AFF("A13", "NULL", "2021-04-01", "PN", "tj01053", "0"),
    TIE("A13", "1", "'PN','00321','1234',1999", "NULL", "NULL", "NULL"),
    AFF("A14", "NULL", "2021-04-01", "autre", "tj01053", "0"),
    AFF("A15", "NULL", "2021-04-01", "PN", "tj02408", "0"), /* before P9 was recorded */
    TIE("A15", "1", "'PN','00901','7',2021", "NULL", "NULL", "NULL"),

    AFF("A16", "NULL", "2021-04-01", "PN", "tj02408", "0"),
    {"affaire_personne", "A16", "1,'victime','physique',NULL,NULL,NULL,NULL,NULL,NULL,"
                                "'00904 2021/00010'"},
    AFF("A17", "NULL", "2021-04-01", "PN", "tj02408", "0"),
    TIE("A17", "1", NO_KEY, "'11/21'", "NULL", "NULL"),
    /* A8 was sent to another court, where A18 noted its number; it is not A10's, of that court */
    AFF("A18", "NULL", "2021-05-01", "PN", "tj01053", "0"),
    TIE("A18", "1", NO_KEY, "NULL", "NULL", "'21100000001'"),
    {"lien_affaire", "A8", "(SELECT idx FROM ident.affaire WHERE affaire_id = 'A18'),"
                           "'transmission'"},

    /* P1–A1: CSNS twice in the affaire (a duplicate); the author by birth and sex */
    PERSON("proc_personne", "P1", "1", "victime", ON("1990-05-10"), "'F'", "'X1'"),
    PERSON("proc_personne", "P1", "2", "mis_en_cause", ON("2000-02-29"), "'M'", "NULL"),
    PERSON("affaire_personne", "A1", "1", "mis_en_cause", ON("2000-02-29"), "'M'", "NULL"),
    PERSON("affaire_personne", "A1", "2", "victime", "NULL,NULL", "NULL", "'X1'"),
    PERSON("affaire_personne", "A1", "3", "victime", ON("1990-05-10"), "'F'", "'X1'"),
    /* P2–A2: twins, by rank; P2–A1: nobody left in A1 for them */
    PERSON("proc_personne", "P2", "1", "victime", ON("2010-01-01"), "'F'", "NULL"),
    PERSON("proc_personne", "P2", "2", "victime", ON("2010-01-01"), "'F'", "NULL"),
    PERSON("affaire_personne", "A2", "5", "victime", ON("2010-01-01"), "'F'", "NULL"),
    PERSON("affaire_personne", "A2", "3", "victime", ON("2010-01-01"), "'F'", "NULL"),
    /* P3–A3: the only ones left, one birth date incomplete */
    PERSON("proc_personne", "P3", "1", "victime", "DATE '1980-01-01',DATE '1980-12-31'", "'F'",
           "NULL"),
    PERSON("affaire_personne", "A3", "1", "victime", ON("1980-06-01"), "NULL", "NULL"),
    /* P7–A6: the only ones left, but of different sex; same birth and another CSNS */
    PERSON("proc_personne", "P7", "1", "victime", "NULL,NULL", "'F'", "NULL"),
    PERSON("proc_personne", "P7", "2", "mis_en_cause", ON("1975-01-01"), "'M'", "'X2'"),
    PERSON("affaire_personne", "A6", "1", "victime", "NULL,NULL", "'M'", "NULL"),
    PERSON("affaire_personne", "A6", "2", "mis_en_cause", ON("1975-01-01"), "'M'", "'X3'"),

    /* P1–A1: the same NATINF twice, crossed by date; the last one was requalified */
    {"proc_infraction", "P1", "1,'7183'," ON("2021-02-27")},
    {"proc_infraction", "P1", "2,'7183'," ON("2021-02-28")},
    {"proc_infraction", "P1", "3,'27764'," ON("2021-02-28")},
    {"affaire_infraction", "A1", "1,'initiale','7183'," ON("2021-02-28")},
    {"affaire_infraction", "A1", "2,'initiale','7183'," ON("2021-02-27")},
    {"affaire_infraction", "A1", "3,'initiale','7173'," ON("2021-02-28")},
    {"affaire_infraction", "A1", "3,'requalifiee','27764'," ON("2021-02-28")},
    /* P2–A2: the same NATINF without a date; in P2–A1 A1's offences are taken */
    {"proc_infraction", "P2", "1,'7183',NULL,NULL"},
    {"affaire_infraction", "A2", "1,'initiale','7183'," ON("2021-01-01")},

    {"lien_affaire", "A2", "(SELECT idx FROM ident.affaire WHERE affaire_id = 'A1'),'jonction'"},
    {"lien_affaire", "A3", "NULL,'transmission'"},
    {"evenement", "A1", "1"},
};
enum { N_ROWS = sizeof rows / sizeof *rows };

/* Procedures are known by number (there is one of each), affaires by their id. */
static const char *const procedure_numbers[][2] = {
    {"P1", "01234"}, {"P2", "00017"}, {"P3", "00088"}, {"P6", "00999"}, {"P7", "00005"},
    {"P8", "00006"}, {"P9", "00007"}, {"P10", "00008"}, {"P11", "00009"},
};

/* ── a project in a folder of its own ── */

struct place {
    char dir[64];
    char keys[96];
    char work[96];
    char partial[96];
    char codes[96];
};

static void make_place(struct place *p) {
    (void)snprintf(p->dir, sizeof p->dir, "%s", "link_chain.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(p->dir));
    (void)snprintf(p->keys, sizeof p->keys, "%s/keys", p->dir);
    (void)snprintf(p->work, sizeof p->work, "%s/work", p->dir);
    (void)snprintf(p->partial, sizeof p->partial, "%s/work/link-chain", p->dir);
    (void)snprintf(p->codes, sizeof p->codes, "%s/codes", p->dir);
    char path[160];
    (void)snprintf(path, sizeof path, "%s/ingest", p->work);
    ck_assert_int_eq(mln_secret_init(NULL), MLN_OK);
    ck_assert_int_eq(mln_dir_make(path, NULL), MLN_OK);
    ck_assert_int_eq(mln_dir_make(p->partial, NULL), MLN_OK);
    ck_assert_int_eq(mln_dir_make(p->codes, NULL), MLN_OK);
    (void)snprintf(path, sizeof path, "%s/unites_successeurs.csv", p->codes);
    ck_assert_int_eq(mln_file_write(path,
                                    MLN_STR_LIT("force,code_unite,successeur,date_effet\n"
                                                "GN,04567,04600,2021-06-01\n"),
                                    NULL),
                     MLN_OK);
    for (size_t i = 0; mln_key_names[i] != NULL; i++) {
        ck_assert_int_eq(mln_key_create(p->keys, mln_key_names[i], NULL), MLN_OK);
    }
}

static void ok(enum mln_status status, const struct mln_err *err) {
    ck_assert_msg(status == MLN_OK, "%s", err->msg);
}

static struct mln_engine *open_engine(const struct place *p) {
    struct mln_err err = {0};
    struct mln_engine *e = NULL;
    char spill[160];
    (void)snprintf(spill, sizeof spill, "%s/spill", p->dir);
    const struct mln_engine_options options = {.n_threads = 1, .spill_dir = spill};
    ok(mln_engine_open_duckdb(&options, &e, &err), &err);
    return e;
}

static void attach(struct mln_engine *e, const struct place *p, const char *catalog,
                   const char *path, const char *key_name, enum mln_attach_mode mode) {
    struct mln_err err = {0};
    struct mln_key key;
    ok(mln_key_load(p->keys, key_name, &key, &err), &err);
    ok(e->ops->attach(e, catalog, path, key.bytes, mode, &err), &err);
    mln_key_release(&key);
}

static void exec(struct mln_engine *e, const char *sql) {
    struct mln_err err = {0};
    ok(e->ops->exec(e, "test", mln_str_from(sql), MLN_NO_PARAMS, NULL, &err), &err);
}

static void insert_row(struct mln_engine *e, size_t i, bool children, bool backwards) {
    const struct row *row = &rows[i];
    if ((row->parent != NULL) != children) {
        return;
    }
    char parent[160] = "";
    if (row->parent != NULL && row->parent[0] == 'A') {
        (void)snprintf(parent, sizeof parent,
                       "(SELECT idx FROM ident.affaire WHERE affaire_id = '%s'),", row->parent);
    }
    for (size_t k = 0; k < sizeof procedure_numbers / sizeof *procedure_numbers; k++) {
        if (row->parent != NULL && strcmp(procedure_numbers[k][0], row->parent) == 0) {
            (void)snprintf(parent, sizeof parent,
                           "(SELECT idx FROM ident.procedure WHERE numero = '%s'),",
                           procedure_numbers[k][1]);
        }
    }
    char sql[1024];
    (void)snprintf(sql, sizeof sql, "INSERT INTO ident.%s VALUES (%zu,%s%s)", row->table,
                   backwards ? N_ROWS - i : i, parent, row->values);
    exec(e, sql);
}

static void write_extract(const struct place *p, bool backwards) {
    struct mln_engine *e = open_engine(p);
    char path[160];
    (void)snprintf(path, sizeof path, "%s/ingest/id.db", p->work);
    ck_assert(remove(path) == 0 || !mln_path_exists(path));
    attach(e, p, "ident", path, "id", MLN_ATTACH_CREATE);
    exec(e, schema);
    for (int children = 0; children < 2; children++) {
        for (size_t i = 0; i < N_ROWS; i++) {
            insert_row(e, backwards ? N_ROWS - 1 - i : i, children == 1, backwards);
        }
    }
    exec(e, no_values);
    struct mln_err err = {0};
    ok(e->ops->detach(e, "ident", &err), &err);
    e->ops->close(e);
}

static struct mln_run run_stage(const struct place *p, struct mln_arena *arena,
                                struct mln_project *project, size_t n_threads) {
    *project = (struct mln_project){.keys_dir = p->keys, .work_dir = p->work,
                                    .nomenclatures = p->codes, .n_threads = n_threads};
    struct mln_run run = {.project = project, .arena = arena, .partial_dir = p->partial};
    struct mln_err err = {0};
    char path[160];
    (void)snprintf(path, sizeof path, "%s/pivot.db", p->partial);
    ck_assert(remove(path) == 0 || !mln_path_exists(path));
    ok(mln_stage_link_chain(&run, &err), &err);
    return run;
}

/* ── asking ── */

struct text {
    char text[4096];
};

static enum mln_status collect(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    (void)err;
    struct text *out = ctx;
    for (size_t row = 0; row < batch->n_rows; row++) {
        const struct mln_str s = mln_get_str(&batch->columns[0], row);
        const size_t n = strlen(out->text);
        ck_assert_uint_lt(n + s.n + 2, sizeof out->text);
        (void)snprintf(out->text + n, sizeof out->text - n, "%.*s\n", MLN_STR_ARG(s));
    }
    return MLN_OK;
}

static struct text ask(struct mln_engine *e, const char *sql) {
    struct text out = {""};
    struct mln_err err = {0};
    ok(e->ops->scan(e, "test", mln_str_from(sql), MLN_NO_PARAMS, collect, &out, &err), &err);
    return out;
}

static struct mln_engine *open_results(const struct place *p) {
    struct mln_engine *e = open_engine(p);
    char path[160];
    (void)snprintf(path, sizeof path, "%s/ingest/id.db", p->work);
    attach(e, p, "ident", path, "id", MLN_ATTACH_READ);
    (void)snprintf(path, sizeof path, "%s/pivot.db", p->partial);
    attach(e, p, "pv", path, "pivot", MLN_ATTACH_READ);
    exec(e, "CREATE TABLE memory.p AS SELECT q.procedure_no AS no, i.numero"
            " FROM pv.procedure q JOIN ident.procedure i ON i.idx = q.idx;"
            "CREATE TABLE memory.a AS SELECT q.affaire_no AS no, i.affaire_id AS id"
            " FROM pv.affaire q JOIN ident.affaire i ON i.idx = q.idx");
    return e;
}

/* ── tests ── */

START_TEST(links_by_hand) {
    struct place p;
    make_place(&p);
    write_extract(&p, false);
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_project project;
    struct mln_run run = run_stage(&p, &arena, &project, 2);
    struct mln_engine *e = open_results(&p);

    ck_assert_str_eq(ask(e, "SELECT p.numero || ' ' || a.id || ' ' || l.passe"
                            " FROM pv.lien_procedure_affaire l JOIN memory.p ON p.no = procedure_no"
                            " JOIN memory.a ON a.no = affaire_no ORDER BY 1").text,
                     "00005 A6 cle_pv\n"
                     "00005 A7 idj\n"
                     "00006 A18 numero_parquet\n"
                     "00006 A8 cle_pv\n"
                     "00006 A9 numero_parquet\n"
                     "00010 A16 reference_pv\n"
                     "00011 A17 reference_pv\n"
                     "00017 A1 reference_pv\n"
                     "00017 A2 cle_pv\n"
                     "00088 A3 reference_pv\n"
                     "01234 A1 cle_pv\n");
    ck_assert_str_eq(ask(e, "SELECT COALESCE(p.numero, a.id) || ' ' || n.motif FROM pv.non_lie n"
                            " LEFT JOIN memory.p ON p.no = n.no AND n.cote = 'procedure'"
                            " LEFT JOIN memory.a ON a.no = n.no AND n.cote = 'affaire'"
                            " ORDER BY 1").text,
                     "00007 dates_incompatibles\n" /* P9 */
                     "00008 hors_periode\n"        /* P10 */
                     "00009 sans_affaire\n"        /* P11 */
                     "00011 dates_incompatibles\n" /* P14 */
                     "00055 ambigue\n"             /* P4 */
                     "00055 ambigue\n"             /* P5 */
                     "00999 transmission_inconnue\n"       /* P6 */
                     "A10 sans_reference\n"
                     "A11 cle_introuvable\n"
                     "A12 reference_illisible\n"
                     "A13 hors_periode\n"
                     "A14 autre_origine\n"
                     "A15 dates_incompatibles\n"
                     "A4 ambigue\n"
                     "A5 petit_x\n");
    ck_assert_str_eq(ask(e, "SELECT p.numero || '/' || rang_procedure || ' ' || a.id || '/' ||"
                            " rang_affaire || ' ' || l.passe FROM pv.lien_personne l"
                            " JOIN memory.p ON p.no = procedure_no"
                            " JOIN memory.a ON a.no = affaire_no ORDER BY 1").text,
                     "00017/1 A2/3 naissance\n"
                     "00017/2 A2/5 naissance\n"
                     "00088/1 A3/1 seule\n"
                     "01234/1 A1/2 csns\n"
                     "01234/1 A1/3 csns\n"
                     "01234/2 A1/1 naissance\n");
    ck_assert_str_eq(ask(e, "SELECT p.numero || '/' || rang_procedure || ' ' || a.id || '/' ||"
                            " rang_affaire || ' ' || l.passe FROM pv.lien_infraction l"
                            " JOIN memory.p ON p.no = procedure_no"
                            " JOIN memory.a ON a.no = affaire_no ORDER BY 1").text,
                     "00017/1 A2/1 natinf\n"
                     "01234/1 A1/2 natinf_date\n"
                     "01234/2 A1/1 natinf_date\n"
                     "01234/3 A1/3 seule\n");
    /* rows read = linked + not linked, and what each pass found */
    static const struct mln_stage_count expected[] = {
        {"procedures", 14, 7, 7},          {"affaires", 18, 10, 8},
        {"personnes des procedures liees", 11, 5, 6}, /* P2 and P7 are in two links each */
        {"infractions des procedures liees", 5, 4, 1},
        /* each procedure is of its first pass: 5, 6, 17 and 1234 of cle_pv, 10, 11, 88 of the next */
        {"passe cle_pv", 7, 4, 3},         {"procedures liees par cle_pv", 14, 4, 10},
        {"passe reference_pv", 6, 4, 2},   {"procedures liees par reference_pv", 14, 3, 11},
        {"passe idj", 11, 1, 10},          {"procedures liees par idj", 14, 0, 14},
        {"passe numero_parquet", 10, 2, 8}, {"procedures liees par numero_parquet", 14, 0, 14},
        {"passe conjoint", 8, 0, 8}, {"procedures liees par conjoint", 14, 0, 14}, /* too few to learn */
    };
    ck_assert_uint_eq(run.n_counts, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < run.n_counts; i++) {
        ck_assert_str_eq(run.counts[i].what, expected[i].what);
        ck_assert_msg(run.counts[i].read == expected[i].read &&
                          run.counts[i].accepted == expected[i].accepted,
                      "%s: %d read, %d accepted", run.counts[i].what, (int)run.counts[i].read,
                      (int)run.counts[i].accepted);
    }
    e->ops->close(e);
    mln_arena_release(&arena);
    ck_assert_int_eq(mln_dir_remove(p.dir, NULL), MLN_OK);
}
END_TEST

START_TEST(pivot_by_hand) {
    struct place p;
    make_place(&p);
    write_extract(&p, false);
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_project project;
    (void)run_stage(&p, &arena, &project, 1);
    struct mln_engine *e = open_results(&p);
    /* the facts were on 28 February 2021; born on 29 February 2000: 21 only on 1 March. Born in
     * 1980, some day: 40 or 41, hence unknown. */
    ck_assert_str_eq(ask(e, "SELECT p.numero || '/' || q.rang || ' ' ||"
                            " COALESCE(CAST(age_faits AS VARCHAR), '-') || ' ' ||"
                            " departement_residence || CASE WHEN personne_id IS NULL THEN '' ELSE"
                            " ' id' END FROM pv.proc_personne q"
                            " JOIN memory.p ON p.no = procedure_no ORDER BY 1").text,
                     "00005/1 - 2A\n"
                     "00005/2 46 2A id\n"
                     "00017/1 11 2A\n"
                     "00017/2 11 2A\n"
                     "00088/1 - 2A\n"
                     "01234/1 30 2A id\n"
                     "01234/2 20 2A\n");
    /* who they are: here their own token, and nobody else is known */
    ck_assert_str_eq(ask(e, "SELECT p.numero || '/' || q.rang || ' ' || identite_source ||"
                            " CASE WHEN identite_id = personne_id THEN ' own' ELSE '' END"
                            " FROM pv.proc_personne q JOIN memory.p ON p.no = procedure_no"
                            " WHERE identite_id IS NOT NULL ORDER BY 1").text,
                     "00005/2 interieur own\n01234/1 interieur own\n");
    /* the same CSNS has the same pseudonym on both sides; 01132 is now in the Rhône; the affaire's
     * facts begin with its first offence */
    ck_assert_str_eq(ask(e, "SELECT DISTINCT CAST(a.rang AS VARCHAR) || ' ' ||"
                            " COALESCE(CAST(a.age_faits AS VARCHAR), '-')"
                            " FROM pv.affaire_personne a JOIN pv.proc_personne q"
                            " ON q.personne_id = a.personne_id ORDER BY 1").text,
                     "2 -\n3 30\n");
    ck_assert_str_eq(ask(e, "SELECT DISTINCT densite_faits || ' ' || densite_detail_faits"
                            " FROM pv.procedure").text,
                     "dense POP_1\n"); /* of its present commune */
    ck_assert_str_eq(ask(e, "SELECT DISTINCT departement_faits || ' ' ||"
                            " CAST(LENGTH(procedure_id) AS VARCHAR) FROM pv.procedure").text,
                     "69 32\n");
    ck_assert_str_eq(ask(e, "SELECT CAST(COUNT(DISTINCT unite_id) AS VARCHAR) || ' ' ||"
                            " CAST(COUNT(unite_id) AS VARCHAR) FROM pv.procedure").text,
                     "13 14\n");
    ck_assert_str_eq(ask(e, "SELECT b.id || ' ' || COALESCE(c.id, '-')"
                            " FROM pv.lien_affaire l JOIN memory.a b ON b.no = l.affaire_no"
                            " LEFT JOIN memory.a c ON c.no = l.affaire_cible_no ORDER BY 1").text,
                     "A2 A1\nA3 -\nA8 A18\n");
    /* numbers follow the pseudonyms */
    ck_assert_str_eq(ask(e, "SELECT CAST(COUNT(*) AS VARCHAR) FROM pv.procedure a"
                            " JOIN pv.procedure b ON a.procedure_no < b.procedure_no"
                            " AND a.procedure_id >= b.procedure_id").text,
                     "0\n");
    e->ops->close(e);
    mln_arena_release(&arena);
    ck_assert_int_eq(mln_dir_remove(p.dir, NULL), MLN_OK);
}
END_TEST

/* The rows turned round, another number of threads: the same pivot but for idx. */
START_TEST(order_and_threads_change_nothing) {
    static const char *const questions[] = {
        "SELECT procedure_no || ' ' || procedure_id || ' ' || unite_id FROM pv.procedure"
        " ORDER BY procedure_no",
        "SELECT procedure_no || ' ' || affaire_no || ' ' || passe"
        " FROM pv.lien_procedure_affaire ORDER BY 1",
        "SELECT procedure_no || ' ' || rang_procedure || ' ' || affaire_no || ' ' || rang_affaire"
        " || passe FROM pv.lien_personne ORDER BY 1",
        "SELECT procedure_no || ' ' || rang_procedure || ' ' || affaire_no || ' ' || rang_affaire"
        " || passe FROM pv.lien_infraction ORDER BY 1",
        "SELECT cote || ' ' || no || ' ' || motif FROM pv.non_lie ORDER BY 1",
    };
    enum { N = sizeof questions / sizeof *questions };
    struct place p;
    make_place(&p);
    struct text first[N];
    for (int turn = 0; turn < 2; turn++) {
        write_extract(&p, turn == 1);
        struct mln_arena arena = MLN_ARENA_INIT;
        struct mln_project project;
        (void)run_stage(&p, &arena, &project, turn == 1 ? 4 : 1);
        struct mln_engine *e = open_results(&p);
        for (size_t q = 0; q < N; q++) {
            const struct text got = ask(e, questions[q]);
            if (turn == 0) {
                ck_assert_uint_gt(strlen(got.text), 0);
                first[q] = got;
            } else {
                ck_assert_str_eq(got.text, first[q].text);
            }
        }
        e->ops->close(e);
        mln_arena_release(&arena);
    }
    ck_assert_int_eq(mln_dir_remove(p.dir, NULL), MLN_OK);
}
END_TEST

/* Two procedures whose keys differ by leading zeros cannot be told apart by a pseudonym. */
START_TEST(double_keys_are_refused) {
    struct place p;
    make_place(&p);
    struct mln_engine *e = open_engine(&p);
    char path[160];
    (void)snprintf(path, sizeof path, "%s/ingest/id.db", p.work);
    attach(e, &p, "ident", path, "id", MLN_ATTACH_CREATE);
    exec(e, schema);
    exec(e, "INSERT INTO ident.procedure SELECT n, 'PN', '1', CASE n WHEN 1 THEN '7' ELSE '007' END,"
            " 2021, DATE '2021-01-01', NULL, NULL, NULL, NULL, NULL"
            " FROM (SELECT 1 AS n UNION ALL SELECT 2) AS v");
    struct mln_err err = {0};
    ok(e->ops->detach(e, "ident", &err), &err);
    e->ops->close(e);
    struct mln_arena arena = MLN_ARENA_INIT;
    const struct mln_project project = {.keys_dir = p.keys, .work_dir = p.work,
                                        .nomenclatures = p.codes, .n_threads = 1};
    struct mln_run run = {.project = &project, .arena = &arena, .partial_dir = p.partial};
    ck_assert_int_eq(mln_stage_link_chain(&run, &err), MLN_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(err.msg, "1 have the key of another"));
    mln_arena_release(&arena);
    ck_assert_int_eq(mln_dir_remove(p.dir, NULL), MLN_OK);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("link_chain");
    TCase *tc = tcase_create("link_chain");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, links_by_hand);
    tcase_add_test(tc, pivot_by_hand);
    tcase_add_test(tc, order_and_threads_change_nothing);
    tcase_add_test(tc, double_keys_are_refused);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
