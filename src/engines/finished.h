/*
 * A queue of finished requests, first in, first out: how a synchronous engine hands over in reap
 * what it did in submit. Holds up to 'room' requests, allocated once; no locks, one thread.
 */
#ifndef TIDEMILL_ENGINES_FINISHED_H
#define TIDEMILL_ENGINES_FINISHED_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "engines/engine.h"

struct finished {
    uint32_t room;
    uint32_t first;
    uint32_t count;
    struct engine_request *requests[];
};

static inline struct finished *finished_new(uint32_t room)
{
    struct finished *queue = calloc(1, sizeof *queue + room * sizeof queue->requests[0]);
    if (queue)
        queue->room = room;
    return queue;
}

static inline bool finished_full(const struct finished *queue)
{
    return queue->count == queue->room;
}

static inline void finished_put(struct finished *queue, struct engine_request *request)
{
    uint32_t at = queue->first + queue->count++;
    queue->requests[at < queue->room ? at : at - queue->room] = request;
}

static inline uint32_t finished_take(struct finished *queue, struct engine_request **done,
                                     uint32_t max)
{
    const uint32_t taken = queue->count < max ? queue->count : max;
    for (uint32_t i = 0; i < taken; i++) {
        done[i] = queue->requests[queue->first];
        queue->first = queue->first + 1 == queue->room ? 0 : queue->first + 1;
    }
    queue->count -= taken;
    return taken;
}

#endif
