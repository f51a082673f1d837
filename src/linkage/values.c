#include "linkage/values.h"

#include <math.h>

#include "base/num.h"
#include "base/utf8.h"
#include "link/pairs/text.h"

static void tell_text(const struct mln_strset *set, uint32_t id, FILE *to) {
    const struct mln_sequence value = mln_strset_view(set, id);
    for (uint32_t i = 0; i < value.length; i++) {
        char bytes[8];
        const uint32_t point = mln_sequence_point(set, value, i);
        const bool control = point < 0x20 || (point >= 0x7F && point < 0xA0);
        fwrite(bytes, 1, mln_utf8_put(control ? ' ' : point, bytes), to);
    }
}

static void tell_day(int32_t day, FILE *to) {
    char text[16];
    fwrite(text, 1, mln_day_to_iso(day, text), to);
}

static void tell_date(int32_t first, int32_t last, FILE *to) {
    tell_day(first, to);
    if (last != first) {
        fputs(" … ", to);
        tell_day(last, to);
    }
}

static void tell_number(double value, FILE *to) {
    char text[MLN_F64_TEXT];
    fwrite(text, 1, mln_format_f64(value, text), to);
}

static void tell_list(const struct mln_field_column *c, uint32_t row, FILE *to) {
    for (uint64_t i = c->start[row]; i < c->start[row + 1]; i++) {
        fputs(i == c->start[row] ? "" : " | ", to);
        tell_text(&c->set, c->item[i], to);
    }
}

static bool is_missing(const struct mln_field_column *c, uint32_t row) {
    switch (c->type) {
    case MLN_FIELD_TEXT: return c->ids[row] == MLN_STRSET_MISSING;
    case MLN_FIELD_DATE: return c->first[row] == MLN_DAY_NONE;
    case MLN_FIELD_NUMBER: return isnan(c->number[row]);
    case MLN_FIELD_LIST: return c->start[row] == c->start[row + 1];
    case MLN_FIELD_GEO: return isnan(c->latitude[row]) || isnan(c->longitude[row]);
    }
    return true;
}

static void tell_value(const struct mln_field_column *c, uint32_t row, FILE *to) {
    if (is_missing(c, row)) {
        fputs("∅", to);
        return;
    }
    switch (c->type) {
    case MLN_FIELD_TEXT: tell_text(&c->set, c->ids[row], to); break;
    case MLN_FIELD_DATE: tell_date(c->first[row], c->last[row], to); break;
    case MLN_FIELD_NUMBER: tell_number(c->number[row], to); break;
    case MLN_FIELD_LIST: tell_list(c, row, to); break;
    case MLN_FIELD_GEO:
        tell_number(c->latitude[row], to);
        fputs(" ", to);
        tell_number(c->longitude[row], to);
        break;
    }
}

static void tell_field(const struct mln_link_model *model, const struct mln_records *records,
                       size_t field, const uint32_t row[2], FILE *to) {
    fprintf(to, "    %.*s: ", MLN_STR_ARG(model->fields[field].name));
    tell_value(&records->fields[field], row[0], to);
    fputs("  ~  ", to);
    tell_value(&records->fields[field], row[1], to);
    fputc('\n', to);
}

void mln_linkage_tell_values(const struct mln_link_model *model, const struct mln_records *records,
                             size_t comparison, uint8_t level, const uint32_t row[2], FILE *to) {
    const struct mln_comparison *c = &model->comparisons[comparison];
    tell_field(model, records, c->field, row, to);
    if (level == MLN_LEVEL_MISSING) {
        return;
    }
    const struct mln_level *l = &c->levels[level];
    if (l->field != c->field) {
        tell_field(model, records, l->field, row, to);
    }
    for (size_t i = 0; i < l->n_sql_fields; i++) {
        if (l->sql_fields[i] != c->field) {
            tell_field(model, records, l->sql_fields[i], row, to);
        }
    }
    const bool two = l->kind == MLN_LEVEL_SWAPPED || l->kind == MLN_LEVEL_OTHER;
    if (two && l->other_field != c->field && l->other_field != l->field) {
        tell_field(model, records, l->other_field, row, to);
    }
}
