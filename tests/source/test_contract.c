/* The data contract: every word by hand; every refusal with its place; files and headers. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/contract.h"

#include "base/file.h"
#include "run.h"
#include "small_model.h"

struct read_contract {
    struct mln_arena arena;
    struct mln_model model;
    struct mln_contract contract;
    struct mln_findings findings;
    struct mln_err err;
    enum mln_status status;
};

static void contract_of(struct read_contract *r, const char *path, const char *text) {
    *r = (struct read_contract){.arena = MLN_ARENA_INIT};
    r->findings.arena = &r->arena;
    ck_assert_int_eq(read_small_model(&r->arena, &r->model), MLN_OK);
    r->status = mln_contract_read(&r->arena, path, mln_str_from(text), &r->model, &r->contract,
                                  &r->findings, &r->err);
}

/* All that was told, a line each. */
static const char *told(const struct read_contract *r, char out[8192]) {
    size_t n = 0;
    out[0] = '\0';
    if (r->status != MLN_OK) {
        (void)snprintf(out, 8192, "!%d %s\n", (int)r->status, r->err.msg);
        return out;
    }
    for (size_t i = 0; i < r->findings.n; i++) {
        n += (size_t)snprintf(out + n, 8192 - n, "%s\n", r->findings.lines[i]);
    }
    return out;
}

/* ── by hand ── */

START_TEST(defaults_are_sane) {
    struct read_contract r;
    char lines[8192];
    contract_of(&r, "dir/c.yaml", "version: 1\ntables:\n  dossier: {}\n  piece: absent\n");
    ck_assert_str_eq(told(&r, lines), "");
    ck_assert_uint_eq(r.contract.n_sources, 1);
    const struct mln_contract_source *s = &r.contract.sources[0];
    ck_assert_uint_eq(s->table, 0);
    ck_assert_uint_eq(s->n_patterns, 1);
    ck_assert_str_eq(s->patterns[0], "dossier.csv");
    ck_assert_str_eq(s->folder, "dir");
    ck_assert_int_eq(s->format, MLN_FORMAT_CSV);
    ck_assert_int_eq(s->delimiter, ';');
    ck_assert_int_eq(s->quote, '"');
    ck_assert(!s->headless && !s->ignores_others);
    ck_assert_int_eq(s->encoding, MLN_UTF8);
    ck_assert_str_eq(s->columns[0].from, "no");
    ck_assert(s->columns[0].required && !s->columns[1].required);
    ck_assert_uint_eq(s->columns[1].n_words, 2);
    ck_assert_int_eq(s->columns[4].max, 120);
    struct mln_date_range day;
    ck_assert_int_eq(mln_date_parse(&s->columns[2].dates[0], MLN_STR_LIT("2021-03-01"), &day),
                     MLN_DATE_OK);
    mln_arena_release(&r.arena);
}
END_TEST

