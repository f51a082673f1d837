/* Stage ingest: the source files become two encrypted zones and a list of rejects.
 *
 *   contract ─▶ plan ─▶ tables, level by level (a table after those it references), several at once
 *                        ─▶ id.db, content.db, rejets.csv, counts
 *
 * The engine runs with one thread of its own: the work is in our threads, one a table, and DuckDB's
 * would only wait beside them. */
#include "stage/ingest/ingest.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/thread.h"
#include "stage/ingest/ingest_table.h"
#include "stage/zone.h"

#define REJECTS_FILE "rejets.csv"

/* ── bytes read, for the progress ── */

struct counted_file {
    void *inner;
    atomic_uint_least64_t *bytes;
};

static enum mln_status counted_open(void *ctx, const char *path, void **out, struct mln_err *err) {
    struct counted_file *file = malloc(sizeof *file);
    if (file == NULL) {
        return mln_err_nomem(err, "a reader");
    }
    file->bytes = ctx;
    const enum mln_status status = mln_io_files.open(mln_io_files.ctx, path, &file->inner, err);
    if (status != MLN_OK) {
        free(file);
        return status;
    }
    *out = file;
    return MLN_OK;
}

static enum mln_status counted_read(void *handle, void *into, size_t n, size_t *got,
                                    struct mln_err *err) {
    struct counted_file *file = handle;
    MLN_TRY(mln_io_files.read(file->inner, into, n, got, err));
    (void)atomic_fetch_add(file->bytes, *got);
    return MLN_OK;
}

static enum mln_status counted_seek(void *handle, int64_t offset, int whence, int64_t *at,
                                    struct mln_err *err) {
    struct counted_file *file = handle;
    return mln_io_files.seek(file->inner, offset, whence, at, err);
}

static void counted_close(void *handle) {
    struct counted_file *file = handle;
    mln_io_files.close(file->inner);
    free(file);
}

/* ── opening ── */

static enum mln_status measure_files(struct mln_ingest *in, struct mln_err *err) {
    const struct mln_ingest_plan *plan = in->plan;
    for (size_t f = 0; f < plan->n_files; f++) {
        struct mln_file_stamp stamp;
        MLN_TRY(mln_file_stamp(plan->files[f].path, &stamp, err));
        in->file_bytes[f] = stamp.bytes;
        in->tables[mln_ingest_source_of(plan, f)->table].bytes += stamp.bytes;
        in->bytes_total += stamp.bytes;
    }
    return MLN_OK;
}

static enum mln_status open_zones(struct mln_ingest *in, struct mln_err *err) {
    struct mln_run *run = in->run;
    struct mln_project one_thread = *run->project;
    struct mln_run own = *run;
    one_thread.n_threads = 1;
    own.project = &one_thread;
    MLN_TRY(mln_zone_open(&own, &in->e, err));
    MLN_TRY(mln_zone_attach(run, in->e, MLN_ZONE_ID_CATALOG, mln_run_partial(run, "id.db"), "id",
                            MLN_ATTACH_CREATE, err));
    MLN_TRY(mln_zone_attach(run, in->e, MLN_ZONE_CONTENT_CATALOG,
                            mln_run_partial(run, "content.db"), "content", MLN_ATTACH_CREATE, err));
    for (size_t t = 0; t < in->plan->model.n_tables; t++) {
        MLN_TRY(mln_ingest_create(in, t, err));
    }
    return in->e->ops->lock_down(in->e, &run->partial_dir, 1, err); /* Parquet is read by others */
}

/* ── the tables ── */

struct level {
    struct mln_ingest *in;
    size_t *tables;
    size_t n;
};

static enum mln_status load_one(void *ctx, size_t i, struct mln_err *err) {
    const struct level *level = ctx;
    return mln_ingest_load(level->in, level->tables[i], err);
}

/* Largest first, so that the threads end together. */
static void sort_by_size(struct level *level) {
    for (size_t i = 1; i < level->n; i++) {
        const size_t held = level->tables[i];
        size_t at = i;
        while (at > 0 &&
               level->in->tables[level->tables[at - 1]].bytes < level->in->tables[held].bytes) {
            level->tables[at] = level->tables[at - 1];
            at--;
        }
        level->tables[at] = held;
    }
}

static bool referenced_later(const struct mln_model *model, size_t table, size_t level) {
    for (size_t t = 0; t < model->n_tables; t++) {
        const struct mln_model_table *m = &model->tables[t];
        if (m->level > level && ((m->parent != NULL && m->parent->table == table) ||
                                 (m->target != NULL && m->target->table == table))) {
            return true;
        }
    }
    return false;
}

static enum mln_status check_shares(struct mln_ingest *in, const struct level *level,
                                    struct mln_err *err);

