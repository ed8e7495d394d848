/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree along which a stop and progress travel: the ranks of a node are children of its leader,
 * and the leaders form a wide tree with rank 0 as its root. Pure.
 *
 * It is wide because a message waits at each hop for that rank's next poll: with a fan-out of 16,
 * no rank of 4096 nodes is more than four hops away from rank 0.
 */
#ifndef TIDEMILL_TREE_H
#define TIDEMILL_TREE_H

#include <stdint.h>

#include "plan/shape.h"

enum { TREE_FAN_OUT = 16 };

/* Lists the ranks that 'rank' communicates with; the parent comes first (rank 0 has none).
 * '*neighbours' is malloc'ed. -ENOMEM. */
int tree_neighbours(const struct shape *shape, uint32_t rank, uint32_t **neighbours,
                    uint32_t *count);

#endif
