/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file for trying out features on the target itself. In a directory it is an unnamed file (if the
 * file system has none: a named one that is removed before probe_open returns). An existing file or
 * device is only read. It has PROBE_BYTES, or its own size.
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
    int direct_error; /* -errno of that; else 0 */
    bool own;         /* created by probe_open, so it may be written to */
    void *memory;     /* PROBE_BYTES, page-aligned */
};

/* Opens the probe; -errno with the path. */
int probe_open(struct probe *probe, const char *target, struct failure *why);

/* Check whether the file system supports uncached writes and preallocation; 0 or -errno. Only on a
 * file that probe_open has created. */
int probe_uncached(const struct probe *probe);
int probe_preallocate(const struct probe *probe);

/* Returns the alignment of offset and length that direct reads really need: the smallest power of
 * two from 512 to PROBE_BYTES that works; 0 if none does, or without O_DIRECT. */
uint32_t probe_direct_unit(const struct probe *probe);

/* Checks whether a direct write leaves no pages in the page cache, by mincore on a file that
 * probe_open has created: 1, 0, or -errno if unknown. */
int probe_direct_bypasses(const struct probe *probe);

/* Closes the probe. A zeroed one is accepted too. */
void probe_close(struct probe *probe);

#endif
