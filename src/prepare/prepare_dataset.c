/* SPDX-License-Identifier: Apache-2.0 */
/* The check of --direct require, and the first change to storage: directories on the targets. */
#include "prepare/prepared.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "options/shift_words.h"
#include "platform/target.h"
#include "stored_objects.h"
#include "striping_files.h"

static int refuse_size(const char *option, uint64_t bytes, uint64_t nearest, uint32_t multiple_of,
                       const char *target, struct failure *why)
{
    char better[UNITS_TEXT];
    units_format_exact_size(nearest, better);
    return failure_set(why, -EINVAL,
                       "--direct require: on '%s' O_DIRECT needs multiples of %" PRIu32
                       " bytes, and --%s is %" PRIu64 " bytes: use '--%s %s', or '--direct prefer'",
                       target, multiple_of, option, bytes, option, better);
}

/* ... and so do files, of which each may end with a shorter one. */
static int check_direct_files(const struct prepared *prepared, const struct record_target *target,
                              const char *path, struct failure *why)
{
    struct share share;
    uint32_t unit;
    geometry_share(&prepared->plan.geometry, prepared->cluster->rank, 0, &share);
    if (!share.cut_bytes)
        return 0;
    const uint64_t nearest = target_direct_size(target, share.cut_bytes, &unit);
    if (!nearest || nearest == share.cut_bytes)
        return 0;
    return failure_set(why, -EINVAL,
                       "--direct require: on '%s' O_DIRECT needs multiples of %" PRIu32
                       " bytes, and with --files-per-rank %" PRIu64 " a file has %" PRIu64
                       ": use another size or number, or '--direct prefer'",
                       path, unit, prepared->settings->files_per_rank, share.cut_bytes);
}

/* The size counts too: its last request may be shorter than the others. */
static int check_direct(const struct prepared *prepared, uint32_t number, struct failure *why)
{
    struct record_target target = prepared->targets[number];
    const char *path = prepared->settings->targets[number];
    const uint64_t request = prepared->settings->buffer_size_bytes;
    const struct geometry_setup *geometry = &prepared->plan.geometry.setup;
    const uint64_t size = geometry->part_bytes ? geometry->part_bytes : geometry->total_bytes;
    const enum option_id size_option = !geometry->part_bytes ? OPTION_SIZE
                                       : geometry->by_node   ? OPTION_SIZE_PER_NODE
                                                             : OPTION_SIZE_PER_RANK;
    char reason[RECORD_LINE];
    uint32_t unit;
    const uint64_t nearest = target_direct_size(&target, request, &unit);
    if (nearest && nearest != request)
        return refuse_size("buffer-size", request, nearest, unit, path, why);
    if (!prepared->writes) /* new files do not matter */
        target.direct_cause = DIRECT_NO_CAUSE;
    if (target_direct(&target, request, reason) == TRUTH_NO)
        return failure_set(why, -EINVAL,
                           "--direct require: O_DIRECT is not possible on '%s': %s; use '--direct "
                           "prefer'",
                           path, reason);
    const uint64_t turn = geometry->turn_bytes;
    const uint64_t nearest_turn = turn ? target_direct_size(&target, turn, &unit) : 0;
    if (nearest_turn && nearest_turn != turn)
        return refuse_size("interleave", turn, nearest_turn, unit, path, why);
    if (geometry->files_per_rank > 1 && check_direct_files(prepared, &target, path, why))
        return why->code;
    const uint64_t nearest_size = target_direct_size(&target, size, &unit);
    if (nearest_size && nearest_size != size)
        return refuse_size(options_name(size_option), size, nearest_size, unit, path, why);
    return 0;
}

int prepare_direct(struct prepared *prepared, struct failure *why)
{
    struct failure failure = {0};
    for (uint32_t i = 0; i < prepared->settings->target_count; i++)
        if (prepared->settings->direct == REQUIRE && !failure.code &&
            geometry_rank_uses(&prepared->plan.geometry, prepared->cluster->rank, i))
            check_direct(prepared, i, &failure);
    return setup_agree(prepared->setup, &failure, why);
}

void prepare_describe_requests(const struct prepared *prepared, struct text *out)
{
    const uint64_t request = prepared->settings->buffer_size_bytes;
    char better[UNITS_TEXT];
    uint32_t unit;
    if (prepared->settings->direct == NEVER || prepared_is_names_only(prepared))
        return;
    uint64_t nearest = target_direct_size(&prepared->first[0], request, &unit);
    if (!nearest || nearest == request)
        return;
    if (request % 1000000 == 0)
        nearest = request / 1000000 << 20;
    else if (request % 1000 == 0 && (request / 1000 << 10) % unit == 0)
        nearest = request / 1000 << 10;
    units_format_exact_size(nearest, better);
    text_add(out,
             "request     %" PRIu64 " bytes are not a multiple of %" PRIu32
             ", which rules out O_DIRECT: use --buffer-size %s\n",
             request, unit, better);
}

