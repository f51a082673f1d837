/* The CSV reader: cases by hand, a slow obvious parser as oracle, faults of I/O, caps. */
#include "base/rng.h"
#include "memory_io.h"

#include "dump.h"
#include "run.h"

struct csv_case {
    const char *name;
    const char *text;
    size_t n; /* 0: strlen */
    struct mln_source_options options;
    const char *expect;
};

#define TEXT(s) (s), sizeof(s) - 1

static const struct csv_case cases[] = {
    {"plain", TEXT("a;b\n1;2\n3;4\n"), {0}, "#a|b\n1:1|2\n2:3|4\n"},
    {"no last line end", TEXT("a;b\n1;2"), {0}, "#a|b\n1:1|2\n"},
    {"crlf and bom", TEXT("\xEF\xBB\xBF" "a;b\r\n1;2\r\n"), {0}, "#a|b\n1:1|2\n"},
    {"cr", TEXT("a;b\r1;2\r3;4"), {0}, "#a|b\n1:1|2\n2:3|4\n"},
    {"mixed lf and crlf", TEXT("a;b\n1;2\r\n3;4\n"), {0}, "#a|b\n1:1|2\n2:3|4\n"},
    {"last cr", TEXT("a;b\r\n1;2\r"), {0}, "#a|b\n1:1|2\n"},
    {"lone cr", TEXT("a;b\n1;2\r3\n4;5\n"), {0}, "#a|b\n1!fin de ligne isolee@1\n2:4|5\n"},
    {"lone lf", TEXT("a;b\r1;2\n3\r4;5\r"), {0}, "#a|b\n1!fin de ligne isolee@1\n2:4|5\n"},
    {"empty cells", TEXT("a;b;c\n;;\n;x;\n"), {0}, "#a|b|c\n1:~|~|~\n2:~|x|~\n"},
    {"blank line", TEXT("a;b\n\n1;2\n"), {0}, "#a|b\n1!cellules manquantes@-\n2:1|2\n"},
    {"blank line of one column", TEXT("a\n\n1\n"), {0}, "#a\n1:~\n2:1\n"},
    {"few and many", TEXT("a;b\n1\n1;2;3\n1;2\n"), {0},
     "#a|b\n1!cellules manquantes@-\n2!cellules en trop@-\n3:1|2\n"},
    {"header only", TEXT("a;b\n"), {0}, "#a|b\n"},
    {"header trimmed", TEXT(" a ;\tb\n1;2\n"), {0}, "#a|b\n1:1|2\n"},
    {"quotes", TEXT("a;b\n\"x;y\";\"z\"\"z\"\n\"\";\"\"\"\"\n"), {.quote = '"'},
     "#a|b\n1:x;y|z\"z\n2:~|\"\n"},
    {"quoted lines", TEXT("a;b\n\"x\ny\r\nz\";1\n2;3\n"), {.quote = '"'},
     "#a|b\n1:x\ny\r\nz|1\n2:2|3\n"},
    {"quoted header", TEXT("\"a;1\";b\n1;2\n"), {.quote = '"'}, "#a;1|b\n1:1|2\n"},
    {"no quote declared", TEXT("a;b\n\"1\";2\n"), {0}, "#a|b\n1:\"1\"|2\n"},
    {"quote inside", TEXT("a;b\nx\"y;2\n1;2\n"), {.quote = '"'},
     "#a|b\n1!guillemet mal place@0\n2:1|2\n"},
    {"after the quote", TEXT("a;b\n\"x\"y;2\n1;2\n"), {.quote = '"'},
     "#a|b\n1!guillemet mal place@0\n2:1|2\n"},
    {"unclosed", TEXT("a;b\n1;2\n3;\"4\n5;6\n"), {.quote = '"'},
     "!2 t.csv: row 2, column 2: a quote is opened and never closed; the rows after it cannot "
     "be told apart\n"},
    {"swallowed", TEXT("a;b\n\"1;2\n3;\"4\"\n"), {.quote = '"'},
     "!2 t.csv: row 1, column 1: a quoted cell spans lines and is followed by something else "
     "than a delimiter; the rows after it cannot be told apart\n"},
    {"unclosed header", TEXT("a;\"b\n1;2\n"), {.quote = '"'},
     "!2 t.csv: row 0, column 2: a quote is opened and never closed; the rows after it cannot be told "
     "apart\n"},
    {"nul", TEXT("a;b\n1;\0002\n3;4\n"), {0}, "#a|b\n1!octet nul@1\n2:3|4\n"},
    {"nul in quotes", TEXT("a;b\n1;\"\0002\"\n3;4\n"), {.quote = '"'},
     "#a|b\n1!octet nul@1\n2:3|4\n"},
    {"invalid utf-8", TEXT("a;b\n1;\xE9t\xE9\n\xC3\xA9;4\n"), {0},
     "#a|b\n1!encodage invalide@1\n2:\xC3\xA9|4\n"},
    {"windows-1252", TEXT("a;\xE9\n\x80;\"\xE9\"\"\"\n\x81;2\n"),
     {.quote = '"', .encoding = MLN_WINDOWS_1252},
     "#a|\xC3\xA9\n1:\xE2\x82\xAC|\xC3\xA9\"\n2!encodage invalide@0\n"},
    {"latin-9", TEXT("a\n\xA4\n"), {.encoding = MLN_LATIN_9}, "#a\n1:\xE2\x82\xAC\n"},
    {"tab", TEXT("a\tb\n1 ;\t2\n"), {.delimiter = '\t'}, "#a|b\n1:1 ;|2\n"},
    {"tab is text", TEXT("a;b\n1\t\x1F;2\n"), {0}, "#a|b\n1:1\t\x1F|2\n"},
    {"headless", TEXT("x;y\n1;2\n"), {.headless = true}, "#1|2\n1:x|y\n2:1|2\n"},
    {"field cap", TEXT("a;b\n12345678;2\n123456789;2\n3;4\n"), {.field_cap = 8},
     "#a|b\n1:12345678|2\n2!champ trop long@0\n3:3|4\n"},
    {"empty", TEXT(""), {0}, "!2 t.csv: the file is empty; a header line was expected\n"},
    {"only a bom", TEXT("\xEF\xBB\xBF"), {0},
     "!2 t.csv: the file is empty; a header line was expected\n"},
    {"bom against the contract", TEXT("\xEF\xBB\xBF" "a\n"), {.encoding = MLN_LATIN_1},
     "!2 t.csv: begins with the mark of UTF-8, but another encoding is declared\n"},
    {"utf-16", TEXT("\xFF\xFE" "a\0"), {0},
     "!2 t.csv: not CSV but text in UTF-16; convert it to UTF-8\n"},
    {"parquet", TEXT("PAR1...."), {0},
     "!2 t.csv: not CSV but a Parquet file; say 'format: parquet'\n"},
    {"delimiter is a letter", TEXT("a\n"), {.delimiter = 'x'},
     "!2 t.csv: delimiter and quote must be two different ASCII characters, neither letters nor "
     "digits\n"},
};

