/* The study's file: what it holds, and what is refused with a place and a remedy. */
#include <check.h>
#include <stdlib.h>

#include "assets/assets.h"
#include "base/file.h"
#include "stage/study/study_file.h"

static const char *top; /* of the repository */
static struct mln_arena arena;
static struct mln_study study;
static struct mln_err err;

static struct mln_str shipped(void) {
    const struct mln_asset *asset = mln_asset_find("models/study/violences-conjugales.yaml");
    ck_assert_ptr_nonnull(asset);
    return asset->text;
}

static void set_up(void) {
    arena = MLN_ARENA_INIT;
    err = (struct mln_err){0};
}
static void tear_down(void) {
    mln_arena_release(&arena);
}

/* Each share of matched victims is published with both ends of its band. */
static void check_bands(void) {
    size_t shares = 0;
    for (size_t i = 0; i < study.n_tables; i++) {
        const struct mln_study_table *t = &study.tables[i];
        bool matched = false;
        for (size_t f = 0; f < t->n_filters; f++) {
            matched = matched || strcmp(t->filters[f].column, "lie") == 0;
        }
        for (size_t k = 0; matched && t->from == MLN_FROM_VICTIMS && k < t->n_measures; k++) {
            unsigned ends = 0;
            for (size_t b = 0; b < t->n_measures; b++) {
                if (t->measures[b].kind == MLN_STUDY_BAND &&
                    t->measures[b].share_of == t->measures[k].share_of) {
                    ends |= t->measures[b].bound < 0 ? 1U : t->measures[b].bound > 0 ? 2U : 0U;
                }
            }
            const bool share = t->measures[k].kind == MLN_STUDY_SHARE;
            shares += share;
            ck_assert_msg(!share || ends == 3, "%s: a share without a band", t->name);
        }
    }
    ck_assert_uint_gt(shares, 3);
}

START_TEST(the_shipped_study) {
    ck_assert_msg(mln_study_parse(&arena, "s.yaml", shipped(), &study, &err) == MLN_OK, "%s",
                  err.msg);
    ck_assert_str_eq(study.name, "violences_conjugales");
    ck_assert_int_eq(study.age_min, 15);
    ck_assert_str_eq(study.priority[0], "poursuites");
    ck_assert_str_eq(study.priority[5], "en_cours");
    ck_assert(study.ends_with_last && study.whole_affaires);
    const struct mln_study_variable *age = NULL;
    for (size_t i = 0; i < study.n_variables; i++) {
        if (strcmp(study.variables[i].name, "age") == 0) {
            age = &study.variables[i];
        }
    }
    ck_assert_ptr_nonnull(age);
    ck_assert_str_eq(age->column, "age_faits");
    ck_assert_str_eq(age->codes[0], "15-17");
    ck_assert_str_eq(age->labels[0].fr, "15-17 ans");
    ck_assert_str_eq(age->codes[age->n_categories - 1], "70+");
    ck_assert_str_eq(age->labels[age->n_categories - 1].en, "70 years or over");
    ck_assert_int_eq(study.tables[0].from, MLN_FROM_FUNNEL);
    ck_assert_str_eq(study.tables[0].steps[MLN_STEP_VICTIMS_FIELD].fr,
                     "Victimes du champ de l'étude");
    ck_assert_int_eq(study.link_error.late_days, 60);
    ck_assert_double_eq(study.link_error.late_share, 0.1);
    check_bands();
}
END_TEST

/* Another study is a file: no code knows its name or kinds. */
START_TEST(the_second_study) {
    struct mln_buf path = MLN_BUF_INIT;
    mln_path_join(&path, top, MLN_STR_LIT("models/study/hors-couple.yaml"));
    ck_assert_msg(mln_study_read(&arena, path.p, &study, &err) == MLN_OK, "%s", err.msg);
    ck_assert_str_eq(study.name, "hors_couple");
    ck_assert_str_eq(study.natinf, "natinf_hors_couple");
    ck_assert_int_eq(study.age_min, 0);
    ck_assert(study.has_bands && study.keeps_unknown_age);
    check_bands();
    mln_buf_release(&path);
}
END_TEST

