/* key …: making, showing, closing, sharing, rotating, giving and destroying keys. Ids only are ever
 * printed. What changes keys is told in the journal of the project. */
#include <sys/stat.h>

#include "base/file.h"
#include "cli/open_keys.h"
#include "secret/place.h"
#include "secret/ring.h"
#include "stage/governance/rekey.h"

/* A command on the keys of a project, between two lines of its journal. */
struct key_work {
    const struct mln_cli_args *args;
    struct mln_cli_project opened;
    struct mln_audit audit;
    struct mln_buf note; /* for the journal */
};

static bool is_directory(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static enum mln_status check_role(enum mln_role role, struct mln_err *err) {
    return role == MLN_ROLE_NONE || role == MLN_SECURITY
               ? MLN_OK
               : mln_err_set(err, MLN_KEY, "keys belong to the role security, not to %s",
                             mln_role_word(role));
}

/* Runs `work` between "begin" and "done". */
static enum mln_status tell_work(const struct mln_cli_args *args,
                                 enum mln_status (*work)(struct key_work *, struct mln_err *),
                                 struct mln_err *err) {
    struct key_work w = {.args = args, .note = MLN_BUF_INIT};
    MLN_TRY(
        mln_cli_project_open(args, args->words[0], mln_cli_value(args, "keys"), &w.opened, err));
    const struct mln_audit_request request = {.command = args->command->name,
                                              .purpose = mln_cli_value(args, "purpose"),
                                              .role = w.opened.role,
                                              .may_be_over = true};
    enum mln_status status = check_role(w.opened.role, err);
    if (status == MLN_OK) {
        status = mln_audit_begin(&w.opened.project, &request, args->talk, &w.audit, err);
    }
    if (status == MLN_OK) {
        status = work(&w, err);
        status = mln_audit_end(&w.audit, status, NULL, 0, w.note.p, err);
    }
    mln_buf_release(&w.note);
    mln_cli_project_release(&w.opened);
    return status;
}

/* ── new, show, holders: a key directory, or a project's ── */

/* The key directory that the first word means, in `arena`. */
static enum mln_status which_dir(const struct mln_cli_args *args, struct mln_arena *arena,
                                 const char **out, struct mln_err *err) {
    struct mln_project project;
    *out = args->words[0];
    if (is_directory(*out) || !mln_path_exists(*out)) {
        return MLN_OK;
    }
    if (args->command->run == mln_cmd_key_new) { /* a file in the way is told as such */
        const size_t n = strlen(*out);
        if (n < 5 || strcmp(*out + n - 5, ".yaml") != 0) {
            return MLN_OK;
        }
    }
    MLN_TRY(mln_project_read(arena, *out, &project, err));
    *out = project.keys_dir;
    return MLN_OK;
}

static enum mln_status make_missing(const struct mln_keyring *ring, struct mln_err *err) {
    struct mln_key_list list = {0};
    if (mln_path_exists(ring->dir)) {
        MLN_TRY(mln_ring_list(ring, &list, err));
    }
    enum mln_status status = MLN_OK;
    for (size_t i = 0; status == MLN_OK && mln_key_names[i] != NULL; i++) {
        bool known = false; /* a destroyed key is not made again by the way: `key rotate` does */
        for (size_t e = 0; e < list.n; e++) {
            known = known || strcmp(list.entries[e].name, mln_key_names[i]) == 0;
        }
        char id[MLN_KEY_ID_CHARS + 1] = "destroyed";
        if (!known) {
            status = mln_keyring_create(ring, mln_key_names[i], err);
        }
        if (status == MLN_OK && (!known || mln_keyring_has(ring, mln_key_names[i]))) {
            status = mln_keyring_id(ring, mln_key_names[i], id, err);
        }
        if (status == MLN_OK) {
            printf("%-10s %s\n", mln_key_names[i], id);
        }
    }
    mln_key_list_release(&list);
    return status;
}

static enum mln_status make_permute(const struct mln_keyring *ring, struct mln_err *err) {
    char id[MLN_KEY_ID_CHARS + 1];
    if (!mln_keyring_has(ring, "permute")) {
        MLN_TRY(mln_keyring_create(ring, "permute", err));
    }
    MLN_TRY(mln_keyring_id(ring, "permute", id, err));
    printf("%-10s %s\n", "permute", id);
    return MLN_OK;
}

enum mln_status mln_cmd_key_new(const struct mln_cli_args *args, struct mln_err *err) {
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_keyring ring = {0};
    const char *dir = NULL;
    enum mln_status status = mln_secret_init(err);
    if (status == MLN_OK) {
        status = which_dir(args, &arena, &dir, err);
    }
    if (status == MLN_OK) {
        status = mln_cli_open_ring(args, dir, &ring, err);
    }
    if (status == MLN_OK) {
        status = make_missing(&ring, err);
    }
    if (status == MLN_OK && mln_cli_value(args, "rekeyable") != NULL) {
        status = make_permute(&ring, err);
    }
    mln_keyring_release(&ring);
    mln_arena_release(&arena);
    return status;
}

enum mln_status mln_cmd_key_show(const struct mln_cli_args *args, struct mln_err *err) {
    static const char *const forms[] = {"clear", "sealed", "id only", "-"};
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_keyring ring = {0};
    struct mln_key_list list = {0};
    enum mln_status status = which_dir(args, &arena, &ring.dir, err);
    if (status == MLN_OK) {
        status = mln_ring_list(&ring, &list, err);
    }
    if (status == MLN_OK) {
        printf("%-10s %7s  %-9s  %-16s  %s\n", "key", "version", "state", "id", "kept");
    }
    for (size_t i = 0; i < list.n; i++) {
        const struct mln_key_entry *const e = &list.entries[i];
        printf("%-10s %7u  %-9s  %-16s  %s\n", e->name, e->version, mln_key_state_words[e->state],
               e->id, forms[e->form]);
    }
    mln_key_list_release(&list);
    mln_arena_release(&arena);
    return status;
}

enum mln_status mln_cmd_key_holders(const struct mln_cli_args *args, struct mln_err *err) {
    struct mln_arena arena = MLN_ARENA_INIT;
    const char *dir = NULL;
    struct mln_lock lock = {0};
    enum mln_status status = which_dir(args, &arena, &dir, err);
    if (status == MLN_OK) {
        status = mln_place_check_dir(dir, false, err);
    }
    if (status == MLN_OK) {
        status = mln_lock_read(dir, &lock, err);
    }
    if (status == MLN_OK && lock.kind == MLN_LOCK_NONE) {
        printf("no lock: the keys are clear files of their owner\n");
    } else if (status == MLN_OK && lock.kind == MLN_LOCK_PASSPHRASE) {
        printf("lock %s: a passphrase\n", lock.id);
    } else if (status == MLN_OK) {
        printf("lock %s: the shares of %u of %u holders\n", lock.id, lock.needed, lock.n_holders);
        for (unsigned i = 0; i < lock.n_holders; i++) {
            printf("%2u  %s\n", i + 1, lock.holders[i]);
        }
    }
    mln_arena_release(&arena);
    return status;
}

/* ── rotate, destroy ── */

static enum mln_status rotate(struct key_work *w, struct mln_err *err) {
    struct mln_key_entry now;
    struct mln_key key;
    const char *const name = w->args->words[1];
    MLN_TRY(mln_ring_rotate(&w->opened.ring, name, &now, err));
    mln_buf_addf(&w->note, "%s: version %u, id %s; the former version only opens what it closed",
                 now.name, now.version, now.id);
    printf("%s: version %u, id %s\n", now.name, now.version, now.id);
    if (strcmp(name, "journal") != 0) {
        return MLN_OK;
    }
    MLN_TRY(mln_keyring_load(&w->opened.ring, name, &key, err));
    const enum mln_status status =
        mln_journal_add_signer(&w->audit.journal, &w->audit.entry, &key, err);
    mln_key_release(&key);
    return status;
}

enum mln_status mln_cmd_key_rotate(const struct mln_cli_args *args, struct mln_err *err) {
    return tell_work(args, rotate, err);
}

static enum mln_status destroy(struct key_work *w, struct mln_err *err) {
    struct mln_key_entry gone;
    uint64_t version = 0;
    const char *const name = w->args->words[1];
    MLN_TRY(mln_cli_u64(w->args, "version", 1, 1000000, &version, err));
    if (strcmp(name, "journal") == 0) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "the journal's key goes last, with `maillon purge`: without it nothing "
                           "could say what was destroyed");
    }
    const char *const confirmed = mln_cli_value(w->args, "confirm");
    if (confirmed == NULL || strcmp(confirmed, name) != 0) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "a destroyed key never comes back: say its name again with --confirm %s",
                           name);
    }
    MLN_TRY(mln_ring_destroy(&w->opened.ring, name, (unsigned)version, &gone, err));
    mln_buf_addf(&w->note,
                 "%s: version %u, id %s destroyed: what it closed stays closed, its pseudonyms can "
                 "no more be made or tied to anything",
                 gone.name, gone.version, gone.id);
    printf("%s: version %u, id %s destroyed\n", gone.name, gone.version, gone.id);
    return MLN_OK;
}

