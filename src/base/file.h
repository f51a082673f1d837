/* Files that are whole or absent: written aside, flushed to disk, renamed.
 *
 * Not for kernels (a test checks). Messages name the path and the system's reason. */
#ifndef MLN_BASE_FILE_H
#define MLN_BASE_FILE_H

#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"

/* Reads a whole file, refusing more than `cap` bytes, a directory, or a device. */
enum mln_status mln_file_read(const char *path, size_t cap, struct mln_buf *out,
                              struct mln_err *err) MLN_MUST_USE;

/* Writes `text` to path: aside, fsync, rename, fsync of the directory. */
enum mln_status mln_file_write(const char *path, struct mln_str text, struct mln_err *err)
    MLN_MUST_USE;

/* A larger file, piece by piece. begin → write… → commit | abort. The path is untouched until
 * commit; abort (or commit's failure) leaves nothing behind. */
struct mln_file_writer {
    int fd;
    char *path;
    char *aside;
    struct mln_buf buf;
    uint64_t bytes;
};
enum mln_status mln_file_begin(struct mln_file_writer *w, const char *path, struct mln_err *err)
    MLN_MUST_USE;
enum mln_status mln_file_add(struct mln_file_writer *w, struct mln_str bytes, struct mln_err *err)
    MLN_MUST_USE;
enum mln_status mln_file_commit(struct mln_file_writer *w, struct mln_err *err) MLN_MUST_USE;
void mln_file_abort(struct mln_file_writer *w);

enum mln_status mln_dir_make(const char *path, struct mln_err *err) MLN_MUST_USE; /* with parents */
/* Removes a directory tree; a missing one is fine. Does not follow symbolic links. */
enum mln_status mln_dir_remove(const char *path, struct mln_err *err) MLN_MUST_USE;
/* Moves a finished directory into place: removes `to` if it exists, renames, flushes the parent. */
enum mln_status mln_dir_replace(const char *from, const char *to, struct mln_err *err) MLN_MUST_USE;

bool mln_path_exists(const char *path);

/* What tells cheaply that a file has not changed. */
struct mln_file_stamp {
    uint64_t bytes;
    int64_t mtime_ns;
    uint64_t inode;
};
enum mln_status mln_file_stamp(const char *path, struct mln_file_stamp *out, struct mln_err *err)
    MLN_MUST_USE;

/* "dir/name" into `out`; if `name` is absolute, `name`. */
void mln_path_join(struct mln_buf *out, const char *dir, struct mln_str name);
/* The directory part of a path ("." when none). */
void mln_path_dir(struct mln_buf *out, const char *path);

#endif
