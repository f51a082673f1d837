/* The lock of a key directory and the sealed forms of a key file: read and printed again, the same
 * text; nothing else is read. */
#include <assert.h>
#include <stdint.h>

#include "secret/key_file.h"
#include "secret/lock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_again(struct mln_buf *again, struct mln_str text) {
    assert(mln_str_eq(mln_buf_view(again), text));
    (void)text;
    mln_buf_release(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    const struct mln_str text = {(const char *)data, n};
    struct mln_lock lock;
    struct mln_key_text key;
    struct mln_err err = {0};
    struct mln_buf again = MLN_BUF_INIT;
    if (mln_lock_parse("lock", text, &lock, &err) == MLN_OK) {
        mln_lock_print(&lock, &again);
        check_again(&again, text);
    }
    if (mln_key_text_read("key", text, &key, &err) == MLN_OK && key.form != MLN_KEY_CLEAR) {
        mln_key_text_print(&key, &again);
        check_again(&again, text);
    }
    return 0;
}
