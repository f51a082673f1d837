#include "cli/summary.h"

#include <inttypes.h>

#include "base/file.h"
#include "protect/table.h"
#include "stage/manifest.h"
#include "stage/project/project.h"
#include "stage/sealed.h"
#include "stage/stage.h"

enum { MAX_MANIFEST_BYTES = 16 * 1024 * 1024, LABEL_WIDTH = 40 };

struct words {
    const char *title, *rows, *read, *accepted, *rejected;
    const char *matched, *by_pass, *outcomes, *secret, *report, *mark, *space;
};
static const struct words fr = {.title = "Résultat de",
                                .rows = "Lignes des sources",
                                .read = "lues",
                                .accepted = "acceptées",
                                .rejected = "rejetées",
                                .matched = "Procédures appariées",
                                .by_pass = "par",
                                .outcomes = "Issue",
                                .secret = "(secret)",
                                .report = "Rapport :",
                                .mark = ",",
                                .space = " "};
static const struct words en = {.title = "Result of",
                                .rows = "Rows of the sources",
                                .read = "read",
                                .accepted = "accepted",
                                .rejected = "rejected",
                                .matched = "Procedures matched",
                                .by_pass = "by",
                                .outcomes = "Outcome",
                                .secret = "(secret)",
                                .report = "Report:",
                                .mark = ".",
                                .space = ","};

struct summary {
    struct mln_arena arena;
    struct mln_project project;
    const struct words *words;
    bool french;
    FILE *out;
};

/* ── numbers and columns ── */

/* Pads with blanks after `text` by the characters it has, not its bytes. */
static void put_padded(FILE *out, const char *text, size_t width) {
    size_t shown = 0;
    for (const char *c = text; *c != '\0'; c++) {
        shown += ((unsigned char)*c & 0xC0) != 0x80;
    }
    fprintf(out, "  %s%*s", text, (int)(shown < width ? width - shown : 0), "");
}

static void put_heading(FILE *out, const char *text, size_t width) {
    size_t shown = 0;
    for (const char *c = text; *c != '\0'; c++) {
        shown += ((unsigned char)*c & 0xC0) != 0x80;
    }
    fprintf(out, "%*s%s", (int)(shown < width ? width - shown : 0), "", text);
}

static void put_count(const struct summary *s, uint64_t value, int width) {
    char digits[32];
    char text[48];
    size_t at = 0;
    const int n = snprintf(digits, sizeof digits, "%" PRIu64, value);
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0) {
            text[at++] = s->words->space[0];
        }
        text[at++] = digits[i];
    }
    text[at] = '\0';
    fprintf(s->out, "%*s", width, text);
}

static void put_percent(const struct summary *s, double percent, int decimals) {
    char text[48];
    (void)snprintf(text, sizeof text, "%.*f", decimals, percent);
    for (char *c = text; *c != '\0'; c++) {
        *c = *c == '.' ? s->words->mark[0] : *c;
    }
    fprintf(s->out, "%8s %%\n", text);
}

/* ── the manifest ── */

static enum mln_status read_manifest(struct summary *s, struct mln_yaml **top,
                                     struct mln_err *err) {
    struct mln_buf path = MLN_BUF_INIT;
    struct mln_buf text = MLN_BUF_INIT;
    mln_buf_addf(&path, "%s/manifest.json", s->project.out_dir);
    enum mln_status status = mln_buf_check(&path, "a path", err);
    if (status == MLN_OK) {
        status = mln_file_read(path.p, MAX_MANIFEST_BYTES, &text, err);
    }
    if (status == MLN_OK) {
        const char *name = mln_arena_strdup(&s->arena, mln_buf_view(&path));
        status = name == NULL ? mln_err_nomem(err, "the manifest")
                              : mln_yaml_parse(&s->arena, name, mln_buf_view(&text), top, err);
    }
    mln_buf_release(&path);
    mln_buf_release(&text);
    return status;
}

