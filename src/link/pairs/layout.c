#include "link/pairs/layout.h"

#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/thread.h"
#include "link/compare/many.h"
#include "link/compare/qgram.h"
#include "link/pairs/text.h"

/* ── texts ── */

static struct mln_text_card card_of(const struct mln_strset *set, uint32_t id) {
    const struct mln_sequence value = mln_strset_view(set, id);
    struct mln_text_card card = {.prefix = UINT32_MAX};
    memset(card.symbols, MLN_SYMBOL_PAD, sizeof card.symbols);
    if (value.symbols == NULL || value.length > MLN_LANE_LENGTH) {
        card.seen = UINT64_MAX;
        card.more = UINT8_MAX;
        return card;
    }
    for (uint32_t i = 0; i < value.length && i < MLN_FEW; i++) {
        card.symbols[i] = value.symbols[i];
    }
    memcpy(&card.prefix, card.symbols, sizeof card.prefix);
    card.seen = set->bag[id].seen;
    card.more = (uint8_t)set->bag[id].more;
    card.length = (uint8_t)value.length;
    return card;
}

struct mln_text_card *mln_text_cards(const struct mln_strset *set) {
    struct mln_text_card *cards = mln_scattered_alloc(((size_t)set->n + 1) * sizeof *cards);
    for (uint32_t id = 0; cards != NULL && id < set->n; id++) {
        cards[id] = card_of(set, id);
    }
    if (cards != NULL) {
        cards[set->n] = (struct mln_text_card){.prefix = UINT32_MAX, .length = UINT8_MAX};
    }
    return cards;
}

/* ── sets ── */

enum mln_status mln_sets_mark(struct mln_sets *sets, struct mln_err *err) {
    sets->mark = calloc((size_t)sets->n + 1, sizeof *sets->mark);
    sets->distinct = calloc((size_t)sets->n + 1, sizeof *sets->distinct);
    if (sets->mark == NULL || sets->distinct == NULL) {
        return mln_err_nomem(err, "the sets of a field");
    }
    for (uint32_t id = 0; id < sets->n; id++) {
        for (uint64_t i = sets->start[id]; i < sets->start[id + 1]; i++) {
            const uint32_t item = sets->item[i];
            sets->mark[id] |= (uint64_t)1 << (item * 0x9E3779B1U >> 26);
            sets->distinct[id] += i == sets->start[id] || item != sets->item[i - 1];
        }
    }
    return MLN_OK;
}

void mln_sets_release(struct mln_sets *sets) {
    if (!sets->borrowed) {
        free(sets->start);
        free(sets->item);
    }
    free(sets->mark);
    free(sets->distinct);
    *sets = (struct mln_sets){0};
}

/* ── dates ── */

uint32_t mln_date_digits(int32_t first, int32_t last) {
    if (first == MLN_DAY_NONE) {
        return MLN_DIGITS_MISSING;
    }
    const struct mln_civil c = mln_civil_from_day(first);
    if (first != last || c.year == 0) {
        return MLN_DIGITS_INCOMPLETE;
    }
    uint32_t digits = 0;
    uint32_t decimal = (uint32_t)(c.year * 10000 + c.month * 100 + c.day);
    for (unsigned i = 0; i < 8; i++, decimal /= 10) {
        digits |= decimal % 10 << 4 * i;
    }
    return digits;
}

struct mln_span mln_date_interval(int32_t first, int32_t last, enum mln_unit unit) {
    if (first == MLN_DAY_NONE) {
        return MLN_SPAN_MISSING;
    }
    if (unit == MLN_UNIT_DAY) {
        return (struct mln_span){first, last};
    }
    const struct mln_civil a = mln_civil_from_day(first);
    const struct mln_civil b = first == last ? a : mln_civil_from_day(last);
    if (unit == MLN_UNIT_YEAR) {
        return (struct mln_span){a.year, b.year};
    }
    return (struct mln_span){a.year * 12 + a.month, b.year * 12 + b.month};
}

/* ── places ── */

static const double pi = 3.14159265358979323846;

void mln_geo_point(double latitude, double longitude, double out[3]) {
    if (isnan(latitude) || isnan(longitude)) {
        out[0] = out[1] = out[2] = NAN;
        return;
    }
    const double lat = latitude * (pi / 180), lon = longitude * (pi / 180);
    out[0] = cos(lat) * cos(lon);
    out[1] = cos(lat) * sin(lon);
    out[2] = sin(lat);
}

