/* The density of communes: INSEE's grid as it is saved from the workbook, and the approximation. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "stage/study/density.h"
#include "stage/zone.h"

static void check_rows(const struct mln_density *d, const char *expected) {
    struct mln_buf told = MLN_BUF_INIT;
    mln_buf_addf(&told, "%d:", d->levels);
    for (size_t i = 0; i < d->codes.n_rows; i++) {
        const struct mln_str commune = mln_codes_cell(&d->codes, i, 0);
        const struct mln_str level = mln_codes_cell(&d->codes, i, 1);
        mln_buf_addf(&told, " %.*s=%.*s", MLN_STR_ARG(commune), MLN_STR_ARG(level));
    }
    mln_buf_addc(&told, '\0');
    ck_assert_str_eq(told.p, expected);
    mln_buf_release(&told);
}

/* Layouts as INSEE publishes them (www.insee.fr/fr/information/6439600): a title above the header,
 * columns that are not read between those that are; commas from one spreadsheet, semicolons from
 * another; levels 7 by their values, or by the name of the column. */
START_TEST(layouts_of_insee) {
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"Grille communale de densité à 7 niveaux,,,\nInsee,,,\nCODGEO,LIBGEO,DENS,LIBDENS\n"
         "01001,\"Abergement, L'\",6,Rural à habitat dispersé\n2A004,Ajaccio,2,Centres urbains\n",
         "7: 01001=6 2A004=2"},
        {"\xEF\xBB\xBF"
         "CODGEO;LIBGEO;DENS;PMUN21\r\n01001;A;3;832\r\n75056;Paris;1;2133111\r\n",
         "3: 01001=3 75056=1"},
        {"CODGEO,DENS\n01001,4\n01002,1\n", "4: 01001=4 01002=1"},
        {"CODGEO,DENS,DENS7\n01001,3,5\n", "7: 01001=5"},
        {"DENS7,CODGEO\n2,01001\n", "7: 01001=2"}, /* 7 by its name, whatever the values */
        {"CODGEO,DENS3\n01001,2\n", "3: 01001=2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mln_arena arena = MLN_ARENA_INIT;
        struct mln_density d;
        struct mln_err err = {0};
        ck_assert_msg(mln_density_parse(&arena, "grille_densite", mln_str_from(cases[i].text), &d,
                                        &err) == MLN_OK,
                      "case %zu: %s", i, err.msg);
        check_rows(&d, cases[i].expected);
        mln_arena_release(&arena);
    }
}
END_TEST

START_TEST(refusals_say_where) {
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "has no columns CODGEO and DENS"},
        {"code,densite\n01001,1\n", "has no columns CODGEO and DENS"},
        {"CODGEO,LIBDENS\n01001,Rural\n", "has no columns CODGEO and DENS"},
        {"CODGEO,DENS\n01001,8\n", "line 2: the level of density is not 1..7"},
        {"CODGEO,DENS\n01001,1\n01002,Rural\n", "line 3: the level of density is not 1..3"},
        {"CODGEO,DENS3\n01001,4\n", "line 2: the level of density is not 1..3"},
        {"CODGEO,DENS\n01001,\n", "line 2: the level of density is not"},
        {"CODGEO,DENS\n01001,1\n01001,2\n", "commune '01001' is listed twice"},
        {"CODGEO,DENS\n01001\n", "another number of cells than the header"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mln_arena arena = MLN_ARENA_INIT;
        struct mln_density d;
        struct mln_err err = {0};
        ck_assert_int_eq(
            mln_density_parse(&arena, "grille_densite", mln_str_from(cases[i].text), &d, &err),
            MLN_BAD_INPUT);
        ck_assert_msg(strstr(err.msg, cases[i].message) != NULL, "case %zu: %s", i, err.msg);
        mln_arena_release(&arena);
    }
}
END_TEST

