#include "stage/project/processing.h"

static enum mln_status as_text(struct mln_arena *arena, const struct mln_yaml *node,
                               const char **out, struct mln_err *err) {
    struct mln_str text;
    MLN_TRY(mln_yaml_as_str(node, &text, err));
    if (mln_str_trim(text).n == 0) {
        return mln_yaml_error(node, err, "is empty; it must be said");
    }
    *out = mln_arena_strdup(arena, text);
    return *out == NULL ? mln_err_nomem(err, "the processing") : MLN_OK;
}

static enum mln_status need_text(struct mln_arena *arena, struct mln_yaml *map, const char *key,
                                 const char **out, struct mln_err *err) {
    struct mln_yaml *node = NULL;
    MLN_TRY(mln_yaml_need(map, key, &node, err));
    return as_text(arena, node, out, err);
}

static enum mln_status need_list(struct mln_yaml *map, const char *key, bool may_be_empty,
                                 struct mln_yaml **out, struct mln_err *err) {
    MLN_TRY(mln_yaml_need(map, key, out, err));
    MLN_TRY(mln_yaml_as_list(*out, err));
    return (*out)->n > 0 || may_be_empty
               ? MLN_OK
               : mln_yaml_error(*out, err, "'%s' is empty; it must be said", key);
}

static enum mln_status read_texts(struct mln_arena *arena, struct mln_yaml *map, const char *key,
                                  bool may_be_empty, struct mln_texts *out, struct mln_err *err) {
    struct mln_yaml *list = NULL;
    MLN_TRY(need_list(map, key, may_be_empty, &list, err));
    out->list = MLN_ARENA_NEW(arena, const char *, list->n);
    if (out->list == NULL) {
        return mln_err_nomem(err, "the processing");
    }
    for (const struct mln_yaml *node = list->first; node != NULL; node = node->next) {
        MLN_TRY(as_text(arena, node, &out->list[out->n++], err));
    }
    return MLN_OK;
}

static enum mln_status read_parties(struct mln_arena *arena, struct mln_yaml *map, const char *key,
                                    struct mln_party **out, size_t *n, struct mln_err *err) {
    struct mln_yaml *list = NULL;
    MLN_TRY(need_list(map, key, false, &list, err));
    *out = MLN_ARENA_NEW(arena, struct mln_party, list->n);
    if (*out == NULL) {
        return mln_err_nomem(err, "the processing");
    }
    for (struct mln_yaml *node = list->first; node != NULL; node = node->next) {
        struct mln_party *const party = &(*out)[(*n)++];
        MLN_TRY(mln_yaml_as_map(node, err));
        MLN_TRY(need_text(arena, node, "name", &party->name, err));
        MLN_TRY(need_text(arena, node, "contact", &party->contact, err));
        MLN_TRY(mln_yaml_done(node, err));
    }
    return MLN_OK;
}

static enum mln_status read_rights(struct mln_arena *arena, struct mln_yaml *map,
                                   struct mln_processing *out, struct mln_err *err) {
    struct mln_yaml *list = NULL;
    MLN_TRY(need_list(map, "rights", false, &list, err));
    out->rights = MLN_ARENA_NEW(arena, struct mln_right, list->n);
    if (out->rights == NULL) {
        return mln_err_nomem(err, "the processing");
    }
    for (struct mln_yaml *node = list->first; node != NULL; node = node->next) {
        struct mln_right *const right = &out->rights[out->n_rights++];
        struct mln_yaml *applies = NULL;
        MLN_TRY(mln_yaml_as_map(node, err));
        MLN_TRY(need_text(arena, node, "right", &right->right, err));
        MLN_TRY(mln_yaml_need(node, "applies", &applies, err));
        MLN_TRY(mln_yaml_as_bool(applies, &right->applies, err));
        MLN_TRY(need_text(arena, node, "reason", &right->reason, err));
        MLN_TRY(mln_yaml_done(node, err));
    }
    return MLN_OK;
}

