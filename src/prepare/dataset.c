/* SPDX-License-Identifier: Apache-2.0 */
#include "prepare/dataset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "plan/names.h"

static int init_part(const struct plan *plan, uint32_t rank, uint32_t writer, struct part *part,
                     struct failure *why)
{
    struct text path = {0};
    *part = (struct part){0};
    geometry_share(&plan->geometry, rank, writer, &part->share);
    plan_path(plan, rank, writer, &part->share, &path);
    if (path.failed || !path.data)
        return failure_set(why, -ENOMEM, "not enough memory");
    part->path = path.data;
    if (part->share.cut_bytes)
        part->files =
            divide_up(geometry_file_bytes(&plan->geometry, &part->share), part->share.cut_bytes);
    return 0;
}

/* In each layout the first writer with a share in a file creates it. */
static void choose_creator(struct dataset *dataset)
{
    const struct geometry *geometry = &dataset->plan->geometry;
    enum layout layout = geometry->setup.layout;
    uint32_t target = geometry_target(geometry, dataset->cluster->rank);
    bool first =
        layout != LAYOUT_SHARED || geometry_first_rank(geometry, target) == dataset->cluster->rank;
    for (uint32_t i = 0; i < dataset->part_count; i++) {
        struct part *part = &dataset->parts[i];
        part->creates = first && part->share.bytes;
        if (part->creates && layout != LAYOUT_WRITER)
            first = false;
    }
}

int dataset_init_objects(struct dataset *dataset, uint32_t creators, struct failure *why)
{
    const struct plan_setup *setup = &dataset->plan->setup;
    const struct object_layout layout = {
        .ranks = setup->shape.rank_count,
        .threads = creators,
        .fan_out = setup->settings->fan_out,
        .levels = objects_levels(setup->settings),
        .shared = setup->settings->shared_directory,
    };
    return object_tree_init(&dataset->tree, &layout,
                            setup->settings->objects == OBJECTS_DIRECTORIES, dataset->folder,
                            dataset->cluster->rank, why);
}

static int set_path(char **path, struct text *text, struct failure *why)
{
    if (text->failed)
        return failure_set(why, -ENOMEM, "not enough memory");
    *path = text->data;
    return 0;
}

/* The lowest node that uses each target; UINT32_MAX if none does. */
static uint32_t *first_nodes(const struct plan *plan)
{
    const struct geometry *geometry = &plan->geometry;
    const uint32_t targets = geometry->setup.target_count;
    uint32_t *first = malloc(targets * sizeof *first);
    for (uint32_t i = 0; first && i < targets; i++)
        first[i] = UINT32_MAX;
    for (uint32_t rank = 0; first && rank < geometry->setup.shape.rank_count; rank++)
        for (uint32_t i = 0; i < targets; i++)
            if (geometry->setup.shape.rank_node[rank] < first[i] &&
                geometry_rank_uses(geometry, rank, i))
                first[i] = geometry->setup.shape.rank_node[rank];
    return first;
}

static int init_folder(struct dataset *dataset, uint32_t target, bool first, struct failure *why)
{
    const struct plan *plan = dataset->plan;
    struct data_folder *folder = &dataset->folders[dataset->folder_count++];
    struct text path = {0};
    struct text above = {0};
    *folder = (struct data_folder){.target = target, .first = first};
    plan_folder(plan, target, &path);
    if (set_path(&folder->path, &path, why) || !plan->setup.section || !plan->setup.section[0])
        return why->code;
    plan_run_folder(plan, target, &above);
    return set_path(&folder->above, &above, why);
}

/* Those of a leader's node. */
static int init_folders(struct dataset *dataset, struct failure *why)
{
    const struct plan *plan = dataset->plan;
    const uint32_t node = dataset->cluster->node;
    uint32_t *first = first_nodes(plan);
    dataset->folders = calloc(plan->geometry.setup.target_count, sizeof *dataset->folders);
    if (!first || !dataset->folders)
        failure_set(why, -ENOMEM, "not enough memory for %u targets",
                    plan->geometry.setup.target_count);
    for (uint32_t i = 0; i < plan->geometry.setup.target_count && !why->code; i++)
        if (plan->setup.target_kinds[i] == TARGET_DIRECTORY &&
            geometry_node_uses(&plan->geometry, node, i))
            init_folder(dataset, i, first[i] == node, why);
    free(first);
    return why->code;
}

int dataset_init(struct dataset *dataset, struct cluster *cluster, const struct plan *plan,
                 struct failure *why)
{
    struct failure unused = {0};
    why = why ? why : &unused;
    *dataset = (struct dataset){
        .cluster = cluster,
        .plan = plan,
        .part_count = plan->geometry.setup.writers_per_rank,
        .shared = TRUTH_UNKNOWN,
    };
    dataset->parts = calloc(dataset->part_count, sizeof *dataset->parts);
    if (!dataset->parts)
        return failure_set(why, -ENOMEM, "not enough memory for %u I/O threads",
                           dataset->part_count);
    for (uint32_t i = 0; i < dataset->part_count; i++)
        if (init_part(plan, cluster->rank, i, &dataset->parts[i], why))
            return why->code;
    choose_creator(dataset);
    uint32_t target = geometry_target(&plan->geometry, cluster->rank);
    if (plan->setup.target_kinds[target] == TARGET_DIRECTORY) {
        struct text folder = {0};
        plan_folder(plan, target, &folder);
        if (set_path(&dataset->folder, &folder, why))
            return why->code;
    }
    if (cluster->leader && init_folders(dataset, why))
        return why->code;
    return plan->setup.creates && dataset->folder
               ? dataset_init_objects(dataset, objects_creators(plan->setup.settings), why)
               : 0;
}

