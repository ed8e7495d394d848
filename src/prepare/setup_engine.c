/* Which engine all ranks have, and what a rank may use with it. */
#include <errno.h>
#include <string.h>

#include "prepare/setup.h"

static bool all_null(const struct setup *setup)
{
    for (size_t i = 0; i < setup->options.common.target_count; i++)
        if (setup->target_kinds[i] != TARGET_NULL)
            return false;
    return true;
}

/* One file or device among the targets leaves only the shared layout. */
static bool any_file(const struct setup *setup)
{
    for (size_t i = 0; i < setup->options.common.target_count; i++)
        if (setup->target_kinds[i] != TARGET_NULL && setup->target_kinds[i] != TARGET_DIRECTORY)
            return true;
    return false;
}

static bool all_in_memory(const struct setup *setup)
{
    for (size_t i = 0; i < setup->options.common.target_count; i++)
        if (!setup->targets[i].ram_backed)
            return false;
    return true;
}

/* Does the user ask for what only rings have? */
static bool needs_rings(const struct options *options)
{
    return options->common.uring_sqpoll || options->common.uring_iopoll ||
           options->common.fixed_buffers == REQUIRE;
}

/* The first of the list that all ranks have. */
static int choose_automatically(struct setup *setup, struct failure *why)
{
    bool rings = needs_rings(&setup->options);
    if (!rings && cluster_min(setup->cluster, all_in_memory(setup))) {
        setup->engine = engine_kind_of(ENGINE_PWRITE);
        text_copy(setup->engine_reason, sizeof setup->engine_reason,
                  "the target is in memory, where plain calls are faster than io_uring");
        return 0;
    }
    for (enum engine_id id = ENGINE_AUTO + 1; id < ENGINE_COUNT && !setup->engine; id++) {
        const struct engine_kind *kind = engine_kind_of(id);
        struct failure reason = {0};
        struct agreement agreement;
        kind->available(&reason);
        if (rings && !kind->traits.rings)
            break;
        if (!cluster_agree(setup->cluster, &reason, &agreement))
            setup->engine = kind;
        else if (!setup->engine_reason[0])
            agreement_line(setup->cluster, &agreement, setup->engine_reason,
                           sizeof setup->engine_reason);
    }
    if (setup->engine)
        return 0;
    return failure_set(why, -EOPNOTSUPP, "what was asked for needs io_uring: %s",
                       setup->engine_reason);
}

static int choose_engine(struct setup *setup, struct failure *why)
{
    enum engine_id id = setup->options.common.engine;
    if (id == ENGINE_AUTO && all_null(setup) && !needs_rings(&setup->options))
        id = ENGINE_NULL;
    if (id == ENGINE_AUTO)
        return choose_automatically(setup, why);
    setup->engine = engine_kind_of(id);
    return setup->engine->available(why);
}

static int check_null_engine(const struct setup *setup, struct failure *why)
{
    if (setup->engine->id != ENGINE_NULL)
        return 0;
    if (!setup_writes(&setup->options) || !all_null(setup))
        return failure_set(why, -EINVAL,
                           "engine 'null' stores nothing: use it with target '/dev/null' and "
                           "'--phases write'");
    return 0;
}

/* Of a synchronous engine one request is in flight, or a batch. */
static uint32_t depth_most(const struct setup *setup)
{
    const struct engine_traits *traits = &setup->engine->traits;
    if (traits->batches)
        return (uint32_t)setup->options.common.batch;
    return traits->asynchronous ? traits->depth_max : 1;
}

int setup_engine(struct setup *setup, struct failure *why)
{
    const struct cluster *cluster = setup->cluster;
    const struct topology *topology = &setup->topology;
    struct failure failure = {0};
    if (!choose_engine(setup, &failure))
        check_null_engine(setup, &failure);
    int result = setup_agree(setup, &failure, why);
    if (result)
        return result;
    uint32_t ranks = cluster->local_count;
    uint32_t even = topology->cpus / ranks ? topology->cpus / ranks : 1;
    uint32_t cpus = topology->allowed_cpus < even ? topology->allowed_cpus : even;
    setup->capacity = (struct capacity){
        .cpus = (uint32_t)cluster_min(setup->cluster, cpus ? cpus : 1),
        .memory_bytes = cluster_min(setup->cluster, topology->memory_limit_bytes / ranks),
        .cache_bytes = cluster_min(setup->cluster, topology->last_level_cache_bytes / ranks),
        .depth_max = depth_most(setup),
        .batch = setup->engine->traits.batches ? (uint32_t)setup->options.common.batch : 1,
        .null_target = all_null(setup),
        .single_file = any_file(setup),
    };
    return 0;
}
