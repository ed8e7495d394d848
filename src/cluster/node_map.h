/*
 * From identities to node numbers and names. Pure functions, no MPI: what each rank computes from
 * the same input is the same everywhere.
 *
 * Always true: nodes are numbered from 0 in the order of their lowest rank, so a node's number is
 * also the position of its leader among the leaders.
 */
#ifndef TIDEMILL_NODE_MAP_H
#define TIDEMILL_NODE_MAP_H

#include <stdint.h>

#include "platform/host.h"

/* A 64-bit key of host name and boot id; equal identities give equal keys. The caller checks that
 * equal keys came from equal identities. */
uint64_t node_map_key(const struct host_identity *identity);

/* Numbers the nodes of 'rank_count' ranks by their keys, in O(rank_count). -ENOMEM. */
int node_map_number(const uint64_t *keys, uint32_t rank_count, uint32_t *rank_node,
                    uint32_t *node_count);

/* Equal names of different nodes get "#2", "#3" ... in node order; a long name is cut to make
 * room for it. -ENOMEM. */
int node_map_name_apart(char (*names)[RECORD_NAME], uint32_t node_count);

#endif
