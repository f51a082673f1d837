/* The manifest: what leaves with the results is rounded and names no key; both files read back. */
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "base/rng.h"
#include "run.h"
#include "stage/manifest.h"

static char dir[64];
static struct mln_arena arena;
static struct mln_err err;
static struct mln_project project;

#define OK(call) ck_assert_msg((call) == MLN_OK, "%s", err.msg)

static const char *in_dir(const char *name) {
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    return mln_arena_strdup(&arena, mln_str_from(path));
}

static void plant(const char *name, const char *text) {
    OK(mln_file_write(in_dir(name), mln_str_from(text), &err));
}

static void enter(void) {
    (void)snprintf(dir, sizeof dir, "/tmp/mln-manifest-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    arena = MLN_ARENA_INIT;
    project = (struct mln_project){.path = in_dir("project.yaml"),
                                   .dir = dir,
                                   .name = "essai",
                                   .purpose = "voir \"clair\"",
                                   .observation_day = 20088, /* 2024-12-31 */
                                   .contract = in_dir("contract.yaml"),
                                   .study = in_dir("study.yaml"),
                                   .work_dir = in_dir("work"),
                                   .out_dir = in_dir("out"),
                                   .rejects_max_share = 0.02,
                                   .protect = {.threshold = 5,
                                               .rounding_base = 3,
                                               .quantile_threshold = 11,
                                               .share_decimals = 1},
                                   .detail_threshold = 11,
                                   .lang = "fr"};
    OK(mln_dir_make(in_dir("work"), &err));
    OK(mln_dir_make(in_dir("out/tables"), &err));
    plant("project.yaml", "p");
    plant("contract.yaml", "contract");
    plant("study.yaml", "study");
    plant("out/report.html", "page");
    plant("out/tables/b.csv", "b");
    plant("out/tables/a.csv", "a");
}

static void leave(void) {
    mln_arena_release(&arena);
    OK(mln_dir_remove(dir, &err));
}

/* Grid 5 (the threshold, past the rounding of 3): 7 → 5, 8 → 10, 2 → 0, 3 → 5; halves go up only
 * where the grid is even. */
START_TEST(counts_of_units_by_hand) {
    enter();
    static const struct {
        uint64_t read, accepted, shown_read, shown_accepted;
    } cases[] = {{1002, 1000, 1000, 1000},
                 {1003, 1000, 1005, 1000},
                 {7, 4, 5, 5},
                 {8, 1, 10, 0},
                 {0, 0, 0, 0},
                 {2, 2, 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct mln_stage_count c = mln_manifest_rounded(
            &project, (struct mln_stage_count){"x", cases[i].read, cases[i].accepted,
                                               cases[i].read - cases[i].accepted});
        ck_assert_uint_eq(c.read, cases[i].shown_read);
        ck_assert_uint_eq(c.accepted, cases[i].shown_accepted);
        ck_assert_uint_eq(c.rejected, cases[i].shown_read - cases[i].shown_accepted);
    }
    project.protect.rounding_base = 10;
    ck_assert_uint_eq(mln_manifest_rounded(&project, (struct mln_stage_count){"x", 15, 4, 11}).read,
                      20);
    project.protect.rounding_base = 1;
    project.protect.threshold = 1; /* nothing to hide: exact */
    ck_assert_uint_eq(
        mln_manifest_rounded(&project, (struct mln_stage_count){"x", 13, 4, 9}).rejected, 9);
    leave();
}
END_TEST

/* No count shown is 1..k-1, and the lines still add up. */
START_TEST(no_small_count_is_told) {
    enter();
    struct mln_rng rng;
    mln_rng_init(&rng, 7, 0, 0);
    for (int i = 0; i < 100000; i++) {
        project.protect.threshold = 1 + mln_rng_below(&rng, 20);
        project.protect.rounding_base = 1 + mln_rng_below(&rng, 20);
        const uint64_t read = mln_rng_below(&rng, 200);
        const uint64_t accepted = mln_rng_below(&rng, (uint32_t)read + 1);
        const struct mln_stage_count c = mln_manifest_rounded(
            &project, (struct mln_stage_count){"x", read, accepted, read - accepted});
        ck_assert_uint_eq(c.read, c.accepted + c.rejected);
        const uint64_t told[] = {c.read, c.accepted, c.rejected};
        for (size_t t = 0; t < 3; t++) {
            ck_assert_msg(told[t] == 0 || told[t] >= project.protect.threshold,
                          "draw %d: %llu of %llu rows shown as %llu", i,
                          (unsigned long long)accepted, (unsigned long long)read,
                          (unsigned long long)told[t]);
        }
    }
    leave();
}
END_TEST

static void read_text(const char *name, struct mln_buf *out) {
    mln_buf_reset(out);
    OK(mln_file_read(in_dir(name), 1 << 20, out, &err));
}

static const char *text_of(struct mln_yaml *map, const char *key) {
    struct mln_yaml *node = NULL;
    struct mln_str text;
    OK(mln_yaml_need(map, key, &node, &err));
    OK(mln_yaml_as_str(node, &text, &err));
    return text.p;
}

static void write_manifest(void) {
    static struct mln_stage_count ingest[] = {{"procedure", 1003, 1002, 1}};
    static struct mln_stage_count link[] = {{"procedures", 1002, 998, 4}};
    static struct mln_stage_figure figure[] = {{"part", 0.25}};
    static struct mln_input_file source[] = {{.path = "data/procédure.csv", .stamp = {12, 0, 0}}};
    static struct mln_stage_state states[2] = {
        {.inputs = source, .n_inputs = 1, .counts = ingest, .n_counts = 1},
        {.counts = link, .n_counts = 1, .figures = figure, .n_figures = 1}};
    static const struct mln_manifest_key key[] = {{"id", "0123456789abcdef"}};
    static const struct mln_manifest_stage stages[2] = {{"ingest", false, &states[0]},
                                                        {"link-chain", true, &states[1]}};
    struct mln_manifest m = {
        .project = &project, .keys = key, .n_keys = 1, .stages = stages, .n_stages = 2};
    mln_digest_text(MLN_STR_LIT("csv"), &source[0].digest);
    mln_digest_text(MLN_STR_LIT("program"), &m.program);
    OK(mln_manifest_write(&m, &err));
}

START_TEST(two_readers_two_files) {
    enter();
    struct mln_buf text = MLN_BUF_INIT;
    struct mln_buf again = MLN_BUF_INIT;
    write_manifest();
    read_text("work/manifest.json", &text);
    ck_assert_ptr_nonnull(strstr(text.p, "0123456789abcdef"));
    ck_assert_ptr_nonnull(strstr(text.p, "\"rejected\": 4"));
    ck_assert_ptr_nonnull(strstr(text.p, "\"value\": 0.25"));
    ck_assert_ptr_null(strstr(text.p, dir)); /* no machine */

    read_text("out/manifest.json", &text);
    ck_assert_ptr_null(strstr(text.p, "0123456789abcdef"));
    ck_assert_ptr_null(strstr(text.p, "\"rejected\": 4"));
    ck_assert_ptr_null(strstr(text.p, "0.25"));
    ck_assert_ptr_nonnull(strstr(text.p, "\"read\": 1003"));     /* rows of a file: exact */
    ck_assert_ptr_nonnull(strstr(text.p, "\"accepted\": 1000")); /* procedures: rounded */
    ck_assert_ptr_null(strstr(text.p, dir));

    struct mln_yaml *top = NULL;
    struct mln_yaml *inputs = NULL;
    struct mln_yaml *node = NULL;
    struct mln_digest digest;
    OK(mln_yaml_parse(&arena, "manifest.json", mln_buf_view(&text), &top, &err));
    OK(mln_yaml_need(top, "inputs", &inputs, &err));
    OK(mln_yaml_need(inputs, "contract", &node, &err));
    mln_digest_text(MLN_STR_LIT("contract"), &digest);
    ck_assert_str_eq(text_of(node, "path"), "contract.yaml");
    ck_assert_str_eq(text_of(node, "blake2b_256"), digest.hex);
    OK(mln_yaml_need(top, "results", &node, &err));
    static const char *const paths[] = {"report.html", "tables/a.csv", "tables/b.csv"};
    static const char *const texts[] = {"page", "a", "b"};
    size_t n = 0;
    for (struct mln_yaml *r = node->first; r != NULL; r = r->next, n++) {
        ck_assert_uint_lt(n, 3);
        mln_digest_text(mln_str_from(texts[n]), &digest);
        ck_assert_str_eq(text_of(r, "path"), paths[n]);
        ck_assert_str_eq(text_of(r, "blake2b_256"), digest.hex);
    }
    ck_assert_uint_eq(n, 3);

    write_manifest();
    read_text("out/manifest.json", &again);
    ck_assert(mln_str_eq(mln_buf_view(&text), mln_buf_view(&again)));
    mln_buf_release(&text);
    mln_buf_release(&again);
    leave();
}
END_TEST

/* A path is told as the project's file writes it, wherever the command was typed. */
START_TEST(paths_without_the_place) {
    static const struct {
        const char *dir, *path, *told;
    } cases[] = {{"/a/b", "/a/b/data/x.csv", "data/x.csv"},
                 {".", "./data/x.csv", "data/x.csv"},
                 {"demo", "demo/demo/x.csv", "demo/x.csv"},
                 {"demo", "demonstration/x.csv", "demonstration/x.csv"},
                 {"/", "/x.csv", "x.csv"},
                 {"demo", "/elsewhere/x.csv", "/elsewhere/x.csv"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct mln_project p = {.dir = cases[i].dir};
        ck_assert_str_eq(mln_project_relative(&p, cases[i].path), cases[i].told);
    }
}
END_TEST

START_TEST(a_result_that_is_not_there) {
    enter();
    OK(mln_dir_remove(in_dir("out/tables"), &err));
    const struct mln_manifest m = {.project = &project};
    ck_assert_int_eq(mln_manifest_write(&m, &err), MLN_IO);
    ck_assert(!mln_path_exists(in_dir("out/manifest.json")));
    leave();
}
END_TEST

MLN_TEST_MAIN("manifest", counts_of_units_by_hand, no_small_count_is_told, two_readers_two_files,
              paths_without_the_place, a_result_that_is_not_there)
