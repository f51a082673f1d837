#define _GNU_SOURCE /* memmem */
#include <sodium.h>

#include "help.h"
#include "secret/digest.h"
#include "secret/key_file.h"
#include "secret/keys.h"
#include "secret/pseudonym.h"
#include "secret/seal.h"

/* ── keys ── */

START_TEST(keys_are_made_once_and_come_back) {
    const char *const dir = scratch();
    const char *const keys = at(dir, "deep/keys");
    OK(mln_key_create(keys, "personne", &err));
    OK(mln_key_create(keys, "id", &err));
    ck_assert_uint_eq(mode_of(keys), 0700);
    ck_assert_uint_eq(mode_of(at(dir, "deep/keys/id.key")), 0600);
    struct mln_key a;
    struct mln_key b;
    struct mln_key again;
    OK(mln_key_load(keys, "personne", &a, &err));
    OK(mln_key_load(keys, "id", &b, &err));
    OK(mln_key_load(keys, "id", &again, &err));
    ck_assert_int_ne(memcmp(a.bytes, b.bytes, MLN_KEY_BYTES), 0);
    ck_assert_int_eq(memcmp(b.bytes, again.bytes, MLN_KEY_BYTES), 0);
    ck_assert_str_eq(b.id, again.id);
    ck_assert_str_ne(a.id, b.id);
    mln_key_release(&a);
    mln_key_release(&b);
    mln_key_release(&again);
    ck_assert_ptr_null(again.bytes);
    mln_key_release(&again);

    FAILS(MLN_KEY, mln_key_create(keys, "id", &err));
    SAYS("never replaced");
    FAILS(MLN_KEY, mln_key_load(keys, "base", &a, &err));
    SAYS("maillon key new");
    FAILS(MLN_KEY, mln_key_load(at(dir, "nowhere"), "id", &a, &err));
    ck_assert_ptr_null(a.bytes);
    FAILS(MLN_BAD_INPUT, mln_key_create(keys, "../id", &err));
    FAILS(MLN_BAD_INPUT, mln_key_create(keys, "", &err));
    FAILS(MLN_BAD_INPUT, mln_key_load(keys, "a/b", &a, &err));
    char listing[64];
    char command[320];
    snprintf(command, sizeof command, "ls -A '%s' | wc -l", keys);
    ask(command, listing, sizeof listing);
    ck_assert_int_eq(atoi(listing), 2); /* nothing left aside */
    OK(mln_dir_remove(dir, &err));
}
END_TEST

START_TEST(keys_open_to_others_are_refused) {
    const char *const dir = scratch();
    const char *const keys = at(dir, "keys");
    struct mln_key key;
    OK(mln_key_create(keys, "id", &err));
    ck_assert_int_eq(chmod(at(keys, "id.key"), 0640), 0);
    FAILS(MLN_KEY, mln_key_load(keys, "id", &key, &err));
    SAYS("mode 640");
    ck_assert_int_eq(chmod(at(keys, "id.key"), 0400), 0);
    OK(mln_key_load(keys, "id", &key, &err));
    mln_key_release(&key);
    ck_assert_int_eq(chmod(keys, 0755), 0);
    FAILS(MLN_KEY, mln_key_load(keys, "id", &key, &err));
    SAYS("chmod 700");
    FAILS(MLN_KEY, mln_key_create(keys, "base", &err));
    OK(mln_dir_remove(dir, &err));
}
END_TEST

/* The id, worked out by another program: b2sum -l 256 of "maillon key id" and the bytes 0…31. */
START_TEST(a_key_file_has_its_text) {
    char expected[128];
    ask("{ printf 'maillon key id'; for i in $(seq 0 31); do printf \"\\\\$(printf %03o $i)\"; "
        "done; } "
        "| b2sum -l 256",
        expected, sizeof expected);
    char text[MLN_KEY_FILE_CHARS];
    mln_key_file_print(counting, text);
    ck_assert_int_eq(memcmp(text, "maillon-key 1\nid: ", 18), 0);
    ck_assert_int_eq(memcmp(text + 18, expected, MLN_KEY_ID_CHARS), 0);
    ck_assert_int_eq(memcmp(text + 34,
                            "\nkey: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e"
                            "1f\n",
                            sizeof text - 34),
                     0);
    unsigned char key[MLN_KEY_BYTES];
    char id[MLN_KEY_ID_CHARS + 1];
    OK(mln_key_file_parse("k", (struct mln_str){text, sizeof text}, key, id, &err));
    ck_assert_int_eq(memcmp(key, counting, sizeof key), 0);
}
END_TEST

