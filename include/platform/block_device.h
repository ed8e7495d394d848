/*
 * How block devices are driven, as /sys tells: kind, queue settings, the PCIe link, and the devices
 * that one is made of (device mapper, md). Reads only.
 */
#ifndef TIDEMILL_PLATFORM_BLOCK_DEVICE_H
#define TIDEMILL_PLATFORM_BLOCK_DEVICE_H

#include <stddef.h>

#include "record/record.h"

/* By the kernel's name ("nvme0n1", "sda1": then its disk), below 'root' ("" for this host). -ENOENT
 * and the like; 'device' then tells nothing. 'node' and 'above' are left empty. */
int block_device_look(const char *root, const char *name, struct record_block_device *device);

/* Adds that device and all that it is made of to the malloc'ed list, each once, the whole before
 * its parts; what /sys does not know is left out. -ENOMEM leaves the list as it was. */
int block_devices_add(const char *root, const char *name, struct record_block_device **devices,
                      size_t *count);

/* Watches them all for so long and fills in what happened ("before_..."); the kernel counts
 * milliseconds. Without memory for it they stay as they are. */
void block_devices_watch(struct record_block_device *devices, size_t count, int64_t window_ns);

#endif
