/* The fields of a model: columns, types, cleaning, and fields derived from others. */
#include <stdlib.h>

#include "link/model/inside.h"

/* How `type` may be written: the types, and `code`, a text that is cleaned and compared as a code.
 */
static const char *const type_words[] = {"text", "date", "number", "list", "geo", "code", NULL};
enum { TYPE_CODE = MLN_FIELD_GEO + 1 };

/* The last: what timestamps of Parquet and Arrow read as. */
static const char *const default_formats[] = {"yyyy-mm-dd", "yyyymmdd", "dd/mm/yyyy",
                                              "yyyy-mm-dd HH:MM:SS"};

/* A field as it is read; indices are those of the file until the fields are put in order. */
struct draft {
    struct mln_link_field field;
    struct mln_yaml *node;
    bool is_code;
    bool type_written;
};

/* ── columns ── */

static enum mln_status read_columns(struct mln_model_reader *r, struct mln_yaml *node,
                                    const struct mln_str **out, size_t *n) {
    const bool list = node->kind == MLN_YAML_LIST;
    const size_t count = list ? node->n : 1;
    if (count < 1 || count > MLN_FIELD_COLUMNS_MAX) {
        return mln_yaml_error(node, r->err, "a field has 1 to %d columns", MLN_FIELD_COLUMNS_MAX);
    }
    struct mln_str *names = MLN_ARENA_NEW(r->arena, struct mln_str, count);
    if (names == NULL) {
        return mln_model_nomem(r);
    }
    const struct mln_yaml *item = list ? node->first : node;
    for (size_t i = 0; i < count; i++, item = item->next) {
        MLN_TRY(mln_model_name(item, &names[i], r->err));
    }
    *out = names;
    *n = count;
    return MLN_OK;
}

/* One for both sides, or {left: …, right: …}. */
static enum mln_status read_sides(struct mln_model_reader *r, struct mln_yaml *node,
                                  struct mln_link_field *f) {
    if (node->kind != MLN_YAML_MAP) {
        MLN_TRY(read_columns(r, node, &f->columns[0], &f->n_columns[0]));
        f->columns[1] = f->columns[0];
        f->n_columns[1] = f->n_columns[0];
        return MLN_OK;
    }
    if (r->model->kind == MLN_LINK_DEDUPE) {
        return mln_yaml_error(node, r->err, "a deduplication reads one file: write one column");
    }
    struct mln_yaml *side[2] = {NULL, NULL};
    MLN_TRY(mln_yaml_need(node, "left", &side[0], r->err));
    MLN_TRY(mln_yaml_need(node, "right", &side[1], r->err));
    for (size_t s = 0; s < 2; s++) {
        MLN_TRY(read_columns(r, side[s], &f->columns[s], &f->n_columns[s]));
    }
    return mln_yaml_done(node, r->err);
}

/* column, columns or from: one of them, or none: the column of the field's name. */
static enum mln_status read_where(struct mln_model_reader *r, struct draft *d) {
    struct mln_link_field *f = &d->field;
    struct mln_yaml *column = mln_yaml_get(d->node, "column");
    struct mln_yaml *columns = mln_yaml_get(d->node, "columns");
    struct mln_yaml *from = mln_yaml_get(d->node, "from");
    if ((column != NULL) + (columns != NULL) + (from != NULL) > 1) {
        return mln_yaml_error(d->node, r->err,
                              "a field has column, columns or from: one of them, not several");
    }
    if (from != NULL) {
        return mln_model_field_of(r, from, &f->from);
    }
    if (column == NULL && columns == NULL) {
        struct mln_str *name = MLN_ARENA_NEW(r->arena, struct mln_str, 1);
        if (name == NULL) {
            return mln_model_nomem(r);
        }
        *name = f->name;
        f->columns[0] = f->columns[1] = name;
        f->n_columns[0] = f->n_columns[1] = 1;
        return MLN_OK;
    }
    return read_sides(r, column != NULL ? column : columns, f);
}

/* ── type, formats, separator ── */

