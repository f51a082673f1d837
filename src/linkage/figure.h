/* A figure of the report of a linkage: rows and columns of numbers, which make an HTML table and
 * the data of the chart beside it. */
#ifndef MLN_LINKAGE_FIGURE_H
#define MLN_LINKAGE_FIGURE_H

#include "base/arena.h"
#include "base/json.h"
#include "report/words.h"

enum { MLN_FIGURE_SERIES_MAX = 8 };

struct mln_figure_series {
    const char *label;
    int decimals;
    bool percent;
    int band; /* curve: this bounds series band - 1; 0: a line of its own */
};

struct mln_figure {
    const char *name;  /* of the chart and the anchor */
    const char *view;  /* bars, weights, histogram, curve, waterfall: a builder of web/linkage.js */
    const char *title; /* what it shows, a sentence; text, not HTML */
    const char *note;  /* how to read it */
    const char *rows_label;
    const char *x_name;
    struct mln_figure_series series[MLN_FIGURE_SERIES_MAX];
    size_t n_series;
    size_t n_drawn;   /* bars: the first ones are drawn, the others are in the table only */
    const char **row; /* n_rows labels, in the arena */
    double *value;    /* n_rows × n_series; NaN: none */
    double *x;        /* n_rows places; NULL: rows are names */
    size_t n_rows, cap_rows;
    double threshold; /* on the scale of x, or of a waterfall; NaN: none */
    bool has_threshold;
};

/* Room for at most n_rows rows; false without memory. n_series must be set. */
bool mln_figure_room(struct mln_figure *f, struct mln_arena *arena, size_t n_rows);

/* Adds a row; `label` is copied. Values: n_series. False without memory. */
bool mln_figure_add(struct mln_figure *f, struct mln_arena *arena, struct mln_str label,
                    const double *values);

/* The section: title, chart, table, note. `number` from 1. */
void mln_figure_put_html(struct mln_buf *out, const struct mln_figure *f, enum mln_lang lang,
                         size_t number);
void mln_figure_put_json(struct mln_json *j, const struct mln_figure *f);

/* One number as the table has it; "–" for NaN. */
void mln_figure_put_value(struct mln_buf *out, const struct mln_figure_series *s,
                          enum mln_lang lang, double value);

#endif
