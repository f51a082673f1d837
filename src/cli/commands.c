#include "cli/command.h"

#define END_OPTIONS \
    { NULL, NULL, NULL }

const struct mln_cli_option mln_cli_common_options[] = {
    {"quiet", NULL, "say nothing but errors (-q)"},
    {"verbose", NULL, "say each statement and its time (-v)"},
    {"help", NULL, "this help (-h)"},
    {"version", NULL, "the version of the program and of its engine"},
    END_OPTIONS,
};

const struct mln_cli_exit_code mln_cli_exit_codes[] = {
    {0, "all is well"},
    {1, "the program ran, and a check it was asked for did not hold"},
    {2, "bad input: data, configuration or command line; the message says where"},
    {3, "a file cannot be read or written (disk full, permission)"},
    {4, "out of memory"},
    {5, "a key is missing, wrong or destroyed"},
    {6, "another run holds the project"},
    {7, "internal error: please report it"},
    {130, "interrupted; the next run goes on from the last whole stage"},
    {0, NULL},
};

#define RESOURCES                                                             \
    {"threads", "N", "threads to use (default: all processors)"}, {           \
        "memory", "SIZE",                                                     \
            "memory of the engine, e.g. 2GiB (default: half of the machine, " \
            "at most 3GiB); more spills to encrypted files in work/"          \
    }

static const struct mln_cli_option run_options[] = {
    {"from", "STAGE", "begin with this stage, even if its result is up to date"},
    {"to", "STAGE", "end with this stage"},
    RESOURCES,
    {"lang", "fr|en", "language of the report (default: the project's)"},
    END_OPTIONS,
};
static const struct mln_cli_option stage_options[] = {
    RESOURCES,
    {"lang", "fr|en", "language of the report (default: the project's)"},
    END_OPTIONS,
};
static const struct mln_cli_option synth_options[] = {
    {"procedures", "N", "number of procedures (default 100000)"},
    {"seed", "S", "seed of the random numbers (default 1)"},
    {"profile", "NAME",
     "a shipped profile (default, worse_keys, missing_births, namesakes) or "
     "the path of one"},
    {"format", "csv|parquet|both", "format of the extracts (default csv)"},
    {"threads", "N", "threads to use (default: all processors)"},
    {"check", NULL, "write nothing: compare the extracts in DIR with the published figures"},
    END_OPTIONS,
};
static const struct mln_cli_option eval_options[] = {
    {"truth", "DIR", "folder of the truth, as 'maillon synth' writes it (needed)"},
    END_OPTIONS,
};
static const struct mln_cli_option link_options[] = {
    {"output", "OUT", "folder to write (-o; needed); a former result there is replaced"},
    {"delimiter", "C", "of CSV, one character or \\t (default: found in the header)"},
    {"encoding", "NAME", "of CSV: utf-8, windows-1252, iso-8859-1, iso-8859-15 (default utf-8)"},
    {"retrain", NULL, "train again a model that carries its m and u"},
    {"threads", "N", "threads to use (default: all processors)"},
    {"memory", "SIZE", "memory of the engine that reads and writes Parquet (default 512MiB)"},
    END_OPTIONS,
};
static const struct mln_cli_option help_options[] = {
    {"man", NULL, "write the manual page (roff) instead"},
    END_OPTIONS,
};

#define STAGE_COMMAND(stage_name, text)                                              \
    {                                                                                \
        .name = stage_name, .words = "PROJECT.yaml", .min_words = 1, .max_words = 1, \
        .summary = text, .options = stage_options, .run = mln_cmd_stage              \
    }