/* Without a grid in the project's folder the shipped approximation, with one the grid. */
START_TEST(the_grid_of_the_project_comes_first) {
    char dir[] = "density.XXXXXX", path[64];
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_density d;
    struct mln_project project = {.nomenclatures = dir};
    struct mln_err err = {0};
    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_msg(mln_density_read(&project, &arena, &d, &err) == MLN_OK, "%s", err.msg);
    ck_assert_int_eq(d.levels, 0);
    ck_assert_uint_gt(d.codes.n_rows, 30000);
    (void)snprintf(path, sizeof path, "%s/grille_densite.csv", dir);
    ck_assert_int_eq(mln_file_write(path, MLN_STR_LIT("CODGEO,DENS\n75056,1\n"), &err), MLN_OK);
    ck_assert_msg(mln_density_read(&project, &arena, &d, &err) == MLN_OK, "%s", err.msg);
    check_rows(&d, "3: 75056=1");
    (void)unlink(path);
    (void)rmdir(dir);
    mln_arena_release(&arena);
}
END_TEST

struct gathered {
    struct mln_buf text;
};

static enum mln_status gather(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    (void)err;
    struct gathered *g = ctx;
    for (size_t i = 0; i < batch->n_rows; i++) {
        const struct mln_str line = mln_get_str(&batch->columns[0], i);
        mln_buf_addf(&g->text, "%.*s\n", MLN_STR_ARG(line));
    }
    return MLN_OK;
}

/* Each level of each grid in its class of three. */
START_TEST(levels_nest_in_three_classes) {
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"CODGEO,DENS7\n1,1\n2,2\n3,3\n4,4\n5,5\n6,6\n7,7\n",
         "D7_1 dense\nD7_2 intermediaire\nD7_3 intermediaire\nD7_4 intermediaire\nD7_5 rural\n"
         "D7_6 rural\nD7_7 rural\n"},
        {"CODGEO,DENS4\n1,1\n2,2\n3,3\n4,4\n", "D4_1 dense\nD4_2 intermediaire\nD4_3 rural\n"
                                               "D4_4 rural\n"},
        {"CODGEO,DENS3\n1,1\n2,2\n3,3\n", "D3_1 dense\nD3_2 intermediaire\nD3_3 rural\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct mln_engine_options options = {.n_threads = 1};
        struct mln_arena arena = MLN_ARENA_INIT;
        struct mln_engine *e = NULL;
        struct mln_density d;
        struct gathered g = {MLN_BUF_INIT};
        ck_assert_int_eq(mln_engine_open_duckdb(&options, &e, NULL), MLN_OK);
        ck_assert_int_eq(mln_density_parse(&arena, "g", mln_str_from(cases[i].text), &d, NULL),
                         MLN_OK);
        ck_assert_int_eq(
            mln_run_sql(e, "eval/nomenclatures.sql", MLN_PARAMS(MLN_IDENT("t", MLN_WORK)), NULL, NULL),
            MLN_OK);
        ck_assert_int_eq(mln_density_append(&d, e, MLN_WORK, "densite", NULL), MLN_OK);
        ck_assert_int_eq(
            e->ops->scan(e, "test",
                         MLN_STR_LIT("SELECT densite_detail || ' ' || densite FROM {t}.densite "
                                     "ORDER BY code"),
                         MLN_PARAMS(MLN_IDENT("t", MLN_WORK)), gather, &g, NULL),
            MLN_OK);
        mln_buf_addc(&g.text, '\0');
        ck_assert_str_eq(g.text.p, cases[i].expected);
        mln_buf_release(&g.text);
        e->ops->close(e);
        mln_arena_release(&arena);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("density");
    TCase *tcase = tcase_create("density");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, layouts_of_insee);
    tcase_add_test(tcase, refusals_say_where);
    tcase_add_test(tcase, the_grid_of_the_project_comes_first);
    tcase_add_test(tcase, levels_nest_in_three_classes);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
