/* The chain stage on procedures worked out by hand, in two orders of rows and of idx. */
#include <stdlib.h>

#include "base/file.h"
#include "hand_case.h"
#include "stage/chain/chain_codes.h"
#include "stage/chain/chain_grammar.h"

static const char victims_sql[] =
    "SELECT concat_ws('|', procedure_no, rang, genre, lie, coalesce(issue, '-'), coalesce(mode, "
    "'-'), "
    "coalesce(CAST(date_premiere_orientation AS VARCHAR), '-'), "
    "coalesce(CAST(date_orientation AS VARCHAR), '-'), coalesce(CAST(date_issue AS VARCHAR), '-'), "
    "coalesce(CAST(duree_jours AS VARCHAR), '-'), coalesce(CAST(en_cours AS VARCHAR), '-'), "
    "coalesce(CAST(condamne AS VARCHAR), '-'), coalesce(decision, '-'), "
    "coalesce(CAST(nb_auteurs AS VARCHAR), '-'), coalesce(CAST(deplacee AS VARCHAR), '-'), "
    "coalesce(CAST(issues_divergentes AS VARCHAR), '-'), coalesce(CAST(champ_justice AS VARCHAR), "
    "'-')) "
    "FROM base.chaine_victime ORDER BY procedure_no, rang";

/* procedure|rang|genre|lie|issue|mode|first
 * orientation|orientation|end|days|running|guilty|decision |authors|moved|diverging|in the field of
 * Justice */
