#include "cli/command.h"
#include "synth/synth.h"

static enum mln_status read_format(const struct mln_cli_args *args, enum mln_synth_format *out,
                                   struct mln_err *err) {
    static const struct {
        const char *word;
        enum mln_synth_format format;
    } known[] = {{"csv", MLN_SYNTH_CSV}, {"parquet", MLN_SYNTH_PARQUET}, {"both", MLN_SYNTH_BOTH}};
    const char *word = mln_cli_value(args, "format");
    *out = MLN_SYNTH_CSV;
    for (size_t i = 0; word != NULL && i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(word, known[i].word) == 0) {
            *out = known[i].format;
            return MLN_OK;
        }
    }
    return word == NULL ? MLN_OK
                        : mln_err_set(err, MLN_BAD_INPUT,
                                      "option '--format': '%s' is not csv, parquet or both", word);
}

enum mln_status mln_cmd_synth(const struct mln_cli_args *args, struct mln_err *err) {
    if (mln_cli_value(args, "check") != NULL) {
        return mln_synth_check(args->words[0], args->talk, stdout, err);
    }
    struct mln_synth_options options = {
        .dir = args->words[0], .profile = mln_cli_value(args, "profile"), .talk = args->talk};
    uint64_t procedures = 100000;
    uint64_t seed = 1;
    uint64_t threads = 0;
    MLN_TRY(mln_cli_u64(args, "procedures", 1, 50000000, &procedures, err));
    MLN_TRY(mln_cli_u64(args, "seed", 0, UINT64_MAX, &seed, err));
    MLN_TRY(mln_cli_u64(args, "threads", 1, 1024, &threads, err));
    MLN_TRY(read_format(args, &options.format, err));
    options.n_procedures = procedures;
    options.seed = seed;
    options.n_threads = (size_t)threads;
    return mln_synth_write(&options, err);
}
