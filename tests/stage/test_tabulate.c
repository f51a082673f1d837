/* Tables from grouped rows: a small one by hand, and random ones against sums and sorts spelled
 * out, whatever the order and the cutting of the rows. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "protect/cell_key.h"
#include "stage/study/tabulate.h"
#include "stats/gray.h"

static struct mln_arena arena;
static struct mln_err err;

static const char *const letters[] = {"a", "b", "c"};
static const struct mln_label letter_labels[] = {{"A", "A"}, {"B", "B"}, {"C", "C"}};
/* z is a second value of category c */
static const struct mln_study_member letter_members[] = {{"a", 0}, {"b", 1}, {"c", 2}, {"z", 2}};
static const int32_t cuts[] = {15, 18, 70};
static const char *const cut_codes[] = {"15-17", "18-69", "70+"};
static const struct mln_study_variable listed = {.name = "lettre",
                                                 .column = "lettre",
                                                 .label = {"Lettre", "Letter"},
                                                 .missing = {"Ailleurs", "Elsewhere"},
                                                 .n_categories = 3,
                                                 .codes = letters,
                                                 .labels = letter_labels,
                                                 .n_members = 4,
                                                 .members = letter_members};
static const struct mln_study_variable observed = {
    .name = "vu", .column = "vu", .label = {"Vu", "Seen"}, .missing = {"?", "?"}};
static const struct mln_study_variable ages = {.name = "age",
                                               .column = "age",
                                               .label = {"Âge", "Age"},
                                               .missing = {"?", "?"},
                                               .n_categories = 3,
                                               .codes = cut_codes,
                                               .labels = letter_labels,
                                               .n_cuts = 3,
                                               .cuts = cuts};
static const struct mln_study_measure measures[] = {
    {.kind = MLN_STUDY_SHARE, .name = "part", .label = {"Part", "Share"}, .share_of = 1},
    {.kind = MLN_STUDY_QUANTILE, .name = "mediane", .label = {"M", "M"}, .per_mille = 500},
    {.kind = MLN_STUDY_MEAN, .name = "moyenne", .label = {"m", "m"}},
    {.kind = MLN_STUDY_KAPLAN, .name = "km", .label = {"K", "K"}, .per_mille = 500},
};

static const char *const end_codes[] = {"a", "b", "en_cours"};
static const struct mln_study_member end_members[] = {{"a", 0}, {"b", 1}, {"en_cours", 2}};
static const struct mln_study_variable ends = {.name = "fin",
                                               .column = "fin",
                                               .label = {"Fin", "End"},
                                               .missing = {"?", "?"},
                                               .n_categories = 3,
                                               .codes = end_codes,
                                               .labels = letter_labels,
                                               .n_members = 3,
                                               .members = end_members};
static const struct mln_study_measure curves[] = {
    {.kind = MLN_STUDY_INCIDENCE, .name = "i20", .label = {"I", "I"}, .share_of = 1, .horizon = 20},
    {.kind = MLN_STUDY_INCIDENCE,
     .name = "i20_bas",
     .label = {"I", "I"},
     .share_of = 1,
     .horizon = 20,
     .bound = -1},
    {.kind = MLN_STUDY_INCIDENCE,
     .name = "i20_haut",
     .label = {"I", "I"},
     .share_of = 1,
     .horizon = 20,
     .bound = 1},
    {.kind = MLN_STUDY_INCIDENCE, .name = "i41", .label = {"I", "I"}, .share_of = 1, .horizon = 41},
    {.kind = MLN_STUDY_RESTRICTED_MEAN, .name = "rm", .label = {"R", "R"}, .horizon = 20},
    {.kind = MLN_STUDY_KAPLAN, .name = "bas", .label = {"K", "K"}, .per_mille = 500, .bound = -1},
    {.kind = MLN_STUDY_KAPLAN, .name = "km", .label = {"K", "K"}, .per_mille = 500},
    {.kind = MLN_STUDY_KAPLAN, .name = "haut", .label = {"K", "K"}, .per_mille = 500, .bound = 1},
};
enum { CURVES = sizeof curves / sizeof *curves };

static struct mln_study_table table_of(const struct mln_study_variable *const *dims) {
    return (struct mln_study_table){.name = "essai",
                                    .title = {"T", "T"},
                                    .unit = {"unités", "units"},
                                    .n_dimensions = 2,
                                    .dimensions = dims,
                                    .n_measures = 4,
                                    .measures = measures};
}

