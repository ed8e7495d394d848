/* SPDX-License-Identifier: Apache-2.0 */
/* What a rank reports while a phase runs; spread.c carries it along the tree. */
#include "links.h"
#include "spread.h"

void cluster_edge_report(struct cluster *cluster, uint32_t phase, uint64_t edge, uint64_t amount)
{
    struct spread *spread = &cluster->links->spread;
    if (phase < spread->phase)
        return;
    spread_enter_phase(spread, phase);
    spread_edges_put(&spread->own_edges, &(struct spread_edge){edge, amount});
}

bool cluster_edge_take(struct cluster *cluster, uint32_t phase, uint64_t *edge, uint64_t *amount)
{
    struct spread *spread = &cluster->links->spread;
    struct spread_edge sum;
    if (phase != spread->phase || spread->has_parent || !spread_edges_take(spread, &sum))
        return false;
    *edge = sum.edge;
    *amount = sum.amount;
    return true;
}

bool cluster_pulse_poll(struct cluster *cluster, uint32_t phase, const struct pulse *mine,
                        int64_t now_ns, struct pulse *all)
{
    struct spread *spread = &cluster->links->spread;
    if (phase < spread->phase)
        return false;
    spread_enter_phase(spread, phase);
    if (mine->second > spread->own_pulse.second) {
        spread->own_pulse = *mine;
        spread->pulse_taken_ns = now_ns;
    }
    return !spread->has_parent && spread_pulse_take(spread, now_ns, all);
}