static void check_case(const struct csv_case *c, size_t piece) {
    struct memory_file file = {.bytes = {c->text, c->n}, .piece = piece};
    const struct mln_io io = memory_io(&file);
    struct mln_source_options options = c->options;
    options.io = &io;
    struct mln_buf out = MLN_BUF_INIT;
    struct mln_err err = {0};
    (void)!dump_source("t.csv", &options, &out, &err);
    ck_assert_msg(strcmp(mln_buf_view(&out).p, c->expect) == 0, "%s (pieces of %zu): %s", c->name,
                  piece, mln_buf_view(&out).p);
    ck_assert_int_eq(file.opened, 0);
    mln_buf_release(&out);
}

START_TEST(cases_by_hand) {
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_case(&cases[i], 0);
        for (size_t piece = 1; piece < 9; piece++) {
            check_case(&cases[i], piece);
        }
    }
}
END_TEST

/* ── oracle ── */

/* A parser of one character at a time for LF files in UTF-8 without NUL, CR or bad bytes: the state
 * machine of RFC 4180, written for clearness. Same text as dump_source; "" when reading stops. */
static void oracle(struct mln_str text, struct mln_buf *out) {
    enum { START, PLAIN, QUOTED, CLOSED } state = START;
    struct mln_buf row = MLN_BUF_INIT; /* "cell|cell" */
    size_t n_cells = 0, n_columns = 0, row_no = 0, bad = SIZE_MAX, length = 0;
    bool line_break = false, stopped = false;
    for (size_t i = 0; i <= text.n && !stopped; i++) {
        const bool end = i == text.n;
        const char c = end ? '\n' : text.p[i];
        if (end && state == QUOTED) {
            stopped = true;
        } else if (end && state == START && n_cells == 0) {
            break;
        } else if (state == QUOTED && c != '"') {
            line_break = line_break || c == '\n';
            mln_buf_addc(&row, c), length++;
        } else if (state == QUOTED) {
            state = CLOSED;
        } else if (state == CLOSED && c == '"' && text.p[i - 1] == '"') {
            mln_buf_addc(&row, c), length++;
            state = QUOTED;
        } else if (c == ';' || c == '\n') {
            if (length == 0 && n_cells < 1000) {
                mln_buf_addc(&row, '~');
            }
            n_cells++;
            length = 0;
            state = START;
            line_break = false;
            if (c == ';') {
                mln_buf_addc(&row, '|');
                continue;
            }
            if (row_no == 0) {
                n_columns = n_cells;
            } else if (bad != SIZE_MAX) {
                mln_buf_addf(out, bad < n_columns ? "%zu!guillemet mal place@%zu\n"
                                                  : "%zu!guillemet mal place@-\n", row_no, bad);
            } else if (n_cells != n_columns) {
                mln_buf_addf(out, "%zu!%s@-\n", row_no,
                             n_cells < n_columns ? "cellules manquantes" : "cellules en trop");
            } else {
                mln_buf_addf(out, "%zu:%s\n", row_no, mln_buf_view(&row).p);
            }
            row_no++;
            n_cells = 0;
            bad = SIZE_MAX;
            mln_buf_reset(&row);
        } else if (c == '"' && state == START) {
            state = QUOTED;
        } else {
            if (state == CLOSED && line_break) {
                stopped = true;
            }
            if (c == '"' || state == CLOSED) {
                bad = bad == SIZE_MAX ? n_cells : bad;
            }
            state = PLAIN;
            mln_buf_addc(&row, c), length++;
        }
    }
    if (stopped) {
        mln_buf_reset(out);
    }
    mln_buf_release(&row);
}

