/* A clerk's reference of a procès-verbal, read into candidate readings.
 *
 * Justice knows many procès-verbaux only by what a clerk typed: `2021/01234`, `1234/21`,
 * `PV 01234-2021`, `00321/01234/2021` (the gendarmerie's unit/number/year), `PN 2021/1234`,
 * `PV n° 01234/00321/2021`, with extra words, dates and punctuation. Such a text often has more
 * than one honest reading: all are given, ranked by doubt, and none is chosen here. What decides is
 * which of them names a procedure that exists, and only one.
 *
 * Invariants: readings are distinct, sorted by doubt then by a fixed order; a reading always has a
 * year in the asked range and a number other than zero. The same text gives the same readings.
 *
 * Shapes come from public examples only (domain notes, mark C): they are a table here, and what a
 * year may be is an argument. */
#ifndef MLN_LINK_PV_REFERENCE_H
#define MLN_LINK_PV_REFERENCE_H

#include "base/batch.h"

enum mln_force { MLN_FORCE_NONE, MLN_FORCE_PN, MLN_FORCE_GN };

/* "PN", "GN"; a missing string for MLN_FORCE_NONE. */
struct mln_str mln_force_str(enum mln_force force);

enum {
    MLN_PV_READINGS_MAX = 12,
    MLN_PV_TEXT_MAX = 256, /* longer texts are prose, not a reference: no reading */
};

struct mln_pv_reading {
    enum mln_force force;  /* said by a word of the text (PN, BTA, gendarmerie…), or NONE */
    struct mln_str unit;   /* as written, leading zeros kept; missing when not written */
    struct mln_str number; /* digits without leading zeros */
    int32_t year;          /* four digits */
    int32_t doubt;         /* 0 a usual form … 5: see the cases in tests/link/test_pv_reference.c */
};

/* What a year may be. Two digits mean the latest such year not after `last_year`. */
struct mln_pv_years {
    int32_t first;
    int32_t last;
};

/* Reads `text` (UTF-8; other bytes are taken as separators) into `out`, which has
 * MLN_PV_READINGS_MAX places; returns how many. 0: missing, blank, no year, or too many numbers to
 * mean anything. `unit` and `number` are views into `text`. O(length), no allocation. */
size_t mln_pv_reference_read(struct mln_str text, struct mln_pv_years years,
                             struct mln_pv_reading *out);

/* Kernel (mln_kernel_fn): columns (int64 idx, utf8 reference, int32 last year or NULL) → one row a
 * reading: (int64 idx, int32 lecture from 1, int32 doute, utf8 force or NULL, utf8 code_unite or
 * NULL, int32 annee, utf8 numero). `ctx` is a const struct mln_pv_years *: a row's last year, when
 * present, replaces its `last`. A text without a reading makes no row. */
enum mln_status mln_pv_reference_kernel(void *ctx, const struct mln_batch *in,
                                        struct mln_builder *out, struct mln_err *err) MLN_MUST_USE;

#endif
