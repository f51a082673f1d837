/* The journal of a project: who did what, for which purpose, with which keys, when, with how many
 * rows. Append-only; each line is chained to the one before and signed (journal_line.h).
 *
 *   journal/journal.jsonl   the lines
 *   journal/head            how many there are and the digest of the last one, signed
 *   journal/public          the public key of the first signer
 *
 * Verification finds a line edited, removed, added, moved or cut, and a tail cut off, and names the
 * line. What it cannot find by itself is journal and head both put back to an earlier state: for
 * that, `verify` prints the anchor (number and digest of the last line), which a third party keeps
 * and gives back later.
 *
 * A later signer (a new version of the key, another role) is brought in by a line of event "signer"
 * that an accepted one signed.
 *
 * Appending: the line is written with one call, flushed, and then the head. A kill leaves the old
 * journal, the new one, the new one with the old head (accepted: the lines prove themselves), or
 * half a line that no head knows: verification refuses it, and the next append (or `repair`) sets
 * it aside and says so in a signed line of its own. A line that the head knows is never repaired.
 */
#ifndef MLN_SECRET_JOURNAL_H
#define MLN_SECRET_JOURNAL_H

#include "base/arena.h"
#include "base/buf.h"
#include "secret/clock.h"
#include "secret/digest.h"
#include "secret/keys.h"

enum {
    MLN_JOURNAL_LINE_MAX = 1 << 16,
    MLN_JOURNAL_BYTES_MAX = 1 << 30,
    MLN_JOURNAL_CLOCK_SLACK = 300, /* seconds the clock may go back: its own corrections */
};

struct mln_journal_key {
    const char *name, *id;
};
struct mln_journal_count {
    const char *what;
    uint64_t read, accepted, rejected;
};
struct mln_journal_entry {
    uint64_t number; /* from 1; set by append */
    int64_t time;    /* set by append */
    bool test_clock; /* set by append */
    const char *user;
    uint64_t uid;
    const char *role;    /* "" where roles are not told apart */
    const char *command; /* "run", "key rotate", … */
    const char *event;   /* begin, done, failed, signer, … */
    const char *purpose;
    const struct mln_journal_key *keys;
    size_t n_keys;
    const struct mln_journal_count *counts;
    size_t n_counts;
    const char *note;
};

struct mln_journal {
    const char *dir;           /* borrowed, as the next ones */
    const struct mln_key *key; /* signs */
    struct mln_clock clock;
};

/* Who runs the program: name (static memory of the caller) and number of the real user. */
enum { MLN_USER_MAX = 64 };
void mln_journal_who(char name[MLN_USER_MAX + 1], uint64_t *uid);

/* Adds a line; sets number, time and clock of the entry. Several processes may append: they take
 * turns. MLN_CHECK_FAILED: the journal is not whole (the message names the line), or the signer is
 * not one of its own. MLN_BAD_INPUT: no purpose; the clock stands before the last line. */
enum mln_status mln_journal_append(const struct mln_journal *journal,
                                   struct mln_journal_entry *entry, struct mln_err *err)
    MLN_MUST_USE;

/* Brings in a signer. */
enum mln_status mln_journal_add_signer(const struct mln_journal *journal,
                                       const struct mln_journal_entry *entry,
                                       const struct mln_key *signer, struct mln_err *err)
    MLN_MUST_USE;

struct mln_journal_anchor {
    uint64_t number; /* 0: an empty journal */
    struct mln_digest last;
};
/* "12:<64 hex>" and back. */
bool mln_journal_anchor_parse(struct mln_str text, struct mln_journal_anchor *out);

/* Checks all of it. `held`: an anchor of earlier, or NULL. `now`: that of the last line. `first`:
 * the id that the first signer must have, or NULL. MLN_CHECK_FAILED with file:line: what is wrong.
 * No journal at all: MLN_OK and number 0, unless something was held. */
enum mln_status mln_journal_verify(const char *dir, const struct mln_journal_anchor *held,
                                   const char *first, struct mln_journal_anchor *now,
                                   struct mln_err *err) MLN_MUST_USE;

/* Sets half a line at the end aside (journal/torn-<number>) and says so in a signed line. MLN_OK
 * and *bytes 0 when there is none. Refused where more than that is wrong. */
enum mln_status mln_journal_repair(const struct mln_journal *journal,
                                   const struct mln_journal_entry *entry, size_t *bytes,
                                   struct mln_err *err) MLN_MUST_USE;

/* The entries in order, without checking signatures; strings are valid during the call. */
typedef enum mln_status mln_journal_fn(void *ctx, const struct mln_journal_entry *entry,
                                       struct mln_err *err);
enum mln_status mln_journal_read(const char *dir, mln_journal_fn *fn, void *ctx,
                                 struct mln_err *err) MLN_MUST_USE;

#endif
