/* The end of a processing: all keys of its directory and all files of work/ are overwritten and
 * removed, and a signed certificate is left in the journal's folder.
 *
 * The keys go first: without them what remains of an encrypted file, on whatever disk, says
 * nothing. Not touched: out/ (published), the extracts, the project's own files, and what is
 * elsewhere: copies of keys, shares and keys given to roles, backups. The certificate says so. */
#ifndef MLN_STAGE_PURGE_H
#define MLN_STAGE_PURGE_H

#include "stage/publish/audit.h"

struct mln_purge_result {
    size_t n_keys, n_files;
    uint64_t bytes;
    const char *certificate; /* path; in the arena */
    const char *note;        /* for the journal's last line; in the arena */
};

/* Between mln_audit_begin and mln_audit_end, whose note should be `note`: it binds the certificate
 * to the journal by its digest. Does not touch the journal's key, which signs that last line: then
 * mln_purge_close. MLN_BUSY: a run holds the project. Safe to do again after a kill. */
enum mln_status mln_purge(struct mln_arena *arena, const struct mln_project *project,
                          struct mln_audit *audit, struct mln_purge_result *out,
                          struct mln_err *err) MLN_MUST_USE;

/* Destroys the journal's key, and removes the lock of the directory: nothing can be added to the
 * journal any more, and anyone can still verify it. */
enum mln_status mln_purge_close(const struct mln_project *project, struct mln_err *err)
    MLN_MUST_USE;

#endif
