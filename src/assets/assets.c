#include "assets/assets.h"

/* Written by src/assets/CMakeLists.txt: sorted by name. */
extern const struct mln_asset_row {
    const char *name;
    const char *begin;
    const char *end;
} mln_asset_rows[];
extern const size_t mln_asset_row_count;

enum { MAX_ASSETS = 1024 };

const struct mln_asset *mln_asset_list(size_t *n) {
    static struct mln_asset list[MAX_ASSETS];
    static size_t filled;
    for (; filled < mln_asset_row_count && filled < MAX_ASSETS; filled++) {
        const struct mln_asset_row *row = &mln_asset_rows[filled];
        list[filled] =
            (struct mln_asset){row->name, {row->begin, (size_t)(row->end - row->begin)}};
    }
    *n = filled;
    return list;
}

const struct mln_asset *mln_asset_find(const char *name) {
    size_t n = 0;
    const struct mln_asset *list = mln_asset_list(&n);
    size_t low = 0;
    while (low < n) {
        const size_t mid = low + (n - low) / 2;
        const int c = strcmp(list[mid].name, name);
        if (c == 0) {
            return &list[mid];
        }
        if (c < 0) {
            low = mid + 1;
        } else {
            n = mid;
        }
    }
    return NULL;
}
