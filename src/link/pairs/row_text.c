/* Similarities and distances of texts: bounds on letters first, then the few or many that are left.
 */
#include "link/pairs/row.h"
#include "link/pairs/text.h"

static struct mln_text_card left_card(const struct mln_row *row, const struct mln_tile_column *c) {
    struct mln_text_card card = {
        .seen = ((const uint64_t *)mln_tile_part(row->left, c, 0))[row->i],
        .prefix = ((const uint32_t *)mln_tile_part(row->left, c, 1))[row->i],
        .length = ((const uint8_t *)mln_tile_part(row->left, c, 2))[row->i],
        .more = ((const uint8_t *)mln_tile_part(row->left, c, 3))[row->i]};
    memcpy(card.symbols, (const uint8_t *)mln_tile_part(row->left, c, 4) + row->i * MLN_FEW,
           MLN_FEW);
    return card;
}

static size_t near_texts(const struct mln_row *row, const struct mln_step *step,
                         const struct mln_text_card *card) {
    const struct mln_tile_column *letters = step->column[1];
    uint32_t *index = row->work->index;
    if (step->no_bound || mln_text_is_odd(card)) {
        for (size_t j = 0; j < row->n; j++) {
            index[j] = (uint32_t)j;
        }
        return row->n;
    }
    const struct mln_letters right = mln_tile_letters(row->right, letters, row->from);
    const struct mln_kernels *k = row->work->kernels;
    const enum mln_level_kind kind = step->thresholds[0].kind;
    if (kind == MLN_LEVEL_JARO || kind == MLN_LEVEL_JARO_WINKLER) {
        return k->near_jaro(index, &right, row->n, card, step->need);
    }
    return k->near_edit(index, &right, row->n, card, mln_bound_of(kind), (int32_t)step->cutoff);
}

/* Of the near candidates, those that have a value and no better level yet; equal ids among them. */
static size_t undecided(const struct mln_row *row, const struct mln_step *step, size_t n) {
    const uint32_t *ids = mln_right_words(row, step->column[0]);
    uint32_t *index = row->work->index;
    size_t kept = 0;
    for (size_t k = 0; k < n; k++) {
        const uint32_t j = index[k], id = ids[j];
        index[kept] = j;
        row->work->ids[kept] = id;
        kept += row->level[j] > step->level && id != MLN_STRSET_MISSING;
    }
    return kept;
}

static void give(const struct mln_row *row, const struct mln_step *step, uint32_t j, double value,
                 bool distance) {
    for (size_t t = 0; t < step->n_thresholds; t++) {
        const struct mln_threshold *threshold = &step->thresholds[t];
        if (distance ? value <= threshold->at : value >= threshold->at) {
            row->level[j] = threshold->level < row->level[j] ? threshold->level : row->level[j];
            return;
        }
    }
}

static struct mln_query *query(const struct mln_row *row, const struct mln_step *step,
                               uint32_t id) {
    struct mln_query *q = &row->work->queries[step->query];
    const struct mln_strset *set = &row->work->ladder->records->fields[step->field].set;
    if (q->set != set || q->id != id || q->missing) {
        mln_query_id(q, set, id);
    }
    return q;
}

static enum mln_status jaro_texts(const struct mln_row *row, const struct mln_step *step,
                                  struct mln_query *q, size_t n, struct mln_err *err) {
    struct mln_row_work *w = row->work;
    const struct mln_jaro_winkler options = {.prefix_weight = step->prefix_weight,
                                             .cutoff = step->at > 0 ? step->at : 0};
    MLN_TRY(mln_jaro_winkler_many(q, &w->candidates, &options, w->similarity, err));
    for (size_t k = 0; k < n; k++) {
        give(row, step, w->index[k], w->similarity[k], false);
    }
    return MLN_OK;
}

static enum mln_status edit_texts(const struct mln_row *row, const struct mln_step *step,
                                  struct mln_query *q, size_t n, struct mln_err *err) {
    struct mln_row_work *w = row->work;
    const struct mln_candidates *c = &w->candidates;
    switch (step->thresholds[0].kind) {
    case MLN_LEVEL_OSA: MLN_TRY(mln_osa_many(q, c, step->cutoff, w->distance, err)); break;
    case MLN_LEVEL_DAMERAU: MLN_TRY(mln_damerau_many(q, c, step->cutoff, w->distance, err)); break;
    case MLN_LEVEL_INDEL: MLN_TRY(mln_indel_many(q, c, step->cutoff, w->distance, err)); break;
    default: MLN_TRY(mln_levenshtein_many(q, c, step->cutoff, w->distance, err)); break;
    }
    for (size_t k = 0; k < n; k++) {
        if (w->distance[k] <= step->cutoff) {
            give(row, step, w->index[k], w->distance[k], true);
        }
    }
    return MLN_OK;
}

