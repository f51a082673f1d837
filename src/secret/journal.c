#include "secret/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "secret/journal_file.h"
#include "secret/journal_line.h"

void mln_journal_who(char name[MLN_USER_MAX + 1], uint64_t *uid) {
    struct passwd entry;
    struct passwd *found = NULL;
    char space[4096];
    *uid = getuid();
    if (getpwuid_r(getuid(), &entry, space, sizeof space, &found) != 0 || found == NULL) {
        (void)snprintf(name, MLN_USER_MAX + 1, "uid %llu", (unsigned long long)*uid);
        return;
    }
    (void)snprintf(name, MLN_USER_MAX + 1, "%s", found->pw_name);
}

/* ── an open journal ── */

struct open_journal {
    const struct mln_journal *journal;
    struct mln_buf path;
    struct mln_buf text; /* all of it */
    struct mln_journal_walk walk;
    struct mln_signer signer; /* ours */
    int fd;
};

static void close_journal(struct open_journal *j) {
    if (j->fd >= 0) {
        close(j->fd); /* and with it the lock */
    }
    mln_buf_release(&j->text);
    mln_buf_release(&j->path);
}

static enum mln_status io_error(const struct open_journal *j, const char *what,
                                struct mln_err *err) {
    return mln_err_set(err, MLN_IO, "%s: %s: %s", j->path.p, what, strerror(errno));
}

static enum mln_status open_locked(struct open_journal *j, struct mln_err *err) {
    j->fd = open(j->path.p, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0660);
    if (j->fd < 0) {
        return io_error(j, "cannot open", err);
    }
    while (flock(j->fd, LOCK_EX) != 0) {
        if (errno != EINTR) {
            return io_error(j, "cannot lock", err);
        }
    }
    return mln_file_read(j->path.p, MLN_JOURNAL_BYTES_MAX, &j->text, err);
}

/* The public file is there, or is made with a journal's first line. */
static enum mln_status find_first_signer(struct open_journal *j, struct mln_err *err) {
    bool found = false;
    MLN_TRY(mln_signer_of(j->journal->key, &j->signer, err));
    MLN_TRY(mln_journal_public_read(j->journal->dir, &j->walk.signers[0], &found, err));
    j->walk.n_signers = 1;
    if (!found && j->text.n > 0) {
        return mln_err_set(err, MLN_CHECK_FAILED, "%s: the public key of the journal is gone",
                           j->path.p);
    }
    if (!found) {
        j->walk.signers[0] = j->signer;
        return mln_journal_public_write(j->journal->dir, &j->signer, err);
    }
    return MLN_OK;
}

/* Opens, locks, checks all lines and the head. Half a line at the end is the caller's to judge. */
static enum mln_status open_journal(const struct mln_journal *journal, struct open_journal *j,
                                    struct mln_err *err) {
    bool has_head = false;
    *j = (struct open_journal){.journal = journal, .fd = -1};
    MLN_TRY(mln_secret_init(err));
    MLN_TRY(mln_dir_make(journal->dir, err));
    MLN_TRY(mln_journal_path(journal->dir, "journal.jsonl", &j->path, err));
    MLN_TRY(open_locked(j, err));
    MLN_TRY(find_first_signer(j, err));
    j->walk.path = j->path.p;
    MLN_TRY(mln_journal_walk(&j->walk, mln_buf_view(&j->text), err));
    MLN_TRY(mln_journal_head_check(journal->dir, &j->walk, mln_buf_view(&j->text), &has_head, err));
    if (!has_head && j->text.n > 0) {
        return mln_err_set(err, MLN_CHECK_FAILED, "%s:%llu: the head of the journal is gone",
                           j->path.p, (unsigned long long)j->walk.n);
    }
    if (!has_head) {
        const struct mln_journal_head none = {.count = 0, .last = j->walk.last};
        MLN_TRY(mln_journal_head_write(journal->dir, &none, journal->key, err));
    }
    for (size_t i = 0; i < j->walk.n_signers; i++) {
        if (strcmp(j->walk.signers[i].id, j->signer.id) == 0) {
            return MLN_OK;
        }
    }
    return mln_err_set(
        err, MLN_CHECK_FAILED,
        "%s: the key %s has not been brought in as a signer; a signer of the journal does it with "
        "`maillon key give` or `maillon key rotate`. If the former key is lost, put the journal's "
        "folder away and another journal begins",
        j->path.p, j->signer.id);
}

