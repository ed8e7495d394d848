/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first differences in the data of a pipeline, ordered by I/O thread and offset, regardless of
 * the order in which data threads find them.
 */
#ifndef TIDEMILL_PIPELINE_FOUND_H
#define TIDEMILL_PIPELINE_FOUND_H

#include <stdint.h>

#include "pipeline/pipeline.h"

struct found_list {
    struct found places[PIPELINE_DIFFERENCES];
    uint32_t count;
};

/* Inserts a difference in order; drops the last one if the list is full. */
void found_add(struct found_list *list, const struct found *found);

#endif