static enum mln_status get_u64(struct mln_yaml *map, const char *key, uint64_t *out,
                               struct mln_err *err) {
    struct mln_yaml *node = NULL;
    int64_t value = 0;
    MLN_TRY(mln_yaml_need(map, key, &node, err));
    MLN_TRY(mln_yaml_as_i64(node, 0, INT64_MAX, &value, err));
    *out = (uint64_t)value;
    return MLN_OK;
}

static enum mln_status get_text(struct mln_yaml *map, const char *key, const char **out,
                                struct mln_err *err) {
    struct mln_yaml *node = NULL;
    struct mln_str text;
    MLN_TRY(mln_yaml_need(map, key, &node, err));
    MLN_TRY(mln_yaml_as_str(node, &text, err));
    *out = text.p; /* the tree's texts end in NUL and live in our arena */
    return MLN_OK;
}

static enum mln_status get_count(struct mln_yaml *map, struct mln_stage_count *out,
                                 struct mln_err *err) {
    MLN_TRY(mln_yaml_as_map(map, err));
    MLN_TRY(get_text(map, "what", &out->what, err));
    MLN_TRY(get_u64(map, "read", &out->read, err));
    MLN_TRY(get_u64(map, "accepted", &out->accepted, err));
    return get_u64(map, "rejected", &out->rejected, err);
}

/* The list of counts of a stage; an error when the manifest has no such stage. */
static enum mln_status find_counts(struct mln_yaml *top, const char *stage, struct mln_yaml **out,
                                   struct mln_err *err) {
    struct mln_yaml *stages = NULL;
    MLN_TRY(mln_yaml_as_map(top, err));
    MLN_TRY(mln_yaml_need(top, "stages", &stages, err));
    MLN_TRY(mln_yaml_as_list(stages, err));
    for (struct mln_yaml *item = stages->first; item != NULL; item = item->next) {
        const char *name = NULL;
        MLN_TRY(mln_yaml_as_map(item, err));
        MLN_TRY(get_text(item, "stage", &name, err));
        if (strcmp(name, stage) == 0) {
            MLN_TRY(mln_yaml_need(item, "counts", out, err));
            return mln_yaml_as_list(*out, err);
        }
    }
    return mln_yaml_error(top, err, "has no stage %s; run the project again", stage);
}

static enum mln_status put_sources(struct summary *s, struct mln_yaml *top, struct mln_err *err) {
    struct mln_yaml *counts = NULL;
    MLN_TRY(find_counts(top, "ingest", &counts, err));
    fputc('\n', s->out);
    put_padded(s->out, s->words->rows, LABEL_WIDTH - 2);
    put_heading(s->out, s->words->read, 12);
    put_heading(s->out, s->words->accepted, 12);
    put_heading(s->out, s->words->rejected, 12);
    fputc('\n', s->out);
    for (struct mln_yaml *item = counts->first; item != NULL; item = item->next) {
        struct mln_stage_count c;
        MLN_TRY(get_count(item, &c, err));
        fputs("  ", s->out);
        put_padded(s->out, c.what, LABEL_WIDTH - 4);
        put_count(s, c.read, 12);
        put_count(s, c.accepted, 12);
        put_count(s, c.rejected, 12);
        fputc('\n', s->out);
    }
    return MLN_OK;
}

static void put_share(struct summary *s, const char *label, const struct mln_stage_count *c) {
    put_padded(s->out, label, LABEL_WIDTH - 2);
    put_percent(s, c->read == 0 ? 0 : 100.0 * (double)c->accepted / (double)c->read,
                s->project.protect.share_decimals);
}

static enum mln_status put_matches(struct summary *s, struct mln_yaml *top, struct mln_err *err) {
    struct mln_yaml *counts = NULL;
    MLN_TRY(find_counts(top, "link-chain", &counts, err));
    fputc('\n', s->out);
    for (struct mln_yaml *item = counts->first; item != NULL; item = item->next) {
        struct mln_stage_count c;
        MLN_TRY(get_count(item, &c, err));
        const size_t n = strlen(MLN_LINKED_BY_PASS);
        if (strcmp(c.what, MLN_LINKED) == 0) {
            put_share(s, s->words->matched, &c);
        } else if (strncmp(c.what, MLN_LINKED_BY_PASS, n) == 0) {
            char label[96];
            (void)snprintf(label, sizeof label, "  %s %s", s->words->by_pass, c.what + n);
            put_share(s, label, &c);
        }
    }
    return MLN_OK;
}

