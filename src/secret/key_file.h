/* The texts a key file may hold, and back. Inside of the room; keys.h and ring.h are the doors.
 *
 *   maillon-key 1             maillon-sealed-key 1       maillon-key-id 1 maillon-destroyed-key 1
 *   id: <16 hex>              id: <16 hex>               id: <16 hex>           id: <16 hex>
 *   key: <64 hex>             lock: <16 hex>
 *                             sealed: <176 hex>
 *
 * A sealed key is mln_seal of its bytes under the lock, labelled "key <name>": a file given another
 * name than its own does not open. */
#ifndef MLN_SECRET_KEY_FILE_H
#define MLN_SECRET_KEY_FILE_H

#include "secret/keys.h"
#include "secret/seal.h"

/* "maillon-key 1\nid: <16 hex>\nkey: <64 hex>\n", exactly. */
enum { MLN_KEY_FILE_CHARS = 14 + 4 + MLN_KEY_ID_CHARS + 1 + 5 + 2 * MLN_KEY_BYTES + 1 };
enum { MLN_KEY_FILE_MAX = 512, MLN_KEY_SEALED_BYTES = MLN_KEY_BYTES + MLN_SEAL_EXTRA_BYTES };

/* First 8 bytes of BLAKE2b-256("maillon key id" ‖ key), in hex. */
void mln_key_id(const unsigned char key[MLN_KEY_BYTES], char out[MLN_KEY_ID_CHARS + 1]);

void mln_key_file_print(const unsigned char key[MLN_KEY_BYTES], char out[MLN_KEY_FILE_CHARS]);

/* Reads the text into `key` (32 bytes) and checks it against its id. `name` is for messages, which
 * never quote the text. MLN_KEY when it is not a whole key file. */
enum mln_status mln_key_file_parse(const char *name, struct mln_str text,
                                   unsigned char key[MLN_KEY_BYTES], char id[MLN_KEY_ID_CHARS + 1],
                                   struct mln_err *err) MLN_MUST_USE;

enum mln_key_form { MLN_KEY_CLEAR, MLN_KEY_SEALED, MLN_KEY_ID_ONLY, MLN_KEY_DESTROYED };

struct mln_key_text {
    enum mln_key_form form;
    char id[MLN_KEY_ID_CHARS + 1];
    char lock[MLN_KEY_ID_CHARS + 1];            /* sealed */
    unsigned char sealed[MLN_KEY_SEALED_BYTES]; /* sealed */
};

/* Any of the four, without opening it; of a clear one only the id, checked. MLN_KEY otherwise. */
enum mln_status mln_key_text_read(const char *name, struct mln_str text, struct mln_key_text *out,
                                  struct mln_err *err) MLN_MUST_USE;
/* A sealed, id-only or destroyed one, at the end of `out`. */
void mln_key_text_print(const struct mln_key_text *text, struct mln_buf *out);

#endif
