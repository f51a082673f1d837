#include <math.h>
#include <stdio.h>

#include "base/num.h"
#include "base/rng.h"
#include "build.h"
#include "link/model/clean.h"
#include "run.h"

static struct mln_arena arena;
static struct mln_link_model model;
static struct mln_err err;
static struct mln_records records;
static struct mln_field_count counts[2 * 16];

#define S(s) MLN_STR_LIT(s)
#define NONE \
    { NULL, 0 }

static void read_model(const char *fields, const char *top) {
    char text[4096];
    (void)snprintf(text, sizeof text,
                   "version: 1\n%s\nfields:\n%scomparisons: [a]\nblocking: [[a]]\n", top, fields);
    mln_arena_release(&arena);
    ck_assert_msg(mln_link_model_read(&arena, "m", mln_str_from(text), &model, &err) == MLN_OK,
                  "%s", err.msg);
}

static enum mln_status build(const struct mln_str *left, size_t n_left, const struct mln_str *right,
                             size_t n_right, size_t n_columns) {
    const struct side_cells sides[2] = {{left, n_left, n_columns, NULL},
                                        {right, n_right, n_columns, NULL}};
    err.msg[0] = '\0';
    mln_records_release(&records);
    return build_records(&model, sides, 2, 2, &records, counts, &err);
}

static void must_build(const struct mln_str *left, size_t n_left, const struct mln_str *right,
                       size_t n_right, size_t n_columns) {
    ck_assert_msg(build(left, n_left, right, n_right, n_columns) == MLN_OK, "%s", err.msg);
}

static void id_is(uint32_t row, const char *id) {
    char room[MLN_ID_ROOM];
    ck_assert(mln_str_is(mln_records_id(&records, row, room), id));
}

static void text_of(const struct mln_records *r, size_t f, uint32_t row, char *text) {
    const struct mln_field_column *c = &r->fields[f];
    text[0] = '\0';
    if (c->ids[row] != MLN_STRSET_MISSING) {
        set_text(&c->set, c->ids[row], text);
    }
}

static void text_is(size_t f, uint32_t row, const char *expected) {
    char text[256];
    text_of(&records, f, row, text);
    strcat(text, text[0] == '\0' ? "(missing)" : "");
    ck_assert_str_eq(text, expected);
}

/* Elements in the order of the set, which is by length, then bytes. */
static void list_is(size_t f, uint32_t row, const char *expected) {
    char text[256] = "";
    const struct mln_field_column *c = &records.fields[f];
    for (uint64_t i = c->start[row]; i < c->start[row + 1]; i++) {
        strcat(text, i > c->start[row] ? "," : "");
        set_text(&c->set, c->item[i], text + strlen(text));
    }
    ck_assert_str_eq(text, expected);
}

static int32_t day(int32_t y, int32_t m, int32_t d) {
    return mln_day_from_civil(y, m, d);
}

/* ── columns ── */

START_TEST(each_column_is_asked_for_once) {
    read_model("  a: {columns: {left: [x, y], right: [z]}}\n  b: {column: {left: y, right: id}}\n  "
               "c: {from: a}\n",
               "id: {left: n, right: id}");
    const struct mln_str *columns;
    size_t n;
    ck_assert_int_eq(mln_records_columns(&model, 0, &arena, &columns, &n, &err), MLN_OK);
    ck_assert_uint_eq(n, 3);
    ck_assert(mln_str_is(columns[0], "n") && mln_str_is(columns[1], "x") &&
              mln_str_is(columns[2], "y"));
    ck_assert_int_eq(mln_records_columns(&model, 1, &arena, &columns, &n, &err), MLN_OK);
    ck_assert_uint_eq(n, 2);
    ck_assert(mln_str_is(columns[0], "id") && mln_str_is(columns[1], "z"));
}
END_TEST

/* ── by hand: every type ── */

