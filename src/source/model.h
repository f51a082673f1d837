/* The canonical model (models/canonical.yaml): the tables every source is mapped to.
 *
 * Read once, checked as strictly as any configuration, in the caller's arena. Indices below are
 * into model.tables and table.columns. */
#ifndef MLN_SOURCE_MODEL_H
#define MLN_SOURCE_MODEL_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

enum mln_value_type { MLN_VALUE_CODE, MLN_VALUE_TEXT, MLN_VALUE_INT, MLN_VALUE_DATE,
                      MLN_VALUE_PERIOD };
enum mln_zone { MLN_ZONE_ID, MLN_ZONE_CONTENT, MLN_ZONE_BOTH };

extern const char *const mln_value_type_words[]; /* code text int date period NULL */
extern const char *const mln_zone_words[];       /* id content both NULL */

struct mln_model_column {
    const char *name;
    enum mln_value_type type;
    enum mln_zone zone;
    bool required;
    int32_t min, max;    /* int; inclusive */
    const char *codes;   /* nomenclature; NULL: none */
    bool codes_closed;   /* an unknown code rejects the row */
    const char **words;  /* the only values, n_words of them; NULL: free */
    size_t n_words;
    const char *doc;
};

/* Columns of a table that hold the key of another table. */
struct mln_model_reference {
    const char *name; /* column of the id zone that receives the idx: "parent_idx", "cible_idx" */
    size_t table;
    const size_t *columns; /* of the child, in the order of that table's key; as many as it has */
};

struct mln_model_table {
    const char *name;
    const char *grain;
    const char *source; /* "Interior", "Justice" */
    size_t n_columns;
    const struct mln_model_column *columns;
    size_t n_key;
    const size_t *key;
    const struct mln_model_reference *parent; /* NULL: none; a row without its parent is rejected */
    const struct mln_model_reference *target; /* NULL: none; idx NULL when it is not there */
    size_t level; /* 0: references nothing; else 1 + the highest level it references */
};

struct mln_model {
    size_t n_tables;
    const struct mln_model_table *tables;
    size_t n_levels;
};

/* `file` is the name shown in messages. */
enum mln_status mln_model_read(struct mln_arena *arena, const char *file, struct mln_str text,
                               struct mln_model *out, struct mln_err *err) MLN_MUST_USE;

/* NULL when there is none. */
const struct mln_model_table *mln_model_find(const struct mln_model *model, struct mln_str name);

/* Index of a column of a table, or SIZE_MAX. */
size_t mln_model_column_index(const struct mln_model_table *table, struct mln_str name);

#endif