START_TEST(every_word_by_hand) {
    struct read_contract r;
    char lines[8192];
    contract_of(&r, "c.yaml",
                "version: 1\n"
                "defaults: {folder: in, delimiter: tab, quote: none, missing: [NR]}\n"
                "tables:\n"
                "  dossier:\n"
                "    - file: [a.csv, b_*.csv]\n"
                "      encoding: latin1\n"
                "      header: false\n"
                "      columns:\n"
                "        no: \" 1 \"\n"
                "        sexe: {from: '2', values: {2: F, 1: M, 0: ~}, words: [F]}\n"
                "        jour: {constant: 2021-01-01}\n"
                "        faits: absent\n"
                "        age: {from: '3', min: 15, max: 99, missing: ['999'], required: true}\n"
                "        lieu: {from: '4', codes_closed: true, unique: true}\n"
                "      ignore: others\n"
                "    - {format: sas7bdat, folder: /abs, dates: [dd/mm/yyyy, yyyymmdd], ignore: [X]}\n"
                "  piece: {columns: {note: absent, rang: \"absent\"}}\n");
    ck_assert_str_eq(told(&r, lines), "");
    ck_assert_uint_eq(r.contract.n_sources, 3);
    const struct mln_contract_source *s = &r.contract.sources[0];
    ck_assert_str_eq(s->folder, "./in");
    ck_assert_uint_eq(s->n_patterns, 2);
    ck_assert_str_eq(s->patterns[1], "b_*.csv");
    ck_assert(s->delimiter == '\t' && s->quote == '\0' && s->headless && s->ignores_others);
    ck_assert_int_eq(s->encoding, MLN_LATIN_1);
    ck_assert_str_eq(s->columns[0].from, "1");
    const struct mln_contract_column *sexe = &s->columns[1];
    ck_assert_uint_eq(sexe->n_values, 3); /* sorted by what the source writes; ~ is missing */
    ck_assert(mln_str_is(sexe->values[0].from, "0") && sexe->values[0].to.p == NULL);
    ck_assert(mln_str_is(sexe->values[2].from, "2") && mln_str_is(sexe->values[2].to, "F"));
    ck_assert_uint_eq(sexe->n_words, 1);
    ck_assert(mln_str_is(sexe->missing[0], "NR"));
    ck_assert(s->columns[2].from == NULL && mln_str_is(s->columns[2].constant, "2021-01-01"));
    ck_assert(s->columns[3].from == NULL && s->columns[3].constant.p == NULL);
    const struct mln_contract_column *age = &s->columns[4];
    ck_assert(age->min == 15 && age->max == 99 && age->required);
    ck_assert(age->n_missing == 1 && mln_str_is(age->missing[0], "999"));
    ck_assert(s->columns[5].codes_closed && s->columns[5].unique);
    s = &r.contract.sources[1];
    ck_assert_int_eq(s->format, MLN_FORMAT_SAS);
    ck_assert_str_eq(s->folder, "/abs");
    ck_assert_str_eq(s->patterns[0], "dossier.sas7bdat");
    ck_assert_uint_eq(s->columns[2].n_dates, 2);
    ck_assert_str_eq(s->ignored[0], "X");
    s = &r.contract.sources[2]; /* a word in quotes is the name of a column */
    ck_assert_uint_eq(s->table, 1);
    ck_assert_ptr_null(s->columns[2].from);
    ck_assert_str_eq(s->columns[1].from, "absent");
    mln_arena_release(&r.arena);
}
END_TEST

/* ── refusals ── */

struct refusal {
    const char *text, *message;
};

#define DOSSIER(s) "version: 1\ntables:\n  piece: absent\n  dossier: " s "\n"

