/* A line of the journal: what was done, and its place in the chain. Inside of the room; journal.h
 * is the door.
 *
 *   {"n":12,"time":"2026-01-31T09:00:00Z","clock":"system","user":"alice","uid":1000,
 *    "role":"linker","command":"run","event":"done","purpose":"…","keys":{"id":"3f0a…"},
 *    "counts":[{"what":"procedure","read":10,"accepted":9,"rejected":1}],"note":"…",
 *    "prev":"<64 hex>","key":"<16 hex>","sig":"<128 hex>"}
 *
 * on one line, members in this order, without blanks: there is one text for one entry.
 *   prev  BLAKE2b-256 of the line before, without its line end; of "maillon journal 1" for the
 * first key   id of the signer; sig: Ed25519 of "maillon journal 1\n" ‖ the line before `,"sig":`
 */
#ifndef MLN_SECRET_JOURNAL_LINE_H
#define MLN_SECRET_JOURNAL_LINE_H

#include "secret/digest.h"
#include "secret/journal.h"
#include "secret/signature.h"

extern const char mln_journal_purpose[]; /* "maillon journal 1" */

/* Appends the signed line, without line end. MLN_BAD_INPUT past MLN_JOURNAL_LINE_MAX. */
enum mln_status mln_journal_line_print(const struct mln_journal_entry *entry,
                                       const struct mln_digest *prev, const struct mln_key *key,
                                       struct mln_buf *out, struct mln_err *err) MLN_MUST_USE;

/* The members that stand at fixed places at its end, and what is signed. */
struct mln_journal_tail {
    struct mln_str text; /* signed */
    struct mln_digest prev;
    char key[MLN_KEY_ID_CHARS + 1];
    unsigned char signature[MLN_SIGNATURE_BYTES];
};
/* False: the line does not end so. */
bool mln_journal_line_tail(struct mln_str line, struct mln_journal_tail *out);

/* The entry; strings in the arena. MLN_BAD_INPUT: not such a line. Printing it again gives the same
 * text. */
enum mln_status mln_journal_line_parse(struct mln_arena *arena, struct mln_str line,
                                       struct mln_journal_entry *out, struct mln_err *err)
    MLN_MUST_USE;

#endif
