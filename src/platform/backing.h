/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The storage at the bottom of a block device, through partitions, device mapper, md and loop
 * devices. Layers that /sys does not show are not seen: a virtual machine's disk counts as a disk.
 */
#ifndef TIDEMILL_PLATFORM_BACKING_H
#define TIDEMILL_PLATFORM_BACKING_H

#include <sys/types.h>

#include "record/record.h"

enum backing {
    BACKING_STORAGE, /* as far as /sys shows */
    BACKING_CACHED,  /* a loop device that uses the page cache for its file */
    BACKING_RAM,     /* a RAM disk (brd, zram), or a loop device over a file in memory */
};

/* Returns the backing of a device; of several devices below it, the worst counts. Sets 'name' to
 * the kernel name of the device that decides it; "" for storage. */
enum backing backing_of(dev_t number, char name[RECORD_NAME]);

#endif
