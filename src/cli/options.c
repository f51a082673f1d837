#include "cli/command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_WORD = 64 };

/* Levenshtein distance of two short words; longer ones are far. */
static size_t word_distance(const char *a, const char *b) {
    const size_t na = strlen(a);
    const size_t nb = strlen(b);
    if (na > MAX_WORD || nb > MAX_WORD) {
        return SIZE_MAX;
    }
    size_t row[MAX_WORD + 1];
    for (size_t j = 0; j <= nb; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= na; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            best = row[j] + 1 < best ? row[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            row[j] = best;
        }
    }
    return row[nb];
}

/* The known word nearest to `word`, at most two edits away (one for short words); NULL if none. */
static const char *nearest(const char *word, const char *const *known, size_t n) {
    size_t too_far = strlen(word) < 4 ? 2 : 3;
    const char *best = NULL;
    for (size_t i = 0; i < n; i++) {
        const size_t d = word_distance(word, known[i]);
        if (d < too_far) {
            too_far = d;
            best = known[i];
        }
    }
    return best;
}

static size_t count_options(const struct mln_cli_option *options) {
    size_t n = 0;
    while (options != NULL && options[n].name != NULL) {
        n++;
    }
    return n;
}

const struct mln_cli_command *mln_cli_find(int argc, const char *const *argv, int *used) {
    const struct mln_cli_command *found = NULL;
    *used = 0;
    for (size_t c = 0; c < mln_cli_n_commands; c++) {
        const char *rest = mln_cli_commands[c].name;
        int n = 0;
        while (*rest != '\0' && n < argc) {
            const size_t len = strcspn(rest, " ");
            if (strlen(argv[n]) != len || strncmp(argv[n], rest, len) != 0) {
                break;
            }
            rest += len;
            rest += strspn(rest, " ");
            n++;
        }
        if (*rest == '\0' && n > *used) {
            found = &mln_cli_commands[c];
            *used = n;
        }
    }
    return found;
}

enum mln_status mln_cli_no_such_command(const char *word, struct mln_err *err) {
    const char *names[64];
    const size_t length = strlen(word);
    for (size_t c = 0; c < mln_cli_n_commands; c++) { /* "key", of "key new" */
        const char *name = mln_cli_commands[c].name;
        if (strncmp(name, word, length) == 0 && name[length] == ' ') {
            return mln_err_set(err, MLN_BAD_INPUT, "'%s' needs a second word: maillon %s", word,
                               name);
        }
    }
    size_t n = 0;
    for (; n < mln_cli_n_commands && n < sizeof names / sizeof names[0]; n++) {
        names[n] = mln_cli_commands[n].name;
    }
    const char *near = nearest(word, names, n);
    return near != NULL ? mln_err_set(err, MLN_BAD_INPUT,
                                      "unknown command '%s'; did you mean '%s'?", word, near)
                        : mln_err_set(err, MLN_BAD_INPUT,
                                      "unknown command '%s'; 'maillon --help' lists them", word);
}

static enum mln_status no_such_option(const struct mln_cli_command *command, const char *word,
                                      struct mln_err *err) {
    const char *names[2 * MLN_CLI_MAX_OPTIONS];
    size_t n = 0;
    for (size_t i = 0; i < count_options(command->options); i++) {
        names[n++] = command->options[i].name;
    }
    for (size_t i = 0; i < count_options(mln_cli_common_options); i++) {
        names[n++] = mln_cli_common_options[i].name;
    }
    const char *near = nearest(word, names, n);
    return near != NULL
               ? mln_err_set(err, MLN_BAD_INPUT, "unknown option '--%s'; did you mean '--%s'?",
                             word, near)
               : mln_err_set(err, MLN_BAD_INPUT, "unknown option '--%s'; see 'maillon %s --help'",
                             word, command->name);
}

static bool take_common(const char *name, struct mln_cli_request *out) {
    if (strcmp(name, "help") == 0) {
        out->help = true;
    } else if (strcmp(name, "version") == 0) {
        out->version = true;
    } else if (strcmp(name, "quiet") == 0) {
        out->level = MLN_QUIET;
    } else if (strcmp(name, "verbose") == 0) {
        out->level = MLN_VERBOSE;
    } else {
        return false;
    }
    return true;
}

/* "-x" → its long name, "--name=…" → "name"; empty when it is neither. */
static void long_name(const char *word, char name[MAX_WORD]) {
    static const char *const letters[][2] = {
        {"-h", "help"}, {"-q", "quiet"}, {"-v", "verbose"}, {"-o", "output"}};
    name[0] = '\0';
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        if (strcmp(word, letters[i][0]) == 0) {
            memcpy(name, letters[i][1], strlen(letters[i][1]) + 1);
        }
    }
    const size_t n = strcspn(word, "=");
    if (n > 2 && n - 2 < MAX_WORD && word[1] == '-') {
        memcpy(name, word + 2, n - 2);
        name[n - 2] = '\0';
    }
}

