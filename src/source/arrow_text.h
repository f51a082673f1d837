/* Values of an Arrow column as text, as the other formats write them. Private to the Arrow reader.
 *
 *   integers      digits
 *   floats        the shortest text that reads back as the same number, whole ones below 2^53
 * without a point; not a number "nan", infinities "inf" and "-inf" booleans      true, false
 *   decimals      all digits of their scale: 12.50
 *   dates         yyyy-mm-dd (of 64 bits: the day of its milliseconds)
 *   timestamps    yyyy-mm-dd hh:mm:ss, and .fff without trailing zeros when it has a fraction; with
 * a zone, the instant in UTC and "+00" times of day  hh:mm:ss, with the fraction likewise
 *   dictionaries  the value the index stands for
 *   lists         their elements, the missing and empty ones left out, with the separator between
 * two
 *
 * Nothing else is text: bytes, structs, maps, unions, durations, intervals, run-end encoding, views
 * of lists and lists in lists are refused where the column is asked for. */
#ifndef MLN_SOURCE_ARROW_TEXT_H
#define MLN_SOURCE_ARROW_TEXT_H

#include "source/arrow_array.h"
#include "source/reason.h"

/* The values of a dictionary: batch after batch when it grows. */
struct mln_arrow_part {
    struct mln_arrow_part *next; /* the one before it in the file */
    size_t first;                /* index of its first value */
    struct mln_arrow_array array;
};
struct mln_arrow_dictionary {
    int64_t id;
    const struct mln_arrow_field *field; /* one that uses it: the type of its values */
    struct mln_arrow_part *last;         /* NULL: not there yet */
    struct mln_arena arena;              /* its body and values */
};
struct mln_arrow_dictionaries {
    struct mln_arrow_dictionary *list;
    size_t n;
};

bool mln_arrow_is_list(enum mln_arrow_type type); /* that can be text */

/* Whether a column can be text; if not, *culprit is the type that cannot. */
bool mln_arrow_has_text(const struct mln_arrow_field *field, enum mln_arrow_type *culprit);

struct mln_arrow_cell {
    struct mln_str text; /* {NULL, 0}: missing; borrowed from the array or in the arena */
    enum mln_reason
        reason; /* a day outside the years 1 to 9999, a list with an element that is no UTF-8 */
    bool holds_separator; /* an element of a list does: its list cannot be told from another */
    bool damaged;         /* an offset or an index leads nowhere */
};

/* Value i (below the length) of an array of a field that has text. Fails only for want of memory.
 */
enum mln_status mln_arrow_cell(const struct mln_arrow_array *array, size_t i, char separator,
                               const struct mln_arrow_dictionaries *dictionaries,
                               struct mln_arena *arena, struct mln_arrow_cell *out,
                               struct mln_err *err) MLN_MUST_USE;

#endif
