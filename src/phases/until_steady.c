#include "until_steady.h"

void until_steady_turn(struct phase *phase)
{
    struct cluster *cluster = phase->run->cluster;
    uint64_t edge;
    uint64_t bytes;
    if (!phase->until_steady)
        return;
    for (uint64_t last = pipeline_edges(phase->pipeline); phase->edges_told < last;) {
        edge = ++phase->edges_told;
        if (pipeline_edge(phase->pipeline, edge, &bytes))
            cluster_edge_tell(cluster, phase->number, edge, bytes);
    }
    while (!phase->steady && cluster_edge_take(cluster, phase->number, &edge, &bytes))
        phase->steady = rounds_add(&phase->rounds, edge, bytes);
}
