/* SPDX-License-Identifier: Apache-2.0 */
/* Adds up what the ranks did in a second, on its way up: each hop waits a while for the ranks
 * below. */
#include "spread.h"

/* Shorter than a second, so that a rank that does not answer costs no second of the others. */
enum { PATIENCE_NS = 900 * 1000 * 1000, SILENT_AFTER = 3 };

/* The ranks of a node, and of several nodes the slowest one. */
static void add_node(struct pulse *sum, uint32_t node, uint32_t ranks, double per_s)
{
    if (!ranks ||
        (sum->slowest != PULSE_NO_NODE &&
         (per_s > sum->slowest_per_s || (!(per_s < sum->slowest_per_s) && node > sum->slowest))))
        return;
    sum->slowest = node;
    sum->slowest_per_s = per_s;
}

/* A child that has sent nothing for long was stopped, or cannot be reached. */
static struct pulse of_child(const struct spread *spread, const struct spread_neighbour *child)
{
    struct pulse pulse = child->pulse;
    if (spread->own_pulse.second <= pulse.second + SILENT_AFTER)
        return pulse;
    pulse.ranks += !pulse.ranks;
    pulse.per_s = pulse.slowest_per_s = 0;
    pulse.latency_ns = 0;
    pulse.slowest = child->node;
    return pulse;
}

static struct pulse add_up(const struct spread *spread)
{
    struct pulse sum = spread->own_pulse;
    uint32_t here = sum.ranks;
    double here_per_s = sum.per_s;
    sum.slowest = PULSE_NO_NODE;
    for (uint32_t i = spread->has_parent; i < spread->neighbour_count; i++) {
        const struct spread_neighbour *child = &spread->neighbours[i];
        const struct pulse pulse = of_child(spread, child);
        sum.amount += pulse.amount;
        sum.per_s += pulse.per_s;
        sum.ranks += pulse.ranks;
        sum.latency_ns = pulse.latency_ns > sum.latency_ns ? pulse.latency_ns : sum.latency_ns;
        if (child->node == spread->node) {
            here += pulse.ranks;
            here_per_s += pulse.per_s;
        } else
            add_node(&sum, pulse.slowest, pulse.ranks, pulse.slowest_per_s);
    }
    add_node(&sum, spread->node, here, here_per_s);
    return sum;
}

static bool is_complete(const struct spread *spread)
{
    for (uint32_t i = spread->has_parent; i < spread->neighbour_count; i++)
        if (spread->neighbours[i].pulse.second < spread->own_pulse.second)
            return false;
    return true;
}

bool spread_pulse_take(struct spread *spread, int64_t now_ns, struct pulse *sum)
{
    if (spread->own_pulse.second <= spread->pulse_sent ||
        (!is_complete(spread) && now_ns - spread->pulse_taken_ns < PATIENCE_NS))
        return false;
    *sum = add_up(spread);
    spread->pulse_sent = sum->second;
    return true;
}
