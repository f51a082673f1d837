/* The data contract: how source files are mapped to the canonical model. Format: docs/contract.md.
 *
 *     mln_contract_read → mln_contract_files → (per file) mln_binding_make
 *
 * A contract names, for each table of the model, one source or several (the same table sent by two
 * services, each in its own layout), and for each source its files, their form, and where each
 * canonical column comes from. Nothing is guessed: every canonical column has a source column, a
 * constant, or is declared absent; every source column is mapped or declared ignored.
 *
 * The contract may only be stricter than the model: required, unique, fewer words, a narrower
 * range, a closed code list.
 *
 * Structs are plain and live in the caller's arena, which must outlive them. */
#ifndef MLN_SOURCE_CONTRACT_H
#define MLN_SOURCE_CONTRACT_H

#include "base/date.h"
#include "source/findings.h"
#include "source/model.h"
#include "source/source.h"

enum { MLN_CONTRACT_BYTES_MAX = 4 << 20 };

/* A value of the source, and what stands for it in the canonical model. */
struct mln_contract_value {
    struct mln_str from, to;
};

struct mln_contract_column {
    const char *from;        /* name of the source column; NULL: constant or absent */
    struct mln_str constant; /* p NULL: none */
    bool required, unique, codes_closed;
    int32_t min, max;
    const char *const *words;
    size_t n_words;
    const struct mln_contract_value
        *values; /* sorted by `from`; a value not listed stays as it is */
    size_t n_values;
    const struct mln_str *missing; /* trimmed cells equal to one of these are missing */
    size_t n_missing;
    const struct mln_date_format *dates; /* tried in order; date and period only */
    size_t n_dates;
    uint32_t line, column; /* in the contract */
};

struct mln_contract_source {
    size_t table;                /* of the model */
    const char *const *patterns; /* as written: relative to `folder`; may hold * ? [ ] */
    size_t n_patterns;
    const char *folder; /* resolved */
    enum mln_format format;
    char delimiter, quote; /* quote 0: none */
    bool headless;
    enum mln_encoding encoding;
    const struct mln_contract_column *columns; /* one a column of the model's table */
    const char *const *ignored;
    size_t n_ignored;
    bool ignores_others;
    uint32_t line, column;
};

struct mln_contract {
    const char *path; /* as shown in messages */
    size_t n_sources;
    const struct mln_contract_source *sources; /* those of a table stand together */
};

/* `path` is shown in messages and its folder is where relative paths begin; `text` are its bytes.
 * What is wrong in one source does not hide what is wrong in the next: each source tells at most
 * one problem, added to `findings` (the contract is then incomplete and must not be used). A
 * failure is what stops the whole: YAML that cannot be read (MLN_BAD_INPUT), memory. */
enum mln_status mln_contract_read(struct mln_arena *arena, const char *path, struct mln_str text,
                                  const struct mln_model *model, struct mln_contract *out,
                                  struct mln_findings *findings, struct mln_err *err) MLN_MUST_USE;

/* ── files ── */

struct mln_contract_file {
    size_t source;     /* of the contract */
    const char *path;  /* to open */
    const char *shown; /* relative to the contract's folder as far as it was written so */
};

/* The files of all sources, in the contract's order; those of a pattern in byte order. A pattern
 * that fits no file, and a file named twice, are findings. Files named without a pattern are listed
 * whether they exist or not. */
enum mln_status mln_contract_files(struct mln_arena *arena, const struct mln_contract *contract,
                                   struct mln_contract_file **out, size_t *n,
                                   struct mln_findings *findings, struct mln_err *err) MLN_MUST_USE;

/* What a reader of this file needs to be told; io and engine are the caller's to add. */
struct mln_source_options mln_contract_options(const struct mln_contract_source *source,
                                               const struct mln_contract_file *file);

/* ── one file's header against the contract ── */

struct mln_binding {
    size_t *selected; /* columns of the file to hand over, in the model's order */
    size_t n_selected;
    size_t *places; /* per column of the model: its place in `selected`, or SIZE_MAX */
};

/* Names are compared byte by byte, then without ASCII case. Findings: a column missing, doubled,
 * not known to the contract. When none of the expected columns is there, the first line is not
 * taken for a header and none of its words is shown. */
enum mln_status mln_binding_make(struct mln_arena *arena, const struct mln_contract_source *source,
                                 const struct mln_model_table *table, const char *shown,
                                 const struct mln_str *names, size_t n_names,
                                 struct mln_binding *out, struct mln_findings *findings,
                                 struct mln_err *err) MLN_MUST_USE;

#endif
