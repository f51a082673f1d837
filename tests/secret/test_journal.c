/* The journal: lines, chain, signatures, head, clock. */
#include <fcntl.h>
#include <sodium.h>
#include <sys/wait.h>

#include "help.h"
#include "secret/journal.h"
#include "secret/journal_line.h"

static int64_t now_of_test = 1000000000; /* 2001-09-09T01:46:40Z */

static int64_t tell(void *ctx) {
    (void)ctx;
    return now_of_test;
}

static struct mln_key first_key;

static struct mln_journal a_journal(const char *dir) {
    now_of_test = 1000000000;
    mln_key_release(&first_key);
    OK(mln_key_random(&first_key, &err));
    return (struct mln_journal){.dir = dir, .key = &first_key, .clock = {.now = tell}};
}

static struct mln_journal_entry an_entry(const char *command) {
    static const struct mln_journal_key keys[] = {{"id", "0123456789abcdef"},
                                                  {"base", "fedcba9876543210"}};
    static const struct mln_journal_count counts[] = {{"procedure", 10, 9, 1}};
    return (struct mln_journal_entry){.user = "alice",
                                      .uid = 1000,
                                      .role = "linker",
                                      .command = command,
                                      .event = "done",
                                      .purpose = "study",
                                      .keys = keys,
                                      .n_keys = 2,
                                      .counts = counts,
                                      .n_counts = 1,
                                      .note = ""};
}

static void add(const struct mln_journal *journal, const char *command) {
    struct mln_journal_entry entry = an_entry(command);
    now_of_test += 60;
    OK(mln_journal_append(journal, &entry, &err));
}

static struct mln_journal_anchor anchor_of(const char *dir) {
    struct mln_journal_anchor now;
    OK(mln_journal_verify(dir, NULL, NULL, &now, &err));
    return now;
}

static void get(const char *path, struct mln_buf *out) {
    mln_buf_reset(out);
    OK(mln_file_read(path, 1 << 20, out, &err));
}

static void put(const char *path, const char *p, size_t n) {
    FILE *const file = fopen(path, "wb"); /* without the flushes of mln_file_write */
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(p, 1, n, file), n);
    ck_assert_int_eq(fclose(file), 0);
}

/* The number of the line that the message names. */
static unsigned long named_line(void) {
    const char *const at = strstr(err.msg, "journal.jsonl:");
    ck_assert_msg(at != NULL, "%s", err.msg);
    return strtoul(at + strlen("journal.jsonl:"), NULL, 10);
}

/* ── whole ── */

START_TEST(a_line_has_its_text) {
    const char *const dir = scratch();
    const struct mln_journal journal = a_journal(at(dir, "journal"));
    struct mln_buf text = MLN_BUF_INIT;
    add(&journal, "run");
    get(at(journal.dir, "journal.jsonl"), &text);
    static const char begin[] =
        "{\"n\":1,\"time\":\"2001-09-09T01:47:40Z\",\"clock\":\"system\",\"user\":\"alice\","
        "\"uid\":1000,\"role\":\"linker\",\"command\":\"run\",\"event\":\"done\","
        "\"purpose\":\"study\",\"keys\":{\"id\":\"0123456789abcdef\",\"base\":\"fedcba9876543210\"}"
        ","
        "\"counts\":[{\"what\":\"procedure\",\"read\":10,\"accepted\":9,\"rejected\":1}],"
        "\"note\":\"\",\"prev\":\"";
    ck_assert_int_eq(memcmp(text.p, begin, sizeof begin - 1), 0);
    char expected[128];
    ask("printf 'maillon journal 1' | b2sum -l 256", expected, sizeof expected);
    ck_assert_int_eq(memcmp(text.p + sizeof begin - 1, expected, 64), 0);
    ck_assert_uint_eq(mode_of(at(journal.dir, "journal.jsonl")) & 007, 0);
    mln_buf_release(&text);
    OK(mln_dir_remove(dir, &err));
}
END_TEST

struct seen {
    size_t n;
    char commands[256];
};

