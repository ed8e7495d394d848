/* SPDX-License-Identifier: Apache-2.0 */
/* Chooses the engine's mode and where buffers and threads are placed. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "engines/fixed_share.h"
#include "metadata/operation.h"
#include "plan/pool.h"
#include "platform/headroom.h"
#include "platform/host.h"
#include "platform/memory.h"
#include "platform/probe.h"
#include "platform/target.h"
#include "prepare/prepared.h"

enum { PAGE_BYTES = 4096 };

static uint64_t pool_bytes(const struct settings *settings)
{
    return pool_stride_bytes(settings->buffer_size_bytes) * settings->buffer_count;
}

static void add_not_granted(struct prepared *prepared, const char *text)
{
    size_t used = strlen(prepared->not_granted);
    snprintf(prepared->not_granted + used, sizeof prepared->not_granted - used, "%s%s",
             used ? "; " : "", text);
}

/* The rings that a run will have, and their memory. */
struct trial {
    int fd;
    struct arena arena;
    struct engine *engines;
    uint32_t count;
};

static void trial_end(struct trial *trial)
{
    engines_close(trial->engines, trial->count);
    arena_unmap(&trial->arena);
    if (trial->fd >= 0)
        close(trial->fd);
}

/* End the trial also after -errno. */
static int trial_begin(struct trial *trial, const struct prepared *prepared, bool fixed,
                       struct failure *why)
{
    const struct settings *settings = prepared->settings;
    *trial = (struct trial){
        .fd = open("/dev/null", O_RDWR | O_CLOEXEC),
        .count = (uint32_t)settings->writers,
    };
    if (trial->fd < 0)
        return failure_system(why, errno, "cannot open '/dev/null'");
    if (arena_map(&trial->arena, pool_bytes(settings), settings->huge_pages, why) ||
        arena_secure(&trial->arena, why) < 0)
        return why->code;
    struct engine_setup rings = {
        .fds = &trial->fd,
        .fd_count = 1,
        .depth = (uint32_t)settings->depth,
        .memory = trial->arena.memory,
        .memory_bytes = fixed ? trial->arena.bytes : 0,
        .buffer_bytes = pool_stride_bytes(settings->buffer_size_bytes),
        .mode = prepared->mode,
    };
    rings.mode.iopoll = false;
    rings.mode.fixed_buffers = fixed ? REQUIRE : NEVER;
    return engines_open(&trial->engines, prepared->engine, &rings, trial->count, why);
}

/* Some ranks may have been able to fix theirs, but none does if one cannot. */
static void format_unfixed(const struct cluster *cluster, const struct agreement *agreement,
                           struct text *line)
{
    const uint32_t ranks = cluster->shape.rank_count;
    if (agreement->failed_ranks == ranks)
        text_add(line, "%s", agreement->first.text);
    else
        text_add(line, "on no rank, as %u of %u cannot (%s): %s", agreement->failed_ranks, ranks,
                 agreement->nodes, agreement->first.text);
}

/* The ranks of a node share the limit of locked memory, with other processes of the user. So the
 * decision is calculated, the same for all; and if the limit applies, all ranks lock their memory
 * at the same time on trial. */
static void choose_fixed(struct prepared *prepared, struct failure *why)
{
    const struct settings *settings = prepared->settings;
    struct fixed_share share = {
        .limit_bytes = host_can_lock_memory() ? -1 : host_memlock_bytes(),
        .arena_bytes = arena_whole_bytes(pool_bytes(settings), settings->huge_pages),
        .rings = (uint32_t)settings->writers,
        .depth = (uint32_t)settings->depth,
        .ranks = prepared->cluster->local_count,
    };
    struct failure failure = {0};
    struct agreement agreement;
    struct trial trial = {.fd = -1};
    struct text line = {0};
    prepared->mode.fixed_buffers = settings->fixed_buffers;
    if (!prepared->engine->traits.rings || settings->fixed_buffers == NEVER ||
        prepared_is_names_only(prepared))
        return;
    if (!fixed_share_fits(&share, &failure) && share.limit_bytes >= 0)
        trial_begin(&trial, prepared, true, &failure);
    const bool refused = cluster_agree(prepared->cluster, &failure, &agreement);
    trial_end(&trial);
    if (settings->fixed_buffers == REQUIRE) {
        failure_set(why, failure.code, "%s; or --fixed-buffers prefer", failure.text);
    } else if (refused) {
        format_unfixed(prepared->cluster, &agreement, &line);
        add_not_granted(prepared, text_string(&line));
        text_release(&line);
        prepared->mode.fixed_buffers = NEVER;
    }
}