double mln_geo_chord2(double km) {
    const double half_angle = km / (2 * MLN_EARTH_RADIUS_KM);
    if (!(half_angle < pi / 2)) {
        return 5; /* the longest chord squared is 4 */
    }
    const double chord = km < 0 ? -1 : 2 * sin(half_angle);
    return km < 0 ? -1 : chord * chord;
}

/* ── columns ── */

static bool same_column(const struct mln_tile_column *a, const struct mln_tile_column *b) {
    return a->kind == b->kind && a->field == b->field && a->parameter == b->parameter &&
           a->other == b->other;
}

size_t mln_layout_want(struct mln_layout *layout, struct mln_tile_column wanted) {
    for (size_t c = 0; c < layout->n_columns; c++) {
        if (same_column(&layout->columns[c], &wanted)) {
            return c;
        }
    }
    if (layout->n_columns == layout->column_cap) {
        const size_t cap = 2 * layout->column_cap + 16;
        struct mln_tile_column *columns = realloc(layout->columns, cap * sizeof *columns);
        if (columns == NULL) {
            return SIZE_MAX;
        }
        layout->columns = columns;
        layout->column_cap = cap;
    }
    wanted.type = layout->records->fields[wanted.field].type;
    layout->columns[layout->n_columns] = wanted;
    return layout->n_columns++;
}

/* Bytes of an item of each array of a column; 0 ends. */
static const uint8_t part_size[][MLN_COLUMN_PARTS] = {
    [MLN_COLUMN_WORD] = {4},
    [MLN_COLUMN_MAP] = {4},
    [MLN_COLUMN_LETTERS] = {8, 4, 1, 1, MLN_FEW},
    [MLN_COLUMN_RANGE] = {4, 4},
    [MLN_COLUMN_NUMBER] = {8},
    [MLN_COLUMN_POINT] = {8, 8, 8},
    [MLN_COLUMN_SET] = {4, 4, 8},
};

/* Words of the row card that a column reads as they are, and those that it shares with WORD. */
static size_t own_words(const struct mln_tile_column *c) {
    return c->kind == MLN_COLUMN_WORD || c->kind == MLN_COLUMN_MAP ? 1
           : c->kind == MLN_COLUMN_RANGE                           ? 2
                                                                   : 0;
}

/* The words come first in a tile, so that a card is copied word by word. */
static void place(struct mln_layout *layout) {
    const size_t line = MLN_TILE_CAP * sizeof(uint32_t);
    layout->n_words = 0;
    for (size_t c = 0; c < layout->n_columns; c++) {
        struct mln_tile_column *column = &layout->columns[c];
        column->word = layout->n_words;
        for (size_t w = 0; w < own_words(column); w++) {
            column->at[w] = (layout->n_words + w) * line;
        }
        layout->n_words += own_words(column);
    }
    size_t bytes = layout->n_words * line;
    for (size_t c = 0; c < layout->n_columns; c++) {
        struct mln_tile_column *column = &layout->columns[c];
        for (size_t p = 0; own_words(column) == 0 && p < MLN_COLUMN_PARTS; p++) {
            column->at[p] = bytes;
            bytes += (size_t)part_size[column->kind][p] * MLN_TILE_CAP;
        }
    }
    layout->tile_bytes = bytes;
    /* Within 64 bytes a stride of a power of two keeps a card inside one line. */
    layout->stride = layout->n_words;
    if (layout->n_words <= 16) {
        for (layout->stride = 1; layout->stride < layout->n_words; layout->stride *= 2) {
        }
    }
}

/* ── what is derived, once a value ── */

static uint32_t *new_map(const struct mln_strset *set) {
    uint32_t *map = malloc(((size_t)set->n + 1) * sizeof *map);
    if (map != NULL) {
        map[set->n] = MLN_STRSET_MISSING;
    }
    return map;
}

/* Numbers across two fields serve the columns of both. */
static struct mln_tile_column *mirror(const struct mln_layout *layout,
                                      const struct mln_tile_column *c) {
    for (size_t i = 0; i < layout->n_columns; i++) {
        struct mln_tile_column *m = &layout->columns[i];
        if (m != c && m->kind == MLN_COLUMN_MAP && m->field == c->other && m->other == c->field) {
            return m;
        }
    }
    return NULL;
}

