/* SPDX-License-Identifier: Apache-2.0 */
/* What a rank's I/O threads did on each target. */
#include "work_bytes.h"

#include <errno.h>
#include <stdlib.h>

static bool has_several_targets(const struct task *task)
{
    for (uint32_t i = 1; i < task->piece_count; i++)
        if (task->pieces[i].share.target != task->pieces[0].share.target)
            return true;
    return false;
}

int work_bytes_prepare_use(struct work_bytes *bytes, uint32_t pieces, struct failure *why)
{
    bool any = false;
    for (uint32_t i = 0; i < bytes->threads; i++)
        any |= has_several_targets(&bytes->tasks[i]);
    if (!any)
        return 0;
    bytes->uses = calloc(pieces, sizeof *bytes->uses);
    if (!bytes->uses)
        return failure_set(why, -ENOMEM, "not enough memory for %u files", pieces);
    for (uint32_t i = 0; i < pieces; i++)
        histogram_clear(&bytes->uses[i].latency);
    for (uint32_t i = 0; i < bytes->threads; i++)
        if (has_several_targets(&bytes->tasks[i]))
            bytes->tasks[i].uses = &bytes->uses[work_bytes_first(bytes, i)];
    return 0;
}

/* Of a thread that works on several targets. */
static void add_pieces(const struct task *task, const struct counters *counters, uint32_t target,
                       struct target_use *use)
{
    bool any = false;
    for (uint32_t i = 0; i < task->piece_count; i++) {
        const struct piece_use *piece = &task->uses[i];
        if (task->pieces[i].share.target != target || !piece->bytes)
            continue;
        use->ranks = 1;
        use->bytes += piece->bytes;
        use->requests += piece->requests;
        use->end_ns = counters->end_ns > use->end_ns ? counters->end_ns : use->end_ns;
        histogram_merge(&use->latency, &piece->latency);
        any = true;
    }
    use->writers += any;
}

void work_bytes_use(const struct work *work, uint32_t target, struct target_use *use)
{
    const struct work_bytes *bytes = (const struct work_bytes *)work;
    for (uint32_t i = 0; i < bytes->threads; i++) {
        const struct task *task = &bytes->tasks[i];
        const struct counters *counters = &pipeline_outcome(bytes->pipeline, i)->counters;
        struct histogram latency;
        if (!task->piece_count)
            continue;
        if (task->uses) {
            add_pieces(task, counters, target, use);
        } else if (task->pieces[0].share.target == target) {
            histogram_clear(&latency);
            pipeline_merge_latency(bytes->pipeline, i, &latency);
            target_use_add(use, counters, &latency);
        }
    }
}
