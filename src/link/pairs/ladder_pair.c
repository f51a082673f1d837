/* The pattern of one pair, level by level in the order of the ladder, each value taken from the
 * records and compared by its definition: what explain shows and what the fast way is tested
 * against. */
#include <math.h>
#include <stdlib.h>

#include "link/pairs/late.h"
#include "link/pairs/text.h"

struct mln_ladder_work {
    struct mln_compare_work compare;
    struct mln_late late; /* pairs whose conditions are still open; empty between calls */
    struct {
        uint32_t *p;
        size_t cap;
    } side[4];
};

enum mln_status mln_ladder_work_new(const struct mln_ladder *ladder, struct mln_ladder_work **out,
                                    struct mln_err *err) {
    (void)ladder;
    *out = calloc(1, sizeof **out);
    return *out == NULL ? mln_err_nomem(err, "the comparison of a pair") : MLN_OK;
}

void mln_ladder_work_free(struct mln_ladder_work *work) {
    if (work == NULL) {
        return;
    }
    mln_compare_work_release(&work->compare);
    mln_late_release(&work->late);
    for (size_t i = 0; i < 4; i++) {
        free(work->side[i].p);
    }
    free(work);
}

/* Two records under one level. */
struct pair {
    const struct mln_ladder *ladder;
    struct mln_ladder_work *work;
    uint32_t a, b;
    struct mln_err *err;
};

static const struct mln_field_column *field_of(const struct pair *p, size_t field) {
    return &p->ladder->records->fields[field];
}

static bool is_missing(const struct mln_field_column *f, uint32_t row) {
    switch (f->type) {
    case MLN_FIELD_TEXT: return f->ids[row] == MLN_STRSET_MISSING;
    case MLN_FIELD_DATE: return f->first[row] == MLN_DAY_NONE;
    case MLN_FIELD_NUMBER: return isnan(f->number[row]);
    case MLN_FIELD_LIST: return f->start[row] == f->start[row + 1];
    case MLN_FIELD_GEO: return isnan(f->latitude[row]) || isnan(f->longitude[row]);
    }
    return true;
}

/* The code points of a text of a record, in buffer `side`. */
static enum mln_status points(const struct pair *p, size_t field, uint32_t row, size_t side,
                              struct mln_points *out) {
    const struct mln_field_column *f = field_of(p, field);
    const struct mln_sequence value = mln_strset_view(&f->set, f->ids[row]);
    if (p->work->side[side].cap <= value.length) {
        free(p->work->side[side].p);
        p->work->side[side].cap = (size_t)value.length + 64;
        p->work->side[side].p = malloc(p->work->side[side].cap * sizeof(uint32_t));
        if (p->work->side[side].p == NULL) {
            p->work->side[side].cap = 0;
            return mln_err_nomem(p->err, "the comparison of a pair");
        }
    }
    for (uint32_t i = 0; i < value.length; i++) {
        p->work->side[side].p[i] = mln_sequence_point(&f->set, value, i);
    }
    *out = (struct mln_points){p->work->side[side].p, value.length};
    return MLN_OK;
}

static bool same_points(struct mln_points a, struct mln_points b) {
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n * sizeof *a.p) == 0);
}

/* Whether the shorter, of at least `at` code points, is a part of the longer. */
static bool contain(struct mln_points a, struct mln_points b, size_t at) {
    const struct mln_points part = a.n <= b.n ? a : b, all = a.n <= b.n ? b : a;
    for (size_t from = 0; part.n >= at && from + part.n <= all.n; from++) {
        if (part.n == 0 || memcmp(all.p + from, part.p, part.n * sizeof *part.p) == 0) {
            return true;
        }
    }
    return false;
}

/* Words of `b` counted once each when `a` has them. */
static bool word_at(struct mln_points text, size_t *at, struct mln_points *word) {
    while (*at < text.n && text.p[*at] == ' ') {
        (*at)++;
    }
    const size_t from = *at;
    while (*at < text.n && text.p[*at] != ' ') {
        (*at)++;
    }
    *word = (struct mln_points){text.p + from, *at - from};
    return word->n > 0;
}

static bool has_word(struct mln_points text, size_t end, struct mln_points wanted) {
    const struct mln_points before = {text.p, end};
    struct mln_points word;
    for (size_t at = 0; word_at(before, &at, &word);) {
        if (same_points(word, wanted)) {
            return true;
        }
    }
    return false;
}

