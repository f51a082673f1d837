/* The embedded engine: one DuckDB instance in memory, to which the project's files are attached.
 *
 * It never reaches the network: nothing is installed or loaded on its own, and the file systems
 * that the encryption extension brings along (HTTP, S3) are switched off as soon as it is there. */
#define _GNU_SOURCE /* dladdr */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/thread.h"
#include "engine/duckdb/duck.h"

/* ── options ── */

static uint64_t default_memory(uint64_t most) {
    const long pages = sysconf(_SC_PHYS_PAGES);
    const long page = sysconf(_SC_PAGE_SIZE);
    most = most != 0 ? most : UINT64_C(3) << 30;
    if (pages <= 0 || page <= 0) {
        return most;
    }
    const uint64_t half = (uint64_t)pages * (uint64_t)page / 2;
    return half < most ? half : most;
}

static enum mln_status set_one(duckdb_config config, const char *name, const char *value,
                               struct mln_err *err) {
    if (duckdb_set_config(config, name, value) != DuckDBSuccess) {
        return mln_err_set(err, MLN_INTERNAL, "DuckDB refuses the setting %s", name);
    }
    return MLN_OK;
}

static enum mln_status set_options(duckdb_config config, const struct duck *duck,
                                   const struct mln_engine_options *options, struct mln_err *err) {
    char memory[32];
    char threads[32];
    snprintf(memory, sizeof memory, "%lluB",
             (unsigned long long)(options->memory_bytes != 0
                                      ? options->memory_bytes
                                      : default_memory(options->memory_most)));
    snprintf(threads, sizeof threads, "%zu", duck->n_threads);
    const char *const rows[][2] = {
        {"memory_limit", memory},
        {"threads", threads},
        {"temp_directory", duck->spill.path == NULL ? "" : duck->spill.path},
        {"temp_file_encryption", "true"},
        {"preserve_insertion_order", "true"},
        {"autoinstall_known_extensions", "false"},
        {"autoload_known_extensions", "false"},
        {"allow_community_extensions", "false"},
        {"allow_persistent_secrets", "false"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        MLN_TRY(set_one(config, rows[i][0], rows[i][1], err));
    }
    return MLN_OK;
}

/* ── the encryption extension ── */

/* Beside the DuckDB library that this process runs. */
static enum mln_status extension_beside_library(struct mln_buf *out, struct mln_err *err) {
    duckdb_state (*const function)(const char *, duckdb_database *, duckdb_config, char **) =
        duckdb_open_ext;
    const void *address;
    memcpy(&address, &function, sizeof address);
    Dl_info info;
    if (dladdr(address, &info) == 0 || info.dli_fname == NULL) {
        return mln_err_set(err, MLN_IO,
                           "cannot tell where the DuckDB library is; name its encryption extension "
                           "in MAILLON_EXTENSION");
    }
    struct mln_buf dir = MLN_BUF_INIT;
    mln_path_dir(&dir, info.dli_fname);
    const enum mln_status status = mln_buf_check(&dir, "the extension's path", err);
    if (status == MLN_OK) {
        mln_path_join(out, dir.p, MLN_STR_LIT("httpfs.duckdb_extension"));
    }
    mln_buf_release(&dir);
    return status;
}

static enum mln_status extension_path(const char *given, struct mln_buf *out, struct mln_err *err) {
    const char *const named = given != NULL ? given : getenv("MAILLON_EXTENSION");
    if (named != NULL && named[0] != '\0') {
        mln_buf_addz(out, named);
    } else {
        MLN_TRY(extension_beside_library(out, err));
    }
    MLN_TRY(mln_buf_check(out, "the extension's path", err));
    if (access(out->p, R_OK) != 0) {
        return mln_err_set(err, MLN_IO,
                           "%s: cannot read DuckDB's encryption extension (%s); run scripts/setup, "
                           "or name it in MAILLON_EXTENSION",
                           out->p, strerror(errno));
    }
    return MLN_OK;
}

/* Whatever DuckDB says of the file: it blames values, signatures or its name. */
static enum mln_status unfit_extension(const char *path, struct mln_err *err) {
    return mln_err_set(err, MLN_IO,
                       "%s: not the encryption extension (httpfs.duckdb_extension) of this DuckDB; "
                       "run scripts/setup, or name the right file in MAILLON_EXTENSION",
                       path);
}

static enum mln_status load_extension(struct duck *duck, const char *given, struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    struct mln_buf sql = MLN_BUF_INIT;
    enum mln_status status = extension_path(given, &path, err);
    if (status == MLN_OK) {
        mln_buf_addz(&sql, "LOAD ");
        mln_quote_text(&sql, mln_buf_view(&path));
        status = mln_buf_check(&sql, "a statement", err);
    }
    if (status == MLN_OK) {
        status = duck_query(duck->conn, "encryption extension", sql.p, err);
        status =
            status == MLN_OK || status == MLN_NO_MEMORY ? status : unfit_extension(path.p, err);
    }
    if (status == MLN_OK) {
        status = duck_query(duck->conn, "settings",
                            "SET disabled_filesystems='HTTPFileSystem,S3FileSystem,"
                            "HuggingFaceFileSystem'",
                            err);
    }
    mln_buf_release(&sql);
    mln_buf_release(&path);
    return status;
}

/* ── life ── */

static void duck_close(struct mln_engine *e) {
    if (e == NULL) {
        return;
    }
    struct duck *const duck = duck_of(e);
    duck_watch_end(&duck->watch);
    if (duck->conn != NULL) {
        duckdb_disconnect(&duck->conn);
    }
    if (duck->db != NULL) {
        duckdb_close(&duck->db);
    }
    duck_spill_close(&duck->spill);
    pthread_mutex_destroy(&duck->lock);
    pthread_mutex_destroy(&duck->rows.turn);
    free(duck);
}

static enum mln_status duck_lock_down(struct mln_engine *e, const char *const *dirs, size_t n,
                                      struct mln_err *err) {
    struct duck *const duck = duck_of(e);
    struct mln_buf sql = MLN_BUF_INIT;
    mln_buf_addz(&sql, "SET allowed_directories=[");
    for (size_t i = 0; i < n; i++) {
        mln_buf_addz(&sql, i == 0 ? "" : ", ");
        mln_quote_text(&sql, mln_str_from(dirs[i]));
    }
    mln_buf_addz(&sql, "]");
    enum mln_status status = mln_buf_check(&sql, "a statement", err);
    pthread_mutex_lock(&duck->lock);
    if (status == MLN_OK) {
        status = duck_query(duck->conn, "lock-down", sql.p, err);
    }
    if (status == MLN_OK) {
        status = duck_query(duck->conn, "lock-down", "SET enable_external_access=false", err);
    }
    if (status == MLN_OK) {
        status = duck_query(duck->conn, "lock-down", "SET lock_configuration=true", err);
    }
    pthread_mutex_unlock(&duck->lock);
    mln_buf_release(&sql);
    return status;
}

static const struct mln_engine_ops duck_ops = {
    .name = "duckdb",
    .close = duck_close,
    .attach = duck_attach,
    .detach = duck_detach,
    .lock_down = duck_lock_down,
    .exec = duck_exec,
    .scan = duck_scan,
    .map = duck_map,
    .append_open = duck_append_open,
    .append = duck_append,
    .append_close = duck_append_close,
    .copy_out = duck_copy_out,
    .read_parquet = duck_read_parquet,
    .stream_parquet = duck_stream_parquet,
    .scan_rows = duck_scan_rows,
};

static enum mln_status open_database(struct duck *duck, const struct mln_engine_options *options,
                                     struct mln_err *err) {
    duckdb_config config = NULL;
    if (duckdb_create_config(&config) != DuckDBSuccess) {
        return mln_err_nomem(err, "the engine");
    }
    enum mln_status status = set_options(config, duck, options, err);
    char *why = NULL;
    if (status == MLN_OK && duckdb_open_ext(NULL, &duck->db, config, &why) != DuckDBSuccess) {
        status = duck_fault_text(err, "DuckDB", why);
        duckdb_free(why);
    }
    duckdb_destroy_config(&config);
    MLN_TRY(status);
    if (duckdb_connect(duck->db, &duck->conn) != DuckDBSuccess) {
        return mln_err_set(err, MLN_INTERNAL, "DuckDB gives no connection");
    }
    MLN_TRY(duck_query(duck->conn, "settings", "SET TimeZone='UTC'", err));
    return options->clear ? MLN_OK : load_extension(duck, options->extension, err);
}

enum mln_status mln_engine_open_duckdb(const struct mln_engine_options *options,
                                       struct mln_engine **out, struct mln_err *err) {
    struct duck *const duck = calloc(1, sizeof *duck);
    if (duck == NULL) {
        return mln_err_nomem(err, "the engine");
    }
    duck->base.ops = &duck_ops;
    duck->talk = options->talk;
    duck->n_threads = options->n_threads != 0 ? options->n_threads : mln_thread_count();
    pthread_mutex_init(&duck->lock, NULL);
    pthread_mutex_init(&duck->rows.turn, NULL);
    enum mln_status status = duck_spill_open(&duck->spill, options->spill_dir, err);
    if (status == MLN_OK) {
        status = open_database(duck, options, err);
    }
    if (status == MLN_OK) {
        status = duck_watch_start(&duck->watch, err);
    }
    if (status != MLN_OK) {
        duck_close(&duck->base);
        return status;
    }
    *out = &duck->base;
    return MLN_OK;
}

void mln_engine_version(char *out, size_t n) {
    (void)snprintf(out, n, "DuckDB %s", duckdb_library_version());
}
