/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel limits a fixed buffer to 1 GiB, so a larger arena is registered in slices, which end
 * at the end of a buffer, so that each transfer is within one slice. Pure.
 */
#ifndef TIDEMILL_ENGINES_SLICES_H
#define TIDEMILL_ENGINES_SLICES_H

#include <stddef.h>

/* Returns the length in bytes of each slice (the last may be shorter) for contiguous buffers of
 * 'buffer_bytes' (0: transfers may be anywhere); 0 if a buffer is larger than a slice can be. */
static inline size_t slice_bytes(size_t buffer_bytes)
{
    const size_t most = (size_t)1 << 30;
    return buffer_bytes ? most / buffer_bytes * buffer_bytes : most;
}

/* Returns the slice that contains all of 'bytes' from 'start' in the arena, or -1. */
static inline int slice_of(size_t slice, size_t arena, size_t start, size_t bytes)
{
    if (bytes == 0 || start >= arena || bytes > arena - start)
        return -1;
    const size_t index = start < slice ? 0 : start / slice; /* usually there is only one */
    return start + bytes <= (index + 1) * slice ? (int)index : -1;
}

#endif
