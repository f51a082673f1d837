#include "secret/journal_line.h"

#include <sodium.h>
#include <string.h>

#include "base/utf8.h"
#include "base/yaml.h"
#include "secret/fields.h"

const char mln_journal_purpose[] = "maillon journal 1";

/* `,"prev":"` 64 `","key":"` 16 `","sig":"` 128 `"}` */
static const char before_prev[] = ",\"prev\":\"";
static const char before_key[] = "\",\"key\":\"";
static const char before_sig[] = "\",\"sig\":\"";
static const char at_end[] = "\"}";
enum {
    SIG_CHARS = 2 * MLN_SIGNATURE_BYTES,
    SIG_PART =
        sizeof before_sig - 2 + SIG_CHARS + sizeof at_end - 1, /* from the `,` before "sig" */
    TAIL = sizeof before_prev - 1 + MLN_DIGEST_CHARS + sizeof before_key - 1 + MLN_KEY_ID_CHARS +
           sizeof before_sig - 1 + SIG_CHARS + sizeof at_end - 1,
};

/* ── printing ── */

/* Code points that a reader of lines or of YAML would take for something else. */
static bool is_escaped(uint32_t cp) {
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x2028 || cp == 0x2029 || cp == 0xfeff ||
           cp == 0xfffe || cp == 0xffff;
}

/* Bytes that are no UTF-8 become '?'. */
static void add_text(struct mln_buf *out, const char *z) {
    const struct mln_str s = mln_str_from(z == NULL ? "" : z);
    mln_buf_addc(out, '"');
    for (size_t at = 0; at < s.n;) {
        const struct mln_str rest = {s.p + at, s.n - at < 4 ? s.n - at : 4};
        if ((unsigned char)s.p[at] >= 0x80 && mln_utf8_valid_prefix(rest) == 0) {
            mln_buf_addc(out, '?');
            at++;
            continue;
        }
        const size_t start = at;
        const uint32_t cp = mln_utf8_next(s, &at);
        if (cp == '"' || cp == '\\') {
            mln_buf_addc(out, '\\');
        }
        if (is_escaped(cp)) {
            mln_buf_addf(out, "\\u%04x", (unsigned)cp);
        } else {
            mln_buf_add(out, s.p + start, at - start);
        }
    }
    mln_buf_addc(out, '"');
}

static void add_member(struct mln_buf *out, const char *name, const char *value) {
    mln_buf_addf(out, ",\"%s\":", name);
    add_text(out, value);
}

static void add_keys(struct mln_buf *out, const struct mln_journal_entry *e) {
    mln_buf_addz(out, ",\"keys\":{");
    for (size_t i = 0; i < e->n_keys; i++) {
        mln_buf_addz(out, i == 0 ? "" : ",");
        add_text(out, e->keys[i].name);
        mln_buf_addc(out, ':');
        add_text(out, e->keys[i].id);
    }
    mln_buf_addc(out, '}');
}

static void add_counts(struct mln_buf *out, const struct mln_journal_entry *e) {
    mln_buf_addz(out, ",\"counts\":[");
    for (size_t i = 0; i < e->n_counts; i++) {
        const struct mln_journal_count *const c = &e->counts[i];
        mln_buf_addz(out, i == 0 ? "{\"what\":" : ",{\"what\":");
        add_text(out, c->what);
        mln_buf_addf(out, ",\"read\":%llu,\"accepted\":%llu,\"rejected\":%llu}",
                     (unsigned long long)c->read, (unsigned long long)c->accepted,
                     (unsigned long long)c->rejected);
    }
    mln_buf_addc(out, ']');
}

