/* SPDX-License-Identifier: Apache-2.0 */
/* Free space for the plan: targets on one file system share its space. */
#include "prepare/prepared.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/checked.h"
#include "base/units.h"

enum { OPEN_ENDED_NULL_SHIFT = 50, OPEN_ENDED_SHARE_PERCENT = 95 };

/* The target can be another file system on each node if it is on a block device of this host or in
 * its memory. */
static bool may_be_local(const struct prepared *prepared, uint32_t target)
{
    const struct record_target *seen = &prepared->targets[target];
    return prepared->cluster->shape.node_count > 1 && (seen->device[0] || seen->ram_backed);
}

/* Returns true if target 'a' and target 'b', of another or the same section, are on one file
 * system. File system numbers are valid on this node only. */
static bool share_space(const struct prepared *prepared, uint32_t a, const struct prepared *other,
                        uint32_t b)
{
    const uint64_t number = prepared->spaces[a].number;
    return (prepared == other && a == b) || (number && number == other->spaces[b].number);
}

/* Those that write, and a warm-up that exists at the same time. */
static uint32_t writing_sections(const struct setup *setup)
{
    uint32_t count = 0;
    bool warms_apart = false;
    for (uint32_t i = 0; i < setup->prepared_count; i++) {
        count +=
            setup->prepared[i]->writes && !setup->prepared[i]->probe && !setup->prepared[i]->point;
        warms_apart |= prepare_warms_apart(setup->prepared[i]);
    }
    return (count ? count : 1) + warms_apart;
}

/* Free space of the target's file system above --free-space-floor. */
static uint64_t available_bytes(const struct prepared *prepared, uint32_t target)
{
    const uint64_t available = (uint64_t)prepared->targets[target].free_bytes;
    const uint64_t floor =
        checked_scale(prepared->spaces[target].bytes, prepared->settings->free_space_floor, 100);
    return available > floor ? available - floor : 0;
}

/* Overwriting a file needs no more space than it has. */
static uint64_t existing_bytes(const struct prepared *prepared, uint32_t target)
{
    const bool exists = prepared->target_kinds[target] == TARGET_FILE;
    return exists ? (uint64_t)prepared->targets[target].size_bytes : 0;
}

/* The number of writers of all ranks that use each target; malloc'ed. */
static uint64_t *count_writers(const struct prepared *prepared, const struct settings *fitted,
                               struct failure *why)
{
    const struct shape *shape = &prepared->cluster->shape;
    struct target_spread spread;
    uint64_t *writers_on = calloc(fitted->target_count, sizeof *writers_on);
    if (!writers_on ||
        target_spread_init(&spread, (enum spread)fitted->spread, (uint32_t)fitted->target_count,
                           (uint32_t)fitted->writers, shape)) {
        free(writers_on);
        failure_set(why, -ENOMEM, "not enough memory for a plan of %u ranks", shape->rank_count);
        return NULL;
    }
    for (uint32_t rank = 0; rank < shape->rank_count; rank++)
        for (uint32_t target = 0; target < fitted->target_count; target++)
            writers_on[target] += target_spread_count(&spread, rank, target);
    target_spread_release(&spread);
    return writers_on;
}

/* The target's part of the space, in proportion to the writers that use it among those of all
 * targets on its file system; its size if it is only read. */
static uint64_t target_space_bytes(const struct prepared *prepared, uint32_t target,
                                   const uint64_t *writers_on, uint64_t request)
{
    uint64_t sharing = 0;
    for (uint32_t i = 0; i < prepared->settings->target_count; i++)
        sharing += share_space(prepared, i, prepared, target) ? writers_on[i] : 0;
    if (prepared->target_kinds[target] == TARGET_NULL)
        return UINT64_C(1) << OPEN_ENDED_NULL_SHIFT;
    if (prepared->target_kinds[target] == TARGET_DEVICE || !prepared->writes)
        return (uint64_t)prepared->targets[target].size_bytes;
    const uint64_t part =
        checked_scale(available_bytes(prepared, target), writers_on[target], sharing);
    uint64_t space = part / writing_sections(prepared->setup) + existing_bytes(prepared, target);
    if (!prepared->settings->free_space_floor)
        space = checked_scale(space, OPEN_ENDED_SHARE_PERCENT, 100);
    /* whole requests, since any of the targets may get the last one */
    return space < request ? space : align_down(space, request);
}