/* Opens as many rings as the run will have, with the required features. */
static int try_rings(const struct prepared *prepared, struct failure *why)
{
    struct trial trial;
    trial_begin(&trial, prepared, prepared->mode.fixed_buffers == REQUIRE, why);
    trial_end(&trial);
    return why->code;
}

/* A ring accepts polling even if the device does not: only a read shows that. */
static int try_polling(const struct prepared *prepared, uint32_t number, struct failure *why)
{
    struct probe probe;
    char reason[RECORD_LINE];
    const char *target = prepared->settings->targets[number];
    struct failure failure = {0};
    const struct geometry_setup *geometry = &prepared->plan.geometry.setup;
    if (target_direct(&prepared->targets[number], prepared->settings->buffer_size_bytes, reason) ==
        TRUTH_NO)
        return failure_set(why, -EINVAL,
                           "--uring-iopoll needs O_DIRECT, which is not possible on '%s': %s",
                           target, reason);
    if (geometry->total_bytes % PAGE_BYTES || geometry->part_bytes % PAGE_BYTES ||
        geometry->turn_bytes % PAGE_BYTES)
        return failure_set(why, -EINVAL,
                           "--uring-iopoll needs O_DIRECT for every request: use a size that is "
                           "a multiple of %d bytes",
                           PAGE_BYTES);
    if (probe_open(&probe, target, why))
        return why->code;
    const struct engine_setup polling = {
        .fds = &probe.direct_fd,
        .fd_count = 1,
        .depth = 1,
        .memory = probe.memory,
        .memory_bytes = PAGE_BYTES,
        .mode = {.fixed_buffers = NEVER, .iopoll = true, .sqpoll = prepared->mode.sqpoll},
    };
    if (probe.direct_fd < 0)
        failure_system(&failure, -probe.direct_error, "O_DIRECT is refused");
    else
        engine_try(prepared->engine, &polling, 1, &failure);
    probe_close(&probe);
    if (failure.code)
        failure_set(
            why, failure.code,
            "--uring-iopoll: '%s' cannot be polled (%s): leave the option out, or configure "
            "poll queues for the device",
            target, failure.text);
    return why->code;
}

static void choose_rings(struct prepared *prepared, struct failure *why)
{
    const struct settings *settings = prepared->settings;
    prepared->mode.sqpoll = settings->uring_sqpoll;
    prepared->mode.iopoll = settings->uring_iopoll;
    if (why->code)
        return;
    if ((prepared->mode.sqpoll || prepared->mode.fixed_buffers == REQUIRE) &&
        try_rings(prepared, why))
        return;
    for (uint32_t i = 0; prepared->mode.iopoll && i < settings->target_count && !why->code; i++)
        if (geometry_rank_uses(&prepared->plan.geometry, prepared->cluster->rank, i))
            try_polling(prepared, i, why);
}

/* 'trial' is the memory of required huge pages, until all ranks have theirs. */
static void choose_place(struct prepared *prepared, struct arena *trial, struct failure *why)
{
    const struct settings *settings = prepared->settings;
    if (settings->huge_pages == REQUIRE && !why->code &&
        arena_try_huge(trial, pool_bytes(settings), why))
        return;
    if (settings->numa == NUMA_OFF || why->code || numa_open(&prepared->numa, why))
        return;
    if (settings->numa == NUMA_AUTO && numa_count(prepared->numa) < 2) {
        numa_close(prepared->numa);
        prepared->numa = NULL;
    }
}

/* Files of each I/O thread: up to two for each piece of its task, and a ring. */
enum { FILES_OF_WRITER = 16, FILES_OF_PROCESS = 256 };

