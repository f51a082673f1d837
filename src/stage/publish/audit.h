/* What stands around every command that opens a project's data: the purpose is told, the retention
 * not over, the journal whole and the clock not put back; and the journal tells what was done.
 *
 *     mln_audit_begin → (work) → mln_audit_end
 *
 * begin writes a line of event "begin" (or "refused"), end one of "done", "failed" or
 * "interrupted". A killed command leaves its begin without an end. Messages never go to the
 * journal: only the exit code of a failure. */
#ifndef MLN_STAGE_AUDIT_H
#define MLN_STAGE_AUDIT_H

#include "secret/journal.h"
#include "stage/project/role.h"
#include "stage/stage.h"

struct mln_audit {
    struct mln_journal journal;
    struct mln_key key;
    struct mln_journal_key ids[16];
    char id_text[16][MLN_KEY_ID_CHARS + 1];
    char user[MLN_USER_MAX + 1];
    char note[64];
    struct mln_journal_entry entry;
};

/* `purpose` NULL: the project's. The keys told are those of the role that the directory has.
 * MLN_KEY: the retention is over (`may_be_over` for purge and the keys), or there is no journal
 * key. */
struct mln_audit_request {
    const char *command;
    const char *purpose;
    enum mln_role role;
    bool may_be_over;
};
enum mln_status mln_audit_begin(const struct mln_project *project,
                                const struct mln_audit_request *request, struct mln_talk *talk,
                                struct mln_audit *audit, struct mln_err *err) MLN_MUST_USE;

/* `status` of the work, and what it counted; returns it, or the failure to write it down. `note`
 * may be NULL. Releases the audit. */
enum mln_status mln_audit_end(struct mln_audit *audit, enum mln_status status,
                              const struct mln_journal_count *counts, size_t n_counts,
                              const char *note, struct mln_err *err) MLN_MUST_USE;

#endif
