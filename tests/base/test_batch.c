#include "base/batch.h"
#include "base/rng.h"
#include "run.h"

enum { I32, I64, F64, DAY, TEXT, N_COLUMNS };

static const struct mln_column_spec specs[N_COLUMNS] = {{"i32", MLN_INT32},
                                                        {"i64", MLN_INT64},
                                                        {"f64", MLN_DOUBLE},
                                                        {"day", MLN_DATE32},
                                                        {"text", MLN_UTF8_TEXT}};

/* Row r of the oracle: values and absences are functions of (r, column). Absences begin at row 3,
 * so that the bitmap is made late, and never in column I64. */
static bool is_missing(size_t r, size_t c) {
    return c != I64 && r >= 3 && (r * 7 + c) % 5 == 0;
}

static struct mln_str text_of(size_t r, char out[32]) {
    const size_t n = r % 11; /* empty texts too */
    for (size_t i = 0; i < n; i++) {
        out[i] = (char)('a' + (r + i) % 26);
    }
    return (struct mln_str){out, n};
}

static void add_rows(struct mln_builder *b, size_t from, size_t n) {
    for (size_t r = from; r < from + n; r++) {
        for (size_t c = 0; c < N_COLUMNS; c++) {
            char text[32];
            if (is_missing(r, c)) {
                mln_add_null(b, c);
                continue;
            }
            switch (c) {
            case I32: mln_add_i32(b, c, -(int32_t)r); break;
            case I64: mln_add_i64(b, c, (int64_t)r << 40); break;
            case F64: mln_add_f64(b, c, (double)r / 3); break;
            case DAY: mln_add_i32(b, c, (int32_t)r); break;
            default: mln_add_str(b, c, text_of(r, text)); break;
            }
        }
    }
}

/* Rows of the batch must be rows from, from + 1, … of the oracle. */
static void check_rows(const struct mln_batch *batch, size_t from) {
    ck_assert_uint_eq(batch->n_columns, N_COLUMNS);
    for (size_t r = 0; r < batch->n_rows; r++) {
        for (size_t c = 0; c < N_COLUMNS; c++) {
            const struct mln_column *col = &batch->columns[c];
            bool same = mln_is_valid(col, r) == !is_missing(from + r, c);
            char text[32];
            if (same && !is_missing(from + r, c)) {
                switch (c) {
                case I32: same = mln_get_i32(col, r) == -(int32_t)(from + r); break;
                case I64: same = mln_get_i64(col, r) == (int64_t)(from + r) << 40; break;
                case F64: same = mln_get_f64(col, r) == (double)(from + r) / 3; break;
                case DAY: same = mln_get_i32(col, r) == (int32_t)(from + r); break;
                default:
                    same = mln_get_str(col, r).p != NULL &&
                           mln_str_eq(mln_get_str(col, r), text_of(from + r, text));
                    break;
                }
            } else if (c == TEXT) {
                same = same && mln_get_str(col, r).p == NULL;
            }
            if (!same) {
                ck_abort_msg("row %zu column %s", r, specs[c].name);
            }
        }
    }
}

static struct mln_builder *built(size_t from, size_t n) {
    struct mln_builder *b = mln_builder_new(specs, N_COLUMNS);
    ck_assert_ptr_nonnull(b);
    add_rows(b, from, n);
    ck_assert_uint_eq(mln_builder_rows(b), n);
    return b;
}

START_TEST(what_was_added_is_seen) {
    static const size_t sizes[] = {0, 1, 3, 4, 7, 8, 9, 255, 256, 257, 1000, 20000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct mln_builder *b = built(0, sizes[i]);
        struct mln_batch batch;
        ck_assert_int_eq(mln_builder_view(b, &batch, NULL), MLN_OK);
        ck_assert_uint_eq(batch.n_rows, sizes[i]);
        check_rows(&batch, 0);
        ck_assert_ptr_null(batch.columns[I64].validity); /* nothing missing: no bitmap */
        /* Emptied and filled otherwise: nothing of the first rows is left. */
        mln_builder_reset(b);
        add_rows(b, 5, sizes[i] / 2);
        ck_assert_int_eq(mln_builder_view(b, &batch, NULL), MLN_OK);
        ck_assert_uint_eq(batch.n_rows, sizes[i] / 2);
        check_rows(&batch, 5);
        mln_builder_free(b);
    }
}
END_TEST