const struct mln_cli_command mln_cli_commands[] = {
    {.name = "init",
     .words = "DIR",
     .min_words = 1,
     .max_words = 1,
     .summary = "a new project from a commented template",
     .details = "Writes DIR/project.yaml, DIR/contract.yaml and DIR/study.yaml, each key explained "
                "beside it. Refuses to replace a file.",
     .examples = "maillon init essai\nmaillon key new essai/keys",
     .run = mln_cmd_init},
    {.name = "synth",
     .words = "DIR",
     .min_words = 1,
     .max_words = 1,
     .summary = "realistic extracts, with their truth kept apart in DIR/truth",
     .details =
         "Writes ten extracts in the canonical model in the manner of the real ones, and the "
         "truth that linkage must find. The same seed and profile give the same bytes, "
         "whatever the number of threads.\n\nWith --check, recomputes the published figures "
         "from the extracts in DIR and fails (exit code 1) outside the tolerances.",
     .options = synth_options,
     .examples = "maillon synth essai/data --procedures 10000 --seed 7\n"
                 "maillon synth essai/data --check",
     .run = mln_cmd_synth},
    {.name = "run",
     .words = "PROJECT.yaml",
     .min_words = 1,
     .max_words = 1,
     .summary = "the main job: raw extracts in, protected tables and a report out",
     .details = "Runs the stages check, ingest, link-chain, chain, study, protect and report. A "
                "stage whose inputs did not change is not run again. An interrupt at any point "
                "leaves a project that the next run completes to the same result.\n\nThe result is "
                "in the project's out folder: report.html, tables/ and manifest.json.",
     .options = run_options,
     .examples = "maillon run essai/project.yaml\nmaillon run essai/project.yaml --from study",
     .run = mln_cmd_run},
    STAGE_COMMAND("check", "read the project, the contract and the headers of all files"),
    STAGE_COMMAND("ingest", "read the extracts by the contract into the two encrypted zones"),
    STAGE_COMMAND("link-chain", "link procedures, persons and offences to affaires; pseudonyms"),
    STAGE_COMMAND("chain", "rebuild each victim's chain in the pseudonymised base"),
    STAGE_COMMAND("study", "count the tables of the study"),
    STAGE_COMMAND("protect", "apply statistical secrecy to the tables"),
    STAGE_COMMAND("report", "write the report and the tables from protected tables only"),
    {.name = "eval",
     .words = "PROJECT.yaml",
     .min_words = 1,
     .max_words = 1,
     .summary = "precision and recall of each link level, error of each published figure",
     .options = eval_options,
     .examples = "maillon eval essai/project.yaml --truth essai/data/truth",
     .run = mln_cmd_eval},
    {.name = "link",
     .words = "MODEL.yaml LEFT RIGHT",
     .min_words = 3,
     .max_words = 3,
     .summary = "link the records of two files: any files, by a model",
     .details = "Reads CSV, Parquet and SAS7BDAT. Fellegi-Sunter linkage: the model says what is "
                "compared, which pairs are looked at and what is decided; its weights are trained "
                "from the data when it does not carry them.\n\nWrites into OUT: pairs.parquet "
                "(the links: left_id, right_id, weight_log2, probability, rule, and the level of each "
                "comparison), candidates.parquet (scored pairs that are no links, and why), "
                "model.yaml (as trained: it can be given back), manifest.json.",
     .options = link_options,
     .examples = "maillon link models/febrl4.yaml a.csv b.csv -o out",
     .run = mln_cmd_link},
    {.name = "dedupe",
     .words = "MODEL.yaml INPUT",
     .min_words = 2,
     .max_words = 2,
     .summary = "find the records of one file that are of the same person or thing",
     .details = "As 'maillon link', with one file. Writes also clusters.parquet (id, cluster_id).",
     .options = link_options,
     .examples = "maillon dedupe models/historical_50k.yaml historical_50k.parquet -o out",
     .run = mln_cmd_dedupe},
    {.name = "key new",
     .words = "DIR",
     .min_words = 1,
     .max_words = 1,
     .summary = "make the keys of a project in a key folder",
     .details = "One random 256-bit key per zone and per domain of pseudonyms, each in a file that "
                "only its owner can read. Keys that exist are kept; nothing is ever replaced.",
     .examples = "maillon key new essai/keys",
     .run = mln_cmd_key_new},
    {.name = "help",
     .words = "[COMMAND]",
     .min_words = 0,
     .max_words = 2,
     .summary = "help on a command, or its manual page",
     .options = help_options,
     .examples = "maillon help run\nmaillon help --man run > maillon-run.1",
     .run = mln_cmd_help},
};
const size_t mln_cli_n_commands = sizeof mln_cli_commands / sizeof mln_cli_commands[0];