static enum mln_status see(void *ctx, const struct mln_journal_entry *entry, struct mln_err *e) {
    struct seen *const seen = ctx;
    (void)e;
    seen->n++;
    ck_assert_uint_eq(entry->number, seen->n);
    ck_assert_str_eq(entry->keys[1].id, "fedcba9876543210");
    ck_assert_uint_eq(entry->counts[0].accepted, 9);
    strcat(seen->commands, entry->command);
    return MLN_OK;
}

START_TEST(lines_come_back_and_the_whole_verifies) {
    const char *const dir = scratch();
    const struct mln_journal journal = a_journal(at(dir, "journal"));
    struct mln_journal_anchor now;
    OK(mln_journal_verify(journal.dir, NULL, NULL, &now, &err)); /* nothing yet */
    ck_assert_uint_eq(now.number, 0);
    add(&journal, "a");
    add(&journal, "b");
    const struct mln_journal_anchor two = anchor_of(journal.dir);
    add(&journal, "c");
    ck_assert_uint_eq(two.number, 2);
    ck_assert_uint_eq(anchor_of(journal.dir).number, 3);
    OK(mln_journal_verify(journal.dir, &two, first_key.id, &now, &err));
    struct seen seen = {0};
    OK(mln_journal_read(journal.dir, see, &seen, &err));
    ck_assert_str_eq(seen.commands, "abc");
    FAILS(MLN_CHECK_FAILED, mln_journal_verify(journal.dir, NULL, "0123456789abcdef", &now, &err));
    SAYS("another journal");
    OK(mln_dir_remove(dir, &err));
}
END_TEST

/* Whatever a purpose says comes back: quotes, ends of line, separators of Unicode; bytes that are
 * no text become '?'. */
START_TEST(any_purpose_is_one_line) {
    static const char *const purposes[][2] = {
        {"plain", "plain"},
        {"\"quoted\" \\ {a: b} # c", "\"quoted\" \\ {a: b} # c"},
        {"two\nlines\tand \x01 \x7f", "two\nlines\tand \x01 \x7f"},
        {"Étude \xe2\x80\xa8 \xc2\x85 \xef\xbb\xbf 𝄞",
         "Étude \xe2\x80\xa8 \xc2\x85 \xef\xbb\xbf 𝄞"},
        {"bad \xff\xc3 end", "bad ?? end"},
        {"  ,\"prev\":\"", "  ,\"prev\":\""},
    };
    OK(mln_secret_init(&err));
    OK(mln_key_random(&first_key, &err));
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_digest prev;
    mln_digest_text(MLN_STR_LIT("x"), &prev);
    for (size_t i = 0; i < sizeof purposes / sizeof *purposes; i++) {
        struct mln_journal_entry entry = an_entry("run");
        struct mln_journal_entry read;
        struct mln_journal_tail tail;
        struct mln_buf line = MLN_BUF_INIT;
        entry.number = i + 1;
        entry.purpose = purposes[i][0];
        OK(mln_journal_line_print(&entry, &prev, &first_key, &line, &err));
        ck_assert_ptr_null(strchr(line.p, '\n'));
        OK(mln_journal_line_parse(&arena, mln_buf_view(&line), &read, &err));
        ck_assert_str_eq(read.purpose, purposes[i][1]);
        ck_assert(mln_journal_line_tail(mln_buf_view(&line), &tail));
        ck_assert_str_eq(tail.prev.hex, prev.hex);
        ck_assert_str_eq(tail.key, first_key.id);
        mln_buf_release(&line);
    }
    char *const long_one = malloc(70000);
    memset(long_one, 'x', 69999);
    long_one[69999] = '\0';
    struct mln_journal_entry entry = an_entry("run");
    struct mln_buf line = MLN_BUF_INIT;
    entry.purpose = long_one;
    FAILS(MLN_BAD_INPUT, mln_journal_line_print(&entry, &prev, &first_key, &line, &err));
    mln_buf_release(&line);
    free(long_one);
    mln_arena_release(&arena);
}
END_TEST

