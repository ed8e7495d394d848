/* SPDX-License-Identifier: Apache-2.0 */
/* What each target did in a phase, from the rows of the ranks that used it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "results.h"

/* Adds the latencies of the nodes that used this target alone; of others they are unknown. */
static void add_latency(const struct record_phase *into, const uint32_t *target_of,
                        struct record_used_target *used)
{
    struct histogram latency;
    bool mixed = !into->node_latency;
    histogram_clear(&latency);
    for (size_t node = 0; node < into->node_count; node++) {
        bool uses = false, others = false;
        for (size_t i = 0; i < into->rank_count; i++) {
            const struct record_row *rank = &into->ranks[i];
            if (rank->node != (int64_t)node || record_row_idle(rank))
                continue;
            uses |= target_of[rank->rank] == used->target;
            others |= target_of[rank->rank] != used->target;
        }
        used->nodes += uses;
        mixed |= uses && others;
        if (uses && !mixed)
            histogram_merge(&latency, &into->node_latency[node]);
    }
    const int64_t max_ns = used->latency.max_ns;
    record_latency_of(&latency, &used->latency);
    if (mixed)
        used->latency = (struct record_latency){.p50_ns = -1, .p99_ns = -1, .max_ns = max_ns};
}

int results_sum_targets(struct record_phase *into, const uint32_t *target_of, size_t targets)
{
    into->used_targets = calloc(targets, sizeof *into->used_targets);
    if (!into->used_targets)
        return -ENOMEM;
    for (size_t target = 0; target < targets; target++) {
        struct record_used_target *used = &into->used_targets[into->used_target_count];
        *used = (struct record_used_target){.target = (int64_t)target};
        for (size_t i = 0; i < into->rank_count; i++) {
            const struct record_row *rank = &into->ranks[i];
            if (record_row_idle(rank) || target_of[rank->rank] != target)
                continue;
            used->ranks++;
            used->bytes += rank->counters.bytes;
            used->operations += rank->counters.operations;
            used->requests += rank->counters.requests;
            if (rank->counters.end_ns > used->end_ns)
                used->end_ns = rank->counters.end_ns;
            if (rank->latency.max_ns > used->latency.max_ns)
                used->latency.max_ns = rank->latency.max_ns;
        }
        if (!used->ranks)
            continue;
        add_latency(into, target_of, used);
        into->used_target_count++;
    }
    return 0;
}

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

void results_targets(const struct phase *phase, struct record_phase *into, struct failure *why)
{
    const struct plan *plan = phase->dataset->plan;
    const struct settings *settings = plan->setup.settings;
    const uint32_t ranks = phase->run->cluster->shape.rank_count;
    uint32_t *target_of = calloc(ranks, sizeof *target_of);
    for (uint32_t rank = 0; target_of && rank < ranks; rank++)
        target_of[rank] =
            geometry_target(&plan->geometry, phase->work->methods->owner(phase->work, rank));
    if (!target_of || results_sum_targets(into, target_of, settings->target_count))
        failure_set(why, -ENOMEM, "not enough memory for the targets of a phase");
    for (size_t i = 0; i < into->used_target_count; i++) {
        struct record_used_target *used = &into->used_targets[i];
        text_copy(used->path, sizeof used->path, settings->targets[used->target]);
        find_device(phase->run->record, used);
    }
    free(target_of);
}
