/* What the files that read a model share. Private. */
#ifndef MLN_LINK_MODEL_INSIDE_H
#define MLN_LINK_MODEL_INSIDE_H

#include "base/yaml.h"
#include "link/model/model.h"

enum {
    MLN_FIELDS_MAX = 256,
    MLN_RULES_MAX = 64, /* a rule is a session of training (train/em.h) */
    MLN_FIELD_COLUMNS_MAX = 16,
    MLN_CLEAN_STEPS_MAX = 32,
    MLN_CLEAN_WORDS_MAX = 50000,
    MLN_DATE_FORMATS_MAX = 16,
    MLN_NAME_BYTES_MAX = 100,
    MLN_SQL_BYTES_MAX = 4000,
};

struct mln_model_reader {
    struct mln_arena *arena;
    struct mln_err *err;
    struct mln_link_model *model;
    const char **field_words; /* names of the fields in their order, NULL-terminated */
    const bool *is_code;      /* by field: written as type code, whose ladder is short */
};

enum mln_status mln_model_read_fields(struct mln_model_reader *r, struct mln_yaml *map);
/* `comparisons` of the model `top`; without them, one of each field that is read from the file. */
enum mln_status mln_model_read_comparisons(struct mln_model_reader *r, struct mln_yaml *top);
/* Adds fields to choose rules from. */
enum mln_status mln_model_offer_keys(struct mln_model_reader *r);
/* NULL or auto: none yet. */
enum mln_status mln_model_read_rules(struct mln_model_reader *r, struct mln_yaml *list);
enum mln_status mln_model_read_training(struct mln_model_reader *r, struct mln_yaml *map);
enum mln_status mln_model_read_decision(struct mln_model_reader *r, struct mln_yaml *map);
/* lambda, coverage and interactions, at the top of the file; the comparisons are read. */
enum mln_status mln_model_read_trained(struct mln_model_reader *r, struct mln_yaml *top);

/* A list of cleaning steps. */
enum mln_status mln_model_read_steps(struct mln_model_reader *r, struct mln_yaml *list,
                                     struct mln_clean_step *steps, size_t *n_steps);
/* The value of a step that takes one; step->op is known (DATE_YEAR stands for both parts).
 * `before`: the steps it comes after, by which its words are cleaned. */
enum mln_status mln_model_read_argument(struct mln_model_reader *r, struct mln_yaml *value,
                                        const struct mln_clean_step *before, size_t n_before,
                                        struct mln_clean_step *step);

/* The levels of a comparison of `field`, with ELSE last: `list` or, when it is NULL, those of the
 * field's type. `levels` holds MLN_LEVELS_MAX. */
enum mln_status mln_model_read_levels(struct mln_model_reader *r, struct mln_yaml *list,
                                      size_t field, struct mln_level *levels, size_t *n_levels);
/* Refuses a level that could never hold: levels[n] after the n before it. */
enum mln_status mln_model_check_level(struct mln_model_reader *r, const struct mln_level *levels,
                                      size_t n, const struct mln_yaml *at);
/* The SQL of a level: into level->sql and sql_fields (sql.c). */
enum mln_status mln_model_read_sql(struct mln_model_reader *r, const struct mln_yaml *node,
                                   struct mln_level *level);
/* What the label of a level says when the user gives none. */
enum mln_status mln_model_label(struct mln_model_reader *r, size_t field, struct mln_level *level);

/* A name: 1 to 100 bytes without controls. */
enum mln_status mln_model_name(const struct mln_yaml *node, struct mln_str *out,
                               struct mln_err *err);
/* Index of the field that a scalar names; `what` for the message ("a field"). */
enum mln_status mln_model_field_of(struct mln_model_reader *r, const struct mln_yaml *node,
                                   size_t *out);
/* The text built in `buf` as a string of the model; the buffer is released. */
enum mln_status mln_model_keep(struct mln_model_reader *r, struct mln_buf *buf,
                               struct mln_str *out);
enum mln_status mln_model_nomem(struct mln_model_reader *r);

#endif
