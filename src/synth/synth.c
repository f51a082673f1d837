#include "synth/synth.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/thread.h"
#include "synth/parquet.h"
#include "synth/pen.h"
#include "synth/whole.h"

enum { MAX_PROCEDURES = 50000000, WAVE_PER_THREAD = 4 };

struct writing {
    const struct mln_synth_options *options;
    struct mln_synth_profile profile;
    struct mln_synth_places places;
    struct mln_synth_world world;
    struct mln_synth_plan plan;
    struct mln_buf profile_text;
    size_t n_threads, n_shards;
    /* one wave of shards */
    size_t wave;
    struct mln_synth_pen *pens;
    struct mln_synth_shard *shards;
    size_t done; /* shards written in this pass */
    bool justice;
    struct mln_file_writer files[N_FILES];
    bool open[N_FILES];
};

/* Justice's shards come in an order of their own: with i → (i × step) mod n, step coprime to n. */
static size_t step_for(size_t n) {
    size_t step = n * 5 / 8;
    for (;; step++) {
        size_t a = step;
        size_t b = n;
        while (b != 0) {
            const size_t rest = a % b;
            a = b;
            b = rest;
        }
        if (a == 1) {
            return step;
        }
    }
}

static enum mln_status write_task(void *ctx, size_t i, struct mln_err *err) {
    struct writing *w = ctx;
    const size_t index =
        w->justice ? (w->done + i) * step_for(w->n_shards) % w->n_shards : w->done + i;
    struct mln_synth_pen *pen = &w->pens[i];
    mln_synth_shard_draw(&w->world, w->options->n_procedures, index, w->justice, &w->shards[i]);
    if (w->justice) {
        mln_synth_write_justice(pen, &w->shards[i]);
    } else {
        mln_synth_write_interior(pen, &w->shards[i]);
    }
    for (size_t f = 0; f < N_FILES; f++) {
        MLN_TRY(mln_buf_check(&pen->out[f].buf, "rows of an extract", err));
    }
    return mln_check_interrupt(err);
}

static enum mln_status flush(struct writing *w, size_t n, struct mln_err *err) {
    for (size_t i = 0; i < n; i++) {
        for (size_t f = 0; f < N_FILES; f++) {
            struct mln_buf *buf = &w->pens[i].out[f].buf;
            if (buf->n > 0) {
                MLN_TRY(mln_file_add(&w->files[f], mln_buf_view(buf), err));
                mln_buf_reset(buf);
            }
        }
    }
    return MLN_OK;
}

static enum mln_status write_pass(struct writing *w, bool justice, struct mln_err *err) {
    w->justice = justice;
    for (w->done = 0; w->done < w->n_shards;) {
        const size_t left = w->n_shards - w->done;
        const size_t n = left < w->wave ? left : w->wave;
        MLN_TRY(mln_parallel(w->n_threads, n, write_task, w, err));
        MLN_TRY(flush(w, n, err));
        w->done += n;
        mln_progress(w->options->talk, justice ? "extracts of Justice" : "extracts of Interior",
                     w->done, w->n_shards);
    }
    mln_progress_end(w->options->talk);
    return MLN_OK;
}

/* ── files ── */

static enum mln_status begin_file(struct writing *w, size_t f, struct mln_err *err) {
    const struct mln_synth_file_info *info = &mln_synth_files[f];
    struct mln_buf path = MLN_BUF_INIT;
    mln_path_join(&path, w->options->dir, mln_str_from(info->path));
    enum mln_status status = mln_buf_check(&path, "a path", err);
    if (status == MLN_OK) {
        status = mln_file_begin(&w->files[f], path.p, err);
    }
    w->open[f] = status == MLN_OK;
    if (status == MLN_OK) { /* the header, with the separator of the file */
        mln_buf_reset(&path);
        for (const char *p = info->header; *p != '\0'; p++) {
            mln_buf_addc(&path, *p == ',' && !info->truth ? ';' : *p);
        }
        mln_buf_addz(&path, info->justice && !info->truth ? "\r\n" : "\n");
        status = mln_buf_check(&path, "a header", err);
    }
    if (status == MLN_OK) {
        status = mln_file_add(&w->files[f], mln_buf_view(&path), err);
    }
    mln_buf_release(&path);
    return status;
}

static enum mln_status write_text(const char *dir, const char *name, const struct mln_buf *text,
                                  struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    mln_path_join(&path, dir, mln_str_from(name));
    enum mln_status status = mln_buf_check(text, name, err);
    if (status == MLN_OK) {
        status = mln_buf_check(&path, name, err);
    }
    if (status == MLN_OK) {
        status = mln_file_write(path.p, mln_buf_view(text), err);
    }
    mln_buf_release(&path);
    return status;
}

static enum mln_status write_successors(const struct writing *w, struct mln_err *err) {
    struct mln_buf text = MLN_BUF_INIT;
    mln_buf_addz(&text, "force,code_unite,successeur,date_effet\n");
    for (size_t i = 0; i < w->places.n_units; i++) {
        const struct mln_synth_unit *u = &w->places.units[i];
        if (u->successor >= 0) {
            char day[16] = "";
            (void)mln_day_to_iso(u->merged_on, day);
            mln_buf_addf(&text, "%s,%s,%s,%.10s\n", u->police ? "PN" : "GN", u->code,
                         w->places.units[u->successor].code, day);
        }
    }
    const enum mln_status status =
        write_text(w->options->dir, "nomenclatures/unites_successeurs.csv", &text, err);
    mln_buf_release(&text);
    return status;
}