static const struct refusal refusals[] = {
    {"", "c.yaml:1:1: this value must be a map"},
    {"version: 1\n\ttables: {}\n", "!2 c.yaml:2:1: "},
    {"version: 1\na: &x [1]\nb: *x\ntables: {}\n", "!2 c.yaml:2:4: "},
    {"version: 1\nversion: 1\ntables: {}\n", "!2 c.yaml:2:1: "},
    {"[1]\n", "c.yaml:1:1: "},
    {"version: 2\ntables: {}\n", "c.yaml:1:10: 'version' must be a whole number from 1 to 1"},
    {"version: 1\n", "c.yaml:1:1: 'tables' is missing here"},
    {"version: 1\ntable: {}\ntables: {}\n",
     "c.yaml:2:1: unknown word 'table'; did you mean 'tables'?"},
    {"version: 1\ndefaults: {enconding: utf-8}\ntables: {}\n",
     "c.yaml:2:12: unknown word 'enconding'; did you mean 'encoding'?"},
    {"version: 1\ntables: {dossier: absent}\n",
     "c.yaml:2:9: table 'piece' of the model is not here; map it, or write 'piece: absent'"},
    {"version: 1\ntables: {dossier: absent, piece: absent, piéce: absent}\n",
     "c.yaml:2:42: unknown word 'piéce'; did you mean 'piece'? (known here: dossier, piece)"},
    {DOSSIER("5"), "c.yaml:4:12: 'dossier' must be a map (key: value), not a single value"},
    {DOSSIER("{format: xlsx}"),
     "c.yaml:4:21: 'format' must be one of csv, parquet, sas7bdat, arrow, not 'xlsx'"},
    {DOSSIER("{encoding: ebcdic}"),
     "c.yaml:4:23: 'ebcdic' is not a known encoding; use utf-8, windows-1252, iso-8859-1 or "
     "iso-8859-15"},
    {DOSSIER("{delimiter: '||'}"),
     "c.yaml:4:24: 'delimiter' is one character of punctuation in quotes, or tab"},
    {DOSSIER("{quote: é}"),
     "c.yaml:4:20: 'quote' is one character of punctuation in quotes, or none"},
    {DOSSIER("{quote: ';'}"), "c.yaml:4:12: delimiter and quote must be two different characters"},
    {DOSSIER("{dates: [dd/mm]}"), "c.yaml:4:20: date format 'dd/mm': one year is needed"},
    {DOSSIER("{dates: []}"), "c.yaml:4:20: 'dates' lists at least one format"},
    {DOSSIER("{file: []}"), "c.yaml:4:19: 'file' names no file"},
    {DOSSIER("{file: ['']}"), "c.yaml:4:19: a name is empty or holds a NUL"},
    {DOSSIER("{header: maybe}"), "c.yaml:4:21: 'header' must be true or false, not 'maybe'"},
    {DOSSIER("{ignore: {}}"), "c.yaml:4:21: 'ignore' must be a list, not a map"},
    {DOSSIER("{columns: {sexes: S}}"),
     "c.yaml:4:23: unknown word 'sexes'; did you mean 'sexe'?"},
    {DOSSIER("{columns: {sexe: [S]}}"), "c.yaml:4:29: 'sexe' must be a map (key: value), not a list"},
    {DOSSIER("{columns: {sexe: {form: S}}}"),
     "c.yaml:4:30: unknown word 'form'; did you mean 'from'?"},
    {DOSSIER("{columns: {sexe: {from: S, constant: F}}}"),
     "c.yaml:4:29: 'from' or 'constant', not both"},
    {DOSSIER("{columns: {sexe: {from: S, words: [F, X]}}}"),
     "c.yaml:4:46: the model does not allow 'X' here; 'words' can only leave out some of the "
     "model's"},
    {DOSSIER("{columns: {age: {words: [1]}}}"),
     "c.yaml:4:36: only a column of type code has 'words'"},
    {DOSSIER("{columns: {age: {max: 130}}}"),
     "c.yaml:4:34: 'max' must be a whole number from 0 to 120, not '130'"},
    {DOSSIER("{columns: {age: {min: 50, max: 40}}}"), "c.yaml:4:28: 'min' is past 'max'"},
    {DOSSIER("{columns: {age: {dates: [yyyy]}}}"),
     "c.yaml:4:28: only a date or a period has 'dates'"},
    {DOSSIER("{columns: {jour: absent}}"),
     "c.yaml:4:29: column 'jour' is required: it needs a source column or a constant"},
    {DOSSIER("{columns: {jour: {required: false}}}"),
     "c.yaml:4:29: a contract can only be stricter than the canonical model"},
    {DOSSIER("{columns: {sexe: {codes_closed: true}}}"),
     "c.yaml:4:29: the model names no nomenclature for this column"},
};

START_TEST(refused_with_its_place) {
    const struct refusal *x = &refusals[_i];
    struct read_contract r;
    char lines[8192];
    contract_of(&r, "c.yaml", x->text);
    (void)told(&r, lines);
    ck_assert_msg(strncmp(lines, x->message, strlen(x->message)) == 0, "%s: %s\n wanted %s",
                  x->text, lines, x->message);
    mln_arena_release(&r.arena);
}
END_TEST

/* One problem a source, and all sources are looked at. */
START_TEST(one_fault_does_not_hide_the_next) {
    struct read_contract r;
    char lines[8192];
    contract_of(&r, "c.yaml",
                "version: 1\ntables:\n"
                "  dossier:\n    - {format: x, quote: yy}\n    - {header: 3}\n"
                "  piece: {ignor: others}\n  other: {}\n");
    ck_assert_str_eq(
        told(&r, lines),
        "c.yaml:4:16: 'format' must be one of csv, parquet, sas7bdat, arrow, not 'x'\n"
        "c.yaml:5:16: 'header' must be true or false, not '3'\n"
        "c.yaml:6:11: unknown word 'ignor'; did you mean 'ignore'? (known here: folder, format, "
        "delimiter, quote, header, encoding, missing, dates, file, columns, ignore)\n"
        "c.yaml:7:3: unknown word 'other' (known here: dossier, piece)\n");
    mln_arena_release(&r.arena);
}
END_TEST

/* ── files ── */

