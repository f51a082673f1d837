#include "stage/publish/audit.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"

enum { DAY_SECONDS = 86400 };

/* ── retention ── */

/* Days from the journal's now to the last day of the retention; negative when it is over. */
static int64_t days_left(const struct mln_project *project, const struct mln_clock *clock) {
    return (int64_t)project->retention.until_day - clock->now(clock->ctx) / DAY_SECONDS;
}

static enum mln_status over(const struct mln_project *project, struct mln_err *err) {
    char until[11];
    mln_day_to_iso(project->retention.until_day, until);
    return mln_err_set(err, MLN_KEY,
                       "%s: the retention ended on %s; nothing is opened any more. `maillon purge` "
                       "destroys keys and files and leaves a certificate",
                       project->path, until);
}

static void warn(const struct mln_project *project, int64_t left, struct mln_talk *talk) {
    char until[11];
    if (left >= 0 && left <= project->retention.warn_days) {
        mln_day_to_iso(project->retention.until_day, until);
        mln_say(talk,
                "retention: ends after %s (days left: %lld); then nothing can be opened any more",
                until, (long long)left);
    }
}

/* ── lines ── */

static void list_keys(const struct mln_project *project, enum mln_role role,
                      struct mln_audit *audit) {
    const struct mln_keyring ring = mln_project_ring(project);
    size_t n = 0;
    for (const char *const *name = mln_role_keys(role); *name != NULL; name++) {
        if (n < sizeof audit->ids / sizeof *audit->ids && mln_keyring_has(&ring, *name) &&
            mln_keyring_id(&ring, *name, audit->id_text[n], NULL) == MLN_OK) {
            audit->ids[n] = (struct mln_journal_key){*name, audit->id_text[n]};
            n++;
        }
    }
    audit->entry.keys = audit->ids;
    audit->entry.n_keys = n;
}

static enum mln_status append(struct mln_audit *audit, const char *event, const char *note,
                              struct mln_err *err) {
    audit->entry.event = event;
    audit->entry.note = note;
    return mln_journal_append(&audit->journal, &audit->entry, err);
}

enum mln_status mln_audit_begin(const struct mln_project *project,
                                const struct mln_audit_request *request, struct mln_talk *talk,
                                struct mln_audit *audit, struct mln_err *err) {
    *audit = (struct mln_audit){.journal = {.dir = project->journal_dir}};
    MLN_TRY(mln_clock_open(&audit->journal.clock, err));
    MLN_TRY(mln_project_key(project, "journal", &audit->key, err));
    audit->journal.key = &audit->key;
    mln_journal_who(audit->user, &audit->entry.uid);
    audit->entry.user = audit->user;
    audit->entry.role = mln_role_word(request->role);
    audit->entry.command = request->command;
    audit->entry.purpose = request->purpose != NULL ? request->purpose : project->purpose;
    list_keys(project, request->role, audit);
    const int64_t left = days_left(project, &audit->journal.clock);
    enum mln_status status = MLN_OK;
    if (left < 0 && !request->may_be_over) {
        status = append(audit, "refused", "the retention is over", err);
        status = status == MLN_OK ? over(project, err) : status;
    } else {
        status = append(audit, "begin", "", err);
    }
    if (status != MLN_OK) {
        mln_key_release(&audit->key);
        return status;
    }
    warn(project, left, talk);
    return MLN_OK;
}

enum mln_status mln_audit_end(struct mln_audit *audit, enum mln_status status,
                              const struct mln_journal_count *counts, size_t n_counts,
                              const char *note, struct mln_err *err) {
    struct mln_err own = {0};
    audit->entry.counts = counts;
    audit->entry.n_counts = n_counts;
    if (status != MLN_OK) {
        (void)snprintf(audit->note, sizeof audit->note, "exit code %d", (int)status);
        note = audit->note;
    }
    const enum mln_status written = append(audit,
                                           status == MLN_OK            ? "done"
                                           : status == MLN_INTERRUPTED ? "interrupted"
                                                                       : "failed",
                                           note == NULL ? "" : note, &own);
    mln_key_release(&audit->key);
    if (status == MLN_OK && written != MLN_OK && err != NULL) {
        *err = own;
    }
    return status != MLN_OK ? status : written;
}
