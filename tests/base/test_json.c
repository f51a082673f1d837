#include <float.h>
#include <math.h>

#include "base/json.h"
#include "base/num.h"
#include "base/rng.h"
#include "base/utf8.h"
#include "base/yaml.h"
#include "run.h"

START_TEST(the_text_is_written_by_hand_here) {
    struct mln_buf text = MLN_BUF_INIT;
    struct mln_json j;
    mln_json_init(&j, &text);
    mln_json_begin_object(&j);
    mln_json_key(&j, "none");
    mln_json_begin_array(&j);
    mln_json_end(&j);
    mln_json_key(&j, "rows");
    mln_json_begin_array(&j);
    mln_json_u64(&j, UINT64_MAX);
    mln_json_i64(&j, INT64_MIN);
    mln_json_f64(&j, 0.1);
    mln_json_f64(&j, 3);
    mln_json_f64(&j, (double)NAN);
    mln_json_f64(&j, (double)-INFINITY);
    mln_json_bool(&j, true);
    mln_json_strz(&j, NULL);
    mln_json_begin_object(&j);
    mln_json_end(&j);
    mln_json_end(&j);
    mln_json_key(&j, "é\"\n");
    mln_json_str(&j, MLN_STR_LIT("</script>\\\t\x7F\0\x01|\xE9|\xE2\x80\xA8|\xF0\x9F\x98\x80"));
    mln_json_end(&j);
    ck_assert_int_eq(mln_json_finish(&j, NULL), MLN_OK);
    ck_assert_str_eq(text.p,
                     "{\n"
                     "  \"none\": [],\n"
                     "  \"rows\": [\n"
                     "    18446744073709551615,\n"
                     "    -9223372036854775808,\n"
                     "    0.1,\n"
                     "    3,\n"
                     "    null,\n"
                     "    null,\n"
                     "    true,\n"
                     "    null,\n"
                     "    {}\n"
                     "  ],\n"
                     "  \"é\\\"\\n\": \"\\u003c/script>\\\\\\t\\u007f\\u0000\\u0001|\xEF\xBF\xBD|"
                     "\\u2028|\xF0\x9F\x98\x80\"\n"
                     "}\n");
    mln_buf_release(&text);
}
END_TEST

static struct mln_yaml *read_back(struct mln_arena *arena, struct mln_json *j) {
    struct mln_err err = {0};
    struct mln_yaml *root = NULL;
    ck_assert_int_eq(mln_json_finish(j, &err), MLN_OK);
    ck_assert_msg(mln_yaml_parse(arena, "j", mln_buf_view(j->out), &root, &err) == MLN_OK, "%s",
                  err.msg);
    return root;
}

/* Property: every code point makes the round trip, alone and as a key, next to blanks. */
START_TEST(every_character_is_read_back) {
    for (uint32_t first = 0; first < 0x110000; first += 0x800) {
        struct mln_buf text = MLN_BUF_INIT;
        struct mln_arena arena = MLN_ARENA_INIT;
        struct mln_json j;
        mln_json_init(&j, &text);
        mln_json_begin_array(&j);
        for (uint32_t cp = first; cp < first + 0x800; cp++) {
            char bytes[8] = " ";
            size_t n = 1 + mln_utf8_put(cp >= 0xD800 && cp < 0xE000 ? 'x' : cp, bytes + 1);
            bytes[n++] = ' ';
            mln_json_str(&j, (struct mln_str){bytes, n});
        }
        mln_json_end(&j);
        const struct mln_yaml *item = read_back(&arena, &j)->first;
        for (uint32_t cp = first; cp < first + 0x800; cp++, item = item->next) {
            size_t at = 1;
            const uint32_t want = cp >= 0xD800 && cp < 0xE000 ? 'x' : cp;
            if (item->text.n < 3 || mln_utf8_next(item->text, &at) != want ||
                at + 1 != item->text.n) {
                ck_abort_msg("U+%04X", cp);
            }
        }
        mln_arena_release(&arena);
        mln_buf_release(&text);
    }
}
END_TEST

static double random_double(struct mln_rng *rng) {
    const uint64_t bits = mln_rng_u64(rng);
    double x;
    memcpy(&x, &bits, sizeof x);
    return isfinite(x) ? x : 0;
}

START_TEST(numbers_are_read_back_to_the_bit) {
    struct mln_buf text = MLN_BUF_INIT;
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_json j;
    struct mln_rng rng;
    const double special[] = {
        0,   -0.0,    DBL_MIN, DBL_MAX, DBL_TRUE_MIN, -DBL_TRUE_MIN,       DBL_EPSILON,
        0.1, 1.0 / 3, 1e15,    1e16,    1e17,         123456789012345678.0};
    enum { N_SPECIAL = sizeof special / sizeof special[0], N = 20000 };
    mln_json_init(&j, &text);
    mln_json_begin_object(&j);
    mln_json_key(&j, "f");
    mln_json_begin_array(&j);
    mln_rng_init(&rng, 1, 0, 0);
    for (size_t i = 0; i < N; i++) {
        mln_json_f64(&j, i < N_SPECIAL ? special[i] : random_double(&rng));
    }
    mln_json_end(&j);
    mln_json_key(&j, "i");
    mln_json_begin_array(&j);
    for (size_t i = 0; i < N; i++) {
        mln_json_i64(&j, (int64_t)(mln_rng_u64(&rng) >> (i % 64)));
    }
    mln_json_end(&j);
    mln_json_end(&j);
    struct mln_yaml *root = read_back(&arena, &j);
    mln_rng_init(&rng, 1, 0, 0);
    const struct mln_yaml *item = mln_yaml_get(root, "f")->first;
    for (size_t i = 0; i < N; i++, item = item->next) {
        const double want = i < N_SPECIAL ? special[i] : random_double(&rng);
        double got = 42;
        ck_assert(mln_yaml_as_f64(item, -DBL_MAX, DBL_MAX, &got, NULL) == MLN_OK);
        ck_assert(memcmp(&got, &want, sizeof got) == 0);
    }
    item = mln_yaml_get(root, "i")->first;
    for (size_t i = 0; i < N; i++, item = item->next) {
        int64_t got = 42;
        ck_assert(mln_yaml_as_i64(item, INT64_MIN, INT64_MAX, &got, NULL) == MLN_OK);
        ck_assert(got == (int64_t)(mln_rng_u64(&rng) >> (i % 64)));
    }
    mln_arena_release(&arena);
    mln_buf_release(&text);
}
END_TEST

START_TEST(the_shortest_form_is_chosen) {
    static const struct {
        double value;
        const char *text;
    } known[] = {
        {0.1, "0.1"},
        {0.3, "0.3"},
        {1.0 / 3, "0.3333333333333333"},
        {0.1 + 0.2, "0.30000000000000004"},
        {100, "100"},
        {1e21, "1e+21"},
        {5e-324, "5e-324"},
        {-2.5, "-2.5"},
        {(double)INFINITY, "inf"},
        {(double)-INFINITY, "-inf"},
        {(double)NAN, "nan"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        char text[MLN_F64_TEXT];
        ck_assert_uint_eq(mln_format_f64(known[i].value, text), strlen(known[i].text));
        ck_assert_str_eq(text, known[i].text);
    }
}
END_TEST

MLN_TEST_MAIN("json", the_text_is_written_by_hand_here, every_character_is_read_back,
              numbers_are_read_back_to_the_bit, the_shortest_form_is_chosen)