/* Every file that differs by one byte, or is shorter or longer, is refused, without a word of it.
 */
START_TEST(a_damaged_key_file_is_refused) {
    char text[MLN_KEY_FILE_CHARS + 1];
    unsigned char key[MLN_KEY_BYTES];
    char id[MLN_KEY_ID_CHARS + 1];
    mln_key_file_print(counting, text);
    for (size_t i = 0; i < MLN_KEY_FILE_CHARS; i++) {
        const char kept = text[i];
        text[i] = kept == '0' ? '1' : '0';
        FAILS(MLN_KEY,
              mln_key_file_parse("k", (struct mln_str){text, MLN_KEY_FILE_CHARS}, key, id, &err));
        ck_assert_ptr_null(strstr(err.msg, "0405"));
        ck_assert(sodium_is_zero(key, sizeof key));
        text[i] = kept;
        FAILS(MLN_KEY, mln_key_file_parse("k", (struct mln_str){text, i}, key, id, &err));
    }
    text[MLN_KEY_FILE_CHARS] = '\n';
    FAILS(MLN_KEY, mln_key_file_parse("k", (struct mln_str){text, sizeof text}, key, id, &err));
}
END_TEST

/* ── digests ── */

START_TEST(digests_are_those_of_b2sum) {
    const char *const dir = scratch();
    const char *const path = at(dir, "file");
    struct mln_buf text = MLN_BUF_INIT;
    for (size_t i = 0; i < 200000; i++) {
        mln_buf_addc(&text, (char)(i * 31 % 251));
    }
    for (size_t n = 0; n <= text.n; n = n == 0 ? 1 : 7 * n) {
        char command[320];
        char expected[128];
        struct mln_digest digest;
        OK(mln_file_write(path, (struct mln_str){text.p, n}, &err));
        snprintf(command, sizeof command, "b2sum -l 256 '%s' | cut -d' ' -f1", path);
        ask(command, expected, sizeof expected);
        OK(mln_digest_file(path, &digest, &err));
        ck_assert_str_eq(digest.hex, expected);
        mln_digest_text((struct mln_str){text.p, n}, &digest);
        ck_assert_str_eq(digest.hex, expected);
    }
    struct mln_digest digest;
    FAILS(MLN_IO, mln_digest_file(dir, &digest, &err));
    FAILS(MLN_IO, mln_digest_file(at(dir, "absent"), &digest, &err));
    mln_buf_release(&text);
    OK(mln_dir_remove(dir, &err));
}
END_TEST

/* ── pseudonyms ── */

/* RFC 4231, cases 1 to 4 (keys no longer than ours; HMAC pads a key with zeros, so 32 bytes with
 * zeros at the end are the same key): the primitive, used as pseudonyms use it. */