/* `maillon init` and the demo give a copy of the shipped study. */
START_TEST(the_demo_has_the_shipped_study) {
    struct mln_buf path = MLN_BUF_INIT, text = MLN_BUF_INIT;
    mln_path_join(&path, top, MLN_STR_LIT("demo/study.yaml"));
    ck_assert_msg(mln_file_read(path.p, 1 << 20, &text, &err) == MLN_OK, "%s", err.msg);
    ck_assert(mln_str_eq(mln_buf_view(&text), shipped()));
    mln_buf_release(&path);
    mln_buf_release(&text);
}
END_TEST

static const struct {
    const char *from, *to, *says;
} faults[] = {
    {"version: 1", "version: 2", "version"},
    {"age_min: 15", "age_min: 200", "150"},
    {"age_min: 15", "age_mini: 15", "age_min"},
    {"recorded_to: 2023-12-31", "recorded_to: 2013-12-31", "before recorded_from"},
    {"recorded_to: 2023-12-31", "recorded_to: 2023-02-30", "yyyy-mm-dd"},
    {"kinds: [homicide, viol,", "kinds: [homicide, homicide,", "twice"},
    {"priority: [poursuites, composition,", "priority: [poursuites, poursuites,", "twice"},
    {"priority: [poursuites, composition,", "priority: [poursuites,", "'composition' is missing"},
    {"priority: [poursuites,", "priority: [prosecution,", "poursuites"},
    {"guilty: [COND, DISP]", "guilty: [COND, DYSP]", "not among 'ends'"},
    {"close: last", "close: never", "first"},
    {"authors: affaire", "authors: everyone", "linked"},
    {"column: age_faits", "column: date_naissance", "no column 'date_naissance'"},
    {"  annee:\n", "  Annee:\n", "is not a name"},
    {"cuts: [15, 18,", "cuts: [18, 15,", "must increase"},
    {"    cuts: [15,", "    nomenclature: natinf\n    cuts: [15,", "at most one"},
    {"      PN: [Police nationale, National police]", "      PN: Police nationale", "list"},
    {"      PN: [Police nationale, National police]", "      PN: [Police nationale]", "pair"},
    {"      PN: [Police nationale, National police]", "      TOTAL: [Police, Police]", "TOTAL"},
    {"codes: [poursuites, composition, alternative]", "codes: [poursuites, poursuites]", "twice"},
    {"codes: [inopportunite]", "codes: [poursuites]", "two categories"},
    {"codes: [inopportunite]", "codes: []", "empty list"},
    {"- name: issues_par_annee", "- name: ../issues", "is not a name"},
    {"- name: issues_par_annee", "- name: issues_par_genre", "two tables"},
    {"dimensions: [annee, issue]", "dimensions: [annee, issues]", "no variable 'issues'"},
    {"dimensions: [annee, issue]", "dimensions: [annee, annee]", "twice"},
    {"dimensions: [annee, issue]", "dimensions: [motif_non_lie, issue]", "no column"},
    {"where: {dans_champ: [1]}", "where: {issue: [poursuites]}", "no column 'issue'"},
    {"where: {lie: [1]}", "where: {lie: []}", "empty list"},
    {"{share: issue,", "{share: genre,", "not a dimension"},
    {"{share: issue, name: part,", "{share: issue, mean: true, name: part,", "one of"},
    {"{quantile: 0.25,", "{quantile: 1,", "0.999"},
    {"{quantile: 0.25,", "{quantile: 0.25255,", "three decimals"},
    {"{mean: true,", "{mean: false,", "mean: true"},
    {"name: q1_jours", "name: mediane_jours", "two measures"},
    {"{incidence: fin, days: 365,", "{incidence: fin,", "days"},
    {"{incidence: fin, days: 365,", "{incidence: fin, days: 0,", "36525"},
    {"{incidence: fin, days: 365,", "{incidence: genre, days: 365,", "not a dimension"},
    {"{kaplan_meier: 0.5, bound: lower,", "{kaplan_meier: 0.5, bound: left,", "lower"},
    {"{restricted_mean: 365,", "{restricted_mean: 365, quantile: 0.5,", "one of"},
    {"{rate: lie, bound: lower,", "{rate: lie,", "an end of a rate"},
    {"{rate: lie, bound: lower,", "{rate: issue, bound: lower,", "not a dimension"},
    {"{standardised_difference: lie,", "{standardised_difference: annee,", "not a dimension"},
    {"    dimensions: [force, lie]\n    view: rate", "    dimensions: [lie]\n    view: rate",
     "of two dimensions"},
    {"    where: {lie: [1]}\n    dimensions: [annee, issue]", "    dimensions: [annee, issue]",
     "matched victims"},
    {"linkage_error:\n  draws: 50", "linkage_error:\n  draws: 65", "64"},
    {"  strata: [force,", "  strata: [passe,", "no column 'passe'"},
    {"  late_share: 0.10", "  late_share: 1", "late_share"},
    {"{linkage_bounds: issue, bound: lower,", "{linkage_bounds: issue,", "a worst case"},
    {"{gray: fin, part: chi2,", "{gray: fin,", "part"},
    {"{gray: fin, part: chi2,", "{gray: fin, part: chi3,", "p_value"},
    {"{gray: fin, part: chi2,", "{gray: genre, part: chi2,", "of one dimension"},
    {"view: balance", "view: table", "view of flows"},
    {"where: {unite: [victime], etape", "where: {etape", "of one unit"},
    {"where: {unite: [victime],", "where: {unite: [victime, auteur],", "of one unit"},
    {"dimensions: [annee_flux, etape_chaine, mouvement]", "dimensions: [annee_flux, mouvement]",
     "three dimensions"},
    {"dimensions: [annee_flux, etape_chaine,", "dimensions: [annee, etape_chaine,", "total: false"},
    {"      entrees: [", "      entree: [", "stock_initial"},
    {"{share: nb_procedures,", "{share: role,", "no total"},
    {"    dimensions: [annee, issue]", "    dimensions: [annee_flux, issue]", "every dimension"},
    {"view: funnel", "view: stacked", "funnel"},
    {"view: stacked", "view: funnel", "funnel"},
    {"rows_read: [", "rows_seen: [", "rows_read"},
    {"from: victims\n", "from: affaires\n", "procedures"},
};

