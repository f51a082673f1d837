/* Bands of a study's table over a fake engine that tells rows written here: by hand, and with every
 * allocation failing in turn. */
#include <math.h>
#include <string.h>

#include "engine/engine.h"
#include "fault.h"
#include "run.h"
#include "stage/study/bands.h"
#include "stage/study/bands_bounds.h"
#include "stats/interval.h"

enum { ROWS_MAX = 12, COLUMNS_MAX = 7 };
#define NONE INT64_MIN

/* What a query tells: texts, then whole numbers; NONE and NULL are missing. */
struct answer {
    size_t n_rows, n_texts;
    struct {
        const char *text[2];
        int64_t number[3]; /* douteuse, membre_no, n */
        int32_t how;       /* membre */
    } rows[ROWS_MAX];
};

/* Five of PN in a, three in b; six and six of GN; one of PN in a on the link of procedure 5; one of
 * PN in a if procedure 7's victim is of the field; one of PN in a if procedure 6's is of the graver
 * kind, in b if not. */
static const struct answer table_rows = {8,
                                         2,
                                         {{{"a", "GN"}, {NONE, NONE, 6}, 0},
                                          {{"a", "PN"}, {5, NONE, 1}, 0},
                                          {{"a", "PN"}, {NONE, 7, 1}, 1},
                                          {{"a", "PN"}, {NONE, 6, 1}, 2},
                                          {{"a", "PN"}, {NONE, NONE, 5}, 0},
                                          {{"b", "GN"}, {NONE, NONE, 6}, 0},
                                          {{"b", "PN"}, {NONE, 6, 1}, 3},
                                          {{"b", "PN"}, {NONE, NONE, 2}, 0}}};
static const struct answer linked_rows = {6,
                                          1,
                                          {{{"GN", NULL}, {NONE, NONE, 12}, 0},
                                           {{"PN", NULL}, {5, NONE, 1}, 0},
                                           {{"PN", NULL}, {NONE, 7, 1}, 1},
                                           {{"PN", NULL}, {NONE, 6, 1}, 2},
                                           {{"PN", NULL}, {NONE, 6, 1}, 3},
                                           {{"PN", NULL}, {NONE, NONE, 7}, 0}}};
/* The first has no unit: it surely has no affaire. */
static const struct answer unlinked_rows = {
    2, 1, {{{"GN", NULL}, {8, NONE, 2}, 0}, {{"PN", NULL}, {9, NONE, 3}, 0}}};

/* Of the table of forces and outcomes: three of PN, two of an unknown force; one of PN who may be
 * of the field. */
static const struct answer table_unlinked = {3,
                                             2,
                                             {{{"PN", NULL}, {9, NONE, 3}, 0},
                                              {{NULL, NULL}, {8, NONE, 2}, 0},
                                              {{"PN", NULL}, {7, 7, 1}, 1}}};

static double link_prob, member_prob; /* of procedures 5, and 7 and 6 */
static bool conditions;               /* the last statement had a condition of the table's */
static bool rates;                    /* procedures 7 and 9 have them; else 9 has no affaire */

/* The column `membre` stands before the last number. */
static enum mln_status tell(const struct answer *a, mln_sink_fn *sink, void *ctx,
                            struct mln_err *err) {
    static int32_t offsets[2][ROWS_MAX + 1];
    static char bytes[2][64];
    static int64_t numbers[3][ROWS_MAX];
    static int32_t how[ROWS_MAX];
    static const int32_t late[ROWS_MAX];
    static uint8_t valid[3][2], told[2][2];
    struct mln_column columns[COLUMNS_MAX];
    memset(valid, 0, sizeof valid);
    memset(told, 0, sizeof told);
    for (size_t c = 0; c < a->n_texts; c++) {
        for (size_t i = 0; i < a->n_rows; i++) {
            const char *text = a->rows[i].text[c];
            const size_t n = text == NULL ? 0 : strlen(text);
            told[c][i / 8] |= (uint8_t)((text != NULL) << (i % 8));
            memcpy(bytes[c] + offsets[c][i], text == NULL ? "" : text, n);
            offsets[c][i + 1] = offsets[c][i] + (int32_t)n;
        }
        columns[c] = (struct mln_column){"t", MLN_UTF8_TEXT, told[c], offsets[c], bytes[c], 0};
    }
    for (size_t c = 0; c < 3; c++) {
        for (size_t i = 0; i < a->n_rows; i++) {
            numbers[c][i] = a->rows[i].number[c];
            how[i] = a->rows[i].how;
            valid[c][i / 8] |= (uint8_t)((numbers[c][i] != NONE) << (i % 8));
        }
        columns[a->n_texts + (c == 2 ? 4 : c)] =
            (struct mln_column){"n", MLN_INT64, valid[c], numbers[c], NULL, 0};
    }
    columns[a->n_texts + 2] = (struct mln_column){"membre", MLN_INT32, NULL, how, NULL, 0};
    columns[a->n_texts + 3] = (struct mln_column){"retard", MLN_INT32, NULL, late, NULL, 0};
    const struct mln_batch batch = {a->n_rows, a->n_texts + 5, columns};
    return sink(ctx, &batch, err);
}