static const char victims_expected[] =
    /* 1: prosecuted and convicted; the acquittal in appeal is not the first instance */
    "1|1|physique|1|poursuites|COPJ|2021-03-01|2021-03-01|2021-09-01|212|0|1|COND|1|0|0|1\n"
    /* 2: no affaire */
    "2|1|physique|0|-|-|-|-|-|-|-|-|-|-|-|-|-\n"
    /* 3: two authors, none linked: the alternative wins over the dismissal */
    "3|1|physique|1|alternative|-|2021-06-01|2021-06-01|2021-06-01|61|0|-|-|2|0|1|1\n"
    /* 4 and 26: the same in an affaire of two procedures, each with an author of its own */
    "4|1|physique|1|non_poursuivable|-|2021-05-01|2021-05-01|2021-05-01|30|0|-|-|1|0|0|1\n"
    /* 5: joined, then sent: the host's two authors, one of them not yet oriented */
    "5|1|physique|1|poursuites|CI|2021-06-30|2021-06-30|2021-07-01|122|0|0|RELX|2|1|0|1\n"
    /* 6: a cycle of ties hosts itself: the dismissal of either counts */
    "6|1|physique|1|non_poursuivable|-|2021-08-01|2021-08-01|2021-08-01|153|0|-|-|2|1|0|1\n"
    /* 7: the re-orientation replaces the dismissal; 2021-02-15 to 2024-06-30 is 1231 days */
    "7|1|physique|1|poursuites|CRPC|2021-03-01|2021-06-01|-|1231|1|-|-|1|0|0|1\n"
    /* 8: requalified out of the field of Justice */
    "8|1|physique|1|inopportunite|-|2021-03-15|2021-03-15|2021-03-15|28|0|-|-|1|0|0|0\n"
    /* 9: a petit X, nobody known: running; 2022-01-01 to 2024-06-30 is 911 days */
    "9|1|physique|1|en_cours|-|-|-|-|911|1|-|-|1|0|0|1\n"
    /* 10: its only orientation is after the observation date */
    "10|1|physique|1|en_cours|-|-|-|-|182|1|-|-|1|0|0|1\n"
    /* 11: victim 1 by the first offence, victim 10 (not 1!) by the second; 2 is out of the list.
     * The decision without a rank is for all authors. */
    "11|1|physique|1|poursuites|CD|2022-02-01|2022-02-01|2022-12-01|303|0|1|DISP|1|0|0|1\n"
    "11|10|menaces|1|poursuites|CD|2022-02-01|2022-02-01|2022-12-01|303|0|1|DISP|1|0|0|1\n"
    /* 12: the link is required: only the victim with a recorded partner, 15 or over, age known */
    "12|1|viol|1|poursuites|CD|2022-02-01|2022-02-01|2022-12-01|303|0|1|DISP|1|0|0|1\n"
    /* 13: two affaires: the composition wins */
    "13|1|physique|1|composition|-|2022-07-01|2022-07-01|2022-07-01|122|0|-|-|2|0|1|1\n"
    /* 14: convicted, but the other author is still before the investigating judge */
    "14|1|physique|1|poursuites|COPJ|2022-03-02|2022-03-02|-|852|1|1|COND|2|0|0|1\n"
    /* 15: the second author was split off and convicted there */
    "15|1|physique|1|poursuites|COPJ|2022-06-01|2022-06-01|2022-11-01|245|0|1|COND|3|1|1|1\n"
    /* 16: in the host, her author is recognised; the prosecuted one is somebody else's */
    "16|1|physique|1|alternative|-|2022-05-01|2022-05-01|2022-05-01|61|0|-|-|1|1|0|1\n"
    /* 17, 18: investigating judge: sent to trial and convicted; non-lieu */
    "17|1|physique|1|poursuites|INST|2021-02-01|2021-02-02|2022-09-01|578|0|1|COND|1|0|0|1\n"
    "18|1|physique|1|poursuites|INST|2021-02-02|2021-02-02|2023-01-01|700|0|0|NLIE|1|0|0|1\n"
    /* 20: a decision without an orientation */
    "20|1|physique|1|poursuites|-|-|-|2020-12-31|365|0|1|COND|1|0|0|1\n"
    /* 21: sent outside the extract: its own acts count; they end before the recording */
    "21|1|physique|1|non_poursuivable|-|2020-02-01|2020-02-01|2020-02-01|-|0|-|-|1|0|0|1\n"
    /* 22: an unknown code orients nobody; 2020-03-01 to 2024-06-30 is 1582 days */
    "22|1|physique|1|en_cours|-|-|-|-|1582|1|-|-|1|0|0|1\n"
    /* 23: two orientations on a day: the later rank; the jonction comes after the observation */
    "23|1|physique|1|inopportunite|-|2020-05-01|2020-05-01|2020-05-01|61|0|-|-|1|0|0|1\n"
    /* 24: a decision of unknown code ends the prosecution all the same */
    "24|1|physique|1|poursuites|OP|2020-05-01|2020-05-01|2020-06-01|92|0|-|-|1|0|0|1\n"
    /* 25: re-oriented as a whole, then one author again; the former decision is not of this
     * prosecution. 2018-01-01 to 2024-06-30 is 2372 days */
    "25|1|physique|1|poursuites|CRPC|2018-01-01|2018-03-01|-|2372|1|-|-|2|0|1|1\n"
    "26|1|physique|1|alternative|-|2021-06-01|2021-06-01|2021-06-01|61|0|-|-|1|0|0|1\n"
    /* 27: an author whom only Justice knows, in an affaire of this procedure alone, is hers */
    "27|1|physique|1|alternative|-|2021-06-01|2021-06-01|2021-06-01|61|0|-|-|2|0|1|1\n";

static const struct {
    const char *what;
    uint64_t read, accepted;
} counts_expected[] = {
    {"base procedure", 27, 27},
    {"base proc_personne", 62, 62},
    {"lien_affaire vers une affaire connue", 8, 7},
    {"lien_affaire en vigueur", 7, 6},
    {"orientation de code connu", 32, 31},
    {"décision de code connu", 10, 9},
    {"victime, personne physique", 34, 33},
    {"victime, infraction de la liste", 33, 32},
    {"victime, lien de couple établi", 32, 31},
    {"victime, enregistrée dans la période", 31, 30},
    {"victime, âge du champ ou inconnu", 30, 28},
    {"victime, d'âge inconnu gardée", 28, 27},
    {"victime du champ, procédure appariée", 27, 26},
    {"victime appariée, orientée", 26, 23},
    {"victime orientée, chaîne terminée", 23, 20},
    {"chaîne terminée, durée cohérente", 20, 19},
};

