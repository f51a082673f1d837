/* What the page says besides the study's own labels, in its two languages. */
#ifndef MLN_REPORT_WORDS_H
#define MLN_REPORT_WORDS_H

#include "base/buf.h"

enum mln_lang { MLN_LANG_FR, MLN_LANG_EN };

/* A no-break space. */
#define NB "\xC2\xA0"

enum mln_word {
#define WORD(name, fr, en) MLN_WORD_##name,
#include "report/words.inc"
#undef WORD
    MLN_WORD_COUNT
};

const char *mln_word(enum mln_lang lang, enum mln_word word);

/* ── numbers and days as each language writes them ── */
void mln_put_count(struct mln_buf *out, enum mln_lang lang, uint64_t value);
/* At most `decimals`, those that are all zero kept out only when `trim`. */
void mln_put_decimal(struct mln_buf *out, enum mln_lang lang, double value, int decimals,
                     bool trim);
void mln_put_day(struct mln_buf *out, enum mln_lang lang, int32_t day); /* 31 décembre 2023 */

void mln_put_html(struct mln_buf *out, const char *z); /* as text inside HTML or an attribute */

#endif
