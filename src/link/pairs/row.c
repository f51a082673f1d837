/* The patterns of one record with a run of candidates. */
#include <math.h>
#include <stdlib.h>

#include "link/pairs/ladder.h"
#include "link/pairs/text.h"

/* From this many candidates on, laying them out in lanes pays. */
enum { LANES_FROM = 12 };

enum mln_status mln_row_work_init(struct mln_row_work *work, const struct mln_ladder *ladder,
                                  bool portable, struct mln_err *err) {
    *work = (struct mln_row_work){.ladder = ladder,
                                  .kernels = mln_kernels_for(portable),
                                  .path = portable ? MLN_PATH_PORTABLE : MLN_PATH_BEST};
    work->level = calloc(MLN_TILE_CAP, sizeof *work->level);
    work->index = calloc(MLN_TILE_CAP, sizeof *work->index);
    work->ids = calloc(MLN_TILE_CAP, sizeof *work->ids);
    work->distance = calloc(MLN_TILE_CAP, sizeof *work->distance);
    work->similarity = calloc(MLN_TILE_CAP, sizeof *work->similarity);
    work->queries = calloc(ladder->n_queries + 1, sizeof *work->queries);
    if (work->level == NULL || work->index == NULL || work->ids == NULL || work->distance == NULL ||
        work->similarity == NULL || work->queries == NULL) {
        mln_row_work_release(work);
        return mln_err_nomem(err, "the comparison of a block");
    }
    return MLN_OK;
}

void mln_row_work_release(struct mln_row_work *work) {
    free(work->level);
    free(work->index);
    free(work->ids);
    free(work->distance);
    free(work->similarity);
    for (size_t k = 0; work->queries != NULL && k < work->ladder->n_queries; k++) {
        mln_query_release(&work->queries[k]);
    }
    free(work->queries);
    mln_candidates_release(&work->candidates);
    mln_compare_work_release(&work->work);
    *work = (struct mln_row_work){0};
}

/* One record of one tile and candidates of another. */
struct row {
    struct mln_row_work *work;
    const struct mln_tile *left, *right;
    size_t i, from, n;
    uint8_t *level;
};

static const struct mln_tile_column *column(const struct row *row, size_t c) {
    return &row->work->ladder->layout.columns[c];
}

static uint32_t left_word(const struct row *row, size_t c) {
    return ((const uint32_t *)mln_tile_part(row->left, column(row, c), 0))[row->i];
}

static const uint32_t *right_words(const struct row *row, size_t c) {
    return (const uint32_t *)mln_tile_part(row->right, column(row, c), 0) + row->from;
}

static double left_double(const struct row *row, size_t c, size_t part) {
    return ((const double *)mln_tile_part(row->left, column(row, c), part))[row->i];
}

static const double *right_doubles(const struct row *row, size_t c, size_t part) {
    return (const double *)mln_tile_part(row->right, column(row, c), part) + row->from;
}

/* Words of a date that are no date, and of a text that is missing, equal nothing. */
static bool is_value(const struct row *row, size_t c, uint32_t word) {
    return column(row, c)->type == MLN_FIELD_DATE ? word > MLN_DIGITS_INCOMPLETE
                                                  : word != MLN_STRSET_MISSING;
}

/* ── presence ── */

/* level[j] = missing where the field of a presence column is, else present. */
static void fill(const struct row *row, size_t c, uint8_t present, uint8_t missing) {
    const struct mln_tile_column *col = column(row, c);
    const struct mln_kernels *k = row->work->kernels;
    const enum mln_field_type type = col->type;
    if (type == MLN_FIELD_NUMBER || type == MLN_FIELD_GEO) {
        const bool gone = isnan(left_double(row, c, 0));
        k->fill_number(row->level, right_doubles(row, c, 0), row->n, gone ? missing : present,
                       missing);
        return;
    }
    const size_t part = type == MLN_FIELD_LIST ? 1 : 0; /* of a list: how many elements */
    const uint32_t none = type == MLN_FIELD_TEXT ? MLN_STRSET_MISSING : 0;
    const uint32_t *left = mln_tile_part(row->left, col, part);
    const uint32_t *right = mln_tile_part(row->right, col, part);
    const bool gone = left[row->i] == none;
    k->fill_word(row->level, right + row->from, row->n, none, gone ? missing : present, missing);
}