static void check_counts(void) {
    for (size_t k = 0; k < sizeof counts_expected / sizeof *counts_expected; k++) {
        const struct mln_stage_count *found = NULL;
        for (size_t i = 0; i < run.n_counts; i++) {
            if (strcmp(run.counts[i].what, counts_expected[k].what) == 0) {
                found = &run.counts[i];
            }
        }
        ck_assert_msg(found != NULL, "no count '%s'", counts_expected[k].what);
        ck_assert_msg(found->read == counts_expected[k].read &&
                          found->accepted == counts_expected[k].accepted,
                      "%s: %llu read, %llu accepted", found->what, (unsigned long long)found->read,
                      (unsigned long long)found->accepted);
    }
}

static double figure(const char *name) {
    for (size_t i = 0; i < run.n_figures; i++) {
        if (strcmp(run.figures[i].name, name) == 0) {
            return run.figures[i].value;
        }
    }
    ck_abort_msg("no figure '%s'", name);
}

static void run_case(int sens) {
    make_zones(sens);
    begin_stage("work/.chain.partial");
    OK(mln_stage_chain(&run, &err));
    check_counts();
    ck_assert_double_eq(figure("cycles_de_liens"), 1);
    ck_assert_double_eq(figure("affaires_en_cycle"), 2);
    ck_assert_str_eq(query(victims_sql), victims_expected);
}

START_TEST(hand_worked_victims) {
    run_case(1);
    ck_assert_str_eq(query("SELECT concat_ws('|', procedure_no, lie, coalesce(motif_non_lie, '-'), "
                           "nb_affaires, dans_champ, nb_victimes_champ) FROM base.chaine_procedure "
                           "WHERE procedure_no IN (1, 2, 11, 12, 13, 19) ORDER BY procedure_no"),
                     "1|1|-|1|1|1\n2|0|aucune_cle|0|1|1\n11|1|-|1|1|2\n12|1|-|1|1|1\n13|1|-|2|1|1\n"
                     "19|1|-|1|0|0\n");
    /* No idx and no clear identifier in the base. */
    ck_assert_str_eq(query("SELECT column_name FROM information_schema.columns "
                           "WHERE table_catalog = 'base' AND column_name IN ('idx', 'numero', "
                           "'code_unite', 'idj', 'csns', 'numero_parquet', 'date_naissance_min', "
                           "'commune_faits', 'nationalite', 'profession')"),
                     "");
    /* 1 went out of the field at orientation and back in at the judgment, 8 out only. */
    ck_assert_str_eq(query("SELECT concat_ws('|', procedure_no, coalesce(genre_justice, '-')) "
                           "FROM base.chaine_victime WHERE procedure_no IN (1, 2, 8) ORDER BY 1"),
                     "1|physique\n2|-\n8|-\n");
    ck_assert_str_eq(query("SELECT DISTINCT concat_ws('|', nationalite_groupe, pcs1) "
                           "FROM base.proc_personne"),
                     "france|4\n");
}
END_TEST

START_TEST(the_order_of_rows_and_the_threads_change_nothing) {
    project.n_threads = 1;
    run_case(-1);
}
END_TEST

START_TEST(a_missing_key_is_told) {
    make_zones(1);
    OK(mln_dir_remove(project.keys_dir, &err));
    begin_stage("work/.chain.partial");
    ck_assert_int_eq(mln_stage_chain(&run, &err), MLN_KEY);
}
END_TEST

