/* Nomenclatures: whatever the bytes, a reading ends; what it gives lies inside the text or is
 * shorter, and rows and cells are as many as it says. */
#include <stdint.h>
#include <stdlib.h>

#include "stage/project/codes.h"
#include "stage/study/density.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const columns[] = {"fin", "code", "debut"};
    const struct mln_str text = {(const char *)data, size};
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_err err = {0};
    struct mln_codes codes;
    if (mln_codes_read(&arena, "fuzz", text, columns, 3, &codes, &err) == MLN_OK) {
        size_t bytes = 0;
        for (size_t row = 0; row < codes.n_rows; row++) {
            int32_t day = 0;
            bool flag = false;
            for (size_t c = 0; c < 3; c++) {
                bytes += mln_codes_cell(&codes, row, c).n;
            }
            const enum mln_status as_day = mln_codes_day(&codes, row, 0, 7, &day, &err);
            const enum mln_status as_flag = mln_codes_flag(&codes, row, 1, &flag, &err);
            if ((as_day != MLN_OK && as_day != MLN_BAD_INPUT) ||
                (as_flag != MLN_OK && as_flag != MLN_BAD_INPUT)) {
                abort();
            }
        }
        if (bytes > size) {
            abort();
        }
    } else if (err.msg[0] == '\0') {
        abort();
    }
    struct mln_density density;
    if (mln_density_parse(&arena, "fuzz", text, &density, &err) == MLN_OK) {
        for (size_t row = 0; row < density.codes.n_rows; row++) {
            const struct mln_str level = mln_codes_cell(&density.codes, row, 1);
            if (level.n != 1 || level.p[0] < '1' || level.p[0] > '0' + density.levels) {
                abort();
            }
        }
    }
    mln_arena_release(&arena);
    return 0;
}