struct fact {
    const char *code[2];  /* NULL: missing */
    int32_t day, running; /* INT32_MIN: missing */
    int64_t n;
};

static void add(struct mln_tab *tab, const struct fact *facts, size_t n) {
    static const struct mln_column_spec specs[] = {{"k0", MLN_UTF8_TEXT},
                                                   {"k1", MLN_UTF8_TEXT},
                                                   {"jours", MLN_INT32},
                                                   {"en_cours", MLN_INT32},
                                                   {"n", MLN_INT64}};
    struct mln_builder *b = mln_builder_new(specs, 5);
    struct mln_batch batch;
    ck_assert_ptr_nonnull(b);
    for (size_t i = 0; i < n; i++) {
        mln_add_str(b, 0, mln_str_from(facts[i].code[0]));
        mln_add_str(b, 1, mln_str_from(facts[i].code[1]));
        for (size_t k = 0; k < 2; k++) {
            const int32_t value = k == 0 ? facts[i].day : facts[i].running;
            if (value == INT32_MIN) {
                mln_add_null(b, 2 + k);
            } else {
                mln_add_i32(b, 2 + k, value);
            }
        }
        mln_add_i64(b, 4, facts[i].n);
    }
    ck_assert_int_eq(mln_builder_view(b, &batch, &err), MLN_OK);
    ck_assert_msg(mln_tab_add(tab, &batch, &err) == MLN_OK, "%s", err.msg);
    mln_builder_free(b);
}

static struct mln_table tabulate(const struct mln_study_table *spec, const struct fact *facts,
                                 size_t n, size_t step, const struct mln_codes *label) {
    struct mln_tab tab;
    struct mln_table out;
    const struct mln_codes *labels[] = {label, NULL};
    ck_assert_int_eq(mln_tab_init(&tab, &arena, spec, &err), MLN_OK);
    for (size_t from = 0; from < n; from += step) {
        add(&tab, facts + from, n - from < step ? n - from : step);
    }
    ck_assert_msg(mln_tab_finish(&tab, labels, 19000, &out, &err) == MLN_OK, "%s", err.msg);
    mln_tab_release(&tab);
    return out;
}

static void set_up(void) {
    arena = MLN_ARENA_INIT;
    err = (struct mln_err){0};
}
static void tear_down(void) {
    mln_arena_release(&arena);
}

#define NONE INT32_MIN

/* Four victims of three procedures, one of them with two: the key of a cell is the sum of its
 * records' keys, TOTALs included, whatever the order and cutting. */
START_TEST(keyed_rows_give_cell_keys) {
    static const struct mln_column_spec specs[] = {
        {"k0", MLN_UTF8_TEXT},   {"k1", MLN_UTF8_TEXT}, {"jours", MLN_INT32},
        {"en_cours", MLN_INT32}, {"n", MLN_INT64},      {"procedure_id", MLN_UTF8_TEXT},
        {"rang", MLN_INT32}};
    static const struct {
        const char *code[2];
        const char *id;
        int32_t rank;
    } victims[] = {
        {{"a", "x"}, "p1", 1}, {{"a", "x"}, "p1", 2}, {{"a", "y"}, "p2", 1}, {{"b", "x"}, "p3", 1}};
    static const struct mln_study_variable *const dims[] = {&listed, &observed};
    const struct mln_study_table spec = table_of(dims);
    uint64_t key[4];
    for (size_t i = 0; i < 4; i++) {
        key[i] = mln_record_key(mln_str_from(victims[i].id), (uint64_t)victims[i].rank);
        for (size_t k = 0; k < i; k++) {
            ck_assert(key[i] != key[k]);
        }
    }
    for (size_t turn = 0; turn < 4; turn++) {
        struct mln_tab tab;
        struct mln_table out;
        const struct mln_codes *labels[] = {NULL, NULL};
        ck_assert_int_eq(mln_tab_init(&tab, &arena, &spec, &err), MLN_OK);
        tab.keyed = true;
        for (size_t i = 0; i < 4; i++) {
            const size_t v = (i + turn) % 4;
            struct mln_builder *b = mln_builder_new(specs, 7);
            struct mln_batch batch;
            ck_assert_ptr_nonnull(b);
            mln_add_str(b, 0, mln_str_from(victims[v].code[0]));
            mln_add_str(b, 1, mln_str_from(victims[v].code[1]));
            mln_add_null(b, 2);
            mln_add_null(b, 3);
            mln_add_i64(b, 4, 1);
            mln_add_str(b, 5, mln_str_from(victims[v].id));
            mln_add_i32(b, 6, victims[v].rank);
            ck_assert_int_eq(mln_builder_view(b, &batch, &err), MLN_OK);
            ck_assert_msg(mln_tab_add(&tab, &batch, &err) == MLN_OK, "%s", err.msg);
            mln_builder_free(b);
        }
        ck_assert_int_eq(mln_tab_finish(&tab, labels, 19000, &out, &err), MLN_OK);
        mln_tab_release(&tab);
        /* rows a b c TOTAL, columns x y TOTAL */
        ck_assert_uint_eq(out.n_cells, 12);
        ck_assert_uint_eq(out.cell_keys[0], key[0] + key[1]);
        ck_assert_uint_eq(out.cell_keys[2], key[0] + key[1] + key[2]);
        ck_assert_uint_eq(out.cell_keys[3], key[3]);
        ck_assert_uint_eq(out.cell_keys[6], 0);
        ck_assert_uint_eq(out.cell_keys[9], key[0] + key[1] + key[3]);
        ck_assert_uint_eq(out.cell_keys[11], key[0] + key[1] + key[2] + key[3]);
    }
}
END_TEST

