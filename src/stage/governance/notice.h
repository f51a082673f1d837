/* The information notice (GDPR, articles 13 and 14) and the register entry (article 30), in French,
 * from the project, its declared processing and the categories that the data really have. */
#ifndef MLN_STAGE_NOTICE_H
#define MLN_STAGE_NOTICE_H

#include "stage/project/document.h"
#include "stage/project/processing.h"

struct mln_notice {
    const struct mln_project *project;
    const struct mln_processing *processing;
    const struct mln_categories *categories;
    const char *key_custody; /* how keys are kept, a sentence in French; NULL: not told */
};

/* Only categories and variables that are present are told. */
void mln_notice_write(const struct mln_notice *notice, struct mln_document *out);
void mln_register_write(const struct mln_notice *notice, struct mln_document *out);

/* The whole: reads the declaration, looks at the zones, refuses what does not agree
 * (MLN_BAD_INPUT), and writes notice.txt, notice.html, registre.txt and registre.html into `dir`
 * (made). */
enum mln_status mln_notice_make(const struct mln_project *project, const char *dir,
                                struct mln_talk *talk, struct mln_err *err) MLN_MUST_USE;

#endif
