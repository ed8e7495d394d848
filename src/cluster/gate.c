/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/cluster.h"

#include "arrivals.h"
#include "links.h"
#include "platform/clock.h"

enum { FIRST_NAP_NS = 50 * 1000, LONGEST_NAP_NS = 1000 * 1000 };

void cluster_gate_enter(struct cluster *cluster)
{
    arrivals_enter(cluster->links);
    MPI_Ibarrier(cluster->links->world, &cluster->links->gate);
}

bool cluster_gate_passed(struct cluster *cluster)
{
    spread_progress(&cluster->links->spread, clock_now_ns());
    int done = 0;
    MPI_Test(&cluster->links->gate, &done, MPI_STATUS_IGNORE);
    return done != 0;
}

void cluster_gate_sleeping(struct cluster *cluster)
{
    int64_t nap_ns = FIRST_NAP_NS;
    cluster_gate_enter(cluster);
    while (!cluster_gate_passed(cluster)) {
        arrivals_progress(cluster->links);
        clock_sleep_ns(nap_ns);
        nap_ns = nap_ns * 2 < LONGEST_NAP_NS ? nap_ns * 2 : LONGEST_NAP_NS;
    }
    arrivals_end(cluster->links);
}
