#include "source/typing.h"

enum mln_status mln_cell_rule_make(struct mln_arena *arena, const struct mln_model_column *model,
                                   const struct mln_contract_column *column, enum mln_format format,
                                   const struct mln_code_set *codes, struct mln_cell_rule *out,
                                   struct mln_err *err) {
    *out = (struct mln_cell_rule){
        .type = model->type,
        .required = column->required,
        .codes_closed = column->codes_closed,
        .min = column->min,
        .max = column->max,
        .words = column->words,
        .n_words = column->n_words,
        .values = column->values,
        .n_values = column->n_values,
        .missing = column->missing,
        .n_missing = column->n_missing,
        .dates = column->dates,
        .n_dates = column->n_dates,
        .codes = codes,
    };
    const bool dated = model->type == MLN_VALUE_DATE || model->type == MLN_VALUE_PERIOD;
    if (!dated || format == MLN_FORMAT_CSV) {
        return MLN_OK;
    }
    struct mln_date_format *dates =
        MLN_ARENA_NEW(arena, struct mln_date_format, column->n_dates + 2);
    if (dates == NULL) {
        return mln_err_nomem(err, "the types of a table");
    }
    MLN_TRY(mln_date_format_parse(MLN_STR_LIT("yyyy-mm-dd"), &dates[0], err));
    MLN_TRY(mln_date_format_parse(MLN_STR_LIT("yyyy-mm-dd HH:MM:SS"), &dates[1], err));
    if (column->n_dates > 0) {
        memcpy(dates + 2, column->dates, column->n_dates * sizeof *dates);
    }
    out->dates = dates;
    out->n_dates = column->n_dates + 2;
    return MLN_OK;
}

static bool is_missing(const struct mln_cell_rule *rule, struct mln_str cell) {
    for (size_t i = 0; i < rule->n_missing; i++) {
        if (mln_str_eq(cell, rule->missing[i])) {
            return true;
        }
    }
    return false;
}

static struct mln_str mapped(const struct mln_cell_rule *rule, struct mln_str cell) {
    size_t from = 0;
    size_t to = rule->n_values;
    while (from < to) {
        const size_t middle = from + (to - from) / 2;
        const int order = mln_str_cmp(rule->values[middle].from, cell);
        if (order == 0) {
            return rule->values[middle].to;
        }
        if (order < 0) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return cell;
}

static enum mln_reason type_int(const struct mln_cell_rule *rule, struct mln_str s, int32_t *out) {
    const bool negative = s.n > 0 && s.p[0] == '-';
    size_t at = negative ? 1 : 0;
    int64_t value = 0;
    bool large = false;
    const size_t first = at;
    for (; at < s.n && s.p[at] >= '0' && s.p[at] <= '9'; at++) {
        value = value * 10 + (s.p[at] - '0');
        large = large || value > INT32_MAX;
        value = large ? INT32_MAX : value;
    }
    if (at == first) {
        return MLN_REASON_INT_MALFORMED;
    }
    if (at < s.n && s.p[at] == '.') {
        const size_t point = at++;
        while (at < s.n && s.p[at] == '0') {
            at++;
        }
        at = at == point + 1 ? point : at; /* "3." is not a number */
    }
    if (at < s.n) {
        return MLN_REASON_INT_MALFORMED;
    }
    value = negative ? -value : value;
    if (large || value < rule->min || value > rule->max) {
        return MLN_REASON_INT_RANGE;
    }
    *out = (int32_t)value;
    return MLN_REASON_NONE;
}

static enum mln_reason type_date(const struct mln_cell_rule *rule, struct mln_str s,
                                 struct mln_cell_value *out) {
    struct mln_date_range range;
    enum mln_date_parse_result result = MLN_DATE_MALFORMED;
    for (size_t i = 0; i < rule->n_dates && result == MLN_DATE_MALFORMED; i++) {
        result = mln_date_parse(&rule->dates[i], s, &range);
    }
    switch (result) {
    case MLN_DATE_IMPOSSIBLE: return MLN_REASON_DATE_IMPOSSIBLE;
    case MLN_DATE_INCOMPLETE:
        if (rule->type == MLN_VALUE_DATE) {
            return MLN_REASON_DATE_INCOMPLETE;
        }
        break;
    case MLN_DATE_OK: break;
    default: return MLN_REASON_DATE_MALFORMED;
    }
    out->first = range.first;
    out->last = range.last;
    return MLN_REASON_NONE;
}

static enum mln_reason type_text(const struct mln_cell_rule *rule, struct mln_str s,
                                 struct mln_cell_value *out) {
    out->text = s;
    if (rule->n_words > 0) {
        size_t i = 0;
        while (i < rule->n_words && !mln_str_is(s, rule->words[i])) {
            i++;
        }
        if (i == rule->n_words) {
            return MLN_REASON_WORD;
        }
    }
    if (rule->codes != NULL && !mln_code_set_has(rule->codes, s)) {
        out->unknown_code = true;
        return rule->codes_closed ? MLN_REASON_CODE : MLN_REASON_NONE;
    }
    return MLN_REASON_NONE;
}

enum mln_reason mln_cell_type(const struct mln_cell_rule *rule, struct mln_str cell,
                              struct mln_cell_value *out) {
    *out = (struct mln_cell_value){0};
    struct mln_str s = mln_str_trim(cell);
    if (s.n > 0 && is_missing(rule, s)) {
        s.n = 0;
    }
    if (s.n > 0 && rule->n_values > 0) {
        s = mapped(rule, s);
    }
    if (s.n == 0) {
        return rule->required ? MLN_REASON_REQUIRED : MLN_REASON_NONE;
    }
    out->present = true;
    switch (rule->type) {
    case MLN_VALUE_INT: return type_int(rule, s, &out->first);
    case MLN_VALUE_DATE:
    case MLN_VALUE_PERIOD: return type_date(rule, s, out);
    case MLN_VALUE_CODE:
    case MLN_VALUE_TEXT: break;
    }
    return type_text(rule, s, out);
}
