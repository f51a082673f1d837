/* What check, ingest and the runner know of a project's sources before a row is read. */
#ifndef MLN_STAGE_INGEST_PLAN_H
#define MLN_STAGE_INGEST_PLAN_H

#include "source/typing.h"
#include "stage/stage.h"

struct mln_ingest_plan {
    struct mln_model model;
    struct mln_contract contract;
    struct mln_contract_file *files; /* file_no is the place here + 1 */
    size_t n_files;
    size_t *first_file; /* per table of the model, and the end: files of a table stand together */
    const struct mln_code_set ***codes; /* per table, per column; NULL: not checked */
};

/* The canonical model, which travels in the program. */
enum mln_status mln_ingest_model(struct mln_arena *arena, struct mln_model *out,
                                 struct mln_err *err) MLN_MUST_USE;

/* Model, contract and files; in the run's arena. What a person can mend is a finding. */
enum mln_status mln_ingest_plan_read(struct mln_run *run, struct mln_ingest_plan *out,
                                     struct mln_findings *findings, struct mln_err *err)
    MLN_MUST_USE;

/* The nomenclatures that columns are checked against. */
enum mln_status mln_ingest_plan_codes(struct mln_run *run, struct mln_ingest_plan *plan,
                                      struct mln_findings *findings, struct mln_err *err)
    MLN_MUST_USE;

/* Every constant of the contract is a value of its column: findings otherwise. */
enum mln_status mln_ingest_plan_constants(const struct mln_ingest_plan *plan,
                                          struct mln_arena *arena, struct mln_findings *findings,
                                          struct mln_err *err) MLN_MUST_USE;

static inline const struct mln_contract_source *
mln_ingest_source_of(const struct mln_ingest_plan *plan, size_t file) {
    return &plan->contract.sources[plan->files[file].source];
}

#endif
