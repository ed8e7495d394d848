/*
 * What this program is made of: its sources' commit, how they were compiled, and the libraries that
 * it found when it ran. Of each node, as each may have a program of its own.
 */
#ifndef TIDEMILL_PREPARE_BUILD_H
#define TIDEMILL_PREPARE_BUILD_H

#include "platform/topology.h"
#include "record/record.h"

/* Fills tool_commit, tool_build and libraries. */
void build_look(const struct topology *topology, struct record_node *node);

#endif
