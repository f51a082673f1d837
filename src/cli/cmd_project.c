/* init, run, the single stages, eval, key new: the commands on a project. */
#include "assets/assets.h"
#include "base/file.h"
#include "base/thread.h"
#include "cli/command.h"
#include "cli/summary.h"
#include "secret/keys.h"
#include "stage/eval.h"
#include "stage/run.h"

static enum mln_status read_lang(const struct mln_cli_args *args, const char **out,
                                 struct mln_err *err) {
    const char *lang = mln_cli_value(args, "lang");
    if (lang != NULL && strcmp(lang, "fr") != 0 && strcmp(lang, "en") != 0) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "option '--lang': '%s' is not a language of the "
                           "report; use fr or en",
                           lang);
    }
    *out = lang;
    return MLN_OK;
}

static enum mln_status read_resources(const struct mln_cli_args *args, struct mln_run_options *out,
                                      struct mln_err *err) {
    uint64_t threads = 0;
    *out = (struct mln_run_options){.talk = args->talk};
    MLN_TRY(mln_cli_u64(args, "threads", 1, 1024, &threads, err));
    MLN_TRY(mln_cli_bytes(args, "memory", &out->memory_bytes, err));
    if (out->memory_bytes != 0 && out->memory_bytes < (uint64_t)256 << 20) {
        return mln_err_set(err, MLN_BAD_INPUT, "option '--memory': at least 256MiB is needed");
    }
    out->n_threads = (size_t)threads;
    return read_lang(args, &out->lang, err);
}

enum mln_status mln_cmd_run(const struct mln_cli_args *args, struct mln_err *err) {
    struct mln_run_options options;
    MLN_TRY(read_resources(args, &options, err));
    options.from = mln_cli_value(args, "from");
    options.to = mln_cli_value(args, "to");
    MLN_TRY(mln_run_project(args->words[0], &options, err));
    if (options.to != NULL && strcmp(options.to, "report") != 0) {
        return MLN_OK; /* nothing was published: the lines of the stages say what was done */
    }
    return mln_print_summary(args->words[0], options.lang, stdout, err);
}

enum mln_status mln_cmd_stage(const struct mln_cli_args *args, struct mln_err *err) {
    struct mln_run_options options;
    MLN_TRY(read_resources(args, &options, err));
    options.from = args->command->name;
    options.to = args->command->name;
    return mln_run_project(args->words[0], &options, err);
}

enum mln_status mln_cmd_eval(const struct mln_cli_args *args, struct mln_err *err) {
    const char *truth = mln_cli_value(args, "truth");
    if (truth == NULL) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "'maillon eval' needs --truth DIR, the folder that 'maillon synth' "
                           "writes beside the extracts");
    }
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_project project;
    enum mln_status status = mln_secret_init(err);
    if (status == MLN_OK) {
        status = mln_project_read(&arena, args->words[0], &project, err);
    }
    if (status == MLN_OK) {
        status = mln_eval(&project, truth, args->talk, stdout, err);
    }
    mln_arena_release(&arena);
    return status;
}

enum mln_status mln_cmd_key_new(const struct mln_cli_args *args, struct mln_err *err) {
    MLN_TRY(mln_secret_init(err));
    for (size_t i = 0; mln_key_names[i] != NULL; i++) {
        struct mln_key key;
        if (mln_key_load(args->words[0], mln_key_names[i], &key, NULL) != MLN_OK) {
            MLN_TRY(mln_key_create(args->words[0], mln_key_names[i], err));
            MLN_TRY(mln_key_load(args->words[0], mln_key_names[i], &key, err));
        }
        printf("%-10s %s\n", mln_key_names[i], key.id);
        mln_key_release(&key);
    }
    return MLN_OK;
}

enum mln_status mln_cmd_init(const struct mln_cli_args *args, struct mln_err *err) {
    static const char *const files[][2] = {
        {"demo/project.yaml", "project.yaml"},
        {"demo/contract.yaml", "contract.yaml"},
        {"models/study/violences-conjugales.yaml", "study.yaml"}};
    enum { N = sizeof files / sizeof files[0] };
    struct mln_buf paths[N] = {0};
    enum mln_status status = mln_dir_make(args->words[0], err);
    for (size_t i = 0; status == MLN_OK && i < N; i++) {
        mln_path_join(&paths[i], args->words[0], mln_str_from(files[i][1]));
        status = mln_buf_check(&paths[i], "a path", err);
        if (status == MLN_OK && mln_path_exists(paths[i].p)) {
            status = mln_err_set(err, MLN_BAD_INPUT,
                                 "%s is there already; init never replaces a file", paths[i].p);
        }
    }
    for (size_t i = 0; status == MLN_OK && i < N; i++) {
        const struct mln_asset *asset = mln_asset_find(files[i][0]);
        status = asset == NULL ? mln_err_set(err, MLN_INTERNAL, "%s is not shipped", files[i][0])
                               : mln_file_write(paths[i].p, asset->text, err);
    }
    for (size_t i = 0; i < N; i++) {
        mln_buf_release(&paths[i]);
    }
    if (status == MLN_OK) {
        printf("Project made in %s. Next:\n"
               "  maillon key new %s/keys\n"
               "  maillon synth %s/data --procedures 10000     (or put your extracts there)\n"
               "  maillon run %s/project.yaml\n",
               args->words[0], args->words[0], args->words[0], args->words[0]);
    }
    return status;
}
