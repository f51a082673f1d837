/* maillon eval on a run of three procedures whose truth is known, worked out by hand. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "engine/engine.h"
#include "secret/keys.h"
#include "stage/eval/eval.h"

struct place {
    char dir[32], keys[64], work[64], truth[64];
};

static char study_path[1024]; /* the shipped one */

static void ok(enum mln_status status, const struct mln_err *err) {
    ck_assert_msg(status == MLN_OK, "%s", err->msg);
}

static void write_text(const char *dir, const char *name, const char *text) {
    struct mln_err err = {0};
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    ok(mln_file_write(path, mln_str_from(text), &err), &err);
}

/* One encrypted file of the run, made by `sql` on the catalog `z`. */
static void write_zone(const struct place *p, const char *stage, const char *file,
                       const char *key_name, const char *sql) {
    struct mln_err err = {0};
    char path[128];
    char spill[64];
    (void)snprintf(spill, sizeof spill, "%s/spill", p->dir);
    (void)snprintf(path, sizeof path, "%s/%s", p->work, stage);
    ok(mln_dir_make(path, &err), &err);
    (void)snprintf(path, sizeof path, "%s/%s/%s", p->work, stage, file);
    const struct mln_engine_options options = {.n_threads = 1, .spill_dir = spill};
    struct mln_engine *e = NULL;
    struct mln_key key;
    ok(mln_engine_open_duckdb(&options, &e, &err), &err);
    ok(mln_key_load(p->keys, key_name, &key, &err), &err);
    ok(e->ops->attach(e, "z", path, key.bytes, MLN_ATTACH_CREATE, &err), &err);
    mln_key_release(&key);
    ok(e->ops->exec(e, "test", mln_str_from(sql), MLN_NO_PARAMS, NULL, &err), &err);
    ok(e->ops->detach(e, "z", &err), &err);
    e->ops->close(e);
}

/* Found: P1–A1 (right) and P2–A3 (wrong). True: P1–A1, P2–A2, and P9–A9 whose procedure was rejected
 * by ingest. P3 has no affaire, in truth either. */
