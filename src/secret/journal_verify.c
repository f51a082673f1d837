#include <sodium.h>
#include <string.h>

#include "base/file.h"
#include "base/num.h"
#include "secret/fields.h"
#include "secret/journal_file.h"
#include "secret/journal_line.h"

static const char head_first[] = "maillon-journal-head 1";
static const char head_purpose[] = "maillon journal head 1";
static const char public_first[] = "maillon-journal-public 1";
enum { SMALL_FILE_MAX = 1024 };

enum mln_status mln_journal_path(const char *dir, const char *name, struct mln_buf *out,
                                 struct mln_err *err) {
    mln_path_join(out, dir, mln_str_from(name));
    return mln_buf_check(out, "a path", err);
}

/* A small file of the journal; *found false: there is none. */
static enum mln_status read_small(const char *dir, const char *name, struct mln_buf *path,
                                  struct mln_buf *text, bool *found, struct mln_err *err) {
    MLN_TRY(mln_journal_path(dir, name, path, err));
    *found = mln_path_exists(path->p);
    return *found ? mln_file_read(path->p, SMALL_FILE_MAX, text, err) : MLN_OK;
}

static bool take_digest(struct mln_str value, struct mln_digest *out) {
    unsigned char bytes[MLN_DIGEST_CHARS / 2];
    if (!mln_fields_hex(value, bytes, sizeof bytes)) {
        return false;
    }
    memcpy(out->hex, value.p, MLN_DIGEST_CHARS);
    out->hex[MLN_DIGEST_CHARS] = '\0';
    return true;
}

static bool take_id(struct mln_str value, char out[MLN_KEY_ID_CHARS + 1]) {
    unsigned char bytes[MLN_KEY_ID_CHARS / 2];
    if (!mln_fields_hex(value, bytes, sizeof bytes)) {
        return false;
    }
    memcpy(out, value.p, MLN_KEY_ID_CHARS);
    out[MLN_KEY_ID_CHARS] = '\0';
    return true;
}

static bool take_count(struct mln_str value, uint64_t *out) {
    int64_t number = 0;
    if (!mln_parse_i64(value, &number) || number < 0) {
        return false;
    }
    *out = (uint64_t)number;
    return true;
}

/* ── the public file ── */

enum mln_status mln_journal_public_read(const char *dir, struct mln_signer *out, bool *found,
                                        struct mln_err *err) {
    static const char *const names[] = {"id", "public", NULL};
    struct mln_buf path = MLN_BUF_INIT;
    struct mln_buf text = MLN_BUF_INIT;
    struct mln_str v[2];
    enum mln_status status = read_small(dir, "public", &path, &text, found, err);
    if (status == MLN_OK && *found &&
        (!mln_fields_read(mln_buf_view(&text), public_first, names, v) || !take_id(v[0], out->id) ||
         !mln_fields_hex(v[1], out->public_key, sizeof out->public_key))) {
        status =
            mln_err_set(err, MLN_CHECK_FAILED,
                        "%s: not the public key of a journal; restore it from its copy", path.p);
    }
    mln_buf_release(&text);
    mln_buf_release(&path);
    return status;
}

enum mln_status mln_journal_public_write(const char *dir, const struct mln_signer *signer,
                                         struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    struct mln_buf text = MLN_BUF_INIT;
    mln_buf_addf(&text, "%s\nid: %s\n", public_first, signer->id);
    mln_fields_add_hex(&text, "public", signer->public_key, sizeof signer->public_key);
    enum mln_status status = mln_journal_path(dir, "public", &path, err);
    if (status == MLN_OK) {
        status = mln_buf_check(&text, "a public key", err);
    }
    if (status == MLN_OK) {
        status = mln_file_write(path.p, mln_buf_view(&text), err);
    }
    mln_buf_release(&text);
    mln_buf_release(&path);
    return status;
}

/* ── the lines ── */

static enum mln_status at_line(const struct mln_journal_walk *walk, const char *what,
                               struct mln_err *err) {
    return mln_err_set(err, MLN_CHECK_FAILED, "%s:%llu: %s", walk->path,
                       (unsigned long long)walk->n + 1, what);
}