START_TEST(nothing_without_a_purpose) {
    const char *const dir = scratch();
    const struct mln_journal journal = a_journal(at(dir, "journal"));
    struct mln_journal_entry entry = an_entry("run");
    const char *const none[] = {NULL, "", " \t"};
    for (size_t i = 0; i < 3; i++) {
        entry.purpose = none[i];
        FAILS(MLN_BAD_INPUT, mln_journal_append(&journal, &entry, &err));
        SAYS("purpose");
    }
    ck_assert_uint_eq(anchor_of(journal.dir).number, 0);
    OK(mln_dir_remove(dir, &err));
}
END_TEST

/* ── attacks ── */

/* Any byte of any line changed: found, and the line is named. */
START_TEST(every_edit_is_found_at_its_line) {
    const char *const dir = scratch();
    const struct mln_journal journal = a_journal(at(dir, "journal"));
    const char *const path = at(journal.dir, "journal.jsonl");
    struct mln_buf text = MLN_BUF_INIT;
    struct mln_journal_anchor now;
    add(&journal, "a");
    add(&journal, "b");
    add(&journal, "c");
    get(path, &text);
    unsigned long line = 1;
    for (size_t i = 0; i < text.n; i++) {
        const char kept = text.p[i];
        text.p[i] = (char)(kept ^ 1);
        put(path, text.p, text.n);
        FAILS(MLN_CHECK_FAILED, mln_journal_verify(journal.dir, NULL, NULL, &now, &err));
        ck_assert_uint_eq(named_line(), line);
        text.p[i] = kept;
        line += kept == '\n';
    }
    put(path, text.p, text.n);
    ck_assert_uint_eq(anchor_of(journal.dir).number, 3);
    mln_buf_release(&text);
    OK(mln_dir_remove(dir, &err));
}
END_TEST

/* Line i of the journal. */
static struct mln_str line_of(const struct mln_buf *text, size_t i) {
    const char *p = text->p;
    for (; i > 0; i--) {
        p = strchr(p, '\n') + 1;
    }
    return (struct mln_str){p, (size_t)(strchr(p, '\n') + 1 - p)};
}

static void put_lines(const char *path, const struct mln_buf *text, const char *order) {
    struct mln_buf lines = MLN_BUF_INIT;
    for (; *order != '\0'; order++) {
        mln_buf_add_str(&lines, line_of(text, (size_t)(*order - '0')));
    }
    put(path, lines.p == NULL ? "" : lines.p, lines.n);
    mln_buf_release(&lines);
}

START_TEST(cuts_and_moves_are_found_at_their_line) {
    static const struct {
        const char *order; /* which of the lines 0…3 stand in the file */
        unsigned long line;
        const char *says;
    } cases[] = {
        {"123", 1, "removed"}, {"023", 2, "removed"}, {"013", 3, "removed"}, {"1023", 1, "order"},
        {"0213", 2, "order"},  {"0132", 3, "order"},  {"00123", 2, "added"}, {"01223", 4, "added"},
        {"01233", 5, "added"}, {"012", 3, "cut off"}, {"0", 1, "cut off"},   {"", 0, "cut off"},
        {"0321", 2, "order"},
    };
    const char *const dir = scratch();
    const struct mln_journal journal = a_journal(at(dir, "journal"));
    const char *const path = at(journal.dir, "journal.jsonl");
    struct mln_buf text = MLN_BUF_INIT;
    struct mln_journal_anchor now;
    struct mln_journal_entry entry = an_entry("z");
    for (unsigned i = 0; i < 4; i++) {
        add(&journal, (const char *[]){"a", "b", "c", "d"}[i]);
    }
    get(path, &text);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_lines(path, &text, cases[i].order);
        FAILS(MLN_CHECK_FAILED, mln_journal_verify(journal.dir, NULL, NULL, &now, &err));
        ck_assert_uint_eq(named_line(), cases[i].line);
        SAYS(cases[i].says);
        FAILS(MLN_CHECK_FAILED, mln_journal_append(&journal, &entry, &err));
    }
    mln_buf_release(&text);
    OK(mln_dir_remove(dir, &err));
}
END_TEST

