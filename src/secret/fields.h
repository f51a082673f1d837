/* The texts of the key directory: a head line, then lines "name: value" in a fixed order. Inside of
 * the room.
 *
 *   maillon-sealed-key 1
 *   id: 3f0a…
 *   lock: 77b1…
 *   sealed: …
 *
 * There is one way to write each text; anything else (a blank more, CRLF, a line more) is not it.
 */
#ifndef MLN_SECRET_FIELDS_H
#define MLN_SECRET_FIELDS_H

#include "base/buf.h"

/* Whether `text` is exactly `head` and the lines of `names` (NULL-terminated); `values` are then
 * views of it: not empty, without control characters. */
bool mln_fields_read(struct mln_str text, const char *head, const char *const *names,
                     struct mln_str *values);

/* Whether `text` begins with the line `head`. */
bool mln_fields_is(struct mln_str text, const char *head);

/* n bytes from exactly 2 n lower-case hex digits. */
bool mln_fields_hex(struct mln_str value, unsigned char *out, size_t n);
/* n bytes as hex at the end of `out`, and of the text a line "name: value". */
void mln_fields_add_hex(struct mln_buf *out, const char *name, const unsigned char *bytes,
                        size_t n);

/* A decimal number from 1 to max without leading zeros. */
bool mln_fields_number(struct mln_str value, unsigned max, unsigned *out);

#endif
