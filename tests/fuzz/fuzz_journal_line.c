/* A line of the journal: whatever is read has a text of its own; its tail is found only where it
 * is; a line printed again is read again as the same. */
#include <assert.h>
#include <sodium.h>
#include <stdint.h>
#include <string.h>

#include "secret/journal_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_again(const struct mln_journal_entry *entry, struct mln_arena *arena) {
    static unsigned char bytes[MLN_KEY_BYTES];
    const struct mln_key key = {.bytes = bytes, .id = "0123456789abcdef"};
    struct mln_digest prev;
    struct mln_buf one = MLN_BUF_INIT;
    struct mln_buf two = MLN_BUF_INIT;
    struct mln_journal_entry read;
    mln_digest_text(MLN_STR_LIT("x"), &prev);
    if (mln_journal_line_print(entry, &prev, &key, &one, NULL) == MLN_OK) {
        enum mln_status status = mln_journal_line_parse(arena, mln_buf_view(&one), &read, NULL);
        assert(status == MLN_OK);
        status = mln_journal_line_print(&read, &prev, &key, &two, NULL);
        assert(status == MLN_OK && mln_str_eq(mln_buf_view(&one), mln_buf_view(&two)));
        (void)status;
    }
    mln_buf_release(&one);
    mln_buf_release(&two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    const struct mln_str line = {(const char *)data, n};
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_journal_entry entry;
    struct mln_journal_tail tail;
    struct mln_err err = {0};
    if (mln_secret_init(NULL) != MLN_OK) {
        return 0;
    }
    if (mln_journal_line_tail(line, &tail)) {
        assert(tail.text.p == line.p && tail.text.n < line.n);
        assert(strlen(tail.prev.hex) == MLN_DIGEST_CHARS && strlen(tail.key) == MLN_KEY_ID_CHARS);
    }
    if (mln_journal_line_parse(&arena, line, &entry, &err) == MLN_OK) {
        check_again(&entry, &arena);
    } else {
        assert(err.msg[0] != '\0');
    }
    mln_arena_release(&arena);
    return 0;
}
