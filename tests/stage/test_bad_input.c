/* Input that cannot be used: the message says what and where, and never shows a value; check finds
 * all of it at once, before a row is read; ingest fails and leaves no zone that looks whole. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest_case.h"

#include "assets/assets.h"
#include "base/file.h"
#include "run.h"

/* The study is not the matter here: a whole one. */
static void make(struct ingest_case *c) {
    case_make(c);
    c->project.observation_day = 20088; /* 2024-12-31 */
    const struct mln_str study = mln_asset_find("models/study/violences-conjugales.yaml")->text;
    case_write_bytes(c, "study.yaml", study.p, study.n);
}

static bool says(const char *text, const char *part) {
    return strstr(text, part) != NULL;
}

/* ── one fault in one file, met by ingest ── */

struct bad_file {
    const char *what;
    const char *name;
    const char *bytes;
    size_t n; /* 0: header of the table, then these bytes */
    enum mln_status status;
    const char *message; /* part of it */
};

#define WHOLE(s) (s), sizeof(s) - 1
#define ROWS(s) (s), 0

static const struct bad_file bad_files[] = {
    {"empty", "affaire", WHOLE(""), MLN_BAD_INPUT,
     "data/affaire.csv: the file is empty; a header line was expected"},
    {"no header", "affaire_parquet", WHOLE("A1;tj01053;21065000001;active\n"), MLN_BAD_INPUT,
     "data/affaire_parquet.csv: none of the 4 columns expected is in its first line"},
    {"other delimiter", "affaire_parquet",
     WHOLE("affaire_id,juridiction,numero_parquet,etat\nA1,tj01053,21065000001,active\n"),
     MLN_BAD_INPUT, "none of the 4 columns expected is in its first line; are delimiter"},
    {"missing column", "affaire_parquet", WHOLE("affaire_id;juridiction;numero_parquet\nA1;x;1\n"),
     MLN_BAD_INPUT,
     "data/affaire_parquet.csv: column 'etat' is missing (etat of affaire_parquet); name the right one in the contract, or write 'etat: absent'"},
    {"doubled column", "affaire_parquet",
     WHOLE("affaire_id;juridiction;etat;numero_parquet;ETAT\nA1;x;;1;\n"), MLN_BAD_INPUT,
     "data/affaire_parquet.csv: column 5 ('ETAT') is not in the contract"},
    {"doubled column, same case", "affaire_parquet",
     WHOLE("affaire_id;juridiction;etat;numero_parquet;etat\nA1;x;;1;\n"), MLN_BAD_INPUT,
     "data/affaire_parquet.csv: column 'etat' is there 2 times"},
    {"unknown column", "affaire_parquet",
     WHOLE("affaire_id;juridiction;etat;numero_parquet;note\nA1;x;;1;\n"), MLN_BAD_INPUT,
     "data/affaire_parquet.csv: column 5 ('note') is not in the contract; map it, or name it under "
     "'ignore'"},
    {"unclosed quote", "procedure", ROWS("PN;1;1;2021;01/03/2021;;;;;;;\nPN;1;\"2;2021;;;;;;;;\n"),
     MLN_BAD_INPUT,
     "data/procedure.csv: row 2, column 3: a quote is opened and never closed; the rows after it "
     "cannot be told apart"},
    {"utf-16", "affaire", WHOLE("\xFF\xFE" "a\0f\0"), MLN_BAD_INPUT,
     "data/affaire.csv: not CSV but text in UTF-16; convert it to UTF-8"},
    {"bom of another encoding", "affaire", WHOLE("\xEF\xBB\xBF" "affaire_id\n"), MLN_BAD_INPUT,
     "data/affaire.csv: begins with the mark of UTF-8, but another encoding is declared"},
};

START_TEST(one_file_cannot_be_read) {
    const struct bad_file *bad = &bad_files[_i];
    struct ingest_case c;
    make(&c);
    if (bad->n == 0 && strcmp(bad->what, "empty") != 0) {
        case_rows(&c, bad->name, bad->bytes);
    } else {
        char name[80];
        (void)snprintf(name, sizeof name, "data/%s.csv", bad->name);
        case_write_bytes(&c, name, bad->bytes, bad->n);
    }
    ck_assert_int_eq(case_ingest(&c, 2), bad->status);
    ck_assert_msg(says(c.err.msg, bad->message), "%s: %s", bad->what, c.err.msg);
    case_remove(&c);
}
END_TEST

/* ── rows that are no text, among others that are ── */