/* Whoever lacks the key can sign nothing: a line of another key, a head of another key; and a line
 * of ours, at its number, from another journal of the same key. */
START_TEST(forged_lines_are_found) {
    const char *const dir = scratch();
    const struct mln_journal journal = a_journal(at(dir, "journal"));
    const struct mln_journal beside = {
        .dir = at(dir, "beside"), .key = &first_key, .clock = journal.clock};
    const char *const path = at(journal.dir, "journal.jsonl");
    struct mln_key other;
    struct mln_buf text = MLN_BUF_INIT;
    struct mln_buf theirs = MLN_BUF_INIT;
    struct mln_journal_anchor now = {0};
    OK(mln_key_random(&other, &err));
    add(&journal, "a");
    add(&journal, "b");
    add(&beside, "x");
    add(&beside, "y");
    get(path, &text);
    get(at(beside.dir, "journal.jsonl"), &theirs);

    struct mln_journal_entry entry = an_entry("forged");
    struct mln_buf forged = MLN_BUF_INIT;
    entry.number = 3;
    entry.time = now_of_test;
    now = anchor_of(journal.dir);
    mln_buf_add_str(&forged, mln_buf_view(&text));
    OK(mln_journal_line_print(&entry, &now.last, &other, &forged, &err));
    mln_buf_addc(&forged, '\n');
    put(path, forged.p, forged.n);
    FAILS(MLN_CHECK_FAILED, mln_journal_verify(journal.dir, NULL, NULL, &now, &err));
    ck_assert_uint_eq(named_line(), 3);
    SAYS("no earlier line brought in");

    mln_buf_reset(&forged);
    mln_buf_add_str(&forged, line_of(&text, 0));
    mln_buf_add_str(&forged, line_of(&theirs, 1));
    put(path, forged.p, forged.n);
    FAILS(MLN_CHECK_FAILED, mln_journal_verify(journal.dir, NULL, NULL, &now, &err));
    ck_assert_uint_eq(named_line(), 2);
    SAYS("does not follow");

    put(path, text.p, text.n);
    const struct mln_journal stranger = {.dir = journal.dir, .key = &other, .clock = journal.clock};
    FAILS(MLN_CHECK_FAILED, mln_journal_append(&stranger, &entry, &err));
    SAYS("not been brought in");
    ck_assert_uint_eq(anchor_of(journal.dir).number, 2);
    mln_key_release(&other);
    mln_buf_release(&text);
    mln_buf_release(&theirs);
    mln_buf_release(&forged);
    OK(mln_dir_remove(dir, &err));
}
END_TEST