static size_t common_words(struct mln_points a, struct mln_points b) {
    size_t n = 0;
    struct mln_points word;
    for (size_t at = 0; word_at(b, &at, &word);) {
        const size_t start = (size_t)(word.p - b.p);
        n += has_word(a, a.n, word) && !has_word(b, start, word);
    }
    return n;
}

static enum mln_status text_distance(const struct pair *p, const struct mln_level *level,
                                     struct mln_points a, struct mln_points b, bool *holds) {
    uint32_t d = 0;
    struct mln_compare_work *work = &p->work->compare;
    switch (level->kind) {
    case MLN_LEVEL_OSA: MLN_TRY(mln_osa(a, b, MLN_NO_CUTOFF, work, &d, p->err)); break;
    case MLN_LEVEL_DAMERAU: MLN_TRY(mln_damerau(a, b, MLN_NO_CUTOFF, work, &d, p->err)); break;
    case MLN_LEVEL_INDEL: MLN_TRY(mln_indel(a, b, MLN_NO_CUTOFF, work, &d, p->err)); break;
    default: MLN_TRY(mln_levenshtein(a, b, MLN_NO_CUTOFF, work, &d, p->err)); break;
    }
    *holds = d <= level->at;
    return MLN_OK;
}

static enum mln_status text_holds(const struct pair *p, const struct mln_level *level,
                                  bool *holds) {
    struct mln_points a, b;
    MLN_TRY(points(p, level->field, p->a, 0, &a));
    MLN_TRY(points(p, level->field, p->b, 1, &b));
    const size_t at = level->at > 0 ? (size_t)level->at : 0;
    struct mln_jaro_winkler options = {0};
    struct mln_qgram_counts counts;
    double similarity;
    switch (level->kind) {
    case MLN_LEVEL_EXACT: *holds = same_points(a, b); return MLN_OK;
    case MLN_LEVEL_PREFIX:
        *holds = a.n >= at && b.n >= at &&
                 same_points((struct mln_points){a.p, at}, (struct mln_points){b.p, at});
        return MLN_OK;
    case MLN_LEVEL_CONTAINS: *holds = contain(a, b, at); return MLN_OK;
    case MLN_LEVEL_WORDS: *holds = (double)common_words(a, b) >= level->at; return MLN_OK;
    case MLN_LEVEL_JARO_WINKLER: options.prefix_weight = level->prefix_weight; /* fall through */
    case MLN_LEVEL_JARO:
        MLN_TRY(mln_jaro_winkler(a, b, &options, &p->work->compare, &similarity, p->err));
        *holds = similarity >= level->at;
        return MLN_OK;
    case MLN_LEVEL_JACCARD:
    case MLN_LEVEL_DICE:
    case MLN_LEVEL_COSINE:
        MLN_TRY(mln_qgram_pair(a, b, level->q, &p->work->compare, &counts, p->err));
        *holds = mln_set_reaches(level->kind, level->at, &counts);
        return MLN_OK;
    default: return text_distance(p, level, a, b, holds);
    }
}

static bool list_holds(const struct mln_field_column *f, const struct mln_level *level, uint32_t a,
                       uint32_t b) {
    uint64_t shared = 0;
    for (uint64_t i = f->start[a]; i < f->start[a + 1]; i++) {
        for (uint64_t j = f->start[b]; j < f->start[b + 1]; j++) {
            shared += f->item[i] == f->item[j];
        }
    }
    const uint64_t n_a = f->start[a + 1] - f->start[a], n_b = f->start[b + 1] - f->start[b];
    const struct mln_qgram_counts counts = {.distinct_a = n_a,
                                            .distinct_b = n_b,
                                            .distinct_shared = shared,
                                            .shared = shared,
                                            .product = shared,
                                            .square_a = n_a,
                                            .square_b = n_b,
                                            .total_a = n_a,
                                            .total_b = n_b};
    return mln_set_reaches(level->kind, level->at, &counts);
}

static int32_t gap(struct mln_span a, struct mln_span b) {
    return a.low > b.high ? a.low - b.high : b.low > a.high ? b.low - a.high : 0;
}

