#include <stdio.h>

#include "base/rng.h"
#include "base/utf8.h"
#include "link/model/clean.h"
#include "run.h"

static struct mln_clean_room room;

static struct mln_str one_step(struct mln_clean_step step, struct mln_str value) {
    return mln_clean(&step, 1, value, &room);
}

static void cleaned_is(struct mln_clean_step step, const char *value, const char *expected) {
    const struct mln_str got = one_step(step, mln_str_from(value));
    if (expected == NULL) {
        ck_assert_msg(got.p == NULL && got.n == 0, "'%s' should be missing", value);
        return;
    }
    ck_assert_msg(mln_str_is(got, expected), "'%s' gives '%.*s', not '%s'", value, MLN_STR_ARG(got),
                  expected);
}

#define STEP(...) ((struct mln_clean_step){.op = MLN_CLEAN_##__VA_ARGS__})

/* ── by hand ── */

START_TEST(each_step_does_what_its_definition_says) {
    cleaned_is(STEP(TRIM), " \t a \xC2\xA0 b\xE3\x80\x80",
               "a b"); /* no-break and ideographic spaces */
    cleaned_is(STEP(TRIM), " \n ", NULL);
    cleaned_is(STEP(UPPER_FOLD), "Éléonore d'Œ", "ELEONORE D'OE");
    cleaned_is(STEP(LETTERS), "O'Brien-Smith (née 2)", "O Brien Smith née 2");
    cleaned_is(STEP(LETTERS), "  --!  ", NULL);
    cleaned_is(STEP(LETTERS), "Νίκος•Иван", "Νίκος Иван"); /* letters of any script */
    cleaned_is(STEP(ALNUM), "O'Brien-Smith 2", "OBrienSmith2");
    cleaned_is(STEP(ALNUM), "½€", NULL);             /* No and Sc are no letters */
    cleaned_is(STEP(DIGITS), "1953-04 ٣", "195304"); /* ASCII digits only */
    cleaned_is(STEP(SORT_WORDS), "b  aa a b", "a aa b b");
    cleaned_is(STEP(PREFIX, .n = 2), "éàb", "éà");
    cleaned_is(STEP(PREFIX, .n = 9), "éàb", "éàb");
    cleaned_is(STEP(SUFFIX, .n = 2), "xéà", "éà");
    cleaned_is(STEP(SUFFIX, .n = 9), "xéà", "xéà");
    cleaned_is(STEP(FIRST_WORD), "  jean paul", "jean");
    cleaned_is(STEP(LAST_WORD), "jean paul  ", "paul");
    cleaned_is(STEP(LAST_WORD), "   ", NULL);
}
END_TEST

START_TEST(particles_go_unless_nothing_would_be_left) {
    cleaned_is(STEP(NO_PARTICLES), "DE LA FONTAINE", "FONTAINE");
    cleaned_is(STEP(NO_PARTICLES), "VON  UND ZU STEIN", "UND STEIN");
    cleaned_is(STEP(NO_PARTICLES), "DE LA", "DE LA");
    cleaned_is(STEP(NO_PARTICLES), "DELAGE", "DELAGE");
    static const struct mln_str saint[] = {{"SAINT", 5}};
    cleaned_is(STEP(NO_PARTICLES, .words = saint, .n_words = 1), "DE SAINT EX", "DE EX");
    for (size_t i = 1; i < mln_particle_count; i++) { /* the search needs byte order */
        ck_assert_int_lt(mln_str_cmp(mln_particles[i - 1], mln_particles[i]), 0);
    }
}
END_TEST

START_TEST(tables_and_lists_take_the_whole_value) {
    static const struct mln_str table[] = {{"BOB", 3}, {"ROBERT", 6}, {"NC", 2}, {"", 0}};
    static const struct mln_str list[] = {{"INCONNU", 7}, {"X", 1}};
    cleaned_is(STEP(TABLE, .words = table, .n_words = 4), "BOB", "ROBERT");
    cleaned_is(STEP(TABLE, .words = table, .n_words = 4), "BOBBY", "BOBBY");
    cleaned_is(STEP(TABLE, .words = table, .n_words = 4), "NC", NULL);
    cleaned_is(STEP(NULL, .words = list, .n_words = 2), "X", NULL);
    cleaned_is(STEP(NULL, .words = list, .n_words = 2), "XX", "XX");
}
END_TEST

