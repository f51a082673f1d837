#include "protect/table_io.h"

/* magic | n tables | per table: frame | counts | 1 and cell keys, or 0 | values and n of each
 * measure that has them */
static const char magic[] = "maillon tables 2\n";

enum { MAX_TABLES = 4096 };

/* ── frame ── */

static void put_dimension(struct mln_buf *out, const struct mln_dimension *d) {
    mln_wire_put_text(out, d->name);
    mln_wire_put_text(out, d->label_fr);
    mln_wire_put_text(out, d->label_en);
    mln_wire_put_u64(out, d->n);
    mln_wire_put_u64(out, (uint64_t)(d->total + 1));
    for (size_t i = 0; i < d->n; i++) {
        mln_wire_put_text(out, d->codes[i]);
        mln_wire_put_text(out, d->labels_fr[i]);
        mln_wire_put_text(out, d->labels_en[i]);
    }
}

void mln_frame_put(struct mln_buf *out, const struct mln_table *t) {
    const char *const texts[] = {t->name,    t->title_fr, t->title_en, t->unit_fr,
                                 t->unit_en, t->note_fr,  t->note_en};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        mln_wire_put_text(out, texts[i]);
    }
    mln_wire_put_text(out, t->population);
    mln_wire_put_u64(out, t->n_conditions);
    for (size_t c = 0; c < t->n_conditions; c++) {
        mln_wire_put_text(out, t->conditions[c].name);
        mln_wire_put_text(out, t->conditions[c].codes);
    }
    mln_wire_put_u64(out, (uint64_t)((int64_t)t->observation_day - INT32_MIN));
    mln_wire_put_u64(out, (uint64_t)t->view);
    mln_wire_put_u64(out, t->detail ? 1 : 0);
    mln_wire_put_u64(out, t->n_dimensions);
    for (size_t d = 0; d < t->n_dimensions; d++) {
        put_dimension(out, &t->dimensions[d]);
    }
    mln_wire_put_u64(out, t->n_measures);
    for (size_t m = 0; m < t->n_measures; m++) {
        const struct mln_measure *measure = &t->measures[m];
        mln_wire_put_u64(out, (uint64_t)measure->kind);
        mln_wire_put_text(out, measure->name);
        mln_wire_put_text(out, measure->label_fr);
        mln_wire_put_text(out, measure->label_en);
        mln_wire_put_u64(out, measure->share_of);
    }
}

static void get_dimension(struct mln_wire *w, struct mln_dimension *d) {
    d->name = mln_wire_text(w, false);
    d->label_fr = mln_wire_text(w, false);
    d->label_en = mln_wire_text(w, false);
    d->n = mln_wire_count(w, 3 * 8, MLN_TABLE_MAX_CATEGORIES);
    d->total = (ptrdiff_t)mln_wire_u64(w, d->n) - 1;
    const char **codes = mln_wire_alloc(w, d->n, sizeof *codes);
    const char **labels_fr = mln_wire_alloc(w, d->n, sizeof *labels_fr);
    const char **labels_en = mln_wire_alloc(w, d->n, sizeof *labels_en);
    if (codes == NULL || labels_fr == NULL || labels_en == NULL) {
        d->n = 0;
        return;
    }
    for (size_t i = 0; i < d->n; i++) {
        codes[i] = mln_wire_text(w, false);
        labels_fr[i] = mln_wire_text(w, false);
        labels_en[i] = mln_wire_text(w, false);
    }
    d->codes = codes;
    d->labels_fr = labels_fr;
    d->labels_en = labels_en;
}

static size_t product_of_dimensions(const struct mln_table *t) {
    size_t product = 1;
    for (size_t d = 0; d < t->n_dimensions; d++) {
        const size_t n = t->dimensions[d].n;
        if (n == 0 || product > MLN_TABLE_MAX_CELLS / n) {
            return 0;
        }
        product *= n;
    }
    return product;
}

static void get_measures(struct mln_wire *w, struct mln_table *t) {
    t->n_measures = mln_wire_count(w, 5 * 8, MLN_TABLE_MAX_MEASURES);
    t->measures = mln_wire_alloc(w, t->n_measures, sizeof *t->measures);
    if (t->measures == NULL) {
        t->n_measures = 0;
        return;
    }
    for (size_t m = 0; m < t->n_measures; m++) {
        struct mln_measure *measure = &t->measures[m];
        measure->kind = (enum mln_measure_kind)mln_wire_u64(w, MLN_MEASURE_KINDS - 1);
        measure->name = mln_wire_text(w, false);
        measure->label_fr = mln_wire_text(w, false);
        measure->label_en = mln_wire_text(w, false);
        measure->share_of = (size_t)mln_wire_u64(w, MLN_TABLE_MAX_DIMENSIONS);
    }
}

static void get_conditions(struct mln_wire *w, struct mln_table *t) {
    t->population = mln_wire_text(w, true);
    t->n_conditions = mln_wire_count(w, 2 * 8, MLN_TABLE_MAX_CONDITIONS);
    struct mln_condition *conditions = mln_wire_alloc(w, t->n_conditions, sizeof *conditions);
    if (conditions == NULL) {
        t->n_conditions = 0;
        return;
    }
    for (size_t c = 0; c < t->n_conditions; c++) {
        conditions[c].name = mln_wire_text(w, false);
        conditions[c].codes = mln_wire_text(w, false);
    }
    t->conditions = conditions;
}

