#include "linkage/parquet_encode.h"

void mln_parquet_varint(struct mln_buf *out, uint64_t value) {
    for (; value >= 0x80; value >>= 7) {
        mln_buf_addc(out, (char)(value | 0x80));
    }
    mln_buf_addc(out, (char)value);
}

void mln_parquet_zigzag(struct mln_buf *out, int64_t value) {
    mln_parquet_varint(out, (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

/* ── packing ── */

/* Numbers of a fixed count of bits one behind the other, the least significant bit first. */
struct packer {
    unsigned char *at;
    uint64_t word; /* bits not written yet */
    unsigned n;    /* how many, below 64 */
};

static void put_word(struct packer *p, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        *p->at++ = (unsigned char)(p->word >> 8 * i);
    }
}

static void pack(struct packer *p, uint64_t value, unsigned bits) {
    p->word |= value << p->n;
    p->n += bits;
    if (p->n >= 64) {
        put_word(p, 8);
        p->n -= 64;
        p->word = p->n == 0 ? 0 : value >> (bits - p->n);
    }
}

/* ── hybrid ── */

/* Values in groups of 8; the last one is filled up with zeros. */
static void packed_groups(struct mln_buf *out, const uint32_t *values, size_t n, unsigned bits) {
    const size_t groups = (n + 7) / 8;
    if (n == 0) {
        return;
    }
    mln_parquet_varint(out, (uint64_t)groups << 1 | 1);
    if (!mln_buf_reserve(out, groups * bits)) {
        return;
    }
    struct packer p = {(unsigned char *)out->p + out->n, 0, 0};
    for (size_t i = 0; i < 8 * groups; i++) {
        pack(&p, i < n ? values[i] : 0, bits);
    }
    put_word(&p, p.n / 8); /* 8 values are a whole number of bytes */
    out->n += groups * bits;
}

void mln_parquet_hybrid(struct mln_buf *out, const uint32_t *values, size_t n, unsigned bits) {
    size_t packed = 0; /* from here to i values wait to be packed */
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;
        while (end < n && values[end] == values[i]) {
            end++;
        }
        const size_t filled = i + (8 - (i - packed) % 8) % 8; /* of the run: to end a group */
        if (end >= filled + 8) {
            packed_groups(out, values + packed, filled - packed, bits);
            mln_parquet_varint(out, (uint64_t)(end - filled) << 1);
            for (unsigned b = 0; b < bits; b += 8) {
                mln_buf_addc(out, (char)(values[i] >> b));
            }
            packed = end;
        }
        i = end;
    }
    packed_groups(out, values + packed, n - packed, bits);
}

/* ── delta ── */

enum { BLOCK = 128, PARTS = 4, PART = BLOCK / PARTS };

static unsigned width_of(const uint64_t *values, size_t n) {
    uint64_t all = 0;
    for (size_t i = 0; i < n; i++) {
        all |= values[i];
    }
    return all == 0 ? 0 : 64 - (unsigned)__builtin_clzll(all);
}

/* n ≤ BLOCK differences. Parts past the last one have width 0 and no bytes. */
static void delta_block(struct mln_buf *out, const uint64_t *delta, size_t n) {
    uint64_t above[BLOCK] = {0};
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < n; i++) {
        least = (int64_t)delta[i] < least ? (int64_t)delta[i] : least;
    }
    for (size_t i = 0; i < n; i++) {
        above[i] = delta[i] - (uint64_t)least;
    }
    mln_parquet_zigzag(out, least);
    unsigned width[PARTS];
    for (size_t k = 0; k < PARTS; k++) {
        width[k] = width_of(above + k * PART, PART);
        mln_buf_addc(out, (char)width[k]);
    }
    if (!mln_buf_reserve(out, sizeof above)) {
        return;
    }
    for (size_t k = 0; k < PARTS && k * PART < n; k++) {
        struct packer p = {(unsigned char *)out->p + out->n, 0, 0};
        for (size_t i = 0; width[k] > 0 && i < PART; i++) {
            pack(&p, above[k * PART + i], width[k]);
        }
        put_word(&p, p.n / 8);
        out->n += (size_t)width[k] * PART / 8;
    }
}

void mln_parquet_delta(struct mln_buf *out, const int64_t *values, size_t n) {
    mln_parquet_varint(out, BLOCK);
    mln_parquet_varint(out, PARTS);
    mln_parquet_varint(out, n);
    mln_parquet_zigzag(out, n == 0 ? 0 : values[0]);
    for (size_t first = 1; first < n; first += BLOCK) {
        uint64_t delta[BLOCK];
        const size_t m = n - first < BLOCK ? n - first : BLOCK;
        for (size_t i = 0; i < m;
             i++) { /* differences wrap, and so do the sums of who reads them */
            delta[i] = (uint64_t)values[first + i] - (uint64_t)values[first + i - 1];
        }
        delta_block(out, delta, m);
    }
}

/* ── prefix ── */

static size_t shared(struct mln_str a, struct mln_str b) {
    const size_t most = a.n < b.n ? a.n : b.n;
    size_t n = 0;
    while (n < most && a.p[n] == b.p[n]) {
        n++;
    }
    return n;
}

void mln_parquet_prefix(struct mln_buf *out, const struct mln_str *values, size_t n,
                        int64_t *lengths) {
    int64_t *rest = lengths + n;
    for (size_t i = 0; i < n; i++) {
        lengths[i] = i == 0 ? 0 : (int64_t)shared(values[i - 1], values[i]);
        rest[i] = (int64_t)values[i].n - lengths[i];
    }
    mln_parquet_delta(out, lengths, n);
    mln_parquet_delta(out, rest, n);
    for (size_t i = 0; i < n; i++) {
        mln_buf_add(out, values[i].p + lengths[i], (size_t)rest[i]);
    }
}