/* vu: y (twice, as rows), x; lettre: a, b, z (in c), an unlisted w, a missing one.
 *                a    b    c   NR  TOTAL
 *          x     0    4    8    1   13
 *          y     5    0    0    2    7
 *      TOTAL     5    4    8    3   20                                                       */
START_TEST(by_hand) {
    static const struct mln_study_variable *const dims[] = {&observed, &listed};
    const struct mln_study_table spec = table_of(dims);
    static const struct fact facts[] = {{{"y", "a"}, 10, 0, 3},     {{"y", "a"}, 20, 1, 1},
                                        {{"y", "w"}, NONE, 0, 2},   {{"x", "b"}, 30, 0, 4},
                                        {{"y", "a"}, 5, 0, 1},      {{"x", NULL}, 40, NONE, 1},
                                        {{"x", "z"}, NONE, NONE, 8}};
    static const char *const columns[] = {"code", "libelle"};
    struct mln_codes codes;
    ck_assert_int_eq(mln_codes_read(&arena, "vus",
                                    MLN_STR_LIT("code,libelle\nx,\"Le \"\"x\"\"\"\n"), columns, 2,
                                    &codes, &err),
                     MLN_OK);
    const struct mln_table t = tabulate(&spec, facts, 7, 7, &codes);
    static const uint64_t counts[] = {0, 4, 8, 1, 13, 5, 0, 0, 2, 7, 5, 4, 8, 3, 20};
    ck_assert_uint_eq(t.n_cells, 15);
    for (size_t i = 0; i < 15; i++) {
        ck_assert_uint_eq(t.counts[i], counts[i]);
    }
    ck_assert_str_eq(t.dimensions[0].codes[0], "x");
    ck_assert_str_eq(t.dimensions[0].labels_fr[0], "Le \"x\"");
    ck_assert_str_eq(t.dimensions[0].labels_fr[1], "y"); /* not in the nomenclature */
    ck_assert_str_eq(t.dimensions[1].codes[3], "NR");
    ck_assert_str_eq(t.dimensions[1].labels_fr[3], "Ailleurs");
    ck_assert_str_eq(t.dimensions[1].labels_fr[4], "Ensemble");
    ck_assert_int_eq(t.dimensions[1].total, 4);
    /* y × a: ended 5 once, 10 three times; one runs at 20. Median 10, mean 35/4, n 4. */
    ck_assert_uint_eq(t.measures[1].n[5], 4);
    ck_assert_double_eq(t.measures[1].values[5], 10);
    ck_assert_double_eq(t.measures[2].values[5], 8.75);
    ck_assert_double_eq(t.measures[3].values[5], 10);
    /* No duration: y × NR (no day) and x × NR (running or not is not known). */
    ck_assert(isnan(t.measures[1].values[8]));
    ck_assert_uint_eq(t.measures[1].n[3], 0);
    /* All: 5, 10 ×3, 20 running, 30 ×4. Median of the 8 ended: (10 + 30) / 2. Kaplan-Meier: running
     * 8/9, 5/9, then 0 of 4 at 30: 30. */
    ck_assert_double_eq(t.measures[1].values[14], 20);
    ck_assert_double_eq(t.measures[3].values[14], 30);
}
END_TEST

