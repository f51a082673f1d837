/* sql/link-chain/identite.sql on two dozen persons: whose CSNS stands for each, worked out by hand.
 */
#include "engine/engine.h"
#include "run.h"

#define CATALOG "memory"

static struct mln_err err;
static struct mln_buf answer;

#define OK(expr) ck_assert_msg((expr) == MLN_OK, "%s", err.msg)

static enum mln_status collect(void *ctx, const struct mln_batch *batch, struct mln_err *e) {
    (void)ctx;
    for (size_t i = 0; i < batch->n_rows; i++) {
        mln_buf_add_str(&answer, mln_get_str(&batch->columns[0], i));
        mln_buf_addc(&answer, '\n');
    }
    return mln_buf_check(&answer, "an answer", e);
}

static void exec(struct mln_engine *e, const char *sql) {
    OK(e->ops->exec(e, "test", mln_str_from(sql), MLN_NO_PARAMS, NULL, &err));
}

/* idx, procedure, rank, role, born, how many days that may be, sex, commune and country of birth,
 * département, CSNS, its quality. All natural persons. */
static const char persons[] =
    "CREATE TABLE proc_personne AS SELECT idx, parent_idx, rang, role, 'physique' AS nature, "
    "CAST(ne AS DATE) AS date_naissance_min, CAST(ne AS DATE) + jours AS date_naissance_max, sexe, "
    "commune_naissance, pays_naissance, commune_residence, csns, csns_qualite FROM (VALUES "
    /* one civil status: sure; without a token; a doubtful token gives way; lives elsewhere; no sex;
     * born in 1980, some day */
    "(1, 1, 1, 'v', '1980-05-01', 0, 'F', '38185', NULL, '69381', 'a', 'A'),"
    "(2, 2, 1, 'm', '1980-05-01', 0, 'F', '38185', NULL, '69123', NULL, NULL),"
    "(3, 3, 1, 'v', '1980-05-01', 0, 'F', '38185', NULL, '69381', 'z', 'C'),"
    "(4, 4, 1, 'v', '1980-05-01', 0, 'F', '38185', NULL, '75056', NULL, NULL),"
    "(5, 5, 1, 'v', '1980-05-01', 0, NULL, '38185', NULL, '69381', NULL, NULL),"
    "(6, 6, 1, 'v', '1980-05-01', 9, 'F', '38185', NULL, '69381', NULL, NULL),"
    /* Interior's and Justice's (below): both the same C; C and B; B and A; none and two of A; B and
     * B; not told and B; C alone */
    "(11, 11, 1, 'v', NULL, 0, 'F', NULL, NULL, NULL, 'b', 'C'),"
    "(12, 12, 1, 'v', NULL, 0, 'F', NULL, NULL, NULL, 'c', 'C'),"
    "(13, 13, 1, 'v', NULL, 0, 'F', NULL, NULL, NULL, 'e', 'B'),"
    "(14, 14, 1, 'v', NULL, 0, 'F', NULL, NULL, NULL, NULL, NULL),"
    "(15, 15, 1, 'v', NULL, 0, 'F', NULL, NULL, NULL, 'i', 'B'),"
    "(16, 16, 1, 'v', NULL, 0, 'F', NULL, NULL, NULL, 's', NULL),"
    "(17, 17, 1, 'v', NULL, 0, 'F', NULL, NULL, NULL, 'k', 'C'),"
    /* twins in procedure 21, the first known: not the second; in 22, alone: her; in 21 in the other
     * role: her; both in 23: neither */
    "(21, 21, 1, 'v', '2000-01-02', 0, 'F', '38185', NULL, '69381', 'l', 'A'),"
    "(22, 21, 2, 'v', '2000-01-02', 0, 'F', '38185', NULL, '69381', NULL, NULL),"
    "(23, 22, 1, 'v', '2000-01-02', 0, 'F', '38185', NULL, '69381', NULL, NULL),"
    "(24, 21, 3, 'm', '2000-01-02', 0, 'F', '38185', NULL, '69381', NULL, NULL),"
    "(25, 23, 1, 'v', '2000-01-02', 0, 'F', '38185', NULL, '69381', NULL, NULL),"
    "(26, 23, 2, 'v', '2000-01-02', 0, 'F', '38185', NULL, '69381', NULL, NULL),"
    /* two persons of one civil status: the third row is nobody's */
    "(31, 31, 1, 'v', '1990-03-03', 0, 'M', '38185', NULL, '69381', 'm', 'A'),"
    "(32, 32, 1, 'v', '1990-03-03', 0, 'M', '38185', NULL, '69381', 'n', 'A'),"
    "(33, 33, 1, 'v', '1990-03-03', 0, 'M', '38185', NULL, '69381', NULL, NULL),"
    /* abroad: a 1 January is a year, another day is a day; in France, where is not said */
    "(41, 41, 1, 'v', '1975-01-01', 0, 'M', NULL, '99350', '69381', 'o', 'A'),"
    "(42, 42, 1, 'v', '1975-01-01', 0, 'M', NULL, '99350', '69381', NULL, NULL),"
    "(43, 43, 1, 'v', '1975-06-05', 0, 'M', NULL, '99350', '69381', 'p', 'A'),"
    "(44, 44, 1, 'v', '1975-06-05', 0, 'M', NULL, '99350', '69381', NULL, NULL),"
    "(45, 45, 1, 'v', '1975-06-06', 0, 'M', NULL, '99100', '69381', 'r', 'A'),"
    "(46, 46, 1, 'v', '1975-06-06', 0, 'M', NULL, '99100', '69381', NULL, NULL)"
    ") AS t(idx, parent_idx, rang, role, ne, jours, sexe, commune_naissance, pays_naissance, "
    "commune_residence, csns, csns_qualite);"
    "CREATE TABLE affaire_personne AS SELECT idx AS parent_idx, 1 AS rang, csns, csns_qualite, "
    "source "
    "FROM (VALUES (1, 11, 'b', 'C'), (2, 12, 'd', 'B'), (3, 13, 'f', 'A'), (4, 14, 'g', 'A'), "
    "(5, 14, 'h', 'A'), (6, 15, 'j', 'B'), (7, 16, 'u', 'B')) AS t(idx, source, csns, "
    "csns_qualite);"
    "CREATE TABLE lien_numerote AS SELECT parent_idx AS lien_no, source AS procedure_idx, "
    "parent_idx AS affaire_idx FROM affaire_personne;"
    "CREATE TABLE lien_personne AS SELECT lien_no, 1 AS rang_procedure, 1 AS rang_affaire FROM "
    "lien_numerote;"
    "CREATE TABLE commune AS SELECT * FROM (VALUES ('69381', '69'), ('69123', '69'), ('75056', "
    "'75')) "
    "AS t(code, departement)";

