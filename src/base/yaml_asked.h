/* What the reader of a tree remembers of it, shared by yaml.c and yaml_read.c. Private. */
#ifndef MLN_BASE_YAML_ASKED_H
#define MLN_BASE_YAML_ASKED_H

#include "base/yaml.h"

/* Absent keys that readers asked a map for: with the keys it has and were taken, the words known
 * there. Made with the map, so that asking cannot fail. */
enum { MLN_YAML_MAX_ASKED = 32 };
struct mln_yaml_asked {
    size_t n;
    bool more; /* some did not fit */
    const char *words[MLN_YAML_MAX_ASKED];
};

/* A word of the file as it can stand in a message: cut at 48 bytes on a character, controls as '?'.
 * Returns `out`. */
enum { MLN_YAML_SHOWN = 56 };
const char *mln_yaml_shown(struct mln_str word, char out[MLN_YAML_SHOWN]);

#endif