enum mln_status mln_journal_line_print(const struct mln_journal_entry *entry,
                                       const struct mln_digest *prev, const struct mln_key *key,
                                       struct mln_buf *out, struct mln_err *err) {
    char when[MLN_TIME_CHARS + 1];
    char hex[SIG_CHARS + 1];
    unsigned char signature[MLN_SIGNATURE_BYTES];
    const size_t start = out->n;
    mln_time_print(entry->time, when);
    mln_buf_addf(out, "{\"n\":%llu,\"time\":\"%s\",\"clock\":\"%s\"",
                 (unsigned long long)entry->number, when, entry->test_clock ? "test" : "system");
    add_member(out, "user", entry->user);
    mln_buf_addf(out, ",\"uid\":%llu", (unsigned long long)entry->uid);
    add_member(out, "role", entry->role);
    add_member(out, "command", entry->command);
    add_member(out, "event", entry->event);
    add_member(out, "purpose", entry->purpose);
    add_keys(out, entry);
    add_counts(out, entry);
    add_member(out, "note", entry->note);
    mln_buf_addf(out, "%s%s%s%s\"", before_prev, prev->hex, before_key, key->id);
    MLN_TRY(mln_buf_check(out, "a line of the journal", err));
    if (out->n - start > MLN_JOURNAL_LINE_MAX - SIG_PART) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "a line of the journal has at most %d bytes; say the "
                           "purpose in fewer words",
                           (int)MLN_JOURNAL_LINE_MAX);
    }
    MLN_TRY(mln_sign(key, mln_journal_purpose, (struct mln_str){out->p + start, out->n - start},
                     signature, err));
    mln_buf_addz(out, before_sig + 1);
    mln_buf_addz(out, sodium_bin2hex(hex, sizeof hex, signature, sizeof signature));
    mln_buf_addz(out, at_end);
    return mln_buf_check(out, "a line of the journal", err);
}

/* ── the tail ── */

static bool take(struct mln_str line, size_t *at, const char *text) {
    const size_t n = strlen(text);
    const bool same = memcmp(line.p + *at, text, n) == 0;
    *at += n;
    return same;
}

static bool take_hex(struct mln_str line, size_t *at, size_t n, struct mln_str *out) {
    *out = (struct mln_str){line.p + *at, n};
    *at += n;
    for (size_t i = 0; i < n; i++) {
        const char c = out->p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return false;
        }
    }
    return true;
}

bool mln_journal_line_tail(struct mln_str line, struct mln_journal_tail *out) {
    struct mln_str prev;
    struct mln_str key;
    struct mln_str signature;
    if (line.n <= TAIL || line.n > MLN_JOURNAL_LINE_MAX) {
        return false;
    }
    size_t at = line.n - TAIL;
    if (!take(line, &at, before_prev) || !take_hex(line, &at, MLN_DIGEST_CHARS, &prev) ||
        !take(line, &at, before_key) || !take_hex(line, &at, MLN_KEY_ID_CHARS, &key)) {
        return false;
    }
    out->text = (struct mln_str){line.p, at + 1}; /* with the quote that ends the id */
    if (!take(line, &at, before_sig) || !take_hex(line, &at, SIG_CHARS, &signature) ||
        !take(line, &at, at_end)) {
        return false;
    }
    memcpy(out->prev.hex, prev.p, prev.n);
    out->prev.hex[prev.n] = '\0';
    memcpy(out->key, key.p, key.n);
    out->key[key.n] = '\0';
    return mln_fields_hex(signature, out->signature, sizeof out->signature);
}

/* ── parsing ── */

static enum mln_status get_text(struct mln_arena *arena, struct mln_yaml *map, const char *name,
                                const char **out, struct mln_err *err) {
    struct mln_yaml *node = NULL;
    MLN_TRY(mln_yaml_need(map, name, &node, err));
    if (node->kind != MLN_YAML_SCALAR || !node->quoted || strlen(node->text.p) != node->text.n) {
        return mln_yaml_error(node, err, "'%s' is no text", name);
    }
    *out = mln_arena_strdup(arena, node->text);
    return *out == NULL ? mln_err_nomem(err, "a line of the journal") : MLN_OK;
}

static enum mln_status get_u64(struct mln_yaml *map, const char *name, uint64_t *out,
                               struct mln_err *err) {
    struct mln_yaml *node = NULL;
    MLN_TRY(mln_yaml_need(map, name, &node, err));
    const struct mln_str digits = node->text;
    uint64_t value = 0;
    bool good = node->kind == MLN_YAML_SCALAR && !node->quoted && digits.n > 0 &&
                (digits.n == 1 || digits.p[0] != '0');
    for (size_t i = 0; good && i < digits.n; i++) {
        const unsigned d = (unsigned)(unsigned char)digits.p[i] - '0';
        good = d <= 9 && value <= (UINT64_MAX - d) / 10;
        value = 10 * value + d;
    }
    *out = value;
    return good ? MLN_OK : mln_yaml_error(node, err, "'%s' is no number", name);
}

