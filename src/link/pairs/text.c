#include "link/pairs/text.h"

#include <stdlib.h>

#include "base/utf8.h"

/* ── all values as UTF-8 ── */

struct texts {
    struct mln_str *text; /* per value */
    char *bytes;
};

static void texts_release(struct texts *texts) {
    free(texts->text);
    free(texts->bytes);
    *texts = (struct texts){0};
}

/* Values of fewer than `at_least` code points are {NULL, 0}; at most `at_most` are taken. */
static enum mln_status texts_make(const struct mln_strset *set, uint32_t at_least, uint32_t at_most,
                                  struct texts *out, struct mln_err *err) {
    size_t total = 1;
    for (uint32_t id = 0; id < set->n; id++) {
        total += 4 * (size_t)(set->length[id] < at_most ? set->length[id] : at_most);
    }
    *out = (struct texts){calloc((size_t)set->n + 1, sizeof *out->text), malloc(total)};
    if (out->text == NULL || out->bytes == NULL) {
        texts_release(out);
        return mln_err_nomem(err, "the texts of a field");
    }
    char *to = out->bytes;
    for (uint32_t id = 0; id < set->n; id++) {
        const struct mln_sequence value = mln_strset_view(set, id);
        if (value.length < at_least) {
            continue;
        }
        char *const start = to;
        for (uint32_t i = 0; i < value.length && i < at_most; i++) {
            to += mln_utf8_put(mln_sequence_point(set, value, i), to);
        }
        out->text[id] = (struct mln_str){start, (size_t)(to - start)};
    }
    return MLN_OK;
}

/* ── order ── */

struct ranked {
    struct mln_str text;
    uint32_t id;
};

static int by_text(const void *a, const void *b) {
    const struct ranked *x = a, *y = b;
    return mln_str_cmp(x->text, y->text);
}

enum mln_status mln_text_ranks(const struct mln_strset *set, uint32_t *rank, struct mln_err *err) {
    struct texts texts;
    MLN_TRY(texts_make(set, 0, UINT32_MAX, &texts, err));
    struct ranked *ranked = malloc(((size_t)set->n + 1) * sizeof *ranked);
    if (ranked == NULL) {
        texts_release(&texts);
        return mln_err_nomem(err, "the texts of a field");
    }
    for (uint32_t id = 0; id < set->n; id++) {
        ranked[id] = (struct ranked){texts.text[id], id};
    }
    qsort(ranked, set->n, sizeof *ranked, by_text);
    for (uint32_t i = 0; i < set->n; i++) {
        rank[ranked[i].id] = i;
    }
    free(ranked);
    texts_release(&texts);
    return MLN_OK;
}

/* ── equal parts ── */

enum mln_status mln_text_prefixes(const struct mln_strset *set, uint32_t n, uint32_t *out,
                                  struct mln_err *err) {
    struct texts texts;
    MLN_TRY(texts_make(set, n, n, &texts, err));
    struct mln_strset numbers = MLN_STRSET_INIT;
    const enum mln_status status = mln_strset_build(texts.text, set->n, 1, &numbers, out, err);
    mln_strset_release(&numbers);
    texts_release(&texts);
    return status;
}

enum mln_status mln_text_joint(const struct mln_strset *a, const struct mln_strset *b,
                               uint32_t *of_a, uint32_t *of_b, struct mln_err *err) {
    const size_t n = (size_t)a->n + b->n;
    struct texts texts_a = {0}, texts_b = {0};
    struct mln_strset numbers = MLN_STRSET_INIT;
    struct mln_str *all = NULL;
    uint32_t *ids = NULL;
    enum mln_status status = MLN_OK;
    MLN_TRY_GOTO(status, texts_make(a, 0, UINT32_MAX, &texts_a, err), done);
    MLN_TRY_GOTO(status, texts_make(b, 0, UINT32_MAX, &texts_b, err), done);
    all = malloc((n + 1) * sizeof *all);
    ids = malloc((n + 1) * sizeof *ids);
    if (all == NULL || ids == NULL) {
        status = mln_err_nomem(err, "the texts of two fields");
        goto done;
    }
    memcpy(all, texts_a.text, a->n * sizeof *all);
    memcpy(all + a->n, texts_b.text, b->n * sizeof *all);
    MLN_TRY_GOTO(status, mln_strset_build(all, n, 1, &numbers, ids, err), done);
    memcpy(of_a, ids, a->n * sizeof *ids);
    memcpy(of_b, ids + a->n, b->n * sizeof *ids);
done:
    mln_strset_release(&numbers);
    free(all);
    free(ids);
    texts_release(&texts_a);
    texts_release(&texts_b);
    return status;
}

/* ── words ── */

/* The word from *at on; false when there is none. */
static bool next_word(struct mln_str text, size_t *at, struct mln_str *word) {
    while (*at < text.n && text.p[*at] == ' ') {
        (*at)++;
    }
    const size_t from = *at;
    while (*at < text.n && text.p[*at] != ' ') {
        (*at)++;
    }
    *word = (struct mln_str){text.p + from, *at - from};
    return *at > from;
}

static size_t split(const struct texts *texts, uint32_t n, struct mln_str *words, uint64_t *start) {
    size_t n_words = 0;
    for (uint32_t id = 0; id < n; id++) {
        struct mln_str word;
        if (start != NULL) {
            start[id] = n_words;
        }
        for (size_t at = 0; next_word(texts->text[id], &at, &word); n_words++) {
            if (words != NULL) {
                words[n_words] = word;
            }
        }
    }
    if (start != NULL) {
        start[n] = n_words;
    }
    return n_words;
}

static int by_number(const void *a, const void *b) {
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Ascending and each once, value by value. */
static void sort_words(uint64_t *start, uint32_t *word, uint32_t n) {
    uint64_t to = 0;
    for (uint32_t id = 0; id < n; id++) {
        const uint64_t from = start[id], end = start[id + 1];
        qsort(word + from, end - from, sizeof *word, by_number);
        start[id] = to;
        for (uint64_t i = from; i < end; i++) {
            if (i == from || word[i] != word[i - 1]) {
                word[to++] = word[i];
            }
        }
    }
    start[n] = to;
}

enum mln_status mln_text_words(const struct mln_strset *set, uint64_t **start, uint32_t **word,
                               struct mln_err *err) {
    struct texts texts;
    MLN_TRY(texts_make(set, 0, UINT32_MAX, &texts, err));
    const size_t n = split(&texts, set->n, NULL, NULL);
    struct mln_strset numbers = MLN_STRSET_INIT;
    struct mln_str *words = malloc((n + 1) * sizeof *words);
    *start = malloc(((size_t)set->n + 1) * sizeof **start);
    *word = malloc((n + 1) * sizeof **word);
    enum mln_status status = MLN_OK;
    if (words == NULL || *start == NULL || *word == NULL) {
        status = mln_err_nomem(err, "the words of a field");
        goto done;
    }
    split(&texts, set->n, words, *start);
    MLN_TRY_GOTO(status, mln_strset_build(words, n, 1, &numbers, *word, err), done);
    sort_words(*start, *word, set->n);
done:
    mln_strset_release(&numbers);
    free(words);
    texts_release(&texts);
    if (status != MLN_OK) {
        free(*start);
        free(*word);
        *start = NULL;
        *word = NULL;
    }
    return status;
}
