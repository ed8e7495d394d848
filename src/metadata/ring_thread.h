/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread of a crew that keeps an operation of each of its lanes in flight, through its ring.
 */
#ifndef TIDEMILL_METADATA_RING_THREAD_H
#define TIDEMILL_METADATA_RING_THREAD_H

#include "crew_parts.h"

/* Allocates; -ENOMEM. Frees what no call in flight uses. */
int ring_thread_init(struct crew_thread *thread);
void ring_thread_release(struct crew_thread *thread);

/* Opens the ring; a failure is the thread's. */
void ring_thread_open(struct crew_thread *thread);

/* Does the operations of all lanes. */
void ring_thread_run(struct crew_thread *thread);

/* Syncs each directory in which the thread has changed names. */
void ring_thread_sync(struct crew_thread *thread);

void ring_thread_close(struct crew_thread *thread);

/* What the kernel did not grant, or "". */
const char *ring_thread_reason(const struct crew_thread *thread);

#endif
