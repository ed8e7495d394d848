/* SPDX-License-Identifier: Apache-2.0 */
/* Inspects the targets and checks whether this run may write to them. */
#include "prepare/prepared.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
    bool writes = prepared->writes || prepared->creates;
    /* those of a probe were checked at the start, and a new file may have been created since */
    writes &= !prepared->probe;
    for (size_t i = 0; i < settings->target_count && !why->code; i++) {
        struct record_target *target = &prepared->targets[i];
        if (target_detect(settings->targets[i], target, why) ||
            target_detect_space(settings->targets[i], &prepared->spaces[i], why) ||
            (writes &&
             target_allow(settings->targets[i], run->overwrite, run->allow_block_device, why)))
            return why->code;
        target->node_number = prepared->cluster->node;
        text_copy(target->node, sizeof target->node,
                  prepared->cluster->node_names[prepared->cluster->node]);
        prepared->target_kinds[i] = kind_of(target);
        if (prepared->target_kinds[i] == TARGET_NEW_FILE && path_exists(settings->targets[i]))
            prepared->target_kinds[i] = TARGET_FILE;
        if (prepared->target_kinds[i] == TARGET_NEW_FILE && !run->new_file)
            return failure_set(why, -ENOENT,
                               "target '%s' does not exist; check the path and that it is mounted, "
                               "or add --new-file to create it as one file",
                               settings->targets[i]);
        if (prepared->cluster->rank != 0)
            continue;
        bool used_by_others =
            prepared->target_kinds[i] == TARGET_FILE || prepared->target_kinds[i] == TARGET_DEVICE;
        if (writes && used_by_others)
            target_refuse_used(settings->targets[i], run->force, why);
    }
    return why->code;
}

int refuse_difference(const struct prepared *prepared, uint32_t target,
                      enum record_target_difference least, struct failure *why)
{
    const struct record_target *mine = &prepared->targets[target];
    const struct record_target *first = &prepared->first[target];
    if (prepared->setup->options.run.force || record_compare_targets(first, mine) < least)
        return 0;
    return failure_set(why, -EXDEV,
                       "'%s' is %s on %s (%s, mounted at '%s') but %s on %s (%s, mounted at '%s'): "
                       "mount the same file system on all nodes, or use --force",
                       prepared->settings->targets[target], first->file_system, first->node,
                       first->source, first->mount_point, mine->file_system, mine->node,
                       mine->source, mine->mount_point);
}

/* Every rank compares what it sees with what rank 0 sees. */
static int compare_targets(struct prepared *prepared, struct failure *why)
{
    size_t count = prepared->settings->target_count;
    struct failure failure = {0};
    if (prepared->cluster->rank == 0)
        memcpy(prepared->first, prepared->targets, count * sizeof *prepared->first);
    cluster_broadcast(prepared->cluster, prepared->first, count * sizeof *prepared->first);
    for (uint32_t i = 0; i < count && !failure.code; i++)
        refuse_difference(prepared, i, TARGETS_TYPE, &failure);
    return setup_agree(prepared->setup, &failure, why);
}

bool prepared_is_names_only(const struct prepared *prepared)
{
    return !prepared->writes && !prepared->reads && (prepared->creates || prepared->visits);
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
    prepared->first = calloc(count, sizeof *prepared->first);
    prepared->spaces = calloc(count, sizeof *prepared->spaces);
    prepared->target_kinds = calloc(count, sizeof *prepared->target_kinds);
    if (!prepared->targets || !prepared->first || !prepared->spaces || !prepared->target_kinds)
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
        result = compare_targets(prepared, why);
    if (!result)
        cluster_broadcast(prepared->cluster, prepared->target_kinds,
                          count * sizeof *prepared->target_kinds);
    return result;
}
