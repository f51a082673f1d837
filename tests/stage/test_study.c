/* The study stage on the hand-worked victims: cells of its tables, worked out from the list in
 * test_chain.c; the same bytes for any order of rows and number of threads. */
#include <math.h>
#include <stdlib.h>

#include "base/file.h"
#include "hand_case.h"
#include "stage/sealed.h"
#include "stage/state.h"

static const struct mln_table *tables;
static size_t n_tables;

/* What ingest told: two tables of the model, and a count that is none. */
static void write_ingest_state(void) {
    static struct mln_stage_count counts[] = {
        {"procedure", 30, 27, 3}, {"evenement", 100, 90, 10}, {"code inconnu", 1000, 0, 1000}};
    struct mln_stage_state state = {.counts = counts, .n_counts = 3};
    mln_digest_text(MLN_STR_LIT("ingest"), &state.fingerprint);
    OK(mln_state_write(under("work/ingest.json"), &state, &err));
}

static struct mln_str run_stages(int sens, size_t n_threads) {
    project.n_threads = n_threads;
    make_zones(sens);
    write_ingest_state();
    begin_stage("work/chain");
    OK(mln_stage_chain(&run, &err));
    begin_stage("work/study");
    OK(mln_stage_study(&run, &err));
    struct mln_buf bytes = MLN_BUF_INIT;
    OK(mln_sealed_read(&run, "study", MLN_SEAL_STUDY, under("work/study/" MLN_TABLES_FILE), &bytes,
                       &err));
    char *kept = MLN_ARENA_NEW(&arena, char, bytes.n);
    ck_assert_ptr_nonnull(kept);
    memcpy(kept, bytes.p, bytes.n);
    const struct mln_str text = {kept, bytes.n};
    mln_buf_release(&bytes);
    return text;
}

static const struct mln_table *table(const char *name) {
    for (size_t i = 0; i < n_tables; i++) {
        if (strcmp(tables[i].name, name) == 0) {
            return &tables[i];
        }
    }
    ck_abort_msg("no table '%s'", name);
}

static size_t category(const struct mln_table *t, size_t d, const char *code) {
    for (size_t i = 0; i < t->dimensions[d].n; i++) {
        if (strcmp(t->dimensions[d].codes[i], code) == 0) {
            return i;
        }
    }
    ck_abort_msg("%s: no category '%s' in %s", t->name, code, t->dimensions[d].name);
}

/* The cell of codes of one or two dimensions. */
static size_t cell(const struct mln_table *t, const char *a, const char *b) {
    const size_t first = category(t, 0, a);
    return t->n_dimensions == 1 ? first : first * t->dimensions[1].n + category(t, 1, b);
}

static double measured(const struct mln_table *t, const char *name, size_t at, uint64_t *n) {
    for (size_t m = 0; m < t->n_measures; m++) {
        if (strcmp(t->measures[m].name, name) == 0) {
            *n = t->measures[m].n[at];
            return t->measures[m].values[at];
        }
    }
    ck_abort_msg("%s: no measure '%s'", t->name, name);
}

