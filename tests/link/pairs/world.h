/* Records and models made by hand or at random, for the tests of pairs. */
#ifndef MLN_TESTS_PAIRS_WORLD_H
#define MLN_TESTS_PAIRS_WORLD_H

#include "base/rng.h"
#include "link/pairs/pairs.h"

#define REQUIRE(condition)                  \
    do {                                    \
        if (!(condition)) {                 \
            ck_abort_msg("%s", #condition); \
        }                                   \
    } while (0)

enum { WORLD_FIELDS = 10 };

/* Fields of a random world. */
enum world_field {
    W_SURNAME, /* text */
    W_BIRTH,   /* text, sometimes a surname of another record */
    W_LONG,    /* text of any code points, some past 64 of them, some with rare ones, some empty */
    W_CODE,    /* text: digits */
    W_DATE,    /* date, some incomplete */
    W_DATE2,
    W_NUMBER,
    W_NUMBER2,
    W_LIST,
    W_GEO,
};

struct world {
    struct mln_records records;
    struct mln_str *text[WORLD_FIELDS]; /* TEXT: per row, as given */
    struct mln_arena arena;
};

/* Room for n_left + n_right rows; n_fields fields of the types. Every value is missing. */
void world_init(struct world *w, const enum mln_field_type *types, size_t n_fields, uint32_t n_left,
                uint32_t n_right);
void world_release(struct world *w);
void world_text(struct world *w, size_t field, uint32_t row, const char *text); /* NULL: missing */
void world_date(struct world *w, size_t field, uint32_t row, int32_t first, int32_t last);
/* LIST: elements separated by blanks, for all rows in turn; NULL: missing. */
void world_lists(struct world *w, size_t field, const char *const *lists);
/* Once all texts are there. */
void world_finish(struct world *w);

/* Few values, so that keys meet: `spread` is about how many different surnames there are. */
void world_random(struct world *w, uint64_t seed, uint32_t n_left, uint32_t n_right,
                  uint32_t spread);

/* The same records in another order: row i of `w` is row order[i] of `from`. */
void world_permuted(struct world *w, const struct world *from, const uint32_t *order);

/* A model over the fields with the limits of pairs open. */
struct mln_link_model world_model(enum mln_link_kind kind, struct mln_comparison *comparisons,
                                  size_t n_comparisons, const struct mln_block_rule *rules,
                                  size_t n_rules);

#endif