enum mln_status mln_cmd_key_destroy(const struct mln_cli_args *args, struct mln_err *err) {
    return tell_work(args, destroy, err);
}

/* ── seal, split, join ── */

static enum mln_status need_open(const struct key_work *w, struct mln_err *err) {
    return w->opened.ring.lock.bytes == NULL
               ? MLN_OK
               : mln_err_set(err, MLN_BAD_INPUT,
                             "%s: the keys have a lock already (%s); `maillon key join` opens it "
                             "for good, then they get another",
                             w->opened.ring.dir, w->opened.ring.lock.id);
}

static enum mln_status seal(struct key_work *w, struct mln_err *err) {
    struct mln_lock lock;
    struct mln_key key;
    struct mln_passphrase passphrase;
    const struct mln_keyring *const ring = &w->opened.ring;
    if (ring->lock.bytes != NULL) { /* what a killed sealing left in clear */
        return mln_ring_reseal(ring, &ring->lock, err);
    }
    MLN_TRY(mln_key_random(&key, err));
    enum mln_status status = mln_cli_passphrase(w->args, "the keys", true, &passphrase, err);
    if (status == MLN_OK) {
        status = mln_lock_close(&key, &passphrase, mln_passphrase_cost_default, &lock, err);
        mln_passphrase_release(&passphrase);
    }
    if (status == MLN_OK) {
        status = mln_lock_write(ring->dir, &lock, err);
    }
    if (status == MLN_OK) {
        status = mln_ring_reseal(ring, &key, err);
    }
    if (status == MLN_OK) {
        mln_buf_addf(&w->note, "lock %s: a passphrase", key.id);
        printf("lock %s: a passphrase\n", key.id);
    }
    mln_key_release(&key);
    return status;
}

