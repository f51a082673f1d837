/* Writing the shards as rows: one pen a task, one buffer a file. Internal to the synth room. */
#ifndef MLN_SYNTH_PEN_H
#define MLN_SYNTH_PEN_H

#include "synth/affaire.h"
#include "synth/out.h"

enum mln_synth_file {
    FILE_PROCEDURE,
    FILE_PROC_PERSONNE,
    FILE_PROC_INFRACTION,
    FILE_AFFAIRE,
    FILE_AFFAIRE_PARQUET,
    FILE_CORRESPONDANCE,
    FILE_AFFAIRE_PERSONNE,
    FILE_AFFAIRE_INFRACTION,
    FILE_EVENEMENT,
    FILE_LIEN_AFFAIRE,
    N_TABLES,
    FILE_TRUTH_PROCEDURE = N_TABLES,
    FILE_TRUTH_PERSONNE,
    FILE_TRUTH_INFRACTION,
    FILE_TRUTH_VICTIME,
    FILE_TRUTH_ETAPE,
    FILE_TRUTH_IDENTITE,
    N_FILES
};

struct mln_synth_file_info {
    const char *path; /* below DIR */
    bool justice;     /* written in the second pass */
    bool truth;
    const char *header; /* separated by ',' */
};
extern const struct mln_synth_file_info mln_synth_files[N_FILES];

struct mln_synth_pen {
    const struct mln_synth_world *world;
    const struct mln_synth_plan *plan;
    struct mln_synth_out out[N_FILES];
};

void mln_synth_pen_init(struct mln_synth_pen *pen, const struct mln_synth_world *world,
                        const struct mln_synth_plan *plan);
void mln_synth_pen_release(struct mln_synth_pen *pen);

/* The two passes. Running out of memory is told by the buffers (mln_buf_check). */
void mln_synth_write_interior(struct mln_synth_pen *pen, const struct mln_synth_shard *shard);
void mln_synth_write_justice(struct mln_synth_pen *pen, const struct mln_synth_shard *shard);

/* ── pieces ── */

/* Of the truth: the stages that the procedure passed (it has an affaire); who its persons are. */
void mln_synth_put_stages(struct mln_synth_pen *pen, const struct mln_synth_case *c);
void mln_synth_put_persons(struct mln_synth_pen *pen, const struct mln_synth_case *c);

/* Opaque, unique, reversible only with the seed. `out`: 12 bytes at least, NUL-terminated. */
void mln_synth_affaire_id(uint64_t seed, uint64_t slot, char out[16]); /* 11 digits */
void mln_synth_idj(uint64_t seed, uint64_t slot, char out[16]);        /* 11 letters and digits */
void mln_synth_csns(uint64_t seed, uint64_t person, char out[24]);     /* 16 hexadecimal digits */

/* `yydddnnnnnn` of an affaire's place. */
void mln_synth_numero_parquet(const struct mln_synth_pen *pen, uint64_t slot, int32_t day,
                              char out[16]);

/* force;code_unite;numero;annee as Interior writes them, separated by the file's separator. */
void mln_synth_put_key(struct mln_synth_pen *pen, struct mln_synth_out *out,
                       const struct mln_synth_core *core);
int32_t mln_synth_year_of(const struct mln_synth_core *core);

/* The cells of a person from `role` to `lien_auteur`, with the noise of one side. */
void mln_synth_put_person(struct mln_synth_pen *pen, struct mln_synth_out *out,
                          const struct mln_synth_role *role, enum mln_synth_side side,
                          struct mln_rng *rng);
void mln_synth_put_commune(const struct mln_synth_world *world, struct mln_synth_out *out,
                           int32_t commune, enum mln_synth_side side, struct mln_rng *rng);
/* dd/mm/yyyy, or mm/yyyy, or yyyy with probability `incomplete`. */
void mln_synth_put_period(const struct mln_synth_world *world, struct mln_synth_out *out,
                          int32_t day, double incomplete, struct mln_rng *rng);
bool mln_synth_absent(const struct mln_synth_world *world, enum mln_synth_column column,
                      enum mln_synth_side side, struct mln_rng *rng);

/* Ties of an affaire to procès-verbaux (key.c). */
void mln_synth_put_ties(struct mln_synth_pen *pen, const struct mln_synth_affaire *affaire);
/* A reference as a clerk types it, in UTF-8; NUL-terminated. `clean`: without error. */
void mln_synth_reference(struct mln_synth_pen *pen, const struct mln_synth_core *core, bool clean,
                         struct mln_rng *rng, char out[96]);

/* A reference in quotes, from UTF-8 to Windows-1252; nothing for an empty one. */
void mln_synth_put_reference(struct mln_synth_out *out, const char *utf8);
/* Did it arrive by the application flow; has it an identifiant justice. */
bool mln_synth_by_flux(const struct mln_synth_pen *pen, const struct mln_synth_affaire *affaire,
                       bool *has_idj);

void mln_synth_put_events(struct mln_synth_pen *pen, const struct mln_synth_affaire *affaire);
void mln_synth_put_truth(struct mln_synth_pen *pen, const struct mln_synth_shard *shard);

static inline bool pen_happens(struct mln_rng *rng, double p) {
    return mln_rng_unit(rng) < p;
}

#endif
