/* From files to records: the format by the file's name, the delimiter by its header. */
#ifndef MLN_LINKAGE_READ_H
#define MLN_LINKAGE_READ_H

#include "engine/engine.h"
#include "link/records/records.h"
#include "linkage/linkage.h"
#include "source/source.h"

/* Reads the inputs into `out`; per side and field what was present, missing and unreadable goes to
 * `counts` (2 × n_fields, side after side, in the arena). `engine` reads Parquet. A row with a fault of form
 * stops the run with its number: a linkage that lost rows silently would be wrong. */
enum mln_status mln_linkage_read(const struct mln_linkage_options *options,
                                 const struct mln_link_model *model, struct mln_engine *engine,
                                 struct mln_arena *arena, struct mln_records *out,
                                 struct mln_field_count **counts, struct mln_err *err) MLN_MUST_USE;

/* How to read a file: its format by its name, the delimiter of CSV by its header unless the options say it. */
enum mln_status mln_linkage_source_options(const struct mln_linkage_options *options, const char *path,
                                           struct mln_engine *engine, struct mln_source_options *out,
                                           struct mln_err *err) MLN_MUST_USE;

#endif
