/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this program was built from: the commit of its sources, how they were compiled, and the
 * libraries loaded at run time. Recorded for each node, as each may have another program.
 */
#ifndef TIDEMILL_PREPARE_BUILD_H
#define TIDEMILL_PREPARE_BUILD_H

#include "platform/topology.h"
#include "record/record.h"

/* Fills tool_commit, tool_build and libraries. */
void build_detect(const struct topology *topology, struct record_node *node);

#endif