START_TEST(a_study_that_names_an_unknown_code_is_refused) {
    make_zones(1);
    change_study("[COND, DISP, RELX", "[COND, DISP, RALX");
    begin_stage("work/.chain.partial");
    ck_assert_int_eq(mln_study_check(&run, &err), MLN_BAD_INPUT); /* seen before any work */
    ck_assert_int_eq(mln_stage_chain(&run, &err), MLN_BAD_INPUT);
    ck_assert_msg(strstr(err.msg, "RELX") != NULL && strstr(err.msg, "study's ends") != NULL, "%s",
                  err.msg);
}
END_TEST

START_TEST(the_check_of_a_study) {
    begin_stage("work/.check.partial");
    OK(mln_study_check(&run, &err));
    change_study("nomenclature: juridictions", "nomenclature: tribunaux");
    ck_assert_int_eq(mln_study_check(&run, &err), MLN_BAD_INPUT);
    ck_assert_msg(strstr(err.msg, "tribunaux") != NULL, "%s", err.msg);
}
END_TEST

/* Other choices of the study: linked authors only (27); the first end closes (14); another order of
 * outcomes (3, 13: the composition gives way to the alternative); older victims only (11). */
START_TEST(how_the_main_offence_is_qualified) {
    static const char stages[] =
        "SELECT concat_ws('|', procedure_no, natinf, classe, champ, coalesce(natinf_orientation, "
        "'-'), coalesce(classe_orientation, '-'), coalesce(champ_orientation, '-'), "
        "coalesce(natinf_jugement, '-'), coalesce(classe_jugement, '-'), "
        "coalesce(champ_jugement, '-')) FROM base.chaine_victime "
        "WHERE procedure_no IN (1, 2, 3, 5, 7, 8, 9, 12, 13, 17, 18) ORDER BY procedure_no";
    make_zones(1);
    begin_stage("work/.chain.partial");
    OK(mln_stage_chain(&run, &err));
    ck_assert_str_eq(
        query(stages),
        /* out at orientation, to a code without a class; back in at the judgment */
        "1|20730|02011|qualifiee|15700|-|hors|20730|02011|qualifiee\n"
        /* no affaire */
        "2|20730|02011|qualifiee|-|-|-|-|-|-\n"
        /* an alternative */
        "3|20730|02011|qualifiee|20730|02011|qualifiee|-|non_poursuivie|non_poursuivie\n"
        /* acquitted */
        "5|20730|02011|qualifiee|20730|02011|qualifiee|-|non_retenue|non_retenue\n"
        /* prosecuted, not judged; the offence has no counterpart */
        "7|20730|02011|qualifiee|-|inconnue|inconnue|-|non_jugee|non_jugee\n"
        "8|20730|02011|qualifiee|15700|-|hors|-|non_poursuivie|non_poursuivie\n"
        /* a petit X */
        "9|20730|02011|qualifiee|-|non_orientee|non_orientee|-|non_poursuivie|non_poursuivie\n"
        /* in the field by the recorded link only; found guilty of an offence not found */
        "12|23|03011|lien|-|inconnue|inconnue|-|inconnue|inconnue\n"
        /* two affaires: one row all the same */
        "13|20730|02011|qualifiee|20730|02011|qualifiee|-|non_poursuivie|non_poursuivie\n"
        "17|20730|02011|qualifiee|-|inconnue|inconnue|-|inconnue|inconnue\n"
        /* a non-lieu */
        "18|20730|02011|qualifiee|20730|02011|qualifiee|-|non_retenue|non_retenue\n");
}
END_TEST

START_TEST(another_column_another_class) {
    make_zones(1);
    change_study("column: groupe", "column: section");
    begin_stage("work/.chain.partial");
    OK(mln_stage_chain(&run, &err));
    ck_assert_str_eq(query("SELECT DISTINCT classe FROM base.chaine_victime ORDER BY 1"),
                     "02\n03\n");
}
END_TEST

