/* CSV: the first byte chooses delimiter, quote and encoding. Read whole and in pieces of a few
 * bytes: the same rows or the same failure; every row is numbered once, every cell is UTF-8. */
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

static enum mln_status read_in_pieces(uint8_t kind, struct mln_str bytes, size_t piece,
                                      struct mln_buf *out) {
    static const char delimiters[] = {';', ',', '\t', '|'};
    struct memory_file file = {.bytes = bytes, .piece = piece};
    struct mln_err err = {0};
    const struct mln_io io = memory_io(&file);
    const struct mln_source_options options = {
        .delimiter = delimiters[kind & 3U],
        .quote = (kind & 4U) != 0 ? '"' : '\0',
        .headless = (kind & 8U) != 0,
        .encoding = (enum mln_encoding)(kind >> 4 & 3U),
        .field_cap = (kind & 64U) != 0 ? 64 : 0,
        .shown = "fuzz.csv",
        .io = &io,
    };
    const enum mln_status status = dump_source("fuzz.csv", &options, out, &err);
    must(file.opened == 0);
    must(status == MLN_OK || status == MLN_BAD_INPUT);
    must(status == MLN_OK || strncmp(err.msg, "fuzz.csv", 8) == 0);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) {
        return 0;
    }
    const struct mln_str bytes = {(const char *)data + 1, size - 1};
    struct mln_buf whole = MLN_BUF_INIT;
    struct mln_buf pieces = MLN_BUF_INIT;
    const enum mln_status status = read_in_pieces(data[0], bytes, 0, &whole);
    must(read_in_pieces(data[0], bytes, 1 + data[0] % 7, &pieces) == status);
    must(mln_str_eq(mln_buf_view(&whole), mln_buf_view(&pieces)));
    if (status == MLN_OK) {
        must(mln_utf8_valid_prefix(mln_buf_view(&whole)) == whole.n);
    }
    mln_buf_release(&whole);
    mln_buf_release(&pieces);
    return 0;
}
