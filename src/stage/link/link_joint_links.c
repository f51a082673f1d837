/* Second step of the joint pass: inside links, the persons of the affaire that keys left unmatched.
 *
 * First one to one: those unmatched on both sides, the best assignment over all links of an affaire (a
 * person of an affaire that joins several procedures comes from one of them). Then what is left at
 * Justice may be a second row of a person, or the author of a joined procedure again: it goes to the
 * person it looks like most, if the likeness says enough by itself and nobody looks nearly as much. */
#include <stdlib.h>

#include "stage/link/link_joint_inside.h"

enum { CLEAR_BITS = 1 }; /* by which the best of several must be better */

/* A pair of persons of one link, of one role and nature. */
struct pair {
    uint32_t left, right; /* rows of the two sides */
    double weight;
};

struct inside {
    struct mln_joint_pass *j;
    struct kind kind;
    struct pair *pair; /* by right row, then left */
    size_t n, cap;
    uint32_t *place;  /* per right row: one for each person of an affaire, whatever the link */
    uint32_t n_places;
    uint32_t *taken;  /* per right row: left row + 1; 0: nobody */
    double *gain;     /* per right row: log2 odds of what was taken */
};

/* ── pairs ── */

static enum mln_status add(struct inside *in, struct pair pair, struct mln_err *err) {
    if (in->n == in->cap) {
        const size_t cap = in->cap == 0 ? 4096 : 2 * in->cap;
        struct pair *wider = realloc(in->pair, cap * sizeof *wider);
        if (wider == NULL) {
            return mln_err_nomem(err, "the persons of links");
        }
        in->pair = wider;
        in->cap = cap;
    }
    in->pair[in->n++] = pair;
    return MLN_OK;
}

static enum mln_status compare(struct inside *in, uint32_t left, uint32_t right,
                               struct mln_err *err) {
    struct mln_joint_pass *j = in->j;
    uint32_t pattern;
    uint8_t levels[MLN_COMPARISONS_MAX];
    MLN_TRY(mln_ladder_pair(in->kind.ladder, in->kind.work, left, in->kind.records.n_left + right,
                            &pattern, err));
    mln_ladder_levels(in->kind.ladder, pattern, levels);
    const double weight =
        mln_em_weight(&j->persons_fit, levels, j->persons_model.n_comparisons, false);
    return add(in, (struct pair){left, right, weight}, err);
}

/* Where the numbers that begin at `from` cease to be the same. */
static size_t end_of(const struct numbers *no, size_t from) {
    size_t end = from;
    while (end < no->n && no->v[end] == no->v[from]) {
        end++;
    }
    return end;
}

static enum mln_status compare_link(struct inside *in, const struct person_range sides[2],
                                    struct mln_err *err) {
    const struct numbers *left = in->kind.kept[0];
    const struct numbers *right = in->kind.kept[1];
    for (uint32_t q = sides[1].first; q < sides[1].last; q++) {
        for (uint32_t p = sides[0].first; p < sides[0].last; p++) {
            if (left[ROLE].v[p] == right[ROLE].v[q] && left[NATURE].v[p] == right[NATURE].v[q]) {
                MLN_TRY(compare(in, p, q, err));
            }
        }
    }
    return MLN_OK;
}

/* Both sides come by link: a walk along the two. */
static enum mln_status compare_all(struct inside *in, struct mln_err *err) {
    const struct numbers *left = &in->kind.kept[0][NO];
    const struct numbers *right = &in->kind.kept[1][NO];
    size_t p = 0;
    for (size_t q = 0; q < right->n; q = end_of(right, q)) {
        while (p < left->n && left->v[p] < right->v[q]) {
            p++;
        }
        if (p == left->n || left->v[p] != right->v[q]) {
            continue;
        }
        const struct person_range sides[2] = {{(uint32_t)p, (uint32_t)end_of(left, p)},
                                              {(uint32_t)q, (uint32_t)end_of(right, q)}};
        if (joint_may_compare(sides[0], sides[1])) {
            MLN_TRY(compare_link(in, sides, err));
        }
    }
    return MLN_OK;
}

/* ── one place for each person of an affaire ── */

struct person_key {
    int64_t affaire, rang;
    uint32_t row;
};

static int by_person(const void *a, const void *b) {
    const struct person_key *x = a;
    const struct person_key *y = b;
    if (x->affaire != y->affaire) {
        return x->affaire < y->affaire ? -1 : 1;
    }
    return (x->rang > y->rang) - (x->rang < y->rang);
}

static enum mln_status find_places(struct inside *in, struct mln_err *err) {
    const struct numbers *right = in->kind.kept[1];
    const size_t n = right[NO].n;
    struct person_key *keys = malloc((n + 1) * sizeof *keys);
    if (keys == NULL) {
        return mln_err_nomem(err, "the persons of links");
    }
    for (size_t q = 0; q < n; q++) {
        keys[q] = (struct person_key){right[GROUPE].v[q], right[RANG].v[q], (uint32_t)q};
    }
    qsort(keys, n, sizeof *keys, by_person);
    for (size_t i = 0; i < n; i++) {
        in->n_places += i == 0 || by_person(&keys[i], &keys[i - 1]) != 0;
        in->place[keys[i].row] = in->n_places - 1;
    }
    free(keys);
    return MLN_OK;
}

/* ── one to one ── */

