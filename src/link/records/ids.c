#include "link/records/ids.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/utf8.h"

void mln_side_ids_release(struct mln_side_ids *side) {
    free(side->ids);
    free(side->runs);
    mln_bytes_release(&side->bytes);
    side->ids = NULL;
    side->runs = NULL;
    side->n = side->cap = side->n_runs = side->cap_runs = 0;
}

/* ── arrival ── */

static enum mln_status add_run(struct mln_side_ids *side, uint64_t first_row, size_t n) {
    if (first_row < 1 || first_row + n > UINT32_MAX) {
        return MLN_BAD_INPUT;
    }
    if (side->n_runs > 0) {
        const struct mln_row_run *last = &side->runs[side->n_runs - 1];
        if (last->row_no + (side->n - last->first) == first_row) {
            return MLN_OK;
        }
    }
    if (side->n_runs == side->cap_runs) {
        const size_t cap = side->cap_runs == 0 ? 8 : 2 * side->cap_runs;
        struct mln_row_run *runs = realloc(side->runs, cap * sizeof *runs);
        if (runs == NULL) {
            return MLN_NO_MEMORY;
        }
        side->runs = runs;
        side->cap_runs = cap;
    }
    side->runs[side->n_runs++] = (struct mln_row_run){(uint32_t)side->n, (uint32_t)first_row};
    return MLN_OK;
}

