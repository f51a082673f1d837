#include <stdint.h>
#include <stdlib.h>

#include "link/numero_parquet.h"
#include "link/proc_key.h"
#include "link/pv_reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds) {
        abort();
    }
}

static bool inside(struct mln_str part, struct mln_str text) {
    return part.p >= text.p && part.p + part.n <= text.p + text.n;
}

/* The promises of the header, and canonical keys that do not change when made again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct mln_str text = {size == 0 ? "" : (const char *)data, size};
    const struct mln_pv_years years = {1990, 2023};
    struct mln_pv_reading r[MLN_PV_READINGS_MAX];
    const size_t n = mln_pv_reference_read(text, years, r);
    must(n <= MLN_PV_READINGS_MAX);
    struct mln_buf key = MLN_BUF_INIT;
    struct mln_buf again = MLN_BUF_INIT;
    for (size_t i = 0; i < n; i++) {
        must(r[i].year >= years.first && r[i].year <= years.last);
        must(i == 0 || r[i - 1].doubt <= r[i].doubt);
        must(inside(r[i].number, text) && r[i].number.n > 0 && *r[i].number.p != '0');
        must(r[i].unit.p == NULL || inside(r[i].unit, text));
        mln_buf_reset(&key);
        mln_buf_reset(&again);
        const struct mln_proc_key whole = {MLN_STR_LIT("PN"), r[i].unit, r[i].year, r[i].number};
        must(mln_proc_key_add(&whole, &key) == (r[i].unit.p != NULL));
        must(mln_proc_key_add(&whole, &again) == (r[i].unit.p != NULL));
        must(mln_str_eq(mln_buf_view(&key), mln_buf_view(&again)));
    }
    const struct mln_proc_key raw = {text, text, 2021, text};
    mln_buf_reset(&key);
    (void)mln_proc_key_add(&raw, &key);
    mln_buf_release(&key);
    mln_buf_release(&again);
    char digits[MLN_NUMERO_PARQUET_DIGITS];
    (void)mln_numero_parquet_read(text, digits);
    return 0;
}