START_TEST(columns_are_found_by_name) {
    struct mln_builder *b = built(0, 1);
    struct mln_batch batch;
    ck_assert_int_eq(mln_builder_view(b, &batch, NULL), MLN_OK);
    ck_assert_ptr_eq(mln_batch_column(&batch, "day"), &batch.columns[DAY]);
    ck_assert_ptr_null(mln_batch_column(&batch, "da"));
    mln_builder_free(b);
    b = mln_builder_new(NULL, 0);
    ck_assert_int_eq(mln_builder_view(b, &batch, NULL), MLN_OK);
    ck_assert(batch.n_rows == 0 && batch.n_columns == 0);
    mln_builder_free(b);
    mln_builder_free(NULL);
}
END_TEST

START_TEST(a_batch_that_is_not_whole_is_refused) {
    struct mln_err err = {0};
    struct mln_batch batch;
    struct mln_builder *b = built(0, 2);
    mln_add_i32(b, I32, 1);
    ck_assert_uint_eq(mln_builder_rows(b), 2);
    ck_assert_int_eq(mln_builder_view(b, &batch, &err), MLN_INTERNAL);
    ck_assert_str_eq(err.msg, "columns 'i32' and 'i64' of a batch differ in length");
    struct ArrowSchema schema;
    struct ArrowArray array;
    ck_assert_int_eq(mln_builder_export(b, &schema, &array, &err), MLN_INTERNAL);
    mln_builder_reset(b);
    /* Text past 2^31 - 1 bytes is refused before a byte of it is read. */
    add_rows(b, 1, 1);
    mln_add_str(b, TEXT, (struct mln_str){"x", (size_t)INT32_MAX});
    ck_assert_int_eq(mln_builder_view(b, &batch, &err), MLN_INTERNAL);
    ck_assert_ptr_nonnull(strstr(err.msg, "passes 2 GiB"));
    mln_builder_reset(b);
    add_rows(b, 0, 4);
    ck_assert_int_eq(mln_builder_view(b, &batch, NULL), MLN_OK);
    check_rows(&batch, 0);
    mln_builder_free(b);
}
END_TEST

START_TEST(export_then_import_is_the_same_batch) {
    static const size_t sizes[] = {0, 1, 8, 1000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct mln_builder *b = built(0, sizes[i]);
        struct ArrowSchema schema;
        struct ArrowArray array;
        ck_assert_int_eq(mln_builder_export(b, &schema, &array, NULL), MLN_OK);
        ck_assert_uint_eq(mln_builder_rows(b), 0);
        add_rows(b, 2, 300); /* the builder goes on with buffers of its own */
        struct mln_batch batch;
        ck_assert_int_eq(mln_builder_view(b, &batch, NULL), MLN_OK);
        check_rows(&batch, 2);
        mln_builder_free(b); /* and the exported ones outlive it */

        ck_assert_str_eq(schema.format, "+s");
        ck_assert_str_eq(schema.children[DAY]->format, "tdD");
        ck_assert_str_eq(schema.children[TEXT]->name, "text");
        struct mln_column columns[N_COLUMNS];
        ck_assert_int_eq(mln_batch_import(&schema, &array, columns, N_COLUMNS, &batch, NULL),
                         MLN_OK);
        ck_assert_uint_eq(batch.n_rows, sizes[i]);
        check_rows(&batch, 0);
        array.release(&array);
        schema.release(&schema);
        ck_assert(array.release == NULL && schema.release == NULL);
    }
}
END_TEST

/* A consumer may keep one column and release the rest (Arrow specification, "moving
 * child arrays"). */
START_TEST(a_child_may_be_moved_out) {
    struct mln_builder *b = built(0, 100);
    struct ArrowSchema schema;
    struct ArrowArray array;
    ck_assert_int_eq(mln_builder_export(b, &schema, &array, NULL), MLN_OK);
    mln_builder_free(b);
    struct ArrowArray kept = *array.children[TEXT];
    struct ArrowSchema kept_schema = *schema.children[TEXT];
    array.children[TEXT]->release = NULL;
    schema.children[TEXT]->release = NULL;
    array.release(&array);
    schema.release(&schema);
    const int32_t *offsets = kept.buffers[1];
    char text[32];
    ck_assert(mln_str_eq((struct mln_str){(const char *)kept.buffers[2] + offsets[9], 9},
                         text_of(9, text)));
    ck_assert_str_eq(kept_schema.name, "text");
    kept.release(&kept);
    kept_schema.release(&kept_schema);
}
END_TEST

