/* Arrow IPC through nanoarrow: any bytes are refused with the file's name, or give rows whose cells
 * are UTF-8. A file that declares more than it can hold must not take memory for it. */
#include <stdint.h>
#include <stdlib.h>

#include "../source/memory_io.h"

#include "../source/dump.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A compressed buffer says how long it will be: what there is no memory for is an error. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "allocator_may_return_null=1";
}

static void must(bool holds) {
    if (!holds) {
        abort();
    }
}

static enum mln_status look(void *ctx, const struct mln_cells *batch, struct mln_err *err) {
    (void)err;
    uint64_t *rows = ctx;
    must(batch->first_row == *rows + 1);
    *rows += batch->n_rows;
    for (size_t i = 0; i < batch->n_rows * batch->n_columns; i++) {
        const struct mln_str cell = batch->cells[i];
        must(batch->faults[i / batch->n_columns].reason != MLN_REASON_NONE ||
             mln_utf8_valid_prefix(cell) == cell.n);
    }
    return MLN_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct memory_file file = {.bytes = {(const char *)data, size}};
    struct mln_err err = {0};
    const struct mln_io io = memory_io(&file);
    const struct mln_source_options options = {
        .format = MLN_FORMAT_ARROW, .shown = "fuzz.arrow", .io = &io};
    struct mln_source *source = NULL;
    uint64_t rows = 0;
    char *bars = NULL;
    enum mln_status status = mln_source_open("fuzz.arrow", &options, &source, &err);
    if (status == MLN_OK) {
        size_t n = 0;
        (void)mln_source_columns(source, &n);
        bars = malloc(n + 1);
        must(bars != NULL);
        memset(bars, '|', n);
        mln_source_separate(source, bars);
        status = mln_source_stream(source, look, &rows, &err);
    }
    mln_source_close(source);
    free(bars);
    must(file.opened == 0);
    must(status == MLN_OK || status == MLN_BAD_INPUT || status == MLN_NO_MEMORY);
    must(status == MLN_OK || err.msg[0] != '\0');
    return 0;
}
