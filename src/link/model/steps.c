/* Cleaning steps of a field. */
#include <stdlib.h>

#include "link/model/clean.h"
#include "link/model/inside.h"

/* The words of a step are compared with what the steps before it leave, so they pass through those
 * that only change letters: {missing: [inconnu]} after upper_fold means INCONNU. */
static bool changes_letters(enum mln_clean_op op) {
    return op <= MLN_CLEAN_DIGITS;
}

struct words {
    struct mln_model_reader *r;
    const struct mln_clean_step *before;
    size_t n_before;
    struct mln_clean_room room;
    struct mln_str *out;
    size_t n;
};

/* Once through the steps that change letters. */
static enum mln_status clean_once(struct words *w, struct mln_str *value) {
    for (size_t s = 0; s < w->n_before; s++) {
        if (changes_letters(w->before[s].op)) {
            const struct mln_str clean = mln_clean(&w->before[s], 1, *value, &w->room);
            MLN_TRY(mln_clean_check(&w->room, w->r->err));
            value->p = mln_arena_strdup(w->r->arena, clean);
            value->n = clean.n;
            if (value->p == NULL) {
                return mln_model_nomem(w->r);
            }
        }
    }
    return MLN_OK;
}

/* Until nothing changes, so that a model read back from what was written has the same words: a fold
 * may take the accent that was a word of its own, and leave a blank that trim had no reason to see.
 * Each pass that changes something but the first leaves less. */
static enum mln_status clean_value(struct words *w, struct mln_str *value) {
    for (bool changed = w->n_before > 0; changed;) {
        const struct mln_str before = *value;
        MLN_TRY(clean_once(w, value));
        changed = !mln_str_eq(before, *value);
    }
    return MLN_OK;
}

static enum mln_status clean_word(struct words *w, const struct mln_yaml *at, struct mln_str word) {
    struct mln_str value = word;
    MLN_TRY(clean_value(w, &value));
    if (value.n == 0) {
        return mln_yaml_error(at, w->r->err,
                              "the steps before this one leave nothing of this word");
    }
    w->out[w->n++] = value;
    return MLN_OK;
}

static enum mln_status add_word(struct words *w, const struct mln_yaml *item) {
    struct mln_str word;
    MLN_TRY(mln_yaml_as_str(item, &word, w->r->err));
    return clean_word(w, item, word);
}

static int by_bytes(const void *a, const void *b) {
    return mln_str_cmp(*(const struct mln_str *)a, *(const struct mln_str *)b);
}

/* NULL and NO_PARTICLES: a list, sorted, each once. */
static enum mln_status read_list(struct words *w, struct mln_yaml *list) {
    for (const struct mln_yaml *item = list->first; item != NULL; item = item->next) {
        MLN_TRY(add_word(w, item));
    }
    qsort(w->out, w->n, sizeof *w->out, by_bytes);
    size_t kept = 0;
    for (size_t i = 0; i < w->n; i++) {
        if (kept == 0 || !mln_str_eq(w->out[kept - 1], w->out[i])) {
            w->out[kept++] = w->out[i];
        }
    }
    w->n = kept;
    return MLN_OK;
}

/* TABLE: a map, or a list of pairs [from, to]. What it gives is not cleaned: the steps after it do
 * that. */
static enum mln_status read_entry(struct words *w, struct mln_yaml *item, bool pair) {
    struct mln_str to;
    if (!pair) {
        MLN_TRY(clean_word(w, item, item->key));
        MLN_TRY(mln_yaml_as_str(item, &to, w->r->err));
        item->used = true;
    } else {
        if (item->kind != MLN_YAML_LIST || item->n != 2) {
            return mln_yaml_error(item, w->r->err, "an entry of a table is a pair [from, to]");
        }
        MLN_TRY(add_word(w, item->first));
        MLN_TRY(mln_yaml_as_str(item->first->next, &to, w->r->err));
    }
    w->out[w->n++] = to;
    return MLN_OK;
}

/* In byte order of what they stand for, each once. False: two values for one, w->out[*at] of them.
 */
static bool sort_table(struct words *w, size_t *at) {
    qsort(w->out, w->n / 2, 2 * sizeof *w->out, by_bytes);
    size_t kept = 0;
    for (size_t i = 0; i < w->n; i += 2) {
        if (kept > 0 && mln_str_eq(w->out[kept - 2], w->out[i])) {
            if (!mln_str_eq(w->out[kept - 1], w->out[i + 1])) {
                *at = i;
                return false;
            }
            continue;
        }
        w->out[kept++] = w->out[i];
        w->out[kept++] = w->out[i + 1];
    }
    w->n = kept;
    return true;
}

