#include "protect/protected.h"

#include <math.h>

#include "protect/table_io.h"

/* magic | n | per table: options | frame | states | published | per measure: states and values */
static const char magic[] = "maillon protected tables 2\n";

enum { MAX_TABLES = 4096 };

static void put_table(struct mln_buf *out, const struct mln_protected_table *t) {
    mln_wire_put_u64(out, t->options.threshold);
    mln_wire_put_u64(out, t->options.threshold_detail);
    mln_wire_put_u64(out, t->options.rounding_base);
    mln_wire_put_u64(out, t->options.quantile_threshold);
    mln_wire_put_u64(out, (uint64_t)t->options.share_decimals);
    mln_wire_put_u64(out, (uint64_t)t->options.method);
    mln_wire_put_u64(out, t->options.interval_width);
    mln_wire_put_u64(out, t->options.protect_zeros ? 1 : 0);
    mln_wire_put_u64(out, t->options.noise_max);
    mln_wire_put_u64(out, t->options.noise_smallest);
    mln_wire_put_f64(out, t->options.noise_variance);
    mln_frame_put(out, &t->frame);
    mln_buf_add(out, t->states, t->frame.n_cells);
    for (size_t c = 0; c < t->frame.n_cells; c++) {
        mln_wire_put_u64(out, t->published[c]);
    }
    for (size_t m = 0; m < t->frame.n_measures; m++) {
        mln_buf_add(out, t->measures[m].states, t->frame.n_cells);
        for (size_t c = 0; c < t->frame.n_cells; c++) {
            mln_wire_put_f64(out, t->measures[m].values[c]);
        }
    }
}

enum mln_status mln_protected_write(struct mln_protected_table *const *tables, size_t n,
                                    struct mln_buf *out, struct mln_err *err) {
    mln_buf_addz(out, magic);
    mln_wire_put_u64(out, n);
    for (size_t i = 0; i < n; i++) {
        put_table(out, tables[i]);
    }
    return mln_buf_check(out, "the protected tables", err);
}

/* n states of at most `max`. */
static uint8_t *get_states(struct mln_wire *w, size_t n, unsigned max) {
    if (w->broken || w->no_memory || w->left.n < n) {
        w->broken = true;
        return NULL;
    }
    uint8_t *states = mln_wire_alloc(w, n, 1);
    for (size_t i = 0; states != NULL && i < n; i++) {
        states[i] = (uint8_t)w->left.p[i];
        w->broken = w->broken || states[i] > max;
    }
    w->left.p += n;
    w->left.n -= n;
    return states;
}

/* A suppressed cell carries no number. */
static void get_counts(struct mln_wire *w, struct mln_protected_table *t) {
    const size_t n = t->frame.n_cells;
    t->states = get_states(w, n, MLN_CELL_SECONDARY);
    t->published = w->broken || n > w->left.n / 8 ? NULL : mln_wire_alloc(w, n, 8);
    w->broken = w->broken || (t->published == NULL && !w->no_memory);
    for (size_t c = 0; c < n && !w->broken && !w->no_memory; c++) {
        t->published[c] = mln_wire_u64(w, t->states[c] == MLN_CELL_SHOWN ? 2 * MLN_COUNT_MAX : 0);
    }
}

static void get_values(struct mln_wire *w, size_t n, struct mln_protected_values *v) {
    v->states = get_states(w, n, MLN_VALUE_UNDEFINED);
    v->values = w->broken || n > w->left.n / 8 ? NULL : mln_wire_alloc(w, n, sizeof(double));
    w->broken = w->broken || (v->values == NULL && !w->no_memory);
    for (size_t c = 0; c < n && !w->broken && !w->no_memory; c++) {
        v->values[c] = mln_wire_f64(w);
        w->broken = w->broken || (v->states[c] != MLN_VALUE_SHOWN && v->values[c] != 0) ||
                    !(fabs(v->values[c]) <= 4 * (double)MLN_COUNT_MAX);
    }
}

static void get_table(struct mln_wire *w, struct mln_protected_table *t) {
    t->options.threshold = mln_wire_u64(w, UINT64_MAX);
    t->options.threshold_detail = mln_wire_u64(w, UINT64_MAX);
    t->options.rounding_base = mln_wire_u64(w, UINT64_MAX);
    t->options.quantile_threshold = mln_wire_u64(w, UINT64_MAX);
    t->options.share_decimals = (int)mln_wire_u64(w, 100);
    t->options.method = (enum mln_method)mln_wire_u64(w, MLN_METHOD_COUNT - 1);
    t->options.interval_width = mln_wire_u64(w, UINT64_MAX);
    t->options.protect_zeros = mln_wire_u64(w, 1) != 0;
    t->options.noise_max = (uint32_t)mln_wire_u64(w, UINT32_MAX);
    t->options.noise_smallest = (uint32_t)mln_wire_u64(w, UINT32_MAX);
    t->options.noise_variance = mln_wire_f64(w);
    mln_frame_get(w, &t->frame);
    get_counts(w, t);
    t->measures = mln_wire_alloc(w, t->frame.n_measures, sizeof *t->measures);
    for (size_t m = 0; m < t->frame.n_measures && !w->broken && !w->no_memory; m++) {
        get_values(w, t->frame.n_cells, &t->measures[m]);
    }
}

enum mln_status mln_protected_read(struct mln_arena *arena, struct mln_str bytes,
                                   struct mln_protected_table ***out, size_t *n,
                                   struct mln_err *err) {
    struct mln_wire w = {.arena = arena, .left = bytes};
    (void)mln_wire_magic(&w, magic);
    *n = mln_wire_count(&w, 8, MAX_TABLES);
    *out = mln_wire_alloc(&w, *n, sizeof **out);
    for (size_t i = 0; i < *n && !w.broken && !w.no_memory; i++) {
        (*out)[i] = mln_wire_alloc(&w, 1, sizeof ***out);
        if ((*out)[i] != NULL) {
            get_table(&w, (*out)[i]);
        }
    }
    MLN_TRY(mln_wire_end(&w, "the protected tables", err));
    for (size_t i = 0; i < *n; i++) {
        if (mln_frame_check(&(*out)[i]->frame, err) != MLN_OK ||
            mln_protect_options_check(&(*out)[i]->options, err) != MLN_OK) {
            return err == NULL ? MLN_BAD_INPUT : (err->status = MLN_BAD_INPUT);
        }
    }
    return MLN_OK;
}
