/* Why a row was rejected: the words of the fourth column of rejets.csv.
 *
 * A reason never holds a value of the source. The words are those of the trade's language, without
 * accents, and are stable: people sort and count by them. */
#ifndef MLN_SOURCE_REASON_H
#define MLN_SOURCE_REASON_H

/* X(name, word). The first ones are faults of a row's form, found by a reader; then those of a
 * cell; then those of whole tables. The order is that of rejets.csv within a row and column. */
#define MLN_REASONS(X)                                     \
    X(NONE, "")                                            \
    X(TOO_FEW_CELLS, "cellules manquantes")                \
    X(TOO_MANY_CELLS, "cellules en trop")                  \
    X(QUOTE, "guillemet mal place")                        \
    X(LINE_BREAK, "fin de ligne isolee")                   \
    X(NUL_BYTE, "octet nul")                               \
    X(TOO_LONG, "champ trop long")                         \
    X(ENCODING, "encodage invalide")                       \
    X(REQUIRED, "valeur requise absente")                  \
    X(INT_MALFORMED, "entier malforme")                    \
    X(INT_RANGE, "entier hors bornes")                     \
    X(DATE_MALFORMED, "date malformee")                    \
    X(DATE_IMPOSSIBLE, "date impossible")                  \
    X(DATE_INCOMPLETE, "date incomplete")                  \
    X(WORD, "mot hors liste")                              \
    X(CODE, "code inconnu")                                \
    X(DUPLICATE, "doublon exact")                          \
    X(KEY, "cle en double")                                \
    X(ORPHAN, "parent absent ou rejete")

enum mln_reason {
#define MLN_REASON_NAME(name, word) MLN_REASON_##name,
    MLN_REASONS(MLN_REASON_NAME)
#undef MLN_REASON_NAME
        MLN_REASON_COUNT
};

const char *mln_reason_word(enum mln_reason reason);

#endif