/* How many files the I/O threads have open together at most: each has its data open twice where
 * O_DIRECT may be used (also for what is not aligned), and a ring. Each operation on names has
 * two directories and an object. */
static uint64_t files_needed(const struct prepared *prepared)
{
    const struct settings *settings = prepared->settings;
    const bool direct = settings->direct != NEVER && !settings->uncached;
    const uint64_t ring = prepared->engine->id == ENGINE_URING;
    const uint64_t rings = settings->writers * ring;
    const uint64_t names =
        prepared->creates || prepared->visits ? 3 * objects_creators(settings) + rings : 0;
    uint64_t files = settings->writers;
    if (prepared->plan.geometry.setup.files_per_rank > 1)
        files *= smaller(pool_files(settings->depth), settings->files_per_rank);
    if (prepared_is_names_only(prepared))
        return names;
    /* what other threads have written, in files of their own, is read in parts */
    if (prepared->source && prepared->source->settings->layout == LAYOUT_WRITER &&
        prepared->source->settings->writers != settings->writers)
        files += prepared->source->settings->writers;
    files = files * (direct ? 2 : 1) + rings;
    return files > names ? files : names;
}

static bool is_buffered(const struct prepared *prepared, const struct record_target *target)
{
    char reason[RECORD_LINE];
    return prepared->settings->direct == NEVER ||
           target_direct(target, prepared->settings->buffer_size_bytes, reason) != TRUTH_YES;
}

/* What a rank needs on one of its node's targets. */
static void add_target_need(const struct prepared *prepared, uint32_t number,
                            struct headroom_need *need)
{
    const struct settings *settings = prepared->settings;
    const struct record_target *target = &prepared->targets[number];
    if (prepared->target_kinds[number] == TARGET_NULL)
        return;
    /* dirty pages of a request cannot be reclaimed while the next one is on its way */
    if (!target->ram_backed && is_buffered(prepared, target))
        need->cache_bytes = 2 * settings->writers * settings->depth * settings->buffer_size_bytes;
    const bool in_memory =
        strcmp(target->file_system, "tmpfs") == 0 || strcmp(target->file_system, "ramfs") == 0;
    if (in_memory && prepared->writes && !prepared->plan.setup.open_ended_bytes)
        need->stored_bytes += plan_node_bytes(&prepared->plan, number, prepared->cluster->node);
    need->files = files_needed(prepared);
}

/* Refuses what a limit would end later with a crash or a killed process. */
static void check_headroom(const struct prepared *prepared, struct failure *why)
{
    const struct settings *settings = prepared->settings;
    const struct cluster *cluster = prepared->cluster;
    struct headroom_need need = {
        .buffer_bytes = arena_whole_bytes(pool_bytes(settings), settings->huge_pages),
        .threads = (uint32_t)(settings->writers + settings->producers),
        .processes = cluster->local_count,
    };
    struct headroom headroom;
    if (prepared_is_names_only(prepared))
        need.buffer_bytes =
            objects_creators(settings) * operation_buffer_bytes(settings->object_size_bytes);
    for (uint32_t i = 0; i < settings->target_count; i++)
        if (geometry_node_uses(&prepared->plan.geometry, cluster->node, i))
            add_target_need(prepared, i, &need);
    headroom_raise_files(FILES_OF_PROCESS + settings->writers * FILES_OF_WRITER + need.files);
    headroom_detect("", &headroom);
    if (!why->code)
        headroom_check(&headroom, &need, why);
}

int prepare_mode(struct prepared *prepared, struct failure *why)
{
    struct failure failure = {0};
    struct arena trial = {0};
    prepared->mode = (struct engine_mode){
        .uncached = prepared->settings->uncached,
        .plain_calls = prepared->settings->engine == ENGINE_AUTO,
        .batch = (uint32_t)prepared->settings->batch,
    };
    choose_fixed(prepared, &failure);
    check_headroom(prepared, &failure);
    choose_rings(prepared, &failure);
    choose_place(prepared, &trial, &failure);
    const int result = setup_agree(prepared->setup, &failure, why);
    arena_unmap(&trial);
    return result;
}
