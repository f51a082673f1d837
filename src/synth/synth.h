/* Realistic extracts of the two ministries, with the truth kept apart.
 *
 * `mln_synth_write` draws procedures, affaires, persons, offences and acts from a profile (a
 * commented YAML file: every parameter is there, none in the code) and writes the ten tables of
 * models/canonical.yaml as extracts in the manner of the real ones:
 *
 *   DIR/<table>.csv        ';', header, dates dd/mm/yyyy; Interior: UTF-8, LF; Justice:
 *                          Windows-1252, CRLF
 *   DIR/<table>.parquet    the same rows typed, on demand; a value that has no such type is null
 *   DIR/nomenclatures/unites_successeurs.csv
 *   DIR/truth/ *.csv       see docs/architecture.md
 *   DIR/profile.yaml       the profiles used, and seed and number of procedures in its first lines
 *   DIR/synth.json         profile, seed, number, program, every file with its digest; written last.
 *                          When it says that DIR holds what is asked for, nothing is written again
 *
 * Everything is a pure function of (profile, seed, number of procedures): neither the number of
 * threads nor the order of work changes a byte. Rows come in an order that tells nothing: the two
 * ministries' files are shuffled independently. Nobody in the data exists. */
#ifndef MLN_SYNTH_SYNTH_H
#define MLN_SYNTH_SYNTH_H

#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/talk.h"

enum mln_synth_format { MLN_SYNTH_CSV = 1, MLN_SYNTH_PARQUET = 2, MLN_SYNTH_BOTH = 3 };

struct mln_synth_options {
    const char *dir;       /* created with its parents; its extracts are replaced one by one */
    uint64_t n_procedures; /* 1 to 50 million */
    uint64_t seed;
    const char *profile; /* a shipped name ("default"), a path (has a '/' or ends in .yaml), NULL:
                            default */
    size_t n_threads;    /* 0: all processors */
    enum mln_synth_format format;
    struct mln_talk *talk; /* may be NULL */
};

/* Time O(n), about 10 µs a procedure; memory about 60 bytes a procedure and 10 MB a thread.
 * MLN_BAD_INPUT: the profile (file:line:column) or an option; MLN_IO: DIR. */
enum mln_status mln_synth_write(const struct mln_synth_options *options,
                                struct mln_err *err) MLN_MUST_USE;

/* Reads DIR's extracts and truth again and compares the published figures (targets and tolerances
 * of DIR/profile.yaml) with those obtained, one line a figure, printed to `out`.
 * MLN_CHECK_FAILED when a figure is outside: |obtained - target| must be at most `tolerance` +
 * `sigmas` standard errors of the estimate, so that small data sets are judged fairly.
 * Memory about 150 bytes a procedure. */
enum mln_status mln_synth_check(const char *dir, struct mln_talk *talk, FILE *out,
                                struct mln_err *err) MLN_MUST_USE;

#endif