/* Journal and head put back together: only who held the later anchor can tell. */
START_TEST(a_rollback_is_found_by_the_anchor) {
    const char *const dir = scratch();
    const struct mln_journal journal = a_journal(at(dir, "journal"));
    const char *const path = at(journal.dir, "journal.jsonl");
    const char *const head = at(journal.dir, "head");
    struct mln_buf old_text = MLN_BUF_INIT;
    struct mln_buf old_head = MLN_BUF_INIT;
    struct mln_journal_anchor now;
    add(&journal, "a");
    get(path, &old_text);
    get(head, &old_head);
    add(&journal, "b");
    const struct mln_journal_anchor held = anchor_of(journal.dir);
    put(path, old_text.p, old_text.n);
    FAILS(MLN_CHECK_FAILED, mln_journal_verify(journal.dir, NULL, NULL, &now, &err));
    SAYS("cut off");
    put(head, old_head.p, old_head.n);
    ck_assert_uint_eq(anchor_of(journal.dir).number, 1);
    FAILS(MLN_CHECK_FAILED, mln_journal_verify(journal.dir, &held, NULL, &now, &err));
    ck_assert_uint_eq(named_line(), 2);
    add(&journal, "c"); /* another line in its place */
    FAILS(MLN_CHECK_FAILED, mln_journal_verify(journal.dir, &held, NULL, &now, &err));
    SAYS("put back");
    /* an edited head, none, no public key */
    get(head, &old_head);
    for (size_t i = 0; i < old_head.n; i++) {
        old_head.p[i] ^= 1;
        put(head, old_head.p, old_head.n);
        FAILS(MLN_CHECK_FAILED, mln_journal_verify(journal.dir, NULL, NULL, &now, &err));
        old_head.p[i] ^= 1;
    }
    ck_assert_int_eq(unlink(head), 0);
    FAILS(MLN_CHECK_FAILED, mln_journal_verify(journal.dir, NULL, NULL, &now, &err));
    SAYS("head of the journal is gone");
    ck_assert_int_eq(unlink(at(journal.dir, "public")), 0);
    FAILS(MLN_CHECK_FAILED, mln_journal_verify(journal.dir, NULL, NULL, &now, &err));
    struct mln_journal_entry entry = an_entry("d");
    FAILS(MLN_CHECK_FAILED, mln_journal_append(&journal, &entry, &err));
    ck_assert_int_eq(unlink(path), 0);
    FAILS(MLN_CHECK_FAILED, mln_journal_verify(journal.dir, &held, NULL, &now, &err));
    SAYS("no journal here");
    mln_buf_release(&old_text);
    mln_buf_release(&old_head);
    OK(mln_dir_remove(dir, &err));
}
END_TEST

START_TEST(an_anchor_is_read_as_printed) {
    struct mln_journal_anchor a;
    char text[80];
    snprintf(text, sizeof text, "12:%064d", 7);
    ck_assert(mln_journal_anchor_parse(mln_str_from(text), &a));
    ck_assert_uint_eq(a.number, 12);
    ck_assert_str_eq(a.last.hex, text + 3);
    const char *const bad[] = {"", "12", "12:", "0:", ":00", "x:00", "12:0g"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert(!mln_journal_anchor_parse(mln_str_from(bad[i]), &a));
    }
}
END_TEST

/* ── kills ── */

/* The last line cut at each of its bytes. */
START_TEST(half_a_line_is_found_and_set_aside) {
    const char *const dir = scratch();
    const struct mln_journal journal = a_journal(at(dir, "journal"));
    const char *const path = at(journal.dir, "journal.jsonl");
    const char *const head = at(journal.dir, "head");
    struct mln_buf text = MLN_BUF_INIT;
    struct mln_buf old_head = MLN_BUF_INIT;
    struct mln_journal_anchor now;
    struct mln_journal_entry entry = an_entry("next");
    size_t bytes = 0;
    add(&journal, "a");
    get(path, &text);
    const size_t one = text.n;
    get(head, &old_head);
    add(&journal, "b");
    get(path, &text);
    for (size_t n = one + 1; n < text.n; n += 37) {
        put(path, text.p, n);
        put(head, old_head.p, old_head.n);
        FAILS(MLN_CHECK_FAILED, mln_journal_verify(journal.dir, NULL, NULL, &now, &err));
        ck_assert_uint_eq(named_line(), 2);
        SAYS("half a line");
        if (n % 2 == 0) {
            OK(mln_journal_repair(&journal, &entry, &bytes, &err));
            ck_assert_uint_eq(bytes, n - one);
            ck_assert_uint_eq(anchor_of(journal.dir).number, 2);
        } else { /* whoever appends next repairs it, with a line of its own */
            OK(mln_journal_append(&journal, &entry, &err));
            ck_assert_uint_eq(entry.number, 3);
            ck_assert_uint_eq(anchor_of(journal.dir).number, 3);
        }
        ck_assert(holds(path, "\"event\":\"repaired\""));
        struct mln_buf torn = MLN_BUF_INIT;
        get(at(journal.dir, "torn-2"), &torn);
        ck_assert_uint_eq(torn.n, n - one);
        ck_assert_int_eq(memcmp(torn.p, text.p + one, n - one), 0);
        mln_buf_release(&torn);
    }
    OK(mln_journal_repair(&journal, &entry, &bytes, &err));
    ck_assert_uint_eq(bytes, 0);
    /* a line that the head knows is no half line to repair: it was cut */
    put(path, text.p, text.n - 5);
    FAILS(MLN_CHECK_FAILED, mln_journal_repair(&journal, &entry, &bytes, &err));
    mln_buf_release(&text);
    mln_buf_release(&old_head);
    OK(mln_dir_remove(dir, &err));
}
END_TEST

