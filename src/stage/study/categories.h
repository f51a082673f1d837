/* The categories of personal data of the processing (models/categories.yaml): which columns of the
 * canonical model belong to which category and variable, and which of them hold data. */
#ifndef MLN_STAGE_CATEGORIES_H
#define MLN_STAGE_CATEGORIES_H

#include "base/talk.h"
#include "source/model.h"
#include "stage/project/project.h"

struct mln_variable {
    const char *label; /* French */
    bool present;      /* one of its columns holds a value */
};
struct mln_category {
    const char *word;
    const char *label; /* French */
    struct mln_variable *variables;
    size_t n_variables;
    bool present; /* one of its variables is */
};
struct mln_categories {
    struct mln_category *list;
    size_t n;
    /* Of the model's columns, in its order (tables, then columns): the variable it belongs to;
     * NULL: internal. */
    struct mln_variable **of_column;
    size_t n_columns;
};

/* Reads the text against the model: every column in exactly one variable, or internal. In the
 * arena; nothing is present yet. */
enum mln_status mln_categories_read(struct mln_arena *arena, const char *file, struct mln_str text,
                                    const struct mln_model *model, struct mln_categories *out,
                                    struct mln_err *err) MLN_MUST_USE;

/* Says that the column `column` (in the model's order) holds a value. */
void mln_categories_mark(struct mln_categories *categories, size_t column);

/* Marks what the zones of ingest hold: columns with a value that is not missing. Needs the keys id
 * and content. MLN_BAD_INPUT: ingest is not done. */
enum mln_status mln_categories_look(const struct mln_project *project, struct mln_talk *talk,
                                    const struct mln_model *model, struct mln_categories *out,
                                    struct mln_err *err) MLN_MUST_USE;

#endif