START_TEST(a_class_of_offences_that_is_not_one_is_refused) {
    begin_stage("work/.check.partial");
    change_study("column: groupe", "column: libelle");
    ck_assert_int_eq(mln_study_check(&run, &err), MLN_BAD_INPUT);
    ck_assert_msg(strstr(err.msg, "nfi_approchee has no column 'libelle'") != NULL, "%s", err.msg);
    project.nomenclatures = under("codes");
    OK(mln_dir_make(project.nomenclatures, &err));
    OK(mln_file_write(under("codes/nfi_approchee.csv"),
                      MLN_STR_LIT("code,libelle,debut,fin\n23,a,,2019-12-31\n23,b,2019-12-31,\n"),
                      &err));
    ck_assert_int_eq(mln_study_check(&run, &err), MLN_BAD_INPUT);
    ck_assert_msg(strstr(err.msg, "line 3: code '23': two of its classes hold on the same day") !=
                      NULL,
                  "%s", err.msg);
}
END_TEST

START_TEST(the_study_decides) {
    make_zones(-1);
    change_study("authors: affaire", "authors: linked");
    change_study("close: last", "close: first");
    change_study("priority: [poursuites, composition, alternative,",
                 "priority: [poursuites, alternative, composition,");
    change_study("age_min: 15", "age_min: 16");
    begin_stage("work/.chain.partial");
    OK(mln_stage_chain(&run, &err));
    ck_assert_str_eq(query("SELECT concat_ws('|', procedure_no, rang, issue, date_issue, en_cours) "
                           "FROM base.chaine_victime WHERE procedure_no IN (3, 11, 13, 14, 27) "
                           "ORDER BY procedure_no, rang"),
                     "3|1|alternative|2021-06-01|0\n11|10|poursuites|2022-12-01|0\n"
                     "13|1|alternative|2022-05-01|0\n14|1|poursuites|2022-05-01|0\n"
                     "27|1|non_poursuivable|2021-05-01|0\n");
}
END_TEST

/* 12: the third victim is 14 by Interior, the fourth by Justice alone; nobody knows the sixth, who
 * stays when the study keeps the unknown. */
START_TEST(ages_of_either_ministry) {
    make_zones(1);
    change_study("age_unknown: drop", "age_unknown: keep");
    begin_stage("work/.chain.partial");
    OK(mln_stage_chain(&run, &err));
    ck_assert_str_eq(query("SELECT concat_ws('|', rang, coalesce(age_faits, -1), age_source) "
                           "FROM base.chaine_victime WHERE procedure_no = 12 ORDER BY rang"),
                     "1|40|interieur\n6|-1|inconnu\n");
}
END_TEST

/* 11 and 12 share affaire 120, 4 and 26 affaire 40; 13 has two affaires; 2 has none; six affaires
 * are nobody's. One to one: 27 - 4 - 1 - 1 procedures, 31 - 2 - 2 - 6 affaires. */
START_TEST(the_ledger_meets) {
    make_zones(1);
    begin_stage("work/.chain.partial");
    OK(mln_stage_chain(&run, &err));
    /* Cases: one to one 21, of no key 1, of no reason 6: (21 + 6 - 21 - 1) / 22. */
    ck_assert_double_eq_tol(figure("ecart_residuel_dossier"), 5.0 / 22, 1e-12);
    ck_assert_str_eq(query("SELECT concat_ws('|', cote, etape, n) FROM base.rapprochement "
                           "WHERE compte = 'dossier' ORDER BY cote, etape"),
                     "interieur|aucune_cle|1\ninterieur|disjonction|1\n"
                     "interieur|jonction|4\ninterieur|un_a_un|21\n"
                     "justice|disjonction|2\njustice|jonction|2\n"
                     "justice|sans_motif|6\njustice|un_a_un|21\n");
    /* Of 28 mis en cause of Interior six are matched, all in their case alone, and one is in 2. */
    ck_assert_str_eq(query("SELECT concat_ws('|', etape, n) FROM base.rapprochement "
                           "WHERE compte = 'mis_en_cause' AND cote = 'interieur' ORDER BY etape"),
                     "aucune_cle|1\nseule|21\nun_a_un|6\n");
    /* Each side sums to its rows; one to one is the same on both. */
    ck_assert_str_eq(query("SELECT concat_ws('|', compte, cote, sum(n)) FROM base.rapprochement "
                           "WHERE compte IN ('dossier', 'victime') GROUP BY compte, cote "
                           "ORDER BY compte, cote"),
                     "dossier|interieur|27\ndossier|justice|31\nvictime|interieur|34\n"
                     "victime|justice|2\n");
    ck_assert_str_eq(
        query("SELECT a.compte FROM base.rapprochement AS a JOIN base.rapprochement AS b "
              "USING (compte, etape) WHERE etape = 'un_a_un' "
              "AND compte = 'dossier' AND a.n <> b.n"),
        "");
}
END_TEST

