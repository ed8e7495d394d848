/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory of a rank's buffers: pieces of equal length, each from the start of a page.
 */
#ifndef TIDEMILL_PLAN_POOL_H
#define TIDEMILL_PLAN_POOL_H

#include <stdint.h>

#include "base/checked.h"

enum { POOL_PAGE_BYTES = 4096 };

/* From the start of one buffer to the next. */
static inline uint64_t pool_stride_bytes(uint64_t buffer_bytes)
{
    return divide_up(buffer_bytes, POOL_PAGE_BYTES) * POOL_PAGE_BYTES;
}

#endif
