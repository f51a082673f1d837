#include "cli/open_keys.h"

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
    {5, "a key is missing, wrong, destroyed or another role's, or the retention is over"},
    {6, "another run holds the project"},
    {7, "internal error: please report it"},
    {130, "interrupted; the next run goes on from the last whole stage"},
    {0, NULL},
};

#define RESOURCES                                                             \
    {"threads", "N", "threads to use (default: all processors)"}, {           \
        "memory", "SIZE",                                                     \
            "memory of the engine, e.g. 2GiB (default: half of the machine, " \
            "at most 1.5GiB); more spills to encrypted files in work/"          \
    }

static const struct mln_cli_option run_options[] = {
    {"from", "STAGE", "begin with this stage, even if its result is up to date"},
    {"to", "STAGE", "end with this stage"},
    RESOURCES,
    {"lang", "fr|en", "language of the report (default: the project's)"},
    MLN_CLI_OPTIONS_WHO,
    MLN_CLI_OPTIONS_OPEN,
    END_OPTIONS,
};
static const struct mln_cli_option stage_options[] = {
    RESOURCES,           {"lang", "fr|en", "language of the report (default: the project's)"},
    MLN_CLI_OPTIONS_WHO, MLN_CLI_OPTIONS_OPEN,
    END_OPTIONS,
};
static const struct mln_cli_option key_new_options[] = {
    {"rekeyable", NULL, "also the key of the permutation: a base can then move to another key"},
    MLN_CLI_OPTIONS_OPEN,
    END_OPTIONS,
};
#define KEY_OPTIONS                                                                \
    {"keys", "DIR", "a key folder other than the project's"}, MLN_CLI_OPTIONS_WHO, \
        MLN_CLI_OPTIONS_OPEN
