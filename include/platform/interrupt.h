/*
 * The signals that end a run: SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGHUP. The first one is only
 * noted; the second one ends the process at once with the exit code of the first. What comes within
 * 0.3 s of the first is its echo, not a second one: launchers and timeout(1) send a signal twice.
 *
 * The guard is a thread that hears signals whatever the main thread is stuck in: it acts in its
 * place when that has not acted itself, and it ends the process.
 */
#ifndef TIDEMILL_PLATFORM_INTERRUPT_H
#define TIDEMILL_PLATFORM_INTERRUPT_H

#include "base/failure.h"

/* Installs the handlers, also where the parent ignored the signal (a shell's background jobs do
 * SIGINT), and ignores SIGPIPE and SIGXFSZ. Main thread, once, before any other thread. */
void interrupt_install(void);

/* From here on the guard hears the signals, and the calling thread does not. Until the process
 * ends; after interrupt_install, and after what starts other programs, for the mask is inherited.
 */
int interrupt_guard(struct failure *why);

/* What the guard does 0.25 s after the first signal, or before a second one ends the process: once,
 * in a thread of its own, and it is not waited for longer than 0.5 s. NULL takes it back; then it
 * does not run any more once this returns. Any thread. */
void interrupt_last_act(void (*act)(void *context), void *context);

/* What the guard calls about twenty times a second; NULL takes it back, and then it does not run
 * any more once this returns. It must not block for long. */
void interrupt_tick(void (*tick)(void *context), void *context);

/* The first signal that came, all but SIGINT told as SIGTERM; 0 when none. Any thread. */
int interrupt_signal(void);

/* 130 for SIGINT, 143 for SIGTERM, 0 for none. */
int interrupt_exit_code(int signal_number);

#endif