static enum mln_status read_formats(struct mln_model_reader *r, struct draft *d) {
    struct mln_yaml *node = mln_yaml_get(d->node, "formats");
    if (d->field.type != MLN_FIELD_DATE || d->field.from != SIZE_MAX) {
        return node == NULL ? MLN_OK
                            : mln_yaml_error(node, r->err,
                                             "formats are for dates read from a column; write "
                                             "type: date, or take them out");
    }
    const bool list = node != NULL && node->kind == MLN_YAML_LIST;
    const size_t n_default = sizeof default_formats / sizeof default_formats[0];
    const size_t n = node == NULL ? n_default : list ? node->n : 1;
    if (n < 1 || n > MLN_DATE_FORMATS_MAX) {
        return mln_yaml_error(node, r->err, "1 to %d formats", MLN_DATE_FORMATS_MAX);
    }
    struct mln_date_format *formats = MLN_ARENA_NEW(r->arena, struct mln_date_format, n);
    if (formats == NULL) {
        return mln_model_nomem(r);
    }
    const struct mln_yaml *item = node == NULL ? NULL : list ? node->first : node;
    for (size_t i = 0; i < n; i++) {
        struct mln_str text = mln_str_from(i < n_default ? default_formats[i] : "");
        struct mln_err why = {0};
        if (item != NULL) {
            MLN_TRY(mln_yaml_as_str(item, &text, r->err));
        }
        if (mln_date_format_parse(text, &formats[i], &why) != MLN_OK) {
            return mln_yaml_error(item == NULL ? d->node : item, r->err, "%s", why.msg);
        }
        item = item == NULL ? NULL : item->next;
    }
    d->field.formats = formats;
    d->field.n_formats = n;
    return MLN_OK;
}

static enum mln_status read_separator(struct mln_model_reader *r, struct draft *d) {
    struct mln_yaml *node = mln_yaml_get(d->node, "separator");
    d->field.separator = ' ';
    if (node == NULL) {
        return MLN_OK;
    }
    if (d->field.type != MLN_FIELD_LIST) {
        return mln_yaml_error(node, r->err, "a separator is for lists; write type: list");
    }
    struct mln_str text;
    MLN_TRY(mln_yaml_as_str(node, &text, r->err));
    const unsigned char c = text.n == 1 ? (unsigned char)text.p[0] : 0;
    if (c < 0x20 || c > 0x7E) {
        return mln_yaml_error(node, r->err, "a separator is one ASCII character, like \",\"");
    }
    d->field.separator = (char)c;
    return MLN_OK;
}

static enum mln_status read_type(struct mln_model_reader *r, struct draft *d) {
    struct mln_yaml *node = mln_yaml_get(d->node, "type");
    if (node == NULL) {
        return MLN_OK;
    }
    size_t type = 0;
    MLN_TRY(mln_yaml_as_word(node, type_words, &type, r->err));
    d->type_written = true;
    d->is_code = type == TYPE_CODE;
    d->field.type = d->is_code ? MLN_FIELD_TEXT : (enum mln_field_type)type;
    return MLN_OK;
}

static enum mln_status check_geo(struct mln_model_reader *r, const struct draft *d) {
    for (size_t s = 0; s < 2 && d->field.type == MLN_FIELD_GEO; s++) {
        if (d->field.n_columns[s] > 2) {
            return mln_yaml_error(d->node, r->err,
                                  "a place has two columns, latitude and longitude, or one that "
                                  "holds both");
        }
    }
    return MLN_OK;
}

/* ── cleaning ── */

/* What a field is cleaned by when it does not say: text and list elements as words, codes as codes.
 */
static size_t default_steps(const struct draft *d, struct mln_clean_step *steps) {
    const bool words = d->field.type == MLN_FIELD_TEXT || d->field.type == MLN_FIELD_LIST;
    if (!words || d->field.from != SIZE_MAX) {
        return 0;
    }
    steps[0] = (struct mln_clean_step){.op = MLN_CLEAN_UPPER_FOLD};
    steps[1] = (struct mln_clean_step){.op = d->is_code ? MLN_CLEAN_ALNUM : MLN_CLEAN_LETTERS};
    return 2;
}

/* The short forms of a derived field, {from: surname, prefix: 3}, {from: dob, date_part: year}, …:
 * a step that comes before those of `clean`. */
static enum mln_status read_derivation(struct mln_model_reader *r, struct draft *d,
                                       struct mln_clean_step *steps, size_t *n) {
    static const char *const words[] = {"prefix", "suffix", "date_part"};
    static const enum mln_clean_op ops[] = {MLN_CLEAN_PREFIX, MLN_CLEAN_SUFFIX,
                                            MLN_CLEAN_DATE_YEAR};
    static const char *const makes[] = {"first_word", "last_word", "soundex", "phonex_fr", NULL};
    struct mln_yaml *found = NULL;
    for (size_t w = 0; w < 3; w++) {
        struct mln_yaml *node = mln_yaml_get(d->node, words[w]);
        if (node == NULL) {
            continue;
        }
        if (found != NULL) {
            return mln_yaml_error(node, r->err,
                                  "one derivation at a time; write the others in clean");
        }
        found = node;
        steps[*n].op = ops[w];
        MLN_TRY(mln_model_read_argument(r, node, NULL, 0, &steps[(*n)++]));
    }
    struct mln_yaml *make = mln_yaml_get(d->node, "make");
    if (make != NULL) {
        size_t which = 0;
        MLN_TRY(mln_yaml_as_word(make, makes, &which, r->err));
        if (found != NULL) {
            return mln_yaml_error(make, r->err,
                                  "one derivation at a time; write the others in clean");
        }
        found = make;
        steps[(*n)++].op = (enum mln_clean_op)(MLN_CLEAN_FIRST_WORD + which);
    }
    if (found != NULL && d->field.from == SIZE_MAX) {
        return mln_yaml_error(
            found, r->err, "'%.*s' makes a field from another one: add from, or write it in clean",
            MLN_STR_ARG(found->key));
    }
    return MLN_OK;
}

