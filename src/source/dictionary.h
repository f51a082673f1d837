/* The data dictionary: the canonical model as a page of Markdown (docs/data-dictionary.md). */
#ifndef MLN_SOURCE_DICTIONARY_H
#define MLN_SOURCE_DICTIONARY_H

#include "base/buf.h"
#include "source/model.h"

/* Appends the page; the same model gives the same bytes. Memory: mln_buf_check. */
void mln_dictionary_print(const struct mln_model *model, struct mln_buf *out);

#endif