/* Returns how many kernels away the data are that each rank reads. Each node has its own kernel,
 * with its page cache, unless it is a container. A shift that was requested and has no effect is
 * refused, with the same answer on all ranks. */
static uint64_t resolve_shift(const struct prepared *prepared, bool local, struct failure *why)
{
    const struct shape *shape = &prepared->cluster->shape;
    struct shift shift;
    if ((!prepared->reads && !prepared->visits) ||
        shift_parse(prepared->settings->shift, &shift, why))
        return 0;
    if (shift.automatic)
        return local ? 0 : 1;
    if (shift.nodes && shift.nodes % shape->kernel_count == 0)
        failure_set(why, -EINVAL,
                    "--shift %s changes nothing on %u node%s%s: each rank would read what its own "
                    "node wrote; leave it out",
                    prepared->settings->shift, shape->node_count, shape->node_count == 1 ? "" : "s",
                    shape->kernel_count == shape->node_count
                        ? ""
                        : ", of which some share a kernel and its page cache");
    else if (shift.nodes && local)
        failure_set(why, -EINVAL,
                    "--shift %s is not possible, as '%s' is local to each node; leave it out",
                    prepared->settings->shift, prepared->settings->targets[0]);
    return shift.nodes;
}

/* True if this node sees the directories of the rank whose data it is to read. For targets of its
 * own that was tested when the directories were created. */
static bool sees_other_targets(const struct prepared *prepared)
{
    const struct prepared *writer = prepared->source ? prepared->source : prepared;
    const struct geometry *written = &writer->plan.geometry;
    const uint32_t rank = prepared->cluster->rank;
    bool sees = true;
    for (uint32_t i = 0; i < prepared->settings->target_count; i++) {
        struct text path = {0};
        if (geometry_rank_uses(written, rank, i) || prepared->target_kinds[i] != TARGET_DIRECTORY ||
            !geometry_rank_uses(written, prepared->plan.reads_of[rank], i))
            continue;
        plan_folder(&writer->plan, i, &path);
        sees &= path.failed || path_exists(text_string(&path));
        text_release(&path);
    }
    return sees;
}

static int set_shift(struct prepared *prepared, struct failure *why)
{
    const struct prepared *writer = prepared->source ? prepared->source : prepared;
    struct failure failure = {0};
    const uint64_t distance = resolve_shift(prepared, writer->dataset.shared == TRUTH_NO, why);
    if (why->code)
        return why->code;
    plan_shift(&prepared->plan, distance, &failure);
    if (setup_agree(prepared->setup, &failure, why) || !prepared->plan.shift ||
        cluster_min(prepared->cluster, sees_other_targets(prepared)))
        return why->code;
    if (strcmp(prepared->settings->shift, "auto") != 0)
        return failure_set(why, -EINVAL,
                           "--shift %s is not possible, as nodes do not see each other's targets; "
                           "leave it out",
                           prepared->settings->shift);
    plan_shift(&prepared->plan, 0, &failure);
    return setup_agree(prepared->setup, &failure, why);
}

/* Returns true if the directory of an earlier data set is in the same directory as this one's. */
static bool shares_folder(const struct prepared *prepared, const struct data_folder *folder)
{
    const struct setup *setup = prepared->setup;
    for (uint32_t i = 0; folder->above && setup->prepared[i] != prepared; i++)
        for (size_t j = 0; (setup->prepared[i]->writes || setup->prepared[i]->creates) &&
                           j < setup->prepared[i]->settings->target_count;
             j++)
            if (!strcmp(setup->prepared[i]->settings->targets[j],
                        prepared->settings->targets[folder->target]))
                return true;
    return false;
}

/* Nodes that do not see each other's files are refused where they should: by the type of the file
 * system, because others do, or because it is not mounted at the same place. */
