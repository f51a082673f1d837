/* One table of the canonical model: its files read in their order, rows typed, checked, and put
 * into the two zones.
 *
 *   file ─ reader ─▶ cells ─ rules ─▶ row ─ parent? key? ─▶ id builder      ─▶ id.db
 *                      └──────────── rejects ◀──┘           content builder ─▶ content.db
 *
 * A table is read by one thread, in one pass, after the tables it references: whether a row is an
 * orphan or a duplicate is known when it is read, and nothing is ever deleted. The first row of a
 * key stays; idx is its place among the accepted rows. So the result is a function of the files and
 * their order alone. */
#ifndef MLN_STAGE_INGEST_TABLE_H
#define MLN_STAGE_INGEST_TABLE_H

#include <pthread.h>
#include <stdatomic.h>

#include "source/key_set.h"
#include "source/rejects.h"
#include "stage/ingest/ingest_plan.h"
#include "stage/ingest/ingest_side.h"

/* Values of mln_reject.column besides the columns of the file. */
enum { MLN_COLUMNS_KEY = MLN_NO_COLUMN - 1, MLN_COLUMNS_PARENT = MLN_NO_COLUMN - 2 };

struct mln_ingest_table {
    size_t table; /* of the model */
    struct mln_arena arena;
    struct mln_key_set keys;     /* kept while other tables may ask for it */
    struct mln_key_set *uniques; /* per column; empty where it need not be unique */
    struct mln_rejects rejects;
    uint64_t read, accepted;
    uint64_t *unknown;  /* codes not in their nomenclature, per column */
    uint64_t no_target; /* rows whose target is outside the extract */
    uint64_t bytes;     /* of its files */
};

/* What the tables share. */
struct mln_ingest {
    struct mln_run *run;
    const struct mln_ingest_plan *plan;
    struct mln_engine *e;
    struct mln_ingest_table *tables; /* per table of the model */
    const char *const **names; /* per file: its columns' names, for the rejects; NULL: not read */
    uint64_t *file_bytes;      /* per file */
    struct mln_hash128_key hash_key;
    struct mln_io io; /* counts the bytes read */
    atomic_uint_least64_t bytes_done, rows_done;
    uint64_t bytes_total;
    pthread_mutex_t talk_lock;
};

/* Creates the table in both zones. */
enum mln_status mln_ingest_create(struct mln_ingest *in, size_t table, struct mln_err *err)
    MLN_MUST_USE;

/* Reads it. Tables of one level may be read at the same time. */
enum mln_status mln_ingest_load(struct mln_ingest *in, size_t table, struct mln_err *err)
    MLN_MUST_USE;

/* Writes the rejects of all tables read so far to `path` (NULL: no memory), whole or not at all. */
enum mln_status mln_ingest_write_rejects(struct mln_ingest *in, const char *path,
                                         struct mln_err *err) MLN_MUST_USE;

#endif