static enum mln_status load_level(struct mln_ingest *in, size_t number, struct mln_err *err) {
    const struct mln_model *model = &in->plan->model;
    struct level level = {.in = in,
                          .tables = MLN_ARENA_NEW(in->run->arena, size_t, model->n_tables)};
    if (level.tables == NULL) {
        return mln_err_nomem(err, "the plan of ingest");
    }
    for (size_t t = 0; t < model->n_tables; t++) {
        if (model->tables[t].level == number) {
            level.tables[level.n++] = t;
        }
    }
    sort_by_size(&level);
    MLN_TRY(mln_parallel(in->run->project->n_threads, level.n, load_one, &level, err));
    for (size_t t = 0; t < model->n_tables; t++) {
        if (!referenced_later(model, t, number) && model->tables[t].level <= number) {
            mln_key_set_release(&in->tables[t].keys);
        }
    }
    return check_shares(in, &level, err);
}

/* ── rejects ── */

/* A failed stage leaves no directory: the rejects that explain the failure stand beside. */
static const char *rejects_aside(struct mln_run *run) {
    struct mln_buf path = MLN_BUF_INIT;
    mln_path_join(&path, run->project->work_dir, MLN_STR_LIT(REJECTS_FILE));
    const char *kept = path.failed ? NULL : mln_arena_strdup(run->arena, mln_buf_view(&path));
    mln_buf_release(&path);
    return kept;
}

static bool too_many(const struct mln_ingest *in, const struct mln_ingest_table *t) {
    return (double)t->rejects.rows > in->run->project->rejects_max_share * (double)t->read;
}

static enum mln_status check_shares(struct mln_ingest *in, const struct level *level,
                                    struct mln_err *err) {
    struct mln_buf text = MLN_BUF_INIT;
    for (size_t t = 0; t < in->plan->model.n_tables; t++) {
        const struct mln_ingest_table *table = &in->tables[t];
        if (in->plan->model.tables[t].level != in->plan->model.tables[level->tables[0]].level ||
            !too_many(in, table)) {
            continue;
        }
        mln_buf_addf(&text, "%stable %s: %llu of %llu rows rejected (%.1f %%; at most %.1f %%): ",
                     text.n == 0 ? "" : "; ", in->plan->model.tables[t].name,
                     (unsigned long long)table->rejects.rows, (unsigned long long)table->read,
                     100.0 * (double)table->rejects.rows / (double)table->read,
                     100.0 * in->run->project->rejects_max_share);
        mln_rejects_main_reasons(&table->rejects, &text);
    }
    enum mln_status status = mln_buf_check(&text, "the rejects", err);
    if (status == MLN_OK && text.n > 0) {
        const char *path = rejects_aside(in->run);
        status = mln_ingest_write_rejects(in, path, err);
        if (status == MLN_OK) {
            status = mln_err_set(err, MLN_BAD_INPUT,
                                 "%s. Which rows and why: %s. Mend the files or the contract, or "
                                 "raise limits.rejects_max_share",
                                 text.p, path);
        }
    }
    mln_buf_release(&text);
    return status;
}

/* ── what is told ── */

static enum mln_status write_files(struct mln_ingest *in, struct mln_err *err) {
    static const struct mln_column_spec specs[] = {
        {"file_no", MLN_INT32}, {"table_name", MLN_UTF8_TEXT}, {"file", MLN_UTF8_TEXT}};
    MLN_TRY(in->e->ops->exec(in->e, "fichier",
                             MLN_STR_LIT("CREATE TABLE " MLN_ZONE_ID_CATALOG
                                         ".fichier (file_no INTEGER, table_name VARCHAR, file "
                                         "VARCHAR)"),
                             MLN_NO_PARAMS, NULL, err));
    struct mln_appender *appender = NULL;
    MLN_TRY(in->e->ops->append_open(in->e, MLN_ZONE_ID_CATALOG, "fichier", &appender, err));
    struct mln_builder *b = mln_builder_new(specs, 3);
    struct mln_batch batch;
    for (size_t f = 0; b != NULL && f < in->plan->n_files; f++) {
        const size_t table = mln_ingest_source_of(in->plan, f)->table;
        mln_add_i32(b, 0, (int32_t)f + 1);
        mln_add_str(b, 1, mln_str_from(in->plan->model.tables[table].name));
        mln_add_str(b, 2, mln_str_from(in->plan->files[f].shown));
    }
    enum mln_status status =
        b == NULL ? mln_err_nomem(err, "the list of files") : mln_builder_view(b, &batch, err);
    if (status == MLN_OK) {
        status = in->e->ops->append(appender, &batch, err);
    }
    const enum mln_status closed =
        in->e->ops->append_close(appender, status == MLN_OK, status == MLN_OK ? err : NULL);
    mln_builder_free(b);
    return status == MLN_OK ? closed : status;
}

