#include "until_steady.h"

#include "phase.h"

void until_steady_turn(struct phase *phase)
{
    struct cluster *cluster = phase->run->cluster;
    uint64_t edge;
    uint64_t bytes;
    if (!phase->until_steady)
        return;
    for (uint64_t last = pipeline_edges(phase->pipeline); phase->watch.steady.edges_sent < last;) {
        edge = ++phase->watch.steady.edges_sent;
        if (pipeline_edge(phase->pipeline, edge, &bytes))
            cluster_edge_tell(cluster, phase->number, edge, bytes);
    }
    while (!phase->watch.steady.reached && cluster_edge_take(cluster, phase->number, &edge, &bytes))
        phase->watch.steady.reached = rounds_add(&phase->watch.steady.rounds, edge, bytes);
}
