/* The SAS7BDAT reader on files written by ReadStat: values, missing ones, dates, encodings; every
 * file cut short, and every call of the file system failing. */
#include "memory_io.h"

#include "base/date.h"
#include "dump.h"
#include "run.h"
#include "sas_file.h"

static const struct sas_column columns[] = {
    {"NOM", 12, NULL},     {"RANG", 0, NULL},         {"JOUR", 0, "DDMMYY10"},
    {"QUAND", 0, "DATETIME20"}, {"MESURE", 0, "BEST12"},
};
enum { N_COLUMNS = sizeof columns / sizeof *columns };

/* 2021-03-01 is day 18687 of 1970, hence 22340 of 1960. */
static const struct sas_cell cells[] = {
    {.text = "\xE9t\xE9"}, {.number = 1}, {.number = 22340}, {.number = 22340 * 86400.0 + 3600},
    {.number = 0.1},
    {.text = "  b  "}, {.number = -12}, {.missing = true}, {.missing = true}, {.number = 1e300},
    {.text = ""}, {.missing = true}, {.number = -138061}, {.number = 0}, {.number = 1234567},
};
enum { N_ROWS = sizeof cells / sizeof *cells / N_COLUMNS };

static enum mln_status read_bytes(struct memory_file *file, struct mln_buf *out,
                                  struct mln_err *err) {
    const struct mln_io io = memory_io(file);
    const struct mln_source_options options = {
        .format = MLN_FORMAT_SAS, .io = &io, .shown = "t.sas7bdat"};
    const enum mln_status status = dump_source("t.sas7bdat", &options, out, err);
    ck_assert_int_eq(file->opened, 0);
    return status;
}

START_TEST(values_by_hand) {
    struct mln_buf bytes = MLN_BUF_INIT;
    struct mln_buf out = MLN_BUF_INIT;
    struct mln_err err = {0};
    ck_assert(sas_write(columns, N_COLUMNS, cells, N_ROWS, SAS_LATIN_1, &bytes));
    ck_assert_double_eq(sas_day(mln_day_from_civil(2021, 3, 1)), 22340);
    struct memory_file file = {.bytes = mln_buf_view(&bytes)};
    ck_assert_msg(read_bytes(&file, &out, &err) == MLN_OK, "%s", err.msg);
    /* blanks around a text are left to the typing of cells; 1582-01-01 is the first day of SAS */
    ck_assert_str_eq(out.p, "#NOM|RANG|JOUR|QUAND|MESURE\n"
                            "1:\xC3\xA9t\xC3\xA9|1|2021-03-01|2021-03-01|0.1\n"
                            "2:  b  |-12|~|~|1e+300\n"
                            "3:~|~|1582-01-01|1960-01-01|1234567\n");
    mln_buf_release(&bytes);
    mln_buf_release(&out);
}
END_TEST

/* A file without rows is whole. */
START_TEST(no_rows) {
    struct mln_buf bytes = MLN_BUF_INIT;
    struct mln_buf out = MLN_BUF_INIT;
    struct mln_err err = {0};
    ck_assert(sas_write(columns, N_COLUMNS, cells, 0, SAS_UTF8, &bytes));
    struct memory_file file = {.bytes = mln_buf_view(&bytes)};
    ck_assert_msg(read_bytes(&file, &out, &err) == MLN_OK, "%s", err.msg);
    ck_assert_str_eq(out.p, "#NOM|RANG|JOUR|QUAND|MESURE\n");
    mln_buf_release(&bytes);
    mln_buf_release(&out);
}
END_TEST

