/* Compares two texts: compare_strings TEXT TEXT
 *   cc compare_strings.c -lmaillon */
#include <maillon/maillon.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: compare_strings TEXT TEXT\n");
        return 2;
    }
    const char *a = argv[1];
    const char *b = argv[2];
    const size_t n = strlen(a);
    const size_t m = strlen(b);
    printf("levenshtein   %u\n", mln_text_levenshtein(a, n, b, m));
    printf("osa           %u\n", mln_text_osa(a, n, b, m));
    printf("damerau       %u\n", mln_text_damerau(a, n, b, m));
    printf("jaro          %.6f\n", mln_text_jaro_winkler(a, n, b, m, 0));
    printf("jaro_winkler  %.6f\n", mln_text_jaro_winkler(a, n, b, m, 0.1));
    return 0;
}