static enum mln_status write_profile(const struct writing *w, struct mln_err *err) {
    struct mln_buf text = MLN_BUF_INIT;
    mln_buf_addz(&text, "# maillon synth " MLN_VERSION ": procedures ");
    mln_buf_add_u64(&text, w->options->n_procedures);
    mln_buf_addz(&text, ", seed ");
    mln_buf_add_u64(&text, w->options->seed);
    mln_buf_addz(&text,
                 "\n# Synthetic data: nobody in it exists. The profile they were drawn from:\n");
    mln_buf_add_str(&text, mln_buf_view(&w->profile_text));
    const enum mln_status status = write_text(w->options->dir, "profile.yaml", &text, err);
    mln_buf_release(&text);
    return status;
}

static enum mln_status make_dirs(const char *dir, struct mln_err *err) {
    static const char *const below[] = {"truth", "nomenclatures"};
    for (size_t i = 0; i < 2; i++) {
        struct mln_buf path = MLN_BUF_INIT;
        mln_path_join(&path, dir, mln_str_from(below[i]));
        enum mln_status status = mln_buf_check(&path, "a path", err);
        if (status == MLN_OK) {
            status = mln_dir_make(path.p, err);
        }
        mln_buf_release(&path);
        MLN_TRY(status);
    }
    return MLN_OK;
}

/* ── the whole ── */

static enum mln_status prepare(struct writing *w, struct mln_err *err) {
    const struct mln_synth_options *o = w->options;
    w->n_threads = o->n_threads == 0 ? mln_thread_count() : o->n_threads;
    w->n_shards = (size_t)((o->n_procedures + MLN_SYNTH_SHARD - 1) / MLN_SYNTH_SHARD);
    w->wave =
        w->n_threads * WAVE_PER_THREAD < w->n_shards ? w->n_threads * WAVE_PER_THREAD : w->n_shards;
    MLN_TRY(mln_synth_places_init(&w->places, &w->profile, o->seed, err));
    mln_synth_world_init(&w->world, &w->profile, &w->places, o->seed);
    MLN_TRY(mln_synth_plan_make(&w->world, o->n_procedures, w->n_threads, &w->plan, err));
    w->pens = calloc(w->wave, sizeof *w->pens);
    w->shards = calloc(w->wave, sizeof *w->shards);
    if (w->pens == NULL || w->shards == NULL) {
        return mln_err_nomem(err, "shards");
    }
    for (size_t i = 0; i < w->wave; i++) {
        mln_synth_pen_init(&w->pens[i], &w->world, &w->plan);
        MLN_TRY(mln_synth_shard_init(&w->shards[i], err));
    }
    return MLN_OK;
}

static enum mln_status write_all(struct writing *w, struct mln_err *err) {
    MLN_TRY(prepare(w, err));
    MLN_TRY(make_dirs(w->options->dir, err));
    MLN_TRY(mln_synth_unmark(w->options->dir, err));
    for (size_t f = 0; f < N_FILES; f++) {
        MLN_TRY(begin_file(w, f, err));
    }
    MLN_TRY(write_pass(w, false, err));
    MLN_TRY(write_pass(w, true, err));
    for (size_t f = 0; f < N_FILES; f++) {
        w->open[f] = false;
        MLN_TRY(mln_file_commit(&w->files[f], err));
    }
    MLN_TRY(write_successors(w, err));
    MLN_TRY(write_profile(w, err));
    if ((w->options->format & MLN_SYNTH_PARQUET) != 0) {
        MLN_TRY(mln_synth_parquet(w->options->dir, w->n_threads,
                                  (w->options->format & MLN_SYNTH_CSV) != 0, err));
    }
    MLN_TRY(mln_synth_mark(w->options, mln_buf_view(&w->profile_text), err));
    mln_say(w->options->talk, "synth: %s holds %" PRIu64 " procedures drawn with seed %" PRIu64,
            w->options->dir, w->options->n_procedures, w->options->seed);
    return MLN_OK;
}

static enum mln_status write_unless_whole(struct writing *w, struct mln_err *err) {
    bool whole = false;
    MLN_TRY(mln_synth_is_whole(w->options, mln_buf_view(&w->profile_text), &whole, err));
    if (whole) {
        mln_say(w->options->talk, "synth: %s is up to date", w->options->dir);
        return MLN_OK;
    }
    return write_all(w, err);
}

static void release(struct writing *w) {
    for (size_t f = 0; f < N_FILES; f++) {
        if (w->open[f]) {
            mln_file_abort(&w->files[f]);
        }
    }
    for (size_t i = 0; i < w->wave; i++) {
        if (w->pens != NULL) {
            mln_synth_pen_release(&w->pens[i]);
        }
        if (w->shards != NULL) {
            mln_synth_shard_release(&w->shards[i]);
        }
    }
    free(w->pens);
    free(w->shards);
    mln_synth_plan_release(&w->plan);
    mln_synth_places_release(&w->places);
    mln_buf_release(&w->profile_text);
    free(w);
}

enum mln_status mln_synth_write(const struct mln_synth_options *options, struct mln_err *err) {
    if (options->n_procedures == 0 || options->n_procedures > MAX_PROCEDURES) {
        return mln_err_set(err, MLN_BAD_INPUT, "the number of procedures must be 1 to %d",
                           MAX_PROCEDURES);
    }
    struct writing *w = calloc(1, sizeof *w);
    if (w == NULL) {
        return mln_err_nomem(err, "the generator");
    }
    w->options = options;
    enum mln_status status =
        mln_synth_profile_load(options->profile, &w->profile, &w->profile_text, err);
    if (status == MLN_OK) {
        status = write_unless_whole(w, err);
    }
    release(w);
    return status;
}
