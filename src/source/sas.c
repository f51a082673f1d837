/* SAS7BDAT files, by ReadStat: values as text without loss.
 *
 * Numbers that are whole are written without a point; others with the fewest digits that read back
 * as the same double. Columns with a date or datetime format become yyyy-mm-dd (SAS counts days or
 * seconds from 1960-01-01; the time of day is dropped). Any missing value (., .A … .Z) is missing.
 * Text is converted to UTF-8 by ReadStat, from the encoding the file names. */
#include <math.h>
#include <readstat.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/date.h"
#include "source/inside.h"

enum sas_kind { SAS_PLAIN, SAS_DATE, SAS_DATETIME };

struct sas {
    struct mln_source *source;
    struct mln_err *err;    /* of the call in progress */
    enum mln_status status; /* first failure of ours, told in *err */
    void *file;
    unsigned char *kinds; /* enum sas_kind per column */
    size_t n_kinds;
    long long n_rows;  /* as the file declares */
    long long current; /* row being filled, -1: none */
    struct mln_cell_block block;
    struct mln_str *cells;
    mln_cells_fn *sink;
    void *sink_ctx;
};

static int fail(struct sas *sas, enum mln_status status) {
    if (sas->status == MLN_OK) {
        sas->status = status;
    }
    return READSTAT_HANDLER_ABORT;
}

/* ── ReadStat's I/O over ours ── */

static int sas_io_open(const char *path, void *ctx) {
    struct sas *sas = ctx;
    const struct mln_io *io = sas->source->options.io;
    const enum mln_status status = io->open(io->ctx, path, &sas->file, sas->err);
    if (status != MLN_OK) {
        fail(sas, status);
        return -1;
    }
    return 0;
}

static int sas_io_close(void *ctx) {
    struct sas *sas = ctx;
    if (sas->file != NULL) {
        sas->source->options.io->close(sas->file);
        sas->file = NULL;
    }
    return 0;
}

static readstat_off_t sas_io_seek(readstat_off_t offset, readstat_io_flags_t whence, void *ctx) {
    struct sas *sas = ctx;
    const int from = whence == READSTAT_SEEK_SET   ? SEEK_SET
                     : whence == READSTAT_SEEK_CUR ? SEEK_CUR
                                                   : SEEK_END;
    int64_t at = -1;
    const enum mln_status status =
        sas->source->options.io->seek(sas->file, offset, from, &at, sas->err);
    if (status != MLN_OK) {
        fail(sas, status);
        return -1;
    }
    return (readstat_off_t)at;
}

static ssize_t sas_io_read(void *into, size_t n, void *ctx) {
    struct sas *sas = ctx;
    size_t done = 0;
    while (done < n) { /* ReadStat takes a short read for the end of the file */
        size_t got = 0;
        const enum mln_status status =
            sas->source->options.io->read(sas->file, (char *)into + done, n - done, &got, sas->err);
        if (status != MLN_OK) {
            fail(sas, status);
            return -1;
        }
        if (got == 0) {
            break;
        }
        done += got;
    }
    return (ssize_t)done;
}

/* ── columns ── */

static bool begins(const char *text, const char *with) {
    return strncasecmp(text, with, strlen(with)) == 0;
}

/* SAS's own date and datetime formats, by the beginning of the name (DATE9., DDMMYY10., …). */
static enum sas_kind kind_of_format(const char *format) {
    static const char *const datetimes[] = {"DATETIME", "E8601DT",  "B8601DT",  "DTDATE",
                                            "MDYAMPM",  "DATEAMPM", "IS8601DT", "NLDATM"};
    static const char *const dates[] = {"DATE",     "DDMMYY", "MMDDYY", "YYMMDD", "E8601DA",
                                        "B8601DA",  "DAY",    "EURDF",  "FRADF",  "WEEKDAT",
                                        "WORDDAT",  "JULIAN", "YYMON",  "MONYY",  "NLDATE",
                                        "IS8601DA", "MINGUO", "NENGO"};
    for (size_t i = 0; i < sizeof datetimes / sizeof datetimes[0]; i++) {
        if (begins(format, datetimes[i])) {
            return SAS_DATETIME;
        }
    }
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        if (begins(format, dates[i])) {
            return SAS_DATE;
        }
    }
    return SAS_PLAIN;
}

