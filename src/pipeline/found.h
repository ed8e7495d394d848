/*
 * The bad places that checkers found: the first few in the order of the files, whoever found them
 * and when. The order is by I/O thread, then by offset.
 */
#ifndef TIDEMILL_PIPELINE_FOUND_H
#define TIDEMILL_PIPELINE_FOUND_H

#include <stdint.h>

#include "pipeline/pipeline.h"

struct found_list {
    struct found places[PIPELINE_DIFFERENCES];
    uint32_t count;
};

/* Puts one in its place; drops the last when there are too many. */
void found_keep(struct found_list *list, const struct found *found);

#endif
