/* Sharing, shares, passphrases, locks. */
#include <sodium.h>

#include "help.h"
#include "secret/gf256.h"
#include "secret/key_file.h"
#include "secret/lock.h"

/* The cheapest Argon2id that libsodium does. */
static const struct mln_passphrase_cost cheap = {1, 8};

static size_t from_hex(const char *hex, unsigned char *out, size_t cap) {
    size_t n = 0;
    ck_assert_int_eq(sodium_hex2bin(out, cap, hex, strlen(hex), NULL, &n, NULL), 0);
    return n;
}

/* ── the field ── */

/* Products against the definition, bit by bit with the reduction at the end; a × a⁻¹ = 1. */
START_TEST(the_field_is_that_of_its_polynomial) {
    for (unsigned a = 0; a < 256; a++) {
        for (unsigned b = 0; b < 256; b++) {
            unsigned product = 0;
            for (unsigned bit = 0; bit < 8; bit++) {
                product ^= (b >> bit & 1U) != 0 ? a << bit : 0;
            }
            for (unsigned bit = 15; bit >= 8; bit--) {
                product ^= (product >> bit & 1U) != 0 ? 0x11bU << (bit - 8) : 0;
            }
            ck_assert_uint_eq(mln_gf256_mul((uint8_t)a, (uint8_t)b), product);
        }
        ck_assert_uint_eq(mln_gf256_mul((uint8_t)a, mln_gf256_inv((uint8_t)a)), a != 0);
    }
    ck_assert_uint_eq(mln_gf256_mul(0x57, 0x83), 0xc1); /* FIPS 197, 4.2 */
}
END_TEST

/* ── published vectors ── */

/* draft-mcgrew-tss-03 (D. McGrew, Threshold Secret Sharing), section 9: the secret "test\0", 2 of
 * 2; the same field, the secret at 0. */
START_TEST(the_vector_of_draft_mcgrew_tss) {
    unsigned char shares[10];
    unsigned char secret[5];
    const uint8_t indices[] = {1, 2};
    ck_assert_uint_eq(from_hex("b9fa07e185f5409b4511", shares, sizeof shares), sizeof shares);
    OK(mln_shamir_at(indices, shares, 2, 5, 0, secret, &err));
    ck_assert_int_eq(memcmp(secret, "test", 5), 0);
}
END_TEST

/* SLIP-0039 test vectors (trezor/python-shamir-mnemonic, vectors.json): the member shares in the
 * mnemonics "humidity disease academic …" (2 needed) and "wildlife deal ceramic …" (3 needed),
 * their words turned into bytes. There the secret stands at 255 and its digest at 254: four bytes
 * of HMAC-SHA-256 of the secret under the other bytes at 254. */
START_TEST(the_vectors_of_slip_39) {
    static const struct {
        unsigned k;
        uint8_t indices[3];
        const char *shares, *secret;
    } cases[] = {
        {2,
         {1, 2},
         "19e366e9b2e34851e52132c31c2b2c957321bf5ce6c9c1410ea1ddf5fef92c27"
         "81e5473f4b7f66094f888d2f98fe0ded6a692dc72c65dc498d6e28bee6ebdfcc",
         "0204622ff84267b5dae0ca4e0c1328d6611b96b92b11692e5a7542314f7a54ee"},
        {3,
         {0, 1, 4},
         "82a363ed145a49a4e37311253c105846c0afb13b74e5ddda9cc25d7aae49bc89"
         "d127f1f9bc12e3856fb3983104783b71480d249d80101568def4a41100177dfb"
         "4bde8a604105f3a6c32f2f547131aafea756725a28e80a14d59d8f05c4adcca5",
         "09555b11c4d1cc8fc96163c81b110bbbd46c1bcb4c8488632de2dbb5c4bd9299"},
    };
    OK(mln_secret_init(&err));
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        unsigned char shares[96];
        unsigned char expected[32];
        unsigned char secret[32];
        unsigned char digest[32];
        unsigned char mac[32];
        uint8_t indices[3];
        from_hex(cases[c].shares, shares, sizeof shares);
        from_hex(cases[c].secret, expected, sizeof expected);
        /* SLIP-39 has a share at 0, which here is the place of the secret: every place (shares,
         * secret, digest) is moved by one and the same difference, which interpolation allows. */
        for (unsigned i = 0; i < cases[c].k; i++) {
            indices[i] = cases[c].indices[i] ^ 0x80;
        }
        OK(mln_shamir_at(indices, shares, cases[c].k, 32, 255 ^ 0x80, secret, &err));
        OK(mln_shamir_at(indices, shares, cases[c].k, 32, 254 ^ 0x80, digest, &err));
        ck_assert_int_eq(memcmp(secret, expected, sizeof secret), 0);
        crypto_auth_hmacsha256_state state;
        crypto_auth_hmacsha256_init(&state, digest + 4, sizeof digest - 4);
        crypto_auth_hmacsha256_update(&state, secret, sizeof secret);
        crypto_auth_hmacsha256_final(&state, mac);
        ck_assert_int_eq(memcmp(mac, digest, 4), 0);
    }
}
END_TEST

