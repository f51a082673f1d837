/* The program: reads the words, runs the command, turns its status into the exit code. */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/thread.h"
#include "cli/command.h"
#include "engine/engine.h"

/* The first signal asks the stage to stop at its next safe point; the second one stops at once
 * (nothing is half-written either way: results are moved into place whole). */
static void on_signal(int signal_number) {
    (void)signal_number;
    if (atomic_exchange(&mln_interrupt_flag, 1) != 0) {
        _exit(MLN_INTERRUPTED);
    }
}

static void install_signals(void) {
    struct sigaction action = {0};
    action.sa_handler = on_signal;
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    action.sa_handler = SIG_IGN;
    (void)sigaction(SIGPIPE, &action, NULL); /* writing then fails with EPIPE: the work goes on */
    (void)sigaction(SIGXFSZ, &action, NULL); /* the same with EFBIG, past a limit of file size */
}

/* Memory of a run holds identifiers and keys: no core file of it. */
static void forbid_core_dumps(void) {
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
}

static enum mln_status run_request(struct mln_cli_request *request, struct mln_err *err) {
    struct mln_talk talk;
    mln_talk_init(&talk, request->level);
    request->args.talk = &talk;
    if (request->version) {
        char engine[64];
        mln_engine_version(engine, sizeof engine);
        printf("maillon %s (%s)\n", MLN_VERSION, engine);
        return MLN_OK;
    }
    if (request->help) {
        return mln_cli_print_help(request->args.command, false, err);
    }
    const enum mln_status status = request->args.command->run(&request->args, err);
    mln_progress_end(&talk);
    return status;
}

/* Who reads our output has left (`maillon … | head`): an end like that of any other program there,
 * killed by SIGPIPE without a word. */
static void leave_with_reader(void) {
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    if (poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0) {
        (void)signal(SIGPIPE, SIG_DFL);
        (void)raise(SIGPIPE);
    }
}

int main(int argc, char **argv) {
    install_signals();
    forbid_core_dumps();
    struct mln_err err = {0};
    struct mln_cli_request request;
    enum mln_status status = mln_cli_parse(argc - 1, argv + 1, &request, &err);
    if (status == MLN_OK) {
        status = run_request(&request, &err);
    }
    if (status == MLN_OK && (fflush(stdout) != 0 || ferror(stdout) != 0)) {
        leave_with_reader();
        status = mln_err_set(&err, MLN_IO, "cannot write to standard output");
    }
    if (status != MLN_OK) {
        fprintf(stderr, "maillon: %s\n", err.msg[0] != '\0' ? err.msg : "failed without a message");
    }
    return (int)status;
}
