/*
 * Who has not come to a gate: each rank that has waited for a second tells its parent in the tree
 * how many at and below it have come, so rank 0 knows whom all wait for. A gate that is passed in
 * time costs nothing. Uses the messages of 'spread'.
 */
#ifndef TIDEMILL_MUSTER_H
#define TIDEMILL_MUSTER_H

#include <stdint.h>

#include "links.h"

/* This rank has come to the next gate; all ranks come to the same ones. */
void muster_enter(struct cluster_links *links);

/* While it waits there; may call links->absent. */
void muster_turn(struct cluster_links *links);

#endif
