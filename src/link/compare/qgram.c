#include "link/compare/qgram.h"

#include <math.h>
#include <stdlib.h>

#include "link/compare/work.h"

/* ── measures ── */

uint64_t mln_qgram_distance(const struct mln_qgram_counts *counts) {
    return counts->total_a + counts->total_b - 2 * counts->shared;
}

/* What to say where a side has no q-gram; NaN where both have some. */
static double without_grams(const struct mln_qgram_counts *counts) {
    if (counts->total_a > 0 && counts->total_b > 0) {
        return NAN;
    }
    return counts->equal ? 1.0 : 0.0;
}

double mln_qgram_jaccard(const struct mln_qgram_counts *counts) {
    const double without = without_grams(counts);
    const uint64_t all = counts->distinct_a + counts->distinct_b - counts->distinct_shared;
    return isnan(without) ? (double)counts->distinct_shared / (double)all : without;
}

double mln_qgram_dice(const struct mln_qgram_counts *counts) {
    const double without = without_grams(counts);
    const uint64_t both = counts->distinct_a + counts->distinct_b;
    return isnan(without) ? (double)(2 * counts->distinct_shared) / (double)both : without;
}

double mln_qgram_cosine(const struct mln_qgram_counts *counts) {
    const double without = without_grams(counts);
    if (!isnan(without)) {
        return without;
    }
    const double cosine = (double)counts->product /
                          sqrt((double)counts->square_a * (double)counts->square_b);
    return cosine > 1 ? 1 : cosine; /* the root rounds */
}

/* ── one q-gram in 126 bits: 21 a code point ── */

struct gram {
    uint64_t high, low; /* code points 4 … 6, and 1 … 3 */
};

static struct gram gram_at(const uint32_t *points, size_t q) {
    struct gram g = {0, 0};
    for (size_t i = 0; i < q; i++) {
        const uint64_t point = (uint64_t)points[i] + 1; /* a NUL letter is a letter */
        if (i < 3) {
            g.low = g.low << 21 | point;
        } else {
            g.high = g.high << 21 | point;
        }
    }
    return g;
}

static int compare_grams(const void *left, const void *right) {
    const struct gram *a = left, *b = right;
    if (a->high != b->high) {
        return a->high < b->high ? -1 : 1;
    }
    return (a->low > b->low) - (a->low < b->low);
}

static enum mln_status check_q(size_t q, struct mln_err *err) {
    if (q < 1 || q > MLN_QGRAM_LONGEST) {
        return mln_err_set(err, MLN_BAD_INPUT, "q-grams of %zu letters are not possible; use 1..%d", q,
                           (int)MLN_QGRAM_LONGEST);
    }
    return MLN_OK;
}

/* ── counting: both sides ascending ── */

static void count_a(struct mln_qgram_counts *c, uint64_t x) {
    c->total_a += x;
    c->distinct_a++;
    c->square_a += x * x;
}

static void count_b(struct mln_qgram_counts *c, uint64_t y) {
    c->total_b += y;
    c->distinct_b++;
    c->square_b += y * y;
}

static void count_both(struct mln_qgram_counts *c, uint64_t x, uint64_t y) {
    c->distinct_shared++;
    c->shared += x < y ? x : y;
    c->product += x * y;
}

static size_t run_of(const uint32_t *grams, size_t n) {
    size_t run = 1;
    while (run < n && grams[run] == grams[0]) {
        run++;
    }
    return run;
}

static void count_numbers(const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b,
                          struct mln_qgram_counts *c) {
    size_t i = 0, j = 0;
    while (i < n_a || j < n_b) {
        const bool take_a = j == n_b || (i < n_a && a[i] <= b[j]);
        const bool take_b = i == n_a || (j < n_b && b[j] <= a[i]);
        const size_t x = take_a ? run_of(a + i, n_a - i) : 0;
        const size_t y = take_b ? run_of(b + j, n_b - j) : 0;
        if (take_a) {
            count_a(c, x);
        }
        if (take_b) {
            count_b(c, y);
        }
        if (take_a && take_b) {
            count_both(c, x, y);
        }
        i += x;
        j += y;
    }
}

