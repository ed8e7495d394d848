/* SPDX-License-Identifier: Apache-2.0 */
#include "arrivals.h"

#include "platform/clock.h"

enum { REPORT_AFTER_NS = 1000 * 1000 * 1000 };

void arrivals_enter(struct cluster_links *links)
{
    links->spread.gate++;
    links->spread.gate_entered_ns = clock_now_ns();
    links->spread.sent_arrivals = (struct spread_arrivals){0};
}

void cluster_watch_gates(struct cluster *cluster, int64_t after_ns,
                         void (*absent)(void *context, const struct absence *absence),
                         void *context)
{
    struct cluster_links *links = cluster->links;
    links->absent_after_ns = after_ns;
    links->absent = absent;
    links->absent_context = context;
}

/* Counts the ranks of this rank's subtree that have arrived. */
static struct spread_arrivals count_subtree(const struct spread *spread)
{
    struct spread_arrivals all = {.gate = spread->gate, .ranks = 1, .missing = UINT32_MAX};
    for (uint32_t i = spread->has_parent; i < spread->neighbour_count; i++) {
        const struct spread_neighbour *child = &spread->neighbours[i];
        bool has_arrived = child->arrivals.gate >= spread->gate;
        uint32_t missing = has_arrived ? child->arrivals.missing : (uint32_t)child->rank;
        all.ranks += has_arrived ? child->arrivals.ranks : 0;
        all.missing = missing < all.missing ? missing : all.missing;
    }
    return all;
}

static void call_absent(struct cluster_links *links, const struct spread_arrivals *arrivals,
                        int64_t waited_ns)
{
    int total = 0;
    if (!links->absent || !links->absent_after_ns || waited_ns < links->absent_after_ns ||
        arrivals->missing == UINT32_MAX)
        return;
    MPI_Comm_size(links->world, &total);
    struct absence absence = {
        .ranks = (uint32_t)total - arrivals->ranks,
        .first = arrivals->missing,
        .waited_ns = waited_ns,
    };
    links->absent_called = true;
    links->absent(links->absent_context, &absence);
}

void arrivals_end(struct cluster_links *links)
{
    if (links->absent_called && links->absent)
        links->absent(links->absent_context, &(struct absence){0});
    links->absent_called = false;
}

void arrivals_progress(struct cluster_links *links)
{
    struct spread *spread = &links->spread;
    int64_t now_ns = clock_now_ns();
    int64_t waited_ns = now_ns - spread->gate_entered_ns;
    spread_progress(spread, now_ns);
    if (waited_ns < REPORT_AFTER_NS)
        return;
    struct spread_arrivals arrivals = count_subtree(spread);
    if (spread->has_parent)
        spread_send_arrivals(spread, &arrivals);
    else
        call_absent(links, &arrivals, waited_ns);
}
