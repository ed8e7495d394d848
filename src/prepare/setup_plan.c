/* From options to the plan: defaults, an end for runs that only their time ends, content. */
#include "prepare/setup.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"

static bool needs_open_end(const struct options *options)
{
    return !options->common.size_bytes && !options->common.size_per_rank_bytes &&
           !options->common.size_per_node_bytes;
}

/* All that the targets can take would be taken before the first byte, however short the time. */
static int refuse_to_preallocate(const struct setup *setup, struct failure *why)
{
    const struct options *options = &setup->options;
    for (size_t i = 0; i < options->common.target_count; i++) {
        const enum target_kind kind = setup->target_kinds[i];
        if (options->common.preallocate && setup_writes(options) &&
            (kind == TARGET_DIRECTORY || kind == TARGET_NEW_FILE))
            return failure_set(why, -EINVAL,
                               "'--preallocate' needs to know the size: give '--size' or "
                               "'--size-per-rank'");
    }
    return 0;
}

/* The default size takes at most half of what the targets can take: a default is never refused. */
static void fit_default_size(struct setup *setup)
{
    struct options *options = &setup->options;
    uint64_t half = setup_open_end(setup) / 2;
    uint64_t total;
    if (!checked_multiply(options->common.size_per_rank_bytes, setup->cluster->shape.rank_count,
                          &total) &&
        total <= half)
        return;
    options->common.size_per_rank_bytes = 0;
    options->common.size_bytes = half < options->common.buffer_size_bytes
                                     ? half
                                     : align_down(half, options->common.buffer_size_bytes);
}

/* Rank 0: defaults, with a size for a run that only its time ends. */
static int resolve(struct setup *setup, struct failure *why)
{
    struct options *options = &setup->options;
    if (!setup_writes(options) && !setup->stored.loaded) {
        for (size_t i = 0; i < options->common.target_count; i++)
            if (setup->target_kinds[i] == TARGET_DIRECTORY ||
                setup->target_kinds[i] == TARGET_NEW_FILE)
                return failure_set(why, -EINVAL,
                                   "no phase writes and nothing says which files to read: give "
                                   "'--options-from RESULT' of a run with '--keep'");
        if (!options_given(options, OPTION_SIZE) && !options_given(options, OPTION_SIZE_PER_RANK) &&
            !options_given(options, OPTION_SIZE_PER_NODE))
            options->common.size_bytes = setup_open_end(setup);
    }
    if (!setup_writes(options) && setup->stored.loaded &&
        stored_check(&setup->stored, options, setup->cluster->shape.rank_count, why))
        return why->code;
    bool sized = options_given(options, OPTION_SIZE) ||
                 options_given(options, OPTION_SIZE_PER_RANK) ||
                 options_given(options, OPTION_SIZE_PER_NODE);
    setup->depth_asked = options_given(options, OPTION_DEPTH) ? options->common.depth : 0;
    if (defaults_fit(options, &setup->capacity, host_random(), why))
        return why->code;
    if (!sized && options->common.size_per_rank_bytes)
        fit_default_size(setup);
    if (needs_open_end(options)) {
        if (refuse_to_preallocate(setup, why))
            return why->code;
        options->common.size_bytes = setup_open_end(setup);
        if (!options->common.size_bytes)
            return failure_set(why, -ENOSPC, "no free space on '%s'", options->common.targets[0]);
    }
    return 0;
}

static int share_resolved(struct setup *setup, char **run_id, struct failure *why)
{
    struct text text = {0};
    char *canonical = NULL;
    if (setup->cluster->rank == 0) {
        bool follows = setup->stored.loaded && !setup_writes(&setup->options);
        options_canonical(&setup->options, &text);
        canonical = strdup(text_string(&text));
        text_clear(&text);
        text_add(&text, "%016" PRIx64, host_random());
        *run_id = strdup(follows ? setup->stored.record.run_id : text_string(&text));
    }
    if (cluster_broadcast_text(setup->cluster, &canonical) ||
        cluster_broadcast_text(setup->cluster, run_id))
        failure_set(why, -ENOMEM, "not enough memory for the options");
    else if (setup->cluster->rank != 0)
        options_read(&setup->options, canonical, "options of rank 0", SOURCE_COMMAND_LINE, false,
                     why);
    text_release(&text);
    free(canonical);
    return why->code;
}

static uint32_t threads_of(const struct options *options)
{
    return (uint32_t)(options->common.writers + options->common.producers);
}

static int make_content(struct setup *setup, struct failure *why)
{
    const struct options *options = &setup->options;
    struct content_setup content = {
        .seed = options->common.seed,
        .compress_ratio = options->common.compress_ratio,
        .dedup_ratio = options->common.dedup_ratio,
        .dedup_block_bytes = options->common.dedup_block_bytes,
        .total_bytes = setup->plan.geometry.setup.total_bytes,
        .share_count = (uint64_t)setup->cluster->shape.rank_count * options->common.writers,
    };
    struct text simd = {0};
    options_value_text(options, OPTION_SIMD, &simd);
    int result = content_init(&setup->content, &content, text_string(&simd), why);
    text_release(&simd);
    return result;
}

/* The same plan on every rank, or the run does not begin. */
static int make_plan(struct setup *setup, uint64_t open_end, struct failure *why)
{
    char *run_id = NULL;
    if (!share_resolved(setup, &run_id, why)) {
        struct plan_setup plan = {
            .options = &setup->options,
            .shape = setup->cluster->shape,
            .target_kinds = setup->target_kinds,
            .open_ended_bytes = open_end,
            .run_id = run_id,
        };
        plan_init(&setup->plan, &plan, why);
    }
    free(run_id);
    return why->code;
}

int setup_plan(struct setup *setup, struct failure *why)
{
    struct failure failure = {0};
    uint64_t open_end = 0;
    if (setup->cluster->rank == 0) {
        bool open = needs_open_end(&setup->options) && setup->options.common.time_ns;
        resolve(setup, &failure);
        open_end = open ? setup->options.common.size_bytes : 0;
    }
    int result = setup_agree_with_first(setup, &failure, why);
    if (result)
        return result;
    make_plan(setup, open_end, &failure);
    result = setup_agree_with_first(setup, &failure, why);
    if (!result)
        result = setup_agree(setup, &failure, why);
    if (result)
        return result;
    if (!cluster_same(setup->cluster, setup->plan.fingerprint, sizeof setup->plan.fingerprint,
                      "the plan", &failure))
        make_content(setup, &failure);
    uint32_t threads = threads_of(&setup->options);
    setup->roomy =
        cluster_min(setup->cluster, threads * setup->cluster->local_count <= setup->topology.cpus &&
                                        threads <= setup->topology.allowed_cpus);
    return setup_agree(setup, &failure, why);
}
