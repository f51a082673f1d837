/* The extracts again as Parquet, typed by the canonical model: int and date columns as such, the
 * rest as text. A cell that has no such type (there are a few bad rows) is null. */
#ifndef MLN_SYNTH_PARQUET_H
#define MLN_SYNTH_PARQUET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* DIR/<table>.csv → DIR/<table>.parquet for the ten tables, rows in the same order; `keep_csv`
 * false removes the former. */
enum mln_status mln_synth_parquet(const char *dir, size_t n_threads, bool keep_csv,
                                  struct mln_err *err) MLN_MUST_USE;

#endif
