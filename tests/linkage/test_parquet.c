/* Parquet as linkage writes it: the format's own examples of its encodings; files read back by the
 * engine, which is another reader; the same bytes however the rows are held; every allocation and
 * every call of the file system made to fail in turn. */
#include <unistd.h>

#include "base/rng.h"
#include "engine/engine.h"
#include "fault.h"
#include "linkage/parquet.h"
#include "linkage/parquet_encode.h"
#include "run.h"

static struct mln_err err;

#define OK(call) ck_assert_msg((call) == MLN_OK, "%s", err.msg)

static void bytes_are(const struct mln_buf *got, const unsigned char *wanted, size_t n) {
    ck_assert_uint_eq(got->n, n);
    for (size_t i = 0; i < n; i++) {
        ck_assert_msg((unsigned char)got->p[i] == wanted[i], "byte %zu is %02x, not %02x", i,
                      (unsigned char)got->p[i], wanted[i]);
    }
}
#define BYTES_ARE(got, ...)                              \
    bytes_are(got, (const unsigned char[]){__VA_ARGS__}, \
              sizeof((const unsigned char[]){__VA_ARGS__}))

/* ── by hand ── */

START_TEST(numbers_of_any_length) {
    struct mln_buf out = MLN_BUF_INIT;
    mln_parquet_varint(&out, 1);
    mln_parquet_varint(&out, 300); /* 10 0101100: 0101100 first, then 10 */
    mln_parquet_zigzag(&out, -1);
    mln_parquet_zigzag(&out, 1);
    mln_parquet_zigzag(&out, INT64_MIN); /* the largest: ten bytes */
    BYTES_ARE(&out, 1, 0xAC, 2, 1, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1);
    mln_buf_release(&out);
}
END_TEST

/* Encodings.md, "RLE/Bit-Packing Hybrid": the numbers 0 to 7 in 3 bits are 88 C6 FA. One group:
 * header 1 << 1 | 1. */
START_TEST(packed_as_published) {
    struct mln_buf out = MLN_BUF_INIT;
    const uint32_t values[] = {0, 1, 2, 3, 4, 5, 6, 7};
    mln_parquet_hybrid(&out, values, 8, 3);
    BYTES_ARE(&out, 3, 0x88, 0xC6, 0xFA);
    mln_buf_release(&out);
}
END_TEST

/* 5, then twenty 9, then 4, in 4 bits. The run gives 7 of its values to end the first group: packed
 * 5 9 9 9 9 9 9 9 (95 99 99 99); 13 are a run: header 13 << 1, value 9; the rest is a group filled
 * up with zeros. */
START_TEST(runs_end_groups) {
    struct mln_buf out = MLN_BUF_INIT;
    uint32_t values[22];
    for (size_t i = 0; i < 22; i++) {
        values[i] = i == 0 ? 5 : i == 21 ? 4 : 9;
    }
    mln_parquet_hybrid(&out, values, 22, 4);
    BYTES_ARE(&out, 3, 0x95, 0x99, 0x99, 0x99, 26, 9, 3, 0x04, 0, 0, 0);
    mln_buf_reset(&out);
    mln_parquet_hybrid(&out, values, 0, 4);
    ck_assert_uint_eq(out.n, 0);
    mln_parquet_hybrid(&out, values + 1, 20, 12); /* a value of a run takes whole bytes */
    BYTES_ARE(&out, 40, 9, 0);
    mln_buf_release(&out);
}
END_TEST

/* Encodings.md, "Delta Encoding", with this writer's blocks of 128 in 4 parts. 1 2 3 4 5:
 * differences all 1, so nothing above the least, widths 0. 7 5 3 1 2 3 4 5: differences -2 -2 -2 1
 * 1 1 1, least -2 (zigzag 3), above it 0 0 0 3 3 3 3 in 2 bits: 00 00 00 11 11 11 11 from the low
 * end is C0 3F, and 8 bytes of a part of 32. */
START_TEST(differences_as_published) {
    struct mln_buf out = MLN_BUF_INIT;
    const int64_t steps[] = {1, 2, 3, 4, 5};
    mln_parquet_delta(&out, steps, 5);
    BYTES_ARE(&out, 0x80, 1, 4, 5, 2, 2, 0, 0, 0, 0);
    mln_buf_reset(&out);
    const int64_t values[] = {7, 5, 3, 1, 2, 3, 4, 5};
    mln_parquet_delta(&out, values, 8);
    BYTES_ARE(&out, 0x80, 1, 4, 8, 14, 3, 2, 0, 0, 0, 0xC0, 0x3F, 0, 0, 0, 0, 0, 0);
    mln_buf_reset(&out);
    mln_parquet_delta(&out, values, 0);
    BYTES_ARE(&out, 0x80, 1, 4, 0, 0);
    mln_buf_release(&out);
}
END_TEST

