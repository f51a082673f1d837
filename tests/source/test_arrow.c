/* The Arrow reader on files written by pyarrow (arrow_fixtures.py): values by hand, compressed and
 * not; what it refuses; every file cut short, every byte changed, every call of the file system
 * failing. */
#include "memory_io.h"

#include "base/file.h"
#include "dump.h"
#include "run.h"

enum { FILE_MAX = 1 << 20 };

/* Sizes in a damaged file may ask for more than there is: an error, as without the sanitizer. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "allocator_may_return_null=1";
}

static struct mln_buf fixture(const char *name) {
    struct mln_buf path = MLN_BUF_INIT, bytes = MLN_BUF_INIT;
    struct mln_err err = {0};
    mln_buf_addf(&path, "%s/%s", MLN_ARROW_FILES, name);
    ck_assert_msg(mln_file_read(path.p, FILE_MAX, &bytes, &err) == MLN_OK, "%s", err.msg);
    mln_buf_release(&path);
    return bytes;
}

/* Columns of the file that are lists are joined by '|'; `only` column, or all with SIZE_MAX. */
static enum mln_status read_bytes(struct memory_file *file, size_t only, bool lists,
                                  struct mln_buf *out, struct mln_err *err) {
    static const char bars[] = "||||||||||||||||||||||||||||||||";
    const struct mln_io io = memory_io(file);
    const struct mln_source_options options = {
        .format = MLN_FORMAT_ARROW, .io = &io, .shown = "t.arrow"};
    struct mln_source *source;
    enum mln_status status = mln_source_open("t.arrow", &options, &source, err);
    if (status == MLN_OK && only != SIZE_MAX) {
        status = mln_source_select(source, &only, 1, err);
    }
    if (status == MLN_OK) {
        mln_source_separate(source, lists ? bars : NULL);
        status = mln_source_stream(source, dump_cells, out, err);
    }
    mln_source_close(source);
    ck_assert_int_eq(file->opened, 0);
    return status;
}

static enum mln_status read_fixture(const char *name, size_t only, bool lists, struct mln_buf *out,
                                    struct mln_err *err) {
    struct mln_buf bytes = fixture(name);
    struct memory_file file = {.bytes = mln_buf_view(&bytes), .piece = 37};
    const enum mln_status status = read_bytes(&file, only, lists, out, err);
    mln_buf_release(&bytes);
    return status;
}

/* An empty text is missing, as in every format. A timestamp with a zone (tus: Paris) is told as its
 * instant in UTC, which is what stands in the file. */
static const char types_text[] =
    "1:\xC3\xA9t\xC3\xA9|a|short|PN|7|-128|18446744073709551615|-9223372036854775808|0.1|0.1|true|"
    "2021-03-01|2021-03-01|2021-03-01 12:30:05|2021-03-01 12:30:05.25+00|01:02:03.04|12.50|~|a|b "
    "c|1|2|1|2|3\n"
    "2:~|bc|longer than twelve bytes|GN|8|127|0|42|3|1e+300|false|"
    "1582-01-01|1969-12-31|1969-12-31 23:59:59|1960-01-01 00:00:00+00|00:00:00|-0.05|~|~|3|4|5|6\n"
    "3:~|~|~|~|~|~|~|~|~|~|~|~|~|~|~|~|~|~|~|~|~\n"
    "4:d|~|x|PN|7|0|1|1|-2.5|1234567|true|"
    "0001-01-01|9999-12-31|1970-01-01 00:00:00|1970-01-01 "
    "00:00:00+00|23:59:59|99999999.99|~|d|~|7|8|9\n";

START_TEST(values_by_hand) {
    static const char *const files[] = {"types.arrow", "types.arrows", "types_zstd.arrow",
                                        "types_lz4.arrows"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct mln_buf out = MLN_BUF_INIT;
        struct mln_err err = {0};
        ck_assert_msg(read_fixture(files[i], SIZE_MAX, true, &out, &err) == MLN_OK, "%s: %s",
                      files[i], err.msg);
        ck_assert_msg(mln_str_is(mln_buf_view(&out), types_text), "%s:\n%s\nnot\n%s", files[i],
                      out.p, types_text);
        mln_buf_release(&out);
    }
}
END_TEST

/* Dictionaries that grow or are replaced between record batches; no rows; Feather as pandas writes
 * it. */
static const struct {
    const char *file, *text;
} whole[] = {
    {"small.arrow", "1:1|A\n2:2|~\n3:3|C\n"},
    {"small.arrows", "1:1|A\n2:2|~\n3:3|C\n"},
    {"small.feather", "1:1|A\n2:2|~\n3:3|C\n"},
    {"empty.arrow", ""},
    {"empty.arrows", ""},
    {"delta.arrows", "1:a\n2:b\n3:c\n"},
    {"replaced.arrows", "1:a\n2:b\n3:c\n4:d\n"},
};

START_TEST(files_by_hand) {
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        struct mln_buf out = MLN_BUF_INIT;
        struct mln_err err = {0};
        ck_assert_msg(read_fixture(whole[i].file, SIZE_MAX, false, &out, &err) == MLN_OK, "%s: %s",
                      whole[i].file, err.msg);
        ck_assert_msg(mln_str_is(mln_buf_view(&out), whole[i].text), "%s: %s", whole[i].file,
                      out.p);
        mln_buf_release(&out);
    }
}
END_TEST

/* struct.arrow: id, s (struct), b (bytes), l (lists of lists), nom. Only what is asked for is
 * refused. */
