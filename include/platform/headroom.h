/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the limits of this process leave for a run: memory, address space, threads and open files. A
 * failure names the limit that applies.
 */
#ifndef TIDEMILL_PLATFORM_HEADROOM_H
#define TIDEMILL_PLATFORM_HEADROOM_H

#include <stdint.h>

#include "base/failure.h"
#include "base/text.h"
#include "platform/cgroup.h"

/* -1: unlimited, or not known. */
struct headroom {
    int64_t address_limit; /* bytes: RLIMIT_AS and what of it is in use */
    int64_t address_used;
    int64_t data_limit; /* likewise RLIMIT_DATA */
    int64_t data_used;
    int64_t available;   /* memory of this node that is available without swapping */
    int64_t files_limit; /* RLIMIT_NOFILE */
    int64_t files_used;
    struct cgroup_limits groups;
};

/* What one process is going to need; all processes of the node need the same. */
struct headroom_need {
    uint64_t buffer_bytes;
    uint64_t cache_bytes; /* page cache that requests in flight hold */
    uint32_t threads;
    uint64_t files; /* open at the same time, besides those that are open already */
    uint32_t processes;
    uint64_t stored_bytes; /* of all processes together: files in memory (tmpfs) */
};

/* 'root' replaces "/" for files ("" for this host). */
void headroom_detect(const char *root, struct headroom *headroom);

/* Before MPI and HDF5 start: raises the limit of open files, makes malloc take little address space
 * where that is limited, and checks that memory and files are enough: without them they crash. */
int headroom_start(struct failure *why);

/* Checks that a run fits. */
int headroom_check(const struct headroom *headroom, const struct headroom_need *need,
                   struct failure *why);

/* Adds the limit that most likely refused a thread, or a mapping of this size. */
void headroom_explain_threads(const struct headroom *headroom, struct text *out);
void headroom_explain_mapping(const struct headroom *headroom, uint64_t bytes, struct text *out);

/* Raises the soft limit of open files to this number, or as far as the hard limit allows. */
void headroom_raise_files(uint64_t files);

/* Opens /dev/null in place of standard streams that are closed, so that no other file gets their
 * numbers. */
void headroom_open_streams(void);

#endif
