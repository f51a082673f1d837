/* Rows of CSV from a block of bytes: pure, no I/O.
 *
 *   block   …;12;"a ""b"" c";Paris⏎13;…        end[0..7] are NUL: words may be read across the end
 *            ^at            ^cell: in the arena when it had doubled quotes or was transcoded,
 *                            otherwise borrowed from the block
 *
 * Strict RFC 4180 with a free delimiter: a quote stands first in its cell, is doubled inside, and
 * is followed by a delimiter or the end of the line. The first line's end tells those of the file:
 * LF and CRLF are one kind (a CR not followed by LF is then a fault), CR alone the other.
 *
 * Eight bytes are looked at together (SWAR); see the exact masks in csv_scan.c. */
#ifndef MLN_SOURCE_CSV_SCAN_H
#define MLN_SOURCE_CSV_SCAN_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "source/reason.h"

enum { MLN_CSV_PADDING = 8 }; /* NUL bytes after the end of a block */

enum mln_csv_eol { MLN_CSV_EOL_UNKNOWN, MLN_CSV_EOL_LF, MLN_CSV_EOL_CR };

struct mln_csv_scanner {
    char delimiter;
    char quote; /* 0: none */
    enum mln_encoding encoding;
    enum mln_csv_eol eol; /* found by the first row */
    size_t field_cap;
    uint64_t delimiter8, quote8; /* the character in each of eight bytes */
    struct mln_buf convert;      /* scratch */
};

void mln_csv_scanner_init(struct mln_csv_scanner *s, char delimiter, char quote,
                          enum mln_encoding encoding, size_t field_cap);
void mln_csv_scanner_release(struct mln_csv_scanner *s);

enum mln_csv_step {
    MLN_CSV_ROW,       /* *at has moved past the row */
    MLN_CSV_MORE,      /* the block ends inside the row; *at has not moved */
    MLN_CSV_UNCLOSED,  /* a quote opened in column row->n_cells is not closed in the file */
    MLN_CSV_SWALLOWED, /* a quoted cell with line breaks ends wrongly: rows were swallowed */
    MLN_CSV_NO_MEMORY,
};

struct mln_csv_row {
    size_t n_cells;
    enum mln_reason fault; /* the first one of the row */
    size_t fault_column;
};

/* Scans the row at *at (< end). `last`: no byte of the file comes after `end`. The cell of column c
 * goes to cells[slots[c]] when c < n_columns and slots[c] is a place (not MLN_NO_COLUMN); cells
 * that are empty are left as they are. Bytes of columns without a place are not decoded.
 * O(length of the row). */
enum mln_csv_step mln_csv_scan_row(struct mln_csv_scanner *s, const char **at, const char *end,
                                   bool last, const uint16_t *slots, size_t n_columns,
                                   struct mln_str *cells, struct mln_arena *text,
                                   struct mln_csv_row *row);

#endif