START_TEST(texts_are_cleaned_and_shared_by_both_sides) {
    read_model("  a: \n  p: {from: a, prefix: 2}\n  q: {from: p, clean: [{missing: [MA]}]}\n",
               "id: i");
    const struct mln_str left[] = {S("2"), S("Éric"), S("10"), S("MARTIN"), S("1"), S(" martin ")};
    const struct mln_str right[] = {S("7"), S("éric"), S("3"), NONE, S("4"), S("--")};
    must_build(left, 3, right, 3, 2);
    ck_assert(records.n_left == 3 && records.n_right == 3);
    /* as numbers: 1, 2, 10 | 3, 4, 7 */
    static const char *const ids[] = {"1", "2", "10", "3", "4", "7"};
    static const uint32_t rows[] = {3, 1, 2, 2, 3, 1};
    static const char *const a[] = {"MARTIN", "ERIC", "MARTIN", "(missing)", "(missing)", "ERIC"};
    static const char *const p[] = {"MA", "ER", "MA", "(missing)", "(missing)", "ER"};
    static const char *const q[] = {"(missing)", "ER", "(missing)", "(missing)", "(missing)", "ER"};
    for (uint32_t row = 0; row < 6; row++) {
        id_is(row, ids[row]);
        ck_assert_uint_eq(records.row_no[row], rows[row]);
        text_is(0, row, a[row]);
        text_is(1, row, p[row]);
        text_is(2, row, q[row]);
    }
    /* ERIC (shorter) is 0, MARTIN 1: two rows each */
    ck_assert_uint_eq(records.fields[0].set.n, 2);
    ck_assert(records.fields[0].set.count[0] == 2 && records.fields[0].set.count[1] == 2);
    ck_assert(records.fields[1].set.count[0] == 2 && records.fields[1].set.count[1] == 2);
    ck_assert(records.fields[2].set.n == 1 && records.fields[2].set.count[0] == 2);
    ck_assert(counts[0].present == 3 && counts[0].missing == 0 && counts[0].unreadable == 0);
    ck_assert(counts[3].present == 1 && counts[3].missing == 2);
    ck_assert(counts[2].present == 1 && counts[5].present == 1);
}
END_TEST

START_TEST(dates_are_intervals_and_give_their_parts) {
    read_model(
        "  a: {type: date, formats: [yyyy-mm-dd, dd/mm/yyyy], clean: [{missing: [1900-01-01]}]}\n"
        "  y: {from: a, date_part: year}\n  m: {from: a, date_part: month}\n"
        "  s: {from: y, suffix: 2}\n",
        "");
    const struct mln_str left[] = {S("1954-03-02"), S("02/03/1954"), S("1954"), S("1954-12"),
                                   S("1900-01-01")};
    const struct mln_str right[] = {S("soon"), NONE, S("31/02/1954"), S("  "), S("2001-02-28")};
    must_build(left, 5, right, 5, 1);
    const struct mln_field_column *c = &records.fields[0];
    ck_assert(c->first[0] == day(1954, 3, 2) && c->last[0] == day(1954, 3, 2));
    ck_assert(c->first[1] == day(1954, 3, 2));
    ck_assert(c->first[2] == day(1954, 1, 1) && c->last[2] == day(1954, 12, 31));
    ck_assert(c->first[3] == day(1954, 12, 1) && c->last[3] == day(1954, 12, 31));
    for (uint32_t row = 4; row < 9; row++) {
        ck_assert(c->first[row] == MLN_DAY_NONE && c->last[row] == MLN_DAY_NONE);
        text_is(1, row, "(missing)");
    }
    text_is(1, 0, "1954");
    text_is(1, 2, "1954");
    text_is(2, 0, "195403");
    text_is(2, 2, "(missing)"); /* the year alone does not tell the month */
    text_is(2, 3, "195412");
    text_is(3, 9, "01");
    ck_assert(counts[0].present == 4 && counts[0].missing == 1 && counts[0].unreadable == 0);
    ck_assert(counts[4].present == 1 && counts[4].missing == 4 && counts[4].unreadable == 2);
    ck_assert_uint_eq(records.fields[1].set.count[0], 4); /* 1954 */
    id_is(0, "1"); /* no id column: the row number, on each side from 1 */
    id_is(9, "5");
}
END_TEST

