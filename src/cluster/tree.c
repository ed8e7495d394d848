/* SPDX-License-Identifier: Apache-2.0 */
#include "tree.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

struct place {
    uint32_t node;
    uint32_t parent_node;
    bool leader;
};

static bool is_child_node(const struct place *place, uint32_t node)
{
    return node > 0 && (node - 1) / TREE_FAN_OUT == place->node;
}

/* True if a rank of 'node' is a child of the rank at 'place'. The caller handles parents. */
static bool is_child(const struct place *place, uint32_t node, bool other_leads)
{
    if (!place->leader)
        return false;
    return other_leads ? is_child_node(place, node) : node == place->node;
}

static bool is_parent(const struct place *place, uint32_t node, bool other_leads)
{
    if (!other_leads)
        return false;
    return place->leader ? place->node > 0 && node == place->parent_node : node == place->node;
}

/* Lists the neighbours in one pass over the ranks. Nodes are numbered by their lowest rank, so the
 * first rank of a node in this pass is its leader. With 'out' NULL it only counts. */
static uint32_t collect(const struct shape *shape, uint32_t rank, const struct place *place,
                        uint32_t *out)
{
    uint32_t count = 0;
    uint32_t nodes_seen = 0;
    for (uint32_t other = 0; other < shape->rank_count; other++) {
        uint32_t node = shape->rank_node[other];
        bool leads = node == nodes_seen;
        nodes_seen += leads;
        if (other == rank)
            continue;
        /* A parent leads a node with a lower number, or this node: it comes before any child. */
        if (!is_parent(place, node, leads) && !is_child(place, node, leads))
            continue;
        if (out)
            out[count] = other;
        count++;
    }
    return count;
}

int tree_neighbours(const struct shape *shape, uint32_t rank, uint32_t **neighbours,
                    uint32_t *count)
{
    struct place place = {.node = shape->rank_node[rank], .leader = true};
    place.parent_node = place.node ? (place.node - 1) / TREE_FAN_OUT : 0;
    for (uint32_t other = 0; other < rank && place.leader; other++)
        place.leader = shape->rank_node[other] != place.node;
    uint32_t found = collect(shape, rank, &place, NULL);
    *neighbours = calloc(found ? found : 1, sizeof **neighbours);
    if (!*neighbours)
        return -ENOMEM;
    *count = collect(shape, rank, &place, *neighbours);
    return 0;
}
