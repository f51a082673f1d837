#include "stats/steps.h"

#include <math.h>
#include <stdlib.h>

#include "stats/order.h"
#include "stats/sum.h"

/* ── checks ── */

static bool is_time(double t) {
    return t >= 0.0 && t < INFINITY;
}

static const char *fault_of_row(const struct mln_stays *s, const struct mln_multistate_model *m,
                                size_t i) {
    if (!is_time(s->exit[i])) {
        return "the exit is not a time; use finite numbers from 0";
    }
    if (s->entry != NULL && !(s->entry[i] >= 0.0 && s->entry[i] < s->exit[i])) {
        return "the entry is not a time before the exit";
    }
    if (s->weight != NULL && !is_time(s->weight[i])) {
        return "the weight is not a finite number from 0";
    }
    if (s->from[i] >= m->n_states || (s->to[i] != MLN_STAYS && s->to[i] >= m->n_states)) {
        return "unknown state";
    }
    if (s->to[i] == s->from[i]) {
        return "a move into the same state; say that it stays";
    }
    if (s->to[i] != MLN_STAYS && !m->allowed[s->from[i] * m->n_states + s->to[i]]) {
        return "a move that the model does not allow";
    }
    return NULL;
}

static enum mln_status check_rows(const struct mln_stays *s, const struct mln_multistate_model *m,
                                  struct mln_err *err) {
    if (m->n_states < 2 || m->n_states > MLN_MAX_STATES || s->n >= UINT32_MAX / 2) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "multi-state histories take 2 to %d states and fewer than 2^31 stays",
                           MLN_MAX_STATES);
    }
    for (size_t i = 0; i < s->n; i++) {
        const char *fault = fault_of_row(s, m, i);
        if (fault != NULL) {
            return mln_err_set(err, MLN_BAD_INPUT, "stay %zu: %s", i + 1, fault);
        }
    }
    return MLN_OK;
}

/* Scratch of the orders; 0..n-1 in `order` to begin with. */
struct sorter {
    uint64_t *key;
    uint32_t *order, *scratch;
};

static enum mln_status sorter_init(struct sorter *sorter, size_t n, struct mln_err *err) {
    *sorter = (struct sorter){malloc((n + 1) * sizeof *sorter->key),
                              malloc((2 * n + 1) * sizeof *sorter->order), NULL};
    if (sorter->key == NULL || sorter->order == NULL) {
        free(sorter->key);
        free(sorter->order);
        return mln_err_nomem(err, "the order of stays");
    }
    sorter->scratch = sorter->order + n;
    for (size_t i = 0; i < n; i++) {
        sorter->order[i] = (uint32_t)i;
    }
    return MLN_OK;
}

static void sorter_release(struct sorter *sorter) {
    free(sorter->key);
    free(sorter->order);
}

/* Stays of a subject follow each other in time, and in state where nothing lies between. */
static enum mln_status check_subjects(const struct mln_stays *s, struct mln_err *err) {
    if (s->subject == NULL) {
        return MLN_OK;
    }
    struct sorter sorter;
    MLN_TRY(sorter_init(&sorter, s->n, err));
    for (size_t i = 0; i < s->n; i++) {
        sorter.key[i] = mln_order_key(s->entry == NULL ? 0.0 : s->entry[i]);
    }
    mln_order_by(sorter.key, s->n, sorter.order, sorter.scratch);
    for (size_t i = 0; i < s->n; i++) {
        sorter.key[i] = s->subject[i];
    }
    mln_order_by(sorter.key, s->n, sorter.order, sorter.scratch);
    enum mln_status status = MLN_OK;
    for (size_t i = 1; i < s->n && status == MLN_OK; i++) {
        const uint32_t a = sorter.order[i - 1], b = sorter.order[i];
        if (s->subject[a] != s->subject[b]) {
            continue;
        }
        const uint32_t led_to = s->to[a] == MLN_STAYS ? s->from[a] : s->to[a];
        if (s->entry == NULL || s->entry[b] < s->exit[a]) {
            status = mln_err_set(err, MLN_BAD_INPUT, "stays %u and %u of one subject overlap",
                                 a + 1, b + 1);
        } else if (s->entry[b] == s->exit[a] && s->from[b] != led_to) {
            status = mln_err_set(err, MLN_BAD_INPUT,
                                 "stay %u begins in another state than stay %u of the same subject "
                                 "led to",
                                 b + 1, a + 1);
        }
    }
    sorter_release(&sorter);
    return status;
}

/* ── rows kept, clusters, times ── */

static enum mln_status alloc_rows(struct mln_steps *out, size_t n, struct mln_err *err) {
    uint32_t *memory = malloc((6 * n + 1) * sizeof *memory);
    if (memory == NULL) {
        return mln_err_nomem(err, "stays");
    }
    out->memory[0] = memory;
    uint32_t **const columns[] = {&out->row,     &out->cluster,  &out->entry_at,
                                  &out->exit_at, &out->by_entry, &out->by_exit};
    for (size_t c = 0; c < 6; c++) {
        *columns[c] = memory + c * n;
    }
    return MLN_OK;
}

