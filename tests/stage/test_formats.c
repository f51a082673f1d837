/* The same rows as CSV, as Parquet, as SAS7BDAT and as Arrow: the zones hold the same. */
#include "ingest_case.h"

#include "base/date.h"
#include "base/file.h"
#include "run.h"
#include "source/sas_file.h"

#define REST                                                                                       \
    "  proc_personne: absent\n"                                                                    \
    "  proc_infraction: absent\n"                                                                  \
    "  affaire: {}\n"                                                                              \
    "  affaire_parquet: absent\n"                                                                  \
    "  affaire_personne: absent\n"                                                                 \
    "  affaire_infraction: absent\n"                                                               \
    "  evenement: absent\n"                                                                        \
    "  lien_affaire: absent\n"
#define HEAD                                                                                       \
    "version: 1\n"                                                                                 \
    "defaults: {folder: data, dates: [dd/mm/yyyy], encoding: windows-1252, missing: '.'}\n"        \
    "tables:\n"

static const char csv_contract[] = HEAD "  procedure: {}\n"
                                        "  correspondance: {}\n" REST;
static const char parquet_contract[] = HEAD "  procedure: {format: parquet}\n"
                                            "  correspondance: {format: parquet}\n" REST;
static const char sas_contract[] = HEAD "  procedure: {format: sas7bdat}\n"
                                        "  correspondance: {format: sas7bdat}\n" REST;

static const char arrow_contract[] = HEAD "  procedure: {format: arrow}\n"
                                          "  correspondance: {format: arrow}\n" REST;

/* Periods are text in every format, since a date type cannot be incomplete; 31 February cannot be
 * written as a date at all, so the row that is rejected has a bad year of its number. */
static void write_csv(struct ingest_case *c) {
    case_rows(c, "procedure",
              "PN;00321;01234;2021;01/03/2021;28/02/2021;03/2021;01004;05/03/2021;tj01053;1;1\n"
              "GN;04567;00017;2021;10/01/2021;2021;;2A004;;;;\n"
              "GN;04567;00018;1821;10/01/2021;2021;;;;;;\n"
              "GN;04567;00019;2021;29/02/2020;;;;;;0;12\n");
    case_rows(c, "correspondance",
              "A1;1;PN;00321;01234;2021;;;21065000001;flux\n"
              "A2;1;;;;;  PV \xE9""crit n\xB0 17/21 ;;;saisie\n"
              "A2;2;;;;;\x80uro \x9Cuvre;;;reprise\n");
}

static void write_parquet(struct ingest_case *c) {
    static const char *const tables[][3] = {
        {"procedure", "data/procedure.parquet",
         "SELECT * FROM (VALUES ('PN', '00321', '01234', 2021, TIMESTAMP '2021-03-01 00:00:00', '28/02/2021',"
         " '03/2021', '01004', DATE '2021-03-05', 'tj01053', 1.0, 1),"
         " ('GN', '04567', '00017', 2021, DATE '2021-01-10', '2021', NULL, '2A004', NULL, NULL,"
         " NULL, NULL),"
         " ('GN', '04567', '00018', 1821, DATE '2021-01-10', '2021', NULL, NULL, NULL, NULL, NULL,"
         " NULL),"
         " ('GN', '04567', '00019', 2021, DATE '2020-02-29', NULL, NULL, NULL, NULL, NULL, 0.0,"
         " 12)) t(force, code_unite, numero, annee, date_enregistrement, date_faits_debut,"
         " date_faits_fin, commune_faits, date_transmission, juridiction_destinataire,"
         " nb_mis_en_cause, nb_victimes)"},
        {"correspondance", "data/correspondance.parquet",
         "SELECT * FROM (VALUES ('A1', 1, 'PN', '00321', '01234', 2021, NULL, NULL, 21065000001.0::DOUBLE, 'flux'),"
         " ('A2', 1, NULL, NULL, NULL, NULL, '  PV \xC3\xA9""crit n\xC2\xB0 17/21 ', NULL, NULL,"
         " 'saisie'),"
         " ('A2', 2, NULL, NULL, NULL, NULL, '\xE2\x82\xACuro \xC5\x93uvre', NULL, NULL,"
         " 'reprise')) t(affaire_id, rang, force, code_unite, numero, annee, reference_pv, idj_pv,"
         " numero_parquet, type_creation)"},
    };
    struct mln_err err = {0};
    struct mln_engine *e = NULL;
    const struct mln_engine_options options = {.n_threads = 1};
    ck_assert_int_eq(mln_engine_open_duckdb(&options, &e, &err), MLN_OK);
    for (size_t i = 0; i < 2; i++) {
        const enum mln_status status =
            e->ops->copy_out(e, tables[i][0], mln_str_from(tables[i][2]), MLN_NO_PARAMS,
                             case_path(c, tables[i][1]), MLN_FILE_PARQUET, &err);
        ck_assert_msg(status == MLN_OK, "%s", err.msg);
    }
    e->ops->close(e);
}

