/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory of a rank's buffers: pieces of equal length, each from the start of a page.
 */
#ifndef TIDEMILL_PLAN_POOL_H
#define TIDEMILL_PLAN_POOL_H

#include <stdint.h>

#include "base/checked.h"

enum { POOL_PAGE_BYTES = 4096, POOL_FILES_MORE = 16 };

/* From the start of one buffer to the next. */
static inline uint64_t pool_stride_bytes(uint64_t buffer_bytes)
{
    return divide_up(buffer_bytes, POOL_PAGE_BYTES) * POOL_PAGE_BYTES;
}

/* How many files an I/O thread may have open at once where its share is in several: one for each
 * request in flight, and a few more, as data threads pass on requests in nearly their order only.
 */
static inline uint64_t pool_files(uint64_t depth)
{
    return depth + POOL_FILES_MORE;
}

#endif
