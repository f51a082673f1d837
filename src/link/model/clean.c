#include "link/model/clean.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "link/model/letters.inc"

#define WORD(s) \
    { (s), sizeof(s) - 1 }
/* Byte order. Left out: saint, sainte, mac, fils and the like, which tell names apart. */
const struct mln_str mln_particles[] = {
    WORD("AF"),  WORD("AUX"), WORD("AV"),    WORD("D"),   WORD("DA"),  WORD("DAL"),
    WORD("DAS"), WORD("DE"),  WORD("DEGLI"), WORD("DEI"), WORD("DEL"), WORD("DELLA"),
    WORD("DEN"), WORD("DER"), WORD("DES"),   WORD("DI"),  WORD("DO"),  WORD("DOS"),
    WORD("DU"),  WORD("EL"),  WORD("ET"),    WORD("L"),   WORD("LA"),  WORD("LAS"),
    WORD("LE"),  WORD("LES"), WORD("LOS"),   WORD("OF"),  WORD("TEN"), WORD("TER"),
    WORD("VAN"), WORD("VOM"), WORD("VON"),   WORD("ZU"),  WORD("ZUM"), WORD("ZUR"),
};
const size_t mln_particle_count = sizeof mln_particles / sizeof mln_particles[0];

/* ── code points ── */

bool mln_is_blank(uint32_t point) {
    return point == ' ' || (point >= '\t' && point <= '\r') || point == 0x85 || point == 0xA0 ||
           point == 0x1680 || (point >= 0x2000 && point <= 0x200A) || point == 0x2028 ||
           point == 0x2029 || point == 0x202F || point == 0x205F || point == 0x3000;
}

bool mln_is_letter(uint32_t point) {
    if (point < 0x80) {
        return (point >= '0' && point <= '9') || ((point | 32U) >= 'a' && (point | 32U) <= 'z');
    }
    size_t low = 0, high = sizeof letter_runs / sizeof letter_runs[0];
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (letter_runs[middle][1] < point) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < sizeof letter_runs / sizeof letter_runs[0] && letter_runs[low][0] <= point;
}

/* ── steps: each writes at most `in.n` bytes to `out` and returns how many ── */

enum keep { KEEP_ALL, KEEP_LETTERS };

/* Words with one space between two; with KEEP_LETTERS what is no letter parts words too. */
static size_t trim(struct mln_str in, enum keep keep, char *out) {
    size_t n = 0;
    bool gap = false;
    for (size_t at = 0; at < in.n;) {
        const size_t from = at;
        const uint32_t point = mln_utf8_next(in, &at);
        if (mln_is_blank(point) || (keep == KEEP_LETTERS && !mln_is_letter(point))) {
            gap = n > 0;
            continue;
        }
        if (gap) {
            out[n++] = ' '; /* stands for at least one byte that was left out */
            gap = false;
        }
        memcpy(out + n, in.p + from, at - from);
        n += at - from;
    }
    return n;
}

static size_t alnum(struct mln_str in, char *out) {
    size_t n = 0;
    for (size_t at = 0; at < in.n;) {
        const size_t from = at;
        if (mln_is_letter(mln_utf8_next(in, &at))) {
            memcpy(out + n, in.p + from, at - from);
            n += at - from;
        }
    }
    return n;
}

static size_t digits(struct mln_str in, char *out) {
    size_t n = 0;
    for (size_t i = 0; i < in.n; i++) {
        if (in.p[i] >= '0' && in.p[i] <= '9') {
            out[n++] = in.p[i];
        }
    }
    return n;
}

/* The next word from *at on; {NULL, 0} past the last. */
static struct mln_str next_word(struct mln_str in, size_t *at) {
    const char *first = NULL;
    while (*at < in.n) {
        const size_t from = *at;
        if (mln_is_blank(mln_utf8_next(in, at))) {
            if (first != NULL) {
                return (struct mln_str){first, (size_t)(in.p + from - first)};
            }
        } else if (first == NULL) {
            first = in.p + from;
        }
    }
    return (struct mln_str){first, first == NULL ? 0 : (size_t)(in.p + in.n - first)};
}

static int by_bytes(const void *a, const void *b) {
    return mln_str_cmp(*(const struct mln_str *)a, *(const struct mln_str *)b);
}

/* The place of a value among `n` sorted ones that stand `stride` apart; NULL when it is none of
 * them. */
static const struct mln_str *find(const struct mln_str *sorted, size_t n, size_t stride,
                                  struct mln_str value) {
    return n == 0 ? NULL : bsearch(&value, sorted, n, stride * sizeof *sorted, by_bytes);
}

static size_t no_particles(const struct mln_clean_step *step, struct mln_str in, char *out) {
    const struct mln_str *list = step->n_words == 0 ? mln_particles : step->words;
    const size_t n_list = step->n_words == 0 ? mln_particle_count : step->n_words;
    size_t n = 0, at = 0;
    for (struct mln_str word; (word = next_word(in, &at)).p != NULL;) {
        if (find(list, n_list, 1, word) == NULL) {
            if (n > 0) {
                out[n++] = ' ';
            }
            memcpy(out + n, word.p, word.n);
            n += word.n;
        }
    }
    return n > 0 ? n : trim(in, KEEP_ALL, out);
}

static bool room_for_words(struct mln_clean_room *room, size_t n) {
    if (n >= room->cap_words) {
        const size_t cap = n < 32 ? 64 : 2 * n;
        struct mln_str *words = realloc(room->words, cap * sizeof *words);
        if (words == NULL) {
            room->failed = true;
            return false;
        }
        room->words = words;
        room->cap_words = cap;
    }
    return true;
}