/* The doubts: link 5, belonging 7 (rate 1), kind 6, missing 9 (rate 2). */
static enum mln_status tell_doubts(mln_sink_fn *sink, void *ctx, struct mln_err *err) {
    static const int32_t kind[] = {0, 1, 2, 3}, rate[] = {0, 1, 0, 2}, offsets[] = {0, 2, 4, 6, 8};
    static const int64_t procedure[] = {5, 7, 6, 9};
    static const uint8_t all_but_last = 7, by_prob = 5, by_rate = 10, none = 0;
    const double prob[] = {link_prob, member_prob, member_prob, 0};
    const struct mln_column columns[] = {
        {"quoi", MLN_INT32, NULL, kind, NULL, 0},
        {"procedure_no", MLN_INT64, NULL, procedure, NULL, 0},
        {"procedure_id", MLN_UTF8_TEXT, NULL, offsets, "p5p7p6p9", 0},
        {"probabilite", MLN_DOUBLE, rates ? &by_prob : &all_but_last, prob, NULL, 0},
        {"taux_no", MLN_INT32, rates ? &by_rate : &none, rate, NULL, 0}};
    const struct mln_batch batch = {4, 5, columns};
    return sink(ctx, &batch, err);
}

static enum mln_status tell_rates(mln_sink_fn *sink, void *ctx, struct mln_err *err) {
    static const int32_t kind[] = {1, 3};
    static const int64_t n[] = {10, 6}, events[] = {7, 2};
    const struct mln_column columns[] = {{"quoi", MLN_INT32, NULL, kind, NULL, 0},
                                         {"n", MLN_INT64, NULL, n, NULL, 0},
                                         {"evenements", MLN_INT64, NULL, events, NULL, 0}};
    const struct mln_batch batch = {rates ? 2 : 0, 3, columns};
    return sink(ctx, &batch, err);
}

static bool holds(struct mln_str text, const char *word) {
    const size_t n = strlen(word);
    for (size_t i = 0; i + n <= text.n; i++) {
        if (memcmp(text.p + i, word, n) == 0) {
            return true;
        }
    }
    return false;
}

static enum mln_status scan(struct mln_engine *e, const char *label, struct mln_str sql,
                            struct mln_params params, mln_sink_fn *sink, void *ctx,
                            struct mln_err *err) {
    (void)e;
    (void)params;
    if (strcmp(label, "study/doutes.sql") == 0) {
        return tell_doubts(sink, ctx, err);
    }
    if (strcmp(label, "study/taux_doute.sql") == 0) {
        return tell_rates(sink, ctx, err);
    }
    const bool linked = holds(sql, "lie = 1");
    conditions = holds(sql, "'en_cours'") && holds(sql, "IN (");
    return tell(strcmp(label, "t") == 0 ? (linked ? &table_rows : &table_unlinked)
                                        : (linked ? &linked_rows : &unlinked_rows),
                sink, ctx, err);
}

static const struct mln_engine_ops ops = {.name = "fake", .scan = scan};
static struct mln_engine engine = {&ops};

static const struct mln_study_variable outcome = {
    .name = "issue", .column = "issue", .label = {"I", "I"}, .missing = {"?", "?"}};
