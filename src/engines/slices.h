/*
 * Fixed buffers of the kernel's are 1 GiB at most: a larger arena is made known in slices, which
 * end where the program's own buffers do, so that each transfer lies within one. Pure.
 */
#ifndef TIDEMILL_ENGINES_SLICES_H
#define TIDEMILL_ENGINES_SLICES_H

#include <stddef.h>

/* Length of each slice but perhaps the last, in bytes, for buffers of 'buffer_bytes' one after the
 * other (0: transfers may lie anywhere). 0: one buffer is larger than a slice may be. */
static inline size_t slice_bytes(size_t buffer_bytes)
{
    const size_t most = (size_t)1 << 30;
    return buffer_bytes ? most / buffer_bytes * buffer_bytes : most;
}

/* The slice that holds all of 'bytes' from 'start' in the arena, or -1. */
static inline int slice_of(size_t slice, size_t arena, size_t start, size_t bytes)
{
    if (bytes == 0 || start >= arena || bytes > arena - start)
        return -1;
    const size_t index = start < slice ? 0 : start / slice; /* mostly there is but one */
    return start + bytes <= (index + 1) * slice ? (int)index : -1;
}

#endif
