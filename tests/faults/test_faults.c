/* Every allocation and every file call of src/base, failed in turn: a status and a message, no
 * crash, nothing leaked, nothing half done. */
#include <unistd.h>

#include "base/batch.h"
#include "base/file.h"
#include "base/json.h"
#include "base/thread.h"
#include "base/utf8.h"
#include "base/yaml.h"
#include "fault.h"
#include "run.h"

/* Check's own assertions allocate, so they are called only where one has failed. */
#define MUST(holds)               \
    do {                          \
        if (!(holds)) {           \
            (void)fault_disarm(); \
            ck_abort_msg(#holds); \
        }                         \
    } while (0)

/* ── scenarios: each checks its own result where it succeeds ── */

static const char config[] = "# comment\nversion: 1\nname: \"d\\u00e9mo\"\nfiles:\n"
                             "  - {table: procedure, format: dd/mm/yyyy}\n  - table: affaire\n"
                             "text: |\n  two\n  lines\n";

static enum mln_status read_config(struct mln_arena *arena, const char *text, struct mln_err *err) {
    struct mln_yaml *root;
    struct mln_yaml *files;
    struct mln_str name = {NULL, 0};
    int64_t version = 0;
    MLN_TRY(mln_yaml_parse(arena, "config.yaml", mln_str_from(text), &root, err));
    MLN_TRY(mln_yaml_opt_i64(root, "version", 1, 1, &version, err));
    MLN_TRY(mln_yaml_opt_str(root, "name", &name, err));
    MLN_TRY(mln_yaml_need(root, "files", &files, err));
    (void)mln_yaml_get(root, "text");
    MLN_TRY(mln_yaml_done(root, err));
    MUST(version == 1 && mln_str_is(name, "démo") && files->n == 2);
    return MLN_OK;
}

static enum mln_status with_arena(const char *text, struct mln_err *err) {
    struct mln_arena arena = MLN_ARENA_INIT;
    const enum mln_status status = read_config(&arena, text, err);
    mln_arena_release(&arena);
    return status;
}

static enum mln_status yaml_read(struct mln_err *err) {
    return with_arena(config, err);
}

static enum mln_status yaml_unknown_word(struct mln_err *err) {
    return with_arena("version: 1\nfiles: []\nnmae: x\n", err);
}

static enum mln_status yaml_doubled_key(struct mln_err *err) {
    return with_arena("version: 1\nversion: 1\n", err);
}

static enum mln_status yaml_wrong_word(struct mln_err *err) {
    static const char *const words[] = {"one", "two", NULL};
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_yaml *root = NULL;
    size_t word;
    enum mln_status status = mln_yaml_parse(&arena, "f", MLN_STR_LIT("three"), &root, err);
    if (status == MLN_OK) {
        status = mln_yaml_as_word(root, words, &word, err);
    }
    mln_arena_release(&arena);
    return status;
}

static enum mln_status json_write(struct mln_err *err) {
    struct mln_buf out = MLN_BUF_INIT;
    struct mln_json j;
    mln_json_init(&j, &out);
    mln_json_begin_array(&j);
    for (uint64_t i = 0; i < 300; i++) {
        mln_json_u64(&j, i);
    }
    mln_json_end(&j);
    const enum mln_status status = mln_json_finish(&j, err);
    if (status == MLN_OK) {
        MUST(strcmp(out.p + out.n - 11, "8,\n  299\n]\n") == 0);
    }
    mln_buf_release(&out);
    return status;
}

static const struct mln_column_spec specs[] = {{"n", MLN_INT64}, {"t", MLN_UTF8_TEXT}};

static void add_rows(struct mln_builder *b) {
    for (int64_t i = 0; i < 2000; i++) {
        mln_add_i64(b, 0, i);
        i % 3 == 0 ? mln_add_null(b, 1) : mln_add_str(b, 1, MLN_STR_LIT("some text"));
    }
}

static enum mln_status check_batch(const struct mln_batch *batch) {
    MUST(batch->n_rows == 2000 && mln_get_i64(&batch->columns[0], 1999) == 1999);
    MUST(!mln_is_valid(&batch->columns[1], 1998));
    MUST(mln_str_is(mln_get_str(&batch->columns[1], 1999), "some text"));
    return MLN_OK;
}

static enum mln_status batch_build(struct mln_err *err) {
    struct mln_builder *b = mln_builder_new(specs, 2);
    if (b == NULL) {
        return mln_err_nomem(err, "a builder");
    }
    add_rows(b);
    struct mln_batch batch;
    enum mln_status status = mln_builder_view(b, &batch, err);
    if (status == MLN_OK) {
        status = check_batch(&batch);
    } else { /* a failure is forgotten by the reset, and what there is still serves */
        mln_builder_reset(b);
        MUST(mln_builder_view(b, &batch, NULL) == MLN_OK);
        MUST(batch.n_rows == 0);
    }
    mln_builder_free(b);
    return status;
}

static enum mln_status batch_export(struct mln_err *err) {
    struct mln_builder *b = mln_builder_new(specs, 2);
    if (b == NULL) {
        return mln_err_nomem(err, "a builder");
    }
    add_rows(b);
    struct ArrowSchema schema;
    struct ArrowArray array;
    enum mln_status status = mln_builder_export(b, &schema, &array, err);
    mln_builder_free(b);
    if (status == MLN_OK) {
        struct mln_column columns[2];
        struct mln_batch batch;
        status = mln_batch_import(&schema, &array, columns, 2, &batch, err);
        MUST(status == MLN_OK);
        check_batch(&batch);
        array.release(&array);
        schema.release(&schema);
    }
    return status;
}

static enum mln_status text_convert(struct mln_err *err) {
    struct mln_buf utf8 = MLN_BUF_INIT;
    struct mln_buf folded = MLN_BUF_INIT;
    for (int i = 0; i < 50; i++) {
        MUST(mln_to_utf8(MLN_WINDOWS_1252, MLN_STR_LIT("\xC9t\xE9 d'\x9Cuvre"), &utf8) == 11);
        mln_utf8_fold(MLN_STR_LIT("Été d'œuvre"), &folded);
    }
    enum mln_status status = mln_buf_check(&utf8, "a text", err);
    if (status == MLN_OK) {
        status = mln_buf_check(&folded, "a text", err);
    }
    mln_buf_release(&utf8);
    mln_buf_release(&folded);
    return status;
}

static enum mln_status nothing(void *ctx, size_t i, struct mln_err *err) {
    (void)err;
    ((char *)ctx)[i] = 1;
    return MLN_OK;
}

static enum mln_status threads(struct mln_err *err) {
    char done[20] = {0};
    MLN_TRY(mln_parallel(3, sizeof done, nothing, done, err));
    for (size_t i = 0; i < sizeof done; i++) {
        MUST(done[i] == 1);
    }
    return MLN_OK;
}

static enum mln_status file_write(struct mln_err *err) {
    return mln_file_write("f", MLN_STR_LIT("new text"), err);
}

static enum mln_status file_write_large(struct mln_err *err) {
    static char large[700000];
    struct mln_file_writer w;
    MLN_TRY(mln_file_begin(&w, "f", err));
    memset(large, 'x', sizeof large);
    for (int i = 0; i < 10; i++) {
        const enum mln_status status =
            mln_file_add(&w, (struct mln_str){large, i == 5 ? sizeof large : 60000}, err);
        if (status != MLN_OK) {
            mln_file_abort(&w);
            return status;
        }
    }
    return mln_file_commit(&w, err);
}

static enum mln_status file_read(struct mln_err *err) {
    struct mln_buf got = MLN_BUF_INIT;
    const enum mln_status status = mln_file_read("kept", 100, &got, err);
    if (status == MLN_OK) {
        MUST(mln_str_is(mln_buf_view(&got), "kept text"));
    }
    mln_buf_release(&got);
    return status;
}

static enum mln_status dir_replace(struct mln_err *err) {
    MLN_TRY(mln_dir_make("d/sub", err));
    MLN_TRY(mln_dir_make("e/sub", err));
    MLN_TRY(mln_dir_replace("e", "d", err));
    return mln_dir_remove("d", err);
}

static const struct scenario {
    const char *name;
    enum mln_status (*run)(struct mln_err *err);
    enum mln_status expected; /* where nothing fails */
} scenarios[] = {
    {"yaml_read", yaml_read, MLN_OK},
    {"yaml_unknown_word", yaml_unknown_word, MLN_BAD_INPUT},
    {"yaml_doubled_key", yaml_doubled_key, MLN_BAD_INPUT},
    {"yaml_wrong_word", yaml_wrong_word, MLN_BAD_INPUT},
    {"json_write", json_write, MLN_OK},
    {"batch_build", batch_build, MLN_OK},
    {"batch_export", batch_export, MLN_OK},
    {"text_convert", text_convert, MLN_OK},
    {"threads", threads, MLN_OK},
    {"file_write", file_write, MLN_OK},
    {"file_write_large", file_write_large, MLN_OK},
    {"file_read", file_read, MLN_OK},
    {"dir_replace", dir_replace, MLN_OK},
};

/* ── the loop ── */

static char root[sizeof "faults-XXXXXX"];

static void enter(void) {
    strcpy(root, "faults-XXXXXX"); /* also the second time, in one process */
    ck_assert_ptr_nonnull(mkdtemp(root));
    ck_assert_int_eq(chdir(root), 0);
    ck_assert_int_eq(mln_file_write("kept", MLN_STR_LIT("kept text"), NULL), MLN_OK);
}

static void leave(void) {
    ck_assert_int_eq(chdir(".."), 0);
    ck_assert_int_eq(mln_dir_remove(root, NULL), MLN_OK);
}

/* Fails call 1, 2, … of the scenario until it runs through; returns how many there were. */
static size_t fail_each_call(const struct scenario *s, enum fault_kind kind,
                             enum mln_status failure) {
    for (size_t nth = 1;; nth++) {
        struct mln_err err = {0};
        ck_assert_int_eq(mln_file_write("f", MLN_STR_LIT("old"), NULL), MLN_OK);
        const size_t live = fault_live();
        fault_arm(kind, nth);
        const enum mln_status status = s->run(&err);
        const bool happened = fault_disarm();
        ck_assert_msg(fault_live() == live, "%s: call %zu leaks", s->name, nth);
        ck_assert_msg(!mln_path_exists("f.part"), "%s: call %zu leaves a part", s->name, nth);
        if (!happened) {
            ck_assert_msg(status == s->expected, "%s: %s", s->name, err.msg);
            return nth - 1;
        }
        ck_assert_msg(status == failure && err.status == failure && err.msg[0] != '\0',
                      "%s: call %zu: status %d, '%s'", s->name, nth, (int)status, err.msg);
        struct mln_buf f = MLN_BUF_INIT;
        ck_assert_int_eq(mln_file_read("f", 2000000, &f, NULL), MLN_OK);
        /* Whole: the old, or the new when only the flush of the directory failed. */
        ck_assert_msg(mln_str_is(mln_buf_view(&f), "old") ||
                          mln_str_is(mln_buf_view(&f), "new text") || f.n == 9 * 60000 + 700000,
                      "%s: call %zu leaves half a file", s->name, nth);
        mln_buf_release(&f);
    }
}

START_TEST(every_allocation_may_fail) {
    enter();
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
        const size_t n = fail_each_call(&scenarios[i], FAULT_MEMORY, MLN_NO_MEMORY);
        ck_assert_msg(n > 0, "%s allocates nothing: the shim is not at work", scenarios[i].name);
    }
    leave();
}
END_TEST

