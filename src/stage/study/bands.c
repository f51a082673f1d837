#include "stage/study/bands.h"

#include <math.h>
#include <stdlib.h>

#include "stage/study/bands_doubts.h"
#include "stage/study/study_query.h"
#include "stage/study/tabulate.h"

enum { MAX_BAND_CELLS = 100000, CODE_BITS = 15, CODE_MASK = 0x7fff };

/* Of the codes of a stratum: the victims first oriented in the days whose acts are entered late.
 * They stand for those who were too, by an act not entered yet. */
#define RECENT (UINT64_C(1) << 63)

/* The codes of one stratum variable, numbered as they are met. */
struct codes {
    struct mln_str *list; /* in the arena */
    size_t n, cap, last;
};

/* The codes of a stratum, packed, and its cell. */
struct stratum {
    uint64_t codes;
    uint32_t cell;
};

struct mln_bands {
    struct mln_arena arena;
    const struct mln_study_link_error *options;
    int32_t recent_from; /* a day */
    struct codes codes[MLN_STUDY_MAX_STRATA];
    struct stratum *strata; /* by codes */
    size_t n_strata;
    struct mln_cells cells;
    struct mln_doubts doubts;
    struct mln_band_draws draws;
};

/* Room for one more; NULL: no memory, and the list stays. */
static void *grown(void *list, size_t n, size_t *cap, size_t size) {
    if (n < *cap) {
        return list;
    }
    const size_t wider = 2 * *cap + 1024;
    void *moved = realloc(list, wider * size);
    *cap = moved != NULL ? wider : *cap;
    return moved;
}

static bool same_code(struct mln_str a, struct mln_str b) {
    return (a.p == NULL) == (b.p == NULL) && mln_str_eq(a, b);
}

/* The number of a code, a missing one included; a new one is learnt. Rows come sorted: the search
 * begins where the last one ended. */
static enum mln_status number_of(struct mln_bands *b, struct codes *c, struct mln_str code,
                                 uint64_t *out, struct mln_err *err) {
    for (size_t i = 0; i < c->n; i++) {
        const size_t at = c->last + i < c->n ? c->last + i : c->last + i - c->n;
        if (same_code(c->list[at], code)) {
            c->last = at;
            *out = at;
            return MLN_OK;
        }
    }
    if (c->n >= CODE_MASK) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "linkage_error: a stratum variable has too many values; leave it out");
    }
    struct mln_str *list = grown(c->list, c->n, &c->cap, sizeof *list);
    const char *copy = code.p == NULL ? NULL : mln_arena_strdup(&b->arena, code);
    c->list = list != NULL ? list : c->list;
    if (list == NULL || (code.p != NULL && copy == NULL)) {
        return mln_err_nomem(err, "the strata");
    }
    list[c->n] = (struct mln_str){copy, code.n};
    c->last = c->n;
    *out = c->n++;
    return MLN_OK;
}

/* The packed codes of a row whose stratum columns begin at `first`: 15 bits each, below RECENT. */
static enum mln_status pack(struct mln_bands *b, const struct mln_batch *batch, size_t row,
                            size_t first, uint64_t *out, struct mln_err *err) {
    *out = 0;
    for (size_t v = 0; v < b->options->n_strata; v++) {
        uint64_t number = 0;
        MLN_TRY(
            number_of(b, &b->codes[v], mln_get_str(&batch->columns[first + v], row), &number, err));
        *out |= number << (CODE_BITS * v);
    }
    return MLN_OK;
}

static int by_codes(const void *a, const void *b) {
    const struct stratum *x = a;
    const struct stratum *y = b;
    return (x->codes > y->codes) - (x->codes < y->codes);
}

static uint32_t cell_of(const struct mln_bands *b, uint64_t codes) {
    const struct stratum wanted = {codes, 0};
    const struct stratum *found = bsearch(&wanted, b->strata, b->n_strata, sizeof wanted, by_codes);
    return found == NULL ? UINT32_MAX : found->cell;
}

/* ── groups of rows ── */

/* Rows as a query tells them: strata, units of doubt, number; and for a table its categories. */
struct reading {
    struct mln_bands *bands;
    bool linked;
    const struct mln_study_table *spec;
    const struct mln_table
        *table; /* NULL: the victims of the field, whose strata are not known yet */
    struct mln_band_group *groups;
    uint64_t *codes; /* of each group */
    size_t n, cap, cap_codes;
};

