#include "stage/project/role.h"

#include <string.h>

struct role_row {
    const char *word;
    const char *keys[12];
};

static const struct role_row rows[] = {
    [MLN_ROLE_NONE] = {"",
                       {"id", "content", "pivot", "base", "study", "publish", "procedure",
                        "affaire", "personne", "unite", "permute"}},
    [MLN_LINKER] = {"linker",
                    {"id", "content", "pivot", "procedure", "affaire", "personne", "unite",
                     "permute"}},
    [MLN_ANALYST] = {"analyst", {"content", "pivot", "base", "study"}},
    [MLN_PUBLISHER] = {"publisher", {"study", "publish"}},
    [MLN_SECURITY] = {"security", {NULL}},
};

const char *mln_role_word(enum mln_role role) {
    return rows[role].word;
}

const char *const *mln_role_keys(enum mln_role role) {
    return rows[role].keys;
}

enum mln_status mln_role_from_word(const char *word, enum mln_role *out, struct mln_err *err) {
    *out = MLN_ROLE_NONE;
    for (size_t i = 1; word != NULL && i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(word, rows[i].word) == 0) {
            *out = (enum mln_role)i;
        }
    }
    return word == NULL || *out != MLN_ROLE_NONE
               ? MLN_OK
               : mln_err_set(err, MLN_BAD_INPUT,
                             "'%s' is not a role; the roles are linker, analyst, publisher and "
                             "security",
                             word);
}
