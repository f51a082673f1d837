#include <stdio.h>

#include "base/buf.h"
#include "base/date.h"
#include "base/yaml.h"
#include "run.h"

static struct mln_yaml *parse(struct mln_arena *arena, const char *text) {
    struct mln_yaml *root = NULL;
    struct mln_err err = {0};
    ck_assert_msg(mln_yaml_parse(arena, "f.yaml", mln_str_from(text), &root, &err) == MLN_OK, "%s",
                  err.msg);
    return root;
}

START_TEST(the_tree_has_kinds_texts_and_places) {
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_yaml *root = parse(&arena, "# comment\n"
                                          "été:  {a: 1, \"b\": 'x'}\n"
                                          "list:\n"
                                          "  - \n"
                                          "  - [~, null, \"null\", '']\n"
                                          "empty:\n"
                                          "text: |\n"
                                          "  two\n"
                                          "  lines\n");
    ck_assert_int_eq(root->kind, MLN_YAML_MAP);
    ck_assert_uint_eq(root->n, 4);
    const struct mln_yaml *ete = root->first;
    ck_assert(mln_str_is(ete->key, "été"));
    ck_assert_uint_eq(ete->line, 2);
    ck_assert_uint_eq(ete->column, 7); /* in characters: "été:  {" */
    ck_assert_uint_eq(ete->key_line, 2);
    ck_assert_uint_eq(ete->key_column, 1);
    const struct mln_yaml *b = ete->first->next;
    ck_assert(mln_str_is(b->key, "b") && mln_str_is(b->text, "x") && b->quoted);
    ck_assert_uint_eq(b->column, 19);
    ck_assert_uint_eq(b->key_column, 14);
    struct mln_yaml *list = mln_yaml_get(root, "list");
    ck_assert_int_eq(list->kind, MLN_YAML_LIST);
    ck_assert_uint_eq(list->n, 2);
    ck_assert_int_eq(list->first->kind, MLN_YAML_NULL);
    const struct mln_yaml *item = list->first->next->first;
    ck_assert_int_eq(item->kind, MLN_YAML_NULL);
    ck_assert_int_eq(item->next->kind, MLN_YAML_NULL);
    ck_assert_int_eq(item->next->next->kind, MLN_YAML_SCALAR);
    ck_assert_int_eq(item->next->next->next->kind, MLN_YAML_SCALAR); /* '' is a text */
    ck_assert_uint_eq(item->next->next->next->text.n, 0);
    ck_assert_int_eq(mln_yaml_get(root, "empty")->kind, MLN_YAML_NULL);
    ck_assert(mln_str_is(mln_yaml_get(root, "text")->text, "two\nlines\n"));
    ck_assert_int_eq(parse(&arena, "")->kind, MLN_YAML_NULL);
    ck_assert_int_eq(parse(&arena, "# nothing\n")->kind, MLN_YAML_NULL);
    mln_arena_release(&arena);
}
END_TEST

START_TEST(json_is_read_by_the_same_door) {
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_yaml *root = parse(
        &arena,
        "{\"a\":[1,2.5,\"x\\n\\u00e9\\/\"],\n\t\"b\":{\"c\":true,\"d\":null},\"e\":[],\"f\":{}}");
    struct mln_yaml *a = mln_yaml_get(root, "a");
    ck_assert_uint_eq(a->n, 3);
    ck_assert(mln_str_is(a->first->next->next->text, "x\né/"));
    bool c = false;
    ck_assert_int_eq(mln_yaml_opt_bool(mln_yaml_get(root, "b"), "c", &c, NULL), MLN_OK);
    ck_assert(c);
    ck_assert_uint_eq(mln_yaml_get(root, "e")->n, 0);
    ck_assert_int_eq(mln_yaml_get(root, "f")->kind, MLN_YAML_MAP);
    mln_arena_release(&arena);
}
END_TEST

