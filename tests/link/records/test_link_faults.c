/* Every allocation of models and records, failed in turn: a status and a message, nothing leaked.
 */
#include "build.h"
#include "fault.h"
#include "link/model/clean.h"
#include "link/records/frequency.h"
#include "run.h"

/* Check's own assertions allocate, so they are called only where one has failed. */
#define MUST(holds)               \
    do {                          \
        if (!(holds)) {           \
            (void)fault_disarm(); \
            ck_abort_msg(#holds); \
        }                         \
    } while (0)

static const char text[] = "version: 1\nid: i\n"
                           "fields:\n"
                           "  a: {columns: [x, y], clean: [upper_fold, letters, {missing: [nc]}, "
                           "{table: {b: c}}, sort_words]}\n"
                           "  c: {columns: x, clean: [alnum, {table: {file: f.csv, from: x, to: y}}]}\n"
                           "  d: {type: date}\n"
                           "  l: {type: list}\n"
                           "  n: {type: number}\n"
                           "  y: {from: d, date_part: year}\n"
                           "  p: {from: a, make: phonex_fr}\n"
                           "  w: {from: a, type: list}\n"
                           "  v: {from: w, prefix: 1}\n"
                           "comparisons: [a, {field: d, levels: [exact, {years: 1}, {sql: 'l.n < r.n or "
                           "l.\"a\" = r.p'}]},\n"
                           "  {field: p, term_frequency: {file: f.csv, value: v, count: c}}]\n"
                           "blocking: [[a], {window: 2, fields: [d]}]\n";

static enum mln_status with_model(const char *yaml, struct mln_err *err) {
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_link_model model;
    struct mln_buf out = MLN_BUF_INIT;
    enum mln_status status = mln_link_model_read(&arena, "m", mln_str_from(yaml), &model, err);
    if (status == MLN_OK) {
        mln_link_model_write(&model, &out);
        status = mln_buf_check(&out, "the model", err);
    }
    mln_buf_release(&out);
    mln_arena_release(&arena);
    return status;
}

static enum mln_status model_read_and_written(struct mln_err *err) {
    return with_model(text, err);
}

static enum mln_status model_with_an_unknown_word(struct mln_err *err) {
    return with_model("version: 1\nfields: {a: {colum: x}}\n", err);
}

static enum mln_status model_with_an_unknown_field(struct mln_err *err) {
    return with_model("version: 1\nfields: {a: }\ncomparisons: [b]\n", err);
}

#define S(s) \
    { (s), sizeof(s) - 1 }
enum { COLUMNS = 6 };
static const struct mln_str left[] = {S("7"), S("Éa"), S("b b"),  S("1999-01"), S("u v"),  S("1,5"),
                                      S("3"), S("nc"), {NULL, 0}, S("x"),       {NULL, 0}, S("q")};
static const struct mln_str right[] = {S("r2"),    S("b"),    {NULL, 0}, S("2001-02-03"), S("v"),
                                       S("2"),     S("r1"),   S("Z z"),  S("a"),          {NULL, 0},
                                       S("w v u"), {NULL, 0}, S("r0"),   {NULL, 0},       {NULL, 0},
                                       S("1999"),  S("u"),    S("3")};
/* The model is read once, before faults. */
static struct mln_link_model model;

static enum mln_status records_built(struct mln_err *err) {
    const struct side_cells sides[2] = {{left, 2, COLUMNS, NULL}, {right, 3, COLUMNS, NULL}};
    struct mln_records records;
    const enum mln_status status = build_records(&model, sides, 1, 1, &records, NULL, err);
    if (status == MLN_OK) {
        MUST(records.n_left == 2 && records.n_right == 3 && records.fields[0].set.n == 3);
        MUST(records.fields[5].set.count[0] == 2); /* 1999 */
    }
    mln_records_release(&records);
    return status;
}

/* Field p is made from a: Dupont and Dupond are one sound, "nc" is missing. */
static enum mln_status frequencies_read(struct mln_err *err) {
    static const struct mln_str names[] = {S("Dupont"), S("dupônd"), S("nc"), S("Martin")};
    const struct side_cells sides[2] = {{left, 2, COLUMNS, NULL}, {right, 3, COLUMNS, NULL}};
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_frequency_builder *builder = NULL;
    struct mln_frequencies f;
    struct mln_records records;
    const size_t field = mln_link_model_field(&model, MLN_STR_LIT("p"));
    enum mln_status status = build_records(&model, sides, 1, 1, &records, NULL, err);
    if (status == MLN_OK) {
        status = mln_frequency_new(&model, &records, field, &builder, err);
    }
    for (size_t i = 0; status == MLN_OK && i < 4; i++) {
        status = mln_frequency_add(builder, names[i], 1, err);
    }
    if (status == MLN_OK) {
        status = mln_frequency_finish(builder, false, &arena, &f, err);
        MUST(status != MLN_OK || (f.n_rows == 4 && f.n_values == 2));
    }
    mln_frequency_free(builder);
    mln_records_release(&records);
    mln_arena_release(&arena);
    return status;
}

/* The table of field c as a file would give it: "a-b" is AB after the step before it, a blank one is left out. */
static enum mln_status codes_filled(struct mln_err *err) {
    static const struct mln_str pairs[] = {S("ab"), S("1"), S("a-b"), S("2"), S("-"), S("3"), S("ab"), S("1")};
    struct mln_arena arena = MLN_ARENA_INIT;
    const struct mln_link_field *field = &model.fields[mln_link_model_field(&model, MLN_STR_LIT("c"))];
    struct mln_clean_step step = field->steps[1];
    size_t bad = 0;
    enum mln_status status = mln_clean_table_fill(&arena, field->steps, 1, pairs + 2, 3, &step, &bad, err);
    MUST(status != MLN_BAD_INPUT || bad == 2); /* ab was 2, from "a-b" */
    if (status == MLN_BAD_INPUT) {
        status = mln_clean_table_fill(&arena, field->steps, 1, pairs, 1, &step, &bad, err);
        MUST(status != MLN_OK || (step.n_words == 2 && step.file.n == 0));
    }
    mln_arena_release(&arena);
    return status;
}

static enum mln_status columns_listed(struct mln_err *err) {
    struct mln_arena arena = MLN_ARENA_INIT;
    const struct mln_str *columns;
    size_t n = 0;
    const enum mln_status status = mln_records_columns(&model, 1, &arena, &columns, &n, err);
    MUST(status != MLN_OK || n == COLUMNS);
    mln_arena_release(&arena);
    return status;
}

static const struct {
    const char *name;
    enum mln_status (*run)(struct mln_err *err);
    enum mln_status expected;
} scenarios[] = {
    {"model", model_read_and_written, MLN_OK},
    {"unknown word", model_with_an_unknown_word, MLN_BAD_INPUT},
    {"unknown field", model_with_an_unknown_field, MLN_BAD_INPUT},
    {"records", records_built, MLN_OK},
    {"frequencies", frequencies_read, MLN_OK},
    {"codes", codes_filled, MLN_OK},
    {"columns", columns_listed, MLN_OK},
};

START_TEST(every_allocation_may_fail) {
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_err first = {0};
    ck_assert_msg(mln_link_model_read(&arena, "m", MLN_STR_LIT(text), &model, &first) == MLN_OK,
                  "%s", first.msg);
    for (size_t s = 0; s < sizeof scenarios / sizeof scenarios[0]; s++) {
        for (size_t nth = 1;; nth++) {
            struct mln_err err = {0};
            const size_t live = fault_live();
            fault_arm(FAULT_MEMORY, nth);
            const enum mln_status status = scenarios[s].run(&err);
            const bool happened = fault_disarm();
            ck_assert_msg(fault_live() == live, "%s: call %zu leaks", scenarios[s].name, nth);
            if (!happened) {
                ck_assert_msg(status == scenarios[s].expected, "%s: %s", scenarios[s].name,
                              err.msg);
                ck_assert_uint_gt(nth, 1);
                break;
            }
            ck_assert_msg(
                status == MLN_NO_MEMORY && err.status == MLN_NO_MEMORY && err.msg[0] != '\0',
                "%s: call %zu: status %d, '%s'", scenarios[s].name, nth, (int)status, err.msg);
        }
    }
    mln_arena_release(&arena);
}
END_TEST

MLN_TEST_MAIN("link_faults", every_allocation_may_fail)
