/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A FIFO of finished requests, with which reap of a synchronous engine returns what submit has
 * done. Holds up to 'capacity' requests, allocated once; for one thread, without locks.
 */
#ifndef TIDEMILL_ENGINES_FINISHED_H
#define TIDEMILL_ENGINES_FINISHED_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "engines/engine.h"

struct finished {
    uint32_t capacity;
    uint32_t first;
    uint32_t count;
    struct engine_request *requests[];
};

static inline struct finished *finished_new(uint32_t capacity)
{
    struct finished *queue = calloc(1, sizeof *queue + capacity * sizeof queue->requests[0]);
    if (queue)
        queue->capacity = capacity;
    return queue;
}

static inline bool finished_full(const struct finished *queue)
{
    return queue->count == queue->capacity;
}

static inline void finished_put(struct finished *queue, struct engine_request *request)
{
    uint32_t at = queue->first + queue->count++;
    queue->requests[at < queue->capacity ? at : at - queue->capacity] = request;
}

static inline uint32_t finished_take(struct finished *queue, struct engine_request **done,
                                     uint32_t max)
{
    const uint32_t taken = queue->count < max ? queue->count : max;
    for (uint32_t i = 0; i < taken; i++) {
        done[i] = queue->requests[queue->first];
        queue->first = queue->first + 1 == queue->capacity ? 0 : queue->first + 1;
    }
    queue->count -= taken;
    return taken;
}

#endif
