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
