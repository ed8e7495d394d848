/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of an engine: how the requests of one I/O thread reach storage. Each I/O thread has
 * its own instance, which no other thread uses (open, submit, reap, sync, close).
 *
 * An engine only transfers bytes: short transfers, EINTR, timing, counting and stop checks are in
 * pipeline/drive.c. A submitted request and its memory belong to the engine until reap returns it.
 * A synchronous engine transfers in submit and returns the request in reap.
 */
#ifndef TIDEMILL_ENGINES_ENGINE_H
#define TIDEMILL_ENGINES_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/preference.h"
#include "base/text.h"
#include "options/engines.h"

enum { ENGINE_DEPTH_MAX = 32768, ENGINE_REASON = 256 };

enum engine_direction { ENGINE_WRITE, ENGINE_READ, ENGINE_DIRECTIONS };

struct engine_request {
    void *memory;
    uint64_t offset; /* in the file */
    uint64_t length;
    uint32_t file; /* index into engine_setup.fds */
    enum engine_direction direction;
    int64_t result; /* set by the engine: bytes transferred, or -errno */
};

/* How requests are issued, the same for all I/O threads of a run. An engine ignores what its traits
 * do not include. */
struct engine_mode {
    enum preference fixed_buffers; /* register the arena with the kernel; its size counts against
                                      RLIMIT_MEMLOCK for every ring. If PREFER is not granted,
                                      engine->reason has the cause */
    bool sqpoll;      /* a kernel thread submits the requests; open fails if not available */
    bool iopoll;      /* poll for completions; without O_DIRECT each request is -EOPNOTSUPP */
    bool uncached;    /* RWF_DONTCACHE on every request; -EOPNOTSUPP if not supported */
    bool plain_calls; /* do what the kernel cancels, as it cannot start a thread, by plain calls */
    uint32_t batch;   /* contiguous requests in one system call; 0 and 1: one by one */
};

struct engine_setup {
    const int *fds; /* copied by engine_open; open until close; -1: never used */
    uint32_t fd_count;
    bool fds_change; /* engine_set_fd is going to replace them */
    uint32_t depth;  /* requests that may be in flight at once */
    void *memory;    /* the arena that contains all buffers of this I/O thread */
    size_t memory_bytes;
    size_t buffer_bytes; /* from one buffer in it to the next; 0: transfers may be anywhere */
    struct engine_mode mode;
};

struct engine_traits {
    bool asynchronous;  /* submit returns before the transfer is done */
    bool rings;         /* has fixed buffers, sqpoll and iopoll */
    bool batches;       /* sends 'batch' requests at once, so it needs that many in flight */
    uint32_t depth_max; /* 1: synchronous */
};

struct engine;

struct engine_kind {
    enum engine_id id;
    struct engine_traits traits;

    /* Returns 0 if this host and process can use the engine, or -errno with the likely cause.
     * Any thread. */
    int (*available)(struct failure *why);

    int (*open)(struct engine *engine, const struct engine_setup *setup, struct failure *why);

    /* Queues one request; may delay it until the next reap to send several at once. Returns 0,
     * -EAGAIN if 'depth' requests are in flight already, or -EINVAL for an index without a file. A
     * refused request is not in flight. A longer request than the limit of one transfer
     * (0x7ffff000 bytes) completes short. */
    int (*submit)(struct engine *engine, struct engine_request *request);

    /* Sends delayed requests, then stores up to 'max' finished ones in 'done'. Waits until there
     * are 'at_least' (or all in flight, if fewer) or 'limit_ns' has passed (< 0: no limit); signals
     * do not end the wait. Returns the number of finished requests, or -errno if the engine itself
     * failed. */
    int (*reap)(struct engine *engine, struct engine_request **done, uint32_t max,
                uint32_t at_least, int64_t limit_ns);

    /* Calls fsync for the fds whose bit is set in 'files'; returns 0 or the first -errno. */
    int (*sync)(struct engine *engine, uint32_t files);

    /* Waits for requests in flight and releases everything. */
    void (*close)(struct engine *engine);
};

struct engine {
    const struct engine_kind *kind;
    struct engine_setup setup;
    int *fds;    /* the copy to which setup.fds points */
    void *state; /* private */
    bool buffers_fixed;
    char reason[ENGINE_REASON]; /* what the kernel did not grant and why, or "" */
};

/* Any but ENGINE_AUTO. */
const struct engine_kind *engine_kind_of(enum engine_id id);

/* Copies the setup and its fds, and opens the engine; after -errno it is closed. -EINVAL for a
 * depth that the engine does not support. */
int engine_open(struct engine *engine, const struct engine_kind *kind,
                const struct engine_setup *setup, struct failure *why);

/* Opens 'count' engines with the same setup; close them also after -errno. */
int engines_open(struct engine **engines, const struct engine_kind *kind,
                 const struct engine_setup *setup, uint32_t count, struct failure *why);
void engines_close(struct engine *engines, uint32_t count);

/* Checks that 'count' engines can be open with this setup at once, and that one of them can read
 * setup->memory_bytes (0: reads nothing) from the start of fds[0]. Returns 0 or -errno. */
int engine_try(const struct engine_kind *kind, const struct engine_setup *setup, uint32_t count,
               struct failure *why);

/* Replaces a descriptor that no request in flight uses. */
void engine_set_fd(struct engine *engine, uint32_t index, int fd);

/* Closes and zeroes; accepts a zeroed engine. */
void engine_close(struct engine *engine);

/* Prints the io_uring library that is loaded at run time: "liburing 2.3". */
void engine_print_library(struct text *out);

#endif