static const struct mln_study_variable *const dimensions[] = {&outcome};
static const struct mln_study_measure ends[] = {
    {.kind = MLN_STUDY_BAND, .name = "bas", .label = {"B", "L"}, .bound = -1},
    {.kind = MLN_STUDY_BAND, .name = "haut", .label = {"H", "U"}, .bound = 1}};
static const struct mln_study_table spec = {.name = "t",
                                            .title = {"T", "T"},
                                            .unit = {"u", "u"},
                                            .from = MLN_FROM_VICTIMS,
                                            .n_dimensions = 1,
                                            .dimensions = dimensions,
                                            .n_measures = 2,
                                            .measures = ends};
static const struct mln_study_link_error options = {.n_draws = 5,
                                                    .seed = 1,
                                                    .level = 0.95,
                                                    .strata = {"force"},
                                                    .n_strata = 1,
                                                    .min_matched = 1,
                                                    .max_weight = 4};

/* Ends of the bands of a, b and TOTAL, in percent. */
static enum mln_status bands_of(double *low, double *high, struct mln_err *err) {
    static const char *codes[] = {"a", "b", "TOTAL"};
    static struct mln_dimension dimension = {"issue", "I", "I", 3, codes, codes, codes, 2};
    static uint64_t counts[3] = {11, 9, 20}, n[2][3];
    struct mln_measure measures[] = {{.kind = MLN_MEASURE_QUANTILE, .values = low, .n = n[0]},
                                     {.kind = MLN_MEASURE_QUANTILE, .values = high, .n = n[1]}};
    struct mln_table t = {.name = "t",
                          .n_dimensions = 1,
                          .dimensions = &dimension,
                          .n_cells = 3,
                          .counts = counts,
                          .n_measures = 2,
                          .measures = measures};
    struct mln_bands *bands = NULL;
    enum mln_status status = mln_bands_new(&engine, "base", &options, 19000, &bands, err);
    if (status == MLN_OK) {
        status = mln_bands_table(bands, &engine, "base", &spec, &t, err);
    }
    mln_bands_free(bands);
    return status;
}

/* Forces PN, GN, NR and outcomes a, b; every line has 2 in a and 3 in b. Without a link: three of
 * PN, and two of whom the force is not recorded: they may be of any. So PN's a is 2 of 10 at the
 * least, 7 of 10 at most, GN's 2 of 7 to 4 of 7, and of all 6 of 20 to 11 of 20. Conditions that
 * need a link do not hold for the unlinked, who may satisfy them. */
static enum mln_status bounds_of(double low[12], double high[12], struct mln_err *err) {
    static const struct mln_study_variable force = {
        .name = "force", .column = "force", .label = {"F", "F"}, .missing = {"?", "?"}};
    static const struct mln_study_variable *const both[] = {&force, &outcome};
    static const struct mln_study_measure worst[] = {
        {.kind = MLN_STUDY_BOUNDS, .name = "min", .share_of = 1, .bound = -1},
        {.kind = MLN_STUDY_BOUNDS, .name = "max", .share_of = 1, .bound = 1}};
    static const char *one[] = {"1"};
    static const struct mln_study_filter is_linked = {"lie", one, 1};
    struct mln_study_table two = spec;
    two.n_dimensions = 2;
    two.dimensions = both;
    two.n_measures = 2;
    two.measures = worst;
    two.n_filters = 1;
    two.filters = &is_linked;
    static const char *forces[] = {"PN", "GN", "NR", "TOTAL"}, *outcomes[] = {"a", "b", "TOTAL"};
    static struct mln_dimension by[] = {{"force", "F", "F", 4, forces, forces, forces, 3},
                                        {"issue", "I", "I", 3, outcomes, outcomes, outcomes, 2}};
    static uint64_t counts[12] = {2, 3, 5, 2, 3, 5, 2, 3, 5, 6, 9, 15}, n[2][12];
    struct mln_measure measures[] = {{.kind = MLN_MEASURE_PROBABILITY, .values = low, .n = n[0]},
                                     {.kind = MLN_MEASURE_PROBABILITY, .values = high, .n = n[1]}};
    struct mln_table t = {.name = "t",
                          .n_dimensions = 2,
                          .dimensions = by,
                          .n_cells = 12,
                          .counts = counts,
                          .n_measures = 2,
                          .measures = measures};
    return mln_bounds_table(&engine, "base", &two, &t, err);
}

