#include "stage/sealed.h"

#include "protect/table.h"
#include "secret/seal.h"

/* A study's tables are a few MiB; past this something is wrong. */
enum { MAX_SEALED_BYTES = 512 * 1024 * 1024 };

enum mln_status mln_sealed_read(struct mln_run *run, const char *key_name, const char *label,
                                const char *path, struct mln_buf *out, struct mln_err *err) {
    if (path == NULL) {
        return mln_err_nomem(err, "a path");
    }
    struct mln_key key;
    MLN_TRY(mln_project_key(run->project, key_name, &key, err));
    const enum mln_status status = mln_unseal_file(&key, label, path, MAX_SEALED_BYTES, out, err);
    mln_key_release(&key);
    return status;
}

enum mln_status mln_sealed_write(struct mln_run *run, const char *key_name, const char *label,
                                 struct mln_str bytes, const char *path, struct mln_err *err) {
    if (path == NULL) {
        return mln_err_nomem(err, "a path");
    }
    struct mln_key key;
    MLN_TRY(mln_project_key(run->project, key_name, &key, err));
    const enum mln_status status = mln_seal_file(&key, label, bytes, path, err);
    mln_key_release(&key);
    return status;
}

enum mln_status mln_sealed_protected(struct mln_run *run, struct mln_protected_table ***tables,
                                     size_t *n, struct mln_err *err) {
    struct mln_buf bytes = MLN_BUF_INIT;
    enum mln_status status =
        mln_sealed_read(run, "publish", MLN_SEAL_PROTECTED,
                        mln_run_path(run, "protect", MLN_TABLES_FILE), &bytes, err);
    if (status == MLN_OK) {
        status = mln_protected_read(run->arena, mln_buf_view(&bytes), tables, n, err);
    }
    mln_buf_release(&bytes);
    return status;
}