/* Random texts of the characters that matter; most quotes are placed well, some are not. */
static void random_text(struct mln_rng *rng, struct mln_buf *out) {
    static const char *const parts[] = {"a",  "bcdefgh", ";",  ";",  ";",   "\n",     "\n",    "x y",
                                        "\"", "\"\"",    "\"p;\n\"\"q\"", "\"r\"", "\xC3\xA9", "12345678901234567"};
    mln_buf_addz(out, "h;i;j\n");
    const uint32_t n = mln_rng_below(rng, 40);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t k = mln_rng_below(rng, sizeof parts / sizeof parts[0]);
        if ((k == 8 || k == 9) && mln_rng_below(rng, 4) != 0) {
            k = 2;
        }
        mln_buf_addz(out, parts[k]);
    }
}

START_TEST(same_as_the_slow_parser) {
    size_t stopped = 0, whole = 0;
    for (uint64_t seed = 0; seed < 20000; seed++) {
        struct mln_rng rng;
        mln_rng_init(&rng, 7, 1, seed);
        struct mln_buf text = MLN_BUF_INIT, expect = MLN_BUF_INIT, got = MLN_BUF_INIT;
        random_text(&rng, &text);
        mln_buf_addz(&expect, "#h|i|j\n");
        struct mln_buf rows = MLN_BUF_INIT;
        oracle(mln_buf_view(&text), &rows);
        struct memory_file file = {.bytes = mln_buf_view(&text), .piece = mln_rng_below(&rng, 20)};
        const struct mln_io io = memory_io(&file);
        const struct mln_source_options options = {.quote = '"', .io = &io};
        struct mln_err err = {0};
        const enum mln_status status = dump_source("t.csv", &options, &got, &err);
        if (status != MLN_OK) {
            stopped++;
            ck_assert_msg(rows.n == 0, "seed %llu: stopped by %s", (unsigned long long)seed, err.msg);
        } else {
            whole++;
            mln_buf_add_str(&expect, mln_buf_view(&rows));
            ck_assert_msg(mln_str_eq(mln_buf_view(&expect), mln_buf_view(&got)),
                          "seed %llu\ntext %s\nexpected %s\ngot %s", (unsigned long long)seed,
                          text.p, expect.p, got.p);
        }
        mln_buf_release(&text);
        mln_buf_release(&expect);
        mln_buf_release(&rows);
        mln_buf_release(&got);
    }
    ck_assert_uint_gt(stopped, 1000); /* both ways are tried */
    ck_assert_uint_gt(whole, 5000);
}
END_TEST

/* ── long things and broken disks ── */

static void add_many(struct mln_buf *out, char c, size_t n) {
    ck_assert(mln_buf_reserve(out, n));
    memset(out->p + out->n, c, n);
    out->n += n;
    out->p[out->n] = '\0';
}

