/* SPDX-License-Identifier: Apache-2.0 */
#include "until_steady.h"

#include "phase.h"

void until_steady_poll(struct phase *phase, const struct work_state *state)
{
    struct cluster *cluster = phase->run->cluster;
    uint64_t edge;
    uint64_t amount;
    if (!phase->prepared->settings->until_steady)
        return;
    while (phase->watch.steady.edges_sent < state->edges) {
        edge = ++phase->watch.steady.edges_sent;
        if (phase->work->methods->edge(phase->work, edge, &amount))
            cluster_edge_report(cluster, phase->number, edge, amount);
    }
    while (!phase->watch.steady.reached &&
           cluster_edge_take(cluster, phase->number, &edge, &amount))
        phase->watch.steady.reached = rounds_add(&phase->watch.steady.rounds, edge, amount);
}
