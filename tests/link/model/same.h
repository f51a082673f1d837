/* Whether two models are the same, to the bits of their numbers; places in the file apart. */
#ifndef MLN_TESTS_LINK_MODEL_SAME_H
#define MLN_TESTS_LINK_MODEL_SAME_H

#include "link/model/model.h"

/* NULL, or what differs first. */
const char *model_difference(const struct mln_link_model *a, const struct mln_link_model *b);

#endif
