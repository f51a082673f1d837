/* The declaration of a processing: processing.yaml, explained in demo/processing.yaml. Checked as
 * strictly as any configuration: file:line:column. */
#ifndef MLN_STAGE_PROCESSING_H
#define MLN_STAGE_PROCESSING_H

#include "base/yaml.h"
#include "stage/study/categories.h"

struct mln_party { /* controllers, contacts */
    const char *name, *contact;
};
struct mln_right {
    const char *right;
    bool applies;
    const char *reason; /* why not, or how */
};
struct mln_texts {
    const char **list;
    size_t n;
};
struct mln_processing {
    const char *name;
    struct mln_party *controllers, *contacts;
    size_t n_controllers, n_contacts;
    struct mln_texts purposes, legal_bases, persons, sources, recipients, transfers;
    struct mln_right *rights;
    size_t n_rights;
    const struct mln_yaml *categories; /* the list, for its places in messages */
};

/* Everything in the arena. Only `transfers` may be empty. */
enum mln_status mln_processing_read(struct mln_arena *arena, const char *file, struct mln_str text,
                                    struct mln_processing *out, struct mln_err *err) MLN_MUST_USE;

/* MLN_BAD_INPUT: a declared word that is no category, a category declared twice, one that the data
 * do not have, one that they have and that is not declared. Names it. */
enum mln_status mln_processing_check(const struct mln_processing *processing,
                                     const struct mln_categories *categories, struct mln_err *err)
    MLN_MUST_USE;

#endif
