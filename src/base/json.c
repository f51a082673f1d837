#include "base/json.h"

#include <assert.h>
#include <math.h>

#include "base/num.h"
#include "base/utf8.h"

void mln_json_init(struct mln_json *j, struct mln_buf *out) {
    *j = (struct mln_json){.out = out};
}

static void new_line(struct mln_json *j) {
    mln_buf_addc(j->out, '\n');
    for (unsigned i = 0; i < j->depth; i++) {
        mln_buf_addz(j->out, "  ");
    }
}

/* The comma and line before an element, unless a key stands before it. */
static void before_value(struct mln_json *j) {
    if (j->has_key) {
        j->has_key = false;
        return;
    }
    assert(j->depth == 0 ? !j->any[0] : j->kind[j->depth - 1] == '[');
    if (j->any[j->depth]) {
        mln_buf_addc(j->out, ',');
    }
    if (j->depth > 0) {
        new_line(j);
    }
    j->any[j->depth] = true;
}

/* ── text ── */

/* Characters that JSON, YAML (which reads it back) or an HTML page would not take as they are. */
static bool needs_escape(uint32_t cp) {
    return cp < 0x20 || cp == '"' || cp == '\\' || cp == '<' || (cp >= 0x7F && cp <= 0x9F) ||
           cp == 0x2028 || cp == 0x2029 || cp == 0xFEFF || cp == 0xFFFE || cp == 0xFFFF;
}

static void add_escape(struct mln_buf *out, uint32_t cp) {
    static const char plain[] = "\"\\\b\f\n\r\t";
    static const char named[] = "\"\\bfnrt";
    const char *at = cp > 0 && cp < 0x80 ? strchr(plain, (int)cp) : NULL;
    if (at != NULL) {
        mln_buf_addc(out, '\\');
        mln_buf_addc(out, named[at - plain]);
    } else {
        mln_buf_addf(out, "\\u%04x", (unsigned)cp);
    }
}

static void add_valid(struct mln_buf *out, struct mln_str s) {
    size_t from = 0;
    for (size_t at = 0; at < s.n;) {
        const size_t start = at;
        const uint32_t cp = mln_utf8_next(s, &at);
        if (needs_escape(cp)) {
            mln_buf_add(out, s.p + from, start - from);
            add_escape(out, cp);
            from = at;
        }
    }
    mln_buf_add(out, s.p + from, s.n - from);
}

static void add_quoted(struct mln_buf *out, struct mln_str s) {
    mln_buf_addc(out, '"');
    while (s.n > 0) {
        const size_t valid = mln_utf8_valid_prefix(s);
        add_valid(out, (struct mln_str){s.p, valid});
        s.p += valid;
        s.n -= valid;
        if (s.n > 0) {
            mln_buf_addz(out, "\xEF\xBF\xBD"); /* U+FFFD */
            s.p++;
            s.n--;
        }
    }
    mln_buf_addc(out, '"');
}

/* ── structure ── */

static void begin(struct mln_json *j, char kind) {
    assert(j->depth < MLN_JSON_MAX_DEPTH);
    before_value(j);
    mln_buf_addc(j->out, kind);
    j->kind[j->depth++] = kind;
    j->any[j->depth] = false;
}

void mln_json_begin_object(struct mln_json *j) {
    begin(j, '{');
}

void mln_json_begin_array(struct mln_json *j) {
    begin(j, '[');
}

void mln_json_end(struct mln_json *j) {
    assert(j->depth > 0 && !j->has_key);
    const bool any = j->any[j->depth];
    j->depth--;
    if (any) {
        new_line(j);
    }
    mln_buf_addc(j->out, j->kind[j->depth] == '{' ? '}' : ']');
}

void mln_json_key_str(struct mln_json *j, struct mln_str key) {
    assert(j->depth > 0 && j->kind[j->depth - 1] == '{' && !j->has_key && key.n <= 1000);
    if (j->any[j->depth]) {
        mln_buf_addc(j->out, ',');
    }
    new_line(j);
    add_quoted(j->out, key);
    mln_buf_addz(j->out, ": ");
    j->any[j->depth] = true;
    j->has_key = true;
}

void mln_json_key(struct mln_json *j, const char *key) {
    mln_json_key_str(j, mln_str_from(key));
}

/* ── values ── */

void mln_json_str(struct mln_json *j, struct mln_str s) {
    if (s.p == NULL) {
        mln_json_null(j);
        return;
    }
    before_value(j);
    add_quoted(j->out, s);
}

void mln_json_strz(struct mln_json *j, const char *z) {
    mln_json_str(j, mln_str_from(z));
}

void mln_json_i64(struct mln_json *j, int64_t value) {
    before_value(j);
    mln_buf_add_i64(j->out, value);
}

void mln_json_u64(struct mln_json *j, uint64_t value) {
    before_value(j);
    mln_buf_add_u64(j->out, value);
}

void mln_json_f64(struct mln_json *j, double value) {
    if (!isfinite(value)) {
        mln_json_null(j);
        return;
    }
    char text[MLN_F64_TEXT];
    before_value(j);
    mln_buf_add(j->out, text, mln_format_f64(value, text));
}

void mln_json_bool(struct mln_json *j, bool value) {
    before_value(j);
    mln_buf_addz(j->out, value ? "true" : "false");
}

void mln_json_null(struct mln_json *j) {
    before_value(j);
    mln_buf_addz(j->out, "null");
}

void mln_json_member_str(struct mln_json *j, const char *key, struct mln_str s) {
    mln_json_key(j, key);
    mln_json_str(j, s);
}

void mln_json_member_strz(struct mln_json *j, const char *key, const char *z) {
    mln_json_key(j, key);
    mln_json_strz(j, z);
}

void mln_json_member_i64(struct mln_json *j, const char *key, int64_t value) {
    mln_json_key(j, key);
    mln_json_i64(j, value);
}

void mln_json_member_u64(struct mln_json *j, const char *key, uint64_t value) {
    mln_json_key(j, key);
    mln_json_u64(j, value);
}

void mln_json_member_f64(struct mln_json *j, const char *key, double value) {
    mln_json_key(j, key);
    mln_json_f64(j, value);
}

void mln_json_member_bool(struct mln_json *j, const char *key, bool value) {
    mln_json_key(j, key);
    mln_json_bool(j, value);
}

enum mln_status mln_json_finish(struct mln_json *j, struct mln_err *err) {
    assert(j->depth == 0 && !j->has_key && j->any[0]);
    mln_buf_addc(j->out, '\n');
    return mln_buf_check(j->out, "a JSON text", err);
}
