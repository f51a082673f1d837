/* AES-256, the permutation of pseudonyms, many pseudonyms at once; the vectors of
 * docs/pseudonyms.md. */
#include <sodium.h>

#include "help.h"
#include "secret/aes256.h"
#include "secret/permute.h"

static struct mln_key key_of(const unsigned char bytes[MLN_KEY_BYTES]) {
    struct mln_key key = {.bytes = sodium_malloc(MLN_KEY_BYTES)};
    memcpy(key.bytes, bytes, MLN_KEY_BYTES);
    return key;
}

/* ── the block ── */

/* FIPS 197, C.3; and SP 800-38A, F.1.5 (ECB-AES256). On the instructions and without them. */
START_TEST(aes_gives_the_published_blocks) {
    static const char *const cases[][3] = {
        {"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
         "00112233445566778899aabbccddeeff", "8ea2b7ca516745bfeafc49904b496089"},
        {"603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
         "6bc1bee22e409f96e93d7e117393172a", "f3eed1bdb5d2a03c064b5a7e3db181f8"},
        {"603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
         "ae2d8a571e03ac9c9eb76fac45af8e51", "591ccb10d410ed26dc5ba74a31362870"},
    };
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        unsigned char key[32];
        unsigned char block[16];
        char hex[33];
        struct mln_aes256 aes;
        sodium_hex2bin(key, sizeof key, cases[i / 2][0], 64, NULL, NULL, NULL);
        sodium_hex2bin(block, sizeof block, cases[i / 2][1], 32, NULL, NULL, NULL);
        mln_aes256_init(&aes, key, i % 2 == 0);
        mln_aes256_encrypt(&aes, block, 1);
        ck_assert_str_eq(sodium_bin2hex(hex, sizeof hex, block, sizeof block), cases[i / 2][2]);
        mln_aes256_decrypt(&aes, block, 1);
        ck_assert_str_eq(sodium_bin2hex(hex, sizeof hex, block, sizeof block), cases[i / 2][1]);
    }
}
END_TEST

START_TEST(both_paths_give_the_same_bytes) {
    OK(mln_secret_init(&err));
    for (unsigned round = 0; round < 200; round++) {
        unsigned char key[32];
        unsigned char a[48];
        unsigned char b[48];
        unsigned char seed[randombytes_SEEDBYTES] = {(unsigned char)round};
        struct mln_aes256 slow;
        struct mln_aes256 fast;
        randombytes_buf_deterministic(key, sizeof key, seed);
        seed[1] = 1;
        randombytes_buf_deterministic(a, sizeof a, seed);
        memcpy(b, a, sizeof b);
        mln_aes256_init(&slow, key, true);
        mln_aes256_init(&fast, key, false);
        mln_aes256_encrypt(&slow, a, 3);
        mln_aes256_encrypt(&fast, b, 3);
        ck_assert_int_eq(memcmp(a, b, sizeof a), 0);
        mln_aes256_decrypt(&slow, a, 3);
        mln_aes256_decrypt(&fast, b, 3);
        ck_assert_int_eq(memcmp(a, b, sizeof a), 0);
    }
}
END_TEST

/* ── the vectors of docs/pseudonyms.md, made again by openssl ── */

