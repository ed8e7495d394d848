/* SPDX-License-Identifier: Apache-2.0 */
#include "run_targets.h"

#include <string.h>

/* The rows of a node follow each other. */
double targets_free_bytes(const struct record *record)
{
    double most = 0;
    double sum = 0;
    for (size_t i = 0; i < record->target_count; i++) {
        const struct record_target *target = &record->targets[i];
        if (i && strcmp(target->node, target[-1].node) != 0)
            sum = 0;
        sum += (double)target->free_bytes;
        most = sum > most ? sum : most;
    }
    return most;
}

bool targets_fit_per_node(const struct record *record, double bytes)
{
    bool local = record->target_count > 0 && record->targets[0].shared == TRUTH_NO;
    return bytes * (local ? 1 : (double)record->node_count) <= targets_free_bytes(record);
}

bool targets_allow_direct(const struct record *record)
{
    for (size_t i = 0; i < record->target_count; i++) {
        const struct record_target *target = &record->targets[i];
        if (target->ram_backed || target->cached_below || target->direct_offset_alignment == 0 ||
            target->direct_cause != DIRECT_NO_CAUSE)
            return false;
    }
    return record->target_count > 0;
}

bool targets_in_memory(const struct record *record)
{
    for (size_t i = 0; i < record->target_count; i++)
        if (!record->targets[i].ram_backed)
            return false;
    return record->target_count > 0;
}