START_TEST(steps_run_in_order_and_stop_at_nothing) {
    static const struct mln_str list[] = {{"INCONNU", 7}};
    const struct mln_clean_step steps[] = {
        STEP(UPPER_FOLD), STEP(LETTERS),      STEP(NULL, .words = list, .n_words = 1),
        STEP(SORT_WORDS), STEP(NO_PARTICLES), STEP(PREFIX, .n = 4)};
    ck_assert(mln_str_is(mln_clean(steps, 6, MLN_STR_LIT("d'Été, Zoé"), &room), "ETE "));
    ck_assert_ptr_null(mln_clean(steps, 6, MLN_STR_LIT("*inconnu*"), &room).p);
    ck_assert_ptr_null(mln_clean(steps, 6, (struct mln_str){NULL, 0}, &room).p);
    ck_assert_ptr_null(mln_clean(steps, 0, MLN_STR_LIT(""), &room).p);
    ck_assert(mln_str_is(mln_clean(steps, 0, MLN_STR_LIT(" x"), &room), " x"));
    ck_assert_int_eq(mln_clean_check(&room, NULL), MLN_OK);
}
END_TEST

/* ── published ── */

/* "Soundex System", National Archives and Records Administration
 * (archives.gov/research/census/soundex). */
START_TEST(soundex_gives_the_examples_of_the_national_archives) {
    static const char *const cases[][2] = {
        {"Washington", "W252"}, {"Lee", "L000"},     {"Gutierrez", "G362"}, {"Pfister", "P236"},
        {"Jackson", "J250"},    {"Tymczak", "T522"}, {"VanDeusen", "V532"}, {"Ashcraft", "A261"},
        {"Van Deusen", "V532"}, {"Lée", "L000"},     {"123", NULL},         {"h", "H000"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cleaned_is(STEP(SOUNDEX), cases[i][0], cases[i][1]);
    }
}
END_TEST

/* PHYLAURHEIMSMET is the worked example of F. Brouard's article, which gives it as the number
 * .29241361598 of base 22: the code below. The others are the vectors of Talisman's test of the
 * same algorithm (MIT, test/phonetics/ french/phonex.js), those without accents: there é is Y
 * before Y is I. DUPONT: the readme of the R package phonexfr. */
START_TEST(phonex_gives_the_published_examples) {
    static const char *const cases[][2] = {{"PHYLAURHEIMSMET", "FILOR4SNY"},
                                           {"Martin", "NORTIN"},
                                           {"Bernard", "FYRNOR"},
                                           {"Faure", "FORE"},
                                           {"Perez", "TYRYZ"},
                                           {"Gros", "GROS"},
                                           {"Chapuis", "5OTUIS"},
                                           {"Boyer", "F2YR"},
                                           {"Gauthier", "KOTIYR"},
                                           {"Rey", "RY"},
                                           {"Henry", "H1RI"},
                                           {"Moulin", "N3LIN"},
                                           {"Rousseau", "R3SO"},
                                           {"Dupont", "TUTON"},
                                           {"Dupond", "TUTON"},
                                           {"Schmitt", "5NI"},
                                           {"Levêque", "LEFEKE"},
                                           {"", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cleaned_is(STEP(PHONEX_FR), cases[i][0], cases[i][1]);
    }
}
END_TEST

/* The number that the article makes of the code: digits of base 22 after the point, in its
 * alphabet. */
START_TEST(phonex_as_a_number_is_that_of_the_article) {
    static const char digits[] = "12345EFGHIKLNORSTUWXYZ";
    const struct mln_str code = one_step(STEP(PHONEX_FR), MLN_STR_LIT("PHYLAURHEIMSMET"));
    double number = 0, weight = 1;
    for (size_t i = 0; i < code.n; i++) {
        weight /= 22;
        number += weight * (double)(strchr(digits, code.p[i]) - digits);
    }
    ck_assert_double_eq_tol(number, 0.29241361598, 1e-11);
}
END_TEST

/* ── properties, on random Unicode ── */

enum { ROUNDS = 20000, LONGEST = 24 };

static struct mln_str random_text(struct mln_rng *rng, char *out) {
    static const struct {
        uint32_t first, n;
    } pools[] = {{0, 128},      {'A', 26},      {0xA0, 0x1B0},  {0x300, 0x70}, {0x1E00, 0x100},
                 {0x370, 0x90}, {0x2000, 0x70}, {0x3000, 0x40}, {0xAC00, 64},  {0x1F600, 64}};
    size_t n = 0;
    for (uint32_t left = mln_rng_below(rng, LONGEST); left > 0; left--) {
        const uint32_t pool = mln_rng_below(rng, 10);
        n += mln_utf8_put(pools[pool].first + mln_rng_below(rng, pools[pool].n), out + n);
    }
    return (struct mln_str){out, n};
}

/* {op, n} of the steps that a second time change nothing. */
static const struct mln_clean_step idempotent[] = {
    {.op = MLN_CLEAN_TRIM},           {.op = MLN_CLEAN_UPPER_FOLD},
    {.op = MLN_CLEAN_LETTERS},        {.op = MLN_CLEAN_ALNUM},
    {.op = MLN_CLEAN_DIGITS},         {.op = MLN_CLEAN_NO_PARTICLES},
    {.op = MLN_CLEAN_SORT_WORDS},     {.op = MLN_CLEAN_PREFIX, .n = 3},
    {.op = MLN_CLEAN_SUFFIX, .n = 3}, {.op = MLN_CLEAN_FIRST_WORD},
    {.op = MLN_CLEAN_LAST_WORD}};

START_TEST(a_second_time_changes_nothing) {
    struct mln_rng rng;
    char text[4 * LONGEST], once[8 * LONGEST];
    for (uint64_t round = 0; round < ROUNDS; round++) {
        mln_rng_init(&rng, 4, 1, round);
        const struct mln_str value = random_text(&rng, text);
        for (size_t s = 0; s < sizeof idempotent / sizeof idempotent[0]; s++) {
            const struct mln_str a = one_step(idempotent[s], value);
            ck_assert_uint_eq(mln_utf8_valid_prefix(a), a.n);
            ck_assert(a.n <= value.n && (a.p != NULL || a.n == 0));
            memcpy(once, a.p == NULL ? "" : a.p, a.n);
            const struct mln_str b = one_step(idempotent[s], (struct mln_str){once, a.n});
            ck_assert_msg(mln_str_eq((struct mln_str){once, a.n}, b), "seed 4, round %zu, step %zu",
                          (size_t)round, s);
        }
    }
}
END_TEST

/* Chains of the steps that change letters: words of a model pass through them until nothing
 * changes. Each pass after the first leaves less, so it ends; and that is soon. */
START_TEST(a_chain_of_letter_steps_settles) {
    struct mln_rng rng;
    char text[4 * LONGEST], now[8 * LONGEST];
    for (uint64_t round = 0; round < ROUNDS; round++) {
        mln_rng_init(&rng, 4, 2, round);
        struct mln_str value = random_text(&rng, text);
        struct mln_clean_step chain[4];
        const size_t n = 1 + mln_rng_below(&rng, 4);
        for (size_t s = 0; s < n; s++) {
            chain[s] = idempotent[mln_rng_below(&rng, 5)];
        }
        for (size_t pass = 0;; pass++) {
            const struct mln_str a = mln_clean(chain, n, value, &room);
            const bool same = mln_str_eq(a, value);
            ck_assert_msg(pass == 0 || same || a.n < value.n, "seed 4, round %zu", (size_t)round);
            ck_assert_msg(pass < 4, "seed 4, round %zu", (size_t)round);
            memcpy(now, a.p == NULL ? "" : a.p, a.n);
            value = (struct mln_str){now, a.n};
            if (same) {
                break;
            }
        }
    }
}
END_TEST

START_TEST(keys_are_short_and_of_their_alphabet) {
    struct mln_rng rng;
    char text[4 * LONGEST];
    for (uint64_t round = 0; round < ROUNDS; round++) {
        mln_rng_init(&rng, 4, 3, round);
        const struct mln_str value = random_text(&rng, text);
        const struct mln_str soundex = one_step(STEP(SOUNDEX), value);
        ck_assert(soundex.n == 0 || soundex.n == 4);
        for (size_t i = 0; i < soundex.n; i++) {
            ck_assert(i == 0 ? soundex.p[i] >= 'A' && soundex.p[i] <= 'Z'
                             : soundex.p[i] >= '0' && soundex.p[i] <= '6');
        }
        const struct mln_str phonex = one_step(STEP(PHONEX_FR), value);
        for (size_t i = 0; i < phonex.n; i++) {
            ck_assert_ptr_nonnull(strchr("12345EFGHIKLNORSTUWXYZ", phonex.p[i]));
            ck_assert(i == 0 || phonex.p[i] != phonex.p[i - 1]);
        }
    }
}
END_TEST

MLN_TEST_MAIN("link_clean", each_step_does_what_its_definition_says,
              particles_go_unless_nothing_would_be_left, tables_and_lists_take_the_whole_value,
              steps_run_in_order_and_stop_at_nothing,
              soundex_gives_the_examples_of_the_national_archives,
              phonex_gives_the_published_examples, phonex_as_a_number_is_that_of_the_article,
              a_second_time_changes_nothing, a_chain_of_letter_steps_settles,
              keys_are_short_and_of_their_alphabet)