/* ── the outcomes, from protected tables ── */

/* The first table of outcomes: drawn stacked, its last dimension is `issue`. NULL when the study
 * has none. */
static const struct mln_protected_table *find_outcomes(struct mln_protected_table *const *tables,
                                                       size_t n) {
    for (size_t t = 0; t < n; t++) {
        const struct mln_table *f = mln_protected_frame(tables[t]);
        if (f->view == MLN_VIEW_STACKED && f->n_measures > 0 &&
            f->measures[0].kind == MLN_MEASURE_SHARE &&
            strcmp(f->dimensions[f->n_dimensions - 1].name, "issue") == 0) {
            return tables[t];
        }
    }
    return NULL;
}

/* The cell of category `last` of the last dimension at the TOTAL of the others. */
static size_t cell_at_totals(const struct mln_table *t, size_t last) {
    size_t cell = 0;
    for (size_t d = 0; d < t->n_dimensions; d++) {
        const struct mln_dimension *dim = &t->dimensions[d];
        const size_t at = d + 1 == t->n_dimensions ? last
                          : dim->total >= 0        ? (size_t)dim->total
                                                   : 0;
        cell = cell * dim->n + at;
    }
    return cell;
}

static enum mln_status put_outcomes(struct summary *s, struct mln_err *err) {
    struct mln_run run = {.project = &s->project, .arena = &s->arena};
    struct mln_protected_table **tables = NULL;
    size_t n = 0;
    MLN_TRY(mln_sealed_protected(&run, &tables, &n, err));
    const struct mln_protected_table *outcomes = find_outcomes(tables, n);
    if (outcomes == NULL) {
        return MLN_OK;
    }
    const struct mln_table *f = mln_protected_frame(outcomes);
    const struct mln_dimension *issue = &f->dimensions[f->n_dimensions - 1];
    fprintf(s->out, "\n  %s (%s)\n", s->words->outcomes, s->french ? f->unit_fr : f->unit_en);
    for (size_t i = 0; i < issue->n; i++) {
        double share = 0;
        char label[256];
        if ((ptrdiff_t)i == issue->total) {
            continue;
        }
        (void)snprintf(label, sizeof label, "  %s",
                       s->french ? issue->labels_fr[i] : issue->labels_en[i]);
        put_padded(s->out, label, LABEL_WIDTH - 2);
        if (mln_protected_measure(outcomes, 0, cell_at_totals(f, i), &share)) {
            put_percent(s, share, s->project.protect.share_decimals);
        } else {
            fprintf(s->out, "%s\n", s->words->secret);
        }
    }
    return MLN_OK;
}

/* ── the whole ── */

static enum mln_status print_all(struct summary *s, struct mln_err *err) {
    struct mln_yaml *top = NULL;
    MLN_TRY(read_manifest(s, &top, err));
    fprintf(s->out, "%s %s\n", s->words->title, s->project.name);
    MLN_TRY(put_sources(s, top, err));
    MLN_TRY(put_matches(s, top, err));
    MLN_TRY(put_outcomes(s, err));
    fprintf(s->out, "\n%s %s/report.html\n", s->words->report, s->project.out_dir);
    return MLN_OK; /* whether it could be written: see main */
}

enum mln_status mln_print_summary(const struct mln_project *project, const char *lang, FILE *out,
                                  struct mln_err *err) {
    struct summary s = {.arena = MLN_ARENA_INIT, .out = out, .project = *project};
    s.french = strcmp(lang != NULL ? lang : s.project.lang, "fr") == 0;
    s.words = s.french ? &fr : &en;
    const enum mln_status status = print_all(&s, err);
    mln_arena_release(&s.arena);
    return status;
}
