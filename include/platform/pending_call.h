/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operation of the main thread that may block forever: opening, removing or saving a file on
 * storage that may not respond. The signal guard reads it.
 */
#ifndef TIDEMILL_PLATFORM_PENDING_CALL_H
#define TIDEMILL_PLATFORM_PENDING_CALL_H

#include <pthread.h>
#include <stdint.h>

enum { PENDING_CALL_PATH = 256 };

struct pending_call {
    pthread_mutex_t lock;
    int64_t since_ns; /* clock_now_ns(); 0: no operation */
    const char *what; /* "open", "removal" */
    char path[PENDING_CALL_PATH];
};

void pending_call_init(struct pending_call *pending_call);

/* Start and end an operation; one at a time, 'what' is a string literal. Both accept NULL. */
void pending_call_begin(struct pending_call *pending_call, const char *what, const char *path);
void pending_call_end(struct pending_call *pending_call);

/* Returns how long the operation has taken so far, in ns; 0 if there is none. Copies 'what' and the
 * path. */
int64_t pending_call_read(struct pending_call *pending_call, const char **what,
                          char path[PENDING_CALL_PATH]);

#endif
