/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which ranks have not arrived at a gate. Each rank that has waited for a second reports to its
 * parent in the tree how many ranks of its subtree have arrived, so rank 0 knows which ranks are
 * missing. A gate that all ranks reach in time costs no message. Uses the messages of 'spread'.
 */
#ifndef TIDEMILL_ARRIVALS_H
#define TIDEMILL_ARRIVALS_H

#include <stdint.h>

#include "links.h"

/* Records that this rank has arrived at the next gate; all ranks pass the same gates. */
void arrivals_enter(struct cluster_links *links);

/* Sends and receives reports while this rank waits; may call links->absent. */
void arrivals_progress(struct cluster_links *links);

/* Ends the wait: reports that no rank is missing any more, if one was reported. */
void arrivals_end(struct cluster_links *links);

#endif
