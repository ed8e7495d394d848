/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An engine that behaves as a test specifies: short transfers, errors, late or reordered
 * completions, or none at all. Bytes that it reports as moved are really moved, unless 'drop' is
 * set or the descriptor is < 0.
 *
 * Several writers may share the script: it must only write atomics. The requests of all writers are
 * numbered from 0 in the order of submission.
 */
#ifndef TIDEMILL_TESTS_FAKE_ENGINE_H
#define TIDEMILL_TESTS_FAKE_ENGINE_H

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "engines/engine.h"
#include "platform/clock.h"
#include "property.h"

enum { FAKE_LOG = 4096 };

struct fake_entry {
    uint64_t offset;
    uint64_t length;
    uint32_t file;
    enum engine_direction direction;
};

struct fake {
    struct engine_kind kind; /* must be the first member: engine->kind points to it */
    /* Returns the bytes that the transfer moves, or -errno; NULL: all bytes. */
    int64_t (*answer)(struct fake *fake, const struct engine_request *request, uint64_t number);
    bool shuffle;            /* completions in random order */
    bool drop;               /* reports bytes as moved, but moves none */
    bool hold_until_full;    /* nothing completes before the depth is used up */
    uint32_t hold;           /* polls that find nothing before one finds completions */
    uint64_t refuse_from;    /* submit returns -EIO from this number on; 0 = never */
    uint64_t break_from;     /* reap fails from this call on; 0 = never */
    uint64_t fail_open_from; /* open fails from this call on; 0 = never */
    int sync_code;
    bool keep_log; /* one writer only */
    _Atomic uint64_t submitted;
    _Atomic uint64_t opened;
    _Atomic uint64_t closed;
    _Atomic uint64_t synced;
    _Atomic uint64_t reaped;
    _Atomic uint64_t most_in_flight; /* of one writer */
    struct fake_entry log[FAKE_LOG];
};

/* One writer's instance. */
struct fake_queue {
    struct property property;
    uint32_t count;
    uint32_t polls;
    struct engine_request *requests[];
};

static inline struct fake *fake_of(const struct engine *engine)
{
    return (struct fake *)(uintptr_t)engine->kind;
}

static inline int fake_open(struct engine *engine, const struct engine_setup *setup,
                            struct failure *why)
{
    struct fake *fake = fake_of(engine);
    uint64_t number = atomic_fetch_add(&fake->opened, 1) + 1;
    if (fake->fail_open_from && number >= fake->fail_open_from) {
        atomic_fetch_add(&fake->closed, 1);
        return failure_set(why, -ENOMEM, "engine 'null' fails to open, as the test requires");
    }
    struct fake_queue *queue = calloc(1, sizeof *queue + setup->depth * sizeof queue->requests[0]);
    queue->property.state = number;
    engine->state = queue;
    return 0;
}

static inline int64_t fake_move(const struct engine *engine, const struct engine_request *request,
                                int64_t bytes)
{
    int fd = engine->setup.fds[request->file];
    if (bytes <= 0 || fd < 0 || fake_of(engine)->drop || (uint64_t)bytes > request->length)
        return bytes;
    ssize_t moved = request->direction == ENGINE_WRITE
                        ? pwrite(fd, request->memory, (size_t)bytes, (off_t)request->offset)
                        : pread(fd, request->memory, (size_t)bytes, (off_t)request->offset);
    return moved < 0 ? -errno : moved;
}

static inline void fake_log(struct fake *fake, const struct engine_request *request,
                            uint64_t number, uint64_t in_flight)
{
    if (fake->keep_log && number < FAKE_LOG)
        fake->log[number] = (struct fake_entry){request->offset, request->length, request->file,
                                                request->direction};
    uint64_t most = atomic_load(&fake->most_in_flight);
    while (in_flight > most &&
           !atomic_compare_exchange_weak(&fake->most_in_flight, &most, in_flight))
        ;
}

static inline int fake_submit(struct engine *engine, struct engine_request *request)
{
    struct fake *fake = fake_of(engine);
    struct fake_queue *queue = engine->state;
    if (queue->count == engine->setup.depth)
        return -EAGAIN;
    if (request->file >= engine->setup.fd_count)
        return -EINVAL;
    uint64_t number = atomic_fetch_add(&fake->submitted, 1);
    if (fake->refuse_from && number >= fake->refuse_from)
        return -EIO;
    queue->requests[queue->count++] = request;
    fake_log(fake, request, number, queue->count);
    int64_t bytes = fake->answer ? fake->answer(fake, request, number) : (int64_t)request->length;
    request->result = fake_move(engine, request, bytes);
    return 0;
}

static inline int fake_reap(struct engine *engine, struct engine_request **done, uint32_t max,
                            uint32_t at_least, int64_t limit_ns)
{
    struct fake *fake = fake_of(engine);
    struct fake_queue *queue = engine->state;
    uint64_t call = atomic_fetch_add(&fake->reaped, 1) + 1;
    (void)at_least;
    if (fake->break_from && call >= fake->break_from)
        return -EIO;
    if (fake->hold_until_full && queue->count < engine->setup.depth) {
        clock_sleep_ns(20000);
        return 0;
    }
    if (fake->hold && queue->polls++ % (fake->hold + 1) < fake->hold) {
        clock_sleep_ns(limit_ns > 0 && limit_ns < 20000 ? limit_ns : 20000);
        return 0;
    }
    uint32_t count = queue->count < max ? queue->count : max;
    if (fake->shuffle && count)
        count = (uint32_t)property_below(&queue->property, count) + 1;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = fake->shuffle ? (uint32_t)property_below(&queue->property, queue->count) : 0;
        done[i] = queue->requests[at];
        queue->count--;
        for (uint32_t j = at; j < queue->count; j++)
            queue->requests[j] = queue->requests[j + 1];
    }
    return (int)count;
}

static inline int fake_sync(struct engine *engine, uint32_t files)
{
    (void)files;
    atomic_fetch_add(&fake_of(engine)->synced, 1);
    return fake_of(engine)->sync_code;
}

static inline void fake_close(struct engine *engine)
{
    atomic_fetch_add(&fake_of(engine)->closed, 1);
    free(engine->state);
}

static inline void fake_start(struct fake *fake)
{
    *fake = (struct fake){
        .kind =
            {
                .id = ENGINE_NULL,
                .traits = {.asynchronous = true, .depth_max = 64},
                .open = fake_open,
                .submit = fake_submit,
                .reap = fake_reap,
                .sync = fake_sync,
                .close = fake_close,
            },
    };
}

#endif
