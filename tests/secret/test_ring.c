/* Versions of keys: rotation, destruction, sealing, what a role is given. */
#include <sodium.h>

#include "help.h"
#include "secret/ring.h"

/* "name version state" of each entry, one a line. */
static const char *listed(const struct mln_keyring *ring) {
    static char text[1024];
    struct mln_key_list list;
    size_t n = 0;
    OK(mln_ring_list(ring, &list, &err));
    text[0] = '\0';
    for (size_t i = 0; i < list.n; i++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "%s %u %s\n", list.entries[i].name,
                              list.entries[i].version, mln_key_state_words[list.entries[i].state]);
    }
    mln_key_list_release(&list);
    return text;
}

START_TEST(versions_follow_each_other) {
    const char *const dir = scratch();
    const struct mln_keyring ring = {.dir = at(dir, "keys")};
    struct mln_key first;
    struct mln_key second;
    struct mln_key key;
    struct mln_key_entry entry;
    OK(mln_keyring_create(&ring, "base", &err));
    OK(mln_keyring_create(&ring, "affaire", &err));
    OK(mln_keyring_load(&ring, "base", &first, &err));
    OK(mln_ring_rotate(&ring, "base", &entry, &err));
    ck_assert_uint_eq(entry.version, 2);
    OK(mln_keyring_load(&ring, "base", &second, &err));
    ck_assert_str_eq(second.id, entry.id);
    ck_assert_str_ne(second.id, first.id);
    OK(mln_keyring_load_version(&ring, "base", 1, &key, &err));
    ck_assert_int_eq(memcmp(key.bytes, first.bytes, MLN_KEY_BYTES), 0);
    mln_key_release(&key);
    OK(mln_ring_rotate(&ring, "base", &entry, &err));
    ck_assert_str_eq(listed(&ring), "affaire 1 active\nbase 1 retired\nbase 2 retired\n"
                                    "base 3 active\n");
    FAILS(MLN_BAD_INPUT, mln_ring_rotate(&ring, "unite", &entry, &err));
    SAYS("key new");

    /* destroyed: a retired one, then the active one */
    char hex[65];
    sodium_bin2hex(hex, sizeof hex, second.bytes, MLN_KEY_BYTES);
    ck_assert(holds(at(ring.dir, "base.2.key"), hex));
    OK(mln_ring_destroy(&ring, "base", 2, &entry, &err));
    ck_assert_str_eq(entry.id, second.id);
    ck_assert(!holds(at(ring.dir, "base.2.key"), hex));
    ck_assert(holds(at(ring.dir, "base.2.key"), second.id));
    FAILS(MLN_KEY, mln_keyring_load_version(&ring, "base", 2, &key, &err));
    SAYS("destroyed");
    SAYS(second.id);
    FAILS(MLN_BAD_INPUT, mln_ring_destroy(&ring, "base", 2, &entry, &err));
    FAILS(MLN_BAD_INPUT, mln_ring_destroy(&ring, "base", 7, &entry, &err));
    OK(mln_ring_destroy(&ring, "base", 0, &entry, &err));
    ck_assert_uint_eq(entry.version, 3);
    FAILS(MLN_KEY, mln_keyring_load(&ring, "base", &key, &err));
    SAYS("destroyed");
    FAILS(MLN_BAD_INPUT, mln_ring_destroy(&ring, "base", 0, &entry, &err));
    ck_assert_str_eq(listed(&ring), "affaire 1 active\nbase 1 retired\nbase 2 destroyed\n"
                                    "base 3 destroyed\n");
    OK(mln_ring_rotate(&ring, "base", &entry, &err)); /* a new life, under another key */
    ck_assert_uint_eq(entry.version, 4);
    mln_key_release(&first);
    mln_key_release(&second);
    OK(mln_dir_remove(dir, &err));
}
END_TEST

/* The states that a kill leaves: the former name given, the new key not there yet; the grave made,
 * the key not wiped yet. */
