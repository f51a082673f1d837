/* The files of a journal, shared by those who append and those who verify. Inside of the room. */
#ifndef MLN_SECRET_JOURNAL_FILE_H
#define MLN_SECRET_JOURNAL_FILE_H

#include "secret/journal.h"
#include "secret/signature.h"

enum { MLN_JOURNAL_MAX_SIGNERS = 64 };

/* Path of a file of the journal, in `out`. */
enum mln_status mln_journal_path(const char *dir, const char *name, struct mln_buf *out,
                                 struct mln_err *err) MLN_MUST_USE;

/* The public file. *found false: there is none. */
enum mln_status mln_journal_public_read(const char *dir, struct mln_signer *out, bool *found,
                                        struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_journal_public_write(const char *dir, const struct mln_signer *signer,
                                         struct mln_err *err) MLN_MUST_USE;

/* What a walk through the lines has established so far. */
struct mln_journal_walk {
    const char *path; /* for messages */
    struct mln_signer signers[MLN_JOURNAL_MAX_SIGNERS];
    size_t n_signers;
    uint64_t n;             /* whole lines that hold */
    struct mln_digest last; /* of the last one; of nothing before the first */
    int64_t times[2];       /* of the last line by the system's and by a test clock; 0: none */
    size_t whole_bytes;     /* of these lines with their ends */
    size_t torn_bytes;      /* after them, without an end */
};
/* Walks through the whole text. MLN_CHECK_FAILED at the first line that does not hold; half a line
 * at the end is counted, not judged. */
enum mln_status mln_journal_walk(struct mln_journal_walk *walk, struct mln_str text,
                                 struct mln_err *err) MLN_MUST_USE;

/* The head, signed by one of the walk's signers. *found false: there is none. MLN_CHECK_FAILED: it
 * is not whole, or tells of lines that are not there. */
struct mln_journal_head {
    uint64_t count;
    struct mln_digest last;
};
enum mln_status mln_journal_head_check(const char *dir, const struct mln_journal_walk *walk,
                                       struct mln_str text, bool *found, struct mln_err *err)
    MLN_MUST_USE;
enum mln_status mln_journal_head_write(const char *dir, const struct mln_journal_head *head,
                                       const struct mln_key *key, struct mln_err *err) MLN_MUST_USE;

/* Line `number` (from 1) of a text of whole lines, without its end; p NULL: there is none. */
struct mln_str mln_journal_line_at(struct mln_str text, uint64_t number);

#endif