static enum mln_status get_keys(struct mln_arena *arena, struct mln_yaml *top,
                                struct mln_journal_entry *out, struct mln_err *err) {
    struct mln_yaml *map = NULL;
    MLN_TRY(mln_yaml_need(top, "keys", &map, err));
    MLN_TRY(mln_yaml_as_map(map, err));
    struct mln_journal_key *const keys = MLN_ARENA_NEW(arena, struct mln_journal_key, map->n);
    if (keys == NULL) {
        return mln_err_nomem(err, "a line of the journal");
    }
    size_t n = 0;
    for (struct mln_yaml *node = map->first; node != NULL; node = node->next, n++) {
        node->used = true;
        if (node->kind != MLN_YAML_SCALAR || !node->quoted) {
            return mln_yaml_error(node, err, "the id of a key is no text");
        }
        keys[n].name = mln_arena_strdup(arena, node->key);
        keys[n].id = mln_arena_strdup(arena, node->text);
        if (keys[n].name == NULL || keys[n].id == NULL) {
            return mln_err_nomem(err, "a line of the journal");
        }
    }
    out->keys = keys;
    out->n_keys = n;
    return MLN_OK;
}

static enum mln_status get_counts(struct mln_arena *arena, struct mln_yaml *top,
                                  struct mln_journal_entry *out, struct mln_err *err) {
    struct mln_yaml *list = NULL;
    MLN_TRY(mln_yaml_need(top, "counts", &list, err));
    MLN_TRY(mln_yaml_as_list(list, err));
    struct mln_journal_count *const counts =
        MLN_ARENA_NEW(arena, struct mln_journal_count, list->n);
    if (counts == NULL) {
        return mln_err_nomem(err, "a line of the journal");
    }
    size_t n = 0;
    for (struct mln_yaml *map = list->first; map != NULL; map = map->next, n++) {
        MLN_TRY(mln_yaml_as_map(map, err));
        MLN_TRY(get_text(arena, map, "what", &counts[n].what, err));
        MLN_TRY(get_u64(map, "read", &counts[n].read, err));
        MLN_TRY(get_u64(map, "accepted", &counts[n].accepted, err));
        MLN_TRY(get_u64(map, "rejected", &counts[n].rejected, err));
        MLN_TRY(mln_yaml_done(map, err));
    }
    out->counts = counts;
    out->n_counts = n;
    return MLN_OK;
}

static enum mln_status get_clock(struct mln_arena *arena, struct mln_yaml *top,
                                 struct mln_journal_entry *out, struct mln_err *err) {
    static const char *const clocks[] = {"system", "test", NULL};
    const char *when = NULL;
    struct mln_yaml *clock = NULL;
    size_t which = 0;
    MLN_TRY(get_text(arena, top, "time", &when, err));
    MLN_TRY(mln_yaml_need(top, "clock", &clock, err));
    MLN_TRY(mln_yaml_as_word(clock, clocks, &which, err));
    out->test_clock = which == 1;
    return mln_time_parse(mln_str_from(when), &out->time)
               ? MLN_OK
               : mln_yaml_error(top, err, "'time' is no time");
}

enum mln_status mln_journal_line_parse(struct mln_arena *arena, struct mln_str line,
                                       struct mln_journal_entry *out, struct mln_err *err) {
    struct mln_yaml *top = NULL;
    const char *ignored = NULL;
    *out = (struct mln_journal_entry){0};
    MLN_TRY(mln_yaml_parse(arena, "journal", line, &top, err));
    if (top == NULL) {
        return mln_err_set(err, MLN_BAD_INPUT, "an empty line");
    }
    MLN_TRY(mln_yaml_as_map(top, err));
    MLN_TRY(get_u64(top, "n", &out->number, err));
    MLN_TRY(get_clock(arena, top, out, err));
    MLN_TRY(get_text(arena, top, "user", &out->user, err));
    MLN_TRY(get_u64(top, "uid", &out->uid, err));
    MLN_TRY(get_text(arena, top, "role", &out->role, err));
    MLN_TRY(get_text(arena, top, "command", &out->command, err));
    MLN_TRY(get_text(arena, top, "event", &out->event, err));
    MLN_TRY(get_text(arena, top, "purpose", &out->purpose, err));
    MLN_TRY(get_keys(arena, top, out, err));
    MLN_TRY(get_counts(arena, top, out, err));
    MLN_TRY(get_text(arena, top, "note", &out->note, err));
    MLN_TRY(get_text(arena, top, "prev", &ignored, err));
    MLN_TRY(get_text(arena, top, "key", &ignored, err));
    MLN_TRY(get_text(arena, top, "sig", &ignored, err));
    return mln_yaml_done(top, err);
}