/* Encodings.md, "Delta Strings": axis, axle, babble, babyhood share 0 2 0 3 letters with the one
 * before; left are axis le babble yhood, of 4 2 6 5. 0 2 0 3: differences 2 -2 3, least -2, above 4
 * 0 5 in 3 bits: 001 000 101 low first, 44 01. 4 2 6 5: -2 4 -1, above 0 6 1: 70 00. */
START_TEST(prefixes_as_published) {
    struct mln_buf out = MLN_BUF_INIT;
    const struct mln_str words[] = {MLN_STR_LIT("axis"), MLN_STR_LIT("axle"), MLN_STR_LIT("babble"),
                                    MLN_STR_LIT("babyhood")};
    int64_t lengths[8];
    mln_parquet_prefix(&out, words, 4, lengths);
    const int64_t shared[] = {0, 2, 0, 3};
    ck_assert_mem_eq(lengths, shared, sizeof shared);
    BYTES_ARE(&out, 0x80, 1, 4, 4, 0, 3, 3, 0, 0, 0, 0x44, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,
              0,                                                                      /* 0 2 0 3 */
              0x80, 1, 4, 4, 8, 3, 3, 0, 0, 0, 0x70, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* 4 2 6 5 */
              'a', 'x', 'i', 's', 'l', 'e', 'b', 'a', 'b', 'b', 'l', 'e', 'y', 'h', 'o', 'o', 'd');
    mln_buf_release(&out);
}
END_TEST

/* ── files, read back ── */

static char dir[] = "/tmp/mln-parquet-XXXXXX";
static char path[64];