START_TEST(a_line_whose_head_was_not_written_holds) {
    const char *const dir = scratch();
    const struct mln_journal journal = a_journal(at(dir, "journal"));
    struct mln_buf head = MLN_BUF_INIT;
    struct mln_journal_entry none = an_entry("a");
    none.purpose = "";
    FAILS(MLN_BAD_INPUT, mln_journal_append(&journal, &none, &err)); /* makes head and public key */
    get(at(journal.dir, "head"), &head);
    add(&journal, "a");
    put(at(journal.dir, "head"), head.p, head.n);
    ck_assert_uint_eq(anchor_of(journal.dir).number, 1);
    add(&journal, "b");
    get(at(journal.dir, "head"), &head);
    add(&journal, "c");
    put(at(journal.dir, "head"), head.p, head.n);
    ck_assert_uint_eq(anchor_of(journal.dir).number, 3);
    add(&journal, "d");
    ck_assert_uint_eq(anchor_of(journal.dir).number, 4);
    mln_buf_release(&head);
    OK(mln_dir_remove(dir, &err));
}
END_TEST

START_TEST(processes_take_turns) {
    enum { N = 4, EACH = 10 };
    const char *const dir = scratch();
    const struct mln_journal journal = a_journal(at(dir, "journal"));
    add(&journal, "a");
    for (unsigned i = 0; i < N; i++) {
        const pid_t pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
            for (unsigned k = 0; k < EACH; k++) {
                struct mln_journal_entry entry = an_entry("child");
                if (mln_journal_append(&journal, &entry, &err) != MLN_OK) {
                    _exit(1);
                }
            }
            _exit(0);
        }
    }
    for (unsigned i = 0; i < N; i++) {
        int status = 1;
        ck_assert_int_gt(wait(&status), 0);
        ck_assert_int_eq(status, 0);
    }
    ck_assert_uint_eq(anchor_of(journal.dir).number, 1 + N * EACH);
    OK(mln_dir_remove(dir, &err));
}
END_TEST

/* ── the clock, signers ── */

START_TEST(a_clock_put_back_is_noticed) {
    const char *const dir = scratch();
    struct mln_journal journal = a_journal(at(dir, "journal"));
    struct mln_journal_entry entry = an_entry("run");
    add(&journal, "a");
    now_of_test -= MLN_JOURNAL_CLOCK_SLACK; /* the clock's own correction */
    OK(mln_journal_append(&journal, &entry, &err));
    now_of_test -= MLN_JOURNAL_CLOCK_SLACK + 1;
    FAILS(MLN_BAD_INPUT, mln_journal_append(&journal, &entry, &err));
    SAYS("put back");
    SAYS("2001-09-09T01:4");
    /* a test clock is compared with the lines of test clocks only */
    journal.clock.is_test = true;
    now_of_test += 1000000;
    OK(mln_journal_append(&journal, &entry, &err));
    ck_assert(entry.test_clock);
    now_of_test -= 2000;
    FAILS(MLN_BAD_INPUT, mln_journal_append(&journal, &entry, &err));
    journal.clock.is_test = false;
    now_of_test = 1000000060;
    OK(mln_journal_append(&journal, &entry, &err));
    ck_assert_uint_eq(anchor_of(journal.dir).number, 4);
    OK(mln_dir_remove(dir, &err));
}
END_TEST

