/* Cleaning of one value: the steps of a field, each a pure function of text to text.
 *
 * Text is valid UTF-8 and is read by code points. A *blank* is a code point of Unicode's
 * White_Space; a *letter* one of general category L, M or Nd (letters, marks, decimal digits;
 * Unicode 14). A step that leaves nothing makes the value missing, and the steps after it have
 * nothing to do.
 *
 *   TRIM           no blank at either end; an inner run of blanks is one space
 *   UPPER_FOLD     upper case, without accents, Latin letters only: mln_utf8_fold
 *   LETTERS        what is no letter becomes a blank; then TRIM. "O'Brien-Smith" → "O Brien Smith"
 *   ALNUM          what is no letter goes. "O'Brien-Smith" → "OBrienSmith"
 *   DIGITS         what is not 0 … 9 goes
 *   NO_PARTICLES   words of the list go, unless no word would be left; then TRIM
 *   SORT_WORDS     words (between blanks) in byte order, one space between two
 *   TABLE          the whole value by the table; a value the table lacks stays
 *   NULL           missing when the whole value is one of the list
 *   PREFIX n       the first n code points; SUFFIX n the last n
 *   FIRST_WORD     up to the first blank; LAST_WORD after the last one
 *   SOUNDEX        "The Soundex Indexing System", US National Archives: the first letter, then
 * three digits of B F P V 1, C G J K Q S X Z 2, D T 3, L 4, M N 5, R 6; neighbours of one digit
 * count once, also across H and W, not across a vowel. On the letters A–Z of the folded value
 *   PHONEX_FR      Phonex of F. Brouard ("L'art des Soundex", 1999), its code before it is turned
 * into a number: sounds 1 an, 2 oi, 3 ou, 4 in, 5 ch, Y é. On the letters A–Z of the folded value,
 *                  so that é and e are one; SCH and QU are taken before CH and Q. "Dupont" →
 * "TUTON"
 *
 * Applying TRIM, UPPER_FOLD, LETTERS, ALNUM, DIGITS, NO_PARTICLES, SORT_WORDS or PREFIX a second
 * time changes nothing. */
#ifndef MLN_LINK_MODEL_CLEAN_H
#define MLN_LINK_MODEL_CLEAN_H

#include "base/buf.h"
#include "link/model/model.h"

/* Scratch of one thread; the value cleaned last lives in it. init → use → release. */
struct mln_clean_room {
    struct mln_buf bufs[2];
    struct mln_str *words; /* SORT_WORDS */
    size_t cap_words;
    bool failed;
};
#define MLN_CLEAN_ROOM_INIT ((struct mln_clean_room){0})
void mln_clean_room_release(struct mln_clean_room *room);

/* The value after the steps; {NULL, 0} when it is missing. Lives until the next call with this room
 * (or is `value` itself). DATE_YEAR and DATE_MONTH are not for text and do nothing here. Running
 * out of memory is sticky: the value is missing, and mln_clean_check says so. O(bytes), SORT_WORDS
 * O(words log words). */
struct mln_str mln_clean(const struct mln_clean_step *steps, size_t n_steps, struct mln_str value,
                         struct mln_clean_room *room);
enum mln_status mln_clean_check(const struct mln_clean_room *room, struct mln_err *err)
    MLN_MUST_USE;

/* The words of a TABLE that the model names by a file: `pairs` (from, to, from, to …; n of them), as the file has
 * them, {NULL, 0} missing. What `from` says passes through the steps before, as words written in the model do, and
 * rows of which these leave nothing are left out; the step no longer names a file. All lives in the arena. On
 * failure *bad is the index of the pair. Errors: MLN_BAD_INPUT (a value with two different ones, more than
 * MLN_CLEAN_WORDS_MAX); MLN_NO_MEMORY. O(n log n). */
enum mln_status mln_clean_table_fill(struct mln_arena *arena, const struct mln_clean_step *before,
                                     size_t n_before, const struct mln_str *pairs, size_t n,
                                     struct mln_clean_step *step, size_t *bad, struct mln_err *err)
    MLN_MUST_USE;

/* The particles of French, Dutch, German, Spanish, Portuguese and Italian names, folded, in byte
 * order. */
extern const struct mln_str mln_particles[];
extern const size_t mln_particle_count;

/* The next code point is a blank or a letter (see above). */
bool mln_is_blank(uint32_t point);
bool mln_is_letter(uint32_t point);

/* Phonetic keys of A–Z letters, in place, for clean.c: `n` letters at p, room for at least 4. The
 * new length. */
size_t mln_soundex(char *p, size_t n);
size_t mln_phonex_fr(char *p, size_t n);

#endif