static void step_null(const struct row *row, const struct mln_step *step) {
    uint8_t missing[MLN_TILE_CAP];
    const struct row there = {row->work, row->left, row->right, row->i, row->from, row->n, missing};
    fill(&there, step->columns[0], UINT8_MAX, step->level);
    for (size_t j = 0; j < row->n; j++) {
        row->level[j] = missing[j] < row->level[j] ? missing[j] : row->level[j];
    }
}

/* ── cheap steps ── */

static void step_two_fields(const struct row *row, const struct mln_step *step) {
    const struct mln_kernels *k = row->work->kernels;
    const size_t a = step->columns[0], b = step->columns[1];
    const bool swapped = step->kind == MLN_STEP_SWAPPED;
    if (column(row, a)->kind == MLN_COLUMN_NUMBER) {
        const double *x = right_doubles(row, a, 0), *y = right_doubles(row, b, 0);
        const double qx = left_double(row, a, 0), qy = left_double(row, b, 0);
        for (size_t j = 0; j < row->n; j++) {
            const bool first = x[j] == qy, second = y[j] == qx;
            if ((swapped ? first && second : first || second) && step->level < row->level[j]) {
                row->level[j] = step->level;
            }
        }
        return;
    }
    const uint32_t qa = left_word(row, a), qb = left_word(row, b);
    const bool has_a = is_value(row, a, qa), has_b = is_value(row, b, qb);
    const uint32_t nothing = UINT32_MAX - 1; /* neither an id, digits, nor missing */
    if (swapped && has_a && has_b) {
        k->swapped(row->level, right_words(row, a), right_words(row, b), row->n, qa, qb,
                   step->level);
    } else if (!swapped) {
        k->other(row->level, right_words(row, a), right_words(row, b), row->n, has_a ? qa : nothing,
                 has_b ? qb : nothing, step->level);
    }
}

static struct mln_interval left_interval(const struct row *row, size_t c) {
    const int32_t *low = mln_tile_part(row->left, column(row, c), 0);
    const int32_t *high = mln_tile_part(row->left, column(row, c), 1);
    return (struct mln_interval){low[row->i], high[row->i]};
}

static const int32_t *right_bounds(const struct row *row, size_t c, size_t part) {
    return (const int32_t *)mln_tile_part(row->right, column(row, c), part) + row->from;
}

static void step_date(const struct row *row, const struct mln_step *step) {
    const struct mln_kernels *k = row->work->kernels;
    const size_t a = step->columns[0], b = step->columns[1];
    if (step->kind == MLN_STEP_GAP) {
        const struct mln_interval query = left_interval(row, a);
        if (query.low <= query.high && step->at >= 0) {
            const int32_t at = step->at > 1 << 28 ? 1 << 28 : (int32_t)step->at;
            k->gap(row->level, right_bounds(row, a, 0), right_bounds(row, a, 1), row->n, query, at,
                   step->level);
        }
        return;
    }
    const uint32_t digits = left_word(row, a);
    if (step->kind == MLN_STEP_COMPATIBLE && digits != MLN_DIGITS_MISSING) {
        k->compatible(row->level, right_bounds(row, b, 0), right_bounds(row, b, 1),
                      right_words(row, a), row->n, left_interval(row, b), digits, step->level);
    } else if (digits > MLN_DIGITS_INCOMPLETE && step->kind == MLN_STEP_DAY_MONTH) {
        k->equal(row->level, right_words(row, a), row->n, mln_digits_swapped(digits), step->level);
    } else if (digits > MLN_DIGITS_INCOMPLETE && step->at >= 0) {
        const uint32_t at = step->at > 8 ? 8 : (uint32_t)step->at;
        k->digits(row->level, right_words(row, a), row->n, digits, at, step->level);
    }
}

