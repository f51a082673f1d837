/* The summary of a finished run, for a person: rows and rejects of each source, match rates by
 * pass, outcome shares, the report's path. What it prints may be shown: it reads the manifest of
 * out/ and the protected tables, nothing else. */
#ifndef MLN_CLI_SUMMARY_H
#define MLN_CLI_SUMMARY_H

#include <stdio.h>

#include "stage/project/project.h"

/* `lang`: "fr", "en", or NULL for the project's. Needs the key publish, open; MLN_IO when the run
 * did not end (no manifest). The last line ends with the path of report.html as the project gives
 * it. */
enum mln_status mln_print_summary(const struct mln_project *project, const char *lang, FILE *out,
                                  struct mln_err *err) MLN_MUST_USE;

#endif
