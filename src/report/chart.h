/* What a chart shows of a protected table: categories of the first dimension as rows, and one or
 * more series of values, by the table's view (protect/table.h). The same values make the chart, the
 * key figures and the titles. */
#ifndef MLN_REPORT_CHART_H
#define MLN_REPORT_CHART_H

#include "base/json.h"
#include "protect/table.h"
#include "report/words.h"

struct mln_chart {
    const struct mln_protected_table *table;
    enum mln_view view;
    size_t n_rows;
    ptrdiff_t total_row; /* -1: none */
    size_t n_series;
    size_t lead;          /* the series that titles and key figures speak of: the first, or of
                             durations the first named "mediane…" */
    size_t first_measure; /* RATE, STACKED: the share */
};

/* False when the table is not to be drawn, or has not what its view needs. */
bool mln_chart_of(const struct mln_protected_table *t, struct mln_chart *out);

enum mln_value_state mln_chart_value(const struct mln_chart *c, size_t row, size_t series,
                                     double *value);
const char *mln_chart_row_label(const struct mln_chart *c, enum mln_lang lang, size_t row);
const char *mln_chart_series_label(const struct mln_chart *c, enum mln_lang lang, size_t series);
/* The label of the lead series as HTML, without the unit that follows its value: "Médiane". */
void mln_chart_put_lead(struct mln_buf *out, const struct mln_chart *c, enum mln_lang lang);
bool mln_chart_is_percent(const struct mln_chart *c);
bool mln_chart_is_years(const struct mln_chart *c); /* every row but TOTAL and NR is a year */
bool mln_chart_row_is_known(const struct mln_chart *c, size_t row); /* neither TOTAL nor NR */

/* MATRIX: the series of the row's own class; -1: none (TOTAL, NR, a class that only rows have). */
ptrdiff_t mln_chart_same(const struct mln_chart *c, size_t row);

/* A step of a funnel in percent of the first step that counts the same unit (table.h), which
 * `first` receives; from published counts. */
enum mln_value_state mln_funnel_share(const struct mln_protected_table *funnel, size_t step,
                                      size_t *first, double *percent);

/* A value with its sign or unit: "31,0 %", "172 jours", "1 024". */
void mln_chart_put_value(struct mln_buf *out, const struct mln_chart *c, enum mln_lang lang,
                         double value);

/* The title that says the finding: HTML text. False when nothing of it may be shown. */
bool mln_chart_put_finding(struct mln_buf *out, const struct mln_chart *c, enum mln_lang lang);

/* The chart's data as a JSON object. */
void mln_chart_put_json(struct mln_json *j, const struct mln_chart *c, enum mln_lang lang);

#endif
