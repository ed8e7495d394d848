/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One metadata operation as a chain of system calls, of which one at a time is in flight: what the
 * next one is, given the result of the last. Makes no system call itself, except to leave a
 * directory; call_ring.c sends the calls, or makes them where the kernel's io_uring lacks one.
 */
#ifndef TIDEMILL_METADATA_CHAIN_H
#define TIDEMILL_METADATA_CHAIN_H

#include <sys/stat.h>

#include "crew_parts.h"

enum chain_call {
    CHAIN_MAKE_FOLDER, /* of the object, under a fan-out */
    CHAIN_OPEN_FOLDER,
    CHAIN_OPEN,
    CHAIN_WRITE,
    CHAIN_READ,
    CHAIN_READ_END, /* beyond the object */
    CHAIN_SYNC,
    CHAIN_CLOSE,
    CHAIN_STAT,
    CHAIN_MAKE,       /* an object that is a directory */
    CHAIN_CHECK_NAME, /* that the new one is free */
    CHAIN_RENAME,
    CHAIN_REMOVE,
    CHAIN_UNDO, /* remove what failed after it was created */
    CHAIN_SYNC_FOLDER,
    CHAIN_PLAIN, /* the whole operation, as its line in the table has it */
    CHAIN_CALLS,
    CHAIN_DONE = CHAIN_CALLS
};

struct chain {
    struct crew_lane *lane;
    const struct crew_setup *setup;
    enum chain_call call; /* in flight */
    enum crew_wait what;  /* what it is for */
    int result;           /* of the operation: 0 or -errno */
    int fd;               /* the open object, or the directory to sync; -1: none */
    size_t bytes;         /* of the transfer */
    size_t moved;         /* of these */
    struct text path;     /* of the directory */
    struct statx facts;
    int64_t since_ns;            /* when the call was made */
    int64_t sent_ns;             /* when the operation began, its directory open */
    int64_t due_ns;              /* when the rate wanted it */
    struct object_cursor cursor; /* directories that are not synced yet */
    struct object unsynced;
    bool syncs; /* there is one */
};

/* Start the operation of the lane, on its object; and the sync of its object's directory. Return
 * the first call. */
enum chain_call chain_begin(struct chain *chain, int64_t now_ns);
enum chain_call chain_begin_sync(struct chain *chain);

/* Returns the next call after one that returned 'result' (-errno if it failed). */
enum chain_call chain_next(struct chain *chain, int result, int64_t now_ns);

/* Flags of the calls that have some. */
int chain_open_flags(const struct chain *chain);
int chain_remove_flags(const struct chain *chain);
unsigned chain_rename_flags(const struct chain *chain);

#endif
