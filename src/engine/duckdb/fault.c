/* DuckDB's errors as ours.
 *
 * The text of a parser, catalog or binder error speaks of our own statement and is kept. The text
 * of a conversion or constraint error quotes the cell that caused it ("Could not convert string
 * '…'"), so only its kind is kept. */
#include <errno.h>
#include <string.h>

#include "engine/duckdb/duck.h"

enum voice { QUOTES_DATA, OUR_STATEMENT, SYSTEM };

static const struct fault_kind {
    duckdb_error_type type;
    const char *prefix; /* how DuckDB begins its text */
    enum voice voice;
} kinds[] = {
    {DUCKDB_ERROR_PARSER, "Parser Error", OUR_STATEMENT},
    {DUCKDB_ERROR_SYNTAX, "Syntax Error", OUR_STATEMENT},
    {DUCKDB_ERROR_CATALOG, "Catalog Error", OUR_STATEMENT},
    {DUCKDB_ERROR_BINDER, "Binder Error", OUR_STATEMENT},
    {DUCKDB_ERROR_PLANNER, "Planner Error", OUR_STATEMENT},
    {DUCKDB_ERROR_NOT_IMPLEMENTED, "Not implemented Error", OUR_STATEMENT},
    {DUCKDB_ERROR_SETTINGS, "Settings Error", OUR_STATEMENT},
    {DUCKDB_ERROR_DEPENDENCY, "Dependency Error", OUR_STATEMENT},
    {DUCKDB_ERROR_PARAMETER_NOT_RESOLVED, "Parameter Not Resolved Error", OUR_STATEMENT},
    {DUCKDB_ERROR_PARAMETER_NOT_ALLOWED, "Parameter Not Allowed Error", OUR_STATEMENT},
    {DUCKDB_ERROR_MISSING_EXTENSION, "Missing Extension Error", OUR_STATEMENT},
    {DUCKDB_ERROR_AUTOLOAD, "Extension Autoloading Error", OUR_STATEMENT},
    {DUCKDB_INVALID_CONFIGURATION, "Invalid Configuration Error", OUR_STATEMENT},
    {DUCKDB_ERROR_PERMISSION, "Permission Error", SYSTEM},
    {DUCKDB_ERROR_IO, "IO Error", SYSTEM},
    {DUCKDB_ERROR_INTERRUPT, "INTERRUPT Error", SYSTEM},
    {DUCKDB_ERROR_OUT_OF_MEMORY, "Out of Memory Error", SYSTEM},
    {DUCKDB_ERROR_CONVERSION, "Conversion Error", QUOTES_DATA},
    {DUCKDB_ERROR_CONSTRAINT, "Constraint Error", QUOTES_DATA},
    {DUCKDB_ERROR_OUT_OF_RANGE, "Out of Range Error", QUOTES_DATA},
    {DUCKDB_ERROR_INVALID_INPUT, "Invalid Input Error", QUOTES_DATA},
    {DUCKDB_ERROR_MISMATCH_TYPE, "Mismatch Type Error", QUOTES_DATA},
    {DUCKDB_ERROR_DIVIDE_BY_ZERO, "Divide by Zero Error", QUOTES_DATA},
    {DUCKDB_ERROR_DECIMAL, "Decimal Error", QUOTES_DATA},
    {DUCKDB_ERROR_SERIALIZATION, "Serialization Error", QUOTES_DATA},
    {DUCKDB_ERROR_TRANSACTION, "TransactionContext Error", QUOTES_DATA},
    {DUCKDB_ERROR_FATAL, "FATAL Error", QUOTES_DATA},
    {DUCKDB_ERROR_INTERNAL, "INTERNAL Error", QUOTES_DATA},
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

static const struct fault_kind *kind_of(duckdb_error_type type) {
    for (size_t i = 0; i < N_KINDS; i++) {
        if (kinds[i].type == type) {
            return &kinds[i];
        }
    }
    return NULL;
}

duckdb_error_type duck_error_type_of(const char *text) {
    for (size_t i = 0; text != NULL && i < N_KINDS; i++) {
        if (strncmp(text, kinds[i].prefix, strlen(kinds[i].prefix)) == 0) {
            return kinds[i].type;
        }
    }
    return DUCKDB_ERROR_INVALID;
}

/* DuckDB's text on one line. */
static void flatten(const char *text, char *out, size_t cap) {
    size_t n = 0;
    for (; *text != '\0' && n + 1 < cap; text++) {
        const char c = *text == '\n' || *text == '\t' ? ' ' : *text;
        if (c != ' ' || (n > 0 && out[n - 1] != ' ')) {
            out[n++] = c;
        }
    }
    out[n] = '\0';
}

static enum mln_status data_fault(struct mln_err *err, const char *label,
                                  const struct fault_kind *kind) {
    if (kind == NULL || kind->type == DUCKDB_ERROR_INTERNAL || kind->type == DUCKDB_ERROR_FATAL ||
        kind->type == DUCKDB_ERROR_TRANSACTION) {
        return mln_err_set(err, MLN_INTERNAL, "%s: DuckDB failed (%s)", label,
                           kind == NULL ? "unknown error" : kind->prefix);
    }
    return mln_err_set(err, MLN_BAD_INPUT,
                       "%s: DuckDB refuses a value of the data (%s; values are never shown)", label,
                       kind->prefix);
}

/* The system's reason for a write that failed, whatever the kind of the error around it (a failed
 * commit is a transaction error); NULL when there is none in the text. */
static const char *disk_reason(const char *text) {
    static const int reasons[] = {EFBIG, EDQUOT, EIO, EROFS};
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (strstr(text, strerror(reasons[i])) != NULL) {
            return strerror(reasons[i]);
        }
    }
    return NULL;
}

enum mln_status duck_fault(struct mln_err *err, const char *label, duckdb_error_type type,
                           const char *text) {
    const struct fault_kind *const kind = kind_of(type);
    text = text == NULL ? "" : text;
    if (strstr(text, "No space left on device") != NULL ||
        (type == DUCKDB_ERROR_OUT_OF_MEMORY && strstr(text, "max_temp_directory_size") != NULL)) {
        return mln_err_set(err, MLN_IO,
                           "%s: no space left on the disk of the project or of its spill; free "
                           "some and run again",
                           label);
    }
    if (strstr(text, "AES tag differs") != NULL || strstr(text, "Corrupt database file") != NULL ||
        strstr(text, "Could not read enough bytes") != NULL) {
        return mln_err_set(err, MLN_IO,
                           "%s: a database file is damaged; remove its stage and run again", label);
    }
    if (disk_reason(text) != NULL) {
        return mln_err_set(err, MLN_IO, "%s: cannot write to the disk: %s", label,
                           disk_reason(text));
    }
    if (type == DUCKDB_ERROR_INTERRUPT) {
        return mln_err_set(err, MLN_INTERRUPTED, "%s: interrupted", label);
    }
    if (type == DUCKDB_ERROR_OUT_OF_MEMORY) {
        return mln_err_nomem(err, label);
    }
    if (kind == NULL || kind->voice == QUOTES_DATA) {
        return data_fault(err, label, kind);
    }
    char line[640];
    flatten(text, line, sizeof line);
    return mln_err_set(err, kind->voice == SYSTEM ? MLN_IO : MLN_INTERNAL, "%s: %s", label, line);
}

enum mln_status duck_fault_text(struct mln_err *err, const char *label, const char *text) {
    return duck_fault(err, label, duck_error_type_of(text), text);
}
