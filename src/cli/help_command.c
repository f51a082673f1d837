/* 'maillon help' and --help. */
#include "cli/command.h"

enum mln_status mln_cli_print_help(const struct mln_cli_command *command, bool man,
                                   struct mln_err *err) {
    struct mln_buf text = MLN_BUF_INIT;
    if (man) {
        mln_cli_man(command, &text);
    } else {
        mln_cli_help(command, &text);
    }
    enum mln_status status = mln_buf_check(&text, "the help text", err);
    if (status == MLN_OK) {
        (void)fwrite(text.p, 1, text.n, stdout); /* main asks whether all could be written */
    }
    mln_buf_release(&text);
    return status;
}

enum mln_status mln_cmd_help(const struct mln_cli_args *args, struct mln_err *err) {
    const struct mln_cli_command *command = NULL;
    int used = 0;
    if (args->n_words > 0) {
        command = mln_cli_find((int)args->n_words, args->words, &used);
        if (command == NULL || (size_t)used != args->n_words) {
            return mln_cli_no_such_command(args->words[0], err);
        }
    }
    return mln_cli_print_help(command, mln_cli_value(args, "man") != NULL, err);
}
