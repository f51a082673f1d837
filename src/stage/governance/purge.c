#include "stage/governance/purge.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "secret/lock.h"
#include "secret/place.h"
#include "secret/ring.h"
#include "secret/signature.h"

enum { MAX_DEPTH = 16 };

struct purge {
    const struct mln_project *project;
    struct mln_buf text; /* of the certificate */
    struct mln_purge_result *out;
};

/* ── keys ── */

static enum mln_status destroy_keys(struct purge *p, struct mln_err *err) {
    const struct mln_keyring ring = mln_project_ring(p->project);
    struct mln_key_list list;
    MLN_TRY(mln_ring_list(&ring, &list, err));
    enum mln_status status = MLN_OK;
    for (size_t i = 0; status == MLN_OK && i < list.n; i++) {
        const struct mln_key_entry *const e = &list.entries[i];
        struct mln_key_entry gone = *e;
        if (strcmp(e->name, "journal") == 0 || e->form == MLN_KEY_ID_ONLY) {
            continue;
        }
        if (e->state != MLN_KEY_IS_DESTROYED) {
            status = mln_ring_destroy(&ring, e->name, e->version, &gone, err);
        }
        mln_buf_addf(&p->text, "key %s version %u id %s\n", gone.name, gone.version, gone.id);
        p->out->n_keys++;
    }
    mln_key_list_release(&list);
    return status;
}

/* ── files ── */

static enum mln_status purge_tree(struct purge *p, const char *path, unsigned depth,
                                  struct mln_err *err);

static enum mln_status purge_entries(struct purge *p, const char *path, unsigned depth,
                                     struct mln_err *err) {
    DIR *const dir = opendir(path);
    if (dir == NULL) {
        return mln_err_set(err, MLN_IO, "%s: cannot list the folder: %s", path, strerror(errno));
    }
    enum mln_status status = MLN_OK;
    const struct dirent *entry;
    while (status == MLN_OK && (entry = readdir(dir)) != NULL) {
        struct mln_buf below = MLN_BUF_INIT;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        mln_buf_addf(&below, "%s/%s", path, entry->d_name);
        status = mln_buf_check(&below, "a path", err);
        if (status == MLN_OK) {
            status = purge_tree(p, below.p, depth + 1, err);
        }
        mln_buf_release(&below);
    }
    closedir(dir);
    return status;
}

/* One entry. A file that has another name elsewhere is not overwritten: it would be there, too. */
static enum mln_status purge_tree(struct purge *p, const char *path, unsigned depth,
                                  struct mln_err *err) {
    struct stat st;
    if (lstat(path, &st) != 0) {
        return errno == ENOENT
                   ? MLN_OK
                   : mln_err_set(err, MLN_IO, "%s: cannot read: %s", path, strerror(errno));
    }
    if (S_ISDIR(st.st_mode)) {
        if (depth > MAX_DEPTH) {
            return mln_err_set(err, MLN_IO, "%s: deeper than a project's folders are", path);
        }
        MLN_TRY(purge_entries(p, path, depth, err));
        return rmdir(path) == 0
                   ? MLN_OK
                   : mln_err_set(err, MLN_IO, "%s: cannot remove: %s", path, strerror(errno));
    }
    if (!S_ISREG(st.st_mode) || st.st_nlink > 1) {
        return unlink(path) == 0
                   ? MLN_OK
                   : mln_err_set(err, MLN_IO, "%s: cannot remove: %s", path, strerror(errno));
    }
    MLN_TRY(mln_place_remove(path, err));
    mln_buf_addf(&p->text, "file %s bytes %llu\n", mln_project_relative(p->project, path),
                 (unsigned long long)st.st_size);
    p->out->n_files++;
    p->out->bytes += (uint64_t)st.st_size;
    return MLN_OK;
}

/* ── the certificate ── */

static void begin_certificate(struct purge *p, const struct mln_audit *audit) {
    char when[MLN_TIME_CHARS + 1];
    mln_time_print(audit->entry.time, when);
    mln_buf_addf(&p->text,
                 "maillon-purge-certificate 1\n"
                 "Processing: %s\nPurpose of the purge: %s\nBegun: %s%s\nBy: %s (uid %llu)\n"
                 "Journal line: %llu\n\n",
                 p->project->name, audit->entry.purpose, when,
                 audit->entry.test_clock ? " (test clock)" : "", audit->entry.user,
                 (unsigned long long)audit->entry.uid, (unsigned long long)audit->entry.number);
}

static void end_certificate(struct purge *p) {
    mln_buf_addz(
        &p->text,
        "\nEach key file and each file named above was overwritten once with random bytes, flushed "
        "and removed.\n"
        "What this does not reach: former blocks that a solid-state disk, a copy-on-write or "
        "journalling file\nsystem, snapshots or backups keep; copies of keys, shares and keys "
        "given "
        "to roles; extracts; what was\npublished. Encrypted files that remain anywhere can no more "
        "be opened with the keys named above,\nif no copy of these keys remains.\n");
}

