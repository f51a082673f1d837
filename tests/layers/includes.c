#include "includes.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"

enum { MAX_FILE_BYTES = 1024 * 1024 };

/* A room uses itself and the rows below its own. The kernels of a row stand side by side. */
static const struct room {
    const char *name;
    int row;
    bool kernel;
} rooms[] = {
    {"base", 0, false},   {"assets", 1, false}, {"link", 2, true},    {"chain", 2, true},
    {"stats", 2, true},   {"protect", 2, true}, {"secret", 3, false}, {"engine", 4, false},
    {"source", 5, false}, {"report", 5, false}, {"synth", 6, false},  {"stage", 7, false},
    {"linkage", 7, false},
    {"cli", 8, false},    {"api", 8, false},
};

/* No I/O and no clock in kernels, nor in the headers of base that reach them. */
static const char *const not_for_kernels[] = {
    "base/file.h", "base/talk.h", "stdio.h",  "time.h",       "sys/time.h", "unistd.h", "fcntl.h",
    "dirent.h",    "signal.h",    "locale.h", "sys/socket.h", "sys/stat.h", "dlfcn.h",
};

/* Each library is known to one place; libsodium also wipes the keys that the engine hands on. */
static const struct {
    const char *header;
    const char *place;
} libraries[] = {
    {"duckdb.h", "engine/duckdb"}, {"yaml.h", "base/yaml"},
    {"sodium.h", "secret/"},       {"sodium.h", "engine/duckdb"},
    {"readstat.h", "source/"},     {"coin/Clp_C_Interface.h", "protect/"},
};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static bool starts_with(struct mln_str s, const char *prefix) {
    const size_t n = strlen(prefix);
    return s.n >= n && memcmp(s.p, prefix, n) == 0;
}

/* The room a path like "base/buf.h" starts with; NULL when it starts with none. */
static const struct room *room_of(struct mln_str path) {
    for (size_t i = 0; i < LENGTH(rooms); i++) {
        if (starts_with(path, rooms[i].name) && path.n > strlen(rooms[i].name) &&
            path.p[strlen(rooms[i].name)] == '/') {
            return &rooms[i];
        }
    }
    return NULL;
}

static bool is_base_header_for_all(struct mln_str path) {
    return starts_with(path, "base/") && path.p[path.n - 1] == 'h' &&
           !mln_str_is(path, "base/file.h") && !mln_str_is(path, "base/talk.h") &&
           !mln_str_is(path, "base/file_errno.h");
}

/* NULL when the include is allowed. */
static const char *fault_of(struct mln_str path, struct mln_str included, bool quoted) {
    const struct room *from = room_of(path);
    if (from == NULL) {
        return "the file stands in no room of docs/architecture.md";
    }
    const struct room *to = room_of(included);
    if (quoted && to == NULL) {
        return "a quoted include starts with its room";
    }
    if (quoted && to != from && to->row >= from->row) {
        return "a room uses only the rooms below it";
    }
    if (from->kernel || is_base_header_for_all(path)) {
        for (size_t i = 0; i < LENGTH(not_for_kernels); i++) {
            if (mln_str_is(included, not_for_kernels[i])) {
                return "kernels do no I/O and read no clock";
            }
        }
    }
    bool listed = false;
    for (size_t i = 0; i < LENGTH(libraries); i++) {
        if (mln_str_is(included, libraries[i].header)) {
            listed = true;
            if (starts_with(path, libraries[i].place)) {
                return NULL;
            }
        }
    }
    return listed ? "this library is known to one place only" : NULL;
}

/* The name between the quotes or brackets of an #include line; {NULL, 0} for other lines. */
static struct mln_str included_by(struct mln_str line, bool *quoted) {
    struct mln_str s = mln_str_trim(line);
    if (s.n == 0 || s.p[0] != '#') {
        return (struct mln_str){NULL, 0};
    }
    s = mln_str_trim((struct mln_str){s.p + 1, s.n - 1});
    if (!starts_with(s, "include")) {
        return (struct mln_str){NULL, 0};
    }
    s = mln_str_trim((struct mln_str){s.p + 7, s.n - 7});
    *quoted = s.n > 0 && s.p[0] == '"';
    const char *end = s.n < 2 ? NULL : memchr(s.p + 1, *quoted ? '"' : '>', s.n - 1);
    return end == NULL ? (struct mln_str){NULL, 0}
                       : (struct mln_str){s.p + 1, (size_t)(end - s.p) - 1};
}

static void check_text(struct mln_str path, struct mln_str text, struct mln_buf *faults) {
    for (size_t at = 0, line_no = 1; at < text.n; line_no++) {
        const char *end = memchr(text.p + at, '\n', text.n - at);
        const size_t n = end == NULL ? text.n - at : (size_t)(end - text.p) - at;
        bool quoted = false;
        const struct mln_str included = included_by((struct mln_str){text.p + at, n}, &quoted);
        const char *fault = included.p == NULL ? NULL : fault_of(path, included, quoted);
        if (fault != NULL) {
            mln_buf_addf(faults, "%.*s:%zu: includes '%.*s': %s\n", MLN_STR_ARG(path), line_no,
                         MLN_STR_ARG(included), fault);
        }
        at += n + 1;
    }
}

static bool is_source(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot != NULL &&
           (strcmp(dot, ".c") == 0 || strcmp(dot, ".h") == 0 || strcmp(dot, ".inc") == 0);
}

static int is_visible(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

static size_t walk(const char *root, const char *below, struct mln_buf *faults) {
    struct mln_buf dir = MLN_BUF_INIT;
    mln_path_join(&dir, root, mln_str_from(below));
    struct dirent **entries = NULL;
    const int n = dir.failed ? -1 : scandir(dir.p, &entries, is_visible, alphasort);
    size_t files = 0;
    for (int i = 0; i < n; i++) {
        struct mln_buf path = MLN_BUF_INIT; /* from the root */
        struct mln_buf full = MLN_BUF_INIT;
        struct mln_buf text = MLN_BUF_INIT;
        struct stat st;
        mln_path_join(&path, below, mln_str_from(entries[i]->d_name));
        mln_path_join(&full, root, mln_buf_view(&path));
        if (stat(full.p, &st) == 0 && S_ISDIR(st.st_mode)) {
            files += walk(root, path.p, faults);
        } else if (is_source(entries[i]->d_name)) {
            files++;
            if (mln_file_read(full.p, MAX_FILE_BYTES, &text, NULL) == MLN_OK) {
                check_text(mln_buf_view(&path), mln_buf_view(&text), faults);
            } else {
                mln_buf_addf(faults, "%s: cannot be read\n", path.p);
            }
        }
        mln_buf_release(&path);
        mln_buf_release(&full);
        mln_buf_release(&text);
        free(entries[i]);
    }
    free(entries);
    mln_buf_release(&dir);
    return files;
}

size_t mln_check_includes(const char *root, struct mln_buf *faults) {
    return walk(root, "", faults);
}