static const struct {
    const char *text;
    const char *message; /* whole */
} refused[] = {
    {"a:\n\tb: 1\n", "f.yaml:2:1: a tab in the indentation; use spaces"},
    {"a:\n  b: 1\n\tc: 2\n", "f.yaml:3:1: a tab in the indentation; use spaces"},
    {"- a\n-\t- b\n", NULL}, /* a tab after '-' is refused, in libyaml's words */
    {"a: &x 1\n", "f.yaml:1:4: anchors (&name) are not used here; write the value out"},
    {"a: &x [1]\n", "f.yaml:1:4: anchors (&name) are not used here; write the value out"},
    {"a: &x {b: 1}\n", "f.yaml:1:4: anchors (&name) are not used here; write the value out"},
    {"a: 1\nb: *x\n", "f.yaml:2:4: aliases (*name) are not used here; write the value out"},
    {"*x: 1\n", "f.yaml:1:1: aliases (*name) are not used here; write the value out"},
    {"a: !!str 1\n", "f.yaml:1:4: tags (!name) are not used here; remove it"},
    {"a: !x {b: 1}\n", "f.yaml:1:4: tags (!name) are not used here; remove it"},
    {"%TAG ! tag:x,2000:\n---\na: 1\n", "f.yaml:1:1: tags (%TAG) are not used here; remove it"},
    {"a: 1\n---\nb: 2\n", "f.yaml:2:1: a second document (---); keep one document a file"},
    {"a: 1\nb: 2\na: 3\n", "f.yaml:3:1: 'a' is written twice (first at line 1); keep one"},
    {"x: {b: 1, 'b': 2}\n", "f.yaml:1:11: 'b' is written twice (first at line 1); keep one"},
    {"z: 1\nz: 2\na: 1\na: 2\n", "f.yaml:2:1: 'z' is written twice (first at line 1); keep one"},
    {"[1]: 2\n", "f.yaml:1:1: a key must be a word, not a list or a map"},
    {"{a: 1}: 2\n", "f.yaml:1:1: a key must be a word, not a list or a map"},
    {"? |\n  a\n: 1\n", "f.yaml:1:3: a key must be a word on one line"},
    {"a: \"\x01\"\n", "f.yaml:1:5: a control character; remove it, or write it as an escape in "
                      "double quotes"},
    {"a: \xC3\xA9\x7F\n", "f.yaml:1:5: a control character; remove it, or write it as an escape in "
                          "double quotes"},
    {"a: b\nc: \xE9t\xE9\n", "f.yaml:2:4: not valid UTF-8; save the file as UTF-8"},
    {"\xFF\xFE"
     "a",
     "f.yaml:1:1: not valid UTF-8; save the file as UTF-8"},
    {"a: b: c\n", "f.yaml:1:5: not valid YAML: mapping values are not allowed in this context"},
    {"a: [1, 2\n", NULL},
    {"a: \"open\n", NULL},
    {"a: {b: 1]\n", NULL},
    {"- a\nb: 1\n", NULL},
    {"{\"a\": \"\\ud83d\\ude00\"}", NULL},
    {"@a: 1\n", NULL},
};

START_TEST(what_is_refused_is_told_with_its_place) {
    struct mln_arena arena = MLN_ARENA_INIT;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct mln_yaml *root = NULL;
        struct mln_err err = {0};
        ck_assert_msg(mln_yaml_parse(&arena, "f.yaml", mln_str_from(refused[i].text), &root,
                                     &err) == MLN_BAD_INPUT,
                      "accepted: %s", refused[i].text);
        ck_assert_ptr_null(root);
        ck_assert_int_eq(strncmp(err.msg, "f.yaml:", 7), 0);
        if (refused[i].message != NULL) {
            ck_assert_str_eq(err.msg, refused[i].message);
        } else {
            ck_assert_msg(strstr(err.msg, ": not valid YAML: ") != NULL, "%s", err.msg);
        }
    }
    mln_arena_release(&arena);
}
END_TEST

/* Text from a repeated piece, with a head and a tail. */
static enum mln_status parse_repeated(const char *head, const char *piece, size_t times,
                                      const char *tail, struct mln_err *err) {
    struct mln_buf text = MLN_BUF_INIT;
    mln_buf_addz(&text, head);
    for (size_t i = 0; i < times; i++) {
        mln_buf_addz(&text, piece);
    }
    mln_buf_addz(&text, tail);
    ck_assert(!text.failed);
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_yaml *root;
    const enum mln_status status = mln_yaml_parse(&arena, "f", mln_buf_view(&text), &root, err);
    mln_arena_release(&arena);
    mln_buf_release(&text);
    return status;
}

