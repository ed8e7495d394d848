/* SPDX-License-Identifier: Apache-2.0 */
/* What ended a phase, when its threads are done. */
#include "results.h"

void results_gather_end(struct phase *phase, struct record_phase *into)
{
    static const enum record_end_reason reasons[] = {
        [STOP_NONE] = END_TIME,      [STOP_FAILURE] = END_FAILURE, [STOP_SIGINT] = END_SIGNAL,
        [STOP_SIGTERM] = END_SIGNAL, [STOP_STALL] = END_STALL,     [STOP_STEADY] = END_STEADY,
    };
    bool all_done = !cluster_sum(phase->run->cluster, phase->outcome.left);
    if (!into)
        return;
    bool timed = phase->limits.deadline_ns > 0;
    bool done = all_done || (phase->watch.stop == STOP_NONE && !timed);
    into->ended_by = done ? END_SIZE : reasons[phase->watch.stop];
}

static enum record_equalised equalised(const struct phase *phase, const struct counters *total)
{
    if (total->drained_ns <= phase->limits.deadline_ns)
        return EQUALISED_NO;
    if (phase->watch.stop != STOP_NONE)
        return EQUALISED_CUT;
    return total->threads_behind ? EQUALISED_CAPPED : EQUALISED_YES;
}

void results_equalised(const struct phase *phase, struct record_phase *into)
{
    const struct counters *total = &into->total.counters;
    if (!phase->limits.equalise)
        return;
    into->equalised = (uint8_t)equalised(phase, total);
    if (into->equalised == EQUALISED_NO)
        return;
    into->deadline_ns = phase->limits.deadline_ns;
    into->deadline_amount =
        phase->kind->unit == UNIT_BYTE ? total->deadline_bytes : total->deadline_operations;
    into->goal_amount = (int64_t)phase->watch.equalise.goal;
}