START_TEST(what_was_begun_is_ended) {
    const char *const dir = scratch();
    const struct mln_keyring ring = {.dir = at(dir, "keys")};
    struct mln_key_entry entry;
    struct mln_key key;
    OK(mln_keyring_create(&ring, "base", &err));
    ck_assert_int_eq(link(at(ring.dir, "base.key"), at(ring.dir, "base.1.key")), 0);
    ck_assert_str_eq(listed(&ring), "base 1 active\n");
    OK(mln_ring_rotate(&ring, "base", &entry, &err));
    ck_assert_uint_eq(entry.version, 2);
    ck_assert_str_eq(listed(&ring), "base 1 retired\nbase 2 active\n");

    char grave[128];
    OK(mln_keyring_load(&ring, "base", &key, &err));
    snprintf(grave, sizeof grave, "maillon-destroyed-key 1\nid: %s\n", key.id);
    OK(mln_file_write(at(ring.dir, "base.2.key"), mln_str_from(grave), &err));
    ck_assert_int_eq(chmod(at(ring.dir, "base.2.key"), 0600), 0);
    ck_assert_str_eq(listed(&ring), "base 1 retired\nbase 2 destroyed\n");
    OK(mln_ring_rotate(&ring, "base", &entry, &err));
    ck_assert_str_eq(listed(&ring), "base 1 retired\nbase 2 destroyed\nbase 3 active\n");
    mln_key_release(&key);
    OK(mln_dir_remove(dir, &err));
}
END_TEST

START_TEST(sealed_keys_need_their_lock_and_their_name) {
    const char *const dir = scratch();
    struct mln_keyring clear = {.dir = at(dir, "keys")};
    struct mln_keyring locked = {.dir = clear.dir};
    struct mln_keyring wrong = {.dir = clear.dir};
    struct mln_key before;
    struct mln_key key;
    struct mln_key_entry entry;
    char hex[65];
    OK(mln_keyring_create(&clear, "id", &err));
    OK(mln_keyring_create(&clear, "base", &err));
    OK(mln_ring_rotate(&clear, "base", &entry, &err));
    OK(mln_keyring_load(&clear, "id", &before, &err));
    sodium_bin2hex(hex, sizeof hex, before.bytes, MLN_KEY_BYTES);
    OK(mln_key_random(&locked.lock, &err));
    OK(mln_key_random(&wrong.lock, &err));
    OK(mln_ring_reseal(&clear, &locked.lock, &err));
    OK(mln_ring_reseal(&clear, &locked.lock, &err)); /* nothing left to do */
    ck_assert(!holds(at(clear.dir, "id.key"), hex));
    ck_assert_uint_eq(mode_of(at(clear.dir, "base.1.key")), 0600);
    FAILS(MLN_KEY, mln_keyring_load(&clear, "id", &key, &err));
    SAYS("--passphrase-fd");
    FAILS(MLN_KEY, mln_keyring_load(&wrong, "id", &key, &err));
    SAYS(wrong.lock.id);
    OK(mln_keyring_load(&locked, "id", &key, &err));
    ck_assert_int_eq(memcmp(key.bytes, before.bytes, MLN_KEY_BYTES), 0);
    mln_key_release(&key);
    char id[MLN_KEY_ID_CHARS + 1];
    OK(mln_keyring_id(&clear, "id", id, &err));
    ck_assert_str_eq(id, before.id);

    /* new ones are born sealed */
    OK(mln_keyring_create(&locked, "content", &err));
    OK(mln_ring_rotate(&locked, "content", &entry, &err));
    FAILS(MLN_KEY, mln_keyring_load(&clear, "content", &key, &err));

    /* one key's file in the place of another's */
    struct mln_buf text = MLN_BUF_INIT;
    OK(mln_file_read(at(clear.dir, "id.key"), 1000, &text, &err));
    OK(mln_file_write(at(clear.dir, "base.key"), mln_buf_view(&text), &err));
    ck_assert_int_eq(chmod(at(clear.dir, "base.key"), 0600), 0);
    FAILS(MLN_KEY, mln_keyring_load(&locked, "base", &key, &err));
    SAYS("sealed as another");
    ck_assert_int_eq(unlink(at(clear.dir, "base.key")), 0);

    OK(mln_ring_reseal(&locked, &(struct mln_key){0}, &err));
    OK(mln_keyring_load(&clear, "id", &key, &err));
    ck_assert_int_eq(memcmp(key.bytes, before.bytes, MLN_KEY_BYTES), 0);
    mln_key_release(&key);
    mln_buf_release(&text);
    mln_key_release(&before);
    mln_keyring_release(&locked);
    mln_keyring_release(&wrong);
    OK(mln_dir_remove(dir, &err));
}
END_TEST

