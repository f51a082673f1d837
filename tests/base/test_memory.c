#include <stdalign.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/rng.h"
#include "run.h"

/* ── arena ── */

START_TEST(an_arena_gives_zeroed_aligned_apart_blocks) {
    enum { N = 3000 };
    static struct {
        unsigned char *p;
        size_t n;
    } given[N];
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_rng rng;
    mln_rng_init(&rng, 3, 0, 0);
    for (size_t i = 0; i < N; i++) {
        const size_t n = i % 500 == 7 ? 200000 : mln_rng_below(&rng, 300);
        unsigned char *p = mln_arena_alloc(&arena, n, 1);
        ck_assert_ptr_nonnull(p);
        ck_assert_uint_eq((uintptr_t)p % alignof(max_align_t), 0);
        for (size_t k = 0; k < n; k++) {
            if (p[k] != 0) {
                ck_abort_msg("block %zu is not zero at %zu", i, k);
            }
        }
        memset(p, (int)(i % 251) + 1, n);
        given[i].p = p;
        given[i].n = n;
    }
    for (size_t i = 0; i < N; i++) { /* nobody wrote over anybody */
        for (size_t k = 0; k < given[i].n; k++) {
            if (given[i].p[k] != i % 251 + 1) {
                ck_abort_msg("block %zu at %zu", i, k);
            }
        }
    }
    mln_arena_release(&arena);
    ck_assert_ptr_null(arena.last);
    mln_arena_release(&arena);
}
END_TEST

START_TEST(a_reset_gives_back_what_came_after_the_mark) {
    struct mln_arena arena = MLN_ARENA_INIT;
    const struct mln_arena_mark empty = mln_arena_mark(&arena);
    char *kept = mln_arena_strdup(&arena, MLN_STR_LIT("kept\0text"));
    const struct mln_arena_mark mark = mln_arena_mark(&arena);
    char *first = mln_arena_alloc(&arena, 10, 10);
    memset(first, 'x', 100);
    ck_assert_ptr_nonnull(mln_arena_alloc(&arena, 1, 1000000));
    mln_arena_reset(&arena, mark);
    ck_assert(memcmp(kept, "kept\0text", 10) == 0);
    const char *again = mln_arena_alloc(&arena, 10, 10);
    ck_assert_ptr_eq(again, first); /* the same place, zeroed again */
    ck_assert(again[0] == 0 && again[99] == 0);
    mln_arena_reset(&arena, empty);
    ck_assert_ptr_null(arena.last);
}
END_TEST

START_TEST(sizes_that_overflow_are_no_memory) {
    struct mln_arena arena = MLN_ARENA_INIT;
    ck_assert_ptr_null(mln_arena_alloc(&arena, SIZE_MAX, 1));
    ck_assert_ptr_null(mln_arena_alloc(&arena, SIZE_MAX / 2, 4));
    ck_assert_ptr_null(mln_arena_alloc(&arena, (size_t)1 << 32, (size_t)1 << 33));
    ck_assert_ptr_nonnull(mln_arena_alloc(&arena, 0, 8));
    ck_assert_ptr_nonnull(mln_arena_alloc(&arena, 8, 0));
    ck_assert_str_eq(mln_arena_strdup(&arena, (struct mln_str){NULL, 0}), "");
    mln_arena_release(&arena);
    struct mln_buf buf = MLN_BUF_INIT;
    mln_buf_addz(&buf, "a");
    ck_assert(!mln_buf_reserve(&buf, SIZE_MAX - 1));
    mln_buf_addz(&buf, "b"); /* sticky */
    ck_assert_str_eq(buf.p, "a");
    struct mln_err err = {0};
    ck_assert_int_eq(mln_buf_check(&buf, "a text", &err), MLN_NO_MEMORY);
    ck_assert_ptr_nonnull(strstr(err.msg, "a text"));
    mln_buf_reset(&buf);
    mln_buf_addz(&buf, "c");
    ck_assert_int_eq(mln_buf_check(&buf, "a text", &err), MLN_OK);
    ck_assert_str_eq(buf.p, "c");
    mln_buf_release(&buf);
}
END_TEST

/* ── buf ── */

START_TEST(a_buffer_is_what_was_added) {
    struct mln_buf buf = MLN_BUF_INIT;
    ck_assert(mln_buf_view(&buf).p != NULL && mln_buf_view(&buf).n == 0);
    mln_buf_add(&buf, NULL, 0);
    ck_assert_str_eq(buf.p, "");
    mln_buf_addf(&buf, "%s-%03d|", "x", 7);
    mln_buf_add_u64(&buf, 0);
    mln_buf_addc(&buf, ' ');
    mln_buf_add_u64(&buf, UINT64_MAX);
    mln_buf_addc(&buf, ' ');
    mln_buf_add_i64(&buf, INT64_MIN);
    mln_buf_addc(&buf, ' ');
    mln_buf_add_i64(&buf, INT64_MAX);
    mln_buf_add_str(&buf, MLN_STR_LIT("|a\0b"));
    static const char want[] =
        "x-007|0 18446744073709551615 -9223372036854775808 9223372036854775807|a\0b";
    ck_assert_uint_eq(buf.n, sizeof want - 1);
    ck_assert(memcmp(buf.p, want, sizeof want) == 0);
    for (int i = 0; i < 100000; i++) {
        mln_buf_addf(&buf, "%d,", i % 10);
    }
    ck_assert_uint_eq(buf.n, sizeof want - 1 + 200000);
    ck_assert_str_eq(buf.p + buf.n - 4, "8,9,");
    mln_buf_release(&buf);
    ck_assert_ptr_null(buf.p);
}
END_TEST

/* ── str ── */

START_TEST(strings_compare_by_bytes_and_know_their_length) {
    const struct mln_str missing = {NULL, 0};
    ck_assert(mln_str_eq(missing, MLN_STR_LIT("")) && !mln_str_eq(missing, MLN_STR_LIT("a")));
    ck_assert_int_lt(mln_str_cmp(MLN_STR_LIT("a"), MLN_STR_LIT("ab")), 0);
    ck_assert_int_lt(mln_str_cmp(MLN_STR_LIT("Z"), MLN_STR_LIT("a")), 0);
    ck_assert_int_lt(mln_str_cmp(MLN_STR_LIT("z"), MLN_STR_LIT("\xC3\xA9")), 0); /* unsigned */
    ck_assert_int_gt(mln_str_cmp(MLN_STR_LIT("a\0b"), MLN_STR_LIT("a")), 0);
    ck_assert_int_eq(mln_str_cmp(missing, MLN_STR_LIT("")), 0);
    ck_assert(mln_str_is(mln_str_trim(MLN_STR_LIT(" \t\r\n a b \v\f")), "a b"));
    ck_assert_uint_eq(mln_str_trim(MLN_STR_LIT("  ")).n, 0);
    ck_assert_uint_eq(mln_str_trim(MLN_STR_LIT("\xC2\xA0")).n,
                      2); /* no-break space is no ASCII blank */
}
END_TEST

MLN_TEST_MAIN("memory", an_arena_gives_zeroed_aligned_apart_blocks,
              a_reset_gives_back_what_came_after_the_mark, sizes_that_overflow_are_no_memory,
              a_buffer_is_what_was_added, strings_compare_by_bytes_and_know_their_length)
