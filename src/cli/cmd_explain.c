/* explain: why two records were linked, or were not. */
#include "cli/command.h"
#include "linkage/linkage.h"

enum mln_status mln_cmd_explain(const struct mln_cli_args *args, struct mln_err *err) {
    uint64_t threads = 0;
    MLN_TRY(mln_cli_u64(args, "threads", 1, 1024, &threads, err));
    return mln_linkage_explain(args->words[0], args->words[1],
                               mln_cli_value(args, "values") != NULL, (size_t)threads, stdout, err);
}