START_TEST(a_role_gets_its_keys_and_the_ids_of_the_others) {
    static const char *const all[] = {"id", "content", "base", NULL};
    static const char *const analyst[] = {"content", "base", NULL};
    const char *const dir = scratch();
    const struct mln_keyring from = {.dir = at(dir, "keys")};
    const struct mln_keyring to = {.dir = at(dir, "analyst")};
    struct mln_key key;
    struct mln_key_entry entry;
    char id[MLN_KEY_ID_CHARS + 1];
    char theirs[MLN_KEY_ID_CHARS + 1];
    for (size_t i = 0; all[i] != NULL; i++) {
        OK(mln_keyring_create(&from, all[i], &err));
    }
    OK(mln_ring_give(&from, analyst, all, &to, &err));
    OK(mln_keyring_load(&to, "base", &key, &err));
    mln_key_release(&key);
    FAILS(MLN_KEY, mln_keyring_load(&to, "id", &key, &err));
    SAYS("another role holds it");
    OK(mln_keyring_id(&from, "id", id, &err));
    OK(mln_keyring_id(&to, "id", theirs, &err));
    ck_assert_str_eq(id, theirs);
    FAILS(MLN_KEY, mln_ring_rotate(&to, "id", &entry, &err));
    FAILS(MLN_KEY, mln_ring_destroy(&to, "id", 0, &entry, &err));
    FAILS(MLN_KEY, mln_ring_give(&from, analyst, all, &to, &err)); /* never over another's */
    OK(mln_dir_remove(dir, &err));
}
END_TEST

START_TEST(links_and_strangers_in_the_directory) {
    const char *const dir = scratch();
    const struct mln_keyring ring = {.dir = at(dir, "keys")};
    struct mln_key key;
    struct mln_key_entry entry;
    OK(mln_keyring_create(&ring, "base", &err));
    ck_assert_int_eq(symlink("base.key", at(ring.dir, "id.key")), 0);
    FAILS(MLN_KEY, mln_keyring_load(&ring, "id", &key, &err));
    ck_assert_int_eq(unlink(at(ring.dir, "id.key")), 0);
    OK(mln_file_write(at(ring.dir, "notes.txt"), MLN_STR_LIT("x"), &err));
    OK(mln_file_write(at(ring.dir, "base.x.key"), MLN_STR_LIT("x"), &err));
    OK(mln_file_write(at(ring.dir, "base.01.key"), MLN_STR_LIT("x"), &err));
    ck_assert_str_eq(listed(&ring), "base 1 active\n");
    FAILS(MLN_BAD_INPUT, mln_ring_rotate(&ring, "../base", &entry, &err));
    FAILS(MLN_BAD_INPUT, mln_ring_destroy(&ring, "base.1", 0, &entry, &err));
    OK(mln_dir_remove(dir, &err));
}
END_TEST

MLN_TEST_MAIN("ring", versions_follow_each_other, what_was_begun_is_ended,
              sealed_keys_need_their_lock_and_their_name,
              a_role_gets_its_keys_and_the_ids_of_the_others, links_and_strangers_in_the_directory)
