/* Reading a nomenclature: a small CSV (UTF-8, ',', '"' with doubled quotes, header, LF or
 * CRLF), of which a caller wants some columns by name. A header with ';' and no ',' (a
 * spreadsheet's French CSV) has ';' between its cells, and so have the rows.
 *
 *     code,libelle,partenaire,debut,fin
 *     CONJ,Conjoint,1,,
 *
 * Strict: a row with another number of cells than the header, an unclosed quote, an empty `code`
 * are refused with name and line. Nomenclatures are public: messages may quote them. */
#ifndef MLN_STAGE_CODES_H
#define MLN_STAGE_CODES_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct mln_codes {
    const char *name; /* for messages; borrowed */
    size_t n_rows;
    size_t n_columns;
    const struct mln_str *cells; /* row-major; empty cells have n == 0 */
    const uint32_t *lines;       /* 1-based line of each row */
};

/* `columns` in the order wanted; each must be in the header. Cells live in the arena or borrow
 * `text`. O(bytes). */
enum mln_status mln_codes_read(struct mln_arena *arena, const char *name, struct mln_str text,
                               const char *const *columns, size_t n_columns, struct mln_codes *out,
                               struct mln_err *err) MLN_MUST_USE;

/* Whether the header has that column. MLN_BAD_INPUT: it cannot be read. */
enum mln_status mln_codes_has_column(struct mln_arena *arena, const char *name, struct mln_str text,
                                     const char *column, bool *out, struct mln_err *err)
    MLN_MUST_USE;

static inline struct mln_str mln_codes_cell(const struct mln_codes *codes, size_t row,
                                            size_t column) {
    return codes->cells[row * codes->n_columns + column];
}

/* The day in a cell (yyyy-mm-dd), or `open` if it is empty. */
enum mln_status mln_codes_day(const struct mln_codes *codes, size_t row, size_t column,
                              int32_t open, int32_t *out, struct mln_err *err) MLN_MUST_USE;

/* 0 or 1. */
enum mln_status mln_codes_flag(const struct mln_codes *codes, size_t row, size_t column, bool *out,
                               struct mln_err *err) MLN_MUST_USE;

#endif
