/*
 * The tree along which a stop and progress travel: a node's ranks hang on its leader, leaders
 * form a wide tree rooted at rank 0. Pure.
 *
 * Wide, because a message waits at each hop for that rank's next poll: with a fan-out of 16 no rank
 * of 4 096 nodes is more than four hops away from rank 0.
 */
#ifndef TIDEMILL_TREE_H
#define TIDEMILL_TREE_H

#include <stdint.h>

#include "plan/shape.h"

enum { TREE_FAN_OUT = 16 };

/* The ranks that 'rank' talks to; the parent comes first, unless 'rank' is 0, which has none.
 * '*neighbours' is malloc'ed. -ENOMEM. */
int tree_neighbours(const struct shape *shape, uint32_t rank, uint32_t **neighbours,
                    uint32_t *count);

#endif
