/*
 * The one error value. Functions return 0 or -errno; those that meet the outside world take a
 * 'struct failure *why' last and set it once, at the place that knows: what failed, the 'subject'
 * in quotes, what to do. Callers add nothing and print nothing; only cli prints.
 *
 * Always true: the first failure set is kept, later ones are dropped; the text is one line in
 * lower case without a final full stop. Plain data without pointers, so that it can be sent.
 */
#ifndef TIDEMILL_BASE_FAILURE_H
#define TIDEMILL_BASE_FAILURE_H

enum { FAILURE_TEXT = 508 };

struct failure {
    int code; /* -errno; 0 = nothing failed */
    char text[FAILURE_TEXT];
};

/* Sets code and text unless a failure is set already or 'why' is NULL; returns 'code' (-errno). */
int failure_set(struct failure *why, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with ": <text of the system error>" at the end; 'error' is a positive errno; returns
 * -error. */
int failure_system(struct failure *why, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
