/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kind of a block device and how it is attached, from its place in /sys and its attributes.
 */
#ifndef TIDEMILL_PLATFORM_BLOCK_KIND_H
#define TIDEMILL_PLATFORM_BLOCK_KIND_H

#include <limits.h>

#include "record/record.h"

/* Sets the bus and the kind of a device: "nvme", "nvme-tcp", "sata", "sas", "usb", "virtio",
 * "device mapper (LVM)", "md raid5", "loop" ...; "unknown". 'folder' is the sysfs directory of a
 * whole disk. 'controller' gets the directory of its controller, which is a different one if
 * several controllers lead to one disk (NVMe multipath). */
void block_kind_detect(const char *folder, struct record_block_device *device,
                       char controller[PATH_MAX]);

#endif