START_TEST(every_file_call_may_fail) {
    static const struct {
        enum mln_status (*run)(struct mln_err *err);
        size_t at_least; /* calls that can fail */
    } files[] = {{file_write, 8}, {file_write_large, 10}, {file_read, 4}};
    enter();
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        const struct scenario s = {"files", files[i].run, MLN_OK};
        ck_assert_uint_ge(fail_each_call(&s, FAULT_IO, MLN_IO), files[i].at_least);
    }
    leave();
}
END_TEST

/* A name that outlives a power cut needs the file on disk, and then its directory. */
START_TEST(what_is_put_in_place_is_flushed) {
    enter();
    size_t before = fault_syncs();
    ck_assert_int_eq(file_write(NULL), MLN_OK);
    ck_assert_uint_eq(fault_syncs() - before, 2);
    ck_assert_int_eq(mln_dir_make("new", NULL), MLN_OK);
    before = fault_syncs();
    ck_assert_int_eq(mln_dir_replace("new", "place", NULL), MLN_OK);
    ck_assert_uint_eq(fault_syncs() - before, 1);
    leave();
}
END_TEST

START_TEST(short_and_interrupted_writes_lose_nothing) {
    enter();
    fault_arm(FAULT_SHORT_WRITES, 1);
    ck_assert_int_eq(file_write_large(NULL), MLN_OK);
    (void)fault_disarm();
    struct mln_buf f = MLN_BUF_INIT;
    ck_assert_int_eq(mln_file_read("f", 2000000, &f, NULL), MLN_OK);
    ck_assert_uint_eq(f.n, 9 * 60000 + 700000);
    for (size_t i = 0; i < f.n; i++) {
        if (f.p[i] != 'x') {
            ck_abort_msg("byte %zu", i);
        }
    }
    mln_buf_release(&f);
    leave();
}
END_TEST

MLN_TEST_MAIN("faults", every_allocation_may_fail, every_file_call_may_fail,
              what_is_put_in_place_is_flushed, short_and_interrupted_writes_lose_nothing)
