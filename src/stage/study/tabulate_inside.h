/* What the counting and the durations of a table share. Private to tabulate*.c. */
#ifndef MLN_STAGE_TABULATE_INSIDE_H
#define MLN_STAGE_TABULATE_INSIDE_H

#include "stage/study/tabulate.h"
#include "stats/risk.h"

#define MLN_TAB_NR UINT32_MAX

/* The cells of a row: bit d of `mask` set means the TOTAL of dimension d, if it has one. */
bool mln_tab_has_cell(const struct mln_table *t, size_t mask);
size_t mln_tab_cell(const struct mln_table *t, const struct mln_tab_dimension *dims,
                    const struct mln_tab_row *row, size_t mask);

/* A duration in days that so many ended, or were seen to run (censored at the observation date). */
struct mln_tab_spell {
    size_t cell;
    size_t first; /* in a line: the first cell of the line */
    int32_t day;
    uint64_t n_ended, n_censored;
};

/* Every duration once a cell it belongs to, sorted by (cell, day), one spell a cell and day;
 * malloc. */
enum mln_status mln_tab_spells(const struct mln_tab *tab, const struct mln_table *t,
                               struct mln_tab_spell **out, size_t *n, struct mln_err *err)
    MLN_MUST_USE;

/* A dimension whose categories compete: the cells of a line are `stride` apart. */
struct mln_tab_line {
    size_t n_causes; /* categories but the TOTAL */
    size_t n, stride;
    size_t running; /* the category of chains that run, or SIZE_MAX */
};
struct mln_tab_line mln_tab_line_of(const struct mln_table *t, size_t dimension);

/* Keeps the spells of the line's causes (those of its TOTALs are the sums), by (first cell of the
 * line, day); returns how many. */
size_t mln_tab_sort_lines(const struct mln_tab_line *line, struct mln_tab_spell *spells, size_t n);

/* The risk table of the spells of one line. `time` and `n_risk` have room for n, `n_end` for n ×
 * (n_causes + 1). */
struct mln_risk mln_tab_risk(const struct mln_tab_spell *spells, size_t n,
                             const struct mln_tab_line *line, double *time, double *n_end,
                             double *n_risk);

/* Fills the values and n of the tests of `t`: Gray's, between the categories of the other dimension
 * with at least two durations each, NR left out; at its TOTAL, a cell an end. Values come as NaN:
 * not known stays where fewer than two groups are left, or nothing ended so. MLN_BAD_INPUT past 64
 * groups. */
enum mln_status mln_tab_tests(const struct mln_tab *tab, struct mln_table *t, struct mln_err *err)
    MLN_MUST_USE;

/* Fills the values and n of all measures of `t` but shares, bands and tests. Measures are those of
 * the tabulation's table; values come as NaN, n as 0. */
enum mln_status mln_tab_durations(const struct mln_tab *tab, struct mln_table *t,
                                  struct mln_err *err) MLN_MUST_USE;

#endif
