/* Expansion of {name}: what has no placeholder stays as it is, and an identifier never ends its
 * quotes. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "engine/engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    const struct mln_str text = {(const char *)data, n};
    struct mln_buf out = MLN_BUF_INIT;
    if (memchr(data, '{', n) == NULL) {
        const enum mln_status status = mln_sql_expand(text, MLN_NO_PARAMS, &out, NULL);
        assert(status == MLN_OK && mln_str_eq(mln_buf_view(&out), text));
    }
    mln_buf_reset(&out);
    mln_quote_ident(&out, text);
    assert(out.n >= 2 && out.p[0] == '"' && out.p[out.n - 1] == '"');
    size_t quotes = 0; /* inside, every run of quotes is even */
    for (size_t i = 1; i + 1 < out.n; i++) {
        quotes = out.p[i] == '"' ? quotes + 1 : 0;
        assert(out.p[i + 1] == '"' || quotes % 2 == 0);
    }
    mln_buf_reset(&out);
    const struct mln_params params =
        MLN_PARAMS({.name = "t", .type = MLN_PARAM_IDENT, .s = MLN_STR_LIT("a\"b")});
    const enum mln_status status = mln_sql_expand(text, params, &out, NULL);
    assert(status == MLN_OK || status == MLN_INTERNAL);
    mln_buf_release(&out);
    return 0;
}