static enum mln_status read_table(struct words *w, struct mln_yaml *node) {
    size_t at = 0;
    for (struct mln_yaml *item = node->first; item != NULL; item = item->next) {
        MLN_TRY(read_entry(w, item, node->kind == MLN_YAML_LIST));
    }
    return sort_table(w, &at)
               ? MLN_OK
               : mln_yaml_error(node, w->r->err,
                                "the table gives two values for one (once cleaned by the "
                                "steps before); keep one of them");
}

/* {file: communes.csv, from: code, to: commune_actuelle}: these three words and no other. */
static bool names_a_file(struct mln_yaml *node) {
    static const char *const words[] = {"file", "from", "to"};
    size_t n = 0;
    for (const struct mln_yaml *item = node->first; item != NULL; item = item->next) {
        for (size_t k = 0; k < 3; k++) {
            n += mln_str_is(item->key, words[k]);
        }
    }
    return node->kind == MLN_YAML_MAP && node->n == 3 && n == 3;
}

static enum mln_status read_file_of(struct mln_model_reader *r, struct mln_yaml *node,
                                    struct mln_clean_step *step) {
    struct mln_yaml *file = mln_yaml_get(node, "file");
    MLN_TRY(mln_yaml_as_str(file, &step->file, r->err));
    MLN_TRY(mln_model_name(mln_yaml_get(node, "from"), &step->from, r->err));
    MLN_TRY(mln_model_name(mln_yaml_get(node, "to"), &step->to, r->err));
    step->line = file->line;
    step->column = file->column;
    return step->file.n > 0 && memchr(step->file.p, '\0', step->file.n) == NULL
               ? MLN_OK
               : mln_yaml_error(file, r->err, "the name of a file is needed here");
}

static enum mln_status fill(struct words *w, const struct mln_str *pairs, size_t n, size_t *bad) {
    size_t at = 0, written = 0;
    for (size_t i = 0; i < n; i++) {
        struct mln_str value = pairs[2 * i];
        *bad = i;
        MLN_TRY(clean_value(w, &value));
        if (value.n == 0) {
            continue;
        }
        if (++written > MLN_CLEAN_WORDS_MAX) {
            return mln_err_set(w->r->err, MLN_BAD_INPUT, "a table has at most %d entries",
                               MLN_CLEAN_WORDS_MAX);
        }
        w->out[w->n++] = value;
        w->out[w->n++] = pairs[2 * i + 1];
    }
    if (sort_table(w, &at)) {
        return MLN_OK;
    }
    for (*bad = 0; *bad < n; ++*bad) { /* the last row that says it */
        struct mln_str value = pairs[2 * *bad];
        MLN_TRY(clean_value(w, &value));
        if (mln_str_eq(value, w->out[at]) && mln_str_eq(pairs[2 * *bad + 1], w->out[at + 1])) {
            break;
        }
    }
    return mln_err_set(w->r->err, MLN_BAD_INPUT,
                       "the table gives another value for this one too (once cleaned by the steps "
                       "before); keep one of them");
}

enum mln_status mln_clean_table_fill(struct mln_arena *arena, const struct mln_clean_step *before,
                                     size_t n_before, const struct mln_str *pairs, size_t n,
                                     struct mln_clean_step *step, size_t *bad,
                                     struct mln_err *err) {
    struct mln_model_reader r = {.arena = arena, .err = err};
    struct words w = {.r = &r, .before = before, .n_before = n_before};
    *bad = 0;
    w.out = MLN_ARENA_NEW(arena, struct mln_str, 2 * n + 1);
    if (w.out == NULL) {
        return mln_model_nomem(&r);
    }
    const enum mln_status status = fill(&w, pairs, n, bad);
    mln_clean_room_release(&w.room);
    step->words = w.out;
    step->n_words = w.n;
    step->file = MLN_STR_LIT("");
    return status;
}

