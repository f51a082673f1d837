/* What the page of a linkage says, in its two languages. */
#ifndef MLN_LINKAGE_REPORT_WORDS_H
#define MLN_LINKAGE_REPORT_WORDS_H

#include "report/words.h"

enum mln_linkage_word {
#define WORD(name, fr, en) MLN_LK_##name,
#include "linkage/report_words.inc"
#undef WORD
    MLN_LK_COUNT
};

const char *mln_linkage_word(enum mln_lang lang, enum mln_linkage_word word);

#endif