const struct data_folder *dataset_folder_on(const struct dataset *dataset, uint32_t target)
{
    for (uint32_t i = 0; i < dataset->folder_count; i++)
        if (dataset->folders[i].target == target)
            return &dataset->folders[i];
    return NULL;
}

uint64_t dataset_objects_count(const struct dataset *dataset)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < dataset->tree.layout.threads; i++)
        count += acknowledged_count(&dataset->tree.created[i]);
    return count;
}

void dataset_objects(const struct dataset *dataset, uint32_t rank, struct text *out)
{
    struct text folder = {0};
    plan_folder(dataset->plan, geometry_target(&dataset->plan->geometry, rank), &folder);
    object_tree_print_top(text_string(&folder), out);
    out->failed |= folder.failed;
    text_release(&folder);
}

int dataset_foreign(const struct dataset *dataset, uint32_t rank, uint32_t writer,
                    struct part *part, struct failure *why)
{
    return init_part(dataset->plan, rank, writer, part, why);
}

char *dataset_path(const struct dataset *dataset, uint32_t rank, uint32_t writer, uint64_t *offset,
                   struct failure *why)
{
    struct part part;
    struct text path = {0};
    if (dataset_foreign(dataset, rank, writer, &part, why) || !part.files)
        return part.path;
    plan_print_file(part.path, share_file_at(&part.share, *offset), &path);
    *offset %= part.share.cut_bytes;
    free(part.path);
    if (!path.failed)
        return path.data;
    text_release(&path);
    failure_set(why, -ENOMEM, "not enough memory");
    return NULL;
}

static int create_above(struct data_folder *folder, struct failure *why)
{
    int result = directory_create(folder->above, 0700, why);
    folder->above_made = !result;
    if (result == -EEXIST && folder->above_shared)
        return 0;
    if (result == -EEXIST)
        failure_set(why, result, "'%s' exists already: nothing was changed", folder->above);
    return result;
}

/* Called by the leader of the first node that uses a target. */
static void create_first(struct data_folder *folder, struct failure *why)
{
    if (folder->above && create_above(folder, why))
        return;
    int result = directory_create(folder->path, 0700, why);
    folder->made = !result;
    if (result == -EEXIST)
        failure_set(why, result, "'%s' exists already: nothing was changed", folder->path);
}

/* Called by the leaders of later nodes that do not see the first node's directory: each creates its
 * own, unless another such node did that on storage that the two share. */
static void create_local(struct data_folder *folder, struct failure *why)
{
    if (folder->above && !path_exists(folder->above))
        folder->above_made = !directory_create(folder->above, 0700, why);
    folder->made = !directory_create(folder->path, 0700, why);
}

/* What all ranks share must be on storage that they share. */
static void check_apart(const struct dataset *dataset, const struct data_folder *folder,
                        struct failure *why)
{
    const struct plan *plan = dataset->plan;
    const char *target = plan->setup.settings->targets[folder->target];
    if (plan->geometry.setup.layout == LAYOUT_SHARED)
        failure_set(why, -EINVAL,
                    "'%s' is not the same directory on all nodes: '--layout shared' needs a file "
                    "system that all nodes share; use '--layout rank'",
                    target);
    if (dataset->tree.layout.shared)
        failure_set(why, -EINVAL,
                    "'%s' is not the same directory on all nodes: --shared-directory needs a file "
                    "system that all nodes share; leave it out",
                    target);
}

int dataset_make_folders(struct dataset *dataset, struct agreement *agreement)
{
    struct cluster *cluster = dataset->cluster;
    struct failure failure = {0};
    bool tested = false;
    bool apart = false;
    for (uint32_t i = 0; i < dataset->folder_count && !failure.code; i++)
        if (dataset->folders[i].first)
            create_first(&dataset->folders[i], &failure);
    int result = cluster_agree(cluster, &failure, agreement);
    if (result)
        return result;
    for (uint32_t i = 0; i < dataset->folder_count; i++) {
        struct data_folder *folder = &dataset->folders[i];
        folder->apart = !folder->first && !path_exists(folder->path);
        tested |= !folder->first;
        apart |= folder->apart;
    }
    bool any_apart = cluster_max(cluster, apart); /* before any of them creates it */
    if (cluster_max(cluster, tested))
        dataset->shared = any_apart ? TRUTH_NO : TRUTH_YES;
    for (uint32_t i = 0; i < dataset->folder_count && !failure.code; i++) {
        if (!dataset->folders[i].apart)
            continue;
        create_local(&dataset->folders[i], &failure);
        check_apart(dataset, &dataset->folders[i], &failure);
    }
    return cluster_agree(cluster, &failure, agreement);
}

void dataset_release(struct dataset *dataset)
{
    for (uint32_t i = 0; dataset->parts && i < dataset->part_count; i++)
        free(dataset->parts[i].path);
    free(dataset->parts);
    free(dataset->folder);
    for (uint32_t i = 0; i < dataset->folder_count; i++) {
        free(dataset->folders[i].path);
        free(dataset->folders[i].above);
    }
    free(dataset->folders);
    object_tree_release(&dataset->tree);
    *dataset = (struct dataset){0};
}
