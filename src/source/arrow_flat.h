/* Reading of flatbuffers, as Arrow's metadata are: every access is checked against the bytes that
 * are there.
 *
 *   root ─▶ table ─vtable─▶ field: a number in the table, or an offset to a table, a string or a
 * vector
 *
 * An access that would leave the buffer marks the buffer as damaged and gives nothing (0, no table,
 * an empty vector), so that a reader follows the structure in one go and looks at the mark at its
 * end. A field that is absent gives its default. No allocation; positions are small numbers, no
 * pointers. Layout: "FlatBuffers Binary Schema & Internals", google.github.io/flatbuffers. */
#ifndef MLN_SOURCE_ARROW_FLAT_H
#define MLN_SOURCE_ARROW_FLAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct mln_flat {
    const unsigned char *bytes;
    size_t n;
    bool damaged;
};

struct mln_flat_table {
    struct mln_flat *in; /* NULL: no table */
    size_t at, vtable;
    uint16_t vtable_bytes, bytes;
};

struct mln_flat_vector {
    struct mln_flat *in;
    size_t at; /* of the first element */
    size_t n;
};

struct mln_flat_table mln_flat_root(struct mln_flat *in);

/* Fields by their number in the schema. Whole numbers are little-endian of 1, 2, 4 or 8 bytes,
 * signed. */
int64_t mln_flat_number(const struct mln_flat_table *table, unsigned field, size_t bytes,
                        int64_t otherwise);
struct mln_flat_table mln_flat_child(const struct mln_flat_table *table, unsigned field);
struct mln_str mln_flat_text(const struct mln_flat_table *table, unsigned field); /* borrowed */

/* A vector of elements of `bytes` each: numbers, structs, or offsets (4) to tables. */
struct mln_flat_vector mln_flat_list(const struct mln_flat_table *table, unsigned field,
                                     size_t bytes);
struct mln_flat_table mln_flat_element(const struct mln_flat_vector *vector, size_t i);

/* A signed number of `bytes` at a position that a vector holds. */
int64_t mln_flat_at(const struct mln_flat *in, size_t at, size_t bytes);

#endif