/* Wilson's interval of 8 of 10 is 49.02 to 94.33 % (Brown, Cai & DasGupta, Statist. Sci. 16, 2001);
 * nobody has none. */
START_TEST(the_interval_of_a_rate) {
    static const struct mln_study_variable *const dims[] = {&observed, &listed};
    static const struct mln_study_measure rates[] = {
        {.kind = MLN_STUDY_RATE, .name = "bas", .label = {"B", "L"}, .share_of = 1, .bound = -1},
        {.kind = MLN_STUDY_RATE, .name = "haut", .label = {"H", "U"}, .share_of = 1, .bound = 1},
        {.kind = MLN_STUDY_DIFFERENCE, .name = "ecart", .label = {"E", "D"}, .share_of = 1}};
    struct mln_study_table spec = table_of(dims);
    spec.measures = rates;
    spec.n_measures = 3;
    static const struct fact facts[] = {{{"x", "a"}, NONE, NONE, 8}, {{"x", "b"}, NONE, NONE, 2}};
    const struct mln_table t = tabulate(&spec, facts, 2, 1, NULL);
    ck_assert_double_eq_tol(t.measures[0].values[0], 49.016247, 1e-6);
    ck_assert_double_eq_tol(t.measures[1].values[0], 94.331785, 1e-6);
    ck_assert_uint_eq(t.measures[0].n[0], 10);
    ck_assert_double_eq_tol(t.measures[0].values[1], 100 - 94.331785, 1e-6); /* 2 of 10 */
    /* 0 of 10: z² / (10 + z²) */
    ck_assert_double_eq_tol(t.measures[1].values[2], 27.7533, 1e-3);
    ck_assert_double_eq(t.measures[0].values[2], 0);
    ck_assert_int_eq(t.measures[2].kind, MLN_MEASURE_STD_DIFF);
    ck_assert_ptr_null(t.measures[2].values);
}
END_TEST

START_TEST(ages_fall_in_intervals) {
    static const struct mln_study_variable *const dims[] = {&ages, &listed};
    const struct mln_study_table spec = table_of(dims);
    static const struct fact facts[] = {
        {{"14", "a"}, NONE, NONE, 1},   {{"15", "a"}, NONE, NONE, 2},
        {{"17", "a"}, NONE, NONE, 4},   {{"18", "a"}, NONE, NONE, 8},
        {{"69", "a"}, NONE, NONE, 16},  {{"70", "a"}, NONE, NONE, 32},
        {{"123", "a"}, NONE, NONE, 64}, {{"x", "a"}, NONE, NONE, 128},
        {{"-1", "a"}, NONE, NONE, 256}};
    const struct mln_table t = tabulate(&spec, facts, 9, 2, NULL);
    static const uint64_t rows[] = {6, 24, 96, 385, 511}; /* 15-17, 18-69, 70+, NR, TOTAL */
    ck_assert_uint_eq(t.dimensions[0].n, 5);
    ck_assert_uint_eq(t.dimensions[1].n, 4); /* a b c TOTAL: nothing is NR */
    for (size_t i = 0; i < 5; i++) {
        ck_assert_uint_eq(t.counts[4 * i], rows[i]);
    }
}
END_TEST

START_TEST(an_empty_source_makes_an_empty_table) {
    static const struct mln_study_variable *const dims[] = {&observed, &listed};
    const struct mln_study_table spec = table_of(dims);
    const struct mln_table t = tabulate(&spec, NULL, 0, 1, NULL);
    ck_assert_uint_eq(t.n_cells, 8); /* (NR TOTAL) × (a b c TOTAL) */
    ck_assert_uint_eq(t.counts[7], 0);
    ck_assert(isnan(t.measures[1].values[7]));
}
END_TEST

/* ── oracle ── */

enum { FACTS = 400, SEEN = 5 };
static const char *const seen[SEEN] = {"p", "q", "r", "s", "t"};

static int by_day(const void *a, const void *b) {
    return *(const int32_t *)a - *(const int32_t *)b;
}