/* Contains is told from symbols: those of two narrow values are of one alphabet. */
static bool contains(const struct mln_strset *set, uint32_t a, uint32_t b, size_t at) {
    struct mln_sequence s = mln_strset_view(set, a), l = mln_strset_view(set, b);
    if (s.length > l.length) {
        const struct mln_sequence swap = s;
        s = l;
        l = swap;
    }
    for (uint32_t from = 0; s.length >= at && from + s.length <= l.length; from++) {
        uint32_t k = 0;
        while (k < s.length &&
               mln_sequence_point(set, s, k) == mln_sequence_point(set, l, from + k)) {
            k++;
        }
        if (k == s.length) {
            return true;
        }
    }
    return false;
}

/* Compares the pairs of short values; the rest moves to the front: how many. */
static size_t few_texts(const struct mln_row *row, const struct mln_step *step,
                        const struct mln_text_card *card, size_t n) {
    struct mln_row_work *w = row->work;
    const struct mln_tile_column *letters = step->column[1];
    const uint8_t *length = (const uint8_t *)mln_tile_part(row->right, letters, 2) + row->from;
    const uint8_t *more = (const uint8_t *)mln_tile_part(row->right, letters, 3) + row->from;
    const uint8_t *symbols =
        (const uint8_t *)mln_tile_part(row->right, letters, 4) + row->from * MLN_FEW;
    const enum mln_level_kind kind = step->thresholds[0].kind;
    const struct mln_jaro_winkler options = {.prefix_weight = step->prefix_weight};
    const struct mln_short_value query = {card->symbols, card->length};
    const bool fits = card->length <= MLN_FEW && !mln_text_is_odd(card);
    size_t rest = 0;
    for (size_t k = 0; k < n; k++) {
        const uint32_t j = w->index[k];
        const struct mln_short_value other = {symbols + (size_t)j * MLN_FEW, length[j]};
        if (!fits || kind == MLN_LEVEL_DAMERAU || length[j] > MLN_FEW || more[j] == UINT8_MAX) {
            w->ids[rest] = w->ids[k];
            w->index[rest++] = j;
        } else if (kind == MLN_LEVEL_JARO || kind == MLN_LEVEL_JARO_WINKLER) {
            give(row, step, j, mln_few_jaro_winkler(query, other, &options), false);
        } else {
            const uint32_t d = kind == MLN_LEVEL_OSA     ? mln_few_osa(query, other)
                               : kind == MLN_LEVEL_INDEL ? mln_few_indel(query, other)
                                                         : mln_few_levenshtein(query, other);
            give(row, step, j, d, true);
        }
    }
    return rest;
}

static void contained_texts(const struct mln_row *row, const struct mln_step *step, uint32_t id,
                            size_t n) {
    const struct mln_strset *set = &row->work->ladder->records->fields[step->field].set;
    for (size_t k = 0; k < n; k++) {
        if (contains(set, id, row->work->ids[k], step->cutoff)) {
            row->level[row->work->index[k]] = step->level;
        }
    }
}

enum mln_status mln_row_text(const struct mln_row *row, const struct mln_step *step,
                             struct mln_err *err) {
    struct mln_row_work *w = row->work;
    const uint32_t id = mln_left_word(row, step->column[0]);
    if (id == MLN_STRSET_MISSING) {
        return MLN_OK;
    }
    const struct mln_text_card card = left_card(row, step->column[1]);
    size_t n = undecided(row, step, near_texts(row, step, &card));
    const enum mln_level_kind kind = step->thresholds[0].kind;
    if (kind == MLN_LEVEL_CONTAINS) {
        contained_texts(row, step, id, n);
        return MLN_OK;
    }
    n = n < MLN_LANES_FROM || w->path == MLN_PATH_PORTABLE ? few_texts(row, step, &card, n) : n;
    if (n == 0) {
        return MLN_OK;
    }
    const struct mln_strset *set = &w->ladder->records->fields[step->field].set;
    MLN_TRY(mln_candidates_set(&w->candidates, set, w->ids, n,
                               n < MLN_LANES_FROM ? MLN_PATH_PORTABLE : w->path, err));
    struct mln_query *q = query(row, step, id);
    return kind == MLN_LEVEL_JARO || kind == MLN_LEVEL_JARO_WINKLER
               ? jaro_texts(row, step, q, n, err)
               : edit_texts(row, step, q, n, err);
}
