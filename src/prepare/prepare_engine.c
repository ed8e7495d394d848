/* SPDX-License-Identifier: Apache-2.0 */
/* Chooses an engine that all ranks have, and determines each rank's capacity. */
#include <errno.h>
#include <string.h>

#include "prepare/prepared.h"

/* A target that is a file or a device permits the shared layout only. */
static bool any_file(const struct prepared *prepared)
{
    for (size_t i = 0; i < prepared->settings->target_count; i++)
        if (prepared->target_kinds[i] != TARGET_NULL &&
            prepared->target_kinds[i] != TARGET_DIRECTORY)
            return true;
    return false;
}

static bool all_in_memory(const struct prepared *prepared)
{
    for (size_t i = 0; i < prepared->settings->target_count; i++)
        if (!prepared->targets[i].ram_backed)
            return false;
    return true;
}

static bool needs_rings(const struct settings *settings)
{
    return settings->uring_sqpoll || settings->uring_iopoll || settings->fixed_buffers == REQUIRE;
}

static int choose_automatically(struct prepared *prepared, struct failure *why)
{
    const struct settings *settings = prepared->settings;
    const bool rings = needs_rings(settings);
    if (!rings && prepared_is_names_only(prepared)) {
        prepared->engine = engine_kind_of(ENGINE_PWRITE);
        return 0;
    }
    if (!rings && cluster_min(prepared->cluster, all_in_memory(prepared))) {
        prepared->engine = engine_kind_of(ENGINE_PWRITE);
        prepared->engine_cause = ENGINE_TARGET_IN_MEMORY;
        return 0;
    }
    for (enum engine_id id = ENGINE_AUTO + 1; id < ENGINE_COUNT && !prepared->engine; id++) {
        const struct engine_kind *kind = engine_kind_of(id);
        struct failure reason = {0};
        struct agreement agreement;
        kind->available(&reason);
        if (rings && !kind->traits.rings)
            break;
        if (!cluster_agree(prepared->cluster, &reason, &agreement))
            prepared->engine = kind;
        else if (!prepared->engine_reason[0])
            agreement_format(prepared->cluster, &agreement, prepared->engine_reason,
                             sizeof prepared->engine_reason);
    }
    if (prepared->engine_reason[0])
        prepared->engine_cause = ENGINE_UNAVAILABLE;
    if (prepared->engine)
        return 0;
    return failure_set(why, -EOPNOTSUPP, "%s needs io_uring: %s",
                       settings->uring_sqpoll   ? "--uring-sqpoll"
                       : settings->uring_iopoll ? "--uring-iopoll"
                                                : "--fixed-buffers require",
                       prepared->engine_reason);
}

static int choose_engine(struct prepared *prepared, struct failure *why)
{
    enum engine_id id = prepared->settings->engine;
    if (id == ENGINE_AUTO && prepared_is_null(prepared) && !needs_rings(prepared->settings))
        id = ENGINE_NULL;
    if (id == ENGINE_AUTO)
        return choose_automatically(prepared, why);
    prepared->engine = engine_kind_of(id);
    return prepared->engine->available(why);
}

static int check_null_engine(const struct prepared *prepared, struct failure *why)
{
    if (prepared->engine->id != ENGINE_NULL || prepared->probe)
        return 0;
    if (!prepared->writes || !prepared_is_null(prepared))
        return failure_set(why, -EINVAL,
                           "--engine null stores nothing: use it with target '/dev/null' and "
                           "'--phases write'");
    return 0;
}

/* A synchronous engine has one request or one batch in flight. */
static uint32_t depth_most(const struct prepared *prepared)
{
    const struct engine_traits *traits = &prepared->engine->traits;
    if (traits->batches)
        return (uint32_t)prepared->settings->batch;
    return traits->asynchronous ? traits->depth_max : 1;
}

int prepare_engine(struct prepared *prepared, struct failure *why)
{
    const struct cluster *cluster = prepared->cluster;
    const struct topology *topology = &prepared->setup->topology;
    struct failure failure = {0};
    if (!choose_engine(prepared, &failure))
        check_null_engine(prepared, &failure);
    int result = setup_agree(prepared->setup, &failure, why);
    if (result)
        return result;
    uint32_t ranks = cluster->kernel_ranks; /* containers share the cores and memory of a kernel */
    uint64_t memory = topology->memory_bytes / ranks;
    if (topology->memory_limit_bytes / cluster->local_count < memory)
        memory = topology->memory_limit_bytes / cluster->local_count;
    uint32_t even = topology->cpus / ranks ? topology->cpus / ranks : 1;
    uint32_t cpus = topology->allowed_cpus < even ? topology->allowed_cpus : even;
    prepared->capacity = (struct capacity){
        .cpus = (uint32_t)cluster_min(prepared->cluster, cpus ? cpus : 1),
        .memory_bytes = cluster_min(prepared->cluster, memory),
        .cache_bytes = cluster_min(prepared->cluster, topology->last_level_cache_bytes / ranks),
        .depth_max = depth_most(prepared),
        .node_ranks = (uint32_t)cluster_max(prepared->cluster, cluster->local_count),
        .batch = prepared->engine->traits.batches ? (uint32_t)prepared->settings->batch : 1,
        .null_target = prepared_is_null(prepared),
        .single_file = any_file(prepared),
        .names_only = prepared_is_names_only(prepared),
        .creates = prepared->creates,
        .mixed = prepared->mixed,
    };
    return 0;
}