static int on_metadata(readstat_metadata_t *metadata, void *ctx) {
    struct sas *sas = ctx;
    const int n = readstat_get_var_count(metadata);
    sas->n_rows = readstat_get_row_count(metadata);
    if (n <= 0 || sas->kinds != NULL) {
        return READSTAT_HANDLER_OK;
    }
    sas->kinds = calloc((size_t)n, 1);
    sas->n_kinds = (size_t)n;
    return sas->kinds == NULL ? fail(sas, mln_err_nomem(sas->err, sas->source->shown))
                              : READSTAT_HANDLER_OK;
}

static int on_variable(int index, readstat_variable_t *variable, const char *labels, void *ctx) {
    struct sas *sas = ctx;
    (void)labels;
    if (sas->sink != NULL) {
        return READSTAT_HANDLER_OK; /* second pass: already named */
    }
    const char *format = readstat_variable_get_format(variable);
    if (index >= 0 && (size_t)index < sas->n_kinds && format != NULL) {
        sas->kinds[index] = (unsigned char)kind_of_format(format);
    }
    const enum mln_status status = mln_source_add_name(
        sas->source, mln_str_from(readstat_variable_get_name(variable)), sas->err);
    return status == MLN_OK ? READSTAT_HANDLER_OK : fail(sas, status);
}

/* ── values ── */

/* The text of a number in `out`; returns its length, 0 when it is no day of years 1 to 9999. */
static size_t number_text(double x, enum sas_kind kind, char out[32]) {
    if (kind != SAS_PLAIN) {
        const double days = kind == SAS_DATE ? floor(x) : floor(x / 86400.0);
        if (!(days > -800000.0 && days < 3000000.0)) {
            return 0;
        }
        const int32_t day = (int32_t)days - 3653; /* 1960-01-01 is 3653 days before 1970-01-01 */
        const struct mln_civil civil = mln_civil_from_day(day);
        return civil.year < 1 || civil.year > 9999 ? 0 : mln_day_to_iso(day, out);
    }
    if (x == floor(x) && fabs(x) < 9007199254740992.0) {
        return (size_t)snprintf(out, 32, "%.0f", x == 0 ? 0.0 : x);
    }
    int n = 0;
    for (int digits = 15; digits <= 17; digits++) {
        n = snprintf(out, 32, "%.*g", digits, x);
        if (strtod(out, NULL) == x) {
            break;
        }
    }
    return (size_t)n;
}

static void put_fault(struct sas *sas, enum mln_reason reason, size_t column) {
    struct mln_row_fault *fault = &sas->block.faults[sas->block.n_rows];
    if (fault->reason == MLN_REASON_NONE) {
        *fault = (struct mln_row_fault){(uint16_t)reason, (uint16_t)column};
    }
}

static int put_text(struct sas *sas, size_t column, struct mln_str text) {
    const char *copy = mln_arena_strdup(&sas->block.text, text);
    if (copy == NULL) {
        return fail(sas, mln_err_nomem(sas->err, sas->source->shown));
    }
    sas->cells[sas->source->slots[column]] = (struct mln_str){copy, text.n};
    return READSTAT_HANDLER_OK;
}

static int put_value(struct sas *sas, size_t column, readstat_value_t value) {
    if (readstat_value_is_system_missing(value) || readstat_value_is_tagged_missing(value)) {
        return READSTAT_HANDLER_OK;
    }
    if (readstat_value_type_class(value) == READSTAT_TYPE_CLASS_STRING) {
        const struct mln_str text = mln_str_from(readstat_string_value(value));
        if (text.n > sas->source->options.field_cap) {
            put_fault(sas, MLN_REASON_TOO_LONG, column);
        } else if (mln_utf8_valid_prefix(text) < text.n) {
            put_fault(sas, MLN_REASON_ENCODING, column);
        } else if (text.n > 0) {
            return put_text(sas, column, text);
        }
        return READSTAT_HANDLER_OK;
    }
    char digits[32];
    const enum sas_kind kind = sas->kinds[column];
    const size_t n = number_text(readstat_double_value(value), kind, digits);
    if (n == 0) {
        put_fault(sas, MLN_REASON_DATE_IMPOSSIBLE, column);
        return READSTAT_HANDLER_OK;
    }
    return put_text(sas, column, (struct mln_str){digits, n});
}

