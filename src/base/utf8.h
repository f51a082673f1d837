/* UTF-8: validation, code points, case and accents, conversion from the sources' encodings. */
#ifndef MLN_BASE_UTF8_H
#define MLN_BASE_UTF8_H

#include <stdint.h>

#include "base/buf.h"

/* Number of leading bytes that are valid UTF-8 (== s.n when all is). Strict: no surrogates,
 * no overlong forms, nothing past U+10FFFF. Fast path for ASCII. O(n). */
size_t mln_utf8_valid_prefix(struct mln_str s);

/* Decodes one code point of valid UTF-8 at *at (< s.n) and moves *at past it. */
uint32_t mln_utf8_next(struct mln_str s, size_t *at);

/* Writes a code point as 1 to 4 bytes; returns how many. */
size_t mln_utf8_put(uint32_t cp, char *out);

enum mln_encoding { MLN_UTF8, MLN_WINDOWS_1252, MLN_LATIN_1, MLN_LATIN_9 };

/* Name as users write it ("utf-8", "UTF8", "windows-1252", "cp1252", "latin1", "iso-8859-15"). */
enum mln_status mln_encoding_from_name(struct mln_str name, enum mln_encoding *out,
                                       struct mln_err *err) MLN_MUST_USE;

/* Appends `s` converted to UTF-8. Returns the number of bytes consumed: less than s.n when a byte
 * has no meaning in the encoding (0x81 in Windows-1252, invalid UTF-8), which is then at that
 * offset. */
size_t mln_to_utf8(enum mln_encoding encoding, struct mln_str s, struct mln_buf *out);

/* The reverse, for writing extracts: code points without a place become '?'. */
void mln_from_utf8(enum mln_encoding encoding, struct mln_str s, struct mln_buf *out);

/* Upper case without accents, Latin letters only: "Éléonore d'Œ" → "ELEONORE D'OE". Others stay. */
void mln_utf8_fold(struct mln_str s, struct mln_buf *out);

#endif