#define T(s) {.text = (s)}
#define N(x) {.number = (x)}
#define NO {.missing = true}

static void write_sas(struct ingest_case *c) {
    static const struct sas_column procedure[] = {
        {"FORCE", 2, NULL},            {"CODE_UNITE", 5, NULL},
        {"NUMERO", 6, NULL},           {"ANNEE", 0, NULL},
        {"DATE_ENREGISTREMENT", 0, "DDMMYY10"}, {"DATE_FAITS_DEBUT", 10, NULL},
        {"DATE_FAITS_FIN", 10, NULL},  {"COMMUNE_FAITS", 5, NULL},
        {"DATE_TRANSMISSION", 0, "DATE9"}, {"JURIDICTION_DESTINATAIRE", 10, NULL},
        {"NB_MIS_EN_CAUSE", 0, NULL},  {"NB_VICTIMES", 0, NULL},
    };
    const struct sas_cell rows[] = {
        T("PN"), T("00321"), T("01234"), N(2021), N(sas_day(mln_day_from_civil(2021, 3, 1))),
        T("28/02/2021"), T("03/2021"), T("01004"), N(sas_day(mln_day_from_civil(2021, 3, 5))),
        T("tj01053"), N(1), N(1),
        T("GN"), T("04567"), T("00017"), N(2021), N(sas_day(mln_day_from_civil(2021, 1, 10))),
        T("2021"), T(""), T("2A004"), NO, T(""), NO, NO,
        T("GN"), T("04567"), T("00018"), N(1821), N(sas_day(mln_day_from_civil(2021, 1, 10))),
        T("2021"), T(""), T(""), NO, T(""), NO, NO,
        T("GN"), T("04567"), T("00019"), N(2021), N(sas_day(mln_day_from_civil(2020, 2, 29))),
        T(""), T(""), T(""), NO, T(""), N(0), N(12),
    };
    static const struct sas_column tie[] = {
        {"affaire_id", 4, NULL}, {"rang", 0, NULL},  {"force", 2, NULL},
        {"code_unite", 5, NULL}, {"numero", 6, NULL}, {"annee", 0, NULL},
        {"reference_pv", 40, NULL}, {"idj_pv", 11, NULL}, {"numero_parquet", 0, NULL},
        {"type_creation", 8, NULL},
    };
    const struct sas_cell ties[] = {
        T("A1"), N(1), T("PN"), T("00321"), T("01234"), N(2021), T(""), T(""), N(21065000001.0),
        T("flux"),
        T("A2"), N(1), T(""), T(""), T(""), NO, T("  PV \xE9""crit n\xB0 17/21 "), T(""), NO,
        T("saisie"),
        T("A2"), N(2), T(""), T(""), T(""), NO, T("\x80uro \x9Cuvre"), T(""), NO, T("reprise"),
    };
    struct mln_buf bytes = MLN_BUF_INIT;
    ck_assert(sas_write(procedure, 12, rows, 4, SAS_WINDOWS_1252, &bytes));
    case_write_bytes(c, "data/procedure.sas7bdat", bytes.p, bytes.n);
    mln_buf_reset(&bytes);
    ck_assert(sas_write(tie, 10, ties, 3, SAS_WINDOWS_1252, &bytes));
    case_write_bytes(c, "data/correspondance.sas7bdat", bytes.p, bytes.n);
    mln_buf_release(&bytes);
}

