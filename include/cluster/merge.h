/*
 * Values of fixed size of all ranks become one, in a tree: log2 steps, one value of memory more on
 * each rank, exact whatever the order. Collective; main thread only.
 */
#ifndef TIDEMILL_CLUSTER_MERGE_H
#define TIDEMILL_CLUSTER_MERGE_H

#include "cluster/cluster.h"

/* Puts what is in 'from' into 'into'; must not care for the order in which it is called. */
typedef void cluster_merge_rule(void *into, const void *from);

/* The values of a node's ranks into that of its leader. 'room' is as large as 'value'; both are
 * scratch on the others afterwards. */
void cluster_merge_node(struct cluster *cluster, void *value, void *room, size_t bytes,
                        cluster_merge_rule *rule);

/* The leaders' values into that of rank 0; other ranks return at once. */
void cluster_merge_leaders(struct cluster *cluster, void *value, void *room, size_t bytes,
                           cluster_merge_rule *rule);

#endif
