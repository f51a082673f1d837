/* Protect: the study's tables in, tables that may be published out. The only step between the two:
 * what is sealed here under the publisher's key is all that the report can open. */
#include "protect/table.h"
#include "secret/seal.h"
#include "stage/sealed.h"
#include "stage/stage.h"

static enum mln_status read_tables(struct mln_run *run, struct mln_table **tables, size_t *n,
                                   struct mln_err *err) {
    struct mln_buf bytes = MLN_BUF_INIT;
    enum mln_status status = mln_sealed_read(
        run, "base", MLN_SEAL_STUDY, mln_run_path(run, "study", MLN_TABLES_FILE), &bytes, err);
    if (status == MLN_OK) {
        status = mln_tables_read(run->arena, mln_buf_view(&bytes), tables, n, err);
    }
    mln_buf_release(&bytes);
    return status;
}

static enum mln_status write_tables(struct mln_run *run, struct mln_protected_table *const *tables,
                                    size_t n, struct mln_err *err) {
    struct mln_buf bytes = MLN_BUF_INIT;
    enum mln_status status = mln_protected_write(tables, n, &bytes, err);
    if (status == MLN_OK) {
        status = mln_sealed_write(run, "publish", MLN_SEAL_PROTECTED, mln_buf_view(&bytes),
                                  mln_run_partial(run, MLN_TABLES_FILE), err);
    }
    mln_buf_release(&bytes);
    return status;
}

/* Cells of each table: all, shown, suppressed. */
static enum mln_status tell(struct mln_run *run, struct mln_protected_table *const *tables,
                            size_t n, struct mln_err *err) {
    size_t cells = 0;
    size_t suppressed = 0;
    for (size_t t = 0; t < n; t++) {
        const struct mln_protect_summary s = mln_protected_summary(tables[t]);
        const size_t hidden = s.primary + s.secondary;
        MLN_TRY(mln_run_count(run, mln_protected_frame(tables[t])->name, s.cells, s.cells - hidden,
                              hidden, err));
        cells += s.cells;
        suppressed += hidden;
    }
    return mln_run_figure(run, "part_cellules_masquees",
                          cells == 0 ? 0 : (double)suppressed / (double)cells, err);
}

enum mln_status mln_stage_protect(struct mln_run *run, struct mln_err *err) {
    struct mln_table *tables = NULL;
    size_t n = 0;
    MLN_TRY(read_tables(run, &tables, &n, err));
    struct mln_protected_table **protected =
        MLN_ARENA_NEW(run->arena, struct mln_protected_table *, n);
    if (protected == NULL) {
        return mln_err_nomem(err, "the protected tables");
    }
    struct mln_protect_options options = run->project->protect;
    options.threshold_detail = run->project->detail_threshold;
    MLN_TRY(mln_protect_all(run->arena, tables, n, &options, protected, err));
    MLN_TRY(tell(run, protected, n, err));
    return write_tables(run, protected, n, err);
}
