#include "stage/study/bands_doubts.h"

#include <stdlib.h>

#include "stage/study/study_query.h"

void mln_doubts_release(struct mln_doubts *d) {
    free(d->procedure);
    free(d->key);
    free(d->prob);
    free(d->rate);
    free(d->rates);
    *d = (struct mln_doubts){0};
}

/* The list with room for `cap`; NULL: no memory, and the list stays. */
static void *widened(void **list, size_t cap, size_t size) {
    void *moved = realloc(*list, cap * size);
    *list = moved != NULL ? moved : *list;
    return moved;
}

/* FNV-1a of the kind and the pseudonym, which is random already; the key of a link is of the
 * pseudonym alone. */
static uint64_t bits_of(int32_t kind, struct mln_str pseudonym) {
    uint64_t bits = UINT64_C(14695981039346656037);
    if (kind != MLN_DOUBT_LINK) {
        bits = (bits ^ (uint64_t)kind) * UINT64_C(1099511628211);
    }
    for (size_t i = 0; i < pseudonym.n; i++) {
        bits = (bits ^ (unsigned char)pseudonym.p[i]) * UINT64_C(1099511628211);
    }
    return bits;
}

/* ── rates ── */

struct rate_reading {
    uint64_t *events, *cases;
    int32_t *kind;
    size_t n, cap;
};

static enum mln_status add_rates(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    struct rate_reading *r = ctx;
    const size_t cap = r->n + batch->n_rows;
    if (cap > r->cap) {
        const bool room = widened((void **)&r->events, cap, sizeof *r->events) != NULL &&
                          widened((void **)&r->cases, cap, sizeof *r->cases) != NULL &&
                          widened((void **)&r->kind, cap, sizeof *r->kind) != NULL;
        if (!room) {
            return mln_err_nomem(err, "the rates of doubts");
        }
        r->cap = cap;
    }
    for (size_t i = 0; i < batch->n_rows; i++) {
        r->kind[r->n] = mln_get_i32(&batch->columns[0], i);
        r->cases[r->n] = (uint64_t)mln_get_i64(&batch->columns[1], i);
        r->events[r->n++] = (uint64_t)mln_get_i64(&batch->columns[2], i);
    }
    return MLN_OK;
}

/* Rates of one kind are drawn towards each other; those of a kind come together. */
static enum mln_status make_rates(struct mln_doubts *d, const struct rate_reading *r,
                                  struct mln_err *err) {
    d->rates = malloc((r->n + 1) * sizeof *d->rates);
    if (d->rates == NULL) {
        return mln_err_nomem(err, "the rates of doubts");
    }
    d->n_rates = r->n;
    for (size_t first = 0, end; first < r->n; first = end) {
        for (end = first + 1; end < r->n && r->kind[end] == r->kind[first]; end++) {
        }
        mln_band_rates(r->events + first, r->cases + first, end - first, d->rates + first);
    }
    return MLN_OK;
}

static enum mln_status read_rates(struct mln_doubts *d, struct mln_engine *e, const char *base,
                                  struct mln_err *err) {
    struct rate_reading r = {0};
    enum mln_status status = mln_scan_sql(e, "study/taux_doute.sql",
                                          MLN_PARAMS(MLN_IDENT("base", base)), add_rates, &r, err);
    if (status == MLN_OK) {
        status = make_rates(d, &r, err);
    }
    free(r.events);
    free(r.cases);
    free(r.kind);
    return status;
}

/* ── units ── */

static enum mln_status grow(struct mln_doubts *d, size_t n, struct mln_err *err) {
    if (n <= d->cap) {
        return MLN_OK;
    }
    const size_t cap = 2 * n;
    const bool room = widened((void **)&d->procedure, cap, sizeof *d->procedure) != NULL &&
                      widened((void **)&d->key, cap, sizeof *d->key) != NULL &&
                      widened((void **)&d->prob, cap, sizeof *d->prob) != NULL &&
                      widened((void **)&d->rate, cap, sizeof *d->rate) != NULL;
    d->cap = room ? cap : d->cap;
    return room ? MLN_OK : mln_err_nomem(err, "the doubts");
}

static enum mln_status add_units(void *ctx, const struct mln_batch *batch, struct mln_err *err) {
    struct mln_doubts *d = ctx;
    MLN_TRY(grow(d, d->n + batch->n_rows, err));
    for (size_t i = 0; i < batch->n_rows; i++, d->n++) {
        const int32_t kind = mln_get_i32(&batch->columns[0], i);
        d->procedure[d->n] = mln_get_i64(&batch->columns[1], i);
        d->key[d->n] = bits_of(kind, mln_get_str(&batch->columns[2], i));
        d->prob[d->n] =
            mln_is_valid(&batch->columns[3], i) ? mln_get_f64(&batch->columns[3], i) : 0;
        d->rate[d->n] = mln_is_valid(&batch->columns[4], i)
                            ? (uint32_t)mln_get_i32(&batch->columns[4], i) - 1
                            : MLN_BAND_SURE;
        for (int32_t k = kind; k < MLN_DOUBT_KINDS; k++) {
            d->first[k + 1] = d->n + 1;
        }
    }
    return MLN_OK;
}

enum mln_status mln_doubts_read(struct mln_doubts *d, struct mln_engine *e, const char *base,
                                struct mln_err *err) {
    MLN_TRY(read_rates(d, e, base, err));
    return mln_scan_sql(e, "study/doutes.sql", MLN_PARAMS(MLN_IDENT("base", base)), add_units, d,
                        err);
}

uint32_t mln_doubts_find(const struct mln_doubts *d, enum mln_doubt kind, int64_t procedure) {
    size_t low = d->first[kind], high = d->first[kind + 1];
    const size_t end = high;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (d->procedure[middle] < procedure) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < end && d->procedure[low] == procedure ? (uint32_t)low : MLN_BAND_SURE;
}
