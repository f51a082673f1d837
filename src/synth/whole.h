/* DIR/synth.json: from what the extracts were made, and every file with its digest. Written last
 * and removed first, so that its being there and true means that the extracts are whole. Internal
 * to the synth room. */
#ifndef MLN_SYNTH_WHOLE_H
#define MLN_SYNTH_WHOLE_H

#include <stdbool.h>

#include "base/buf.h"
#include "synth/synth.h"

/* Whether DIR holds what these options and this profile's text would make again: the same program,
 * and not a byte of the files changed. Reads every file once. */
enum mln_status mln_synth_is_whole(const struct mln_synth_options *options,
                                   struct mln_str profile_text, bool *whole, struct mln_err *err)
    MLN_MUST_USE;

enum mln_status mln_synth_unmark(const char *dir, struct mln_err *err) MLN_MUST_USE;
enum mln_status mln_synth_mark(const struct mln_synth_options *options, struct mln_str profile_text,
                               struct mln_err *err) MLN_MUST_USE;

#endif
