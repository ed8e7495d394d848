/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "finished.h"
#include "kinds.h"

/* Discards writes and leaves the memory of reads unchanged: measures everything above the engine.
 */

static int available(struct failure *why)
{
    (void)why;
    return 0;
}

static int open_null(struct engine *engine, const struct engine_setup *setup, struct failure *why)
{
    engine->state = finished_new(setup->depth);
    return engine->state ? 0 : failure_system(why, ENOMEM, "cannot open engine 'null'");
}

static int submit(struct engine *engine, struct engine_request *request)
{
    struct finished *queue = engine->state;
    if (finished_full(queue))
        return -EAGAIN;
    if (request->file >= engine->setup.fd_count)
        return -EINVAL;
    request->result = (int64_t)request->length;
    finished_put(queue, request);
    return 0;
}

static int reap(struct engine *engine, struct engine_request **done, uint32_t max,
                uint32_t at_least, int64_t limit_ns)
{
    (void)at_least;
    (void)limit_ns;
    return (int)finished_take(engine->state, done, max);
}

static int sync_null(struct engine *engine, uint32_t files)
{
    (void)engine;
    (void)files;
    return 0;
}

static void close_null(struct engine *engine)
{
    free(engine->state);
}

const struct engine_kind engine_null = {
    .id = ENGINE_NULL,
    .traits = {.depth_max = ENGINE_DEPTH_MAX},
    .available = available,
    .open = open_null,
    .submit = submit,
    .reap = reap,
    .sync = sync_null,
    .close = close_null,
};
