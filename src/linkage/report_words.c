#include "linkage/report_words.h"

const char *mln_linkage_word(enum mln_lang lang, enum mln_linkage_word word) {
    static const char *const words[][2] = {
#define WORD(name, fr, en) {fr, en},
#include "linkage/report_words.inc"
#undef WORD
    };
    return words[word][lang];
}