/* ── appending ── */

static enum mln_status stamp(struct open_journal *j, struct mln_journal_entry *entry,
                             struct mln_err *err) {
    const struct mln_clock *const clock = &j->journal->clock;
    entry->number = j->walk.n + 1;
    entry->time = clock->now(clock->ctx);
    entry->test_clock = clock->is_test;
    if (entry->purpose == NULL || mln_str_trim(mln_str_from(entry->purpose)).n == 0) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "nothing is done without a purpose; write it in the project "
                           "(purpose: …) or give it with --purpose");
    }
    if (entry->time + MLN_JOURNAL_CLOCK_SLACK < j->walk.times[entry->test_clock]) {
        char last[MLN_TIME_CHARS + 1];
        char now[MLN_TIME_CHARS + 1];
        mln_time_print(j->walk.times[entry->test_clock], last);
        mln_time_print(entry->time, now);
        return mln_err_set(
            err, MLN_BAD_INPUT,
            "%s:%llu: written at %s, and the clock now says %s: it was put back. Set "
            "it right; nothing is opened until then",
            j->path.p, (unsigned long long)j->walk.n, last, now);
    }
    return MLN_OK;
}

/* One write: half of it stays only when the machine or the disk stops in the middle; then what was
 * written is taken back. */
static enum mln_status write_line(struct open_journal *j, struct mln_str line,
                                  struct mln_err *err) {
    size_t done = 0;
    while (done < line.n) {
        const ssize_t n = write(j->fd, line.p + done, line.n - done);
        if (n < 0 && errno != EINTR) {
            break;
        }
        done += n > 0 ? (size_t)n : 0;
    }
    if (done == line.n && fsync(j->fd) == 0) {
        return MLN_OK;
    }
    const enum mln_status status = io_error(j, "cannot write", err);
    const int cut = ftruncate(j->fd, (off_t)j->walk.whole_bytes);
    (void)cut; /* where this fails, too, the next one finds half a line and says so */
    return status;
}

static enum mln_status add_line(struct open_journal *j, const struct mln_journal_entry *entry,
                                struct mln_err *err) {
    struct mln_buf line = MLN_BUF_INIT;
    struct mln_journal_head head = {.count = entry->number};
    enum mln_status status =
        mln_journal_line_print(entry, &j->walk.last, j->journal->key, &line, err);
    if (status == MLN_OK) {
        mln_digest_text(mln_buf_view(&line), &head.last);
        mln_buf_addc(&line, '\n');
        status = mln_buf_check(&line, "a line of the journal", err);
    }
    if (status == MLN_OK) {
        status = write_line(j, mln_buf_view(&line), err);
    }
    if (status == MLN_OK) {
        j->walk.n = head.count;
        j->walk.last = head.last;
        j->walk.whole_bytes += line.n;
        j->walk.times[entry->test_clock] = entry->time;
        status = mln_journal_head_write(j->journal->dir, &head, j->journal->key, err);
    }
    mln_buf_release(&line);
    return status;
}

/* ── repairing ── */

static enum mln_status set_aside(struct open_journal *j, struct mln_journal_entry *entry,
                                 struct mln_err *err) {
    struct mln_buf aside = MLN_BUF_INIT;
    struct mln_buf note = MLN_BUF_INIT;
    struct mln_digest digest;
    char name[32];
    const struct mln_str torn = {j->text.p + j->walk.whole_bytes, j->walk.torn_bytes};
    (void)snprintf(name, sizeof name, "torn-%llu", (unsigned long long)j->walk.n + 1);
    mln_digest_text(torn, &digest);
    mln_buf_addf(&note, "%zu bytes after line %llu were half a line and are in %s (BLAKE2b %s)",
                 torn.n, (unsigned long long)j->walk.n, name, digest.hex);
    enum mln_status status = mln_journal_path(j->journal->dir, name, &aside, err);
    MLN_TRY_GOTO(status, status, done);
    MLN_TRY_GOTO(status, mln_buf_check(&note, "a note", err), done);
    MLN_TRY_GOTO(status, stamp(j, entry, err), done);
    MLN_TRY_GOTO(status, mln_file_write(aside.p, torn, err), done);
    if (ftruncate(j->fd, (off_t)j->walk.whole_bytes) != 0) {
        status = io_error(j, "cannot cut", err);
        goto done;
    }
    entry->event = "repaired";
    entry->note = note.p;
    status = add_line(j, entry, err);
done:
    mln_buf_release(&note);
    mln_buf_release(&aside);
    return status;
}