uint64_t prepare_open_end(const struct prepared *prepared, const struct settings *fitted,
                          struct failure *why)
{
    const uint64_t request_bytes = fitted->buffer_size_bytes;
    const uint64_t writers = prepared->cluster->shape.rank_count * fitted->writers;
    uint64_t *writers_on = count_writers(prepared, fitted, why);
    uint64_t total = INT64_MAX;
    for (uint32_t i = 0; writers_on && i < fitted->target_count; i++) {
        if (!writers_on[i])
            continue;
        const uint64_t space = target_space_bytes(prepared, i, writers_on, request_bytes);
        if (space < checked_scale(total, writers_on[i], writers))
            total = checked_scale(space, writers, writers_on[i]);
    }
    free(writers_on);
    return !prepared->writes || total < request_bytes ? total : align_down(total, request_bytes);
}

static uint64_t planned_bytes(const struct prepared *prepared, uint32_t target)
{
    return may_be_local(prepared, target)
               ? plan_node_bytes(&prepared->plan, target, prepared->cluster->node)
               : plan_target_bytes(&prepared->plan, target);
}

/* As in: 10.0 TiB (10995116277760 bytes). */
static const char *show_bytes(uint64_t bytes, char out[2 * UNITS_TEXT])
{
    char size[UNITS_TEXT];
    units_format_size(bytes, size);
    snprintf(out, 2 * UNITS_TEXT, "%s (%" PRIu64 " bytes)", size, bytes);
    return out;
}

static int check_device(const struct prepared *prepared, uint32_t target, struct failure *why)
{
    const uint64_t need = planned_bytes(prepared, target);
    const uint64_t size = (uint64_t)prepared->targets[target].size_bytes;
    char need_text[2 * UNITS_TEXT], size_text[2 * UNITS_TEXT];
    if (need <= size)
        return 0;
    return failure_set(why, -ENOSPC, "the plan needs %s on '%s', which has %s: use a smaller size",
                       show_bytes(need, need_text), prepared->settings->targets[target],
                       show_bytes(size, size_text));
}

/* Adds what 'other' (which may be 'prepared') writes to the file system of 'target'. */
static void add_planned(const struct prepared *prepared, const struct prepared *other,
                        uint32_t target, uint64_t *need, uint64_t *space, bool *others)
{
    for (uint32_t i = 0; other->writes && i < other->settings->target_count; i++) {
        if (!share_space(prepared, target, other, i))
            continue;
        const uint64_t planned = planned_bytes(other, i);
        const uint64_t existing = existing_bytes(other, i);
        *need += planned;
        *space += planned < existing ? planned : existing;
        *others |= (other != prepared || i != target) && planned;
    }
}

static int check_space(const struct prepared *prepared, uint32_t target, struct failure *why)
{
    const struct setup *setup = prepared->setup;
    uint64_t need = 0;
    uint64_t space = available_bytes(prepared, target);
    bool others = false;
    if (prepared->target_kinds[target] == TARGET_DEVICE)
        return check_device(prepared, target, why);
    uint64_t apart = 0; /* of the largest warm-up */
    for (uint32_t i = 0; i < setup->prepared_count; i++) {
        const uint64_t before = need;
        if (setup->prepared[i]->point != prepared->point) /* the files of a point are removed */
            continue;
        add_planned(prepared, setup->prepared[i], target, &need, &space, &others);
        if (prepare_warms_apart(setup->prepared[i]))
            apart = larger(apart, need - before);
    }
    need += apart;
    if (prepared->target_kinds[target] == TARGET_NULL || need <= space || setup->options.run.force)
        return 0;
    char need_text[2 * UNITS_TEXT], space_text[2 * UNITS_TEXT];
    return failure_set(why, -ENOSPC,
                       "the plan needs %s on '%s'%s%s, which has %s available: use a smaller "
                       "size, or --force",
                       show_bytes(need, need_text), prepared->settings->targets[target],
                       others ? " and other targets of its file system" : "",
                       apart ? ", with the data set of a warm-up" : "",
                       show_bytes(space, space_text));
}

/* The objects that ranks create on a target: those of this node, if others have another one. */
static uint64_t planned_objects(const struct prepared *prepared, uint32_t target)
{
    const struct shape *shape = &prepared->cluster->shape;
    const struct geometry *geometry = &prepared->plan.geometry;
    const bool local = may_be_local(prepared, target);
    uint64_t ranks = 0;
    for (uint32_t rank = 0; rank < shape->rank_count; rank++)
        ranks += geometry_target(geometry, rank) == target &&
                 (!local || shape->rank_node[rank] == prepared->cluster->node);
    return ranks * prepared->settings->objects_per_rank;
}

/* Of several sections only this one: another may remove its objects before. Blocks that are only
 * partly used, and directories, need more. */