enum mln_status mln_cmd_key_seal(const struct mln_cli_args *args, struct mln_err *err) {
    return tell_work(args, seal, err);
}

/* "alice,bob,carol" → views; more than a lock has are counted, not kept. */
static size_t split_names(const char *list, struct mln_str names[MLN_SHAMIR_MAX_SHARES]) {
    size_t n = 0;
    for (const char *at = list; at != NULL; n++) {
        const size_t length = strcspn(at, ",");
        if (n < MLN_SHAMIR_MAX_SHARES) {
            names[n] = (struct mln_str){at, length};
        }
        at = at[length] == ',' ? at + length + 1 : NULL;
    }
    return n;
}

static enum mln_status write_share(struct key_work *w, const char *dir, struct mln_share *share,
                                   struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    struct mln_buf text = MLN_BUF_INIT;
    enum mln_status status = MLN_OK;
    if (mln_cli_value(w->args, "plain-shares") == NULL) {
        struct mln_passphrase passphrase;
        char what[MLN_HOLDER_MAX + 32];
        (void)snprintf(what, sizeof what, "the share of %s", share->holder);
        MLN_TRY(mln_cli_passphrase(w->args, what, true, &passphrase, err));
        status = mln_share_seal(share, &passphrase, mln_passphrase_cost_default, err);
        mln_passphrase_release(&passphrase);
    }
    mln_buf_addf(&path, "%s/%s.share", dir, share->holder);
    if (!mln_buf_reserve(&text, MLN_SHARE_TEXT_MAX) || path.failed) {
        status = mln_err_nomem(err, "a share");
    }
    if (status == MLN_OK) {
        mln_share_print(share, &text);
        status = mln_buf_check(&text, "a share", err);
    }
    if (status == MLN_OK) {
        status = mln_place_write(dir, path.p, mln_buf_view(&text), false, err);
    }
    if (text.p != NULL) {
        mln_wipe(text.p, text.cap);
    }
    mln_buf_release(&text);
    mln_buf_release(&path);
    return status;
}