static const struct {
    const char *table, *a, *b;
    uint64_t count;
} cells[] = {
    {"issues_par_annee", "2021", "poursuites", 5},       /* 1 5 7 17 18 */
    {"issues_par_annee", "2021", "alternative", 3},      /* 3 26 27 */
    {"issues_par_annee", "2021", "non_poursuivable", 2}, /* 4 6 */
    {"issues_par_annee", "2021", "inopportunite", 1},    /* 8 */
    {"issues_par_annee", "2021", "composition", 0},
    {"issues_par_annee", "2021", "TOTAL", 11},
    {"issues_par_annee", "2022", "poursuites", 5}, /* 11 twice, 12 14 15 */
    {"issues_par_annee", "2022", "composition", 1},
    {"issues_par_annee", "2022", "en_cours", 1}, /* 9 */
    {"issues_par_annee", "2023", "TOTAL", 1},    /* 10 */
    {"issues_par_annee", "TOTAL", "poursuites", 13},
    {"issues_par_annee", "TOTAL", "en_cours", 3}, /* 9 10 22 */
    {"issues_par_annee", "TOTAL", "TOTAL", 26},
    {"issues_par_genre", "viol", "poursuites", 1},    /* 12 */
    {"issues_par_genre", "menaces", "poursuites", 1}, /* 11, rank 10 */
    {"issues_par_genre", "homicide", "TOTAL", 0},
    {"issues_par_age", "15-17", "poursuites", 1}, /* 11, rank 1 */
    {"issues_par_age", "70+", "poursuites", 1},   /* 11, rank 10 */
    {"issues_par_sexe", "M", "TOTAL", 1},
    {"appariement_victimes_force", "PN", "1", 19},
    {"appariement_victimes_force", "GN", "1", 7},
    {"appariement_victimes_force", "GN", "0", 1}, /* 2 */
    {"appariement_procedures_force", "PN", "1", 18},
    {"appariement_procedures_force", "TOTAL", "TOTAL", 26},  /* 19 has nobody of the field */
    {"appariement_victimes_juridiction", "tj69123", "1", 3}, /* 5 6 7 */
    {"appariement_victimes_juridiction", "NR", "1", 1},      /* 8 */
    {"motifs_non_appariement", "GN", "aucune_cle", 1},
    {"modes_par_annee", "2021", "INST", 2}, /* 17 18 */
    {"modes_par_annee", "2020", "NR", 1},   /* 20: a decision without an orientation */
    {"modes_par_annee", "TOTAL", "TOTAL", 13},
    {"decisions_par_annee", "TOTAL", "1", 8}, /* 1 11 11 12 14 15 17 20 */
    {"decisions_par_annee", "TOTAL", "0", 2}, /* 5 18 */
    {"reponse_penale_par_annee", "TOTAL", "oui", 18},
    {"reponse_penale_par_annee", "TOTAL", "non", 2},
    {"requalifications", "physique", "NR", 1}, /* 8 */
    /* of 24 matched victims of violence, 4 offences of 3 5 13 18 are found, 9 10 22 wait; 1 and 8 have
     * another class, 15 are not found */
    {"requalifications_orientation", "02011", "02011", 4},
    {"requalifications_orientation", "02011", "non_orientee", 3},
    {"requalifications_orientation", "02011", "NR", 17},
    {"champ_a_orientation", "qualifiee", "hors", 2},       /* 1 8 */
    {"champ_au_jugement", "hors", "qualifiee", 1},         /* 1 */
    {"requalifications_jugement", "02011", "non_retenue", 2}, /* 5 18 */
    {"issues_par_densite", "intermediaire", "poursuites", 13},
    {"champ_justice_par_genre", "TOTAL", "1", 25},
    {"durees_par_annee", "2021", NULL, 11},
    {"entonnoir", "rows_read", NULL, 130},
    {"entonnoir", "rows_accepted", NULL, 117},
    {"entonnoir", "procedures", NULL, 27},
    {"entonnoir", "procedures_linked", NULL, 26},
    {"entonnoir", "victims", NULL, 34},
    {"entonnoir", "victims_field", NULL, 27},
    {"entonnoir", "victims_linked", NULL, 26},
    {"entonnoir", "victims_oriented", NULL, 23},
    {"entonnoir", "victims_ended", NULL, 20},
};

static void check_durations(void) {
    /* 2021, ended after 28 30 61 61 61 122 153 212 578 700 days; one runs (1231). Kaplan-Meier:
     * 10 9 6 5 of 11 still run after 28, 30, 61, 122. */
    const struct mln_table *t = table("durees_par_annee");
    const size_t at = cell(t, "2021", NULL);
    uint64_t n = 0;
    ck_assert_double_eq(measured(t, "q1_jours", at, &n), 61);
    ck_assert_uint_eq(n, 10);
    ck_assert_double_eq(measured(t, "mediane_jours", at, &n), 91.5);
    ck_assert_double_eq(measured(t, "q3_jours", at, &n), 212);
    ck_assert_double_eq(measured(t, "moyenne_jours", at, &n), 200.6);
    ck_assert_double_eq(measured(t, "mediane_km_jours", at, &n), 122);
    /* 2023: one chain, running. */
    ck_assert(isnan(measured(t, "mediane_km_jours", cell(t, "2023", NULL), &n)));
    ck_assert_uint_eq(n, 0);
    /* 2018–2020: 21 ended before its recording and has no duration: 365 61 92 of 20 23 24. */
    ck_assert_double_eq(measured(t, "mediane_jours", cell(t, "2020", NULL), &n), 92);
    ck_assert_uint_eq(n, 3);
    t = table("durees_par_issue");
    ck_assert_double_eq(measured(t, "moyenne_jours", cell(t, "inopportunite", "TOTAL"), &n),
                        (28 + 61) / 2.0);
    ck_assert_uint_eq(n, 2);
}

/* A balance is by period, stage and part. */
static uint64_t part(const struct mln_table *t, const char *year, const char *stage,
                     const char *what) {
    return t->counts[(category(t, 0, year) * t->dimensions[1].n + category(t, 1, stage)) *
                         t->dimensions[2].n +
                     category(t, 2, what)];
}

