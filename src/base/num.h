/* Numbers to and from text, whatever the locale of the process. */
#ifndef MLN_BASE_NUM_H
#define MLN_BASE_NUM_H

#include <stdint.h>

#include "base/str.h"

/* The whole text is a decimal number: [-]digits, without superfluous zeros in front. False for
 * anything else, and for what int64 cannot hold. */
bool mln_parse_i64(struct mln_str text, int64_t *out);

/* The whole text is [-]digits[.digits][e[±]digits], or [-].digits[e[±]digits]. False for anything
 * else, for more than 64 characters, and for what overflows to infinity. */
bool mln_parse_f64(struct mln_str text, double *out);

/* The shortest text that reads back as the same double ("0.1", "1e+300"), NUL-terminated; returns
 * its length. "nan", "inf" and "-inf" for the three that are not numbers. */
enum { MLN_F64_TEXT = 32 };
size_t mln_format_f64(double value, char out[MLN_F64_TEXT]);

#endif