static int check_objects(const struct prepared *prepared, uint32_t target, struct failure *why)
{
    const struct settings *settings = prepared->settings;
    uint64_t objects = 0;
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < settings->target_count; i++)
        if (share_space(prepared, target, prepared, i))
            objects += planned_objects(prepared, i);
    if (checked_multiply(objects, settings->object_size_bytes, &bytes))
        bytes = UINT64_MAX;
    char need[2 * UNITS_TEXT], space[2 * UNITS_TEXT];
    if (objects > prepared->spaces[target].free_inodes)
        return failure_set(why, -ENOSPC,
                           "the plan needs %" PRIu64 " inodes on '%s', which has %" PRIu64
                           " free: use fewer --objects-per-rank, or --force",
                           objects, settings->targets[target],
                           prepared->spaces[target].free_inodes);
    if (bytes <= available_bytes(prepared, target))
        return 0;
    return failure_set(why, -ENOSPC,
                       "objects need %s on '%s', which has %s available: use fewer "
                       "--objects-per-rank, a smaller --object-size, or --force",
                       show_bytes(bytes, need), settings->targets[target],
                       show_bytes(available_bytes(prepared, target), space));
}

/* The files and directories that ranks make on a target with --files-per-rank. */
static uint64_t planned_files(const struct prepared *prepared, uint32_t target)
{
    const struct shape *shape = &prepared->cluster->shape;
    const struct geometry *geometry = &prepared->plan.geometry;
    const bool local = may_be_local(prepared, target);
    uint64_t files = 0;
    for (uint32_t rank = 0; rank < shape->rank_count; rank++) {
        struct share share;
        if (local && shape->rank_node[rank] != prepared->cluster->node)
            continue;
        for (uint32_t i = 0; i < geometry->setup.writers_per_rank; i++) {
            geometry_share(geometry, rank, i, &share);
            if (share.target == target && share.bytes)
                files += divide_up(share.bytes, share.cut_bytes) + 1;
        }
    }
    return files;
}

static int check_files(const struct prepared *prepared, uint32_t target, struct failure *why)
{
    uint64_t files = 0;
    if (prepared->plan.geometry.setup.files_per_rank <= 1)
        return 0;
    for (uint32_t i = 0; i < prepared->settings->target_count; i++)
        if (share_space(prepared, target, prepared, i))
            files += planned_files(prepared, i);
    if (files <= prepared->spaces[target].free_inodes)
        return 0;
    return failure_set(why, -ENOSPC,
                       "the plan needs %" PRIu64 " inodes on '%s', which has %" PRIu64
                       " free: use fewer --files-per-rank, or --force",
                       files, prepared->settings->targets[target],
                       prepared->spaces[target].free_inodes);
}

static int check_target(const struct prepared *prepared, uint32_t target, struct failure *why)
{
    if (prepared->writes && check_space(prepared, target, why))
        return why->code;
    if (prepared->writes && !prepared->setup->options.run.force &&
        check_files(prepared, target, why))
        return why->code;
    if (prepared->creates && !prepared->setup->options.run.force)
        return check_objects(prepared, target, why);
    return 0;
}

/* A file that no run has written, as far as that is known, is read as it is. */
static void check_size(const struct prepared *prepared, uint32_t target, struct failure *why)
{
    const uint64_t planned = plan_target_bytes(&prepared->plan, target);
    const uint64_t size = (uint64_t)prepared->targets[target].size_bytes;
    char needed[UNITS_TEXT];
    char there[UNITS_TEXT];
    if (prepared->source || prepared->setup->reads_stored ||
        prepared->target_kinds[target] != TARGET_FILE || planned <= size)
        return;
    units_format_size(planned, needed);
    units_format_size(size, there);
    failure_set(why, -EINVAL, "%s would be read from '%s', which has %s: use a --size that it has",
                needed, prepared->settings->targets[target], there);
}

/* Rank 0 checks targets that all nodes share; each leader checks those of its node that may be
 * local. */
int prepare_space(struct prepared *prepared, struct failure *why)
{
    struct failure failure = {0};
    if (prepared->setup->point_count && !prepared->point)
        return 0; /* the common settings of a sweep write nothing */
    const struct cluster *cluster = prepared->cluster;
    for (uint32_t i = 0; i < prepared->settings->target_count && cluster->rank == 0; i++) {
        if (!failure.code && prepared->reads && !prepared->writes)
            check_size(prepared, i, &failure);
        if (!failure.code)
            check_target(prepared, i, &failure);
    }
    int result = setup_agree_with_first(prepared->setup, &failure, why);
    if (result)
        return result;
    for (uint32_t i = 0; i < prepared->settings->target_count && cluster->leader; i++)
        if (!failure.code && may_be_local(prepared, i) &&
            geometry_node_uses(&prepared->plan.geometry, cluster->node, i))
            check_target(prepared, i, &failure);
    return setup_agree(prepared->setup, &failure, why);
}
