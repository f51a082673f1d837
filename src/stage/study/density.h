/* The density of communes, by which places enter the base: INSEE's grille communale de densité if
 * the project brings it, else an approximation from the population of the commune.
 *
 * The project's file is grille_densite.csv in its folder of nomenclatures: the sheet by commune of
 * INSEE's workbook saved as CSV (',' or ';'), as it is. Lines above the header are skipped; the
 * header has CODGEO and one of DENS7, DENS4, DENS3, DENS; other columns are not read. A `DENS` is
 * of 7 levels where a value is above 4, else of 4 where one is 4, else of 3. Years differ in their
 * communes: what the grid does not list takes the class of its present commune
 * (sql/link-chain/commune.sql).
 *
 *     Grille communale de densité à 7 niveaux,,,
 *     CODGEO,LIBGEO,DENS,LIBDENS
 *     01001,L'Abergement-Clémenciat,6,Rural à habitat dispersé
 *
 * Two columns come of it: `densite`, the three classes that every grid has (dense, intermediaire,
 * rural: levels of 7 nest in them as 1 | 2 3 4 | 5 6 7, of 4 as 1 | 2 | 3 4), and `densite_detail`,
 * the level with its origin, so that no table takes one for another: D7_1…D7_7, D4_1…D4_4,
 * D3_1…D3_3 of a grid (1 the densest), POP_1…POP_3 of the approximation
 * (nomenclatures/densite_population.csv). INSEE, La grille communale de densité (2022), after
 * Eurostat's degree of urbanisation. */
#ifndef MLN_STAGE_DENSITY_H
#define MLN_STAGE_DENSITY_H

#include "base/batch.h"
#include "engine/engine.h"
#include "stage/project/codes.h"
#include "stage/project/project.h"

struct mln_density {
    struct mln_codes codes; /* commune, level (one digit) */
    int levels;             /* 7, 4 or 3 of a grid; 0: by population */
};

/* The text of a grid. MLN_BAD_INPUT without these columns, for a level that is not 1..levels, for
 * a commune listed twice. In the arena, or borrows `text`. O(bytes × log). */
enum mln_status mln_density_parse(struct mln_arena *arena, const char *name, struct mln_str text,
                                  struct mln_density *out, struct mln_err *err) MLN_MUST_USE;

/* What the project uses: its grid, else the approximation. */
enum mln_status mln_density_read(const struct mln_project *project, struct mln_arena *arena,
                                 struct mln_density *out, struct mln_err *err) MLN_MUST_USE;

/* Appends (commune, densite, densite_detail) to a table of three VARCHAR columns. */
enum mln_status mln_density_append(const struct mln_density *density, struct mln_engine *e,
                                   const char *catalog, const char *table, struct mln_err *err)
    MLN_MUST_USE;

#endif
