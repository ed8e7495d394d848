/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files for which a file system treats direct I/O differently than for others.
 */
#ifndef TIDEMILL_PLATFORM_DIRECT_LIMIT_H
#define TIDEMILL_PLATFORM_DIRECT_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "record/enums.h"

struct direct_file {
    int64_t magic;  /* statfs */
    int64_t kernel; /* 6014 = 6.14 */
    bool writes;    /* it will be written to */
    bool whole;     /* it has no holes */
    bool encrypted;
    bool unchecked; /* mounted without checksums of data */
    int flags;      /* FS_IOC_GETFLAGS; -1 = unknown */
};

/* Returns what about the file itself makes its file system use the page cache for direct I/O. Pure.
 */
enum record_direct_cause direct_limit(const struct direct_file *file);

/* Is it known of the file itself that writing bypasses the page cache? Files of btrfs without copy
 * on write have neither checksums nor compression. Pure. */
bool direct_is_known(const struct direct_file *file);

#endif