/* Rows over several pages, more than a batch. */
START_TEST(many_rows) {
    enum { MANY = 5000 };
    static const struct sas_column two[] = {{"A", 8, NULL}, {"B", 0, NULL}};
    struct sas_cell *many = calloc(2 * MANY, sizeof *many);
    struct mln_buf expect = MLN_BUF_INIT;
    mln_buf_addz(&expect, "#A|B\n");
    for (int i = 0; i < MANY; i++) {
        many[2 * i].text = "abc";
        many[2 * i + 1].number = i;
        mln_buf_addf(&expect, "%d:abc|%d\n", i + 1, i);
    }
    struct mln_buf bytes = MLN_BUF_INIT;
    struct mln_buf out = MLN_BUF_INIT;
    struct mln_err err = {0};
    ck_assert(sas_write(two, 2, many, MANY, SAS_UTF8, &bytes));
    struct memory_file file = {.bytes = mln_buf_view(&bytes)};
    ck_assert_msg(read_bytes(&file, &out, &err) == MLN_OK, "%s", err.msg);
    ck_assert(mln_str_eq(mln_buf_view(&out), mln_buf_view(&expect)));
    free(many);
    mln_buf_release(&bytes);
    mln_buf_release(&out);
    mln_buf_release(&expect);
}
END_TEST

/* Cut anywhere, the file is refused: never fewer rows without a word. */
START_TEST(truncated_anywhere) {
    struct mln_buf bytes = MLN_BUF_INIT;
    ck_assert(sas_write(columns, N_COLUMNS, cells, N_ROWS, SAS_UTF8, &bytes));
    size_t refused = 0;
    for (size_t n = 0; n < bytes.n; n += 1 + n / 64) {
        struct mln_buf out = MLN_BUF_INIT;
        struct mln_err err = {0};
        struct memory_file file = {.bytes = {bytes.p, n}};
        const enum mln_status status = read_bytes(&file, &out, &err);
        ck_assert_msg(status == MLN_BAD_INPUT || status == MLN_IO, "%zu of %zu bytes: %d", n,
                      bytes.n, (int)status);
        refused++;
        mln_buf_release(&out);
    }
    ck_assert_uint_gt(refused, 100);
    mln_buf_release(&bytes);
}
END_TEST

/* Any byte changed: refused, or rows; never a crash, never memory for what is not there. */
START_TEST(any_byte_changed) {
    static const unsigned char hostile[] = {0, 1, 0x7F, 0xFF};
    struct mln_buf bytes = MLN_BUF_INIT;
    ck_assert(sas_write(columns, N_COLUMNS, cells, N_ROWS, SAS_UTF8, &bytes));
    size_t refused = 0;
    for (size_t i = 0; i < bytes.n; i += i < 2048 ? 1 : 13) {
        const char was = bytes.p[i];
        for (size_t h = 0; h < sizeof hostile; h++) {
            struct mln_buf out = MLN_BUF_INIT;
            struct mln_err err = {0};
            struct memory_file file = {.bytes = mln_buf_view(&bytes)};
            bytes.p[i] = (char)hostile[h];
            refused += read_bytes(&file, &out, &err) != MLN_OK;
            mln_buf_release(&out);
        }
        bytes.p[i] = was;
    }
    ck_assert_uint_gt(refused, 20);
    mln_buf_release(&bytes);
}
END_TEST

START_TEST(every_call_can_fail) {
    struct mln_buf bytes = MLN_BUF_INIT;
    ck_assert(sas_write(columns, N_COLUMNS, cells, N_ROWS, SAS_UTF8, &bytes));
    for (size_t nth = 1;; nth++) {
        struct mln_buf out = MLN_BUF_INIT;
        struct mln_err err = {0};
        struct memory_file file = {.bytes = mln_buf_view(&bytes), .fail_at = nth};
        const enum mln_status status = read_bytes(&file, &out, &err);
        mln_buf_release(&out);
        if (status == MLN_OK) {
            ck_assert_uint_gt(nth, 5);
            break;
        }
        ck_assert_int_eq(status, MLN_IO);
        ck_assert_str_eq(err.msg, "the disk is gone");
    }
    mln_buf_release(&bytes);
}
END_TEST

START_TEST(not_a_sas_file) {
    struct mln_buf out = MLN_BUF_INIT;
    struct mln_err err = {0};
    struct memory_file file = {.bytes = MLN_STR_LIT("a;b\n1;2\n")};
    ck_assert_int_eq(read_bytes(&file, &out, &err), MLN_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(err.msg, "t.sas7bdat: not a whole SAS7BDAT file"));
    mln_buf_release(&out);
}
END_TEST

MLN_TEST_MAIN("sas", values_by_hand, no_rows, many_rows, truncated_anywhere, any_byte_changed, every_call_can_fail,
              not_a_sas_file)
