#include "base/file.h"
#include "includes.h"
#include "run.h"

START_TEST(the_rooms_of_the_source_keep_their_rows) {
    struct mln_buf faults = MLN_BUF_INIT;
    ck_assert_uint_gt(mln_check_includes(MLN_SOURCE_DIR, &faults), 20);
    ck_assert(!faults.failed);
    ck_assert_msg(faults.n == 0, "\n%s", faults.p);
    mln_buf_release(&faults);
}
END_TEST

static void plant(const char *root, const char *path, const char *text) {
    struct mln_buf full = MLN_BUF_INIT;
    struct mln_buf dir = MLN_BUF_INIT;
    struct mln_err err = {0};
    mln_path_join(&full, root, mln_str_from(path));
    mln_path_dir(&dir, full.p);
    ck_assert_msg(mln_dir_make(dir.p, &err) == MLN_OK, "%s", err.msg);
    ck_assert_msg(mln_file_write(full.p, mln_str_from(text), &err) == MLN_OK, "%s", err.msg);
    mln_buf_release(&full);
    mln_buf_release(&dir);
}

/* The test of the test: a tree with a fault of each sort, and with what looks like one. */
START_TEST(planted_faults_are_found) {
    char root[] = "layers-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(root));
    plant(root, "base/up.c", "#include \"base/buf.h\"\n\n#  include \"stage/run.h\"\n");
    plant(root, "base/buf.h", "#include <stdio.h>\n");
    plant(root, "base/file.h", "#include <stdio.h>\n");
    plant(root, "link/beside.c",
          "#include \"chain/x.h\"\n#include \"link/y.h\"\n#include <math.h>\n");
    plant(root, "stats/clock.c",
          "#include <time.h>\n#include <stdio.h>\n#include \"base/file.h\"\n"
          "#include \"base/talk.h\"\n#include \"assets/assets.h\"\n");
    plant(root, "source/duck.c", "#include <duckdb.h>\n#include \"engine/engine.h\"\n");
    plant(root, "engine/duckdb/duck.c", "#include <duckdb.h>\n#include \"engine/duckdb/duck.h\"\n");
    plant(root, "report/x.c", "#include \"source/y.h\"\n#include \"protect/table.h\"\n");
    plant(root, "cli/near.c", "#include \"near.h\"\n#include \"stage/run.h\"\n#includes nothing\n");
    plant(root, "attic/x.c", "#include <math.h>\n");
    plant(root, "cli/notes.txt", "#include \"attic/x.h\"\n");
    struct mln_buf faults = MLN_BUF_INIT;
    ck_assert_uint_eq(mln_check_includes(root, &faults), 10);
    ck_assert_str_eq(
        faults.p,
        "attic/x.c:1: includes 'math.h': the file stands in no room of docs/architecture.md\n"
        "base/buf.h:1: includes 'stdio.h': kernels do no I/O and read no clock\n"
        "base/up.c:3: includes 'stage/run.h': a room uses only the rooms below it\n"
        "cli/near.c:1: includes 'near.h': a quoted include starts with its room\n"
        "link/beside.c:1: includes 'chain/x.h': a room uses only the rooms below it\n"
        "report/x.c:1: includes 'source/y.h': a room uses only the rooms below it\n"
        "source/duck.c:1: includes 'duckdb.h': this library is known to one place only\n"
        "stats/clock.c:1: includes 'time.h': kernels do no I/O and read no clock\n"
        "stats/clock.c:2: includes 'stdio.h': kernels do no I/O and read no clock\n"
        "stats/clock.c:3: includes 'base/file.h': kernels do no I/O and read no clock\n"
        "stats/clock.c:4: includes 'base/talk.h': kernels do no I/O and read no clock\n");
    mln_buf_release(&faults);
    ck_assert_int_eq(mln_dir_remove(root, NULL), MLN_OK);
}
END_TEST

MLN_TEST_MAIN("layers", the_rooms_of_the_source_keep_their_rows, planted_faults_are_found)
