#include "stage/chain/chain_grammar.h"

#include "assets/assets.h"
#include "base/yaml.h"

static const char *const acts[] = {"debut",
                                   "enregistrement",
                                   "orientation",
                                   "reorientation",
                                   "transmission_instruction",
                                   "ordonnance_reglement",
                                   "decision",
                                   "appel",
                                   NULL};
enum { N_ACTS = sizeof acts / sizeof *acts - 1 };

static enum mln_status read_followers(struct mln_yaml *node, size_t before,
                                      struct mln_succession *list, size_t *n, struct mln_err *err) {
    bool seen[N_ACTS] = {false};
    MLN_TRY(mln_yaml_as_list(node, err));
    for (const struct mln_yaml *item = node->first; item != NULL; item = item->next) {
        size_t after = 0;
        MLN_TRY(mln_yaml_as_word(item, acts, &after, err));
        if (after == 0) {
            return mln_yaml_error(item, err, "'%s' follows nothing", acts[0]);
        }
        if (seen[after]) {
            return mln_yaml_error(item, err, "'%s' is listed twice", acts[after]);
        }
        seen[after] = true;
        list[(*n)++] = (struct mln_succession){acts[before], acts[after]};
    }
    return MLN_OK;
}

enum mln_status mln_grammar_parse(struct mln_arena *arena, const char *file, struct mln_str text,
                                  struct mln_grammar *out, struct mln_err *err) {
    struct mln_yaml *top = NULL, *version = NULL, *gap = NULL, *map = NULL;
    int64_t number = 0;
    MLN_TRY(mln_yaml_parse(arena, file, text, &top, err));
    MLN_TRY(mln_yaml_as_map(top, err));
    MLN_TRY(mln_yaml_need(top, "version", &version, err));
    MLN_TRY(mln_yaml_as_i64(version, 1, 1, &number, err));
    MLN_TRY(mln_yaml_need(top, "gap_days", &gap, err));
    MLN_TRY(mln_yaml_as_i64(gap, 1, 36525, &number, err));
    MLN_TRY(mln_yaml_need(top, "succession", &map, err));
    MLN_TRY(mln_yaml_as_map(map, err));
    struct mln_succession *list = MLN_ARENA_NEW(arena, struct mln_succession, N_ACTS * N_ACTS);
    if (list == NULL) {
        return mln_err_nomem(err, "the grammar");
    }
    *out = (struct mln_grammar){(int32_t)number, list, 0};
    for (size_t before = 0; before < N_ACTS; before++) {
        struct mln_yaml *node = mln_yaml_get(map, acts[before]);
        if (node != NULL) {
            MLN_TRY(read_followers(node, before, list, &out->n, err));
        }
    }
    MLN_TRY(mln_yaml_done(map, err));
    if (out->n == 0) {
        return mln_yaml_error(map, err, "a grammar needs a succession");
    }
    return mln_yaml_done(top, err);
}

enum mln_status mln_grammar_load(struct mln_arena *arena, struct mln_engine *e, const char *work,
                                 struct mln_grammar *out, struct mln_err *err) {
    static const struct mln_column_spec specs[] = {{"avant", MLN_UTF8_TEXT},
                                                   {"apres", MLN_UTF8_TEXT}};
    const struct mln_asset *text = mln_asset_find("models/chain-grammar.yaml");
    if (text == NULL) {
        return mln_err_set(err, MLN_INTERNAL, "the grammar of acts does not travel in the program");
    }
    MLN_TRY(mln_grammar_parse(arena, text->name, text->text, out, err));
    struct mln_builder *b = mln_builder_new(specs, 2);
    struct mln_appender *a = NULL;
    struct mln_batch batch;
    if (b == NULL) {
        return mln_err_nomem(err, "the grammar");
    }
    for (size_t i = 0; i < out->n; i++) {
        mln_add_str(b, 0, mln_str_from(out->list[i].before));
        mln_add_str(b, 1, mln_str_from(out->list[i].after));
    }
    enum mln_status status = mln_builder_view(b, &batch, err);
    if (status == MLN_OK) {
        status = e->ops->append_open(e, work, "grammaire", &a, err);
    }
    if (status == MLN_OK) {
        status = e->ops->append(a, &batch, err);
        const enum mln_status closed =
            e->ops->append_close(a, status == MLN_OK, status == MLN_OK ? err : NULL);
        status = status == MLN_OK ? closed : status;
    }
    mln_builder_free(b);
    return status;
}
