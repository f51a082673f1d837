#include "cli/command.h"

#include <string.h>

enum { WIDTH = 80, OPTION_TEXT_AT = 26 };

/* Adds text wrapped at WIDTH, indented; an empty line separates paragraphs. */
static void add_wrapped(struct mln_buf *out, const char *text, size_t indent, size_t column) {
    bool line_begins = true;
    while (*text != '\0') {
        if (*text == '\n') {
            mln_buf_addz(out, text[1] == '\n' ? "\n\n" : "\n");
            text += strspn(text, "\n");
            column = 0;
            line_begins = true;
            continue;
        }
        const size_t word = strcspn(text, " \n");
        if (!line_begins && column + 1 + word > WIDTH) {
            mln_buf_addc(out, '\n');
            column = 0;
            line_begins = true;
        }
        for (; line_begins && column < indent; column++) {
            mln_buf_addc(out, ' ');
        }
        if (!line_begins) {
            mln_buf_addc(out, ' ');
            column++;
        }
        mln_buf_add(out, text, word);
        column += word;
        line_begins = false;
        text += word;
        text += strspn(text, " ");
    }
    mln_buf_addc(out, '\n');
}

static void add_options(struct mln_buf *out, const struct mln_cli_option *o) {
    for (; o != NULL && o->name != NULL; o++) {
        const size_t before = out->n;
        mln_buf_addf(out, "  --%s%s%s", o->name, o->arg != NULL ? " " : "",
                     o->arg != NULL ? o->arg : "");
        size_t column = out->n - before;
        if (column >= OPTION_TEXT_AT) {
            mln_buf_addc(out, '\n');
            column = 0;
        }
        add_wrapped(out, o->help, OPTION_TEXT_AT, column);
    }
}

static void add_exit_codes(struct mln_buf *out) {
    mln_buf_addz(out, "\nExit codes:\n");
    for (const struct mln_cli_exit_code *e = mln_cli_exit_codes; e->meaning != NULL; e++) {
        mln_buf_addf(out, "  %-4d %s\n", e->code, e->meaning);
    }
}

static void help_program(struct mln_buf *out) {
    mln_buf_addz(out, "maillon links administrative records and rebuilds the penal chain from "
                      "them.\n\nUsage: maillon COMMAND [options] words\n\nCommands:\n");
    for (size_t i = 0; i < mln_cli_n_commands; i++) {
        mln_buf_addf(out, "  %-14s  %s\n", mln_cli_commands[i].name, mln_cli_commands[i].summary);
    }
    mln_buf_addz(out, "\nOptions of every command:\n");
    add_options(out, mln_cli_common_options);
    add_exit_codes(out);
    mln_buf_addz(out, "\n'maillon COMMAND --help' tells more of one command.\n");
}

void mln_cli_help(const struct mln_cli_command *command, struct mln_buf *out) {
    if (command == NULL) {
        help_program(out);
        return;
    }
    mln_buf_addf(out, "maillon %s: %s\n\nUsage: maillon %s [options]%s%s\n", command->name,
                 command->summary, command->name, command->words[0] != '\0' ? " " : "",
                 command->words);
    if (command->details != NULL) {
        mln_buf_addc(out, '\n');
        add_wrapped(out, command->details, 0, 0);
    }
    mln_buf_addz(out, "\nOptions:\n");
    add_options(out, command->options);
    add_options(out, mln_cli_common_options);
    if (command->examples != NULL) {
        mln_buf_addz(out, "\nExamples:\n");
        for (const char *line = command->examples; *line != '\0';) {
            const size_t n = strcspn(line, "\n");
            mln_buf_addf(out, "  %.*s\n", (int)n, line);
            line += n + (line[n] == '\n');
        }
    }
}

/* Text as roff: backslashes, dashes, and lines that would be taken for requests. */
static void add_roff(struct mln_buf *out, const char *text) {
    for (bool line_begins = true; *text != '\0'; text++) {
        if (line_begins && (*text == '.' || *text == '\'')) {
            mln_buf_addz(out, "\\&");
        }
        if (*text == '\\') {
            mln_buf_addz(out, "\\e");
        } else if (*text == '-') {
            mln_buf_addz(out, "\\-");
        } else if (text[0] == '\n' && text[1] == '\n') {
            mln_buf_addz(out, "\n.PP\n");
            text++;
        } else {
            mln_buf_addc(out, *text);
        }
        line_begins = *text == '\n';
    }
    mln_buf_addc(out, '\n');
}

static void man_options(struct mln_buf *out, const struct mln_cli_option *o) {
    for (; o != NULL && o->name != NULL; o++) {
        mln_buf_addf(out, ".TP\n.B \\-\\-%s", o->name);
        if (o->arg != NULL) {
            mln_buf_addf(out, " \\fI%s\\fR", o->arg);
        }
        mln_buf_addc(out, '\n');
        add_roff(out, o->help);
    }
}

static void man_title(struct mln_buf *out, const char *command, const char *summary) {
    struct mln_buf page = MLN_BUF_INIT;
    mln_buf_addf(&page, "maillon%s%s", command[0] != '\0' ? "-" : "", command);
    for (size_t i = 0; i < page.n; i++) {
        page.p[i] = page.p[i] == ' ' ? '-' : page.p[i];
    }
    const struct mln_str name = mln_buf_view(&page);
    mln_buf_addf(out, ".TH %.*s 1 \"\" \"maillon %s\" \"maillon manual\"\n.SH NAME\n",
                 MLN_STR_ARG(name), MLN_VERSION);
    mln_buf_addf(out, "%.*s \\- ", MLN_STR_ARG(name));
    add_roff(out, summary);
    out->failed = out->failed || page.failed;
    mln_buf_release(&page);
}

static void man_exit_codes(struct mln_buf *out) {
    mln_buf_addz(out, ".SH EXIT STATUS\n");
    for (const struct mln_cli_exit_code *e = mln_cli_exit_codes; e->meaning != NULL; e++) {
        mln_buf_addf(out, ".TP\n.B %d\n", e->code);
        add_roff(out, e->meaning);
    }
}

void mln_cli_man(const struct mln_cli_command *command, struct mln_buf *out) {
    man_title(out, command != NULL ? command->name : "",
              command != NULL ? command->summary
                              : "links administrative records and rebuilds the penal chain");
    mln_buf_addf(out, ".SH SYNOPSIS\n.B maillon %s\n", command != NULL ? command->name : "");
    mln_buf_addf(out, "[options] %s\n", command != NULL ? command->words : "");
    if (command != NULL && command->details != NULL) {
        mln_buf_addz(out, ".SH DESCRIPTION\n");
        add_roff(out, command->details);
    }
    if (command == NULL) {
        mln_buf_addz(out, ".SH COMMANDS\n");
        for (size_t i = 0; i < mln_cli_n_commands; i++) {
            mln_buf_addf(out, ".TP\n.B %s\n", mln_cli_commands[i].name);
            add_roff(out, mln_cli_commands[i].summary);
        }
    }
    mln_buf_addz(out, ".SH OPTIONS\n");
    man_options(out, command != NULL ? command->options : NULL);
    man_options(out, mln_cli_common_options);
    if (command != NULL && command->examples != NULL) {
        mln_buf_addz(out, ".SH EXAMPLES\n.nf\n");
        add_roff(out, command->examples);
        mln_buf_addz(out, ".fi\n");
    }
    man_exit_codes(out);
}
