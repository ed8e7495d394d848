/* SPDX-License-Identifier: Apache-2.0 */
/* What all ranks did on each target in a phase. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/merge.h"
#include "results.h"

/* The device below a target, if it has the same name on all nodes. */
static void find_device(const struct record *record, struct record_used_target *used)
{
    bool found = false;
    for (size_t i = 0; i < record->target_count; i++) {
        const struct record_target *target = &record->targets[i];
        if (strcmp(target->path, used->path) != 0)
            continue;
        if (found && strcmp(target->device, used->device) != 0)
            used->device[0] = 0;
        else if (!found)
            text_copy(used->device, sizeof used->device, target->device);
        found = true;
    }
}

static void keep_use(const struct phase *phase, uint32_t target, const struct target_use *use,
                     struct record_phase *into)
{
    const struct settings *settings = phase->dataset->plan->setup.settings;
    struct record_used_target *used = &into->used_targets[into->used_target_count];
    if (!use->ranks)
        return;
    *used = (struct record_used_target){
        .target = target,
        .nodes = use->nodes,
        .ranks = use->ranks,
        .writers = use->writers,
        .bytes = use->bytes,
        .operations = use->operations,
        .requests = use->requests,
        .end_ns = use->end_ns,
    };
    record_latency_of(&use->latency, &used->latency);
    text_copy(used->path, sizeof used->path, settings->targets[target]);
    find_device(phase->run->record, used);
    into->used_target_count++;
}

/* One target after the other: no rank holds the latencies of more than two. */
void results_targets(struct phase *phase, struct record_phase *into, struct failure *why)
{
    struct cluster *cluster = phase->run->cluster;
    const size_t targets = phase->dataset->plan->setup.settings->target_count;
    if (into) {
        into->used_targets = calloc(targets, sizeof *into->used_targets);
        if (!into->used_targets)
            failure_set(why, -ENOMEM, "not enough memory for the targets of a phase");
    }
    for (uint32_t target = 0; target < targets; target++) {
        struct target_use use, received;
        target_use_clear(&use);
        phase->work->methods->use(phase->work, target, &use);
        use.end_ns = use.ranks ? results_common_ns(&phase->clocks, use.end_ns) : 0;
        cluster_merge_node(cluster, &use, &received, sizeof use, target_use_merge);
        use.nodes = use.ranks > 0;
        cluster_merge_leaders(cluster, &use, &received, sizeof use, target_use_merge);
        if (into && into->used_targets)
            keep_use(phase, target, &use, into);
    }
}
