/* Every allocation and every call of the file system made to fail in turn: the operation fails with
 * a message, leaves no file behind, and gives back its memory. (Locked memory is libsodium's own.)
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "fault.h"
#include "run.h"
#include "secret/digest.h"
#include "secret/journal.h"
#include "secret/lock.h"
#include "secret/ring.h"
#include "secret/seal.h"

static char dir[64];

static void scratch(void) {
    (void)snprintf(dir, sizeof dir, "%s/mln-secret-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(dir));
}

static const char *at(const char *name) {
    static char paths[4][128];
    static unsigned next;
    char *const path = paths[next++ % 4];
    (void)snprintf(path, sizeof paths[0], "%s/%s", dir, name);
    return path;
}

static size_t entries_of(const char *path) {
    DIR *const d = opendir(path);
    size_t n = 0;
    while (d != NULL && readdir(d) != NULL) {
        n++;
    }
    if (d != NULL) {
        closedir(d);
    }
    return n < 2 ? 0 : n - 2;
}

/* Makes and loads a key, seals and opens a file under it, fingerprints it. No assertion of Check in
 * it: they allocate. */
static enum mln_status all_of_it(struct mln_err *err) {
    const struct mln_str text = MLN_STR_LIT("some tables");
    struct mln_key key = {0};
    struct mln_digest digest;
    struct mln_buf open = MLN_BUF_INIT;
    MLN_TRY(mln_key_create(at("keys"), "base", err));
    MLN_TRY(mln_key_load(at("keys"), "base", &key, err));
    enum mln_status status = mln_seal_file(&key, "t", text, at("t.sealed"), err);
    if (status == MLN_OK) {
        status = mln_unseal_file(&key, "t", at("t.sealed"), 1000, &open, err);
    }
    if (status == MLN_OK) {
        status = mln_str_eq(mln_buf_view(&open), text)
                     ? mln_digest_file(at("t.sealed"), &digest, err)
                     : mln_err_set(err, MLN_CHECK_FAILED, "another text");
    }
    mln_buf_release(&open);
    mln_key_release(&key);
    return status;
}

static void fail_in_turn(enum fault_kind kind, enum mln_status expected) {
    scratch();
    ck_assert_int_eq(mln_secret_init(NULL), MLN_OK);
    const size_t live = fault_live();
    size_t nth = 1;
    for (;; nth++) {
        struct mln_err err = {0};
        fault_arm(kind, nth);
        const enum mln_status status = all_of_it(&err);
        const bool happened = fault_disarm();
        ck_assert_uint_eq(fault_live(), live);
        ck_assert_uint_le(entries_of(at("keys")), 1); /* the key or nothing */
        if (!happened) {
            ck_assert_msg(status == MLN_OK, "%s", err.msg);
            break;
        }
        ck_assert_msg(status == expected || (expected == MLN_IO && status == MLN_KEY),
                      "fault %zu: status %d: %s", nth, (int)status, err.msg);
        ck_assert_str_ne(err.msg, "");
        ck_assert_int_eq(mln_dir_remove(at("keys"), NULL), MLN_OK);
        remove(at("t.sealed"));
        ck_assert_uint_eq(entries_of(dir), 0);
    }
    ck_assert_uint_gt(nth, 5);
    ck_assert_int_eq(mln_dir_remove(dir, NULL), MLN_OK);
}

/* ── the life of keys ── */

static enum mln_status rotate_and_destroy(const struct mln_key *lock, struct mln_err *err) {
    const struct mln_keyring ring = {.dir = at("keys")};
    struct mln_key_entry entry;
    (void)lock;
    MLN_TRY(mln_ring_rotate(&ring, "base", &entry, err));
    return mln_ring_destroy(&ring, "base", 1, &entry, err);
}

/* Under a lock and back, with its file; the shares of another. */
static enum mln_status lock_and_open(const struct mln_key *lock, struct mln_err *err) {
    static const struct mln_str holders[] = {{"alice", 5}, {"bob", 3}};
    const struct mln_keyring clear = {.dir = at("keys")};
    const struct mln_keyring locked = {.dir = clear.dir, .lock = *lock};
    struct mln_lock closed;
    struct mln_lock read;
    struct mln_share shares[2];
    struct mln_key open = {0};
    MLN_TRY(mln_lock_split(lock, holders, 2, 2, &closed, shares, err));
    MLN_TRY(mln_lock_write(clear.dir, &closed, err));
    MLN_TRY(mln_lock_read(clear.dir, &read, err));
    MLN_TRY(mln_lock_join(&read, shares, 2, &open, err));
    mln_key_release(&open);
    MLN_TRY(mln_ring_reseal(&clear, lock, err));
    MLN_TRY(mln_ring_reseal(&locked, &(struct mln_key){0}, err));
    closed.kind = MLN_LOCK_NONE;
    return mln_lock_write(clear.dir, &closed, err);
}

/* Whatever failed, the directory is read, nothing lies aside, and no key is lost that was not to be
 * destroyed: each opens in clear or under the lock. */
