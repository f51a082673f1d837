/* Tables of frequencies from outside: read for the values of a run, kept beside its result. */
#ifndef MLN_LINKAGE_FREQUENCY_H
#define MLN_LINKAGE_FREQUENCY_H

#include "engine/engine.h"
#include "link/records/frequency.h"
#include "linkage/linkage.h"
#include "secret/digest.h"

struct mln_linkage_table {
    const char *path; /* as it was found; NULL: the comparison goes by the files */
    struct mln_digest digest;
    struct mln_frequencies frequencies;
};
struct mln_linkage_tables {
    struct mln_linkage_table of[MLN_COMPARISONS_MAX];
    const struct mln_frequencies *frequencies[MLN_COMPARISONS_MAX]; /* NULL: as above */
};

/* Reads the table of each comparison that names one; paths start from the folder of the model. The
 * delimiter of CSV is found in the header of each, the encoding is that of the inputs. Errors:
 * MLN_BAD_INPUT (file, row and column; the line of the model), MLN_IO, MLN_NO_MEMORY. */
enum mln_status mln_linkage_tables_read(const struct mln_linkage_options *options,
                                        const struct mln_link_model *model,
                                        const struct mln_records *records,
                                        struct mln_engine *engine, struct mln_arena *arena,
                                        struct mln_linkage_tables *out, struct mln_err *err)
    MLN_MUST_USE;

/* Copies the tables into the folder of the result and names the copies in the model that is written
 * there, so that it can be given back wherever the folder goes. */
enum mln_status mln_linkage_tables_keep(const struct mln_linkage_tables *tables, const char *folder,
                                        struct mln_arena *arena, struct mln_link_model *trained,
                                        struct mln_err *err) MLN_MUST_USE;

#endif
