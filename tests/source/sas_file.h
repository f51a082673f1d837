/* SAS7BDAT files for tests, written by ReadStat's own writer into memory. */
#ifndef MLN_TESTS_SAS_FILE_H
#define MLN_TESTS_SAS_FILE_H

#include <readstat.h>
#include <stdlib.h>

#include "base/buf.h"

struct sas_column {
    const char *name;
    size_t width;       /* of a text; 0: a number */
    const char *format; /* "DDMMYY10"; NULL: none */
};

/* A cell: text for text columns; for numbers `number`; `missing` for '.'. */
struct sas_cell {
    const char *text;
    double number;
    bool missing;
};

static inline ssize_t sas_take(const void *bytes, size_t n, void *ctx) {
    struct mln_buf *out = ctx;
    mln_buf_add(out, bytes, n);
    return (ssize_t)n;
}

enum { SAS_UTF8 = 20, SAS_LATIN_1 = 29, SAS_WINDOWS_1252 = 62, SAS_ENCODING_AT = 70 };

/* Days since 1960-01-01 of a day since 1970-01-01. */
static inline double sas_day(int32_t day) {
    return (double)day + 3653.0;
}

/* Row-major cells. `encoding` is what the file says its texts are in: they are written as they
 * are. The caller releases `out`. False: the writer refused. */
static inline bool sas_write(const struct sas_column *columns, size_t n_columns,
                             const struct sas_cell *cells, size_t n_rows, int encoding,
                             struct mln_buf *out) {
    readstat_writer_t *w = readstat_writer_init();
    readstat_error_t error = readstat_set_data_writer(w, sas_take);
    readstat_variable_t **vars = calloc(n_columns, sizeof *vars);
    for (size_t c = 0; c < n_columns; c++) {
        vars[c] = readstat_add_variable(
            w, columns[c].name, columns[c].width > 0 ? READSTAT_TYPE_STRING : READSTAT_TYPE_DOUBLE,
            columns[c].width);
        if (columns[c].format != NULL) {
            readstat_variable_set_format(vars[c], columns[c].format);
        }
    }
    if (error == READSTAT_OK) {
        error = readstat_begin_writing_sas7bdat(w, out, (long)n_rows);
    }
    for (size_t r = 0; r < n_rows && error == READSTAT_OK; r++) {
        error = readstat_begin_row(w);
        for (size_t c = 0; c < n_columns && error == READSTAT_OK; c++) {
            const struct sas_cell *cell = &cells[r * n_columns + c];
            if (cell->missing) {
                error = readstat_insert_missing_value(w, vars[c]);
            } else if (columns[c].width > 0) {
                error = readstat_insert_string_value(w, vars[c], cell->text);
            } else {
                error = readstat_insert_double_value(w, vars[c], cell->number);
            }
        }
        if (error == READSTAT_OK) {
            error = readstat_end_row(w);
        }
    }
    if (error == READSTAT_OK) {
        error = readstat_end_writing(w);
    }
    readstat_writer_free(w);
    free(vars);
    if (error == READSTAT_OK && out->n > SAS_ENCODING_AT) {
        out->p[SAS_ENCODING_AT] = (char)encoding;
    }
    return error == READSTAT_OK && !out->failed;
}

#endif
