#include "link/compare/work.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "link/compare/word.h"

void *mln_work_need(struct mln_compare_work *work, size_t which, size_t bytes) {
    if (work->buffer[which].cap < bytes || work->buffer[which].p == NULL) {
        const size_t cap = bytes + bytes / 2 + 256;
        free(work->buffer[which].p);
        work->buffer[which].p = malloc(cap);
        work->buffer[which].cap = work->buffer[which].p == NULL ? 0 : cap;
    }
    return work->buffer[which].p;
}

void mln_compare_work_release(struct mln_compare_work *work) {
    for (size_t i = 0; i < MLN_WORK_BUFFERS; i++) {
        free(work->buffer[i].p);
    }
    *work = (struct mln_compare_work){0};
}

enum mln_status mln_points_decode(struct mln_compare_work *work, size_t side, struct mln_str text,
                                  struct mln_points *out, struct mln_err *err) {
    if (text.n > 0x7FFFFFFF || mln_utf8_valid_prefix(text) != text.n) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "a text to compare is not valid UTF-8; convert it when reading");
    }
    uint32_t *points = mln_work_need(work, MLN_WORK_SIDE + side, text.n * sizeof *points);
    if (points == NULL) {
        return mln_err_nomem(err, "the code points of a text");
    }
    size_t n = 0;
    for (size_t at = 0; at < text.n;) {
        points[n++] = mln_utf8_next(text, &at);
    }
    *out = (struct mln_points){points, n};
    return MLN_OK;
}

/* ── symbols of a pair ── */

struct slot {
    uint32_t point;
    uint32_t symbol; /* + 1; 0 is free */
};

struct table {
    struct slot *slots;
    uint32_t mask; /* size - 1 */
    uint32_t n_symbols;
};

static struct slot *find(const struct table *table, uint32_t point) {
    uint32_t at = (point * 0x9E3779B1U >> 8) & table->mask;
    while (table->slots[at].symbol != 0 && table->slots[at].point != point) {
        at = (at + 1) & table->mask;
    }
    return &table->slots[at];
}

static uint32_t symbol_or_new(struct table *table, uint32_t point) {
    struct slot *slot = find(table, point);
    if (slot->symbol == 0) {
        *slot = (struct slot){point, ++table->n_symbols};
    }
    return slot->symbol - 1;
}

/* n_symbols when the pattern lacks the code point. */
static uint32_t symbol_of(const struct table *table, uint32_t point) {
    const struct slot *slot = find(table, point);
    return slot->symbol == 0 ? table->n_symbols : slot->symbol - 1;
}

enum mln_status mln_pair_symbols(struct mln_points pattern, struct mln_points text,
                                 struct mln_compare_work *work, struct mln_pair_symbols *out,
                                 struct mln_err *err) {
    size_t n_slots = 16;
    while (n_slots < pattern.n * 2) {
        n_slots *= 2;
    }
    struct table table = {mln_work_need(work, MLN_WORK_TABLE, n_slots * sizeof(struct slot)),
                          (uint32_t)(n_slots - 1), 0};
    out->pattern = mln_work_need(work, MLN_WORK_PATTERN, pattern.n * sizeof *out->pattern);
    out->text = mln_work_need(work, MLN_WORK_TEXT, text.n * sizeof *out->text);
    if (table.slots == NULL || out->pattern == NULL || out->text == NULL) {
        return mln_err_nomem(err, "the comparison of two long texts");
    }
    memset(table.slots, 0, n_slots * sizeof *table.slots);
    for (size_t i = 0; i < pattern.n; i++) {
        out->pattern[i] = symbol_or_new(&table, pattern.p[i]);
    }
    for (size_t j = 0; j < text.n; j++) {
        out->text[j] = symbol_of(&table, text.p[j]);
    }
    out->n_symbols = table.n_symbols;
    return MLN_OK;
}

enum mln_status mln_pair_masks(struct mln_points pattern, struct mln_points text,
                               struct mln_compare_work *work, uint64_t *masks,
                               const uint8_t **text_symbols, struct mln_err *err) {
    struct slot slots[2 * MLN_WORD] = {{0, 0}};
    struct table table = {slots, 2 * MLN_WORD - 1, 0};
    uint8_t *symbols = mln_work_need(work, MLN_WORK_TEXT, text.n);
    if (symbols == NULL) {
        return mln_err_nomem(err, "the comparison of two texts");
    }
    memset(masks, 0, (MLN_WORD + 1) * sizeof *masks);
    for (size_t i = 0; i < pattern.n; i++) {
        masks[symbol_or_new(&table, pattern.p[i])] |= (uint64_t)1 << i;
    }
    for (size_t j = 0; j < text.n; j++) {
        symbols[j] = (uint8_t)symbol_of(&table, text.p[j]);
    }
    *text_symbols = symbols;
    return MLN_OK;
}

enum mln_status mln_pair_mask_rows(const struct mln_pair_symbols *pair, size_t n_pattern,
                                   struct mln_compare_work *work, uint64_t **rows, size_t *n_words,
                                   struct mln_err *err) {
    *n_words = (n_pattern + 63) / 64;
    const size_t n = ((size_t)pair->n_symbols + 1) * *n_words;
    *rows = mln_work_need(work, MLN_WORK_MASKS, n * sizeof **rows);
    if (*rows == NULL) {
        return mln_err_nomem(err, "the comparison of two long texts");
    }
    memset(*rows, 0, n * sizeof **rows);
    for (size_t i = 0; i < n_pattern; i++) {
        (*rows)[pair->pattern[i] * *n_words + i / 64] |= (uint64_t)1 << i % 64;
    }
    return MLN_OK;
}