static const char hexkey[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

static void hmac_by_openssl(const char *before, const char *after, char out[128]) {
    char command[512];
    snprintf(command, sizeof command,
             "printf '%s\\000%s' | openssl dgst -sha256 -mac HMAC -macopt hexkey:%s "
             "| sed 's/.*= *//'",
             before, after, hexkey);
    ask(command, out, 128);
}

/* The plain and the re-keyable pseudonym of a value; both keys are the bytes 0…31. */
static void by_openssl(const char *dir, const char *domain, const char *value, char plain[128],
                       char permuted[128]) {
    unsigned char bytes[16];
    char own[128];
    char command[512];
    const char *const block = at(dir, "block");
    hmac_by_openssl(domain, value, plain);
    plain[MLN_PSEUDONYM_CHARS] = '\0';
    hmac_by_openssl("permute", domain, own);
    sodium_hex2bin(bytes, sizeof bytes, plain, MLN_PSEUDONYM_CHARS, NULL, NULL, NULL);
    OK(mln_file_write(block, (struct mln_str){(const char *)bytes, sizeof bytes}, &err));
    snprintf(command, sizeof command,
             "openssl enc -aes-256-ecb -nopad -K %s -in %s | od -An -tx1 | tr -d ' '", own, block);
    ask(command, permuted, 128);
}

START_TEST(the_vectors_of_the_manual_are_those_of_openssl) {
    static const char *const cases[][4] = {
        {"personne", "1234567890123456", "eebf48368190a1298616e1e3ec383a50",
         "0145f39dc9fd1b205e1081710eb6ca90"},
        {"affaire", "2021000042", "0b9858e8c2b8f1a4b90c0a9ee66b61da",
         "f65fe8ce7c1d5a077b4e296391779953"},
        {"procedure", "GN|12345|2021|123", "5e2eb247bd4a2c8e76734fec825fddef",
         "e72684573143426d9324effda21698d9"},
        {"unite", "PN|75010", "581d0574ea831aaace778c42430fe9bd",
         "2d23d35a18dada5aa76bbb089ba71480"},
    };
    const char *const dir = scratch();
    struct mln_key key = key_of(counting);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mln_pseudonym_domain *domain = NULL;
        struct mln_permutation *permutation = NULL;
        char got[MLN_PSEUDONYM_CHARS + 1] = "";
        char plain[128];
        char permuted[128];
        by_openssl(dir, cases[i][0], cases[i][1], plain, permuted);
        OK(mln_pseudonym_domain_new(&key, cases[i][0], &domain, &err));
        OK(mln_permutation_new(&key, cases[i][0], &permutation, &err));
        mln_pseudonym(domain, mln_str_from(cases[i][1]), got);
        ck_assert_str_eq(got, plain);
        ck_assert_str_eq(got, cases[i][2]);
        mln_pseudonym_permuted(domain, permutation);
        mln_pseudonym(domain, mln_str_from(cases[i][1]), got);
        ck_assert_str_eq(got, permuted);
        ck_assert_str_eq(got, cases[i][3]);
        mln_pseudonym_domain_free(domain);
        mln_permutation_free(permutation);
        /* and the manual has them */
        ck_assert(holds(MLN_DOCS "/pseudonyms.md", plain));
        ck_assert(holds(MLN_DOCS "/pseudonyms.md", permuted));
    }
    mln_key_release(&key);
    OK(mln_dir_remove(dir, &err));
}
END_TEST

/* ── moving a base ── */

/* Pseudonyms made under permutation A, moved to B, are those made under B at once: the base needs
 * no identity to move, and the next vintage fits it. Back to the plain form, too. */
START_TEST(a_moved_pseudonym_is_the_one_made_under_the_new_key) {
    OK(mln_secret_init(&err));
    unsigned char other[MLN_KEY_BYTES];
    memcpy(other, counting, sizeof other);
    other[7] ^= 0x55;
    struct mln_key hmac = key_of(counting);
    struct mln_key key_a = key_of(counting);
    struct mln_key key_b = key_of(other);
    struct mln_permutation *a = NULL;
    struct mln_permutation *b = NULL;
    struct mln_pseudonym_domain *plain = NULL;
    struct mln_pseudonym_domain *under_a = NULL;
    struct mln_pseudonym_domain *under_b = NULL;
    OK(mln_permutation_new(&key_a, "personne", &a, &err));
    OK(mln_permutation_new(&key_b, "personne", &b, &err));
    OK(mln_pseudonym_domain_new(&hmac, "personne", &plain, &err));
    OK(mln_pseudonym_domain_new(&hmac, "personne", &under_a, &err));
    OK(mln_pseudonym_domain_new(&hmac, "personne", &under_b, &err));
    mln_pseudonym_permuted(under_a, a);
    mln_pseudonym_permuted(under_b, b);
    for (unsigned i = 0; i < 1000; i++) {
        char value[16];
        char p[MLN_PSEUDONYM_CHARS];
        char q[MLN_PSEUDONYM_CHARS];
        char made[MLN_PSEUDONYM_CHARS];
        snprintf(value, sizeof value, "value %u", i);
        mln_pseudonym(plain, mln_str_from(value), p);
        mln_pseudonym(under_a, mln_str_from(value), q);
        ck_assert_int_ne(memcmp(p, q, sizeof p), 0);
        OK(mln_rekey_pseudonym(&(struct mln_rekey){a, b}, q, &err));
        mln_pseudonym(under_b, mln_str_from(value), made);
        ck_assert_int_eq(memcmp(q, made, sizeof q), 0);
        OK(mln_rekey_pseudonym(&(struct mln_rekey){b, NULL}, q, &err));
        ck_assert_int_eq(memcmp(q, p, sizeof q), 0);
    }
    char bad[MLN_PSEUDONYM_CHARS] = "0123456789abcdefg123456789abcde";
    FAILS(MLN_BAD_INPUT, mln_rekey_pseudonym(&(struct mln_rekey){a, b}, bad, &err));
    ck_assert_ptr_null(strstr(err.msg, "0123"));
    mln_pseudonym_domain_free(plain);
    mln_pseudonym_domain_free(under_a);
    mln_pseudonym_domain_free(under_b);
    mln_permutation_free(a);
    mln_permutation_free(b);
    mln_key_release(&hmac);
    mln_key_release(&key_a);
    mln_key_release(&key_b);
}
END_TEST

