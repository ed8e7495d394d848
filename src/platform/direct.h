/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What O_DIRECT means for a file: the facts, and the verdict on requests of a given size. The
 * verdict is pure, so that it is available for a target before any file exists.
 */
#ifndef TIDEMILL_PLATFORM_DIRECT_H
#define TIDEMILL_PLATFORM_DIRECT_H

#include <stdbool.h>
#include <stdint.h>

#include "record/record.h"

/* The alignment assumed if the file system reports none: sufficient for every disk. */
enum { DIRECT_ASSUMED_ALIGNMENT = 4096 };

struct direct_facts {
    bool null;                      /* /dev/null */
    bool ram_backed;                /* tmpfs, ramfs, hugetlbfs, a RAM disk */
    bool cached_below;              /* a loop device that uses the page cache for its file */
    enum record_direct_cause limit; /* direct_limit of the file */
    bool known;                     /* direct_is_known of the file */
    int refused;                    /* the error of statx, where nothing is known without it */
    int64_t memory_alignment;       /* STATX_DIOALIGN; 0 = refused, -1 = not reported */
    int64_t offset_alignment;
    char file_system[RECORD_NAME];
    char backing[RECORD_NAME]; /* the device that is cached or RAM-backed; "" when none is */
};

/* Gets the facts about a file or device that is open for writing ('writes') or reading; 0 or
 * -errno. */
int direct_detect(int fd, bool writes, struct direct_facts *facts);

/* True if this statfs magic number is that of a file system in memory. */
bool direct_ram_backed(int64_t magic);

/* True if requests of this size are aligned for direct I/O. */
bool direct_fits(const struct direct_facts *facts, uint64_t request_bytes);

/* Returns why direct I/O would not be in effect, or why that is unknown. */
enum record_direct_cause direct_cause(const struct direct_facts *facts, uint64_t request_bytes);

/* Returns whether direct I/O would be in effect, by the cause. 'reason' gets the cause as a line;
 * "" for none. */
enum record_truth direct_evaluate(const struct direct_facts *facts, uint64_t request_bytes,
                                  enum record_direct_cause cause, char reason[RECORD_LINE]);

/* Returns the alignment for transfers through a descriptor with O_DIRECT, given the reported
 * one. */
uint32_t direct_alignment(const struct direct_facts *facts, int64_t reported);

#endif