/* Shares first, then the lock, then the keys: a kill leaves keys that shares or nothing open. */
static enum mln_status split_among(struct key_work *w, const struct mln_str *names, size_t n,
                                   unsigned needed, struct mln_share *shares, struct mln_err *err) {
    const struct mln_keyring *const ring = &w->opened.ring;
    const char *const to = mln_cli_value(w->args, "to");
    struct mln_lock lock;
    struct mln_key key;
    MLN_TRY(mln_key_random(&key, err));
    enum mln_status status = mln_lock_split(&key, names, n, needed, &lock, shares, err);
    MLN_TRY_GOTO(status, status, done);
    MLN_TRY_GOTO(status, mln_place_check_dir(to, true, err), done);
    for (size_t i = 0; i < n; i++) {
        MLN_TRY_GOTO(status, write_share(w, to, &shares[i], err), done);
    }
    MLN_TRY_GOTO(status, mln_lock_write(ring->dir, &lock, err), done);
    MLN_TRY_GOTO(status, mln_ring_reseal(ring, &key, err), done);
    mln_buf_addf(&w->note, "lock %s: the shares of %u of %zu holders:", key.id, needed, n);
    for (size_t i = 0; i < n; i++) {
        mln_buf_addf(&w->note, " %s", lock.holders[i]);
        printf("%s/%s.share\n", to, lock.holders[i]);
    }
done:
    mln_key_release(&key);
    return status;
}

static enum mln_status split(struct key_work *w, struct mln_err *err) {
    struct mln_str names[MLN_SHAMIR_MAX_SHARES];
    const char *const holders = mln_cli_value(w->args, "holders");
    uint64_t needed = 2;
    MLN_TRY(mln_cli_u64(w->args, "needed", 2, MLN_SHAMIR_MAX_SHARES, &needed, err));
    if (holders == NULL || mln_cli_value(w->args, "to") == NULL) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "'maillon key split' needs --holders NAME,NAME… and --to DIR, an empty "
                           "folder for the shares");
    }
    MLN_TRY(need_open(w, err));
    const size_t n = split_names(holders, names);
    if (n > MLN_SHAMIR_MAX_SHARES) {
        return mln_err_set(err, MLN_BAD_INPUT, "option '--holders': at most %d holders",
                           (int)MLN_SHAMIR_MAX_SHARES);
    }
    struct mln_share *const shares = mln_locked_alloc(MLN_SHAMIR_MAX_SHARES * sizeof *shares);
    if (shares == NULL) {
        return mln_err_nomem(err, "the shares");
    }
    const enum mln_status status = split_among(w, names, n, (unsigned)needed, shares, err);
    mln_locked_free(shares);
    return status;
}

enum mln_status mln_cmd_key_split(const struct mln_cli_args *args, struct mln_err *err) {
    return tell_work(args, split, err);
}

static enum mln_status join(struct key_work *w, struct mln_err *err) {
    const struct mln_keyring *const ring = &w->opened.ring;
    const struct mln_lock none = {.kind = MLN_LOCK_NONE};
    const struct mln_key clear = {0};
    if (ring->lock.bytes == NULL) {
        return mln_err_set(err, MLN_BAD_INPUT, "%s: these keys have no lock", ring->dir);
    }
    MLN_TRY(mln_ring_reseal(ring, &clear, err));
    MLN_TRY(mln_lock_write(ring->dir, &none, err));
    mln_buf_addf(&w->note, "lock %s opened for good: the keys are clear files", ring->lock.id);
    printf("lock %s opened for good: the keys are clear files of their owner\n", ring->lock.id);
    return MLN_OK;
}

enum mln_status mln_cmd_key_join(const struct mln_cli_args *args, struct mln_err *err) {
    return tell_work(args, join, err);
}

/* ── give, rekey-base ── */

