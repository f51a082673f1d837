/* Files that come out of a query: CSV, Parquet. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "engine/duckdb/duck.h"

/* ── copy out ── */

static enum mln_status sync_path(const char *path, struct mln_err *err) {
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const bool synced = fd >= 0 && fsync(fd) == 0;
    const int why = errno;
    if (fd >= 0) {
        close(fd);
    }
    return synced ? MLN_OK
                  : mln_err_set(err, MLN_IO, "%s: cannot flush to disk: %s", path, strerror(why));
}

static enum mln_status put_in_place(const char *aside, const char *path, struct mln_err *err) {
    MLN_TRY(sync_path(aside, err));
    if (rename(aside, path) != 0) {
        return mln_err_set(err, MLN_IO, "%s: cannot be put in place: %s", path, strerror(errno));
    }
    struct mln_buf dir = MLN_BUF_INIT;
    mln_path_dir(&dir, path);
    enum mln_status status = mln_buf_check(&dir, path, err);
    if (status == MLN_OK) {
        status = sync_path(dir.p, err);
    }
    mln_buf_release(&dir);
    return status;
}

/* Row groups of a fixed number of rows: the bytes do not depend on the threads. */
static enum mln_status write_aside(struct duck *duck, const char *label,
                                   const struct duck_aside *rows, const char *aside,
                                   enum mln_file_format format, struct mln_err *err) {
    struct mln_buf sql = MLN_BUF_INIT;
    mln_buf_addf(&sql, "COPY temp.main.%s TO ", rows->name);
    mln_quote_text(&sql, mln_str_from(aside));
    mln_buf_addz(&sql, format == MLN_FILE_CSV
                           ? " (FORMAT csv, HEADER, DELIMITER ',', USE_TMP_FILE false)"
                           : " (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880, "
                             "USE_TMP_FILE false)");
    enum mln_status status = mln_buf_check(&sql, label, err);
    if (status == MLN_OK) {
        status = duck_run(duck, label, NULL, mln_buf_view(&sql), MLN_NO_PARAMS, NULL, err);
    }
    mln_buf_release(&sql);
    return status;
}

enum mln_status duck_copy_out(struct mln_engine *e, const char *label, struct mln_str sql,
                              struct mln_params params, const char *path,
                              enum mln_file_format format, struct mln_err *err) {
    struct duck *const duck = duck_of(e);
    struct duck_aside rows;
    MLN_TRY(duck_aside_make(duck, label, sql, params, &rows, err));
    struct mln_buf aside = MLN_BUF_INIT;
    mln_buf_addf(&aside, "%s.part", path);
    enum mln_status status = mln_buf_check(&aside, path, err);
    if (status == MLN_OK) {
        status = write_aside(duck, label, &rows, aside.p, format, err);
        if (status == MLN_OK) {
            status = put_in_place(aside.p, path, err);
        }
        if (status != MLN_OK) {
            unlink(aside.p);
        }
    }
    mln_buf_release(&aside);
    duck_aside_drop(duck, &rows);
    return status;
}