static void make_dir(void) {
    memcpy(dir, "/tmp/mln-parquet-XXXXXX", sizeof dir);
    ck_assert_ptr_nonnull(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/rows.parquet", dir);
}

static void remove_dir(void) {
    OK(mln_dir_remove(dir, &err));
}

enum { N_COLUMNS = 9 };
static const struct mln_column_spec specs[N_COLUMNS] = {
    {"sorted", MLN_INT64},   {"any", MLN_INT64},      {"level", MLN_INT32},
    {"day", MLN_DATE32},     {"weight", MLN_DOUBLE},  {"few", MLN_DOUBLE},
    {"word", MLN_UTF8_TEXT}, {"text", MLN_UTF8_TEXT}, {"nothing", MLN_UTF8_TEXT},
};

/* The row of a number: every type, repeated and new values, the ends of the ranges, long and empty
 * texts, all of them missing now and then. */
static void add_row(struct mln_builder *b, uint64_t seed, uint64_t row) {
    char text[400];
    struct mln_rng rng;
    mln_rng_init(&rng, seed, 1, row);
    const uint64_t any = mln_rng_u64(&rng), other = mln_rng_u64(&rng);
    const size_t n = (size_t)(any % 50 == 0 ? other % 380 : other % 9);
    const uint64_t holes = row % 40000 < 20000 ? mln_rng_u64(&rng) % 64 : 1U << 20;
    static const char *const words[] = {"dob", "surname, first_name", "", "é"};
    for (size_t c = 0; c < N_COLUMNS; c++) {
        if (holes == c || c == N_COLUMNS - 1) {
            mln_add_null(b, c);
            continue;
        }
        switch (c) {
        case 0: mln_add_i64(b, c, (int64_t)(3 * row) - 1000); break;
        case 1:
            mln_add_i64(b, c, any % 9 == 0 ? INT64_MIN : any % 9 == 1 ? INT64_MAX : (int64_t)other);
            break;
        case 2: mln_add_i32(b, c, row % 5000 < 3000 ? 2 : (int32_t)(any % 7)); break;
        case 3: mln_add_i32(b, c, (int32_t)(other % 200000) - 100000); break;
        case 4: mln_add_f64(b, c, (double)(int64_t)other / 1024); break;
        case 5: mln_add_f64(b, c, (double)(other % 3) / 3); break;
        case 6: mln_add_str(b, c, mln_str_from(words[any % 4])); break;
        default:
            (void)snprintf(text, sizeof text, "rec-%llu-%0*llu", (unsigned long long)row / 3,
                           (int)n, (unsigned long long)other);
            mln_add_str(b, c, mln_str_from(text));
        }
    }
}

static struct mln_builder *rows_of(uint64_t seed, uint64_t from, uint64_t to) {
    struct mln_builder *b = mln_builder_new(specs, N_COLUMNS);
    ck_assert_ptr_nonnull(b);
    for (uint64_t row = from; row < to; row++) {
        add_row(b, seed, row);
    }
    return b;
}

static void write_file(uint64_t seed, const uint64_t *cuts, size_t n_cuts) {
    struct mln_parquet_file f;
    OK(mln_parquet_begin(&f, path, specs, N_COLUMNS, &err));
    for (size_t i = 0; i + 1 < n_cuts; i++) {
        struct mln_parquet_group group = MLN_PARQUET_GROUP_INIT;
        struct mln_builder *b = rows_of(seed, cuts[i], cuts[i + 1]);
        struct mln_batch batch;
        OK(mln_builder_view(b, &batch, &err));
        OK(mln_parquet_encode(&batch, &group, &err));
        OK(mln_parquet_add(&f, &group, &err));
        mln_parquet_group_release(&group);
        mln_builder_free(b);
    }
    OK(mln_parquet_commit(&f, &err));
}

struct reading {
    uint64_t seed, row;
};

static void same_cell(const struct mln_column *got, const struct mln_column *wanted, size_t at,
                      size_t i, uint64_t row) {
    ck_assert_msg(mln_is_valid(got, at) == mln_is_valid(wanted, i), "row %llu, column %s: missing",
                  (unsigned long long)row, wanted->name);
    if (!mln_is_valid(wanted, i)) {
        return;
    }
    ck_assert_int_eq(got->type, wanted->type);
    switch (wanted->type) {
    case MLN_INT64: ck_assert_int_eq(mln_get_i64(got, at), mln_get_i64(wanted, i)); break;
    case MLN_DOUBLE: ck_assert_double_eq(mln_get_f64(got, at), mln_get_f64(wanted, i)); break;
    case MLN_UTF8_TEXT: ck_assert(mln_str_eq(mln_get_str(got, at), mln_get_str(wanted, i))); break;
    default: ck_assert_int_eq(mln_get_i32(got, at), mln_get_i32(wanted, i));
    }
}

static enum mln_status compare(void *ctx, const struct mln_batch *got, struct mln_err *e) {
    struct reading *r = ctx;
    (void)e;
    ck_assert_uint_eq(got->n_columns, N_COLUMNS);
    struct mln_builder *b = rows_of(r->seed, r->row, r->row + got->n_rows);
    struct mln_batch wanted;
    OK(mln_builder_view(b, &wanted, &err));
    for (size_t c = 0; c < N_COLUMNS; c++) {
        ck_assert_str_eq(got->columns[c].name, specs[c].name);
        for (size_t i = 0; i < got->n_rows; i++) {
            same_cell(&got->columns[c], &wanted.columns[c], i, i, r->row + i);
        }
    }
    mln_builder_free(b);
    r->row += got->n_rows;
    return MLN_OK;
}

static void read_back(uint64_t seed, uint64_t n) {
    struct mln_engine *e = NULL;
    const struct mln_engine_options options = {.n_threads = 1, .clear = true};
    OK(mln_engine_open_duckdb(&options, &e, &err));
    struct reading r = {seed, 0};
    OK(e->ops->read_parquet(e, path, false, compare, &r, &err));
    ck_assert_uint_eq(r.row, n);
    e->ops->close(e);
}

START_TEST(what_is_written_is_read) {
    make_dir();
    const uint64_t cuts[] = {0, 1, 1000, 50000, 50008};
    for (size_t n = 2; n <= 5; n++) {
        write_file(n, cuts, n);
        read_back(n, cuts[n - 1]);
    }
    remove_dir();
}
END_TEST

START_TEST(no_row_is_a_file) {
    make_dir();
    write_file(1, (const uint64_t[]){0}, 1);
    read_back(1, 0);
    remove_dir();
}
END_TEST

/* Long texts end pages: 40 of 100,000 bytes are 4 MB, in pages of a little over 1 MiB. */
START_TEST(long_texts) {
    make_dir();
    static char letters[100000];
    const struct mln_column_spec spec = {"t", MLN_UTF8_TEXT};
    struct mln_builder *b = mln_builder_new(&spec, 1);
    for (size_t i = 0; i < 40; i++) {
        memset(letters, 'a' + (int)(i % 26), sizeof letters);
        mln_add_str(b, 0, (struct mln_str){letters, sizeof letters - i});
    }
    struct mln_batch batch;
    struct mln_parquet_group group = MLN_PARQUET_GROUP_INIT;
    struct mln_parquet_file f;
    OK(mln_builder_view(b, &batch, &err));
    OK(mln_parquet_encode(&batch, &group, &err));
    OK(mln_parquet_begin(&f, path, &spec, 1, &err));
    OK(mln_parquet_add(&f, &group, &err));
    OK(mln_parquet_commit(&f, &err));
    struct mln_engine *e = NULL;
    const struct mln_engine_options options = {.n_threads = 1, .clear = true};
    int64_t n = 0;
    OK(mln_engine_open_duckdb(&options, &e, &err));
    OK(mln_query_i64(e, "t", "SELECT CAST(SUM(length(t)) AS BIGINT) FROM read_parquet($path)",
                     MLN_PARAMS(MLN_TEXT("path", path)), &n, &err));
    ck_assert_int_eq(n, 40 * 100000 - 39 * 40 / 2);
    e->ops->close(e);
    mln_parquet_group_release(&group);
    mln_builder_free(b);
    remove_dir();
}
END_TEST

/* A slice of a batch is encoded as the rows alone would be. */
START_TEST(the_same_bytes_of_a_slice) {
    struct mln_builder *whole = rows_of(9, 0, 3000), *part = rows_of(9, 777, 3000);
    struct mln_batch a, b;
    struct mln_column columns[N_COLUMNS];
    struct mln_parquet_group x = MLN_PARQUET_GROUP_INIT, y = MLN_PARQUET_GROUP_INIT;
    OK(mln_builder_view(whole, &a, &err));
    OK(mln_builder_view(part, &b, &err));
    for (size_t c = 0; c < N_COLUMNS; c++) {
        columns[c] = a.columns[c];
        columns[c].offset = 777;
    }
    const struct mln_batch slice = {a.n_rows - 777, N_COLUMNS, columns};
    OK(mln_parquet_encode(&slice, &x, &err));
    OK(mln_parquet_encode(&b, &y, &err));
    ck_assert_uint_eq(x.bytes.n, y.bytes.n);
    ck_assert_mem_eq(x.bytes.p, y.bytes.p, x.bytes.n);
    mln_parquet_group_release(&x);
    mln_parquet_group_release(&y);
    mln_builder_free(whole);
    mln_builder_free(part);
}
END_TEST

/* ── faults ── */

static enum mln_status write_rows(const struct mln_batch *batch, struct mln_err *e) {
    struct mln_parquet_group group = MLN_PARQUET_GROUP_INIT;
    struct mln_parquet_file f;
    enum mln_status status = mln_parquet_encode(batch, &group, e);
    if (status == MLN_OK) {
        status = mln_parquet_begin(&f, path, specs, N_COLUMNS, e);
        if (status == MLN_OK) {
            status = mln_parquet_add(&f, &group, e);
            if (status == MLN_OK) {
                status = mln_parquet_commit(&f, e);
            } else {
                mln_parquet_abort(&f);
            }
        }
    }
    mln_parquet_group_release(&group);
    return status;
}

static void fail_in_turn(enum fault_kind kind, enum mln_status expected) {
    make_dir();
    struct mln_builder *b = rows_of(3, 0, 2000);
    struct mln_batch batch;
    OK(mln_builder_view(b, &batch, &err));
    const size_t live = fault_live();
    size_t nth = 1;
    for (;; nth++) {
        fault_arm(kind, nth);
        const enum mln_status status = write_rows(&batch, &err);
        const bool happened = fault_disarm();
        ck_assert_uint_eq(fault_live(), live);
        if (!happened) {
            ck_assert_msg(status == MLN_OK, "%s", err.msg);
            break;
        }
        ck_assert_msg(status == expected, "fault %zu: status %d: %s", nth, (int)status, err.msg);
        char aside[80];
        (void)snprintf(aside, sizeof aside, "%s.part", path);
        ck_assert(!mln_path_exists(aside));
        (void)unlink(path); /* whole, when only the flush of the folder failed */
    }
    ck_assert_uint_gt(nth, kind == FAULT_MEMORY ? 10 : 3);
    mln_builder_free(b);
    remove_dir();
}

START_TEST(every_allocation_fails) {
    fail_in_turn(FAULT_MEMORY, MLN_NO_MEMORY);
}
END_TEST

START_TEST(every_call_of_the_file_system_fails) {
    fail_in_turn(FAULT_IO, MLN_IO);
}
END_TEST

MLN_TEST_MAIN("parquet", numbers_of_any_length, packed_as_published, runs_end_groups,
              differences_as_published, prefixes_as_published, what_is_written_is_read,
              no_row_is_a_file, long_texts, the_same_bytes_of_a_slice, every_allocation_fails,
              every_call_of_the_file_system_fails)
