/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The signals that end a run: SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGHUP, SIGXCPU. The first one
 * is only recorded; the second one ends the process at once with the exit code of the first. A
 * signal within 0.3 s of the first is a duplicate, not a second one: launchers and timeout(1) send
 * a signal twice. A SIGXCPU never is the second one, as the kernel repeats it.
 *
 * The guard is a thread that receives signals even if the main thread blocks: it acts instead of
 * the main thread when that does not react, and it ends the process.
 */
#ifndef TIDEMILL_PLATFORM_INTERRUPT_H
#define TIDEMILL_PLATFORM_INTERRUPT_H

#include "base/failure.h"

/* Installs the handlers, even for signals that the parent process ignored (as a shell does with
 * SIGINT for background jobs), and ignores SIGPIPE and SIGXFSZ. Call it once on the main thread,
 * before any other thread starts. */
void interrupt_install(void);

/* Starts the guard, which from now on receives the signals instead of the calling thread, until the
 * process ends. Call it after interrupt_install, and after starting other programs, because the
 * signal mask is inherited. */
int interrupt_start_guard(struct failure *why);

/* Sets what the guard does 0.25 s after the first signal, or before a second one ends the process.
 * It runs once, in a separate thread, and is not waited for longer than 0.5 s. NULL cancels it;
 * after that call has returned it does not run. Any thread. */
void interrupt_set_last_action(void (*act)(void *context), void *context);

/* Likewise, what it does before a second signal ends the process, after the last action; that is
 * not waited for longer than 2 s. */
void interrupt_set_farewell(void (*act)(void *context), void *context);

/* Sets what the guard calls about twenty times a second. NULL cancels it; after that call has
 * returned it does not run. It must not block for long. */
void interrupt_set_tick(void (*tick)(void *context), void *context);

/* Returns the first signal that arrived, any but SIGINT as SIGTERM; 0 if there was none. Any
 * thread. */
int interrupt_signal(void);

#endif