/* The balance of a stage, from one query to the next: initial, came in, came back, left, final. */
static const char *balance(const char *unit, const char *stage) {
    struct mln_buf sql = MLN_BUF_INIT;
    mln_buf_addf(
        &sql,
        "SELECT concat_ws('|', annee, sum(n) FILTER (mouvement = 'stock_initial'), "
        "sum(n) FILTER (mouvement = 'entrees'), sum(n) FILTER (mouvement = 'retours'), "
        "sum(n) FILTER (mouvement = 'sorties'), sum(n) FILTER (mouvement = 'stock_final')) "
        "FROM base.flux WHERE unite = '%s' AND etape = '%s' AND annee > 2020 "
        "GROUP BY annee ORDER BY annee",
        unit, stage);
    const char *found = query(sql.p);
    mln_buf_release(&sql);
    return found;
}

/* All affaires are registered on 2021-02-03; what was recorded or done before counts from there. */
START_TEST(stocks_and_flows) {
    make_zones(1);
    begin_stage("work/.chain.partial");
    OK(mln_stage_chain(&run, &err));
    /* Victims of 2018 and 2020 (25; 20 to 24) wait for the registration; 11 of 2021 come, 8 of 2022
     * (11 counts twice) and 10 of 2023, all at the parquet on the day of their recording. */
    ck_assert_str_eq(balance("victime", "enquete"),
                     "2021|6|11|0|17|0\n2022|0|8|0|8|0\n2023|0|1|0|1|0\n2024|0|0|0|0|0\n");
    /* Left in 2021: all but 22, whose code says nothing. 9 and 10 stay too. */
    ck_assert_str_eq(balance("victime", "orientation"),
                     "2021|0|17|0|16|1\n2022|1|8|0|7|2\n2023|2|1|0|0|3\n2024|3|0|0|0|3\n");
    /* 17 and 18 open in 2021; 17 is sent to trial in 2022, when the second author of 14 comes and
     * makes her come back from judgment; 18 ends in 2023. */
    ck_assert_str_eq(balance("victime", "instruction"),
                     "2021|0|2|0|0|2\n2022|2|0|1|1|2\n2023|2|0|0|1|1\n2024|1|0|0|0|1\n");
    /* 2021: 1, 5 and 24 come and go, 25 comes, leaves for a dismissal and comes back with its
     * second author, 7 comes back from one. 2022: 11 twice, 12, 14 (until its second author goes
     * before the judge) and 17 come and go, 15 comes back. */
    ck_assert_str_eq(balance("victime", "jugement"),
                     "2021|0|4|2|4|2\n2022|2|5|1|6|2\n2023|2|0|0|0|2\n2024|2|0|0|0|2\n");
    /* 1: from the appeal to the acquittal in appeal */
    ck_assert_str_eq(balance("victime", "appel"),
                     "2021|0|1|0|0|1\n2022|1|0|0|1|0\n2023|0|0|0|0|0\n2024|0|0|0|0|0\n");
    /* 24 are linked to the field, 70 82 152 162 are where some of them went on; 60 between is not.
     */
    ck_assert_str_eq(
        query("SELECT CAST(n AS VARCHAR) FROM base.flux WHERE unite = 'affaire' AND annee = 2021 "
              "AND etape = 'orientation' AND mouvement = 'entrees'"),
        "28\n");
    /* What holds of any data: the balance, the carry, who runs by the outcome. */
    ck_assert_str_eq(query("SELECT concat_ws('|', unite, etape, annee) FROM base.flux "
                           "GROUP BY unite, etape, annee HAVING sum(CASE WHEN mouvement IN "
                           "('sorties', 'stock_final') THEN -n ELSE n END) <> 0"),
                     "");
    ck_assert_str_eq(query("SELECT concat_ws('|', a.unite, a.etape, a.annee) FROM base.flux AS a "
                           "JOIN base.flux AS b ON b.unite = a.unite AND b.etape = a.etape "
                           "AND b.annee = a.annee + 1 WHERE a.mouvement = 'stock_final' "
                           "AND b.mouvement = 'stock_initial' AND a.n <> b.n"),
                     "");
    ck_assert_str_eq(
        query("SELECT CASE WHEN sum(n) = (SELECT sum(en_cours) FROM "
              "base.chaine_victime) THEN 'same' ELSE 'not the same' END "
              "FROM base.flux WHERE unite = 'victime' AND annee = 2024 AND mouvement = "
              "'stock_final' AND etape NOT IN ('appel', 'terminee')"),
        "same\n");
}
END_TEST