static enum mln_status digits_hold(const struct pair *p, double at, uint32_t a, uint32_t b,
                                   bool *holds) {
    uint32_t text[2][8], d;
    for (unsigned i = 0; i < 8; i++) {
        text[0][i] = a >> 4 * i & 15;
        text[1][i] = b >> 4 * i & 15;
    }
    MLN_TRY(mln_osa((struct mln_points){text[0], 8}, (struct mln_points){text[1], 8}, MLN_NO_CUTOFF,
                    &p->work->compare, &d, p->err));
    *holds = d <= at;
    return MLN_OK;
}

static enum mln_status date_holds(const struct pair *p, const struct mln_level *level,
                                  bool *holds) {
    const struct mln_field_column *f = field_of(p, level->field);
    const int32_t *first = f->first, *last = f->last;
    const uint32_t a = mln_date_digits(first[p->a], last[p->a]);
    const uint32_t b = mln_date_digits(first[p->b], last[p->b]);
    const bool complete = a > MLN_DIGITS_INCOMPLETE && b > MLN_DIGITS_INCOMPLETE;
    const enum mln_unit unit = level->kind == MLN_LEVEL_MONTHS  ? MLN_UNIT_MONTH
                               : level->kind == MLN_LEVEL_YEARS ? MLN_UNIT_YEAR
                                                                : MLN_UNIT_DAY;
    const int32_t apart = gap(mln_date_interval(first[p->a], last[p->a], unit),
                              mln_date_interval(first[p->b], last[p->b], unit));
    switch (level->kind) {
    case MLN_LEVEL_EXACT: *holds = complete && a == b; break;
    case MLN_LEVEL_DAY_MONTH: *holds = complete && mln_digits_swapped(a) == b; break;
    case MLN_LEVEL_DATE_DIGITS:
        *holds = false;
        return complete ? digits_hold(p, level->at, a, b, holds) : MLN_OK;
    case MLN_LEVEL_COMPATIBLE:
        *holds = apart == 0 && (a == MLN_DIGITS_INCOMPLETE || b == MLN_DIGITS_INCOMPLETE);
        break;
    default: *holds = apart <= level->at; break;
    }
    return MLN_OK;
}

static bool number_holds(const struct mln_level *level, double a, double b) {
    const double apart = fabs(a - b), larger = fabs(a) > fabs(b) ? fabs(a) : fabs(b);
    return level->kind == MLN_LEVEL_EXACT    ? a == b
           : level->kind == MLN_LEVEL_NUMBER ? apart <= level->at
                                             : apart <= level->at / 100 * larger;
}

static bool geo_holds(const struct mln_field_column *f, const struct mln_level *level, uint32_t a,
                      uint32_t b) {
    double x[3], y[3];
    mln_geo_point(f->latitude[a], f->longitude[a], x);
    mln_geo_point(f->latitude[b], f->longitude[b], y);
    const double dx = x[0] - y[0], dy = x[1] - y[1], dz = x[2] - y[2];
    const double at = level->kind == MLN_LEVEL_EXACT ? 0 : mln_geo_chord2(level->at);
    return at >= 0 && dx * dx + dy * dy + dz * dz <= at;
}

/* Whether `field` of row a has the value of `other` in row b. */
static enum mln_status crosses(const struct pair *p, size_t field, uint32_t a, size_t other,
                               uint32_t b, bool *holds) {
    const struct mln_field_column *x = field_of(p, field), *y = field_of(p, other);
    *holds = false;
    if (is_missing(x, a) || is_missing(y, b)) {
        return MLN_OK;
    }
    if (x->type == MLN_FIELD_TEXT) {
        struct mln_points s, t;
        MLN_TRY(points(p, field, a, 2, &s));
        MLN_TRY(points(p, other, b, 3, &t));
        *holds = same_points(s, t);
    } else if (x->type == MLN_FIELD_DATE) {
        const uint32_t d = mln_date_digits(x->first[a], x->last[a]);
        *holds = d > MLN_DIGITS_INCOMPLETE && d == mln_date_digits(y->first[b], y->last[b]);
    } else {
        *holds = x->number[a] == y->number[b];
    }
    return MLN_OK;
}

static enum mln_status two_fields_hold(const struct pair *p, const struct mln_level *level,
                                       bool *holds) {
    bool first, second;
    MLN_TRY(crosses(p, level->field, p->a, level->other_field, p->b, &first));
    MLN_TRY(crosses(p, level->field, p->b, level->other_field, p->a, &second));
    *holds = level->kind == MLN_LEVEL_SWAPPED ? first && second : first || second;
    return MLN_OK;
}

