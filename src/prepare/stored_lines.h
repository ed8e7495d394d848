/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places as text for few of all parts, sent to every rank: lines of "rank part places", where a
 * part without a line has none.
 */
#ifndef TIDEMILL_PREPARE_STORED_LINES_H
#define TIDEMILL_PREPARE_STORED_LINES_H

#include <stdint.h>

#include "base/text.h"
#include "cluster/cluster.h"

enum { STORED_PLACES = 4096 };

/* Adds a line; nothing if 'places' is NULL or "". */
void stored_lines_add(struct text *lines, int64_t rank, int64_t part, const char *places);

/* Sends the lines of rank 0 (malloc'ed; NULL: none) to all ranks. Collective; -ENOMEM. */
int stored_lines_share(struct cluster *cluster, char **lines);

/* Returns the places of a part, in 'places' unless there are none; "" then. */
const char *stored_lines_find(const char *lines, uint32_t rank, uint32_t part,
                              char places[STORED_PLACES]);

#endif