/* Count, number of ended durations and their median in a cell, from the facts themselves. */
static void spell_out(const struct fact *facts, const char *vu, const char *lettre, uint64_t *count,
                      size_t *n_ended, double *median) {
    static int32_t days[FACTS * 4];
    *count = 0;
    *n_ended = 0;
    for (size_t i = 0; i < FACTS; i++) {
        const struct fact *f = &facts[i];
        if ((vu != NULL && strcmp(vu, f->code[0]) != 0) ||
            (lettre != NULL && strcmp(lettre, f->code[1]) != 0)) {
            continue;
        }
        *count += (uint64_t)f->n;
        for (int64_t k = 0; k < f->n && f->running == 0; k++) {
            days[(*n_ended)++] = f->day;
        }
    }
    qsort(days, *n_ended, sizeof *days, by_day);
    *median = *n_ended == 0       ? NAN
              : *n_ended % 2 == 1 ? (double)days[*n_ended / 2]
                                  : (days[*n_ended / 2 - 1] + days[*n_ended / 2]) / 2.0;
}

static bool same(double a, double b) {
    return (isnan(a) && isnan(b)) || a == b;
}

static uint32_t next(uint32_t n) { /* a plain LCG: any numbers do */
    static uint32_t state = 77;
    state = state * 1664525U + 1013904223U;
    return (state >> 12U) % n;
}

START_TEST(random_facts_against_sums_and_sorts) {
    static const struct mln_study_variable *const dims[] = {&observed, &listed};
    const struct mln_study_table spec = table_of(dims);
    struct fact facts[FACTS], shuffled[FACTS];
    for (size_t i = 0; i < FACTS; i++) {
        struct fact *f = &facts[i];
        f->code[0] = seen[next(SEEN)];
        f->code[1] = letters[next(2)];
        f->day = (int32_t)next(90);
        f->running = (int32_t)next(2);
        f->n = 1 + (int64_t)next(3);
        shuffled[i] = facts[i];
    }
    for (uint32_t i = FACTS - 1; i > 0; i--) {
        const uint32_t j = next(i + 1);
        const struct fact held = shuffled[i];
        shuffled[i] = shuffled[j];
        shuffled[j] = held;
    }
    const struct mln_table t = tabulate(&spec, facts, FACTS, FACTS, NULL);
    const struct mln_table u = tabulate(&spec, shuffled, FACTS, 7, NULL);
    ck_assert_uint_eq(t.n_cells, (SEEN + 1) * 4);
    ck_assert_uint_eq(u.n_cells, t.n_cells);
    for (size_t cell = 0; cell < t.n_cells; cell++) {
        uint64_t count = 0;
        size_t n_ended = 0;
        double median = NAN;
        spell_out(facts, cell / 4 == SEEN ? NULL : seen[cell / 4],
                  cell % 4 == 3 ? NULL : letters[cell % 4], &count, &n_ended, &median);
        ck_assert_uint_eq(t.counts[cell], count);
        ck_assert_uint_eq(t.measures[1].n[cell], n_ended);
        ck_assert(same(t.measures[1].values[cell], median));
        ck_assert_uint_eq(u.counts[cell], count);
        for (size_t k = 1; k < 4; k++) { /* to the bit */
            ck_assert(same(t.measures[k].values[cell], u.measures[k].values[cell]));
        }
    }
}
END_TEST

static struct mln_study_table curves_of(const struct mln_study_variable *const *dims) {
    struct mln_study_table spec = table_of(dims);
    spec.n_measures = CURVES;
    spec.measures = curves;
    return spec;
}

/* Ten units of x: by day 5 two ended by a; at 10 one ended by b, two censored; at 20 one by a, one
 * by b; at 40 three run still. at risk   10   8   5 running  8/10  ×7/8 = 7/10  ×3/5 = 21/50 a 2/10
 * + 7/10 × 1/5 = 34/100 b              8/10 × 1/8 = 1/10  + 7/10 × 1/5 = 24/100 Known at day 20:
 * all but the two censored at 10. At 41 nothing is known: three run past it. Restricted mean to 20:
 * 5 × 1 + 5 × 0.8 + 10 × 0.7 = 16. Median: S first ≤ 1/2 at 20. */