static const struct mln_signer *find_signer(const struct mln_journal_walk *walk, const char *id) {
    for (size_t i = 0; i < walk->n_signers; i++) {
        if (strcmp(walk->signers[i].id, id) == 0) {
            return &walk->signers[i];
        }
    }
    return NULL;
}

/* A line of event "signer" has the note "<id> <public key in hex>". */
static enum mln_status accept_signer(struct mln_journal_walk *walk,
                                     const struct mln_journal_entry *entry, struct mln_err *err) {
    struct mln_signer signer;
    const struct mln_str note = mln_str_from(entry->note);
    if (note.n != MLN_KEY_ID_CHARS + 1 + 2 * MLN_PUBLIC_BYTES || note.p[MLN_KEY_ID_CHARS] != ' ' ||
        !take_id((struct mln_str){note.p, MLN_KEY_ID_CHARS}, signer.id) ||
        !mln_fields_hex((struct mln_str){note.p + MLN_KEY_ID_CHARS + 1, 2 * MLN_PUBLIC_BYTES},
                        signer.public_key, sizeof signer.public_key)) {
        return at_line(walk, "brings in a signer that is none", err);
    }
    if (find_signer(walk, signer.id) == NULL) {
        if (walk->n_signers == MLN_JOURNAL_MAX_SIGNERS) {
            return at_line(walk, "brings in more signers than a journal has", err);
        }
        walk->signers[walk->n_signers++] = signer;
    }
    return MLN_OK;
}

static enum mln_status check_signature(const struct mln_journal_walk *walk,
                                       const struct mln_journal_tail *tail, struct mln_err *err) {
    const struct mln_signer *const signer = find_signer(walk, tail->key);
    bool good = false;
    if (signer == NULL) {
        return at_line(walk, "signed by a key that no earlier line brought in", err);
    }
    MLN_TRY(
        mln_signature_check(signer, mln_journal_purpose, tail->text, tail->signature, &good, err));
    return good ? MLN_OK : at_line(walk, "changed since it was signed", err);
}

static enum mln_status check_place(const struct mln_journal_walk *walk,
                                   const struct mln_journal_entry *entry,
                                   const struct mln_journal_tail *tail, struct mln_err *err) {
    if (entry->number != walk->n + 1) {
        return mln_err_set(
            err, MLN_CHECK_FAILED,
            "%s:%llu: this is line %llu of the journal: lines were removed, added or "
            "put in another order",
            walk->path, (unsigned long long)walk->n + 1, (unsigned long long)entry->number);
    }
    if (strcmp(tail->prev.hex, walk->last.hex) != 0) {
        return at_line(walk, "does not follow the line before it, which took another's place", err);
    }
    if (entry->time + MLN_JOURNAL_CLOCK_SLACK < walk->times[entry->test_clock]) {
        return at_line(walk, "written at a time before the line before it: the clock went back",
                       err);
    }
    return MLN_OK;
}

static enum mln_status take_line(struct mln_journal_walk *walk, struct mln_arena *arena,
                                 struct mln_str line, struct mln_err *err) {
    struct mln_journal_tail tail;
    struct mln_journal_entry entry;
    if (!mln_journal_line_tail(line, &tail)) {
        return at_line(walk, "not a line of a journal, or changed at its end", err);
    }
    MLN_TRY(check_signature(walk, &tail, err));
    const enum mln_status parsed = mln_journal_line_parse(arena, line, &entry, err);
    if (parsed != MLN_OK) {
        return parsed == MLN_NO_MEMORY
                   ? parsed
                   : at_line(walk, "signed, but not a line of this program", err);
    }
    MLN_TRY(check_place(walk, &entry, &tail, err));
    if (strcmp(entry.event, "signer") == 0) {
        MLN_TRY(accept_signer(walk, &entry, err));
    }
    walk->times[entry.test_clock] = entry.time;
    mln_digest_text(line, &walk->last);
    walk->n++;
    return MLN_OK;
}

