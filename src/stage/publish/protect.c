/* Protect: the study's tables in, tables that may be published out. The only step between the two:
 * what is sealed here under the publisher's key is all that the report can open. */
#include "protect/loss.h"
#include "secret/seal.h"
#include "stage/publish/protect_context.h"
#include "stage/sealed.h"

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
static enum mln_status tell_tables(struct mln_run *run, struct mln_protected_table *const *tables,
                                   size_t n, struct mln_err *err) {
    for (size_t t = 0; t < n; t++) {
        const struct mln_protect_summary s = mln_protected_summary(tables[t]);
        const size_t hidden = s.primary + s.secondary;
        MLN_TRY(mln_run_count(run, mln_protected_frame(tables[t])->name, s.cells, s.cells - hidden,
                              hidden, err));
    }
    return MLN_OK;
}

/* How it was proven, and what it cost the reader. */
static enum mln_status tell_outcome(struct mln_run *run, const struct mln_protect_outcome *o,
                                    const struct mln_loss *loss, struct mln_err *err) {
    const struct {
        const char *name;
        double value;
    } figures[] = {
        {"part_cellules_masquees",
         loss->n_cells == 0 ? 0 : (double)loss->n_suppressed / (double)loss->n_cells},
        {"part_effectifs_masques", loss->suppressed_weight},
        {"ecart_absolu_moyen", loss->mean_abs},
        {"distance_hellinger", loss->hellinger},
        {"cellules_primaires", (double)o->n_primary},
        {"cellules_secondaires", (double)o->n_secondary},
        {"groupes_entiers", (double)o->n_groups},
        {"differences_petites", (double)o->n_differences},
        {"intervalles_prouves", (double)o->n_proven},
        {"intervalles_prouves_en_entiers", (double)o->n_whole},
        {"lignes_non_additives", (double)o->n_broken},
    };
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        MLN_TRY(mln_run_figure(run, figures[i].name, figures[i].value, err));
    }
    return MLN_OK;
}

enum mln_status mln_stage_protect(struct mln_run *run, struct mln_err *err) {
    struct mln_table *tables = NULL;
    size_t n = 0;
    struct mln_protect_context context;
    struct mln_protect_outcome outcome;
    MLN_TRY(mln_study_tables_read(run, run->project->work_dir, &tables, &n, err));
    MLN_TRY(mln_protect_context_read(run, &context, err));
    struct mln_protected_table **protected =
        MLN_ARENA_NEW(run->arena, struct mln_protected_table *, n + 1);
    if (protected == NULL) {
        return mln_err_nomem(err, "the protected tables");
    }
    struct mln_protect_options options = run->project->protect;
    options.threshold_detail = run->project->detail_threshold;
    MLN_TRY(
        mln_protect_linked(run->arena, tables, n, &context, &options, protected, &outcome, err));
    const struct mln_loss loss = mln_loss_measure(tables, protected, n);
    MLN_TRY(tell_tables(run, protected, n, err));
    MLN_TRY(tell_outcome(run, &outcome, &loss, err));
    return write_tables(run, protected, n, err);
}
