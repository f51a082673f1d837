/* The stage ingest on a handful of rows: what goes where, what is rejected and why; the same
 * result for any number of threads; the contract's ways to say where a value comes from. */
#include "ingest_case.h"

#include "base/file.h"
#include "run.h"

static void must_ingest(struct ingest_case *c, size_t n_threads) {
    const enum mln_status status = case_ingest(c, n_threads);
    ck_assert_msg(status == MLN_OK, "%s", c->err.msg);
}

START_TEST(zones_by_hand) {
    struct ingest_case c;
    case_make(&c);
    must_ingest(&c, 2);
    /* id.db: idx, file, row, then zones id and both; a period has two days */
    ck_assert_str_eq(
        case_table(&c, "ident", "procedure"),
        "{'idx': 1, 'file_no': 1, 'row_no': 1, 'force': PN, 'code_unite': 00321, 'numero': 01234, "
        "'annee': 2021, 'date_enregistrement': 2021-03-01, 'date_faits_debut_min': 2021-02-28, "
        "'date_faits_debut_max': 2021-02-28, 'date_faits_fin_min': 2021-03-01, "
        "'date_faits_fin_max': 2021-03-31, 'commune_faits': 01004, 'date_transmission': "
        "2021-03-05, 'juridiction_destinataire': tj01053}\n"
        "{'idx': 2, 'file_no': 1, 'row_no': 2, 'force': GN, 'code_unite': 04567, 'numero': 00017, "
        "'annee': 2021, 'date_enregistrement': 2021-01-10, 'date_faits_debut_min': 2021-01-01, "
        "'date_faits_debut_max': 2021-12-31, 'date_faits_fin_min': NULL, 'date_faits_fin_max': "
        "NULL, 'commune_faits': NULL, 'date_transmission': NULL, 'juridiction_destinataire': "
        "NULL}\n");
    ck_assert_str_eq(
        case_table(&c, "content", "procedure"),
        "{'idx': 1, 'force': PN, 'annee': 2021, 'date_enregistrement': 2021-03-01, "
        "'date_faits_debut_min': 2021-02-28, 'date_faits_debut_max': 2021-02-28, "
        "'date_faits_fin_min': 2021-03-01, 'date_faits_fin_max': 2021-03-31, 'date_transmission': "
        "2021-03-05, 'juridiction_destinataire': tj01053, 'nb_mis_en_cause': 1, 'nb_victimes': "
        "1}\n"
        "{'idx': 2, 'force': GN, 'annee': 2021, 'date_enregistrement': 2021-01-10, "
        "'date_faits_debut_min': 2021-01-01, 'date_faits_debut_max': 2021-12-31, "
        "'date_faits_fin_min': NULL, 'date_faits_fin_max': NULL, 'date_transmission': NULL, "
        "'juridiction_destinataire': NULL, 'nb_mis_en_cause': NULL, 'nb_victimes': NULL}\n");
    /* children know their parent; text of Windows-1252 is UTF-8 */
    ck_assert_str_eq(case_ask(&c, "SELECT idx || ' ' || parent_idx || ' ' || rang || ' ' || role"
                                  " FROM ident.proc_personne ORDER BY idx"),
                     "1 1 1 victime\n2 1 2 mis_en_cause\n3 2 1 victime\n");
    ck_assert_str_eq(case_ask(&c, "SELECT parent_idx || ' ' || reference_pv FROM"
                                  " ident.correspondance WHERE reference_pv IS NOT NULL"),
                     "2 PV \xC3\xA9""crit n\xC2\xB0 17/21\n");
    /* the parent's key is stored once, with the parent */
    ck_assert_str_eq(case_table(&c, "ident", "lien_affaire"),
                     "{'idx': 1, 'file_no': 10, 'row_no': 1, 'parent_idx': 2, 'cible_idx': 1, "
                     "'affaire_cible_id': A1, 'type': jonction}\n"
                     "{'idx': 2, 'file_no': 10, 'row_no': 2, 'parent_idx': 1, 'cible_idx': NULL, "
                     "'affaire_cible_id': A9, 'type': transmission}\n");
    ck_assert_str_eq(case_ask(&c, "SELECT file_no || ' ' || table_name || ' ' || file FROM"
                                  " ident.fichier WHERE file_no IN (1, 10) ORDER BY file_no"),
                     "1 procedure data/procedure.csv\n10 lien_affaire data/lien_affaire.csv\n");
    ck_assert_str_eq(case_read(&c, "work/ingest/rejets.csv"), "fichier;ligne;colonne;raison\n");
    ck_assert_str_eq(case_count(&c, "proc_personne"), "3 3 0");
    ck_assert_double_eq(case_figure(&c, "cible hors extrait lien_affaire"), 1);
    case_remove(&c);
}
END_TEST

