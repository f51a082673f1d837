/* A project: one YAML file that says what is run, for what purpose, with which keys and rules.
 * Paths in it are relative to its folder. Every key is explained in `maillon init`'s template. */
#ifndef MLN_STAGE_PROJECT_H
#define MLN_STAGE_PROJECT_H

#include "base/arena.h"
#include "base/yaml.h"
#include "protect/table.h"
#include "secret/keys.h"

/* How long the data may be kept: up to and with a day (UTC); warnings begin before. */
struct mln_retention {
    int32_t until_day;
    int64_t warn_days;
};

/* Codes of one variable that lie in codes of another, by two columns of a nomenclature. */
struct mln_project_hierarchy {
    const char *child; /* variables of the study: "juridiction", "departement" */
    const char *parent;
    const char *nomenclature;
    const char *child_column;
    const char *parent_column;
};

struct mln_project {
    const char *path; /* as given */
    const char *dir;  /* folder of the file */
    const char *name;
    const char *purpose;
    int32_t observation_day;
    const char *contract; /* path of the data contract */
    const char *study;    /* path of the study */
    const char *keys_dir;
    const struct mln_key *lock; /* opens sealed keys; set by the command; NULL: clear keys only */
    const char *journal_dir;
    struct mln_retention retention;
    const char *processing; /* path of the declaration of the processing; NULL: none */
    const char *work_dir;
    const char *out_dir;
    const char *nomenclatures; /* folder whose files replace the shipped ones; NULL: shipped only */
    size_t n_threads;          /* 0: all */
    uint64_t memory_bytes;     /* 0: engine's default */
    double rejects_max_share;  /* of the rows of a table; past it the run stops */
    struct mln_protect_options protect;
    uint64_t detail_threshold; /* for tables by court or finer; at least protect.threshold */
    size_t n_sensitive;        /* variables where one category for a whole row is a secret */
    const char *const *sensitive;
    size_t n_hierarchies;
    const struct mln_project_hierarchy *hierarchies;
    const char *previous; /* work folder of the vintage published before; NULL: none */
    const char *lang;     /* "fr", "en" */
    struct mln_str text;  /* the file's bytes, for fingerprints */
};

/* Reads and checks the file; everything in the arena. */
enum mln_status mln_project_read(struct mln_arena *arena, const char *path, struct mln_project *out,
                                 struct mln_err *err) MLN_MUST_USE;

/* Its key directory with the lock that was opened for it (borrowed: nothing to release). */
struct mln_keyring mln_project_ring(const struct mln_project *project);
/* The active key of that name; the caller releases it. */
enum mln_status mln_project_key(const struct mln_project *project, const char *name,
                                struct mln_key *out, struct mln_err *err) MLN_MUST_USE;

/* A path of the project as its file writes it: without the project's folder in front. For what must
 * not depend on where the command was typed. Borrowed from `path`. */
const char *mln_project_relative(const struct mln_project *project, const char *path);

/* Words of enum mln_method, NULL last. */
extern const char *const mln_method_words[];

/* The section `protect` of a project, in project_protect.c; private to mln_project_read. */
enum mln_status mln_project_read_protect(struct mln_arena *arena, struct mln_yaml *top,
                                         struct mln_project *p, struct mln_err *err) MLN_MUST_USE;

/* Whether the project's own folder has a nomenclature of that name. */
bool mln_project_has_nomenclature(const struct mln_project *project, const char *name);

/* A nomenclature's text by name ("natinf" → <nomenclatures>/natinf.csv, else the shipped one). */
enum mln_status mln_project_nomenclature(const struct mln_project *project, struct mln_arena *arena,
                                         const char *name, struct mln_str *out, struct mln_err *err)
    MLN_MUST_USE;

#endif