/* The role's keys, the ids of the others, and a journal key of its own, brought in as a signer. */
static enum mln_status give(struct key_work *w, struct mln_err *err) {
    static const char *const signer[] = {"journal", NULL};
    const char *all[16];
    size_t n = 0;
    enum mln_role role = MLN_ROLE_NONE;
    struct mln_key key;
    const struct mln_keyring to = {.dir = mln_cli_value(w->args, "to")};
    MLN_TRY(mln_role_from_word(w->args->words[1], &role, err));
    if (to.dir == NULL) {
        return mln_err_set(err, MLN_BAD_INPUT, "'maillon key give' needs --to DIR, a new folder");
    }
    for (const char *const *name = mln_role_keys(MLN_ROLE_NONE); *name != NULL; name++) {
        if (mln_keyring_has(&w->opened.ring, *name)) {
            all[n++] = *name;
        }
    }
    all[n] = NULL;
    MLN_TRY(mln_ring_give(&w->opened.ring, mln_role_keys(role), all, &to, err));
    MLN_TRY(mln_keyring_create(&to, signer[0], err));
    MLN_TRY(mln_keyring_load(&to, signer[0], &key, err));
    const enum mln_status status =
        mln_journal_add_signer(&w->audit.journal, &w->audit.entry, &key, err);
    mln_buf_addf(&w->note, "keys of the role %s; its signer %s", mln_role_word(role), key.id);
    mln_key_release(&key);
    if (status == MLN_OK) {
        printf("%s: the keys of the role %s\n", to.dir, mln_role_word(role));
    }
    return status;
}

enum mln_status mln_cmd_key_give(const struct mln_cli_args *args, struct mln_err *err) {
    return tell_work(args, give, err);
}

/* The project's keys but for the base, the permutation and the journal, which are new ones. */
static enum mln_status make_new_folder(struct key_work *w, const struct mln_keyring *into,
                                       struct mln_err *err) {
    static const char *const anew[] = {"base", "permute", "journal"};
    const char *kept[16];
    size_t n = 0;
    struct mln_key key;
    for (const char *const *name = mln_role_keys(MLN_ROLE_NONE); *name != NULL; name++) {
        if (strcmp(*name, anew[0]) != 0 && strcmp(*name, anew[1]) != 0) {
            kept[n++] = *name;
        }
    }
    kept[n] = NULL;
    MLN_TRY(mln_ring_give(&w->opened.ring, kept, kept, into, err));
    for (size_t i = 0; i < sizeof anew / sizeof *anew; i++) {
        MLN_TRY(mln_keyring_create(into, anew[i], err));
    }
    MLN_TRY(mln_keyring_load(into, "journal", &key, err));
    const enum mln_status status =
        mln_journal_add_signer(&w->audit.journal, &w->audit.entry, &key, err);
    mln_key_release(&key);
    return status;
}

static enum mln_status rekey(struct key_work *w, struct mln_err *err) {
    const char *const to = mln_cli_value(w->args, "to");
    const struct mln_keyring into = {.dir = mln_cli_value(w->args, "into")};
    struct mln_rekey_result done = {0};
    if (to == NULL || into.dir == NULL) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "'maillon key rekey-base' needs --to FILE, the base to write, and "
                           "--into DIR, the key directory it belongs to");
    }
    if (!mln_path_exists(into.dir)) {
        MLN_TRY(make_new_folder(w, &into, err));
    }
    MLN_TRY(mln_rekey_base(&w->opened.project, to, &into, w->args->talk, &done, err));
    mln_buf_addf(&w->note,
                 "base written again under key %s, pseudonyms under permutation %s: %llu columns, "
                 "%llu pseudonyms",
                 done.base_id, done.permute_id, (unsigned long long)done.n_columns,
                 (unsigned long long)done.n_pseudonyms);
    printf("%s: %llu pseudonyms in %llu columns, under permutation %s\n", to,
           (unsigned long long)done.n_pseudonyms, (unsigned long long)done.n_columns,
           done.permute_id);
    return MLN_OK;
}

enum mln_status mln_cmd_key_rekey_base(const struct mln_cli_args *args, struct mln_err *err) {
    return tell_work(args, rekey, err);
}
