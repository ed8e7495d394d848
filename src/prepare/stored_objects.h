/* SPDX-License-Identifier: Apache-2.0 */
/* The objects that an earlier run created and kept: what exists of them, and under which names. */
#ifndef TIDEMILL_PREPARE_STORED_OBJECTS_H
#define TIDEMILL_PREPARE_STORED_OBJECTS_H

#include "prepare/dataset.h"
#include "prepare/stored.h"

/* Rank 0: returns 0 if there are objects of this section ("" without sections) that can be visited
 * with these settings. */
int stored_objects_check(const struct record *record, const char *section,
                         const struct settings *then, const struct settings *now,
                         struct failure *why);

/* Sets the objects of the data set on every rank, and gets the bytes over which the ratios of their
 * content hold. Collective; the same result on all ranks. */
int stored_objects_share(const struct stored *stored, const char *section, struct dataset *dataset,
                         uint64_t *content_bytes, struct agreement *agreement);

#endif
