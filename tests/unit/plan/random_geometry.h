/* SPDX-License-Identifier: Apache-2.0 */
/* Geometries of all kinds, of any size. */
#ifndef TIDEMILL_TESTS_RANDOM_GEOMETRY_H
#define TIDEMILL_TESTS_RANDOM_GEOMETRY_H

#include <string.h>

#include "plan/geometry.h"
#include "property.h"

enum { RANKS_MOST = 300, WRITERS_MOST = 9, ROUNDS = 1500 };

static const enum layout layouts[] = {LAYOUT_RANK, LAYOUT_SHARED, LAYOUT_WRITER};

/* Ranks on nodes as launchers place them: in blocks, in turn, or in any way; nodes are numbered by
 * their lowest rank. */
static struct shape random_shape(struct property *property, uint32_t rank_node[RANKS_MOST])
{
    uint32_t number_of[RANKS_MOST];
    uint32_t ranks = 1 + (uint32_t)property_below(property, RANKS_MOST);
    uint32_t nodes = 1 + (uint32_t)property_below(property, ranks);
    uint64_t way = property_below(property, 3);
    struct shape shape = {.rank_count = ranks, .rank_node = rank_node};
    memset(number_of, 0xff, sizeof number_of);
    for (uint32_t rank = 0; rank < ranks; rank++) {
        uint32_t node = way == 0   ? (uint32_t)((uint64_t)rank * nodes / ranks)
                        : way == 1 ? rank % nodes
                                   : (uint32_t)property_below(property, nodes);
        if (number_of[node] == UINT32_MAX)
            number_of[node] = shape.node_count++;
        rank_node[rank] = number_of[node];
    }
    switch (property_below(property, 4)) { /* some do not work */
    case 0:
        shape.working_ranks = 1 + (uint32_t)property_below(property, ranks);
        break;
    case 1:
        shape.working_nodes = 1 + (uint32_t)property_below(property, shape.node_count);
        break;
    default:
        break;
    }
    return shape;
}

static struct geometry_setup random_setup(struct property *property, uint32_t rank_node[RANKS_MOST])
{
    struct geometry_setup setup = {
        .layout = layouts[property_below(property, 3)],
        .writers_per_rank = 1 + (uint32_t)property_below(property, WRITERS_MOST),
        .target_count = 1 + (uint32_t)property_below(property, 5),
        .by_node = property_below(property, 2),
        .shape = random_shape(property, rank_node),
    };
    setup.spread = (enum spread)property_below(property, 3);
    if (setup.spread == SPREAD_RANK && setup.layout == LAYOUT_SHARED)
        setup.by_node = false;
    if (setup.layout == LAYOUT_WRITER && property_below(property, 3) == 0)
        setup.spread = SPREAD_WRITER;
    uint64_t magnitude = property_magnitude(property);
    setup.request_bytes = 1 + (property_below(property, 2) ? property_below(property, 1 << 24)
                                                           : property_magnitude(property) >> 1);
    switch (property_below(property, 4)) {
    case 0: /* around the number of writers */
        setup.request_bytes = 1 + property_below(property, 1 << 20);
        setup.total_bytes = 1 + property_below(property, setup.request_bytes * 3000);
        break;
    case 1: /* as large as can be */
        setup.total_bytes = INT64_MAX - property_below(property, 1000);
        break;
    case 2: /* smaller than one request */
        setup.total_bytes = 1 + property_below(property, setup.request_bytes);
        break;
    default:
        setup.total_bytes = 1 + magnitude;
    }
    if (setup.total_bytes > INT64_MAX)
        setup.total_bytes = INT64_MAX;
    if (property_below(property, 2)) { /* exactly the same bytes for each rank or node */
        const uint32_t parts = setup.by_node ? shape_count_groups(&setup.shape, rank_node)
                                             : shape_count_ranks(&setup.shape);
        setup.part_bytes = setup.total_bytes / parts + 1;
        if (setup.part_bytes > INT64_MAX / parts)
            setup.part_bytes--;
        setup.total_bytes = setup.part_bytes * parts;
    }
    return setup;
}

#endif
