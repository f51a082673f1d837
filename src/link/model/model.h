/* A linkage model: what is read from the files, how it is compared, which pairs are looked at, how
 * the weights are trained and what is decided. One YAML file (docs/model.md) read into plain structs.
 *
 *   columns ─cleaning─▶ fields ─┬─ comparisons: a ladder of levels each ─▶ agreement pattern of a pair
 *                               └─ blocking rules: which pairs are candidates
 *
 * Invariants. Indices of fields and comparisons are into the arrays of the model. A field derived
 * from another comes after it. The last level of every ladder is MLN_LEVEL_ELSE; the first level
 * that holds is the pair's level; a pair with a value missing on either side has no level
 * (MLN_LEVEL_MISSING) and says nothing of that comparison, unless the ladder has a level for it. */
#ifndef MLN_LINK_MODEL_MODEL_H
#define MLN_LINK_MODEL_MODEL_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"
#include "base/err.h"
#include "base/str.h"

enum mln_link_kind { MLN_LINK_TWO_FILES, MLN_LINK_DEDUPE };

/* ── fields ── */

enum mln_field_type {
    MLN_FIELD_TEXT,   /* compared by code points; codes too */
    MLN_FIELD_DATE,   /* an interval of days (base/date.h): incomplete dates are intervals */
    MLN_FIELD_NUMBER, /* a double */
    MLN_FIELD_LIST,   /* a set of texts */
    MLN_FIELD_GEO,    /* latitude and longitude in degrees */
};

/* One step of cleaning: a pure function of text to text (link/model/clean.h, with the definition of
 * each); what it leaves empty is missing. */
enum mln_clean_op {
    MLN_CLEAN_TRIM,        /* blanks at both ends; inner runs of blanks become one */
    MLN_CLEAN_UPPER_FOLD,  /* upper case without accents (mln_utf8_fold) */
    MLN_CLEAN_LETTERS,     /* what is no letter or digit becomes a blank; then as TRIM */
    MLN_CLEAN_ALNUM,       /* what is no letter or digit goes */
    MLN_CLEAN_DIGITS,      /* what is no ASCII digit goes */
    MLN_CLEAN_NO_PARTICLES,/* words de, du, von, … of the model's list go */
    MLN_CLEAN_SORT_WORDS,  /* words in byte order */
    MLN_CLEAN_TABLE,       /* value → value by a table of the model; others stay */
    MLN_CLEAN_NULL,        /* the words of a list are missing */
    /* derivations, for fields made from another field */
    MLN_CLEAN_PREFIX,      /* the first n code points */
    MLN_CLEAN_SUFFIX,      /* the last n code points */
    MLN_CLEAN_FIRST_WORD,
    MLN_CLEAN_LAST_WORD,
    MLN_CLEAN_SOUNDEX,
    MLN_CLEAN_PHONEX_FR,   /* a French phonetic key; its definition is in clean.h */
    MLN_CLEAN_DATE_YEAR,   /* of a date field: its year, when it is known; a first step only */
    MLN_CLEAN_DATE_MONTH,  /* yyyymm, when it is known; a first step only */
};

struct mln_clean_step {
    enum mln_clean_op op;
    uint32_t n;                  /* PREFIX, SUFFIX */
    const struct mln_str *words; /* NO_PARTICLES, NULL: in byte order; TABLE: from, to, from, to, …
                                    in byte order of `from`. NO_PARTICLES without words: mln_particles */
    size_t n_words;              /* TABLE: 2 an entry */
    struct mln_str file;         /* TABLE: where its words are still to be read from (mln_clean_table_fill), relative
                                    to the folder of the model; n 0: they are here */
    struct mln_str from, to;     /* its columns */
    uint32_t line, column;       /* of the file in the YAML, for messages */
};

/* A field is read from columns or derived from an earlier field: TEXT from TEXT (steps), LIST from
 * TEXT (its words) or LIST, TEXT from DATE (DATE_YEAR or DATE_MONTH
 * first). Steps come before a value is parsed; those of a LIST clean each element once it is split. */
struct mln_link_field {
    struct mln_str name;
    enum mln_field_type type;
    size_t from;                   /* SIZE_MAX: read from columns */
    const struct mln_str *columns[2]; /* per side; several are joined by a blank (GEO: lat, lon) */
    size_t n_columns[2];
    const struct mln_clean_step *steps;
    size_t n_steps;
    const struct mln_date_format *formats; /* DATE: tried in order */
    size_t n_formats;
    char separator;                /* LIST: between elements; default ' ' (any run of blanks) */
    uint32_t line, column;         /* of the YAML, for messages */
};

/* ── comparisons ── */