static void touch(const char *dir, const char *name) {
    struct mln_buf path = MLN_BUF_INIT;
    mln_path_join(&path, dir, mln_str_from(name));
    ck_assert_int_eq(mln_file_write(path.p, MLN_STR_LIT("x"), NULL), MLN_OK);
    mln_buf_release(&path);
}

START_TEST(files_in_byte_order) {
    struct read_contract r;
    char lines[8192];
    char dir[] = "contract[.XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(dir)); /* a folder whose name looks like a pattern */
    touch(dir, "b.csv");
    touch(dir, "Z.csv");
    touch(dir, "a.csv");
    touch(dir, "a[1].csv");
    char path[64];
    (void)snprintf(path, sizeof path, "%s/c.yaml", dir);
    contract_of(&r, path,
                "version: 1\ntables:\n  dossier:\n"
                "    - {file: '*.csv'}\n    - {file: [gone.csv, a.csv, 'x*']}\n"
                "  piece: {file: 'a\\[1].csv'}\n");
    struct mln_contract_file *files = NULL;
    size_t n = 0;
    ck_assert_int_eq(r.status, MLN_OK);
    ck_assert_int_eq(mln_contract_files(&r.arena, &r.contract, &files, &n, &r.findings, &r.err),
                     MLN_OK);
    static const char *const expected[] = {"Z.csv", "a.csv", "a[1].csv", "b.csv", "gone.csv",
                                           "a[1].csv"};
    ck_assert_uint_eq(n, 6);
    for (size_t i = 0; i < n; i++) {
        ck_assert_str_eq(files[i].shown, expected[i]);
    }
    ck_assert_uint_eq(files[4].source, 1);
    ck_assert_uint_eq(files[5].source, 2);
    (void)told(&r, lines);
    ck_assert_ptr_nonnull(strstr(lines, "c.yaml:5:7: file 'a.csv' is named twice"));
    ck_assert_ptr_nonnull(strstr(lines, "c.yaml:5:7: no file fits 'x*'"));
    ck_assert_uint_eq(r.findings.n, 2);
    mln_arena_release(&r.arena);
    ck_assert_int_eq(mln_dir_remove(dir, NULL), MLN_OK);
}
END_TEST

/* ── headers ── */

struct header_case {
    const char *source; /* of `dossier` */
    const char *header; /* separated by ';' */
    const char *places; /* per column of the model: the file's column, from 0, or - */
    const char *told;   /* NULL: nothing */
};

static const struct header_case headers[] = {
    {"{}", "no;sexe;jour;faits;age;lieu", "0 1 2 3 4 5", NULL},
    {"{}", "LIEU;Age;JOUR;no;faits;SEXE", "3 5 2 4 1 0", NULL},
    {"{columns: {sexe: Sx, lieu: absent}}", "age;no;jour;faits;Sx", "1 4 2 3 0 -", NULL},
    /* the exact name before one in another case */
    {"{ignore: others}", "NO;no;jour;sexe;faits;age;lieu", "1 3 2 4 5 6", NULL},
    /* one column of the file for two of the model */
    {"{columns: {faits: jour}}", "no;sexe;jour;age;lieu", "0 1 2 2 3 4", NULL},
    {"{}", "no;sexe;jour;faits;age;lieu;x;y", "0 1 2 3 4 5",
     "f: column 7 ('x') is not in the contract; map it, or name it under 'ignore'\n"
     "f: column 8 ('y') is not in the contract; map it, or name it under 'ignore'\n"},
    {"{ignore: [x]}", "no;sexe;jour;faits;age;lieu;x", "0 1 2 3 4 5", NULL},
    {"{}", "no;no;jour;faits;age;lieu", NULL,
     "f: column 'no' is there 2 times\n"
     "f: column 'sexe' is missing (sexe of dossier); name the right one in the "
     "contract, or write 'sexe: absent'\n"},
    {"{}", "12;F;2021-01-01;;33;01004", NULL,
     "f: none of the 6 columns expected is in its first line; are delimiter and encoding right? (a "
     "file without a header: 'header: false')\n"},
};

