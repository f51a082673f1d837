/* A JSON text written piece by piece into a buffer: the manifest, the data of the report's
 * drawings.
 *
 *   init → begin_object → key, value, … → end → finish
 *
 * The same calls give the same bytes: two blanks of indentation, one value a line, doubles in the
 * shortest form that reads back. The text is also safe inside an HTML <script> ('<' is escaped) and
 * is read back by mln_yaml_parse, which reads JSON (keys up to 1000 bytes, depth up to 32).
 *
 * Calls in an order that makes no JSON (a value without key in an object, an end too many) are
 * broken promises: assert. Running out of memory is sticky in the buffer and told by
 * mln_json_finish. */
#ifndef MLN_BASE_JSON_H
#define MLN_BASE_JSON_H

#include "base/buf.h"

enum { MLN_JSON_MAX_DEPTH = 32 };

struct mln_json {
    struct mln_buf *out; /* borrowed */
    unsigned depth;
    bool has_key;                     /* a key waits for its value */
    bool any[MLN_JSON_MAX_DEPTH + 1]; /* something was written at this depth */
    char kind[MLN_JSON_MAX_DEPTH];    /* '{' or '[' */
};

void mln_json_init(struct mln_json *j, struct mln_buf *out); /* appends to `out` */

void mln_json_begin_object(struct mln_json *j);
void mln_json_begin_array(struct mln_json *j);
void mln_json_end(struct mln_json *j); /* of the innermost object or array */

void mln_json_key(struct mln_json *j, const char *key);
void mln_json_key_str(struct mln_json *j, struct mln_str key);

/* NULL pointers are written as null, bytes that are no UTF-8 as U+FFFD. */
void mln_json_str(struct mln_json *j, struct mln_str s);
void mln_json_strz(struct mln_json *j, const char *z);
void mln_json_i64(struct mln_json *j, int64_t value);
void mln_json_u64(struct mln_json *j, uint64_t value);
void mln_json_f64(struct mln_json *j, double value); /* NaN and infinities: null */
void mln_json_bool(struct mln_json *j, bool value);
void mln_json_null(struct mln_json *j);

/* A key and its value. */
void mln_json_member_str(struct mln_json *j, const char *key, struct mln_str s);
void mln_json_member_strz(struct mln_json *j, const char *key, const char *z);
void mln_json_member_i64(struct mln_json *j, const char *key, int64_t value);
void mln_json_member_u64(struct mln_json *j, const char *key, uint64_t value);
void mln_json_member_f64(struct mln_json *j, const char *key, double value);
void mln_json_member_bool(struct mln_json *j, const char *key, bool value);

/* Ends the text with a newline. MLN_NO_MEMORY when any call ran out of it. */
enum mln_status mln_json_finish(struct mln_json *j, struct mln_err *err) MLN_MUST_USE;

#endif
