/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The error value of the whole program. Functions return 0 or -errno. Those that call the system or
 * a library also take a 'struct failure *why' as their last argument and set it once, where the
 * cause is known: what failed, on what (in quotes), what to do about it. Callers pass it up
 * unchanged; only cli prints it.
 *
 * Always true: the first failure set is kept and later ones are dropped. The text is one line,
 * starts in lower case and has no final full stop. There are no pointers, so it can be sent with
 * MPI.
 */
#ifndef TIDEMILL_BASE_FAILURE_H
#define TIDEMILL_BASE_FAILURE_H

enum { FAILURE_TEXT = 508 };

struct failure {
    int code; /* -errno; 0 = no failure */
    char text[FAILURE_TEXT];
};

/* Sets code and text and returns 'code' (-errno). Changes nothing if 'why' is NULL or is set
 * already. */
int failure_set(struct failure *why, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Like failure_set, but appends ": <text of the system error>". 'error' is a positive errno;
 * returns -error. */
int failure_system(struct failure *why, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
