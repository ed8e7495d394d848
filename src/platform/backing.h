/*
 * What lies below a block device in the end, through partitions, device mapper, md and loop
 * devices. Not below what /sys does not show: a disk of a virtual machine is a disk.
 */
#ifndef TIDEMILL_PLATFORM_BACKING_H
#define TIDEMILL_PLATFORM_BACKING_H

#include <sys/types.h>

#include "record/record.h"

enum backing {
    BACKING_STORAGE, /* as far as can be seen */
    BACKING_CACHED,  /* a loop device that reads and writes its file through the page cache */
    BACKING_RAM,     /* a RAM disk (brd, zram), or a loop device over a file in memory */
};

/* 'name' gets the kernel's name of the device that makes it so; "" for storage. Of several devices
 * below, the worst counts. */
enum backing backing_of(dev_t number, char name[RECORD_NAME]);

#endif