START_TEST(who_they_are) {
    const struct mln_engine_options options = {.n_threads = 1, .clear = true};
    struct mln_engine *e = NULL;
    OK(mln_engine_open_duckdb(&options, &e, &err));
    exec(e, persons);
    OK(mln_run_sql(e, "link-chain/identite.sql",
                   MLN_PARAMS(MLN_IDENT("t", CATALOG), MLN_IDENT("id", CATALOG)), NULL, &err));
    OK(e->ops->scan(
        e, "test",
        MLN_STR_LIT("SELECT concat_ws('|', idx, csns, source) FROM identite ORDER BY idx"),
        MLN_NO_PARAMS, collect, NULL, &err));
    mln_buf_addc(&answer, '\0');
    ck_assert_str_eq(answer.p, "1|a|interieur\n2|a|etat_civil\n3|a|etat_civil\n"
                               "11|b|interieur\n12|d|justice\n13|f|justice\n15|i|interieur\n"
                               "16|s|interieur\n17|k|interieur\n"
                               "21|l|interieur\n23|l|etat_civil\n24|l|etat_civil\n"
                               "31|m|interieur\n32|n|interieur\n"
                               "41|o|interieur\n43|p|interieur\n44|p|etat_civil\n45|r|interieur\n");
    mln_buf_release(&answer);
    e->ops->close(e);
}
END_TEST

MLN_TEST_MAIN("identite", who_they_are)
