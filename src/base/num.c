#include "base/num.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

bool mln_parse_i64(struct mln_str text, int64_t *out) {
    const bool negative = text.n > 0 && text.p[0] == '-';
    const size_t first = negative ? 1 : 0;
    if (text.n == first || (text.p[first] == '0' && text.n > 1)) {
        return false;
    }
    int64_t value = 0; /* kept negative: there is one more negative number */
    for (size_t i = first; i < text.n; i++) {
        const char c = text.p[i];
        if (c < '0' || c > '9' || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, c - '0', &value)) {
            return false;
        }
    }
    if (!negative && value == INT64_MIN) {
        return false;
    }
    *out = negative ? value : -value;
    return true;
}

static size_t skip_digits(struct mln_str s, size_t at) {
    while (at < s.n && s.p[at] >= '0' && s.p[at] <= '9') {
        at++;
    }
    return at;
}

static bool looks_like_a_number(struct mln_str s) {
    size_t at = s.n > 0 && s.p[0] == '-' ? 1 : 0;
    size_t end = skip_digits(s, at);
    if (end == at && (at == s.n || s.p[at] != '.')) {
        return false;
    }
    at = end;
    if (at < s.n && s.p[at] == '.') {
        end = skip_digits(s, at + 1);
        if (end == at + 1) {
            return false;
        }
        at = end;
    }
    if (at < s.n && (s.p[at] == 'e' || s.p[at] == 'E')) {
        at++;
        at += at < s.n && (s.p[at] == '+' || s.p[at] == '-');
        end = skip_digits(s, at);
        if (end == at) {
            return false;
        }
        at = end;
    }
    return at == s.n;
}

/* strtod and printf write the decimal point of the process's locale, which a host program (R,
 * Python, a JVM) may have set: we translate it rather than change what is the host's. */
static char decimal_point(void) {
    const char *point = localeconv()->decimal_point;
    return point == NULL || point[0] == '\0' ? '.' : point[0];
}

bool mln_parse_f64(struct mln_str text, double *out) {
    char z[65];
    if (text.n >= sizeof z || !looks_like_a_number(text)) {
        return false;
    }
    memcpy(z, text.p, text.n);
    z[text.n] = '\0';
    char *point = strchr(z, '.');
    if (point != NULL) {
        *point = decimal_point();
    }
    const double value = strtod(z, NULL);
    if (!isfinite(value)) {
        return false;
    }
    *out = value;
    return true;
}

size_t mln_format_f64(double value, char out[MLN_F64_TEXT]) {
    if (!isfinite(value)) {
        const char *word = isnan(value) ? "nan" : value < 0 ? "-inf" : "inf";
        memcpy(out, word, strlen(word) + 1);
        return strlen(word);
    }
    /* Any decimal of 15 digits survives a normal double, so fewer need no trial: %g drops the
     * zeros. */
    int n = 0;
    for (int digits = fabs(value) < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
        n = snprintf(out, MLN_F64_TEXT, "%.*g", digits, value);
        if (digits == 17 || strtod(out, NULL) == value) {
            break;
        }
    }
    char *point = strchr(out, decimal_point());
    if (point != NULL) {
        *point = '.';
    }
    return (size_t)n;
}
