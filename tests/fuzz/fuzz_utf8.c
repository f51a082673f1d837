#include <stdint.h>
#include <stdlib.h>

#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds) {
        abort();
    }
}

/* Every code point of a valid text is a scalar value and is written back as it was read. */
static void check_points(struct mln_str s) {
    for (size_t at = 0; at < s.n;) {
        const size_t from = at;
        const uint32_t cp = mln_utf8_next(s, &at);
        char bytes[4];
        must(cp <= 0x10FFFF && (cp < 0xD800 || cp > 0xDFFF) && at <= s.n);
        must(mln_utf8_put(cp, bytes) == at - from && memcmp(bytes, s.p + from, at - from) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct mln_str text = {size == 0 ? "" : (const char *)data, size};
    const size_t n = mln_utf8_valid_prefix(text);
    must(n <= size);
    const struct mln_str valid = {text.p, n};
    must(mln_utf8_valid_prefix(valid) == n);
    check_points(valid);

    struct mln_buf once = MLN_BUF_INIT;
    struct mln_buf twice = MLN_BUF_INIT;
    mln_utf8_fold(valid, &once);
    must(mln_utf8_valid_prefix(mln_buf_view(&once)) == once.n);
    mln_utf8_fold(mln_buf_view(&once), &twice);
    must(mln_str_eq(mln_buf_view(&once), mln_buf_view(&twice)));

    /* From any encoding and back: the same bytes, up to the first one without a meaning. */
    for (int e = MLN_UTF8; e <= MLN_LATIN_9; e++) {
        mln_buf_reset(&once);
        mln_buf_reset(&twice);
        const size_t used = mln_to_utf8((enum mln_encoding)e, text, &once);
        must(used <= size && mln_utf8_valid_prefix(mln_buf_view(&once)) == once.n);
        mln_from_utf8((enum mln_encoding)e, mln_buf_view(&once), &twice);
        must(mln_str_eq((struct mln_str){text.p, used}, mln_buf_view(&twice)));
    }
    mln_buf_release(&once);
    mln_buf_release(&twice);

    enum mln_encoding encoding;
    struct mln_err err;
    (void)!mln_encoding_from_name(text, &encoding, &err);
    return 0;
}
