/* What comparisons read of a record, gathered twice. Internal to this room.
 *
 *   columns of mln_records ─once─▶ row cards: the words of a record side by side, a line of cache
 *   row cards ─per tile─▶ columns of the tile: up to MLN_TILE records word by word, with what is
 *                         known of a text (letters, prefix, …) beside its id
 *
 * A candidate pair costs reads of the tile, which stays in the first caches; a record costs one
 * line of memory a block. Every array of a tile may be read 32 places past its last record. */
#ifndef MLN_LINK_PAIRS_LAYOUT_H
#define MLN_LINK_PAIRS_LAYOUT_H

#include "link/compare/few.h"
#include "link/pairs/blocks.h"

enum { MLN_TILE = 1024, MLN_TILE_CAP = MLN_TILE + 64 };

/* ── what is known of a text, once a distinct value ── */

struct mln_text_card {
    uint64_t seen;   /* of its bag */
    uint32_t prefix; /* the first 4 symbols, padded with MLN_SYMBOL_PAD */
    uint8_t length;  /* 255 missing; odd values 0, with a bag that has every letter */
    uint8_t more;    /* of its bag; 255 odd */
    uint8_t unused[2];
    uint8_t symbols[MLN_FEW]; /* the first of them, padded */
};

/* Wide, or of more than 64 code points: no bound holds. */
static inline bool mln_text_is_odd(const struct mln_text_card *card) {
    return card->length == 0 && card->more == UINT8_MAX;
}

/* set->n + 1 cards, the last that of a missing value; NULL when there is no memory. */
struct mln_text_card *mln_text_cards(const struct mln_strset *set);

/* ── sets of numbers: words, q-grams, list elements ── */

struct mln_sets {
    uint64_t *start; /* per owner (value or row), n + 1; borrowed for lists */
    uint32_t *item;  /* ascending */
    uint64_t *mark;  /* per owner and one for missing: a bit for each item, hashed */
    uint32_t *distinct;
    uint32_t n;
    bool borrowed; /* start and item are */
};
enum mln_status mln_sets_mark(struct mln_sets *sets, struct mln_err *err) MLN_MUST_USE;
void mln_sets_release(struct mln_sets *sets);

/* ── dates ── */

enum { MLN_DIGITS_MISSING = 0, MLN_DIGITS_INCOMPLETE = 1 };

/* yyyymmdd, a digit in 4 bits; the two words above where there is no such day. */
uint32_t mln_date_digits(int32_t first, int32_t last);

/* The same day with day and month exchanged; maybe no date. */
static inline uint32_t mln_digits_swapped(uint32_t digits) {
    return (digits & 0xFFFF0000U) | (digits & 0xFF) << 8 | (digits >> 8 & 0xFF);
}

/* Intervals in days, calendar months or calendar years since some origin; missing: the widest
 * gap. */
enum mln_unit { MLN_UNIT_DAY, MLN_UNIT_MONTH, MLN_UNIT_YEAR };
struct mln_span {
    int32_t low, high;
};
#define MLN_SPAN_MISSING ((struct mln_span){1 << 29, -(1 << 29)})
struct mln_span mln_date_interval(int32_t first, int32_t last, enum mln_unit unit);

/* ── places ── */

#define MLN_EARTH_RADIUS_KM 6371.0088 /* mean radius of the WGS 84 ellipsoid (IUGG) */

/* Degrees to a point of the unit sphere; NaN when one is. */
void mln_geo_point(double latitude, double longitude, double out[3]);

/* Great-circle distance is monotone in the chord: the square of the chord of `km`; 5, more than
 * any, past the antipode. */
double mln_geo_chord2(double km);

/* ── columns ── */

enum mln_column_kind {
    MLN_COLUMN_WORD,    /* u32: id of a text, digits of a date */
    MLN_COLUMN_MAP,     /* u32: a number of the text: of its prefix, across two sets */
    MLN_COLUMN_LETTERS, /* seen, prefix, length, more, 16 symbols */
    MLN_COLUMN_RANGE,   /* i32 low and high */
    MLN_COLUMN_NUMBER,  /* double */
    MLN_COLUMN_POINT,   /* three doubles: place on the unit sphere; NaN missing */
    MLN_COLUMN_SET,     /* u32 owner, u32 distinct, u64 mark */
};

enum { MLN_COLUMN_PARTS = 5 };

/* What a column of a date keeps: digits, or low and high. */
struct mln_day_words {
    uint32_t word[2];
};

struct mln_tile_column {
    enum mln_column_kind kind;
    size_t field;
    enum mln_field_type type; /* of the field */
    uint32_t parameter;       /* MAP: length of prefix; RANGE: unit; SET: q, 0 words or elements */
    size_t other;             /* MAP across two sets: the other field; SIZE_MAX */
    size_t word;              /* first word in the row card */
    struct mln_day_words *days; /* of first_day and the n_days from it on; while building */
    int32_t first_day, n_days;
    uint32_t *map; /* MAP: per value and for missing; while building */
    struct mln_text_card *cards;
    struct mln_sets sets;
    size_t at[MLN_COLUMN_PARTS]; /* byte offset of each array in a tile */
};

struct mln_layout {
    const struct mln_records *records;
    struct mln_tile_column *columns;
    size_t n_columns, column_cap;
    size_t n_words, stride; /* words of a row card, and from one to the next */
    uint32_t *cards;        /* records × stride */
    size_t tile_bytes;
};

/* The column of this description, made when it is not there yet; SIZE_MAX when there is no memory.
 */
size_t mln_layout_want(struct mln_layout *layout, struct mln_tile_column wanted);

/* Fills cards once all columns are wanted. n_threads 0: all. Errors: MLN_NO_MEMORY. O(records × words). */
enum mln_status mln_layout_build(struct mln_layout *layout, size_t n_threads,
                                 struct mln_err *err) MLN_MUST_USE;
void mln_layout_release(struct mln_layout *layout);

/* ── tiles ── */

struct mln_tile {
    unsigned char *memory;
    size_t n;
    const uint32_t *row; /* borrowed */
    uint32_t *keys;      /* keys of earlier rules: rule × MLN_TILE_CAP */
};

enum mln_status mln_tile_init(struct mln_tile *tile, const struct mln_layout *layout,
                              size_t n_rules, struct mln_err *err) MLN_MUST_USE;
void mln_tile_release(struct mln_tile *tile);

/* Loads n ≤ MLN_TILE records, and their keys of the first n_keys rules (blocks may be NULL with 0).
 */
void mln_tile_load(struct mln_tile *tile, const struct mln_layout *layout,
                   const struct mln_blocks *blocks, size_t n_keys, const uint32_t *rows, size_t n);

static inline const void *mln_tile_part(const struct mln_tile *tile,
                                        const struct mln_tile_column *column, size_t part) {
    return tile->memory + column->at[part];
}

static inline const uint32_t *mln_tile_keys(const struct mln_tile *tile, size_t rule) {
    return tile->keys + rule * MLN_TILE_CAP;
}

#endif
