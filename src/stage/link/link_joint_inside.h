/* What the files of the joint pass share. Private to them. */
#ifndef MLN_STAGE_LINK_JOINT_INSIDE_H
#define MLN_STAGE_LINK_JOINT_INSIDE_H

#include <math.h>

#include "link/joint/joint.h"
#include "link/pairs/pairs.h"
#include "link/train/em.h"
#include "stage/link/link_joint.h"

enum {
    JOINT_BOUNDS_MAX = MLN_LEVELS_MAX - 1,
    /* Pairs of persons of one procedure and one affaire past which they are not compared: 256 of each
     * side. Work and memory stay those of the rows, whatever one procedure holds. */
    JOINT_PERSON_PAIRS_MAX = 1 << 16,
};

/* ── arrays that grow ── */

struct numbers {
    int64_t *v;
    size_t n, cap;
};

enum mln_status joint_push(struct numbers *list, int64_t value, struct mln_err *err) MLN_MUST_USE;

/* ── one kind of record: cases or persons ── */

enum { NO, RANG, ROLE, NATURE, GROUPE, PRIS, N_KEPT };

struct kind {
    const struct mln_link_model *model;
    struct mln_records_builder *builder;
    struct mln_records records;
    struct mln_ladder *ladder;
    struct mln_ladder_work *work;
    /* Per side and record, in the order of the records; of a case only NO. ROLE and NATURE: a letter. */
    struct numbers kept[2][N_KEPT];
};

/* Reads both sides of a kind by two queries; the record of a side is the place of its row. */
enum mln_status joint_read_kind(const struct mln_link_joint *pass, const struct mln_joint_query queries[2],
                                bool persons, struct kind *k, struct mln_err *err) MLN_MUST_USE;
void joint_kind_release(struct kind *k);

/* Rows of one side of a kind, half-open. */
struct person_range {
    uint32_t first, last;
};

static inline bool joint_may_compare(struct person_range a, struct person_range b) {
    return (uint64_t)(a.last - a.first) * (b.last - b.first) <= JOINT_PERSON_PAIRS_MAX;
}

/* ── the pass ── */

enum { PROCEDURE, AFFAIRE, CAPACITE, REFERENCE, DEJA, APPRIS, N_COLUMNS };

struct mln_joint_pass {
    struct mln_link_joint pass;
    struct mln_link_model cases_model, persons_model;
    double bounds[JOINT_BOUNDS_MAX];
    size_t n_bounds;
    double probability, person_probability;
    double again_weight; /* log2: what a second row of a person must weigh */
    struct kind cases, persons;
    bool taught;                      /* persons_fit is there */
    struct mln_em_result persons_fit;
    struct numbers column[N_COLUMNS]; /* of the candidates */
    size_t n;                         /* candidates */
    uint32_t *left, *right;           /* n: records of cases */
    uint8_t *levels;                  /* n × n_comparisons */
    size_t n_comparisons;             /* of the model, then persons, left over, reference, deja */
    double *weight, *chance;          /* n */
};

/* All rows of a builder into a working table. */
enum mln_status joint_write(const struct mln_link_joint *pass, const char *table,
                            struct mln_builder *rows, struct mln_err *err) MLN_MUST_USE;

/* The parameters: models/penal-chain.yaml. */
enum mln_status joint_read_model(struct mln_joint_pass *j, struct mln_err *err) MLN_MUST_USE;

/* m and u of the persons' comparisons: the pairs inside linked cases are a mixture; those across cases are of
 * different persons. */
enum mln_status joint_train_persons(struct mln_joint_pass *j, struct mln_err *err) MLN_MUST_USE;

/* The best assignment of the persons of every candidate: two more levels of its pattern. */
enum mln_status joint_match_persons(struct mln_joint_pass *j, struct mln_err *err) MLN_MUST_USE;

static inline double joint_log2_odds(double p) {
    return log2(p / (1 - p));
}

#endif
