#include "protect/cell_key.h"

#include <math.h>

enum { NEWTON_MOST = 200 };

/* ── one row: the distribution of largest entropy ── */

struct row {
    size_t n;
    double v[2 * MLN_NOISE_MOST + 1]; /* ascending; may be empty of some values */
    double p[2 * MLN_NOISE_MOST + 1];
};

static void allow(const struct mln_ptable_options *o, size_t count, struct row *row) {
    row->n = 0;
    for (int64_t v = -(int64_t)o->max_noise; v <= (int64_t)o->max_noise; v++) {
        const int64_t to = (int64_t)count + v;
        if (to == 0 || to >= (int64_t)o->smallest) {
            row->v[row->n++] = (double)v;
        }
    }
}

/* Mean and second moment of p ∝ exp(a v + b v²), and of v³, v⁴ for the Hessian. */
static void moments(struct row *row, double a, double b, double m[5]) {
    double top = -INFINITY;
    for (size_t i = 0; i < row->n; i++) {
        row->p[i] = a * row->v[i] + b * row->v[i] * row->v[i];
        top = row->p[i] > top ? row->p[i] : top;
    }
    double sum = 0;
    for (size_t i = 0; i < row->n; i++) {
        row->p[i] = exp(row->p[i] - top);
        sum += row->p[i];
    }
    memset(m, 0, 5 * sizeof *m);
    for (size_t i = 0; i < row->n; i++) {
        row->p[i] /= sum;
        double power = row->p[i];
        for (size_t k = 0; k < 5; k++) {
            m[k] += power;
            power *= row->v[i];
        }
    }
}

/* Log of the partition function less a·0 - b·variance: convex in (a, b). */
static double dual(const struct row *row, double a, double b, double variance) {
    double top = -INFINITY;
    for (size_t i = 0; i < row->n; i++) {
        const double e = a * row->v[i] + b * row->v[i] * row->v[i];
        top = e > top ? e : top;
    }
    double sum = 0;
    for (size_t i = 0; i < row->n; i++) {
        sum += exp(a * row->v[i] + b * row->v[i] * row->v[i] - top);
    }
    return top + log(sum) - b * variance;
}

/* Damped Newton on the dual; false when it does not reach mean 0 and the variance. */
static bool fit(struct row *row, double variance) {
    double a = 0;
    double b = -0.5 / variance;
    double m[5];
    for (int step = 0; step < NEWTON_MOST; step++) {
        moments(row, a, b, m);
        const double g0 = m[1];
        const double g1 = m[2] - variance;
        if (fabs(g0) < 1e-13 && fabs(g1) < 1e-12) {
            return true;
        }
        const double h00 = m[2] - m[1] * m[1];
        const double h01 = m[3] - m[1] * m[2];
        const double h11 = m[4] - m[2] * m[2];
        const double det = h00 * h11 - h01 * h01;
        if (!(det > 1e-280)) {
            return false;
        }
        const double da = -(h11 * g0 - h01 * g1) / det;
        const double db = -(h00 * g1 - h01 * g0) / det;
        const double now = dual(row, a, b, variance);
        double size = 1;
        while (size > 1e-9 && !(dual(row, a + size * da, b + size * db, variance) <=
                                now + 1e-4 * size * (g0 * da + g1 * db) + 1e-15)) {
            size /= 2;
        }
        a += size * da;
        b += size * db;
    }
    moments(row, a, b, m);
    return fabs(m[1]) < 1e-9 && fabs(m[2] - variance) < 1e-9;
}

/* Two values around 0 (or 0 alone): the mean-0 distribution of least, or of largest, variance. */
static double take_two(struct row *row, double low, double high) {
    const double p_high = high > low ? -low / (high - low) : 1;
    for (size_t i = 0; i < row->n; i++) {
        row->p[i] = row->v[i] <= low && row->v[i] >= low ? 1 - p_high : 0;
        row->p[i] = row->v[i] <= high && row->v[i] >= high ? p_high : row->p[i];
    }
    return -low * high;
}

/* Fills p; returns the variance it has. */
static double solve_row(struct row *row, double variance) {
    double below = row->v[0];
    double above = row->v[row->n - 1];
    const double most = -below * above;
    for (size_t i = 0; i < row->n; i++) {
        below = row->v[i] <= 0 ? row->v[i] : below;
        above = row->v[row->n - 1 - i] >= 0 ? row->v[row->n - 1 - i] : above;
    }
    const double least = -below * above;
    if (variance <= least) {
        return take_two(row, below, above);
    }
    if (variance >= most) {
        return take_two(row, row->v[0], row->v[row->n - 1]);
    }
    return fit(row, variance) ? variance : take_two(row, row->v[0], row->v[row->n - 1]);
}

