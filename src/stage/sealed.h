/* The sealed files between study, protect and report: a key of the project, a label, bytes. */
#ifndef MLN_STAGE_SEALED_H
#define MLN_STAGE_SEALED_H

#include "base/buf.h"
#include "stage/stage.h"

#define MLN_TABLES_FILE "tables.sealed"
#define MLN_SEAL_STUDY "study tables"
#define MLN_SEAL_PROTECTED "protected tables"

/* Opens `path` with keys/<key>.key, which is held only during the call; appends to `out`.
 * `path` NULL: no memory. */
enum mln_status mln_sealed_read(struct mln_run *run, const char *key, const char *label,
                                const char *path, struct mln_buf *out, struct mln_err *err)
    MLN_MUST_USE;

enum mln_status mln_sealed_write(struct mln_run *run, const char *key, const char *label,
                                 struct mln_str bytes, const char *path, struct mln_err *err)
    MLN_MUST_USE;

struct mln_protected_table;

/* The protected tables of a project, as its report opens them; needs the key publish. */
enum mln_status mln_sealed_protected(struct mln_run *run, struct mln_protected_table ***tables,
                                     size_t *n, struct mln_err *err) MLN_MUST_USE;

#endif