static enum mln_status push(struct reading *r, struct mln_band_group group, uint64_t codes,
                            struct mln_err *err) {
    struct mln_band_group *groups = grown(r->groups, r->n, &r->cap, sizeof *groups);
    r->groups = groups != NULL ? groups : r->groups;
    uint64_t *list = grown(r->codes, r->n, &r->cap_codes, sizeof *list);
    r->codes = list != NULL ? list : r->codes;
    if (groups == NULL || list == NULL) {
        return mln_err_nomem(err, "the bands");
    }
    groups[r->n] = group;
    list[r->n++] = codes;
    return MLN_OK;
}

/* All cells of a row of a table: each dimension at its category or at its TOTAL. */
static enum mln_status push_cells(struct reading *r, const struct mln_batch *batch, size_t row,
                                  struct mln_band_group group, uint64_t codes,
                                  struct mln_err *err) {
    const struct mln_table *t = r->table;
    size_t category[MLN_TABLE_MAX_DIMENSIONS];
    for (size_t d = 0; d < t->n_dimensions; d++) {
        category[d] = mln_tab_category(r->spec->dimensions[d], &t->dimensions[d],
                                       mln_get_str(&batch->columns[d], row));
    }
    for (size_t mask = 0; mask < (size_t)1 << t->n_dimensions; mask++) {
        size_t cell = 0;
        for (size_t d = 0; d < t->n_dimensions; d++) {
            cell = cell * t->dimensions[d].n +
                   ((mask >> d & 1U) != 0 ? t->dimensions[d].n - 1 : category[d]);
        }
        group.cell = (uint32_t)cell;
        MLN_TRY(push(r, group, codes, err));
    }
    return MLN_OK;
}

/* The units of a row; false: an unlinked victim who surely has no affaire. */
static bool find_units(const struct reading *r, const struct mln_column *doubt,
                       const struct mln_column *member, const struct mln_column *how, size_t row,
                       struct mln_band_group *g) {
    const struct mln_doubts *d = &r->bands->doubts;
    const enum mln_doubt kind = r->linked ? MLN_DOUBT_LINK : MLN_DOUBT_MISSING;
    g->unit = mln_is_valid(doubt, row) ? mln_doubts_find(d, kind, mln_get_i64(doubt, row))
                                       : MLN_BAND_SURE;
    const int32_t word = mln_get_i32(how, row); /* study_query.h */
    g->member = word == 0 ? MLN_BAND_SURE
                          : mln_doubts_find(d, word == 1 ? MLN_DOUBT_FIELD : MLN_DOUBT_VIOLENCE,
                                            mln_get_i64(member, row));
    g->unless = word == 3;
    return r->linked || g->unit != MLN_BAND_SURE;
}

static enum mln_status add_rows(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    struct reading *r = ctx;
    const size_t first = r->spec->n_dimensions;
    const struct mln_column *units = &batch->columns[first + r->bands->options->n_strata];
    for (size_t i = 0; i < batch->n_rows; i++) {
        uint64_t codes = 0;
        const int32_t late = mln_get_i32(&units[3], i); /* study_query.h */
        struct mln_band_group group = {.n = (uint64_t)mln_get_i64(&units[4], i),
                                       .lost = late == 2 ? 1 : 0};
        MLN_TRY(pack(r->bands, batch, i, first, &codes, err));
        codes |= late == 1 ? RECENT : 0;
        if (!find_units(r, &units[0], &units[1], &units[2], i, &group)) {
            continue;
        }
        if (r->table == NULL) {
            MLN_TRY(push(r, group, codes, err));
            continue;
        }
        group.stratum = cell_of(r->bands, codes);
        if (group.stratum == UINT32_MAX) {
            return mln_err_set(err, MLN_INTERNAL, "table %s: a stratum the field does not have",
                               r->spec->name);
        }
        MLN_TRY(push_cells(r, batch, i, group, codes, err));
    }
    return MLN_OK;
}

static void release_reading(struct reading *r) {
    free(r->groups);
    free(r->codes);
}

/* ── the strata of the field ── */

/* Until strata are known, `lost` of a group tells whether it is lost among the recent ones. */
static uint64_t lost_codes(const struct reading *r, size_t i) {
    return r->groups[i].lost == 1 ? r->codes[i] | RECENT : r->codes[i];
}

