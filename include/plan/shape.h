/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shape of a cluster as the plan sees it: how many ranks and which node each is on. Declared
 * here, filled by cluster; pure data.
 */
#ifndef TIDEMILL_PLAN_SHAPE_H
#define TIDEMILL_PLAN_SHAPE_H

#include <stdint.h>

struct shape {
    uint32_t rank_count;
    uint32_t node_count;
    uint32_t kernel_count;
    const uint32_t *rank_node; /* rank_count entries, nodes numbered from 0 by their lowest rank */
    const uint32_t *rank_kernel; /* likewise; nodes on one kernel are containers that share a page
                                    cache. NULL: each node has its own */
};

#endif
