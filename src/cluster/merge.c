/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/merge.h"

#include "links.h"

static void merge_over(MPI_Comm comm, void *value, void *scratch, size_t bytes,
                       cluster_merge_rule *rule)
{
    int rank = 0;
    int count = 0;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &count);
    for (int step = 1; step < count; step *= 2) {
        if (rank & step) {
            links_send(comm, value, bytes, rank - step, TAG_MERGE);
            return;
        }
        if (step >= count - rank)
            continue;
        links_receive(comm, scratch, bytes, rank + step, TAG_MERGE);
        rule(value, scratch);
    }
}

void cluster_merge_node(struct cluster *cluster, void *value, void *scratch, size_t bytes,
                        cluster_merge_rule *rule)
{
    merge_over(cluster->links->node, value, scratch, bytes, rule);
}

void cluster_merge_leaders(struct cluster *cluster, void *value, void *scratch, size_t bytes,
                           cluster_merge_rule *rule)
{
    if (cluster->leader)
        merge_over(cluster->links->leaders, value, scratch, bytes, rule);
}