START_TEST(the_same_persons) {
    make_zones(-1);
    begin_stage("work/.chain.partial");
    OK(mln_stage_chain(&run, &err));
    /* role|person|procedures|year, force of the first|sex|both roles|followed|days. The period of
     * the study ends on 2023-12-31. */
    ck_assert_str_eq(query("SELECT concat_ws('|', role, personne_id, nb_procedures, annee, force, "
                           "sexe, deux_roles, suite, duree_jours) FROM base.personne "
                           "ORDER BY role, personne_id"),
                     "auteur|aa|1|2022|GN|M|0|en_cours|670\nauteur|bb|1|2022|GN|M|0|en_cours|670\n"
                     "auteur|cc|1|2022|GN|M|0|en_cours|670\nauteur|v|1|2023|PN|M|1|en_cours|0\n"
                     "auteur|w|3|2021|PN|M|0|nouvelle|59\nvictime|u|2|2020|PN|F|0|nouvelle|60\n"
                     "victime|v|3|2021|PN|F|1|nouvelle|14\n");
    ck_assert_str_eq(query("SELECT concat_ws('|', role, personne_source, count(*)) "
                           "FROM base.participation GROUP BY role, personne_source ORDER BY 1"),
                     "auteur|inconnue|20\nauteur|interieur|3\nauteur|justice|4\n"
                     "victime|inconnue|22\nvictime|interieur|5\n");
}
END_TEST

START_TEST(a_grammar_is_read_strictly) {
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"version: 1\ngap_days: 0\nsuccession: {debut: [decision]}\n", "36525"},
        {"version: 1\ngap_days: 9\nsuccession: {debut: [jugement]}\n", "decision"},
        {"version: 1\ngap_days: 9\nsuccession: {jugement: [appel]}\n", "jugement"},
        {"version: 1\ngap_days: 9\nsuccession: {appel: [debut]}\n", "follows nothing"},
        {"version: 1\ngap_days: 9\nsuccession: {appel: [appel, appel]}\n", "twice"},
        {"version: 1\ngap_days: 9\nsuccession: {}\n", "needs a succession"},
    };
    struct mln_grammar g;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_int_eq(mln_grammar_parse(&arena, "g.yaml", mln_str_from(bad[i].text), &g, &err),
                         MLN_BAD_INPUT);
        ck_assert_msg(strncmp(err.msg, "g.yaml:", 7) == 0 && strstr(err.msg, bad[i].says) != NULL,
                      "%s", err.msg);
    }
    OK(mln_grammar_parse(&arena, "g.yaml",
                         MLN_STR_LIT("version: 1\ngap_days: 9\nsuccession: {debut: [decision]}\n"),
                         &g, &err));
    ck_assert(g.gap_days == 9 && g.n == 1);
    ck_assert_str_eq(g.list[0].before, "debut");
    ck_assert_str_eq(g.list[0].after, "decision");
}
END_TEST

