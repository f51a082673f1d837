/* Pseudonyms a second, plain and re-keyable, on 1 thread and on all: bench_secret [N]. Wall clock
 * and processor time; texts of 24 bytes and more, made before the clock starts. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/thread.h"
#include "secret/permute.h"

static double seconds(clockid_t clock) {
    struct timespec t;
    (void)clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void measure(const char *what, const struct mln_pseudonym_domain *domain,
                    const struct mln_str *values, size_t n, size_t n_threads, char *out) {
    struct mln_err err = {0};
    const double wall = seconds(CLOCK_MONOTONIC);
    const double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    if (mln_pseudonyms(domain, values, n, n_threads, out, &err) != MLN_OK) {
        fprintf(stderr, "%s\n", err.msg);
        exit(EXIT_FAILURE);
    }
    const double used = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    printf("%-12s %2zu threads  %6.2f M/s wall  %6.2f M/s a processor second\n", what, n_threads,
           (double)n / 1e6 / (seconds(CLOCK_MONOTONIC) - wall), (double)n / 1e6 / used);
}

int main(int argc, char **argv) {
    enum { TEXT = 40 };
    const size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 4000000;
    char *const texts = malloc(n * (TEXT + 1));
    struct mln_str *const values = malloc(n * sizeof *values);
    char *const out = malloc(n * MLN_PSEUDONYM_CHARS);
    struct mln_key key;
    struct mln_pseudonym_domain *domain = NULL;
    struct mln_permutation *permutation = NULL;
    if (texts == NULL || values == NULL || out == NULL || mln_key_random(&key, NULL) != MLN_OK ||
        mln_pseudonym_domain_new(&key, "procedure", &domain, NULL) != MLN_OK ||
        mln_permutation_new(&key, "procedure", &permutation, NULL) != MLN_OK) {
        return EXIT_FAILURE;
    }
    for (size_t i = 0; i < n; i++) {
        char *const text = texts + i * (TEXT + 1);
        (void)snprintf(text, TEXT + 1, "GN|%05zu|2021|%010zu", i % 3000, i);
        values[i] = (struct mln_str){text, strlen(text)};
    }
    measure("plain", domain, values, n, 1, out);
    measure("plain", domain, values, n, mln_thread_count(), out);
    mln_pseudonym_permuted(domain, permutation);
    measure("re-keyable", domain, values, n, 1, out);
    measure("re-keyable", domain, values, n, mln_thread_count(), out);
    mln_pseudonym_domain_free(domain);
    mln_permutation_free(permutation);
    mln_key_release(&key);
    free(texts);
    free(values);
    free(out);
    return EXIT_SUCCESS;
}
