#include "hand_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "assets/assets.h"
#include "base/date.h"
#include "base/file.h"
#include "secret/keys.h"
#include "stage/zone.h"

const char *hand_sources;
struct mln_arena arena;
struct mln_project project;
struct mln_run run;
struct mln_err err;
static char dir[64];

const char *under(const char *name) {
    struct mln_buf b = MLN_BUF_INIT;
    mln_buf_addf(&b, "%s/%s", dir, name);
    const char *kept = mln_arena_strdup(&arena, mln_buf_view(&b));
    mln_buf_release(&b);
    ck_assert_ptr_nonnull(kept);
    return kept;
}

void begin_stage(const char *partial) {
    run = (struct mln_run){.project = &project, .arena = &arena, .partial_dir = under(partial)};
    OK(mln_dir_make(run.partial_dir, &err));
}

static void exec_file(struct mln_engine *e, const char *name, struct mln_params params) {
    struct mln_buf path = MLN_BUF_INIT, sql = MLN_BUF_INIT;
    mln_path_join(&path, hand_sources, mln_str_from(name));
    OK(mln_file_read(path.p, 1 << 20, &sql, &err));
    OK(e->ops->exec(e, name, mln_buf_view(&sql), params, NULL, &err));
    mln_buf_release(&path);
    mln_buf_release(&sql);
}

void make_zones(int sens) {
    struct mln_engine *e = NULL;
    begin_stage("making");
    OK(mln_dir_make(under("work/ingest"), &err));
    OK(mln_dir_make(under("work/link-chain"), &err));
    OK(mln_zone_open(&run, &e, &err));
    OK(mln_zone_attach(&run, e, "content", under("work/ingest/content.db"), "content",
                       MLN_ATTACH_CREATE, &err));
    OK(mln_zone_attach(&run, e, "pivot", under("work/link-chain/pivot.db"), "pivot",
                       MLN_ATTACH_CREATE, &err));
    exec_file(e, "chain_case.sql", MLN_NO_PARAMS);
    exec_file(e, "chain_zones.sql",
              MLN_PARAMS(MLN_IDENT("content", "content"), MLN_IDENT("pivot", "pivot"),
                         MLN_IDENT("work", MLN_WORK), MLN_INT("sens", sens)));
    OK(e->ops->detach(e, "content", &err));
    OK(e->ops->detach(e, "pivot", &err));
    mln_zone_close(&run, e);
}

void set_up(void) {
    static const char *const keys[] = {"content", "pivot", "base", "study"};
    snprintf(dir, sizeof dir, "/tmp/mln-chain-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    arena = MLN_ARENA_INIT;
    OK(mln_secret_init(&err));
    project = (struct mln_project){.keys_dir = under("keys"),
                                   .work_dir = under("work"),
                                   .study = under("study.yaml"),
                                   .n_threads = 2,
                                   .memory_bytes = UINT64_C(512) << 20,
                                   .observation_day = mln_day_from_civil(2024, 6, 30)};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        OK(mln_key_create(project.keys_dir, keys[i], &err));
    }
    const struct mln_asset *study = mln_asset_find("models/study/violences-conjugales.yaml");
    ck_assert_ptr_nonnull(study);
    OK(mln_file_write(project.study, study->text, &err));
    change_study("age_unknown: keep", "age_unknown: drop");
}

void tear_down(void) {
    OK(mln_dir_remove(dir, &err));
    mln_arena_release(&arena);
}

static enum mln_status print_rows(void *ctx, const struct mln_batch *batch, struct mln_err *e2) {
    struct mln_buf *out = ctx;
    (void)e2;
    for (size_t i = 0; i < batch->n_rows; i++) {
        const struct mln_str line = mln_get_str(&batch->columns[0], i);
        mln_buf_add_str(out, line);
        mln_buf_addc(out, '\n');
    }
    return MLN_OK;
}

const char *query(const char *sql) {
    struct mln_engine *e = NULL;
    struct mln_buf out = MLN_BUF_INIT;
    begin_stage("reading");
    OK(mln_zone_open(&run, &e, &err));
    OK(mln_zone_attach(&run, e, "base", under("work/.chain.partial/base.db"), "base",
                       MLN_ATTACH_READ, &err));
    OK(e->ops->scan(e, "test", mln_str_from(sql), MLN_NO_PARAMS, print_rows, &out, &err));
    mln_zone_close(&run, e);
    const char *kept = mln_arena_strdup(&arena, mln_buf_view(&out));
    mln_buf_release(&out);
    return kept;
}

void change_study(const char *from, const char *to) {
    struct mln_buf text = MLN_BUF_INIT, changed = MLN_BUF_INIT;
    OK(mln_file_read(project.study, 1 << 20, &text, &err));
    const char *at = strstr(text.p, from);
    ck_assert_msg(at != NULL, "'%s' is not in the study", from);
    mln_buf_add(&changed, text.p, (size_t)(at - text.p));
    mln_buf_addz(&changed, to);
    mln_buf_addz(&changed, at + strlen(from));
    OK(mln_file_write(project.study, mln_buf_view(&changed), &err));
    mln_buf_release(&changed);
    mln_buf_release(&text);
}