START_TEST(a_fault_is_told_with_its_place) {
    const struct mln_str text = shipped();
    const char *at = strstr(text.p, faults[_i].from);
    ck_assert_msg(at != NULL, "'%s' is not in the shipped study", faults[_i].from);
    struct mln_buf changed = MLN_BUF_INIT;
    const size_t before = (size_t)(at - text.p);
    const size_t n_from = strlen(faults[_i].from);
    mln_buf_add(&changed, text.p, before);
    mln_buf_addz(&changed, faults[_i].to);
    mln_buf_add(&changed, at + n_from, text.n - before - n_from);
    const enum mln_status status =
        mln_study_parse(&arena, "s.yaml", mln_buf_view(&changed), &study, &err);
    ck_assert_msg(status == MLN_BAD_INPUT, "'%s' was accepted", faults[_i].to);
    ck_assert_msg(strncmp(err.msg, "s.yaml:", 7) == 0, "no place: %s", err.msg);
    ck_assert_msg(strstr(err.msg, faults[_i].says) != NULL, "%s", err.msg);
    mln_buf_release(&changed);
}
END_TEST

int main(int argc, char **argv) {
    top = argc > 1 ? argv[1] : ".";
    Suite *suite = suite_create("study_file");
    TCase *tc = tcase_create("study_file");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, the_shipped_study);
    tcase_add_test(tc, the_second_study);
    tcase_add_test(tc, the_demo_has_the_shipped_study);
    tcase_add_loop_test(tc, a_fault_is_told_with_its_place, 0,
                        (int)(sizeof faults / sizeof *faults));
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
