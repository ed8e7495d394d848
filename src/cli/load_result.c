/* SPDX-License-Identifier: Apache-2.0 */
#include "load_result.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "commands.h"

static const int crashes[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};

enum { CRASHES = sizeof crashes / sizeof *crashes };

/* The memory of the handler: its stack, with the message at the far end. */
struct guard {
    char message[6 << 10];
    char stack[64 << 10];
};

static void on_crash(int signal)
{
    stack_t memory;
    (void)signal;
    if (sigaltstack(NULL, &memory) == 0 && memory.ss_sp) {
        const char *message = memory.ss_sp;
        const ssize_t written = write(STDERR_FILENO, message, strlen(message));
        (void)written;
    }
    _exit(EXIT_REFUSED);
}

static void describe(struct guard *guard, const char *path)
{
    struct text shown = {0};
    text_add_printable(&shown, path);
    snprintf(guard->message, sizeof guard->message,
             "tidemill: the result '%.4096s' is damaged: HDF5 crashed when it read it\n",
             text_string(&shown));
    text_release(&shown);
}

/* False if a signal has a handler already, as sanitizers install them. */
static bool stand_guard(struct guard *guard, struct sigaction before[CRASHES])
{
    const stack_t memory = {.ss_sp = guard, .ss_size = sizeof *guard};
    struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK};
    for (int i = 0; i < CRASHES; i++)
        if (sigaction(crashes[i], NULL, &before[i]) || before[i].sa_handler != SIG_DFL)
            return false;
    if (sigaltstack(&memory, NULL))
        return false;
    for (int i = 0; i < CRASHES; i++)
        sigaction(crashes[i], &action, NULL);
    return true;
}

int load_result(const char *path, struct record *record, struct failure *why)
{
    struct sigaction before[CRASHES];
    struct guard *guard = calloc(1, sizeof *guard);
    if (guard)
        describe(guard, path);
    const bool guarded = guard && stand_guard(guard, before);
    const int result = store_load(path, record, why);
    if (guarded) {
        for (int i = 0; i < CRASHES; i++)
            sigaction(crashes[i], &before[i], NULL);
        sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL);
    }
    free(guard);
    return result;
}