START_TEST(bad_bytes_reject_their_row_only) {
    struct ingest_case c;
    make(&c);
    static const char rows[] = "PN;1;1;2021;01/03/2021;;;;;;;\n"
                               "PN;\xE9;2;2021;01/03/2021;;;;;;;\n" /* not UTF-8 */
                               "PN;1;\0;2021;01/03/2021;;;;;;;\n"
                               "PN;1;3\r;2021;01/03/2021;;;;;;;\n"
                               "PN;1;4\"5;2021;01/03/2021;;;;;;;\n"
                               "PN;1;6;2021;01/03/2021;;;;;;;\n";
    struct mln_buf text = MLN_BUF_INIT;
    mln_buf_addz(&text, case_header("procedure"));
    mln_buf_add(&text, rows, sizeof rows - 1);
    mln_buf_addz(&text, "PN;1;");
    enum { LONG = 10 << 20 }; /* a cell of 10 MiB */
    ck_assert(mln_buf_reserve(&text, LONG));
    memset(text.p + text.n, '7', LONG);
    text.n += LONG;
    mln_buf_addz(&text, ";2021;01/03/2021;;;;;;;\nPN;1;8;2021;01/03/2021;;;;;;;\n");
    case_write_bytes(&c, "data/procedure.csv", text.p, text.n);
    mln_buf_release(&text);
    case_rows(&c, "proc_personne", "");
    case_rows(&c, "proc_infraction", "");
    ck_assert_msg(case_ingest(&c, 1) == MLN_OK, "%s", c.err.msg);
    ck_assert_str_eq(case_read(&c, "work/ingest/rejets.csv"),
                     "fichier;ligne;colonne;raison\n"
                     "data/procedure.csv;2;code_unite;encodage invalide\n"
                     "data/procedure.csv;3;numero;octet nul\n"
                     "data/procedure.csv;4;numero;fin de ligne isolee\n"
                     "data/procedure.csv;5;numero;guillemet mal place\n"
                     "data/procedure.csv;7;numero;champ trop long\n");
    ck_assert_str_eq(case_count(&c, "procedure"), "8 3 5");
    case_remove(&c);
}
END_TEST

START_TEST(header_only_is_an_empty_table) {
    struct ingest_case c;
    make(&c);
    case_rows(&c, "lien_affaire", "");
    ck_assert_msg(case_ingest(&c, 2) == MLN_OK, "%s", c.err.msg);
    ck_assert_str_eq(case_count(&c, "lien_affaire"), "0 0 0");
    ck_assert_str_eq(case_table(&c, "ident", "lien_affaire"), "");
    case_remove(&c);
}
END_TEST

/* ── things that are not files ── */

START_TEST(not_a_file) {
    struct ingest_case c;
    make(&c);
    const char *path = case_path(&c, "data/affaire.csv");
    struct stat st;

    ck_assert_int_eq(unlink(path), 0); /* it vanished */
    ck_assert_int_eq(case_ingest(&c, 1), MLN_IO);
    ck_assert_msg(says(c.err.msg, "affaire.csv: cannot read: No such file"), "%s", c.err.msg);
    ck_assert_int_eq(case_check(&c), MLN_BAD_INPUT);
    ck_assert_msg(says(c.err.msg, "affaire.csv"), "%s", c.err.msg);

    ck_assert_int_eq(mkdir(path, 0700), 0);
    ck_assert_int_eq(case_ingest(&c, 1), MLN_BAD_INPUT);
    ck_assert_msg(says(c.err.msg, "affaire.csv: not a plain file"), "%s", c.err.msg);
    ck_assert_int_eq(rmdir(path), 0);

    ck_assert_int_eq(symlink("affaire.csv", path), 0); /* a link to itself */
    ck_assert_int_eq(case_ingest(&c, 1), MLN_IO);
    ck_assert_msg(says(c.err.msg, "affaire.csv: cannot read: Too many levels of symbolic links"), "%s",
                  c.err.msg);
    ck_assert_int_eq(unlink(path), 0);

    ck_assert_int_eq(mkfifo(path, 0600), 0); /* nobody writes: it must not be waited for */
    ck_assert_int_eq(case_ingest(&c, 1), MLN_BAD_INPUT);
    ck_assert_msg(says(c.err.msg, "affaire.csv: not a plain file"), "%s", c.err.msg);
    ck_assert_int_eq(unlink(path), 0);

    case_rows(&c, "affaire", "");
    if (geteuid() != 0) { /* root reads everything */
        ck_assert_int_eq(chmod(path, 0), 0);
        ck_assert_int_eq(case_ingest(&c, 1), MLN_IO);
        ck_assert_msg(says(c.err.msg, "affaire.csv: cannot open: Permission denied"), "%s",
                      c.err.msg);
    }
    ck_assert_int_eq(stat(path, &st), 0);
    case_remove(&c);
}
END_TEST

START_TEST(truncated_parquet) {
    struct ingest_case c;
    make(&c);
    case_write_bytes(&c, "data/affaire_parquet.parquet", "PAR1\0\0\0\0\0PAR", 12);
    case_write(&c, "contract.yaml",
               "version: 1\n"
               "defaults: {folder: data, dates: [dd/mm/yyyy], encoding: windows-1252}\n"
               "tables:\n"
               "  procedure: absent\n"
               "  proc_personne: absent\n"
               "  proc_infraction: absent\n"
               "  affaire: {}\n"
               "  affaire_parquet: {format: parquet}\n"
               "  correspondance: absent\n"
               "  affaire_personne: absent\n"
               "  affaire_infraction: absent\n"
               "  evenement: absent\n"
               "  lien_affaire: absent\n");
    ck_assert_int_eq(case_ingest(&c, 1), MLN_BAD_INPUT);
    ck_assert_msg(says(c.err.msg, "affaire_parquet.parquet"), "%s", c.err.msg);
    case_remove(&c);
}
END_TEST

