/* maillon as a library: link the records of two tables, or find the doubles of one, by a model;
 * compare texts.
 *
 *   mln_linker_new(model) → add rows of each side → mln_linker_run → links, clusters, the trained
 * model → free
 *
 * Rows come as arrays of C strings or as Arrow batches (Arrow C Data Interface); results go into
 * the caller's arrays or out as Arrow batches. The library reads no file, has no globals and writes
 * nothing; results do not depend on the order of rows nor on the number of threads. Models:
 * docs/model.md.
 *
 * Every function that can fail returns a code, 0 (MLN_LIB_OK) when all is well; details go to
 * `error`, which may be NULL. Messages never hold a cell value. Texts are UTF-8. One linker is for
 * one thread at a time; different linkers and all comparators may be used by several threads at
 * once. */
#ifndef MAILLON_MAILLON_H
#define MAILLON_MAILLON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define MLN_API __attribute__((visibility("default")))
#else
#define MLN_API
#endif

/* Codes; the same as the exit codes of the program. */
enum {
    MLN_LIB_OK = 0,
    MLN_LIB_BAD_INPUT =
        2, /* model, data or arguments; the message says where and what is allowed */
    MLN_LIB_NO_MEMORY = 4,
    MLN_LIB_INTERNAL = 7
};

struct mln_error {
    int code;
    char message[1024]; /* NUL-terminated UTF-8 */
};

/* "0.1.0": of the library that is loaded. */
MLN_API const char *mln_version(void);

/* ── Arrow C Data Interface (arrow.apache.org/docs/format/CDataInterface.html) ── */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4
struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};
struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};
#endif

/* ── linking ── */

struct mln_linker; /* opaque */

/* `yaml` is the text of a model (n bytes), `name` what messages call it. Free with mln_linker_free.
 */
MLN_API int mln_linker_new(const char *name, const char *yaml, size_t n, struct mln_linker **out,
                           struct mln_error *error);
MLN_API void mln_linker_free(struct mln_linker *linker); /* NULL is fine */

/* The columns the model needs of a side (0 left, 1 right; a deduplication has side 0 only), in the
 * order that mln_linker_add_rows expects; NULL past the last. Valid for the life of the linker. */
MLN_API const char *mln_linker_column(const struct mln_linker *linker, int side, size_t i);

/* Adds rows: cells[row × n_columns + column], NULL missing (an empty text is missing too). Copies
 * what it keeps. After an error, or after mln_linker_run, nothing can be added any more. */
MLN_API int mln_linker_add_rows(struct mln_linker *linker, int side, const char *const *cells,
                                size_t n_rows, struct mln_error *error);

/* The same from an Arrow struct array, by the names of its children; others are left. Types: utf8
 * ("u"), int32 ("i"), int64 ("l"), double ("g"), date32 ("tdD"). Copies what it keeps; the structs
 * remain the caller's to release. */
MLN_API int mln_linker_add_arrow(struct mln_linker *linker, int side,
                                 const struct ArrowSchema *schema, const struct ArrowArray *array,
                                 struct mln_error *error);

struct mln_linker_facts {
    uint64_t candidates; /* distinct pairs that some rule made */
    uint64_t links;
    uint64_t clusters; /* of two records or more; 0 unless the model asks for clusters */
    double threshold_probability;
    double precision, recall; /* estimated by the model; NaN when nothing is linked */
};

/* Trains unless the model carries its m and u, scores, decides; once. n_threads 0: all processors.
 * `facts` may be NULL. */
MLN_API int mln_linker_run(struct mln_linker *linker, size_t n_threads,
                           struct mln_linker_facts *facts, struct mln_error *error);

struct mln_link {
    uint64_t left_row, right_row; /* from 0, in the order in which the rows of a side were added */
    double weight_log2;           /* log2 of the odds, prior included */
    double probability; /* 1 / (1 + 2^-weight); one to one: given the other pairs of both records */
};

/* The links, in the order of the ids: at most `cap` into `out`, how many there are is returned (0
 * before run). */
MLN_API size_t mln_linker_links(const struct mln_linker *linker, struct mln_link *out, size_t cap);

/* cluster[row] is the row whose id comes first among those of its cluster. n: rows that were added.
 * MLN_LIB_BAD_INPUT when the model asks for no clusters, or n is another number. */
MLN_API int mln_linker_clusters(const struct mln_linker *linker, uint64_t *cluster, size_t n,
                                struct mln_error *error);

/* The links as an Arrow struct array: left_id, right_id (utf8), weight_log2, probability (double),
 * rule (utf8), and level_<comparison> (int32; null where a value is missing). The caller releases
 * both structs. */
MLN_API int mln_linker_links_arrow(const struct mln_linker *linker, struct ArrowSchema *schema,
                                   struct ArrowArray *array, struct mln_error *error);

/* The model as trained, as YAML that mln_linker_new takes: writes at most cap bytes with a NUL,
 * returns the bytes it needs with the NUL (0: before run, or out of memory). */
MLN_API size_t mln_linker_model(const struct mln_linker *linker, char *out, size_t cap);

/* ── comparing two texts, by code points; definitions: docs/model.md ── */

/* Distances: UINT32_MAX when a text is not UTF-8 or memory runs out. Texts need no NUL. */
MLN_API uint32_t mln_text_levenshtein(const char *a, size_t n_a, const char *b, size_t n_b);
MLN_API uint32_t mln_text_osa(const char *a, size_t n_a, const char *b, size_t n_b);
MLN_API uint32_t mln_text_damerau(const char *a, size_t n_a, const char *b, size_t n_b);

/* 0 … 1; NaN when a text is not UTF-8 or memory runs out. prefix_weight 0 is Jaro, 0.1 is
 * Winkler's. */
MLN_API double mln_text_jaro_winkler(const char *a, size_t n_a, const char *b, size_t n_b,
                                     double prefix_weight);

#ifdef __cplusplus
}
#endif

#endif
