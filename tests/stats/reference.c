#include "reference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void stop(const char *what) {
    fprintf(stderr, "reference: %s\n", what);
    exit(2);
}

static void *need(void *p) {
    if (p == NULL) {
        stop("out of memory");
    }
    return p;
}

struct reference reference_open(const char *directory, const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        stop(path);
    }
    fseek(file, 0, SEEK_END);
    const size_t size = (size_t)ftell(file);
    rewind(file);
    char *text = need(malloc(size + 1));
    if (fread(text, 1, size, file) != size) {
        stop(path);
    }
    fclose(file);
    text[size] = '\0';
    struct reference ref = {.text = text, .at = text};
    while (*ref.at == '#') {
        reference_skip_line(&ref);
    }
    return ref;
}

void reference_close(struct reference *ref) {
    printf("%zu numbers compared, worst relative difference %.2g\n", ref->n_compared, ref->worst);
    free(ref->text);
}

bool reference_word(struct reference *ref, char out[32]) {
    ref->at += strspn(ref->at, "\t\n");
    const size_t n = strcspn(ref->at, "\t\n");
    if (n > 31) {
        stop("a word too long");
    }
    memcpy(out, ref->at, n);
    out[n] = '\0';
    ref->at += n;
    return n > 0;
}

double reference_number(struct reference *ref) {
    char word[32], *end;
    if (!reference_word(ref, word)) {
        stop("a number is missing");
    }
    if (strcmp(word, "skip") == 0) {
        return INFINITY;
    }
    const double x = strtod(word, &end);
    if (*end != '\0') {
        stop(word);
    }
    return x;
}

size_t reference_size(struct reference *ref) {
    const double x = reference_number(ref);
    if (!(x >= 0 && x < 1e9 && x == floor(x))) {
        stop("a size is expected");
    }
    return (size_t)x;
}

void reference_skip_line(struct reference *ref) {
    ref->at += strcspn(ref->at, "\n");
    ref->at += *ref->at == '\n';
}

bool same(struct reference *ref, double ours, double theirs, double tolerance) {
    ref->n_compared++;
    if (isnan(ours) || isnan(theirs)) {
        return isnan(ours) && isnan(theirs);
    }
    const double difference = fabs(ours - theirs);
    if (fabs(theirs) < 1e-12) {
        return difference <= 1e-14;
    }
    const double relative = difference / fabs(theirs);
    ref->worst = relative > ref->worst ? relative : ref->worst;
    return relative <= tolerance;
}

struct columns reference_columns(struct reference *ref) {
    struct columns c = {0};
    reference_word(ref, c.name);
    c.n = reference_size(ref);
    c.n_groups = reference_size(ref);
    c.n_causes = reference_size(ref);
    c.has_entry = reference_size(ref) == 1;
    c.has_weight = reference_size(ref) == 1;
    c.entry = need(malloc(3 * c.n * sizeof *c.entry));
    c.exit = c.entry + c.n;
    c.weight = c.exit + c.n;
    c.end = need(malloc(3 * c.n * sizeof *c.end));
    c.group = c.end + c.n;
    c.cluster = c.group + c.n;
    for (size_t i = 0; i < c.n; i++) {
        c.entry[i] = reference_number(ref);
        c.exit[i] = reference_number(ref);
        c.end[i] = (uint32_t)reference_size(ref);
        c.group[i] = (uint32_t)reference_size(ref);
        c.weight[i] = reference_number(ref);
        c.cluster[i] = (uint32_t)reference_size(ref);
    }
    return c;
}

void columns_release(struct columns *columns) {
    free(columns->entry);
    free(columns->end);
    *columns = (struct columns){0};
}