/* ── sharing ── */

/* Every choice of k shares out of n gives the secret; k - 1 give another one. */
START_TEST(any_k_shares_and_no_fewer) {
    OK(mln_secret_init(&err));
    for (unsigned n = 2; n <= 6; n++) {
        for (unsigned k = 2; k <= n; k++) {
            unsigned char shares[6 * 32];
            OK(mln_shamir_split(counting, 32, k, n, shares, &err));
            for (unsigned set = 0; set < 1U << n; set++) {
                uint8_t indices[6];
                unsigned char chosen[6 * 32];
                unsigned char secret[32];
                unsigned count = 0;
                for (unsigned i = 0; i < n; i++) {
                    if ((set >> i & 1U) != 0) {
                        memcpy(chosen + 32 * (size_t)count, shares + 32 * (size_t)i, 32);
                        indices[count++] = (uint8_t)(i + 1);
                    }
                }
                if (count == 0) {
                    continue;
                }
                OK(mln_shamir_at(indices, chosen, count, 32, 0, secret, &err));
                ck_assert_int_eq(memcmp(secret, counting, 32) == 0, count >= k);
            }
        }
    }
}
END_TEST

/* k - 1 shares are the same whatever the secret: for one byte, 2 of 2, all 256 polynomials give
 * share 1 each value once. Counted over the definition; then the program's own draw, by chance:
 * 65,536 draws, 256 cells of 256 expected, χ² with 255 degrees (mean 255, deviation 22.6). */
START_TEST(one_share_tells_nothing) {
    unsigned counts[256] = {0};
    const unsigned char secret = 0xa5;
    OK(mln_secret_init(&err));
    for (unsigned i = 0; i < 65536; i++) {
        unsigned char shares[2];
        OK(mln_shamir_split(&secret, 1, 2, 2, shares, &err));
        counts[shares[0]]++;
    }
    double chi2 = 0;
    for (unsigned i = 0; i < 256; i++) {
        const double d = (double)counts[i] - 256.0;
        chi2 += d * d / 256.0;
    }
    ck_assert_double_gt(chi2, 255 - 6 * 22.6);
    ck_assert_double_lt(chi2, 255 + 6 * 22.6); /* fails once in 10^8 */
}
END_TEST

START_TEST(sharings_that_protect_nothing_are_refused) {
    unsigned char shares[33 * 32];
    const uint8_t twice[] = {3, 3};
    const uint8_t zero[] = {0, 1};
    FAILS(MLN_BAD_INPUT, mln_shamir_split(counting, 32, 1, 3, shares, &err));
    SAYS("at least 2");
    FAILS(MLN_BAD_INPUT, mln_shamir_split(counting, 32, 4, 3, shares, &err));
    FAILS(MLN_BAD_INPUT, mln_shamir_split(counting, 32, 2, 33, shares, &err));
    FAILS(MLN_BAD_INPUT, mln_shamir_split(counting, 0, 2, 3, shares, &err));
    memset(shares, 7, sizeof shares);
    FAILS(MLN_BAD_INPUT, mln_shamir_at(twice, shares, 2, 32, 0, shares + 64, &err));
    FAILS(MLN_BAD_INPUT, mln_shamir_at(zero, shares, 2, 32, 0, shares + 64, &err));
}
END_TEST

