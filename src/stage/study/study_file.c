#include "stage/study/study_inside.h"

#include "base/file.h"

enum { STUDY_BYTES_MAX = 1 << 20 };

const char *const mln_issue_words[] = {
    "poursuites",       "composition", "alternative", "inopportunite",
    "non_poursuivable", "en_cours",    NULL};

/* ── field and outcome ── */

static enum mln_status read_field(struct mln_arena *arena, struct mln_yaml *top,
                                  struct mln_study *s, struct mln_err *err) {
    static const char *const unknown_words[] = {"keep", "drop", NULL};
    struct mln_yaml *map = NULL, *from = NULL, *to = NULL;
    int64_t age_min = 0;
    size_t unknown = 0;
    MLN_TRY(mln_yaml_need(top, "field", &map, err));
    MLN_TRY(mln_yaml_as_map(map, err));
    MLN_TRY(mln_study_need_name(arena, map, "natinf", &s->natinf, err));
    MLN_TRY(mln_study_need_name(arena, map, "relation", &s->relation, err));
    MLN_TRY(mln_study_need_codes(arena, map, "kinds", &s->genres, &s->n_genres, err));
    MLN_TRY(mln_yaml_opt_i64(map, "age_min", 0, 150, &age_min, err));
    MLN_TRY(mln_yaml_opt_word(map, "age_unknown", unknown_words, &unknown, err));
    MLN_TRY(mln_yaml_need(map, "recorded_from", &from, err));
    MLN_TRY(mln_yaml_as_day(from, &s->recorded_from, err));
    MLN_TRY(mln_yaml_need(map, "recorded_to", &to, err));
    MLN_TRY(mln_yaml_as_day(to, &s->recorded_to, err));
    s->age_min = (int32_t)age_min;
    s->keeps_unknown_age = unknown == 0;
    if (s->recorded_to < s->recorded_from) {
        return mln_yaml_error(to, err, "recorded_to is before recorded_from");
    }
    return mln_yaml_done(map, err);
}

/* Optional: without it, offences have no class. */
static enum mln_status read_offence_class(struct mln_arena *arena, struct mln_yaml *top,
                                          struct mln_study *s, struct mln_err *err) {
    struct mln_yaml *const map = mln_yaml_get(top, "offence_class");
    if (map == NULL) {
        return MLN_OK;
    }
    MLN_TRY(mln_yaml_as_map(map, err));
    MLN_TRY(mln_study_need_name(arena, map, "nomenclature", &s->classes, err));
    MLN_TRY(mln_study_need_name(arena, map, "column", &s->class_column, err));
    return mln_yaml_done(map, err);
}

static enum mln_status read_priority(struct mln_yaml *map, struct mln_study *s,
                                     struct mln_err *err) {
    struct mln_yaml *node = NULL;
    bool seen[MLN_ISSUE_COUNT] = {false};
    size_t n = 0;
    MLN_TRY(mln_yaml_need(map, "priority", &node, err));
    MLN_TRY(mln_yaml_as_list(node, err));
    for (struct mln_yaml *item = node->first; item != NULL; item = item->next) {
        size_t issue = 0;
        MLN_TRY(mln_yaml_as_word(item, mln_issue_words, &issue, err));
        if (seen[issue]) {
            return mln_yaml_error(item, err, "'%s' is listed twice", mln_issue_words[issue]);
        }
        seen[issue] = true;
        s->priority[n++] = mln_issue_words[issue];
    }
    for (size_t i = 0; i < MLN_ISSUE_COUNT; i++) {
        if (!seen[i]) {
            return mln_yaml_error(node, err, "'%s' is missing; the order must hold every outcome",
                                  mln_issue_words[i]);
        }
    }
    return MLN_OK;
}

static enum mln_status read_outcome(struct mln_arena *arena, struct mln_yaml *top,
                                    struct mln_study *s, struct mln_err *err) {
    static const char *const close_words[] = {"first", "last", NULL};
    static const char *const author_words[] = {"linked", "affaire", NULL};
    struct mln_yaml *map = NULL, *guilty = NULL;
    size_t close = 1, authors = 1;
    MLN_TRY(mln_yaml_need(top, "outcome", &map, err));
    MLN_TRY(mln_yaml_as_map(map, err));
    MLN_TRY(mln_study_need_name(arena, map, "events", &s->events, err));
    MLN_TRY(read_priority(map, s, err));
    MLN_TRY(mln_study_need_codes(arena, map, "modes", &s->modes, &s->n_modes, err));
    MLN_TRY(mln_study_need_codes(arena, map, "ends", &s->ends, &s->n_ends, err));
    MLN_TRY(mln_yaml_need(map, "guilty", &guilty, err));
    MLN_TRY(mln_study_codes(arena, guilty, &s->guilty, &s->n_guilty, err));
    for (size_t i = 0; i < s->n_guilty; i++) {
        bool found = false;
        for (size_t j = 0; j < s->n_ends; j++) {
            found = found || strcmp(s->guilty[i], s->ends[j]) == 0;
        }
        if (!found) {
            return mln_yaml_error(guilty, err, "'%s' is not among 'ends'", s->guilty[i]);
        }
    }
    MLN_TRY(mln_yaml_opt_word(map, "close", close_words, &close, err));
    MLN_TRY(mln_yaml_opt_word(map, "authors", author_words, &authors, err));
    s->ends_with_last = close == 1;
    s->whole_affaires = authors == 1;
    return mln_yaml_done(map, err);
}

