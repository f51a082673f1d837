#include "secret/ring.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/num.h"
#include "secret/key_path.h"
#include "secret/place.h"

const char *const mln_key_state_words[] = {"active", "retired", "destroyed", NULL};

/* ── what is there ── */

void mln_key_list_release(struct mln_key_list *list) {
    free(list->entries);
    *list = (struct mln_key_list){0};
}

/* "name.key" or "name.version.key"; false for every other file. */
static bool parse_file_name(const char *file, struct mln_key_entry *out) {
    const struct mln_str all = mln_str_from(file);
    const size_t n = strcspn(file, ".");
    if (n == 0 || n > MLN_KEY_NAME_MAX || all.n < n + 4 || strcmp(file + all.n - 4, ".key") != 0) {
        return false;
    }
    *out = (struct mln_key_entry){0};
    memcpy(out->name, file, n);
    if (all.n == n + 4) {
        return true;
    }
    int64_t version = 0;
    if (!mln_parse_i64((struct mln_str){file + n + 1, all.n - n - 5}, &version) || version < 1 ||
        version > 1000000) {
        return false;
    }
    out->version = (unsigned)version;
    return true;
}

static enum mln_status read_entry(const char *dir, struct mln_key_entry *entry,
                                  struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    struct mln_key_text read;
    char *text = NULL;
    size_t n = 0;
    bool found = false;
    enum mln_status status = mln_key_path(dir, entry->name, entry->version, &path, err);
    if (status == MLN_OK) {
        status = mln_place_read(path.p, MLN_KEY_FILE_MAX, &text, &n, &found, err);
    }
    if (status == MLN_OK) {
        status = mln_key_text_read(path.p, (struct mln_str){text, n}, &read, err);
    }
    if (status == MLN_OK) {
        entry->form = read.form;
        memcpy(entry->id, read.id, sizeof entry->id);
    }
    sodium_free(text);
    mln_buf_release(&path);
    return status;
}

static enum mln_status add_entry(struct mln_key_list *list, const struct mln_key_entry *entry,
                                 struct mln_err *err) {
    if ((list->n & (list->n - 1)) == 0) { /* full at each power of two */
        const size_t cap = list->n == 0 ? 1 : 2 * list->n;
        struct mln_key_entry *const more = realloc(list->entries, cap * sizeof *more);
        if (more == NULL) {
            return mln_err_nomem(err, "the list of keys");
        }
        list->entries = more;
    }
    list->entries[list->n++] = *entry;
    return MLN_OK;
}

/* By name, then version; the active one (0 until it is numbered) last of its name. */
static int compare(const void *a, const void *b) {
    const struct mln_key_entry *const x = a;
    const struct mln_key_entry *const y = b;
    const int by_name = strcmp(x->name, y->name);
    const unsigned vx = x->version - 1U; /* 0 becomes the largest */
    const unsigned vy = y->version - 1U;
    return by_name != 0 ? by_name : (vx > vy) - (vx < vy);
}

/* Numbers the active keys and drops one that a rotation or a destruction was killed before
 * removing: its id stands in a former version of the name, too. */
static void settle(struct mln_key_list *list) {
    size_t kept = 0;
    for (size_t i = 0; i < list->n; i++) {
        struct mln_key_entry e = list->entries[i];
        const struct mln_key_entry *const before =
            kept > 0 && strcmp(list->entries[kept - 1].name, e.name) == 0 ? &list->entries[kept - 1]
                                                                          : NULL;
        e.state = e.form == MLN_KEY_DESTROYED ? MLN_KEY_IS_DESTROYED
                  : e.version == 0            ? MLN_KEY_IS_ACTIVE
                                              : MLN_KEY_IS_RETIRED;
        if (e.version == 0 && before != NULL && strcmp(before->id, e.id) == 0) {
            if (before->state == MLN_KEY_IS_RETIRED) {
                list->entries[kept - 1].state = MLN_KEY_IS_ACTIVE;
            }
            continue;
        }
        e.version = e.version != 0 ? e.version : before == NULL ? 1 : before->version + 1;
        list->entries[kept++] = e;
    }
    list->n = kept;
}

