/* The numéro parquet: two digits of the year, the day of the year, six digits of sequence.
 *
 * Written with dots, blanks or dashes that vary (`21.123.000456`, `21123 000456`). It is unique in
 * its court only: the key is always (juridiction, numéro). Shape known from public examples. */
#ifndef MLN_LINK_NUMERO_PARQUET_H
#define MLN_LINK_NUMERO_PARQUET_H

#include "base/batch.h"

enum { MLN_NUMERO_PARQUET_DIGITS = 11 };

/* Writes the eleven digits into `out` (no NUL); false when `text` is missing, has another shape or
 * an impossible day (000, 367 and above, 366 in a year that is not a leap year). O(length). */
bool mln_numero_parquet_read(struct mln_str text, char out[MLN_NUMERO_PARQUET_DIGITS]);

/* Kernel (mln_kernel_fn): columns (int64 idx, utf8 text) → (int64 idx, utf8 numero), one row for
 * each row that has a valid number. `ctx` is not used. */
enum mln_status mln_numero_parquet_kernel(void *ctx, const struct mln_batch *in,
                                          struct mln_builder *out, struct mln_err *err)
    MLN_MUST_USE;

#endif