/* No identifier of the zone id in the content zone: the columns are those of the model. */
START_TEST(content_holds_no_identifier) {
    struct ingest_case c;
    case_make(&c);
    must_ingest(&c, 1);
    ck_assert_str_eq(
        case_ask(&c, "SELECT column_name FROM duckdb_columns() WHERE database_name = 'content' AND"
                     " column_name IN ('code_unite', 'numero', 'affaire_id', 'csns', 'idj',"
                     " 'date_naissance_min', 'commune_residence', 'file_no', 'parent_idx')"),
        "");
    case_remove(&c);
}
END_TEST

/* Every reason of a cell, a key and a parent, with its place. */
START_TEST(rejects_by_hand) {
    struct ingest_case c;
    case_make(&c);
    case_rows(&c, "procedure",
              "PN;1;1;2021;01/03/2021;;;;;;;\n"
              "PN;1;2;2021;31/02/2021;;;;;;;\n"      /* no such day */
              "PN;1;3;2021;01/03/0000;;;;;;;\n"      /* year 0 */
              "PN;1;4;2021;03/2021;;;;;;;\n"         /* a date is one day */
              "PN;1;5;2021;1er mars;;;;;;;\n"
              "XX;1;6;2021;01/03/2021;;;;;;;\n"
              "PN;;7;12.5;01/03/2021;;;;;;-1;2147483648\n" /* four faults */
              "PN;1;1;2021;01/03/2021;;;;;;;\n"      /* the first row again */
              "PN;1;1;2021;02/03/2021;;;;;;;\n"      /* its key, other values */
              "PN;1;01;2021;02/03/2021;;;;;;;\n"     /* another key: leading zeros matter */
              "PN;1;8;02021;02/03/2021;;;;;;3.0;\n"  /* numbers as programs write them */
              "PN;1;9\n");
    case_rows(&c, "proc_personne",
              "PN;1;1;2021;1;victime;physique;2021-1;;;;;;;;;;;;;\n"
              "PN;1;2;2021;1;victime;physique;;;;;;;;;;;;;;\n" /* its procedure was rejected */
              "PN;1;1;2021;2147483648;victime;physique;;;;;;;;;;;;;;\n"
              "PN;1;1;2021;0;victime;physique;;;;;;;;;;;;;;\n"
              "PN;1;1;2021;1;victime;physique;;;;;;;;;;;;;;\n");
    case_rows(&c, "proc_infraction", "");
    must_ingest(&c, 2);
    ck_assert_str_eq(case_read(&c, "work/ingest/rejets.csv"),
                     "fichier;ligne;colonne;raison\n"
                     "data/procedure.csv;2;date_enregistrement;date impossible\n"
                     "data/procedure.csv;3;date_enregistrement;date impossible\n"
                     "data/procedure.csv;4;date_enregistrement;date incomplete\n"
                     "data/procedure.csv;5;date_enregistrement;date malformee\n"
                     "data/procedure.csv;6;force;mot hors liste\n"
                     "data/procedure.csv;7;code_unite;valeur requise absente\n"
                     "data/procedure.csv;7;annee;entier malforme\n"
                     "data/procedure.csv;7;nb_mis_en_cause;entier hors bornes\n"
                     "data/procedure.csv;7;nb_victimes;entier hors bornes\n"
                     "data/procedure.csv;8;force code_unite annee numero;doublon exact\n"
                     "data/procedure.csv;9;force code_unite annee numero;cle en double\n"
                     "data/procedure.csv;12;;cellules manquantes\n"
                     "data/proc_personne.csv;1;date_naissance;date malformee\n"
                     "data/proc_personne.csv;2;force code_unite annee numero;parent absent ou "
                     "rejete\n"
                     "data/proc_personne.csv;3;rang;entier hors bornes\n"
                     "data/proc_personne.csv;4;rang;entier hors bornes\n");
    ck_assert_str_eq(case_count(&c, "procedure"), "12 3 9");
    ck_assert_str_eq(case_count(&c, "proc_personne"), "5 1 4");
    ck_assert_str_eq(case_ask(&c, "SELECT numero || ' ' || row_no FROM ident.procedure ORDER BY"
                                  " idx"),
                     "1 1\n01 10\n8 11\n");
    case_remove(&c);
}
END_TEST

