/* synth_write DIR PROCEDURES SEED THREADS PROFILE FORMAT: for read.py. */
#include <stdio.h>
#include <stdlib.h>

#include "synth/synth.h"

int main(int argc, char **argv) {
    if (argc != 7) {
        return MLN_BAD_INPUT;
    }
    const struct mln_synth_options options = {.dir = argv[1],
                                              .n_procedures = strtoull(argv[2], NULL, 10),
                                              .seed = strtoull(argv[3], NULL, 10),
                                              .n_threads = strtoull(argv[4], NULL, 10),
                                              .profile = argv[5],
                                              .format = (enum mln_synth_format)atoi(argv[6])};
    struct mln_err err = {0};
    const enum mln_status status = mln_synth_write(&options, &err);
    if (status != MLN_OK) {
        fprintf(stderr, "%s\n", err.msg);
    }
    return (int)status;
}