/* A slice is a struct array with an offset over children, children with offsets of their own, or
 * both (Arrow columnar format, "struct layout"). Random cuts, seed 1. */
START_TEST(slices_are_seen_at_their_place) {
    enum { N = 500 };
    struct mln_builder *b = built(0, N);
    struct ArrowSchema schema;
    struct ArrowArray array;
    ck_assert_int_eq(mln_builder_export(b, &schema, &array, NULL), MLN_OK);
    mln_builder_free(b);
    struct mln_rng rng;
    mln_rng_init(&rng, 1, 0, 0);
    for (int i = 0; i < 200; i++) {
        const uint32_t parent = mln_rng_below(&rng, N);
        const uint32_t child = mln_rng_below(&rng, N - parent);
        const uint32_t length = mln_rng_below(&rng, N - parent - child + 1);
        array.offset = parent;
        array.length = length;
        array.null_count = 0;
        for (size_t c = 0; c < N_COLUMNS; c++) {
            array.children[c]->offset = child;
            array.children[c]->length = N - child;
            array.children[c]->null_count = -1; /* not counted */
        }
        struct mln_column columns[N_COLUMNS];
        struct mln_batch batch;
        ck_assert_int_eq(mln_batch_import(&schema, &array, columns, N_COLUMNS, &batch, NULL),
                         MLN_OK);
        ck_assert_uint_eq(batch.n_rows, length);
        check_rows(&batch, (size_t)parent + child);
    }
    array.release(&array);
    schema.release(&schema);
}
END_TEST

START_TEST(what_is_not_our_layout_is_refused) {
    struct mln_builder *b = built(0, 10);
    struct ArrowSchema schema;
    struct ArrowArray array;
    struct mln_err err = {0};
    struct mln_column columns[N_COLUMNS];
    struct mln_batch batch;
    ck_assert_int_eq(mln_builder_export(b, &schema, &array, NULL), MLN_OK);
    mln_builder_free(b);
#define REFUSED(why)                                                                      \
    ck_assert_int_eq(mln_batch_import(&schema, &array, columns, N_COLUMNS, &batch, &err), \
                     MLN_BAD_INPUT);                                                      \
    ck_assert_msg(strstr(err.msg, why) != NULL, "%s", err.msg)
    schema.children[I64]->format = "U";
    REFUSED("Arrow column 'i64' has type 'U'; cast it");
    schema.children[I64]->format = "i"; /* its values are read as int32: the length still fits */
    ck_assert_int_eq(mln_batch_import(&schema, &array, columns, N_COLUMNS, &batch, &err), MLN_OK);
    schema.children[I64]->format = "u";
    REFUSED("does not have the buffers");
    schema.children[I64]->format = "l";
    struct ArrowSchema dictionary = {.format = "u"};
    schema.children[TEXT]->dictionary = &dictionary;
    REFUSED("(dictionary)");
    schema.children[TEXT]->dictionary = NULL;
    schema.format = "i";
    REFUSED("record batch");
    schema.format = "+s";
    array.length = 11;
    REFUSED("fewer than its batch");
    array.length = 10;
    const uint8_t bits[2] = {0xFF, 0x01};
    array.buffers[0] = bits;
    array.null_count = -1;
    REFUSED("missing as a whole");
    array.length = 9; /* the rows of the bitmap that are missing are not in it */
    ck_assert_int_eq(mln_batch_import(&schema, &array, columns, N_COLUMNS, &batch, &err), MLN_OK);
    array.buffers[0] = NULL;
    ck_assert_int_eq(mln_batch_import(&schema, &array, columns, N_COLUMNS - 1, &batch, &err),
                     MLN_BAD_INPUT);
    ck_assert_str_eq(err.msg, "an Arrow batch has 5 columns where at most 4 fit");
    array.release(&array);
    schema.release(&schema);
}
END_TEST

MLN_TEST_MAIN("batch", what_was_added_is_seen, columns_are_found_by_name,
              a_batch_that_is_not_whole_is_refused, export_then_import_is_the_same_batch,
              a_child_may_be_moved_out, slices_are_seen_at_their_place,
              what_is_not_our_layout_is_refused)