enum mln_status mln_ring_list(const struct mln_keyring *ring, struct mln_key_list *out,
                              struct mln_err *err) {
    *out = (struct mln_key_list){0};
    MLN_TRY(mln_secret_init(err));
    MLN_TRY(mln_place_check_dir(ring->dir, false, err));
    DIR *const dir = opendir(ring->dir);
    if (dir == NULL) {
        return mln_err_set(err, MLN_IO, "%s: cannot read: %s", ring->dir, strerror(errno));
    }
    enum mln_status status = MLN_OK;
    const struct dirent *file;
    while (status == MLN_OK && (file = readdir(dir)) != NULL) {
        struct mln_key_entry entry;
        if (parse_file_name(file->d_name, &entry)) {
            status = read_entry(ring->dir, &entry, err);
            if (status == MLN_OK) {
                status = add_entry(out, &entry, err);
            }
        }
    }
    closedir(dir);
    if (status != MLN_OK) {
        mln_key_list_release(out);
        return status;
    }
    if (out->n > 0) {
        qsort(out->entries, out->n, sizeof *out->entries, compare);
        settle(out);
    }
    return MLN_OK;
}

/* ── versions ── */

/* The last version of a name; version 0 when there is none. */
static enum mln_status last_version(const struct mln_keyring *ring, const char *name,
                                    struct mln_key_entry *out, struct mln_err *err) {
    struct mln_key_list list;
    *out = (struct mln_key_entry){0};
    MLN_TRY(mln_ring_list(ring, &list, err));
    for (size_t i = 0; i < list.n; i++) {
        if (strcmp(list.entries[i].name, name) == 0) {
            *out = list.entries[i];
        }
    }
    mln_key_list_release(&list);
    return MLN_OK;
}

/* A key whose id alone is here is its holder's to rotate and to destroy. */
static enum mln_status check_held(const struct mln_keyring *ring, const struct mln_key_entry *e,
                                  struct mln_err *err) {
    return e->form != MLN_KEY_ID_ONLY
               ? MLN_OK
               : mln_err_set(err, MLN_KEY,
                             "%s: only the id (%s) of the key '%s' is here: another role holds it",
                             ring->dir, e->id, e->name);
}

/* Gives the active file its version's name, too. One that has it already: the same file, left by a
 * rotation that was killed. */
static enum mln_status keep_former(const struct mln_keyring *ring, const char *name,
                                   const char *path, unsigned version, struct mln_err *err) {
    struct mln_buf former = MLN_BUF_INIT;
    enum mln_status status = mln_key_path(ring->dir, name, version, &former, err);
    if (status == MLN_OK && link(path, former.p) != 0 && errno != EEXIST) {
        status = mln_err_set(err, MLN_IO, "%s: cannot write: %s", former.p, strerror(errno));
    }
    if (status == MLN_OK) {
        status = mln_place_sync_dir(ring->dir, err);
    }
    mln_buf_release(&former);
    return status;
}

enum mln_status mln_ring_rotate(const struct mln_keyring *ring, const char *name,
                                struct mln_key_entry *now, struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    struct mln_key_entry last;
    struct mln_key key = {0};
    char *text = NULL;
    size_t n = 0;
    enum mln_status status = last_version(ring, name, &last, err);
    MLN_TRY_GOTO(status, status, done);
    MLN_TRY_GOTO(status, mln_key_path(ring->dir, name, 0, &path, err), done);
    if (last.version == 0) {
        status = mln_err_set(err, MLN_BAD_INPUT,
                             "%s: there is no key '%s' to rotate; `maillon key new` makes it",
                             ring->dir, name);
        goto done;
    }
    MLN_TRY_GOTO(status, check_held(ring, &last, err), done);
    if (last.state == MLN_KEY_IS_ACTIVE) {
        MLN_TRY_GOTO(status, keep_former(ring, name, path.p, last.version, err), done);
    }
    MLN_TRY_GOTO(status, mln_key_random(&key, err), done);
    MLN_TRY_GOTO(status, mln_key_render(ring, name, key.bytes, &text, &n, err), done);
    MLN_TRY_GOTO(status, mln_place_write(ring->dir, path.p, (struct mln_str){text, n}, true, err),
                 done);
    *now = (struct mln_key_entry){.version = last.version + 1, .state = MLN_KEY_IS_ACTIVE};
    memcpy(now->name, last.name, sizeof now->name);
    memcpy(now->id, key.id, sizeof now->id);
done:
    sodium_free(text);
    mln_key_release(&key);
    mln_buf_release(&path);
    return status;
}

