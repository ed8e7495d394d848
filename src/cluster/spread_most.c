/* SPDX-License-Identifier: Apache-2.0 */
/* The highest amount of all ranks: each hop passes up that of the ranks below and passes down the
 * highest that it knows, so that ranks learn most of it before the last rank has reported. */
#include "spread.h"

struct spread_most spread_most_below(const struct spread *spread)
{
    struct spread_most most = spread->own_most;
    for (uint32_t i = spread->has_parent; i < spread->neighbour_count; i++) {
        const struct spread_most *part = &spread->neighbours[i].most;
        if (part->amount > most.amount)
            most.amount = part->amount;
        most.last &= part->last;
    }
    return most;
}

struct spread_most spread_most_known(const struct spread *spread)
{
    struct spread_most most = spread_most_below(spread);
    if (!spread->has_parent)
        return most;
    const struct spread_most *above = &spread->neighbours[0].most;
    most.last = above->last;
    if (above->amount > most.amount)
        most.amount = above->amount;
    return most;
}
