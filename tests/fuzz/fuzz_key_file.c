/* A key file: what is read is a whole file, and printing it again gives the same key. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "secret/key_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    unsigned char key[MLN_KEY_BYTES];
    unsigned char again[MLN_KEY_BYTES];
    char id[MLN_KEY_ID_CHARS + 1];
    struct mln_err err = {0};
    const struct mln_str text = {(const char *)data, n};
    if (mln_key_file_parse("key", text, key, id, &err) != MLN_OK) {
        assert(err.status == MLN_KEY && err.msg[0] != '\0');
        return 0;
    }
    char printed[MLN_KEY_FILE_CHARS];
    mln_key_file_print(key, printed);
    const enum mln_status status =
        mln_key_file_parse("key", (struct mln_str){printed, sizeof printed}, again, id, NULL);
    assert(status == MLN_OK && memcmp(key, again, sizeof key) == 0);
    (void)status;
    return 0;
}
