/* A borrowed run of bytes with its length: needs no NUL, may contain one, is never freed.
 * Text is UTF-8 unless a header says otherwise. A missing value is {NULL, 0};
 * an empty string has a non-NULL pointer. */
#ifndef MLN_BASE_STR_H
#define MLN_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct mln_str {
    const char *p;
    size_t n;
};

#define MLN_STR_LIT(s) ((struct mln_str){(s), sizeof(s) - 1})
/* For printf("%.*s", MLN_STR_ARG(s)). Never with a cell value. */
#define MLN_STR_ARG(s) (int)(s).n, (s).p

static inline struct mln_str mln_str_from(const char *z) {
    return (struct mln_str){z, z == NULL ? 0 : strlen(z)};
}

static inline bool mln_str_eq(struct mln_str a, struct mln_str b) {
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool mln_str_is(struct mln_str a, const char *z) {
    return mln_str_eq(a, mln_str_from(z));
}

/* Byte order, shorter first on a common prefix: the order of every sorted output. */
static inline int mln_str_cmp(struct mln_str a, struct mln_str b) {
    const size_t n = a.n < b.n ? a.n : b.n;
    const int c = n == 0 ? 0 : memcmp(a.p, b.p, n);
    return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

/* Without the ASCII blanks at both ends. */
static inline struct mln_str mln_str_trim(struct mln_str s) {
    while (s.n > 0 && (*s.p == ' ' || (*s.p >= '\t' && *s.p <= '\r'))) {
        s.p++, s.n--;
    }
    while (s.n > 0 && (s.p[s.n - 1] == ' ' || (s.p[s.n - 1] >= '\t' && s.p[s.n - 1] <= '\r'))) {
        s.n--;
    }
    return s;
}

#endif
