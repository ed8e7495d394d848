/* SPDX-License-Identifier: Apache-2.0 */
/* Detects ranks of this node that have died, by their process ids; sends no message. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "vanished.h"

static bool is_alive(int64_t process)
{
    return kill((pid_t)process, 0) == 0 || errno != ESRCH;
}

int vanished_open(struct cluster *cluster)
{
    struct cluster_links *links = cluster->links;
    struct process own = {.rank = cluster->rank, .number = getpid()};
    links->processes = calloc(cluster->local_count, sizeof *links->processes);
    int code = links_worst(links->world, links->processes ? 0 : -ENOMEM);
    if (code)
        return code;
    MPI_Allgather(&own, sizeof own, MPI_BYTE, links->processes, sizeof own, MPI_BYTE, links->node);
    /* Containers on one host may have separate process ids: then the rank cannot be checked this
     * way. */
    for (uint32_t i = 0; i < cluster->local_count; i++)
        if (!is_alive(links->processes[i].number))
            links->processes[i].number = own.number;
    return 0;
}

uint32_t cluster_count_dead(const struct cluster *cluster, uint32_t *first)
{
    const struct process *processes = cluster->links->processes;
    uint32_t count = 0;
    for (uint32_t i = cluster->local_count; i-- > 0;) {
        if (is_alive(processes[i].number))
            continue;
        *first = processes[i].rank;
        count++;
    }
    return count;
}