/* Every distinct tuple of codes of the two readings once, sorted. */
static enum mln_status list_strata(struct mln_bands *b, const struct reading *linked,
                                   const struct reading *unlinked, struct mln_err *err) {
    const size_t n = linked->n + unlinked->n;
    b->strata = malloc((2 * n + 1) * sizeof *b->strata);
    if (b->strata == NULL) {
        return mln_err_nomem(err, "the strata");
    }
    for (size_t i = 0; i < n; i++) {
        const struct reading *r = i < linked->n ? linked : unlinked;
        const size_t at = i < linked->n ? i : i - linked->n;
        b->strata[2 * i] = (struct stratum){r->codes[at], 0};
        b->strata[2 * i + 1] = (struct stratum){lost_codes(r, at), 0};
    }
    qsort(b->strata, 2 * n, sizeof *b->strata, by_codes);
    for (size_t i = 0; i < 2 * n; i++) {
        if (b->n_strata == 0 || b->strata[b->n_strata - 1].codes != b->strata[i].codes) {
            b->strata[b->n_strata++] = b->strata[i];
        }
    }
    return MLN_OK;
}

/* Which strata are near each other, as post_strata.h wants it: a unit a stratum. */
static enum mln_status build_cells(struct mln_bands *b, struct mln_err *err) {
    const size_t n = b->n_strata, n_variables = b->options->n_strata + 1;
    uint32_t *code = malloc((n * n_variables + 1) * sizeof *code);
    const uint32_t *columns[MLN_STUDY_MAX_STRATA + 1];
    if (code == NULL) {
        return mln_err_nomem(err, "the strata");
    }
    for (size_t v = 0; v < n_variables; v++) {
        columns[v] = code + v * n;
        for (size_t i = 0; i < n; i++) {
            const uint64_t codes = b->strata[i].codes;
            code[v * n + i] = v == 0 ? (codes & RECENT) != 0
                                     : (uint32_t)(codes >> (CODE_BITS * (v - 1)) & CODE_MASK);
        }
    }
    const struct mln_strata strata = {n, n_variables, columns};
    const enum mln_status status = mln_cells_build(&strata, &b->cells, err);
    for (size_t i = 0; status == MLN_OK && i < n; i++) {
        b->strata[i].cell = b->cells.cell_of[i];
    }
    free(code);
    return status;
}

/* ── making ── */

static void set_strata(const struct mln_bands *b, struct reading *r) {
    for (size_t i = 0; i < r->n; i++) {
        r->groups[i].stratum = cell_of(b, r->codes[i]);
        r->groups[i].lost = cell_of(b, lost_codes(r, i));
    }
}

static enum mln_status make_draws(struct mln_bands *b, const struct reading *linked,
                                  const struct reading *unlinked, struct mln_err *err) {
    const struct mln_doubts *d = &b->doubts;
    const struct mln_band_units units = {d->n, d->key, d->prob, d->rate, d->n_rates, d->rates};
    const struct mln_band_options options = {
        .seed = b->options->seed,
        .n_draws = b->options->n_draws,
        .collapse = {b->options->min_matched, b->options->max_weight}};
    return mln_band_draw(&units, &b->cells, (struct mln_band_groups){linked->groups, linked->n},
                         (struct mln_band_groups){unlinked->groups, unlinked->n}, &options,
                         &b->draws, err);
}

static enum mln_status read_field(struct mln_bands *b, struct mln_engine *e, const char *base,
                                  struct reading *r, struct mln_err *err) {
    const struct mln_band_query query = {b->options->strata, b->options->n_strata, r->linked,
                                         b->recent_from};
    return mln_query_bands(e, base, r->spec, &query, add_rows, r, err);
}

static enum mln_status make(struct mln_bands *b, struct mln_engine *e, const char *base,
                            struct mln_err *err) {
    const struct mln_study_table all = {.name = "linkage_error", .from = MLN_FROM_VICTIMS};
    struct reading linked = {.bands = b, .linked = true, .spec = &all};
    struct reading unlinked = {.bands = b, .spec = &all};
    enum mln_status status = MLN_OK;
    MLN_TRY_GOTO(status, mln_doubts_read(&b->doubts, e, base, err), done);
    MLN_TRY_GOTO(status, read_field(b, e, base, &linked, err), done);
    MLN_TRY_GOTO(status, read_field(b, e, base, &unlinked, err), done);
    MLN_TRY_GOTO(status, list_strata(b, &linked, &unlinked, err), done);
    MLN_TRY_GOTO(status, build_cells(b, err), done);
    set_strata(b, &linked);
    set_strata(b, &unlinked);
    status = make_draws(b, &linked, &unlinked, err);
done:
    release_reading(&linked);
    release_reading(&unlinked);
    return status;
}

