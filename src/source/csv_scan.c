#include "source/csv_scan.h"

#include "source/source.h"

/* One bit per byte, its highest; all masks are exact for each of the eight bytes. */
#define LOW7 UINT64_C(0x7F7F7F7F7F7F7F7F)
#define HIGH UINT64_C(0x8080808080808080)

static inline uint64_t load8(const char *p) {
    uint64_t w;
    memcpy(&w, p, sizeof w);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    w = __builtin_bswap64(w);
#endif
    return w;
}

/* Bytes equal to zero: (low 7 bits + 0x7F) has the high bit unless they are all zero. */
static inline uint64_t zero_bytes(uint64_t w) {
    return ~(((w & LOW7) + LOW7) | w | LOW7);
}

/* Bytes below 0x20 (NUL, TAB, LF, CR and the other control characters). */
static inline uint64_t control_bytes(uint64_t w) {
    return ~(((w & LOW7) + UINT64_C(0x6060606060606060)) | w) & HIGH;
}

static inline uint64_t in_each_byte(char c) {
    return UINT64_C(0x0101010101010101) * (unsigned char)c;
}

void mln_csv_scanner_init(struct mln_csv_scanner *s, char delimiter, char quote,
                          enum mln_encoding encoding, size_t field_cap) {
    *s = (struct mln_csv_scanner){
        .delimiter = delimiter,
        .quote = quote,
        .encoding = encoding,
        .field_cap = field_cap,
        .delimiter8 = in_each_byte(delimiter),
        .quote8 = in_each_byte(quote), /* none: NUL, which is special anyway */
    };
}

void mln_csv_scanner_release(struct mln_csv_scanner *s) {
    mln_buf_release(&s->convert);
}

/* A cell being scanned. */
struct cell {
    const char *begin;
    const char *end;
    uint64_t high;  /* not 0: has bytes past ASCII */
    size_t doubled; /* quoted: doubled quotes inside */
    enum mln_reason fault;
};

/* The first byte from p on that may mean something; the padding stops it at `end`. */
static inline const char *next_special(const struct mln_csv_scanner *s, const char *p,
                                       uint64_t *high) {
    for (;; p += 8) {
        const uint64_t w = load8(p);
        const uint64_t special =
            control_bytes(w) | zero_bytes(w ^ s->delimiter8) | zero_bytes(w ^ s->quote8);
        if (special != 0) {
            const unsigned before = (unsigned)__builtin_ctzll(special) & ~7U; /* bits */
            *high |= w & HIGH & ((UINT64_C(1) << before) - 1);
            return p + before / 8;
        }
        *high |= w & HIGH;
    }
}

static inline void set_fault(struct cell *cell, enum mln_reason fault) {
    if (cell->fault == MLN_REASON_NONE) {
        cell->fault = fault;
    }
}

/* What a CR at p means: 1 ends the line, 0 is a fault, -1 needs the byte after it. */
static int carriage_return(const struct mln_csv_scanner *s, const char *p, const char *end,
                           bool last) {
    if (s->eol == MLN_CSV_EOL_CR) {
        return 1;
    }
    if (p + 1 == end) {
        return last ? 1 : -1;
    }
    return p[1] == '\n' || s->eol == MLN_CSV_EOL_UNKNOWN;
}

/* From p to the delimiter or line end that closes the cell (or `end`, when it is the file's);
 * NULL: more bytes are needed. */
static const char *scan_plain(const struct mln_csv_scanner *s, const char *p, const char *end,
                              bool last, struct cell *cell) {
    for (;; p++) {
        p = next_special(s, p, &cell->high);
        if (p >= end) {
            cell->end = end;
            return last ? end : NULL;
        }
        const char c = *p;
        if (c == s->delimiter) {
            break;
        }
        if (c == '\n') {
            if (s->eol != MLN_CSV_EOL_CR) {
                break;
            }
            set_fault(cell, MLN_REASON_LINE_BREAK);
        } else if (c == '\r') {
            const int meaning = carriage_return(s, p, end, last);
            if (meaning < 0) {
                return NULL;
            }
            if (meaning > 0) {
                break;
            }
            set_fault(cell, MLN_REASON_LINE_BREAK);
        } else if (c == '\0') {
            set_fault(cell, MLN_REASON_NUL_BYTE);
        } else if (c == s->quote) {
            set_fault(cell, MLN_REASON_QUOTE);
        }
    }
    cell->end = p;
    return p;
}

/* Past the quote that closes the cell whose text begins at p; NULL: there is none in the block. */
static const char *closing_quote(const struct mln_csv_scanner *s, const char *p, const char *end,
                                 bool last, struct cell *cell) {
    cell->begin = p;
    cell->doubled = 0;
    for (;;) {
        const char *q = memchr(p, s->quote, (size_t)(end - p));
        if (q == NULL || (q + 1 == end && !last)) {
            return NULL;
        }
        if (q + 1 < end && q[1] == s->quote) {
            cell->doubled++;
            p = q + 2;
            continue;
        }
        cell->end = q;
        return q + 1;
    }
}

static bool has_line_break(const struct cell *cell) {
    const size_t n = (size_t)(cell->end - cell->begin);
    return memchr(cell->begin, '\n', n) != NULL || memchr(cell->begin, '\r', n) != NULL;
}