/* ── the text of a share ── */

static struct mln_share a_share(void) {
    struct mln_share share = {
        .lock = "0123456789abcdef", .holder = "alice.m", .number = 2, .of = 3, .needed = 2};
    memcpy(share.bytes, counting, sizeof counting);
    return share;
}

START_TEST(a_share_comes_back_and_no_slip_passes) {
    struct mln_share share = a_share();
    struct mln_share read;
    struct mln_buf text = MLN_BUF_INIT;
    OK(mln_secret_init(&err));
    mln_share_print(&share, &text);
    ck_assert_int_eq(memcmp(text.p,
                            "maillon-share 1\nlock: 0123456789abcdef\nholder: alice.m\n"
                            "share: 2\nof: 3\nneeded: 2\nvalue: 000102",
                            91 - 2),
                     0);
    OK(mln_share_parse("s", mln_buf_view(&text), &read, &err));
    ck_assert_int_eq(memcmp(&read, &share, sizeof read), 0);
    for (size_t i = 0; i < text.n; i++) {
        const char kept = text.p[i];
        text.p[i] = kept == '1' ? '2' : '1';
        FAILS(MLN_KEY, mln_share_parse("s", mln_buf_view(&text), &read, &err));
        ck_assert_ptr_null(strstr(err.msg, "0405"));
        text.p[i] = kept;
        FAILS(MLN_KEY, mln_share_parse("s", (struct mln_str){text.p, i}, &read, &err));
    }
    mln_buf_release(&text);
}
END_TEST

static struct mln_passphrase words(const char *text) {
    struct mln_passphrase p = {.text = sodium_malloc(MLN_PASSPHRASE_MAX), .n = strlen(text)};
    memcpy(p.text, text, p.n);
    return p;
}

START_TEST(a_sealed_share_opens_for_its_holder_only) {
    OK(mln_secret_init(&err));
    struct mln_share share = a_share();
    struct mln_passphrase hers = words("correct horse battery");
    struct mln_passphrase his = words("staple staple staple");
    struct mln_buf text = MLN_BUF_INIT;
    struct mln_share read;
    OK(mln_share_seal(&share, &hers, cheap, &err));
    mln_share_print(&share, &text);
    ck_assert_ptr_null(strstr(text.p, "00010203"));
    OK(mln_share_parse("s", mln_buf_view(&text), &read, &err));
    struct mln_share stolen = read;
    memcpy(stolen.holder, "mallory", 8);
    FAILS(MLN_KEY, mln_share_unseal(&read, &his, &err));
    FAILS(MLN_KEY, mln_share_unseal(&stolen, &hers, &err));
    OK(mln_share_unseal(&read, &hers, &err));
    const struct mln_share before = a_share();
    ck_assert_int_eq(memcmp(&read, &before, sizeof read), 0);
    mln_passphrase_release(&hers);
    mln_passphrase_release(&his);
    mln_buf_release(&text);
}
END_TEST

/* ── passphrases ── */

START_TEST(a_passphrase_is_one_line_of_a_descriptor) {
    int fds[2];
    OK(mln_secret_init(&err));
    ck_assert_int_eq(pipe(fds), 0);
    ck_assert_int_eq(write(fds[1], "first words\nsecond\n\nlast", 24), 24);
    close(fds[1]);
    struct mln_passphrase p;
    OK(mln_passphrase_read(fds[0], &p, &err));
    ck_assert_uint_eq(p.n, 11);
    ck_assert_str_eq(p.text, "first words");
    mln_passphrase_release(&p);
    OK(mln_passphrase_read(fds[0], &p, &err));
    ck_assert_str_eq(p.text, "second");
    mln_passphrase_release(&p);
    FAILS(MLN_BAD_INPUT, mln_passphrase_read(fds[0], &p, &err)); /* an empty line */
    ck_assert_ptr_null(p.text);
    OK(mln_passphrase_read(fds[0], &p, &err)); /* no line end */
    ck_assert_str_eq(p.text, "last");
    mln_passphrase_release(&p);
    FAILS(MLN_BAD_INPUT, mln_passphrase_read(fds[0], &p, &err));
    FAILS(MLN_BAD_INPUT, mln_passphrase_read(-1, &p, &err));
    close(fds[0]);
}
END_TEST

