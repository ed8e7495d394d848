/*
 * A file to try things on, on the target itself: without a name in a folder (where the file system
 * has no such files: with one, removed before probe_open returns); a file or device that is there
 * is only read. What it holds is PROBE_BYTES, or the file's own.
 */
#ifndef TIDEMILL_PLATFORM_PROBE_H
#define TIDEMILL_PLATFORM_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"

enum { PROBE_BYTES = 64 << 10 };

struct probe {
    int fd;           /* through the page cache; -1 when closed */
    int direct_fd;    /* with O_DIRECT; -1 when refused */
    int direct_error; /* why; 0 */
    bool own;         /* made by us, so it may be written to */
    void *memory;     /* PROBE_BYTES, page-aligned */
};

/* -errno with the path. */
int probe_open(struct probe *probe, const char *target, struct failure *why);

/* Does the file system take this, with the file it has? 0 or -errno; only on an own file. */
int probe_uncached(const struct probe *probe);
int probe_preallocate(const struct probe *probe);

/* Bytes of offset and length that a direct transfer can have in fact: the smallest power of two
 * from 512 to PROBE_BYTES that a direct read takes; 0 when none, or without O_DIRECT. */
uint32_t probe_direct_unit(const struct probe *probe);

/* Does a direct write leave its pages out of the page cache? By mincore, on an own file; 1, 0, or
 * -errno when it cannot be told. */
int probe_direct_bypasses(const struct probe *probe);

/* Accepts a zeroed one that was never opened only if memory is NULL. */
void probe_close(struct probe *probe);

#endif