/* 10 MiB in a cell is a fault of its row; the rows around it are read. Past 16 MiB the file stops. */
START_TEST(cell_of_10_mib) {
    for (int quoted = 0; quoted < 2; quoted++) {
        struct mln_buf text = MLN_BUF_INIT, out = MLN_BUF_INIT;
        mln_buf_addz(&text, quoted ? "a;b\n1;2\n3;\"" : "a;b\n1;2\n3;");
        add_many(&text, 'x', 10 << 20);
        mln_buf_addz(&text, quoted ? "\"\n5;6\n" : "\n5;6\n");
        struct memory_file file = {.bytes = mln_buf_view(&text)};
        const struct mln_io io = memory_io(&file);
        const struct mln_source_options options = {.quote = '"', .io = &io};
        struct mln_err err = {0};
        ck_assert_int_eq(dump_source("t.csv", &options, &out, &err), MLN_OK);
        ck_assert_str_eq(out.p, "#a|b\n1:1|2\n2!champ trop long@1\n3:5|6\n");
        mln_buf_reset(&out);
        text.n -= 5 + (size_t)quoted;
        add_many(&text, 'x', 7 << 20);
        file = (struct memory_file){.bytes = mln_buf_view(&text)};
        ck_assert_int_eq(dump_source("t.csv", &options, &out, &err), MLN_BAD_INPUT);
        ck_assert_str_eq(err.msg, "t.csv: row 2, column 2: a row of more than 16777216 bytes, or a "
                                  "quote that is not closed");
        mln_buf_release(&text);
        mln_buf_release(&out);
    }
}
END_TEST

START_TEST(too_many_columns) {
    struct mln_buf text = MLN_BUF_INIT, out = MLN_BUF_INIT;
    add_many(&text, ';', MLN_SOURCE_COLUMN_CAP);
    struct memory_file file = {.bytes = mln_buf_view(&text)};
    const struct mln_io io = memory_io(&file);
    const struct mln_source_options options = {.io = &io};
    struct mln_err err = {0};
    ck_assert_int_eq(dump_source("t.csv", &options, &out, &err), MLN_BAD_INPUT);
    ck_assert_str_eq(err.msg, "t.csv: more than 4096 columns; is the delimiter the right one?");
    file = (struct memory_file){.bytes = {text.p, text.n - 1}};
    mln_buf_reset(&out);
    ck_assert_int_eq(dump_source("t.csv", &options, &out, &err), MLN_OK);
    mln_buf_release(&text);
    mln_buf_release(&out);
}
END_TEST

/* Rows over many blocks; every n-th read fails once, and is told. */
START_TEST(every_read_can_fail) {
    struct mln_buf text = MLN_BUF_INIT;
    mln_buf_addz(&text, "a;b\n");
    for (int i = 0; i < 3000; i++) {
        mln_buf_addf(&text, "%d;\"%d \"\"x\"\"\"\n", i, i);
    }
    size_t fail_at = 1;
    for (;; fail_at++) {
        struct memory_file file = {
            .bytes = mln_buf_view(&text), .piece = 4096, .fail_at = fail_at};
        const struct mln_io io = memory_io(&file);
        const struct mln_source_options options = {.quote = '"', .io = &io};
        struct mln_buf out = MLN_BUF_INIT;
        struct mln_err err = {0};
        const enum mln_status status = dump_source("t.csv", &options, &out, &err);
        mln_buf_release(&out);
        ck_assert_int_eq(file.opened, 0);
        if (status == MLN_OK) {
            break;
        }
        ck_assert_int_eq(status, MLN_IO);
        ck_assert_str_eq(err.msg, "the disk is gone");
    }
    ck_assert_uint_gt(fail_at, text.n / 4096);
    mln_buf_release(&text);
}
END_TEST

START_TEST(selected_columns_only) {
    static const char text[] = "a;b;c\n1;\xFF;3\n4;5;6\n";
    struct memory_file file = {.bytes = {TEXT(text)}};
    const struct mln_io io = memory_io(&file);
    const struct mln_source_options options = {.io = &io};
    struct mln_source *source;
    struct mln_err err = {0};
    ck_assert_int_eq(mln_source_open("t.csv", &options, &source, &err), MLN_OK);
    const size_t columns[] = {2, 0};
    ck_assert_int_eq(mln_source_select(source, columns, 2, &err), MLN_OK);
    struct mln_buf out = MLN_BUF_INIT;
    ck_assert_int_eq(mln_source_stream(source, dump_cells, &out, &err), MLN_OK);
    ck_assert_str_eq(out.p, "1:3|1\n2:6|4\n"); /* bytes of a column nobody reads may be anything */
    mln_buf_release(&out);
    mln_source_close(source);
}
END_TEST

START_TEST(files_of_the_system) {
    struct mln_source *source;
    struct mln_err err = {0};
    const struct mln_source_options options = {0};
    ck_assert_int_eq(mln_source_open("/no/such.csv", &options, &source, &err), MLN_BAD_INPUT);
    ck_assert_str_eq(err.msg, "/no/such.csv: cannot open: No such file or directory");
    ck_assert_int_eq(mln_source_open("/", &options, &source, &err), MLN_BAD_INPUT);
    ck_assert_str_eq(err.msg, "/: not a plain file");
}
END_TEST

MLN_TEST_MAIN("csv", cases_by_hand, same_as_the_slow_parser, cell_of_10_mib, too_many_columns,
              every_read_can_fail, selected_columns_only, files_of_the_system)
