/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Computes node numbers and names from host identities. Pure, no MPI: all ranks compute the same
 * result from the same input.
 *
 * Always true: nodes are numbered from 0 in the order of their lowest rank, so a node's number is
 * also the rank of its leader among the leaders.
 */
#ifndef TIDEMILL_NODE_MAP_H
#define TIDEMILL_NODE_MAP_H

#include <stdint.h>

#include "platform/host.h"

/* Returns a 64-bit key of host name and boot id; equal identities have equal keys. The caller
 * checks that equal keys come from equal identities. */
uint64_t node_map_key(const struct host_identity *identity);

/* Numbers the nodes of 'rank_count' ranks by their keys, in O(rank_count). -ENOMEM. */
int node_map_number(const uint64_t *keys, uint32_t rank_count, uint32_t *rank_node,
                    uint32_t *node_count);

/* Appends "#2", "#3" ... to equal names of different nodes, in node order; a long name is cut to
 * make space for the number. -ENOMEM. */
int node_map_make_names_unique(char (*names)[RECORD_NAME], uint32_t node_count);

/* The longest name of a node, without the number that makes it unique. */
enum { NODE_NAME_MOST = 40 };

/* Prints a host name, shortened in the middle: hosts of a cluster differ at the beginning or the
 * end. */
void node_map_short_name(const char *hostname, char out[RECORD_NAME]);

#endif