static enum mln_status read_cleaning(struct mln_model_reader *r, struct draft *d) {
    struct mln_clean_step steps[MLN_CLEAN_STEPS_MAX] = {0};
    size_t n = 0;
    MLN_TRY(read_derivation(r, d, steps, &n));
    struct mln_yaml *clean = mln_yaml_get(d->node, "clean");
    if (clean == NULL && n == 0) {
        n = default_steps(d, steps);
    } else if (clean != NULL) {
        MLN_TRY(mln_model_read_steps(r, clean, steps, &n));
    }
    struct mln_clean_step *kept = MLN_ARENA_NEW(r->arena, struct mln_clean_step, n + 1);
    if (kept == NULL) {
        return mln_model_nomem(r);
    }
    memcpy(kept, steps, n * sizeof *steps);
    d->field.steps = kept;
    d->field.n_steps = n;
    return MLN_OK;
}

/* ── derived fields ── */

static bool is_date_part(const struct mln_clean_step *step) {
    return step->op == MLN_CLEAN_DATE_YEAR || step->op == MLN_CLEAN_DATE_MONTH;
}

/* A derived field against what it is made from, whose type is known. */
static enum mln_status check_derived(struct mln_model_reader *r, struct draft *d,
                                     const struct draft *from) {
    struct mln_link_field *f = &d->field;
    const bool from_date = f->from != SIZE_MAX && from->field.type == MLN_FIELD_DATE;
    for (size_t s = 0; s < f->n_steps; s++) {
        if (is_date_part(&f->steps[s]) && (s > 0 || !from_date)) {
            return mln_yaml_error(d->node, r->err,
                                  "date_part is the first step of a field made from a date field");
        }
    }
    if (f->from == SIZE_MAX) {
        return MLN_OK;
    }
    switch (from->field.type) {
    case MLN_FIELD_TEXT:
        if (f->type == MLN_FIELD_TEXT || f->type == MLN_FIELD_LIST) {
            return MLN_OK;
        }
        return mln_yaml_error(d->node, r->err, "from a text a text or a list can be made, no %s",
                              mln_field_type_words[f->type]);
    case MLN_FIELD_LIST:
        if (!d->type_written || f->type == MLN_FIELD_LIST) {
            f->type = MLN_FIELD_LIST;
            return MLN_OK;
        }
        return mln_yaml_error(d->node, r->err, "from a list only a list can be made");
    case MLN_FIELD_DATE:
        if (f->type == MLN_FIELD_TEXT && f->n_steps > 0 && is_date_part(&f->steps[0])) {
            return MLN_OK;
        }
        return mln_yaml_error(d->node, r->err,
                              "from a date a text can be made: its year or its month; write "
                              "date_part: year");
    default:
        return mln_yaml_error(d->node, r->err,
                              "nothing can be made from a %s; read its columns again",
                              mln_field_type_words[from->field.type]);
    }
}

/* ── one field ── */

static enum mln_status read_field(struct mln_model_reader *r, struct draft *d) {
    d->field.line = d->node->key_line;
    d->field.column = d->node->key_column;
    d->field.from = SIZE_MAX;
    d->field.separator = ' ';
    if (d->node->kind == MLN_YAML_MAP) {
        MLN_TRY(read_where(r, d));
        MLN_TRY(read_type(r, d));
        MLN_TRY(read_formats(r, d));
        MLN_TRY(read_separator(r, d));
        MLN_TRY(check_geo(r, d));
        MLN_TRY(read_cleaning(r, d));
        return mln_yaml_done(d->node, r->err);
    }
    /* `surname: nom` is short for {column: nom}; `surname:` for {column: surname} */
    if (d->node->kind == MLN_YAML_LIST) {
        return mln_yaml_error(d->node, r->err,
                              "a field is a column's name or a map; for several "
                              "columns write {columns: [a, b]}");
    }
    struct mln_str *name = MLN_ARENA_NEW(r->arena, struct mln_str, 1);
    struct mln_clean_step *steps = MLN_ARENA_NEW(r->arena, struct mln_clean_step, 2);
    if (name == NULL || steps == NULL) {
        return mln_model_nomem(r);
    }
    *name = d->field.name;
    if (d->node->kind == MLN_YAML_SCALAR) {
        MLN_TRY(mln_model_name(d->node, name, r->err));
    }
    d->field.columns[0] = d->field.columns[1] = name;
    d->field.n_columns[0] = d->field.n_columns[1] = 1;
    d->field.steps = steps;
    d->field.n_steps = default_steps(d, steps);
    return MLN_OK;
}