enum mln_status mln_journal_walk(struct mln_journal_walk *walk, struct mln_str text,
                                 struct mln_err *err) {
    struct mln_arena arena = MLN_ARENA_INIT;
    enum mln_status status = MLN_OK;
    mln_digest_text(mln_str_from(mln_journal_purpose), &walk->last);
    for (size_t at = 0; status == MLN_OK && at < text.n;) {
        const char *const end = memchr(text.p + at, '\n', text.n - at);
        if (end == NULL) {
            walk->torn_bytes = text.n - at;
            break;
        }
        const struct mln_str line = {text.p + at, (size_t)(end - text.p) - at};
        const struct mln_arena_mark mark = mln_arena_mark(&arena);
        status = take_line(walk, &arena, line, err);
        mln_arena_reset(&arena, mark);
        at += line.n + 1;
        walk->whole_bytes = status == MLN_OK ? at : walk->whole_bytes;
    }
    mln_arena_release(&arena);
    return status;
}

struct mln_str mln_journal_line_at(struct mln_str text, uint64_t number) {
    size_t at = 0;
    for (uint64_t i = 1; at < text.n; i++) {
        const char *const end = memchr(text.p + at, '\n', text.n - at);
        if (end == NULL) {
            break;
        }
        const size_t n = (size_t)(end - text.p) - at;
        if (i == number) {
            return (struct mln_str){text.p + at, n};
        }
        at += n + 1;
    }
    return (struct mln_str){NULL, 0};
}

/* ── the head ── */

static void print_head(const struct mln_journal_head *head, const char *key, struct mln_buf *out) {
    mln_buf_addf(out, "%s\ncount: %llu\nlast: %s\nkey: %s\n", head_first,
                 (unsigned long long)head->count, head->last.hex, key);
}

enum mln_status mln_journal_head_write(const char *dir, const struct mln_journal_head *head,
                                       const struct mln_key *key, struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    struct mln_buf text = MLN_BUF_INIT;
    unsigned char signature[MLN_SIGNATURE_BYTES];
    print_head(head, key->id, &text);
    enum mln_status status = mln_journal_path(dir, "head", &path, err);
    MLN_TRY_GOTO(status, status, done);
    MLN_TRY_GOTO(status, mln_buf_check(&text, "the head of the journal", err), done);
    MLN_TRY_GOTO(status, mln_sign(key, head_purpose, mln_buf_view(&text), signature, err), done);
    mln_fields_add_hex(&text, "sig", signature, sizeof signature);
    MLN_TRY_GOTO(status, mln_buf_check(&text, "the head of the journal", err), done);
    status = mln_file_write(path.p, mln_buf_view(&text), err);
done:
    mln_buf_release(&text);
    mln_buf_release(&path);
    return status;
}

static enum mln_status read_head(const struct mln_journal_walk *walk, const char *path,
                                 struct mln_str text, struct mln_journal_head *out,
                                 struct mln_err *err) {
    static const char *const names[] = {"count", "last", "key", "sig", NULL};
    struct mln_str v[4];
    char id[MLN_KEY_ID_CHARS + 1];
    unsigned char signature[MLN_SIGNATURE_BYTES];
    bool good = false;
    if (mln_fields_read(text, head_first, names, v) && take_count(v[0], &out->count) &&
        take_digest(v[1], &out->last) && take_id(v[2], id) &&
        mln_fields_hex(v[3], signature, sizeof signature)) {
        const struct mln_signer *const signer = find_signer(walk, id);
        const size_t n = (size_t)(v[3].p - text.p) - (sizeof "sig: " - 1);
        if (signer != NULL) {
            MLN_TRY(mln_signature_check(signer, head_purpose, (struct mln_str){text.p, n},
                                        signature, &good, err));
        }
    }
    return good ? MLN_OK
                : mln_err_set(err, MLN_CHECK_FAILED,
                              "%s: not the head of this journal, or changed since it was signed",
                              path);
}

enum mln_status mln_journal_head_check(const char *dir, const struct mln_journal_walk *walk,
                                       struct mln_str text, bool *found, struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    struct mln_buf file = MLN_BUF_INIT;
    struct mln_journal_head head = {0};
    enum mln_status status = read_small(dir, "head", &path, &file, found, err);
    if (status == MLN_OK && *found) {
        status = read_head(walk, path.p, mln_buf_view(&file), &head, err);
    }
    if (status == MLN_OK && *found && head.count > walk->n) {
        status = mln_err_set(err, MLN_CHECK_FAILED,
                             "%s:%llu: the journal ends here, and its head knows %llu lines: the "
                             "last ones were cut off",
                             walk->path, (unsigned long long)walk->n + (walk->torn_bytes > 0),
                             (unsigned long long)head.count);
    }
    if (status == MLN_OK && *found && head.count > 0) {
        struct mln_digest digest;
        mln_digest_text(mln_journal_line_at(text, head.count), &digest);
        if (strcmp(digest.hex, head.last.hex) != 0) {
            status = mln_err_set(err, MLN_CHECK_FAILED, "%s:%llu: not the line that the head knows",
                                 walk->path, (unsigned long long)head.count);
        }
    }
    mln_buf_release(&file);
    mln_buf_release(&path);
    return status;
}

