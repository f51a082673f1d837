/* SAS7BDAT through ReadStat: any bytes are refused with the file's name, or give rows whose cells
 * are UTF-8. A file that declares more rows or columns than it can hold must not take memory for
 * them: inputs are small, and so is what is kept. */
#include <stdint.h>
#include <stdlib.h>

#include "../source/memory_io.h"

#include "../source/dump.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct memory_file file = {.bytes = {(const char *)data, size}};
    struct mln_buf out = MLN_BUF_INIT;
    struct mln_err err = {0};
    const struct mln_io io = memory_io(&file);
    const struct mln_source_options options = {
        .format = MLN_FORMAT_SAS, .shown = "fuzz.sas7bdat", .io = &io};
    const enum mln_status status = dump_source("fuzz.sas7bdat", &options, &out, &err);
    must(file.opened == 0);
    must(status == MLN_OK || status == MLN_BAD_INPUT || status == MLN_IO ||
         status == MLN_NO_MEMORY);
    must(status == MLN_OK || err.msg[0] != '\0');
    mln_buf_release(&out);
    return 0;
}
