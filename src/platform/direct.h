/*
 * What O_DIRECT means for a file: the facts, and the verdict on requests of a given size. The
 * verdict is pure, so that a plan can ask it about a target before any file is there.
 */
#ifndef TIDEMILL_PLATFORM_DIRECT_H
#define TIDEMILL_PLATFORM_DIRECT_H

#include <stdbool.h>
#include <stdint.h>

#include "record/record.h"

/* Alignment that is taken where the file system tells none: enough for every disk. */
enum { DIRECT_ASSUMED_ALIGNMENT = 4096 };

struct direct_facts {
    bool null;                /* /dev/null */
    bool ram_backed;          /* tmpfs, ramfs, hugetlbfs, a RAM disk */
    bool cached_below;        /* a loop device that uses the page cache for its file */
    int64_t memory_alignment; /* STATX_DIOALIGN; 0 = refused, -1 = not told */
    int64_t offset_alignment;
    char file_system[RECORD_NAME];
    char backing[RECORD_NAME]; /* the device that is cached or RAM-backed; "" when none is */
};

/* Of an open file or device; 0 or -errno. */
int direct_look(int fd, struct direct_facts *facts);

/* Is the statfs magic number that of a file system without storage behind it? */
bool direct_ram_backed(int64_t magic);

/* Do requests of this size have an alignment that can go direct? */
bool direct_fits(const struct direct_facts *facts, uint64_t request_bytes);

/* Would it be in effect? 'reason' says why not, or why nobody knows; "" when yes. */
enum record_truth direct_judge(const struct direct_facts *facts, uint64_t request_bytes,
                               char reason[RECORD_LINE]);

/* What transfers through a descriptor opened with O_DIRECT must be aligned to. */
uint32_t direct_alignment(const struct direct_facts *facts, int64_t told);

#endif
