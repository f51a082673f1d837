/* What a reader gives, as one text: "row:cell|cell|…\n", missing cells as ~, faults by their word
 * and column ("2!cellules manquantes@-\n"). When reading failed it is only
 * "!status message\n". */
#ifndef MLN_TESTS_SOURCE_DUMP_H
#define MLN_TESTS_SOURCE_DUMP_H

#include "base/buf.h"
#include "source/source.h"

static inline enum mln_status dump_cells(void *ctx, const struct mln_cells *batch,
                                         struct mln_err *err) {
    struct mln_buf *out = ctx;
    (void)err;
    for (size_t r = 0; r < batch->n_rows; r++) {
        mln_buf_add_u64(out, batch->first_row + r);
        const struct mln_row_fault fault = batch->faults[r];
        if (fault.reason != MLN_REASON_NONE) {
            mln_buf_addf(out, "!%s@", mln_reason_word((enum mln_reason)fault.reason));
            if (fault.column == MLN_NO_COLUMN) {
                mln_buf_addz(out, "-\n");
            } else {
                mln_buf_addf(out, "%u\n", fault.column);
            }
            continue;
        }
        for (size_t c = 0; c < batch->n_columns; c++) {
            const struct mln_str cell = batch->cells[r * batch->n_columns + c];
            mln_buf_addc(out, c == 0 ? ':' : '|');
            mln_buf_add_str(out, cell.p == NULL ? MLN_STR_LIT("~") : cell);
        }
        mln_buf_addc(out, '\n');
    }
    return MLN_OK;
}

/* Opens, streams, closes. The caller releases `out`. */
static inline enum mln_status dump_source(const char *path, const struct mln_source_options *options,
                                          struct mln_buf *out, struct mln_err *err) {
    struct mln_source *source;
    enum mln_status status = mln_source_open(path, options, &source, err);
    if (status == MLN_OK) {
        size_t n;
        const struct mln_str *names = mln_source_columns(source, &n);
        for (size_t i = 0; i < n; i++) {
            mln_buf_addc(out, i == 0 ? '#' : '|');
            mln_buf_add_str(out, names[i]);
        }
        mln_buf_addc(out, '\n');
        status = mln_source_stream(source, dump_cells, out, err);
    }
    mln_source_close(source);
    if (status != MLN_OK) {
        mln_buf_reset(out); /* rows handed over before do not count */
        mln_buf_addf(out, "!%d %s\n", (int)status, err->msg);
    }
    return status;
}

#endif