START_TEST(hmac_gives_the_vectors_of_rfc_4231) {
    static const struct {
        const char *key, *text, *mac;
    } cases[] = {
        {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {"4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         ("dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
          "dddddddddddd"),
         "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        {"0102030405060708090a0b0c0d0e0f10111213141516171819",
         ("cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
          "cdcdcdcdcdcd"),
         "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned char key[MLN_KEY_BYTES] = {0};
        unsigned char text[64];
        size_t n = 0;
        ck_assert_int_eq(
            sodium_hex2bin(key, sizeof key, cases[i].key, strlen(cases[i].key), NULL, NULL, NULL),
            0);
        ck_assert_int_eq(
            sodium_hex2bin(text, sizeof text, cases[i].text, strlen(cases[i].text), NULL, &n, NULL),
            0);
        crypto_auth_hmacsha256_state begun;
        crypto_auth_hmacsha256_init(&begun, key, sizeof key);
        crypto_auth_hmacsha256_update(&begun, text, n / 2);
        crypto_auth_hmacsha256_state copy = begun;
        crypto_auth_hmacsha256_update(&copy, text + n / 2, n - n / 2);
        unsigned char mac[32];
        char hex[65];
        crypto_auth_hmacsha256_final(&copy, mac);
        ck_assert_str_eq(sodium_bin2hex(hex, sizeof hex, mac, sizeof mac), cases[i].mac);
    }
}
END_TEST

/* The whole definition, by openssl: HMAC over domain, NUL, value; the first 32 hex digits. */
START_TEST(a_pseudonym_is_what_openssl_gives) {
    static const char *const values[] = {
        "", "a", "GN/1234/2021/000123", "été",
        ("a value much longer than the sixty-four bytes of a block "
         "of SHA-256, hence hashed in several of them")};
    struct mln_key key = {.bytes = (unsigned char *)(uintptr_t)counting};
    struct mln_pseudonym_domain *domain = NULL;
    OK(mln_secret_init(&err));
    OK(mln_pseudonym_domain_new(&key, "personne", &domain, &err));
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char command[512];
        char expected[256];
        snprintf(command, sizeof command,
                 "printf 'personne\\000%s' | openssl dgst -sha256 -mac HMAC -macopt "
                 "hexkey:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f | sed "
                 "'s/.*= *//'",
                 values[i]);
        ask(command, expected, sizeof expected);
        char got[MLN_PSEUDONYM_CHARS];
        mln_pseudonym(domain, mln_str_from(values[i]), got);
        ck_assert_int_eq(memcmp(got, expected, sizeof got), 0);
    }
    mln_pseudonym_domain_free(domain);
    mln_pseudonym_domain_free(NULL);
}
END_TEST

/* Three rows, one of them missing; the same value in another domain is another pseudonym. */
START_TEST(the_kernel_keeps_rows_and_missing_values) {
    static const struct mln_column_spec in_specs[] = {{"idx", MLN_INT64}, {"v", MLN_UTF8_TEXT}};
    static const struct mln_column_spec out_specs[] = {{"idx", MLN_INT64}, {"p", MLN_UTF8_TEXT}};
    struct mln_key key = {.bytes = (unsigned char *)(uintptr_t)counting};
    struct mln_pseudonym_domain *personne = NULL;
    struct mln_pseudonym_domain *affaire = NULL;
    OK(mln_secret_init(&err));
    OK(mln_pseudonym_domain_new(&key, "personne", &personne, &err));
    OK(mln_pseudonym_domain_new(&key, "affaire", &affaire, &err));
    struct mln_builder *const in = mln_builder_new(in_specs, 2);
    struct mln_builder *const out = mln_builder_new(out_specs, 2);
    const char *const values[] = {"x", NULL, "x"};
    for (int64_t i = 0; i < 3; i++) {
        mln_add_i64(in, 0, 10 + i);
        mln_add_str(in, 1, mln_str_from(values[i]));
    }
    struct mln_batch batch;
    OK(mln_builder_view(in, &batch, &err));
    OK(mln_pseudonym_kernel(personne, &batch, out, &err));
    OK(mln_pseudonym_kernel(affaire, &batch, out, &err));
    OK(mln_builder_view(out, &batch, &err));
    ck_assert_uint_eq(batch.n_rows, 6);
    const struct mln_column *const p = &batch.columns[1];
    for (size_t row = 0; row < 6; row++) {
        ck_assert_int_eq(mln_get_i64(&batch.columns[0], row), 10 + (int64_t)row % 3);
        ck_assert_int_eq(mln_is_valid(p, row), row % 3 != 1);
    }
    ck_assert_uint_eq(mln_get_str(p, 0).n, MLN_PSEUDONYM_CHARS);
    ck_assert(mln_str_eq(mln_get_str(p, 0), mln_get_str(p, 2)));
    ck_assert(!mln_str_eq(mln_get_str(p, 0), mln_get_str(p, 3)));
    FAILS(MLN_INTERNAL,
          mln_pseudonym_kernel(personne, &(struct mln_batch){3, 1, batch.columns}, out, &err));
    mln_builder_free(in);
    mln_builder_free(out);
    mln_pseudonym_domain_free(personne);
    mln_pseudonym_domain_free(affaire);
}
END_TEST

/* ── seals ── */