/* ── one pair: its grams are sorted together and so numbered ── */

static size_t gram_count(size_t n_points, size_t q) {
    return n_points < q ? 0 : n_points - q + 1;
}

static uint32_t number_of(const struct gram *sorted, size_t n, struct gram g) {
    size_t low = 0, high = n;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (compare_grams(&sorted[middle], &g) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return (uint32_t)low;
}

static int compare_numbers(const void *left, const void *right) {
    const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static void sort_numbers(uint32_t *numbers, size_t n) {
    if (n > 32) {
        qsort(numbers, n, sizeof *numbers, compare_numbers);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        const uint32_t x = numbers[i];
        size_t at = i;
        for (; at > 0 && numbers[at - 1] > x; at--) {
            numbers[at] = numbers[at - 1];
        }
        numbers[at] = x;
    }
}

/* Numbers of b's grams, ascending: a's number where a has the gram, else past n_a. `foreign` is scratch
 * for n_b grams. */
static void number_other(const struct gram *of_a, size_t n_a, const uint32_t *b, size_t n_b,
                         size_t q, struct gram *foreign, uint32_t *numbers) {
    size_t n_known = 0, n_foreign = 0;
    for (size_t j = 0; j < n_b; j++) {
        const struct gram g = gram_at(b + j, q);
        const uint32_t number = number_of(of_a, n_a, g);
        if (number < n_a && compare_grams(&of_a[number], &g) == 0) {
            numbers[n_known++] = number;
        } else {
            foreign[n_foreign++] = g;
        }
    }
    sort_numbers(numbers, n_known);
    qsort(foreign, n_foreign, sizeof *foreign, compare_grams);
    for (size_t j = 0; j < n_foreign; j++) {
        numbers[n_known + j] = (uint32_t)n_a + number_of(foreign, n_foreign, foreign[j]);
    }
}

enum mln_status mln_qgram_pair(struct mln_points a, struct mln_points b, size_t q,
                               struct mln_compare_work *work, struct mln_qgram_counts *out,
                               struct mln_err *err) {
    MLN_TRY(check_q(q, err));
    const size_t n_a = gram_count(a.n, q), n_b = gram_count(b.n, q);
    struct gram *of_a = mln_work_need(work, MLN_WORK_ROWS, n_a * sizeof *of_a);
    struct gram *foreign = mln_work_need(work, MLN_WORK_MASKS, n_b * sizeof *foreign);
    uint32_t *numbers = mln_work_need(work, MLN_WORK_MANY, (n_a + n_b) * sizeof *numbers);
    if (of_a == NULL || foreign == NULL || numbers == NULL) {
        return mln_err_nomem(err, "the q-grams of a pair");
    }
    for (size_t i = 0; i < n_a; i++) {
        of_a[i] = gram_at(a.p + i, q);
    }
    qsort(of_a, n_a, sizeof *of_a, compare_grams);
    for (size_t i = 0; i < n_a; i++) {
        numbers[i] = number_of(of_a, n_a, of_a[i]);
    }
    number_other(of_a, n_a, b.p, n_b, q, foreign, numbers + n_a);
    *out = (struct mln_qgram_counts){0};
    count_numbers(numbers, n_a, numbers + n_a, n_b, out);
    out->equal = a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n * sizeof *a.p) == 0);
    return MLN_OK;
}

/* ── a whole set ── */

struct gram_table {
    struct gram *grams; /* by number */
    uint32_t *slot;     /* number + 1, 0 free */
    size_t n, cap, n_slots;
};

static size_t slot_of(const struct gram_table *t, struct gram g) {
    const uint64_t h = (g.low ^ g.high * 0x9E3779B97F4A7C15U) * 0xBF58476D1CE4E5B9U;
    size_t at = (size_t)(h >> 20) & (t->n_slots - 1);
    while (t->slot[at] != 0 && compare_grams(&t->grams[t->slot[at] - 1], &g) != 0) {
        at = (at + 1) & (t->n_slots - 1);
    }
    return at;
}

