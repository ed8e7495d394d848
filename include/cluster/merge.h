/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reduces values of fixed size over ranks along a tree: log2 steps, memory for one more value on
 * each rank, exact in any order. Collective; main thread only.
 */
#ifndef TIDEMILL_CLUSTER_MERGE_H
#define TIDEMILL_CLUSTER_MERGE_H

#include "cluster/cluster.h"

/* Merges 'from' into 'into'; the result must not depend on the order of calls. */
typedef void cluster_merge_rule(void *into, const void *from);

/* Merges the values of a node's ranks into that of its leader. 'scratch' is as large as 'value'; on
 * the other ranks both are overwritten. */
void cluster_merge_node(struct cluster *cluster, void *value, void *scratch, size_t bytes,
                        cluster_merge_rule *rule);

/* Merges the leaders' values into that of rank 0; other ranks return at once. */
void cluster_merge_leaders(struct cluster *cluster, void *value, void *scratch, size_t bytes,
                           cluster_merge_rule *rule);

#endif
