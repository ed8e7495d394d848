/* SPDX-License-Identifier: Apache-2.0 */
#include "live_poll.h"

#include "phase.h"
#include "platform/clock.h"
#include "record/record_live.h"
#include "stats/peaks.h"

static const int64_t second_ns = 1000000000;

/* A request that is not answered has no latency yet: then its age counts. */
static int64_t largest_latency(const struct phase *phase, const struct work_state *state,
                               uint64_t end, int64_t now_ns)
{
    const int64_t peak_ns = phase->work->methods->peak(phase->work, phase->watch.live.window, end);
    const int64_t age_ns = state->waits ? now_ns - state->wait.since_ns : 0;
    return age_ns > peak_ns ? age_ns : peak_ns;
}

static void take_second(struct phase *phase, const struct work_state *state, bool works,
                        int64_t now_ns)
{
    struct live_watch *live = &phase->watch.live;
    const int64_t elapsed_ns = now_ns - phase->clocks.start_ns;
    const uint64_t window = peaks_window(elapsed_ns);
    const uint64_t before = live->mine.amount;
    live->mine = (struct pulse){
        .second = (uint64_t)(elapsed_ns / second_ns),
        .amount = state->amount,
        .per_s = (double)(state->amount - before) * 1e9 / (double)(elapsed_ns - live->taken_ns),
        .latency_ns = largest_latency(phase, state, window, now_ns),
        .ranks = works,
    };
    live->taken_ns = elapsed_ns;
    live->window = window;
}

static void show(const struct phase *phase, const struct pulse *all)
{
    const struct run *run = phase->run;
    const struct record_live seen = {
        .phase = phase->watch.live.record,
        .point = phase->point,
        .unit = phase->kind->unit,
        .utc_ns = clock_wall_ns(),
        .elapsed_ns = (int64_t)all->second * second_ns,
        .amount = all->amount,
        .per_s = all->per_s,
        .latency_ns = all->latency_ns,
        .ranks = all->ranks,
        .node = all->slowest != PULSE_NO_NODE ? run->cluster->node_names[all->slowest] : NULL,
        .node_per_s = all->slowest_per_s,
    };
    if (seen.phase && run->listener.second)
        run->listener.second(run->listener.context, &seen);
}

void live_poll(struct phase *phase, const struct work_state *state, bool works, int64_t now_ns)
{
    struct pulse all;
    struct live_watch *live = &phase->watch.live;
    const int64_t due_ns = ((int64_t)live->mine.second + 1) * second_ns;
    if (!phase->run->settings->live)
        return;
    if (now_ns - phase->clocks.start_ns >= due_ns)
        take_second(phase, state, works, now_ns);
    if (cluster_pulse_poll(phase->run->cluster, phase->number, &live->mine, now_ns, &all))
        show(phase, &all);
}
