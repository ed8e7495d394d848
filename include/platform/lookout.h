/*
 * The operation of the main thread that may block forever: opening, removing or saving a file on
 * storage that may not respond. The signal guard reads it.
 */
#ifndef TIDEMILL_PLATFORM_LOOKOUT_H
#define TIDEMILL_PLATFORM_LOOKOUT_H

#include <pthread.h>
#include <stdint.h>

enum { LOOKOUT_PATH = 256 };

struct lookout {
    pthread_mutex_t lock;
    int64_t since_ns; /* clock_now_ns(); 0: no operation */
    const char *what; /* "open", "removal" */
    char path[LOOKOUT_PATH];
};

void lookout_init(struct lookout *lookout);

/* Start and end an operation; one at a time, 'what' is a string literal. Both accept NULL. */
void lookout_begin(struct lookout *lookout, const char *what, const char *path);
void lookout_end(struct lookout *lookout);

/* Returns how long the operation has taken so far, in ns; 0 if there is none. Copies 'what' and the
 * path. */
int64_t lookout_look(struct lookout *lookout, const char **what, char path[LOOKOUT_PATH]);

#endif
