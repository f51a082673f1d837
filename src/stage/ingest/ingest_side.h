/* A table of the canonical model in one zone: its stored columns, and rows on their way to it. */
#ifndef MLN_STAGE_INGEST_SIDE_H
#define MLN_STAGE_INGEST_SIDE_H

#include "engine/engine.h"
#include "source/typing.h"

#define MLN_ZONE_ID_CATALOG "ident"
#define MLN_ZONE_CONTENT_CATALOG "content"

enum mln_side { MLN_SIDE_ID, MLN_SIDE_CONTENT, MLN_N_SIDES };

/* What is known of a row besides its values. */
struct mln_side_row {
    int64_t idx;
    int32_t file_no;
    int64_t row_no;
    int64_t parent_idx; /* of a table with a parent */
    int64_t target_idx; /* 0: outside the extract */
};

struct mln_side_put { /* one column of the model that is stored here */
    size_t column;
    enum mln_value_type type;
};

struct mln_ingest_side {
    enum mln_side which;
    const struct mln_model_table *table;
    const char *catalog;
    struct mln_column_spec *specs; /* as stored, in the arena */
    size_t n_specs;
    struct mln_side_put *puts;
    size_t n_puts;
    struct mln_builder *builder;
    struct mln_appender *appender;
};

/* Columns as docs/architecture.md lists them. */
enum mln_status mln_side_describe(struct mln_arena *arena, const struct mln_model *model,
                                  size_t table_no, enum mln_side which, struct mln_ingest_side *out,
                                  struct mln_err *err) MLN_MUST_USE;

enum mln_status mln_side_create(const struct mln_ingest_side *side, struct mln_engine *e,
                                struct mln_err *err) MLN_MUST_USE;

/* open → (put… → flush)… → close. close keeps the rows or drops them, and frees what open made;
 * fine after a failed open. Memory that runs out in put is told by flush. */
enum mln_status mln_side_open(struct mln_ingest_side *side, struct mln_engine *e,
                              struct mln_err *err) MLN_MUST_USE;
void mln_side_put(struct mln_ingest_side *side, const struct mln_side_row *row,
                  const struct mln_cell_value *values);
enum mln_status mln_side_flush(struct mln_ingest_side *side, struct mln_engine *e,
                               struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_side_close(struct mln_ingest_side *side, struct mln_engine *e, bool keep,
                               struct mln_err *err) MLN_MUST_USE;

#endif
