/* A model of two tables, for tests of the contract. */
#ifndef MLN_TESTS_SMALL_MODEL_H
#define MLN_TESTS_SMALL_MODEL_H

#include "source/model.h"

static const char small_model[] =
    "version: 1\n"
    "tables:\n"
    "  dossier:\n"
    "    key: [no]\n"
    "    columns:\n"
    "      no:    {type: code, zone: id, required: true}\n"
    "      sexe:  {type: code, zone: both, words: [F, M]}\n"
    "      jour:  {type: date, zone: content, required: true}\n"
    "      faits: {type: period, zone: content}\n"
    "      age:   {type: int, zone: content, min: 0, max: 120}\n"
    "      lieu:  {type: code, zone: id, codes: communes}\n"
    "  piece:\n"
    "    key: [no, rang]\n"
    "    references: {dossier: [no]}\n"
    "    columns:\n"
    "      no:   {type: code, zone: id, required: true}\n"
    "      rang: {type: int, zone: both, required: true, min: 1}\n"
    "      note: {type: text, zone: content}\n";

static inline enum mln_status read_small_model(struct mln_arena *arena, struct mln_model *out) {
    return mln_model_read(arena, "model.yaml", mln_str_from(small_model), out, NULL);
}

#endif
