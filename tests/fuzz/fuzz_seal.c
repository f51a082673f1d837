/* Sealed bytes, a parser of hostile files: nothing opens but what was sealed, whole. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "secret/key_file.h"
#include "secret/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    if (mln_secret_init(NULL) != MLN_OK) {
        return 0;
    }
    unsigned char bytes[MLN_KEY_BYTES] = {7};
    struct mln_key key = {.bytes = bytes};
    mln_key_id(bytes, key.id);
    const struct mln_str text = {(const char *)data, n};
    struct mln_err err = {0};
    struct mln_buf out = MLN_BUF_INIT;
    struct mln_buf sealed = MLN_BUF_INIT;

    enum mln_status status = mln_unseal(&key, "fuzz", text, &out, &err);
    assert(status == MLN_IO || status == MLN_KEY); /* no one can forge, the fuzzer neither */
    assert(out.n == 0 && err.msg[0] != '\0');

    status = mln_seal(&key, "fuzz", text, &sealed, &err);
    assert(status == MLN_OK && sealed.n == n + MLN_SEAL_EXTRA_BYTES);
    sealed.p[n * 31 % sealed.n] ^= 1; /* any one byte */
    status = mln_unseal(&key, "fuzz", mln_buf_view(&sealed), &out, &err);
    assert(status != MLN_OK && out.n == 0);
    sealed.p[n * 31 % sealed.n] ^= 1;
    status = mln_unseal(&key, "fuzz", mln_buf_view(&sealed), &out, &err);
    assert(status == MLN_OK && out.n == n && (n == 0 || memcmp(out.p, data, n) == 0));
    mln_buf_release(&sealed);
    mln_buf_release(&out);
    return 0;
}
