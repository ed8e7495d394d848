/* SPDX-License-Identifier: Apache-2.0 */
/* Threads of a crew that list directories, instead of visiting objects whose names they compute. */
#ifndef TIDEMILL_METADATA_CREW_LIST_H
#define TIDEMILL_METADATA_CREW_LIST_H

#include "crew_parts.h"

/* Allocates what the thread needs and sets whether it has work; -ENOMEM. */
int crew_list_init(struct crew_thread *thread);
void crew_list_release(struct crew_thread *thread);

/* Lists this thread's directories. */
void crew_list_run(struct crew_thread *thread);

/* Adds what the thread has seen; false if it was stopped before the end. */
bool crew_list_add(const struct crew_thread *thread, struct listing_sum *sum);

#endif
