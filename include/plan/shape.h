/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shape of a cluster as the plan sees it: how many ranks and which node each is on. Declared
 * here, filled by cluster; pure data.
 */
#ifndef TIDEMILL_PLAN_SHAPE_H
#define TIDEMILL_PLAN_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

struct shape {
    uint32_t rank_count;
    uint32_t node_count;
    uint32_t kernel_count;
    const uint32_t *rank_node; /* rank_count entries, nodes numbered from 0 by their lowest rank */
    const uint32_t *rank_kernel; /* likewise; nodes on one kernel are containers that share a page
                                    cache. NULL: each node has its own */
    uint32_t working_ranks; /* the first ones; the others have no part of the data set; 0 = all */
    uint32_t working_nodes; /* likewise, with all their ranks; 0 = all */
};

static inline bool shape_works(const struct shape *shape, uint32_t rank)
{
    return (!shape->working_ranks || rank < shape->working_ranks) &&
           (!shape->working_nodes || shape->rank_node[rank] < shape->working_nodes);
}

static inline uint32_t shape_count_ranks(const struct shape *shape)
{
    uint32_t count = 0;
    for (uint32_t rank = 0; rank < shape->rank_count; rank++)
        count += shape_works(shape, rank);
    return count;
}

/* Returns how many of the groups, numbered by their lowest rank, have a rank that works. */
static inline uint32_t shape_count_groups(const struct shape *shape, const uint32_t *rank_group)
{
    uint32_t count = 0;
    for (uint32_t rank = 0; rank < shape->rank_count; rank++)
        if (shape_works(shape, rank) && rank_group[rank] >= count)
            count = rank_group[rank] + 1;
    return count;
}

#endif