static void make_run(struct place *p) {
    (void)snprintf(p->dir, sizeof p->dir, "eval.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(p->dir));
    (void)snprintf(p->keys, sizeof p->keys, "%s/keys", p->dir);
    (void)snprintf(p->work, sizeof p->work, "%s/work", p->dir);
    (void)snprintf(p->truth, sizeof p->truth, "%s/truth", p->dir);
    struct mln_err err = {0};
    ok(mln_secret_init(&err), &err);
    ok(mln_key_create(p->keys, "id", &err), &err);
    ok(mln_key_create(p->keys, "base", &err), &err);
    ok(mln_key_create(p->keys, "pivot", &err), &err);
    ok(mln_dir_make(p->truth, &err), &err);
    write_zone(p, "ingest", "id.db", "id",
               "CREATE TABLE z.procedure AS SELECT * FROM (VALUES"
               " (11, 'PN', '00321', 2021, '001', DATE '2021-02-01'),"
               " (12, 'PN', '00321', 2021, '002', DATE '2021-03-01'),"
               " (13, 'GN', '04567', 2022, '003', DATE '2022-01-01'))"
               " v(idx, force, code_unite, annee, numero, date_enregistrement);"
               "CREATE TABLE z.affaire AS SELECT * FROM (VALUES (21, 'A1'), (22, 'A2'), (23, 'A3'))"
               " v(idx, affaire_id)");
    write_zone(p, "link-chain", "pivot.db", "pivot",
               "CREATE TABLE z.procedure AS SELECT * FROM (VALUES (1, 11), (2, 12), (3, 13))"
               " v(procedure_no, idx);"
               "CREATE TABLE z.affaire AS SELECT * FROM (VALUES (1, 21), (2, 22), (3, 23))"
               " v(affaire_no, idx);"
               "CREATE TABLE z.lien_procedure_affaire AS SELECT * FROM (VALUES"
               " (1, 1, 'cle_pv'), (2, 3, 'reference_pv')) v(procedure_no, affaire_no, passe);"
               "CREATE TABLE z.lien_personne AS SELECT * FROM (VALUES"
               " (1, 1, 1, 2, 'csns'), (1, 2, 1, 1, 'seule'), (2, 1, 3, 1, 'csns'))"
               " v(procedure_no, rang_procedure, affaire_no, rang_affaire, passe);"
               "CREATE TABLE z.lien_infraction AS SELECT * FROM (VALUES (1, 1, 1, 1, 'natinf'))"
               " v(procedure_no, rang_procedure, affaire_no, rang_affaire, passe)");
    write_zone(p, "chain", "base.db", "base",
               "CREATE TABLE z.chaine_victime AS SELECT * FROM (VALUES"
               " (1, 1, 'PN', 2021, 'physique', 'poursuites', 'COPJ', 0, 100, 1, 'dense', '02011', '02011', '02012'),"
               " (2, 1, 'PN', 2021, 'physique', 'alternative', NULL, 0, 50, 1, 'dense', '02011', '02012', 'non_poursuivie'),"
               " (3, 1, 'GN', 2022, 'menaces', NULL, NULL, NULL, NULL, 0, 'rural', '02012',"
               " NULL, NULL))"
               " v(procedure_no, rang, force, annee, genre, issue, mode, en_cours, duree_jours, lie,"
               " densite, classe, classe_orientation, classe_jugement);"
               "CREATE TABLE z.flux AS SELECT * FROM (VALUES"
               " ('victime', 'enquete', 2021, 'entrees', 2),"
               " ('victime', 'orientation', 2021, 'entrees', 2),"
               " ('victime', 'jugement', 2021, 'entrees', 1),"
               " ('victime', 'jugement', 2021, 'stock_final', 1),"
               " ('victime', 'terminee', 2021, 'stock_final', 1),"
               " ('affaire', 'jugement', 2021, 'stock_final', 9)) v(unite, etape, annee,"
               " mouvement, n);"
               "CREATE TABLE z.participation AS SELECT DATE '2023-12-31' AS date_enregistrement;"
               "CREATE TABLE z.personne AS SELECT * FROM (VALUES ('victime', 2, 0, 28, 0),"
               " ('victime', 1, 1, 700, 0), ('auteur', 1, 1, 100, 0))"
               " v(role, nb_procedures, en_cours, duree_jours, deux_roles)");
    write_text(p->truth, "lien_procedure_affaire.csv",
               "force,code_unite,annee,numero,affaire_id\n"
               "PN,00321,2021,001,A1\nPN,00321,2021,002,A2\nPN,00321,2021,009,A9\n");
    write_text(p->truth, "lien_personne.csv",
               "force,code_unite,annee,numero,rang_procedure,affaire_id,rang_affaire\n"
               "PN,00321,2021,001,1,A1,2\nPN,00321,2021,001,2,A1,3\n");
    write_text(p->truth, "lien_infraction.csv",
               "force,code_unite,annee,numero,rang_procedure,affaire_id,rang_affaire\n"
               "PN,00321,2021,001,1,A1,1\n");
    write_text(p->truth, "victime.csv",
               "force,code_unite,annee,numero,rang,genre,champ,age_faits,issue,mode,date_issue,"
               "duree_jours,commune_faits,natinf,natinf_orientation,natinf_jugement\n"
               "PN,00321,2021,001,1,physique,1,30,poursuites,COPJ,2021-05-12,100,75056,20730,20730,\n"
               "PN,00321,2021,002,1,physique,1,30,poursuites,CI,2021-03-11,10,75056,20730,27750,27750\n"
               "GN,04567,2022,003,1,menaces,1,30,,,,,01001,27750,,\n"
               "GN,04567,2022,003,2,,0,30,,,,,01001,,,\n");
    /* The second procedure is dismissed and taken up again. */
    write_text(p->truth, "etape.csv",
               "force,code_unite,annee,numero,ordre,etape,entree,sortie\n"
               "PN,00321,2021,001,1,enquete,2021-02-01,2021-02-03\n"
               "PN,00321,2021,001,2,orientation,2021-02-03,2021-03-01\n"
               "PN,00321,2021,001,3,jugement,2021-03-01,2021-05-12\n"
               "PN,00321,2021,001,4,terminee,2021-05-12,\n"
               "PN,00321,2021,002,1,enquete,2021-03-01,2021-03-11\n"
               "PN,00321,2021,002,2,orientation,2021-03-11,2021-03-11\n"
               "PN,00321,2021,002,3,terminee,2021-03-11,2021-04-01\n"
               "PN,00321,2021,002,4,jugement,2021-04-01,\n");
    /* 7 is the victim of two procedures, 28 days apart; 8 of one, and mis en cause in it. */
    write_text(p->truth, "identite.csv",
               "force,code_unite,annee,numero,rang,role,personne\n"
               "PN,00321,2021,001,1,victime,7\nPN,00321,2021,001,2,mis_en_cause,9\n"
               "PN,00321,2021,002,1,victime,7\nGN,04567,2022,003,1,victime,8\n"
               "GN,04567,2022,003,3,mis_en_cause,8\n");
}

/* In two, as C compilers need not take longer ones. */
static const char expected_first[] =
    "Links                          true      found      right precision    recall\n"
    "procedure_affaire                 3          2          1    50.00%    33.33%\n"
    "  cle_pv                                     1          1   100.00%\n"
    "  reference_pv                               1          0     0.00%\n"
    "personne                          2          3          1    33.33%    50.00%\n"
    "  csns                                       2          1    50.00%\n"
    "  seule                                      1          0     0.00%\n"
    "infraction                        1          1          1   100.00%   100.00%\n"
    "  natinf                                     1          1   100.00%\n"
    "\n"
    "Figure                        units  obtained      true       gap\n"
    "match of procedures\n"
    "  all                             3    66.67%    66.67%    +0.00 pt\n"
    "  2021                            2   100.00%   100.00%    +0.00 pt\n"
    "  2022                            1     0.00%     0.00%    +0.00 pt\n"
    "  GN                              1     0.00%     0.00%    +0.00 pt\n"
    "  PN                              2   100.00%   100.00%    +0.00 pt\n"
    "match of victims by density\n"
    "  dense                           2   100.00%   100.00%    +0.00 pt\n"
    "  rural                           1     0.00%     0.00%    +0.00 pt\n"
    "match of victims by kind of violence\n"
    "  menaces                         1     0.00%     0.00%    +0.00 pt\n"
    "  physique                        2   100.00%   100.00%    +0.00 pt\n"
    "victims\n"
    "  in the field                    3         3         3       +0\n"
    "  matched                         3    66.67%    66.67%    +0.00 pt\n"
    "outcome of victims\n"
    "  alternative                     2    50.00%     0.00%   +50.00 pt\n"
    "  poursuites                      2    50.00%   100.00%   -50.00 pt\n"
    "prosecution by kind of violence\n"
    "  physique                        2    50.00%   100.00%   -50.00 pt\n";
static const char expected_last[] =
    "mode of prosecution\n"
    "  CI                              0     0.00%    50.00%   -50.00 pt\n"
    "  COPJ                            1   100.00%    50.00%   +50.00 pt\n"
    "prosecution by year\n"
    "  2021                            2    50.00%   100.00%   -50.00 pt\n"
    "prosecution by density\n"
    "  dense                           2    50.00%   100.00%   -50.00 pt\n"
    /* victims 1 and 2: obtained 02011 → 02011 → 02012 and 02011 → 02012, not prosecuted; true 02011
     * → 02011, not found guilty, and 02011 → 02012 → 02012 */
    "class of the offence at orientation\n"
    "  02011                           2    50.00%    50.00%    +0.00 pt\n"
    "  02012                           2    50.00%    50.00%    +0.00 pt\n"
    "class of the offence at judgment\n"
    "  02012                           2    50.00%    50.00%    +0.00 pt\n"
    "  non_poursuivie                  2    50.00%     0.00%   +50.00 pt\n"
    "  non_retenue                     0     0.00%    50.00%   -50.00 pt\n"
    "same class at orientation as recorded\n"
    "  02011                           2    50.00%    50.00%    +0.00 pt\n"
    /* durations: obtained 50, 100; true 10, 100 */
    "days from recording to end\n"
    "  1 first quartile                2      62.5      32.5    +30.0 d\n"
    "  2 median                        2      75.0      55.0    +20.0 d\n"
    "  3 third quartile                2      87.5      77.5    +10.0 d\n"
    "  4 mean                          2      75.0      55.0    +20.0 d\n"
    "\n"
    "Stages and persons            units  obtained      true       gap\n"
    "victims by stage at the end of the year\n"
    "  2021 enquete                    0     0.00%     0.00%    +0.00 pt\n"
    "  2021 jugement                   2    50.00%    50.00%    +0.00 pt\n"
    "  2021 orientation                0     0.00%     0.00%    +0.00 pt\n"
    "  2021 terminee                   2    50.00%    50.00%    +0.00 pt\n"
    "first entries of victims\n"
    "  enquete                         2   100.00%   100.00%    +0.00 pt\n"
    "  jugement                        2    50.00%    50.00%    +0.00 pt\n"
    "  orientation                     2   100.00%   100.00%    +0.00 pt\n"
    "  terminee                        0     0.00%   100.00%  -100.00 pt\n"
    "returns of victims\n"
    "  jugement                        0     0.00%    50.00%   -50.00 pt\n"
    "persons\n"
    "  auteur                          1         1         2       -1\n"
    "  victime                         2         2         2       +0\n"
    "persons with several procedures\n"
    "  auteur                          1     0.00%     0.00%    +0.00 pt\n"
    "  victime                         2    50.00%    50.00%    +0.00 pt\n"
    /* of two persons one after 28 days; the others are censored later */
    "another procedure within 365 days\n"
    "  auteur                          1     0.00%     0.00%    +0.00 pt\n"
    "  victime                         2    50.00%    50.00%    +0.00 pt\n"
    "persons in both roles\n"
    "  auteur                          1     0.00%    50.00%   -50.00 pt\n"
    "  victime                         2     0.00%    50.00%   -50.00 pt\n"
    "\n"
    "One by one                                         judged      right     share\n"
    "true victims of the field that are in it                3          3   100.00%\n"
    "victims in the field that truly are                     3          3   100.00%\n"
    "outcomes that are the true one                          2          1    50.00%\n"
    "durations to the end that are the true one              2          1    50.00%\n"
    "\n";

START_TEST(figures_by_hand) {
    struct place p;
    make_run(&p);
    struct mln_err err = {0};
    const struct mln_project project = {.keys_dir = p.keys, .work_dir = p.work, .study = study_path, .n_threads = 2};
    char got[8192] = "";
    FILE *out = fmemopen(got, sizeof got, "w");
    ck_assert_ptr_nonnull(out);
    ok(mln_eval(&project, p.truth, NULL, out, &err), &err);
    ck_assert_int_eq(fclose(out), 0);
    char want[8192];
    (void)snprintf(want, sizeof want, "%s%s", expected_first, expected_last);
    ck_assert_str_eq(got, want);
    char path[128];
    struct mln_buf json = MLN_BUF_INIT;
    (void)snprintf(path, sizeof path, "%s/eval.json", p.work);
    ok(mln_file_read(path, 1 << 20, &json, &err), &err);
    ck_assert_ptr_nonnull(strstr(json.p, "\"rappel\": 0.3333333333333333"));
    mln_buf_release(&json);
    (void)snprintf(path, sizeof path, "%s/.eval", p.work);
    ck_assert(!mln_path_exists(path)); /* nothing else is left behind */
    ok(mln_dir_remove(p.dir, &err), &err);
}
END_TEST

/* What is missing or damaged is said by file; no value is. */
START_TEST(faults_name_their_file) {
    struct place p;
    make_run(&p);
    const struct mln_project project = {.keys_dir = p.keys, .work_dir = p.work, .n_threads = 1};
    FILE *out = fopen("/dev/null", "w");
    ck_assert_ptr_nonnull(out);
    struct mln_err err = {0};
    write_text(p.truth, "victime.csv", "force,annee\nPN,2021\n");
    ck_assert_int_eq(mln_eval(&project, p.truth, NULL, out, &err), MLN_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(err.msg, "victime.csv: no column 'code_unite'"));
    write_text(p.truth, "lien_infraction.csv",
               "force,code_unite,annee,numero,rang_procedure,affaire_id,rang_affaire\nPN,secret\n");
    ck_assert_int_eq(mln_eval(&project, p.truth, NULL, out, &err), MLN_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(err.msg, "lien_infraction.csv: row 1"));
    ck_assert_ptr_null(strstr(err.msg, "secret"));
    char path[128];
    (void)snprintf(path, sizeof path, "%s/lien_personne.csv", p.truth);
    ck_assert_int_eq(remove(path), 0);
    ck_assert_int_eq(mln_eval(&project, p.truth, NULL, out, &err), MLN_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(err.msg, "lien_personne.csv"));
    (void)snprintf(path, sizeof path, "%s/base.key", p.keys);
    ck_assert_int_eq(remove(path), 0);
    ck_assert_int_eq(mln_eval(&project, p.truth, NULL, out, &err), MLN_KEY);
    (void)fclose(out);
    ok(mln_dir_remove(p.dir, &err), &err);
}
END_TEST

int main(int argc, char **argv) {
    (void)snprintf(study_path, sizeof study_path, "%s/models/study/violences-conjugales.yaml",
                   argc > 1 ? argv[1] : ".");
    Suite *suite = suite_create("eval");
    TCase *tc = tcase_create("eval");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, figures_by_hand);
    tcase_add_test(tc, faults_name_their_file);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