static const struct {
    const char *file;
    size_t only;
    bool lists;
    const char *message; /* NULL: read */
} refused[] = {
    {"struct.arrow", 0, false, NULL},
    {"struct.arrow", 4, false, NULL},
    {"struct.arrow", 1, true, "column 's' is of the type struct, which has no text"},
    {"struct.arrow", 2, true, "column 'b' is of the type binary, which has no text"},
    {"struct.arrow", 3, true, "column 'l' is of the type list, which has no text"},
    {"types.arrow", 18, false, "column 'list' holds lists, and is read here as one value"},
    {"version1.feather", SIZE_MAX, false,
     "Feather of version 1 is not read; write it again in version 2"},
};

START_TEST(refusals_by_hand) {
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct mln_buf out = MLN_BUF_INIT;
        struct mln_err err = {0};
        const enum mln_status status =
            read_fixture(refused[i].file, refused[i].only, refused[i].lists, &out, &err);
        ck_assert_msg(status == (refused[i].message == NULL ? MLN_OK : MLN_BAD_INPUT), "%zu: %s", i,
                      err.msg);
        ck_assert_msg(refused[i].message == NULL || strstr(err.msg, refused[i].message) != NULL,
                      "%zu: %s", i, err.msg);
        mln_buf_release(&out);
    }
}
END_TEST

/* "b c" holds the blank that parts elements by default: another list would read the same. */
START_TEST(element_with_separator) {
    struct mln_buf bytes = fixture("types.arrow"), out = MLN_BUF_INIT;
    struct mln_err err = {0};
    struct memory_file file = {.bytes = mln_buf_view(&bytes)};
    const struct mln_io io = memory_io(&file);
    const struct mln_source_options options = {
        .format = MLN_FORMAT_ARROW, .io = &io, .shown = "t.arrow"};
    struct mln_source *source;
    const size_t list = 18;
    ck_assert_int_eq(mln_source_open("t.arrow", &options, &source, &err), MLN_OK);
    ck_assert_int_eq(mln_source_select(source, &list, 1, &err), MLN_OK);
    mln_source_separate(source, " ");
    ck_assert_int_eq(mln_source_stream(source, dump_cells, &out, &err), MLN_BAD_INPUT);
    ck_assert_str_eq(
        err.msg,
        "t.arrow: row 1, column 'list': an element of the list holds the separator ' '; give the "
        "field another one (separator: \"|\") that no element holds");
    mln_source_close(source);
    mln_buf_release(&bytes);
    mln_buf_release(&out);
}
END_TEST

/* Cut anywhere, a file is refused: never fewer rows without a word. */
START_TEST(truncated_anywhere) {
    static const char *const files[] = {"types.arrow",      "types.arrows",    "types_zstd.arrow",
                                        "types_lz4.arrows", "replaced.arrows", "small.arrow",
                                        "empty.arrows"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct mln_buf bytes = fixture(files[i]);
        for (size_t n = 0; n < bytes.n; n += 1 + n / 256) {
            struct mln_buf out = MLN_BUF_INIT;
            struct mln_err err = {0};
            struct memory_file file = {.bytes = {bytes.p, n}};
            const enum mln_status status = read_bytes(&file, SIZE_MAX, true, &out, &err);
            ck_assert_msg(status == MLN_BAD_INPUT, "%s, %zu of %zu bytes: %d", files[i], n, bytes.n,
                          (int)status);
            ck_assert_ptr_nonnull(strstr(err.msg, "t.arrow: not a whole Arrow file ("));
            mln_buf_release(&out);
        }
        mln_buf_release(&bytes);
    }
}
END_TEST

/* Any byte changed: refused, or rows; never a crash. */
START_TEST(any_byte_changed) {
    static const unsigned char hostile[] = {0, 1, 0x7F, 0xFF};
    static const char *const files[] = {"types.arrow", "types_lz4.arrows", "types_zstd.arrow",
                                        "delta.arrows"};
    size_t refusals = 0;
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        struct mln_buf bytes = fixture(files[f]);
        for (size_t i = 0; i < bytes.n; i += i < 1024 ? 1 : 7) {
            const char was = bytes.p[i];
            for (size_t h = 0; h < sizeof hostile; h++) {
                struct mln_buf out = MLN_BUF_INIT;
                struct mln_err err = {0};
                struct memory_file file = {.bytes = mln_buf_view(&bytes)};
                bytes.p[i] = (char)hostile[h];
                const enum mln_status status = read_bytes(&file, SIZE_MAX, true, &out, &err);
                ck_assert_msg(status == MLN_OK || status == MLN_BAD_INPUT ||
                                  status == MLN_NO_MEMORY,
                              "%s, byte %zu: %d %s", files[f], i, (int)status, err.msg);
                refusals += status != MLN_OK;
                mln_buf_release(&out);
            }
            bytes.p[i] = was;
        }
        mln_buf_release(&bytes);
    }
    ck_assert_uint_gt(refusals, 1000);
}
END_TEST

START_TEST(every_call_can_fail) {
    struct mln_buf bytes = fixture("small.arrow");
    for (size_t nth = 1;; nth++) {
        struct mln_buf out = MLN_BUF_INIT;
        struct mln_err err = {0};
        struct memory_file file = {.bytes = mln_buf_view(&bytes), .fail_at = nth};
        const enum mln_status status = read_bytes(&file, SIZE_MAX, false, &out, &err);
        mln_buf_release(&out);
        if (status == MLN_OK) {
            ck_assert_uint_gt(nth, 10);
            break;
        }
        ck_assert_int_eq(status, MLN_IO);
        ck_assert_str_eq(err.msg, "the disk is gone");
    }
    mln_buf_release(&bytes);
}
END_TEST

MLN_TEST_MAIN("arrow", values_by_hand, files_by_hand, refusals_by_hand, element_with_separator,
              truncated_anywhere, any_byte_changed, every_call_can_fail)