static enum mln_status read_top(struct mln_arena *arena, struct mln_yaml *top,
                                struct mln_processing *out, struct mln_err *err) {
    struct mln_yaml *version = NULL;
    struct mln_yaml *categories = NULL;
    int64_t one = 0;
    MLN_TRY(mln_yaml_as_map(top, err));
    MLN_TRY(mln_yaml_need(top, "version", &version, err));
    MLN_TRY(mln_yaml_as_i64(version, 1, 1, &one, err));
    MLN_TRY(need_text(arena, top, "name", &out->name, err));
    MLN_TRY(read_parties(arena, top, "controllers", &out->controllers, &out->n_controllers, err));
    MLN_TRY(read_parties(arena, top, "contacts", &out->contacts, &out->n_contacts, err));
    MLN_TRY(read_texts(arena, top, "purposes", false, &out->purposes, err));
    MLN_TRY(read_texts(arena, top, "legal_bases", false, &out->legal_bases, err));
    MLN_TRY(need_list(top, "categories", false, &categories, err));
    MLN_TRY(read_texts(arena, top, "persons", false, &out->persons, err));
    MLN_TRY(read_texts(arena, top, "sources", false, &out->sources, err));
    MLN_TRY(read_texts(arena, top, "recipients", false, &out->recipients, err));
    MLN_TRY(read_rights(arena, top, out, err));
    MLN_TRY(read_texts(arena, top, "transfers", true, &out->transfers, err));
    out->categories = categories;
    return mln_yaml_done(top, err);
}

enum mln_status mln_processing_read(struct mln_arena *arena, const char *file, struct mln_str text,
                                    struct mln_processing *out, struct mln_err *err) {
    struct mln_yaml *top = NULL;
    *out = (struct mln_processing){0};
    MLN_TRY(mln_yaml_parse(arena, file, text, &top, err));
    return top == NULL
               ? mln_err_set(err, MLN_BAD_INPUT, "%s: empty; `maillon init` writes one", file)
               : read_top(arena, top, out, err);
}

/* ── against the data ── */

static const struct mln_category *find(const struct mln_categories *categories,
                                       struct mln_str word) {
    for (size_t i = 0; i < categories->n; i++) {
        if (mln_str_is(word, categories->list[i].word)) {
            return &categories->list[i];
        }
    }
    return NULL;
}

static bool is_declared(const struct mln_processing *processing, const char *word,
                        const struct mln_yaml *before) {
    for (const struct mln_yaml *n = processing->categories->first; n != before; n = n->next) {
        if (mln_str_is(n->text, word)) {
            return true;
        }
    }
    return false;
}

/* The first variable of it that the data have: a label of this program, never a value. */
static const char *first_present(const struct mln_category *category) {
    for (size_t i = 0; i < category->n_variables; i++) {
        if (category->variables[i].present) {
            return category->variables[i].label;
        }
    }
    return "";
}

enum mln_status mln_processing_check(const struct mln_processing *processing,
                                     const struct mln_categories *categories, struct mln_err *err) {
    for (const struct mln_yaml *n = processing->categories->first; n != NULL; n = n->next) {
        struct mln_str word;
        MLN_TRY(mln_yaml_as_str(n, &word, err));
        const struct mln_category *const category = find(categories, word);
        if (category == NULL) {
            return mln_yaml_error(n, err,
                                  "'%.*s' is no category; models/categories.yaml lists them",
                                  MLN_STR_ARG(word));
        }
        if (is_declared(processing, category->word, n)) {
            return mln_yaml_error(n, err, "category '%s' is declared twice", category->word);
        }
        if (!category->present) {
            return mln_yaml_error(
                n, err,
                "category '%s' is declared, and the data have nothing of it; drop "
                "it, or see why its columns are empty",
                category->word);
        }
    }
    for (size_t i = 0; i < categories->n; i++) {
        const struct mln_category *const category = &categories->list[i];
        if (category->present && !is_declared(processing, category->word, NULL)) {
            return mln_yaml_error(processing->categories, err,
                                  "category '%s' is not declared, and the data have it (%s); "
                                  "declare it, or keep it out by the contract",
                                  category->word, first_present(category));
        }
    }
    return MLN_OK;
}
