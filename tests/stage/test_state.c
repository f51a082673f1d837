/* What is remembered of a stage: round trip, and nothing believed that is not whole. */
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "run.h"
#include "stage/state.h"

static char dir[64];
static char path[96];
static struct mln_arena arena;
static struct mln_err err;

#define OK(call) ck_assert_msg((call) == MLN_OK, "%s", err.msg)

static void enter(void) {
    snprintf(dir, sizeof dir, "/tmp/mln-state-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/ingest.json", dir);
    arena = MLN_ARENA_INIT;
}

static void leave(void) {
    mln_arena_release(&arena);
    OK(mln_dir_remove(dir, &err));
}

static void write_one(void) {
    static struct mln_input_file inputs[2] = {
        {.path = "data/procédure \"1\".csv", .stamp = {UINT64_MAX, -5, 42}},
        {.path = "b.csv", .stamp = {0, INT64_MAX, 0}}};
    static struct mln_stage_count counts[2] = {{"procedure", UINT64_MAX, 7, UINT64_MAX - 7},
                                               {"vide", 0, 0, 0}};
    static struct mln_stage_figure figures[2] = {{"part", 0.1}, {"rien", NAN}};
    struct mln_stage_state s = {.inputs = inputs,
                                .n_inputs = 2,
                                .counts = counts,
                                .n_counts = 2,
                                .figures = figures,
                                .n_figures = 2};
    mln_digest_text(MLN_STR_LIT("a"), &s.fingerprint);
    mln_digest_text(MLN_STR_LIT("b"), &inputs[0].digest);
    mln_digest_text(MLN_STR_LIT("c"), &inputs[1].digest);
    OK(mln_state_write(path, &s, &err));
}

START_TEST(a_state_goes_round) {
    enter();
    write_one();
    struct mln_stage_state s;
    struct mln_digest a;
    struct mln_digest c;
    bool found = false;
    mln_digest_text(MLN_STR_LIT("a"), &a);
    mln_digest_text(MLN_STR_LIT("c"), &c);
    OK(mln_state_read(&arena, path, &found, &s, &err));
    ck_assert(found);
    ck_assert_str_eq(s.fingerprint.hex, a.hex);
    ck_assert_uint_eq(s.n_inputs, 2);
    ck_assert_str_eq(s.inputs[0].path, "data/procédure \"1\".csv");
    ck_assert(s.inputs[0].stamp.bytes == UINT64_MAX && s.inputs[0].stamp.mtime_ns == -5);
    ck_assert(s.inputs[1].stamp.mtime_ns == INT64_MAX && s.inputs[0].stamp.inode == 42);
    ck_assert_str_eq(s.inputs[1].digest.hex, c.hex);
    ck_assert_uint_eq(s.n_counts, 2);
    ck_assert_str_eq(s.counts[0].what, "procedure");
    ck_assert(s.counts[0].read == UINT64_MAX && s.counts[0].rejected == UINT64_MAX - 7);
    ck_assert_uint_eq(s.n_figures, 2);
    ck_assert_double_eq(s.figures[0].value, 0.1);
    ck_assert(isnan(s.figures[1].value));
    leave();
}
END_TEST

/* Cut anywhere, absent, or of another version: not found, and no error; the stage runs again. */
START_TEST(half_a_state_is_none) {
    enter();
    struct mln_stage_state s;
    struct mln_buf whole = MLN_BUF_INIT;
    bool found = true;
    OK(mln_state_read(&arena, path, &found, &s, &err));
    ck_assert(!found);
    write_one();
    OK(mln_file_read(path, 1 << 20, &whole, &err));
    for (size_t cut = 0; cut + 2 < whole.n; cut += 7) {
        OK(mln_file_write(path, (struct mln_str){whole.p, cut}, &err));
        OK(mln_state_read(&arena, path, &found, &s, &err));
        ck_assert_msg(!found && s.n_counts == 0, "cut at %zu", cut);
    }
    char *version = strstr(whole.p, "\"version\": 1");
    ck_assert_ptr_nonnull(version);
    version[strlen("\"version\": ")] = '2';
    OK(mln_file_write(path, mln_buf_view(&whole), &err));
    OK(mln_state_read(&arena, path, &found, &s, &err));
    ck_assert(!found);
    mln_buf_release(&whole);
    leave();
}
END_TEST

MLN_TEST_MAIN("state", a_state_goes_round, half_a_state_is_none)
