#include <stdint.h>
#include <stdlib.h>

#include "protect/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds) {
        abort();
    }
}

/* What was read writes to bytes that read to the same bytes. */
static void check_written(struct mln_arena *arena, const struct mln_table *tables, size_t n) {
    struct mln_buf first = MLN_BUF_INIT;
    struct mln_buf second = MLN_BUF_INIT;
    struct mln_table *back = NULL;
    size_t n_back = 0;
    must(mln_tables_write(tables, n, &first, NULL) == MLN_OK);
    must(mln_tables_read(arena, mln_buf_view(&first), &back, &n_back, NULL) == MLN_OK);
    must(mln_tables_write(back, n_back, &second, NULL) == MLN_OK);
    must(n_back == n && mln_str_eq(mln_buf_view(&first), mln_buf_view(&second)));
    mln_buf_release(&first);
    mln_buf_release(&second);
}

/* What was read can be protected: every small count is gone, and its bytes go round. */
static void check_protected(struct mln_arena *arena, const struct mln_table *tables, size_t n) {
    const struct mln_protect_options options = {
        .threshold = 5, .threshold_detail = 11, .rounding_base = 5, .quantile_threshold = 11};
    struct mln_protected_table **out = MLN_ARENA_NEW(arena, struct mln_protected_table *, n + 1);
    must(out != NULL);
    must(mln_protect_all(arena, tables, n, &options, out, NULL) == MLN_OK);
    for (size_t t = 0; t < n; t++) {
        for (size_t c = 0; c < tables[t].n_cells; c++) {
            uint64_t shown = 0;
            const uint64_t count = tables[t].counts[c];
            must(!mln_protected_count(out[t], c, &shown) || count == 0 || count >= 5);
        }
    }
    struct mln_buf bytes = MLN_BUF_INIT;
    size_t n_back = 0;
    must(mln_protected_write(out, n, &bytes, NULL) == MLN_OK);
    must(mln_protected_read(arena, mln_buf_view(&bytes), &out, &n_back, NULL) == MLN_OK);
    must(n_back == n);
    mln_buf_release(&bytes);
}

/* The same bytes as tables and as protected tables: their first line tells them apart. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    enum { FEW = 4096 }; /* cells worth protecting at every input */
    const struct mln_str bytes = {size == 0 ? "" : (const char *)data, size};
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_table *tables = NULL;
    struct mln_protected_table **protected = NULL;
    size_t n = 0;
    size_t cells = 0;
    if (mln_tables_read(&arena, bytes, &tables, &n, NULL) == MLN_OK) {
        for (size_t t = 0; t < n; t++) {
            cells += tables[t].n_cells;
        }
        check_written(&arena, tables, n);
        if (cells < FEW) {
            check_protected(&arena, tables, n);
        }
    } else if (mln_protected_read(&arena, bytes, &protected, &n, NULL) == MLN_OK) {
        struct mln_buf again = MLN_BUF_INIT;
        must(mln_protected_write(protected, n, &again, NULL) == MLN_OK);
        mln_buf_release(&again);
    }
    mln_arena_release(&arena);
    return 0;
}