static enum mln_status derive_map(const struct mln_layout *layout, struct mln_tile_column *c,
                                  struct mln_err *err) {
    const struct mln_strset *set = &layout->records->fields[c->field].set;
    if (c->map != NULL) {
        return MLN_OK; /* with its mirror */
    }
    c->map = new_map(set);
    if (c->map == NULL) {
        return mln_err_nomem(err, "the values of a field");
    }
    if (c->other == SIZE_MAX) {
        return mln_text_prefixes(set, c->parameter, c->map, err);
    }
    const struct mln_strset *other = &layout->records->fields[c->other].set;
    struct mln_tile_column *m = mirror(layout, c);
    uint32_t *of_other = new_map(other);
    if (of_other == NULL) {
        return mln_err_nomem(err, "the values of a field");
    }
    const enum mln_status status = mln_text_joint(set, other, c->map, of_other, err);
    if (m != NULL) {
        m->map = of_other;
    } else {
        free(of_other); /* a field against itself */
    }
    return status;
}

static enum mln_status derive_sets(const struct mln_layout *layout, struct mln_tile_column *c,
                                   struct mln_err *err) {
    const struct mln_field_column *field = &layout->records->fields[c->field];
    if (field->type == MLN_FIELD_LIST) {
        c->sets = (struct mln_sets){.start = field->start,
                                    .item = field->item,
                                    .n = mln_records_n(layout->records),
                                    .borrowed = true};
    } else if (c->parameter == 0) {
        c->sets.n = field->set.n;
        MLN_TRY(mln_text_words(&field->set, &c->sets.start, &c->sets.item, err));
    } else {
        struct mln_qgrams grams = MLN_QGRAMS_INIT;
        MLN_TRY(mln_qgrams_build(&field->set, c->parameter, &grams, err));
        c->sets.n = field->set.n;
        c->sets.start = grams.start;
        c->sets.item = grams.gram;
    }
    return mln_sets_mark(&c->sets, err);
}

/* ── dates again: what a column holds of each day ── */

static struct mln_day_words day_of(const struct mln_tile_column *c, int32_t first, int32_t last) {
    struct mln_day_words words = {{0, 0}};
    if (c->kind == MLN_COLUMN_WORD) {
        words.word[0] = mln_date_digits(first, last);
    } else {
        const struct mln_span range =
            mln_date_interval(first, last, (enum mln_unit)c->parameter);
        memcpy(words.word, &range, sizeof range);
    }
    return words;
}

/* A table of the days that occur, as far as they lie within a few centuries. */
static enum mln_status derive_days(const struct mln_layout *layout, struct mln_tile_column *c,
                                   struct mln_err *err) {
    enum { DAYS_MOST = 1 << 17 };
    const int32_t *day = layout->records->fields[c->field].first;
    const uint32_t n = mln_records_n(layout->records);
    int32_t least = INT32_MAX, most = INT32_MIN;
    for (uint32_t i = 0; i < n; i++) {
        if (day[i] != MLN_DAY_NONE) {
            least = day[i] < least ? day[i] : least;
            most = day[i] > most ? day[i] : most;
        }
    }
    const int64_t span = (int64_t)most - least + 1;
    c->first_day = least;
    c->n_days = span < 0 ? 0 : span > DAYS_MOST ? DAYS_MOST : (int32_t)span;
    c->n_days = (uint32_t)c->n_days > n ? 0 : c->n_days; /* not worth a table */
    c->days = malloc(((size_t)c->n_days + 1) * sizeof *c->days);
    if (c->days == NULL) {
        return mln_err_nomem(err, "the dates of a field");
    }
    for (int32_t d = 0; d < c->n_days; d++) {
        c->days[d] = day_of(c, least + d, least + d);
    }
    return MLN_OK;
}

static enum mln_status derive(const struct mln_layout *layout, struct mln_tile_column *c,
                              struct mln_err *err) {
    if (c->type == MLN_FIELD_DATE) {
        return derive_days(layout, c, err);
    }
    switch (c->kind) {
    case MLN_COLUMN_MAP: return derive_map(layout, c, err);
    case MLN_COLUMN_SET: return derive_sets(layout, c, err);
    case MLN_COLUMN_LETTERS:
        c->cards = mln_text_cards(&layout->records->fields[c->field].set);
        return c->cards == NULL ? mln_err_nomem(err, "the values of a field") : MLN_OK;
    case MLN_COLUMN_WORD:
    case MLN_COLUMN_RANGE:
    case MLN_COLUMN_NUMBER:
    case MLN_COLUMN_POINT: break;
    }
    return MLN_OK;
}

/* ── row cards ── */

