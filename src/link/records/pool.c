/* Distinct values, each cleaned once, by several threads. */
#include <stdlib.h>

#include "base/thread.h"
#include "base/utf8.h"
#include "link/records/inside.h"

enum { A_CHUNK = 1 << 13 };

/* A value of a set as text again. */
static struct mln_str decode(const struct mln_strset *set, uint32_t id, struct mln_buf *text) {
    const struct mln_sequence v = mln_strset_view(set, id);
    mln_buf_reset(text);
    if (!mln_buf_reserve(text, 4 * (size_t)v.length)) {
        return (struct mln_str){NULL, 0};
    }
    for (uint32_t i = 0; i < v.length; i++) {
        text->n += mln_utf8_put(v.symbols != NULL ? set->alphabet[v.symbols[i]] : v.points[i],
                                text->p + text->n);
    }
    return (struct mln_str){text->p, text->n};
}

struct mln_str mln_pool_value(const struct mln_pool *pool, size_t number, struct mln_buf *text) {
    return pool->dict != NULL ? mln_bytes_get(pool->dict->values[number])
                              : decode(pool->set, (uint32_t)number, text);
}

struct clean_job {
    const struct mln_pool *pool;
    const struct mln_clean_step *steps;
    size_t n_steps;
    struct mln_cleaned *out;
};

static enum mln_status clean_chunk(void *ctx, size_t chunk, struct mln_err *err) {
    const struct clean_job *job = ctx;
    struct mln_clean_room room = MLN_CLEAN_ROOM_INIT;
    struct mln_buf text = MLN_BUF_INIT;
    const size_t end = (chunk + 1) * A_CHUNK < job->pool->n ? (chunk + 1) * A_CHUNK : job->pool->n;
    enum mln_status status = MLN_OK;
    for (size_t i = chunk * A_CHUNK; status == MLN_OK && i < end; i++) {
        const struct mln_str raw = mln_pool_value(job->pool, i, &text);
        struct mln_str value = mln_clean(job->steps, job->n_steps, raw, &room);
        status = text.failed ? mln_err_nomem(err, "a cleaned value") : mln_clean_check(&room, err);
        const bool stays = value.p == NULL ||
                           (job->pool->dict != NULL && value.p >= raw.p && value.p < raw.p + raw.n);
        if (status == MLN_OK && !stays) { /* in the room: the next value will overwrite it */
            const char *kept = mln_bytes_add(&job->out->rooms[chunk], value);
            status = kept == NULL ? mln_err_nomem(err, "a cleaned value") : MLN_OK;
            value.p = kept == NULL ? NULL : mln_bytes_get(kept).p;
        }
        job->out->values[i] = value;
    }
    mln_clean_room_release(&room);
    mln_buf_release(&text);
    return status;
}

enum mln_status mln_pool_clean(const struct mln_pool *pool, const struct mln_clean_step *steps,
                               size_t n_steps, size_t n_threads, struct mln_cleaned *out,
                               struct mln_err *err) {
    const size_t n_chunks = (pool->n + A_CHUNK - 1) / A_CHUNK;
    out->values = malloc((pool->n + 1) * sizeof *out->values);
    out->rooms = calloc(n_chunks + 1, sizeof *out->rooms);
    out->n_rooms = n_chunks;
    if (out->values == NULL || out->rooms == NULL) {
        return mln_err_nomem(err, "the cleaned values");
    }
    struct clean_job job = {pool, steps, n_steps, out};
    return mln_parallel(n_threads, n_chunks, clean_chunk, &job, err);
}

void mln_cleaned_release(struct mln_cleaned *cleaned) {
    for (size_t r = 0; cleaned->rooms != NULL && r < cleaned->n_rooms; r++) {
        mln_bytes_release(&cleaned->rooms[r]);
    }
    free(cleaned->rooms);
    free(cleaned->values);
    *cleaned = (struct mln_cleaned){0};
}