START_TEST(incidences_by_hand) {
    static const struct mln_study_variable *const dims[] = {&observed, &ends};
    const struct mln_study_table spec = curves_of(dims);
    static const struct fact facts[] = {
        {{"x", "a"}, 5, 0, 2},        {{"x", "b"}, 10, 0, 1}, {{"x", "en_cours"}, 10, 1, 2},
        {{"x", "a"}, 20, 0, 1},       {{"x", "b"}, 20, 0, 1}, {{"x", "en_cours"}, 40, 1, 3},
        {{"y", "en_cours"}, 3, 1, 4}, {{"z", "a"}, 1, 0, 2}};
    const struct mln_table t = tabulate(&spec, facts, 8, 3, NULL);
    ck_assert_uint_eq(t.n_cells, 16); /* (x y z TOTAL) × (a b en_cours TOTAL) */
    ck_assert_int_eq(t.measures[0].kind, MLN_MEASURE_PROBABILITY);
    static const double at_20[] = {34, 24, 42, 58};
    for (size_t c = 0; c < 4; c++) {
        ck_assert_double_eq_tol(t.measures[0].values[c], at_20[c], 1e-12);
        ck_assert_uint_eq(t.measures[0].n[c], 8);
        ck_assert(t.measures[1].values[c] < at_20[c] && at_20[c] < t.measures[2].values[c]);
        ck_assert(isnan(t.measures[3].values[c]));
    }
    /* TOTAL and en_cours are one curve, seen from both sides. */
    ck_assert_double_eq_tol(t.measures[1].values[3], 100 - t.measures[2].values[2], 1e-12);
    ck_assert_double_eq_tol(t.measures[4].values[3], 16, 1e-12);
    ck_assert_double_eq(t.measures[6].values[3], 20);
    ck_assert(t.measures[5].values[3] <= 20);
    ck_assert(isnan(t.measures[7].values[3])); /* the upper end of S never falls to 1/2 */
    /* y: all censored before the horizon. z: all ended: known whatever the horizon. */
    ck_assert(isnan(t.measures[0].values[4]) && t.measures[0].n[4] == 0);
    ck_assert_double_eq(t.measures[3].values[8], 100);
    ck_assert_double_eq(t.measures[3].values[9], 0);
    ck_assert_double_eq(t.measures[3].values[11], 100);
}
END_TEST

/* Incidence of a category at the horizon by days: every day, who is at risk is counted anew. */
static double spell_incidence(const struct fact *facts, const char *vu, const char *end) {
    double running = 1, incidence = 0;
    for (int32_t day = 0; day <= 20; day++) {
        double at_risk = 0, ended = 0, by_end = 0;
        for (size_t i = 0; i < FACTS; i++) {
            const struct fact *f = &facts[i];
            if ((vu != NULL && strcmp(vu, f->code[0]) != 0) || f->day < day) {
                continue;
            }
            at_risk += (double)f->n;
            ended += f->day == day && f->running == 0 ? (double)f->n : 0;
            by_end +=
                f->day == day && f->running == 0 && strcmp(end, f->code[1]) == 0 ? (double)f->n : 0;
        }
        incidence += at_risk > 0 ? running * by_end / at_risk : 0;
        running *= at_risk > 0 ? 1 - ended / at_risk : 1;
    }
    return 100 * (strcmp(end, "en_cours") == 0 ? running : incidence);
}

START_TEST(random_incidences_day_by_day) {
    static const struct mln_study_variable *const dims[] = {&observed, &ends};
    const struct mln_study_table spec = curves_of(dims);
    struct fact facts[FACTS], backwards[FACTS];
    for (size_t i = 0; i < FACTS; i++) {
        struct fact *f = &facts[i];
        f->code[0] = seen[next(SEEN)];
        f->day = (int32_t)next(60);
        f->running = next(3) == 0;
        f->code[1] = f->running ? "en_cours" : letters[next(2)];
        f->n = 1 + (int64_t)next(3);
        backwards[FACTS - 1 - i] = facts[i];
    }
    const struct mln_table t = tabulate(&spec, facts, FACTS, FACTS, NULL);
    const struct mln_table u = tabulate(&spec, backwards, FACTS, 7, NULL);
    for (size_t cell = 0; cell < t.n_cells; cell++) {
        if (cell % 4 < 3) {
            const double want = spell_incidence(facts, cell / 4 == SEEN ? NULL : seen[cell / 4],
                                                end_codes[cell % 4]);
            ck_assert_double_eq_tol(t.measures[0].values[cell], want, 1e-9);
        }
        for (size_t k = 0; k < CURVES; k++) { /* to the bit */
            ck_assert(same(t.measures[k].values[cell], u.measures[k].values[cell]));
            ck_assert_uint_eq(t.measures[k].n[cell], u.measures[k].n[cell]);
        }
    }
}
END_TEST

/* Three groups, one of a single unit ("solo") and units of no known group, against the kernel fed
 * with the units of the three, one by one: tests are in the TOTAL of the groups, one an end, and
 * nowhere else; with one group left there is none. */
