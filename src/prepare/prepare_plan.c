/* SPDX-License-Identifier: Apache-2.0 */
/* Resolves the settings (defaults, a size for runs that only --time limits) and makes the plan. */
#include "prepare/prepared.h"

#include <errno.h>

#include "base/checked.h"
#include "plan/names.h"
#include "platform/file.h"
#include "platform/host.h"

/* Without a size, --preallocate would fill the target before the first byte, even for a short run.
 */
static int refuse_to_preallocate(const struct prepared *prepared, struct failure *why)
{
    const struct settings *settings = prepared->settings;
    for (size_t i = 0; i < settings->target_count; i++) {
        const enum target_kind kind = prepared->target_kinds[i];
        if (settings->preallocate && prepared->writes &&
            (kind == TARGET_DIRECTORY || kind == TARGET_NEW_FILE))
            return failure_set(why, -EINVAL,
                               "--preallocate needs a size: add --size or --size-per-rank");
    }
    return 0;
}

static int refuse_unknown_objects(struct failure *why)
{
    return failure_set(why, -EINVAL,
                       "no phase creates the objects that a phase is about: add create, or "
                       "'--options-from RESULT' of a run with --keep");
}

static int refuse_unknown_files(const struct prepared *prepared, struct failure *why)
{
    for (size_t i = 0; i < prepared->settings->target_count; i++)
        if (prepared->target_kinds[i] == TARGET_DIRECTORY ||
            prepared->target_kinds[i] == TARGET_NEW_FILE)
            return failure_set(why, -EINVAL,
                               "no phase writes, so there are no files to read: add "
                               "'--options-from RESULT' of a run with --keep");
    return 0;
}

/* Of the targets that are directories, as rank 0 sees them. */
static int refuse_missing_files(const struct prepared *prepared, struct failure *why)
{
    const struct record *record = &prepared->setup->stored.record;
    for (size_t i = 0; i < prepared->settings->target_count && !why->code; i++) {
        struct text folder = {0};
        if (prepared->target_kinds[i] != TARGET_DIRECTORY)
            continue;
        plan_print_folder(prepared->settings->targets[i], record->run_id, &folder);
        if (folder.failed)
            failure_set(why, -ENOMEM, "not enough memory");
        else if (!path_exists(text_string(&folder)))
            failure_set(why, -ENOENT, "the files of run %s are not in '%s': %s", record->run_id,
                        prepared->settings->targets[i],
                        record->kept ? "they were removed, or are in another directory"
                                     : "it did not keep them (--keep)");
        text_release(&folder);
    }
    return why->code;
}

/* As rank 0 sees the targets, so that all ranks choose the same. */
static int fit_spread(const struct prepared *prepared, struct settings *settings,
                      struct failure *why)
{
    struct spread_choice choice = {
        .local = true,
        .objects = prepared->creates || prepared->visits,
        .stored = prepared->setup->reads_stored,
    };
    for (size_t i = 0; i < settings->target_count; i++) {
        const struct record_target *target = &prepared->first[i];
        choice.local &= target->shared == TRUTH_NO || target->device[0] || target->ram_backed;
        choice.files |= prepared->target_kinds[i] != TARGET_DIRECTORY;
    }
    return target_spread_fit(settings, &prepared->cluster->shape, &choice, why);
}

/* Rank 0: adds what it alone knows. */
static int complete(const struct prepared *prepared, struct resolution *with, struct failure *why)
{
    const struct setup *setup = prepared->setup;
    struct settings fitted;
    if (prepared->visits && !prepared->creates && !setup->reads_stored && !prepared->source)
        return refuse_unknown_objects(why);
    if (prepared->reads && !prepared->writes && !setup->reads_stored && !prepared->source &&
        refuse_unknown_files(prepared, why))
        return why->code;
    if (setup->reads_stored &&
        (stored_check(&setup->stored, &setup->options, setup->cluster->shape.rank_count,
                      prepared->reads, prepared->visits, why) ||
         refuse_missing_files(prepared, why)))
        return why->code;
    /* the points of a sweep have the same random order, so that only what is swept differs */
    with->random = prepared->point ? setup->prepared[0]->settings->seed : host_random();
    with->undivided = setup->reads_stored && setup->stored.record.schema_revision == 0;
    if (settings_copy(&fitted, prepared->settings, why))
        return why->code;
    if (!defaults_fit(&fitted, &with->capacity, with->random, why) &&
        !fit_spread(prepared, &fitted, why)) {
        with->space_bytes = prepare_open_end(prepared, &fitted, why);
        if (settings_are_open(&fitted))
            refuse_to_preallocate(prepared, why);
    }
    settings_release(&fitted);
    return why->code;
}

