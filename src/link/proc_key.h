/* The key of a procedure, `(force, unit, year, number)`, as one canonical text, and the units that
 * took over from others.
 *
 *   PN|00321|2021|1234      force, unit (blanks dropped, upper case, leading zeros kept), year,
 *                           number (blanks dropped; leading zeros dropped when all digits)
 *
 * A '|' or '\' inside a part is written after a '\', so that different keys have different texts.
 * The number alone never designates a procedure. */
#ifndef MLN_LINK_PROC_KEY_H
#define MLN_LINK_PROC_KEY_H

#include "base/batch.h"
#include "base/buf.h"

struct mln_proc_key {
    struct mln_str force;
    struct mln_str unit;
    int32_t year;
    struct mln_str number;
};

/* Appends the canonical text. Returns false, having added nothing, when a part is missing or blank
 * or the year is not 1..9999. O(length). */
bool mln_proc_key_add(const struct mln_proc_key *key, struct mln_buf *out);

/* Appends the canonical text of a unit, `PN|00321`; false as above. */
bool mln_unit_key_add(struct mln_str force, struct mln_str unit, struct mln_buf *out);

/* ── successors ──
 * Units merge and are renumbered: a row says that from a day on, a unit's procedures are known
 * under another code. */
struct mln_unit_successor {
    struct mln_str force, unit, successor; /* copied */
    int32_t day;                           /* first day of the new code */
    uint64_t line;                         /* of the nomenclature, for messages */
};

struct mln_unit_map; /* immutable once made; may be read by several threads */

/* Refused (MLN_BAD_INPUT, with the line): a missing part, the same unit and day twice, chains that
 * come back to a code they left. O(n log n). */
enum mln_status mln_unit_map_new(const struct mln_unit_successor *rows, size_t n,
                                 struct mln_unit_map **out, struct mln_err *err) MLN_MUST_USE;
void mln_unit_map_free(struct mln_unit_map *map);

/* The code at the end of the chain for a unit written on a procedure of `year`; `unit` itself when
 * nothing took over. A code that was given up, used anew and given up again has several rows: the
 * first whose day falls in `year` or later counts, or the last one. Further down the chain, only
 * rows not older than the step that led there count. The result is a view of the map or of `unit`.
 * Codes are compared in their canonical form. O(chain × log n), no allocation for codes of up to
 * 64 bytes; longer codes have no successor. */
struct mln_str mln_unit_map_current(const struct mln_unit_map *map, struct mln_str force,
                                    struct mln_str unit, int32_t year);

/* Kernel (mln_kernel_fn): columns (int64 idx, utf8 force, utf8 unit, int32 year, utf8 number) →
 * (int64 idx, utf8 key, utf8 key with the unit at the end of its chain, utf8 number as the key has
 * it), one row for each row whose key is complete. `ctx` is a const struct mln_unit_map *. */
enum mln_status mln_proc_key_kernel(void *ctx, const struct mln_batch *in, struct mln_builder *out,
                                    struct mln_err *err) MLN_MUST_USE;

/* Kernel: columns (int64 idx, utf8 force, utf8 unit) → (int64 idx, utf8 unit key). */
enum mln_status mln_unit_key_kernel(void *ctx, const struct mln_batch *in, struct mln_builder *out,
                                    struct mln_err *err) MLN_MUST_USE;

#endif