START_TEST(size_depth_and_count_have_caps) {
    struct mln_err err = {0};
    ck_assert_int_eq(parse_repeated("", "[", 32, "", NULL), MLN_BAD_INPUT); /* not closed */
    ck_assert_int_eq(parse_repeated("", "- ", 32, "1", NULL), MLN_OK);
    ck_assert_int_eq(parse_repeated("", "- ", 33, "1", &err), MLN_BAD_INPUT);
    ck_assert_str_eq(err.msg, "f:1:65: nested deeper than 32 levels");
    ck_assert_int_eq(parse_repeated("", "[", 1000000, "", &err), MLN_BAD_INPUT);
    ck_assert_str_eq(err.msg, "f:1:33: nested deeper than 32 levels");
    ck_assert_int_eq(parse_repeated("", "{a: ", 33, "", &err), MLN_BAD_INPUT);
    ck_assert_str_eq(err.msg, "f:1:129: nested deeper than 32 levels");
    /* The list itself is one of the 200,000. */
    ck_assert_int_eq(parse_repeated("", "- 1\n", 199999, "", NULL), MLN_OK);
    ck_assert_int_eq(parse_repeated("", "- 1\n", 200000, "", &err), MLN_BAD_INPUT);
    ck_assert_str_eq(err.msg, "f:200000:3: more than 200,000 values; split the file");
    ck_assert_int_eq(parse_repeated("a: ", "x", 16 * 1024 * 1024 - 3, "", NULL), MLN_OK);
    ck_assert_int_eq(parse_repeated("a: ", "x", 16 * 1024 * 1024 - 2, "", &err), MLN_BAD_INPUT);
    ck_assert_str_eq(err.msg, "f: longer than 16 MiB; split the file");
}
END_TEST

/* "Billion laughs": refused at its first anchor, nothing is expanded. */
START_TEST(anchor_bombs_do_not_go_off) {
    struct mln_err err = {0};
    ck_assert_int_eq(
        parse_repeated("a: &a [x,x,x,x,x,x,x,x,x]\n", "b: &b [*a,*a,*a,*a,*a]\n", 50, "", &err),
        MLN_BAD_INPUT);
    ck_assert_str_eq(err.msg, "f:1:4: anchors (&name) are not used here; write the value out");
}
END_TEST

/* A hundred thousand keys, all different but the last: found, and in no square of the time. */
START_TEST(a_doubled_key_in_a_huge_map_is_found) {
    struct mln_buf text = MLN_BUF_INIT;
    for (int i = 0; i < 100000; i++) {
        mln_buf_addf(&text, "k%d: 1\n", (int)((uint32_t)i * 7919U % 100000U));
    }
    mln_buf_addz(&text, "k7919: 2\n");
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_yaml *root;
    struct mln_err err = {0};
    ck_assert_int_eq(mln_yaml_parse(&arena, "f", mln_buf_view(&text), &root, &err), MLN_BAD_INPUT);
    ck_assert_str_eq(err.msg, "f:100001:1: 'k7919' is written twice (first at line 2); keep one");
    mln_arena_release(&arena);
    mln_buf_release(&text);
}
END_TEST

START_TEST(unknown_words_are_refused_with_a_proposal) {
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_yaml *root = parse(&arena, "name: x\ntreshold: 1\n");
    struct mln_err err = {0};
    double threshold = 0.5;
    struct mln_yaml *name;
    ck_assert_int_eq(mln_yaml_need(root, "name", &name, &err), MLN_OK);
    ck_assert_int_eq(mln_yaml_opt_f64(root, "threshold", 0, 1, &threshold, &err), MLN_OK);
    ck_assert_double_eq(threshold, 0.5);
    ck_assert_ptr_null(mln_yaml_get(root, "seed"));
    ck_assert_ptr_null(mln_yaml_get(root, "seed"));
    ck_assert_int_eq(mln_yaml_done(root, &err), MLN_BAD_INPUT);
    ck_assert_str_eq(err.msg, "f.yaml:2:1: unknown word 'treshold'; did you mean 'threshold'? "
                              "(known here: name, threshold, seed)");
    ck_assert_int_eq(mln_yaml_need(root, "key", &name, &err), MLN_BAD_INPUT);
    ck_assert_str_eq(err.msg, "f.yaml:1:1: 'key' is missing here; add it");

    root = parse(&arena, "a: 1\n\"\\x01\\e[31m\": 2\n");
    (void)mln_yaml_get(root, "a");
    ck_assert_int_eq(mln_yaml_done(root, &err), MLN_BAD_INPUT);
    ck_assert_str_eq(err.msg, "f.yaml:2:1: unknown word '??[31m' (known here: a)");

    root = parse(&arena, "ot: 1\n"); /* two swapped letters are one slip */
    (void)mln_yaml_get(root, "to");
    ck_assert_int_eq(mln_yaml_done(root, &err), MLN_BAD_INPUT);
    ck_assert_str_eq(err.msg, "f.yaml:1:1: unknown word 'ot'; did you mean 'to'? (known here: to)");

    root = parse(&arena, "{}");
    ck_assert_int_eq(mln_yaml_done(root, &err), MLN_OK);
    for (uint32_t i = 0; i < 40; i++) { /* more absent words than are remembered */
        static const char *const words[] = {
            "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "b0", "b1", "b2", "b3",
            "b4", "b5", "b6", "b7", "b8", "b9", "c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7",
            "c8", "c9", "d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9"};
        ck_assert_ptr_null(mln_yaml_get(root, words[i]));
    }
    mln_arena_release(&arena);
}
END_TEST

