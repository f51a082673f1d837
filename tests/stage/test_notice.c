/* The declaration of a processing, the categories of data, the documents made from them. */
#include <stdio.h>

#include "assets/assets.h"
#include "run.h"
#include "stage/ingest/ingest_plan.h"
#include "stage/governance/notice.h"

static struct mln_err err;
static struct mln_arena arena;
static struct mln_model model;
static struct mln_categories categories;

#define OK(call)                                      \
    do {                                              \
        const enum mln_status got_ = (call);          \
        ck_assert_msg(got_ == MLN_OK, "%s", err.msg); \
    } while (0)
#define FAILS(status, call) ck_assert_int_eq((call), (status))
#define SAYS(words) ck_assert_msg(strstr(err.msg, (words)) != NULL, "%s", err.msg)

static struct mln_str asset(const char *name) {
    const struct mln_asset *const a = mln_asset_find(name);
    ck_assert_ptr_nonnull(a);
    return a->text;
}

static void set_up(void) {
    OK(mln_ingest_model(&arena, &model, &err));
    OK(mln_categories_read(&arena, "categories.yaml", asset("models/categories.yaml"), &model,
                           &categories, &err));
}

static size_t column_of(const char *table, const char *column) {
    size_t first = 0;
    for (size_t t = 0; t < model.n_tables; t++) {
        if (strcmp(model.tables[t].name, table) == 0) {
            return first + mln_model_column_index(&model.tables[t], mln_str_from(column));
        }
        first += model.tables[t].n_columns;
    }
    ck_abort_msg("no table %s", table);
}

/* The shipped declaration with one text in the place of another. */
static struct mln_processing declared(const char *from, const char *to) {
    static char text[1 << 15];
    const struct mln_str shipped = asset("demo/processing.yaml");
    struct mln_processing processing;
    char copy[1 << 14];
    ck_assert_uint_lt(shipped.n, sizeof copy);
    memcpy(copy, shipped.p, shipped.n);
    copy[shipped.n] = '\0';
    const char *const at = strstr(copy, from);
    ck_assert_ptr_nonnull(at);
    (void)snprintf(text, sizeof text, "%.*s%s%s", (int)(at - copy), copy, to, at + strlen(from));
    OK(mln_processing_read(&arena, "processing.yaml", mln_str_from(text), &processing, &err));
    return processing;
}

START_TEST(every_column_has_its_place) {
    ck_assert_uint_eq(categories.n, 9); /* as the public page of the processing lists them */
    size_t internal = 0;
    for (size_t c = 0; c < categories.n_columns; c++) {
        internal += categories.of_column[c] == NULL;
    }
    ck_assert_uint_eq(internal, 10);
    /* a column less, a column twice, an unknown one */
    struct mln_categories other;
    static const char *const changes[][3] = {
        {"affaire.petit_x", "affaire.petit_y", "no column"},
        {"[affaire.petit_x]", "[]", "affaire.petit_x stands in no category"},
        {"[affaire.petit_x]", "[affaire.idj]", "two places"},
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        static char text[1 << 15];
        const struct mln_str shipped = asset("models/categories.yaml");
        const char *const at = strstr(shipped.p, changes[i][0]);
        ck_assert_ptr_nonnull(at);
        (void)snprintf(text, sizeof text, "%.*s%s%s", (int)(at - shipped.p), shipped.p,
                       changes[i][1], at + strlen(changes[i][0]));
        FAILS(MLN_BAD_INPUT, mln_categories_read(&arena, "categories.yaml", mln_str_from(text),
                                                 &model, &other, &err));
        SAYS("categories.yaml:");
        SAYS(changes[i][2]);
    }
}
END_TEST

START_TEST(what_is_declared_is_there_and_what_is_there_is_declared) {
    const struct mln_processing all = declared("version: 1", "version: 1");
    for (size_t c = 0; c < categories.n_columns; c++) {
        if (c != column_of("evenement", "type") && c != column_of("evenement", "code") &&
            c != column_of("evenement", "peine")) {
            mln_categories_mark(&categories, c);
        }
    }
    FAILS(MLN_BAD_INPUT, mln_processing_check(&all, &categories, &err));
    SAYS("'traitement' is declared, and the data have nothing of it");
    SAYS("processing.yaml:");
    mln_categories_mark(&categories, column_of("evenement", "peine"));
    OK(mln_processing_check(&all, &categories, &err));
    const struct mln_processing without = declared("famille, ", "");
    FAILS(MLN_BAD_INPUT, mln_processing_check(&without, &categories, &err));
    SAYS("'famille' is not declared, and the data have it (situation de famille)");
    const struct mln_processing twice = declared("famille, ", "famille, famille, ");
    FAILS(MLN_BAD_INPUT, mln_processing_check(&twice, &categories, &err));
    SAYS("declared twice");
    const struct mln_processing unknown = declared("famille, ", "famile, ");
    FAILS(MLN_BAD_INPUT, mln_processing_check(&unknown, &categories, &err));
    SAYS("'famile' is no category");
}
END_TEST

