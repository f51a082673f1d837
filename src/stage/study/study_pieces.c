#include "stage/study/study_inside.h"

enum mln_status mln_study_keep(struct mln_arena *arena, struct mln_str s, const char **out,
                               struct mln_err *err) {
    *out = mln_arena_strdup(arena, s);
    return *out == NULL ? mln_err_nomem(err, "the study") : MLN_OK;
}

void *mln_study_list(struct mln_arena *arena, size_t n, size_t size) {
    return mln_arena_alloc(arena, n == 0 ? 1 : n, size);
}

enum mln_status mln_study_text(struct mln_arena *arena, const struct mln_yaml *node,
                               const char **out, struct mln_err *err) {
    struct mln_str text;
    MLN_TRY(mln_yaml_as_str(node, &text, err));
    if (text.n == 0) {
        return mln_yaml_error(node, err, "an empty text; it must say something");
    }
    return mln_study_keep(arena, text, out, err);
}

bool mln_study_is_name(struct mln_str s) {
    bool good = s.n > 0 && s.n <= 64 && s.p[0] >= 'a' && s.p[0] <= 'z';
    for (size_t i = 0; good && i < s.n; i++) {
        good =
            (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '_';
    }
    return good;
}

enum mln_status mln_study_need_name(struct mln_arena *arena, struct mln_yaml *map, const char *key,
                                    const char **out, struct mln_err *err) {
    struct mln_yaml *node = NULL;
    MLN_TRY(mln_yaml_need(map, key, &node, err));
    MLN_TRY(mln_study_text(arena, node, out, err));
    return mln_study_is_name(mln_str_from(*out))
               ? MLN_OK
               : mln_yaml_error(node, err,
                                "'%s' is not a name; use a-z, 0-9 and '_', from a letter", *out);
}

enum mln_status mln_study_label(struct mln_arena *arena, struct mln_yaml *node,
                                struct mln_label *out, struct mln_err *err) {
    MLN_TRY(mln_yaml_as_list(node, err));
    if (node->n != 2) {
        return mln_yaml_error(node, err, "a label is a pair [French, English]");
    }
    MLN_TRY(mln_study_text(arena, node->first, &out->fr, err));
    return mln_study_text(arena, node->first->next, &out->en, err);
}

enum mln_status mln_study_need_label(struct mln_arena *arena, struct mln_yaml *map, const char *key,
                                     struct mln_label *out, struct mln_err *err) {
    struct mln_yaml *node = NULL;
    MLN_TRY(mln_yaml_need(map, key, &node, err));
    return mln_study_label(arena, node, out, err);
}

enum mln_status mln_study_codes(struct mln_arena *arena, struct mln_yaml *node,
                                const char *const **out, size_t *n, struct mln_err *err) {
    MLN_TRY(mln_yaml_as_list(node, err));
    if (node->n == 0) {
        return mln_yaml_error(node, err, "an empty list; it must hold at least one code");
    }
    const char **codes = mln_study_list(arena, node->n, sizeof *codes);
    if (codes == NULL) {
        return mln_err_nomem(err, "the study");
    }
    *n = 0;
    for (struct mln_yaml *item = node->first; item != NULL; item = item->next) {
        MLN_TRY(mln_study_text(arena, item, &codes[*n], err));
        for (size_t i = 0; i < *n; i++) {
            if (strcmp(codes[i], codes[*n]) == 0) {
                return mln_yaml_error(item, err, "'%s' is listed twice", codes[i]);
            }
        }
        (*n)++;
    }
    *out = codes;
    return MLN_OK;
}

enum mln_status mln_study_need_codes(struct mln_arena *arena, struct mln_yaml *map, const char *key,
                                     const char *const **out, size_t *n, struct mln_err *err) {
    struct mln_yaml *node = NULL;
    MLN_TRY(mln_yaml_need(map, key, &node, err));
    return mln_study_codes(arena, node, out, n, err);
}