uint32_t mln_side_ids_row(const struct mln_side_ids *side, size_t i) {
    size_t low = 0, high = side->n_runs; /* the last run that starts at or before i */
    while (high - low > 1) {
        const size_t middle = (low + high) / 2;
        if (side->runs[middle].first <= i) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return side->runs[low].row_no + (uint32_t)(i - side->runs[low].first);
}

static enum mln_status make_room(struct mln_side_ids *side, size_t n) {
    if (side->n + n > side->cap) {
        size_t cap = side->cap == 0 ? 4096 : side->cap;
        while (cap < side->n + n) {
            cap *= 2;
        }
        union mln_id *ids = realloc(side->ids, cap * sizeof *ids);
        if (ids == NULL) {
            return MLN_NO_MEMORY;
        }
        side->ids = ids;
        side->cap = cap;
    }
    return MLN_OK;
}

enum mln_status mln_side_ids_to_text(struct mln_side_ids *side) {
    struct mln_buf text = MLN_BUF_INIT;
    enum mln_status status = MLN_OK;
    for (size_t i = 0; !side->is_text && i < side->n && status == MLN_OK; i++) {
        mln_buf_reset(&text);
        mln_buf_add_i64(&text, side->ids[i].number);
        side->ids[i].text = text.failed ? NULL : mln_bytes_add(&side->bytes, mln_buf_view(&text));
        status = side->ids[i].text == NULL ? MLN_NO_MEMORY : MLN_OK;
    }
    mln_buf_release(&text);
    side->is_text = true;
    return status;
}

static enum mln_status add_id(struct mln_side_ids *side, struct mln_str cell, union mln_id *out) {
    if (!side->is_text) {
        if (mln_parse_i64(cell, &out->number)) {
            return MLN_OK;
        }
        const enum mln_status status = mln_side_ids_to_text(side);
        if (status != MLN_OK) {
            return status;
        }
    }
    if (mln_utf8_valid_prefix(cell) != cell.n) {
        return MLN_BAD_INPUT;
    }
    out->text = mln_bytes_add(&side->bytes, cell);
    return out->text == NULL ? MLN_NO_MEMORY : MLN_OK;
}

enum mln_status mln_side_ids_add(struct mln_side_ids *side, uint64_t first_row,
                                 const struct mln_str *cells, size_t stride, size_t n,
                                 size_t *failed, bool *failed_missing) {
    *failed = SIZE_MAX;
    *failed_missing = false;
    enum mln_status status = add_run(side, first_row, n);
    if (status != MLN_OK || !side->has_column) {
        side->n += status == MLN_OK ? n : 0;
        return status;
    }
    status = make_room(side, n);
    for (size_t i = 0; status == MLN_OK && i < n; i++) {
        const struct mln_str cell = cells[i * stride];
        *failed_missing = cell.n == 0;
        status = *failed_missing ? MLN_BAD_INPUT : add_id(side, cell, &side->ids[side->n]);
        side->n += status == MLN_OK;
        *failed = i;
    }
    return status;
}

/* ── order ── */

struct sorted {
    uint64_t key;
    uint32_t arrival;
};

/* Least significant digit first, 11 bits at a time, leaving out digits that are the same
 * everywhere. Stable. The result is in `a` or `b`. */
static struct sorted *sort_by_key(struct sorted *a, struct sorted *b, size_t n) {
    enum { BITS = 11, DIGITS = 6, VALUES = 1 << BITS };
    static const uint64_t mask = VALUES - 1;
    uint64_t varying = 0;
    for (size_t i = 1; i < n; i++) {
        varying |= a[i].key ^ a[0].key;
    }
    for (unsigned shift = 0; shift < DIGITS * BITS; shift += BITS) {
        if ((varying >> shift & mask) == 0) {
            continue;
        }
        uint32_t at[VALUES] = {0};
        for (size_t i = 0; i < n; i++) {
            at[a[i].key >> shift & mask]++;
        }
        uint32_t sum = 0;
        for (size_t v = 0; v < VALUES; v++) {
            const uint32_t count = at[v];
            at[v] = sum;
            sum += count;
        }
        for (size_t i = 0; i < n; i++) {
            b[at[a[i].key >> shift & mask]++] = a[i];
        }
        struct sorted *swap = a;
        a = b;
        b = swap;
    }
    return a;
}

/* Bytes that all texts begin with: they say nothing of the order. */
static size_t common_prefix(const struct mln_side_ids *side) {
    const struct mln_str first = mln_bytes_get(side->ids[0].text);
    size_t n = first.n;
    for (size_t i = 1; i < side->n && n > 0; i++) {
        const struct mln_str id = mln_bytes_get(side->ids[i].text);
        size_t same = 0;
        n = id.n < n ? id.n : n;
        while (same < n && id.p[same] == first.p[same]) {
            same++;
        }
        n = same;
    }
    return n;
}

/* The 8 bytes from `from` on, the first most significant; zeros past the end. */
static uint64_t text_key(struct mln_str id, size_t from) {
    uint64_t key = 0;
    for (size_t i = 0; i < 8; i++) {
        key = key << 8 | (from + i < id.n ? (unsigned char)id.p[from + i] : 0);
    }
    return key;
}

/* Order of numbers as unsigned. */
static uint64_t number_key(int64_t number) {
    return (uint64_t)number ^ (uint64_t)1 << 63;
}

/* A text with its arrival, for runs whose keys are equal. */
struct text_at {
    struct mln_str text;
    uint32_t arrival;
};

static int by_text(const void *left, const void *right) {
    const struct text_at *a = left, *b = right;
    const int order = mln_str_cmp(a->text, b->text);
    return order != 0 ? order : (a->arrival > b->arrival) - (a->arrival < b->arrival);
}

static enum mln_status sort_run(const struct mln_side_ids *side, struct sorted *run, size_t n) {
    struct text_at *texts = malloc(n * sizeof *texts);
    if (texts == NULL) {
        return MLN_NO_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        texts[i] = (struct text_at){mln_bytes_get(side->ids[run[i].arrival].text), run[i].arrival};
    }
    qsort(texts, n, sizeof *texts, by_text);
    for (size_t i = 0; i < n; i++) {
        run[i].arrival = texts[i].arrival;
    }
    free(texts);
    return MLN_OK;
}

static enum mln_status sort_equal_keys(const struct mln_side_ids *side, struct sorted *sorted) {
    for (size_t first = 0; first < side->n;) {
        size_t end = first + 1;
        while (end < side->n && sorted[end].key == sorted[first].key) {
            end++;
        }
        if (end - first > 1) {
            MLN_TRY(sort_run(side, sorted + first, end - first));
        }
        first = end;
    }
    return MLN_OK;
}

static int compare_ids(const struct mln_side_ids *side, uint32_t a, uint32_t b) {
    if (side->is_text) {
        return mln_str_cmp(mln_bytes_get(side->ids[a].text), mln_bytes_get(side->ids[b].text));
    }
    return (side->ids[a].number > side->ids[b].number) -
           (side->ids[a].number < side->ids[b].number);
}

/* Arrival in the order of row numbers when there is no id column: runs may come in any order. */
static uint64_t key_of(const struct mln_side_ids *side, size_t i, size_t prefix) {
    return !side->has_column ? mln_side_ids_row(side, i)
           : side->is_text   ? text_key(mln_bytes_get(side->ids[i].text), prefix)
                             : number_key(side->ids[i].number);
}

static bool is_in_order(const struct mln_side_ids *side) {
    for (size_t i = 1; i < side->n; i++) {
        if (side->has_column ? compare_ids(side, (uint32_t)i - 1, (uint32_t)i) >= 0
                             : mln_side_ids_row(side, i - 1) >= mln_side_ids_row(side, i)) {
            return false;
        }
    }
    return true;
}

static enum mln_status sort_arrivals(const struct mln_side_ids *side, uint32_t *order) {
    struct sorted *a = malloc(side->n * sizeof *a);
    struct sorted *b = malloc(side->n * sizeof *b);
    enum mln_status status = a == NULL || b == NULL ? MLN_NO_MEMORY : MLN_OK;
    if (status == MLN_OK) {
        const size_t prefix = side->has_column && side->is_text ? common_prefix(side) : 0;
        for (size_t i = 0; i < side->n; i++) {
            a[i] = (struct sorted){key_of(side, i, prefix), (uint32_t)i};
        }
        struct sorted *sorted = sort_by_key(a, b, side->n);
        if (side->has_column && side->is_text) {
            status = sort_equal_keys(side, sorted);
        }
        for (size_t k = 0; k < side->n; k++) {
            order[k] = sorted[k].arrival;
        }
    }
    free(a);
    free(b);
    return status;
}

enum mln_status mln_side_ids_order(const struct mln_side_ids *side, uint32_t *order,
                                   uint32_t twice[2]) {
    if (is_in_order(side)) {
        for (size_t k = 0; k < side->n; k++) {
            order[k] = (uint32_t)k;
        }
        return MLN_OK;
    }
    MLN_TRY(sort_arrivals(side, order));
    for (size_t k = 1; k < side->n; k++) {
        if (side->has_column
                ? compare_ids(side, order[k - 1], order[k]) == 0
                : mln_side_ids_row(side, order[k - 1]) == mln_side_ids_row(side, order[k])) {
            twice[0] = order[k - 1];
            twice[1] = order[k];
            return MLN_BAD_INPUT;
        }
    }
    return MLN_OK;
}
