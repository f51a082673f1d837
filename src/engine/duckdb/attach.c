/* Database files as catalogs, encrypted under a 256-bit key (AES-256-GCM).
 *
 * The key passes through the text of ATTACH, the only door DuckDB has for it: that text is wiped,
 * and no error of ATTACH is passed on in DuckDB's words, which quote the statement. */
#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "engine/duckdb/duck.h"

enum {
    KEY_BYTES = 32,
    KEY_TEXT = sodium_base64_ENCODED_LEN(KEY_BYTES, sodium_base64_VARIANT_ORIGINAL)
};

static enum mln_status check_path(const char *catalog, const char *path, enum mln_attach_mode mode,
                                  struct mln_err *err) {
    struct stat st;
    const bool exists = stat(path, &st) == 0;
    if (mode == MLN_ATTACH_CREATE) {
        return exists ? mln_err_set(err, MLN_IO, "%s: exists already; refusing to replace it", path)
                      : MLN_OK;
    }
    if (!exists) {
        return mln_err_set(err, MLN_IO, "%s: cannot open for %s: %s", path, catalog,
                           strerror(errno));
    }
    if (!S_ISREG(st.st_mode)) {
        return mln_err_set(err, MLN_IO, "%s: not a file", path);
    }
    if (access(path, mode == MLN_ATTACH_READ ? R_OK : R_OK | W_OK) != 0) {
        return mln_err_set(err, MLN_IO, "%s: cannot open for %s: %s", path, catalog,
                           strerror(errno));
    }
    return MLN_OK;
}

/* ATTACH '…' AS "…" (…, ENCRYPTION_KEY '…'), its room reserved beforehand so that no copy of the
 * key stays behind in a buffer that grew. */
static enum mln_status attach_text(struct mln_buf *sql, const char *catalog, const char *path,
                                   const unsigned char *key, enum mln_attach_mode mode,
                                   struct mln_err *err) {
    mln_buf_reserve(sql, 2 * strlen(path) + 2 * strlen(catalog) + KEY_TEXT + 128);
    mln_buf_addz(sql, "ATTACH ");
    mln_quote_text(sql, mln_str_from(path));
    mln_buf_addz(sql, " AS ");
    mln_quote_ident(sql, mln_str_from(catalog));
    mln_buf_addz(sql, mode == MLN_ATTACH_READ ? " (TYPE duckdb, READ_ONLY" : " (TYPE duckdb");
    if (key != NULL) {
        char text[KEY_TEXT];
        sodium_bin2base64(text, sizeof text, key, KEY_BYTES, sodium_base64_VARIANT_ORIGINAL);
        mln_buf_addz(sql, ", ENCRYPTION_CIPHER 'GCM', ENCRYPTION_KEY '");
        mln_buf_addz(sql, text);
        mln_buf_addz(sql, "'");
        sodium_memzero(text, sizeof text);
    }
    mln_buf_addz(sql, ")");
    return mln_buf_check(sql, "a catalog", err);
}

static const struct attach_fault {
    const char *said; /* part of DuckDB's text (1.5.5) */
    enum mln_status status;
    const char *told;
} faults[] = {
    {"Wrong encryption key", MLN_KEY,
     "the key does not open this file; use the key directory it was made with, or remove the "
     "file's stage and run again"},
    {"without a key", MLN_KEY, "the file is encrypted and no key was given"},
    {"is not encrypted", MLN_KEY, "the file is not encrypted, but a key was given; it is not ours"},
    {"AES tag differs", MLN_IO, "the file is damaged; remove its stage and run again"},
    {"Corrupt database file", MLN_IO, "the file is damaged; remove its stage and run again"},
    {"Could not read enough bytes", MLN_IO,
     "the file is cut short; remove its stage and run again"},
    {"not a valid DuckDB database", MLN_IO, "not a DuckDB database file"},
    {"Could not set lock", MLN_BUSY, "another process has the file open"},
    {"No space left on device", MLN_IO, "no space left on its disk"},
    {"Permission denied", MLN_IO, "permission denied"},
    {"No such file or directory", MLN_IO, "no such directory"},
    {"Read-only file system", MLN_IO, "the file system is read-only"},
    {"disabled by configuration", MLN_IO,
     "outside the directories that this run may use (it is locked down)"},
    {"already exists", MLN_INTERNAL, "the catalog's name is taken"},
    {"Unique file handle conflict", MLN_INTERNAL, "the file is already attached"},
    {"version number", MLN_IO, "written by another version of DuckDB"},
};