static enum mln_status read_words(struct mln_model_reader *r, struct mln_yaml *node,
                                  const struct mln_clean_step *before, size_t n_before,
                                  struct mln_clean_step *step) {
    const bool table = step->op == MLN_CLEAN_TABLE;
    if (node->kind != MLN_YAML_LIST && !(table && node->kind == MLN_YAML_MAP)) {
        return mln_yaml_error(node, r->err,
                              table ? "a table is a map {from: to, …} or a list of "
                                      "pairs [from, to]"
                                    : "a list of words is needed here: [a, b]");
    }
    if (table && names_a_file(node)) {
        return read_file_of(r, node, step);
    }
    if (node->n == 0 || node->n > MLN_CLEAN_WORDS_MAX) {
        return mln_yaml_error(node, r->err, "1 to %d entries are needed here", MLN_CLEAN_WORDS_MAX);
    }
    struct words w = {.r = r, .before = before, .n_before = n_before};
    w.out = MLN_ARENA_NEW(r->arena, struct mln_str, 2 * node->n);
    if (w.out == NULL) {
        return mln_model_nomem(r);
    }
    const enum mln_status status = table ? read_table(&w, node) : read_list(&w, node);
    mln_clean_room_release(&w.room);
    step->words = w.out;
    step->n_words = w.n;
    return status;
}

enum mln_status mln_model_read_argument(struct mln_model_reader *r, struct mln_yaml *value,
                                        const struct mln_clean_step *before, size_t n_before,
                                        struct mln_clean_step *step) {
    static const char *const parts[] = {"year", "month", NULL};
    int64_t n = 0;
    size_t part = 0;
    switch (step->op) {
    case MLN_CLEAN_PREFIX:
    case MLN_CLEAN_SUFFIX:
        MLN_TRY(mln_yaml_as_i64(value, 1, 1000, &n, r->err));
        step->n = (uint32_t)n;
        return MLN_OK;
    case MLN_CLEAN_NO_PARTICLES:
    case MLN_CLEAN_TABLE:
    case MLN_CLEAN_NULL: return read_words(r, value, before, n_before, step);
    case MLN_CLEAN_DATE_YEAR:
        MLN_TRY(mln_yaml_as_word(value, parts, &part, r->err));
        step->op = part == 0 ? MLN_CLEAN_DATE_YEAR : MLN_CLEAN_DATE_MONTH;
        return MLN_OK;
    default:
        return mln_yaml_error(value, r->err, "'%s' takes no value; write it alone",
                              mln_clean_words[step->op]);
    }
}

static const char *argument_of(enum mln_clean_op op) {
    switch (op) {
    case MLN_CLEAN_PREFIX: return "{prefix: 3}";
    case MLN_CLEAN_SUFFIX: return "{suffix: 3}";
    case MLN_CLEAN_TABLE: return "{table: {from: to}}";
    case MLN_CLEAN_NULL: return "{missing: [word, word]}";
    case MLN_CLEAN_DATE_YEAR: return "{date_part: year}";
    default: return NULL;
    }
}

/* One step: a word, or a word with its value ({prefix: 3}). */
static enum mln_status read_step(struct mln_model_reader *r, struct mln_yaml *node,
                                 const struct mln_clean_step *before, size_t n_before,
                                 struct mln_clean_step *step) {
    *step = (struct mln_clean_step){0};
    size_t op = 0;
    if (node->kind != MLN_YAML_MAP) {
        MLN_TRY(mln_yaml_as_word(node, mln_clean_words, &op, r->err));
        step->op = (enum mln_clean_op)op;
        const char *form = argument_of(step->op);
        return form == NULL ? MLN_OK
                            : mln_yaml_error(node, r->err, "'%s' needs a value: %s",
                                             mln_clean_words[op], form);
    }
    struct mln_yaml *value = NULL;
    for (; value == NULL && mln_clean_words[op] != NULL; op++) {
        value = mln_yaml_get(node, mln_clean_words[op]);
    }
    MLN_TRY(mln_yaml_done(node, r->err));
    if (value == NULL || node->n != 1) {
        return mln_yaml_error(node, r->err, "a step is one word, or one word with its value");
    }
    step->op = (enum mln_clean_op)(op - 1);
    return mln_model_read_argument(r, value, before, n_before, step);
}

enum mln_status mln_model_read_steps(struct mln_model_reader *r, struct mln_yaml *list,
                                     struct mln_clean_step *steps, size_t *n_steps) {
    MLN_TRY(mln_yaml_as_list(list, r->err));
    for (struct mln_yaml *item = list->first; item != NULL; item = item->next) {
        if (*n_steps == MLN_CLEAN_STEPS_MAX) {
            return mln_yaml_error(item, r->err, "more than %d steps", MLN_CLEAN_STEPS_MAX);
        }
        MLN_TRY(read_step(r, item, steps, *n_steps, &steps[*n_steps]));
        ++*n_steps;
    }
    return MLN_OK;
}