START_TEST(unknown_codes_are_kept_and_counted) {
    struct ingest_case c;
    case_make(&c);
    case_rows(&c, "affaire",
              "A1;;Z99;;06/03/2021;;tj01053;;;\n"
              "A2;;Z98;;06/03/2021;;nowhere;;;\n"
              "A3;;A12;;06/03/2021;;tj01053;;;\n");
    must_ingest(&c, 1);
    ck_assert_double_eq(case_figure(&c, "codes inconnus affaire.nataff"), 2);
    ck_assert_double_eq(case_figure(&c, "codes inconnus affaire.juridiction"), 1);
    ck_assert_str_eq(case_ask(&c, "SELECT nataff FROM content.affaire ORDER BY idx"),
                     "Z99\nZ98\nA12\n");
    case_remove(&c);
}
END_TEST

/* Two services, two layouts, other names and values, constants, columns ignored and absent. */
START_TEST(contract_maps_two_layouts) {
    struct ingest_case c;
    case_make(&c);
    case_write(&c, "data/pn.csv",
               "ANNEE_PROC|NUM|SERVICE|LIBELLE|ENREGISTRE|LIEU\n"
               "2021|01234|00321|quelque chose|20210301|01004\n"
               "2022|5|00321|autre|NC|NC\n"
               "2022|6|00321|autre|20220101|NC\n");
    case_write(&c, "data/gn_1.csv", "1,1;04567;00017;2021;2021-01-10\n");
    case_write(&c, "data/gn_2.csv", "2;04567;00018;2021;2021-01-11\n9;04567;00019;2021;2021-01-11\n");
    case_write(&c, "contract.yaml",
               "version: 1\n"
               "defaults: {folder: data, dates: [dd/mm/yyyy], encoding: windows-1252}\n"
               "tables:\n"
               "  procedure:\n"
               "    - file: pn.csv\n"
               "      delimiter: '|'\n"
               "      dates: yyyymmdd\n"
               "      missing: NC\n"
               "      columns:\n"
               "        force: {constant: PN}\n"
               "        code_unite: SERVICE\n"
               "        numero: NUM\n"
               "        annee: {from: annee_proc, min: 2022}\n"
               "        date_enregistrement: ENREGISTRE\n"
               "        commune_faits: LIEU\n"
               "        date_faits_debut: absent\n"
               "        date_faits_fin: absent\n"
               "        date_transmission: absent\n"
               "        juridiction_destinataire: absent\n"
               "        nb_mis_en_cause: absent\n"
               "        nb_victimes: {constant: 1}\n"
               "      ignore: [LIBELLE]\n"
               "    - file: gn_*.csv\n"
               "      header: false\n"
               "      columns:\n"
               "        force: {from: \"1\", values: {1: GN, 2: GN, '1,1': GN, 9: ~}}\n"
               "        code_unite: \"2\"\n"
               "        numero: \"3\"\n"
               "        annee: \"4\"\n"
               "        date_enregistrement: {from: \"5\", dates: [dd/mm/yyyy, yyyy-mm-dd]}\n"
               "        commune_faits: absent\n"
               "        date_faits_debut: absent\n"
               "        date_faits_fin: absent\n"
               "        date_transmission: absent\n"
               "        juridiction_destinataire: absent\n"
               "        nb_mis_en_cause: absent\n"
               "        nb_victimes: absent\n"
               "  proc_personne: absent\n"
               "  proc_infraction: absent\n"
               "  affaire: {}\n"
               "  affaire_parquet: absent\n"
               "  correspondance: absent\n"
               "  affaire_personne: absent\n"
               "  affaire_infraction: absent\n"
               "  evenement: absent\n"
               "  lien_affaire: absent\n");
    must_ingest(&c, 1);
    ck_assert_str_eq(case_ask(&c, "SELECT i.idx || ' ' || file_no || ' ' || row_no || ' ' ||"
                                  " i.force || ' ' || numero || ' ' || i.annee || ' ' ||"
                                  " i.date_enregistrement || ' ' || COALESCE(commune_faits, '~')"
                                  " || ' ' || COALESCE(CAST(nb_victimes AS VARCHAR), '~')"
                                  " FROM ident.procedure i JOIN content.procedure c USING (idx)"
                                  " ORDER BY i.idx"),
                     "1 1 3 PN 6 2022 2022-01-01 ~ 1\n"
                     "2 2 1 GN 00017 2021 2021-01-10 ~ ~\n"
                     "3 3 1 GN 00018 2021 2021-01-11 ~ ~\n");
    ck_assert_str_eq(case_read(&c, "work/ingest/rejets.csv"),
                     "fichier;ligne;colonne;raison\n"
                     "data/pn.csv;1;ANNEE_PROC;entier hors bornes\n"
                     "data/pn.csv;2;ENREGISTRE;valeur requise absente\n"
                     "data/gn_2.csv;2;1;valeur requise absente\n");
    ck_assert_str_eq(case_count(&c, "proc_personne"), "0 0 0");
    case_remove(&c);
}
END_TEST

