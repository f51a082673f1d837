/* A short document (titles, paragraphs, lists) built once, given as text and as HTML. */
#ifndef MLN_STAGE_DOCUMENT_H
#define MLN_STAGE_DOCUMENT_H

#include "base/buf.h"

enum mln_block_kind { MLN_TITLE, MLN_HEADING, MLN_PARAGRAPH, MLN_ITEM, MLN_SUBITEM };

struct mln_document {
    struct mln_buf blocks; /* kind, NUL-terminated text, and so on */
};

/* Out of memory is sticky and told by the renderings. NULs in the text end it. */
void mln_document_add(struct mln_document *d, enum mln_block_kind kind, const char *fmt, ...)
    MLN_PRINTF(3, 4);
void mln_document_release(struct mln_document *d);

/* UTF-8, wrapped at 90 characters; a whole HTML page without anything from outside. Both are
 * appended to `out`; `lang` is that of the page. */
enum mln_status mln_document_text(const struct mln_document *d, struct mln_buf *out,
                                  struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_document_html(const struct mln_document *d, const char *lang,
                                  struct mln_buf *out, struct mln_err *err) MLN_MUST_USE;

#endif
