/*
 * The contract of an engine: how one writer thread's requests reach storage. One instance per
 * writer, used by that thread alone (open, submit, reap, sync, close).
 *
 * An engine moves bytes and nothing else: short transfers, EINTR, timing, counting and stop checks
 * live once, in pipeline/drive.c. A request given to submit belongs to the engine, memory
 * included, until reap hands it back. A synchronous engine performs the transfer in submit and
 * hands it over in reap; the caller cannot tell the difference.
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
    int64_t result; /* set by the engine: bytes moved, or -errno */
};

/* How requests are made, the same for all writers of a run. An engine ignores what its traits do
 * not name. */
struct engine_mode {
    enum preference fixed_buffers; /* the arena is made known to the kernel once; its size counts
                                      against RLIMIT_MEMLOCK for every ring. Where PREFER is not
                                      granted, engine->reason says why */
    bool sqpoll;    /* a kernel thread takes the requests; refused when it cannot be had */
    bool iopoll;    /* completions are polled for; without O_DIRECT each request is -EOPNOTSUPP */
    bool uncached;  /* RWF_DONTCACHE on every request; -EOPNOTSUPP where it does not exist */
    uint32_t batch; /* contiguous requests that go in one call; 0 and 1: one by one */
};

struct engine_setup {
    const int *fds; /* copied by engine_open; open until close */
    uint32_t fd_count;
    uint32_t depth; /* requests that may be in flight at once */
    void *memory;   /* the arena that all buffers of this writer lie in */
    size_t memory_bytes;
    size_t buffer_bytes; /* from one buffer in it to the next; 0: transfers may lie anywhere */
    struct engine_mode mode;
};

struct engine_traits {
    bool asynchronous;  /* submit returns before the transfer is done */
    bool rings;         /* has fixed buffers, sqpoll and iopoll */
    bool batches;       /* sends 'batch' requests at once, and so waits for as many */
    uint32_t depth_max; /* 1: synchronous */
};

struct engine;

struct engine_kind {
    enum engine_id id;
    struct engine_traits traits;

    /* Can this host and process use it? -errno with the likely cause. Leaves nothing behind. Any
     * thread. */
    int (*available)(struct failure *why);

    int (*open)(struct engine *engine, const struct engine_setup *setup, struct failure *why);

    /* Queues one request; may hold it back until the next reap to send several at once. -EAGAIN
     * when 'depth' are in flight already, -EINVAL for a file that is not there; else 0. A refused
     * request is not in flight. Requests beyond the limit of one transfer (0x7ffff000 bytes) move
     * that much and come back short. */
    int (*submit)(struct engine *engine, struct engine_request *request);

    /* Sends what is held back, then collects up to 'max' finished requests into 'done'. Waits until
     * 'at_least' are there or 'limit_ns' has passed (< 0: no limit); at_least 0 never waits.
     * More than are in flight are never waited for; signals do not cut the wait short. Returns
     * their number, or -errno when the engine itself is broken. */
    int (*reap)(struct engine *engine, struct engine_request **done, uint32_t max,
                uint32_t at_least, int64_t limit_ns);

    /* Makes what was acknowledged durable: fsync of the fds that have their bit in 'files'; the
     * first -errno. */
    int (*sync)(struct engine *engine, uint32_t files);

    /* Gives everything back; nothing should be in flight: what is, is waited for. */
    void (*close)(struct engine *engine);
};

struct engine {
    const struct engine_kind *kind;
    struct engine_setup setup;
    int *fds;    /* the copy that setup.fds is */
    void *state; /* the engine's own */
    bool buffers_fixed;
    char reason[ENGINE_REASON]; /* what the kernel did not grant and why; "" when nothing */
};

/* Any but ENGINE_AUTO. */
const struct engine_kind *engine_kind_of(enum engine_id id);

/* engine->kind->open with the fields set; -errno leaves 'engine' closed. -EINVAL for a depth that
 * the engine cannot have. The setup is copied, the fds included. */
int engine_open(struct engine *engine, const struct engine_kind *kind,
                const struct engine_setup *setup, struct failure *why);

/* Can 'count' engines be open like this at once, and does one of them read at the start of fds[0]?
 * That file must hold setup->memory_bytes there, and 'memory' take them; 0 bytes: nothing is read.
 * Leaves nothing behind. */
int engine_try(const struct engine_kind *kind, const struct engine_setup *setup, uint32_t count,
               struct failure *why);

/* Closes and zeroes; accepts a zeroed engine. */
void engine_close(struct engine *engine);

/* Adds the io_uring library that is there at run time: "liburing 2.3". */
void engine_library(struct text *out);

#endif