/* One option at argv[*at], with its value if it takes one. */
static enum mln_status take_option(int argc, char *const *argv, int *at,
                                   struct mln_cli_request *out, struct mln_err *err) {
    char name[MAX_WORD];
    long_name(argv[*at], name);
    const char *equals = strchr(argv[*at], '=');
    const struct mln_cli_option *list = out->args.command->options;
    for (size_t i = 0; i < count_options(list); i++) {
        if (strcmp(list[i].name, name) != 0) {
            continue;
        }
        if (list[i].arg == NULL && equals != NULL) {
            return mln_err_set(err, MLN_BAD_INPUT, "option '--%s' takes no value", name);
        }
        if (list[i].arg != NULL && equals == NULL && *at + 1 >= argc) {
            return mln_err_set(err, MLN_BAD_INPUT, "option '--%s' needs a value: --%s %s", name,
                               name, list[i].arg);
        }
        out->args.values[i] = list[i].arg == NULL ? "" : equals != NULL ? equals + 1 : argv[++*at];
        return MLN_OK;
    }
    if (take_common(name, out)) {
        return equals == NULL
                   ? MLN_OK
                   : mln_err_set(err, MLN_BAD_INPUT, "option '--%s' takes no value", name);
    }
    return name[0] != '\0'
               ? no_such_option(out->args.command, name, err)
               : mln_err_set(err, MLN_BAD_INPUT, "unknown option '%s'; see 'maillon %s --help'",
                             argv[*at], out->args.command->name);
}

static enum mln_status check_words(const struct mln_cli_args *args, struct mln_err *err) {
    const struct mln_cli_command *c = args->command;
    if (args->n_words < c->min_words) {
        return mln_err_set(err, MLN_BAD_INPUT, "'maillon %s' needs %s; see 'maillon %s --help'",
                           c->name, c->words, c->name);
    }
    if (args->n_words > c->max_words) {
        return mln_err_set(err, MLN_BAD_INPUT, "'%s' is one word too many; usage: maillon %s %s",
                           args->words[c->max_words], c->name, c->words);
    }
    return MLN_OK;
}

static enum mln_status take_words(int argc, char *const *argv, struct mln_cli_request *out,
                                  struct mln_err *err) {
    bool only_words = false;
    for (int at = 0; at < argc; at++) {
        if (!only_words && strcmp(argv[at], "--") == 0) {
            only_words = true;
        } else if (!only_words && argv[at][0] == '-' && argv[at][1] != '\0') {
            MLN_TRY(take_option(argc, argv, &at, out, err));
        } else if (out->args.n_words == MLN_CLI_MAX_WORDS) {
            return mln_err_set(err, MLN_BAD_INPUT, "too many words; see 'maillon %s --help'",
                               out->args.command->name);
        } else {
            out->args.words[out->args.n_words++] = argv[at];
        }
    }
    return out->help || out->version ? MLN_OK : check_words(&out->args, err);
}

enum mln_status mln_cli_parse(int argc, char *const *argv, struct mln_cli_request *out,
                              struct mln_err *err) {
    *out = (struct mln_cli_request){.level = MLN_NORMAL};
    int at = 0;
    for (; at < argc && argv[at][0] == '-'; at++) { /* before a command: common options only */
        char name[MAX_WORD];
        long_name(argv[at], name);
        if (!take_common(name, out)) {
            return mln_err_set(err, MLN_BAD_INPUT,
                               "'%s' before a command: only the options of every command go there "
                               "(see 'maillon --help'); others follow theirs",
                               argv[at]);
        }
    }
    if (at == argc) {
        out->help = out->help || !out->version;
        return MLN_OK;
    }
    int used = 0;
    out->args.command = mln_cli_find(argc - at, (const char *const *)(argv + at), &used);
    if (out->args.command == NULL) {
        return mln_cli_no_such_command(argv[at], err);
    }
    return take_words(argc - at - used, argv + at + used, out, err);
}

const char *mln_cli_value(const struct mln_cli_args *args, const char *option) {
    for (size_t i = 0; i < count_options(args->command->options); i++) {
        if (strcmp(args->command->options[i].name, option) == 0) {
            return args->values[i];
        }
    }
    return NULL;
}

static bool read_digits(const char *text, uint64_t *out, const char **end) {
    if (text[0] < '0' || text[0] > '9') {
        return false;
    }
    errno = 0;
    char *stop = NULL;
    *out = strtoull(text, &stop, 10);
    *end = stop;
    return errno == 0;
}

enum mln_status mln_cli_u64(const struct mln_cli_args *args, const char *option, uint64_t min,
                            uint64_t max, uint64_t *io, struct mln_err *err) {
    const char *text = mln_cli_value(args, option);
    if (text == NULL) {
        return MLN_OK;
    }
    uint64_t value = 0;
    const char *end = text;
    if (!read_digits(text, &value, &end) || *end != '\0' || value < min || value > max) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "option '--%s': '%s' is not a whole number from %llu to %llu", option,
                           text, (unsigned long long)min, (unsigned long long)max);
    }
    *io = value;
    return MLN_OK;
}

enum mln_status mln_cli_bytes(const struct mln_cli_args *args, const char *option, uint64_t *io,
                              struct mln_err *err) {
    static const struct {
        const char *suffix;
        unsigned shift;
    } units[] = {{"", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}};
    const char *text = mln_cli_value(args, option);
    if (text == NULL) {
        return MLN_OK;
    }
    uint64_t value = 0;
    const char *end = text;
    if (read_digits(text, &value, &end)) {
        for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
            if (strcmp(end, units[i].suffix) == 0 && value <= UINT64_MAX >> units[i].shift) {
                *io = value << units[i].shift;
                return MLN_OK;
            }
        }
    }
    return mln_err_set(err, MLN_BAD_INPUT,
                       "option '--%s': '%s' is not a size; write 512MiB, 3GiB or bytes", option,
                       text);
}
