#include "stage/project/document.h"

#include <stdarg.h>
#include <stdio.h>

enum { WIDTH = 90 };

void mln_document_release(struct mln_document *d) {
    mln_buf_release(&d->blocks);
}

void mln_document_add(struct mln_document *d, enum mln_block_kind kind, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    const int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    mln_buf_addc(&d->blocks, (char)('a' + (int)kind));
    if (n < 0 || !mln_buf_reserve(&d->blocks, (size_t)n + 1)) {
        d->blocks.failed = true;
        return;
    }
    va_start(args, fmt);
    (void)vsnprintf(d->blocks.p + d->blocks.n, (size_t)n + 1, fmt, args);
    va_end(args);
    d->blocks.n += (size_t)n + 1; /* with its NUL */
}

/* The next block at *at; false at the end. */
static bool next_block(const struct mln_document *d, size_t *at, enum mln_block_kind *kind,
                       struct mln_str *text) {
    if (*at >= d->blocks.n) {
        return false;
    }
    *kind = (enum mln_block_kind)(d->blocks.p[*at] - 'a');
    *text = mln_str_from(d->blocks.p + *at + 1);
    *at += text->n + 2;
    return true;
}

/* ── text ── */

static size_t width_of(struct mln_str s) {
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        n += ((unsigned char)s.p[i] & 0xc0U) != 0x80;
    }
    return n;
}

/* Words of `text` on lines of WIDTH, the first one after `first`, the others after `indent`. */
static void wrap(struct mln_buf *out, struct mln_str text, const char *first, const char *indent) {
    size_t column = width_of(mln_str_from(first));
    mln_buf_addz(out, first);
    bool empty = true; /* the line has no word yet */
    for (size_t at = 0; at < text.n;) {
        size_t end = at;
        while (end < text.n && text.p[end] != ' ' && text.p[end] != '\n') {
            end++;
        }
        const struct mln_str word = {text.p + at, end - at};
        if (word.n > 0) {
            if (!empty && column + 1 + width_of(word) > WIDTH) {
                mln_buf_addc(out, '\n');
                mln_buf_addz(out, indent);
                column = width_of(mln_str_from(indent));
                empty = true;
            }
            mln_buf_addz(out, empty ? "" : " ");
            mln_buf_add_str(out, word);
            column += width_of(word) + !empty;
            empty = false;
        }
        at = end + 1;
    }
    mln_buf_addc(out, '\n');
}

static void underline(struct mln_buf *out, struct mln_str text, char c) {
    const size_t n = width_of(text) < WIDTH ? width_of(text) : WIDTH;
    for (size_t i = 0; i < n; i++) {
        mln_buf_addc(out, c);
    }
    mln_buf_addc(out, '\n');
}

enum mln_status mln_document_text(const struct mln_document *d, struct mln_buf *out,
                                  struct mln_err *err) {
    enum mln_block_kind kind;
    enum mln_block_kind before = MLN_TITLE;
    struct mln_str text;
    for (size_t at = 0; next_block(d, &at, &kind, &text); before = kind) {
        if (out->n > 0 && kind <= MLN_PARAGRAPH && before != MLN_HEADING) {
            mln_buf_addc(out, '\n');
        }
        wrap(out, text,
             kind == MLN_ITEM      ? "- "
             : kind == MLN_SUBITEM ? "    - "
                                   : "",
             kind == MLN_ITEM      ? "  "
             : kind == MLN_SUBITEM ? "      "
                                   : "");
        if (kind <= MLN_HEADING) {
            underline(out, text, kind == MLN_TITLE ? '=' : '-');
        }
    }
    return d->blocks.failed ? mln_err_nomem(err, "a document")
                            : mln_buf_check(out, "a document", err);
}

/* ── HTML ── */

static void escaped(struct mln_buf *out, struct mln_str s) {
    for (size_t i = 0; i < s.n; i++) {
        switch (s.p[i]) {
        case '&': mln_buf_addz(out, "&amp;"); break;
        case '<': mln_buf_addz(out, "&lt;"); break;
        case '>': mln_buf_addz(out, "&gt;"); break;
        case '"': mln_buf_addz(out, "&quot;"); break;
        default: mln_buf_addc(out, s.p[i]);
        }
    }
}

/* Opens and closes lists so that `depth` of them are open. An inner list stands in its item. */
static void to_depth(struct mln_buf *out, unsigned *open, unsigned depth) {
    for (; *open > depth; (*open)--) {
        mln_buf_addz(out, "</li>\n</ul>\n");
    }
    for (; *open < depth; (*open)++) {
        mln_buf_addz(out, "<ul>\n<li>");
    }
}

static void html_block(struct mln_buf *out, enum mln_block_kind kind, struct mln_str text,
                       unsigned *open) {
    static const char *const tags[] = {"h1", "h2", "p"};
    if (kind <= MLN_PARAGRAPH) {
        to_depth(out, open, 0);
        mln_buf_addf(out, "<%s>", tags[kind]);
        escaped(out, text);
        mln_buf_addf(out, "</%s>\n", tags[kind]);
        return;
    }
    const unsigned depth = kind == MLN_ITEM ? 1 : 2;
    if (*open >= depth) {
        to_depth(out, open, depth);
        mln_buf_addz(out, "</li>\n<li>");
    } else {
        to_depth(out, open, depth);
    }
    escaped(out, text);
}

enum mln_status mln_document_html(const struct mln_document *d, const char *lang,
                                  struct mln_buf *out, struct mln_err *err) {
    enum mln_block_kind kind = MLN_TITLE;
    struct mln_str text = {"", 0};
    unsigned open = 0;
    size_t at = 0;
    (void)next_block(d, &at, &kind, &text);
    mln_buf_addf(out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
                 lang);
    mln_buf_addz(out, "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
    escaped(out, text);
    mln_buf_addz(out, "</title>\n<style>body{max-width:46em;margin:2em auto;padding:0 1em;"
                      "font:1em/1.5 sans-serif;color:#1b1b1b}h1{font-size:1.6em}"
                      "h2{font-size:1.15em;margin-top:1.8em}</style>\n</head>\n<body>\n<main>\n");
    for (at = 0; next_block(d, &at, &kind, &text);) {
        html_block(out, kind, text, &open);
    }
    to_depth(out, &open, 0);
    mln_buf_addz(out, "</main>\n</body>\n</html>\n");
    return d->blocks.failed ? mln_err_nomem(err, "a document")
                            : mln_buf_check(out, "a document", err);
}
