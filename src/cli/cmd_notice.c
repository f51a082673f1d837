/* notice: the information notice and the register entry. */
#include "base/file.h"
#include "cli/open_keys.h"
#include "stage/governance/notice.h"

/* Where to: --to, else the folder notice/ beside the project file. */
static enum mln_status where_to(const struct mln_cli_args *args, struct mln_cli_project *opened,
                                const char **out, struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    *out = mln_cli_value(args, "to");
    if (*out != NULL) {
        return MLN_OK;
    }
    mln_path_join(&path, opened->project.dir, MLN_STR_LIT("notice"));
    *out = path.failed ? NULL : mln_arena_strdup(&opened->arena, mln_buf_view(&path));
    mln_buf_release(&path);
    return *out == NULL ? mln_err_nomem(err, "a path") : MLN_OK;
}

enum mln_status mln_cmd_notice(const struct mln_cli_args *args, struct mln_err *err) {
    struct mln_cli_project opened;
    struct mln_audit audit;
    const char *dir = NULL;
    MLN_TRY(mln_cli_project_open(args, args->words[0], NULL, &opened, err));
    const struct mln_audit_request request = {.command = args->command->name,
                                              .purpose = mln_cli_value(args, "purpose"),
                                              .role = opened.role};
    enum mln_status status = where_to(args, &opened, &dir, err);
    if (status == MLN_OK) {
        status = mln_audit_begin(&opened.project, &request, args->talk, &audit, err);
    }
    if (status == MLN_OK) {
        status = mln_notice_make(&opened.project, dir, args->talk, err);
        status = mln_audit_end(&audit, status, NULL, 0, NULL, err);
    }
    if (status == MLN_OK) {
        printf("%s/notice.html\n%s/notice.txt\n%s/registre.html\n%s/registre.txt\n", dir, dir, dir,
               dir);
    }
    mln_cli_project_release(&opened);
    return status;
}
