/*
 * What the main thread is doing that may never end, for the guard of the signals to see: it opens,
 * removes or saves something on storage that may not answer.
 */
#ifndef TIDEMILL_PLATFORM_LOOKOUT_H
#define TIDEMILL_PLATFORM_LOOKOUT_H

#include <pthread.h>
#include <stdint.h>

enum { LOOKOUT_PATH = 256 };

struct lookout {
    pthread_mutex_t lock;
    int64_t since_ns; /* clock_now_ns(); 0: nothing */
    const char *what; /* "open", "removal" */
    char path[LOOKOUT_PATH];
};

void lookout_init(struct lookout *lookout);

/* Accept NULL. One thing at a time; 'what' is a literal. */
void lookout_begin(struct lookout *lookout, const char *what, const char *path);
void lookout_end(struct lookout *lookout);

/* How long it has gone on, in ns; 0 when nothing does. Copies the path. */
int64_t lookout_look(struct lookout *lookout, const char **what, char path[LOOKOUT_PATH]);

#endif