static enum mln_status attach_fault(struct mln_err *err, const char *catalog, const char *path,
                                    duckdb_result *result) {
    const char *const text = duckdb_result_error(result);
    for (size_t i = 0; text != NULL && i < sizeof faults / sizeof *faults; i++) {
        if (strstr(text, faults[i].said) != NULL) {
            return mln_err_set(err, faults[i].status, "%s (%s): %s", path, catalog, faults[i].told);
        }
    }
    const duckdb_error_type type = duckdb_result_error_type(result);
    if (type == DUCKDB_ERROR_OUT_OF_MEMORY || type == DUCKDB_ERROR_INTERRUPT) {
        return duck_fault(err, catalog, type, NULL);
    }
    return mln_err_set(err, MLN_IO, "%s (%s): DuckDB cannot open the file (error kind %d)", path,
                       catalog, (int)type);
}

enum mln_status duck_attach(struct mln_engine *e, const char *catalog, const char *path,
                            const unsigned char *key, enum mln_attach_mode mode,
                            struct mln_err *err) {
    struct duck *const duck = duck_of(e);
    MLN_TRY(check_path(catalog, path, mode, err));
    struct mln_buf sql = MLN_BUF_INIT;
    enum mln_status status = attach_text(&sql, catalog, path, key, mode, err);
    if (status == MLN_OK) {
        duckdb_result result = {0};
        pthread_mutex_lock(&duck->lock);
        if (duckdb_query(duck->conn, sql.p, &result) != DuckDBSuccess) {
            status = attach_fault(err, catalog, path, &result);
        }
        pthread_mutex_unlock(&duck->lock);
        duckdb_destroy_result(&result);
    }
    if (sql.p != NULL) {
        sodium_memzero(sql.p, sql.cap);
    }
    mln_buf_release(&sql);
    if (status == MLN_OK && mode == MLN_ATTACH_CREATE && chmod(path, 0600) != 0) {
        status =
            mln_err_set(err, MLN_IO, "%s: cannot restrict its mode: %s", path, strerror(errno));
    }
    return status;
}

static enum mln_status detach_one(struct duck *duck, const char *verb, const char *catalog,
                                  struct mln_err *err) {
    struct mln_buf sql = MLN_BUF_INIT;
    mln_buf_addz(&sql, verb);
    mln_quote_ident(&sql, mln_str_from(catalog));
    enum mln_status status = mln_buf_check(&sql, "a statement", err);
    if (status == MLN_OK) {
        pthread_mutex_lock(&duck->lock);
        status = duck_query(duck->conn, catalog, sql.p, err);
        pthread_mutex_unlock(&duck->lock);
    }
    mln_buf_release(&sql);
    return status;
}

static enum mln_status is_read_only(struct duck *duck, const char *catalog, bool *out,
                                    struct mln_err *err) {
    duckdb_result result = {0};
    const struct mln_params params =
        MLN_PARAMS({.name = "catalog", .type = MLN_PARAM_TEXT, .s = mln_str_from(catalog)});
    MLN_TRY(duck_run(duck, catalog, "",
                     MLN_STR_LIT("SELECT readonly FROM duckdb_databases() "
                                 "WHERE database_name = $catalog"),
                     params, &result, err));
    duckdb_data_chunk chunk = duckdb_fetch_chunk(result);
    const bool found = chunk != NULL && duckdb_data_chunk_get_size(chunk) == 1;
    if (found) {
        *out = *(const bool *)duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
    }
    duckdb_destroy_data_chunk(&chunk);
    duckdb_destroy_result(&result);
    return found ? MLN_OK
                 : mln_err_set(err, MLN_INTERNAL, "%s: no such catalog is attached", catalog);
}

enum mln_status duck_detach(struct mln_engine *e, const char *catalog, struct mln_err *err) {
    struct duck *const duck = duck_of(e);
    bool read_only = false;
    MLN_TRY(is_read_only(duck, catalog, &read_only, err));
    if (!read_only) {
        MLN_TRY(detach_one(duck, "CHECKPOINT ", catalog, err));
    }
    return detach_one(duck, "DETACH ", catalog, err);
}
