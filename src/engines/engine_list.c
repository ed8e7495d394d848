/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "engines/engine.h"
#include "kinds.h"

static const struct engine_kind *const kinds[ENGINE_COUNT] = {
#define ENGINE(ID, name, ...) [ENGINE_##ID] = &engine_##name,
#include "options/engines.def"
#undef ENGINE
};

const struct engine_kind *engine_kind_of(enum engine_id id)
{
    return kinds[id];
}

int engine_open(struct engine *engine, const struct engine_kind *kind,
                const struct engine_setup *setup, struct failure *why)
{
    *engine = (struct engine){0};
    if (setup->depth == 0 || setup->depth > kind->traits.depth_max)
        return failure_set(why, -EINVAL, "depth %u is not possible with engine '%s': use 1 to %u",
                           setup->depth, engine_name(kind->id), kind->traits.depth_max);
    int *fds = calloc(setup->fd_count, sizeof *fds);
    if (!fds)
        return failure_system(why, ENOMEM, "cannot open engine '%s'", engine_name(kind->id));
    for (uint32_t i = 0; i < setup->fd_count; i++)
        fds[i] = setup->fds[i];
    *engine = (struct engine){.kind = kind, .setup = *setup, .fds = fds};
    engine->setup.fds = fds;
    const int error = kind->open(engine, &engine->setup, why);
    if (error) {
        free(fds);
        *engine = (struct engine){0};
    }
    return error;
}

static int try_read(struct engine *engine, struct failure *why)
{
    struct engine_request request = {
        .memory = engine->setup.memory,
        .length = engine->setup.memory_bytes,
        .direction = ENGINE_READ,
    };
    struct engine_request *done = NULL;
    int result = engine->kind->submit(engine, &request);
    if (result == 0)
        result = engine->kind->reap(engine, &done, 1, 1, -1);
    if (result < 0)
        return failure_system(why, -result, "engine '%s' cannot read",
                              engine_name(engine->kind->id));
    if (request.result < 0)
        return failure_system(why, (int)-request.result, "engine '%s' cannot read",
                              engine_name(engine->kind->id));
    return 0;
}

int engines_open(struct engine **engines, const struct engine_kind *kind,
                 const struct engine_setup *setup, uint32_t count, struct failure *why)
{
    int result = 0;
    *engines = calloc(count, sizeof **engines);
    if (!*engines)
        return failure_system(why, ENOMEM, "cannot open engine '%s'", engine_name(kind->id));
    for (uint32_t i = 0; i < count && result == 0; i++)
        result = engine_open(&(*engines)[i], kind, setup, why);
    return result;
}

void engines_close(struct engine *engines, uint32_t count)
{
    for (uint32_t i = 0; engines && i < count; i++)
        engine_close(&engines[i]);
    free(engines);
}

int engine_try(const struct engine_kind *kind, const struct engine_setup *setup, uint32_t count,
               struct failure *why)
{
    struct engine *engines = NULL;
    int result = engines_open(&engines, kind, setup, count, why);
    if (result == 0 && setup->memory_bytes > 0)
        result = try_read(&engines[0], why);
    engines_close(engines, count);
    return result;
}

void engine_set_fd(struct engine *engine, uint32_t index, int fd)
{
    engine->fds[index] = fd;
}

void engine_close(struct engine *engine)
{
    if (engine->kind)
        engine->kind->close(engine);
    free(engine->fds);
    *engine = (struct engine){0};
}
