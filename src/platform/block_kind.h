/*
 * What kind of thing a block device is and how it is reached, from where /sys has it and what it
 * says of itself.
 */
#ifndef TIDEMILL_PLATFORM_BLOCK_KIND_H
#define TIDEMILL_PLATFORM_BLOCK_KIND_H

#include <limits.h>

#include "record/record.h"

/* 'folder' is that of a whole disk. Sets its bus and its kind: "nvme", "nvme-tcp", "sata", "sas",
 * "usb", "virtio", "device mapper (LVM)", "md raid5", "loop" ...; "unknown". 'way': the folder of
 * what leads to it, which is another one where several controllers lead to one disk (NVMe
 * multipath). */
void block_kind_look(const char *folder, struct record_block_device *device, char way[PATH_MAX]);

#endif