/* Rank 0 completes 'with'; then every rank resolves its settings with the same pure function. */
static int resolve(struct prepared *prepared, struct resolution *with, struct failure *why)
{
    struct failure failure = {0};
    *with = (struct resolution){
        .capacity = prepared->capacity,
        .ranks = prepared->cluster->shape.rank_count,
        .reads_whole = !prepared->writes && !prepared->setup->reads_stored && !prepared->source,
    };
    if (prepared->cluster->rank == 0)
        complete(prepared, with, &failure);
    if (setup_agree_with_first(prepared->setup, &failure, why))
        return why->code;
    cluster_broadcast(prepared->cluster, with, sizeof *with);
    if (!settings_resolve(prepared->settings, with, &failure))
        fit_spread(prepared, prepared->settings, &failure);
    return setup_agree_with_first(prepared->setup, &failure, why);
}

/* All ranks' objects together, one after the other in the order of their numbers. */
static uint64_t object_bytes(const struct prepared *prepared)
{
    const struct settings *settings = prepared->settings;
    const uint64_t ranks = prepared->cluster->shape.rank_count;
    const uint64_t objects =
        divide_up(settings->objects_per_rank, settings->writers) * settings->writers * ranks;
    uint64_t bytes;
    if (!settings->objects_per_rank ||
        checked_multiply(objects, settings->object_size_bytes, &bytes))
        return INT64_MAX;
    return bytes ? bytes : 1;
}

static int init_content(const struct prepared *prepared, uint64_t total_bytes, uint64_t shares,
                        struct content *into, struct failure *why)
{
    const struct settings *settings = prepared->settings;
    const struct content_setup content = {
        .seed = settings->seed,
        .compress_ratio = settings->compress_ratio,
        .dedup_ratio = settings->dedup_ratio,
        .dedup_block_bytes = settings->dedup_block_bytes,
        .total_bytes = total_bytes,
        .share_count = shares,
    };
    struct text simd = {0};
    settings_print_value(settings, OPTION_SIMD, &simd);
    const int result = content_init(into, &content, text_string(&simd), why);
    text_release(&simd);
    return result;
}

int prepare_object_content(struct prepared *prepared, uint64_t total_bytes, struct failure *why)
{
    return init_content(prepared, total_bytes, 1, &prepared->object_content, why);
}

static int make_content(struct prepared *prepared, struct failure *why)
{
    const uint64_t shares =
        (uint64_t)prepared->cluster->shape.rank_count * prepared->settings->writers;
    if (!init_content(prepared, prepared->plan.geometry.setup.total_bytes, shares,
                      &prepared->content, why) &&
        prepared->creates)
        prepare_object_content(prepared, object_bytes(prepared), why);
    return why->code;
}

static int make_plan(struct prepared *prepared, uint64_t open_ended_bytes, bool undivided,
                     struct failure *why)
{
    struct plan_setup plan = {
        .settings = prepared->settings,
        .writes = prepared->writes,
        .reads = prepared->reads,
        .creates = prepared->creates,
        .visits = prepared->visits,
        .files = prepared->warms                      ? FILES_OF_WARM_UP
                 : prepared->probe || prepared->point ? FILES_OF_PROBE
                                                      : FILES_OF_RUN,
        .shape = prepared->cluster->shape,
        .target_kinds = prepared->target_kinds,
        .undivided = undivided,
        .open_ended_bytes = open_ended_bytes,
        .run_id = prepared->setup->run_id,
        .section = prepared->folder,
    };
    struct sweep_scale scale = {0};
    if (prepared->point)
        setup_scale_of(prepared->setup, prepared->point, &scale);
    plan.shape.working_ranks = scale.crowd == SWEEP_RANKS ? scale.count : 0;
    plan.shape.working_nodes = scale.crowd == SWEEP_NODES ? scale.count : 0;
    return plan_init(&prepared->plan, &plan, why);
}

static bool is_roomy(const struct prepared *prepared)
{
    const struct topology *topology = &prepared->setup->topology;
    const uint64_t threads = prepared->settings->writers + prepared->settings->producers;
    return cluster_min(prepared->cluster,
                       threads * prepared->cluster->local_count <= topology->cpus &&
                           threads <= topology->allowed_cpus);
}

int prepare_plan(struct prepared *prepared, struct failure *why)
{
    struct failure failure = {0};
    struct resolution with = {0};
    bool open = settings_are_open(prepared->settings) && prepared->settings->time_ns;
    uint64_t open_ended_bytes = 0;
    prepared->depth_asked = prepared->settings->depth;
    if (!prepared->probe && resolve(prepared, &with, why))
        return why->code;
    if (prepared_is_names_only(prepared)) /* files of bytes are planned, but never opened */
        open_ended_bytes = prepared->settings->buffer_size_bytes;
    else if (open)
        open_ended_bytes = prepared->settings->size_bytes;
    make_plan(prepared, open_ended_bytes, with.undivided, &failure);
    if (setup_agree_with_first(prepared->setup, &failure, why) ||
        setup_agree(prepared->setup, &failure, why))
        return why->code;
    /* the plan must be the same on every rank */
    if (!cluster_check_same(prepared->cluster, prepared->plan.fingerprint,
                            sizeof prepared->plan.fingerprint, "the plan", &failure))
        make_content(prepared, &failure);
    prepared->roomy = is_roomy(prepared);
    return setup_agree(prepared->setup, &failure, why);
}
