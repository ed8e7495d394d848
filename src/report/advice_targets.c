/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings about targets that are not the same storage on all nodes. */
#include "warnings.h"

#include <string.h>

/* What the node of 'target' was compared with: the first row of the same path. */
static const struct record_target *first_of(const struct record *record,
                                            const struct record_target *target)
{
    const struct record_target *first = record->targets;
    while (strcmp(first->path, target->path) != 0)
        first++;
    return first;
}

/* Nodes that should share storage do not: the run was made with --force. */
static bool is_apart(const struct record_target *first, const struct record_target *target)
{
    enum record_target_difference difference = record_compare_targets(first, target);
    return difference == TARGETS_TYPE ||
           (target->apart && (target->remote || difference == TARGETS_MOUNT));
}

void warn_targets(const struct record *record, struct text *out)
{
    for (size_t i = 0; i < record->target_count; i++) {
        const struct record_target *target = &record->targets[i];
        const struct record_target *first = first_of(record, target);
        if (!is_apart(first, target))
            continue;
        text_add(out,
                 "'%s' is %s from %s on %s but %s from %s on %s: the rates are of different "
                 "storage; mount the same file system on all nodes",
                 target->path, first->file_system, first->source, first->node, target->file_system,
                 target->source, target->node);
        return;
    }
}

void warn_sources(const struct record *record, struct text *out)
{
    for (size_t i = 0; i < record->target_count; i++) {
        const struct record_target *target = &record->targets[i];
        const struct record_target *first = first_of(record, target);
        if (is_apart(first, target) || record_compare_targets(first, target) != TARGETS_SOURCE)
            continue;
        text_add(out,
                 "'%s' (%s) is mounted from %s on %s but from %s on %s: check that both are the "
                 "storage to be measured",
                 target->path, target->file_system, first->source, first->node, target->source,
                 target->node);
        return;
    }
}

/* What is local to a node gets nothing of the result while a phase runs. */
void warn_result_on_target(const struct record *record, struct text *out)
{
    for (size_t i = 0; i < record->target_count; i++) {
        const struct record_target *target = &record->targets[i];
        if (!target->holds_result || (target->shared != TRUTH_YES && !target->remote))
            continue;
        text_add(out, "the result is written to the file system of '");
        text_add_printable(out, target->path);
        text_add(out, "', which is measured and shared by nodes; use --result "
                      "on another file system");
        return;
    }
}