START_TEST(contract_may_be_stricter) {
    struct ingest_case c;
    case_make(&c);
    case_write(&c, "contract.yaml",
               "version: 1\n"
               "defaults: {folder: data, dates: [dd/mm/yyyy], encoding: windows-1252}\n"
               "tables:\n"
               "  procedure: absent\n"
               "  proc_personne: absent\n"
               "  proc_infraction: absent\n"
               "  affaire:\n"
               "    columns:\n"
               "      idj: {unique: true}\n"
               "      origine: {required: true, words: [PN]}\n"
               "      nataff: {codes_closed: true}\n"
               "  affaire_parquet: absent\n"
               "  correspondance: absent\n"
               "  affaire_personne: absent\n"
               "  affaire_infraction: absent\n"
               "  evenement: absent\n"
               "  lien_affaire: absent\n");
    case_rows(&c, "affaire",
              "A1;I1;A12;;06/03/2021;PN;tj01053;;;\n"
              "A2;I1;A12;;06/03/2021;PN;tj01053;;;\n" /* the idj of A1 */
              "A3;;A12;;06/03/2021;PN;tj01053;;;\n"   /* none: no doublet of the next */
              "A4;;A12;;06/03/2021;PN;tj01053;;;\n"
              "A5;;A12;;06/03/2021;GN;tj01053;;;\n"
              "A6;;A12;;06/03/2021;;tj01053;;;\n"
              "A7;;Z99;;06/03/2021;PN;tj01053;;;\n"
              "A7;I2;A12;;06/03/2021;PN;tj01053;;;\n"   /* the first A7 was rejected */
              "A7;I3;A12;;06/03/2021;PN;tj01053;;;\n"   /* I3 is not taken by a rejected row */
              "A8;I3;A12;;06/03/2021;PN;tj01053;;;\n");
    must_ingest(&c, 1);
    ck_assert_str_eq(case_ask(&c, "SELECT affaire_id FROM ident.affaire ORDER BY idx"),
                     "A1\nA3\nA4\nA7\nA8\n");
    ck_assert_str_eq(case_read(&c, "work/ingest/rejets.csv"),
                     "fichier;ligne;colonne;raison\n"
                     "data/affaire.csv;2;idj;cle en double\n"
                     "data/affaire.csv;5;origine;mot hors liste\n"
                     "data/affaire.csv;6;origine;valeur requise absente\n"
                     "data/affaire.csv;7;nataff;code inconnu\n"
                     "data/affaire.csv;9;affaire_id;cle en double\n");
    case_remove(&c);
}
END_TEST

