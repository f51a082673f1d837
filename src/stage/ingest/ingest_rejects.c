/* rejets.csv: all tables' rejects, in the order of the files. */
#include "base/file.h"
#include "stage/ingest/ingest_table.h"

enum { PIECE = 1 << 16 };

/* Names in the source file of several canonical columns. */
static void add_columns(const struct mln_contract_source *source,
                        const struct mln_model_table *table, const size_t *columns, size_t n,
                        struct mln_buf *out) {
    for (size_t i = 0; i < n; i++) {
        const char *from = source->columns[columns[i]].from;
        mln_buf_addz(out, i == 0 ? "" : " ");
        mln_buf_addz(out, from == NULL ? table->columns[columns[i]].name : from);
    }
}

static void add_reject(struct mln_ingest *in, const struct mln_reject *r, struct mln_buf *cell,
                       struct mln_buf *out) {
    const struct mln_contract_source *source = mln_ingest_source_of(in->plan, r->file);
    const struct mln_model_table *table = &in->plan->model.tables[source->table];
    mln_buf_reset(cell);
    if (r->column == MLN_COLUMNS_KEY) {
        add_columns(source, table, table->key, table->n_key, cell);
    } else if (r->column == MLN_COLUMNS_PARENT) {
        add_columns(source, table, table->parent->columns,
                    in->plan->model.tables[table->parent->table].n_key, cell);
    } else if (r->column != MLN_NO_COLUMN) {
        mln_buf_addz(cell, in->names[r->file][r->column]);
    }
    mln_rejects_cell(out, mln_str_from(in->plan->files[r->file].shown));
    mln_buf_addc(out, ';');
    mln_buf_add_u64(out, r->row);
    mln_buf_addc(out, ';');
    mln_rejects_cell(out, mln_buf_view(cell));
    mln_buf_addf(out, ";%s\n", mln_reason_word((enum mln_reason)r->reason));
}

/* What is not listed, so that nobody takes the list for whole. */
static void add_untold(struct mln_ingest *in, size_t table, struct mln_buf *out) {
    const struct mln_ingest_table *t = &in->tables[table];
    if (t->rejects.untold > 0) {
        const char *file = in->plan->files[in->plan->first_file[table + 1] - 1].shown;
        mln_rejects_cell(out, mln_str_from(file));
        mln_buf_addf(out, ";;;et %llu autres rejets de la table %s\n",
                     (unsigned long long)t->rejects.untold, in->plan->model.tables[table].name);
    }
}

static enum mln_status put_text(struct mln_file_writer *writer, struct mln_buf *text,
                                struct mln_err *err) {
    MLN_TRY(mln_buf_check(text, "the rejects", err));
    MLN_TRY(mln_file_add(writer, mln_buf_view(text), err));
    mln_buf_reset(text);
    return MLN_OK;
}

static enum mln_status write_table(struct mln_ingest *in, size_t table,
                                   struct mln_file_writer *writer, struct mln_buf *text,
                                   struct mln_err *err) {
    struct mln_rejects *r = &in->tables[table].rejects;
    struct mln_buf cell = MLN_BUF_INIT;
    enum mln_status status = MLN_OK;
    mln_rejects_sort(r);
    for (size_t i = 0; i < r->n && status == MLN_OK; i++) {
        add_reject(in, &r->list[i], &cell, text);
        if (text->n >= PIECE) {
            status = put_text(writer, text, err);
        }
    }
    add_untold(in, table, text);
    if (status == MLN_OK) {
        status = mln_buf_check(&cell, "the rejects", err);
    }
    mln_buf_release(&cell);
    return status;
}

enum mln_status mln_ingest_write_rejects(struct mln_ingest *in, const char *path,
                                         struct mln_err *err) {
    struct mln_file_writer writer;
    struct mln_buf text = MLN_BUF_INIT;
    if (path == NULL) {
        return mln_err_nomem(err, "a path");
    }
    MLN_TRY(mln_file_begin(&writer, path, err));
    mln_buf_addz(&text, MLN_REJECTS_HEADER);
    enum mln_status status = MLN_OK;
    for (size_t t = 0; t < in->plan->model.n_tables && status == MLN_OK; t++) {
        status = write_table(in, t, &writer, &text, err);
    }
    if (status == MLN_OK) {
        status = put_text(&writer, &text, err);
    }
    mln_buf_release(&text);
    if (status != MLN_OK) {
        mln_file_abort(&writer);
        return status;
    }
    return mln_file_commit(&writer, err);
}