/* ReadStat gives the cells row by row, each with its row. */
static int on_value(int row, readstat_variable_t *variable, readstat_value_t value, void *ctx) {
    struct sas *sas = ctx;
    const int index = readstat_variable_get_index(variable);
    if (index < 0 || (size_t)index >= sas->source->n_names || (size_t)index >= sas->n_kinds) {
        return READSTAT_HANDLER_OK;
    }
    if (row != sas->current) {
        sas->block.n_rows += sas->current >= 0;
        sas->current = row;
        if (sas->block.n_rows == MLN_SOURCE_BATCH_ROWS) {
            const enum mln_status status =
                mln_cell_block_flush(&sas->block, sas->sink, sas->sink_ctx, sas->err);
            if (status != MLN_OK) {
                return fail(sas, status);
            }
        }
        sas->cells = mln_cell_block_row(&sas->block);
    }
    if (sas->source->slots[index] == MLN_NO_COLUMN) {
        return READSTAT_HANDLER_OK;
    }
    return put_value(sas, (size_t)index, value);
}

/* ── passes ── */

static enum mln_status explain(struct sas *sas, readstat_error_t error, struct mln_err *err) {
    if (sas->status != MLN_OK) {
        return sas->status; /* told where it happened */
    }
    switch (error) {
    case READSTAT_OK: return MLN_OK;
    case READSTAT_ERROR_MALLOC: return mln_err_nomem(err, sas->source->shown);
    case READSTAT_ERROR_READ:
    case READSTAT_ERROR_SEEK:
    case READSTAT_ERROR_PARSE:
    case READSTAT_ERROR_ROW_COUNT_MISMATCH:
        return mln_err_set(
            err, MLN_BAD_INPUT,
            "%s: not a whole SAS7BDAT file (%s); it is truncated or damaged: have it "
            "sent again",
            sas->source->shown, readstat_error_message(error));
    default:
        return mln_err_set(err, MLN_BAD_INPUT, "%s: cannot be read as SAS7BDAT: %s",
                           sas->source->shown, readstat_error_message(error));
    }
}

static enum mln_status parse(struct sas *sas, bool values, struct mln_err *err) {
    readstat_parser_t *parser = readstat_parser_init();
    if (parser == NULL) {
        return mln_err_nomem(err, sas->source->shown);
    }
    sas->err = err;
    sas->status = MLN_OK;
    readstat_set_open_handler(parser, sas_io_open);
    readstat_set_close_handler(parser, sas_io_close);
    readstat_set_seek_handler(parser, sas_io_seek);
    readstat_set_read_handler(parser, sas_io_read);
    readstat_set_io_ctx(parser, sas);
    readstat_set_metadata_handler(parser, on_metadata);
    readstat_set_variable_handler(parser, on_variable);
    if (values) {
        readstat_set_value_handler(parser, on_value);
    }
    const readstat_error_t error = readstat_parse_sas7bdat(parser, sas->source->path, sas);
    sas_io_close(sas); /* when the parser gave up before its own close */
    readstat_parser_free(parser);
    return explain(sas, error, err);
}

static enum mln_status sas_open(struct mln_source *source, struct mln_err *err) {
    struct sas *sas = calloc(1, sizeof *sas);
    if (sas == NULL) {
        return mln_err_nomem(err, source->shown);
    }
    sas->source = source;
    source->reader = sas;
    MLN_TRY(parse(sas, false, err));
    if (source->n_names == 0) {
        return mln_err_set(err, MLN_BAD_INPUT, "%s: has no column", source->shown);
    }
    return MLN_OK;
}

static void sas_close(struct mln_source *source) {
    struct sas *sas = source->reader;
    if (sas != NULL) {
        free(sas->kinds);
        free(sas);
    }
    source->reader = NULL;
}

static enum mln_status sas_stream(struct mln_source *source, mln_cells_fn *sink, void *ctx,
                                  struct mln_err *err) {
    struct sas *sas = source->reader;
    sas->sink = sink;
    sas->sink_ctx = ctx;
    sas->current = -1;
    enum mln_status status = mln_cell_block_init(&sas->block, source->n_selected, err);
    if (status == MLN_OK) {
        status = parse(sas, true, err);
    }
    if (status == MLN_OK && sas->current + 1 != sas->n_rows) {
        status = mln_err_set(err, MLN_BAD_INPUT,
                             "%s: declares %lld rows but holds %lld; it is truncated or damaged",
                             source->shown, sas->n_rows, sas->current + 1);
    }
    if (status == MLN_OK) {
        sas->block.n_rows += sas->current >= 0;
        status = mln_cell_block_flush(&sas->block, sink, ctx, err);
    }
    mln_cell_block_release(&sas->block);
    return status;
}

const struct mln_source_ops mln_source_sas = {
    .open = sas_open, .stream = sas_stream, .close = sas_close};