static void check_whole(const struct mln_key *lock) {
    struct mln_err err = {0};
    const struct mln_keyring clear = {.dir = at("keys")};
    const struct mln_keyring locked = {.dir = clear.dir, .lock = *lock};
    struct mln_key_list list;
    ck_assert_msg(mln_ring_list(&clear, &list, &err) == MLN_OK, "%s", err.msg);
    ck_assert_uint_ge(list.n, 2); /* base in one version or more, and id */
    for (size_t i = 0; i < list.n; i++) {
        const struct mln_key_entry *const e = &list.entries[i];
        const unsigned version = e->state == MLN_KEY_IS_ACTIVE ? 0 : e->version;
        struct mln_key key;
        if (e->state == MLN_KEY_IS_DESTROYED) {
            ck_assert_uint_eq(e->version, 1);
            continue;
        }
        ck_assert_msg(mln_keyring_load_version(&clear, e->name, version, &key, NULL) == MLN_OK ||
                          mln_keyring_load_version(&locked, e->name, version, &key, &err) == MLN_OK,
                      "%s", err.msg);
        mln_key_release(&key);
    }
    mln_key_list_release(&list);
    ck_assert_uint_le(entries_of(clear.dir), 4);
}

static void live_in_turn(enum fault_kind kind,
                         enum mln_status (*life)(const struct mln_key *, struct mln_err *)) {
    scratch();
    struct mln_key lock;
    ck_assert_int_eq(mln_key_random(&lock, NULL), MLN_OK);
    size_t nth = 1;
    for (bool more = true; more; nth++) {
        struct mln_err err = {0};
        ck_assert_int_eq(mln_key_create(at("keys"), "base", &err), MLN_OK);
        ck_assert_int_eq(mln_key_create(at("keys"), "id", &err), MLN_OK);
        const size_t live = fault_live();
        fault_arm(kind, nth);
        const enum mln_status status = life(&lock, &err);
        more = fault_disarm();
        ck_assert_uint_eq(fault_live(), live);
        /* a probe of a key may fail and be passed over; all else is told */
        ck_assert_msg(more || status == MLN_OK, "%s", err.msg);
        ck_assert(status == MLN_OK || err.msg[0] != '\0');
        check_whole(&lock);
        ck_assert_int_eq(mln_dir_remove(at("keys"), NULL), MLN_OK);
    }
    ck_assert_uint_gt(nth, 10);
    mln_key_release(&lock);
    ck_assert_int_eq(mln_dir_remove(dir, NULL), MLN_OK);
}

START_TEST(no_fault_loses_a_key) {
    live_in_turn(FAULT_MEMORY, rotate_and_destroy);
    live_in_turn(FAULT_IO, rotate_and_destroy);
    live_in_turn(FAULT_MEMORY, lock_and_open);
    live_in_turn(FAULT_IO, lock_and_open);
}
END_TEST

/* ── the journal ── */

static int64_t a_time(void *ctx) {
    (void)ctx;
    return 1000000000;
}

/* Whatever failed while a line was added, the journal is whole, with or without it, and goes on. */
static void journal_in_turn(enum fault_kind kind) {
    scratch();
    struct mln_key key;
    ck_assert_int_eq(mln_key_random(&key, NULL), MLN_OK);
    const struct mln_journal journal = {
        .dir = at("journal"), .key = &key, .clock = {.now = a_time}};
    struct mln_journal_entry entry = {
        .user = "u", .role = "", .command = "run", .event = "done", .purpose = "p", .note = ""};
    size_t nth = 1;
    for (bool more = true; more;) {
        struct mln_journal_anchor now;
        struct mln_err err = {0};
        const uint64_t lines = nth % 2; /* the first line, or the second */
        if (lines == 1) {
            ck_assert_int_eq(mln_journal_append(&journal, &entry, &err), MLN_OK);
        }
        const size_t live = fault_live();
        fault_arm(kind, (nth++ + 1) / 2);
        const enum mln_status status = mln_journal_append(&journal, &entry, &err);
        more = fault_disarm();
        ck_assert_uint_eq(fault_live(), live);
        ck_assert_int_eq(status == MLN_OK, !more);
        ck_assert(status == MLN_OK || err.msg[0] != '\0');
        ck_assert_msg(mln_journal_verify(journal.dir, NULL, NULL, &now, &err) == MLN_OK, "%s",
                      err.msg);
        ck_assert(now.number == lines || now.number == lines + 1);
        ck_assert(status != MLN_OK || now.number == lines + 1);
        ck_assert_int_eq(mln_journal_append(&journal, &entry, &err), MLN_OK);
        ck_assert_int_eq(mln_dir_remove(journal.dir, NULL), MLN_OK);
        more = more || nth % 2 == 0;
    }
    ck_assert_uint_gt(nth, 20);
    mln_key_release(&key);
    ck_assert_int_eq(mln_dir_remove(dir, NULL), MLN_OK);
}

START_TEST(no_fault_tears_the_journal) {
    journal_in_turn(FAULT_MEMORY);
    journal_in_turn(FAULT_IO);
}
END_TEST

START_TEST(every_allocation_fails) {
    fail_in_turn(FAULT_MEMORY, MLN_NO_MEMORY);
}
END_TEST

START_TEST(every_call_of_the_file_system_fails) {
    fail_in_turn(FAULT_IO, MLN_IO);
}
END_TEST

START_TEST(short_and_interrupted_writes_write_all) {
    scratch();
    fault_arm(FAULT_SHORT_WRITES, 1);
    struct mln_err err = {0};
    const enum mln_status status = all_of_it(&err);
    (void)fault_disarm();
    ck_assert_msg(status == MLN_OK, "%s", err.msg);
    ck_assert_int_eq(mln_dir_remove(dir, NULL), MLN_OK);
}
END_TEST

MLN_TEST_MAIN("secret_faults", no_fault_loses_a_key, no_fault_tears_the_journal,
              every_allocation_fails, every_call_of_the_file_system_fails,
              short_and_interrupted_writes_write_all)
