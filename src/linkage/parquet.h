/* Parquet files written without an engine: batch in, file out (github.com/apache/parquet-format).
 *
 *   batch ─encode─▶ row group (bytes; any thread) ─add─▶ file, in the order of the calls ─commit─▶
 * in place
 *
 * A result has many narrow rows: through an engine's tables each cell would be copied three times
 * and sorted once, which took longer than finding the links. Here a group of rows is encoded from
 * the arrays that a batch has.
 *
 * Pages are not compressed; the encodings are what makes them small. Whole numbers (BIGINT):
 * differences of neighbours. Others: places in a dictionary, as long as values repeat (no more than
 * half of them new, at most 65,536); else texts by the prefix they share with the one before, and
 * doubles as they are. Every column may have missing values. No statistics. The bytes are a
 * function of the batches alone. */
#ifndef MLN_LINKAGE_PARQUET_H
#define MLN_LINKAGE_PARQUET_H

#include "base/batch.h"
#include "base/file.h"

/* Rows of a group: what readers work on by themselves. Any number is allowed. */
enum { MLN_PARQUET_GROUP_ROWS = 122880 };

struct mln_parquet_chunk { /* one column of a group */
    uint64_t start;        /* in the bytes of the group */
    uint64_t dictionary;   /* bytes of its dictionary page, which comes first; 0: none */
    uint64_t bytes;        /* with the dictionary */
    uint8_t encoding;      /* of its values, as the format numbers them */
};

struct mln_parquet_group {
    struct mln_buf bytes;
    struct mln_parquet_chunk *chunks; /* one a column */
    size_t n_columns;
    size_t n_rows;
};
#define MLN_PARQUET_GROUP_INIT ((struct mln_parquet_group){0})

/* Encodes the rows of a batch of at least one row into an empty group. Thread-safe. Scratch: about
 * 32 bytes a row. Error: MLN_NO_MEMORY; MLN_INTERNAL for texts that make a page of more than 2 GiB.
 */
enum mln_status mln_parquet_encode(const struct mln_batch *batch, struct mln_parquet_group *out,
                                   struct mln_err *err) MLN_MUST_USE;
void mln_parquet_group_release(struct mln_parquet_group *group);

struct mln_parquet_file {
    struct mln_file_writer file;
    const struct mln_column_spec *specs; /* borrowed */
    size_t n_columns;
    struct mln_buf groups; /* what the footer says of them */
    size_t n_groups;
    uint64_t n_rows;
};

/* begin → add … → commit | abort. The path is untouched until commit; a failed begin or commit
 * leaves nothing behind. Groups must have the columns of the specs, in their order. */
enum mln_status mln_parquet_begin(struct mln_parquet_file *f, const char *path,
                                  const struct mln_column_spec *specs, size_t n_columns,
                                  struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_parquet_add(struct mln_parquet_file *f, const struct mln_parquet_group *group,
                                struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_parquet_commit(struct mln_parquet_file *f, struct mln_err *err) MLN_MUST_USE;
void mln_parquet_abort(struct mln_parquet_file *f);

#endif
