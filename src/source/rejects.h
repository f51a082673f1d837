/* The rejects of a table: which row of which file, which column, why. Never a value.
 *
 * A row that is rejected has one line a faulty cell, or one for its form, its key or its parent.
 * Lines are kept in memory (16 bytes each; past a cap they are only counted) and written as
 *
 *     fichier;ligne;colonne;raison
 *     data/procedure.csv;12;date_enregistrement;date impossible
 *
 * `ligne` is the data row (from 1; the header is not counted), `colonne` the name in the source
 * file (several, separated by spaces, for a key or a reference; empty for the row as a whole). */
#ifndef MLN_SOURCE_REJECTS_H
#define MLN_SOURCE_REJECTS_H

#include <stdint.h>

#include "base/buf.h"
#include "source/reason.h"

struct mln_reject {
    uint64_t row;
    uint32_t file;   /* number of the file */
    uint16_t column; /* place of a name, as the caller counts them */
    uint16_t reason;
};

/* Most lines of a table that are told: the first ones, once sorted. Rows may come a little out of
 * order: as long as that is within MLN_REJECTS_SLACK lines, the choice does not depend on it. */
enum { MLN_REJECTS_KEPT = 2000000, MLN_REJECTS_SLACK = 8192 };

struct mln_rejects {
    struct mln_reject *list;
    size_t n, cap;
    size_t kept;                          /* most lines; 0: MLN_REJECTS_KEPT */
    uint64_t untold;                      /* lines past them; whole after mln_rejects_sort */
    uint64_t rows;                        /* rejected */
    uint64_t by_reason[MLN_REASON_COUNT]; /* rows, by their first reason */
};

#define MLN_REJECTS_INIT ((struct mln_rejects){0})

void mln_rejects_release(struct mln_rejects *r);

/* One line; `first`: the first one of its row. */
enum mln_status mln_rejects_add(struct mln_rejects *r, struct mln_reject reject, bool first,
                                struct mln_err *err) MLN_MUST_USE;

/* By file, row, column, reason; drops what is past the lines kept. */
void mln_rejects_sort(struct mln_rejects *r);

/* "120 doublon exact, 3 date impossible, …": the most frequent reasons, at most three. */
void mln_rejects_main_reasons(const struct mln_rejects *r, struct mln_buf *out);

#define MLN_REJECTS_HEADER "fichier;ligne;colonne;raison\n"

/* A cell of rejets.csv: in quotes when it must be. */
void mln_rejects_cell(struct mln_buf *out, struct mln_str cell);

#endif
