/* Links two arrays of invented persons held in memory, with fixed m and u: nothing is trained.
 *   cc link_arrays.c -lmaillon */
#include <maillon/maillon.h>
#include <stdio.h>
#include <string.h>

static const char model[] = "version: 1\n"
                            "kind: link\n"
                            "id: id\n"
                            "fields:\n"
                            "  name: {type: text}\n"
                            "  born: {type: date, formats: [yyyy-mm-dd]}\n"
                            "comparisons:\n"
                            "  - field: name\n"
                            "    levels:\n"
                            "      - {level: exact, m: 0.9, u: 0.01}\n"
                            "      - {jaro_winkler: 0.88, m: 0.08, u: 0.02}\n"
                            "      - {level: else, m: 0.02, u: 0.97}\n"
                            "  - field: born\n"
                            "    levels:\n"
                            "      - {level: exact, m: 0.95, u: 0.001}\n"
                            "      - {level: else, m: 0.05, u: 0.999}\n"
                            "blocking:\n"
                            "  - [born]\n"
                            "  - [name]\n"
                            "lambda: 0.2\n"
                            "decision: {threshold: 0.9, assignment: best}\n";

/* Columns in the order of mln_linker_column: id, name, born. NULL is missing. */
static const char *const left[] = {"1", "DURAND",  "1980-02-01", /* */
                                   "2", "MOREAU",  "1975-07-30", /* */
                                   "3", "LEFEVRE", NULL,         /* */
                                   "4", "PETIT",   "1990-12-24"};
static const char *const right[] = {"a", "DURANT",  "1980-02-01", /* */
                                    "b", "LEFEVRE", "1961-03-09", /* */
                                    "c", "MOREAU",  "1975-07-30", /* */
                                    "d", "PETIT",   "1951-01-01"};

static int fail(const struct mln_error *error) {
    fprintf(stderr, "link_arrays: %s\n", error->message);
    return error->code;
}

int main(void) {
    struct mln_error error;
    struct mln_linker *linker = NULL;
    struct mln_linker_facts facts;
    struct mln_link links[4];
    if (mln_linker_new("model", model, strlen(model), &linker, &error) != 0 ||
        mln_linker_add_rows(linker, 0, left, 4, &error) != 0 ||
        mln_linker_add_rows(linker, 1, right, 4, &error) != 0 ||
        mln_linker_run(linker, 0, &facts, &error) != 0) {
        mln_linker_free(linker);
        return fail(&error);
    }
    const size_t n = mln_linker_links(linker, links, 4);
    printf("%llu candidates, %zu links\n", (unsigned long long)facts.candidates, n);
    for (size_t i = 0; i < n; i++) {
        printf("%s = %s  weight %.2f\n", left[3 * links[i].left_row], right[3 * links[i].right_row],
               links[i].weight_log2);
    }
    mln_linker_free(linker);
    return 0;
}
