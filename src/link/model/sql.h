/* The SQL of a level, looked at by its words before any engine sees it: what it names is known, and
 * it is one condition on one pair. Pure; no grammar of SQL is known here, only its words.
 *
 * A condition speaks of the fields of the pair's two records as l.field and r.field (l."two
 * words"). It may not hold what would make its value depend on anything but these: subqueries,
 * windows, parameters, the clock. */
#ifndef MLN_LINK_MODEL_SQL_H
#define MLN_LINK_MODEL_SQL_H

#include "base/str.h"

enum mln_sql_kind {
    MLN_SQL_END,
    MLN_SQL_WORD,   /* a letter or '_', then letters, digits, '_' and '$'; bytes past ASCII are
                       letters */
    MLN_SQL_QUOTED, /* "…" : a name */
    MLN_SQL_TEXT,   /* '…' */
    MLN_SQL_NUMBER,
    MLN_SQL_SYMBOL, /* any other byte */
    MLN_SQL_OPEN,   /* a quote that is never closed, or a comment */
};

struct mln_sql_word {
    enum mln_sql_kind kind;
    struct mln_str text; /* as written, with its quotes */
};

/* The word at *at and past it; blanks are skipped. O(length of the word). */
struct mln_sql_word mln_sql_next(struct mln_str sql, size_t *at);

/* Without the case of ASCII letters. */
bool mln_sql_is(struct mln_sql_word word, const char *keyword);

#endif
