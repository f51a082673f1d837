/* docs/data-dictionary.md is what is printed from the canonical model. With --write, makes it so.
 *
 *     test_dictionary REPOSITORY [--write] */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "source/dictionary.h"

static int fail(const char *what) {
    fprintf(stderr, "%s\n", what);
    return EXIT_FAILURE;
}

int main(int argc, char **argv) {
    const char *root = argc > 1 && argv[1][0] != '-' ? argv[1] : MLN_REPOSITORY;
    const bool write = argc > 1 && strcmp(argv[argc - 1], "--write") == 0;
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_err err = {0};
    struct mln_model model;
    struct mln_buf text = MLN_BUF_INIT, page = MLN_BUF_INIT, kept = MLN_BUF_INIT;
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/models/canonical.yaml", root);
    if (mln_file_read(path, 1 << 20, &text, &err) != MLN_OK ||
        mln_model_read(&arena, path, mln_buf_view(&text), &model, &err) != MLN_OK) {
        return fail(err.msg);
    }
    mln_dictionary_print(&model, &page);
    if (mln_buf_check(&page, "the dictionary", &err) != MLN_OK) {
        return fail(err.msg);
    }
    (void)snprintf(path, sizeof path, "%s/docs/data-dictionary.md", root);
    if (write && mln_file_write(path, mln_buf_view(&page), &err) != MLN_OK) {
        return fail(err.msg);
    }
    if (mln_file_read(path, 1 << 20, &kept, &err) != MLN_OK) {
        return fail(err.msg);
    }
    if (!mln_str_eq(mln_buf_view(&kept), mln_buf_view(&page))) {
        return fail("docs/data-dictionary.md differs from models/canonical.yaml; run "
                    "test_dictionary --write");
    }
    mln_buf_release(&text);
    mln_buf_release(&page);
    mln_buf_release(&kept);
    mln_arena_release(&arena);
    return EXIT_SUCCESS;
}