/* The balances of test_chain.c, as tables. */
static void check_flows(void) {
    const struct mln_table *t = table("flux_victimes");
    ck_assert_uint_eq(t->dimensions[2].n, MLN_BALANCE_PARTS);
    ck_assert_int_eq(t->dimensions[0].total, -1);
    ck_assert_uint_eq(part(t, "2022", "jugement", "stock_initial"), 2);
    ck_assert_uint_eq(part(t, "2022", "jugement", "entrees"), 5);
    ck_assert_uint_eq(part(t, "2022", "jugement", "retours"), 1);
    ck_assert_uint_eq(part(t, "2022", "jugement", "sorties"), 6);
    ck_assert_uint_eq(part(t, "2022", "jugement", "stock_final"), 2);
    ck_assert_uint_eq(part(t, "2024", "TOTAL", "stock_final"), 6); /* 3 + 1 + 2 run */
    ck_assert_uint_eq(part(table("flux_affaires"), "2021", "orientation", "entrees"), 28);
}

/* Of test_chain.c: two victims known, both with another procedure (after 14 and 60 days); of five
 * mis en cause one (after 59), the others censored after 0 and three times 670 days. */
static void check_persons(void) {
    const struct mln_table *t = table("procedures_par_personne");
    ck_assert_uint_eq(t->counts[cell(t, "victime", "2")], 1);
    ck_assert_uint_eq(t->counts[cell(t, "victime", "3")], 1);
    ck_assert_uint_eq(t->counts[cell(t, "auteur", "1")], 4);
    ck_assert_uint_eq(t->counts[cell(t, "auteur", "TOTAL")], 5);
    const struct mln_table *both = table("deux_roles");
    ck_assert_uint_eq(both->counts[cell(both, "auteur", "1")], 1);
    uint64_t n = 0;
    t = table("nouvelle_procedure");
    ck_assert_double_eq_tol(measured(t, "a_365_jours", cell(t, "victime", "nouvelle"), &n), 100,
                            1e-9);
    /* At 59 days four are at risk. */
    ck_assert_double_eq_tol(measured(t, "a_365_jours", cell(t, "auteur", "nouvelle"), &n), 25,
                            1e-9);
    t = table("couverture_personnes");
    ck_assert_uint_eq(t->counts[cell(t, "auteur", "justice")], 4);
}

START_TEST(cells_by_hand) {
    const struct mln_str bytes = run_stages(1, 2);
    struct mln_table *list = NULL;
    OK(mln_tables_read(&arena, bytes, &list, &n_tables, &err));
    tables = list;
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        const struct mln_table *t = table(cells[i].table);
        const uint64_t count = t->counts[cell(t, cells[i].a, cells[i].b)];
        ck_assert_msg(count == cells[i].count, "%s, %s × %s: %llu", t->name, cells[i].a,
                      cells[i].b == NULL ? "" : cells[i].b, (unsigned long long)count);
    }
    check_flows();
    check_persons();
    check_durations();
    const struct mln_table *t = table("appariement_victimes_juridiction");
    ck_assert(t->detail);
    ck_assert_str_eq(t->dimensions[0].labels_fr[category(t, 0, "tj75056")],
                     "Tribunal judiciaire (siège Paris)");
    for (size_t i = 0; i < run.n_counts; i++) {
        if (strcmp(run.counts[i].what, "table modes_par_annee") == 0) {
            ck_assert_uint_eq(run.counts[i].accepted, 13);
        }
    }
    ck_assert_uint_eq(run.n_counts, n_tables - 1); /* every table but the funnel */
}
END_TEST

START_TEST(the_same_bytes) {
    const struct mln_str once = run_stages(1, 2);
    OK(mln_dir_remove(under("work"), &err));
    const struct mln_str again = run_stages(-1, 1);
    ck_assert(mln_str_eq(once, again));
}
END_TEST

START_TEST(without_ingest_the_funnel_is_refused) {
    make_zones(1);
    begin_stage("work/chain");
    OK(mln_stage_chain(&run, &err));
    begin_stage("work/study");
    ck_assert_int_eq(mln_stage_study(&run, &err), MLN_IO);
    ck_assert_ptr_nonnull(strstr(err.msg, "ingest.json"));
    ck_assert(!mln_path_exists(under("work/study/" MLN_TABLES_FILE)));
}
END_TEST

int main(int argc, char **argv) {
    hand_sources = argc > 1 ? argv[1] : ".";
    Suite *suite = suite_create("study");
    TCase *tc = tcase_create("study");
    tcase_set_timeout(tc, 180);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, cells_by_hand);
    tcase_add_test(tc, the_same_bytes);
    tcase_add_test(tc, without_ingest_the_funnel_is_refused);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
