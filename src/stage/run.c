#include "stage/run.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/thread.h"
#include "secret/keys.h"
#include "stage/publish/audit.h"
#include "stage/fingerprint.h"
#include "stage/manifest.h"
#include "stage/publish/publish.h"

struct stage_row {
    const char *name;
    enum mln_status (*run)(struct mln_run *run, struct mln_err *err);
    enum mln_role role;
    unsigned depends;
    bool counts_units; /* its counts are of procedures, persons, …: see manifest.h */
    const char *keys[MLN_STAGE_KEYS_MAX]; /* whose ids are part of the fingerprint */
};

static const struct stage_row stage_rows[] = {
    {"ingest",
     mln_stage_ingest,
     MLN_LINKER,
     MLN_ON_FILES | MLN_ON_NOMENCLATURES,
     false,
     {"id", "content"}},
    {"link-chain",
     mln_stage_link_chain,
     MLN_LINKER,
     MLN_ON_NOMENCLATURES,
     true,
     {"id", "pivot", "procedure", "affaire", "personne", "unite", "permute"}},
    {"chain",
     mln_stage_chain,
     MLN_ANALYST,
     MLN_ON_NOMENCLATURES | MLN_ON_STUDY | MLN_ON_OBSERVATION,
     true,
     {"content", "pivot", "base"}},
    {"study",
     mln_stage_study,
     MLN_ANALYST,
     MLN_ON_STUDY | MLN_ON_OBSERVATION | MLN_ON_RECORD_KEYS,
     true,
     {"base", "study"}},
    {"protect",
     mln_stage_protect,
     MLN_PUBLISHER,
     MLN_ON_PROTECTION | MLN_ON_NOMENCLATURES,
     false,
     {"study", "publish"}},
    {"report", mln_stage_report, MLN_PUBLISHER, MLN_ON_REPORT, false, {"publish"}},
};
enum { N_STAGES = sizeof stage_rows / sizeof stage_rows[0] };

const char *const mln_stage_names[] = {"check", "ingest",  "link-chain", "chain",
                                       "study", "protect", "report",     NULL};

struct runner {
    struct mln_arena arena;
    struct mln_project project;
    const struct mln_run_options *options;
    struct mln_dependencies dependencies;
    struct mln_stage_state states[N_STAGES];
    struct mln_journal_count *counts; /* of the stages that ran, for the journal */
    size_t n_counts;
    int lock_fd;
};

/* ── one run at a time ── */

/* A work folder that we make is its owner's alone: even its counts are not for everybody. Who wants
 * to share one makes it first. */
static enum mln_status make_work_dir(struct runner *r, struct mln_err *err) {
    const char *path = r->project.work_dir;
    if (mln_path_exists(path)) {
        return MLN_OK;
    }
    MLN_TRY(mln_dir_make(path, err));
    return chmod(path, 0700) == 0 ? MLN_OK
                                  : mln_err_set(err, MLN_IO, "%s: cannot close it to others: %s",
                                                path, strerror(errno));
}

