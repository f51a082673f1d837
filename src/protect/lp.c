#include "protect/lp.h"

#include <coin/Clp_C_Interface.h>
#include <stdlib.h>

enum { SOLVED = 0, INFEASIBLE = 1, MAXIMISE = -1, NO_TALK = 0 };

struct mln_lp {
    Clp_Simplex *model;
    size_t n_columns;
    bool solved_before, fresh;
};

struct mln_lp *mln_lp_new(const struct mln_lp_matrix *m, bool fresh) {
    struct mln_lp *lp = calloc(1, sizeof *lp);
    double *zeros = calloc(m->n_columns + m->n_rows + 1, sizeof *zeros);
    if (lp == NULL || zeros == NULL) {
        free(lp);
        free(zeros);
        return NULL;
    }
    lp->n_columns = m->n_columns;
    lp->fresh = fresh;
    lp->model = Clp_newModel();
    Clp_setLogLevel(lp->model, NO_TALK);
    Clp_loadProblem(lp->model, (int)m->n_columns, (int)m->n_rows, m->start, m->row, m->value, zeros,
                    zeros, zeros, zeros, zeros);
    Clp_setObjSense(lp->model, MAXIMISE);
    free(zeros);
    return lp;
}

void mln_lp_free(struct mln_lp *lp) {
    if (lp != NULL) {
        Clp_deleteModel(lp->model);
        free(lp);
    }
}

enum mln_status mln_lp_maximise(struct mln_lp *lp, const double *low, const double *high,
                                const double *gain, double *y, bool *feasible,
                                struct mln_err *err) {
    Clp_chgColumnLower(lp->model, low);
    Clp_chgColumnUpper(lp->model, high);
    Clp_chgObjCoefficients(lp->model, gain);
    if (lp->solved_before) {
        (void)Clp_primal(lp->model, 0);
    } else {
        (void)Clp_initialSolve(lp->model);
    }
    lp->solved_before = !lp->fresh;
    if (Clp_status(lp->model) != SOLVED) {
        (void)Clp_dual(lp->model, 0);
    }
    if (feasible != NULL) {
        *feasible = Clp_status(lp->model) != INFEASIBLE;
        if (!*feasible) {
            lp->solved_before = false;
            return MLN_OK;
        }
    }
    if (Clp_status(lp->model) != SOLVED) {
        return mln_err_set(err, MLN_INTERNAL,
                           "the linear program of the protection was not solved (status %d)",
                           Clp_status(lp->model));
    }
    const double *solution = Clp_primalColumnSolution(lp->model);
    for (size_t j = 0; j < lp->n_columns; j++) {
        y[j] = solution[j];
    }
    return MLN_OK;
}
