/* Pieces that the readers of a study's file share. Private to study_*.c. */
#ifndef MLN_STAGE_STUDY_INSIDE_H
#define MLN_STAGE_STUDY_INSIDE_H

#include "stage/study/study_file.h"

/* Arena memory for n things; NULL: no memory. n may be 0. */
void *mln_study_list(struct mln_arena *arena, size_t n, size_t size);

enum mln_status mln_study_keep(struct mln_arena *arena, struct mln_str s, const char **out,
                               struct mln_err *err) MLN_MUST_USE;

/* A scalar that says something. */
enum mln_status mln_study_text(struct mln_arena *arena, const struct mln_yaml *node,
                               const char **out, struct mln_err *err) MLN_MUST_USE;

/* a-z, 0-9, '_', from a letter, at most 64: names go into file names and SQL identifiers. */
bool mln_study_is_name(struct mln_str s);
enum mln_status mln_study_need_name(struct mln_arena *arena, struct mln_yaml *map, const char *key,
                                    const char **out, struct mln_err *err) MLN_MUST_USE;

/* [French, English] */
enum mln_status mln_study_label(struct mln_arena *arena, struct mln_yaml *node,
                                struct mln_label *out, struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_study_need_label(struct mln_arena *arena, struct mln_yaml *map, const char *key,
                                     struct mln_label *out, struct mln_err *err) MLN_MUST_USE;

/* A list of codes, each once, at least one. */
enum mln_status mln_study_codes(struct mln_arena *arena, struct mln_yaml *node,
                                const char *const **out, size_t *n, struct mln_err *err)
    MLN_MUST_USE;
enum mln_status mln_study_need_codes(struct mln_arena *arena, struct mln_yaml *map, const char *key,
                                     const char *const **out, size_t *n, struct mln_err *err)
    MLN_MUST_USE;

/* The parts of the file, of its top map. Tables need the variables. */
enum mln_status mln_study_read_variables(struct mln_arena *arena, struct mln_yaml *top,
                                         struct mln_study *s, struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_study_read_tables(struct mln_arena *arena, struct mln_yaml *top,
                                      struct mln_study *s, struct mln_err *err) MLN_MUST_USE;

/* NULL when the base has none of that name for tables. */
const struct mln_study_column *mln_study_column_named(const char *name);

#endif