static int check_visible(const struct prepared *prepared, const struct data_folder *folder,
                         bool others_see, struct failure *why)
{
    const uint32_t own = folder->target;
    const struct record_target *target = &prepared->targets[own];
    if (!folder->apart || prepared->setup->options.run.force ||
        refuse_difference(prepared, own, TARGETS_MOUNT, why))
        return why->code;
    if (target->shared != TRUTH_YES && (!others_see || target->shared == TRUTH_NO))
        return 0;
    return failure_set(why, -EXDEV,
                       "%s does not see what the first node created in '%s' (%s, %s on %s and %s "
                       "here): mount the same file system on all nodes, or use --force",
                       target->node, prepared->settings->targets[own], target->file_system,
                       prepared->first[own].source, prepared->first[own].node, target->source);
}

/* The first change to storage. */
static int make_folders(struct prepared *prepared, struct failure *why)
{
    struct dataset *dataset = &prepared->dataset;
    struct failure failure = {0};
    struct agreement agreement;
    char line[FAILURE_TEXT];
    const struct cluster *cluster = prepared->cluster;
    for (uint32_t i = 0; i < dataset->folder_count; i++)
        dataset->folders[i].above_shared = shares_folder(prepared, &dataset->folders[i]);
    int result = dataset_make_folders(dataset, &agreement);
    if (!result) {
        bool sees = false;
        for (uint32_t i = 0; i < dataset->folder_count; i++)
            sees |= !dataset->folders[i].first && !dataset->folders[i].apart;
        const bool others_see = cluster_max(prepared->cluster, sees);
        for (uint32_t i = 0; i < dataset->folder_count && !failure.code; i++)
            check_visible(prepared, &dataset->folders[i], others_see, &failure);
        striping_files_set(prepared, &failure);
        result = cluster_agree(prepared->cluster, &failure, &agreement);
    }
    if (result) {
        agreement_format(cluster, &agreement, line, sizeof line);
        dataset_remove(dataset, &failure);
        failure_set(why, result, "%s", line);
    }
    return result;
}

/* Points have content of their own, so that storage cannot deduplicate one against another, or
 * against the probes and warm-ups of the run (first_probe_generation). */
static const unsigned point_shift = 33;

/* Its files are in the directory of the run, which the common settings have made. */
static int prepare_point(struct prepared *prepared, struct failure *why)
{
    struct failure failure = {0};
    struct dataset *dataset = &prepared->dataset;
    dataset_init(dataset, prepared->cluster, &prepared->plan, &failure);
    dataset->pending_call = prepared->setup->pending_call;
    dataset->shared = prepared->setup->prepared[0]->dataset.shared;
    dataset->generation = (uint64_t)prepared->point << point_shift;
    return setup_agree(prepared->setup, &failure, why) ? why->code : set_shift(prepared, why);
}

/* Are its objects those that the stored run created? */
static bool takes_over_objects(const struct prepared *prepared)
{
    return prepared->section[0] ? prepared->phase == PHASE_CREATE : prepared->visits;
}

static int share_stored(struct prepared *prepared, struct failure *why)
{
    struct setup *setup = prepared->setup;
    struct failure failure = {0};
    struct agreement agreement;
    char line[FAILURE_TEXT];
    uint64_t content_bytes = 0;
    stored_share(&setup->stored, prepared->section, &prepared->dataset, &failure);
    if (setup_agree(setup, &failure, why) || !takes_over_objects(prepared))
        return why->code;
    if (stored_objects_share(&setup->stored, prepared->section, &prepared->dataset, &content_bytes,
                             &agreement)) {
        agreement_format(setup->cluster, &agreement, line, sizeof line);
        return failure_set(why, agreement.first.code, "%s", line);
    }
    prepare_object_content(prepared, content_bytes, &failure);
    return setup_agree(setup, &failure, why);
}

int prepare_dataset(struct prepared *prepared, struct failure *why)
{
    struct failure failure = {0};
    if (prepared->source)
        return set_shift(prepared, why);
    if (prepared->point)
        return prepare_point(prepared, why);
    dataset_init(&prepared->dataset, prepared->cluster, &prepared->plan, &failure);
    prepared->dataset.pending_call = prepared->setup->pending_call;
    int result = setup_agree(prepared->setup, &failure, why);
    if (result)
        return result;
    if (prepared->writes || prepared->creates) {
        if (make_folders(prepared, why))
            return why->code;
    } else if (prepared->setup->reads_stored) {
        if (share_stored(prepared, why))
            return why->code;
    } else {
        for (uint32_t i = 0; i < prepared->dataset.part_count; i++) {
            struct part *part = &prepared->dataset.parts[i];
            acknowledged_all(&part->acknowledged, part->share.request_count, part->share.bytes);
        }
    }
    if (setup_agree(prepared->setup, &failure, why))
        return why->code;
    striping_files_detect(prepared);
    return set_shift(prepared, why);
}