START_TEST(the_rekey_kernel_keeps_rows_and_missing_values) {
    static const struct mln_column_spec specs[] = {{"idx", MLN_INT64}, {"p", MLN_UTF8_TEXT}};
    OK(mln_secret_init(&err));
    struct mln_key key = key_of(counting);
    struct mln_permutation *a = NULL;
    OK(mln_permutation_new(&key, "personne", &a, &err));
    struct mln_rekey there = {NULL, a};
    struct mln_rekey back = {a, NULL};
    struct mln_builder *const in = mln_builder_new(specs, 2);
    struct mln_builder *const out = mln_builder_new(specs, 2);
    struct mln_builder *const again = mln_builder_new(specs, 2);
    const char *const values[] = {"00112233445566778899aabbccddeeff", NULL,
                                  "ffffffffffffffffffffffffffffffff"};
    struct mln_batch batch;
    for (int64_t i = 0; i < 3; i++) {
        mln_add_i64(in, 0, 10 + i);
        mln_add_str(in, 1, mln_str_from(values[i]));
    }
    OK(mln_builder_view(in, &batch, &err));
    OK(mln_rekey_kernel(&there, &batch, out, &err));
    OK(mln_builder_view(out, &batch, &err));
    OK(mln_rekey_kernel(&back, &batch, again, &err));
    ck_assert(!mln_str_is(mln_get_str(&batch.columns[1], 0), values[0]));
    OK(mln_builder_view(again, &batch, &err));
    ck_assert_uint_eq(batch.n_rows, 3);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(mln_get_i64(&batch.columns[0], i), 10 + (int64_t)i);
        ck_assert(mln_str_eq(mln_get_str(&batch.columns[1], i), mln_str_from(values[i])));
    }
    mln_builder_free(in);
    mln_builder_free(out);
    mln_builder_free(again);
    mln_permutation_free(a);
    mln_key_release(&key);
}
END_TEST

/* ── many ── */

START_TEST(many_are_each_and_threads_change_nothing) {
    enum { N = 40000 };
    OK(mln_secret_init(&err));
    struct mln_key key = key_of(counting);
    struct mln_pseudonym_domain *domain = NULL;
    OK(mln_pseudonym_domain_new(&key, "personne", &domain, &err));
    char(*const texts)[16] = calloc(N, sizeof *texts);
    struct mln_str *const values = calloc(N, sizeof *values);
    char *const one = malloc(N * MLN_PSEUDONYM_CHARS);
    char *const four = malloc(N * MLN_PSEUDONYM_CHARS);
    ck_assert(texts != NULL && values != NULL && one != NULL && four != NULL);
    for (size_t i = 0; i < N; i++) {
        const int n = snprintf(texts[i], sizeof texts[i], "%zu", i * 7919);
        values[i] =
            i % 1000 == 3 ? (struct mln_str){NULL, 0} : (struct mln_str){texts[i], (size_t)n};
    }
    OK(mln_pseudonyms(domain, values, N, 1, one, &err));
    OK(mln_pseudonyms(domain, values, N, 4, four, &err));
    ck_assert_int_eq(memcmp(one, four, N * MLN_PSEUDONYM_CHARS), 0);
    for (size_t i = 0; i < N; i++) {
        char expected[MLN_PSEUDONYM_CHARS] = {0};
        if (values[i].p != NULL) {
            mln_pseudonym(domain, values[i], expected);
        }
        ck_assert_int_eq(memcmp(one + i * sizeof expected, expected, sizeof expected), 0);
    }
    OK(mln_pseudonyms(domain, NULL, 0, 0, NULL, &err));
    free(texts);
    free(values);
    free(one);
    free(four);
    mln_pseudonym_domain_free(domain);
    mln_key_release(&key);
}
END_TEST

MLN_TEST_MAIN("permute", aes_gives_the_published_blocks, both_paths_give_the_same_bytes,
              the_vectors_of_the_manual_are_those_of_openssl,
              a_moved_pseudonym_is_the_one_made_under_the_new_key,
              the_rekey_kernel_keeps_rows_and_missing_values,
              many_are_each_and_threads_change_nothing)
