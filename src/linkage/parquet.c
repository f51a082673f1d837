/* The file around the row groups: "PAR1" | groups | footer (Thrift) | its length | "PAR1". */
#include "linkage/parquet.h"

#include "linkage/parquet_format.h"

static const char magic[] = "PAR1";

static int32_t type_of(enum mln_type type) {
    static const int32_t of[] = {[MLN_INT32] = PARQUET_INT32,
                                 [MLN_INT64] = PARQUET_INT64,
                                 [MLN_DOUBLE] = PARQUET_DOUBLE,
                                 [MLN_DATE32] = PARQUET_INT32,
                                 [MLN_UTF8_TEXT] = PARQUET_BYTE_ARRAY};
    return of[type];
}

/* ── footer ── */

static void put_column(struct mln_buf *out, const struct mln_column_spec *spec) {
    const bool text = spec->type == MLN_UTF8_TEXT;
    struct thrift element = {out, 0};
    thrift_i32(&element, 1, type_of(spec->type));
    thrift_i32(&element, 3, PARQUET_OPTIONAL);
    thrift_text(&element, 4, mln_str_from(spec->name));
    if (text || spec->type == MLN_DATE32) {
        thrift_i32(&element, 6, text ? PARQUET_CONVERTED_UTF8 : PARQUET_CONVERTED_DATE);
        struct thrift logical = thrift_struct(&element, 10);
        struct thrift kind =
            thrift_struct(&logical, text ? PARQUET_LOGICAL_STRING : PARQUET_LOGICAL_DATE);
        thrift_end(&kind);
        thrift_end(&logical);
    }
    thrift_end(&element);
}

static void put_schema(struct thrift *footer, const struct mln_parquet_file *f) {
    thrift_list(footer, 2, THRIFT_STRUCT, f->n_columns + 1);
    struct thrift root = {footer->out, 0};
    thrift_text(&root, 4, MLN_STR_LIT("schema"));
    thrift_i32(&root, 5, (int32_t)f->n_columns);
    thrift_end(&root);
    for (size_t i = 0; i < f->n_columns; i++) {
        put_column(footer->out, &f->specs[i]);
    }
}

/* `at`: where the group begins in the file. */
static void put_chunk(struct mln_buf *out, const struct mln_column_spec *spec,
                      const struct mln_parquet_chunk *chunk, size_t n_rows, uint64_t at) {
    struct thrift column = {out, 0};
    thrift_i64(&column, 2, at + chunk->start);
    struct thrift about = thrift_struct(&column, 3);
    thrift_i32(&about, 1, type_of(spec->type));
    thrift_list(&about, 2, THRIFT_I32, chunk->dictionary > 0 ? 3 : 2);
    mln_parquet_zigzag(out, PARQUET_RLE);
    if (chunk->dictionary > 0) {
        mln_parquet_zigzag(out, PARQUET_PLAIN);
    }
    mln_parquet_zigzag(out, chunk->encoding);
    thrift_list(&about, 3, THRIFT_BINARY, 1);
    thrift_bytes(out, mln_str_from(spec->name));
    thrift_i32(&about, 4, 0); /* not compressed */
    thrift_i64(&about, 5, n_rows);
    thrift_i64(&about, 6, chunk->bytes);
    thrift_i64(&about, 7, chunk->bytes);
    thrift_i64(&about, 9, at + chunk->start + chunk->dictionary);
    if (chunk->dictionary > 0) {
        thrift_i64(&about, 11, at + chunk->start);
    }
    thrift_end(&about);
    thrift_end(&column);
}

static void put_footer(struct mln_buf *out, const struct mln_parquet_file *f) {
    struct thrift footer = {out, 0};
    thrift_i32(&footer, 1, 1);
    put_schema(&footer, f);
    thrift_i64(&footer, 3, f->n_rows);
    thrift_list(&footer, 4, THRIFT_STRUCT, f->n_groups);
    mln_buf_add_str(out, mln_buf_view(&f->groups));
    thrift_text(&footer, 6, MLN_STR_LIT("maillon version " MLN_VERSION));
    thrift_end(&footer);
}

/* ── file ── */

enum mln_status mln_parquet_begin(struct mln_parquet_file *f, const char *path,
                                  const struct mln_column_spec *specs, size_t n_columns,
                                  struct mln_err *err) {
    *f = (struct mln_parquet_file){.specs = specs, .n_columns = n_columns};
    MLN_TRY(mln_file_begin(&f->file, path, err));
    const enum mln_status status = mln_file_add(&f->file, mln_str_from(magic), err);
    if (status != MLN_OK) {
        mln_parquet_abort(f);
    }
    return status;
}

enum mln_status mln_parquet_add(struct mln_parquet_file *f, const struct mln_parquet_group *group,
                                struct mln_err *err) {
    struct thrift about = {&f->groups, 0};
    thrift_list(&about, 1, THRIFT_STRUCT, f->n_columns);
    for (size_t i = 0; i < f->n_columns; i++) {
        put_chunk(&f->groups, &f->specs[i], &group->chunks[i], group->n_rows, f->file.bytes);
    }
    thrift_i64(&about, 2, group->bytes.n);
    thrift_i64(&about, 3, group->n_rows);
    thrift_end(&about);
    f->n_groups++;
    f->n_rows += group->n_rows;
    MLN_TRY(mln_buf_check(&f->groups, "the footer of Parquet", err));
    return mln_file_add(&f->file, mln_buf_view(&group->bytes), err);
}

enum mln_status mln_parquet_commit(struct mln_parquet_file *f, struct mln_err *err) {
    struct mln_buf end = MLN_BUF_INIT;
    put_footer(&end, f);
    const size_t n = end.n;
    for (unsigned b = 0; b < 32; b += 8) {
        mln_buf_addc(&end, (char)(n >> b));
    }
    mln_buf_addz(&end, magic);
    enum mln_status status = mln_buf_check(&end, "the footer of Parquet", err);
    if (status == MLN_OK) {
        status = mln_file_add(&f->file, mln_buf_view(&end), err);
    }
    mln_buf_release(&end);
    mln_buf_release(&f->groups);
    if (status != MLN_OK) {
        mln_parquet_abort(f);
        return status;
    }
    return mln_file_commit(&f->file, err);
}

void mln_parquet_abort(struct mln_parquet_file *f) {
    mln_file_abort(&f->file);
    mln_buf_release(&f->groups);
}
