/* Files of the repository that travel inside the program: sql/, models/, nomenclatures/, web/,
 * the synth profiles. Listed in src/assets/CMakeLists.txt; found by their path ("sql/link/x.sql"). */
#ifndef MLN_ASSETS_ASSETS_H
#define MLN_ASSETS_ASSETS_H

#include "base/str.h"

struct mln_asset { /* borrowed for the life of the program */
    const char *name;
    struct mln_str text;
};

const struct mln_asset *mln_asset_find(const char *name); /* NULL when there is none */

/* All of them, sorted by name. */
const struct mln_asset *mln_asset_list(size_t *n);

#endif