void mln_frame_get(struct mln_wire *w, struct mln_table *t) {
    t->name = mln_wire_text(w, false);
    t->title_fr = mln_wire_text(w, false);
    t->title_en = mln_wire_text(w, false);
    t->unit_fr = mln_wire_text(w, false);
    t->unit_en = mln_wire_text(w, false);
    t->note_fr = mln_wire_text(w, true);
    t->note_en = mln_wire_text(w, true);
    get_conditions(w, t);
    t->observation_day = (int32_t)((int64_t)mln_wire_u64(w, UINT32_MAX) + INT32_MIN);
    t->view = (enum mln_view)mln_wire_u64(w, MLN_VIEW_COUNT - 1);
    t->detail = mln_wire_u64(w, 1) != 0;
    t->n_dimensions = mln_wire_count(w, 5 * 8, MLN_TABLE_MAX_DIMENSIONS);
    t->dimensions = mln_wire_alloc(w, t->n_dimensions, sizeof *t->dimensions);
    if (t->dimensions == NULL) {
        t->n_dimensions = 0;
        return;
    }
    for (size_t d = 0; d < t->n_dimensions; d++) {
        get_dimension(w, &t->dimensions[d]);
    }
    t->n_cells = product_of_dimensions(t);
    get_measures(w, t);
    w->broken = w->broken || t->n_cells == 0;
}

/* ── tables ── */

enum mln_status mln_tables_write(const struct mln_table *tables, size_t n, struct mln_buf *out,
                                 struct mln_err *err) {
    mln_buf_addz(out, magic);
    mln_wire_put_u64(out, n);
    for (size_t i = 0; i < n; i++) {
        const struct mln_table *t = &tables[i];
        MLN_TRY(mln_table_check(t, err));
        mln_frame_put(out, t);
        for (size_t c = 0; c < t->n_cells; c++) {
            mln_wire_put_u64(out, t->counts[c]);
        }
        mln_wire_put_u64(out, t->cell_keys != NULL ? 1 : 0);
        for (size_t c = 0; t->cell_keys != NULL && c < t->n_cells; c++) {
            mln_wire_put_u64(out, t->cell_keys[c]);
        }
        for (size_t m = 0; m < t->n_measures; m++) {
            for (size_t c = 0; mln_measure_has_values(&t->measures[m]) && c < t->n_cells; c++) {
                mln_wire_put_f64(out, t->measures[m].values[c]);
                mln_wire_put_u64(out, t->measures[m].n[c]);
            }
        }
    }
    return mln_buf_check(out, "the tables of the study", err);
}

static void get_quantiles(struct mln_wire *w, size_t n_cells, struct mln_measure *measure) {
    measure->values = mln_wire_alloc(w, n_cells, sizeof *measure->values);
    measure->n = mln_wire_alloc(w, n_cells, sizeof *measure->n);
    for (size_t c = 0; !w->broken && !w->no_memory && c < n_cells; c++) {
        measure->values[c] = mln_wire_f64(w);
        measure->n[c] = mln_wire_u64(w, UINT64_MAX);
    }
}

static void get_cell_keys(struct mln_wire *w, struct mln_table *t) {
    if (mln_wire_u64(w, 1) == 0 || w->broken || w->no_memory) {
        return;
    }
    if (t->n_cells > w->left.n / 8) {
        w->broken = true;
        return;
    }
    t->cell_keys = mln_wire_alloc(w, t->n_cells, sizeof *t->cell_keys);
    for (size_t c = 0; t->cell_keys != NULL && c < t->n_cells; c++) {
        t->cell_keys[c] = mln_wire_u64(w, UINT64_MAX);
    }
}

static void get_table(struct mln_wire *w, struct mln_table *t) {
    mln_frame_get(w, t);
    if (w->broken || w->no_memory || t->n_cells > w->left.n / 8) {
        w->broken = true;
        return;
    }
    t->counts = mln_wire_alloc(w, t->n_cells, sizeof *t->counts);
    for (size_t c = 0; t->counts != NULL && c < t->n_cells; c++) {
        t->counts[c] = mln_wire_u64(w, UINT64_MAX);
    }
    get_cell_keys(w, t);
    for (size_t m = 0; m < t->n_measures && !w->broken && !w->no_memory; m++) {
        if (!mln_measure_has_values(&t->measures[m])) {
            continue;
        }
        if (t->n_cells > w->left.n / 16) {
            w->broken = true;
            return;
        }
        get_quantiles(w, t->n_cells, &t->measures[m]);
    }
}

enum mln_status mln_tables_read(struct mln_arena *arena, struct mln_str bytes,
                                struct mln_table **out, size_t *n, struct mln_err *err) {
    static const char what[] = "the tables of the study";
    struct mln_wire w = {.arena = arena, .left = bytes};
    (void)mln_wire_magic(&w, magic);
    *n = mln_wire_count(&w, 8, MAX_TABLES);
    *out = mln_wire_alloc(&w, *n, sizeof **out);
    for (size_t i = 0; i < *n && !w.broken && !w.no_memory; i++) {
        get_table(&w, &(*out)[i]);
    }
    MLN_TRY(mln_wire_end(&w, what, err));
    for (size_t i = 0; i < *n; i++) {
        if (mln_table_check(&(*out)[i], err) != MLN_OK) {
            return err == NULL ? MLN_BAD_INPUT : (err->status = MLN_BAD_INPUT);
        }
    }
    return MLN_OK;
}