START_TEST(numbers_and_places_are_read) {
    read_model(
        "  a: {type: number}\n  g: {type: geo, columns: {left: [lat, lon], right: [at, at2]}}\n",
        "");
    const struct mln_str left[] = {S(" 12,5 "), S("48,85"), S("2,35"), S("-3e2"), NONE,
                                   S("2"),      S("1 000"), S("91"),   S("0")};
    const struct mln_str right[] = {S("007"), S("0"), S("-180"), S("+1.5"), S("x"), S("1")};
    must_build(left, 3, right, 2, 3);
    const struct mln_field_column *a = &records.fields[0], *g = &records.fields[1];
    ck_assert(a->number[0] == 12.5 && a->number[1] == -300 && isnan(a->number[2]));
    ck_assert(a->number[3] == 7 && a->number[4] == 1.5);
    ck_assert(g->latitude[0] == 48.85 && g->longitude[0] == 2.35);
    ck_assert(isnan(g->latitude[1]) && isnan(g->longitude[1])); /* half a place is none */
    ck_assert(isnan(g->latitude[2]) && isnan(g->longitude[2])); /* 91 degrees */
    ck_assert(g->latitude[3] == 0 && g->longitude[3] == -180);
    ck_assert(isnan(g->latitude[4]));
    ck_assert(counts[0].unreadable == 1 && counts[1].unreadable == 1 && counts[1].missing == 2);
    ck_assert(counts[2].unreadable == 0 && counts[3].unreadable == 1);
}
END_TEST

START_TEST(lists_are_sets_of_cleaned_elements) {
    read_model("  a: {type: list, separator: \",\"}\n  t: {column: b}\n  w: {from: t, type: list}\n"
               "  i: {from: a, prefix: 1}\n",
               "");
    const struct mln_str left[] = {
        S("Zoé, al,al ,"), S("Jean  Paul jean"), S(",,"), NONE, NONE, S("x")};
    must_build(left, 3, NULL, 0, 2);
    list_is(0, 0, "AL,ZOE");
    list_is(0, 1, "");
    list_is(0, 2, "");
    list_is(2, 0, "JEAN,PAUL");
    list_is(2, 1, "");
    list_is(2, 2, "X");
    list_is(3, 0, "A,Z");
    ck_assert(records.fields[0].set.n == 2 && records.fields[0].set.count[0] == 1);
    ck_assert(counts[0].present == 1 && counts[0].missing == 2);
    ck_assert(records.n_right == 0);
}
END_TEST

START_TEST(several_columns_are_joined_without_those_that_are_missing) {
    read_model(
        "  a: {columns: [x, y, z]}\n  b: {columns: [x, y, z], clean: [digits]}\n  c: {column: x}\n",
        "");
    const struct mln_str left[] = {S("Anne"), NONE,  S("2Durand"), NONE, NONE,
                                   NONE,      S(""), S("b"),       S("")};
    must_build(left, 3, NULL, 0, 3);
    text_is(0, 0, "ANNE 2DURAND");
    text_is(1, 0, "2");
    text_is(2, 0, "ANNE");
    text_is(0, 1, "(missing)");
    text_is(0, 2, "B");
}
END_TEST

/* ── ids ── */

START_TEST(ids_are_numbers_only_when_all_are) {
    read_model("  a: \n", "id: i");
    const struct mln_str numbers[] = {S("-5"), S("x"), S("9223372036854775807"),  S("x"),
                                      S("0"),  S("x"), S("-9223372036854775808"), S("x")};
    const struct mln_str texts[] = {S("10"), S("x"), S("9"), S("x"), S("09"), S("x")};
    must_build(numbers, 4, NULL, 0, 2);
    ck_assert_ptr_nonnull(records.id_number);
    static const char *const in_order[] = {"-9223372036854775808", "-5", "0",
                                           "9223372036854775807"};
    for (uint32_t row = 0; row < 4; row++) {
        id_is(row, in_order[row]);
    }
    /* 09 is no number as this program writes it: all are texts, the left ones too */
    must_build(numbers, 4, texts, 3, 2);
    ck_assert_ptr_null(records.id_number);
    static const char *const in_bytes[] = {
        "-5", "-9223372036854775808", "0", "9223372036854775807", "09", "10", "9"};
    for (uint32_t row = 0; row < 7; row++) {
        id_is(row, in_bytes[row]);
    }
}
END_TEST

