/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of this rank's I/O threads in one phase: opened and claimed before the start, closed by
 * the threads, or at the end of the phase. What they were right after they were opened stays. There
 * is a place for each piece of each thread; it is empty where the piece before is of the same file.
 */
#ifndef TIDEMILL_PHASES_OPENED_H
#define TIDEMILL_PHASES_OPENED_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/file.h"
#include "platform/pending_call.h"

struct opened {
    uint32_t count; /* places */
    char **paths;   /* NULL: an empty place */
    struct file *files;
    struct file *modes; /* what 'files' were right after open */
    int64_t *opens_ns;  /* time that opening one took */
    int64_t open_ns;    /* ... and all of them, with preallocation */
};

/* How all of them are opened. */
struct opened_how {
    enum preference direct;
    uint64_t request_bytes;
    bool random; /* they will be accessed in a random order */
    struct pending_call *pending_call;
};

int opened_init(struct opened *opened, uint32_t count, struct failure *why);

/* Opens and claims a file; 'path' is malloc'ed, and belongs to 'opened' from then on. */
int opened_add(struct opened *opened, uint32_t place, char *path, enum file_access access,
               const struct opened_how *how, struct failure *why);

/* Closes and frees; with 'lost', threads may still use the files, which stay as they are. */
void opened_release(struct opened *opened, bool lost);

#endif
