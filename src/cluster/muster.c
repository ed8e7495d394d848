#include "muster.h"

#include "platform/clock.h"

enum { TELL_AFTER_NS = 1000 * 1000 * 1000 };

void muster_enter(struct cluster_links *links)
{
    links->spread.gate++;
    links->spread.gate_entered_ns = clock_now_ns();
    links->spread.told_here = (struct spread_here){0};
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

/* At and below this rank. */
static struct spread_here count(const struct spread *spread)
{
    struct spread_here all = {.gate = spread->gate, .ranks = 1, .missing = UINT32_MAX};
    for (uint32_t i = spread->has_parent; i < spread->neighbour_count; i++) {
        const struct spread_neighbour *child = &spread->neighbours[i];
        bool came = child->here.gate >= spread->gate;
        uint32_t missing = came ? child->here.missing : (uint32_t)child->rank;
        all.ranks += came ? child->here.ranks : 0;
        all.missing = missing < all.missing ? missing : all.missing;
    }
    return all;
}

static void call_absent(struct cluster_links *links, const struct spread_here *here,
                        int64_t waited_ns)
{
    int total = 0;
    if (!links->absent || !links->absent_after_ns || waited_ns < links->absent_after_ns ||
        here->missing == UINT32_MAX)
        return;
    MPI_Comm_size(links->world, &total);
    struct absence absence = {
        .ranks = (uint32_t)total - here->ranks,
        .first = here->missing,
        .waited_ns = waited_ns,
    };
    links->absent(links->absent_context, &absence);
}

void muster_turn(struct cluster_links *links)
{
    struct spread *spread = &links->spread;
    int64_t now_ns = clock_now_ns();
    int64_t waited_ns = now_ns - spread->gate_entered_ns;
    spread_turn(spread, now_ns);
    if (waited_ns < TELL_AFTER_NS)
        return;
    struct spread_here here = count(spread);
    if (spread->has_parent)
        spread_tell_here(spread, &here);
    else
        call_absent(links, &here, waited_ns);
}