enum mln_level_kind {
    MLN_LEVEL_EXACT,        /* equal; DATE: the same complete day; LIST: the same set */
    MLN_LEVEL_JARO,         /* similarity ≥ at */
    MLN_LEVEL_JARO_WINKLER, /* prefix weight `prefix_weight` (0.1), no boost threshold */
    MLN_LEVEL_LEVENSHTEIN,  /* distance ≤ at */
    MLN_LEVEL_OSA,
    MLN_LEVEL_DAMERAU,
    MLN_LEVEL_INDEL,
    MLN_LEVEL_JACCARD,      /* of q-grams, ≥ at; LIST: of the two sets */
    MLN_LEVEL_DICE,
    MLN_LEVEL_COSINE,
    MLN_LEVEL_PREFIX,       /* the first `at` code points are equal (codes: NATINF, commune, PCS) */
    MLN_LEVEL_CONTAINS,     /* the shorter, of at least `at` code points, is a part of the longer */
    MLN_LEVEL_WORDS,        /* at least `at` words in common */
    MLN_LEVEL_NUMBER,       /* |a - b| ≤ at */
    MLN_LEVEL_PERCENT,      /* |a - b| ≤ at/100 × max(|a|, |b|) */
    MLN_LEVEL_DAYS,         /* DATE: the closest days of the two intervals differ by ≤ at days */
    MLN_LEVEL_MONTHS,       /* the same in calendar months */
    MLN_LEVEL_YEARS,        /* the same in calendar years */
    MLN_LEVEL_DAY_MONTH,    /* DATE: equal once day and month of one are swapped */
    MLN_LEVEL_DATE_DIGITS,  /* DATE, both complete: OSA distance of yyyymmdd ≤ at */
    MLN_LEVEL_COMPATIBLE,   /* DATE: the intervals share a day and one of them is incomplete */
    MLN_LEVEL_SWAPPED,      /* fields a and b: a of one equals b of the other, and the reverse */
    MLN_LEVEL_OTHER,        /* a of one equals b of the other, either way */
    MLN_LEVEL_OVERLAP,      /* LIST: at least `at` elements in common */
    MLN_LEVEL_KM,           /* GEO: great-circle distance ≤ at km */
    MLN_LEVEL_SQL,          /* a condition in SQL on the fields of the two, true; another evaluates it */
    MLN_LEVEL_NULL,         /* a value is missing: a level with weights of its own ("missing") */
    MLN_LEVEL_ELSE,
};

struct mln_level {
    enum mln_level_kind kind;
    double at;             /* threshold, as the kind says */
    double prefix_weight;  /* JARO_WINKLER */
    uint32_t q;            /* JACCARD, DICE, COSINE of text: 1 … 6 */
    size_t field;          /* the comparison's field, or another one for this level */
    size_t other_field;    /* SWAPPED, OTHER */
    struct mln_str sql;    /* SQL: l.field and r.field are the two (link/model/sql.h) */
    const size_t *sql_fields; /* those it names, ascending */
    size_t n_sql_fields;
    uint32_t line, column; /* SQL: of the YAML, for messages */
    struct mln_str label;  /* as reports show it */
    double m, u;           /* NaN: to be trained; else as given or trained */
    bool m_fixed, u_fixed; /* given by the user, not to be trained */
    bool term_frequency;   /* adjust by the frequency of the value of the level's field: EXACT and
                              similarities of a text */
};

enum { MLN_LEVELS_MAX = 16, MLN_COMPARISONS_MAX = 24, MLN_LEVEL_MISSING = 255 };

/* Where the frequencies of a field's values are known from, instead of the files that are linked. */
struct mln_frequency_table {
    struct mln_str file;   /* as written: relative to the folder of the model; n 0: from the files */
    struct mln_str value;  /* its column of values */
    struct mln_str number; /* and of counts or frequencies */
    bool shares;           /* frequencies, 0 … 1; else counts */
    uint32_t line, column; /* of the YAML, for messages */
};

struct mln_comparison {
    struct mln_str name;
    size_t field;
    const struct mln_level *levels; /* n_levels, at most MLN_LEVELS_MAX; the last is ELSE */
    size_t n_levels;
    double tf_weight;   /* share of the adjustment applied, 0 … 1; default 1 */
    double tf_minimum;  /* frequencies below it count as it; default 0 */
    struct mln_frequency_table tf_table; /* of the values of `field`; levels on other fields go by the files */
    uint32_t line, column;
};

/* ── blocking ── */

enum mln_rule_kind {
    MLN_RULE_EQUAL,  /* all fields equal and present; a LIST field: an element in common */
    MLN_RULE_WINDOW, /* sorted neighbourhood: within `window` places in the order of the fields */
};