START_TEST(too_many_rejects_stop_the_run) {
    struct ingest_case c;
    case_make(&c);
    c.project.rejects_max_share = 0.25;
    case_rows(&c, "affaire",
              "A1;;;;06/03/2021;;tj01053;;;\n"
              "A2;;;;31/02/2021;;tj01053;;;\n"
              "A3;;;;30/02/2021;;tj01053;;;\n"
              "A1;;;;06/03/2021;;tj01053;;;\n");
    case_write(&c, "work/rejets.csv", "of an earlier run\n");
    ck_assert_int_eq(case_ingest(&c, 2), MLN_BAD_INPUT);
    char expected[512];
    (void)snprintf(expected, sizeof expected,
                   "table affaire: 3 of 4 rows rejected (75.0 %%; at most 25.0 %%): 2 date "
                   "impossible, 1 doublon exact. Which rows and why: %s/work/rejets.csv. Mend the "
                   "files or the contract, or raise limits.rejects_max_share",
                   c.dir);
    ck_assert_str_eq(c.err.msg, expected);
    ck_assert_str_eq(case_read(&c, "work/rejets.csv"),
                     "fichier;ligne;colonne;raison\n"
                     "data/affaire.csv;2;date_enregistrement;date impossible\n"
                     "data/affaire.csv;3;date_enregistrement;date impossible\n"
                     "data/affaire.csv;4;affaire_id;doublon exact\n");
    /* exactly the share is allowed; a run that succeeds takes the old list away */
    case_rows(&c, "affaire",
              "A1;;;;06/03/2021;;tj01053;;;\nA2;;;;31/02/2021;;tj01053;;;\n"
              "A3;;;;06/03/2021;;tj01053;;;\nA4;;;;06/03/2021;;tj01053;;;\n");
    case_rows(&c, "correspondance", "");
    case_rows(&c, "lien_affaire", "");
    must_ingest(&c, 2);
    ck_assert(!mln_path_exists(case_path(&c, "work/rejets.csv")));
    case_remove(&c);
}
END_TEST

/* ── any number of threads ── */

enum { MANY = 5000 };

static void write_many(struct ingest_case *c) {
    struct mln_buf parents = MLN_BUF_INIT;
    struct mln_buf children = MLN_BUF_INIT;
    for (int i = 0; i < MANY; i++) {
        mln_buf_addf(&parents, "A%d;;;;%02d/02/2021;;tj01053;;;\n", i % 4500, i % 31 + 1);
        mln_buf_addf(&children, "A%d;%d;;decision;01/03/2021;;;\n", i * 7 % 5200, i % 3);
    }
    case_rows(c, "affaire", parents.p);
    case_rows(c, "evenement", children.p);
    mln_buf_release(&parents);
    mln_buf_release(&children);
}

static const char fingerprint_sql[] =
    "SELECT count(*) || ' ' || sum(hash(CAST(t AS VARCHAR))) FROM ident.affaire t UNION ALL "
    "SELECT count(*) || ' ' || sum(hash(CAST(t AS VARCHAR))) FROM ident.evenement t UNION ALL "
    "SELECT count(*) || ' ' || sum(hash(CAST(t AS VARCHAR))) FROM content.evenement t";

START_TEST(same_for_any_number_of_threads) {
    struct ingest_case c;
    case_make(&c);
    write_many(&c);
    must_ingest(&c, 1);
    char zones[512];
    (void)snprintf(zones, sizeof zones, "%s", case_ask(&c, fingerprint_sql));
    struct mln_buf rejects = MLN_BUF_INIT;
    ck_assert_int_eq(mln_file_read(case_path(&c, "work/ingest/rejets.csv"), 1 << 20, &rejects, NULL),
                     MLN_OK);
    const double orphans = case_figure(&c, "rejets evenement.parent absent ou rejete");
    ck_assert_double_gt(orphans, 0);
    for (size_t n = 2; n <= 8; n *= 2) {
        must_ingest(&c, n);
        struct mln_buf again = MLN_BUF_INIT;
        ck_assert_int_eq(
            mln_file_read(case_path(&c, "work/ingest/rejets.csv"), 1 << 20, &again, NULL), MLN_OK);
        ck_assert(mln_str_eq(mln_buf_view(&rejects), mln_buf_view(&again)));
        ck_assert_str_eq(case_ask(&c, fingerprint_sql), zones);
        mln_buf_release(&again);
    }
    mln_buf_release(&rejects);
    case_remove(&c);
}
END_TEST

MLN_TEST_MAIN("ingest", zones_by_hand, content_holds_no_identifier, rejects_by_hand,
              unknown_codes_are_kept_and_counted, contract_maps_two_layouts,
              contract_may_be_stricter, too_many_rejects_stop_the_run,
              same_for_any_number_of_threads)