/* ── the error of linkage ── */

static enum mln_status read_strata(struct mln_arena *arena, struct mln_yaml *map,
                                   struct mln_study_link_error *l, struct mln_err *err) {
    struct mln_yaml *node = NULL;
    const char *const *names = NULL;
    MLN_TRY(mln_yaml_need(map, "strata", &node, err));
    MLN_TRY(mln_study_codes(arena, node, &names, &l->n_strata, err));
    if (l->n_strata > MLN_STUDY_MAX_STRATA) {
        return mln_yaml_error(node, err, "more than %d strata variables", MLN_STUDY_MAX_STRATA);
    }
    for (size_t i = 0; i < l->n_strata; i++) {
        const struct mln_study_column *const c = mln_study_column_named(names[i]);
        if (c == NULL || !c->of[MLN_FROM_VICTIMS]) {
            return mln_yaml_error(node, err, "there is no column '%s' of victims", names[i]);
        }
        l->strata[i] = c->name;
    }
    return MLN_OK;
}

/* Needed by studies with bands; checked when a table asks for one. */
static enum mln_status read_link_error(struct mln_arena *arena, struct mln_yaml *top,
                                       struct mln_study *s, struct mln_err *err) {
    struct mln_study_link_error *const l = &s->link_error;
    struct mln_yaml *map = mln_yaml_get(top, "linkage_error");
    int64_t draws = 50, seed = 1, min_matched = 10, late_days = 0;
    l->level = 0.95;
    l->max_weight = 4;
    if (map == NULL) {
        return MLN_OK;
    }
    MLN_TRY(mln_yaml_as_map(map, err));
    MLN_TRY(mln_yaml_opt_i64(map, "draws", 2, 64, &draws, err));
    MLN_TRY(mln_yaml_opt_i64(map, "seed", 0, INT64_MAX, &seed, err));
    MLN_TRY(mln_yaml_opt_f64(map, "level", 0.5, 0.999, &l->level, err));
    MLN_TRY(mln_yaml_opt_i64(map, "min_matched", 1, 1000000, &min_matched, err));
    MLN_TRY(mln_yaml_opt_f64(map, "max_weight", 1.01, 1000, &l->max_weight, err));
    MLN_TRY(mln_yaml_opt_i64(map, "late_days", 0, 36500, &late_days, err));
    MLN_TRY(mln_yaml_opt_f64(map, "late_share", 0, 0.9, &l->late_share, err));
    MLN_TRY(read_strata(arena, map, l, err));
    l->late_days = (int32_t)late_days;
    l->n_draws = (uint32_t)draws;
    l->seed = (uint64_t)seed;
    l->min_matched = (uint64_t)min_matched;
    return mln_yaml_done(map, err);
}

/* ── the file ── */

enum mln_status mln_study_parse(struct mln_arena *arena, const char *file, struct mln_str text,
                                struct mln_study *out, struct mln_err *err) {
    struct mln_yaml *top = NULL, *version = NULL;
    int64_t number = 0;
    *out = (struct mln_study){0};
    MLN_TRY(mln_yaml_parse(arena, file, text, &top, err));
    MLN_TRY(mln_yaml_as_map(top, err));
    MLN_TRY(mln_yaml_need(top, "version", &version, err));
    MLN_TRY(mln_yaml_as_i64(version, 1, 1, &number, err));
    MLN_TRY(mln_study_need_name(arena, top, "name", &out->name, err));
    MLN_TRY(read_field(arena, top, out, err));
    MLN_TRY(read_offence_class(arena, top, out, err));
    MLN_TRY(read_outcome(arena, top, out, err));
    MLN_TRY(read_link_error(arena, top, out, err));
    MLN_TRY(mln_study_read_variables(arena, top, out, err));
    MLN_TRY(mln_study_read_tables(arena, top, out, err));
    return mln_yaml_done(top, err);
}

enum mln_status mln_study_read(struct mln_arena *arena, const char *path, struct mln_study *out,
                               struct mln_err *err) {
    struct mln_buf text = MLN_BUF_INIT;
    enum mln_status status = mln_file_read(path, STUDY_BYTES_MAX, &text, err);
    if (status == MLN_OK) {
        const char *copy = mln_arena_strdup(arena, mln_buf_view(&text));
        status = copy == NULL
                     ? mln_err_nomem(err, "the study")
                     : mln_study_parse(arena, path, (struct mln_str){copy, text.n}, out, err);
    }
    mln_buf_release(&text);
    return status;
}
