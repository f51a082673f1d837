/* init, run, the single stages, eval: the commands on a project. */
#include "assets/assets.h"
#include "base/file.h"
#include "base/thread.h"
#include "cli/open_keys.h"
#include "cli/summary.h"
#include "stage/eval/eval.h"
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

/* Opens the keys first, if they are sealed. `whole`: ends with the summary of what was published.
 */
static enum mln_status run_with_keys(const struct mln_cli_args *args,
                                     struct mln_run_options *options, bool whole,
                                     struct mln_err *err) {
    struct mln_cli_project opened;
    options->command = args->command->name;
    options->purpose = mln_cli_value(args, "purpose");
    MLN_TRY(mln_run_check(options, err));
    MLN_TRY(mln_cli_project_open(args, args->words[0], NULL, &opened, err));
    options->role = opened.role;
    options->lock = &opened.ring.lock;
    enum mln_status status = mln_run_project(args->words[0], options, err);
    if (status == MLN_OK && whole &&
        (opened.role == MLN_ROLE_NONE || opened.role == MLN_PUBLISHER)) {
        status = mln_print_summary(&opened.project, options->lang, stdout, err);
    }
    mln_cli_project_release(&opened);
    return status;
}

enum mln_status mln_cmd_run(const struct mln_cli_args *args, struct mln_err *err) {
    struct mln_run_options options;
    MLN_TRY(read_resources(args, &options, err));
    options.from = mln_cli_value(args, "from");
    options.to = mln_cli_value(args, "to");
    /* where nothing was published, the lines of the stages say what was done */
    const bool whole = options.to == NULL || strcmp(options.to, "report") == 0;
    return run_with_keys(args, &options, whole, err);
}

enum mln_status mln_cmd_stage(const struct mln_cli_args *args, struct mln_err *err) {
    struct mln_run_options options;
    MLN_TRY(read_resources(args, &options, err));
    options.from = args->command->name;
    options.to = args->command->name;
    return run_with_keys(args, &options, false, err);
}

enum mln_status mln_cmd_eval(const struct mln_cli_args *args, struct mln_err *err) {
    const char *truth = mln_cli_value(args, "truth");
    if (truth == NULL) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "'maillon eval' needs --truth DIR, the folder that 'maillon synth' "
                           "writes beside the extracts");
    }
    struct mln_cli_project opened;
    struct mln_audit audit;
    MLN_TRY(mln_cli_project_open(args, args->words[0], NULL, &opened, err));
    const struct mln_audit_request request = {.command = "eval",
                                              .purpose = mln_cli_value(args, "purpose")};
    enum mln_status status = mln_audit_begin(&opened.project, &request, args->talk, &audit, err);
    if (status == MLN_OK) {
        status = mln_eval(&opened.project, truth, args->talk, stdout, err);
        status = mln_audit_end(&audit, status, NULL, 0, NULL, err);
    }
    mln_cli_project_release(&opened);
    return status;
}

enum mln_status mln_cmd_init(const struct mln_cli_args *args, struct mln_err *err) {
    static const char *const files[][2] = {
        {"demo/project.yaml", "project.yaml"},
        {"demo/contract.yaml", "contract.yaml"},
        {"demo/processing.yaml", "processing.yaml"},
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
