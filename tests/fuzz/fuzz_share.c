/* A holder's share: what is read is whole, and printing it again gives the same text. */
#include <assert.h>
#include <stdint.h>

#include "secret/share.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    const struct mln_str text = {(const char *)data, n};
    struct mln_share share;
    struct mln_err err = {0};
    if (mln_share_parse("share", text, &share, &err) != MLN_OK) {
        assert(err.status == MLN_KEY && err.msg[0] != '\0');
        return 0;
    }
    struct mln_buf again = MLN_BUF_INIT;
    mln_share_print(&share, &again);
    assert(mln_str_eq(mln_buf_view(&again), text));
    mln_buf_release(&again);
    return 0;
}