START_TEST(doubled_and_missing_ids_are_told_by_side_and_row) {
    read_model("  a: \n", "id: i");
    const struct mln_str good[] = {S("1"), S("x")};
    const struct mln_str numbers[] = {S("4"), S("x"), S("3"), S("x"), S("4"), S("x")};
    ck_assert_int_eq(build(good, 1, numbers, 3, 2), MLN_BAD_INPUT);
    ck_assert_str_eq(err.msg,
                     "the right file: rows 1 and 3 have the same id; an id names one record");
    const struct mln_str texts[] = {S("ab"),
                                    S("x"),
                                    S("rec-0000000001b"),
                                    S("x"),
                                    S("rec-0000000001a"),
                                    S("x"),
                                    S("rec-0000000001b"),
                                    S("x")};
    ck_assert_int_eq(build(texts, 4, good, 1, 2), MLN_BAD_INPUT);
    ck_assert_str_eq(err.msg,
                     "the left file: rows 2 and 4 have the same id; an id names one record");
    const struct mln_str none[] = {S("1"), S("x"), S(""), S("x")};
    ck_assert_int_eq(build(none, 2, good, 1, 2), MLN_BAD_INPUT);
    ck_assert_str_eq(err.msg,
                     "the left file, row 2, column 'i': the id is missing; every record needs one");
}
END_TEST

START_TEST(rows_keep_their_numbers_where_the_reader_refused_some) {
    read_model("  a: \n", "");
    const struct mln_str cells[] = {S("u"), S("v"), S("w"), S("x")};
    struct mln_records_builder *b;
    ck_assert_int_eq(mln_records_builder_new(&model, &b, &err), MLN_OK);
    ck_assert_int_eq(mln_records_add(b, 0, 10, cells, 2, &err), MLN_OK);
    ck_assert_int_eq(mln_records_add(b, 0, 3, cells + 2, 1, &err), MLN_OK);
    ck_assert_int_eq(mln_records_add(b, 0, 4, cells + 3, 1, &err), MLN_OK);
    mln_records_release(&records);
    ck_assert_int_eq(mln_records_finish(b, 1, &records, &err), MLN_OK);
    static const char *const a[] = {"W", "X", "U", "V"};
    static const uint32_t rows[] = {3, 4, 10, 11};
    for (uint32_t row = 0; row < 4; row++) {
        text_is(0, row, a[row]);
        ck_assert_uint_eq(records.row_no[row], rows[row]);
    }
    /* the builder is empty again, and serves again */
    ck_assert_int_eq(mln_records_add(b, 0, 1, cells, 1, &err), MLN_OK);
    mln_records_release(&records);
    ck_assert_int_eq(mln_records_finish(b, 1, &records, &err), MLN_OK);
    ck_assert_uint_eq(mln_records_n(&records), 1);
    text_is(0, 0, "U");
    /* a row number twice is an id twice */
    ck_assert_int_eq(mln_records_add(b, 0, 5, cells, 2, &err), MLN_OK);
    ck_assert_int_eq(mln_records_add(b, 0, 6, cells, 1, &err), MLN_OK);
    mln_records_release(&records);
    ck_assert_int_eq(mln_records_finish(b, 1, &records, &err), MLN_BAD_INPUT);
    mln_records_builder_free(b);
}
END_TEST

/* ── hostile ── */

START_TEST(bytes_that_are_no_text_are_told_by_side_row_and_column) {
    read_model("  a: {column: nom}\n", "id: i");
    const struct mln_str left[] = {S("1"), S("x"), S("2"), S("ok"), S("3"), S("a\xFF")};
    ck_assert_int_eq(build(left, 3, NULL, 0, 2), MLN_BAD_INPUT);
    ck_assert_str_eq(err.msg,
                     "the left file, row 3, column 'nom': not valid UTF-8; convert the file when "
                     "reading it");
    const struct mln_str right[] = {S("\xC3"), S("x")};
    ck_assert_int_eq(build(NULL, 0, right, 1, 2), MLN_BAD_INPUT);
    ck_assert_str_eq(err.msg,
                     "the right file, row 1, column 'i': not valid UTF-8; convert the file when "
                     "reading it");
}
END_TEST

START_TEST(empty_sides_missing_fields_and_single_rows_are_records_too) {
    read_model("  a: \n  d: {type: date}\n  l: {type: list}\n  p: {from: a, prefix: 1}\n"
               "  y: {from: d, date_part: year}\n  w: {from: a, type: list}\n",
               "id: i");
    must_build(NULL, 0, NULL, 0, 4);
    ck_assert(mln_records_n(&records) == 0 && records.fields[0].set.n == 0);
    const struct mln_str one[] = {S("x"), NONE, NONE, NONE};
    must_build(one, 1, NULL, 0, 4);
    ck_assert_uint_eq(mln_records_n(&records), 1);
    for (size_t f = 0; f < 6; f++) {
        ck_assert(counts[f].present == 0 && counts[f].missing == 1);
    }
    must_build(NULL, 0, one, 1, 4);
    ck_assert(records.n_left == 0 && records.n_right == 1);
    id_is(0, "x");
}
END_TEST

