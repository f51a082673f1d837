/* The summary of a finished run, for a person: rows, rejects, match rates, outcomes, the report's
 * path. Reads manifest.json only: what it prints may be shown. */
#ifndef MLN_CLI_SUMMARY_H
#define MLN_CLI_SUMMARY_H

#include <stdio.h>

#include "base/err.h"

enum mln_status mln_print_summary(const char *project_path, FILE *out, struct mln_err *err)
    MLN_MUST_USE;

#endif