static enum mln_status level_holds(const struct pair *p, const struct mln_level *level,
                                   bool *holds) {
    const struct mln_field_column *f = field_of(p, level->field);
    const bool missing = is_missing(f, p->a) || is_missing(f, p->b);
    *holds = level->kind == MLN_LEVEL_NULL && missing;
    if (level->kind == MLN_LEVEL_SWAPPED || level->kind == MLN_LEVEL_OTHER) {
        return two_fields_hold(p, level, holds);
    }
    if (level->kind == MLN_LEVEL_NULL || missing) {
        return MLN_OK;
    }
    switch (f->type) {
    case MLN_FIELD_TEXT: return text_holds(p, level, holds);
    case MLN_FIELD_DATE: return date_holds(p, level, holds);
    case MLN_FIELD_NUMBER: *holds = number_holds(level, f->number[p->a], f->number[p->b]); break;
    case MLN_FIELD_LIST: *holds = list_holds(f, level, p->a, p->b); break;
    case MLN_FIELD_GEO: *holds = geo_holds(f, level, p->a, p->b); break;
    }
    return MLN_OK;
}

/* Without the conditions: those are asked about for many pairs at once. */
static enum mln_status comparison_level(const struct pair *p, const struct mln_comparison *c,
                                        uint32_t *digit) {
    const struct mln_field_column *f = field_of(p, c->field);
    for (size_t l = 0; l + 1 < c->n_levels; l++) {
        bool holds = false;
        if (c->levels[l].kind != MLN_LEVEL_SQL) {
            MLN_TRY(level_holds(p, &c->levels[l], &holds));
        }
        if (holds) {
            *digit = (uint32_t)l;
            return MLN_OK;
        }
    }
    const bool missing = is_missing(f, p->a) || is_missing(f, p->b);
    *digit = (uint32_t)(missing ? c->n_levels : c->n_levels - 1);
    return MLN_OK;
}

static enum mln_status pair_pattern(const struct pair *p, uint32_t *pattern) {
    *pattern = 0;
    for (size_t c = 0; c < p->ladder->n; c++) {
        uint32_t digit;
        MLN_TRY(comparison_level(p, &p->ladder->model->comparisons[c], &digit));
        *pattern += digit * p->ladder->comparisons[c].stride;
    }
    return MLN_OK;
}

static enum mln_status settle_conditions(struct mln_ladder_work *work, const uint32_t *left,
                                         const uint32_t *right, size_t n, uint32_t *pattern,
                                         struct mln_err *err) {
    struct mln_late *late = &work->late;
    for (size_t i = 0; i < n; i++) {
        const struct mln_pair_row one = {left[i], &right[i], &pattern[i], 1, 0};
        MLN_TRY(mln_late_add(late, &one, err));
    }
    MLN_TRY(mln_late_settle(late, err));
    memcpy(pattern, late->pattern, n * sizeof *pattern);
    late->n = late->n_rows = 0;
    return MLN_OK;
}

enum mln_status mln_ladder_pairs(const struct mln_ladder *ladder, struct mln_ladder_work *work,
                                 const uint32_t *left, const uint32_t *right, size_t n,
                                 uint32_t *pattern, struct mln_err *err) {
    MLN_TRY(mln_ladder_ready(ladder, err));
    for (size_t i = 0; i < n; i++) {
        const struct pair p = {ladder, work, left[i], right[i], err};
        MLN_TRY(pair_pattern(&p, &pattern[i]));
    }
    if (ladder->n_conditions == 0) {
        return MLN_OK;
    }
    if (work->late.ladder == NULL) {
        MLN_TRY(mln_late_init(&work->late, ladder, err));
    }
    for (size_t i = 0; i < n; i += MLN_LATE_PAIRS) {
        const size_t m = n - i < MLN_LATE_PAIRS ? n - i : MLN_LATE_PAIRS;
        MLN_TRY(settle_conditions(work, left + i, right + i, m, pattern + i, err));
    }
    return MLN_OK;
}

enum mln_status mln_ladder_pair(const struct mln_ladder *ladder, struct mln_ladder_work *work,
                                uint32_t left, uint32_t right, uint32_t *pattern,
                                struct mln_err *err) {
    return mln_ladder_pairs(ladder, work, &left, &right, 1, pattern, err);
}