/* ── the whole ── */

bool mln_journal_anchor_parse(struct mln_str text, struct mln_journal_anchor *out) {
    const char *const colon = memchr(text.p, ':', text.n);
    if (colon == NULL) {
        return false;
    }
    const size_t n = (size_t)(colon - text.p);
    return take_count((struct mln_str){text.p, n}, &out->number) && out->number > 0 &&
           take_digest((struct mln_str){colon + 1, text.n - n - 1}, &out->last);
}

static enum mln_status check_held(const struct mln_journal_walk *walk, struct mln_str text,
                                  const struct mln_journal_anchor *held, struct mln_err *err) {
    struct mln_digest digest = {""};
    if (held->number <= walk->n) {
        mln_digest_text(mln_journal_line_at(text, held->number), &digest);
    }
    return strcmp(digest.hex, held->last.hex) == 0
               ? MLN_OK
               : mln_err_set(err, MLN_CHECK_FAILED,
                             "%s:%llu: %s the line whose anchor was held: the journal was put back "
                             "or begun anew",
                             walk->path, (unsigned long long)held->number,
                             held->number <= walk->n ? "not" : "there is no more");
}

static enum mln_status check_all(const char *dir, struct mln_journal_walk *walk,
                                 struct mln_str text, const struct mln_journal_anchor *held,
                                 struct mln_err *err) {
    bool has_head = false;
    MLN_TRY(mln_journal_walk(walk, text, err));
    MLN_TRY(mln_journal_head_check(dir, walk, text, &has_head, err));
    if (!has_head && text.n > 0) { /* it is made before the first line */
        return mln_err_set(err, MLN_CHECK_FAILED, "%s:%llu: the head of the journal is gone",
                           walk->path, (unsigned long long)walk->n);
    }
    if (walk->torn_bytes > 0) {
        return at_line(walk,
                       "half a line: a write was cut short; `maillon journal repair` sets it "
                       "aside",
                       err);
    }
    return held == NULL ? MLN_OK : check_held(walk, text, held, err);
}

enum mln_status mln_journal_verify(const char *dir, const struct mln_journal_anchor *held,
                                   const char *first, struct mln_journal_anchor *now,
                                   struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    struct mln_buf text = MLN_BUF_INIT;
    struct mln_journal_walk walk = {.n_signers = 1};
    bool found = false;
    *now = (struct mln_journal_anchor){0};
    enum mln_status status = mln_secret_init(err);
    MLN_TRY_GOTO(status, status, done);
    MLN_TRY_GOTO(status, mln_journal_path(dir, "journal.jsonl", &path, err), done);
    walk.path = path.p;
    MLN_TRY_GOTO(status, mln_journal_public_read(dir, &walk.signers[0], &found, err), done);
    if (mln_path_exists(path.p)) {
        MLN_TRY_GOTO(status, mln_file_read(path.p, MLN_JOURNAL_BYTES_MAX, &text, err), done);
    }
    if (!found && (text.n > 0 || held != NULL || first != NULL)) {
        status = mln_err_set(err, MLN_CHECK_FAILED, "%s: %s", path.p,
                             text.n > 0 ? "the public key of the journal is gone"
                                        : "there is no journal here");
    } else if (found && first != NULL && strcmp(first, walk.signers[0].id) != 0) {
        status = mln_err_set(err, MLN_CHECK_FAILED,
                             "%s: begun by the signer %s, and %s was expected: another journal",
                             path.p, walk.signers[0].id, first);
    } else if (found) {
        status = check_all(dir, &walk, mln_buf_view(&text), held, err);
        now->number = walk.n;
        now->last = walk.last;
    }
done:
    mln_buf_release(&text);
    mln_buf_release(&path);
    return status;
}
