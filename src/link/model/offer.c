/* Fields that a model with `blocking: auto` offers to the choice of its rules: the beginning of
 * each text, where typing errors and cuts are rarest, the month and the year of each date. */
#include <string.h>

#include "link/model/inside.h"

enum { PREFIX = 4, KINDS = 3 };

static const struct {
    enum mln_field_type of;
    const char *ending;
    struct mln_clean_step step;
} offers[KINDS] = {
    {MLN_FIELD_TEXT, "4", {.op = MLN_CLEAN_PREFIX, .n = PREFIX}},
    {MLN_FIELD_DATE, "month", {.op = MLN_CLEAN_DATE_MONTH}},
    {MLN_FIELD_DATE, "year", {.op = MLN_CLEAN_DATE_YEAR}},
};

static enum mln_status offer(struct mln_model_reader *r, size_t from, size_t kind,
                             struct mln_link_field *fields) {
    struct mln_buf name = MLN_BUF_INIT;
    struct mln_str kept;
    mln_buf_add_str(&name, fields[from].name);
    mln_buf_addf(&name, "_%s", offers[kind].ending);
    MLN_TRY(mln_model_keep(r, &name, &kept));
    if (mln_link_model_field(r->model, kept) == SIZE_MAX && kept.n <= MLN_NAME_BYTES_MAX) {
        fields[r->model->n_fields++] = (struct mln_link_field){.name = kept,
                                                               .type = MLN_FIELD_TEXT,
                                                               .from = from,
                                                               .steps = &offers[kind].step,
                                                               .n_steps = 1,
                                                               .separator = ' ',
                                                               .line = fields[from].line,
                                                               .column = fields[from].column};
    }
    return MLN_OK;
}

enum mln_status mln_model_offer_keys(struct mln_model_reader *r) {
    const size_t n = r->model->n_fields;
    struct mln_link_field *fields = MLN_ARENA_NEW(r->arena, struct mln_link_field, (KINDS + 1) * n);
    if (fields == NULL) {
        return mln_model_nomem(r);
    }
    memcpy(fields, r->model->fields, n * sizeof *fields);
    r->model->fields = fields;
    for (size_t f = 0; f < n; f++) {
        for (size_t kind = 0; kind < KINDS; kind++) {
            if (fields[f].from == SIZE_MAX && fields[f].type == offers[kind].of && !r->is_code[f] &&
                r->model->n_fields < MLN_FIELDS_MAX) {
                MLN_TRY(offer(r, f, kind, fields));
            }
        }
    }
    return MLN_OK;
}