struct mln_block_rule {
    struct mln_str name;
    enum mln_rule_kind kind;
    const size_t *fields;
    size_t n_fields;
    uint32_t window;
    bool allow_large;  /* do not refuse a block past the share */
    bool train;        /* its pairs take part in training; default true */
    uint32_t line, column;
};

/* ── training and decision ── */

enum mln_u_source { MLN_U_RANDOM, MLN_U_ALL, MLN_U_EM };

struct mln_training {
    uint64_t seed;
    enum mln_u_source u;
    uint64_t random_pairs;   /* RANDOM: how many, default 2,000,000; ALL pairs when there are fewer */
    size_t starts;           /* of EM; default 3 */
    size_t max_iterations;   /* default 500 */
    double tolerance;        /* of the relative change of parameters; default 1e-7 */
    double prior_weight;     /* pseudo-pairs of the Dirichlet prior per comparison; default 1 */
    double lambda;           /* NaN: estimated; else fixed: P(two random records match) */
    bool dependence;         /* log-linear two-way terms among comparisons */
    struct mln_str labels_left, labels_right; /* label file's columns; empty: unsupervised */
};

enum mln_assignment { MLN_ASSIGN_ALL, MLN_ASSIGN_BEST, MLN_ASSIGN_OPTIMAL };
enum mln_cluster_method { MLN_CLUSTER_NONE, MLN_CLUSTER_COMPONENTS, MLN_CLUSTER_ROBUST };

struct mln_decision {
    double threshold;       /* of probability; NaN: chosen by the estimated F1 */
    double fdr_max;         /* NaN: unused; else the lowest threshold with estimated FDR ≤ it */
    double keep_from;       /* pairs.parquet holds pairs from this probability on; default .01 */
    enum mln_assignment assignment;
    uint32_t left_max, right_max; /* OPTIMAL: links a record may have; 0: no bound. 1, 1: one to one */
    enum mln_cluster_method clusters;
    double cluster_threshold; /* of probability; NaN: the decision's */
    double block_share_max; /* a block making more than this share of all candidate pairs is refused; .1 */
    uint64_t pairs_max;     /* a run with more candidate pairs is refused; default 2e9 */
};

/* ── what training adds ── */

enum { MLN_INTERACTIONS_MAX = 24 };

/* A two-way term: what two comparisons say together beyond what each says alone. */
struct mln_interaction {
    uint8_t a, b; /* comparisons, a < b */
    /* by level of a, of b; added to the match weight when both are there */
    double weight_log2[MLN_LEVELS_MAX][MLN_LEVELS_MAX];
};

struct mln_link_model {
    enum mln_link_kind kind;
    struct mln_str id[2]; /* column of the unique id per side; empty: the row number */
    const struct mln_link_field *fields;
    size_t n_fields;
    struct mln_comparison *comparisons;
    size_t n_comparisons;
    const struct mln_block_rule *rules;
    size_t n_rules; /* 0: to be chosen from the values (mln_blocks_choose) */
    struct mln_training training;
    struct mln_decision decision;
    /* trained */
    double lambda;   /* P(two random records match); NaN before training */
    double coverage; /* share of matches that some rule makes; NaN: not known */
    double random_pairs, random_matches; /* pairs drawn at random, and matches among them; 0: not known */
    const struct mln_interaction *interactions;
    size_t n_interactions; /* at most MLN_INTERACTIONS_MAX */
};

/* Reads and checks a model; everything lives in the arena. `file` is the name shown in messages, all
 * of which say file:line:column and what is allowed. A model as trained (written by
 * mln_link_model_write) is a model too. Errors: MLN_BAD_INPUT, MLN_NO_MEMORY. */
enum mln_status mln_link_model_read(struct mln_arena *arena, const char *file, struct mln_str text,
                                    struct mln_link_model *out, struct mln_err *err) MLN_MUST_USE;

/* The same for a map inside another file, of two sides, with `fields`, `comparisons` and `training` only:
 * pairs come from elsewhere, and what is decided too (models/penal-chain.yaml). Ids are row numbers. */
struct mln_yaml;
enum mln_status mln_link_model_read_part(struct mln_arena *arena, struct mln_yaml *map,
                                         struct mln_link_model *out, struct mln_err *err)
    MLN_MUST_USE;

/* Appends the model as YAML with all that was trained: m, u, lambda, coverage, random pairs, interactions (17 digits: read
 * back to the same bits). */
void mln_link_model_write(const struct mln_link_model *model, struct mln_buf *out);

/* Index of a field; SIZE_MAX when there is none. */
size_t mln_link_model_field(const struct mln_link_model *model, struct mln_str name);

/* Words of the YAML, in the order of their enum; NULL ends. */
extern const char *const mln_level_words[];
extern const char *const mln_clean_words[]; /* DATE_YEAR and DATE_MONTH: "date_part" */
extern const char *const mln_field_type_words[];

#endif
