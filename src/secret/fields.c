#include "secret/fields.h"

#include <string.h>

#include "base/num.h"

bool mln_fields_is(struct mln_str text, const char *head) {
    const size_t n = strlen(head);
    return text.n > n && memcmp(text.p, head, n) == 0 && text.p[n] == '\n';
}

bool mln_fields_read(struct mln_str text, const char *head, const char *const *names,
                     struct mln_str *values) {
    if (!mln_fields_is(text, head)) {
        return false;
    }
    size_t at = strlen(head) + 1;
    for (size_t i = 0; names[i] != NULL; i++) {
        const size_t n = strlen(names[i]);
        if (text.n - at < n + 2 || memcmp(text.p + at, names[i], n) != 0 ||
            memcmp(text.p + at + n, ": ", 2) != 0) {
            return false;
        }
        at += n + 2;
        const size_t start = at;
        while (at < text.n && (unsigned char)text.p[at] >= ' ' && text.p[at] != 0x7f) {
            at++;
        }
        if (at == text.n || text.p[at] != '\n' || at == start) {
            return false;
        }
        values[i] = (struct mln_str){text.p + start, at - start};
        at++;
    }
    return at == text.n;
}

static int digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool mln_fields_hex(struct mln_str value, unsigned char *out, size_t n) {
    if (value.n != 2 * n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        const int high = digit(value.p[2 * i]);
        const int low = digit(value.p[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

void mln_fields_add_hex(struct mln_buf *out, const char *name, const unsigned char *bytes,
                        size_t n) {
    static const char digits[] = "0123456789abcdef";
    mln_buf_addf(out, "%s: ", name);
    for (size_t i = 0; i < n; i++) {
        mln_buf_addc(out, digits[bytes[i] >> 4]);
        mln_buf_addc(out, digits[bytes[i] & 15U]);
    }
    mln_buf_addc(out, '\n');
}

bool mln_fields_number(struct mln_str value, unsigned max, unsigned *out) {
    int64_t number = 0;
    if (!mln_parse_i64(value, &number) || number < 1 || number > (int64_t)max) {
        return false;
    }
    *out = (unsigned)number;
    return true;
}