static const struct mln_cli_option key_options[] = {
    KEY_OPTIONS,
    END_OPTIONS,
};
static const struct mln_cli_option key_destroy_options[] = {
    {"version", "V", "this version (default: the active one)"},
    {"confirm", "NAME", "the key's name again"},
    KEY_OPTIONS,
    END_OPTIONS,
};
static const struct mln_cli_option key_split_options[] = {
    {"holders", "NAME,NAME...", "who gets a share (needed)"},
    {"needed", "K", "how many of them must give theirs, at least 2 (default 2)"},
    {"to", "DIR", "folder of the shares, one file a holder (needed)"},
    {"plain-shares", NULL, "without a passphrase for each share: to be printed, then removed"},
    KEY_OPTIONS,
    END_OPTIONS,
};
static const struct mln_cli_option key_give_options[] = {
    {"to", "DIR", "the role's key folder, made anew (needed)"},
    KEY_OPTIONS,
    END_OPTIONS,
};
static const struct mln_cli_option rekey_options[] = {
    {"to", "FILE", "the base to write (needed)"},
    {"into", "DIR", "the key folder of the new base, made if it is not there (needed)"},
    KEY_OPTIONS,
    END_OPTIONS,
};
static const struct mln_cli_option journal_verify_options[] = {
    {"anchor", "NUMBER:DIGEST", "what an earlier verification printed, kept by a third party"},
    {"signer", "ID", "the id that the first signer must have"},
    END_OPTIONS,
};
static const struct mln_cli_option open_options[] = {
    MLN_CLI_OPTIONS_WHO,
    MLN_CLI_OPTIONS_OPEN,
    END_OPTIONS,
};
static const struct mln_cli_option notice_options[] = {
    {"to", "DIR", "folder of the documents (default: notice, beside the project file)"},
    MLN_CLI_OPTIONS_WHO,
    MLN_CLI_OPTIONS_OPEN,
    END_OPTIONS,
};
static const struct mln_cli_option purge_options[] = {
    {"confirm", "NAME", "the project's name again"},
    MLN_CLI_OPTIONS_WHO,
    MLN_CLI_OPTIONS_OPEN,
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
    MLN_CLI_OPTIONS_WHO,
    MLN_CLI_OPTIONS_OPEN,
    END_OPTIONS,
};
static const struct mln_cli_option link_options[] = {
    {"output", "OUT", "folder to write (-o; needed); a former result there is replaced"},
    {"delimiter", "C", "of CSV, one character or \\t (default: found in the header)"},
    {"encoding", "NAME", "of CSV: utf-8, windows-1252, iso-8859-1, iso-8859-15 (default utf-8)"},
    {"previous", "OLD", "a former result: its weights, its links that still hold, its names of clusters"},
    {"labels", "FILE", "pairs that people looked at, to train by (columns: the model's training.labels)"},
    {"retrain", NULL, "train again a model that carries its m and u, or despite --previous"},
    {"lang", "fr|en", "language of report.html (default en)"},
    {"no-report", NULL, "write no report.html"},
    {"threads", "N", "threads to use (default: all processors)"},
    {"memory", "SIZE", "most memory of each engine that reads Parquet (default: half of the machine, at most 3GiB)"},
    END_OPTIONS,
};
static const struct mln_cli_option explain_options[] = {
    {"values", NULL, "show the values that were compared, in clear"},
    {"threads", "N", "threads to use (default: all processors)"},
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
     .details = "Writes DIR/project.yaml, contract.yaml, study.yaml and processing.yaml, each key "
                "explained "
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
     .details =
         "Reads CSV, Parquet and SAS7BDAT. Fellegi-Sunter linkage: the model says what is "
         "compared, which pairs are looked at and what is decided; its weights are trained "
         "from the data when it does not carry them.\n\nWrites into OUT: pairs.parquet "
         "(the links: left_id, right_id, weight_log2, probability, rule, and the level of each "
         "comparison), candidates.parquet (scored pairs that are no links, and why), review.csv (a "
         "sample of pairs for people to look at: ids and levels), "
         "model.yaml (as trained: it can be given back), report.html, manifest.json.",
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
    {.name = "explain",
     .words = "OUT LEFT,RIGHT",
     .min_words = 2,
     .max_words = 2,
     .summary = "why two records were linked, or were not",
     .details = "OUT is a result of 'maillon link' or 'dedupe', LEFT,RIGHT the ids of two records. Tells which "
                "blocking rules make the pair, what each comparison adds to its weight, and what was "
                "decided. Values are not shown unless asked for.\n\nThe input files are read again: "
                "they must be where they were, and unchanged.",
     .options = explain_options,
     .examples = "maillon explain out rec-1070-org,rec-1070-dup-0\n"
                 "maillon explain out Q1-1,Q1-4 --values",
     .run = mln_cmd_explain},
    {.name = "key new",
     .words = "DIR|PROJECT.yaml",
     .min_words = 1,
     .max_words = 1,
     .summary = "make the keys of a project in a key folder",
     .details =
         "One random 256-bit key per zone, per domain of pseudonyms and for the journal, each "
         "in a file that only its owner can read. Keys that exist are kept; nothing is ever "
         "replaced, and a destroyed key is not made again.",
     .options = key_new_options,
     .examples = "maillon key new essai/keys",
     .run = mln_cmd_key_new},
    {.name = "key show",
     .words = "DIR|PROJECT.yaml",
     .min_words = 1,
     .max_words = 1,
     .summary = "list keys, versions, states and ids; never a key",
     .examples = "maillon key show essai/keys",
     .run = mln_cmd_key_show},
    {.name = "key holders",
     .words = "DIR|PROJECT.yaml",
     .min_words = 1,
     .max_words = 1,
     .summary = "tell who can open the keys",
     .examples = "maillon key holders essai/keys",
     .run = mln_cmd_key_holders},
    {.name = "key seal",
     .words = "PROJECT.yaml",
     .min_words = 1,
     .max_words = 1,
     .summary = "close the keys under a passphrase",
     .details = "The passphrase is asked on the terminal without echo, or read from a descriptor; "
                "guessing it costs Argon2id over 256 MiB a try.",
     .options = key_options,
     .examples = "maillon key seal essai/project.yaml --passphrase-fd 3 3< passphrase",
     .run = mln_cmd_key_seal},
    {.name = "key split",
     .words = "PROJECT.yaml",
     .min_words = 1,
     .max_words = 1,
     .summary = "close the keys so that several holders must open them together",
     .details = "Shamir's sharing: any K of the holders' shares open the keys, fewer tell nothing. "
                "Each share is closed under its holder's own passphrase.",
     .options = key_split_options,
     .examples = "maillon key split essai/project.yaml --holders alice,bob,carol --needed 2 "
                 "--to shares",
     .run = mln_cmd_key_split},
    {.name = "key join",
     .words = "PROJECT.yaml",
     .min_words = 1,
     .max_words = 1,
     .summary = "open sealed keys for good, with the holders' shares or the passphrase",
     .details = "The keys become clear files of their owner again: to give them other holders, or "
                "another passphrase. To run, keys need not be joined: --shares and --passphrase-fd "
                "open them for one command.",
     .options = key_options,
     .examples = "maillon key join essai/project.yaml --shares a/alice.share:b/bob.share",
     .run = mln_cmd_key_join},
    {.name = "key rotate",
     .words = "PROJECT.yaml NAME",
     .min_words = 2,
     .max_words = 2,
     .summary = "make a new version of a key; the former one only opens what it closed",
     .options = key_options,
     .examples = "maillon key rotate essai/project.yaml base",
     .run = mln_cmd_key_rotate},
    {.name = "key destroy",
     .words = "PROJECT.yaml NAME",
     .min_words = 2,
     .max_words = 2,
     .summary = "destroy a version of a key: its pseudonyms are unlinkable for good",
     .details = "The file is overwritten and removed; its id stays. Copies elsewhere are not "
                "reached: destroy them too.",
     .options = key_destroy_options,
     .examples = "maillon key destroy essai/project.yaml personne --confirm personne",
     .run = mln_cmd_key_destroy},
    {.name = "key give",
     .words = "PROJECT.yaml ROLE",
     .min_words = 2,
     .max_words = 2,
     .summary = "make the key folder of a role: its keys, and only the ids of the others",
     .details = "The role gets a key of its own for the journal, which this command brings in as a "
                "signer.",
     .options = key_give_options,
     .examples = "maillon key give essai/project.yaml analyst --to essai/keys-analyst",
     .run = mln_cmd_key_give},
    {.name = "key rekey-base",
     .words = "PROJECT.yaml",
     .min_words = 1,
     .max_words = 1,
     .summary = "write the pseudonymised base again under other keys, without identity data",
     .details = "Every pseudonym of the copy is permuted anew (docs/pseudonyms.md). A key folder "
                "that is not there is made: the project's keys, with another base key and another "
                "permutation, so that its next run fits the copy.",
     .options = rekey_options,
     .examples = "maillon key rekey-base essai/project.yaml --to base2.db --into keys2",
     .run = mln_cmd_key_rekey_base},
    {.name = "journal show",
     .words = "PROJECT.yaml",
     .min_words = 1,
     .max_words = 1,
     .summary = "print the journal: who did what, when, for which purpose",
     .examples = "maillon journal show essai/project.yaml",
     .run = mln_cmd_journal_show},
    {.name = "journal verify",
     .words = "PROJECT.yaml",
     .min_words = 1,
     .max_words = 1,
     .summary = "check the journal's chain and signatures; names the first line that is wrong",
     .details =
         "Needs no key. Prints the anchor, number and digest of the last line: a third party "
         "that keeps it can tell later whether the journal was put back (--anchor).",
     .options = journal_verify_options,
     .examples = "maillon journal verify essai/project.yaml",
     .run = mln_cmd_journal_verify},
    {.name = "journal repair",
     .words = "PROJECT.yaml",
     .min_words = 1,
     .max_words = 1,
     .summary = "set half a line at the journal's end aside, and say so in the journal",
     .options = open_options,
     .examples = "maillon journal repair essai/project.yaml",
     .run = mln_cmd_journal_repair},
    {.name = "notice",
     .words = "PROJECT.yaml",
     .min_words = 1,
     .max_words = 1,
     .summary = "write the information notice and the register entry, in French",
     .details = "From the declaration of the processing (the project's `processing`) and the data "
                "of the two zones: a category that is declared and not in the data, or in the data "
                "and not declared, is refused. Text and HTML.",
     .options = notice_options,
     .examples = "maillon notice essai/project.yaml",
     .run = mln_cmd_notice},
    {.name = "purge",
     .words = "PROJECT.yaml",
     .min_words = 1,
     .max_words = 1,
     .summary = "end the processing: destroy its keys and its files, leave a certificate",
     .details = "Overwrites and removes all keys of the project's key folder and all files of its "
                "work folder. Not out/, not the extracts, not copies elsewhere. The signed "
                "certificate is in the journal's folder.",
     .options = purge_options,
     .examples = "maillon purge essai/project.yaml --confirm violences-conjugales-demo",
     .run = mln_cmd_purge},
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