static size_t sort_words(struct mln_str in, struct mln_clean_room *room, char *out) {
    size_t n_words = 0, at = 0, n = 0;
    for (struct mln_str word; (word = next_word(in, &at)).p != NULL; n_words++) {
        if (!room_for_words(room, n_words)) {
            return 0;
        }
        room->words[n_words] = word;
    }
    if (n_words > 1) {
        qsort(room->words, n_words, sizeof *room->words, by_bytes);
    }
    for (size_t w = 0; w < n_words; w++) {
        if (w > 0) {
            out[n++] = ' ';
        }
        memcpy(out + n, room->words[w].p, room->words[w].n);
        n += room->words[w].n;
    }
    return n;
}

static size_t count_points(struct mln_str in) {
    size_t n = 0;
    for (size_t i = 0; i < in.n; i++) {
        n += ((unsigned char)in.p[i] & 0xC0U) != 0x80U;
    }
    return n;
}

/* The text from the nth code point on. */
static struct mln_str after_points(struct mln_str in, size_t n) {
    size_t at = 0;
    while (n > 0 && at < in.n) {
        (void)mln_utf8_next(in, &at);
        n--;
    }
    return (struct mln_str){in.p + at, in.n - at};
}

static struct mln_str last_word(struct mln_str in) {
    struct mln_str last = {NULL, 0};
    size_t at = 0;
    for (struct mln_str word; (word = next_word(in, &at)).p != NULL;) {
        last = word;
    }
    return last;
}

/* Steps that give a part of the value, or a value of the model, and write nothing. */
static bool as_view(const struct mln_clean_step *step, struct mln_str in, struct mln_str *out) {
    size_t at = 0;
    const struct mln_str *found;
    switch (step->op) {
    case MLN_CLEAN_TABLE:
        found = find(step->words, step->n_words / 2, 2, in);
        *out = found == NULL ? in : found[1];
        return true;
    case MLN_CLEAN_NULL:
        *out = find(step->words, step->n_words, 1, in) == NULL ? in : (struct mln_str){NULL, 0};
        return true;
    case MLN_CLEAN_PREFIX:
        *out = (struct mln_str){in.p, in.n - after_points(in, step->n).n};
        return true;
    case MLN_CLEAN_SUFFIX: {
        const size_t n = count_points(in);
        *out = after_points(in, n > step->n ? n - step->n : 0);
        return true;
    }
    case MLN_CLEAN_FIRST_WORD: *out = next_word(in, &at); return true;
    case MLN_CLEAN_LAST_WORD: *out = last_word(in); return true;
    case MLN_CLEAN_DATE_YEAR:
    case MLN_CLEAN_DATE_MONTH: *out = in; return true;
    default: return false;
    }
}

static size_t fold_to_letters(struct mln_str in, struct mln_buf *out) {
    mln_utf8_fold(in, out);
    size_t n = 0;
    for (size_t i = 0; i < out->n; i++) {
        if (out->p[i] >= 'A' && out->p[i] <= 'Z') {
            out->p[n++] = out->p[i];
        }
    }
    return n;
}

static struct mln_str as_text(const struct mln_clean_step *step, struct mln_str in,
                              struct mln_buf *buf, struct mln_clean_room *room) {
    mln_buf_reset(buf);
    if (!mln_buf_reserve(buf, in.n + 8)) {
        room->failed = true;
        return (struct mln_str){NULL, 0};
    }
    size_t n = 0;
    switch (step->op) {
    case MLN_CLEAN_TRIM: n = trim(in, KEEP_ALL, buf->p); break;
    case MLN_CLEAN_LETTERS: n = trim(in, KEEP_LETTERS, buf->p); break;
    case MLN_CLEAN_ALNUM: n = alnum(in, buf->p); break;
    case MLN_CLEAN_DIGITS: n = digits(in, buf->p); break;
    case MLN_CLEAN_NO_PARTICLES: n = no_particles(step, in, buf->p); break;
    case MLN_CLEAN_SORT_WORDS: n = sort_words(in, room, buf->p); break;
    case MLN_CLEAN_UPPER_FOLD:
        mln_utf8_fold(in, buf);
        n = buf->n;
        break;
    case MLN_CLEAN_SOUNDEX: n = mln_soundex(buf->p, fold_to_letters(in, buf)); break;
    case MLN_CLEAN_PHONEX_FR: n = mln_phonex_fr(buf->p, fold_to_letters(in, buf)); break;
    default: break;
    }
    return (struct mln_str){buf->p, n};
}

/* ── a value ── */

struct mln_str mln_clean(const struct mln_clean_step *steps, size_t n_steps, struct mln_str value,
                         struct mln_clean_room *room) {
    size_t side = 0; /* the buffer that `value` is not in */
    for (size_t s = 0; s < n_steps && value.n > 0; s++) {
        struct mln_str out;
        if (!as_view(&steps[s], value, &out)) {
            out = as_text(&steps[s], value, &room->bufs[side], room);
            side ^= 1U;
        }
        value = out;
    }
    return value.n > 0 && !room->failed ? value : (struct mln_str){NULL, 0};
}

enum mln_status mln_clean_check(const struct mln_clean_room *room, struct mln_err *err) {
    return room->failed ? mln_err_nomem(err, "a cleaned value") : MLN_OK;
}

void mln_clean_room_release(struct mln_clean_room *room) {
    mln_buf_release(&room->bufs[0]);
    mln_buf_release(&room->bufs[1]);
    free(room->words);
    *room = MLN_CLEAN_ROOM_INIT;
}