static enum mln_status match_free(struct inside *in, struct mln_err *err) {
    const struct numbers *left_pris = &in->kind.kept[0][PRIS];
    const struct numbers *right_pris = &in->kind.kept[1][PRIS];
    struct mln_joint_pass *j = in->j;
    const double odds = joint_log2_odds(j->persons_fit.session_lambda[0]);
    const double cut = joint_log2_odds(j->person_probability);
    uint32_t *left = malloc((in->n + 1) * sizeof *left);
    uint32_t *right = malloc((in->n + 1) * sizeof *right);
    uint32_t *edge = malloc((in->n + 1) * sizeof *edge);
    double *gain = malloc((in->n + 1) * sizeof *gain);
    bool *kept = calloc(in->n + 1, sizeof *kept);
    size_t n = 0;
    enum mln_status status =
        left == NULL || right == NULL || edge == NULL || gain == NULL || kept == NULL
            ? mln_err_nomem(err, "the persons of links")
            : MLN_OK;
    for (size_t e = 0; status == MLN_OK && e < in->n; e++) {
        const struct pair *pair = &in->pair[e];
        if (left_pris->v[pair->left] == 0 && right_pris->v[pair->right] == 0) {
            left[n] = pair->left;
            right[n] = in->place[pair->right];
            gain[n] = pair->weight + odds - cut;
            edge[n++] = (uint32_t)e;
        }
    }
    if (status == MLN_OK) {
        const struct mln_joint_persons persons = {.left = left, .right = right, .gain = gain,
                                                  .n = n,
                                                  .n_left = in->kind.records.n_left,
                                                  .n_right = in->n_places,
                                                  .n_threads = j->pass.run->project->n_threads};
        status = mln_joint_assign(&persons, kept, err);
    }
    for (size_t i = 0; status == MLN_OK && i < n; i++) {
        if (kept[i]) {
            const struct pair *pair = &in->pair[edge[i]];
            in->taken[pair->right] = pair->left + 1;
            in->gain[pair->right] = pair->weight + odds;
        }
    }
    free(left);
    free(right);
    free(edge);
    free(gain);
    free(kept);
    return status;
}

/* ── second rows of a person ── */

static void match_again(struct inside *in) {
    const double cut = in->j->again_weight;
    for (size_t e = 0, end; e < in->n; e = end) {
        const uint32_t right = in->pair[e].right;
        double best = -INFINITY;
        double second = -INFINITY;
        uint32_t whom = 0;
        for (end = e; end < in->n && in->pair[end].right == right; end++) {
            const double weight = in->pair[end].weight;
            if (weight > best) {
                second = best;
                best = weight;
                whom = in->pair[end].left;
            } else if (weight > second) {
                second = weight;
            }
        }
        if (in->taken[right] == 0 && best >= cut && best >= second + CLEAR_BITS) {
            in->taken[right] = whom + 1;
            in->gain[right] = best;
        }
    }
}

/* ── the whole ── */

static enum mln_status write_matches(struct inside *in, struct mln_err *err) {
    static const struct mln_column_spec specs[] = {{"lien_no", MLN_INT64},
                                                   {"rang_procedure", MLN_INT64},
                                                   {"rang_affaire", MLN_INT64},
                                                   {"probabilite", MLN_DOUBLE}};
    const struct numbers *left = in->kind.kept[0];
    const struct numbers *right = in->kind.kept[1];
    struct mln_builder *b = mln_builder_new(specs, 4);
    if (b == NULL) {
        return mln_err_nomem(err, "the persons of links");
    }
    for (size_t q = 0; q < right[NO].n; q++) {
        if (in->taken[q] != 0) {
            mln_add_i64(b, 0, right[NO].v[q]);
            mln_add_i64(b, 1, left[RANG].v[in->taken[q] - 1]);
            mln_add_i64(b, 2, right[RANG].v[q]);
            mln_add_f64(b, 3, mln_em_probability(in->gain[q]));
        }
    }
    const enum mln_status status =
        joint_write(&in->j->pass, "conjoint_personne_liee", b, err);
    mln_builder_free(b);
    return status;
}

static enum mln_status run_inside(struct inside *in, struct mln_err *err) {
    static const struct mln_joint_query queries[] = {
        {"conjoint_personnes", "conjoint_reste_procedure", "proc_personne"},
        {"conjoint_personnes", "conjoint_reste_affaire", "affaire_personne"}};
    const struct mln_link_joint *pass = &in->j->pass;
    in->kind.model = &in->j->persons_model;
    MLN_TRY(pass->run_file(pass->ctx, "conjoint_restes", err));
    MLN_TRY(joint_read_kind(pass, queries, true, &in->kind, err));
    const size_t n = in->kind.kept[1][NO].n;
    in->place = calloc(n + 1, sizeof *in->place);
    in->taken = calloc(n + 1, sizeof *in->taken);
    in->gain = calloc(n + 1, sizeof *in->gain);
    if (in->place == NULL || in->taken == NULL || in->gain == NULL) {
        return mln_err_nomem(err, "the persons of links");
    }
    MLN_TRY(compare_all(in, err));
    MLN_TRY(find_places(in, err));
    MLN_TRY(match_free(in, err));
    match_again(in);
    return write_matches(in, err);
}

enum mln_status mln_link_joint_persons(struct mln_joint_pass *j, bool *done,
                                       struct mln_err *err) {
    *done = j->taught;
    if (!j->taught) {
        return MLN_OK;
    }
    struct inside in = {.j = j};
    const enum mln_status status = run_inside(&in, err);
    joint_kind_release(&in.kind);
    free(in.pair);
    free(in.place);
    free(in.taken);
    free(in.gain);
    return status;
}