/* ── keys ── */

START_TEST(keys_missing_or_too_open) {
    struct ingest_case c;
    make(&c);
    ck_assert_int_eq(unlink(case_path(&c, "keys/content.key")), 0);
    ck_assert_int_eq(case_ingest(&c, 1), MLN_KEY);
    ck_assert_msg(says(c.err.msg, "content.key"), "%s", c.err.msg);
    ck_assert(!mln_path_exists(case_path(&c, "work/ingest/content.db")));
    case_remove(&c);
}
END_TEST

/* ── check tells everything at once ── */

static char told[16384];

/* Problems are said on stderr, one a line: read them back. */
static enum mln_status check_talking(struct ingest_case *c) {
    struct mln_talk talk;
    mln_talk_init(&talk, MLN_NORMAL);
    const int saved = dup(STDERR_FILENO);
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    ck_assert(dup2(fileno(file), STDERR_FILENO) >= 0);
    c->run.talk = &talk;
    c->run = (struct mln_run){.project = &c->project, .arena = &c->arena, .talk = &talk};
    c->err = (struct mln_err){0};
    const enum mln_status status = mln_stage_check(&c->run, &c->err);
    (void)fflush(stderr);
    ck_assert(dup2(saved, STDERR_FILENO) >= 0);
    (void)close(saved);
    rewind(file);
    told[fread(told, 1, sizeof told - 1, file)] = '\0';
    (void)fclose(file);
    return status;
}

START_TEST(check_passes_a_whole_project) {
    struct ingest_case c;
    make(&c);
    ck_assert_msg(check_talking(&c) == MLN_OK, "%s", c.err.msg);
    ck_assert_str_eq(told, "");
    case_remove(&c);
}
END_TEST

START_TEST(check_tells_all_problems) {
    struct ingest_case c;
    make(&c);
    ck_assert_int_eq(unlink(case_path(&c, "keys/base.key")), 0);
    case_write(&c, "study.yaml", "version: 1\n");
    ck_assert_int_eq(unlink(case_path(&c, "data/affaire.csv")), 0);
    case_write(&c, "data/affaire_parquet.csv", "affaire_id;juridiction;numero;etat;etat\n");
    case_write(&c, "data/evenement.csv", "");
    case_write(&c, "contract.yaml",
               "version: 1\n"
               "defaults: {folder: data, dates: [dd/mm/yyyy]}\n"
               "tables:\n"
               "  procedure: {encoding: ebcdic}\n"
               "  proc_personne: {columns: {rang: {from: rang, min: 0}}}\n"
               "  proc_infraction: {file: infractions_*.csv}\n"
               "  affaire: {}\n"
               "  affaire_parquet: {}\n"
               "  affaire_personne: {columns: {sex: SEXE}}\n"
               "  affaire_infraction: {columns: {classe: {constant: peccadille}}}\n"
               "  evenement: {}\n"
               "  lien_affaire: {ignore: [note]}\n");
    ck_assert_int_eq(check_talking(&c), MLN_KEY); /* that of the first problem */
    static const char *const parts[] = {
        "base.key",
        "study.yaml:1:1: ",
        "contract.yaml:4:25: ",
        "ebcdic",
        "contract.yaml:5:53: ",
        "contract.yaml:6:20: no file fits 'infractions_*.csv'",
        "contract.yaml:9:32: unknown word 'sex'; did you mean 'sexe'?",
        "contract.yaml:10:42: the constant for 'classe' is no value of it: mot hors liste",
        "contract.yaml:4:3: table 'correspondance' of the model is not here",
        "affaire.csv: cannot open: No such file or directory",
        ("data/affaire_parquet.csv: column 'numero_parquet' is missing (numero_parquet of "
         "affaire_parquet, required); name the right one in the contract"),
        "data/affaire_parquet.csv: column 'etat' is there 2 times",
        "data/affaire_parquet.csv: column 3 ('numero') is not in the contract",
        "data/evenement.csv: the file is empty",
        "data/lien_affaire.csv: column 'note', which the contract ignores, is not there",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        ck_assert_msg(says(told, parts[i]), "not told: %s\nin: %s", parts[i], told);
    }
    ck_assert_msg(says(c.err.msg, " problems, listed above"), "%s",
                  c.err.msg);
    case_remove(&c);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("bad_input");
    TCase *tc = tcase_create("bad_input");
    tcase_set_timeout(tc, 300);
    tcase_add_loop_test(tc, one_file_cannot_be_read, 0,
                        (int)(sizeof bad_files / sizeof *bad_files));
    tcase_add_test(tc, bad_bytes_reject_their_row_only);
    tcase_add_test(tc, header_only_is_an_empty_table);
    tcase_add_test(tc, not_a_file);
    tcase_add_test(tc, truncated_parquet);
    tcase_add_test(tc, keys_missing_or_too_open);
    tcase_add_test(tc, check_passes_a_whole_project);
    tcase_add_test(tc, check_tells_all_problems);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