/* A quoted cell; p is at its quote. *step is MLN_CSV_ROW when the row goes on. */
static const char *scan_quoted(const struct mln_csv_scanner *s, const char *p, const char *end,
                               bool last, struct cell *cell, enum mln_csv_step *step) {
    p = closing_quote(s, p + 1, end, last, cell);
    if (p == NULL) {
        *step = last ? MLN_CSV_UNCLOSED : MLN_CSV_MORE;
        return NULL;
    }
    struct cell tail = {.fault = MLN_REASON_NONE};
    const char *stop = scan_plain(s, p, end, last, &tail);
    if (stop == NULL) {
        *step = MLN_CSV_MORE;
        return NULL;
    }
    if (stop != p) {
        if (has_line_break(cell)) {
            *step = MLN_CSV_SWALLOWED;
            return NULL;
        }
        set_fault(cell, MLN_REASON_QUOTE);
    }
    const size_t n = (size_t)(cell->end - cell->begin);
    if (memchr(cell->begin, '\0', n) != NULL) {
        set_fault(cell, MLN_REASON_NUL_BYTE);
    }
    cell->high = HIGH; /* not known: have it looked at */
    return stop;
}

/* Copies without the second of each two quotes; NULL: no memory. */
static char *undouble(const struct cell *cell, char quote, struct mln_arena *text) {
    char *copy = MLN_ARENA_NEW(text, char, (size_t)(cell->end - cell->begin));
    if (copy == NULL) {
        return NULL;
    }
    char *to = copy;
    for (const char *from = cell->begin; from < cell->end; from++) {
        *to++ = *from;
        from += *from == quote; /* skip its double */
    }
    return copy;
}

/* The text of a cell as UTF-8. Sets cell->fault; false: no memory. */
static bool take_text(struct mln_csv_scanner *s, struct cell *cell, struct mln_arena *text,
                      struct mln_str *out) {
    struct mln_str raw = {cell->begin, (size_t)(cell->end - cell->begin)};
    if (cell->doubled > 0) {
        raw.p = undouble(cell, s->quote, text);
        raw.n -= cell->doubled;
        if (raw.p == NULL) {
            return false;
        }
    }
    *out = raw;
    if (cell->high == 0) {
        return true;
    }
    const size_t valid = s->encoding == MLN_UTF8 ? mln_utf8_valid_prefix(raw) : 0;
    if (s->encoding == MLN_UTF8) {
        if (valid < raw.n) {
            set_fault(cell, MLN_REASON_ENCODING);
        }
        return true;
    }
    mln_buf_reset(&s->convert);
    if (mln_to_utf8(s->encoding, raw, &s->convert) < raw.n && !s->convert.failed) {
        set_fault(cell, MLN_REASON_ENCODING);
        return true;
    }
    out->n = s->convert.n;
    out->p = s->convert.failed ? NULL : mln_arena_strdup(text, mln_buf_view(&s->convert));
    return out->p != NULL;
}

/* Puts a cell in its place and its fault on the row; false: no memory. */
static inline bool store_cell(struct mln_csv_scanner *s, struct cell *cell, uint16_t slot,
                              struct mln_str *cells, struct mln_arena *text,
                              struct mln_csv_row *row) {
    const size_t n = (size_t)(cell->end - cell->begin);
    if (n > s->field_cap) {
        set_fault(cell, MLN_REASON_TOO_LONG);
    } else if (n > 0 && slot != MLN_NO_COLUMN && cell->fault == MLN_REASON_NONE) {
        if (!take_text(s, cell, text, &cells[slot])) {
            return false;
        }
    }
    if (cell->fault != MLN_REASON_NONE && row->fault == MLN_REASON_NONE) {
        row->fault = cell->fault;
        row->fault_column = row->n_cells;
    }
    return true;
}

/* Past the end of the line at p, which also tells the kind of lines of the file. */
static const char *pass_line_end(struct mln_csv_scanner *s, const char *p, const char *end) {
    const bool cr = *p++ == '\r';
    const bool lf = cr && s->eol != MLN_CSV_EOL_CR && p < end && *p == '\n';
    if (s->eol == MLN_CSV_EOL_UNKNOWN) {
        s->eol = cr && !lf ? MLN_CSV_EOL_CR : MLN_CSV_EOL_LF;
    }
    return p + lf;
}

enum mln_csv_step mln_csv_scan_row(struct mln_csv_scanner *s, const char **at, const char *end,
                                   bool last, const uint16_t *slots, size_t n_columns,
                                   struct mln_str *cells, struct mln_arena *text,
                                   struct mln_csv_row *row) {
    *row = (struct mln_csv_row){.fault = MLN_REASON_NONE};
    const char *p = *at;
    for (;; p++) {
        struct cell cell = {.begin = p, .fault = MLN_REASON_NONE};
        enum mln_csv_step step = MLN_CSV_MORE;
        if (s->quote != '\0' && *p == s->quote && p < end) {
            p = scan_quoted(s, p, end, last, &cell, &step);
        } else {
            p = scan_plain(s, p, end, last, &cell);
        }
        if (p == NULL) {
            return step;
        }
        const uint16_t slot = row->n_cells < n_columns ? slots[row->n_cells] : MLN_NO_COLUMN;
        if (!store_cell(s, &cell, slot, cells, text, row)) {
            return MLN_CSV_NO_MEMORY;
        }
        row->n_cells++;
        if (p == end || *p != s->delimiter) {
            break;
        }
    }
    *at = p == end ? end : pass_line_end(s, p, end);
    return MLN_CSV_ROW;
}