enum as { STR, I64, F64, BOOL, DAY, WORD, MAP, LIST };

static const struct {
    const char *value;
    enum as as;
    const char *message; /* NULL: accepted */
} typed[] = {
    {"a: abc", STR, NULL},
    {"a: 007", STR, NULL},
    {"a: [1]", STR, "f.yaml:1:4: 'a' must be a text, not a list"},
    {"a:", STR, "f.yaml:1:3: 'a' must be a text, not empty"},
    {"a: 10", I64, NULL},
    {"a: -10", I64, NULL},
    {"a: 0", I64, NULL},
    {"a: 11", I64, "f.yaml:1:4: 'a' must be a whole number from -10 to 10, not '11'"},
    {"a: -11", I64, "f.yaml:1:4: 'a' must be a whole number from -10 to 10, not '-11'"},
    {"a: 007", I64, "f.yaml:1:4: 'a' must be a whole number from -10 to 10, not '007'"},
    {"a: '7'", I64, "f.yaml:1:4: 'a' must be a whole number from -10 to 10, not '7' in quotes"},
    {"a: 1.0", I64, "f.yaml:1:4: 'a' must be a whole number from -10 to 10, not '1.0'"},
    {"a: 0x7", I64, "f.yaml:1:4: 'a' must be a whole number from -10 to 10, not '0x7'"},
    {"a: +1", I64, "f.yaml:1:4: 'a' must be a whole number from -10 to 10, not '+1'"},
    {"a: 99999999999999999999", I64,
     "f.yaml:1:4: 'a' must be a whole number from -10 to 10, not '99999999999999999999'"},
    {"a: 0.25", F64, NULL},
    {"a: 1e-3", F64, NULL},
    {"a: 1", F64, NULL},
    {"a: 1.4", F64, "f.yaml:1:4: 'a' must be a number from 0 to 1, not '1.4'"},
    {"a: .5", F64, NULL},
    {"a: .", F64, "f.yaml:1:4: 'a' must be a number from 0 to 1, not '.'"},
    {"a: .e1", F64, "f.yaml:1:4: 'a' must be a number from 0 to 1, not '.e1'"},
    {"a: .nan", F64, "f.yaml:1:4: 'a' must be a number from 0 to 1, not '.nan'"},
    {"a: nan", F64, "f.yaml:1:4: 'a' must be a number from 0 to 1, not 'nan'"},
    {"a: 1e999", F64, "f.yaml:1:4: 'a' must be a number from 0 to 1, not '1e999'"},
    {"a: 0,5", F64, "f.yaml:1:4: 'a' must be a number from 0 to 1, not '0,5'"},
    {"a: {b: 1}", F64, "f.yaml:1:4: 'a' must be a number from 0 to 1, not a map"},
    {"a: true", BOOL, NULL},
    {"a: yes", BOOL, "f.yaml:1:4: 'a' must be true or false, not 'yes'"},
    {"a: 'true'", BOOL, "f.yaml:1:4: 'a' must be true or false, not 'true' in quotes"},
    {"a: 2024-02-29", DAY, NULL},
    {"a: \"2024-02-29\"", DAY, NULL},
    {"a: 2023-02-29", DAY,
     "f.yaml:1:4: 'a' must be a day that exists, as yyyy-mm-dd, not '2023-02-29'"},
    {"a: 2023-02", DAY, "f.yaml:1:4: 'a' must be a day that exists, as yyyy-mm-dd, not '2023-02'"},
    {"a: utf-8", WORD, NULL},
    {"a: uft-8", WORD,
     "f.yaml:1:4: 'a' must be one of utf-8, windows-1252, not 'uft-8'; did you mean 'utf-8'?"},
    {"a: ebcdic", WORD, "f.yaml:1:4: 'a' must be one of utf-8, windows-1252, not 'ebcdic'"},
    {"a: [x]", WORD, "f.yaml:1:4: 'a' must be one of utf-8, windows-1252, not a list"},
    {"a: {}", MAP, NULL},
    {"a: []", MAP, "f.yaml:1:4: 'a' must be a map (key: value), not a list"},
    {"a: []", LIST, NULL},
    {"a: x", LIST, "f.yaml:1:4: 'a' must be a list, not a single value"},
};