START_TEST(grays_test_between_groups) {
    static const struct mln_study_measure parts[] = {{.kind = MLN_STUDY_GRAY,
                                                      .name = "chi2",
                                                      .label = {"X", "X"},
                                                      .share_of = 1,
                                                      .part = MLN_MEASURE_CHI2},
                                                     {.kind = MLN_STUDY_GRAY,
                                                      .name = "ddl",
                                                      .label = {"D", "D"},
                                                      .share_of = 1,
                                                      .part = MLN_MEASURE_DEGREES},
                                                     {.kind = MLN_STUDY_GRAY,
                                                      .name = "p",
                                                      .label = {"P", "P"},
                                                      .share_of = 1,
                                                      .part = MLN_MEASURE_P_VALUE}};
    static const char *const groups[] = {"g1", "g2", "g3", "solo", NULL};
    static const struct mln_study_variable *const dims[] = {&observed, &ends};
    enum { N = 120, LAST = 4 };
    struct mln_study_table spec = table_of(dims);
    spec.measures = parts;
    spec.n_measures = 3;
    struct fact facts[N];
    double exit[2 * N];
    uint32_t end[2 * N], group[2 * N];
    size_t n = 0;
    struct mln_rng rng;
    mln_rng_init(&rng, 20240630, 1, 0);
    for (size_t i = 0; i < N; i++) {
        const size_t g = i == 0 ? 3 : mln_rng_below(&rng, 4) == 3 ? LAST : i % 3;
        const uint32_t cause = mln_rng_below(&rng, 3);
        const int32_t day = (int32_t)mln_rng_below(&rng, 30) + (g == 1 ? 5 : 0);
        const int64_t units = g == 3 ? 1 : 1 + (int64_t)mln_rng_below(&rng, 2);
        facts[i] = (struct fact){
            {groups[g], cause == 0 ? "en_cours" : end_codes[cause - 1]}, day, cause == 0, units};
        for (int64_t k = 0; g < 3 && k < units; k++) {
            exit[n] = day;
            end[n] = cause;
            group[n++] = (uint32_t)g;
        }
    }
    const struct mln_spells spells = {n, exit, end, NULL, group, NULL};
    struct mln_risk_sets sets;
    ck_assert_int_eq(mln_risk_build(&spells, 3, 2, &sets, &err), MLN_OK);
    const struct mln_compared compared = {sets.groups, 3, 1, 0};
    const struct mln_table t = tabulate(&spec, facts, N, 17, NULL);
    const size_t total = (t.dimensions[0].n - 1) * t.dimensions[1].n;
    for (size_t cause = 1; cause <= 2; cause++) {
        struct mln_test test;
        ck_assert_int_eq(mln_gray(&compared, cause, NULL, NULL, &test, &err), MLN_OK);
        ck_assert_double_eq_tol(t.measures[0].values[total + cause - 1], test.chi2, 1e-9);
        ck_assert_double_eq(t.measures[1].values[total + cause - 1], 2);
        ck_assert_double_eq_tol(t.measures[2].values[total + cause - 1], test.p_value, 1e-9);
        ck_assert_uint_eq(t.measures[0].n[total + cause - 1], n);
    }
    mln_risk_release(&sets);
    for (size_t c = 0; c < t.n_cells; c++) {
        ck_assert(c == total || c == total + 1 || isnan(t.measures[2].values[c]));
    }
    const struct mln_table one = tabulate(&spec, facts, 1, 1, NULL);
    for (size_t c = 0; c < one.n_cells; c++) {
        ck_assert(isnan(one.measures[0].values[c]));
    }
}
END_TEST

/* Without a total, categories stand alone: a 3, c 4, elsewhere 2, in both lines and their sum. */
START_TEST(a_variable_without_a_total) {
    static const struct fact facts[] = {
        {{"x", "a"}, NONE, NONE, 3}, {{"y", "z"}, NONE, NONE, 4}, {{"y", NULL}, NONE, NONE, 2}};
    struct mln_study_variable alone = listed;
    alone.no_total = true;
    const struct mln_study_variable *const dims[] = {&observed, &alone};
    struct mln_study_table spec = table_of(dims);
    spec.n_measures = 0;
    const struct mln_table t = tabulate(&spec, facts, 3, 2, NULL);
    ck_assert_int_eq(t.dimensions[1].total, -1);
    ck_assert_uint_eq(t.dimensions[1].n, 4);
    static const uint64_t counts[] = {3, 0, 0, 0, 0, 0, 4, 2, 3, 0, 4, 2};
    ck_assert_uint_eq(t.n_cells, 12);
    ck_assert_mem_eq(t.counts, counts, sizeof counts);
    ck_assert_uint_eq(mln_tab_category(&alone, &t.dimensions[1], MLN_STR_LIT("z")), 2);
    ck_assert_uint_eq(mln_tab_category(&alone, &t.dimensions[1], MLN_STR_LIT("q")), 3);
}
END_TEST

