#include "source/rejects.h"

#include <stdlib.h>

void mln_rejects_release(struct mln_rejects *r) {
    free(r->list);
    *r = MLN_REJECTS_INIT;
}

static size_t kept_lines(const struct mln_rejects *r) {
    return r->kept == 0 ? MLN_REJECTS_KEPT : r->kept;
}

enum mln_status mln_rejects_add(struct mln_rejects *r, struct mln_reject reject, bool first,
                                struct mln_err *err) {
    r->rows += first;
    r->by_reason[reject.reason] += first;
    if (r->n == kept_lines(r) + MLN_REJECTS_SLACK) {
        r->untold++;
        return MLN_OK;
    }
    if (r->n == r->cap) {
        const size_t cap = r->cap == 0 ? 256 : 2 * r->cap;
        struct mln_reject *list =
            cap > SIZE_MAX / sizeof *list ? NULL : realloc(r->list, cap * sizeof *list);
        if (list == NULL) {
            return mln_err_nomem(err, "the list of rejects");
        }
        r->list = list;
        r->cap = cap;
    }
    r->list[r->n++] = reject;
    return MLN_OK;
}

static int by_place(const void *a, const void *b) {
    const struct mln_reject *x = a;
    const struct mln_reject *y = b;
    if (x->file != y->file) {
        return x->file < y->file ? -1 : 1;
    }
    if (x->row != y->row) {
        return x->row < y->row ? -1 : 1;
    }
    if (x->column != y->column) {
        return x->column < y->column ? -1 : 1;
    }
    return (x->reason > y->reason) - (x->reason < y->reason);
}

void mln_rejects_sort(struct mln_rejects *r) {
    if (r->n == 0) {
        return;
    }
    qsort(r->list, r->n, sizeof *r->list, by_place);
    if (r->n > kept_lines(r)) {
        r->untold += r->n - kept_lines(r);
        r->n = kept_lines(r);
    }
}

void mln_rejects_main_reasons(const struct mln_rejects *r, struct mln_buf *out) {
    bool told[MLN_REASON_COUNT] = {false};
    for (int k = 0; k < 3; k++) {
        size_t most = MLN_REASON_NONE;
        for (size_t i = 1; i < MLN_REASON_COUNT; i++) {
            most = !told[i] && r->by_reason[i] > r->by_reason[most] ? i : most;
        }
        if (most == MLN_REASON_NONE) {
            return;
        }
        told[most] = true;
        mln_buf_addz(out, k == 0 ? "" : ", ");
        mln_buf_add_u64(out, r->by_reason[most]);
        mln_buf_addf(out, " %s", mln_reason_word((enum mln_reason)most));
    }
}

void mln_rejects_cell(struct mln_buf *out, struct mln_str cell) {
    bool plain = true;
    for (size_t i = 0; i < cell.n && plain; i++) {
        plain = cell.p[i] != ';' && cell.p[i] != '"' && cell.p[i] != '\n' && cell.p[i] != '\r';
    }
    if (plain) {
        mln_buf_add_str(out, cell);
        return;
    }
    mln_buf_addc(out, '"');
    for (size_t i = 0; i < cell.n; i++) {
        if (cell.p[i] == '"') {
            mln_buf_addc(out, '"');
        }
        mln_buf_addc(out, cell.p[i]);
    }
    mln_buf_addc(out, '"');
}