START_TEST(times_are_read_as_printed) {
    static const struct {
        int64_t seconds;
        const char *text;
    } cases[] = {{0, "1970-01-01T00:00:00Z"},
                 {1000000000, "2001-09-09T01:46:40Z"},
                 {951827696, "2000-02-29T12:34:56Z"},
                 {253402300799, "9999-12-31T23:59:59Z"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[MLN_TIME_CHARS + 1];
        int64_t seconds = -1;
        mln_time_print(cases[i].seconds, text);
        ck_assert_str_eq(text, cases[i].text);
        ck_assert(mln_time_parse(mln_str_from(text), &seconds));
        ck_assert_int_eq(seconds, cases[i].seconds);
    }
    const char *const bad[] = {"2001-02-29T00:00:00Z", "2001-09-09T24:00:00Z",
                               "2001-09-09T01:60:00Z", "2001-09-09 01:46:40Z",
                               "2001-09-09T01:46:40",  "2001-9-09T01:46:40Z",
                               "1969-12-31T00:00:00Z", "2001-09-09T01:46:4xZ"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t seconds = 0;
        ck_assert(!mln_time_parse(mln_str_from(bad[i]), &seconds));
    }
}
END_TEST

START_TEST(a_test_clock_only_stands_later) {
    struct mln_clock clock;
    ck_assert_int_eq(unsetenv("MAILLON_CLOCK"), 0);
    OK(mln_clock_open(&clock, &err));
    ck_assert(!clock.is_test);
    ck_assert_int_gt(clock.now(clock.ctx), 1600000000);
    ck_assert_int_eq(setenv("MAILLON_CLOCK", "2101-02-03T04:05:06Z", 1), 0);
    OK(mln_clock_open(&clock, &err));
    ck_assert(clock.is_test);
    char text[MLN_TIME_CHARS + 1];
    mln_time_print(clock.now(clock.ctx), text);
    ck_assert_str_eq(text, "2101-02-03T04:05:06Z");
    ck_assert_int_eq(setenv("MAILLON_CLOCK", "2001-02-03T04:05:06Z", 1), 0);
    FAILS(MLN_BAD_INPUT, mln_clock_open(&clock, &err));
    SAYS("before the system's");
    ck_assert_int_eq(setenv("MAILLON_CLOCK", "tomorrow", 1), 0);
    FAILS(MLN_BAD_INPUT, mln_clock_open(&clock, &err));
    ck_assert_int_eq(unsetenv("MAILLON_CLOCK"), 0);
}
END_TEST

START_TEST(signers_bring_in_signers) {
    const char *const dir = scratch();
    const struct mln_journal journal = a_journal(at(dir, "journal"));
    struct mln_key second;
    struct mln_key third;
    OK(mln_key_random(&second, &err));
    OK(mln_key_random(&third, &err));
    const struct mln_journal by_second = {
        .dir = journal.dir, .key = &second, .clock = journal.clock};
    const struct mln_journal by_third = {.dir = journal.dir, .key = &third, .clock = journal.clock};
    struct mln_journal_entry entry = an_entry("key give");
    add(&journal, "a");
    OK(mln_journal_add_signer(&journal, &entry, &second, &err));
    add(&by_second, "b");
    add(&journal, "c");
    FAILS(MLN_CHECK_FAILED, mln_journal_add_signer(&by_third, &entry, &third, &err));
    OK(mln_journal_add_signer(&by_second, &entry, &third, &err));
    add(&by_third, "d");
    ck_assert_uint_eq(anchor_of(journal.dir).number, 6);
    mln_key_release(&second);
    mln_key_release(&third);
    OK(mln_dir_remove(dir, &err));
}
END_TEST

MLN_TEST_MAIN("journal", a_line_has_its_text, lines_come_back_and_the_whole_verifies,
              any_purpose_is_one_line, nothing_without_a_purpose, every_edit_is_found_at_its_line,
              cuts_and_moves_are_found_at_their_line, forged_lines_are_found,
              a_rollback_is_found_by_the_anchor, an_anchor_is_read_as_printed,
              half_a_line_is_found_and_set_aside, a_line_whose_head_was_not_written_holds,
              processes_take_turns, a_clock_put_back_is_noticed, times_are_read_as_printed,
              a_test_clock_only_stands_later, signers_bring_in_signers)
