/* A small project to ingest: ten extracts of a few rows, written by hand, of which a test replaces
 * some; the stage run on it; what it left, as text. */
#ifndef MLN_TESTS_INGEST_CASE_H
#define MLN_TESTS_INGEST_CASE_H

#include "engine/engine.h"
#include "stage/stage.h"

struct ingest_case {
    char dir[64];
    struct mln_arena arena;
    struct mln_project project;
    struct mln_run run; /* of the last stage that ran */
    struct mln_err err;
    char text[16384]; /* of the last question */
};

/* Folder, keys, a contract and the ten extracts; whole and without a fault. */
void case_make(struct ingest_case *c);
void case_remove(struct ingest_case *c);

/* Replaces a file: `name` is relative to the project ("data/affaire.csv", "contract.yaml"). */
void case_write(struct ingest_case *c, const char *name, const char *text);
void case_write_bytes(struct ingest_case *c, const char *name, const void *bytes, size_t n);
/* "dir/name"; valid until the next call. */
const char *case_path(struct ingest_case *c, const char *name);

/* Replaces data/<table>.csv by the header of the case and these rows. */
void case_rows(struct ingest_case *c, const char *table, const char *rows);
const char *case_header(const char *table);

/* Empties the partial directory and makes the run ready: for tests that call the stage. */
void case_begin(struct ingest_case *c, size_t n_threads);

/* Runs the stage in an empty partial directory; its message is in c->err. */
enum mln_status case_ingest(struct ingest_case *c, size_t n_threads);
enum mln_status case_check(struct ingest_case *c);

/* First column (text) of the rows of a query over the catalogs `ident` and `content`, a line
 * each. */
const char *case_ask(struct ingest_case *c, const char *sql);
/* All rows of a table of a zone, in the order of idx. */
const char *case_table(struct ingest_case *c, const char *zone, const char *table);
/* A text file of the project; "" when it is not there. */
const char *case_read(struct ingest_case *c, const char *name);

/* The count of a table, "read accepted rejected"; a figure, or -1. */
const char *case_count(struct ingest_case *c, const char *table);
double case_figure(const struct ingest_case *c, const char *name);

#endif
