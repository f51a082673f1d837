/* Runs a fuzz target over a folder of inputs without libFuzzer: each file as it is; of files up to
 * SMALL bytes also every prefix, and every byte replaced by a few hostile ones. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SMALL = 1024, PATH_BYTES = 4096 };

/* A copy of exactly `size` bytes, so that a sanitizer sees the first byte read past the end. */
static void run(const uint8_t *data, size_t size) {
    uint8_t *copy = malloc(size == 0 ? 1 : size);
    if (copy == NULL) {
        perror("replay");
        exit(EXIT_FAILURE);
    }
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void run_changed(uint8_t *data, size_t size) {
    static const uint8_t hostile[] = {0, '\n', ' ', '0', '9', '"', 0x7F, 0x80, 0xC3, 0xFF};
    for (size_t n = 0; n < size; n++) {
        run(data, n);
        const uint8_t was = data[n];
        for (size_t h = 0; h < sizeof hostile; h++) {
            data[n] = hostile[h];
            run(data, size);
        }
        data[n] = was;
    }
}

static void run_file(const char *path) {
    FILE *f = fopen(path, "rb");
    if (f == NULL || fseek(f, 0, SEEK_END) != 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    const long size = ftell(f);
    uint8_t *data = size < 0 ? NULL : malloc((size_t)size + 1);
    rewind(f);
    if (data == NULL || fread(data, 1, (size_t)size, f) != (size_t)size) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    fclose(f);
    run(data, (size_t)size);
    if (size <= SMALL) {
        run_changed(data, (size_t)size);
    }
    free(data);
}

int main(int argc, char **argv) {
    struct dirent **entries = NULL;
    const int n = argc == 2 ? scandir(argv[1], &entries, NULL, alphasort) : -1;
    if (n < 0) {
        fprintf(stderr, "usage: %s CORPUS\n", argv[0]);
        return EXIT_FAILURE;
    }
    int files = 0;
    for (int i = 0; i < n; i++) {
        char path[PATH_BYTES];
        if (entries[i]->d_name[0] != '.' &&
            snprintf(path, sizeof path, "%s/%s", argv[1], entries[i]->d_name) < PATH_BYTES) {
            run_file(path);
            files++;
        }
        free(entries[i]);
    }
    free(entries);
    printf("%d files\n", files);
    return files > 0 ? EXIT_SUCCESS : EXIT_FAILURE; /* an empty corpus tests nothing */
}
