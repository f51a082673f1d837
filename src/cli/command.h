/* The commands of the program as data: one table gives the parser, --help and the man pages. */
#ifndef MLN_CLI_COMMAND_H
#define MLN_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/talk.h"

struct mln_cli_option {
    const char *name; /* without the dashes; NULL ends a list */
    const char *arg;  /* name of its value in the help; NULL: a switch */
    const char *help;
};

enum { MLN_CLI_MAX_OPTIONS = 16, MLN_CLI_MAX_WORDS = 8 };

struct mln_cli_command;

/* What the user wrote, checked against the command's lists. */
struct mln_cli_args {
    const struct mln_cli_command *command;
    const char *words[MLN_CLI_MAX_WORDS];
    size_t n_words;
    const char *values[MLN_CLI_MAX_OPTIONS]; /* by place in the command's options; NULL: absent */
    struct mln_talk *talk;
};

struct mln_cli_command {
    const char *name;  /* "run", or two words: "key new" */
    const char *words; /* "PROJECT.yaml": shown in the usage line */
    size_t min_words, max_words;
    const char *summary;                  /* one line */
    const char *details;                  /* paragraphs separated by an empty line; may be NULL */
    const struct mln_cli_option *options; /* NULL-named end; may be NULL */
    const char *examples;                 /* one command a line; may be NULL */
    enum mln_status (*run)(const struct mln_cli_args *args, struct mln_err *err);
};

extern const struct mln_cli_command mln_cli_commands[];
extern const size_t mln_cli_n_commands;
extern const struct mln_cli_option mln_cli_common_options[]; /* every command has them */

/* The documented exit codes, as (code, meaning) rows; NULL meaning ends. */
struct mln_cli_exit_code {
    int code;
    const char *meaning;
};
extern const struct mln_cli_exit_code mln_cli_exit_codes[];

/* options.c: argv after the program's name → args. Every mistake is one message with the nearest
 * known word. */
struct mln_cli_request {
    struct mln_cli_args args;
    bool help, version;
    enum mln_talk_level level;
};
enum mln_status mln_cli_parse(int argc, char *const *argv, struct mln_cli_request *out,
                              struct mln_err *err) MLN_MUST_USE;

/* The value of an option of this command, or NULL. */
const char *mln_cli_value(const struct mln_cli_args *args, const char *option);
enum mln_status mln_cli_u64(const struct mln_cli_args *args, const char *option, uint64_t min,
                            uint64_t max, uint64_t *io, struct mln_err *err) MLN_MUST_USE;
/* "512MiB", "3GiB", "1000000". */
enum mln_status mln_cli_bytes(const struct mln_cli_args *args, const char *option, uint64_t *io,
                              struct mln_err *err) MLN_MUST_USE;

/* help.c: text for a terminal, and roff for man. `command` NULL: the whole program. */
void mln_cli_help(const struct mln_cli_command *command, struct mln_buf *out);
void mln_cli_man(const struct mln_cli_command *command, struct mln_buf *out);
/* Either of them on standard output. */
enum mln_status mln_cli_print_help(const struct mln_cli_command *command, bool man,
                                   struct mln_err *err) MLN_MUST_USE;

/* The longest command whose words begin argv, NULL when none; *used is how many words it took. */
const struct mln_cli_command *mln_cli_find(int argc, const char *const *argv, int *used);

/* MLN_BAD_INPUT, with the nearest command. */
enum mln_status mln_cli_no_such_command(const char *word, struct mln_err *err) MLN_MUST_USE;

/* The commands, one file a family. */
enum mln_status mln_cmd_init(const struct mln_cli_args *args, struct mln_err *err);
enum mln_status mln_cmd_synth(const struct mln_cli_args *args, struct mln_err *err);
enum mln_status mln_cmd_link(const struct mln_cli_args *args, struct mln_err *err);
enum mln_status mln_cmd_dedupe(const struct mln_cli_args *args, struct mln_err *err);
enum mln_status mln_cmd_explain(const struct mln_cli_args *args, struct mln_err *err);
enum mln_status mln_cmd_run(const struct mln_cli_args *args, struct mln_err *err);
enum mln_status mln_cmd_stage(const struct mln_cli_args *args, struct mln_err *err);
enum mln_status mln_cmd_eval(const struct mln_cli_args *args, struct mln_err *err);
enum mln_status mln_cmd_key_new(const struct mln_cli_args *args, struct mln_err *err);
enum mln_status mln_cmd_key_show(const struct mln_cli_args *args, struct mln_err *err);
enum mln_status mln_cmd_key_holders(const struct mln_cli_args *args, struct mln_err *err);
enum mln_status mln_cmd_key_seal(const struct mln_cli_args *args, struct mln_err *err);
enum mln_status mln_cmd_key_split(const struct mln_cli_args *args, struct mln_err *err);
enum mln_status mln_cmd_key_join(const struct mln_cli_args *args, struct mln_err *err);
enum mln_status mln_cmd_key_rotate(const struct mln_cli_args *args, struct mln_err *err);
enum mln_status mln_cmd_key_destroy(const struct mln_cli_args *args, struct mln_err *err);
enum mln_status mln_cmd_key_give(const struct mln_cli_args *args, struct mln_err *err);
enum mln_status mln_cmd_key_rekey_base(const struct mln_cli_args *args, struct mln_err *err);
enum mln_status mln_cmd_journal_show(const struct mln_cli_args *args, struct mln_err *err);
enum mln_status mln_cmd_journal_verify(const struct mln_cli_args *args, struct mln_err *err);
enum mln_status mln_cmd_journal_repair(const struct mln_cli_args *args, struct mln_err *err);
enum mln_status mln_cmd_purge(const struct mln_cli_args *args, struct mln_err *err);
enum mln_status mln_cmd_notice(const struct mln_cli_args *args, struct mln_err *err);
enum mln_status mln_cmd_help(const struct mln_cli_args *args, struct mln_err *err);

#endif