START_TEST(long_values_and_nuls_are_values) {
    enum { LONG = 1 << 20 };
    static char large[LONG], larger[LONG];
    memset(large, 'a', sizeof large);
    memset(larger, 'a', sizeof larger);
    larger[LONG - 1] = 'b';
    read_model("  a: {clean: []}\n", "id: i");
    const struct mln_str left[] = {{large, LONG}, {larger, LONG}, {larger, LONG}, {large, LONG},
                                   S("a\0b"),     S("a\0c"),      S("a"),         S("a\0b"),
                                   S("a\0"),      {large, LONG}};
    must_build(left, 5, NULL, 0, 2);
    const struct mln_field_column *c = &records.fields[0];
    ck_assert_uint_eq(c->set.n, 4);
    char room[MLN_ID_ROOM];
    static const size_t lengths[] = {1, 2, 3, LONG,
                                     LONG}; /* "a" < "a\0" < "a\0b" < "aa…a" < "aa…b" */
    for (uint32_t row = 0; row < 5; row++) {
        ck_assert_uint_eq(mln_records_id(&records, row, room).n, lengths[row]);
    }
    ck_assert_uint_eq(c->set.length[c->ids[0]], 3);
    ck_assert_uint_eq(c->set.length[c->ids[1]], LONG);
    ck_assert(c->ids[1] == c->ids[4] && c->ids[0] != c->ids[2] && c->ids[3] != c->ids[1]);
}
END_TEST

/* ── the order of rows and the number of threads leave no trace ── */

enum { N = 3000, COLUMNS = 5 };

static struct mln_str random_cell(struct mln_rng *rng, char *room, size_t column) {
    static const char *const pieces[] = {"Ann", "é", "Mar", "tin",  " ", "-",
                                         "Ö",   "𝒜", "x",   "1999", "2"};
    char *at = room;
    if (mln_rng_below(rng, 8) == 0) {
        return (struct mln_str){NULL, 0};
    }
    if (column == 2) {
        const int n = snprintf(room, 32, "%u-%02u-%02u", 1900 + mln_rng_below(rng, 120),
                               mln_rng_below(rng, 14), mln_rng_below(rng, 32));
        return (struct mln_str){room, (size_t)n};
    }
    for (uint32_t i = mln_rng_below(rng, 4) + 1; i > 0; i--) {
        const char *piece = pieces[mln_rng_below(rng, 11)];
        memcpy(at, piece, strlen(piece));
        at += strlen(piece);
    }
    return (struct mln_str){room, (size_t)(at - room)};
}

/* The slow obvious way: each row from its own cells. Fields a, d, n, p of the model below. */
static void same_as_row_by_row(const struct mln_records *r, const struct mln_str *const cells[2]) {
    struct mln_clean_room room = MLN_CLEAN_ROOM_INIT;
    const struct mln_link_field *f = model.fields;
    uint64_t present[2] = {0, 0};
    for (uint32_t row = 0; row < mln_records_n(r); row++) {
        const size_t side = row >= r->n_left;
        const struct mln_str *cell = cells[side] + (size_t)(r->row_no[row] - 1) * COLUMNS;
        char id[MLN_ID_ROOM], text[256], again[256] = "";
        ck_assert(mln_str_eq(mln_records_id(r, row, id), cell[0]));
        const struct mln_str a = mln_clean(f[0].steps, f[0].n_steps, cell[1], &room);
        text_of(r, 0, row, text);
        ck_assert_msg(mln_str_is(a, text), "row %u", row);
        present[side] += a.n > 0;
        memcpy(again, a.n > 0 ? a.p : "", a.n);
        const struct mln_str p = mln_clean(f[4].steps, f[4].n_steps, mln_str_from(again), &room);
        text_of(r, 4, row, text);
        ck_assert_msg(mln_str_is(p, text), "row %u", row);
        struct mln_date_range day = {MLN_DAY_NONE, MLN_DAY_NONE};
        const enum mln_date_parse_result result = mln_date_parse(&f[1].formats[0], cell[2], &day);
        ck_assert(result <= MLN_DATE_INCOMPLETE || day.first == MLN_DAY_NONE);
        ck_assert(r->fields[1].first[row] == day.first && r->fields[1].last[row] == day.last);
        double number = NAN;
        ck_assert(mln_parse_f64(mln_str_trim(cell[4]), &number) ==
                  !isnan(r->fields[3].number[row]));
        ck_assert(isnan(number) || number == r->fields[3].number[row]);
    }
    uint64_t counted = 0;
    for (uint32_t v = 0; v < r->fields[0].set.n; v++) {
        counted += r->fields[0].set.count[v];
    }
    ck_assert(counted == present[0] + present[1]);
    ck_assert(counts[0].present == present[0] && counts[model.n_fields].present == present[1]);
    mln_clean_room_release(&room);
}

