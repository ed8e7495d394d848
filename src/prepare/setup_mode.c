/* How the engine works, and where buffers and threads are. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "engines/fixed_share.h"
#include "plan/pool.h"
#include "platform/host.h"
#include "platform/memory.h"
#include "platform/probe.h"
#include "platform/target.h"
#include "prepare/setup.h"

enum { PAGE_BYTES = 4096 };

static uint64_t pool_bytes(const struct options *options)
{
    return pool_stride_bytes(options->common.buffer_size_bytes) * options->common.buffer_count;
}

static void note(struct setup *setup, const char *text)
{
    size_t used = strlen(setup->not_granted);
    snprintf(setup->not_granted + used, sizeof setup->not_granted - used, "%s%s", used ? "; " : "",
             text);
}

/* Ranks of a node share the limit of locked memory, so all nodes decide alike: from the numbers,
 * before anything is asked of the kernel. */
static void choose_fixed(struct setup *setup, struct failure *why)
{
    const struct options *options = &setup->options;
    struct fixed_share share = {
        .limit_bytes = host_may_lock() ? -1 : host_memlock_bytes(),
        .arena_bytes = arena_whole_bytes(pool_bytes(options), options->common.huge_pages),
        .rings = (uint32_t)options->common.writers,
        .depth = (uint32_t)options->common.depth,
        .ranks = setup->cluster->local_count,
    };
    struct failure failure = {0};
    struct agreement agreement;
    char line[FAILURE_TEXT + RECORD_LINE];
    setup->mode.fixed_buffers = options->common.fixed_buffers;
    if (!setup->engine->traits.rings || options->common.fixed_buffers == NEVER)
        return;
    fixed_share_fits(&share, &failure);
    if (options->common.fixed_buffers == REQUIRE) {
        *why = failure;
    } else if (cluster_agree(setup->cluster, &failure, &agreement)) {
        agreement_line(setup->cluster, &agreement, line, sizeof line);
        note(setup, line);
        setup->mode.fixed_buffers = NEVER;
    }
}

/* What is required of the engine's rings, tried with as many as there will be. */
static int try_rings(const struct setup *setup, struct failure *why)
{
    struct arena arena;
    const int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return failure_system(why, errno, "cannot open '/dev/null'");
    if (arena_map(&arena, pool_bytes(&setup->options), setup->options.common.huge_pages, why)) {
        close(fd);
        return why->code;
    }
    const bool fixed = setup->mode.fixed_buffers == REQUIRE;
    struct engine_setup rings = {
        .fds = &fd,
        .fd_count = 1,
        .depth = (uint32_t)setup->options.common.depth,
        .memory = arena.memory,
        .memory_bytes = fixed ? arena.bytes : 0,
        .buffer_bytes = pool_stride_bytes(setup->options.common.buffer_size_bytes),
        .mode = setup->mode,
    };
    rings.mode.iopoll = false;
    if (!fixed)
        rings.mode.fixed_buffers = NEVER;
    const int result =
        engine_try(setup->engine, &rings, (uint32_t)setup->options.common.writers, why);
    arena_unmap(&arena);
    close(fd);
    return result;
}

/* Polling is promised by the ring and refused by the device: only a read tells. */
static int try_polling(const struct setup *setup, const char *target, struct failure *why)
{
    struct probe probe;
    char reason[RECORD_LINE];
    uint32_t number = geometry_target(&setup->plan.geometry, setup->cluster->rank);
    struct failure failure = {0};
    if (target_direct(&setup->targets[number], setup->options.common.buffer_size_bytes, reason) ==
        TRUTH_NO)
        return failure_set(why, -EINVAL,
                           "--uring-iopoll needs O_DIRECT, which is not possible on '%s': %s",
                           target, reason);
    if (setup->plan.geometry.setup.total_bytes % PAGE_BYTES)
        return failure_set(why, -EINVAL,
                           "--uring-iopoll needs O_DIRECT for every request: give a size that is a "
                           "multiple of %d bytes",
                           PAGE_BYTES);
    if (probe_open(&probe, target, why))
        return why->code;
    const struct engine_setup polling = {
        .fds = &probe.direct_fd,
        .fd_count = 1,
        .depth = 1,
        .memory = probe.memory,
        .memory_bytes = PAGE_BYTES,
        .mode = {.fixed_buffers = NEVER, .iopoll = true, .sqpoll = setup->mode.sqpoll},
    };
    if (probe.direct_fd < 0)
        failure_system(&failure, -probe.direct_error, "O_DIRECT is refused");
    else
        engine_try(setup->engine, &polling, 1, &failure);
    probe_close(&probe);
    if (failure.code)
        failure_set(why, failure.code,
                    "'%s' cannot be polled (%s): leave --uring-iopoll out, or give its device poll "
                    "queues",
                    target, failure.text);
    return why->code;
}

static void choose_rings(struct setup *setup, struct failure *why)
{
    const struct options *options = &setup->options;
    setup->mode.sqpoll = options->common.uring_sqpoll;
    setup->mode.iopoll = options->common.uring_iopoll;
    if (why->code)
        return;
    if ((setup->mode.sqpoll || setup->mode.fixed_buffers == REQUIRE) && try_rings(setup, why))
        return;
    for (size_t i = 0; setup->mode.iopoll && i < options->common.target_count && !why->code; i++)
        if (geometry_target(&setup->plan.geometry, setup->cluster->rank) == i)
            try_polling(setup, options->common.targets[i], why);
}

static void choose_place(struct setup *setup, struct failure *why)
{
    const struct options *options = &setup->options;
    if (options->common.huge_pages == REQUIRE && !why->code &&
        arena_try_huge(pool_bytes(options), why))
        return;
    if (options->common.numa == NUMA_OFF || why->code || numa_open(&setup->numa, why))
        return;
    if (options->common.numa == NUMA_AUTO && numa_count(setup->numa) < 2) {
        numa_close(setup->numa);
        setup->numa = NULL;
    }
}

int setup_mode(struct setup *setup, struct failure *why)
{
    struct failure failure = {0};
    setup->mode = (struct engine_mode){
        .uncached = setup->options.common.uncached,
        .batch = (uint32_t)setup->options.common.batch,
    };
    choose_fixed(setup, &failure);
    choose_rings(setup, &failure);
    choose_place(setup, &failure);
    return setup_agree(setup, &failure, why);
}
