/* Cells of text become values of the canonical model, or a reason why they do not.
 *
 * What is done to a cell, in this order: blanks around it are dropped; a cell that is empty or one
 * of the missing words is missing; the contract's value map; then its type:
 *
 *   code, text   kept as they are; `words` and `codes` are checked
 *   int          digits with an optional '-', zeros in front allowed, and a fraction of zeros
 *                ("3.0", as programs write whole numbers of a column with holes); min..max
 *   date         the first of the formats that the cell has the shape of; a whole day
 *   period       the same; a month or a year is the interval of its days
 *
 * Pure functions; values borrow the cell or the rule. */
#ifndef MLN_SOURCE_TYPING_H
#define MLN_SOURCE_TYPING_H

#include "source/code_set.h"
#include "source/contract.h"

struct mln_cell_rule {
    enum mln_value_type type;
    bool required;
    bool codes_closed;
    int32_t min, max;
    const char *const *words;
    size_t n_words;
    const struct mln_contract_value *values;
    size_t n_values;
    const struct mln_str *missing;
    size_t n_missing;
    const struct mln_date_format *dates;
    size_t n_dates;
    const struct mln_code_set *codes; /* NULL: not checked */
};

struct mln_cell_value {
    bool present;
    bool unknown_code;   /* kept, to be counted */
    int32_t first, last; /* int: first; date: both are its day; period: its interval */
    struct mln_str text; /* code, text */
};

/* Files whose format has dates of its own (Parquet, SAS) also take yyyy-mm-dd and yyyy-mm-dd
 * HH:MM:SS, tried first.
 * `codes`: of the column's nomenclature. */
enum mln_status mln_cell_rule_make(struct mln_arena *arena, const struct mln_model_column *model,
                                   const struct mln_contract_column *column, enum mln_format format,
                                   const struct mln_code_set *codes, struct mln_cell_rule *out,
                                   struct mln_err *err) MLN_MUST_USE;

/* MLN_REASON_NONE: *out is the value (which may be missing). O(length + words). */
enum mln_reason mln_cell_type(const struct mln_cell_rule *rule, struct mln_str cell,
                              struct mln_cell_value *out);

#endif