START_TEST(bounds_by_hand) {
    struct mln_err err = {0};
    double low[12], high[12];
    ck_assert_msg(bounds_of(low, high, &err) == MLN_OK, "%s", err.msg);
    ck_assert(!conditions);
    static const struct {
        size_t cell;
        double low, high;
    } expected[] = {{0, 20, 70}, {1, 30, 80},  {2, 100, 100}, {3, 200.0 / 7, 400.0 / 7},
                    {9, 30, 55}, {10, 45, 70}, {11, 100, 100}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        ck_assert_double_eq_tol(low[expected[i].cell], expected[i].low, 1e-9);
        ck_assert_double_eq_tol(high[expected[i].cell], expected[i].high, 1e-9);
    }
    size_t nth = 1;
    for (bool failed = true; failed; nth++) {
        const size_t before = fault_live();
        fault_arm(FAULT_MEMORY, nth);
        const enum mln_status status = bounds_of(low, high, &err);
        failed = fault_disarm();
        ck_assert_int_eq(status, failed ? MLN_NO_MEMORY : MLN_OK);
        ck_assert(fault_live() == before);
    }
    ck_assert_uint_gt(nth, 4);
}
END_TEST

static double logit(double p) {
    return log(p / (1 - p));
}

/* Link 5 never stands and its victim misses hers; victim 7 is not of the field; procedure 9 has no
 * affaire. PN weighs 9 / 8, GN 1: p = (5 · 9/8 + 6) / 21, no draw differs. Variance, with only PN
 * of weight above 1, 9/8 · 1/8 = 9/64: 9/64 (5 (1 − p)² + 3 p²) / 21² and the ends are 1.96 errors
 * away on the logit scale. */
START_TEST(a_table_by_hand) {
    struct mln_err err = {0};
    double low[3], high[3];
    link_prob = 0;
    member_prob = 0;
    rates = false;
    ck_assert_msg(bands_of(low, high, &err) == MLN_OK, "%s", err.msg);
    const double p = (5 * 9.0 / 8 + 6) / 21;
    const double error = sqrt(9.0 / 64 * (5 * (1 - p) * (1 - p) + 3 * p * p)) / 21 / (p * (1 - p));
    ck_assert_double_eq_tol(logit(low[0] / 100), logit(p) - 1.959963984540054 * error, 1e-9);
    ck_assert_double_eq_tol(logit(high[0] / 100), logit(p) + 1.959963984540054 * error, 1e-9);
    ck_assert_double_eq_tol(low[1] + high[0], 100, 1e-9); /* b is the rest of a */
    ck_assert_double_eq(low[2], 100);                     /* the whole of itself */
    /* She is of the field, and the link stands: 7 of 10 in a, nobody misses one, nothing is unsure.
     */
    link_prob = 1;
    member_prob = 1;
    ck_assert_msg(bands_of(low, high, &err) == MLN_OK, "%s", err.msg);
    ck_assert_double_eq_tol(low[0], 100 * 14.0 / 22, 1e-9);
    ck_assert_double_eq_tol(high[0], 100 * 14.0 / 22, 1e-9);
}
END_TEST

START_TEST(every_allocation_fails_in_turn) {
    link_prob = 0.5;
    member_prob = 0.5;
    rates = true;
    size_t nth = 1;
    for (bool failed = true; failed; nth++) {
        struct mln_err err = {0};
        double low[3] = {NAN, NAN, NAN}, high[3] = {NAN, NAN, NAN};
        const size_t before = fault_live();
        fault_arm(FAULT_MEMORY, nth);
        const enum mln_status status = bands_of(low, high, &err);
        failed = fault_disarm();
        ck_assert_msg(status == (failed ? MLN_NO_MEMORY : MLN_OK), "allocation %zu: status %d: %s",
                      nth, (int)status, err.msg);
        ck_assert_msg(fault_live() == before, "allocation %zu leaks", nth);
        ck_assert(failed || (low[0] < high[0] && low[0] > 30 && high[0] < 90));
    }
    ck_assert_uint_gt(nth, 20);
}
END_TEST

MLN_TEST_MAIN("bands", a_table_by_hand, bounds_by_hand, every_allocation_fails_in_turn)