/* What libsodium's Argon2id gives for the head's salt and cost opens the rest: the layout is the
 * one the header tells. */
START_TEST(the_layout_under_a_passphrase_is_as_told) {
    OK(mln_secret_init(&err));
    struct mln_passphrase p = words("correct horse battery");
    unsigned char sealed[32 + MLN_PASSPHRASE_EXTRA_BYTES];
    unsigned char key[32];
    unsigned char open[32];
    unsigned char ad[24 + 5];
    OK(mln_passphrase_seal(&p, cheap, "label", counting, 32, sealed, &err));
    ck_assert_int_eq(memcmp(sealed + 16, "\0\0\0\1\0\0\0\10", 8), 0);
    ck_assert_int_eq(
        crypto_pwhash(key, sizeof key, p.text, p.n, sealed, 1, 8192, crypto_pwhash_ALG_ARGON2ID13),
        0);
    memcpy(ad, sealed, 24);
    memcpy(ad + 24, "label", 5);
    ck_assert_int_eq(crypto_aead_xchacha20poly1305_ietf_decrypt(open, NULL, NULL, sealed + 48, 48,
                                                                ad, sizeof ad, sealed + 24, key),
                     0);
    ck_assert_int_eq(memcmp(open, counting, sizeof open), 0);
    for (size_t i = 0; i < sizeof sealed; i++) {
        if (i >= 20 && i < 24) {
            continue; /* the memory of the guess: tried below */
        }
        sealed[i] ^= 1;
        FAILS(MLN_KEY, mln_passphrase_unseal(&p, "label", sealed, sizeof sealed, open, &err));
        sealed[i] ^= 1;
    }
    FAILS(MLN_KEY, mln_passphrase_unseal(&p, "labe", sealed, sizeof sealed, open, &err));
    FAILS(MLN_KEY, mln_passphrase_unseal(&p, "label", sealed, 63, open, &err));
    sealed[20] = 0xff; /* 16 TiB asked for */
    FAILS(MLN_KEY, mln_passphrase_unseal(&p, "label", sealed, sizeof sealed, open, &err));
    SAYS("out of range");
    mln_passphrase_release(&p);
}
END_TEST

/* ── locks ── */

START_TEST(a_lock_under_a_passphrase) {
    const char *const dir = scratch();
    struct mln_passphrase p = words("correct horse battery");
    struct mln_passphrase other = words("correct horse batterx");
    struct mln_key key;
    struct mln_key open;
    struct mln_lock lock;
    struct mln_lock read;
    OK(mln_lock_read(dir, &read, &err));
    ck_assert_int_eq(read.kind, MLN_LOCK_NONE);
    OK(mln_key_random(&key, &err));
    OK(mln_lock_close(&key, &p, cheap, &lock, &err));
    OK(mln_lock_write(dir, &lock, &err));
    ck_assert_uint_eq(mode_of(at(dir, "lock")), 0600);
    OK(mln_lock_read(dir, &read, &err));
    ck_assert_int_eq(memcmp(&read, &lock, sizeof read), 0);
    OK(mln_lock_open(&read, &p, &open, &err));
    ck_assert_int_eq(memcmp(open.bytes, key.bytes, MLN_KEY_BYTES), 0);
    ck_assert_str_eq(open.id, key.id);
    mln_key_release(&open);
    FAILS(MLN_KEY, mln_lock_open(&read, &other, &open, &err));
    ck_assert_ptr_null(open.bytes);
    FAILS(MLN_KEY, mln_lock_join(&read, NULL, 0, &open, &err));
    lock.kind = MLN_LOCK_NONE;
    OK(mln_lock_write(dir, &lock, &err));
    OK(mln_lock_read(dir, &read, &err));
    ck_assert_int_eq(read.kind, MLN_LOCK_NONE);
    mln_key_release(&key);
    mln_passphrase_release(&p);
    mln_passphrase_release(&other);
    OK(mln_dir_remove(dir, &err));
}
END_TEST