static bool grow_table(struct gram_table *t) {
    const size_t cap = t->cap == 0 ? 1024 : t->cap * 2;
    struct gram *grams = realloc(t->grams, cap * sizeof *grams);
    if (grams == NULL) {
        return false;
    }
    t->grams = grams;
    free(t->slot);
    t->slot = calloc(cap * 2, sizeof *t->slot);
    if (t->slot == NULL) {
        return false;
    }
    t->cap = cap;
    t->n_slots = cap * 2;
    for (size_t i = 0; i < t->n; i++) {
        t->slot[slot_of(t, t->grams[i])] = (uint32_t)i + 1;
    }
    return true;
}

static enum mln_status number_or_new(struct gram_table *t, struct gram g, uint32_t *number,
                                     struct mln_err *err) {
    if (t->n == t->cap) {
        if (t->n > INT32_MAX) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "a field has more than 2^31 distinct q-grams; use a smaller q");
        }
        if (!grow_table(t)) {
            return mln_err_nomem(err, "the q-grams of a field");
        }
    }
    const size_t at = slot_of(t, g);
    if (t->slot[at] == 0) {
        t->grams[t->n] = g;
        t->slot[at] = (uint32_t)++t->n;
    }
    *number = t->slot[at] - 1;
    return MLN_OK;
}

static enum mln_status number_values(const struct mln_strset *set, size_t q, struct gram_table *t,
                                     struct mln_qgrams *out, struct mln_err *err) {
    for (uint32_t id = 0; id < set->n; id++) {
        const struct mln_sequence v = mln_strset_view(set, id);
        uint32_t *grams = out->gram + out->start[id];
        const size_t n = gram_count(v.length, q);
        for (size_t i = 0; i < n; i++) {
            uint32_t points[MLN_QGRAM_LONGEST];
            for (size_t k = 0; k < q; k++) {
                points[k] = v.symbols == NULL ? v.points[i + k] : set->alphabet[v.symbols[i + k]];
            }
            MLN_TRY(number_or_new(t, gram_at(points, q), &grams[i], err));
        }
        sort_numbers(grams, n);
    }
    out->n_grams = (uint32_t)t->n;
    return MLN_OK;
}

enum mln_status mln_qgrams_build(const struct mln_strset *set, size_t q, struct mln_qgrams *out,
                                 struct mln_err *err) {
    *out = MLN_QGRAMS_INIT;
    MLN_TRY(check_q(q, err));
    uint64_t total = 0;
    out->start = malloc(((size_t)set->n + 1) * sizeof *out->start);
    if (out->start == NULL) {
        return mln_err_nomem(err, "the q-grams of a field");
    }
    for (uint32_t id = 0; id < set->n; id++) {
        out->start[id] = total;
        total += gram_count(set->length[id], q);
    }
    out->start[set->n] = total;
    out->gram = malloc((size_t)(total + 1) * sizeof *out->gram);
    if (out->gram == NULL) {
        mln_qgrams_release(out);
        return mln_err_nomem(err, "the q-grams of a field");
    }
    struct gram_table table = {0};
    const enum mln_status status = number_values(set, q, &table, out, err);
    free(table.grams);
    free(table.slot);
    if (status != MLN_OK) {
        mln_qgrams_release(out);
    }
    return status;
}

void mln_qgrams_release(struct mln_qgrams *qgrams) {
    free(qgrams->start);
    free(qgrams->gram);
    *qgrams = MLN_QGRAMS_INIT;
}

void mln_qgrams_compare(const struct mln_qgrams *qgrams, uint32_t a, uint32_t b,
                        struct mln_qgram_counts *out) {
    const uint64_t at_a = qgrams->start[a], at_b = qgrams->start[b];
    *out = (struct mln_qgram_counts){.equal = a == b};
    count_numbers(qgrams->gram + at_a, (size_t)(qgrams->start[a + 1] - at_a), qgrams->gram + at_b,
                  (size_t)(qgrams->start[b + 1] - at_b), out);
}