/* ── the table ── */

static enum mln_status check(const struct mln_ptable_options *o, struct mln_err *err) {
    if (o->max_noise < 1 || o->max_noise > MLN_NOISE_MOST) {
        return mln_err_set(err, MLN_BAD_INPUT, "cell key: the largest noise must be 1 to %d",
                           MLN_NOISE_MOST);
    }
    if (o->smallest < 1 || o->smallest > MLN_SMALLEST_MOST || o->smallest > o->max_noise + 1) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "cell key: the smallest published count must be 1 to %d and at most one "
                           "more than the largest noise",
                           MLN_SMALLEST_MOST);
    }
    const double most = (double)o->max_noise * (double)o->max_noise;
    if (!(o->variance > 0 && o->variance < most)) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "cell key: the variance must be above 0 and below %.0f, the square of "
                           "the largest noise",
                           most);
    }
    return MLN_OK;
}

static void put_row(struct mln_ptable *t, size_t at, const struct row *row) {
    double *probs = t->probs + at * t->width;
    uint32_t *upto = t->upto + at * t->width;
    for (size_t i = 0; i < row->n; i++) {
        probs[(size_t)(row->v[i] + (double)t->options.max_noise)] = row->p[i];
    }
    double sum = 0;
    size_t last = 0;
    for (size_t j = 0; j < t->width; j++) {
        sum += probs[j];
        const double scaled = round(sum * 0x1p32);
        upto[j] = scaled >= 0x1p32 ? UINT32_MAX : (uint32_t)scaled;
        last = probs[j] > 0 ? j : last;
    }
    for (size_t j = last; j < t->width; j++) {
        upto[j] = UINT32_MAX;
    }
}

enum mln_status mln_ptable_make(struct mln_arena *arena, const struct mln_ptable_options *options,
                                struct mln_ptable *out, struct mln_err *err) {
    MLN_TRY(check(options, err));
    *out = (struct mln_ptable){.options = *options,
                               .n_rows = (size_t)options->max_noise + options->smallest + 1,
                               .width = 2 * (size_t)options->max_noise + 1};
    out->probs = MLN_ARENA_NEW(arena, double, out->n_rows * out->width);
    out->upto = MLN_ARENA_NEW(arena, uint32_t, out->n_rows * out->width);
    out->row_variance = MLN_ARENA_NEW(arena, double, out->n_rows);
    if (out->probs == NULL || out->upto == NULL || out->row_variance == NULL) {
        return mln_err_nomem(err, "the perturbation table");
    }
    put_row(out, 0, &(struct row){.n = 1, .v = {0}, .p = {1}});
    for (size_t count = 1; count < out->n_rows; count++) {
        struct row row = {0};
        allow(options, count, &row);
        out->row_variance[count] = solve_row(&row, options->variance);
        put_row(out, count, &row);
    }
    return MLN_OK;
}

/* ── perturbing ── */

int32_t mln_ptable_noise(const struct mln_ptable *t, uint64_t count, uint64_t cell_key) {
    const size_t row = count < t->n_rows ? (size_t)count : t->n_rows - 1;
    const uint32_t *upto = t->upto + row * t->width;
    const uint32_t draw = (uint32_t)(cell_key >> 32);
    size_t j = 0;
    while (j + 1 < t->width && draw >= upto[j]) {
        j++;
    }
    /* A draw past the last step (2^32 - 1 stands for 1): the last noise that the row allows. */
    while (t->probs[row * t->width + j] <= 0) {
        j--;
    }
    return (int32_t)j - (int32_t)t->options.max_noise;
}

void mln_cell_key_perturb(const struct mln_ptable *t, const uint64_t *counts,
                          const uint64_t *cell_keys, size_t n, uint64_t *out) {
    for (size_t i = 0; i < n; i++) {
        out[i] = (uint64_t)((int64_t)counts[i] + mln_ptable_noise(t, counts[i], cell_keys[i]));
    }
}

uint64_t mln_record_key(struct mln_str pseudonym, uint64_t rank) {
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < pseudonym.n; i++) {
        h = (h ^ (unsigned char)pseudonym.p[i]) * UINT64_C(0x100000001B3);
    }
    h ^= rank * UINT64_C(0x9E3779B97F4A7C15);
    h = (h ^ (h >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    h = (h ^ (h >> 27)) * UINT64_C(0x94D049BB133111EB);
    return h ^ (h >> 31);
}

uint64_t mln_cell_key_sum(const uint64_t *record_keys, size_t n) {
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += record_keys[i];
    }
    return sum;
}
