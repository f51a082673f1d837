/* What the page says besides the study's own labels, in its two languages. */
#ifndef MLN_REPORT_WORDS_H
#define MLN_REPORT_WORDS_H

#include "base/buf.h"

enum mln_lang { MLN_LANG_FR, MLN_LANG_EN };

/* \xC2\xA0 is the no-break space French puts before : ; % and inside « ». */
#define NB "\xC2\xA0"
#define MLN_WORDS(X)                                                                               \
    X(SKIP, "Aller au contenu", "Skip to the content")                                             \
    X(KICKER, "Base statistique de la chaîne pénale", "Statistical base of the penal chain")       \
    X(KEY_FIGURES, "Chiffres clés", "Key figures")                                                 \
    X(IN_SHORT, "L’essentiel", "Main points")                                                      \
    X(CONTENTS, "Sommaire", "Contents")                                                            \
    X(FIGURES, "Résultats", "Results")                                                             \
    X(FIGURE, "Figure", "Figure")                                                                  \
    X(TABLE, "Tableau", "Table")                                                                   \
    X(OBSERVED, "données observées au", "data as observed on")                                     \
    X(OBSERVED_LONG, "Données observées au", "Data as observed on")                                \
    X(UNIT, "Unité de compte" NB ": ", "Unit of count: ")                                          \
    X(SOURCE, "Source" NB ": ", "Source: ")                                                        \
    X(SOURCE_TEXT, "extraits statistiques des ministères de l’Intérieur et de la Justice, "        \
                   "appariés par maillon",                                                         \
      "statistical extracts of the ministries of the Interior and of Justice, linked by maillon")  \
    X(NOTE, "Champ et lecture" NB ": ", "Field and reading: ")                                     \
    X(DATA, "Données" NB ": ", "Data: ")                                                           \
    X(COUNTS, "Effectifs", "Counts")                                                               \
    X(SECRET, "secret statistique", "suppressed for confidentiality")                              \
    X(UNDEFINED, "sans objet", "not applicable")                                                   \
    X(SECRET_SIGN, "s", "s")                                                                       \
    X(UNDEFINED_SIGN, "–", "–")                                                                    \
    X(SIGNS, "Signes conventionnels", "Symbols")                                                   \
    X(METHOD, "Méthode et confidentialité", "Method and confidentiality")                          \
    X(SECRET_LEGEND, "couvert par le secret statistique", "suppressed for confidentiality")        \
    X(UNDEFINED_LEGEND, "sans objet (rien à diviser, ou aucune durée)",                            \
      "not applicable (nothing to divide by, or no duration)")                                     \
    X(TOTAL_ONLY, "ensemble", "all")                                                               \
    X(FROM, "de", "from")                                                                          \
    X(TO, "à", "to")                                                                               \
    X(AMONG_SHOWN, "parmi les valeurs montrées", "among the values shown")                         \
    X(IN_YEAR, "en", "in")                                                                         \
    X(AND, "et", "and")                                                                            \
    X(OF, "des", "of")                                                                             \
    X(PERCENT_OF, "en" NB "% des ", "% of ")                                                       \
    X(DAYS, "jours", "days")                                                                       \
    X(RANKED, "un point par ligne du tableau, par valeur croissante" NB ": %d montrés sur %d",     \
      "a dot a row of the table, by increasing value: %d shown of %d")                             \
    X(COLON, NB ": ", ": ")                                                                        \
    X(SEMICOLON, NB "; ", "; ")                                                                    \
    X(PERCENT, NB "%", "%")                                                                        \
    X(ROWS, "Lignes lues par fichier source", "Rows read by source")                               \
    X(ROWS_NOTE, "Lignes de fichiers, avant tout champ d’étude. Lues = acceptées + rejetées.",     \
      "Rows of files, before any field of study. Read = accepted + rejected.")                     \
    X(ROWS_SOURCE, "Source", "Source")                                                             \
    X(ROWS_READ, "Lues", "Read")                                                                   \
    X(ROWS_ACCEPTED, "Acceptées", "Accepted")                                                      \
    X(ROWS_REJECTED, "Rejetées", "Rejected")                                                       \
    X(THRESHOLD, "Les effectifs de 1 à %llu sont masqués ; ceux des tableaux détaillés "           \
                 "(juridictions, départements), de 1 à %llu.",                                     \
      "Counts of 1 to %llu are suppressed; in detailed tables (courts, départements), of 1 to "    \
      "%llu.")                                                                                     \
    X(SECONDARY, "D’autres cellules sont masquées pour qu’aucun effectif masqué ne puisse être "   \
                 "recalculé à partir des totaux, dans un tableau ou en rapprochant plusieurs "     \
                 "tableaux.",                                                                      \
      "Other cells are suppressed so that no suppressed count can be recomputed from totals, in "  \
      "one table or by comparing several.")                                                        \
    X(ROUNDING, "Les effectifs publiés sont arrondis au multiple de %llu le plus proche, chacun "  \
                "séparément" NB ": un total peut différer de la somme de ses parties.",            \
      "Published counts are rounded to the nearest multiple of %llu, each on its own: a total "    \
      "may differ from the sum of its parts.")                                                     \
    X(SHARES, "Les parts sont calculées sur les effectifs publiés. Une part n’est montrée que si " \
              "ses deux effectifs le sont.",                                                       \
      "Shares are computed from published counts. A share is shown only if both its counts are.")  \
    X(QUANTILES, "Une durée (médiane, quartile, moyenne) n’est montrée qu’à partir de %llu "       \
                 "observations.",                                                                  \
      "A duration (median, quartile, mean) is shown only from %llu observations on.")              \
    X(CENSORING, "Tout ce qui survient après la date d’observation est inconnu et traité comme "   \
                 "tel" NB ": les affaires en cours ne sont ni achevées, ni perdues.",              \
      "All that happens after the observation date is unknown and treated as such: pending cases " \
      "are neither ended nor lost.")                                                               \
    X(SUPPRESSED_CELLS, "Cellules masquées", "Suppressed cells")                                   \
    X(SUPPRESSED_OF, "sur", "of")                                                                  \
    X(SEE_TABLE, "Voir le tableau", "See the table")                                               \
    X(PRODUCED, "Page produite par maillon", "Page made by maillon")                               \
    X(NO_CLOCK, "Les mêmes données produisent la même page, à l’octet près.",                      \
      "The same data give the same page, to the byte.")                                            \
    X(NO_SCRIPT, "Les graphiques demandent JavaScript" NB "; tous les chiffres sont dans les "     \
                 "tableaux.",                                                                      \
      "Charts need JavaScript; all figures are in the tables.")                                    \
    X(PURPOSE, "Finalité" NB ": ", "Purpose: ")

enum mln_word {
#define MLN_WORD_ENUM(name, fr, en) MLN_WORD_##name,
    MLN_WORDS(MLN_WORD_ENUM)
#undef MLN_WORD_ENUM
        MLN_WORD_COUNT
};

const char *mln_word(enum mln_lang lang, enum mln_word word);

/* ── numbers and days as each language writes them ── */
void mln_put_count(struct mln_buf *out, enum mln_lang lang, uint64_t value);
/* At most `decimals`, those that are all zero kept out only when `trim`. */
void mln_put_decimal(struct mln_buf *out, enum mln_lang lang, double value, int decimals, bool trim);
void mln_put_day(struct mln_buf *out, enum mln_lang lang, int32_t day); /* 31 décembre 2023 */

/* ── text inside HTML and inside a script of type application/json ── */
void mln_put_html(struct mln_buf *out, const char *z);
void mln_put_json(struct mln_buf *out, const char *z); /* with its quotes; never holds '<' or '&' */

#endif
