#include "protect/primary.h"

static void make_primary(struct mln_system *s, size_t cell,
                         const struct mln_protect_options *options) {
    struct mln_cell *c = &s->cells[cell];
    if (c->fixed || c->state != MLN_CELL_SHOWN) {
        return; /* already out, or already primary */
    }
    c->need = options->interval_width > 0 ? options->interval_width : c->threshold;
    mln_system_suppress(s, cell, MLN_CELL_PRIMARY);
}

static void find_groups(struct mln_system *s, const struct mln_line *line,
                        const struct mln_protect_options *options) {
    const uint64_t all = s->cells[s->members[line->first]].count;
    size_t only = SIZE_MAX;
    for (size_t k = 1; k < line->n; k++) {
        const size_t cell = s->members[line->first + k];
        only = s->cells[cell].count == all ? cell : only;
    }
    if (all == 0 || only == SIZE_MAX) {
        return;
    }
    s->cells[only].group = true;
    for (size_t k = 1; k < line->n; k++) {
        struct mln_cell *c = &s->cells[s->members[line->first + k]];
        c->hides_group = c->hides_group || c->count == 0;
    }
    make_primary(s, only, options);
}

void mln_primary(struct mln_system *s, const struct mln_protect_options *options) {
    for (size_t c = 0; c < s->n_cells; c++) {
        const bool zero = options->protect_zeros && s->cells[c].count == 0 &&
                          s->line_start[c] < s->line_start[c + 1] && !mln_is_known_zero(s, c);
        if (mln_cell_is_small(&s->cells[c]) || zero) {
            make_primary(s, c, options);
        }
    }
    for (size_t l = 0; l < s->n_lines; l++) {
        if (s->lines[l].sensitive) {
            find_groups(s, &s->lines[l], options);
        }
    }
    for (size_t c = 0; c < s->n_cells; c++) {
        if (s->cells[c].was_hidden && s->cells[c].state == MLN_CELL_SHOWN && !s->cells[c].fixed) {
            mln_system_suppress(s, c, MLN_CELL_SECONDARY);
        }
    }
}