/* Puts fields after those they are made from, else in the order of the file; `place` of a field of
 * the file. */
static enum mln_status put_in_order(struct mln_model_reader *r, struct draft *drafts, size_t n,
                                    size_t *order, size_t *place) {
    size_t n_placed = 0;
    for (size_t f = 0; f < n; f++) {
        place[f] = SIZE_MAX;
    }
    for (bool moved = true; moved && n_placed < n;) {
        moved = false;
        for (size_t f = 0; f < n; f++) {
            const size_t from = drafts[f].field.from;
            if (place[f] == SIZE_MAX && (from == SIZE_MAX || place[from] != SIZE_MAX)) {
                place[f] = n_placed;
                order[n_placed++] = f;
                moved = true;
                MLN_TRY(check_derived(r, &drafts[f], from == SIZE_MAX ? NULL : &drafts[from]));
            }
        }
    }
    for (size_t f = 0; f < n; f++) {
        if (place[f] == SIZE_MAX) {
            return mln_yaml_error(
                drafts[f].node, r->err,
                "field '%.*s' is made from itself, through the fields that 'from' "
                "names; one of them needs a column",
                MLN_STR_ARG(drafts[f].field.name));
        }
    }
    return MLN_OK;
}

static enum mln_status keep_fields(struct mln_model_reader *r, const struct draft *drafts, size_t n,
                                   const size_t *order, const size_t *place) {
    struct mln_link_field *fields = MLN_ARENA_NEW(r->arena, struct mln_link_field, n);
    const char **words = MLN_ARENA_NEW(r->arena, const char *, n + 1);
    bool *is_code = MLN_ARENA_NEW(r->arena, bool, n);
    if (fields == NULL || words == NULL || is_code == NULL) {
        return mln_model_nomem(r);
    }
    for (size_t f = 0; f < n; f++) {
        fields[f] = drafts[order[f]].field;
        if (fields[f].from != SIZE_MAX) {
            fields[f].from = place[fields[f].from];
        }
        words[f] = r->field_words[order[f]];
        is_code[f] = drafts[order[f]].is_code;
    }
    r->field_words = words;
    r->is_code = is_code;
    r->model->fields = fields;
    r->model->n_fields = n;
    return MLN_OK;
}

enum mln_status mln_model_read_fields(struct mln_model_reader *r, struct mln_yaml *map) {
    MLN_TRY(mln_yaml_as_map(map, r->err));
    if (map->n == 0 || map->n > MLN_FIELDS_MAX) {
        return mln_yaml_error(map, r->err, "a model has 1 to %d fields", MLN_FIELDS_MAX);
    }
    struct draft *drafts = MLN_ARENA_NEW(r->arena, struct draft, map->n);
    const char **words = MLN_ARENA_NEW(r->arena, const char *, map->n + 1);
    size_t *order = MLN_ARENA_NEW(r->arena, size_t, 2 * map->n);
    if (drafts == NULL || words == NULL || order == NULL) {
        return mln_model_nomem(r);
    }
    size_t n = 0;
    for (struct mln_yaml *node = map->first; node != NULL; node = node->next, n++) {
        struct mln_yaml key = *node;
        key.kind = MLN_YAML_SCALAR;
        key.text = node->key;
        key.line = node->key_line;
        key.column = node->key_column;
        node->used = true;
        drafts[n].node = node;
        MLN_TRY(mln_model_name(&key, &drafts[n].field.name, r->err));
        words[n] = mln_arena_strdup(r->arena, node->key);
        if (words[n] == NULL) {
            return mln_model_nomem(r);
        }
    }
    r->field_words = words;
    for (size_t f = 0; f < n; f++) {
        MLN_TRY(read_field(r, &drafts[f]));
    }
    MLN_TRY(put_in_order(r, drafts, n, order, order + n));
    return keep_fields(r, drafts, n, order, order + n);
}
