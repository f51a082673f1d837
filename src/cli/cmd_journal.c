/* journal show, verify, repair. */
#include "cli/open_keys.h"

/* The journal's folder: that of a project, in `arena`. */
static enum mln_status which_journal(const struct mln_cli_args *args, struct mln_arena *arena,
                                     const char **out, struct mln_err *err) {
    struct mln_project project;
    MLN_TRY(mln_project_read(arena, args->words[0], &project, err));
    *out = project.journal_dir;
    return MLN_OK;
}

static enum mln_status print_entry(void *ctx, const struct mln_journal_entry *e,
                                   struct mln_err *err) {
    char when[MLN_TIME_CHARS + 1];
    (void)ctx;
    (void)err;
    mln_time_print(e->time, when);
    printf("%5llu  %s%s  %s%s%s  %s: %s", (unsigned long long)e->number, when,
           e->test_clock ? " (test clock)" : "", e->user, e->role[0] != '\0' ? " as " : "", e->role,
           e->command, e->event);
    if (e->note[0] != '\0') {
        printf("  (%s)", e->note);
    }
    printf("\n       %s\n", e->purpose);
    for (size_t i = 0; i < e->n_counts; i++) {
        const struct mln_journal_count *const c = &e->counts[i];
        printf("       %s: %llu read, %llu accepted, %llu rejected\n", c->what,
               (unsigned long long)c->read, (unsigned long long)c->accepted,
               (unsigned long long)c->rejected);
    }
    return MLN_OK;
}

enum mln_status mln_cmd_journal_show(const struct mln_cli_args *args, struct mln_err *err) {
    struct mln_arena arena = MLN_ARENA_INIT;
    const char *dir = NULL;
    enum mln_status status = which_journal(args, &arena, &dir, err);
    if (status == MLN_OK) {
        status = mln_journal_read(dir, print_entry, NULL, err);
    }
    mln_arena_release(&arena);
    return status;
}

enum mln_status mln_cmd_journal_verify(const struct mln_cli_args *args, struct mln_err *err) {
    struct mln_arena arena = MLN_ARENA_INIT;
    struct mln_journal_anchor held;
    struct mln_journal_anchor now;
    const char *const text = mln_cli_value(args, "anchor");
    const char *dir = NULL;
    if (text != NULL && !mln_journal_anchor_parse(mln_str_from(text), &held)) {
        return mln_err_set(err, MLN_BAD_INPUT,
                           "option '--anchor': '%s' is no anchor; it is what 'maillon journal "
                           "verify' printed: NUMBER:DIGEST",
                           text);
    }
    enum mln_status status = which_journal(args, &arena, &dir, err);
    if (status == MLN_OK) {
        status = mln_journal_verify(dir, text == NULL ? NULL : &held, mln_cli_value(args, "signer"),
                                    &now, err);
    }
    if (status == MLN_OK && now.number == 0) {
        printf("no journal yet\n");
    } else if (status == MLN_OK) {
        printf("%llu lines hold\nanchor %llu:%s\n", (unsigned long long)now.number,
               (unsigned long long)now.number, now.last.hex);
    }
    mln_arena_release(&arena);
    return status;
}

enum mln_status mln_cmd_journal_repair(const struct mln_cli_args *args, struct mln_err *err) {
    struct mln_cli_project opened;
    struct mln_key key = {0};
    char user[MLN_USER_MAX + 1];
    size_t bytes = 0;
    MLN_TRY(mln_cli_project_open(args, args->words[0], NULL, &opened, err));
    struct mln_journal journal = {.dir = opened.project.journal_dir, .key = &key};
    struct mln_journal_entry entry = {.user = user,
                                      .role = mln_role_word(opened.role),
                                      .command = args->command->name,
                                      .purpose = opened.project.purpose};
    mln_journal_who(user, &entry.uid);
    enum mln_status status = mln_clock_open(&journal.clock, err);
    if (status == MLN_OK) {
        status = mln_project_key(&opened.project, "journal", &key, err);
    }
    if (status == MLN_OK) {
        status = mln_journal_repair(&journal, &entry, &bytes, err);
    }
    if (status == MLN_OK) {
        printf(bytes == 0 ? "nothing to repair\n" : "half a line of %zu bytes set aside\n", bytes);
    }
    mln_key_release(&key);
    mln_cli_project_release(&opened);
    return status;
}
