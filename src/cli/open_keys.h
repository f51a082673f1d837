/* What the commands that open keys share: the options that give a passphrase, shares or the lock
 * itself, and the project with its keys open. */
#ifndef MLN_CLI_OPEN_KEYS_H
#define MLN_CLI_OPEN_KEYS_H

#include "cli/command.h"
#include "secret/lock.h"
#include "stage/publish/audit.h"

/* For the lists of options; a passphrase is never an argument. */
#define MLN_CLI_OPTIONS_OPEN                                                                  \
    {"passphrase-fd", "N",                                                                    \
     "read passphrases from descriptor N, one a line, in the order in which they are asked"}, \
        {"shares", "FILE:FILE...", "shares of the holders, where they open the keys"}, {      \
        "key-fd", "N", "read the lock of the keys itself from descriptor N, as a key file"    \
    }
#define MLN_CLI_OPTIONS_WHO                                                                     \
    {"role", "ROLE", "linker, analyst, publisher or security: only its stages and its keys"}, { \
        "purpose", "TEXT", "what for, in the journal (default: the project's purpose)"          \
    }

/* A passphrase from --passphrase-fd, else asked on the terminal; `make`: a new one. */
enum mln_status mln_cli_passphrase(const struct mln_cli_args *args, const char *what, bool make,
                                   struct mln_passphrase *out, struct mln_err *err) MLN_MUST_USE;

/* The key directory with its lock open, if it has one. The ring borrows `dir`; mln_keyring_release.
 */
enum mln_status mln_cli_open_ring(const struct mln_cli_args *args, const char *dir,
                                  struct mln_keyring *out, struct mln_err *err) MLN_MUST_USE;

/* The share files of a text "FILE:FILE...", opened with their holders' passphrases. `shares` has
 * room for MLN_SHAMIR_MAX_SHARES and is wiped by the caller. */
enum mln_status mln_cli_read_shares(const struct mln_cli_args *args, const char *list,
                                    struct mln_share *shares, size_t *n, struct mln_err *err)
    MLN_MUST_USE;

/* A project whose keys are open. */
struct mln_cli_project {
    struct mln_arena arena;
    struct mln_project project;
    struct mln_keyring ring;
    enum mln_role role;
};
/* `keys` NULL: the project's key directory. */
enum mln_status mln_cli_project_open(const struct mln_cli_args *args, const char *path,
                                     const char *keys, struct mln_cli_project *out,
                                     struct mln_err *err) MLN_MUST_USE;
void mln_cli_project_release(struct mln_cli_project *project);

#endif