static void keep_rows(const struct mln_stays *s, double start, struct mln_steps *out) {
    for (size_t i = 0; i < s->n; i++) {
        const bool counts = s->weight == NULL || s->weight[i] > 0.0;
        const bool is_after = s->exit[i] > start || (s->entry == NULL && start == 0.0);
        if (counts && is_after) {
            out->row[out->n_rows++] = (uint32_t)i;
        }
    }
}

static void order_by_double(const double *column, const struct mln_steps *s,
                            struct sorter *sorter) {
    for (size_t i = 0; column != NULL && i < s->n_rows; i++) {
        sorter->key[i] = mln_order_key(column[s->row[i]]);
    }
    if (column != NULL) {
        mln_order_by(sorter->key, s->n_rows, sorter->order, sorter->scratch);
    }
}

/* Numbers clusters by place in the order where key, or the row itself, changes. */
static void number_clusters(struct mln_steps *out, const struct sorter *sorter, bool by_key) {
    out->n_clusters = 0;
    for (size_t i = 0; i < out->n_rows; i++) {
        const uint32_t r = sorter->order[i];
        out->n_clusters += !by_key || i == 0 || sorter->key[r] != sorter->key[sorter->order[i - 1]];
        out->cluster[r] = (uint32_t)(out->n_clusters - 1);
    }
}

/* Least significant key first. Rows that are alike in all keys may stand in any order. */
static void order_exits(const struct mln_stays *s, struct mln_steps *out, struct sorter *sorter) {
    const size_t n = out->n_rows;
    const bool own_clusters = s->subject == NULL && s->cluster == NULL;
    order_by_double(s->weight, out, sorter);
    order_by_double(s->entry, out, sorter);
    if (!own_clusters) {
        for (size_t i = 0; i < n; i++) {
            sorter->key[i] = s->subject == NULL ? 0 : s->subject[out->row[i]];
        }
        mln_order_by(sorter->key, n, sorter->order, sorter->scratch);
        for (size_t i = 0; i < n; i++) {
            sorter->key[i] = (s->cluster == NULL ? s->subject : s->cluster)[out->row[i]];
        }
        mln_order_by(sorter->key, n, sorter->order, sorter->scratch);
        number_clusters(out, sorter, true);
    }
    for (size_t i = 0; i < n; i++) { /* (from, to) */
        const uint32_t r = out->row[i];
        sorter->key[i] = (uint64_t)s->from[r] << 32 | s->to[r];
    }
    mln_order_by(sorter->key, n, sorter->order, sorter->scratch);
    memcpy(out->by_entry, sorter->order, n * sizeof *sorter->order);
    for (size_t i = 0; i < n; i++) {
        sorter->key[i] = mln_order_key(s->exit[out->row[i]]);
    }
    mln_order_by(sorter->key, n, sorter->order, sorter->scratch);
    memcpy(out->by_exit, sorter->order, n * sizeof *sorter->order);
    if (own_clusters) {
        number_clusters(out, sorter, false);
    }
}

static enum mln_status alloc_times(struct mln_steps *out, size_t n_moves, struct mln_err *err) {
    const size_t t = out->n_times;
    double *numbers = calloc(t * (out->n_states + 2) + 1, sizeof *numbers);
    char *rest = calloc(1, 2 * n_moves * sizeof(struct mln_cell) + (2 * t + 1) * sizeof(size_t));
    if (numbers == NULL || rest == NULL) {
        free(numbers);
        free(rest);
        return mln_err_nomem(err, "the times of a history");
    }
    out->memory[1] = numbers;
    out->memory[2] = rest;
    out->time = numbers;
    out->gap = numbers + t;
    out->n_risk = numbers + 2 * t;
    out->cells = (struct mln_cell *)rest;
    out->first_cell = (size_t *)(out->cells + 2 * n_moves);
    out->first_move = out->first_cell + t + 1;
    return MLN_OK;
}

static enum mln_status list_times(const struct mln_stays *s, double start, struct mln_steps *out,
                                  struct mln_err *err) {
    size_t n_moves = 0;
    for (size_t i = 0; i < out->n_rows; i++) {
        const uint32_t r = out->by_exit[i];
        const double t = s->exit[out->row[r]];
        out->n_times += i == 0 || s->exit[out->row[out->by_exit[i - 1]]] != t;
        out->exit_at[r] = (uint32_t)(out->n_times - 1);
        n_moves += s->to[out->row[r]] != MLN_STAYS;
    }
    MLN_TRY(alloc_times(out, n_moves, err));
    for (size_t i = 0; i < out->n_rows; i++) {
        const uint32_t r = out->by_exit[i];
        out->time[out->exit_at[r]] = s->exit[out->row[r]];
    }
    for (size_t i = 0; i < out->n_times; i++) {
        out->gap[i] = out->time[i] - (i == 0 ? start : out->time[i - 1]);
    }
    return MLN_OK;
}