static enum mln_status add_figure(struct mln_ingest *in, const char *what, const char *table,
                                  const char *column, uint64_t value, struct mln_err *err) {
    struct mln_buf name = MLN_BUF_INIT;
    mln_buf_addf(&name, "%s %s", what, table);
    if (column != NULL) {
        mln_buf_addf(&name, ".%s", column);
    }
    enum mln_status status = mln_buf_check(&name, "a figure", err);
    if (status == MLN_OK) {
        status = mln_run_figure(in->run, name.p, (double)value, err);
    }
    mln_buf_release(&name);
    return status;
}

static enum mln_status tell_counts(struct mln_ingest *in, struct mln_err *err) {
    for (size_t i = 0; i < in->plan->model.n_tables; i++) {
        const struct mln_ingest_table *t = &in->tables[i];
        const struct mln_model_table *m = &in->plan->model.tables[i];
        MLN_TRY(mln_run_count(in->run, m->name, t->read, t->accepted, t->rejects.rows, err));
        for (int r = 1; r < MLN_REASON_COUNT; r++) {
            if (t->rejects.by_reason[r] > 0) {
                MLN_TRY(add_figure(in, "rejets", m->name, mln_reason_word((enum mln_reason)r),
                                   t->rejects.by_reason[r], err));
            }
        }
        for (size_t c = 0; c < m->n_columns; c++) {
            if (t->unknown[c] > 0) {
                MLN_TRY(add_figure(in, "codes inconnus", m->name, m->columns[c].name, t->unknown[c],
                                   err));
            }
        }
        if (m->target != NULL) {
            MLN_TRY(add_figure(in, "cible hors extrait", m->name, NULL, t->no_target, err));
        }
    }
    return MLN_OK;
}

/* ── the stage ── */

static enum mln_status ingest(struct mln_ingest *in, struct mln_err *err) {
    MLN_TRY(measure_files(in, err));
    MLN_TRY(open_zones(in, err));
    for (size_t level = 0; level < in->plan->model.n_levels; level++) {
        MLN_TRY(load_level(in, level, err));
    }
    mln_progress_end(in->run->talk);
    MLN_TRY(write_files(in, err));
    MLN_TRY(mln_ingest_write_rejects(in, mln_run_partial(in->run, REJECTS_FILE), err));
    MLN_TRY(tell_counts(in, err));
    MLN_TRY(in->e->ops->detach(in->e, MLN_ZONE_ID_CATALOG, err));
    MLN_TRY(in->e->ops->detach(in->e, MLN_ZONE_CONTENT_CATALOG, err));
    const char *old = rejects_aside(in->run); /* of a run that failed */
    if (old != NULL && unlink(old) != 0 && errno != ENOENT) {
        return mln_err_set(err, MLN_IO, "%s: cannot remove: %s", old, strerror(errno));
    }
    return MLN_OK;
}

static enum mln_status read_plan(struct mln_run *run, struct mln_ingest_plan *plan,
                                 struct mln_err *err) {
    struct mln_findings findings = {.arena = run->arena};
    MLN_TRY(mln_ingest_plan_read(run, plan, &findings, err));
    MLN_TRY(mln_findings_status(&findings, err));
    MLN_TRY(mln_ingest_plan_codes(run, plan, &findings, err));
    MLN_TRY(mln_findings_status(&findings, err));
    MLN_TRY(mln_ingest_plan_constants(plan, run->arena, &findings, err));
    return mln_findings_status(&findings, err);
}

enum mln_status mln_stage_ingest(struct mln_run *run, struct mln_err *err) {
    struct mln_ingest_plan plan;
    MLN_TRY(read_plan(run, &plan, err));
    struct mln_ingest in = {.run = run, .plan = &plan};
    in.io = (struct mln_io){.ctx = &in.bytes_done,
                            .open = counted_open,
                            .read = counted_read,
                            .seek = counted_seek,
                            .close = counted_close};
    in.tables = MLN_ARENA_NEW(run->arena, struct mln_ingest_table, plan.model.n_tables);
    in.names = MLN_ARENA_NEW(run->arena, const char *const *, plan.n_files + 1);
    in.file_bytes = MLN_ARENA_NEW(run->arena, uint64_t, plan.n_files + 1);
    if (in.tables == NULL || in.names == NULL || in.file_bytes == NULL) {
        return mln_err_nomem(err, "the plan of ingest");
    }
    for (size_t t = 0; t < plan.model.n_tables; t++) {
        in.tables[t].table = t;
    }
    mln_hash128_draw(&in.hash_key);
    pthread_mutex_init(&in.talk_lock, NULL);
    const enum mln_status status = ingest(&in, err);
    mln_zone_close(run, in.e);
    pthread_mutex_destroy(&in.talk_lock);
    for (size_t t = 0; t < plan.model.n_tables; t++) {
        mln_key_set_release(&in.tables[t].keys);
        mln_rejects_release(&in.tables[t].rejects);
        mln_arena_release(&in.tables[t].arena);
    }
    return status;
}