START_TEST(two_persons_are_needed) {
    static const struct mln_str holders[] = {{"alice", 5}, {"bob", 3}, {"carol", 5}};
    OK(mln_secret_init(&err));
    struct mln_key key;
    struct mln_key later;
    struct mln_key open;
    struct mln_lock lock;
    struct mln_lock read;
    struct mln_share shares[3];
    struct mln_share other[3];
    struct mln_buf text = MLN_BUF_INIT;
    OK(mln_key_random(&key, &err));
    FAILS(MLN_BAD_INPUT, mln_lock_split(&key, holders, 3, 1, &lock, shares, &err));
    OK(mln_lock_split(&key, holders, 3, 2, &lock, shares, &err));
    mln_lock_print(&lock, &text);
    ck_assert_ptr_nonnull(strstr(text.p, "needed: 2\nholders: alice bob carol\n"));
    OK(mln_lock_parse("lock", mln_buf_view(&text), &read, &err));
    ck_assert_int_eq(memcmp(&read, &lock, sizeof read), 0);

    FAILS(MLN_KEY, mln_lock_join(&read, shares, 1, &open, &err));
    SAYS("needs those of 2 of its 3");
    FAILS(MLN_KEY,
          mln_lock_join(&read, (struct mln_share[]){shares[1], shares[1]}, 2, &open, &err));
    SAYS("twice");
    for (size_t i = 0; i < 3; i++) {
        const struct mln_share pair[] = {shares[i], shares[(i + 1) % 3]};
        OK(mln_lock_join(&read, pair, 2, &open, &err));
        ck_assert_int_eq(memcmp(open.bytes, key.bytes, MLN_KEY_BYTES), 0);
        mln_key_release(&open);
    }
    OK(mln_lock_join(&read, shares, 3, &open, &err));
    mln_key_release(&open);

    /* shares of another sharing of the same lock; of another lock; changed */
    OK(mln_lock_split(&key, holders, 3, 2, &lock, other, &err));
    FAILS(MLN_KEY, mln_lock_join(&read, (struct mln_share[]){shares[0], other[1]}, 2, &open, &err));
    SAYS("earlier sharing");
    OK(mln_key_random(&later, &err));
    OK(mln_lock_split(&later, holders, 3, 2, &lock, other, &err));
    FAILS(MLN_KEY, mln_lock_join(&read, (struct mln_share[]){shares[0], other[1]}, 2, &open, &err));
    SAYS("bob");
    shares[1].bytes[9] ^= 1;
    FAILS(MLN_KEY, mln_lock_join(&read, shares, 2, &open, &err));
    ck_assert_ptr_null(open.bytes);

    static const struct mln_str bad[][2] = {{{"alice", 5}, {"alice", 5}},
                                            {{"alice", 5}, {"b/b", 3}},
                                            {{"alice", 5}, {"", 0}},
                                            {{"alice", 5}, {"..", 2}}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        FAILS(MLN_BAD_INPUT, mln_lock_split(&key, bad[i], 2, 2, &lock, other, &err));
        SAYS("holder 2");
    }
    mln_key_release(&key);
    mln_key_release(&later);
    mln_buf_release(&text);
}
END_TEST

MLN_TEST_MAIN("shares", the_field_is_that_of_its_polynomial, the_vector_of_draft_mcgrew_tss,
              the_vectors_of_slip_39, any_k_shares_and_no_fewer, one_share_tells_nothing,
              sharings_that_protect_nothing_are_refused, a_share_comes_back_and_no_slip_passes,
              a_sealed_share_opens_for_its_holder_only, a_passphrase_is_one_line_of_a_descriptor,
              the_layout_under_a_passphrase_is_as_told, a_lock_under_a_passphrase,
              two_persons_are_needed)
