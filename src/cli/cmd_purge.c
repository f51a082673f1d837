/* purge: the end of a processing. */
#include "cli/open_keys.h"
#include "stage/governance/purge.h"

static enum mln_status purge(const struct mln_cli_args *args, struct mln_cli_project *opened,
                             struct mln_err *err) {
    const struct mln_audit_request request = {.command = args->command->name,
                                              .purpose = mln_cli_value(args, "purpose"),
                                              .role = opened->role,
                                              .may_be_over = true};
    struct mln_purge_result done;
    struct mln_audit audit;
    MLN_TRY(mln_audit_begin(&opened->project, &request, args->talk, &audit, err));
    enum mln_status status = mln_purge(&opened->arena, &opened->project, &audit, &done, err);
    MLN_TRY(mln_audit_end(&audit, status, NULL, 0, done.note, err));
    MLN_TRY(mln_purge_close(&opened->project, err));
    printf("%zu keys destroyed, %zu files (%llu bytes) overwritten and removed\n%s\n", done.n_keys,
           done.n_files, (unsigned long long)done.bytes, done.certificate);
    return MLN_OK;
}

enum mln_status mln_cmd_purge(const struct mln_cli_args *args, struct mln_err *err) {
    struct mln_cli_project opened;
    const char *const confirmed = mln_cli_value(args, "confirm");
    MLN_TRY(mln_cli_project_open(args, args->words[0], NULL, &opened, err));
    enum mln_status status = MLN_OK;
    if (confirmed == NULL || strcmp(confirmed, opened.project.name) != 0) {
        status = mln_err_set(err, MLN_BAD_INPUT,
                             "a purge cannot be undone: say the project's name again with "
                             "--confirm %s",
                             opened.project.name);
    } else if (opened.role != MLN_ROLE_NONE && opened.role != MLN_SECURITY) {
        status = mln_err_set(err, MLN_KEY, "a purge belongs to the role security, not to %s",
                             mln_role_word(opened.role));
    } else {
        status = purge(args, &opened, err);
    }
    mln_cli_project_release(&opened);
    return status;
}
