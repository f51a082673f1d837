#include "source/dictionary.h"

static void add_names(const struct mln_model_table *table, const size_t *columns, size_t n,
                      struct mln_buf *out) {
    for (size_t i = 0; i < n; i++) {
        mln_buf_addf(out, "%s`%s`", i == 0 ? "" : ", ", table->columns[columns[i]].name);
    }
}

static void add_reference(const struct mln_model *model, const struct mln_model_table *table,
                          const struct mln_model_reference *reference, const char *when_absent,
                          struct mln_buf *out) {
    const struct mln_model_table *other = &model->tables[reference->table];
    mln_buf_addz(out, "- references ");
    mln_buf_addf(out, "`%s` by ", other->name);
    add_names(table, reference->columns, other->n_key, out);
    mln_buf_addf(out, " (`%s`): %s\n", reference->name, when_absent);
}

/* What values are allowed, in words. */
static void add_values(const struct mln_model_column *c, struct mln_buf *out) {
    for (size_t i = 0; i < c->n_words; i++) {
        mln_buf_addf(out, "%s`%s`", i == 0 ? "" : ", ", c->words[i]);
    }
    if (c->codes != NULL) {
        mln_buf_addf(out, "nomenclature `%s`%s", c->codes, c->codes_closed ? ", closed" : "");
    }
    if (c->type != MLN_VALUE_INT) {
        return;
    }
    if (c->min == INT32_MIN && c->max == INT32_MAX) {
        mln_buf_addz(out, "any");
    } else if (c->max == INT32_MAX) {
        mln_buf_addf(out, "from %d", (int)c->min);
    } else {
        mln_buf_addf(out, "%d to %d", (int)c->min, (int)c->max);
    }
}

static void add_column(const struct mln_model_column *c, struct mln_buf *out) {
    mln_buf_addf(out, "| `%s` | %s | %s | %s | ", c->name, mln_value_type_words[c->type],
                 c->required ? "yes" : "", mln_zone_words[c->zone]);
    add_values(c, out);
    mln_buf_addf(out, " | %s |\n", c->doc);
}

static void add_table(const struct mln_model *model, const struct mln_model_table *table,
                      struct mln_buf *out) {
    mln_buf_addf(out, "\n## `%s`\n\n%s. Source: %s.\n\n- key: ", table->name, table->grain,
                 table->source);
    add_names(table, table->key, table->n_key, out);
    mln_buf_addc(out, '\n');
    if (table->parent != NULL) {
        add_reference(model, table, table->parent, "a row without its parent is rejected", out);
    }
    if (table->target != NULL) {
        add_reference(model, table, table->target, "it may be outside the extract", out);
    }
    mln_buf_addz(out, "\n| column | type | required | zone | values | meaning |\n"
                      "|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < table->n_columns; i++) {
        add_column(&table->columns[i], out);
    }
}

void mln_dictionary_print(const struct mln_model *model, struct mln_buf *out) {
    mln_buf_addz(
        out,
        "# Data dictionary\n\n"
        "Printed from `models/canonical.yaml`: change that file, then run "
        "`build/tests/source/test_dictionary --write`.\n\n"
        "Types: *code* opaque text, leading zeros kept; *text* free text; *int* a whole number; "
        "*date* one day; *period* a date that may be incomplete (a year, a month), stored as its "
        "first and last day, `<name>_min` and `<name>_max`.\n\n"
        "Zones: *id* identifiers and what linkage compares; *content* what studies count; *both* "
        "needed by both, identifies nobody by itself. The zone *id* also keeps, for every row, "
        "its file and row number; nothing ties the zones but `idx`, the place of the row among "
        "those "
        "accepted.\n\n"
        "A code that is not in its nomenclature is kept and counted, unless the list is closed.\n");
    for (size_t t = 0; t < model->n_tables; t++) {
        add_table(model, &model->tables[t], out);
    }
}
