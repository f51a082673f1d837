#include "synth/whole.h"

#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/thread.h"
#include "secret/digest.h"
#include "secret/keys.h"
#include "synth/pen.h"

/* The ten tables twice (csv, parquet), the truth, and the two texts. */
enum { MAX_FILES = 2 * N_TABLES + (N_FILES - N_TABLES) + 2, MAX_PATH = 96, MAX_MARK_BYTES = 65536 };

struct listed {
    char name[MAX_PATH];
    struct mln_file_stamp stamp;
    struct mln_digest digest;
};

struct listing {
    const char *dir;
    struct listed files[MAX_FILES];
    size_t n;
};

static void list_files(struct listing *l, enum mln_synth_format format) {
    static const char *const texts[] = {"nomenclatures/unites_successeurs.csv", "profile.yaml"};
    for (size_t f = 0; f < N_FILES; f++) {
        const char *path = mln_synth_files[f].path;
        if (f >= N_TABLES || (format & MLN_SYNTH_CSV) != 0) {
            (void)snprintf(l->files[l->n++].name, MAX_PATH, "%s", path);
        }
        if (f < N_TABLES && (format & MLN_SYNTH_PARQUET) != 0) {
            const int stem = (int)(strlen(path) - strlen(".csv"));
            (void)snprintf(l->files[l->n++].name, MAX_PATH, "%.*s.parquet", stem, path);
        }
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        (void)snprintf(l->files[l->n++].name, MAX_PATH, "%s", texts[i]);
    }
}

static enum mln_status digest_one(void *ctx, size_t i, struct mln_err *err) {
    struct listing *l = ctx;
    struct mln_buf path = MLN_BUF_INIT;
    mln_path_join(&path, l->dir, mln_str_from(l->files[i].name));
    enum mln_status status = mln_buf_check(&path, "a path", err);
    if (status == MLN_OK) {
        status = mln_file_stamp(path.p, &l->files[i].stamp, err);
    }
    if (status == MLN_OK) {
        status = mln_digest_file(path.p, &l->files[i].digest, err);
    }
    mln_buf_release(&path);
    return status == MLN_OK ? mln_check_interrupt(err) : status;
}

static void put_text(struct mln_json *j, const char *key, const char *value) {
    mln_json_member_strz(j, key, value);
}

static void put_u64(struct mln_json *j, const char *key, uint64_t value) {
    mln_json_member_u64(j, key, value);
}

/* The text of the mark for the files as they are now. */
static enum mln_status describe(const struct mln_synth_options *o, struct mln_str profile_text,
                                struct mln_buf *out, struct mln_err *err) {
    struct mln_digest program;
    struct mln_digest profile;
    struct listing l = {.dir = o->dir};
    MLN_TRY(mln_secret_init(err));
    MLN_TRY(mln_digest_file("/proc/self/exe", &program, err));
    mln_digest_text(profile_text, &profile);
    list_files(&l, o->format);
    MLN_TRY(mln_parallel(o->n_threads == 0 ? mln_thread_count() : o->n_threads, l.n, digest_one, &l,
                         err));
    struct mln_json j;
    mln_json_init(&j, out);
    mln_json_begin_object(&j);
    put_text(&j, "synth", MLN_VERSION);
    put_text(&j, "program_blake2b_256", program.hex);
    put_text(&j, "profile_blake2b_256", profile.hex);
    put_u64(&j, "procedures", o->n_procedures);
    put_u64(&j, "seed", o->seed);
    mln_json_key(&j, "files");
    mln_json_begin_array(&j);
    for (size_t i = 0; i < l.n; i++) {
        mln_json_begin_object(&j);
        put_text(&j, "path", l.files[i].name);
        put_u64(&j, "bytes", l.files[i].stamp.bytes);
        put_text(&j, "blake2b_256", l.files[i].digest.hex);
        mln_json_end(&j);
    }
    mln_json_end(&j);
    mln_json_end(&j);
    return mln_json_finish(&j, err);
}

static enum mln_status mark_path(const char *dir, struct mln_buf *out, struct mln_err *err) {
    mln_path_join(out, dir, MLN_STR_LIT("synth.json"));
    return mln_buf_check(out, "a path", err);
}

enum mln_status mln_synth_is_whole(const struct mln_synth_options *options,
                                   struct mln_str profile_text, bool *whole, struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    struct mln_buf written = MLN_BUF_INIT;
    struct mln_buf now = MLN_BUF_INIT;
    *whole = false;
    enum mln_status status = mark_path(options->dir, &path, err);
    if (status == MLN_OK && mln_path_exists(path.p)) {
        /* a mark or a file that cannot be read: not whole, and writing will tell why */
        status = mln_file_read(path.p, MAX_MARK_BYTES, &written, NULL);
        if (status == MLN_OK) {
            status = describe(options, profile_text, &now, NULL);
        }
        *whole = status == MLN_OK && mln_str_eq(mln_buf_view(&written), mln_buf_view(&now));
        status = status == MLN_INTERRUPTED ? mln_check_interrupt(err)
                 : status == MLN_NO_MEMORY ? mln_err_nomem(err, "the list of extracts")
                                           : MLN_OK;
    }
    mln_buf_release(&path);
    mln_buf_release(&written);
    mln_buf_release(&now);
    return status;
}

enum mln_status mln_synth_unmark(const char *dir, struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    enum mln_status status = mark_path(dir, &path, err);
    if (status == MLN_OK && unlink(path.p) != 0 && errno != ENOENT) {
        status = mln_err_set(err, MLN_IO, "%s: cannot remove: %s", path.p, strerror(errno));
    }
    mln_buf_release(&path);
    return status;
}

enum mln_status mln_synth_mark(const struct mln_synth_options *options, struct mln_str profile_text,
                               struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    struct mln_buf text = MLN_BUF_INIT;
    enum mln_status status = mark_path(options->dir, &path, err);
    if (status == MLN_OK) {
        status = describe(options, profile_text, &text, err);
    }
    if (status == MLN_OK) {
        status = mln_file_write(path.p, mln_buf_view(&text), err);
    }
    mln_buf_release(&path);
    mln_buf_release(&text);
    return status;
}
