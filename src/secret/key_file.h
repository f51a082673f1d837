/* The text of a key file and back. Inside of the room; keys.h is the door. */
#ifndef MLN_SECRET_KEY_FILE_H
#define MLN_SECRET_KEY_FILE_H

#include "secret/keys.h"

/* "maillon-key 1\nid: <16 hex>\nkey: <64 hex>\n", exactly. */
enum { MLN_KEY_FILE_CHARS = 14 + 4 + MLN_KEY_ID_CHARS + 1 + 5 + 2 * MLN_KEY_BYTES + 1 };

/* First 8 bytes of BLAKE2b-256("maillon key id" ‖ key), in hex. */
void mln_key_id(const unsigned char key[MLN_KEY_BYTES], char out[MLN_KEY_ID_CHARS + 1]);

void mln_key_file_print(const unsigned char key[MLN_KEY_BYTES], char out[MLN_KEY_FILE_CHARS]);

/* Reads the text into `key` (32 bytes) and checks it against its id. `name` is for messages, which
 * never quote the text. MLN_KEY when it is not a whole key file. */
enum mln_status mln_key_file_parse(const char *name, struct mln_str text,
                                   unsigned char key[MLN_KEY_BYTES], char id[MLN_KEY_ID_CHARS + 1],
                                   struct mln_err *err) MLN_MUST_USE;

#endif