static enum mln_status take(struct mln_yaml *node, enum as as, struct mln_err *err) {
    static const char *const words[] = {"utf-8", "windows-1252", NULL};
    struct mln_str s;
    int64_t i;
    double f;
    bool b;
    int32_t day;
    size_t word;
    switch (as) {
    case STR: return mln_yaml_as_str(node, &s, err);
    case I64: return mln_yaml_as_i64(node, -10, 10, &i, err);
    case F64: return mln_yaml_as_f64(node, 0, 1, &f, err);
    case BOOL: return mln_yaml_as_bool(node, &b, err);
    case DAY: return mln_yaml_as_day(node, &day, err);
    case WORD: return mln_yaml_as_word(node, words, &word, err);
    case MAP: return mln_yaml_as_map(node, err);
    default: return mln_yaml_as_list(node, err);
    }
}

START_TEST(typed_values_name_what_is_allowed) {
    struct mln_arena arena = MLN_ARENA_INIT;
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
        struct mln_err err = {0};
        const enum mln_status status =
            take(parse(&arena, typed[i].value)->first, typed[i].as, &err);
        if (typed[i].message == NULL) {
            ck_assert_msg(status == MLN_OK, "%s: %s", typed[i].value, err.msg);
        } else {
            ck_assert_int_eq(status, MLN_BAD_INPUT);
            ck_assert_str_eq(err.msg, typed[i].message);
        }
    }
    mln_arena_release(&arena);
}
END_TEST

START_TEST(values_arrive) {
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_yaml *root = parse(
        &arena,
        "i: -9223372036854775808\nf: 0.1\nb: false\nd: 1970-01-02\nw: two\ns: \"a\\0b\"\nn: ~\n");
    int64_t i = 0;
    double f = 0;
    bool b = true;
    int32_t d = 0;
    size_t w = 0;
    struct mln_str s;
    static const char *const words[] = {"one", "two", NULL};
    ck_assert_int_eq(mln_yaml_opt_i64(root, "i", INT64_MIN, INT64_MAX, &i, NULL), MLN_OK);
    ck_assert(i == INT64_MIN);
    ck_assert_int_eq(mln_yaml_opt_f64(root, "f", 0, 1, &f, NULL), MLN_OK);
    ck_assert_double_eq(f, 0.1);
    ck_assert_int_eq(mln_yaml_opt_bool(root, "b", &b, NULL), MLN_OK);
    ck_assert(!b);
    ck_assert_int_eq(mln_yaml_as_day(mln_yaml_get(root, "d"), &d, NULL), MLN_OK);
    ck_assert_int_eq(d, 1);
    ck_assert_int_eq(mln_yaml_opt_word(root, "w", words, &w, NULL), MLN_OK);
    ck_assert_uint_eq(w, 1);
    ck_assert_int_eq(mln_yaml_opt_str(root, "s", &s, NULL), MLN_OK);
    ck_assert(s.n == 3 && memcmp(s.p, "a\0b", 4) == 0);
    /* Absent and null keep the default. */
    i = 5;
    ck_assert_int_eq(mln_yaml_opt_i64(root, "n", 0, 9, &i, NULL), MLN_OK);
    ck_assert_int_eq(mln_yaml_opt_i64(root, "absent", 0, 9, &i, NULL), MLN_OK);
    ck_assert(i == 5);
    ck_assert_int_eq(mln_yaml_done(root, NULL), MLN_OK);
    /* A value where a map should be is no empty map. */
    struct mln_err err = {0};
    ck_assert_int_eq(mln_yaml_opt_i64(root->first, "x", 0, 9, &i, &err), MLN_BAD_INPUT);
    ck_assert_str_eq(err.msg, "f.yaml:1:4: 'i' must be a map (key: value), not a single value");
    mln_arena_release(&arena);
}
END_TEST

MLN_TEST_MAIN("yaml", the_tree_has_kinds_texts_and_places, json_is_read_by_the_same_door,
              what_is_refused_is_told_with_its_place, size_depth_and_count_have_caps,
              anchor_bombs_do_not_go_off, a_doubled_key_in_a_huge_map_is_found,
              unknown_words_are_refused_with_a_proposal, typed_values_name_what_is_allowed,
              values_arrive)