static void step_real(const struct row *row, const struct mln_step *step) {
    const struct mln_kernels *k = row->work->kernels;
    const size_t a = step->columns[0];
    if (!(step->at >= 0)) {
        return;
    }
    if (step->kind == MLN_STEP_CHORD) {
        const double *const place[3] = {right_doubles(row, a, 0), right_doubles(row, a, 1),
                                        right_doubles(row, a, 2)};
        const double query[3] = {left_double(row, a, 0), left_double(row, a, 1),
                                 left_double(row, a, 2)};
        k->chord(row->level, place, row->n, query, step->at, step->level);
        return;
    }
    (step->kind == MLN_STEP_NUMBER ? k->number : k->percent)(row->level, right_doubles(row, a, 0),
                                                             row->n, left_double(row, a, 0),
                                                             step->at, step->level);
}

static void step_equal(const struct row *row, const struct mln_step *step) {
    const uint32_t query = left_word(row, step->columns[0]);
    if (is_value(row, step->columns[0], query)) {
        row->work->kernels->equal(row->level, right_words(row, step->columns[0]), row->n, query,
                                  step->level);
    }
}

/* ── texts ── */

static struct mln_text_card left_card(const struct row *row, const struct mln_tile_column *c) {
    struct mln_text_card card = {
        .seen = ((const uint64_t *)mln_tile_part(row->left, c, 0))[row->i],
        .prefix = ((const uint32_t *)mln_tile_part(row->left, c, 1))[row->i],
        .length = ((const uint8_t *)mln_tile_part(row->left, c, 2))[row->i],
        .more = ((const uint8_t *)mln_tile_part(row->left, c, 3))[row->i]};
    memcpy(card.symbols, (const uint8_t *)mln_tile_part(row->left, c, 4) + row->i * MLN_FEW,
           MLN_FEW);
    return card;
}

static size_t near_texts(const struct row *row, const struct mln_step *step,
                         const struct mln_text_card *card) {
    const struct mln_tile_column *letters = column(row, step->columns[1]);
    uint32_t *index = row->work->index;
    if (step->no_bound || mln_text_is_odd(card)) {
        for (size_t j = 0; j < row->n; j++) {
            index[j] = (uint32_t)j;
        }
        return row->n;
    }
    const struct mln_letters right = {
        (const uint64_t *)mln_tile_part(row->right, letters, 0) + row->from,
        (const uint32_t *)mln_tile_part(row->right, letters, 1) + row->from,
        (const uint8_t *)mln_tile_part(row->right, letters, 2) + row->from,
        (const uint8_t *)mln_tile_part(row->right, letters, 3) + row->from};
    const struct mln_kernels *k = row->work->kernels;
    switch (step->thresholds[0].kind) {
    case MLN_LEVEL_JARO:
    case MLN_LEVEL_JARO_WINKLER: return k->near_jaro(index, &right, row->n, card, step->need);
    case MLN_LEVEL_INDEL:
        return k->near_edit(index, &right, row->n, card, MLN_BOUND_INDEL, (int32_t)step->cutoff);
    case MLN_LEVEL_CONTAINS:
        return k->near_edit(index, &right, row->n, card, MLN_BOUND_PART, (int32_t)step->cutoff);
    default:
        return k->near_edit(index, &right, row->n, card, MLN_BOUND_EDIT, (int32_t)step->cutoff);
    }
}