START_TEST(columns_of_a_header) {
    const struct header_case *h = &headers[_i];
    struct read_contract r;
    char text[512];
    char lines[8192];
    struct mln_str names[16];
    struct mln_binding binding;
    size_t n = 0;
    (void)snprintf(text, sizeof text, "version: 1\ntables:\n  dossier: %s\n  piece: absent\n",
                   h->source);
    contract_of(&r, "c.yaml", text);
    ck_assert_str_eq(told(&r, lines), "");
    for (const char *p = h->header; n < 16; p += names[n - 1].n + 1) {
        names[n++] = (struct mln_str){p, strcspn(p, ";")};
        if (p[names[n - 1].n] == '\0') {
            break;
        }
    }
    ck_assert_int_eq(mln_binding_make(&r.arena, &r.contract.sources[0], &r.model.tables[0], "f",
                                      names, n, &binding, &r.findings, &r.err),
                     MLN_OK);
    ck_assert_str_eq(told(&r, lines), h->told == NULL ? "" : h->told);
    if (h->places != NULL) {
        char places[64] = "";
        for (size_t c = 0; c < 6; c++) {
            const size_t at = strlen(places);
            if (binding.places[c] == SIZE_MAX) {
                (void)snprintf(places + at, sizeof places - at, "%s-", c == 0 ? "" : " ");
            } else {
                ck_assert_uint_lt(binding.places[c], binding.n_selected);
                (void)snprintf(places + at, sizeof places - at, "%s%zu", c == 0 ? "" : " ",
                               binding.selected[binding.places[c]]);
            }
        }
        ck_assert_str_eq(places, h->places);
    }
    mln_arena_release(&r.arena);
}
END_TEST

/* ── what is written in the documentation and in the demonstration ── */

static void parse_file(const char *name, const char *from, const char *to, const char *rest) {
    struct read_contract r = {.arena = MLN_ARENA_INIT};
    struct mln_buf model = MLN_BUF_INIT;
    struct mln_buf page = MLN_BUF_INIT;
    struct mln_buf text = MLN_BUF_INIT;
    char path[4096];
    char lines[8192];
    r.findings.arena = &r.arena;
    ck_assert_int_eq(
        mln_file_read(MLN_REPOSITORY "/models/canonical.yaml", 1 << 20, &model, NULL), MLN_OK);
    ck_assert_int_eq(
        mln_model_read(&r.arena, "canonical.yaml", mln_buf_view(&model), &r.model, NULL), MLN_OK);
    (void)snprintf(path, sizeof path, "%s/%s", MLN_REPOSITORY, name);
    ck_assert_int_eq(mln_file_read(path, 1 << 20, &page, NULL), MLN_OK);
    const char *begin = from == NULL ? page.p : strstr(page.p, from) + strlen(from);
    const char *end = to == NULL ? page.p + page.n : strstr(begin, to);
    mln_buf_add(&text, begin, (size_t)(end - begin));
    mln_buf_addz(&text, rest);
    r.status = mln_contract_read(&r.arena, "c.yaml", mln_buf_view(&text), &r.model, &r.contract,
                                 &r.findings, &r.err);
    ck_assert_str_eq(told(&r, lines), "");
    mln_buf_release(&model);
    mln_buf_release(&page);
    mln_buf_release(&text);
    mln_arena_release(&r.arena);
}

START_TEST(documented) {
    parse_file("demo/contract.yaml", NULL, NULL, "");
    parse_file("docs/contract.md", "```yaml\n", "  # \xE2\x80\xA6 the other tables",
               "  proc_personne: absent\n  proc_infraction: absent\n  affaire: absent\n"
               "  affaire_parquet: absent\n  correspondance: absent\n  affaire_personne: absent\n"
               "  affaire_infraction: absent\n  evenement: absent\n");
}
END_TEST

#define LOOP(tc, test, list) \
    tcase_add_loop_test(tc, test, 0, (int)(sizeof(list) / sizeof(list)[0]))

int main(void) {
    Suite *suite = suite_create("contract");
    TCase *tc = tcase_create("contract");
    tcase_add_test(tc, defaults_are_sane);
    tcase_add_test(tc, every_word_by_hand);
    LOOP(tc, refused_with_its_place, refusals);
    tcase_add_test(tc, one_fault_does_not_hide_the_next);
    tcase_add_test(tc, files_in_byte_order);
    LOOP(tc, columns_of_a_header, headers);
    tcase_add_test(tc, documented);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