/* ── destroying ── */

static enum mln_status find_version(const struct mln_keyring *ring, const char *name,
                                    unsigned version, struct mln_key_entry *out,
                                    struct mln_err *err) {
    struct mln_key_list list;
    bool found = false;
    MLN_TRY(mln_ring_list(ring, &list, err));
    for (size_t i = 0; i < list.n; i++) {
        const struct mln_key_entry *const e = &list.entries[i];
        if (strcmp(e->name, name) == 0 &&
            (version == 0 ? e->state == MLN_KEY_IS_ACTIVE : e->version == version)) {
            *out = *e;
            found = true;
        }
    }
    mln_key_list_release(&list);
    if (!found) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "%s: there is no such version of the key '%s'; `maillon key show` lists "
                           "them",
                           ring->dir, name);
    }
    return out->state != MLN_KEY_IS_DESTROYED
               ? check_held(ring, out, err)
               : mln_err_set(err, MLN_BAD_INPUT,
                             "%s: version %u of the key '%s' is destroyed "
                             "already",
                             ring->dir, out->version, name);
}

/* The id takes the version's name first; then the bytes go, through the file that had them. */
static enum mln_status bury(const struct mln_keyring *ring, const struct mln_key_entry *entry,
                            const char *path, const char *grave, struct mln_err *err) {
    struct mln_key_text stone = {.form = MLN_KEY_DESTROYED};
    struct mln_buf text = MLN_BUF_INIT;
    memcpy(stone.id, entry->id, sizeof stone.id);
    mln_key_text_print(&stone, &text);
    const int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    enum mln_status status = mln_buf_check(&text, "a key file", err);
    if (status == MLN_OK && fd < 0) {
        status = mln_err_set(err, MLN_IO, "%s: cannot overwrite: %s", path, strerror(errno));
    }
    if (status == MLN_OK) {
        status = mln_place_write(ring->dir, grave, mln_buf_view(&text), true, err);
    }
    if (status == MLN_OK) {
        status = mln_place_wipe(fd, path, err);
    }
    if (fd >= 0) {
        close(fd);
    }
    mln_buf_release(&text);
    return status;
}

enum mln_status mln_ring_destroy(const struct mln_keyring *ring, const char *name, unsigned version,
                                 struct mln_key_entry *gone, struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    struct mln_buf grave = MLN_BUF_INIT;
    enum mln_status status = find_version(ring, name, version, gone, err);
    MLN_TRY_GOTO(status, status, done);
    const bool active = gone->state == MLN_KEY_IS_ACTIVE;
    MLN_TRY_GOTO(status, mln_key_path(ring->dir, name, active ? 0 : gone->version, &path, err),
                 done);
    MLN_TRY_GOTO(status, mln_key_path(ring->dir, name, gone->version, &grave, err), done);
    MLN_TRY_GOTO(status, bury(ring, gone, path.p, grave.p, err), done);
    if (active && unlink(path.p) != 0) {
        status = mln_err_set(err, MLN_IO, "%s: cannot remove: %s", path.p, strerror(errno));
        goto done;
    }
    gone->state = MLN_KEY_IS_DESTROYED;
    status = mln_place_sync_dir(ring->dir, err);
done:
    mln_buf_release(&grave);
    mln_buf_release(&path);
    return status;
}