static enum mln_status take_lock(struct runner *r, struct mln_err *err) {
    MLN_TRY(make_work_dir(r, err));
    struct mln_buf path = MLN_BUF_INIT;
    mln_buf_addf(&path, "%s/lock", r->project.work_dir);
    enum mln_status status = mln_buf_check(&path, "a path", err);
    if (status == MLN_OK) {
        r->lock_fd = open(path.p, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (r->lock_fd < 0) {
            status = mln_err_set(err, MLN_IO, "%s: cannot open the lock of the project: %s", path.p,
                                 strerror(errno));
        } else if (flock(r->lock_fd, LOCK_EX | LOCK_NB) != 0) {
            status = mln_err_set(err, MLN_BUSY,
                                 "%s: another run holds this project; wait for its end, or stop it",
                                 r->project.path);
        }
    }
    mln_buf_release(&path);
    return status;
}

/* ── one stage ── */

static uint64_t now_ns(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

/* Of the process, all threads, so far. */
static double peak_mib(void) {
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (double)usage.ru_maxrss / 1024.0 : 0.0;
}

static double cpu_seconds(void) {
    struct rusage u;
    if (getrusage(RUSAGE_SELF, &u) != 0) {
        return 0.0;
    }
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static const char *state_path(struct runner *r, const char *stage) {
    struct mln_buf path = MLN_BUF_INIT;
    mln_buf_addf(&path, "%s/%s.json", r->project.work_dir, stage);
    const char *kept = path.failed ? NULL : mln_arena_strdup(&r->arena, mln_buf_view(&path));
    mln_buf_release(&path);
    return kept;
}

static enum mln_status begin_run(struct runner *r, const char *stage, struct mln_run *run,
                                 struct mln_err *err) {
    struct mln_buf partial = MLN_BUF_INIT;
    mln_buf_addf(&partial, "%s/.%s.partial", r->project.work_dir, stage);
    *run = (struct mln_run){
        .project = &r->project,
        .talk = r->options->talk,
        .arena = &r->arena,
        .partial_dir = partial.failed ? NULL : mln_arena_strdup(&r->arena, mln_buf_view(&partial))};
    mln_buf_release(&partial);
    return run->partial_dir == NULL ? mln_err_nomem(err, "a path") : MLN_OK;
}

/* The partial directory becomes the stage's directory. The old state goes first: if we are killed
 * in between, the stage runs again instead of being believed. */
static enum mln_status settle(struct runner *r, size_t stage, struct mln_run *run, const char *json,
                              struct mln_err *err) {
    const char *finished = mln_run_dir(run, stage_rows[stage].name);
    if (finished == NULL) {
        return mln_err_nomem(err, "a path");
    }
    if (unlink(json) != 0 && errno != ENOENT) {
        return mln_err_set(err, MLN_IO, "%s: cannot remove: %s", json, strerror(errno));
    }
    MLN_TRY(mln_dir_replace(run->partial_dir, finished, err));
    struct mln_stage_state *state = &r->states[stage];
    state->counts = run->counts;
    state->n_counts = run->n_counts;
    state->figures = run->figures;
    state->n_figures = run->n_figures;
    return mln_state_write(json, state, err);
}

static enum mln_status execute(struct runner *r, size_t stage, struct mln_run *run,
                               const char *json, struct mln_err *err) {
    const char *name = stage_rows[stage].name;
    const uint64_t start = now_ns();
    const double cpu = cpu_seconds();
    MLN_TRY(mln_check_interrupt(err));
    MLN_TRY(mln_dir_remove(run->partial_dir, err));
    MLN_TRY(mln_dir_make(run->partial_dir, err));
    mln_detail(run->talk, "%s: begins", name);
    enum mln_status status = stage_rows[stage].run(run, err);
    mln_progress_end(run->talk);
    if (status == MLN_OK) {
        status = settle(r, stage, run, json, err);
    }
    if (status != MLN_OK) {
        struct mln_err ignored = {0};
        (void)!mln_dir_remove(run->partial_dir, &ignored);
        return status;
    }
    mln_say(run->talk, "%-11s %6.1f s   cpu %6.1f s   peak %5.0f MiB", name,
            (double)(now_ns() - start) / 1e9, cpu_seconds() - cpu, peak_mib());
    return MLN_OK;
}

/* Keeps what a stage counted for the journal: "ingest procedure". */
static enum mln_status note_counts(struct runner *r, size_t stage, struct mln_err *err) {
    const struct mln_stage_state *const s = &r->states[stage];
    const size_t n = r->n_counts + s->n_counts;
    struct mln_journal_count *const counts = MLN_ARENA_NEW(&r->arena, struct mln_journal_count, n);
    if (counts == NULL) {
        return mln_err_nomem(err, "the counts of the journal");
    }
    if (r->n_counts > 0) {
        memcpy(counts, r->counts, r->n_counts * sizeof *counts);
    }
    for (size_t i = 0; i < s->n_counts; i++) {
        struct mln_buf what = MLN_BUF_INIT;
        mln_buf_addf(&what, "%s %s", stage_rows[stage].name, s->counts[i].what);
        counts[r->n_counts + i] = (struct mln_journal_count){
            .what = what.failed ? NULL : mln_arena_strdup(&r->arena, mln_buf_view(&what)),
            .read = s->counts[i].read,
            .accepted = s->counts[i].accepted,
            .rejected = s->counts[i].rejected};
        mln_buf_release(&what);
        if (counts[r->n_counts + i].what == NULL) {
            return mln_err_nomem(err, "the counts of the journal");
        }
    }
    r->counts = counts;
    r->n_counts = n;
    return MLN_OK;
}

/* A stage of another role: its result is taken as it is, without a look at what it was made from,
 * which this role need not be able to reach. */
static enum mln_status believe_stage(struct runner *r, size_t stage, bool asked,
                                     struct mln_err *err) {
    const char *const name = stage_rows[stage].name;
    const char *const role = mln_role_word(stage_rows[stage].role);
    struct mln_run run = {.project = &r->project, .arena = &r->arena};
    bool found = false;
    if (asked) {
        return mln_err_set(err, MLN_KEY, "stage %s belongs to the role %s, and this run has %s",
                           name, role, mln_role_word(r->options->role));
    }
    const char *const json = state_path(r, name);
    if (json == NULL) {
        return mln_err_nomem(err, "a path");
    }
    MLN_TRY(mln_state_read(&r->arena, json, &found, &r->states[stage], err));
    if (!found || !mln_path_exists(mln_run_dir(&run, name))) {
        return mln_err_set(err, MLN_BAD_INPUT, "stage %s is not done; the role %s does it", name,
                           role);
    }
    return MLN_OK;
}

/* "link-chain: …"; where a key is the matter, with the role whose directory must hold it. The
 * stages that are done stay done. */
static void prefix_stage(const struct stage_row *row, enum mln_status status, struct mln_err *err) {
    if (status == MLN_INTERRUPTED) {
        (void)mln_err_set(err, status, "interrupted; the same command goes on with stage %s",
                          row->name);
    } else if (status == MLN_KEY) {
        mln_err_prefix(err, "%s (role %s): ", row->name, mln_role_word(row->role));
    } else if (status != MLN_OK) {
        mln_err_prefix(err, "%s: ", row->name);
    }
}

static enum mln_status run_stage(struct runner *r, size_t stage, bool must, bool may,
                                 struct mln_err *err) {
    const char *name = stage_rows[stage].name;
    struct mln_run run;
    struct mln_stage_state before = {0};
    bool found = false;
    MLN_TRY(begin_run(r, name, &run, err));
    const char *json = state_path(r, name);
    if (json == NULL) {
        return mln_err_nomem(err, "a path");
    }
    MLN_TRY(mln_state_read(&r->arena, json, &found, &before, err));
    struct mln_stage_state *now = &r->states[stage];
    const struct mln_stage_depends depends = {.name = name,
                                              .on = stage_rows[stage].depends,
                                              .keys = stage_rows[stage].keys,
                                              .after = stage > 0 ? &r->states[stage - 1].fingerprint
                                                                 : NULL};
    enum mln_status status =
        mln_fingerprint(&r->dependencies, &depends, &run, found ? &before : NULL, now, err);
    if (status == MLN_KEY) {
        prefix_stage(&stage_rows[stage], status, err);
    }
    MLN_TRY(status);
    const bool same = found && strcmp(before.fingerprint.hex, now->fingerprint.hex) == 0 &&
                      mln_path_exists(mln_run_dir(&run, name));
    if (same && !must) {
        const struct mln_digest fresh = now->fingerprint;
        *now = before;
        now->fingerprint = fresh;
        mln_say(r->options->talk, "%-11s up to date", name);
        return MLN_OK;
    }
    if (!may) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "stage %s is not up to date; run it first, or 'maillon run %s'", name,
                           r->project.path);
    }
    status = execute(r, stage, &run, json, err);
    prefix_stage(&stage_rows[stage], status, err);
    return status == MLN_OK ? note_counts(r, stage, err) : status;
}

/* The ids of all keys, for the linkage unit's manifest. */
static enum mln_status read_key_ids(struct runner *r, struct mln_manifest *m, struct mln_err *err) {
    size_t n = 0;
    while (mln_key_names[n] != NULL) {
        n++;
    }
    struct mln_manifest_key *keys = MLN_ARENA_NEW(&r->arena, struct mln_manifest_key, n);
    if (keys == NULL) {
        return mln_err_nomem(err, "the ids of the keys");
    }
    for (size_t i = 0; i < n; i++) {
        const struct mln_keyring ring = mln_project_ring(&r->project);
        char id[MLN_KEY_ID_CHARS + 1];
        MLN_TRY(mln_keyring_id(&ring, mln_key_names[i], id, err));
        keys[i].name = mln_key_names[i];
        keys[i].id = mln_arena_strdup(&r->arena, mln_str_from(id));
        if (keys[i].id == NULL) {
            return mln_err_nomem(err, "the ids of the keys");
        }
    }
    m->keys = keys;
    m->n_keys = n;
    return MLN_OK;
}

/* Copies what report made into out/, entry by entry, so that a reader never sees half a file; the
 * manifest comes last and names the result. */
static enum mln_status publish(struct runner *r, struct mln_err *err) {
    struct mln_run run = {.project = &r->project, .arena = &r->arena};
    struct mln_manifest_stage list[N_STAGES];
    for (size_t i = 0; i < N_STAGES; i++) {
        list[i] = (struct mln_manifest_stage){stage_rows[i].name, stage_rows[i].counts_units,
                                              &r->states[i]};
    }
    struct mln_manifest manifest = {.project = &r->project,
                                    .program = r->dependencies.program,
                                    .nomenclatures = r->dependencies.nomenclatures,
                                    .n_nomenclatures = r->dependencies.n_nomenclatures,
                                    .stages = list,
                                    .n_stages = N_STAGES};
    MLN_TRY(read_key_ids(r, &manifest, err));
    MLN_TRY(mln_publish(mln_run_dir(&run, "report"), r->project.out_dir, err));
    return mln_manifest_write(&manifest, err);
}

/* ── the whole ── */

static enum mln_status stage_index(const char *name, size_t fallback, size_t *out,
                                   struct mln_err *err) {
    *out = fallback;
    if (name == NULL) {
        return MLN_OK;
    }
    for (size_t i = 0; mln_stage_names[i] != NULL; i++) {
        if (strcmp(mln_stage_names[i], name) == 0) {
            *out = i;
            return MLN_OK;
        }
    }
    return mln_err_set(err, MLN_BAD_INPUT,
                       "there is no stage '%s'; the stages are check, ingest, link-chain, chain, "
                       "study, protect, report",
                       name);
}

static enum mln_status run_stages(struct runner *r, size_t from, size_t to, bool forced,
                                  struct mln_err *err) {
    if (from == 0 && (r->options->role == MLN_ROLE_NONE || r->options->role == MLN_LINKER)) {
        struct mln_run run;
        MLN_TRY(begin_run(r, "check", &run, err));
        MLN_TRY(mln_stage_check(&run, err));
        mln_say(run.talk, "%-11s done", "check");
    }
    const enum mln_role role = r->options->role;
    for (size_t i = 1; i <= to; i++) { /* stage_rows has no check: it writes nothing */
        MLN_TRY(role != MLN_ROLE_NONE && role != stage_rows[i - 1].role
                    ? believe_stage(r, i - 1, forced && i == from, err)
                    : run_stage(r, i - 1, forced && i == from, i >= from, err));
    }
    const bool publishes = role == MLN_ROLE_NONE || role == MLN_PUBLISHER;
    return to == N_STAGES && publishes ? publish(r, err) : MLN_OK;
}

static enum mln_status work(struct runner *r, size_t from, size_t to, struct mln_err *err) {
    MLN_TRY(mln_dependencies_read(&r->dependencies, err));
    return run_stages(r, from, to, r->options->from != NULL, err);
}

/* The same between two lines of the journal. */
static enum mln_status work_told(struct runner *r, size_t from, size_t to, struct mln_err *err) {
    const struct mln_audit_request request = {
        .command = r->options->command != NULL ? r->options->command : "run",
        .purpose = r->options->purpose,
        .role = r->options->role};
    struct mln_audit audit;
    MLN_TRY(mln_audit_begin(&r->project, &request, r->options->talk, &audit, err));
    const enum mln_status status = work(r, from, to, err);
    return mln_audit_end(&audit, status, r->counts, r->n_counts, NULL, err);
}

static enum mln_status read_range(const struct mln_run_options *options, size_t *from, size_t *to,
                                  struct mln_err *err) {
    MLN_TRY(stage_index(options->from, 0, from, err));
    MLN_TRY(stage_index(options->to, N_STAGES, to, err));
    return *from <= *to
               ? MLN_OK
               : mln_err_set(err, MLN_BAD_INPUT, "stage %s comes after %s; swap --from and --to",
                             options->from, options->to);
}

enum mln_status mln_run_check(const struct mln_run_options *options, struct mln_err *err) {
    size_t from = 0;
    size_t to = 0;
    return read_range(options, &from, &to, err);
}

enum mln_status mln_run_project(const char *path, const struct mln_run_options *options,
                                struct mln_err *err) {
    struct runner r = {.options = options, .lock_fd = -1};
    r.dependencies = (struct mln_dependencies){.arena = &r.arena, .project = &r.project};
    size_t from = 0;
    size_t to = 0;
    enum mln_status status = MLN_OK;
    MLN_TRY(read_range(options, &from, &to, err));

    MLN_TRY_GOTO(status, mln_secret_init(err), done);
    MLN_TRY_GOTO(status, mln_project_read(&r.arena, path, &r.project, err), done);
    r.project.n_threads = options->n_threads != 0 ? options->n_threads : r.project.n_threads;
    r.project.memory_bytes =
        options->memory_bytes != 0 ? options->memory_bytes : r.project.memory_bytes;
    r.project.lang = options->lang != NULL ? options->lang : r.project.lang;
    r.project.lock = options->lock;
    MLN_TRY_GOTO(status, mln_digest_file("/proc/self/exe", &r.dependencies.program, err), done);
    MLN_TRY_GOTO(status, take_lock(&r, err), done);
    status = to == 0 ? work(&r, from, to, err) : work_told(&r, from, to, err);
done:
    if (r.lock_fd >= 0) {
        (void)close(r.lock_fd);
    }
    mln_arena_release(&r.arena);
    return status;
}
