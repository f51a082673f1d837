/* The page and the files of a protected study: the only writers of out/.
 *
 * They take protected tables and facts about the run, nothing else: that an unprotected count
 * cannot be given to them is the compiler's business (tests/report/refused.c).
 *
 * The page is one file: style, script, charts and data are inside it, and its policy forbids it to
 * fetch anything. Every number is in an HTML table; charts draw the same values. No clock, no
 * machine: the same tables give the same bytes. */
#ifndef MLN_REPORT_REPORT_H
#define MLN_REPORT_REPORT_H

#include "engine/engine.h"
#include "protect/table.h"
#include "report/words.h"

/* Rows of one source: files, not units of the study. read = accepted + rejected. */
struct mln_report_source {
    const char *name;
    uint64_t read, accepted, rejected;
};

struct mln_report_facts {
    enum mln_lang lang;
    const char *name;    /* of the project: the page's title */
    const char *purpose; /* may be NULL */
    const char *version; /* of the program */
    int32_t observation_day;
    const struct mln_report_source *sources;
    size_t n_sources;
};

/* Appends the page to `out`. MLN_INTERNAL when the shipped template does not fit this code. */
enum mln_status mln_report_page(struct mln_protected_table *const *tables, size_t n,
                                const struct mln_report_facts *facts, struct mln_buf *out,
                                struct mln_err *err) MLN_MUST_USE;

/* One row a cell, in the table's order, as CSV (RFC 4180: UTF-8, comma, header, LF; point as
 * decimal mark) and as Parquet, with the same columns:
 *
 *   <dimension>          code; TOTAL as the study names it
 *   <dimension>_libelle  label in the page's language
 *   unite                unit of count
 *   date_observation     day (DATE)
 *   effectif             published count; missing when suppressed
 *   etat                 `diffuse` or `secret`
 *   <measure>            published value; missing unless its state is `diffuse`
 *   <measure>_etat       `diffuse`, `secret`, `sans_objet`
 *
 * A COUNT measure adds no column. Whether a suppression is primary or secondary is not told. */
enum mln_status mln_report_files(struct mln_engine *engine, const struct mln_protected_table *t,
                                 enum mln_lang lang, const char *csv_path, const char *parquet_path,
                                 struct mln_err *err) MLN_MUST_USE;

#endif