/* ── other locks, other directories ── */

/* One key file again, under the lock of `to`, there (replaced) or in its directory (made). */
static enum mln_status write_again(const struct mln_keyring *from, const char *name,
                                   unsigned version, const struct mln_keyring *to, bool replace,
                                   struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    struct mln_key key = {0};
    char *text = NULL;
    size_t n = 0;
    int former = -1;
    enum mln_status status = mln_keyring_load_version(from, name, version, &key, err);
    MLN_TRY_GOTO(status, status, done);
    MLN_TRY_GOTO(status, mln_key_path(to->dir, name, version, &path, err), done);
    MLN_TRY_GOTO(status, mln_key_render(to, name, key.bytes, &text, &n, err), done);
    former = replace ? open(path.p, O_WRONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    MLN_TRY_GOTO(status, mln_place_write(to->dir, path.p, (struct mln_str){text, n}, replace, err),
                 done);
    if (former >= 0) {
        status = mln_place_wipe(former, path.p, err);
    }
done:
    if (former >= 0) {
        close(former);
    }
    sodium_free(text);
    mln_key_release(&key);
    mln_buf_release(&path);
    return status;
}

enum mln_status mln_ring_reseal(const struct mln_keyring *ring, const struct mln_key *after,
                                struct mln_err *err) {
    const struct mln_keyring to = {.dir = ring->dir, .lock = *after};
    struct mln_key_list list;
    MLN_TRY(mln_ring_list(ring, &list, err));
    enum mln_status status = MLN_OK;
    for (size_t i = 0; status == MLN_OK && i < list.n; i++) {
        const struct mln_key_entry *const e = &list.entries[i];
        const unsigned version = e->state == MLN_KEY_IS_ACTIVE ? 0 : e->version;
        if (e->form == MLN_KEY_CLEAR || e->form == MLN_KEY_SEALED) {
            struct mln_key key;
            if (mln_keyring_load_version(&to, e->name, version, &key, NULL) == MLN_OK &&
                (e->form == MLN_KEY_SEALED) == (after->bytes != NULL)) {
                mln_key_release(&key); /* under it already: a resealing that was killed */
                continue;
            }
            mln_key_release(&key);
            status = write_again(ring, e->name, version, &to, true, err);
        }
    }
    mln_key_list_release(&list);
    return status;
}

static bool is_among(const char *name, const char *const *names) {
    while (*names != NULL && strcmp(*names, name) != 0) {
        names++;
    }
    return *names != NULL;
}

static enum mln_status give_id(const struct mln_keyring *ring, const char *name,
                               const struct mln_keyring *to, struct mln_err *err) {
    struct mln_key_text only = {.form = MLN_KEY_ID_ONLY};
    struct mln_buf path = MLN_BUF_INIT;
    struct mln_buf text = MLN_BUF_INIT;
    enum mln_status status = mln_keyring_id(ring, name, only.id, err);
    if (status == MLN_OK) {
        status = mln_key_path(to->dir, name, 0, &path, err);
    }
    if (status == MLN_OK) {
        mln_key_text_print(&only, &text);
        status = mln_buf_check(&text, "a key file", err);
    }
    if (status == MLN_OK) {
        status = mln_place_write(to->dir, path.p, mln_buf_view(&text), false, err);
    }
    mln_buf_release(&text);
    mln_buf_release(&path);
    return status;
}

enum mln_status mln_ring_give(const struct mln_keyring *ring, const char *const *names,
                              const char *const *all, const struct mln_keyring *to,
                              struct mln_err *err) {
    MLN_TRY(mln_place_check_dir(to->dir, true, err));
    for (; *all != NULL; all++) {
        MLN_TRY(is_among(*all, names) ? write_again(ring, *all, 0, to, false, err)
                                      : give_id(ring, *all, to, err));
    }
    return MLN_OK;
}