static void key_of(unsigned char first, struct mln_key *out) {
    out->bytes = sodium_malloc(MLN_KEY_BYTES);
    memcpy(out->bytes, counting, MLN_KEY_BYTES);
    out->bytes[0] = first;
    mln_key_id(out->bytes, out->id);
}

START_TEST(sealed_bytes_open_only_whole_with_key_and_label) {
    OK(mln_secret_init(&err));
    struct mln_key key;
    struct mln_key other;
    key_of(1, &key);
    key_of(2, &other);
    const struct mln_str text = {"canary-7301 \0 and more", 22};
    struct mln_buf sealed = MLN_BUF_INIT;
    struct mln_buf twice = MLN_BUF_INIT;
    struct mln_buf open = MLN_BUF_INIT;
    OK(mln_seal(&key, "study tables", text, &sealed, &err));
    OK(mln_seal(&key, "study tables", text, &twice, &err));
    ck_assert_uint_eq(sealed.n, text.n + MLN_SEAL_EXTRA_BYTES);
    ck_assert_int_ne(memcmp(sealed.p + 16, twice.p + 16, 24), 0); /* the nonce */
    ck_assert_ptr_null(memmem(sealed.p, sealed.n, "canary", 6));
    mln_buf_addz(&open, "before ");
    OK(mln_unseal(&key, "study tables", mln_buf_view(&sealed), &open, &err));
    ck_assert_uint_eq(open.n, 7 + text.n);
    ck_assert_int_eq(memcmp(open.p + 7, text.p, text.n), 0);

    FAILS(MLN_KEY, mln_unseal(&other, "study tables", mln_buf_view(&sealed), &open, &err));
    SAYS(key.id);
    SAYS(other.id);
    FAILS(MLN_IO, mln_unseal(&key, "study table", mln_buf_view(&sealed), &open, &err));
    for (size_t i = 0; i < sealed.n; i++) {
        sealed.p[i] ^= 4;
        const enum mln_status expected = i >= 8 && i < 16 ? MLN_KEY : MLN_IO;
        FAILS(expected, mln_unseal(&key, "study tables", mln_buf_view(&sealed), &open, &err));
        sealed.p[i] ^= 4;
        FAILS(MLN_IO, mln_unseal(&key, "study tables", (struct mln_str){sealed.p, i}, &open, &err));
    }
    mln_buf_addc(&sealed, 'x');
    FAILS(MLN_IO, mln_unseal(&key, "study tables", mln_buf_view(&sealed), &open, &err));
    ck_assert_uint_eq(open.n, 7 + text.n); /* nothing was added by the failures */
    mln_buf_release(&sealed);
    mln_buf_release(&twice);
    mln_buf_release(&open);
    mln_key_release(&key);
    mln_key_release(&other);
}
END_TEST

START_TEST(a_sealed_file_is_its_holders_alone) {
    const char *const dir = scratch();
    const char *const path = at(dir, "tables.sealed");
    struct mln_key key;
    key_of(1, &key);
    struct mln_buf open = MLN_BUF_INIT;
    OK(mln_seal_file(&key, "t", MLN_STR_LIT(""), path, &err));
    ck_assert_uint_eq(mode_of(path), 0600);
    OK(mln_unseal_file(&key, "t", path, 1000, &open, &err));
    ck_assert_uint_eq(open.n, 0);
    FAILS(MLN_IO, mln_unseal_file(&key, "u", path, 1000, &open, &err));
    SAYS(path);
    ck_assert_int_ne(mln_unseal_file(&key, "t", path, 10, &open, &err), MLN_OK);
    mln_buf_release(&open);
    mln_key_release(&key);
    OK(mln_dir_remove(dir, &err));
}
END_TEST

MLN_TEST_MAIN("secret", keys_are_made_once_and_come_back, keys_open_to_others_are_refused,
              a_key_file_has_its_text, a_damaged_key_file_is_refused, digests_are_those_of_b2sum,
              hmac_gives_the_vectors_of_rfc_4231, a_pseudonym_is_what_openssl_gives,
              the_kernel_keeps_rows_and_missing_values,
              sealed_bytes_open_only_whole_with_key_and_label, a_sealed_file_is_its_holders_alone)