static void same_in_any_order(bool text_ids) {
    static char rooms[2][N * COLUMNS][32];
    static struct mln_str cells[2][N * COLUMNS];
    static uint32_t arrival[2][N];
    struct mln_rng rng;
    mln_rng_init(&rng, 20, 1, text_ids);
    for (size_t side = 0; side < 2; side++) {
        for (size_t i = 0; i < N * COLUMNS; i++) {
            cells[side][i] = random_cell(&rng, rooms[side][i], i % COLUMNS);
            if (i % COLUMNS == 0) { /* distinct: 7919 is prime to 10007 */
                const int n = snprintf(rooms[side][i], 32, text_ids ? "r-%u" : "%u",
                                       (unsigned)(i / COLUMNS * 7919 % 10007));
                cells[side][i] = (struct mln_str){rooms[side][i], (size_t)n};
            }
        }
        for (uint32_t i = 0; i < N; i++) {
            arrival[side][i] = i;
        }
        for (uint32_t i = N - 1; i > 0; i--) {
            const uint32_t j = mln_rng_below(&rng, i + 1), was = arrival[side][i];
            arrival[side][i] = arrival[side][j];
            arrival[side][j] = was;
        }
    }
    read_model(
        "  a: \n  d: {type: date}\n  l: {type: list}\n  n: {type: number}\n  p: {from: a, make: "
        "soundex}\n"
        "  y: {from: d, date_part: month}\n  w: {from: a, type: list}\n  v: {from: w, prefix: 1}\n",
        "id: i");
    struct mln_records first;
    for (size_t pass = 0; pass < 4; pass++) {
        const bool shuffled = pass % 2 == 1;
        const struct side_cells sides[2] = {{cells[0], N, COLUMNS, shuffled ? arrival[0] : NULL},
                                            {cells[1], N, COLUMNS, shuffled ? arrival[1] : NULL}};
        struct mln_records now;
        ck_assert_msg(build_records(&model, sides, 100 + pass, pass < 2 ? 1 : 3, &now, counts,
                                    &err) == MLN_OK,
                      "%s", err.msg);
        if (pass == 0) {
            first = now;
            continue;
        }
        const char *difference = records_difference(&first, &now);
        ck_assert_msg(difference == NULL, "pass %zu: %s", pass, difference);
        mln_records_release(&now);
    }
    for (uint32_t row = 1; row < N; row++) { /* and the order is that of the ids */
        char x[MLN_ID_ROOM], y[MLN_ID_ROOM];
        const struct mln_str a = mln_records_id(&first, row - 1, x),
                             b = mln_records_id(&first, row, y);
        ck_assert(text_ids ? mln_str_cmp(a, b) < 0
                           : first.id_number[row - 1] < first.id_number[row]);
    }
    same_as_row_by_row(&first, (const struct mln_str *const[]){cells[0], cells[1]});
    mln_records_release(&first);
}

START_TEST(any_order_of_rows_and_any_threads_give_the_same_records) {
    same_in_any_order(false);
    same_in_any_order(true);
}
END_TEST

MLN_TEST_MAIN("link_records", each_column_is_asked_for_once,
              texts_are_cleaned_and_shared_by_both_sides, dates_are_intervals_and_give_their_parts,
              numbers_and_places_are_read, lists_are_sets_of_cleaned_elements,
              several_columns_are_joined_without_those_that_are_missing,
              ids_are_numbers_only_when_all_are, doubled_and_missing_ids_are_told_by_side_and_row,
              rows_keep_their_numbers_where_the_reader_refused_some,
              bytes_that_are_no_text_are_told_by_side_row_and_column,
              empty_sides_missing_fields_and_single_rows_are_records_too,
              long_values_and_nuls_are_values,
              any_order_of_rows_and_any_threads_give_the_same_records)