static enum mln_status sign_certificate(struct purge *p, const struct mln_key *key,
                                        struct mln_err *err) {
    struct mln_signer signer;
    unsigned char signature[MLN_SIGNATURE_BYTES];
    MLN_TRY(mln_buf_check(&p->text, "the certificate", err));
    MLN_TRY(mln_signer_of(key, &signer, err));
    MLN_TRY(mln_sign(key, "maillon purge certificate 1", mln_buf_view(&p->text), signature, err));
    mln_buf_addf(&p->text, "\nsigner: %s\nsignature: ", signer.id);
    for (size_t i = 0; i < sizeof signature; i++) {
        mln_buf_addf(&p->text, "%02x", signature[i]);
    }
    mln_buf_addc(&p->text, '\n');
    return mln_buf_check(&p->text, "the certificate", err);
}

static enum mln_status write_certificate(struct purge *p, struct mln_arena *arena,
                                         const struct mln_audit *audit, struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    struct mln_buf note = MLN_BUF_INIT;
    struct mln_digest digest;
    end_certificate(p);
    mln_buf_addf(&path, "%s/purge-%llu.txt", p->project->journal_dir,
                 (unsigned long long)audit->entry.number);
    enum mln_status status = mln_buf_check(&path, "a path", err);
    MLN_TRY_GOTO(status, status, done);
    MLN_TRY_GOTO(status, sign_certificate(p, audit->journal.key, err), done);
    MLN_TRY_GOTO(status, mln_file_write(path.p, mln_buf_view(&p->text), err), done);
    mln_digest_text(mln_buf_view(&p->text), &digest);
    mln_buf_addf(
        &note, "%zu keys destroyed, %zu files (%llu bytes) overwritten; certificate BLAKE2b-256 %s",
        p->out->n_keys, p->out->n_files, (unsigned long long)p->out->bytes, digest.hex);
    p->out->certificate = mln_arena_strdup(arena, mln_buf_view(&path));
    p->out->note = note.failed ? NULL : mln_arena_strdup(arena, mln_buf_view(&note));
    if (p->out->certificate == NULL || p->out->note == NULL) {
        status = mln_err_nomem(err, "the certificate");
    }
done:
    mln_buf_release(&note);
    mln_buf_release(&path);
    return status;
}

/* ── the whole ── */

/* The lock of the project, held until `fd` is closed; -1 where there is no work at all. */
static enum mln_status hold(const struct mln_project *project, int *fd, struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    mln_buf_addf(&path, "%s/lock", project->work_dir);
    enum mln_status status = mln_buf_check(&path, "a path", err);
    if (status == MLN_OK) {
        *fd = open(path.p, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
        if (*fd >= 0 && flock(*fd, LOCK_EX | LOCK_NB) != 0) {
            status = mln_err_set(err, MLN_BUSY,
                                 "%s: another run holds this project; wait for its end, or stop it",
                                 project->path);
        }
    }
    mln_buf_release(&path);
    return status;
}

enum mln_status mln_purge(struct mln_arena *arena, const struct mln_project *project,
                          struct mln_audit *audit, struct mln_purge_result *out,
                          struct mln_err *err) {
    struct purge p = {.project = project, .text = MLN_BUF_INIT, .out = out};
    int fd = -1;
    *out = (struct mln_purge_result){0};
    enum mln_status status = hold(project, &fd, err);
    if (status == MLN_OK) {
        begin_certificate(&p, audit);
        status = destroy_keys(&p, err);
    }
    if (status == MLN_OK) {
        status = purge_tree(&p, project->work_dir, 0, err);
    }
    if (status == MLN_OK) {
        status = write_certificate(&p, arena, audit, err);
    }
    if (fd >= 0) {
        close(fd);
    }
    mln_buf_release(&p.text);
    return status;
}

enum mln_status mln_purge_close(const struct mln_project *project, struct mln_err *err) {
    const struct mln_keyring ring = mln_project_ring(project);
    const struct mln_lock none = {.kind = MLN_LOCK_NONE};
    struct mln_key_list list;
    MLN_TRY(mln_ring_list(&ring, &list, err));
    enum mln_status status = MLN_OK;
    for (size_t i = 0; status == MLN_OK && i < list.n; i++) {
        struct mln_key_entry gone = list.entries[i];
        if (strcmp(gone.name, "journal") == 0 && gone.state != MLN_KEY_IS_DESTROYED) {
            status = mln_ring_destroy(&ring, gone.name, gone.version, &gone, err);
        }
    }
    mln_key_list_release(&list);
    return status == MLN_OK ? mln_lock_write(ring.dir, &none, err) : status;
}
