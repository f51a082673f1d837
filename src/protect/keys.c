#include "protect/keys.h"

#include <stdlib.h>

static int compare_terms(const void *a, const void *b) {
    const struct mln_term *x = a;
    const struct mln_term *y = b;
    const int c = strcmp(x->name, y->name);
    return c != 0 ? c : (x->codes != NULL) - (y->codes != NULL);
}

void mln_terms_sort(struct mln_term *terms, size_t n) {
    qsort(terms, n, sizeof *terms, compare_terms);
}

size_t mln_terms_of(const struct mln_table *t, struct mln_term *terms) {
    size_t n = 0;
    for (size_t d = 0; d < t->n_dimensions; d++) {
        terms[n++] = (struct mln_term){t->dimensions[d].name, NULL, d};
    }
    for (size_t c = 0; c < t->n_conditions; c++) {
        terms[n++] = (struct mln_term){t->conditions[c].name, t->conditions[c].codes, 0};
    }
    mln_terms_sort(terms, n);
    return n;
}

uint8_t mln_key_make(const struct mln_table *t, const struct mln_term *terms, size_t n_terms,
                     size_t cell, uint64_t count, struct mln_buf *key, uint32_t *summed) {
    size_t index[MLN_TABLE_MAX_DIMENSIONS];
    for (size_t d = t->n_dimensions, rest = cell; d-- > 0; rest /= t->dimensions[d].n) {
        index[d] = rest % t->dimensions[d].n;
    }
    uint8_t n_totals = 0;
    uint32_t bit = 1;
    uint32_t bits = 0;
    const char *said = "";
    mln_buf_reset(key);
    mln_buf_addz(key, t->population == NULL ? t->unit_fr : t->population);
    for (size_t i = 0; i < n_terms; i++) {
        const char *code = terms[i].codes;
        if (code == NULL) {
            const struct mln_dimension *d = &t->dimensions[terms[i].dimension];
            if ((ptrdiff_t)index[terms[i].dimension] == d->total) {
                n_totals++;
                continue;
            }
            code = d->codes[index[terms[i].dimension]];
            bits |= d->total >= 0 ? bit : 0;
        } else if (strcmp(said, terms[i].name) == 0) {
            continue;
        }
        said = terms[i].name;
        bit <<= 1;
        mln_buf_addc(key, MLN_KEY_BREAK);
        mln_buf_addz(key, terms[i].name);
        mln_buf_addc(key, '=');
        mln_buf_addz(key, code);
    }
    mln_buf_addc(key, MLN_KEY_BREAK);
    mln_buf_add_u64(key, count);
    if (summed != NULL) {
        *summed = bits;
    }
    return n_totals;
}