enum mln_status mln_bands_new(struct mln_engine *e, const char *base,
                              const struct mln_study_link_error *options, int32_t observation_day,
                              struct mln_bands **out, struct mln_err *err) {
    struct mln_bands *b = calloc(1, sizeof *b);
    *out = NULL;
    if (b == NULL) {
        return mln_err_nomem(err, "the bands");
    }
    b->arena = MLN_ARENA_INIT;
    b->options = options;
    b->recent_from = observation_day - options->late_days;
    const enum mln_status status = make(b, e, base, err);
    if (status != MLN_OK) {
        mln_bands_free(b);
        return status;
    }
    *out = b;
    return MLN_OK;
}

void mln_bands_free(struct mln_bands *b) {
    if (b == NULL) {
        return;
    }
    for (size_t v = 0; v < MLN_STUDY_MAX_STRATA; v++) {
        free(b->codes[v].list);
    }
    free(b->strata);
    mln_cells_release(&b->cells);
    mln_doubts_release(&b->doubts);
    mln_band_release(&b->draws);
    mln_arena_release(&b->arena);
    free(b);
}

/* ── tables ── */

static size_t stride_of(const struct mln_table *t, size_t dimension) {
    size_t stride = 1;
    for (size_t d = dimension + 1; d < t->n_dimensions; d++) {
        stride *= t->dimensions[d].n;
    }
    return stride;
}

static size_t whole_of(const struct mln_table *t, size_t dimension, size_t cell) {
    const size_t stride = stride_of(t, dimension), n = t->dimensions[dimension].n;
    return cell + (n - 1 - cell / stride % n) * stride;
}

/* Subjects of a cell's line that stand in NR of another dimension, for one subject of the line:
 * those whose category is known are taken for all. */
static double unseen_of(const struct mln_table *t, size_t share_of, size_t cell) {
    const double whole = (double)t->counts[t->n_cells - 1];
    double unseen = 0;
    for (size_t d = 0; d < t->n_dimensions; d++) {
        const struct mln_dimension *dimension = &t->dimensions[d];
        const size_t stride = stride_of(t, d), n = dimension->n;
        const bool has_nr = n > 2 && strcmp(dimension->codes[n - 2], "NR") == 0;
        if (d != share_of && has_nr && cell / stride % n < n - 2) {
            const double missing = (double)t->counts[t->n_cells - 1 - stride];
            unseen += missing < whole ? missing / (whole - missing) : 0;
        }
    }
    return unseen;
}

static void set_measure(const struct mln_bands *b, const struct mln_study_measure *m,
                        const struct mln_table *t, const double *sum, const double *square,
                        struct mln_measure *out) {
    for (size_t cell = 0; cell < t->n_cells; cell++) {
        const size_t whole = whole_of(t, m->share_of, cell);
        const struct mln_combined band =
            mln_band_share(&b->draws, sum, square, t->n_cells, cell, whole,
                           unseen_of(t, m->share_of, cell), b->options->level);
        const double end = 100 * (m->bound < 0   ? band.interval.lower
                                  : m->bound > 0 ? band.interval.upper
                                                 : band.estimate);
        out->n[cell] = t->counts[whole];
        out->values[cell] = isnan(end) ? NAN : fmin(100, fmax(0, end));
    }
}

enum mln_status mln_bands_table(struct mln_bands *bands, struct mln_engine *e, const char *base,
                                const struct mln_study_table *spec, struct mln_table *t,
                                struct mln_err *err) {
    if (t->n_cells > MAX_BAND_CELLS) {
        return mln_err_set(err, MLN_BAD_INPUT, "table %s: more than %d cells with bands",
                           spec->name, MAX_BAND_CELLS);
    }
    struct reading r = {.bands = bands, .linked = true, .spec = spec, .table = t};
    const size_t n = bands->draws.n_draws * t->n_cells;
    double *sums = malloc(2 * n * sizeof *sums);
    enum mln_status status = sums == NULL ? mln_err_nomem(err, spec->name) : MLN_OK;
    if (status == MLN_OK) {
        status = read_field(bands, e, base, &r, err);
    }
    if (status == MLN_OK) {
        mln_band_sums(&bands->draws, r.groups, r.n, t->n_cells, sums, sums + n);
        for (size_t k = 0; k < spec->n_measures; k++) {
            if (spec->measures[k].kind == MLN_STUDY_BAND) {
                set_measure(bands, &spec->measures[k], t, sums, sums + n, &t->measures[k]);
            }
        }
    }
    release_reading(&r);
    free(sums);
    return status;
}
