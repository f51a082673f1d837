#include "protect/wire.h"

#include <math.h>

void mln_wire_put_u64(struct mln_buf *out, uint64_t value) {
    unsigned char bytes[8];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (unsigned char)(value >> (8 * i) & 0xFFU);
    }
    mln_buf_add(out, bytes, sizeof bytes);
}

void mln_wire_put_f64(struct mln_buf *out, double value) {
    uint64_t bits = UINT64_C(0x7FF8000000000000);
    if (!isnan(value)) {
        memcpy(&bits, &value, sizeof bits);
    }
    mln_wire_put_u64(out, bits);
}

void mln_wire_put_text(struct mln_buf *out, const char *z) {
    const size_t n = z == NULL ? 0 : strlen(z);
    mln_wire_put_u64(out, z == NULL ? 0 : n + 1);
    mln_buf_add(out, z == NULL ? "" : z, n);
}

uint64_t mln_wire_u64(struct mln_wire *w, uint64_t max) {
    if (w->broken || w->left.n < 8) {
        w->broken = true;
        return 0;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < 8; i++) {
        value |= (uint64_t)(unsigned char)w->left.p[i] << (8 * i);
    }
    w->left.p += 8;
    w->left.n -= 8;
    if (value > max) {
        w->broken = true;
        return 0;
    }
    return value;
}

double mln_wire_f64(struct mln_wire *w) {
    const uint64_t bits = mln_wire_u64(w, UINT64_MAX);
    double value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

const char *mln_wire_text(struct mln_wire *w, bool may_be_null) {
    const uint64_t mark = mln_wire_u64(w, UINT64_MAX);
    if (mark == 0) {
        w->broken = w->broken || !may_be_null;
        return may_be_null ? NULL : "";
    }
    if (mark - 1 > w->left.n) {
        w->broken = true;
        return "";
    }
    const struct mln_str text = {w->left.p, (size_t)(mark - 1)};
    if (text.n > 0 && memchr(text.p, '\0', text.n) != NULL) {
        w->broken = true;
        return "";
    }
    w->left.p += text.n;
    w->left.n -= text.n;
    const char *copy = mln_arena_strdup(w->arena, text);
    w->no_memory = w->no_memory || copy == NULL;
    return copy == NULL ? "" : copy;
}

size_t mln_wire_count(struct mln_wire *w, size_t bytes_each, size_t max) {
    const uint64_t n = mln_wire_u64(w, max);
    if (n > w->left.n / bytes_each) {
        w->broken = true;
        return 0;
    }
    return (size_t)n;
}

void *mln_wire_alloc(struct mln_wire *w, size_t count, size_t size) {
    void *p = mln_arena_alloc(w->arena, count == 0 ? 1 : count, size);
    w->no_memory = w->no_memory || p == NULL;
    return p;
}

bool mln_wire_magic(struct mln_wire *w, const char *magic) {
    const size_t n = strlen(magic);
    if (w->left.n < n || memcmp(w->left.p, magic, n) != 0) {
        w->broken = true;
        return false;
    }
    w->left.p += n;
    w->left.n -= n;
    return true;
}

enum mln_status mln_wire_end(const struct mln_wire *w, const char *what, struct mln_err *err) {
    if (w->no_memory) {
        return mln_err_nomem(err, what);
    }
    if (w->broken || w->left.n != 0) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "the bytes of %s are damaged or of another version; run the stage that "
                           "makes them again",
                           what);
    }
    return MLN_OK;
}