/* Of the near candidates, those that have a value and no better level yet; equal ids among them. */
static size_t undecided(const struct row *row, const struct mln_step *step, size_t n) {
    const uint32_t *ids = right_words(row, step->columns[0]);
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

static void give(const struct row *row, const struct mln_step *step, uint32_t j, double value,
                 bool distance) {
    for (size_t t = 0; t < step->n_thresholds; t++) {
        const struct mln_threshold *threshold = &step->thresholds[t];
        if (distance ? value <= threshold->at : value >= threshold->at) {
            row->level[j] = threshold->level < row->level[j] ? threshold->level : row->level[j];
            return;
        }
    }
}

static struct mln_query *query(const struct row *row, const struct mln_step *step, uint32_t id) {
    struct mln_query *q = &row->work->queries[step->query];
    const struct mln_strset *set = &row->work->ladder->records->fields[step->field].set;
    if (q->set != set || q->id != id || q->missing) {
        mln_query_id(q, set, id);
    }
    return q;
}

static enum mln_status jaro_texts(const struct row *row, const struct mln_step *step,
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

static enum mln_status edit_texts(const struct row *row, const struct mln_step *step,
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
static size_t few_texts(const struct row *row, const struct mln_step *step,
                        const struct mln_text_card *card, size_t n) {
    struct mln_row_work *w = row->work;
    const struct mln_tile_column *letters = column(row, step->columns[1]);
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

static void contained_texts(const struct row *row, const struct mln_step *step, uint32_t id,
                            size_t n) {
    const struct mln_strset *set = &row->work->ladder->records->fields[step->field].set;
    for (size_t k = 0; k < n; k++) {
        if (contains(set, id, row->work->ids[k], step->cutoff)) {
            row->level[row->work->index[k]] = step->level;
        }
    }
}

static enum mln_status step_text(const struct row *row, const struct mln_step *step,
                                 struct mln_err *err) {
    struct mln_row_work *w = row->work;
    const uint32_t id = left_word(row, step->columns[0]);
    if (id == MLN_STRSET_MISSING) {
        return MLN_OK;
    }
    const struct mln_text_card card = left_card(row, column(row, step->columns[1]));
    size_t n = undecided(row, step, near_texts(row, step, &card));
    const enum mln_level_kind kind = step->thresholds[0].kind;
    if (kind == MLN_LEVEL_CONTAINS) {
        contained_texts(row, step, id, n);
        return MLN_OK;
    }
    n = n < LANES_FROM || w->path == MLN_PATH_PORTABLE ? few_texts(row, step, &card, n) : n;
    if (n == 0) {
        return MLN_OK;
    }
    const struct mln_strset *set = &w->ladder->records->fields[step->field].set;
    MLN_TRY(mln_candidates_set(&w->candidates, set, w->ids, n,
                               n < LANES_FROM ? MLN_PATH_PORTABLE : w->path, err));
    struct mln_query *q = query(row, step, id);
    return kind == MLN_LEVEL_JARO || kind == MLN_LEVEL_JARO_WINKLER
               ? jaro_texts(row, step, q, n, err)
               : edit_texts(row, step, q, n, err);
}

/* ── sets ── */

bool mln_set_reaches(enum mln_level_kind kind, double at, const struct mln_qgram_counts *counts) {
    switch (kind) {
    case MLN_LEVEL_EXACT:
        return counts->distinct_a == counts->distinct_b &&
               counts->distinct_shared == counts->distinct_a;
    case MLN_LEVEL_JACCARD: return mln_qgram_jaccard(counts) >= at;
    case MLN_LEVEL_DICE: return mln_qgram_dice(counts) >= at;
    case MLN_LEVEL_COSINE: return mln_qgram_cosine(counts) >= at;
    default: return (double)counts->distinct_shared >= at; /* WORDS, OVERLAP */
    }
}

struct marks {
    uint64_t mark;
    uint32_t n, owner;
};

/* Whether the marks leave one of the thresholds possible: what one side's marks lack is not shared.
 */
static bool sets_near(const struct mln_step *step, const struct marks *a, const struct marks *b) {
    const uint32_t most_a = a->n - (uint32_t)__builtin_popcountll(a->mark & ~b->mark);
    const uint32_t most_b = b->n - (uint32_t)__builtin_popcountll(b->mark & ~a->mark);
    const uint64_t shared = most_a < most_b ? most_a : most_b;
    const struct mln_qgram_counts best = {.total_a = a->n,
                                          .total_b = b->n,
                                          .distinct_a = a->n,
                                          .distinct_b = b->n,
                                          .distinct_shared = shared};
    for (size_t t = 0; t < step->n_thresholds; t++) {
        const struct mln_threshold *threshold = &step->thresholds[t];
        if (!(threshold->at > 0) && threshold->kind != MLN_LEVEL_EXACT) {
            return true;
        }
        if (threshold->kind == MLN_LEVEL_COSINE
                ? shared > 0
                : mln_set_reaches(threshold->kind, threshold->at, &best)) {
            return true;
        }
    }
    return false;
}

static void count_set(const struct mln_sets *sets, uint32_t a, uint32_t b,
                      struct mln_qgram_counts *out) {
    uint64_t i = sets->start[a], j = sets->start[b], shared = 0;
    const uint64_t end_a = sets->start[a + 1], end_b = sets->start[b + 1];
    while (i < end_a && j < end_b) {
        const uint32_t x = sets->item[i], y = sets->item[j];
        shared += x == y;
        i += x <= y;
        j += y <= x;
    }
    const uint64_t n_a = sets->distinct[a], n_b = sets->distinct[b];
    *out = (struct mln_qgram_counts){.total_a = n_a,
                                     .total_b = n_b,
                                     .distinct_a = n_a,
                                     .distinct_b = n_b,
                                     .distinct_shared = shared,
                                     .shared = shared,
                                     .product = shared,
                                     .square_a = n_a,
                                     .square_b = n_b,
                                     .equal = shared == n_a && shared == n_b};
}

static void one_set(const struct row *row, const struct mln_step *step, const struct mln_sets *sets,
                    uint32_t a, uint32_t b, size_t j) {
    struct mln_qgram_counts counts;
    if (step->q > 0) {
        const struct mln_qgrams grams = {.start = sets->start, .gram = sets->item};
        mln_qgrams_compare(&grams, a, b, &counts);
    } else {
        count_set(sets, a, b, &counts);
    }
    for (size_t t = 0; t < step->n_thresholds; t++) {
        const struct mln_threshold *threshold = &step->thresholds[t];
        if (threshold->level < row->level[j] &&
            mln_set_reaches(threshold->kind, threshold->at, &counts)) {
            row->level[j] = threshold->level;
        }
    }
}

static void step_set(const struct row *row, const struct mln_step *step) {
    const struct mln_tile_column *c = column(row, step->columns[0]);
    const uint32_t *owner = mln_tile_part(row->right, c, 0), *n = mln_tile_part(row->right, c, 1);
    const uint64_t *mark = mln_tile_part(row->right, c, 2);
    const uint32_t *left_owner = mln_tile_part(row->left, c, 0);
    const uint32_t *left_n = mln_tile_part(row->left, c, 1);
    const uint64_t *left_mark = mln_tile_part(row->left, c, 2);
    const struct marks a = {left_mark[row->i], left_n[row->i], left_owner[row->i]};
    const bool list = c->type == MLN_FIELD_LIST;
    if (list ? a.n == 0 : a.owner == c->sets.n) {
        return;
    }
    for (size_t k = 0; k < row->n; k++) {
        const size_t j = row->from + k;
        const struct marks b = {mark[j], n[j], owner[j]};
        if (row->level[k] <= step->level || (list ? b.n == 0 : b.owner == c->sets.n)) {
            continue;
        }
        if ((!list && a.owner == b.owner) || sets_near(step, &a, &b)) {
            one_set(row, step, &c->sets, a.owner, b.owner, k);
        }
    }
}

static enum mln_status take_step(const struct row *row, const struct mln_step *step,
                                 struct mln_err *err) {
    switch (step->kind) {
    case MLN_STEP_NULL: step_null(row, step); break;
    case MLN_STEP_EQUAL: step_equal(row, step); break;
    case MLN_STEP_SWAPPED:
    case MLN_STEP_OTHER: step_two_fields(row, step); break;
    case MLN_STEP_DAY_MONTH:
    case MLN_STEP_GAP:
    case MLN_STEP_COMPATIBLE:
    case MLN_STEP_DIGITS: step_date(row, step); break;
    case MLN_STEP_NUMBER:
    case MLN_STEP_PERCENT:
    case MLN_STEP_CHORD: step_real(row, step); break;
    case MLN_STEP_TEXT: return step_text(row, step, err);
    case MLN_STEP_SET: step_set(row, step); break;
    }
    return MLN_OK;
}

static void only_equal(const struct row *row, const struct mln_compiled *c, uint32_t *pattern) {
    const uint32_t word = left_word(row, c->presence);
    const bool text = column(row, c->presence)->type == MLN_FIELD_TEXT;
    const uint32_t none = text ? MLN_STRSET_MISSING : MLN_DIGITS_MISSING;
    uint32_t values[3] = {2 * c->stride, 0, c->stride}; /* missing, equal, other */
    if (word == none) {
        values[1] = values[2] = values[0];
    } else if (!is_value(row, c->presence, word)) {
        values[1] = values[2]; /* an incomplete date equals none */
    }
    row->work->kernels->add_equal(pattern, right_words(row, c->presence), row->n, none, word,
                                  values);
}

/* ── one candidate ── */

static uint32_t right_word(const struct row *row, size_t c) {
    return right_words(row, c)[0];
}

static bool pair_words(const struct row *row, const struct mln_step *step) {
    const size_t a = step->columns[0], b = step->columns[1];
    const uint32_t left_a = left_word(row, a), left_b = left_word(row, b);
    const uint32_t right_a = right_word(row, a), right_b = right_word(row, b);
    const bool first = left_a == right_b && is_value(row, a, left_a);
    const bool second = left_b == right_a && is_value(row, b, left_b);
    return step->kind == MLN_STEP_SWAPPED ? first && second : first || second;
}

static bool pair_gap(const struct row *row, const struct mln_step *step) {
    const size_t a = step->columns[0];
    const struct mln_interval x = left_interval(row, a);
    const struct mln_interval y = {right_bounds(row, a, 0)[0], right_bounds(row, a, 1)[0]};
    return x.low <= x.high && y.low <= y.high && (double)y.low - x.high <= step->at &&
           (double)x.low - y.high <= step->at;
}

static bool pair_compatible(const struct row *row, const struct mln_step *step) {
    const uint32_t x = left_word(row, step->columns[0]), y = right_word(row, step->columns[0]);
    if (x != MLN_DIGITS_INCOMPLETE && y != MLN_DIGITS_INCOMPLETE) {
        return false;
    }
    const struct mln_interval left = left_interval(row, step->columns[1]);
    return left.low <= right_bounds(row, step->columns[1], 1)[0] &&
           right_bounds(row, step->columns[1], 0)[0] <= left.high;
}

/* One edit changes at most two of the digits in place. */
static bool pair_far_digits(const struct row *row, const struct mln_step *step) {
    const uint32_t x = left_word(row, step->columns[0]) ^ right_word(row, step->columns[0]);
    return step->at < 2 && __builtin_popcount((x | x >> 1 | x >> 2 | x >> 3) & 0x11111111U) > 2;
}

/* Steps that a single pair takes faster without the loop over candidates; the others go through it.
 */
static enum mln_status pair_step(const struct row *row, const struct mln_step *step,
                                 struct mln_err *err) {
    const size_t a = step->columns[0];
    bool holds = false;
    switch (step->kind) {
    case MLN_STEP_EQUAL:
        holds = left_word(row, a) == right_word(row, a) && is_value(row, a, left_word(row, a));
        break;
    case MLN_STEP_DAY_MONTH: {
        const uint32_t digits = left_word(row, a);
        holds = digits > MLN_DIGITS_INCOMPLETE && mln_digits_swapped(digits) == right_word(row, a);
        break;
    }
    case MLN_STEP_GAP: holds = step->at >= 0 && pair_gap(row, step); break;
    case MLN_STEP_COMPATIBLE: holds = pair_compatible(row, step); break;
    case MLN_STEP_DIGITS:
        if (left_word(row, a) <= MLN_DIGITS_INCOMPLETE ||
            right_word(row, a) <= MLN_DIGITS_INCOMPLETE || pair_far_digits(row, step)) {
            break;
        }
        return take_step(row, step, err);
    case MLN_STEP_SWAPPED:
    case MLN_STEP_OTHER:
        if (column(row, a)->kind == MLN_COLUMN_NUMBER) {
            return take_step(row, step, err);
        }
        holds = pair_words(row, step);
        break;
    default: return take_step(row, step, err);
    }
    row->level[0] = holds ? step->level : row->level[0];
    return MLN_OK;
}

static bool pair_missing(const struct row *row, size_t c) {
    const struct mln_tile_column *col = column(row, c);
    const enum mln_field_type type = col->type;
    if (type == MLN_FIELD_NUMBER || type == MLN_FIELD_GEO) {
        return isnan(left_double(row, c, 0)) || isnan(right_doubles(row, c, 0)[0]);
    }
    const size_t part = type == MLN_FIELD_LIST ? 1 : 0;
    const uint32_t none = type == MLN_FIELD_TEXT ? MLN_STRSET_MISSING : 0;
    return ((const uint32_t *)mln_tile_part(row->left, col, part))[row->i] == none ||
           ((const uint32_t *)mln_tile_part(row->right, col, part))[row->from] == none;
}

static enum mln_status pair_pattern(const struct row *row, uint32_t known, uint32_t *pattern,
                                    struct mln_err *err) {
    const struct mln_ladder *ladder = row->work->ladder;
    *pattern = 0;
    for (size_t c = 0; c < ladder->n; c++) {
        const struct mln_compiled *compiled = &ladder->comparisons[c];
        if ((known >> c & 1) != 0) {
            continue;
        }
        const bool missing = pair_missing(row, compiled->presence);
        row->level[0] = (uint8_t)(compiled->n_levels - !missing);
        for (size_t s = 0; s < compiled->n_steps; s++) {
            if (compiled->steps[s].level < row->level[0]) {
                MLN_TRY(pair_step(row, &compiled->steps[s], err));
            }
        }
        *pattern += row->level[0] * compiled->stride;
    }
    return MLN_OK;
}

/* ── a row ── */

enum mln_status mln_row_patterns(struct mln_row_work *work, const struct mln_tile *left, size_t i,
                                 const struct mln_tile *right, size_t from, size_t n,
                                 uint32_t known, uint32_t *pattern, struct mln_err *err) {
    const struct mln_ladder *ladder = work->ladder;
    const struct row row = {work, left, right, i, from, n, work->level};
    if (n == 1) {
        return pair_pattern(&row, known, pattern, err);
    }
    memset(pattern, 0, ((n + 31) & ~(size_t)31) * sizeof *pattern);
    for (size_t c = 0; c < ladder->n; c++) {
        const struct mln_compiled *compiled = &ladder->comparisons[c];
        if ((known >> c & 1) != 0) {
            continue; /* level 0 adds nothing */
        }
        if (compiled->only_equal) {
            only_equal(&row, compiled, pattern);
            continue;
        }
        fill(&row, compiled->presence, (uint8_t)(compiled->n_levels - 1), compiled->n_levels);
        for (size_t s = 0; s < compiled->n_steps; s++) {
            MLN_TRY(take_step(&row, &compiled->steps[s], err));
        }
        work->kernels->add(pattern, work->level, n, compiled->stride);
    }
    return MLN_OK;
}
