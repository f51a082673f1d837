/* link, dedupe: general linkage of any two files, or of one. */
#include "cli/command.h"
#include "linkage/linkage.h"

static enum mln_status read_options(const struct mln_cli_args *args, size_t n_inputs,
                                    struct mln_linkage_options *out, struct mln_err *err) {
    uint64_t threads = 0;
    *out = (struct mln_linkage_options){.model = args->words[0],
                                        .input = {args->words[1],
                                                  n_inputs == 2 ? args->words[2] : NULL},
                                        .encoding = mln_cli_value(args, "encoding"),
                                        .delimiter = mln_cli_value(args, "delimiter"),
                                        .out = mln_cli_value(args, "output"),
                                        .previous = mln_cli_value(args, "previous"),
                                        .labels = mln_cli_value(args, "labels"),
                                        .retrain = mln_cli_value(args, "retrain") != NULL,
                                        .talk = args->talk};
    if (out->out == NULL) {
        return mln_err_set(err, MLN_BAD_INPUT, "'maillon %s' needs -o OUT, the folder to write",
                           args->command->name);
    }
    const char *lang = mln_cli_value(args, "lang");
    out->french = lang != NULL && strcmp(lang, "fr") == 0;
    out->no_report = mln_cli_value(args, "no-report") != NULL;
    if (lang != NULL && !out->french && strcmp(lang, "en") != 0) {
        return mln_err_set(err, MLN_BAD_INPUT, "option '--lang': 'fr' or 'en' is needed");
    }
    MLN_TRY(mln_cli_u64(args, "threads", 1, 1024, &threads, err));
    MLN_TRY(mln_cli_bytes(args, "memory", &out->memory_bytes, err));
    out->n_threads = (size_t)threads;
    return MLN_OK;
}

static enum mln_status link_files(const struct mln_cli_args *args, size_t n_inputs,
                                  struct mln_err *err) {
    struct mln_linkage_options options;
    struct mln_linkage_counts counts;
    MLN_TRY(read_options(args, n_inputs, &options, err));
    MLN_TRY(mln_linkage_run(&options, &counts, err));
    printf("%-12s %llu\n", "candidates", (unsigned long long)counts.candidates);
    printf("%-12s %llu\n", "links", (unsigned long long)counts.links);
    if (n_inputs == 1) {
        printf("%-12s %llu\n", "clusters", (unsigned long long)counts.clusters);
    }
    printf("%s\n", options.out);
    return MLN_OK;
}

enum mln_status mln_cmd_link(const struct mln_cli_args *args, struct mln_err *err) {
    return link_files(args, 2, err);
}

enum mln_status mln_cmd_dedupe(const struct mln_cli_args *args, struct mln_err *err) {
    return link_files(args, 1, err);
}
