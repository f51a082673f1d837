/* Tables of codes that a model names by a file (clean: [{table: {file: …, from: …, to: …}}]): read
 * into the model, which is then as if they were written in it. So the model of a result holds them.
 */
#ifndef MLN_LINKAGE_CODES_H
#define MLN_LINKAGE_CODES_H

#include "engine/engine.h"
#include "linkage/linkage.h"
#include "secret/digest.h"

/* One file that was read; a list. */
struct mln_linkage_code_file {
    struct mln_linkage_code_file *next;
    struct mln_str field;
    const char *path;
    struct mln_digest digest;
    uint64_t n_rows;
};

/* In the arena. Errors: MLN_BAD_INPUT (file, row and column; the line of the model), MLN_IO,
 * MLN_NO_MEMORY. */
enum mln_status mln_linkage_codes_read(const struct mln_linkage_options *options,
                                       struct mln_engine *engine, struct mln_arena *arena,
                                       struct mln_link_model *model,
                                       struct mln_linkage_code_file **files, struct mln_err *err)
    MLN_MUST_USE;

#endif