/* Rows first … last - 1. */
static void fill_text(const struct mln_layout *layout, const struct mln_tile_column *c,
                      uint32_t first, uint32_t last) {
    const struct mln_field_column *field = &layout->records->fields[c->field];
    uint32_t *to = layout->cards + first * layout->stride + c->word;
    for (uint32_t i = first; i < last; i++, to += layout->stride) {
        const uint32_t id = field->ids[i];
        *to = c->map == NULL ? id : c->map[id < field->set.n ? id : field->set.n];
    }
}

static void fill_date(const struct mln_layout *layout, const struct mln_tile_column *c,
                      uint32_t first, uint32_t last) {
    const struct mln_field_column *field = &layout->records->fields[c->field];
    uint32_t *to = layout->cards + first * layout->stride + c->word;
    for (uint32_t i = first; i < last; i++, to += layout->stride) {
        const int64_t place = (int64_t)field->first[i] - c->first_day;
        if (field->first[i] == field->last[i] && place >= 0 && place < c->n_days) {
            memcpy(to, &c->days[place], c->kind == MLN_COLUMN_WORD ? 4 : 8);
            continue;
        }
        const struct mln_day_words day = day_of(c, field->first[i], field->last[i]);
        memcpy(to, &day, c->kind == MLN_COLUMN_WORD ? 4 : 8);
    }
}

enum { ROWS_A_TASK = 1 << 16 };

/* A few rows at a time, all their columns: cards are written while they are in the cache. */
static enum mln_status fill_cards(void *ctx, size_t task, struct mln_err *err) {
    enum { ROWS = 256 };
    const struct mln_layout *layout = ctx;
    const uint32_t n = mln_records_n(layout->records), begin = (uint32_t)task * ROWS_A_TASK;
    const uint32_t end = n - begin < ROWS_A_TASK ? n : begin + ROWS_A_TASK;
    (void)err;
    for (uint32_t first = begin; first < end;) {
        const uint32_t last = end - first < ROWS ? end : first + ROWS;
        for (size_t i = 0; i < layout->n_columns; i++) {
            const struct mln_tile_column *c = &layout->columns[i];
            if (own_words(c) == 0) {
                continue;
            }
            if (layout->records->fields[c->field].type == MLN_FIELD_TEXT) {
                fill_text(layout, c, first, last);
            } else {
                fill_date(layout, c, first, last);
            }
        }
        first = last;
    }
    return MLN_OK;
}

/* Columns that read an id of WORD find where it is. */
static size_t word_of(const struct mln_layout *layout, size_t field) {
    for (size_t c = 0; c < layout->n_columns; c++) {
        if (layout->columns[c].kind == MLN_COLUMN_WORD && layout->columns[c].field == field) {
            return layout->columns[c].word;
        }
    }
    return 0;
}

void *mln_scattered_alloc(size_t bytes) {
    const size_t page = (size_t)1 << 21;
    void *p = NULL;
    if (posix_memalign(&p, bytes < 2 * page ? 64 : page, bytes) != 0) {
        return NULL;
    }
    if (bytes >= 2 * page) {
        (void)madvise(p, bytes / page * page, MADV_HUGEPAGE); /* only ever faster */
    }
    return p;
}

enum mln_status mln_layout_build(struct mln_layout *layout, size_t n_threads, struct mln_err *err) {
    place(layout);
    const size_t n = mln_records_n(layout->records);
    const size_t words = n * layout->stride;
    layout->cards = mln_scattered_alloc((words + 16) * sizeof(uint32_t));
    if (layout->cards == NULL) {
        return mln_err_nomem(err, "the fields that comparisons read");
    }
    for (size_t i = 0; i < layout->n_columns; i++) {
        struct mln_tile_column *c = &layout->columns[i];
        MLN_TRY(derive(layout, c, err));
        if (own_words(c) == 0) {
            c->word = word_of(layout, c->field);
        }
    }
    const size_t n_tasks = (n + ROWS_A_TASK - 1) / ROWS_A_TASK;
    MLN_TRY(mln_parallel(n_threads, n_tasks, fill_cards, layout, err));
    for (size_t i = 0; i < layout->n_columns; i++) {
        free(layout->columns[i].map);
        free(layout->columns[i].days);
        layout->columns[i].map = NULL;
        layout->columns[i].days = NULL;
    }
    return MLN_OK;
}

void mln_layout_release(struct mln_layout *layout) {
    for (size_t c = 0; c < layout->n_columns; c++) {
        free(layout->columns[c].map);
        free(layout->columns[c].days);
        free(layout->columns[c].cards);
        mln_sets_release(&layout->columns[c].sets);
    }
    free(layout->columns);
    free(layout->cards);
    *layout = (struct mln_layout){0};
}