START_TEST(a_declaration_says_everything) {
    struct mln_processing p;
    static const char *const bad[][2] = {
        {"", "empty"},
        {"version: 1\nname: x\n", "controllers"},
        {"version: 1\nname: ' '\n", "must be said"},
        {"version: 1\nname: x\ncontrollers: []\n", "'controllers' is empty"},
        {"version: 1\nname: x\ncontrollers: [{name: a}]\n", "contact"},
        {"version: 1\nname: x\ncontrollers: [{name: a, contact: b, fax: c}]\n", "fax"},
        {"version: 2\n", "1"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        FAILS(MLN_BAD_INPUT,
              mln_processing_read(&arena, "p.yaml", mln_str_from(bad[i][0]), &p, &err));
        SAYS("p.yaml");
        SAYS(bad[i][1]);
    }
}
END_TEST

/* Present variables only; the date in French; no markup from the declaration. */
START_TEST(documents_tell_what_is_there) {
    const struct mln_project project = {.name = "essai",
                                        .purpose = "étude <b>",
                                        .retention = {.until_day = 24092}};
    const struct mln_processing p =
        declared("Base statistique pseudonymisée", "Base <script> & \"statistique\"");
    struct mln_document d = {.blocks = MLN_BUF_INIT};
    struct mln_buf text = MLN_BUF_INIT;
    struct mln_buf html = MLN_BUF_INIT;
    mln_categories_mark(&categories, column_of("affaire_personne", "csns"));
    mln_categories_mark(&categories, column_of("evenement", "rang")); /* internal: says nothing */
    const struct mln_notice notice = {&project, &p, &categories, NULL};
    mln_notice_write(&notice, &d);
    mln_register_write(&notice, &d);
    OK(mln_document_text(&d, &text, &err));
    OK(mln_document_html(&d, "fr", &html, &err));
    ck_assert_ptr_nonnull(strstr(text.p, "    - code statistique non signifiant (CSNS)\n"));
    ck_assert_ptr_null(strstr(text.p, "date de naissance"));
    ck_assert_ptr_null(strstr(text.p, "Données relatives à la famille"));
    ck_assert_ptr_nonnull(strstr(text.p, "jusqu'au 18 décembre 2035 inclus"));
    ck_assert_ptr_nonnull(strstr(html.p, "Base &lt;script&gt; &amp; &quot;statistique&quot;"));
    ck_assert_ptr_null(strstr(html.p, "<script>"));
    ck_assert_ptr_null(strstr(html.p, "<b>"));
    mln_buf_release(&text);
    mln_buf_release(&html);
    mln_document_release(&d);
}
END_TEST

/* Lines of at most 90 characters (accents count once), words whole; lists nest in HTML. */
START_TEST(documents_are_laid_out) {
    struct mln_document d = {.blocks = MLN_BUF_INIT};
    struct mln_buf text = MLN_BUF_INIT;
    struct mln_buf html = MLN_BUF_INIT;
    mln_document_add(&d, MLN_TITLE, "Été");
    mln_document_add(&d, MLN_HEADING, "A");
    mln_document_add(&d, MLN_ITEM, "un");
    mln_document_add(&d, MLN_SUBITEM, "x");
    mln_document_add(&d, MLN_SUBITEM, "y");
    mln_document_add(&d, MLN_ITEM, "deux");
    mln_document_add(&d, MLN_PARAGRAPH, "%s",
                     "é23456789 é23456789 é23456789 é23456789 é23456789 é23456789 é23456789 "
                     "é23456789 é23456789 é");
    OK(mln_document_text(&d, &text, &err));
    ck_assert_str_eq(text.p, "Été\n===\n\nA\n-\n- un\n    - x\n    - y\n- deux\n\n"
                             "é23456789 é23456789 é23456789 é23456789 é23456789 é23456789 "
                             "é23456789 é23456789 é23456789\né\n");
    OK(mln_document_html(&d, "fr", &html, &err));
    ck_assert_ptr_nonnull(strstr(html.p, "<ul>\n<li>un<ul>\n<li>x</li>\n<li>y</li>\n</ul>\n</li>\n"
                                         "<li>deux</li>\n</ul>\n<p>"));
    mln_buf_release(&text);
    mln_buf_release(&html);
    mln_document_release(&d);
}
END_TEST

int main(void) {
    Suite *const suite = suite_create("notice");
    TCase *const tc = tcase_create("notice");
    tcase_add_checked_fixture(tc, set_up, NULL);
    tcase_add_test(tc, every_column_has_its_place);
    tcase_add_test(tc, what_is_declared_is_there_and_what_is_there_is_declared);
    tcase_add_test(tc, a_declaration_says_everything);
    tcase_add_test(tc, documents_tell_what_is_there);
    tcase_add_test(tc, documents_are_laid_out);
    suite_add_tcase(suite, tc);
    SRunner *const runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    mln_arena_release(&arena);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
