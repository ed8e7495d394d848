/* Inspects the targets and checks whether this run may write to them. */
#include "prepare/prepared.h"

#include <errno.h>
#include <stdlib.h>

#include "platform/target.h"

static enum target_kind kind_of(const struct record_target *target)
{
    if (target->kind == TARGET_KIND_DIRECTORY)
        return TARGET_DIRECTORY;
    if (target->kind == TARGET_KIND_DEVICE)
        return TARGET_DEVICE;
    if (target->kind == TARGET_KIND_NULL)
        return TARGET_NULL;
    return target->size_bytes ? TARGET_FILE : TARGET_NEW_FILE;
}

static int inspect_targets(struct prepared *prepared, struct failure *why)
{
    const struct settings *settings = prepared->settings;
    const struct run_settings *run = &prepared->setup->options.run;
    bool writes = prepared->writes;
    for (size_t i = 0; i < settings->target_count && !why->code; i++) {
        struct record_target *target = &prepared->targets[i];
        if (target_detect(settings->targets[i], target, why) ||
            target_detect_space(settings->targets[i], &prepared->spaces[i], why) ||
            (writes &&
             target_allow(settings->targets[i], run->overwrite, run->allow_block_device, why)))
            return why->code;
        text_copy(target->node, sizeof target->node,
                  prepared->cluster->node_names[prepared->cluster->node]);
        if (prepared->cluster->rank != 0)
            continue;
        prepared->target_kinds[i] = kind_of(target);
        if (prepared->target_kinds[i] == TARGET_NEW_FILE && path_exists(settings->targets[i]))
            prepared->target_kinds[i] = TARGET_FILE;
        bool used_by_others =
            prepared->target_kinds[i] == TARGET_FILE || prepared->target_kinds[i] == TARGET_DEVICE;
        if (writes && used_by_others)
            target_refuse_used(settings->targets[i], run->force, why);
    }
    return why->code;
}

bool prepared_is_null(const struct prepared *prepared)
{
    for (size_t i = 0; i < prepared->settings->target_count; i++)
        if (prepared->target_kinds[i] != TARGET_NULL)
            return false;
    return true;
}

int prepare_targets(struct prepared *prepared, struct failure *why)
{
    size_t count = prepared->settings->target_count;
    struct failure failure = {0};
    prepared->targets = calloc(count, sizeof *prepared->targets);
    prepared->spaces = calloc(count, sizeof *prepared->spaces);
    prepared->target_kinds = calloc(count, sizeof *prepared->target_kinds);
    if (!prepared->targets || !prepared->spaces || !prepared->target_kinds)
        failure_set(&failure, -ENOMEM, "not enough memory for %zu targets", count);
    if (prepared->cluster->rank == 0 && !failure.code)
        inspect_targets(prepared, &failure);
    int result = setup_agree_with_first(prepared->setup, &failure, why);
    if (result)
        return result;
    if (prepared->cluster->rank != 0 && !failure.code)
        inspect_targets(prepared, &failure);
    result = setup_agree(prepared->setup, &failure, why);
    if (!result)
        cluster_broadcast(prepared->cluster, prepared->target_kinds,
                          count * sizeof *prepared->target_kinds);
    return result;
}