/* Files of arrow/make.py: a stream and a compressed file, with dictionaries, views and decimals. */
static void copy_arrow(struct ingest_case *c) {
    static const char *const names[] = {"procedure.arrow", "correspondance.arrow"};
    for (size_t i = 0; i < 2; i++) {
        struct mln_buf from = MLN_BUF_INIT, to = MLN_BUF_INIT, bytes = MLN_BUF_INIT;
        mln_buf_addf(&from, "%s/%s", MLN_ARROW_FILES, names[i]);
        mln_buf_addf(&to, "data/%s", names[i]);
        ck_assert_int_eq(mln_file_read(from.p, 1 << 20, &bytes, NULL), MLN_OK);
        case_write_bytes(c, to.p, bytes.p, bytes.n);
        mln_buf_release(&from);
        mln_buf_release(&to);
        mln_buf_release(&bytes);
    }
}

/* All that the two tables hold, in both zones. */
static void dump(struct ingest_case *c, const char *contract, struct mln_buf *out) {
    static const char *const where[][2] = {{"ident", "procedure"},
                                           {"content", "procedure"},
                                           {"ident", "correspondance"},
                                           {"content", "correspondance"}};
    case_write(c, "contract.yaml", contract);
    ck_assert_msg(case_ingest(c, 2) == MLN_OK, "%s", c->err.msg);
    for (size_t i = 0; i < 4; i++) {
        mln_buf_addz(out, case_table(c, where[i][0], where[i][1]));
    }
    mln_buf_addz(out, case_count(c, "procedure"));
    mln_buf_addc(out, '\n');
}

START_TEST(formats_have_one_content) {
    struct ingest_case c;
    struct mln_buf csv = MLN_BUF_INIT;
    struct mln_buf parquet = MLN_BUF_INIT;
    struct mln_buf sas = MLN_BUF_INIT;
    struct mln_buf arrow = MLN_BUF_INIT;
    case_make(&c);
    write_csv(&c);
    write_parquet(&c);
    write_sas(&c);
    copy_arrow(&c);
    dump(&c, csv_contract, &csv);
    dump(&c, parquet_contract, &parquet);
    dump(&c, arrow_contract, &arrow);
    dump(&c, sas_contract, &sas);
    ck_assert_ptr_nonnull(strstr(csv.p, "'reference_pv': PV \xC3\xA9""crit n\xC2\xB0 17/21,"));
    ck_assert_ptr_nonnull(strstr(csv.p, "\xE2\x82\xACuro \xC5\x93uvre"));
    ck_assert_ptr_nonnull(strstr(csv.p, "\n4 3 1\n"));
    ck_assert_str_eq(parquet.p, csv.p);
    ck_assert_str_eq(sas.p, csv.p);
    ck_assert_str_eq(arrow.p, csv.p);
    /* the rejects too, but for the names of file and column */
    ck_assert_str_eq(case_read(&c, "work/ingest/rejets.csv"),
                     "fichier;ligne;colonne;raison\n"
                     "data/procedure.sas7bdat;3;ANNEE;entier hors bornes\n");
    mln_buf_release(&csv);
    mln_buf_release(&parquet);
    mln_buf_release(&sas);
    mln_buf_release(&arrow);
    case_remove(&c);
}
END_TEST

/* A SAS file cut in the middle stops the run. */
START_TEST(truncated_sas) {
    struct ingest_case c;
    struct mln_buf bytes = MLN_BUF_INIT;
    case_make(&c);
    write_sas(&c);
    case_write(&c, "contract.yaml", sas_contract);
    ck_assert_int_eq(mln_file_read(case_path(&c, "data/procedure.sas7bdat"), 1 << 24, &bytes, NULL),
                     MLN_OK);
    case_write_bytes(&c, "data/procedure.sas7bdat", bytes.p, bytes.n / 2);
    ck_assert_int_eq(case_ingest(&c, 1), MLN_BAD_INPUT);
    ck_assert_msg(strstr(c.err.msg, "data/procedure.sas7bdat: ") != NULL, "%s", c.err.msg);
    ck_assert_msg(strstr(c.err.msg, "truncated or damaged") != NULL, "%s", c.err.msg);
    mln_buf_release(&bytes);
    case_remove(&c);
}
END_TEST

MLN_TEST_MAIN("formats", formats_have_one_content, truncated_sas)