/* First step after t. */
static size_t step_after(const struct mln_steps *s, double t) {
    size_t low = 0, high = s->n_times;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (s->time[middle] > t) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

static void order_entries(const struct mln_stays *s, struct mln_steps *out, struct sorter *sorter) {
    for (size_t i = 0; i < out->n_rows; i++) {
        out->entry_at[i] = s->entry == NULL ? 0 : (uint32_t)step_after(out, s->entry[out->row[i]]);
        sorter->key[i] = out->entry_at[i];
    }
    mln_order_by(sorter->key, out->n_rows, out->by_entry, sorter->scratch);
}

/* ── risk sets and cells ── */

static double weight_of(const struct mln_stays *s, uint32_t row) {
    return s->weight == NULL ? 1.0 : s->weight[row];
}

/* From the last step back: who leaves here or later, less who enters later. */
static void sum_at_risk(const struct mln_stays *s, struct mln_steps *out) {
    struct mln_sum running[MLN_MAX_STATES] = {{0.0, 0.0}};
    size_t leaving = out->n_rows, entering = out->n_rows;
    for (size_t i = out->n_times; i-- > 0;) {
        for (; entering > 0 && out->entry_at[out->by_entry[entering - 1]] > i; entering--) {
            const uint32_t row = out->row[out->by_entry[entering - 1]];
            mln_sum_add(&running[s->from[row]], -weight_of(s, row));
        }
        for (; leaving > 0 && out->exit_at[out->by_exit[leaving - 1]] == i; leaving--) {
            const uint32_t row = out->row[out->by_exit[leaving - 1]];
            mln_sum_add(&running[s->from[row]], weight_of(s, row));
        }
        for (size_t h = 0; h < out->n_states; h++) {
            const double n = mln_sum_of(&running[h]);
            out->n_risk[i * out->n_states + h] = n > 0.0 ? n : 0.0;
        }
    }
}

/* Moves of one step are neighbours, sorted by (from, to): counts become shares. */
static void settle_step(struct mln_steps *out, size_t i, const struct mln_cell *moves,
                        size_t n_moves) {
    const double *n_risk = out->n_risk + i * out->n_states;
    struct mln_cell *at = out->cells + out->first_cell[i];
    for (size_t k = 0; k < n_moves;) {
        const uint32_t h = moves[k].from;
        double gone = 0.0;
        for (; k < n_moves && moves[k].from == h; k++) {
            gone += moves[k].share;
        }
        *at++ = (struct mln_cell){h, h, mln_left_of(n_risk[h], gone) / n_risk[h], 0.0};
    }
    out->first_move[i] = (size_t)(at - out->cells);
    for (size_t k = 0; k < n_moves; k++) {
        *at = moves[k];
        at++->share /= n_risk[moves[k].from];
    }
    out->first_cell[i + 1] = (size_t)(at - out->cells);
}

static void list_cells(const struct mln_stays *s, struct mln_steps *out) {
    struct mln_cell moves[MLN_MAX_STATES * MLN_MAX_STATES];
    size_t i = 0;
    for (size_t step = 0; step < out->n_times; step++) {
        size_t n = 0;
        for (; i < out->n_rows && out->exit_at[out->by_exit[i]] == step; i++) {
            const uint32_t row = out->row[out->by_exit[i]];
            if (s->to[row] == MLN_STAYS) {
                continue;
            }
            if (n == 0 || moves[n - 1].from != s->from[row] || moves[n - 1].to != s->to[row]) {
                moves[n++] = (struct mln_cell){s->from[row], s->to[row], 0.0, 0.0};
            }
            moves[n - 1].share += weight_of(s, row);
        }
        settle_step(out, step, moves, n);
    }
}

enum mln_status mln_steps_build(const struct mln_stays *stays,
                                const struct mln_multistate_model *model, double start,
                                struct mln_steps *out, struct mln_err *err) {
    *out = (struct mln_steps){.n_states = model->n_states};
    MLN_TRY(check_rows(stays, model, err));
    MLN_TRY(check_subjects(stays, err));
    if (!is_time(start)) {
        return mln_err_set(err, MLN_BAD_INPUT, "the landmark is not a time; use a number from 0");
    }
    MLN_TRY(alloc_rows(out, stays->n, err));
    keep_rows(stays, start, out);
    struct sorter sorter;
    enum mln_status status = sorter_init(&sorter, out->n_rows, err);
    if (status == MLN_OK) {
        order_exits(stays, out, &sorter);
        status = list_times(stays, start, out, err);
        if (status == MLN_OK) {
            order_entries(stays, out, &sorter);
            sum_at_risk(stays, out);
            list_cells(stays, out);
        }
        sorter_release(&sorter);
    }
    if (status != MLN_OK) {
        mln_steps_release(out);
    }
    return status;
}

void mln_steps_release(struct mln_steps *steps) {
    for (size_t i = 0; i < 3; i++) {
        free(steps->memory[i]);
    }
    *steps = (struct mln_steps){0};
}