START_TEST(too_many_categories_are_refused) {
    static const struct mln_study_variable *const dims[] = {&observed, &listed};
    const struct mln_study_table spec = table_of(dims);
    struct mln_tab tab;
    static const struct mln_column_spec specs[] = {{"k0", MLN_UTF8_TEXT},
                                                   {"k1", MLN_UTF8_TEXT},
                                                   {"jours", MLN_INT32},
                                                   {"en_cours", MLN_INT32},
                                                   {"n", MLN_INT64}};
    struct mln_builder *b = mln_builder_new(specs, 5);
    struct mln_batch batch;
    ck_assert_ptr_nonnull(b);
    for (int i = 0; i < 5000; i++) {
        char code[16];
        snprintf(code, sizeof code, "%d", i);
        mln_add_str(b, 0, mln_str_from(code));
        mln_add_str(b, 1, MLN_STR_LIT("a"));
        mln_add_null(b, 2);
        mln_add_null(b, 3);
        mln_add_i64(b, 4, 1);
    }
    ck_assert_int_eq(mln_builder_view(b, &batch, &err), MLN_OK);
    ck_assert_int_eq(mln_tab_init(&tab, &arena, &spec, &err), MLN_OK);
    ck_assert_int_eq(mln_tab_add(&tab, &batch, &err), MLN_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(err.msg, "coarser"));
    mln_tab_release(&tab);
    mln_builder_free(b);
}
END_TEST

START_TEST(nomenclatures_are_read_strictly) {
    static const char *const columns[] = {"libelle", "code"};
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"code,autre\na,b\n", "no column 'libelle'"},
        {"code,libelle\na\n", "line 2: another number of cells"},
        {"code,libelle\na,b,c\n", "line 2: another number of cells"},
        {"code,libelle\n,b\n", "line 2: the code is empty"},
        {"code,libelle\na,\"b\n", "line 2: a quote is not closed"},
        {"code,libelle\na,\"b\"c\n", "line 2: text after a closing quote"},
        {"", "no column"},
    };
    struct mln_codes codes;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_int_eq(
            mln_codes_read(&arena, "n", mln_str_from(bad[i].text), columns, 2, &codes, &err),
            MLN_BAD_INPUT);
        ck_assert_msg(strstr(err.msg, bad[i].says) != NULL, "%s", err.msg);
    }
    static const char good[] = "\xEF\xBB\xBF"
                               "code,x,libelle\r\n a ,1, \"q\"\r\n\nb,2,\"l,\"\"m\"\"\"\r\nc,3,";
    ck_assert_int_eq(mln_codes_read(&arena, "n", mln_str_from("code,libelle\ra,b\rc,d\re,f"),
                                    columns, 2, &codes, &err),
                     MLN_OK);
    ck_assert_uint_eq(codes.n_rows, 3);
    ck_assert_msg(mln_codes_read(&arena, "n", mln_str_from(good), columns, 2, &codes, &err) ==
                      MLN_OK,
                  "%s", err.msg);
    ck_assert_uint_eq(codes.n_rows, 3);
    ck_assert(mln_str_is(mln_codes_cell(&codes, 0, 1), "a"));
    ck_assert(mln_str_is(mln_codes_cell(&codes, 1, 0), "l,\"m\""));
    ck_assert(mln_str_is(mln_codes_cell(&codes, 2, 0), ""));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tabulate");
    TCase *tc = tcase_create("tabulate");
    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, keyed_rows_give_cell_keys);
    tcase_add_test(tc, by_hand);
    tcase_add_test(tc, the_interval_of_a_rate);
    tcase_add_test(tc, ages_fall_in_intervals);
    tcase_add_test(tc, an_empty_source_makes_an_empty_table);
    tcase_add_test(tc, random_facts_against_sums_and_sorts);
    tcase_add_test(tc, incidences_by_hand);
    tcase_add_test(tc, random_incidences_day_by_day);
    tcase_add_test(tc, grays_test_between_groups);
    tcase_add_test(tc, a_variable_without_a_total);
    tcase_add_test(tc, too_many_categories_are_refused);
    tcase_add_test(tc, nomenclatures_are_read_strictly);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
