/* Fingerprints of files and texts: BLAKE2b-256 in hex, the same as `b2sum -l 256`. */
#ifndef MLN_SECRET_DIGEST_H
#define MLN_SECRET_DIGEST_H

#include "base/err.h"
#include "base/str.h"

enum { MLN_DIGEST_CHARS = 64 };

struct mln_digest {
    char hex[MLN_DIGEST_CHARS + 1];
};

void mln_digest_text(struct mln_str text, struct mln_digest *out);
enum mln_status mln_digest_file(const char *path, struct mln_digest *out, struct mln_err *err)
    MLN_MUST_USE;

#endif
