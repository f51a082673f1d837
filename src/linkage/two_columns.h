/* A file beside the model, of which two columns are read: frequencies of values, tables of codes.
 */
#ifndef MLN_LINKAGE_TWO_COLUMNS_H
#define MLN_LINKAGE_TWO_COLUMNS_H

#include "engine/engine.h"
#include "linkage/linkage.h"
#include "secret/digest.h"

struct mln_two_columns {
    const char *model;        /* its path: messages, and the folder that `file` starts from */
    struct mln_str file;      /* as the model writes it */
    struct mln_str column[2]; /* two different ones */
    uint32_t line, at;        /* where the model names it */
    const char *path;         /* found by mln_two_columns_path */
};

/* A row: the two cells ({NULL, 0} missing). */
typedef enum mln_status mln_two_cells_fn(void *ctx, uint64_t row, const struct mln_str cells[2],
                                         struct mln_err *err);

/* Its path, in the arena, and the digest of its bytes. */
enum mln_status mln_two_columns_path(struct mln_two_columns *table, struct mln_arena *arena,
                                     struct mln_digest *digest, struct mln_err *err) MLN_MUST_USE;

/* All rows, in order. The delimiter of CSV is found in the header, the encoding is that of the
 * inputs. A fault of form stops it, with the row. */
enum mln_status mln_two_columns_read(const struct mln_two_columns *table,
                                     const struct mln_linkage_options *options,
                                     struct mln_engine *engine, mln_two_cells_fn *take, void *ctx,
                                     struct mln_err *err) MLN_MUST_USE;

/* "PATH: row 12, column 'n': what". */
enum mln_status mln_two_columns_error(const struct mln_two_columns *table, uint64_t row,
                                      size_t column, const char *what, struct mln_err *err);

#endif
