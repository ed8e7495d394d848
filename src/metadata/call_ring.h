/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls of chains through an io_uring: one ring for each I/O thread, opened and used by that
 * thread only. Descriptors are ordinary ones: those of the table of a ring are closed without the
 * file system's flush, so that on NFS or FUSE close would be neither complete nor checked.
 */
#ifndef TIDEMILL_METADATA_CALL_RING_H
#define TIDEMILL_METADATA_CALL_RING_H

#include "chain.h"
#include "engines/engine.h"

struct call_ring;

/* Opens a ring for 'depth' calls in flight, with as many kernel threads; 'reason' lists what the
 * kernel did not grant. 0 or -errno. */
int call_ring_open(struct call_ring **ring, uint32_t depth, char reason[ENGINE_REASON],
                   struct failure *why);

/* Returns false for a call that this kernel's io_uring does not have: chain_call_plainly makes it.
 */
bool call_ring_has(const struct call_ring *ring, enum chain_call call);

/* Makes the chain's call as a plain system call; returns its result, or -errno. */
int chain_call_plainly(struct chain *chain);

/* Queues the chain's call; call_ring_wait sends it. */
void call_ring_queue(struct call_ring *ring, struct chain *chain);

/* Sends what is queued and waits for a result up to 'limit_ns'. 0, or -errno if the ring failed. */
int call_ring_wait(struct call_ring *ring, int64_t limit_ns);

/* Takes a result; false if there is none. */
bool call_ring_take(struct call_ring *ring, struct chain **chain, int *result);

/* No call may be in flight. */
void call_ring_close(struct call_ring *ring);

#endif
