/* Writes the sample's page: render PATH fr|en COURTS. The browser test looks at it. */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "report/sample.h"

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: render PATH fr|en COURTS\n");
        return 2;
    }
    struct sample s;
    struct mln_buf page = MLN_BUF_INIT;
    struct mln_err err = {0};
    sample_make(&s, strcmp(argv[2], "en") == 0 ? MLN_LANG_EN : MLN_LANG_FR,
                (size_t)strtoul(argv[3], NULL, 10));
    enum mln_status status = mln_report_page(s.tables, SAMPLE_TABLES, &s.facts, &page, &err);
    if (status == MLN_OK) {
        status = mln_file_write(argv[1], mln_buf_view(&page), &err);
    }
    if (status != MLN_OK) {
        fprintf(stderr, "%s\n", err.msg);
    }
    mln_buf_release(&page);
    sample_release(&s);
    return (int)status;
}
