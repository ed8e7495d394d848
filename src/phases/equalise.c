/* SPDX-License-Identifier: Apache-2.0 */
#include "equalise.h"

#include "phase.h"
#include "plan/tail.h"
#include "platform/clock.h"

void equalise_poll(struct phase *phase, const struct work_state *state)
{
    struct equalise_watch *watch = &phase->watch.equalise;
    uint64_t most;
    if (!phase->limits.equalise)
        return;
    const bool settled =
        cluster_most_poll(phase->run->cluster, phase->number, state->sent, state->reported, &most);
    if (most == watch->goal && settled == watch->settled)
        return;
    watch->goal = most;
    watch->settled = settled;
    phase->work->methods->set_goal(phase->work, most, settled);
}

int64_t equalise_nap_ns(const struct phase *phase, int64_t most_ns)
{
    const int64_t now_ns = clock_now_ns() - phase->clocks.start_ns;
    if (!phase->limits.equalise || phase->watch.equalise.settled)
        return most_ns;
    const int64_t left_ns =
        limits_over(&phase->limits, now_ns) ? 0 : limits_left(&phase->limits, now_ns);
    const int64_t nap_ns = left_ns > TAIL_NAP_NS ? left_ns : TAIL_NAP_NS;
    return nap_ns < most_ns ? nap_ns : most_ns;
}