START_TEST(histories_and_anomalies) {
    make_zones(1);
    begin_stage("work/.chain.partial");
    OK(mln_stage_chain(&run, &err));
    ck_assert_str_eq(
        query("SELECT concat_ws('|', ordre, type, date_max, affaire_no) "
              "FROM base.histoire WHERE procedure_no = 17 ORDER BY ordre"),
        "1|enregistrement|2021-01-31\n2|orientation|2021-02-01|171\n"
        "3|arrivee|2021-02-02|171\n4|transmission_instruction|2021-02-02|171\n"
        "5|enregistrement_parquet|2021-02-03|171\n6|ordonnance_reglement|2022-05-01|171\n"
        "7|decision|2022-09-01|171\n");
    /* 2 is not matched; 50 was joined to 60, of 151 the second author split off into 152. */
    ck_assert_str_eq(query("SELECT concat_ws('|', ordre, type, date_max, affaire_no) "
                           "FROM base.histoire WHERE procedure_no = 2 ORDER BY ordre"),
                     "1|enregistrement|2021-02-01\n");
    ck_assert_str_eq(
        query("SELECT concat_ws('|', affaire_no, ordre, type, date, coalesce(rang_auteur, 0), "
              "coalesce(code, '-'), autre_affaire_no) FROM base.histoire_affaire "
              "WHERE affaire_no IN (50, 151) ORDER BY affaire_no, ordre"),
        "50|1|arrivee|2021-02-02|0|-\n50|2|enregistrement_parquet|2021-02-03|0|-\n"
        "50|3|orientation|2021-03-05|1|11\n50|4|jonction|2021-04-01|0|-|60\n"
        "151|1|arrivee|2021-02-02|0|-\n151|2|enregistrement_parquet|2021-02-03|0|-\n"
        "151|3|disjonction|2022-04-01|0|-|152\n151|4|orientation|2022-05-01|1|57\n");
    ck_assert_str_eq(query("SELECT concat_ws('|', motif, affaire_no, rang_auteur, date) "
                           "FROM base.anomalie WHERE motif <> 'avant_arrivee' "
                           "ORDER BY motif, affaire_no, rang_auteur, date"),
                     /* an orientation of code ZZ, a decision QQ; a decision that nothing precedes;
                      * a re-orientation after the decision */
                     "code_inconnu|221|1|2020-05-01\ncode_inconnu|241|1|2020-06-01\n"
                     "decision_sans_orientation|201|1|2020-12-31\nsuccession|251|2|2018-03-01\n");
}
END_TEST

int main(int argc, char **argv) {
    hand_sources = argc > 1 ? argv[1] : ".";
    Suite *suite = suite_create("chain");
    TCase *tc = tcase_create("chain");
    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, hand_worked_victims);
    tcase_add_test(tc, the_order_of_rows_and_the_threads_change_nothing);
    tcase_add_test(tc, a_missing_key_is_told);
    tcase_add_test(tc, a_study_that_names_an_unknown_code_is_refused);
    tcase_add_test(tc, the_check_of_a_study);
    tcase_add_test(tc, how_the_main_offence_is_qualified);
    tcase_add_test(tc, another_column_another_class);
    tcase_add_test(tc, a_class_of_offences_that_is_not_one_is_refused);
    tcase_add_test(tc, the_study_decides);
    tcase_add_test(tc, ages_of_either_ministry);
    tcase_add_test(tc, the_ledger_meets);
    tcase_add_test(tc, histories_and_anomalies);
    tcase_add_test(tc, stocks_and_flows);
    tcase_add_test(tc, the_same_persons);
    tcase_add_test(tc, a_grammar_is_read_strictly);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
