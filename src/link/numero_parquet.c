#include "link/numero_parquet.h"

/* Length of the separator at the start of s, 0 when there is none. */
static size_t separator(struct mln_str s) {
    if (strchr(" .-/\t", s.p[0]) != NULL && s.p[0] != '\0') {
        return 1;
    }
    return s.n >= 2 && s.p[0] == '\xC2' && s.p[1] == '\xA0' ? 2 : 0;
}

static int digits_at(const char *p, size_t n) {
    int value = 0;
    for (size_t i = 0; i < n; i++) {
        value = value * 10 + (p[i] - '0');
    }
    return value;
}

bool mln_numero_parquet_read(struct mln_str text, char out[MLN_NUMERO_PARQUET_DIGITS]) {
    size_t n = 0;
    while (text.n > 0) {
        const size_t skip = separator(text);
        if (skip == 0) {
            if (text.p[0] < '0' || text.p[0] > '9' || n == MLN_NUMERO_PARQUET_DIGITS) {
                return false;
            }
            out[n++] = text.p[0];
        }
        text.p += skip == 0 ? 1 : skip;
        text.n -= skip == 0 ? 1 : skip;
    }
    if (n != MLN_NUMERO_PARQUET_DIGITS) {
        return false;
    }
    /* From 1901 to 2099 a year is a leap year when its last two digits are a multiple of four. */
    const int day = digits_at(out + 2, 3);
    return day >= 1 && day <= (digits_at(out, 2) % 4 == 0 ? 366 : 365);
}

enum mln_status mln_numero_parquet_kernel(void *ctx, const struct mln_batch *in,
                                          struct mln_builder *out, struct mln_err *err) {
    (void)ctx;
    if (in->n_columns != 2 || in->columns[0].type != MLN_INT64 ||
        in->columns[1].type != MLN_UTF8_TEXT) {
        return mln_err_set(err, MLN_INTERNAL, "numéro parquet: its columns have other types");
    }
    for (size_t row = 0; row < in->n_rows; row++) {
        char digits[MLN_NUMERO_PARQUET_DIGITS];
        if (mln_numero_parquet_read(mln_get_str(&in->columns[1], row), digits)) {
            mln_add_i64(out, 0, mln_get_i64(&in->columns[0], row));
            mln_add_str(out, 1, (struct mln_str){digits, sizeof digits});
        }
    }
    return MLN_OK;
}