/* ── the doors ── */

enum mln_status mln_journal_append(const struct mln_journal *journal,
                                   struct mln_journal_entry *entry, struct mln_err *err) {
    struct open_journal j;
    enum mln_status status = open_journal(journal, &j, err);
    if (status == MLN_OK && j.walk.torn_bytes > 0) {
        struct mln_journal_entry repaired = *entry;
        status = set_aside(&j, &repaired, err);
    }
    if (status == MLN_OK) {
        status = stamp(&j, entry, err);
    }
    if (status == MLN_OK) {
        status = add_line(&j, entry, err);
    }
    close_journal(&j);
    return status;
}

enum mln_status mln_journal_add_signer(const struct mln_journal *journal,
                                       const struct mln_journal_entry *entry,
                                       const struct mln_key *signer, struct mln_err *err) {
    struct mln_journal_entry line = *entry;
    struct mln_signer added;
    struct mln_buf note = MLN_BUF_INIT;
    MLN_TRY(mln_secret_init(err));
    MLN_TRY(mln_signer_of(signer, &added, err));
    mln_buf_addf(&note, "%s ", added.id);
    for (size_t i = 0; i < sizeof added.public_key; i++) {
        mln_buf_addf(&note, "%02x", added.public_key[i]);
    }
    enum mln_status status = mln_buf_check(&note, "a signer", err);
    if (status == MLN_OK) {
        line.event = "signer";
        line.note = note.p;
        status = mln_journal_append(journal, &line, err);
    }
    mln_buf_release(&note);
    return status;
}

enum mln_status mln_journal_repair(const struct mln_journal *journal,
                                   const struct mln_journal_entry *entry, size_t *bytes,
                                   struct mln_err *err) {
    struct open_journal j;
    struct mln_journal_entry line = *entry;
    *bytes = 0;
    enum mln_status status = open_journal(journal, &j, err);
    if (status == MLN_OK && j.walk.torn_bytes > 0) {
        status = set_aside(&j, &line, err);
        *bytes = status == MLN_OK ? j.walk.torn_bytes : 0;
    }
    close_journal(&j);
    return status;
}

/* ── reading ── */

enum mln_status mln_journal_read(const char *dir, mln_journal_fn *fn, void *ctx,
                                 struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    struct mln_buf text = MLN_BUF_INIT;
    struct mln_arena arena = MLN_ARENA_INIT;
    enum mln_status status = mln_journal_path(dir, "journal.jsonl", &path, err);
    if (status == MLN_OK && mln_path_exists(path.p)) {
        status = mln_file_read(path.p, MLN_JOURNAL_BYTES_MAX, &text, err);
    }
    uint64_t number = 1;
    for (size_t at = 0; status == MLN_OK && at < text.n; number++) {
        const char *const end = memchr(text.p + at, '\n', text.n - at);
        const size_t n = end == NULL ? text.n - at : (size_t)(end - text.p) - at;
        const struct mln_arena_mark mark = mln_arena_mark(&arena);
        struct mln_journal_entry entry;
        status = mln_journal_line_parse(&arena, (struct mln_str){text.p + at, n}, &entry, err);
        if (status == MLN_BAD_INPUT) {
            status = mln_err_set(err, MLN_CHECK_FAILED,
                                 "%s:%llu: not a line of a journal; `maillon journal verify` tells "
                                 "more",
                                 path.p, (unsigned long long)number);
        } else if (status == MLN_OK) {
            status = fn(ctx, &entry, err);
        }
        mln_arena_reset(&arena, mark);
        at += n + 1;
    }
    mln_arena_release(&arena);
    mln_buf_release(&text);
    mln_buf_release(&path);
    return status;
}
