/* SPDX-License-Identifier: Apache-2.0 */
/* Sums edges of the rounds on their way up: each hop waits for all ranks below and forwards one
 * sum. */
#include "spread.h"

void spread_edges_put(struct spread_edges *edges, const struct spread_edge *edge)
{
    if (edges->count == SPREAD_EDGES) {
        edges->first = (edges->first + 1) % SPREAD_EDGES;
        edges->count--;
    }
    edges->rows[(edges->first + edges->count++) % SPREAD_EDGES] = *edge;
}

static void drop_below(struct spread_edges *edges, uint64_t edge)
{
    while (edges->count && edges->rows[edges->first].edge < edge) {
        edges->first = (edges->first + 1) % SPREAD_EDGES;
        edges->count--;
    }
}

/* Returns the queue of this rank (0) or of a child. */
static struct spread_edges *queue(struct spread *spread, uint32_t number)
{
    return number ? &spread->neighbours[spread->has_parent + number - 1].edges : &spread->own_edges;
}

/* Returns the lowest edge that all queues may contain, UINT64_MAX if a queue is empty. */
static uint64_t candidate(struct spread *spread, uint32_t queues)
{
    uint64_t edge = 0;
    for (uint32_t i = 0; i < queues; i++) {
        const struct spread_edges *edges = queue(spread, i);
        if (!edges->count)
            return UINT64_MAX;
        uint64_t head = edges->rows[edges->first].edge;
        edge = head > edge ? head : edge;
    }
    return edge;
}

bool spread_edges_take(struct spread *spread, struct spread_edge *sum)
{
    uint32_t queues = 1 + spread->neighbour_count - spread->has_parent;
    bool same = false;
    while (!same) {
        *sum = (struct spread_edge){.edge = candidate(spread, queues)};
        if (sum->edge == UINT64_MAX)
            return false;
        same = true;
        for (uint32_t i = 0; i < queues; i++) {
            struct spread_edges *edges = queue(spread, i);
            drop_below(edges, sum->edge);
            same &= edges->count && edges->rows[edges->first].edge == sum->edge;
            sum->amount += edges->count ? edges->rows[edges->first].amount : 0;
        }
    }
    for (uint32_t i = 0; i < queues; i++)
        drop_below(queue(spread, i), sum->edge + 1);
    return true;
}
